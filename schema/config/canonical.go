package config

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// Text is an expression as it is written.
func (m *Module) Text(expr hcl.Expression) string {
	file := m.Files[expr.Range().Filename]
	if file == nil || !expr.Range().CanSliceBytes(file.Bytes) {
		return ""
	}
	return string(expr.Range().SliceBytes(file.Bytes))
}

// Canonical is the text of an expression without its layout, and with other text in the
// place of the references and calls for which replace gives any.
func Canonical(text string, expr hclsyntax.Expression, replace func(hclsyntax.Expression) (string, bool)) string {
	w := &canonicalWriter{text: text, start: expr.Range().Start.Byte, replace: replace}
	_ = hclsyntax.Walk(expr, w) // it finds no faults
	w.b.WriteString(text[w.done:])
	tokens, _ := hclsyntax.LexExpression([]byte(w.b.String()), "", hcl.InitialPos)
	var words []string
	for _, t := range tokens {
		if t.Type != hclsyntax.TokenNewline && t.Type != hclsyntax.TokenComment && t.Type != hclsyntax.TokenEOF {
			words = append(words, string(t.Bytes))
		}
	}
	return strings.Join(words, " ")
}

type canonicalWriter struct {
	text    string
	start   int // where the text begins, as the ranges of its parts count
	done    int // how much of it is written
	replace func(hclsyntax.Expression) (string, bool)
	b       strings.Builder
}

// Enter implements hclsyntax.Walker. Parts of what was replaced are not looked at.
func (w *canonicalWriter) Enter(node hclsyntax.Node) hcl.Diagnostics {
	var part hclsyntax.Expression
	switch e := node.(type) {
	case *hclsyntax.ScopeTraversalExpr:
		part = e
	case *hclsyntax.FunctionCallExpr:
		part = e
	default:
		return nil
	}
	from, to := part.Range().Start.Byte-w.start, part.Range().End.Byte-w.start
	if from < w.done || to > len(w.text) {
		return nil
	}
	if text, ok := w.replace(part); ok {
		w.b.WriteString(w.text[w.done:from] + text)
		w.done = to
	}
	return nil
}

// Exit implements hclsyntax.Walker.
func (w *canonicalWriter) Exit(hclsyntax.Node) hcl.Diagnostics { return nil }
