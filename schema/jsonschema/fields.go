package jsonschema

import (
	"fmt"
	"maps"
	"strings"

	"livery/schema"
)

const (
	colourPattern = `^#([0-9A-Fa-f]{3,4}|[0-9A-Fa-f]{6}|[0-9A-Fa-f]{8})$`
	linkPattern   = `^[Hh][Tt][Tt][Pp][Ss]?://`
	textPattern   = `^[^\x00-\x09\x0b-\x1f\x7f]*$` // no control character but a line feed
)

// value describes a field as JSON that is not evaluated, such as a texts file.
func value(f *schema.Field) *node {
	n := &node{Type: []string{"string", "null"}}
	switch f.Kind {
	case schema.Text, schema.TipText:
		n.MinLength, n.MaxLength, n.Pattern = 1, f.MaxLength(""), textPattern
	case schema.Colour:
		n.Pattern = colourPattern
	case schema.ImageURL:
		n.Pattern, n.MaxLength = linkPattern, schema.URLMax
	case schema.Bool:
		n.Type = []string{"boolean", "null"}
	case schema.Tips:
		element := closed(make(map[string]*node))
		for i := range f.Items {
			item := value(&f.Items[i])
			element.Properties[f.Items[i].Key], element.Properties[f.Items[i].HCLName()] = item, item
		}
		n = &node{Type: []string{"array", "null"}, Items: element, MinItems: 1, MaxItems: schema.TipsMax}
	}
	return n.described(help(f))
}

// help is what people are told of a field: what it is, its limit and its default.
func help(f *schema.Field) string {
	said := []string{f.Help}
	switch f.Kind {
	case schema.Text:
		said = append(said, fmt.Sprintf("At most %d UTF-16 code units: an emoji counts two.", schema.TextMax))
	case schema.TipText:
		said = append(said, fmt.Sprintf("At most %d UTF-16 code units, %d in Chinese.", schema.TipMax, schema.TipMaxChinese))
	case schema.Tips:
		said = append(said, fmt.Sprintf("At most %s.", schema.Plural(schema.TipsMax, "tip")))
	}
	if f.Default != "" {
		said = append(said, fmt.Sprintf("The service's own: %s.", strings.TrimSuffix(strings.ReplaceAll(f.Default, "\n", " "), ".")))
	}
	return strings.Join(append(said, "null leaves it to the service."), " ")
}

// spellings are fields by both of their names.
func (d definitions) spellings(fields []schema.Field) map[string]*node {
	found := make(map[string]*node)
	for i := range fields {
		f := &fields[i]
		found[f.Key] = d.define(f.Path(), value(f))
		found[f.HCLName()] = found[f.Key]
	}
	return found
}

// texts describes a texts file: page => field => text.
func texts() *node {
	defs := make(definitions)
	n := closed(map[string]*node{"$schema": text.described("Where editors find this description; livery reads past it.")})
	n.Title, n.Defs = "Texts of a hosted liveness page", defs
	n.Description = "What a locale block of livery reads with texts = jsondecode(file(…)). Names are those of the API or those of configuration."
	for _, p := range schema.Pages() {
		fields := defs.spellings(p.Fields)
		if p.Key == "" {
			maps.Copy(n.Properties, fields)
			continue
		}
		page := closed(fields)
		page.Type, page.Description = []string{"object", "null"}, p.Title
		n.Properties[p.Key] = defs.define(p.Key, page)
		n.Properties[p.HCLName()] = n.Properties[p.Key]
	}
	return n
}
