package textscommand

import (
	"cmp"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/spf13/cobra"
	"github.com/zclconf/go-cty/cty"

	"livery/reconcile/command"
	"livery/reconcile/recursive"
	"livery/reconcile/stacksreport"
	"livery/reconcile/textsreport"
	"livery/reconcile/translating"
)

// statusFlags are those of texts status.
type statusFlags struct {
	sharedFlags
	many            recursive.Flags
	format          string
	least           int
	details, expand bool
}

func statusCommand(run *command.Run) *cobra.Command {
	f := new(statusFlags)
	c := &cobra.Command{
		Use:   "status [flags]",
		Short: "Count what is translated, and what no longer is",
		Args:  command.Arguments(0, 0),
		Long: `Counts the texts of each language: those that are made from today's words, from words
that have changed since, that are still the source's, that are missing, and those of
which nobody has recorded what they were made from.`,
		Example: "livery texts status\nlivery texts status -details -locale=th\nlivery texts status -recursive -min=90",
	}
	c.Flags().StringVar(&f.format, "format", "text", "Write it as `text` or markdown.")
	c.Flags().IntVar(&f.least, "min", 0, "Exit 1 if less than this `percent` of a language is translated.")
	c.Flags().BoolVar(&f.details, "details", false, "List each text that is not current, with the words before and after.")
	c.Flags().BoolVar(&f.expand, "expand", false, "With -recursive, also show stacks in which everything is translated.")
	run.JSONFlag(c)
	f.flags(c)
	f.many.Define(c, 0)
	c.RunE = func(c *cobra.Command, _ []string) error {
		switch {
		case f.format != "text" && f.format != "markdown":
			return command.Fail("Invalid flag", "-format takes text or markdown, not %q.", f.format)
		case f.least < 0 || f.least > 100:
			return command.Fail("Invalid flag", "-min takes a percentage from 0 to 100, not %d.", f.least)
		}
		if err := f.many.Check(c); err != nil {
			return err
		}
		if f.many.On {
			return f.runMany(c, run)
		}
		return f.run(run)
	}
	return c
}

func (f *statusFlags) run(run *command.Run) error {
	s, err := f.open(run)
	if err != nil {
		return err
	}
	if run.View.JSON {
		err = textsreport.WriteStatusJSON(run.Stdout, s)
	} else {
		err = f.write(run, s)
	}
	return cmp.Or(err, f.judge(run, s))
}

// write writes the table of a stack for people.
func (f *statusFlags) write(run *command.Run, s *translating.Stack) error {
	if f.format == "markdown" {
		return textsreport.WriteStatusMarkdown(run.Stdout, s)
	}
	return textsreport.WriteStatus(run.Stdout, s, f.details, run.Style(run.Stdout))
}

// judge names the languages of which too little is translated.
func (f *statusFlags) judge(run *command.Run, s *translating.Stack) error {
	few := f.few(s)
	if len(few) == 0 {
		return nil
	}
	if !run.View.JSON {
		for _, line := range few {
			fmt.Fprintf(run.Stderr, "%s.\n", line)
		}
	}
	return command.ExitError
}

// few says of which languages too little is translated, a clause each.
func (f *statusFlags) few(s *translating.Stack) []string {
	var few []string
	for _, in := range s.Chosen {
		if percent := in.Percent(); percent < f.least {
			few = append(few, fmt.Sprintf("%s: %d %% is translated, less than -min=%d", in.Locale, percent, f.least))
		}
	}
	return few
}

// counted is what is kept of one of many stacks.
type counted struct {
	behind    bool // something is to be translated
	text      string
	failing   string
	status    *textsreport.Status // for JSON
	variables map[string]cty.Value
}

// runMany counts the texts of many stacks.
func (f *statusFlags) runMany(c *cobra.Command, run *command.Run) error {
	selected, err := f.many.Select(c, run, run.Workspace(f.in))
	if err != nil || len(selected.Paths) == 0 && !run.View.JSON {
		return err
	}
	rows := recursive.NewSummary(selected)
	rows.Words = map[stacksreport.State]string{stacksreport.Changed: "behind", stacksreport.Unchanged: "translated"}
	all := []textsreport.StackStatus{}
	declared := make(recursive.Declared)
	err = recursive.Each(c.Context(), run, f.many, selected.Paths, f.count, func(p *recursive.Piece[counted]) error {
		row := f.rowOf(p)
		rows.Rows = append(rows.Rows, row)
		declared.Add(p.Result.variables)
		if run.View.JSON {
			s := textsreport.StackStatus{Path: p.Path, Status: p.Result.status}
			switch row.State {
			case stacksreport.Failed:
				s.Failed = row.Text
			case stacksreport.NotRun:
				s.Failed = "not run"
			}
			all = append(all, s)
			return nil
		}
		return f.tell(run, p)
	})
	switch {
	case err != nil:
	case run.View.JSON:
		err = textsreport.WriteStatusesJSON(run.Stdout, all)
	case f.format == "markdown":
		err = rows.WriteMarkdown(run.Stdout)
	default:
		err = rows.Write(run.Stdout, run.Style(run.Stdout))
	}
	return cmp.Or(err, declared.Check(run, f.in, selected, rows), recursive.Exit(rows))
}

// tell writes what one of many stacks has to say.
func (f *statusFlags) tell(run *command.Run, p *recursive.Piece[counted]) error {
	if f.format == "text" || p.Silent() {
		return p.Tell(run, nil)
	}
	err := stacksreport.WriteMarkdownHead(run.Stdout, p.Path)
	if err = cmp.Or(err, p.TellBare()); err == nil {
		_, err = io.WriteString(run.Stdout, "\n")
	}
	return err
}

// count counts the texts of one of many stacks.
func (f *statusFlags) count(below *command.Run, dir string) (counted, error) {
	s, err := f.open(below)
	if err != nil {
		return counted{}, err
	}
	done := counted{variables: s.Variables(), failing: strings.Join(f.few(s), ", ")}
	done.text, done.behind = textsreport.Summary(s)
	switch {
	case below.View.JSON:
		done.status = textsreport.NewStatus(s)
		done.status.Lock = path.Join(dir, done.status.Lock)
	case done.behind || done.failing != "" || f.expand:
		if err := f.write(below, s); err != nil {
			return done, err
		}
	}
	return done, f.judge(below, s)
}

// rowOf says in a line what the texts of a stack come to.
func (f *statusFlags) rowOf(p *recursive.Piece[counted]) stacksreport.Row {
	row := stacksreport.Row{Path: p.Path, State: stacksreport.Unchanged, Text: p.Result.text}
	switch {
	case !p.Begun:
		row.State = stacksreport.NotRun
	case p.Code != command.ExitOK:
		row.State, row.Text = stacksreport.Failed, cmp.Or(p.Result.failing, p.Why())
	case p.Result.behind:
		row.State = stacksreport.Changed
	}
	return row
}
