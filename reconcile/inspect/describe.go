package inspect

import (
	"cmp"
	"path"
	"path/filepath"
	"slices"

	"livery/reconcile/workspace"
	"livery/schema/stack"
)

// Description is what can be said of a stack without its state.
type Description struct {
	Path      string // relative to where people are, in slash form
	Documents int    // how many are declared, as far as it can be read
	Sessions  int
	Backend   string // type
	BaseURL   string
	Files     []string // that it reads, and directories, with "/", whose listing it uses; relative as Path is
	Valid     bool
}

// Describe reads a stack and says what it is.
func Describe(w *workspace.Workspace) (*Description, error) {
	loaded, diags, err := w.Load(stack.NeedNothing)
	if err != nil {
		return nil, err
	}
	account, _ := w.Account(loaded.Account) // its keys may be elsewhere, which is no matter here
	d := &Description{
		Path: filepath.ToSlash(w.Prefix), Documents: len(loaded.Documents), Sessions: len(loaded.Sessions),
		Backend: cmp.Or(loaded.Backend.Type, "local"), BaseURL: account.BaseURL, Valid: !diags.HasErrors(),
		Files: make([]string, 0, len(loaded.Dependencies)),
	}
	for _, looked := range loaded.Dependencies {
		if !looked.IsOwnDirectory() { // which goes without saying
			looked.Path = path.Join(d.Path, looked.Path)
			d.Files = append(d.Files, looked.Name())
		}
	}
	slices.Sort(d.Files)
	d.Files = slices.Compact(d.Files)
	return d, nil
}
