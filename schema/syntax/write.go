package syntax

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
	"livery/schema/jsontext"
	"livery/schema/layout"
)

// Body is a ConfigureUI request as it is to be written in HCL. Unlike a
// schema.Document it may hold values that the service would refuse: whoever
// brings them along shall see them where they can be corrected.
type Body struct {
	Locale schema.Locale
	Values map[*schema.Field]cty.Value   // known fields; a null one is left out
	Extra  map[schema.ExtraKey]cty.Value // members that the catalogue does not know
}

// BodyOf is the body of a document.
func BodyOf(d schema.Document) (Body, error) {
	b := Body{Locale: d.Locale, Values: make(map[*schema.Field]cty.Value), Extra: make(map[schema.ExtraKey]cty.Value)}
	for _, f := range schema.Fields() {
		if v := d.At(f); v.Declared() {
			b.Values[f] = v.Cty()
		}
	}
	for _, k := range d.ExtraKeys() {
		e, _ := d.ExtraAt(k)
		v, err := schema.JSONValue(e.JSON)
		if err != nil {
			return Body{}, fmt.Errorf("reading the extra member %s: %w", k.Path(), err)
		}
		b.Extra[k] = v
	}
	return b, nil
}

// WriteLocale writes the body as one locale block with the given label, in
// catalogue order and canonical layout. Loading it gives the same document.
func WriteLocale(w io.Writer, label string, body Body) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "locale %s {\n", quoteHCL(label))
	parts := 0
	for _, p := range schema.Pages() {
		lines := pageLines(p, body)
		if lines == "" {
			continue
		}
		if parts++; parts > 1 {
			b.WriteByte('\n')
		}
		if p.Key == "" {
			b.WriteString(lines)
		} else {
			fmt.Fprintf(&b, "%s {\n%s}\n", p.HCLName(), lines)
		}
	}
	if extra := extraLines(body.Extra); extra != "" {
		if parts > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(extra)
	}
	b.WriteString("}\n")
	_, err := w.Write(layout.Format(b.Bytes()))
	return err
}

// pageLines is the inside of a page's block: its attributes, then its tips.
func pageLines(p *schema.Page, body Body) string {
	var attributes, blocks strings.Builder
	for i := range p.Fields {
		f := &p.Fields[i]
		v, ok := body.Values[f]
		switch {
		case !ok || v.IsNull():
		case f.Kind == schema.Tips && areTips(v):
			blocks.WriteString(tipBlocks(v))
		case f.Kind == schema.Tips:
			fmt.Fprintf(&attributes, "%s = %s\n", f.Key, Expression(v))
		default:
			fmt.Fprintf(&attributes, "%s = %s\n", f.HCLName(), Expression(v))
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
			if !isBareName(name) || seen[name] {
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
				fmt.Fprintf(&b, "%s = %s\n", schema.Snake(k.AsString()), Expression(member))
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
	return "extra = " + Expression(cty.ObjectVal(roots)) + "\n"
}

// Expression writes a value as an HCL expression.
func Expression(v cty.Value) string {
	if v.IsNull() {
		return "null"
	}
	switch t := v.Type(); {
	case t == cty.String:
		return quoteHCL(v.AsString())
	case t == cty.Number:
		return jsontext.FormatNumber(v.AsBigFloat())
	case t == cty.Bool:
		return strconv.FormatBool(v.True())
	case t.IsObjectType() || t.IsMapType():
		return objectExpression(v.AsValueMap())
	default:
		parts := make([]string, 0, v.LengthInt())
		for it := v.ElementIterator(); it.Next(); {
			_, element := it.Element()
			parts = append(parts, Expression(element))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
}

func objectExpression(members map[string]cty.Value) string {
	if len(members) == 0 {
		return "{}"
	}
	var b strings.Builder
	b.WriteString("{\n")
	for _, key := range slices.Sorted(maps.Keys(members)) {
		name := key
		if !isBareName(key) {
			name = quoteHCL(key)
		}
		fmt.Fprintf(&b, "%s = %s\n", name, Expression(members[key]))
	}
	b.WriteString("}")
	return b.String()
}

// isBareName reports whether a key can be written without quotation marks, also
// IsName reports whether a text can be the name of a block: it can be referred to in
// an expression.
func IsName(text string) bool { return hclsyntax.ValidIdentifier(text) }

// where "for" would begin an expression of another kind.
func isBareName(key string) bool {
	return hclsyntax.ValidIdentifier(key) && key != "for" && key != "null" && key != "true" && key != "false"
}

// quoteHCL writes a text between quotation marks. Template sequences are doubled
// as usual; a run of dollar or percent signs before a brace, which the doubling
// would change, has all but its last written as an escape.
func quoteHCL(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for s != "" {
		i := strings.IndexAny(s, "$%")
		if i < 0 {
			b.WriteString(escaped(s))
			break
		}
		b.WriteString(escaped(s[:i]))
		sign, run := s[i], 0
		for i+run < len(s) && (s[i+run] == '$' || s[i+run] == '%') {
			run++
		}
		signs := s[i : i+run]
		s = s[i+run:]
		if !strings.HasPrefix(s, "{") || run == 1 {
			if run == 1 && strings.HasPrefix(s, "{") {
				b.WriteByte(sign)
			}
			b.WriteString(signs)
			continue
		}
		for _, c := range []byte(signs[:run-1]) {
			fmt.Fprintf(&b, `\u%04x`, c)
		}
		b.WriteString(strings.Repeat(signs[run-1:], 2))
	}
	b.WriteByte('"')
	return b.String()
}

// escaped is a text without dollar and percent signs as it stands between quotation
// marks.
func escaped(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case unicode.IsPrint(r):
			b.WriteRune(r)
		case r < 1<<16:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
	}
	return b.String()
}
