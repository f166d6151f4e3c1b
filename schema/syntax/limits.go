package syntax

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/apparentlymart/go-textseg/v15/textseg"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"livery/schema"
)

// The parsers and the evaluator are recursive, and a Go stack that overflows
// cannot be caught. No configuration that a person writes comes near these.
const (
	maxDepth = 100 // brackets, braces, parentheses and template sequences within each other
	maxChain = 500 // operators, indexes and attribute steps in one expression

	MaxDigits   = 1000 // digits of a number in a file
	MaxExponent = 4    // digits of the exponent of a number in a file

	// The parser adds the lines of a text to each other one by one and copies the
	// beginning each time. It takes every dollar sign for a line, and goes on
	// behind a template sequence that is broken.
	maxCopied = 128 << 20 // bytes
)

// ByteOrderMark begins files that some editors write. Nothing else needs it.
const ByteOrderMark = "\xef\xbb\xbf"

// Check refuses what the parsers cannot be trusted with; nil if there is nothing.
func Check(src []byte, shown string) *hcl.Diagnostic {
	refuse := func(offset int, summary, detail string) *hcl.Diagnostic {
		return schema.Diagnose(schema.Syntax, schema.Subject{Range: rangeAt(src, shown, offset)}, summary, detail)
	}
	if why := validText(src); why != "" {
		return refuse(0, "Not a text file", shown+" "+why+".")
	}
	s := scanner{src: bytes.TrimPrefix(src, []byte(ByteOrderMark))}
	mark := len(src) - len(s.src)
	if at, detail := LongNumber(s.src); detail != "" {
		return refuse(mark+at, "Number too long", detail)
	}
	if strings.HasSuffix(shown, ".json") {
		s.json()
	} else {
		s.hcl()
	}
	if summary, detail := s.fault(); summary != "" {
		return refuse(mark+min(s.at, len(s.src)), summary, detail)
	}
	return nil
}

// rangeAt is the single character at a byte offset. The column counts bytes,
// which is near enough for a file that is refused whole.
func rangeAt(src []byte, shown string, offset int) hcl.Range {
	before := src[:offset]
	line := bytes.Count(before, []byte("\n")) + 1
	column := offset - (bytes.LastIndexByte(before, '\n') + 1) + 1
	start := hcl.Pos{Line: line, Column: column, Byte: offset}
	end := hcl.Pos{Line: line, Column: column + 1, Byte: min(offset+1, len(src))}
	return hcl.Range{Filename: shown, Start: start, End: end}
}

// LongNumber finds a number that takes too long to read. Digits in a text count
// as well, since a text converts to a number.
func LongNumber(src []byte) (int, string) {
	run := 0
	for i, c := range src {
		if c < '0' || c > '9' {
			run = 0
			continue
		}
		if run++; run > MaxDigits {
			return i, fmt.Sprintf("More than %d digits follow each other here.", MaxDigits)
		}
	}
	return 0, ""
}

// scanner measures nesting with one pass over the bytes. Lexing with hclsyntax
// would double the cost of loading, so it does what that lexer does, and
// FuzzGuard holds the two against each other.
type scanner struct {
	src   []byte
	pos   int
	open  []byte // what is open: ( [ { F for a for expression in braces, " for a string, T for a template sequence, H for a heredoc
	outer []int  // what run and literal were when each of them was opened
	ends  []string
	lost  int  // how many were closed by something else; in a sound file none
	fresh bool // nothing has followed the last { yet

	run   int // operators and steps so far in the expression at hand
	depth int // the deepest nesting seen
	chain int // the longest run seen
	at    int // where the deepest or longest is
	other string

	controls int // template control sequences in the whole file
	literal  int // where the text at hand begins, for what is open now
	copied   int // bytes that the parser will copy to put texts together
}

// fault is what the measure says, or "".
func (s *scanner) fault() (summary, detail string) {
	switch {
	case s.other != "":
		return "Invalid character sequence", s.other
	case s.depth >= maxDepth:
		return "Nested too deeply", fmt.Sprintf("More than %d brackets are open at once here.", maxDepth)
	case s.chain >= maxChain || s.controls >= maxChain:
		return "Expression too long", fmt.Sprintf("More than %d operators and steps stand in one expression here; split it with locals.", maxChain)
	case s.copied >= maxCopied:
		return "Text too long", "A text between two template sequences has too many lines, or dollar and percent signs. Read it with file(...) instead."
	default:
		return "", ""
	}
}

// failed reports whether there is a fault.
func (s *scanner) failed() bool {
	return s.depth >= maxDepth || s.chain >= maxChain || s.controls >= maxChain || s.copied >= maxCopied || s.other != ""
}

func (s *scanner) done() bool { return s.pos >= len(s.src) || s.failed() }

// refuse ends the scan with a fault that is no measure.
func (s *scanner) refuse(at int, why string) { s.at, s.other = at, why }

func (s *scanner) push(c byte) {
	s.open, s.outer = append(s.open, c), append(s.outer, s.run, s.literal)
	s.run, s.fresh, s.literal = 0, c == '{', s.pos
	if depth := len(s.open) + s.lost; depth > s.depth {
		s.depth, s.at = depth, s.pos
	}
}

// pop closes the innermost opener, and with it the expression inside.
func (s *scanner) pop() {
	n := len(s.outer) - 2
	s.open, s.outer, s.run, s.literal = s.open[:len(s.open)-1], s.outer[:n], s.outer[n], s.outer[n+1]
}

// closes ends what opener opened. A closer without its opener ends nothing, so
// that a broken file is taken for deeper than it is, never for less deep.
func (s *scanner) closes(opener byte) {
	if s.top() == opener {
		s.pop()
	}
}

// closeBrace ends the innermost brace or template sequence, whatever else is
// still open inside it: the lexer counts nothing but braces.
func (s *scanner) closeBrace() {
	inside := 0
	for i := len(s.open) - 1; i >= 0; i-- {
		switch s.open[i] {
		case '(', '[':
			inside++
			continue
		case '{', 'F', 'T':
			s.lost += inside
			for range inside + 1 {
				s.pop()
			}
		}
		return
	}
}

// tilde handles ~}, which ends a template sequence. Where none is open it ends a
// brace for the lexer, and nothing for the parser.
func (s *scanner) tilde() {
	if s.peek(1) != '}' {
		return
	}
	for i := len(s.open) - 1; i >= 0 && s.open[i] != 'T'; i-- {
		if s.open[i] == '{' || s.open[i] == 'F' {
			s.lost++
			return
		}
	}
}

func (s *scanner) step() {
	if s.run++; s.run > s.chain {
		s.chain, s.at = s.run, s.pos
	}
}

func (s *scanner) top() byte {
	if len(s.open) == 0 {
		return 0
	}
	return s.open[len(s.open)-1]
}

func (s *scanner) json() {
	for ; !s.done(); s.pos++ {
		switch c := s.src[s.pos]; c {
		case '"':
			s.jsonString()
		case '{', '[':
			s.push(c)
		case '}':
			s.closes('{')
		case ']':
			s.closes('[')
		case 'e', 'E':
			s.exponent()
		}
	}
}

// jsonString measures a string, which is a template once it is evaluated.
func (s *scanner) jsonString() {
	start, escaped := s.pos, false
	for s.pos++; s.pos < len(s.src); s.pos++ {
		c := s.src[s.pos]
		if (c == '"' || c == '\\') && s.glued() {
			s.refuse(s.pos, "The character before this one swallows it when the file is read. Write it as an escape, such as \"\\u0600\".")
			return
		}
		if c == '"' {
			break
		}
		if c < ' ' {
			s.pos-- // it ends the string, and may itself mean something
			return
		}
		if c == '\\' {
			escaped = true
			if s.pos+1 < len(s.src) && s.src[s.pos+1] >= ' ' {
				s.pos++
			}
		}
	}
	text := s.src[start:min(s.pos+1, len(s.src))]
	if escaped {
		var decoded string
		if json.Unmarshal(text, &decoded) != nil {
			return // the parser will say so
		}
		text = []byte(decoded)
	}
	if !bytes.ContainsAny(text, "$%\n") {
		return
	}
	inner := templateScanner(text)
	inner.copied = s.copied
	inner.hcl()
	s.copied = inner.copied
	if inner.failed() {
		s.depth, s.chain, s.controls, s.other, s.at = inner.depth, inner.chain, inner.controls, inner.other, start
	}
}

// glued reports whether the parser takes the byte at hand for a part of the
// character before it: it walks strings by what people see as one character.
func (s *scanner) glued() bool {
	if s.src[s.pos-1] < utf8.RuneSelf {
		return false
	}
	_, size := utf8.DecodeLastRune(s.src[:s.pos])
	advance, _, _ := textseg.ScanGraphemeClusters(s.src[s.pos-size:s.pos+1], true)
	return advance > size
}

// CheckTemplate refuses templates that would overflow the parser's stack.
func CheckTemplate(src string) error {
	if why := validText([]byte(src)); why != "" {
		return errors.New("the template " + why)
	}
	s := templateScanner([]byte(src))
	s.hcl()
	if _, detail := LongNumber([]byte(src)); detail != "" || s.failed() {
		return errors.New("the template is nested too deeply or holds an expression that is too long")
	}
	return nil
}

// templateScanner measures a text that is a template as a whole.
func templateScanner(src []byte) *scanner {
	return &scanner{src: src, open: []byte{'H'}, outer: []int{0, 0}, ends: []string{"\x00"}} // as a heredoc that never ends
}

func (s *scanner) hcl() {
	for ; !s.done(); s.pos++ {
		switch s.top() {
		case '"', 'H':
			s.inTemplate()
		default:
			s.inExpression()
		}
	}
}

// inTemplate handles one byte of a quoted string or a heredoc. A quoted string
// goes on behind a line feed, although that is a fault.
func (s *scanner) inTemplate() {
	c, heredoc := s.src[s.pos], s.top() == 'H'
	switch {
	case (c == '$' || c == '%') && s.peek(1) == c && s.peek(2) == '{':
		s.piece()
		s.pos += 2 // an escaped sequence
	case (c == '$' || c == '%') && s.peek(1) == '{':
		s.piece()
		s.pos++
		s.push('T')
		if c == '%' {
			s.controls++ // %{if} and %{for} nest without brackets
		}
	case c == '$' || c == '%':
		s.piece()
	case heredoc && c == '\n':
		s.piece()
		s.endHeredoc()
	case !heredoc && c == '\\':
		if next := s.peek(1); next != '\n' && next != '\r' {
			s.pos++
		}
	case !heredoc && c == '"':
		s.closes('"')
	}
}

// piece ends a piece of text that the parser puts to those before it.
func (s *scanner) piece() {
	if s.copied += s.pos - s.literal; s.copied >= maxCopied {
		s.at = s.pos
	}
}

// endHeredoc closes the heredoc when the next line is its marker.
func (s *scanner) endHeredoc() {
	next, _, ended := bytes.Cut(s.src[s.pos+1:], []byte("\n"))
	if n := len(s.ends); ended && n > 0 && string(bytes.TrimSpace(next)) == s.ends[n-1] {
		s.pos += len(next)
		s.ends = s.ends[:n-1]
		s.closes('H')
	}
}

func (s *scanner) peek(n int) byte {
	if s.pos+n < len(s.src) {
		return s.src[s.pos+n]
	}
	return 0
}

// inExpression handles one byte outside strings.
func (s *scanner) inExpression() {
	c := s.src[s.pos]
	if s.fresh {
		s.first(c)
	}
	switch c {
	case '"', '(', '{':
		s.push(c)
	case '[':
		s.step() // x[0][0][0] is a chain as well as a nest
		s.push(c)
	case ')':
		s.closes('(')
	case '}':
		s.closeBrace()
	case '~':
		s.tilde()
	case ']':
		s.closes('[')
	case '#':
		s.skipLine()
	case '/':
		s.slash()
	case '<':
		if s.peek(1) != '<' || !s.heredoc() {
			s.step()
		}
	case ',':
		s.run = 0
	case '\n':
		if t := s.top(); t == 0 || t == '{' {
			s.run = 0
		}
	case 'e', 'E':
		s.exponent()
	case '!', '-', '?', '+', '*', '%', '>', '&', '|', '.', '=', ':':
		s.step()
	}
}

// first looks at what follows an opening brace: a line feed ends an expression
// between braces, but not in a for expression.
func (s *scanner) first(c byte) {
	switch {
	case strings.IndexByte(" \t\r\n#", c) >= 0, c == '/' && (s.peek(1) == '/' || s.peek(1) == '*'):
		return
	case bytes.HasPrefix(s.src[s.pos:], []byte("for")) && !inName(s.peek(3)):
		s.open[len(s.open)-1] = 'F'
	}
	s.fresh = false
}

// exponent refuses numbers such as 1e999999999, which nothing can write out.
func (s *scanner) exponent() {
	begin := s.pos
	for begin > 0 && digitOrPoint(s.src[begin-1]) {
		begin--
	}
	if begin == s.pos || begin > 0 && s.src[begin-1] != '-' && inName(s.src[begin-1]) {
		return // it is a letter of a name
	}
	rest := s.src[s.pos+1:]
	if len(rest) > 0 && (rest[0] == '+' || rest[0] == '-') {
		rest = rest[1:]
	}
	digits := 0
	for digits < len(rest) && rest[digits] >= '0' && rest[digits] <= '9' {
		digits++
	}
	if digits > MaxExponent {
		s.refuse(s.pos, fmt.Sprintf("A number has an exponent of more than %d digits.", MaxExponent))
	}
}

// slash handles a division or a comment. Without its end a comment is none, and
// looking for the end again and again would take forever.
func (s *scanner) slash() {
	switch s.peek(1) {
	case '/':
		s.skipLine()
	case '*':
		if i := bytes.Index(s.src[s.pos+2:], []byte("*/")); i >= 0 {
			s.pos += i + 3
		} else {
			s.refuse(s.pos, "The comment that begins here has no end; close it with */.")
		}
	default:
		s.step()
	}
}

func (s *scanner) skipLine() {
	if i := bytes.IndexByte(s.src[s.pos:], '\n'); i >= 0 {
		s.pos += i - 1
	} else {
		s.pos = len(s.src)
	}
}

// heredoc enters <<MARK or <<-MARK.
func (s *scanner) heredoc() bool {
	rest := s.src[s.pos+2:]
	skip := 0
	if len(rest) > 0 && rest[0] == '-' {
		skip = 1
	}
	end := skip
	for end < len(rest) && inName(rest[end]) {
		end++
	}
	mark := string(rest[skip:end])
	if end < len(rest) && rest[end] == '\r' {
		end++
	}
	if end >= len(rest) || rest[end] != '\n' || !hclsyntax.ValidIdentifier(mark) {
		return false
	}
	s.pos += 2 + end - 1 // the line feed is looked at next: the heredoc may be empty
	s.ends = append(s.ends, mark)
	s.push('H')
	return true
}

// inName reports whether a byte can be part of a name behind its first letter.
func inName(c byte) bool {
	return c >= utf8.RuneSelf || c == '-' || c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

func digitOrPoint(c byte) bool { return c == '.' || c >= '0' && c <= '9' }

// validText refuses bytes that are no text before a parser sees them.
func validText(src []byte) string {
	switch {
	case !utf8.Valid(src):
		return "is not valid UTF-8; save it as UTF-8"
	case slices.Contains(src, 0):
		return "contains a NUL character; it is not a text file"
	default:
		return ""
	}
}
