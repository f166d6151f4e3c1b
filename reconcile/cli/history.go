package cli

import (
	"github.com/spf13/cobra"

	"livery/reconcile/report"
)

func historyCommand(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:  "history [flags]",
		Args: arguments(0, 0),
		Long: `Lists the current state and those before it that are still kept, newest first: when
and by whom each was made, and what changed, with the service's transaction ids.
A page that somebody changed elsewhere does not show, since it cannot be read.`,
		Example: "livery history\nlivery history -json | jq '.entries[0]'",
	}
	a.jsonFlag(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		history, err := a.workspace(inputs{}).State().History(c.Context())
		if err != nil {
			return err
		}
		if a.view.JSON {
			return report.WriteHistoryJSON(a.Stdout, history)
		}
		return report.WriteHistory(a.Stdout, history, report.HistoryText{
			Style: a.style(a.Stdout), Now: a.Now(), Advice: a.view.Advice,
		})
	}
	return c
}
