package linting

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"livery/reconcile/workspace"
	"livery/schema"
	"livery/schema/jsontext"
	"livery/schema/rule"
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
	Left          []*Linted         // what each stack would still have

	refused  []schema.Edit // that cannot be made where they are
	declined []schema.Edit // that a stack does not take
}

// Task is a stack whose findings are to be mended.
type Task struct {
	Workspace *workspace.Workspace
	Options   Options
}

// Fix mends findings of the stack in memory: of literals, comments and blocks, and of
// nothing else. Nothing is mended in files outside of the stack's directory: other stacks
// may share them. Of the rules that opts names all findings are mended. If a stack would have
// errors that it has not now, nothing is changed.
func Fix(w *workspace.Workspace, opts Options, how rule.Fix) (*Fixed, error) {
	return FixAll(w.Prefix, []Task{{w, opts}}, how)
}

// FixAll is Fix for many stacks; the names of files are relative to the directory that is shown
// as prefix. Where Options.Shared is set, files that several stacks read are mended too, as
// far as none of them has new errors or more findings of the same rule, and nothing is taken
// out or named that is not so in each of them.
func FixAll(prefix string, tasks []Task, how rule.Fix) (*Fixed, error) {
	fixed := &Fixed{Before: make(map[string][]byte), After: make(map[string][]byte)}
	m := &mending{Fixed: fixed, tasks: tasks, prefix: prefix}
	now, err := m.lint(nil)
	if err != nil {
		return nil, err
	}
	isMeant := func(f schema.Finding) bool {
		return f.Fix == rule.SafeFix || how == rule.AnyFix || slices.Contains(tasks[0].Options.Rules, f.Rule)
	}
	for range maxPasses {
		fixed.Left = now
		var chosen []edited
		chosen, fixed.More = fixed.choose(m.agreed(now), isMeant)
		after, made, err := m.apply(now, chosen)
		if err != nil || len(after) == 0 {
			return fixed, err
		}
		if declined, err := m.decline(now, chosen, func(f edited) bool { return len(f.rivals) > 0 }); declined || err != nil {
			if err != nil {
				return nil, err
			}
			continue
		}
		next, err := m.lint(after)
		if err != nil {
			return nil, err
		}
		if worse, errs := isWorse(now, next, chosen); worse {
			declined, err := m.decline(now, chosen, func(f edited) bool { return f.disputed })
			switch {
			case err != nil:
				return nil, err
			case declined:
				continue
			case errs != nil:
				return nil, errs
			}
		}
		m.take(now, after, made, chosen)
		now = next
	}
	fixed.Left = now
	_, fixed.More = fixed.choose(m.agreed(now), isMeant)
	return fixed, nil
}

// mending is the work of FixAll.
type mending struct {
	*Fixed
	tasks  []Task
	prefix string
}

// edited is a finding with edits, and where it is.
type edited struct {
	schema.Finding
	stack    int // that has it
	at       string
	disputed bool  // a stack that reads the file would not make the same edits
	rivals   []int // stacks that would make others in this place, by the same rule
}

// lint looks for findings of all stacks, with some files as they would be.
func (m *mending) lint(after map[string][]byte) ([]*Linted, error) {
	list := make([]*Linted, len(m.tasks))
	for i, task := range m.tasks {
		c := task.Workspace.Config
		c.Unsaved = maps.Clone(c.Unsaved)
		if c.Unsaved == nil {
			c.Unsaved = make(map[string][]byte)
		}
		for _, files := range []map[string][]byte{m.After, after} {
			for name, src := range files {
				way, err := filepath.Rel(filepath.FromSlash(c.Prefix), filepath.Join(filepath.FromSlash(m.prefix), name))
				if err != nil {
					return nil, err
				}
				c.Unsaved[way] = src
			}
		}
		var err error
		if list[i], err = Lint(workspace.New(c), task.Options); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// agreed are the findings of all stacks whose edits every stack that reads the file may take.
func (m *mending) agreed(stacks []*Linted) []edited {
	found := mendable(stacks)
	has := make(map[string]map[int]bool) // edits, by the stacks that have them
	for _, f := range found {
		for _, e := range f.Edits {
			key := keyOf(e)
			if has[key] == nil {
				has[key] = make(map[int]bool)
			}
			has[key][f.stack] = true
		}
	}
	isDisputed := func(e schema.Edit) bool {
		by := has[keyOf(e)]
		for i, one := range stacks {
			if _, reads := one.Sources[e.At.Filename]; reads && !by[i] {
				return true
			}
		}
		return false
	}
	needsAll := func(e schema.Edit) bool { return (e.TakesOut() || e.Expression != "") && isDisputed(e) }
	found = slices.DeleteFunc(found, func(f edited) bool { return slices.ContainsFunc(f.Edits, needsAll) })
	for i := range found {
		f := &found[i]
		f.disputed = slices.ContainsFunc(f.Edits, isDisputed)
		f.rivals = rivals(*f, stacks)
	}
	return found
}

// mendable are the findings of all stacks. While one of them is not whole, nothing that is
// included counts as unused: that one may use it.
func mendable(stacks []*Linted) []edited {
	isBroken := slices.ContainsFunc(stacks, func(l *Linted) bool { return l.Broken })
	var list []edited
	for i, one := range stacks {
		diags := one.Diagnostics
		if !isBroken {
			diags = slices.Concat(diags, one.Unshared)
		}
		for _, d := range diags {
			f := edited{Finding: schema.FindingOf(d), stack: i}
			if d.Subject != nil {
				f.at = d.Subject.String()
			}
			list = append(list, f)
		}
	}
	return list
}

// rivals are the stacks that would mend a disputed finding in another way.
func rivals(f edited, stacks []*Linted) []int {
	var list []int
	isRival := func(d *hcl.Diagnostic) bool {
		other := schema.FindingOf(d)
		return other.Rule == f.Rule && slices.ContainsFunc(other.Edits, func(o schema.Edit) bool {
			return slices.ContainsFunc(f.Edits, func(e schema.Edit) bool { return e.Overlaps(o) && !e.IsSame(o) })
		})
	}
	for i, one := range stacks {
		if f.disputed && slices.ContainsFunc(one.Diagnostics, isRival) {
			list = append(list, i)
		}
	}
	return list
}

func keyOf(e schema.Edit) string {
	return fmt.Sprintf("%s\x00%d\x00%s\x00%#v", e.At, e.At.Start.Byte, e.Expression, e.Value)
}

// apply gives the files with the edits of findings, and the edits that were made.
func (m *mending) apply(stacks []*Linted, chosen []edited) (after map[string][]byte, made []schema.Edit, err error) {
	after = make(map[string][]byte)
	edits := byFile(chosen)
	for _, shown := range slices.Sorted(maps.Keys(edits)) {
		name, err := m.name(shown)
		if err != nil {
			return nil, nil, err
		}
		if src, done := m.Fixed.apply(shown, sourceOf(stacks, shown), edits[shown]); len(done) > 0 {
			after[name], made = src, append(made, done...)
		}
	}
	return after, made, nil
}

func (m *mending) name(shown string) (string, error) {
	return filepath.Rel(filepath.FromSlash(m.prefix), filepath.FromSlash(shown))
}

func sourceOf(stacks []*Linted, shown string) []byte {
	for _, one := range stacks {
		if src, reads := one.Sources[shown]; reads {
			return src
		}
	}
	return nil
}

// decline declines those of some findings that alone make things worse, and reports whether
// there are any.
func (m *mending) decline(now []*Linted, chosen []edited, isSome func(edited) bool) (bool, error) {
	any := false
	for _, f := range chosen {
		if !isSome(f) {
			continue
		}
		after, _, err := m.apply(now, []edited{f})
		if err != nil {
			return false, err
		}
		next, err := m.lint(after)
		if err != nil {
			return false, err
		}
		if worse, _ := isWorse(now, next, []edited{f}); worse {
			m.declined, any = append(m.declined, f.Edits...), true
		}
	}
	return any, nil
}

// take takes files as they would be, and counts what is mended by that.
func (m *mending) take(now []*Linted, after map[string][]byte, made []schema.Edit, chosen []edited) {
	for shown := range byFile(chosen) {
		name, _ := m.name(shown)
		if src, changed := after[name]; changed {
			if _, again := m.Before[name]; !again {
				m.Before[name] = sourceOf(now, shown)
			}
			m.After[name] = src
		}
	}
	counted := make(map[string]bool)
	for _, f := range chosen {
		key := string(f.Rule) + f.at
		if !counted[key] && !slices.ContainsFunc(f.Edits, func(e schema.Edit) bool { return !slices.ContainsFunc(made, e.IsSame) }) {
			counted[key] = true
			m.Findings++
		}
	}
}

// isWorse reports whether a stack has more errors of a rule than before, which are given too,
// or more findings of the rules of disputed findings; of a rival as many are too many.
func isWorse(before, after []*Linted, chosen []edited) (bool, error) {
	for i := range after {
		errs, _ := schema.Apart(slices.Concat(after[i].Diagnostics, after[i].Elsewhere), rule.Error)
		was, _ := schema.Apart(slices.Concat(before[i].Diagnostics, before[i].Elsewhere), rule.Error)
		if isMore(countRules(errs), countRules(was)) {
			return true, &workspace.InvalidError{Diagnostics: errs, Sources: after[i].Sources}
		}
	}
	for i := range after {
		was, now := countRules(before[i].Diagnostics), countRules(after[i].Diagnostics)
		for _, f := range chosen {
			if n := now[f.Rule] - was[f.Rule]; f.disputed && (n > 0 || n == 0 && slices.Contains(f.rivals, i)) {
				return true, nil
			}
		}
	}
	return false, nil
}

func countRules(diags hcl.Diagnostics) map[rule.ID]int {
	n := make(map[rule.ID]int)
	for _, d := range diags {
		n[schema.FindingOf(d).Rule]++
	}
	return n
}

// isMore reports whether there is more of anything.
func isMore(now, before map[rule.ID]int) bool {
	for id, n := range now {
		if n > before[id] {
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
func (f *Fixed) choose(found []edited, isMeant func(schema.Finding) bool) (chosen []edited, more int) {
	taken := make(map[string][]schema.Edit)
	isRefused := func(e schema.Edit) bool {
		return slices.ContainsFunc(f.refused, e.Overlaps) || slices.ContainsFunc(f.declined, e.IsSame)
	}
	isTaken := func(e schema.Edit) bool {
		return isRefused(e) || slices.ContainsFunc(taken[e.At.Filename], func(o schema.Edit) bool { return e.Overlaps(o) && !e.IsSame(o) })
	}
	refers := slices.ContainsFunc(found, func(finding edited) bool {
		return isMeant(finding.Finding) && slices.ContainsFunc(finding.Edits, func(e schema.Edit) bool { return e.Expression != "" && !isRefused(e) })
	})
	others := make(map[string]bool)
	for _, finding := range found {
		switch {
		case len(finding.Edits) == 0 || slices.ContainsFunc(finding.Edits, isTaken):
		case !isMeant(finding.Finding):
			others[string(finding.Rule)+finding.at] = true
		case refers && finding.Rule == rule.UnusedLocal: // in the next pass something may use it
		default:
			chosen = append(chosen, finding)
			for _, e := range finding.Edits {
				taken[e.At.Filename] = append(taken[e.At.Filename], e)
			}
		}
	}
	return chosen, len(others)
}

// byFile are the edits of findings by file, each once.
func byFile(findings []edited) map[string][]schema.Edit {
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
		return syntax.RemoveWith(e.At, e.With)
	case e.Expression == "":
		return syntax.Replace(e.At, e.Value)
	case strings.HasSuffix(e.At.Filename, ".json"):
		return syntax.Rewrite(e.At, jsontext.Quote("${"+e.Expression+"}"))
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
