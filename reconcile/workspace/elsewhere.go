package workspace

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"livery/reconcile/state"
	"livery/schema/stack"
	"livery/schema/syntax"
)

// refuseNothing refuses to plan a stack that declares no document and no session while the
// state holds some: most likely the files are in another place or have another ending, and
// the plan would put every page back to the API's default look.
func refuseNothing(d Directory, loaded *stack.Stack, current *state.Snapshot) error {
	if len(loaded.Documents)+len(loaded.Sessions) > 0 {
		return nil
	}
	left := 0
	for _, a := range current.Addresses() {
		if !slices.ContainsFunc(loaded.Removed, func(r stack.Removed) bool { return r.Address == a }) {
			left++
		}
	}
	if left == 0 {
		return nil
	}
	detail := fmt.Sprintf("The configuration declares no locale and no session, and the state holds %d: a plan of that would put every page back to the API's default look.", left)
	return Failf("Nothing is declared", "%s%s If that is what you want, use -destroy, or removed blocks to forget them.", detail, d.nearMisses())
}

// nearMisses names files around the stack that were probably meant to be read, at most
// five, in a sentence; "" if there are none.
func (d Directory) nearMisses() string {
	var names []string
	entries, _ := os.ReadDir(d.Path(".")) // what cannot be listed is no hint
	for _, e := range entries {
		switch name := e.Name(); {
		case strings.HasPrefix(name, "."), !isPlain(name):
		case e.IsDir():
			below, _ := os.ReadDir(d.Path(name))
			if i := slices.IndexFunc(below, func(e fs.DirEntry) bool { return syntax.IsConfiguration(e.Name()) && isPlain(e.Name()) }); i >= 0 {
				names = append(names, filepath.ToSlash(filepath.Join(name, below[i].Name())))
			}
		case syntax.IsConfiguration(name), syntax.IsVariables(name), strings.HasPrefix(name, stateFile):
		case strings.HasSuffix(name, ".hcl"), strings.Contains(strings.ToLower(name), ".livery."):
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return fmt.Sprintf(" Only *.livery.hcl and *.livery.json of this directory are read; around them lie %s.", strings.Join(names[:min(len(names), 5)], ", "))
}

// isPlain reports whether a name can be shown in a sentence as it is.
func isPlain(name string) bool {
	return !strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) })
}
