// Package lintcommand is the command lint: its flags, and the wiring between the packages
// that look for findings, mend them and write them. It does not know the rules (package
// lint).
package lintcommand

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"

	"livery/reconcile/command"
	"livery/reconcile/findings"
	"livery/reconcile/linting"
	"livery/reconcile/lintreport"
	"livery/reconcile/markdown"
	"livery/reconcile/recursive"
	"livery/reconcile/terminal"
	"livery/reconcile/workspace"
	"livery/schema"
	"livery/schema/redact"
	"livery/schema/rule"
	"livery/schema/stack"
	"livery/schema/wording"
)

// lintFlags are those of lint.
type lintFlags struct {
	in             command.Inputs
	level          command.FailOn
	formats        []string // as they are written
	outputs        []output
	record         string // -write-baseline
	showSuppressed bool
	fix            string
	diff           bool
	fixed          *linting.Fixed
	opts           linting.Options

	many   recursive.Flags
	expand bool
	stacks []findings.StackTally // of -recursive, though there may be none; nil for one alone

	rules, statistics bool
	explain           string
	only              []string // rules, as they are written; none for all
}

// output is a form in which findings are written, and the file; "" for stdout.
type output struct{ format, file string }

// formats are the forms of lint by name, text first.
func formats() []string { return append(findings.Formats(), markdownFormat) }

const markdownFormat = "markdown"

// New is the command.
func New(run *command.Run) *cobra.Command {
	l := new(lintFlags)
	c := &cobra.Command{
		Use:  "lint [flags] [FILES]",
		Args: command.Arguments(0, -1),
		Long: `Checks what validate checks, and the quality of what is declared. With FILES, the
stacks that they belong to are checked and findings in those files are shown.
A lint block in the configuration sets the level of each rule.`,
		Example: "livery lint -format=sarif > livery.sarif\nlivery lint -base=origin/main\nlivery lint -fix -rule=unused-theme\nlivery lint -fail-on=warning main.livery.hcl\nlivery lint -baseline=lint.baseline -write-baseline",
	}
	f := c.Flags()
	l.flags(run, c)
	f.StringVar(&l.fix, "fix", "", "Mend what can be mended without changing what people see; with `all` also what changes it.")
	f.Lookup("fix").NoOptDefVal = string(rule.SafeFix)
	f.BoolVar(&l.diff, "diff", false, "With -fix, show the changes and write nothing.")
	f.BoolVar(&l.rules, "rules", false, "List all rules, with their level in this stack.")
	f.StringVar(&l.explain, "explain", "", "Say what this `rule` finds, why, and how it is set.")
	f.StringVar(&l.opts.Base, "base", "", "Show only findings that were not there where this branch left `REF`, as the baseline knows them, and faults of the files.")
	l.many.Define(c, 0)
	f.BoolVar(&l.expand, "expand", false, "With -recursive, also show stacks without findings.")
	c.RunE = func(c *cobra.Command, files []string) error {
		l.opts.Files = files
		if l.rules || l.explain != "" {
			return l.about(run)
		}
		if err := cmp.Or(l.check(run), l.many.Check(c)); err != nil {
			return err
		}
		if l.many.On {
			return l.runMany(c, run)
		}
		return l.run(run)
	}
	return c
}

// flags are those that say which findings are shown, and how.
func (l *lintFlags) flags(run *command.Run, c *cobra.Command) {
	f := c.Flags()
	f.StringArrayVar(&l.formats, "format", nil, "Write the findings in this `format`: "+strings.Join(formats(), ", ")+"; with :FILE into a file. May be given several times.")
	f.BoolVar(&l.showSuppressed, "show-suppressed", false, "Also list what is ignored or in the baseline, with the reason.")
	f.StringVar(&l.opts.Baseline, "baseline", "", "Show only what is not in this `file`.")
	f.StringVar(&l.record, "write-baseline", "", "Write what is found into the baseline; with `prune` take out what no longer occurs.")
	f.Lookup("write-baseline").NoOptDefVal = string(linting.RecordAll)
	f.BoolVar(&l.statistics, "statistics", false, "Count the findings of each rule instead of listing them.")
	f.StringArrayVar(&l.only, "rule", nil, "Show only findings of this `rule`, even if it is off, and faults of the files; with -fix, mend all of them. May be given several times.")
	run.JSONFlag(c)
	l.level.Flag(c, string(rule.Notice), string(rule.Warning), string(rule.Error))
	l.in.Flags(c)
}

// check judges the flags.
func (l *lintFlags) check(run *command.Run) error {
	if run.View.JSON && len(l.formats) == 0 {
		l.formats = []string{string(findings.JSONFormat)}
	}
	run.View.Lints = true
	if err := cmp.Or(l.level.Check(), l.checkFormats()); err != nil {
		return err
	}
	run.View.JSON = slices.Contains(l.outputs, output{format: string(findings.JSONFormat)})
	if err := l.checkRules(); err != nil {
		return err
	}
	switch {
	case !slices.Contains([]string{"", string(rule.SafeFix), string(rule.AnyFix)}, l.fix):
		return command.Fail("Invalid flag", "-fix takes safe or all, not %q.", l.fix)
	case l.fix != "" && l.record != "":
		return command.Fail("Invalid flags", "-fix and -write-baseline cannot be combined: write the baseline in a run of its own.")
	case l.record != "" && (len(l.only) > 0 || l.opts.Base != ""):
		return command.Fail("Invalid flags", "-write-baseline records what all rules find: leave out -rule and -base.")
	case l.statistics && slices.ContainsFunc(l.outputs, func(o output) bool {
		return o.file == "" && o.format != string(findings.TextFormat) && o.format != string(findings.JSONFormat)
	}):
		return command.Fail("Invalid flags", "-statistics is written as text or json: give the other formats a file each, as in -format=sarif:FILE.")
	case l.diff && !slices.Equal(l.outputs, []output{{format: string(findings.TextFormat)}}):
		return command.Fail("Invalid flags", "-diff writes what would change to stdout, instead of findings: leave out -json and -format. \"livery lint -fix -json\" says how much it has mended.")
	case l.diff && l.fix == "":
		l.fix = string(rule.SafeFix)
	}
	l.opts.Record = linting.Record(l.record)
	if !slices.Contains([]linting.Record{linting.RecordNothing, linting.RecordAll, linting.RecordPrune}, l.opts.Record) {
		return command.Fail("Invalid flag", "-write-baseline takes prune or nothing, not %q.", l.record)
	}
	return nil
}

// checkRules reads -rule.
func (l *lintFlags) checkRules() error {
	if len(l.only) == 0 {
		return nil
	}
	for name := range strings.SplitSeq(strings.Join(l.only, ","), ",") {
		row, err := ruleNamed(name)
		switch {
		case err != nil:
			return err
		case row.Phase == rule.Drawing:
			return command.Fail("Invalid flag", "%s is found by the browser that draws the pages: \"livery preview\" shows it.", row.ID)
		case row.Phase == rule.Checking && !l.opts.Tokens:
			return command.Fail("Invalid flag", "%s is about token files: \"livery tokens check\" shows it.", row.ID)
		}
		l.opts.Rules = append(l.opts.Rules, row.ID)
	}
	return nil
}

// checkFormats reads -format. Text goes to stdout where nothing else is said.
func (l *lintFlags) checkFormats() error {
	for _, list := range l.formats {
		for one := range strings.SplitSeq(list, ",") {
			format, file, into := strings.Cut(one, ":")
			switch {
			case !slices.Contains(formats(), format):
				return command.Fail("Invalid flag", "-format takes one of %s, not %q.", strings.Join(formats(), ", "), format)
			case into && file == "":
				return command.Fail("Invalid flag", "-format=%s: names no file.", format)
			case slices.ContainsFunc(l.outputs, func(o output) bool { return o.file == file }):
				return command.Fail("Invalid flag", "Two formats cannot both be written to %s: give one a file of its own, as in -format=%s:FILE.", cmp.Or(file, "stdout"), format)
			}
			l.outputs = append(l.outputs, output{format, file})
		}
	}
	if len(l.outputs) == 0 {
		l.outputs = []output{{format: string(findings.TextFormat)}}
	}
	return nil
}

// ruleNamed is a rule, or an error that names the nearest.
func ruleNamed(name string) (rule.Rule, error) {
	row, ok := rule.ByID(rule.ID(name))
	if ok {
		return row, nil
	}
	var names []string
	for _, r := range rule.All() {
		names = append(names, string(r.ID))
	}
	return row, command.Fail("Unknown rule", "There is no rule %q.%s", name, wording.DidYouMean(name, names))
}

// about answers what is asked about rules rather than about a stack.
func (l *lintFlags) about(run *command.Run) error {
	if l.explain != "" {
		row, err := ruleNamed(l.explain)
		if err != nil {
			return err
		}
		if run.View.JSON {
			return findings.WriteRuleJSON(run.Stdout, row)
		}
		findings.WriteRule(run.Stdout, run.Style(run.Stdout), row)
		return nil
	}
	loaded, _, err := run.Workspace(l.in).Load(stack.NeedNothing)
	if err != nil {
		return err
	}
	if run.View.JSON {
		return findings.WriteRulesJSON(run.Stdout, loaded.Levels)
	}
	findings.WriteRules(run.Stdout, loaded.Levels)
	return nil
}

func (l *lintFlags) run(run *command.Run) error {
	w := run.Workspace(l.in)
	w.Prefix = run.Dir.FromHere()
	if l.fix != "" {
		if err := l.mend(run, w); err != nil || l.diff {
			return err
		}
	}
	linted, err := linting.Lint(w, l.opts)
	if err != nil {
		return err
	}
	verdict := lintreport.Verdict{Linted: linted, Fixed: l.fixed, Failing: l.level.Failing(linted.Diagnostics)}
	if err := l.write(run, verdict); err != nil {
		return err
	}
	if linted.Elsewhere.HasErrors() {
		return command.ExitError
	}
	return l.level.Exit(linted.Diagnostics)
}

// mend mends what can be mended, or shows how.
func (l *lintFlags) mend(run *command.Run, w *workspace.Workspace) error {
	fixed, err := linting.Fix(w, l.opts, rule.Fix(l.fix))
	if err != nil {
		return err
	}
	return l.fixedOrShown(run, fixed)
}

// fixedOrShown writes the files that change, or shows what changes.
func (l *lintFlags) fixedOrShown(run *command.Run, fixed *linting.Fixed) error {
	if l.diff {
		return cmp.Or(terminal.WriteFileDiffs(run.Stdout, redact.Texts(fixed.Before), redact.Texts(fixed.After)), l.judgeLeft(run, fixed))
	}
	l.fixed = fixed
	return fixed.Write(run.Dir)
}

// judgeLeft fails if what would be left after mending does.
func (l *lintFlags) judgeLeft(run *command.Run, fixed *linting.Fixed) error {
	var left hcl.Diagnostics
	for _, linted := range fixed.Left {
		faults, _ := schema.Apart(linted.Elsewhere, rule.Error)
		left = append(append(left, linted.Diagnostics...), faults...)
	}
	err := l.level.Exit(left)
	if err != nil {
		fmt.Fprintf(run.Stderr, "That would leave %s: \"livery lint\" shows what.\n", findings.Count(left))
	}
	return err
}

// write writes the findings in all forms, those that go to files first.
func (l *lintFlags) write(run *command.Run, verdict lintreport.Verdict) error {
	if err := l.writeFiles(run, verdict); err != nil {
		return err
	}
	stdout := l.onStdout()
	switch {
	case l.statistics && stdout != string(findings.JSONFormat):
		findings.WriteStatistics(run.Stdout, verdict.Diagnostics)
		lintreport.WriteSentences(run.View, verdict)
		return nil
	case stdout == "":
		lintreport.WriteTotals(run.View, verdict)
		return nil
	case stdout == string(findings.TextFormat):
		return lintreport.Write(run.View, verdict, l.showSuppressed)
	}
	if l.statistics {
		return findings.WriteStatisticsJSON(run.Stdout, verdict.Diagnostics, l.meta(verdict))
	}
	if stdout != string(findings.JSONFormat) && stdout != markdownFormat { // which say it themselves
		for _, sentence := range verdict.Sentences() {
			fmt.Fprintln(run.Stderr, sentence)
		}
	}
	return l.render(run, run.Stdout, stdout, verdict, run.Style(run.Stdout))
}

// onStdout is the form in which findings go to stdout; "" for none.
func (l *lintFlags) onStdout() string {
	for _, o := range l.outputs {
		if o.file == "" {
			return o.format
		}
	}
	return ""
}

// writeFiles writes the findings in the forms that go to files.
func (l *lintFlags) writeFiles(run *command.Run, verdict lintreport.Verdict) error {
	for _, o := range l.outputs {
		if o.file == "" {
			continue
		}
		var b bytes.Buffer
		if err := l.render(run, &b, o.format, verdict, terminal.Style{Width: 78}); err != nil {
			return err
		}
		if err := run.Reads.WriteFile(".", o.file, b.Bytes(), 0o644); err != nil {
			return command.Fail("Cannot write the findings", "%v.", err)
		}
	}
	return nil
}

func (l *lintFlags) render(run *command.Run, w io.Writer, format string, verdict lintreport.Verdict, style terminal.Style) error {
	if format == markdownFormat {
		_, stack := workspace.Directory(".").Repository()
		text := markdown.Findings(verdict.Diagnostics, findings.Count(verdict.Diagnostics).String(), markdown.Links("", stack, run.Getenv))
		for _, sentence := range verdict.Sentences() {
			text += "\n" + markdown.Text(sentence) + "\n"
		}
		_, err := io.WriteString(w, text)
		return err
	}
	return findings.Write(w, findings.Format(format), verdict.Diagnostics, verdict.Sources, style, l.meta(verdict))
}

// meta is what forms say beyond the findings.
func (l *lintFlags) meta(verdict lintreport.Verdict) findings.Meta {
	return findings.Meta{
		Version: command.ThisBuild().Version, FullName: command.ThisBuild().FullName(), Rules: rule.All(), FailOn: l.level.Level(),
		ShowSuppressed: l.showSuppressed, Suppressed: verdict.Suppressed, Stacks: l.stacks, Beside: verdict.Beside(l.opts.Base != ""),
	}
}
