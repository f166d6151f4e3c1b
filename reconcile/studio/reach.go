package studio

import (
	"fmt"
	"math"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"livery/reconcile/translating"
	"livery/reconcile/workspace"
	"livery/schema"
	"livery/schema/colour"
	"livery/schema/stack"
	"livery/schema/syntax"
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

// shares counts the fields that become others if a place does. Where functions compute some
// of them, that is tried: a text that is readable on a colour often stays as it is.
func (f *finder) shares(t target) Reach {
	r := f.reach(t.at)
	was, ok := colour.Parse(f.of(f.document.Look).Text())
	if f.leaf().Kind != schema.Colour || !ok || !f.isComputedFrom(t.at) {
		return r
	}
	v := cty.StringVal(shade(was))
	e := syntax.Replace(t.at, v)
	if t.action == replaceToken {
		text, err := tokenText(v)
		if err != nil {
			return r
		}
		e = syntax.Rewrite(t.at, text)
	}
	src := translating.SourceOf(f.Evaluation, t.at.Filename)
	done, err := syntax.NewPatch(t.at.Filename, src, e).Apply(src)
	if err != nil {
		return r
	}
	f.studio.changed.Unsaved = map[string][]byte{t.at.Filename: done}
	tried, diags, err := workspace.Reload(f.studio.changed, f.Stack, stack.NeedDocuments)
	if err != nil || diags.HasErrors() || len(tried.Documents) != len(f.Documents) {
		return r
	}
	return differing(f.Documents, tried.Documents)
}

// isComputedFrom reports whether a function computes a value from what stands in a place.
func (b *base) isComputedFrom(at hcl.Range) bool {
	return slices.ContainsFunc(b.Documents, func(d schema.Document) bool {
		return slices.ContainsFunc(schema.Fields(), func(f *schema.Field) bool {
			v := d.At(f)
			return v.Origin() != nil && v.Origin().Derived && leadsTo(v, at)
		})
	})
}

// differing counts the fields in which documents differ.
func differing(a, b []schema.Document) (r Reach) {
	for i := range a {
		own := 0
		for _, f := range schema.Fields() {
			if !a[i].At(f).Equal(b[i].At(f)) {
				own++
			}
		}
		if r.Fields += own; own > 0 {
			r.Languages++
		}
	}
	return r
}

// shade is a colour near another one: of a dark one a darker one, of a light one a lighter
// one, so that it is as readable on both what can be read on one.
func shade(c colour.Colour) string {
	const step = 24.0 / 255
	move := func(v, by float64) float64 { return min(max(v+by, 0), 1) }
	by := step
	if c.R+c.G+c.B < 1.5 {
		by = -step
	}
	if r, g, b := move(c.R, by), move(c.G, by), move(c.B, by); r == c.R && g == c.G && b == c.B {
		by = -by // black and white
	}
	hex := func(v float64) int { return int(math.Round(move(v, by) * 255)) }
	return fmt.Sprintf("#%02x%02x%02x", hex(c.R), hex(c.G), hex(c.B))
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
