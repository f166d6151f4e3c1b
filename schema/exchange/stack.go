package exchange

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
)

// ImportStack writes bodies as people would keep them: the words of each in a file of its
// own in dir, which is relative to the stack and written with slashes; all else that every
// body says alike in a theme; the rest in their blocks. It gives the configuration, and the
// files of texts by their names. Errors are those of [ImportHCL]. The theme has a name that
// is not among those of the themes that the stack has already.
func ImportStack(bodies []*Body, dir string, themes ...string) (src []byte, files map[string][]byte, diags hcl.Diagnostics) {
	files = make(map[string][]byte)
	shared, theme := sharedBy(bodies), "base"
	for n := 2; slices.Contains(themes, theme); n++ {
		theme = fmt.Sprintf("base%d", n)
	}
	split := make([]*Body, len(bodies))
	for i, b := range bodies {
		own := *b
		words := Draft{Values: make(map[*schema.Field]cty.Value)}
		own.Values = maps.Clone(b.Values)
		maps.DeleteFunc(own.Values, func(f *schema.Field, v cty.Value) bool {
			if !v.IsNull() && isWords(f, v) {
				words.Values[f] = v
				return true
			}
			_, ok := shared.Values[f]
			return ok
		})
		own.Extra = maps.Clone(b.Extra)
		maps.DeleteFunc(own.Extra, func(k schema.ExtraKey, _ cty.Value) bool { _, ok := shared.Extra[k]; return ok })
		if len(words.Values) > 0 {
			own.Texts = path.Join(dir, string(b.Locale)+".json")
			files[own.Texts] = textsFile(words)
		}
		if !shared.isEmpty() {
			own.Theme = theme
		}
		split[i] = &own
	}
	var out bytes.Buffer
	if !shared.isEmpty() {
		out.WriteString("# What all languages have in common.\n")
		if err := writeBlock(&out, "theme", theme, shared); err != nil {
			panic(fmt.Sprintf("exchange: writing to memory: %v", err))
		}
		out.WriteByte('\n')
	}
	blocks, diags := ImportHCL(split)
	if diags.HasErrors() {
		return nil, nil, diags
	}
	return append(out.Bytes(), blocks...), files, diags
}

func (d Draft) isEmpty() bool { return len(d.Values)+len(d.Extra) == 0 }

// sharedBy is what several bodies all say alike, but for their words. One alone shares
// nothing.
func sharedBy(bodies []*Body) Draft {
	var d Draft
	if len(bodies) < 2 {
		return d
	}
	first := bodies[0].Draft
	d.Values, d.Extra = maps.Clone(first.Values), maps.Clone(first.Extra)
	for _, b := range bodies {
		maps.DeleteFunc(d.Values, func(f *schema.Field, v cty.Value) bool {
			return isWords(f, v) || v.IsNull() || !saysAlike(b.Values[f], v)
		})
		maps.DeleteFunc(d.Extra, func(k schema.ExtraKey, v cty.Value) bool { return v.IsNull() || !saysAlike(b.Extra[k], v) })
	}
	return d
}

func saysAlike(v, other cty.Value) bool { return v != cty.NilVal && v.RawEquals(other) }

// isWords reports whether a value can stand in a file of texts: a text, or a list of tips.
// What the service would refuse for its type stands where it is seen, in the block.
func isWords(f *schema.Field, v cty.Value) bool {
	switch f.Kind {
	case schema.Text:
		return v.Type() == cty.String
	case schema.Tips:
		if v.IsNull() || !areTips(v) {
			return false
		}
		for it := v.ElementIterator(); it.Next(); {
			_, tip := it.Element()
			for it := tip.ElementIterator(); it.Next(); {
				if _, member := it.Element(); !member.IsNull() && member.Type() != cty.String {
					return false
				}
			}
		}
		return true
	}
	return false
}

// textsFile is a file of  In a tip the text stands before its picture.
func textsFile(d Draft) []byte {
	contents := make(map[*schema.Field]Content)
	for f, v := range d.Values {
		if v.Type() == cty.String {
			contents[f] = Content{Text: v.AsString()}
			continue
		}
		var tips []Tip
		for _, tip := range v.AsValueSlice() {
			var t Tip
			for key, v := range tip.AsValueMap() {
				if !v.IsNull() {
					t = append(t, Member{Key: key, Text: v.AsString()})
				}
			}
			slices.SortFunc(t, func(a, b Member) int {
				return cmp.Or(cmp.Compare(rank(a), rank(b)), strings.Compare(a.Key, b.Key))
			})
			tips = append(tips, t)
		}
		contents[f] = Content{Tips: tips}
	}
	return WriteTexts(contents)
}

func rank(m Member) int {
	if m.Key == "text" {
		return 0
	}
	return 1
}
