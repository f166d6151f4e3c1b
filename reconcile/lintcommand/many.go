package lintcommand

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"livery/reconcile/command"
	"livery/reconcile/findings"
	"livery/reconcile/linting"
	"livery/reconcile/lintreport"
	"livery/reconcile/recursive"
)

// runMany lints many stacks.
func (l *lintFlags) runMany(c *cobra.Command, run *command.Run) error {
	switch {
	case len(l.opts.Files) > 0:
		return command.Fail("Invalid flag", "-recursive is about whole stacks: leave out the names of files, and choose stacks with -stack.")
	case l.fix != "":
		return command.Fail("Invalid flag", "-fix mends one stack at a time: leave out -recursive, and name it with -chdir.")
	case l.opts.Record != linting.RecordNothing:
		l.many.OneByOne() // they may share the baseline
	}
	selected, err := l.many.Select(c, run, run.Workspace(l.in))
	if err != nil || len(selected.Paths) == 0 {
		return err
	}
	stdout := slices.IndexFunc(l.outputs, func(o output) bool { return o.file == "" })
	asText := stdout >= 0 && l.outputs[stdout].format == string(findings.TextFormat) && !l.statistics
	telling := recursive.Telling{Keep: !asText || len(l.outputs) > 1}
	if asText {
		telling.Own = l.tellOwn
	}
	var totals lintTotals
	found, err := recursive.JudgeAll(c.Context(), run, l.many, selected, l.in, func(below *command.Run) (recursive.Found, error) {
		return l.judge(below, &totals)
	}, telling)
	if err != nil {
		return err
	}
	linted := &totals.Linted
	linted.Diagnostics, linted.Suppressed, linted.Sources = found.Diagnostics, found.Suppressed, found.Sources
	l.stacks = found.Stacks
	verdict := lintreport.Verdict{Linted: linted}
	switch {
	case asText:
		l.outputs = slices.Delete(l.outputs, stdout, stdout+1)
		err = cmp.Or(l.writeFiles(run, verdict), found.Text(run))
		for _, sentence := range verdict.Sentences() {
			fmt.Fprintln(run.Stdout, sentence)
		}
	default:
		err = l.write(run, verdict)
	}
	return cmp.Or(err, found.Exit())
}

// lintTotals are what is counted over all stacks.
type lintTotals struct {
	mu sync.Mutex
	linting.Linted
}

func (t *lintTotals) add(linted *linting.Linted) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.Baselined += linted.Baselined
	t.Stale += linted.Stale
	t.Known += linted.Known
	t.BaseBroken = t.BaseBroken || linted.BaseBroken
	if len(linted.Awoken) > len(t.Awoken) {
		t.Awoken = linted.Awoken
	}
	if len(linted.Skipped) > len(t.Skipped) {
		t.Skipped = linted.Skipped
	}
}

// judge lints one of many stacks.
func (l *lintFlags) judge(below *command.Run, totals *lintTotals) (recursive.Found, error) {
	w := below.Workspace(l.in)
	one := *l
	if one.opts.Baseline != "" && !filepath.IsAbs(one.opts.Baseline) && w.Prefix != "." {
		up := strings.Repeat("../", strings.Count(w.Prefix, "/")+1)
		one.opts.Baseline = up + one.opts.Baseline
	}
	w.Prefix = below.Dir.FromHere()
	linted, err := linting.Lint(w, one.opts)
	if err != nil {
		return recursive.Found{}, err
	}
	totals.add(linted)
	return recursive.Found{
		Diagnostics: linted.Diagnostics, Suppressed: linted.Suppressed, Sources: linted.Sources, Variables: linted.Variables, Prefix: w.Prefix,
		Failing: l.level.Failing(linted.Diagnostics), Exit: l.level.Exit(linted.Diagnostics),
	}, nil
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
