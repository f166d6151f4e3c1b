package explain

import (
	"slices"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/stretchr/testify/assert"
)

// FuzzSyntax holds for any text what a reader of the faults relies on: there are some
// where the parser found some, each at a place within the file, and what is understood
// ends no later than the file.
func FuzzSyntax(f *testing.F) {
	for _, s := range []string{
		"a = #fff\n", "a = [#fff, #000]\n", "a = Find good light\n", "a = “x”\n", "a = \"x\nb {\n c = \"d\"\n}\n", "a = \"say \"x\" now\"\n",
		"a {\n  b {\n    c = 1\n  d = 2\n}\n", "}\n", "a \"x\"\n{\n}\n", "a = <<EOT\nx\n", "a = \"${b\"\n", "a: b\nc:\n  d: e\n", "\"a\": {\n\"b\": 1\n}",
		"a.b = 1\n", "a = [1, 2\n}\n", "a = f(1\nb = 2\n", "a = \"\\ud83d\\ude00\"\n", "a { b = 1, c { d = 2 } }", "'", "\"", "=", ":", "#", "a = \r\n}", "<!-- -->", "a = 5 x",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		if len(src) > 1000 {
			return // the parser is recursive; package syntax bounds what it is given
		}
		_, found := hclsyntax.ParseConfig(src, "a.hcl", hcl.InitialPos)
		said, understood := Syntax(src, slices.Clone(found))
		assert.Equal(t, len(found) > 0, len(said) > 0)
		assert.True(t, understood >= 0 && understood <= len(src))
		for _, d := range said {
			assert.NotEmpty(t, d.Detail)
			assert.True(t, d.Subject.Start.Byte >= 0 && d.Subject.End.Byte <= len(src)+1 && d.Subject.Start.Byte <= d.Subject.End.Byte+1, "%v in %d bytes", d.Subject, len(src))
		}
	})
}
