package terminal

import (
	"io"
	"maps"
	"slices"

	"github.com/rogpeppe/go-internal/diff"
)

// WriteFileDiffs writes what becomes of files as unified diffs, by their names.
func WriteFileDiffs(w io.Writer, before, after map[string][]byte) error {
	for _, name := range slices.Sorted(maps.Keys(after)) {
		shown := Escape(name, "")
		if _, err := w.Write(diff.Diff("old/"+shown, before[name], "new/"+shown, after[name])); err != nil {
			return err
		}
	}
	return nil
}
