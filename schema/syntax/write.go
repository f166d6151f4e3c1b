package syntax

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"livery/schema/jsontext"
)

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
		if !IsBareName(key) {
			name = quoteHCL(key)
		}
		fmt.Fprintf(&b, "%s = %s\n", name, Expression(members[key]))
	}
	b.WriteString("}")
	return b.String()
}

// IsName reports whether a text can be the name of a block: it can be referred to in
// an expression.
func IsName(text string) bool { return hclsyntax.ValidIdentifier(text) }

// IsBareName reports whether a key can be written without quotation marks, also where
// "for" would begin an expression of another kind.
func IsBareName(key string) bool {
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
