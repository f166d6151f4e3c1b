package cli

import (
	"github.com/spf13/cobra"

	"livery/reconcile/command"
	"livery/reconcile/historyreport"
)

func historyCommand(run *command.Run) *cobra.Command {
	c := &cobra.Command{
		Use:  "history [flags]",
		Args: command.Arguments(0, 0),
		Long: `Lists the current state and those before it that are still kept, newest first: when
and by whom each was made, and what changed, with the service's transaction ids.
A page that somebody changed elsewhere does not show, since it cannot be read.`,
		Example: "livery history\nlivery history -json | jq '.entries[0]'",
	}
	run.JSONFlag(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		history, err := run.Workspace(command.Inputs{}).State().History(c.Context())
		if err != nil {
			return err
		}
		if run.View.JSON {
			return historyreport.WriteJSON(run.Stdout, history)
		}
		return historyreport.Write(run.Stdout, history, historyreport.Text{
			Style: run.Style(run.Stdout), Now: run.Now(), Advice: run.View.Advice,
		})
	}
	return c
}
