package limit

import (
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	hcljson "github.com/hashicorp/hcl/v2/json"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/schema/jsontext"
)

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
		m := meter{open: make([]level, 1)}
		nesting := 0
		for _, token := range tokens {
			_, _ = m.add(token)
			switch {
			case token.Type == hclsyntax.TokenColon || token.Type == hclsyntax.TokenOQuote: // nothing without ? or ${
			case isOperator(token.Type) || closerOf(token.Type) != hclsyntax.TokenNil:
				nesting++
			}
		}
		links, _, _ := count(src)
		assert.GreaterOrEqual(t, links, nesting, "tokens that nest or chain and are not counted")
		file, _ := hclsyntax.ParseConfig(src, "x", hcl.InitialPos)
		if file == nil {
			return
		}
		var tree treeDepth
		_ = hclsyntax.Walk(file.Body.(*hclsyntax.Body), &tree)
		assert.LessOrEqual(t, tree.deepest, 4*(m.depth+1)*(m.chain+2)+4*m.controls, "an expression deeper than the tokens")
	})
}

func FuzzGuardJSON(f *testing.F) {
	for _, text := range []string{
		strings.Repeat("[", 101) + strings.Repeat("]", 101), "{\"a\":\"x\u0600\" \"[[[\"}", "{\"a\":\"\n[[[\"}", `{"a":"\u0024\u007b[[["}`, `{"a":"\\" [ "\""}`, "{\"a\":\"\\\n\"[[", `{"a":"${[[1]]}"}`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		src := []byte(text)
		if d := Check(src, "x.livery.json"); d != nil {
			assert.NotEmpty(t, d.Detail)
			return
		}
		expr, diags := hcljson.ParseExpression(src, "x")
		if diags.HasErrors() {
			return
		}
		assert.LessOrEqual(t, jsonDepth(expr), jsontext.MaxDepth, "nesting that was not counted")
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

// TestLongNumber: wherever a number stands, one digit too many is found, at its place.
func TestLongNumber(t *testing.T) {
	for before := range 2*jsontext.MaxDigits + 2 {
		text := strings.Repeat("a", before)
		fits := text + strings.Repeat("7", jsontext.MaxDigits)
		_, says := LongNumber([]byte(fits + "b7"))
		require.Empty(t, says, before)
		at, says := LongNumber([]byte(fits + "77b"))
		require.NotEmpty(t, says, before)
		require.Equal(t, len(fits), at)
	}
}
