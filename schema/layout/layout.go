// Package layout is the canonical style of HCL: how many spaces stand before each
// token of a file. It is the style of `terraform fmt` and of hclwrite.Format, which
// the tests hold it against. The library lays out too, but copies every name into a
// scanner to count its characters; here the lexer's count is used, and laying out
// takes a tenth of the time.
//
// [Arrange] changes nothing but spaces, and does not know whether the tokens make sense.
// [Tidy] takes off what is superfluous in a file that parses, and [UnixHeredocs] the line
// ends of Windows in its values.
package layout

import (
	"bytes"

	"github.com/apparentlymart/go-textseg/v15/textseg"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// Format lays out a text, whether or not it parses.
func Format(src []byte) []byte {
	tokens := Read(src)
	Arrange(tokens)
	return Write(tokens)
}

// Token is a token with the spaces before it.
type Token struct {
	Type   hclsyntax.TokenType
	Bytes  []byte
	Spaces int // before it, in bytes
	Start  int // where it stands in the file, in bytes; 0 for one that does not

	width int // in columns; uncounted until it is asked for
}

const uncounted = -1

// New is a token that stands in no file yet.
func New(kind hclsyntax.TokenType, text []byte) Token {
	return Token{Type: kind, Bytes: text, width: uncounted}
}

// Read gives the tokens of a file, the last of which is its end. What is wrong with
// them only the parser says. A byte order mark counts as three spaces.
func Read(src []byte) []Token {
	native, _ := hclsyntax.LexConfig(src, "", hcl.InitialPos)
	tokens := make([]Token, len(native))
	end := 0
	for i := range native {
		rng := &native[i].Range
		width := uncounted
		if rng.Start.Line == rng.End.Line {
			width = rng.End.Column - rng.Start.Column
		}
		tokens[i] = Token{native[i].Type, native[i].Bytes, rng.Start.Byte - end, rng.Start.Byte, width}
		end = rng.End.Byte
	}
	return tokens
}

// Write puts tokens together.
func Write(tokens []Token) []byte {
	size := 0
	for i := range tokens {
		size += tokens[i].Spaces + len(tokens[i].Bytes)
	}
	out := make([]byte, 0, size)
	for i := range tokens {
		for range tokens[i].Spaces {
			out = append(out, ' ')
		}
		out = append(out, tokens[i].Bytes...)
	}
	return out
}

// Arrange gives tokens their spaces. Those before the end of the file stay.
func Arrange(tokens []Token) {
	lines := split(tokens)
	indent(lines)
	for _, l := range lines {
		space(l.lead)
		space(l.value)
	}
	align(lines, func(l line) (before, cell []Token) { return l.lead, l.value })
	align(lines, func(l line) (before, cell []Token) { return l.lead[:len(l.lead)+len(l.value)], l.comment })
}

// line is the tokens up to the end of a line, in three cells that follow each other.
type line struct {
	lead    []Token // all that does not belong to the others
	value   []Token // an equals sign and what is assigned, if it ends in this line
	comment []Token // the one at the end, unless it stands alone
}

func split(tokens []Token) []line {
	var lines []line
	start := 0
	for i := range tokens {
		switch {
		case tokens[i].Type == hclsyntax.TokenEOF:
			if start < i {
				lines = append(lines, cells(tokens[start:i]))
			}
		case endsLine(&tokens[i]):
			lines = append(lines, cells(tokens[start:i+1]))
			start = i + 1
		}
	}
	return lines
}

// endsLine reports whether a token is a line break or, as # and // do, has one in it.
func endsLine(t *Token) bool {
	return t.Type == hclsyntax.TokenNewline || t.Type == hclsyntax.TokenComment && bytes.HasSuffix(t.Bytes, []byte("\n"))
}

func cells(tokens []Token) line {
	l := line{lead: tokens}
	if last := len(tokens) - 1; last > 0 && tokens[last].Type == hclsyntax.TokenComment {
		l.lead, l.comment = tokens[:last], tokens[last:]
	}
	for i := 1; i < len(l.lead); i++ {
		if l.lead[i].Type != hclsyntax.TokenEqual {
			continue
		}
		if opened(l.lead[i:]) == 0 {
			l.lead, l.value = l.lead[:i], l.lead[i:]
		}
		break
	}
	return l
}

// opened is how many more brackets are opened than closed.
func opened(tokens []Token) int {
	n := 0
	for i := range tokens {
		n += bracket(tokens[i].Type)
	}
	return n
}

// bracket is 1 for a token that opens, -1 for one that closes.
func bracket(kind hclsyntax.TokenType) int {
	switch kind {
	case hclsyntax.TokenOBrace, hclsyntax.TokenOBrack, hclsyntax.TokenOParen,
		hclsyntax.TokenTemplateControl, hclsyntax.TokenTemplateInterp:
		return 1
	case hclsyntax.TokenCBrace, hclsyntax.TokenCBrack, hclsyntax.TokenCParen, hclsyntax.TokenTemplateSeqEnd:
		return -1
	default:
		return 0
	}
}

// indent sets the first token of each line in by two spaces for every line before
// that opened brackets which are still open, however many these are.
func indent(lines []line) {
	var open []int // brackets, by the lines that opened them
	for _, l := range lines {
		first := &l.lead[0]
		if first.Type == hclsyntax.TokenNewline {
			first.Spaces = 0
			continue
		}
		n := opened(upToHeredoc(l.lead)) // those of a value cancel out
		for n < 0 && len(open) > 0 {
			last := len(open) - 1
			n, open[last] = min(n+open[last], 0), open[last]+n
			if open[last] <= 0 {
				open = open[:last]
			}
		}
		first.Spaces = 2 * len(open)
		if n > 0 {
			open = append(open, n)
		}
	}
}

// upToHeredoc leaves out what stands in a text of several lines, whose indentation
// is part of the text.
func upToHeredoc(tokens []Token) []Token {
	for i := range tokens {
		if tokens[i].Type == hclsyntax.TokenOHeredoc {
			return tokens[:i]
		}
	}
	return tokens
}

// space sets the spaces between the tokens of a cell.
func space(cell []Token) {
	before := hclsyntax.TokenNil
	for i := 1; i < len(cell); i++ {
		left, right := &cell[i-1], &cell[i]
		right.Spaces = 0
		if apart(before, left, right) {
			right.Spaces = 1
		}
		before = left.Type
	}
}

// align puts the cells of lines that follow each other at the same column.
func align(lines []line, of func(line) (before, cell []Token)) {
	for i := 0; i < len(lines); i++ {
		start, widest := i, 0
		for ; i < len(lines); i++ {
			before, cell := of(lines[i])
			if cell == nil {
				break
			}
			widest = max(widest, columns(before))
		}
		for _, l := range lines[start:i] {
			before, cell := of(l)
			cell[0].Spaces = widest - columns(before) + 1
		}
	}
}

// columns is the width of tokens with their spaces.
func columns(tokens []Token) int {
	n := 0
	for i := range tokens {
		t := &tokens[i]
		if t.width == uncounted {
			t.width, _ = textseg.TokenCount(t.Bytes, textseg.ScanGraphemeClusters) // a scanner of bytes in memory does not fail
		}
		n += t.Spaces + t.width
	}
	return n
}
