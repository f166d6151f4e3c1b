package lintcommand

import (
	"cmp"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"

	"livery/reconcile/command"
	"livery/reconcile/findings"
	"livery/reconcile/linting"
	"livery/reconcile/lintreport"
	"livery/reconcile/recursive"
	"livery/reconcile/stacksreport"
	"livery/schema"
	"livery/schema/rule"
)

// runMany lints many stacks.
func (l *lintFlags) runMany(c *cobra.Command, run *command.Run) error {
	if len(l.opts.Files) > 0 {
		return command.Fail("Invalid flag", "-recursive is about whole stacks: leave out the names of files, and choose stacks with -stack.")
	}
	stdout := l.onStdout()
	forPrograms := stdout != "" && stdout != string(findings.TextFormat) && !l.statistics
	if forPrograms {
		l.many.Aside(run.Stderr)
	}
	selected, err := l.many.Select(c, run, run.Workspace(l.in))
	switch {
	case err != nil:
		return err
	case len(selected.Paths) == 0 && l.diff:
		return nil
	case len(selected.Paths) == 0:
		return l.writeNothing(run, forPrograms || run.View.JSON)
	}
	// What is shared is judged and mended where all that read it are looked at.
	l.opts.Shared = !l.many.Chosen(c) && l.opts.Base == ""
	if l.fix != "" {
		if err := l.mendMany(run, selected.Paths); err != nil || l.diff {
			return err
		}
	}
	asText := stdout == string(findings.TextFormat) && !l.statistics
	telling := recursive.Telling{Keep: !asText || len(l.outputs) > 1}
	if asText {
		telling.Own = l.tellOwn
	}
	totals := lintTotals{readers: make(map[string]int)}
	found, err := recursive.JudgeAll(c.Context(), run, l.many, selected, l.in, func(below *command.Run) (recursive.Found, error) {
		return l.judge(below, &totals)
	}, telling)
	if err != nil {
		return err
	}
	notRun := found.Summary.Count(stacksreport.NotRun)
	whole := totals.stacks == len(selected.Paths)
	found.Late(totals.late(l.opts.Record, whole), totals.Sources, l.level.Failing, telling.Keep)
	if err := totals.EndBaselines(run.Dir.FromHere(), l.opts, whole && l.opts.Shared); err != nil {
		return err
	}
	linted := &totals.Linted
	linted.Diagnostics, linted.Suppressed, linted.Sources = found.Diagnostics, found.Suppressed, found.Sources
	l.stacks = found.Stacks
	verdict := lintreport.Verdict{Linted: linted, NotRun: notRun, Fixed: l.fixed}
	switch {
	case asText:
		err = cmp.Or(l.writeFiles(run, verdict), found.Text(run))
		verdict.NotRun = 0 // which has been said
		for _, sentence := range verdict.Sentences() {
			fmt.Fprintln(run.Stdout, sentence)
		}
	default:
		err = l.write(run, verdict)
	}
	return cmp.Or(err, found.Exit())
}

// writeNothing writes in every form that no stack was looked at; people have been told why.
func (l *lintFlags) writeNothing(run *command.Run, forPrograms bool) error {
	l.stacks = []findings.StackTally{}
	verdict := lintreport.Verdict{Linted: new(linting.Linted)}
	if forPrograms {
		return l.write(run, verdict)
	}
	return l.writeFiles(run, verdict)
}

// lintTotals are what is counted over all stacks.
type lintTotals struct {
	mu sync.Mutex
	linting.Linted
	readers map[string]int // of files, by name: the stacks that read them
	stacks  int            // that were judged
}

// late are the findings that only all stacks together show, but for those that are recorded;
// whole says that all were looked at.
func (t *lintTotals) late(record linting.Record, whole bool) hcl.Diagnostics {
	t.Broken = t.Broken || !whole
	unused := t.unused()
	if record != linting.RecordAll {
		return unused
	}
	t.RecordUnused(unused)
	return nil
}

// unused are the findings of what no stack uses that reads the file.
func (t *lintTotals) unused() hcl.Diagnostics {
	if t.Broken { // a stack that is not whole or was not looked at may use anything
		return nil
	}
	return slices.DeleteFunc(schema.SortFindings(t.Unshared), func(d *hcl.Diagnostic) bool {
		return len(schema.FindingOf(d).Stacks) < t.readers[d.Subject.Filename]
	})
}

func (t *lintTotals) add(stack string, linted *linting.Linted) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for name := range linted.Sources {
		t.readers[name]++
	}
	t.stacks++
	t.Add(stack, linted)
	if t.Sources == nil {
		t.Sources = make(findings.Sources)
	}
	maps.Copy(t.Sources, recursive.Sources(linted.Unshared, linted.Sources))
}

// judge lints one of many stacks.
func (l *lintFlags) judge(below *command.Run, totals *lintTotals) (recursive.Found, error) {
	task := l.task(below)
	linted, err := linting.Look(task.Workspace, task.Options)
	if err != nil {
		return recursive.Found{}, err
	}
	totals.add(below.View.Stack, linted)
	return recursive.Found{
		Diagnostics: linted.Diagnostics, Suppressed: linted.Suppressed, Sources: linted.Sources, Variables: linted.Variables, Prefix: task.Workspace.Prefix,
		Failing: l.level.Failing(linted.Diagnostics), Exit: l.level.Exit(linted.Diagnostics),
	}, nil
}

// task is one of many stacks, and what is looked at there. Names are shown as seen from here.
func (l *lintFlags) task(below *command.Run) linting.Task {
	w, opts := below.Workspace(l.in), l.opts
	if opts.Baseline != "" && !filepath.IsAbs(opts.Baseline) && w.Prefix != "." {
		opts.Baseline = strings.Repeat("../", strings.Count(w.Prefix, "/")+1) + opts.Baseline
	}
	w.Prefix = below.Dir.FromHere()
	return linting.Task{Workspace: w, Options: opts}
}

// mendMany mends what can be mended in all stacks, and in what they share, or shows how.
func (l *lintFlags) mendMany(run *command.Run, paths []string) error {
	tasks := make([]linting.Task, len(paths))
	for i, path := range paths {
		below, _ := run.Below(path)
		defer func() { _ = below.Finish(nil) }() // it only closes what was opened
		tasks[i] = l.task(below)
	}
	fixed, err := linting.FixAll(run.Dir.FromHere(), tasks, rule.Fix(l.fix))
	if err != nil {
		return err
	}
	return l.fixedOrShown(run, fixed)
}

// tellOwn writes what was found in the files of one of many stacks.
func (l *lintFlags) tellOwn(below *command.Run, own recursive.Found) error {
	if l.expand {
		return lintreport.Write(below.View, lintreport.Verdict{
			Linted: &linting.Linted{Diagnostics: own.Diagnostics, Suppressed: own.Suppressed, Sources: own.Sources}, Failing: own.Failing,
		}, l.showSuppressed)
	}
	if l.showSuppressed {
		findings.WriteText(below.Stdout, own.Suppressed, own.Sources, below.View.Out())
	}
	below.View.Diagnostics(own.Diagnostics, own.Sources)
	return nil
}
