package studio

import (
	"slices"

	"github.com/hashicorp/hcl/v2"

	"livery/schema"
)

// Reach counts who has a value from a place.
type Reach struct {
	Fields    int    `json:"fields"` // of all documents
	Languages int    `json:"languages"`
	Text      string `json:"text"`
}

// words are the reach in words, as 132 fields in 12 languages.
func (r Reach) words() string {
	return schema.Plural(r.Fields, "field") + " in " + schema.Plural(r.Languages, "language")
}

// reach counts the fields whose value comes from a place, or is computed from it.
func (b *base) reach(at hcl.Range) (r Reach) {
	for _, d := range b.Documents {
		own := 0
		for _, f := range schema.Fields() {
			if slices.ContainsFunc(valuesOf(d.At(f)), func(v schema.Value) bool { return leadsTo(v, at) }) {
				own++
			}
		}
		if r.Fields += own; own > 0 {
			r.Languages++
		}
	}
	return r
}

// valuesOf are a value and, of a list, those of its tips.
func valuesOf(v schema.Value) []schema.Value {
	list := []schema.Value{v}
	for _, tip := range v.Tips() {
		list = append(list, tip.Text, tip.Icon)
	}
	return list
}

func leadsTo(v schema.Value, at hcl.Range) bool {
	if !said(v) {
		return false
	}
	o := v.Origin()
	if o == nil {
		return same(v.Range(), at)
	}
	leads := func(s schema.Step) bool { return same(s.Range, at) }
	return same(v.Range(), at) || same(o.Range, at) || slices.ContainsFunc(o.Chain, leads) || slices.ContainsFunc(o.Also, leads)
}

// same compares places by their bytes.
func same(a, b hcl.Range) bool {
	return a.Filename == b.Filename && a.Start.Byte == b.Start.Byte && a.End.Byte == b.End.Byte
}

// reachOfTheme counts the documents that get a field from a theme as soon as it says it.
func (b *base) reachOfTheme(theme string, f *schema.Field) (r Reach) {
	for _, d := range b.Documents {
		layers := b.layersOf(d.Locale)
		for i := len(layers) - 1; i >= 0; i-- {
			if layers[i].Name == theme {
				r.Fields, r.Languages = r.Fields+1, r.Languages+1
				break
			}
			if said(layers[i].At(f)) {
				break
			}
		}
	}
	return r
}
