package syntax

import (
	"bytes"
	"slices"
	"sort"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"livery/schema/layout"
)

// maxRounds bounds how often a file is tidied again until nothing is left to tidy.
const maxRounds = 8

// Format lays out a file in the canonical style of HCL and, as `terraform fmt`
// does, takes off what is superfluous: "${var.x}" becomes var.x, labels get
// quotation marks, the quoted types of old lose theirs. Formatting what is
// formatted changes nothing. A file that does not parse comes back untouched
// with its faults; JSON is returned as it is.
func Format(src []byte, filename string) ([]byte, hcl.Diagnostics) {
	if strings.HasSuffix(filename, ".json") {
		return src, nil
	}
	last := src
	for round := range maxRounds {
		body, diags := Parse(last, filename)
		switch {
		case diags.HasErrors() && round == 0:
			return src, diags
		case diags.HasErrors():
			return src, nil // better a plain layout than a broken file
		}
		tidy := tidier{tokens: layout.Read(last)}
		tidy.body(body.(*hclsyntax.Body), "")
		tokens := tidy.result()
		layout.Arrange(tokens)
		next := layout.Write(tokens)
		// What was tidied may have come within reach of being tidied again. Otherwise
		// the same tokens have no faults either, and are laid out in the same way.
		if bytes.Equal(next, last) || !tidy.tidied && readsAs(next, filename, tokens) {
			return next, nil
		}
		last = next
	}
	return src, nil
}

// readsAs reports whether a text reads as these tokens. To take spaces away may join
// what stood apart: x.0 .1 has two numbers, x.0.1 only one, and does not parse.
func readsAs(src []byte, filename string, tokens []layout.Token) bool {
	return Check(src, filename) == nil && slices.EqualFunc(layout.Read(src), tokens, func(a, b layout.Token) bool {
		return a.Type == b.Type && bytes.Equal(a.Bytes, b.Bytes)
	})
}

// tidier takes off what is superfluous.
type tidier struct {
	tokens []layout.Token
	edits  []edit
	tidied bool // an expression is written in another way
}

// edit puts tokens in the place of those from start up to end.
type edit struct {
	start, end int
	tokens     []layout.Token
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

func (t *tidier) expression(rng hcl.Range, better func([]layout.Token) []layout.Token) {
	start, end := t.span(rng)
	if tokens := better(t.tokens[start:end]); len(tokens) != end-start {
		t.edits = append(t.edits, edit{start, end, tokens})
		t.tidied = true
	}
}

// label writes a label in quotation marks, and without escapes that it does not need.
func (t *tidier) label(rng hcl.Range, label string) {
	quoted := []byte(quoteHCL(cty.StringVal(label).AsString())) // as the library normalises it
	last := len(quoted) - 1
	tokens := []layout.Token{
		layout.New(hclsyntax.TokenOQuote, quoted[:1]), layout.New(hclsyntax.TokenQuotedLit, quoted[1:last]), layout.New(hclsyntax.TokenCQuote, quoted[last:]),
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

func (t *tidier) result() []layout.Token {
	slices.SortFunc(t.edits, func(a, b edit) int { return a.start - b.start })
	tokens := make([]layout.Token, 0, len(t.tokens))
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
func unwrap(tokens []layout.Token) []layout.Token {
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
	return slices.Concat([]layout.Token{symbol(hclsyntax.TokenOParen)}, inner, []layout.Token{symbol(hclsyntax.TokenCParen)})
}

// symbol is a token that is written as its type is: a bracket.
func symbol(kind hclsyntax.TokenType) layout.Token {
	return layout.New(kind, []byte(string(rune(kind))))
}

// unquoteType writes the types of a variable as they are written today.
func unquoteType(tokens []layout.Token) []layout.Token {
	if len(tokens) != 3 {
		return tokens
	}
	name := func(text []byte) layout.Token { return layout.New(hclsyntax.TokenIdent, text) }
	switch text := tokens[1].Bytes; string(text) {
	case "string", "number", "bool":
		return []layout.Token{name(text)}
	case "list", "map":
		return []layout.Token{name(text), symbol(hclsyntax.TokenOParen), name([]byte("string")), symbol(hclsyntax.TokenCParen)}
	default:
		return tokens
	}
}
