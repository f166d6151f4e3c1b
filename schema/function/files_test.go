package function

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/schema/syntax"
)

func TestFilesListWhatWasLookedAt(t *testing.T) {
	f := syntax.NewFiles(stackFiles(), "/stack")
	for _, src := range []string{
		`file("tpl.txt")`, `try(file("nope"), "")`, `fileexists("maybe")`, `fileset("d", "**")`,
		`tokens("../shared/tokens.json").brand.main`, `templatefile("ab.txt", {a = 1, b = 2})`,
	} {
		_, diags := evaluateIn(t, f, src)
		require.Empty(t, diags, src)
	}
	assert.Equal(t, []string{"../shared/tokens.json", "ab.txt", "d/", "maybe", "nope", "tpl.txt"}, f.Dependencies())

	_, err := f.Open("bin")
	require.NoError(t, err)
	assert.NotContains(t, f.Dependencies(), "bin", "configuration is no dependency of an expression")
}
