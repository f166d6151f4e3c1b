package explain

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// Syntax puts what the parser found wrong with a file in HCL into plain words: sorted,
// one fault a line, and none that only follows from another. Behind understood bytes
// the parser has lost its way: what it read there is not what was written.
func Syntax(src []byte, diags hcl.Diagnostics) (said hcl.Diagnostics, understood int) {
	understood = len(src)
	if len(diags) == 0 {
		return diags, understood
	}
	slices.SortStableFunc(diags, func(a, b *hcl.Diagnostic) int { return cmp.Compare(a.Subject.Start.Byte, b.Subject.Start.Byte) })
	t := newText(src, diags[0].Subject.Filename)
	diags = withoutConsequences(diags)
	seen := make(map[int]bool) // by line, where the parser saw faults and where they are
	for _, d := range diags {
		lost, line := false, d.Subject.Start.Line
		if seen[line] {
			continue
		}
		if seen[line] = true; len(said) < mostExplained {
			lost = t.explain(d)
		}
		if at := d.Subject.Start.Line; at != line && seen[at] {
			continue
		}
		seen[d.Subject.Start.Line] = true
		if said = append(said, d); lost {
			return said, d.Subject.Start.Byte
		}
	}
	return said, understood
}

// mostExplained is how many faults of a file are explained: nobody reads more, and to
// look for what was meant takes time.
const mostExplained = 100

// withoutConsequences leaves out the blocks and brackets without an end where a text
// has none: the rest of the file, with all that closes them, is a part of that text.
func withoutConsequences(diags hcl.Diagnostics) hcl.Diagnostics {
	if !slices.ContainsFunc(diags, endlessText) {
		return diags
	}
	return slices.DeleteFunc(diags, func(d *hcl.Diagnostic) bool { return strings.HasPrefix(d.Summary, "Unclosed configuration") })
}

func endlessText(d *hcl.Diagnostic) bool {
	switch d.Summary {
	case "Invalid multi-line string", "Unterminated template string", "Unterminated string literal", "Unclosed template interpolation sequence":
		return true
	default:
		return false
	}
}

// text is a file with a fault, by its tokens.
type text struct {
	src    []byte
	tokens hclsyntax.Tokens
	starts map[int]int // the number of the first token of each line
}

func newText(src []byte, filename string) *text {
	tokens, _ := hclsyntax.LexConfig(src, filename, hcl.InitialPos) // the parser has said what is wrong with them
	t := &text{src: src, tokens: tokens, starts: make(map[int]int)}
	for i, token := range tokens {
		if _, ok := t.starts[token.Range.Start.Line]; !ok {
			t.starts[token.Range.Start.Line] = i
		}
	}
	return t
}

// explain says what is most likely meant where a fault is, and reports whether the
// parser is lost behind it.
func (t *text) explain(d *hcl.Diagnostic) (lost bool) {
	if comment, ok := t.commentedColour(d.Subject.Start); ok {
		lost = comment.Range.Start.Line != d.Subject.Start.Line || comment.inBrackets
		hex := leadingColour(comment.Bytes)
		rng := comment.Range
		rng.End = rng.Start
		rng.End.Byte, rng.End.Column = rng.Start.Byte+len(hex), rng.Start.Column+len(hex)
		say(d, rng, "Colour without quotes", fmt.Sprintf("# begins a comment, so nothing stands here. Put the colour in double quotes: %s.", Quote(hex)))
		return lost
	}
	l := t.line(d.Subject.Start.Line)
	switch d.Summary {
	case "Unclosed configuration block", "Unclosed configuration body":
		t.unclosedBlock(d)
		return true
	case "Unterminated template string":
		t.unclosedHeredoc(d)
		return true
	case "Invalid block definition":
		if d.Subject.Start.Line != d.Subject.End.Line || len(d.Subject.SliceBytes(t.src)) == 0 { // a line end
			header := l.code()
			say(d, l.rng(), "Block without a brace", fmt.Sprintf("A block begins with an opening brace on its first line: %s {", header))
			return true
		}
	}
	return l.explain(d) || t.unclosedBracket(d) || t.explainRest(d)
}

// explainRest says the rest in plainer words than the library. A text without an end is
// where the parser gets lost.
func (t *text) explainRest(d *hcl.Diagnostic) (lost bool) {
	switch {
	case strings.HasPrefix(d.Detail, "Cannot encode character U+"):
		d.Detail = "The digits behind \\u are those of half a character: JavaScript and JSON write an emoji as two. Write the character itself"
		if r := surrogates(t.src[d.Subject.Start.Byte:]); r != utf8.RuneError {
			d.Detail += fmt.Sprintf(", %c, or \\U%08x", r, r)
		}
		d.Detail += "."
	case strings.HasPrefix(d.Detail, "The symbol ") && d.Summary == "Invalid escape sequence":
		d.Detail = `A backslash begins one of \n, \t, \", \\, \uNNNN and \UNNNNNNNN. Write \\ for the backslash itself, and leave it out before an apostrophe.`
	case d.Summary == "Argument or block definition required":
		d.Detail = "Here stands neither NAME = VALUE nor a block, NAME { ... }."
	case d.Detail == "Expected the start of an expression, but found an invalid expression token.":
		d.Detail = "A value is missing here: a text or a colour in double quotes, a number, true, false, or null for the API's default."
	case d.Summary == "Invalid multi-line string":
		d.Detail = "The closing quotation mark is missing in this line. Within a text a line feed is written \\n."
	case strings.HasPrefix(d.Detail, "The equals sign"):
		d.Detail = "A block has no equals sign before its brace."
	case d.Summary == "Invalid single-argument block definition", d.Summary == "Argument definition required":
		d.Summary, d.Detail = "Too much in one line", "A block that is written in one line holds one NAME = VALUE and nothing else. Begin a line behind its brace and for each thing in it."
	case d.Summary == "Unclosed template interpolation sequence":
		d.Detail = "A ${ in this text has no closing brace."
	}
	Template(d)
	return endlessText(d)
}

// surrogates is the character that a text begins with as two escapes of JSON.
func surrogates(s []byte) rune {
	var high, low rune
	if n, _ := fmt.Sscanf(string(s[:min(len(s), 12)]), `\u%04x\u%04x`, &high, &low); n < 2 {
		return utf8.RuneError
	}
	return utf16.DecodeRune(high, low)
}

// say gives a diagnostic other words and another place.
func say(d *hcl.Diagnostic, rng hcl.Range, summary, detail string) {
	d.Subject, d.Context, d.Summary, d.Detail = &rng, nil, summary, detail
}

// Quote writes a text as HCL does.
func Quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "${", "$${", "%{", "%%{", "\n", `\n`).Replace(s) + `"`
}

// comment is a colour that # has made one.
type comment struct {
	hclsyntax.Token
	inBrackets bool
}

// commentedColour finds the comment before a place, and without another fault between
// them, that was meant as a colour: it stands where a value must.
func (t *text) commentedColour(pos hcl.Pos) (comment, bool) {
	for i := t.at(pos); i > 0; i-- {
		token, before := t.tokens[i], t.tokens[i-1]
		if token.Type != hclsyntax.TokenComment && token.Type != hclsyntax.TokenNewline && token.Range.Start.Line < pos.Line-1 {
			return comment{}, false
		}
		if token.Type != hclsyntax.TokenComment || leadingColour(token.Bytes) == "" || before.Range.End.Line != token.Range.Start.Line {
			continue
		}
		switch before.Type {
		case hclsyntax.TokenEqual, hclsyntax.TokenQuestion, hclsyntax.TokenColon:
			return comment{Token: token}, true
		case hclsyntax.TokenOBrack, hclsyntax.TokenOParen:
			return comment{token, true}, true
		case hclsyntax.TokenComma:
			return comment{token, true}, bytes.ContainsAny(token.Bytes, ")],")
		}
	}
	return comment{}, false
}

// leadingColour is the colour that a comment begins with; "" if it begins with none.
func leadingColour(s []byte) string {
	n := 1
	for n < len(s) && strings.IndexByte("0123456789abcdefABCDEF", s[n]) >= 0 {
		n++
	}
	if s[0] != '#' || n != 4 && n != 5 && n != 7 && n != 9 || n < len(s) && (s[n] >= 'g' && s[n] <= 'z') {
		return ""
	}
	return string(s[:n])
}

// at is the number of the token at a place, or of the last one before it.
func (t *text) at(pos hcl.Pos) int {
	i, found := slices.BinarySearchFunc(t.tokens, pos.Byte, func(token hclsyntax.Token, at int) int { return cmp.Compare(token.Range.Start.Byte, at) })
	if !found {
		i--
	}
	return max(i, 0)
}

// open is a brace that has not been closed, and the line that it stands in.
type open struct {
	token hclsyntax.Token
	line  line
}

// unclosedBlock points at the block whose end is missing. To the parser that is always
// the outermost; the indentation shows which one it is and where its end belongs.
func (t *text) unclosedBlock(d *hcl.Diagnostic) {
	var stack []open
	last := 0
	for i, token := range t.tokens {
		if line := token.Range.Start.Line; line != last && token.Type != hclsyntax.TokenNewline && token.Type != hclsyntax.TokenEOF && token.Type != hclsyntax.TokenComment {
			last = line
			if n := len(stack) - 1; n >= 0 && t.tokens[i-1].Type == hclsyntax.TokenNewline {
				indent, outer := token.Range.Start.Column, stack[n].line.indent()
				if indent < outer || indent == outer && token.Type != hclsyntax.TokenCBrace {
					t.sayUnclosed(d, stack[n], fmt.Sprintf(" By the indentation it belongs before line %d.", line))
					return
				}
			}
		}
		switch token.Type {
		case hclsyntax.TokenOBrace, hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
			stack = append(stack, open{token, t.line(token.Range.Start.Line)})
		case hclsyntax.TokenCBrace, hclsyntax.TokenTemplateSeqEnd:
			stack = stack[:max(len(stack)-1, 0)]
		}
	}
	if len(stack) > 0 {
		t.sayUnclosed(d, stack[len(stack)-1], "")
	}
}

func (t *text) sayUnclosed(d *hcl.Diagnostic, o open, hint string) {
	say(d, o.line.rng(), "Block without an end", "The block that begins here has no closing brace }."+hint)
}

// unclosedHeredoc points at the beginning of a text that has no end.
func (t *text) unclosedHeredoc(d *hcl.Diagnostic) {
	for i := t.at(d.Subject.Start); i >= 0; i-- {
		token := t.tokens[i]
		if token.Type != hclsyntax.TokenOHeredoc {
			continue
		}
		begin := strings.TrimSpace(string(token.Bytes))
		rng := token.Range
		rng.End = rng.Start
		rng.End.Byte, rng.End.Column = rng.Start.Byte+len(begin), rng.Start.Column+len(begin)
		say(d, rng, "Text without an end", fmt.Sprintf("The text that begins here ends with a line on which %s stands alone. There is none.", strings.TrimLeft(begin, "<-")))
		return
	}
}

// unclosedBracket points at a list or a call that is not closed before the next line
// that begins an argument, or before the end of its block; false if that is not what is
// wrong.
func (t *text) unclosedBracket(d *hcl.Diagnostic) bool {
	switch d.Summary {
	case "Missing item separator", "Missing argument separator", "Unbalanced parentheses", "Unterminated function call",
		"Unterminated tuple constructor expression", "Missing close bracket on index":
	default:
		return false
	}
	depth := 0
	for i := t.at(d.Subject.Start) - 1; i >= 0; i-- {
		token := t.tokens[i]
		switch token.Type {
		case hclsyntax.TokenCBrack, hclsyntax.TokenCParen:
			depth++
		case hclsyntax.TokenOBrack, hclsyntax.TokenOParen:
			if depth--; depth >= 0 {
				continue
			}
			if next := t.line(d.Subject.Start.Line); next.number == token.Range.Start.Line || !next.beginsItem() {
				return false
			}
			closing := map[hclsyntax.TokenType]string{hclsyntax.TokenOBrack: "]", hclsyntax.TokenOParen: ")"}[token.Type]
			say(d, token.Range, "Bracket without an end", fmt.Sprintf("The bracket that begins here is not closed: a %s is missing before line %d.", closing, d.Subject.Start.Line))
			return true
		}
	}
	return false
}
