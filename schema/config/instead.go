package config

import (
	"fmt"
	"slices"
	"strings"

	"livery/schema"
)

// instead is what livery has in place of a block or an argument that other tools have,
// as a sentence; "" for a name that none is known to have.
func instead(name string) string {
	switch name {
	case "moved":
		return "Nothing has to be said about a rename: a locale is known by its code and a session by its name, and files, themes and locals may be renamed and moved freely."
	case "import":
		return "What is live cannot be read from the service; `livery import FILE` prints the blocks for a ConfigureUI body that you have."
	case "output", "outputs":
		return "livery has no outputs; `livery show -json` and `livery session export` print what others need."
	case "module", "modules":
		return `livery has no modules: share a look with a theme, and files with include = ["../shared/*.livery.hcl"] in the livery block.`
	case "resource", "resources":
		return `livery has no resources: a look is a locale "en" { ... } block, and what opens a session is a session block.`
	case "data":
		return `livery has no data sources: files are read by functions, as in jsondecode(file("texts/en.json")) and tokens("brand.tokens.json").`
	case "provider", "providers", "required_providers":
		return "livery has no providers: the service and its keys stand in account { ... }."
	case "terraform":
		return "Settings such as required_version and the backend stand in livery { ... }."
	case "precondition", "postcondition":
		return `Values are checked by a validation in their variable { ... }, and documents by check "name" { ... } at the top level of a file.`
	case "provisioner", "connection", "depends_on":
		return "livery finds the order by itself, and runs nothing of its own."
	case "lifecycle":
		return "prevent_destroy = true stands directly in a locale or session block."
	case "count":
		return "Several documents come from one block by for_each, as in for_each = toset([\"th\", \"vi\"]) with code = each.key."
	case "dynamic":
		return "A list can be computed instead: tips = [for ... in ... : { icon_link = ..., text = ... }]."
	case "tokens":
		return `Design tokens are read by a function: locals { design = tokens("brand.tokens.json") }.`
	case "css", "style", "styles", "font", "font_family", "font_size":
		return "The service takes colours, texts and image links, and no CSS; `livery schema` lists them."
	}
	return ""
}

// placesOf says where a block has its place, as in "at the top level of a file"; ""
// for one that has none.
func placesOf(name string) string {
	if name == "tip" { // in the JSON syntax the blocks of a theme are read with those of its pages
		return "in a page that has tips, such as mobile_tips_page"
	}
	var found []string
	var walk func(types []blockType, place string)
	walk = func(types []blockType, place string) {
		for _, t := range types {
			if t.name == name && !slices.Contains(found, place) {
				found = append(found, place)
			}
			walk(t.inner, "in a "+t.name+" block")
		}
	}
	walk(rootBlocks(), "at the top level of a file")
	return strings.Join(found, " or ")
}

// holders says where a field can be set, as a sentence; "" for what is no field. The
// name may be in the API's spelling.
func holders(name string) string {
	var pages []string
	for _, p := range schema.Pages() {
		for i := range p.Fields {
			if f := &p.Fields[i]; f.HCLName() != name && f.Key != name {
				continue
			}
			if p.Key == "" {
				return fmt.Sprintf(" %s stands in a locale or a theme, outside the blocks of the pages.", schema.Snake(name))
			}
			pages = append(pages, p.HCLName())
		}
	}
	if len(pages) == 0 {
		return ""
	}
	return fmt.Sprintf(" %s is a field of %s.", schema.Snake(name), strings.Join(pages, ", "))
}
