package cli

import (
	"github.com/spf13/cobra"

	"livery/reconcile/command"
)

func validateCommand(run *command.Run) *cobra.Command {
	var in command.Inputs
	var level command.FailOn
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
	c.RunE = func(*cobra.Command, []string) error {
		if err := level.Check(); err != nil {
			return err
		}
		loaded, diags, err := run.Workspace(in).Validate()
		if err != nil {
			return err
		}
		if err := run.View.Validated(diags, loaded.Sources, level.Reason(diags)); err != nil {
			return err
		}
		return level.Exit(diags)
	}
	return c
}
