package completion

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"livery/schema"
	"livery/schema/rule"
	"livery/schema/storage"
	"livery/schema/structure"
)

// labels are what a block can be called.
func (v *completer) labels(quoted bool) (items []Item) {
	quote := func(s string) string {
		if quoted {
			return `"` + s + `"`
		}
		return s
	}
	blocks := v.blocks()
	inSession := len(blocks) > 0 && blocks[0][0] == "session"
	switch v.header[0] {
	case "locale":
		declared := make(map[schema.Locale]bool)
		for _, d := range v.Documents() {
			declared[d.Locale] = !inSession
		}
		for _, l := range schema.Locales() {
			if !declared[l.Value] {
				items = append(items, Item{Label: string(l.Value), Kind: WordItem, Detail: l.Name, Insert: quote(string(l.Value))})
			}
		}
	case "rule":
		for _, item := range ruleItems() {
			item.Insert = quote(item.Label)
			items = append(items, item)
		}
	case "backend":
		for _, b := range storage.Backends() {
			items = append(items, Item{Label: b.Type, Kind: WordItem, Insert: quote(b.Type)})
		}
	}
	return items
}

// rootBlocks are what may stand at the top of a file.
var rootBlocks = []struct{ name, label, help string }{
	{"locale", "en_US", "What one language of the page looks like."},
	{"theme", "name", "A named set of fields that documents and other themes build on."},
	{"variable", "name", "An input of the stack."},
	{"locals", "", "Named values."},
	{"session", "name", "Defaults of the requests that open a liveness session."},
	{"check", "name", "A rule of your own for what is declared."},
	{"removed", "", "A document or session to forget without touching the live page."},
	{"account", "", "Whose pages these are."},
	{"livery", "", "Settings: where the state is kept, rules, shared files."},
}

// namesIn lists the attributes and blocks that may still come where a name stands.
func (v *completer) namesIn() []Item {
	blocks := v.blocks()
	if len(blocks) == 0 {
		return v.rootItems()
	}
	outer, inner := blocks[0], blocks[len(blocks)-1]
	switch outer[0] {
	case "theme", "locale":
		return lookItems(outer[0], blocks[1:])
	case "session":
		return sessionItems(len(blocks) > 1)
	case "account":
		return attributes("base_url", "The service's address, or \"simulator\".", "access_key", "", "secret_key", "From a sensitive variable; never written out.", "token_ttl", "From 60s to 24h.", "retries", "From 0 to 20.")
	case "variable":
		if inner[0] == "validation" {
			return attributes("condition", "What must be true.", "error_message", "What people are told otherwise.")
		}
		return append(attributes("type", "Such as string, or list(string).", "default", "Its value where nothing gives one.", "description", "", "sensitive", "Its value is never shown.", "nullable", ""), repeated(block("validation", "", "What its value must meet.")))
	case "removed":
		if inner[0] == "lifecycle" {
			return attributes("destroy", "false: the page stays as it is.")
		}
		return append(attributes("from", "Such as locale.th_TH."), block("lifecycle", "", "What becomes of the page."))
	case "check":
		if inner[0] == "assert" {
			return attributes("condition", "What must be true.", "error_message", "What people are told otherwise.",
				"level", "notice, warning or error; an error stops an apply.", "field", "Whose line a finding points at.")
		}
		return append(attributes("for_each", "What is judged one by one, such as documents or sessions.", "locales", "The documents that it is about."),
			repeated(block("assert", "", "What must be true.")))
	case "livery":
		return settingsItems(blocks[1:])
	}
	return nil
}

func (v *completer) rootItems() (items []Item) {
	for _, b := range rootBlocks {
		once := b.name == "livery" || b.name == "account"
		if !once || !v.hasBlock(b.name) {
			items = append(items, block(b.name, b.label, b.help))
		}
	}
	return items
}

// hasBlock reports whether one of the files has a top-level block of that type.
func (v *completer) hasBlock(name string) bool {
	if v.Module == nil {
		return false
	}
	for _, f := range v.Module.Files {
		if body, native := f.Body.(*hclsyntax.Body); native && slices.ContainsFunc(body.Blocks, func(b *hclsyntax.Block) bool { return b.Type == name }) {
			return true
		}
	}
	return false
}

func block(name, label, help string) Item {
	head := name
	snippet := name
	if label != "" {
		head, snippet = name+` "`+label+`"`, name+` "${1:`+label+`}"`
	}
	return Item{Label: name, Kind: BlockItem, Documentation: help, Insert: head + " {\n}", Snippet: snippet + " {\n  $0\n}", Repeats: label != ""}
}

// repeated is an item that may stand in a block more than once.
func repeated(item Item) Item {
	item.Repeats = true
	return item
}

// attributes are items of pairs: a name, and what it is.
func attributes(pairs ...string) (items []Item) {
	for i := 0; i < len(pairs); i += 2 {
		items = append(items, Item{Label: pairs[i], Kind: FieldItem, Documentation: pairs[i+1], Insert: pairs[i] + " = "})
	}
	return items
}

// lookItems are the pages and fields of a theme or a locale.
func lookItems(kind string, inner [][]string) (items []Item) {
	page := ""
	if len(inner) > 0 {
		page = inner[0][0]
	}
	p := schema.PageByHCL(page)
	if p == nil {
		return nil
	}
	if len(inner) > 1 { // a tip
		if f := schema.FieldByHCL(page, inner[1][0]); f != nil {
			for i := range f.Items {
				items = append(items, fieldItem(&f.Items[i]))
			}
		}
		return items
	}
	for i := range p.Fields {
		f := &p.Fields[i]
		items = append(items, fieldItem(f))
		if f.Kind == schema.Tips {
			items = append(items, attributes("tips", f.Help+" As a list.")...)
		}
	}
	if page != "" {
		return items
	}
	for _, other := range schema.Pages() {
		if other.Key != "" {
			item := block(other.HCLName(), "", other.Title+".")
			items = append(items, item)
		}
	}
	if kind == "theme" {
		return append(items, attributes("extends", "What this theme builds on; later ones win.", "extra", "Members that the catalogue does not know yet.")...)
	}
	return append(items, attributes("theme", "What this document builds on; later ones win.", "texts", `page => field => text, as in jsondecode(file("texts/en.json")).`,
		"for_each", "One document for each element.", "code", "With for_each: the locale of an element.", "extra", "Members that the catalogue does not know yet.",
		schema.PreventDestroy, "Refuses to put the page back to the default.")...)
}

func fieldItem(f *schema.Field) Item {
	if f.Kind == schema.Tips {
		return repeated(block(f.HCLName(), "", f.Help))
	}
	detail := f.Kind.String()
	if limit := f.MaxLength(""); limit > 0 {
		detail += fmt.Sprintf(", at most %d", limit)
	}
	if f.Default != "" {
		detail += ", default " + structure.OneLine([]byte(f.Default))
	}
	item := Item{Label: f.HCLName(), Kind: FieldItem, Detail: detail, Documentation: f.Help, Insert: f.HCLName() + " = "}
	if f.Provenance == schema.FieldUse {
		item.Rank = 1
	}
	return item
}

func sessionItems(override bool) (items []Item) {
	if !override {
		items = append(attributes("api", "h5_token, h5_url or sdk_license.", schema.PreventDestroy, "Refuses to forget this session."), block("locale", "th", "What differs in one language."))
	}
	for _, a := range schema.Attributes() {
		item := Item{Label: a.Name, Kind: FieldItem, Detail: a.Kind.String(), Documentation: a.Help, Insert: a.Name + " = ", Rank: 1}
		if len(a.Required) > 0 {
			item.Rank = 0
		}
		items = append(items, item)
	}
	return items
}

// settingsItems are those of the livery block and the blocks in it.
func settingsItems(inner [][]string) []Item {
	if len(inner) == 0 {
		return append(attributes("required_version", `Such as ">= 0.1.0".`, "include", "Files that several stacks share, as patterns."),
			block("backend", "local", "Where the state is kept."), block("lint", "", "What weight the rules have."), block("texts", "", "Which language the others are translated from."))
	}
	switch last := inner[len(inner)-1]; last[0] {
	case "backend":
		if len(last) < 2 {
			return nil
		}
		var items []Item
		if b, ok := storage.BackendOf(last[1]); ok {
			for _, name := range b.Names() {
				items = append(items, attributes(name, "")...)
			}
		}
		return items
	case "texts":
		return attributes("source", "The language that the others are translated from.", "keep", "Names that no translation changes.",
			"notes", "A JSON file of notes for translators: page => field => note.", "lock", "The file that records from which words each translation was made.")
	case "lint":
		return append(attributes("baseline", "A file with the findings that are known."), block("rule", "contrast", "What weight a rule has."), repeated(block("ignore", "", "What is let pass, in files that have no comments.")))
	case "ignore":
		return attributes("rule", "", "path", "", "locale", "", "until", "The last day, as 2027-01-31.", "reason", "")
	case "rule":
		items := attributes("level", "off, notice, warning or error.")
		if len(last) > 1 {
			if row, ok := rule.ByID(rule.ID(last[1])); ok {
				for _, o := range row.Options {
					items = append(items, attributes(o.Name, o.Help)...)
				}
			}
		}
		return items
	}
	return nil
}
