package workspace_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile/workspace"
)

func TestFormatShowsInOrder(t *testing.T) {
	texts := map[string]string{"broken.livery.hcl": "a = \n", "notes.txt": "a=1\n"}
	var names []string
	for i := range 40 { // the first take longest
		name := fmt.Sprintf("%02d.livery.hcl", i)
		names = append(names, name)
		texts["all/"+name] = strings.Repeat("# a comment\n", 20*(40-i)) + "a=1\n"
	}
	dir := workspace.Directory(files(t, texts))
	var shown []string
	format := func(names ...string) error {
		shown = nil
		return dir.Format(names, func(f *workspace.Formatted) error {
			shown = append(shown, fmt.Sprint(f.Name, " ", f.Changed()))
			if !f.Changed() {
				return nil
			}
			return dir.Write(f)
		})
	}

	err := format("all/39.livery.hcl", "nosuch", "broken.livery.hcl", "all", "./all/39.livery.hcl", "notes.txt")
	require.ErrorContains(t, err, "notes.txt", "the last fault is told")
	want := []string{"all/39.livery.hcl true", "broken.livery.hcl false"}
	for _, name := range names[:39] {
		want = append(want, "all/"+name+" true")
	}
	want = append(want, "all/39.livery.hcl false", "./all/39.livery.hcl false") // it has been written in the meantime
	assert.Equal(t, want, shown)

	require.NoError(t, format("all"))
	assert.Len(t, shown, 40)
	assert.NotContains(t, strings.Join(shown, "\n"), "true")
}
