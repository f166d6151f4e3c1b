package linting

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

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
// may share them. Of the rules that opts names all findings are mended. If a stack would have
// errors that it has not now, nothing is changed.
func Fix(w *workspace.Workspace, opts Options, how schema.Fix) (*Fixed, error) {
	c := w.Config
	c.Unsaved = maps.Clone(c.Unsaved)
	if c.Unsaved == nil {
		c.Unsaved = make(map[string][]byte)
	}
	fixed := &Fixed{Before: make(map[string][]byte), After: make(map[string][]byte)}
	var faults map[schema.RuleID]int
	for pass := 0; ; pass++ {
		linted, err := Lint(workspace.New(c), opts)
		if err != nil {
			return nil, err
		}
		errs, _ := schema.Apart(slices.Concat(linted.Diagnostics, linted.Elsewhere), schema.Error)
		now := countRules(errs)
		if faults != nil && isMore(now, faults) {
			return nil, &workspace.InvalidError{Diagnostics: errs, Sources: linted.Sources}
		}
		faults = now
		edits, n, more := fixed.edits(linted.Diagnostics, func(f schema.Finding) bool {
			return f.Fix == schema.SafeFix || how == schema.AnyFix || slices.Contains(opts.Rules, f.Rule)
		})
		fixed.More = more
		if len(edits) == 0 || pass == maxPasses {
			return fixed, nil
		}
		fixed.Findings += n
		for _, shown := range slices.Sorted(maps.Keys(edits)) {
			name, err := filepath.Rel(filepath.FromSlash(w.Prefix), filepath.FromSlash(shown))
			if err != nil {
				return nil, err
			}
			src := linted.Sources[shown]
			after, made := fixed.apply(shown, src, edits[shown])
			if !made {
				continue
			}
			if _, again := fixed.Before[name]; !again {
				fixed.Before[name] = src
			}
			fixed.After[name], c.Unsaved[name] = after, after
		}
	}
}

func countRules(diags hcl.Diagnostics) map[schema.RuleID]int {
	n := make(map[schema.RuleID]int)
	for _, d := range diags {
		n[schema.FindingOf(d).Rule]++
	}
	return n
}

// isMore reports whether there is more of anything.
func isMore(now, before map[schema.RuleID]int) bool {
	for rule, n := range now {
		if n > before[rule] {
			return true
		}
	}
	return false
}

// apply makes edits, but for those that cannot be made: a place that is no literal was
// computed after all. It makes none if there is none left.
func (f *Fixed) apply(shown string, src []byte, edits []schema.Edit) (after []byte, made bool) {
	patch := func(edits ...schema.Edit) ([]byte, error) {
		list := make([]syntax.Edit, len(edits))
		for i, e := range edits {
			list[i] = syntaxEdit(e)
		}
		return syntax.NewPatch(shown, src, list...).Apply(src)
	}
	after, err := patch(edits...)
	if err == nil {
		return after, true
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
		return nil, false
	}
	return after, true
}

// edits are the changes that mend findings now, by file: of two that change the same place
// the second waits for the next pass. More counts what only schema.AnyFix would mend.
func (f *Fixed) edits(found hcl.Diagnostics, isMeant func(schema.Finding) bool) (byFile map[string][]schema.Edit, n, more int) {
	byFile = make(map[string][]schema.Edit)
	for _, d := range found {
		finding := schema.FindingOf(d)
		isTaken := func(e schema.Edit) bool {
			return slices.ContainsFunc(f.refused, e.Overlaps) ||
				slices.ContainsFunc(byFile[e.At.Filename], func(o schema.Edit) bool { return e.Overlaps(o) && !e.IsSame(o) })
		}
		switch {
		case len(finding.Edits) == 0 || slices.ContainsFunc(finding.Edits, isTaken):
		case !isMeant(finding):
			more++
		default:
			n++
			for _, e := range finding.Edits {
				if name := e.At.Filename; !slices.ContainsFunc(byFile[name], e.IsSame) {
					byFile[name] = append(byFile[name], e)
				}
			}
		}
	}
	return byFile, n, more
}

func syntaxEdit(e schema.Edit) syntax.Edit {
	switch {
	case e.TakesOut():
		return syntax.Remove(e.At)
	case e.Expression == "":
		return syntax.Replace(e.At, e.Value)
	case strings.HasSuffix(e.At.Filename, ".json"):
		return syntax.Rewrite(e.At, syntax.QuoteJSON("${"+e.Expression+"}"))
	default:
		return syntax.Rewrite(e.At, e.Expression)
	}
}

// Write writes the files that have changed into the directory of the stack: all of them or,
// if one cannot be written, none.
func (f *Fixed) Write(d workspace.Directory) error {
	if err := d.Rewrite(f.Before, f.After); err != nil {
		return workspace.Failf("Cannot write a file", "%v.", err)
	}
	return nil
}

