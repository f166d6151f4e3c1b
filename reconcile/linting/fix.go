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
		chosen, more := fixed.choose(linted.Diagnostics, func(f schema.Finding) bool {
			return f.Fix == schema.SafeFix || how == schema.AnyFix || slices.Contains(opts.Rules, f.Rule)
		})
		fixed.More = more
		if len(chosen) == 0 || pass == maxPasses {
			return fixed, nil
		}
		if err := fixed.mend(chosen, linted.Sources, w.Prefix); err != nil {
			return nil, err
		}
		maps.Copy(c.Unsaved, fixed.After)
	}
}

// mend makes the edits of findings, in files whose names in ranges begin with the prefix.
func (f *Fixed) mend(chosen []schema.Finding, sources map[string][]byte, prefix string) error {
	var made []schema.Edit
	edits := byFile(chosen)
	for _, shown := range slices.Sorted(maps.Keys(edits)) {
		name, err := filepath.Rel(filepath.FromSlash(prefix), filepath.FromSlash(shown))
		if err != nil {
			return err
		}
		after, done := f.apply(shown, sources[shown], edits[shown])
		if len(done) == 0 {
			continue
		}
		made = append(made, done...)
		if _, again := f.Before[name]; !again {
			f.Before[name] = sources[shown]
		}
		f.After[name] = after
	}
	isOpen := func(e schema.Edit) bool { return !slices.ContainsFunc(made, e.IsSame) }
	for _, finding := range chosen {
		if !slices.ContainsFunc(finding.Edits, isOpen) {
			f.Findings++
		}
	}
	return nil
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

// apply makes edits and says which. A place that is no literal was computed after all: its
// edit is refused. What stands in something that is taken out waits for the next pass.
func (f *Fixed) apply(shown string, src []byte, edits []schema.Edit) (after []byte, made []schema.Edit) {
	patch := func(edits ...schema.Edit) ([]byte, error) {
		list := make([]syntax.Edit, len(edits))
		for i, e := range edits {
			list[i] = EditOf(e)
		}
		return syntax.NewPatch(shown, src, list...).Apply(src)
	}
	after, err := patch(edits...)
	if err == nil {
		return after, edits
	}
	removals := slices.DeleteFunc(slices.Clone(edits), func(e schema.Edit) bool { return !e.TakesOut() })
	for _, e := range append(removals, slices.DeleteFunc(edits, schema.Edit.TakesOut)...) {
		if _, err := patch(e); err != nil {
			f.refused = append(f.refused, e)
		} else if both, err := patch(append(made, e)...); err == nil {
			after, made = both, append(made, e)
		}
	}
	return after, made
}

// choose gives the findings to mend now: of two that change the same place the second waits
// for the next pass. More counts what only schema.AnyFix would mend.
func (f *Fixed) choose(found hcl.Diagnostics, isMeant func(schema.Finding) bool) (chosen []schema.Finding, more int) {
	taken := make(map[string][]schema.Edit)
	isRefused := func(e schema.Edit) bool { return slices.ContainsFunc(f.refused, e.Overlaps) }
	isTaken := func(e schema.Edit) bool {
		return isRefused(e) || slices.ContainsFunc(taken[e.At.Filename], func(o schema.Edit) bool { return e.Overlaps(o) && !e.IsSame(o) })
	}
	refers := slices.ContainsFunc(found, func(d *hcl.Diagnostic) bool {
		finding := schema.FindingOf(d)
		return isMeant(finding) && slices.ContainsFunc(finding.Edits, func(e schema.Edit) bool { return e.Expression != "" && !isRefused(e) })
	})
	for _, d := range found {
		finding := schema.FindingOf(d)
		switch {
		case len(finding.Edits) == 0 || slices.ContainsFunc(finding.Edits, isTaken):
		case !isMeant(finding):
			more++
		case refers && finding.Rule == schema.UnusedLocal: // in the next pass something may use it
		default:
			chosen = append(chosen, finding)
			for _, e := range finding.Edits {
				taken[e.At.Filename] = append(taken[e.At.Filename], e)
			}
		}
	}
	return chosen, more
}

// byFile are the edits of findings by file, each once.
func byFile(findings []schema.Finding) map[string][]schema.Edit {
	edits := make(map[string][]schema.Edit)
	for _, finding := range findings {
		for _, e := range finding.Edits {
			if name := e.At.Filename; !slices.ContainsFunc(edits[name], e.IsSame) {
				edits[name] = append(edits[name], e)
			}
		}
	}
	return edits
}

// EditOf is an edit of a finding as the editor of files makes it.
func EditOf(e schema.Edit) syntax.Edit {
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
