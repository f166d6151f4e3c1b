package linting

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"livery/reconcile/workspace"
	"livery/schema"
	"livery/schema/syntax"
)

// maxPasses is how often findings are mended and looked for again: one that is mended may
// bring another to light.
const maxPasses = 10

// Fixed is what Fix has changed.
type Fixed struct {
	Before, After map[string][]byte // of the files that change, by their names relative to the stack
	Findings      int               // that were mended
	More          int               // that only schema.AnyFix would mend

	refused []schema.Edit // that cannot be made where they are
}

// Fix mends findings of the stack in memory: of literals, comments and blocks, and of
// nothing else. Nothing is mended in files outside of the stack's directory: other stacks
// may share them. If a stack would have errors that it has not now, nothing is changed.
func Fix(w *workspace.Workspace, opts Options, how schema.Fix) (*Fixed, error) {
	c := w.Config
	c.Unsaved = maps.Clone(c.Unsaved)
	if c.Unsaved == nil {
		c.Unsaved = make(map[string][]byte)
	}
	fixed := &Fixed{Before: make(map[string][]byte), After: make(map[string][]byte)}
	faults := -1
	for pass := 0; ; pass++ {
		linted, err := Lint(workspace.New(c), opts)
		if err != nil {
			return nil, err
		}
		errs, _ := schema.Apart(slices.Concat(linted.Diagnostics, linted.Elsewhere), schema.Error)
		if faults >= 0 && len(errs) > faults {
			return nil, &workspace.InvalidError{Diagnostics: errs, Sources: linted.Sources}
		}
		faults = len(errs)
		edits, more := fixed.edits(linted, how, w.Prefix)
		fixed.More = more
		if len(edits) == 0 || pass == maxPasses {
			return fixed, nil
		}
		for _, name := range slices.Sorted(maps.Keys(edits)) {
			shown := filepath.ToSlash(filepath.Join(w.Prefix, name))
			src := linted.Sources[shown]
			after := fixed.apply(shown, src, edits[name])
			if after == nil {
				continue
			}
			if _, again := fixed.Before[name]; !again {
				fixed.Before[name] = src
			}
			fixed.After[name], c.Unsaved[name] = after, after
		}
	}
}

// apply makes edits, but for those that cannot be made: a place that is no literal was
// computed after all. It gives nil if there is none left.
func (f *Fixed) apply(shown string, src []byte, edits []schema.Edit) []byte {
	patch := func(edits ...schema.Edit) ([]byte, error) {
		list := make([]syntax.Edit, len(edits))
		for i, e := range edits {
			list[i] = syntaxEdit(e)
		}
		return syntax.NewPatch(shown, src, list...).Apply(src)
	}
	after, err := patch(edits...)
	if err == nil {
		return after
	}
	possible := slices.DeleteFunc(slices.Clone(edits), func(e schema.Edit) bool {
		_, err := patch(e)
		if err != nil {
			f.refused = append(f.refused, e)
			f.Findings--
		}
		return err != nil
	})
	if after, err = patch(possible...); err != nil || len(possible) == 0 {
		f.refused = append(f.refused, possible...)
		f.Findings -= len(possible)
		return nil
	}
	return after
}

// edits are the changes that mend findings now, by file: of two that change the same place
// the second waits for the next pass. More counts what only schema.AnyFix would mend.
func (f *Fixed) edits(linted *Linted, how schema.Fix, prefix string) (byFile map[string][]schema.Edit, more int) {
	chosen := slices.Clone(f.refused)
	byFile = make(map[string][]schema.Edit)
	for _, d := range linted.Diagnostics {
		finding := schema.FindingOf(d)
		switch {
		case len(finding.Edits) == 0 || slices.ContainsFunc(finding.Edits, func(e schema.Edit) bool { return !isOwn(e.At.Filename, prefix) }):
		case finding.Fix == schema.AnyFix && how != schema.AnyFix:
			more++
		case slices.ContainsFunc(finding.Edits, func(e schema.Edit) bool { return slices.ContainsFunc(chosen, e.Overlaps) }):
		default:
			f.Findings++
			for _, e := range finding.Edits {
				chosen = append(chosen, e)
				name := strings.TrimPrefix(e.At.Filename, prefixed(prefix))
				byFile[name] = append(byFile[name], e)
			}
		}
	}
	return byFile, more
}

func syntaxEdit(e schema.Edit) syntax.Edit {
	if e.TakesOut() {
		return syntax.Remove(e.At)
	}
	return syntax.Replace(e.At, e.Value)
}

// isOwn reports whether a file is in the directory of the stack, or below it.
func isOwn(shown, prefix string) bool {
	name, within := strings.CutPrefix(shown, prefixed(prefix))
	return within && !strings.HasPrefix(name, "../") && !filepath.IsAbs(name)
}

func prefixed(prefix string) string {
	if prefix == "" {
		return ""
	}
	return filepath.ToSlash(prefix) + "/"
}

// Write writes the files that have changed into the directory of the stack: all of them or,
// if one cannot be written, none.
func (f *Fixed) Write(d workspace.Directory) error {
	if err := d.Rewrite(f.Before, f.After); err != nil {
		return workspace.Failf("Cannot write a file", "%v.", err)
	}
	return nil
}

// Names are the files that change, sorted.
func (f *Fixed) Names() []string { return slices.Sorted(maps.Keys(f.After)) }
