package cli

import (
	"github.com/spf13/cobra"

	"livery/reconcile/command"
	"livery/reconcile/comparison"
	"livery/reconcile/recursive"
	"livery/reconcile/report"
)

func diffCommand(run *command.Run) *cobra.Command {
	var o comparison.Options
	var in command.Inputs
	var layout command.LayoutFlags
	var locales command.StringList
	var many recursive.Flags
	var detailed bool
	c := &cobra.Command{
		Use:  "diff -base=REF [flags]",
		Args: command.Arguments(0, 0),
		Long: `Compares what the stack declares with what it declared at a commit: what the change
does to the documents, whatever it does to the files. Both are loaded from git and
compared after variables, themes, tokens and texts. Needs no state, no credentials
and no network, and writes nothing.`,
		Example: "livery diff -base=origin/main\nlivery diff -base=v1.2.0 -head=v1.3.0 -detailed-exitcode",
	}
	run.View.Told.Comparing = true
	f := c.Flags()
	f.StringVar(&o.Base, "base", "", "Compare with the `commit` where the head left this one: a branch, a tag, an ID.")
	f.StringVar(&o.Head, "head", "", "Compare this `commit`; without it, the files as they are.")
	f.BoolVar(&o.TwoDots, "two-dots", false, "Compare with -base itself, and not with the commit where the head left it.")
	command.LocaleFlag(c, &locales, "Only the document of this `locale`, and no session. May be given several times.")
	f.BoolVar(&detailed, "detailed-exitcode", false, "Exit 2 if anything differs or cannot be compared, 0 if nothing does.")
	run.JSONFlag(c)
	layout.Flags(run, c)
	command.ReportFlags(run, c)
	in.Flags(c)
	many.Define(c, 0)
	command.CompleteAddresses(run, c)
	c.RunE = func(c *cobra.Command, _ []string) (err error) {
		if o.Base == "" {
			return command.Fail("Missing flag", "-base=REF names the commit to compare with, as in \"livery diff -base=origin/main\".")
		}
		if o.Locales, err = command.Locales(locales); err != nil {
			return err
		}
		compare := func(run *command.Run) (*comparison.Difference, error) {
			return comparison.Run(c.Context(), run.Workspace(in), o)
		}
		if err := many.Check(c); err != nil {
			return err
		}
		if o.Head != "" || o.TwoDots { // what is chosen by a commit is so from where the checkout left it
			many.WithoutBase()
		}
		if many.On {
			return (&planFlags{run: run, inputs: in, layout: layout, detailed: detailed, many: many}).diffMany(c, compare)
		}
		d, err := compare(run)
		if err != nil {
			return err
		}
		shown, err := layout.Layout(d.Plan)
		if err != nil {
			return err
		}
		if err := report.WriteDifference(run.View, d, shown); err != nil {
			return err
		}
		if detailed && d.Different() {
			return command.ExitChanges
		}
		return nil
	}
	return c
}
