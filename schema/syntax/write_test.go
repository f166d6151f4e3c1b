package syntax

import (
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"
)

// A text survives being written and read, whatever it holds, and is written as Terraform
// writes it.
func FuzzQuote(f *testing.F) {
	for _, s := range []string{"$${a}", "$$${", "%$%{", "$%{", "${", "%%", "$", "\\${", "a\u200db\x00\ufeff", "\"\r\n\t", "{second}", "\U000e0001\u2028", "$$", "$\u0301{"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		want := cty.StringVal(strings.ToValidUTF8(s, "")) // everything read from a file is valid
		expr, diags := hclsyntax.ParseExpression([]byte(quoteHCL(want.AsString())), "", hcl.InitialPos)
		require.False(t, diags.HasErrors(), "%s: %v", quoteHCL(want.AsString()), diags)
		got, diags := expr.Value(nil)
		require.False(t, diags.HasErrors(), "%s: %v", quoteHCL(want.AsString()), diags)
		require.Equal(t, want.AsString(), got.AsString())
		if !strings.ContainsAny(s, "$%") { // of several before a brace it loses some
			require.Equal(t, string(hclwrite.TokensForValue(want).Bytes()), quoteHCL(want.AsString()))
		}
	})
}
