package recursive

import (
	"cmp"
	"context"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"livery/reconcile/command"
	"livery/reconcile/findings"
	"livery/reconcile/stacks"
	"livery/reconcile/stacksreport"
	"livery/reconcile/workspace"
	"livery/schema"
	"livery/schema/rule"
	"livery/schema/syntax"
	"livery/schema/wording"
)

// Found is what is wrong with a stack.
type Found struct {
	Diagnostics, Suppressed hcl.Diagnostics
	Sources                 findings.Sources
	Variables               map[string]cty.Value // that it declares
	Prefix                  string               // the way to the stack, as the findings name it
	Failing                 string               // why a stack without errors fails all the same, as a clause; "" if it does not
	Exit                    error                // how the run of that stack alone ends
}

// Judge looks for what is wrong with the stack in the directory of a run.
type Judge func(*command.Run) (Found, error)

// Findings is what is wrong with many stacks.
type Findings struct {
	// Diagnostics are sorted, each once for all stacks that have it; none unless they were
	// to be kept.
	Diagnostics, Suppressed hcl.Diagnostics
	Sources                 findings.Sources
	Stacks                  []findings.StackTally
	Summary                 *stacksreport.Summary
	shared                  hcl.Diagnostics // in files outside of the stacks' directories
	broken                  bool            // a library that no stack reads does not parse
	declared                Declared
}

// Telling says what becomes of findings as they are found.
type Telling struct {
	// Own writes those in the files of a stack itself; nil writes nothing.
	Own  func(*command.Run, Found) error
	Keep bool // all of them, for what is written at the end
}

// judged is what is kept of a stack.
type judged struct {
	Found
	shared hcl.Diagnostics // those of Diagnostics in files outside of the stack
	tally  findings.Tally
	why    string // it has failed
}

// JudgeAll looks for what is wrong with each stack. What is told and not kept is let go.
func JudgeAll(ctx context.Context, run *command.Run, f Flags, selected *stacks.Selected, in command.Inputs, judge Judge, t Telling) (*Findings, error) {
	all := &Findings{Sources: make(findings.Sources), Stacks: []findings.StackTally{}, Summary: NewSummary(selected), declared: make(Declared)}
	all.Summary.Words = map[stacksreport.State]string{stacksreport.Changed: "", stacksreport.Unchanged: "valid"}
	err := Each(ctx, run, f, selected.Paths, func(below *command.Run, stack string) (judged, error) {
		found, err := judge(below)
		if err != nil {
			return judged{}, err
		}
		return t.keep(below, stack, found)
	}, func(p *Piece[judged]) error {
		all.add(p, t.Keep)
		if t.Own == nil {
			return nil
		}
		return p.Tell(run, nil)
	})
	if err == nil && len(selected.Paths) == len(selected.All) {
		err = all.addBroken(run, selected.Broken, t.Keep)
	}
	all.Diagnostics, all.Suppressed = schema.SortFindings(all.Diagnostics), schema.SortFindings(all.Suppressed)
	return all, cmp.Or(err, all.declared.Check(run, in, selected, all.Summary))
}

// addBroken adds what is wrong with libraries that do not parse and that no stack reads, or
// nobody would say it.
func (all *Findings) addBroken(run *command.Run, names []string, keep bool) error {
	for _, name := range names {
		if _, read := all.Sources[name]; read {
			continue
		}
		src, err := fs.ReadFile(run.Dir.FS(), name)
		if err != nil {
			return err
		}
		diags := syntax.NewFile(src, name).Faults
		all.broken = all.broken || diags.HasErrors()
		all.Sources[name] = src
		all.shared = append(all.shared, diags...)
		if keep {
			all.Diagnostics = append(all.Diagnostics, diags...)
		}
	}
	return nil
}

// keep writes what can be written now, and keeps the rest.
func (t *Telling) keep(below *command.Run, stack string, found Found) (judged, error) {
	j := judged{Found: found, tally: findings.Count(found.Diagnostics), why: found.Failing}
	if errs, _ := schema.Apart(found.Diagnostics, rule.Error); len(errs) > 0 {
		j.why = errs[0].Summary
	}
	for _, d := range slices.Concat(found.Diagnostics, found.Suppressed) {
		schema.Amend(d, func(f *schema.Finding) { f.Stacks = []string{stack} })
	}
	if t.Own != nil {
		found.Diagnostics, j.shared = Apart(j.Diagnostics, stack, found.Prefix)
		if err := t.Own(below, found); err != nil {
			return j, err
		}
	}
	if !t.Keep {
		j.Diagnostics, j.Suppressed = nil, nil
	}
	j.Sources = Sources(slices.Concat(j.shared, j.Diagnostics, j.Suppressed), found.Sources)
	return j, found.Exit
}

// isShared reports whether a finding is in a file outside of the directory of a stack,
// which others may read too.
func isShared(d *hcl.Diagnostic, prefix string) bool {
	if d.Subject == nil {
		return false
	}
	name := path.Clean(d.Subject.Filename)
	if prefix = path.Clean(prefix); prefix == "." {
		return strings.HasPrefix(name, "../")
	}
	return !strings.HasPrefix(name, prefix+"/")
}

func (all *Findings) add(p *Piece[judged], keep bool) {
	row := stacksreport.Row{Path: p.Path, State: stacksreport.Unchanged, Text: cmp.Or(p.Result.tally.String(), "valid")}
	switch {
	case !p.Begun:
		row.State = stacksreport.NotRun
	case p.Code != command.ExitOK:
		row.State, row.Text = stacksreport.Failed, cmp.Or(p.Result.why, p.Why())
	}
	all.Summary.Rows = append(all.Summary.Rows, row)
	if !p.Begun {
		all.Stacks = append(all.Stacks, findings.StackTally{Path: p.Path, NotRun: true})
		return
	}
	all.declared.Add(p.Result.Variables)
	tally := p.Result.tally
	if p.Result.Exit == nil && p.Code != command.ExitOK { // it could not be judged
		tally.Errors += len(p.Failed)
		for _, d := range p.told {
			schema.Amend(d, func(f *schema.Finding) { f.Stacks = []string{p.Path} })
			if keep {
				all.Diagnostics = append(all.Diagnostics, d)
			}
		}
	}
	all.Stacks = append(all.Stacks, findings.StackTally{Path: p.Path, Valid: tally.Errors == 0, Tally: tally})
	all.shared = append(all.shared, p.Result.shared...)
	all.Diagnostics, all.Suppressed = append(all.Diagnostics, p.Result.Diagnostics...), append(all.Suppressed, p.Result.Suppressed...)
	maps.Copy(all.Sources, p.Result.Sources)
}

// Late adds findings in shared files that only all stacks together can have; failing says why a
// stack fails by such findings, "" if it does not.
func (all *Findings) Late(late hcl.Diagnostics, src findings.Sources, failing func(hcl.Diagnostics) string, keep bool) {
	if len(late) == 0 {
		return
	}
	all.shared = append(all.shared, late...)
	if maps.Copy(all.Sources, src); keep {
		all.Diagnostics = schema.SortFindings(append(all.Diagnostics, late...))
	}
	for i := range all.Stacks {
		stack := &all.Stacks[i]
		if stack.NotRun {
			continue
		}
		own := slices.DeleteFunc(slices.Clone(late), func(d *hcl.Diagnostic) bool {
			return !slices.Contains(schema.FindingOf(d).Stacks, stack.Path)
		})
		stack.Tally = stack.Tally.Plus(findings.Count(own))
		stack.Valid = stack.Tally.Errors == 0
		row := &all.Summary.Rows[slices.IndexFunc(all.Summary.Rows, func(r stacksreport.Row) bool { return r.Path == stack.Path })]
		switch why := failing(own); {
		case len(own) == 0 || row.State == stacksreport.Failed:
		case own.HasErrors():
			row.State, row.Text = stacksreport.Failed, own[0].Summary
		case why != "":
			row.State, row.Text = stacksreport.Failed, why
		default:
			row.Text = stack.Tally.String()
		}
	}
}

// Text writes what stands in files that stacks share, and what came of all.
func (all *Findings) Text(run *command.Run) error {
	if err := TellShared(run, all.shared, all.Sources); err != nil {
		return err
	}
	return all.Summary.Write(run.Stdout, run.Style(run.Stdout))
}

// TellShared writes findings in files that stacks share, each once, if there are any.
func TellShared(run *command.Run, shared hcl.Diagnostics, src findings.Sources) error {
	if len(shared) == 0 {
		return nil
	}
	if err := stacksreport.WriteHead(run.Stdout, "shared files", run.Style(run.Stdout)); err != nil {
		return err
	}
	shared = schema.SortFindings(shared)
	run.View.Told.Note(shared, src)
	findings.WriteText(run.Stdout, shared, src, run.Style(run.Stdout)) // errors too stand under the heading
	_, err := io.WriteString(run.Stdout, "\n")
	return err
}

// Apart parts findings of a stack from those in files outside of its directory, which
// others may read too, and gives these the name of the stack.
func Apart(diags hcl.Diagnostics, stack, prefix string) (own, shared hcl.Diagnostics) {
	for _, d := range diags {
		if isShared(d, prefix) {
			schema.Amend(d, func(f *schema.Finding) { f.Stacks = []string{stack} })
			shared = append(shared, d)
		} else {
			own = append(own, d)
		}
	}
	return own, shared
}

// Sources are the files that findings are in.
func Sources(diags hcl.Diagnostics, all findings.Sources) findings.Sources {
	src := make(findings.Sources)
	for _, d := range diags {
		for _, at := range []*hcl.Range{d.Subject, d.Context} {
			if at != nil {
				src[at.Filename] = all[at.Filename]
			}
		}
	}
	return src
}

// Exit is the exit code of the run.
func (all *Findings) Exit() error {
	if all.broken {
		return command.ExitError
	}
	return Exit(all.Summary)
}

// Exit is the exit code of a run over many stacks: that of what is not run, unless a shard or
// a change leaves it out, is that of what has failed.
func Exit(s *stacksreport.Summary) error {
	if s.Count(stacksreport.Failed)+s.Count(stacksreport.NotRun) > 0 {
		return command.ExitError
	}
	return nil
}

// Declared are the variables that stacks declare.
type Declared map[string]bool

// Add adds those of a stack.
func (d Declared) Add(variables map[string]cty.Value) {
	for name := range variables {
		d[name] = true
	}
}

// Check refuses values of variables that no stack below declares, also of those that are not
// meant. One of a stack with errors may have been meant.
func (d Declared) Check(run *command.Run, in command.Inputs, selected *stacks.Selected, s *stacksreport.Summary) error {
	if Exit(s) != nil {
		return nil
	}
	for _, a := range in.Assignments {
		if a.File == "" && !d[a.Name] && !d.addRest(run, in, selected)[a.Name] {
			return command.Fail("Value for an undeclared variable", "-var sets %q, but no stack declares such a variable.%s",
				a.Name, wording.DidYouMean(a.Name, slices.Sorted(maps.Keys(d))))
		}
	}
	return nil
}

// addRest adds the variables of the stacks that are not meant.
func (d Declared) addRest(run *command.Run, in command.Inputs, selected *stacks.Selected) Declared {
	for _, path := range selected.All {
		if slices.Contains(selected.Paths, path) {
			continue
		}
		below, _ := run.Below(path)
		module, err := workspace.Declared(below.Workspace(in))
		if err != nil {
			continue
		}
		for name := range module.Variables {
			d[name] = true
		}
	}
	return d
}

// NewSummary begins a summary of the stacks that were selected.
func NewSummary(selected *stacks.Selected) *stacksreport.Summary {
	s := &stacksreport.Summary{Notes: selected.Notes()}
	if c := selected.Changes; c != nil {
		s.Gone = c.Gone
	}
	return s
}
