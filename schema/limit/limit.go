// Package limit refuses texts that would take the parsers or the evaluator without end, before
// they see them.
package limit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/apparentlymart/go-textseg/v15/textseg"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"livery/schema"
	"livery/schema/jsontext"
	"livery/schema/position"
	"livery/schema/rule"
)

// The parsers and the evaluator are recursive, and a Go stack that overflows
// cannot be caught. No configuration that a person writes comes near these.
const (
	MaxDepth = jsontext.MaxDepth + 10 // brackets, quotation marks and template sequences within each other: JSON, and blocks around it
	maxChain = 500                    // operators, indexes and attribute steps in one expression

	// A text with fewer characters that can nest or chain than this is harmless
	// however they stand. Ordinary files stay below it; the tokens of the others
	// are looked at, which takes about a fifth of the time of loading them.
	maxUnmeasured = 2000

	// The parser adds the pieces of a text to each other one by one and copies
	// the beginning each time; every line, dollar and percent sign is a piece.
	// The lexer looks for the end of each comment up to the end of the file.
	maxCopied = 128 << 20 // bytes
)

// ByteOrderMark begins files that some editors write.
const ByteOrderMark = "\xef\xbb\xbf"

// fault is what the parsers cannot be trusted with.
type fault struct {
	at              int // in bytes
	summary, detail string
}

// Check refuses what the parsers cannot be trusted with; nil if there is nothing.
func Check(src []byte, shown string) *hcl.Diagnostic {
	f := checkText(src, shown)
	if f == nil && strings.HasSuffix(shown, ".json") {
		f = checkJSON(src)
	} else if f == nil {
		f = checkTokens(src, hclsyntax.LexConfig)
	}
	if f == nil {
		return nil
	}
	return schema.Diagnose(rule.Syntax, schema.Subject{Range: position.Character(src, shown, min(f.at, len(src)))}, f.summary, f.detail)
}

// Template refuses templates that would overflow the parser's stack.
func Template(src string) error {
	f := checkText([]byte(src), "the template")
	if f == nil {
		f = checkTokens([]byte(src), hclsyntax.LexTemplate)
	}
	if f == nil {
		return nil
	}
	return errors.New(strings.TrimSuffix(f.detail, "."))
}

// checkText refuses bytes that are no text, or hold an endless number.
func checkText(src []byte, shown string) *fault {
	hasNUL := bytes.IndexByte(src, 0) >= 0
	switch {
	case !utf8.Valid(src), hasNUL && jsontext.Encoding(src) == "UTF-16":
		return &fault{validUpTo(src), "Not a text file", shown + " is not valid UTF-8, but " + jsontext.Encoding(src) + "; save it as UTF-8."}
	case hasNUL:
		return &fault{0, "Not a text file", shown + " contains a NUL character; it is not a text file."}
	}
	if at, detail := LongNumber(src); detail != "" {
		return &fault{at, "Number too long", detail}
	}
	return nil
}

// validUpTo is where the first byte stands that is no UTF-8.
func validUpTo(src []byte) int {
	at := 0
	for at < len(src) {
		r, size := utf8.DecodeRune(src[at:])
		if r == utf8.RuneError && size == 1 {
			return at
		}
		at += size
	}
	return 0
}

// LongNumber finds a number that takes too long to read. Digits in a text count
// as well, since a text converts to a number.
func LongNumber(src []byte) (int, string) {
	// One that is too long has a digit at a multiple of the limit, so only those are looked at.
	for i := jsontext.MaxDigits; i < len(src); i += jsontext.MaxDigits {
		start, end := i, i
		for start > 0 && isDigit(src[start-1]) {
			start--
		}
		for end < len(src) && isDigit(src[end]) && end-start <= jsontext.MaxDigits {
			end++
		}
		if end-start > jsontext.MaxDigits {
			return end - 1, fmt.Sprintf("More than %d digits follow each other here.", jsontext.MaxDigits)
		}
	}
	return 0, ""
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// harmless reports that no order of the characters of a text could hurt.
func harmless(src []byte) bool {
	links, pieces, long := count(src)
	return links <= maxUnmeasured && pieces*len(src) <= maxCopied && !long
}

// role is what a character may do, alone or with those around it.
type role uint8

const (
	link     role = 1 << iota // nests or chains
	piece                     // begins a new piece of a text
	twice                     // chains behind another one of itself
	exponent                  // begins an exponent
)

// roles are those of each byte. A backslash may stand for any of the others.
var roles = [256]role{
	'(': link, '[': link, '{': link, '!': link, '-': link, '?': link, '+': link, '*': link, '/': link, '<': link, '>': link,
	'&': link, '|': link, '.': link, '$': piece, '\n': piece, '%': link | piece, '\\': link | piece, '=': twice, ':': twice,
	'e': exponent, 'E': exponent,
}

// count finds how many characters of a text can nest or chain, how many begin a
// new piece of it, and whether it may hold a number with a long exponent.
func count(src []byte) (links, pieces int, long bool) {
	for i, c := range src {
		switch r := roles[c]; r {
		case 0:
		case exponent:
			long = long || longExponent(src[i+1:])
		case twice:
			if i > 0 && src[i-1] == c {
				links++
			}
		default:
			links += int(r & link)
			pieces += int(r & piece / piece)
		}
	}
	return links, pieces, long
}

// longExponent reports whether digits of an exponent, behind signs, are more than a number may have.
func longExponent(rest []byte) bool {
	rest = rest[:min(len(rest), jsontext.MaxExponent+2)]
	for len(rest) > 0 && (rest[0] == '+' || rest[0] == '-') {
		rest = rest[1:]
	}
	for _, c := range rest {
		if !isDigit(c) {
			return false
		}
	}
	return len(rest) > jsontext.MaxExponent
}

// checkJSON looks at the structure, and at each text as the template that it is
// once it is evaluated.
func checkJSON(src []byte) *fault {
	text := bytes.TrimPrefix(src, []byte(ByteOrderMark))
	mark := len(src) - len(text)
	if at := swallowed(text); at > 0 {
		return &fault{mark + at, "Invalid character sequence",
			`The character before this one swallows it when the file is read. Write it as an escape, such as "\u0600".`}
	}
	var limit *jsontext.LimitError
	if errors.As(jsontext.Check(text), &limit) {
		return &fault{mark + limit.Offset, "Beyond the limits of JSON", "In this file " + limit.Reason + "."}
	}
	if harmless(text) {
		return nil
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	for {
		token, err := dec.Token()
		at := mark + int(dec.InputOffset())
		if errors.Is(err, io.EOF) {
			return nil
		} else if err != nil { // the parser would be too patient with it
			return &fault{at, "Invalid JSON", "The file is not JSON from here on: " + err.Error() + "."}
		}
		s, isText := token.(string)
		if !isText || !strings.ContainsAny(s, "$%\n") {
			continue
		}
		if f := checkTokens([]byte(s), hclsyntax.LexTemplate); f != nil {
			f.at = at - 1
			return f
		}
	}
}

// swallowed finds a quotation mark or a backslash that the parser takes for a part
// of the character before it: it walks texts by what people see as one character.
func swallowed(src []byte) int {
	for i := 1; i < len(src); i++ {
		if c := src[i]; c != '"' && c != '\\' || src[i-1] < utf8.RuneSelf {
			continue
		}
		_, size := utf8.DecodeLastRune(src[:i])
		if advance, _, _ := textseg.ScanGraphemeClusters(src[i-size:i+1], true); advance > size {
			return i
		}
	}
	return 0
}

// checkTokens measures a text by the tokens that the parser will see.
func checkTokens(src []byte, lex func([]byte, string, hcl.Pos) (hclsyntax.Tokens, hcl.Diagnostics)) *fault {
	if harmless(src) {
		return nil
	}
	closed := bytes.LastIndex(src, []byte("*/")) + 1
	if open := bytes.Index(src[closed:], []byte("/*")); open >= 0 && bytes.Count(src[closed:], []byte("/*"))*(len(src)-closed) > maxCopied {
		return &fault{closed + open, "Comment without an end", "The comment that begins here has no end; close it with */."}
	}
	tokens, _ := lex(src, "", hcl.Pos{Line: 1, Column: 1}) // what is wrong with them the parser will say
	m := meter{open: make([]level, 1, MaxDepth+2)}
	for _, token := range tokens {
		if summary, detail := m.add(token); summary != "" {
			return &fault{token.Range.Start.Byte, summary, detail}
		}
	}
	return nil
}

// meter follows the tokens of a text.
type meter struct {
	open     []level // what is open, beginning with the text itself
	operator bool    // the last token was one
	ended    bool    // a line has ended since, and with it perhaps the expression
	controls int     // %{if} and %{for} nest without brackets
	copied   int     // bytes that the parser will copy to put texts together
	chain    int     // the longest there was
	depth    int     // the deepest there was
}

// level is one opened bracket, quotation mark or template sequence.
type level struct {
	opener hclsyntax.TokenType
	run    int // operators and steps in the expression at hand
	text   int // bytes of text so far
}

// add counts one token; it gives what is too much, or "".
func (m *meter) add(token hclsyntax.Token) (summary, detail string) {
	kind := token.Type
	if kind == hclsyntax.TokenComment && bytes.HasSuffix(token.Bytes, []byte("\n")) {
		kind = hclsyntax.TokenNewline
	}
	top := &m.open[len(m.open)-1]
	switch kind {
	case hclsyntax.TokenComment:
		return "", ""
	case hclsyntax.TokenNewline:
		m.ended = m.ended || !m.operator
		return "", ""
	}
	operator := isOperator(kind)
	if m.ended && !operator || kind == hclsyntax.TokenComma {
		top.run = 0 // an expression goes on in the next line behind or before an operator only
	}
	m.operator, m.ended = operator && kind != hclsyntax.TokenOBrack, false
	if operator {
		top.run++
	}
	switch {
	case closerOf(kind) != hclsyntax.TokenNil:
		m.open = append(m.open, level{opener: kind})
		if kind == hclsyntax.TokenTemplateControl {
			m.controls++
		}
	case kind == closerOf(top.opener): // one that closes something else makes a text deeper than it is, never less deep
		m.open = m.open[:len(m.open)-1]
	case kind == hclsyntax.TokenQuotedLit || kind == hclsyntax.TokenStringLit:
		m.copied += top.text
		top.text += len(token.Bytes)
	case kind == hclsyntax.TokenNumberLit:
		if err := jsontext.CheckNumber(string(token.Bytes)); err != nil {
			return "Number too long", "Here " + err.Error() + "."
		}
	}
	m.chain, m.depth = max(m.chain, top.run), max(m.depth, len(m.open)-1)
	return m.excess()
}

// excess is what is too much so far, or "".
func (m *meter) excess() (summary, detail string) {
	switch {
	case m.depth > MaxDepth:
		return "Nested too deeply", fmt.Sprintf("More than %d brackets are open at once here.", MaxDepth)
	case m.chain > maxChain || m.controls > maxChain:
		return "Expression too long", fmt.Sprintf("More than %d operators and steps stand in one expression here; split it with locals.", maxChain)
	case m.copied > maxCopied:
		return "Text too long", "A text between two template sequences has too many lines, or dollar and percent signs. Read it with file(...) instead."
	default:
		return "", ""
	}
}

// closerOf is what closes an opener; nothing closes any other token.
func closerOf(kind hclsyntax.TokenType) hclsyntax.TokenType {
	switch kind {
	case hclsyntax.TokenOBrace:
		return hclsyntax.TokenCBrace
	case hclsyntax.TokenOBrack:
		return hclsyntax.TokenCBrack
	case hclsyntax.TokenOParen:
		return hclsyntax.TokenCParen
	case hclsyntax.TokenOQuote:
		return hclsyntax.TokenCQuote
	case hclsyntax.TokenOHeredoc:
		return hclsyntax.TokenCHeredoc
	case hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
		return hclsyntax.TokenTemplateSeqEnd
	default:
		return hclsyntax.TokenNil
	}
}

// isOperator reports whether an expression goes on behind the token. A bracket is
// a step too: x[0][0] is a chain.
func isOperator(kind hclsyntax.TokenType) bool {
	switch kind {
	case hclsyntax.TokenStar, hclsyntax.TokenSlash, hclsyntax.TokenPlus, hclsyntax.TokenMinus, hclsyntax.TokenPercent,
		hclsyntax.TokenEqualOp, hclsyntax.TokenNotEqual, hclsyntax.TokenLessThan, hclsyntax.TokenLessThanEq,
		hclsyntax.TokenGreaterThan, hclsyntax.TokenGreaterThanEq, hclsyntax.TokenAnd, hclsyntax.TokenOr, hclsyntax.TokenBang,
		hclsyntax.TokenDot, hclsyntax.TokenDoubleColon, hclsyntax.TokenQuestion, hclsyntax.TokenColon, hclsyntax.TokenOBrack:
		return true
	}
	return false
}
