package syntax

import (
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/schema"
	"livery/schema/rule"
)

// The results are those of terraform fmt 1.11.4, which loses two things of a header,
// however: the comments, and labels with a dollar sign in them.
func TestFormat(t *testing.T) {
	for _, test := range []struct{ name, src, want string }{
		{"nothing", "", ""},
		{"alignment", "a {\nb=1\n  long =  2 # c\n}\n", "a {\n  b    = 1\n  long = 2 # c\n}\n"},
		{"interpolation alone", "a = \"${var.x}\" # c\n", "a = var.x # c\n"},
		{"interpolation with more", "a = \"${var.x}-\"\n", "a = \"${var.x}-\"\n"},
		{"two interpolations", "a = \"${var.x}${var.y}\"\n", "a = \"${var.x}${var.y}\"\n"},
		{"text within", "a = \"${var.a ? \"x\" : \"${y}\"}\"\n", "a = var.a ? \"x\" : \"${y}\"\n"},
		{"interpolation in an interpolation", "a = \"${\"${var.x}\"}\"\n", "a = var.x\n"},
		{"several lines", "a = \"${foo(\n1)}\"\n", "a = (foo(\n1))\n"},
		{"within a list", "a = [\"${var.x}\"]\n", "a = [\"${var.x}\"]\n"},
		{"trimmed", "a = \"${~ var.x ~}\"\n", "a = var.x\n"},
		{"heredoc", "a = <<EOT\n${var.x}\n  EOT\n", "a = <<EOT\n${var.x}\n  EOT\n"},
		{"label", "locale en {\n}\n", "locale \"en\" {\n}\n"},
		{"label with an escape", "locale \"\\u0065n\" {\n}\n", "locale \"en\" {\n}\n"},
		{"label with a dollar sign", "a \"b$c\" \"d$${e}\" {\n}\n", "a \"b$c\" \"d$${e}\" {\n}\n"},
		{"comments of a header", "a /* b */ c /* d */ \"e\"{ # f\n}\n", "a /* b */ \"c\" /* d */ \"e\" { # f\n}\n"},
		{"type", "variable \"a\" {\ntype = \"string\"\n}\n", "variable \"a\" {\n  type = string\n}\n"},
		{"type of a list", "variable \"a\" {\ntype=\"list\"\n}\n", "variable \"a\" {\n  type = list(string)\n}\n"},
		{"type elsewhere", "backend \"a\" {\ntype=\"string\"\n}\n", "backend \"a\" {\n  type = \"string\"\n}\n"},
		{"escapes", "a = \"$${x} %%{y} {second}\"\n", "a = \"$${x} %%{y} {second}\"\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, diags := Format([]byte(test.src), "main.livery.hcl")
			require.Empty(t, diags)
			assert.Equal(t, test.want, string(got))
		})
	}
}

func TestFormatLeavesAlone(t *testing.T) {
	src := []byte(`{"a":   1`)
	got, diags := Format(src, "main.livery.json")
	assert.Empty(t, diags)
	assert.Equal(t, src, got)

	src = []byte("a  = b.0 .1\n") // without the last space it would not parse
	got, diags = Format(src, "main.livery.hcl")
	assert.Empty(t, diags)
	assert.Equal(t, src, got)

	src = []byte("a  =  \n")
	got, diags = Format(src, "main.livery.hcl")
	require.True(t, diags.HasErrors())
	assert.Equal(t, rule.Syntax, schema.FindingOf(diags[0]).Rule)
	assert.Equal(t, src, got)
}

func FuzzFormat(f *testing.F) {
	for _, src := range []string{
		"a = \"${\"${x}\"}\"\n", "a {\n\n\n}\nb \"x\" y{c=1}\n", "a = <<-EOT\n  ${x}\n EOT\n", "a = [\n1,#c\n2]\nb=/*c*/1\r\n",
		"variable a {\ntype=\"map\"\n}", "x = \"${foo(\n1) # c\n}\"", "a = {\n  b : 1, \"c\" = 2 }", "a = \"${(\n1)}\"\n", "a=b[*].c\nd=-1\ne=!f\ng=\"%{if a}b%{endif}\"",
	} {
		f.Add([]byte(src))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		once, diags := Format(src, "main.livery.hcl")
		if diags.HasErrors() {
			require.Equal(t, src, once)
			return
		}
		twice, diags := Format(once, "main.livery.hcl")
		require.False(t, diags.HasErrors())
		require.Equal(t, string(once), string(twice))
		_, diags = hclsyntax.ParseConfig(once, "main.livery.hcl", hcl.InitialPos)
		require.False(t, diags.HasErrors())
	})
}
