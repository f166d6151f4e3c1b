package explain

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"livery/schema"
)

// line is one line of a file by its tokens, without what ends it.
type line struct {
	src    []byte
	number int
	tokens hclsyntax.Tokens
}

func (t *text) line(number int) line {
	l := line{src: t.src, number: number}
	first, ok := t.starts[number]
	if !ok {
		return l
	}
	end := first
	for end < len(t.tokens) && t.tokens[end].Range.Start.Line == number {
		if k := t.tokens[end].Type; k == hclsyntax.TokenNewline || k == hclsyntax.TokenEOF || k == hclsyntax.TokenComment {
			break
		}
		end++
	}
	l.tokens = t.tokens[first:end]
	return l
}

// indent is the column in which a line begins.
func (l line) indent() int {
	if len(l.tokens) == 0 {
		return 1
	}
	return l.tokens[0].Range.Start.Column
}

// rng is what stands in a line.
func (l line) rng() hcl.Range {
	if len(l.tokens) == 0 {
		return hcl.Range{}
	}
	return l.from(0)
}

// from is what stands in a line from one of its tokens on. A token that goes on in the
// next line, such as a text without an end, ends with this one.
func (l line) from(i int) hcl.Range {
	rng := hcl.RangeBetween(l.tokens[i].Range, l.tokens[len(l.tokens)-1].Range)
	if rng.End.Line > l.number {
		rng.End = rng.Start
		for _, token := range l.tokens[i:] {
			if token.Range.End.Line == l.number {
				rng.End = token.Range.End
			}
		}
	}
	return rng
}

// textFrom is the text of a line from one of its tokens on, comments that only look
// like one included: an address holds //.
func (l line) textFrom(i int) string {
	if i >= len(l.tokens) {
		return ""
	}
	rest, _, _ := bytes.Cut(l.src[l.tokens[i].Range.Start.Byte:], []byte("\n"))
	s := string(bytes.TrimSuffix(rest, []byte("\r")))
	for _, mark := range []string{" #", " //", " /*"} {
		s, _, _ = strings.Cut(s, mark)
	}
	return strings.TrimSpace(s)
}

func (l line) code() string { return l.textFrom(0) }

// beginsItem reports whether a line begins an argument or a block, or ends one.
func (l line) beginsItem() bool {
	if len(l.tokens) == 0 {
		return false
	}
	if l.tokens[0].Type == hclsyntax.TokenCBrace {
		return true
	}
	return len(l.tokens) > 1 && l.tokens[0].Type == hclsyntax.TokenIdent &&
		slices.Contains([]hclsyntax.TokenType{hclsyntax.TokenEqual, hclsyntax.TokenOBrace, hclsyntax.TokenOQuote}, l.tokens[1].Type)
}

// explain says what is wrong with a line by its form, whatever the parser stumbled
// over, and reports whether the parser is lost behind it. It is false, and nothing is
// said, for a line that has none of the forms.
func (l line) explain(d *hcl.Diagnostic) (lost bool) {
	if len(l.tokens) == 0 {
		return false
	}
	equals := slices.IndexFunc(l.tokens, func(token hclsyntax.Token) bool {
		return token.Type == hclsyntax.TokenEqual || token.Type == hclsyntax.TokenColon
	})
	switch {
	case l.tokens[0].Type == hclsyntax.TokenCBrace && d.Summary == "Argument or block definition required":
		say(d, l.tokens[0].Range, "Brace too many", "This closing brace closes nothing: either it is one too many, or a block above it is closed too early.")
		return false
	case equals < 0:
		return l.explainHeader(d)
	case equals == 0:
		return false
	}
	if d.Summary == "Argument or block definition required" || d.Summary == "Invalid argument name" {
		return l.explainName(d, equals)
	}
	if equals+1 == len(l.tokens) || d.Subject.Start.Byte < l.tokens[equals].Range.Start.Byte {
		return false
	}
	return l.explainValue(d, equals)
}

// explainHeader says what is wrong with the first line of a block.
func (l line) explainHeader(d *hcl.Diagnostic) (lost bool) {
	code := l.code()
	straight := strings.NewReplacer("“", `"`, "”", `"`, "„", `"`, "‘", `"`, "’", `"`, "'", `"`, "«", `"`, "»", `"`, "`", `"`).Replace(code)
	if straight != code && l.tokens[0].Type == hclsyntax.TokenIdent {
		say(d, l.rng(), "Not a straight quotation mark", fmt.Sprintf("Names and texts stand in straight double quotes: %s", straight))
		return true
	}
	if strings.HasPrefix(code, "<!--") {
		say(d, l.rng(), "Not a comment", "A comment begins with #, or stands between /* and */.")
		return true
	}
	return false
}

// explainName says what is wrong before an equals sign or a colon.
func (l line) explainName(d *hcl.Diagnostic, equals int) (lost bool) {
	name := strings.TrimSpace(string(l.src[l.tokens[0].Range.Start.Byte:l.tokens[equals].Range.Start.Byte]))
	bare := strings.Trim(name, `"'“”`)
	value := strings.TrimRight(l.textFrom(equals+1), ",;")
	page, field, dotted := strings.Cut(bare, ".")
	colon := l.tokens[equals].Type == hclsyntax.TokenColon
	if rest := bytes.TrimLeft(l.src[l.tokens[equals].Range.End.Byte:], " "); value == "" && bytes.HasPrefix(rest, []byte("#")) {
		value = leadingColour(rest) // a comment to the parser
	}
	switch {
	case strings.ContainsAny(bare, " {}()"):
		return false
	case dotted:
		say(d, l.rng(), "Name with a full stop", fmt.Sprintf("A field stands in the block of its page: %s { %s = %s }", nameOf(page), nameOf(field), quoted(field, value)))
	case value == "{" || value == "" && colon:
		say(d, l.rng(), "Block with a colon", fmt.Sprintf("A block has no colon and no quotes around its name: %s { ... }", nameOf(bare)))
		return colon && value == "{"
	case colon:
		say(d, l.rng(), "Colon instead of an equals sign", fmt.Sprintf("A value is set with an equals sign: %s = %s", nameOf(bare), quoted(bare, value)))
	case bare != name:
		say(d, l.rng(), "Name in quotes", fmt.Sprintf("A name before an equals sign has no quotes: %s = %s", bare, quoted(bare, value)))
	}
	return false
}

// explainValue says what is wrong behind an equals sign.
func (l line) explainValue(d *hcl.Diagnostic, equals int) (lost bool) {
	name := string(l.tokens[equals-1].Bytes)
	raw := l.textFrom(equals + 1)
	if slices.ContainsFunc(l.tokens[:equals], func(token hclsyntax.Token) bool { return token.Type == hclsyntax.TokenOBrace }) {
		raw = strings.TrimSpace(strings.TrimSuffix(raw, "}")) // the block ends in this line too
	}
	rng := l.from(equals + 1)
	marks := strings.Count(strings.ReplaceAll(raw, `\"`, ""), `"`)
	first, size := utf8.DecodeRuneInString(raw)
	switch value := strings.TrimRight(raw, ",; "); {
	case first == '"' && marks%2 == 1:
		inner := strings.TrimSuffix(raw[1:], `"`)
		if d.Summary != "Invalid multi-line string" && marks == 1 {
			return false
		}
		say(d, rng, "Text without an end", fmt.Sprintf("The closing quotation mark is missing: %s = %s", name, Quote(inner)))
		if marks > 1 {
			d.Detail = fmt.Sprintf("A quotation mark within a text is written with a backslash: %s = %s", name, Quote(inner))
		}
		return true
	case first == '"' && marks == 2 && strings.HasSuffix(value, `"`) && openSequence(value) > 0:
		at := openSequence(value)
		say(d, rng, "Expression without an end", fmt.Sprintf("%s begins an expression of HCL, which has no closing brace in this text. To show the two characters write the first of them twice: %s = %s",
			value[at:at+2], name, value[:at+1]+value[at:]))
		return true
	case first == '"' && marks > 2 && strings.HasSuffix(value, `"`) && l.quoteWithin(equals):
		say(d, rng, "Quotation mark within a text", fmt.Sprintf("A quotation mark within a text is written with a backslash: %s = %s", name, Quote(value[1:len(value)-1])))
	case first == '"' && marks == 2 && strings.HasSuffix(value, `"`) && value != raw:
		say(d, rng, "Sign at the end of a line", fmt.Sprintf("No %s stands at the end of a line: %s = %s", raw[len(raw)-1:], name, value))
	case strings.ContainsRune("“”„‘’'«»`", first):
		last, lastSize := utf8.DecodeLastRuneInString(value)
		if len(value) > size && strings.ContainsRune("“”„‘’'«»`", last) {
			value = value[:len(value)-lastSize]
		}
		say(d, rng, "Not a straight quotation mark", fmt.Sprintf("Texts stand in straight double quotes: %s = %s", name, Quote(strings.TrimSpace(value[size:]))))
	case l.isBare(equals+1, raw):
		say(d, rng, "Text without quotes", fmt.Sprintf("Put it in double quotes: %s = %s", name, quoted(name, strings.TrimSuffix(raw, `"`))))
		return marks == 1
	}
	return false
}

// openSequence is where the last expression of a text begins, if no brace closes it; -1 if
// there is none.
func openSequence(value string) int {
	at := max(strings.LastIndex(value, "${"), strings.LastIndex(value, "%{"))
	if at < 1 || value[at-1] == value[at] || strings.Contains(value[at:], "}") {
		return -1
	}
	return at
}

// quoteWithin reports whether a word follows immediately on what the parser takes for
// the closing quotation mark.
func (l line) quoteWithin(equals int) bool {
	for i := equals + 2; i+1 < len(l.tokens); i++ {
		if l.tokens[i].Type == hclsyntax.TokenCQuote {
			next := l.tokens[i+1]
			return next.Type == hclsyntax.TokenIdent || next.Type == hclsyntax.TokenNumberLit
		}
	}
	return false
}

// isBare reports whether a value is words rather than an expression.
func (l line) isBare(i int, raw string) bool {
	first := l.tokens[i]
	switch first.Type {
	case hclsyntax.TokenIdent:
		if isRoot(string(first.Bytes)) || i+1 == len(l.tokens) {
			return false
		}
		next := l.tokens[i+1]
		return next.Type != hclsyntax.TokenOParen && next.Type != hclsyntax.TokenDoubleColon && next.Type != hclsyntax.TokenOBrack
	case hclsyntax.TokenNumberLit:
		return i+1 < len(l.tokens) && l.tokens[i+1].Type == hclsyntax.TokenIdent
	case hclsyntax.TokenInvalid:
		return raw != ""
	default:
		return false
	}
}

// isRoot reports whether a name begins an expression.
func isRoot(name string) bool {
	return slices.Contains([]string{"var", "local", "theme", "each", "self", "path", "for", "if"}, name)
}

// quoted is a value that was written without quotes, as it must be written. Where a
// colour belongs, a colour in another form is its digits.
func quoted(name, value string) string {
	switch {
	case strings.HasPrefix(value, `"`), strings.HasPrefix(value, "["), strings.HasPrefix(value, "{"), value == "true", value == "false", value == "null":
		return value
	case value != "" && strings.Trim(value, "0123456789.") == "":
		return value
	case value == "":
		return `"..."`
	}
	value = strings.Trim(value, "'“”")
	if hex := schema.ColourMeant(value); hex != "" && strings.Contains(strings.ToLower(name), "color") {
		value = hex
	}
	return Quote(value)
}

// nameOf is a name as configuration has it, whatever the spelling.
func nameOf(s string) string {
	if strings.ContainsAny(s, "_-") {
		return strings.ToLower(strings.ReplaceAll(s, "-", "_"))
	}
	return schema.Snake(s)
}
