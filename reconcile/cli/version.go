package cli

import (
	"github.com/spf13/cobra"

	"livery/reconcile/command"
	"livery/reconcile/reference"
)

func versionCommand(run *command.Run) *cobra.Command {
	c := &cobra.Command{
		Use: "version [flags]", Args: command.Arguments(0, 0),
		Long: `Prints the version of livery, the commit it was built from, and what it was built for.`, Example: "livery version -json",
	}
	run.JSONFlag(c)
	c.RunE = func(*cobra.Command, []string) error {
		if run.View.JSON {
			return reference.WriteVersionJSON(run.Stdout, command.ThisBuild())
		}
		return reference.WriteVersion(run.Stdout, command.ThisBuild())
	}
	return c
}
