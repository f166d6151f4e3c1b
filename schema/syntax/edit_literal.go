package syntax

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"livery/schema/jsontext"
	"livery/schema/limit"
)

// A template sequence that is doubled is none. It works where nothing but a single
// dollar or percent sign stands before the brace.
var escapeTemplate = strings.NewReplacer("${", "$${", "%{", "%%{")

// nativeLiteral writes a value in the place of a literal of the native syntax. It
// returns the value as well: a heredoc has the line ends of its file.
func nativeLiteral(raw string, before, value cty.Value) (string, cty.Value) {
	isText := !value.IsNull() && value.Type() == cty.String
	if !isText || !strings.HasPrefix(raw, "<<") {
		if sameValue(before, value) {
			return raw, value
		}
		return Expression(value), value
	}
	opening, _, _ := strings.Cut(raw, "\n")
	text := value.AsString()
	if strings.HasSuffix(opening, "\r") {
		text = strings.ReplaceAll(text, "\r\n", "\n")
		value = cty.StringVal(strings.ReplaceAll(text, "\n", "\r\n"))
	}
	if sameValue(before, value) {
		return raw, value
	}
	if heredoc, ok := rewriteHeredoc(raw, before.AsString(), text); ok && nativeReads(heredoc, value) {
		return heredoc, value
	}
	value = cty.StringVal(text)
	return Expression(value), value
}

// rewriteHeredoc puts other lines between the first and the last line of a heredoc.
func rewriteHeredoc(raw, before, text string) (string, bool) {
	begin, end := strings.IndexByte(raw, '\n')+1, strings.LastIndexByte(raw, '\n')+1
	eol := "\n"
	if strings.HasSuffix(raw[:begin], "\r\n") {
		eol = "\r\n"
	}
	if strings.Contains(text, "\r") || text != "" && !strings.HasSuffix(text, "\n") {
		return "", false
	}
	indent := ""
	if strings.HasPrefix(raw, "<<-") {
		indent = heredocIndent(raw[begin:end], raw[end:], before)
	}
	var b strings.Builder
	b.WriteString(raw[:begin])
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if strings.TrimSpace(line) != "" {
			b.WriteString(indent)
		}
		b.WriteString(escapeTemplate.Replace(line) + eol)
	}
	b.WriteString(raw[end:])
	return b.String(), true
}

// heredocIndent is the white space that <<- takes off each line: what the first line
// with something on it has in the file and not in the value.
func heredocIndent(raw, closing, value string) string {
	blank := func(line string) int { return len(line) - len(strings.TrimLeftFunc(line, unicode.IsSpace)) }
	values := strings.Split(value, "\n")
	i := 0
	for line := range strings.Lines(raw) {
		if taken := blank(line); taken < len(line) && i < len(values) {
			return line[:max(0, taken-blank(values[i]))]
		}
		i++
	}
	return Deeper(closing[:blank(closing)])
}

// nativeReads reports whether an expression is read as that value.
func nativeReads(expression string, want cty.Value) bool {
	src := []byte("x = " + expression + "\n")
	if limit.Check(src, hclSuffix) != nil {
		return false
	}
	file, diags := hclsyntax.ParseConfig(src, "", hcl.InitialPos)
	if diags.HasErrors() {
		return false
	}
	a := file.Body.(*hclsyntax.Body).Attributes
	if len(a) != 1 || a["x"] == nil {
		return false
	}
	got, ok := constant(a["x"].Expr)
	return ok && sameValue(got, want)
}

// Literal is a value as it is written in a file of that name.
func Literal(filename string, v cty.Value) string {
	if strings.HasSuffix(filename, ".json") {
		return jsonLiteral("", v, IsConfiguration(filename))
	}
	return Expression(v)
}

// jsonLiteral writes a value in the place of a literal of JSON. Where strings are
// templates, a text is written so that it evaluates to itself.
func jsonLiteral(raw string, value cty.Value, template bool) string {
	if value.IsNull() || value.Type() != cty.String {
		return Expression(value)
	}
	text := value.AsString()
	if template {
		text = asTemplate(text)
	}
	quoted := jsontext.Quote(text)
	escaped := strings.Contains(raw, `\u`) && strings.IndexFunc(raw, isWide) < 0
	if escaped || limit.Check([]byte(quoted), jsonSuffix) != nil { // see glued
		return escapeWide(quoted)
	}
	return quoted
}

// asTemplate is a template that evaluates to the text.
func asTemplate(text string) string {
	escaped := escapeTemplate.Replace(text)
	if v, ok := templateText(escaped); ok && v == text {
		return escaped
	}
	return "${" + quoteHCL(text) + "}"
}

// templateText is what a template without expressions evaluates to.
func templateText(template string) (string, bool) {
	plain := !strings.Contains(template, "${") && !strings.Contains(template, "%{")
	if plain && !strings.HasPrefix(template, ByteOrderMark) { // the parser would drop the mark
		return template, true
	}
	if limit.Template(template) != nil {
		return "", false
	}
	expr, diags := hclsyntax.ParseTemplate([]byte(template), "", hcl.InitialPos)
	if diags.HasErrors() {
		return "", false
	}
	v, ok := constant(expr)
	if !ok || v.IsNull() || v.Type() != cty.String {
		return "", false
	}
	return v.AsString(), true
}

func isWide(r rune) bool { return r >= utf8.RuneSelf }

// escapeWide writes everything beyond ASCII as an escape.
func escapeWide(quoted string) string {
	var b strings.Builder
	for _, r := range quoted {
		if !isWide(r) {
			b.WriteRune(r)
			continue
		}
		for _, unit := range utf16.AppendRune(nil, r) {
			fmt.Fprintf(&b, `\u%04x`, unit)
		}
	}
	return b.String()
}
