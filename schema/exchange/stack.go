package exchange

import (
	"bytes"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
	"livery/schema/jsontext"
)

// baseTheme is the theme that holds what all bodies have in common.
const baseTheme = "base"

// ImportStack writes bodies as people would keep them: the words of each in a file of its
// own in dir, which is relative to the stack and written with slashes; all else that every
// body says alike in a theme; the rest in their blocks. It gives the configuration, and the
// files of texts by their names. Errors are those of [ImportHCL].
func ImportStack(bodies []*Body, dir string) (src []byte, texts map[string][]byte, diags hcl.Diagnostics) {
	texts = make(map[string][]byte)
	shared := sharedBy(bodies)
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
			texts[own.Texts] = textsFile(words)
		}
		if !shared.isEmpty() {
			own.Theme = baseTheme
		}
		split[i] = &own
	}
	var out bytes.Buffer
	if !shared.isEmpty() {
		out.WriteString("# What all languages have in common.\n")
		if err := writeBlock(&out, "theme", baseTheme, shared); err != nil {
			panic(fmt.Sprintf("exchange: writing to memory: %v", err))
		}
		out.WriteByte('\n')
	}
	blocks, diags := ImportHCL(split)
	if diags.HasErrors() {
		return nil, nil, diags
	}
	return append(out.Bytes(), blocks...), texts, diags
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

// textsFile is a file of texts, in the order of the catalogue.
func textsFile(d Draft) []byte {
	var members []string
	for _, p := range schema.Pages() {
		var fields []string
		indent := strings.Repeat("  ", min(len(p.Key), 1)+1)
		for i := range p.Fields {
			f := &p.Fields[i]
			if v, ok := d.Values[f]; ok {
				fields = append(fields, indent+jsonQuote(f.Key)+": "+jsonWords(v, indent))
			}
		}
		switch {
		case p.Key == "":
			members = fields
		case len(fields) > 0:
			members = append(members, fmt.Sprintf("  %s: {\n%s\n  }", jsonQuote(p.Key), strings.Join(fields, ",\n")))
		}
	}
	return fmt.Appendf(nil, "{\n%s\n}\n", strings.Join(members, ",\n"))
}

// jsonWords writes a text, or a list of tips with one on a line.
func jsonWords(v cty.Value, indent string) string {
	if v.Type() == cty.String {
		return jsonQuote(v.AsString())
	}
	var tips []string
	for _, tip := range v.AsValueSlice() {
		var members []string
		values := tip.AsValueMap()
		for _, key := range slices.SortedFunc(maps.Keys(values), compareTipKeys) {
			if v := values[key]; !v.IsNull() {
				members = append(members, jsonQuote(key)+": "+jsonQuote(v.AsString()))
			}
		}
		tips = append(tips, fmt.Sprintf("%s  { %s }", indent, strings.Join(members, ", ")))
	}
	return fmt.Sprintf("[\n%s\n%s]", strings.Join(tips, ",\n"), indent)
}

// compareTipKeys puts the text before its picture.
func compareTipKeys(a, b string) int {
	switch {
	case a == "text":
		return -1
	case b == "text":
		return 1
	}
	return strings.Compare(a, b)
}

func jsonQuote(text string) string { return string(jsontext.AppendString(nil, text)) }
