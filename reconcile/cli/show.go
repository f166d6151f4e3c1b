package cli

import (
	"github.com/spf13/cobra"

	"livery/reconcile/report"
)

func showCommand(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:     "show [flags] [PLANFILE]",
		Args:    arguments(0, 1),
		Long:    `Shows a saved plan or, without PLANFILE, the state.`,
		Example: "livery show tonight.plan\nlivery show -json tonight.plan | jq .summary",
	}
	a.jsonFlag(c)
	l := &layoutFlags{app: a}
	l.flags(c)
	(&reportFlags{app: a}).flags(c)
	requests := c.Flags().Bool("show-requests", false, "Also show the bodies that a plan would send.")
	c.RunE = func(c *cobra.Command, args []string) error {
		w := a.workspace(inputs{})
		if len(args) == 0 {
			snapshot, err := w.State().Snapshot(c.Context())
			if err != nil {
				return err
			}
			if a.view.JSON {
				return report.WriteStateJSON(a.Stdout, snapshot)
			}
			return report.WriteState(a.Stdout, snapshot, a.style(a.Stdout))
		}
		plan, err := w.LoadPlan(args[0])
		if err != nil {
			return err
		}
		a.view.Told.Plan = plan
		if a.view.JSON {
			return report.WritePlanJSON(a.view.Stdout, plan)
		}
		layout, err := l.layout(plan)
		if err != nil {
			return err
		}
		return report.WritePlan(a.view.Stdout, plan, report.PlanText{Style: a.view.Out(), Now: a.Now(), Requests: *requests, Layout: layout})
	}
	return c
}
