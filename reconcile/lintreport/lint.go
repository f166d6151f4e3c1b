// Package lintreport writes what lint has found, and what comes of it, as text.
//
// It does not know how a finding is drawn (package findings).
package lintreport

import (
	"fmt"
	"strings"

	"livery/reconcile/findings"
	"livery/reconcile/linting"
	"livery/reconcile/report"
	"livery/reconcile/terminal"
	"livery/schema"
	"livery/schema/rule"
)

// Verdict is what lint has found, and what comes of it.
type Verdict struct {
	*linting.Linted
	Fixed   *linting.Fixed // nil unless that was asked for
	NotRun  int            // stacks that were not looked at
	Failing string         // why a stack without errors fails all the same, as a clause; "" if it does not
}

// Write writes findings as text, and what comes of them.
func Write(v *report.View, l Verdict, suppressed bool) error {
	if n := len(l.Skipped); n > 0 {
		fmt.Fprintf(v.Stdout, "%s\n\n", strings.Join(terminal.Wrap(fmt.Sprintf("No source language: %s that compare with it did not run. Say what the others "+
			"are translated from, as in livery { texts { source = \"th\" } }.", schema.Plural(n, "rule")), v.Out().Width-1), "\n"))
	}
	if suppressed {
		findings.WriteText(v.Stdout, l.Suppressed, l.Sources, v.Out())
	}
	if !l.Partial {
		reason := ""
		if l.Failing != "" {
			reason = fmt.Sprintf("The configuration is valid, but %s.", l.Failing)
		}
		if err := v.Validated(l.Diagnostics, l.Sources, reason); err != nil {
			return err
		}
	} else {
		v.Diagnostics(l.Diagnostics, l.Sources)
		switch {
		case l.Diagnostics.HasErrors() || l.Elsewhere.HasErrors():
		case l.Failing != "":
			fmt.Fprintf(v.Stderr, "%s.\n", l.Failing)
		default:
			fmt.Fprintf(v.Stdout, "%s %s\n", v.Out().Green("Success!"), l.found())
		}
	}
	WriteSentences(v, l)
	return nil
}

// WriteSentences says what is not among the findings.
func WriteSentences(v *report.View, l Verdict) {
	for _, sentence := range l.Sentences() {
		fmt.Fprintf(v.Stdout, "%s\n", sentence)
	}
}

// WriteTotals writes what was found where the findings themselves are in files.
func WriteTotals(v *report.View, l Verdict) {
	fmt.Fprintf(v.Stdout, "%s\n", strings.Join(append([]string{l.found()}, l.Sentences()...), " "))
}

// found counts what was found, as a sentence.
func (l Verdict) found() string {
	where := ""
	if n := len(l.Files); n > 0 {
		where = " in " + schema.Plural(n, "file")
	}
	if tally := findings.Count(l.Diagnostics).String(); tally != "" {
		return fmt.Sprintf("Found %s%s.", tally, where)
	}
	return fmt.Sprintf("No findings%s.", where)
}

// Sentences say what is not among the findings.
func (l Verdict) Sentences() []string {
	var list []string
	if l.NotRun > 0 {
		list = append(list, fmt.Sprintf("Not looked at: %s.", schema.Plural(l.NotRun, "stack")))
	}
	if l.Fixed != nil {
		list = append(list, fixedSentence(l.Fixed))
	}
	for _, id := range l.Awoken {
		row, _ := rule.ByID(id)
		list = append(list, fmt.Sprintf("%s is off in this stack and ran at the level %s, since -rule names it. To switch it on for everybody: livery { lint { rule %q { level = %q } } }.",
			id, row.Awake(), id, row.Awake()))
	}
	if elsewhere := findings.Count(l.Elsewhere).String(); elsewhere != "" {
		list = append(list, fmt.Sprintf("Elsewhere in the same stack: %s.", elsewhere))
	}
	if l.Stale > 0 {
		list = append(list, fmt.Sprintf("%s of the baseline no longer found: -write-baseline=prune takes out what is mended.", isOrAre(l.Stale, "finding")))
	}
	if l.Baselined > 0 {
		list = append(list, fmt.Sprintf("%s in the baseline.", isOrAre(l.Baselined, "finding")))
	}
	if l.Unpruned > 0 {
		list = append(list, fmt.Sprintf("Of %s with errors nothing was taken out of the baseline: what would still be found is not all known.", schema.Plural(l.Unpruned, "stack")))
	}
	if l.Unrecorded > 0 {
		list = append(list, fmt.Sprintf("Nothing of %s was written to the baseline: what stands in a file that does not parse is not known.", schema.Plural(l.Unrecorded, "stack")))
	}
	if l.BaseBroken {
		list = append(list, "The base has errors: what could be understood of it was compared.")
	}
	if l.Known > 0 {
		list = append(list, fmt.Sprintf("%s not new.", isOrAre(l.Known, "finding")))
	}
	return list
}

// Beside is what the sentences say, for programs. Based says that a commit was compared with.
func (l Verdict) Beside(based bool) findings.Beside {
	b := findings.Beside{Skipped: l.Skipped, Awoken: l.Awoken}
	if len(l.Files) > 0 {
		elsewhere := findings.Count(l.Elsewhere)
		b.Elsewhere = &elsewhere
	}
	if l.HasBaseline() {
		b.Baseline = &findings.BaselineTally{Findings: l.Baselined, Gone: l.Stale, Unpruned: l.Unpruned, Unrecorded: l.Unrecorded}
	}
	if based {
		b.Base = &findings.BaseTally{Findings: l.Known, Errors: l.BaseBroken}
	}
	if l.Fixed != nil {
		b.Fixed = &findings.FixedTally{Findings: l.Fixed.Findings, Files: len(l.Fixed.After), More: l.Fixed.More}
	}
	return b
}

func isOrAre(n int, noun string) string {
	if n == 1 {
		return schema.Plural(n, noun) + " is"
	}
	return schema.Plural(n, noun) + " are"
}

// fixedSentence says what was mended, and what could be.
func fixedSentence(f *linting.Fixed) string {
	more := ""
	if f.More > 0 {
		more = fmt.Sprintf(" (%d more with -fix=all)", f.More)
	}
	if f.Findings == 0 {
		return fmt.Sprintf("Nothing to fix%s.", more)
	}
	return fmt.Sprintf("Fixed %s in %s%s.", schema.Plural(f.Findings, "finding"), schema.Plural(len(f.After), "file"), more)
}
