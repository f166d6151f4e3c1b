package translating

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
	"livery/schema/stack"
	"livery/schema/syntax"
)

// Holder is where fields are declared: the block of a theme or of a document, or a file of
// texts.
type Holder struct {
	File  string    // by its name in ranges
	Block hcl.Range // the zero Range for a file of texts

	src []byte // of a file of texts
}

// BlockHolder is the block that begins at a range.
func BlockHolder(block hcl.Range) Holder { return Holder{File: block.Filename, Block: block} }

// HolderOf is where a document declares fields of its own: its file of texts, else its block.
// Why says, where there is no such place, what would help, and at stands where.
func HolderOf(e *stack.Evaluation, d schema.Document) (h Holder, at hcl.Range, why string) {
	file := e.TextsFile(d.Locale)
	switch {
	case file == "" && IsForEach(e, d):
		return h, d.Range, "This block is for several languages and has no file of texts in JSON. Add one for each: texts = jsondecode(file(\"texts/${each.key}.json\"))."
	case file == "":
		return BlockHolder(d.Range), hcl.Range{}, ""
	}
	if others := alsoReading(e, file, d.Locale); len(others) > 0 {
		return h, hcl.Range{Filename: file, Start: hcl.InitialPos},
			fmt.Sprintf("This file is also that of %s. Give each language its own.", schema.ListLocales(others))
	}
	return TextsHolder(file, SourceOf(e, file)), hcl.Range{}, ""
}

// TextsHolder is a file of texts that holds src.
func TextsHolder(file string, src []byte) Holder { return Holder{File: file, src: src} }

// SourceOf is what a file held when the stack was read, by its name in ranges.
func SourceOf(e *stack.Evaluation, name string) []byte {
	src := e.Sources[name]
	if src == nil {
		src, _ = e.File(name)
	}
	return src
}

// IsTexts reports whether it is a file of texts.
func (h Holder) IsTexts() bool { return h.Block == (hcl.Range{}) }

// Add declares a field that is not there yet, behind those that come before it.
func (h Holder) Add(f *schema.Field, value cty.Value) syntax.Edit {
	name := h.naming(f)
	var after [][]string
	for _, before := range schema.Fields()[:f.Number()] {
		after = append(after, name(before))
	}
	return syntax.Add(h.Block, name(f), value, after...)
}

// naming is how fields are named beside one: each by its page, if it has one, and its own name.
func (h Holder) naming(beside *schema.Field) func(*schema.Field) []string {
	spell := schema.Snake
	if h.IsTexts() {
		spell = spelling(h.src, schema.PageByKey(beside.Page))
	}
	return func(f *schema.Field) []string {
		key := f.Key
		if f.Kind == schema.Tips && !h.IsTexts() {
			key = "tip"
		}
		if page := spell(f.Page); page != "" {
			return []string{page, spell(key)}
		}
		return []string{spell(key)}
	}
}

// IsForEach reports whether a document's block declares several languages.
func IsForEach(e *stack.Evaluation, d schema.Document) bool {
	for _, b := range e.Module.Locales {
		if b.DefRange == d.Range {
			return b.Attribute("for_each") != nil
		}
	}
	return false
}

// alsoReading are the other languages with the same file of texts.
func alsoReading(e *stack.Evaluation, file string, locale schema.Locale) []schema.Locale {
	var list []schema.Locale
	for _, d := range e.Documents {
		if d.Locale != locale && e.TextsFile(d.Locale) == file {
			list = append(list, d.Locale)
		}
	}
	return list
}

// spelling is how the keys of a file of texts are written: those of the page, or else of
// any other.
func spelling(src []byte, page *schema.Page) func(string) string {
	root, _ := syntax.ParseJSON(src, "texts.json")
	same := func(key string) string { return key }
	if root == nil {
		return same
	}
	for _, from := range []*syntax.JSON{root.At(page.Key), root.At(page.HCLName()), root} {
		if from == nil || from == root && page.Key != "" && root.At(page.Key) != nil {
			continue
		}
		for j := range from.All() {
			switch {
			case strings.ToLower(j.Name) != j.Name:
				return same
			case strings.Contains(j.Name, "_"):
				return schema.Snake
			}
		}
	}
	return same
}
