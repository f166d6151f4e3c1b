package layout

import (
	"slices"
	"sort"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// Tidy takes off what is superfluous in a file: a single interpolation's quotation
// marks, those of the types of old. Labels get theirs, written by quoted. It says whether
// an expression is written in another way, and may be tidied once more.
func Tidy(tokens []Token, body *hclsyntax.Body, quoted func(string) string) (tidy []Token, rewritten bool) {
	t := tidier{tokens: tokens, quoted: quoted}
	t.body(body, "")
	return t.result(), t.rewritten
}

type tidier struct {
	tokens    []Token
	quoted    func(string) string
	edits     []edit
	rewritten bool
}

// edit puts tokens in the place of those from start up to end.
type edit struct {
	start, end int
	tokens     []Token
}

func (t *tidier) body(body *hclsyntax.Body, kind string) {
	for name, attr := range body.Attributes {
		switch expr := attr.Expr.(type) {
		case *hclsyntax.TemplateWrapExpr:
			t.expression(expr.SrcRange, unwrap)
		case *hclsyntax.TemplateExpr:
			if kind == "variable" && name == "type" {
				t.expression(expr.SrcRange, unquoteType)
			}
		}
	}
	for _, block := range body.Blocks {
		for i, label := range block.Labels {
			t.label(block.LabelRanges[i], label)
		}
		t.body(block.Body, block.Type)
	}
}

func (t *tidier) expression(rng hcl.Range, better func([]Token) []Token) {
	start, end := t.span(rng)
	if tokens := better(t.tokens[start:end]); len(tokens) != end-start {
		t.edits = append(t.edits, edit{start, end, tokens})
		t.rewritten = true
	}
}

// label writes a label in quotation marks, and without escapes that it does not need.
func (t *tidier) label(rng hcl.Range, label string) {
	quoted := []byte(t.quoted(cty.StringVal(label).AsString())) // as the library normalises it
	last := len(quoted) - 1
	tokens := []Token{
		New(hclsyntax.TokenOQuote, quoted[:1]), New(hclsyntax.TokenQuotedLit, quoted[1:last]), New(hclsyntax.TokenCQuote, quoted[last:]),
	}
	start, end := t.span(rng)
	t.edits = append(t.edits, edit{start, end, tokens})
}

// span is where the tokens of a range begin and end.
func (t *tidier) span(rng hcl.Range) (start, end int) {
	at := func(offset int) int {
		return sort.Search(len(t.tokens), func(i int) bool { return t.tokens[i].Start >= offset })
	}
	return at(rng.Start.Byte), at(rng.End.Byte)
}

func (t *tidier) result() []Token {
	slices.SortFunc(t.edits, func(a, b edit) int { return a.start - b.start })
	tokens := make([]Token, 0, len(t.tokens))
	done := 0
	for _, e := range t.edits {
		tokens = append(append(tokens, t.tokens[done:e.start]...), e.tokens...)
		done = e.end
	}
	return append(tokens, t.tokens[done:]...)
}

// unwrap takes a single interpolation out of its quotation marks, which the
// evaluator does as well, so that the value stays the same. What needs its own
// lines is returned as it is.
func unwrap(tokens []Token) []Token {
	inner := tokens[2 : len(tokens)-2]
	lines := false
	for _, t := range inner {
		switch t.Type {
		case hclsyntax.TokenComment, hclsyntax.TokenOHeredoc:
			return tokens
		case hclsyntax.TokenNewline:
			lines = true
		}
	}
	if !lines {
		return inner
	}
	return slices.Concat([]Token{symbol(hclsyntax.TokenOParen)}, inner, []Token{symbol(hclsyntax.TokenCParen)})
}

// symbol is a token that is written as its type is: a bracket.
func symbol(kind hclsyntax.TokenType) Token {
	return New(kind, []byte(string(rune(kind))))
}

// unquoteType writes the types of a variable as they are written today.
func unquoteType(tokens []Token) []Token {
	if len(tokens) != 3 {
		return tokens
	}
	name := func(text []byte) Token { return New(hclsyntax.TokenIdent, text) }
	switch text := tokens[1].Bytes; string(text) {
	case "string", "number", "bool":
		return []Token{name(text)}
	case "list", "map":
		return []Token{name(text), symbol(hclsyntax.TokenOParen), name([]byte("string")), symbol(hclsyntax.TokenCParen)}
	default:
		return tokens
	}
}
