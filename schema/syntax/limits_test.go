package syntax

import (
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	hcljson "github.com/hashicorp/hcl/v2/json"
	"github.com/stretchr/testify/assert"
)

// lexedDepth is the deepest nesting as the lexer of HCL sees it: the other
// witness of what the scanner measures without lexing.
func lexedDepth(tokens hclsyntax.Tokens) int {
	var open []hclsyntax.TokenType
	deepest, stuck := 0, 0
	for _, token := range tokens {
		switch token.Type {
		case hclsyntax.TokenOBrace, hclsyntax.TokenOBrack, hclsyntax.TokenOParen, hclsyntax.TokenOQuote,
			hclsyntax.TokenOHeredoc, hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
			open = append(open, token.Type)
			deepest = max(deepest, len(open)+stuck)
		case hclsyntax.TokenCBrack:
			open = closed(open, hclsyntax.TokenOBrack)
		case hclsyntax.TokenCParen:
			open = closed(open, hclsyntax.TokenOParen)
		case hclsyntax.TokenCQuote:
			open = closed(open, hclsyntax.TokenOQuote)
		case hclsyntax.TokenCHeredoc:
			open = closed(open, hclsyntax.TokenOHeredoc)
		case hclsyntax.TokenCBrace, hclsyntax.TokenTemplateSeqEnd:
			i := len(open) - 1
			for i >= 0 && (open[i] == hclsyntax.TokenOParen || open[i] == hclsyntax.TokenOBrack) {
				i--
			}
			if i < 0 || open[i] == hclsyntax.TokenOQuote || open[i] == hclsyntax.TokenOHeredoc {
				continue
			}
			if token.Type == hclsyntax.TokenTemplateSeqEnd && open[i] == hclsyntax.TokenOBrace {
				stuck++ // closed for the lexer only
			}
			open = open[:i]
		}
	}
	return deepest
}

func closed(open []hclsyntax.TokenType, opener hclsyntax.TokenType) []hclsyntax.TokenType {
	if n := len(open); n > 0 && open[n-1] == opener {
		return open[:n-1]
	}
	return open
}

// treeDepth is how deep a walk over what was parsed goes, which is how deep the
// evaluator goes.
type treeDepth struct{ now, deepest int }

func (d *treeDepth) Enter(hclsyntax.Node) hcl.Diagnostics {
	d.now++
	d.deepest = max(d.deepest, d.now)
	return nil
}

func (d *treeDepth) Exit(hclsyntax.Node) hcl.Diagnostics {
	d.now--
	return nil
}

func FuzzGuard(f *testing.F) {
	for _, text := range []string{
		"a = <<EOT\n${ \"x\" }\n$${ %%{ $$${b}\n  EOT\nb = [1]\n", "a = <<-E\n\\\"E\nE\n", "a = \"\n\" [[[", "a = \"${(}\" [[[", "a = /* [[[",
		"a = <<*\n[[[\n*\n", "a = \"$\" + \"%\" + \"\\${\" + \"$%{if x}%{endif}\"", "a = {for k in x : k => 1 +\n1 +\n1}", "a = \"${ {b=1} }\" }}} \"${1}\"",
		"a = \"${~ 1 ~}\" ~} [", "a = <<A\n<<B\nB\nA\n[", "a = \"\\\n\" [", "# \"\na = [ // \"\n1 /* \" */ ]\n", "a = \"\\é\" 'x' `y` ; ^", "a = <<A\n$A\n%{A}\n}A\nA\n", "a = \"${ {b=1 ~} }\" [ {~} {[",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		src := []byte(text)
		if d := Check(src, "x.livery.hcl"); d != nil {
			assert.NotEmpty(t, d.Detail)
			return
		}
		tokens, _ := hclsyntax.LexConfig(src, "x", hcl.InitialPos)
		s := scanner{src: []byte(strings.TrimPrefix(text, ByteOrderMark))}
		s.hcl()
		assert.GreaterOrEqual(t, s.depth, lexedDepth(tokens), "nesting that the scanner does not see")
		file, _ := hclsyntax.ParseConfig(src, "x", hcl.InitialPos)
		if file == nil {
			return
		}
		var tree treeDepth
		_ = hclsyntax.Walk(file.Body.(*hclsyntax.Body), &tree)
		assert.LessOrEqual(t, tree.deepest, 4*(s.depth+1)*(s.chain+2)+4*s.controls, "an expression deeper than the scanner measured")
	})
}

func FuzzGuardJSON(f *testing.F) {
	for _, text := range []string{
		"{\"a\":\"x\u0600\" \"[[[\"}", "{\"a\":\"\n[[[\"}", `{"a":"\u0024\u007b[[["}`, `{"a":"\\" [ "\""}`, "{\"a\":\"\\\n\"[[", `{"a":"${[[1]]}"}`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		src := []byte(text)
		if d := Check(src, "x.livery.json"); d != nil {
			assert.NotEmpty(t, d.Detail)
			return
		}
		s := scanner{src: src}
		s.json()
		expr, diags := hcljson.ParseExpression(src, "x")
		if diags.HasErrors() {
			return
		}
		assert.GreaterOrEqual(t, s.depth, jsonDepth(expr), "nesting that the scanner does not see")
	})
}

// jsonDepth is the nesting of what was parsed, strings not looked into.
func jsonDepth(expr hcl.Expression) int {
	deepest := 0
	if list, diags := hcl.ExprList(expr); !diags.HasErrors() {
		for _, element := range list {
			deepest = max(deepest, jsonDepth(element))
		}
		return deepest + 1
	}
	if pairs, diags := hcl.ExprMap(expr); !diags.HasErrors() {
		for _, pair := range pairs {
			deepest = max(deepest, jsonDepth(pair.Value))
		}
		return deepest + 1
	}
	return 0
}
