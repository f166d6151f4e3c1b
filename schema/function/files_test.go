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
	_, err := f.Open("bin")
	require.NoError(t, err)
	var names []string
	for _, d := range f.Dependencies() {
		names = append(names, d.Name())
	}
	assert.Equal(t, []string{"../shared/tokens.json", "ab.txt", "bin", "d/", "maybe", "nope", "tpl.txt"}, names)
}
