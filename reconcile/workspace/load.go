package workspace

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"livery/reconcile/overlay"
	"livery/schema"
	"livery/schema/config"
	"livery/schema/lint"
	"livery/schema/rule"
	"livery/schema/stack"
)

// Load reads the stack. The error is for a directory that cannot be read; faults
// of the files are in the diagnostics.
func (w *Workspace) Load(need stack.Need) (*stack.Stack, hcl.Diagnostics, error) {
	loaded, diags, err := Reload(w, new(stack.Stack), need)
	if err != nil {
		return nil, nil, err
	}
	shown, err := w.Suppress(loaded, diags)
	return loaded, shown, err
}

// Reload reads the stack, and does only what has to be done again since the last time.
// What the files ignore is among the findings.
func Reload(w *Workspace, last *stack.Stack, need stack.Need) (*stack.Stack, hcl.Diagnostics, error) {
	e, diags, err := ExploreAgain(w, last, need)
	if err != nil {
		return nil, nil, err
	}
	return e.Stack, diags, nil
}

// Explore is Load for those who ask the stack on.
func (w *Workspace) Explore(need stack.Need) (*stack.Evaluation, hcl.Diagnostics, error) {
	e, diags, err := ExploreAgain(w, new(stack.Stack), need)
	if err != nil {
		return nil, nil, err
	}
	shown, err := w.Suppress(e.Stack, diags)
	return e, shown, err
}

// ExploreAgain is Reload for those who ask the stack on.
func ExploreAgain(w *Workspace, last *stack.Stack, need stack.Need) (*stack.Evaluation, hcl.Diagnostics, error) {
	opts, err := optionsOf(w, need)
	if err != nil {
		return nil, nil, err
	}
	e, diags := last.Explore(opts)
	if w.Reads != nil {
		w.Reads.add(w.Dir, e.Stack)
	}
	return e, diags, nil
}

// Declared is what the files of the stack declare, without evaluating any of it.
func Declared(w *Workspace) (*config.Module, error) {
	opts, err := optionsOf(w, stack.NeedNothing)
	if err != nil {
		return nil, err
	}
	return config.Read(opts.Sources(), nil).Module(), nil
}

// optionsOf say what is loaded.
func optionsOf(w *Workspace, need stack.Need) (stack.Options, error) {
	root, rel, err := rooted(string(w.Dir))
	if err != nil {
		return stack.Options{}, Failf("Cannot find the directory", "%v.", err)
	}
	if len(w.Unsaved) > 0 {
		unsaved := overlay.FS{FS: root, Files: make(map[string][]byte, len(w.Unsaved))}
		for name, src := range w.Unsaved {
			unsaved.Files[path.Join(rel, name)] = src
		}
		root = unsaved
	}
	return LoadOptions(w, root, rel, need), nil
}

// LoadOptions say how the stack is loaded from a directory of a file system.
func LoadOptions(w *Workspace, root fs.FS, dir string, need stack.Need) stack.Options {
	opts := stack.Options{
		Context: w.Context, FS: root, Dir: dir, Assignments: w.Assignments, Env: w.LookupEnv, Version: w.Version, Need: need, Wanted: w.Wanted, Shared: w.Shared, Parsed: w.Parsed,
		Name: func(file string) string {
			return filepath.ToSlash(filepath.Join(w.Prefix, filepath.FromSlash(file)))
		},
	}
	if secret, err := w.backends().secret("LIVERY_SECRET_KEY"); err == nil { // who needs the key says why there is none
		opts.Secrets = []schema.Secret{schema.Secret(secret)}
	}
	if need != stack.NeedNothing {
		opts.Ask = w.Ask
	}
	return opts
}

// rooted gives the file system that dir is on, and dir's path within it: a stack
// may refer to files above its own directory.
func rooted(dir string) (fs.FS, string, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, "", err
	}
	if info, err := os.Stat(abs); err != nil {
		return nil, "", err
	} else if !info.IsDir() {
		return nil, "", fmt.Errorf("%s is not a directory", dir)
	}
	rel, err := filepath.Rel(volumeOf(abs), abs)
	if err != nil {
		return nil, "", err
	}
	return DiskRoot(abs), filepath.ToSlash(rel), nil
}

// DiskRoot is the file system that a path is on, rooted where absolute paths begin.
func DiskRoot(abs string) fs.FS { return os.DirFS(volumeOf(abs)) }

func volumeOf(abs string) string { return filepath.VolumeName(abs) + string(filepath.Separator) }

// Validate reads the stack and says what is wrong with it, that there is none included,
// and what stops an apply.
func (w *Workspace) Validate() (*stack.Stack, hcl.Diagnostics, error) {
	loaded, diags, err := w.Load(stack.NeedNothing)
	if err != nil {
		return nil, nil, err
	}
	stopping, err := w.Suppress(loaded, lint.Stopping(loaded))
	return loaded, schema.SortFindings(slices.Concat(diags, stopping, emptyStack(w.Dir, loaded, diags))), err
}

// emptyStack warns of a stack that declares nothing, and names what lies around.
func emptyStack(d Directory, s *stack.Stack, found hcl.Diagnostics) hcl.Diagnostics {
	switch {
	case s.Empty:
		return hcl.Diagnostics{schema.Diagnose(rule.NothingToApply, schema.Subject{}, "No configuration files",
			"This directory holds no *.livery.hcl or *.livery.json file. \"livery init\" writes a small one to begin with."+d.nearMisses())}
	case found.HasErrors(): // what could not be read may declare something
		return nil
	case len(s.Module.Locales)+len(s.Module.Sessions)+len(s.Removed) > 0:
		return nil
	}
	return hcl.Diagnostics{schema.Diagnose(rule.NothingToApply, schema.Subject{}, "Nothing is declared",
		"The configuration declares no locale and no session, so there is nothing to apply."+d.nearMisses())}
}

// Variables are the values that a saved plan remembers; a sensitive one is none
// of them.
func Variables(s *stack.Stack) map[string]json.RawMessage {
	values := make(map[string]json.RawMessage)
	for name, v := range s.Variables {
		if v == cty.NilVal || v.ContainsMarked() || !v.IsWhollyKnown() {
			continue
		}
		if raw, err := schema.CanonicalJSON(v); err == nil {
			values[name] = raw
		}
	}
	return values
}

// Addresses lists what the stack declares, as far as it can be read.
func (w *Workspace) Addresses() ([]schema.Address, error) {
	loaded, _, err := w.Load(stack.NeedNothing)
	if err != nil {
		return nil, err
	}
	return AddressesOf(loaded), nil
}

func AddressesOf(s *stack.Stack) []schema.Address {
	var list []schema.Address
	for _, d := range s.Documents {
		list = append(list, d.Locale.AddressOf())
	}
	for _, session := range s.Sessions {
		list = append(list, session.Address())
	}
	return list
}
