package exchange

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"livery/schema"
	"livery/schema/layout"
	"livery/schema/syntax"
)

// Draft is a ConfigureUI request as it is to be written in HCL. Unlike a
// schema.Document it may hold values that the service would refuse: whoever
// brings them along shall see them where they can be corrected.
type Draft struct {
	Locale schema.Locale
	Theme  string                        // that it builds on; "" for none
	Texts  string                        // the JSON file of its texts, relative to the stack; "" for none
	Values map[*schema.Field]cty.Value   // known fields; a null one is left out
	Extra  map[schema.ExtraKey]cty.Value // members that the catalogue does not know
}

// WriteLocale writes a draft as one locale block with the given label, in
// catalogue order and canonical layout. Loading it gives the same document.
func WriteLocale(w io.Writer, label string, d Draft) error {
	return writeBlock(w, "locale", label, d)
}

func writeBlock(w io.Writer, kind, label string, d Draft) error {
	var parts []string
	for _, p := range schema.Pages() {
		switch lines := pageLines(p, d); {
		case p.Key == "":
			parts = append(parts, baseLines(d), lines)
		case lines != "":
			parts = append(parts, fmt.Sprintf("%s {\n%s}\n", p.HCLName(), lines))
		}
	}
	parts = append(parts, extraLines(d.Extra))
	parts = slices.DeleteFunc(parts, func(part string) bool { return part == "" })
	text := fmt.Sprintf("%s %s {\n%s}\n", kind, syntax.Expression(cty.StringVal(label)), strings.Join(parts, "\n"))
	_, err := w.Write(layout.Format([]byte(text)))
	return err
}

// baseLines are the attributes that say what the block's own fields lie on.
func baseLines(d Draft) string {
	var b strings.Builder
	if d.Theme != "" {
		fmt.Fprintf(&b, "theme = theme.%s\n", d.Theme)
	}
	if d.Texts != "" {
		fmt.Fprintf(&b, "texts = jsondecode(file(%s))\n", syntax.Expression(cty.StringVal(d.Texts)))
	}
	return b.String()
}

// pageLines is the inside of a page's block: its attributes, then its tips.
func pageLines(p *schema.Page, d Draft) string {
	var attributes, blocks strings.Builder
	for i := range p.Fields {
		f := &p.Fields[i]
		v, ok := d.Values[f]
		switch {
		case !ok || v.IsNull():
		case f.Kind == schema.Tips && areTips(v):
			blocks.WriteString(tipBlocks(v))
		case f.Kind == schema.Tips:
			fmt.Fprintf(&attributes, "%s = %s\n", f.Key, syntax.Expression(v))
		default:
			fmt.Fprintf(&attributes, "%s = %s\n", f.HCLName(), syntax.Expression(v))
		}
	}
	if attributes.Len() > 0 && blocks.Len() > 0 {
		attributes.WriteByte('\n')
	}
	return attributes.String() + blocks.String()
}

// areTips reports whether a value can be written as tip blocks: a list, not
// empty, of objects whose keys are names.
func areTips(v cty.Value) bool {
	t := v.Type()
	if !t.IsTupleType() && !t.IsListType() || v.LengthInt() == 0 {
		return false
	}
	for it := v.ElementIterator(); it.Next(); {
		_, tip := it.Element()
		if tip.IsNull() || !tip.Type().IsObjectType() && !tip.Type().IsMapType() {
			return false
		}
		seen := make(map[string]bool)
		for it := tip.ElementIterator(); it.Next(); {
			k, _ := it.Element()
			name := schema.Snake(k.AsString())
			if !syntax.IsBareName(name) || seen[name] {
				return false
			}
			seen[name] = true
		}
	}
	return true
}

func tipBlocks(v cty.Value) string {
	var b strings.Builder
	for it := v.ElementIterator(); it.Next(); {
		_, tip := it.Element()
		b.WriteString("tip {\n")
		for it := tip.ElementIterator(); it.Next(); {
			if k, member := it.Element(); !member.IsNull() {
				fmt.Fprintf(&b, "%s = %s\n", schema.Snake(k.AsString()), syntax.Expression(member))
			}
		}
		b.WriteString("}\n")
	}
	return b.String()
}

// extraLines is the attribute that carries what the catalogue does not know.
func extraLines(extra map[schema.ExtraKey]cty.Value) string {
	members := make(map[string]map[string]cty.Value)
	roots := make(map[string]cty.Value)
	for k, v := range extra {
		switch {
		case v.IsNull():
		case k.Page == "":
			roots[k.Key] = v
		case members[k.Page] == nil:
			members[k.Page] = map[string]cty.Value{k.Key: v}
		default:
			members[k.Page][k.Key] = v
		}
	}
	for page, fields := range members {
		roots[page] = cty.ObjectVal(fields)
	}
	if len(roots) == 0 {
		return ""
	}
	return "extra = " + syntax.Expression(cty.ObjectVal(roots)) + "\n"
}
