package function

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"livery/schema/syntax"
	"livery/schema/tokens"
)

// BenchmarkDecode evaluates 52 fields that each take their value from one file of 1 MB.
func BenchmarkDecode(b *testing.B) {
	var texts strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&texts, "%q:%q,", fmt.Sprint("key", i), "a text of some length for the page")
	}
	files := fstest.MapFS{
		"stack/a.json": {Data: []byte("{" + strings.TrimSuffix(texts.String(), ",") + "}")},
		"stack/a.tpl":  {Data: []byte("%{for i in range(1000)}${x} %{endfor}")},
		"stack/a.tok":  {Data: []byte(`{"a": {"$value": "#0B5FFF"}}`)},
	}
	for _, src := range []string{
		`jsondecode(file("a.json")).key7`, `yamldecode(file("a.json")).key7`, `templatefile("a.tpl", {x = 1})`, `tokens("a.tok").a`,
	} {
		expr, diags := hclsyntax.ParseExpression([]byte(src), "test.hcl", hcl.InitialPos)
		if diags.HasErrors() {
			b.Fatal(diags)
		}
		b.Run(src, func(b *testing.B) {
			for b.Loop() {
				budget := NewBudget(b.Context())
				ctx := &hcl.EvalContext{Functions: Table(syntax.NewFiles(files, "stack"), tokens.NewReader(syntax.NewFiles(files, "stack"), same), budget)}
				for range 52 {
					if _, diags := budget.Value(expr, ctx); diags.HasErrors() || budget.Fault() != nil {
						b.Fatal(diags, budget.Fault())
					}
				}
			}
		})
	}
}
