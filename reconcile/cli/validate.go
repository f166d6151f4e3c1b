package cli

import (
	"cmp"

	"github.com/spf13/cobra"

	"livery/reconcile/command"
	"livery/reconcile/findings"
	"livery/reconcile/recursive"
)

func validateCommand(run *command.Run) *cobra.Command {
	var in command.Inputs
	var level command.FailOn
	var many recursive.Flags
	c := &cobra.Command{
		Use:  "validate [flags]",
		Args: command.Arguments(0, 0),
		Long: `Checks every file of the stack: names, types, colours, lengths, links, locales.
All problems are reported in one run, each with its place. Needs no network and no
credentials; variables without a value are allowed.`,
		Example: "livery validate\nlivery validate -json -fail-on=warning",
	}
	run.JSONFlag(c)
	level.Flag(c)
	in.Flags(c)
	many.Define(c, 0)
	expand := c.Flags().Bool("expand", false, "With -recursive, also show stacks without findings.")
	judge := func(run *command.Run) (recursive.Found, error) {
		w := run.Workspace(in)
		loaded, diags, err := w.Validate()
		if err != nil {
			return recursive.Found{}, err
		}
		return recursive.Found{
			Diagnostics: diags, Sources: loaded.Sources, Prefix: w.Prefix, Variables: loaded.Variables,
			Failing: level.Failing(diags), Exit: level.Exit(diags),
		}, nil
	}
	c.RunE = func(c *cobra.Command, _ []string) error {
		if err := cmp.Or(level.Check(), many.Check(c)); err != nil {
			return err
		}
		if many.On {
			return validateMany(c, run, many, in, judge, *expand)
		}
		found, err := judge(run)
		if err != nil {
			return err
		}
		if err := run.View.Validated(found.Diagnostics, found.Sources, level.Reason(found.Diagnostics)); err != nil {
			return err
		}
		return found.Exit
	}
	return c
}

// validateMany checks many stacks.
func validateMany(c *cobra.Command, run *command.Run, f recursive.Flags, in command.Inputs, judge recursive.Judge, expand bool) error {
	selected, err := f.Select(c, run, run.Workspace(in))
	if err != nil || len(selected.Paths) == 0 && !run.View.JSON {
		return err
	}
	telling := recursive.Telling{Keep: run.View.JSON}
	if !run.View.JSON {
		telling.Own = func(below *command.Run, own recursive.Found) error {
			if expand {
				return below.View.Validated(own.Diagnostics, own.Sources, "")
			}
			below.View.Diagnostics(own.Diagnostics, own.Sources)
			return nil
		}
	}
	found, err := recursive.JudgeAll(c.Context(), run, f, selected, in, judge, telling)
	switch {
	case err != nil:
		return err
	case run.View.JSON:
		return cmp.Or(findings.WriteJSON(run.Stdout, found.Diagnostics, found.Sources, found.Stacks...), found.Exit())
	}
	return cmp.Or(found.Text(run), found.Exit())
}
