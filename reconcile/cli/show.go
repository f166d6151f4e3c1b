package cli

import (
	"github.com/spf13/cobra"

	"livery/reconcile/command"
	"livery/reconcile/report"
	"livery/reconcile/workspace"
)

func showCommand(run *command.Run) *cobra.Command {
	c := &cobra.Command{
		Use:  "show [flags] [PLANFILE or DIR]",
		Args: command.Arguments(0, 1),
		Long: `Shows a saved plan or, without PLANFILE, the state. With DIR it shows the plans of many
stacks that plan -recursive has saved there.`,
		Example: "livery show tonight.plan\nlivery show -json tonight.plan | jq .summary",
	}
	run.JSONFlag(c)
	var layout command.LayoutFlags
	layout.Flags(run, c)
	command.ReportFlags(run, c)
	requests := c.Flags().Bool("show-requests", false, "Also show the bodies that a plan would send.")
	c.RunE = func(c *cobra.Command, args []string) error {
		w := run.Workspace(command.Inputs{})
		switch {
		case len(args) == 0 && run.View.Told.Wanted:
			return command.Fail("Invalid flag", "-markdown-into and -json-into tell of plans, and not of the state: name a PLANFILE or a DIR.")
		case len(args) == 0:
			snapshot, err := w.State().Snapshot(c.Context())
			if err != nil {
				return err
			}
			if run.View.JSON {
				return report.WriteStateJSON(run.Stdout, snapshot)
			}
			return report.WriteState(run.Stdout, snapshot, run.Style(run.Stdout))
		case run.Dir.IsDirectory(args[0]):
			p := &planFlags{run: run, layout: layout, requests: *requests}
			return p.showDirectory(args[0])
		}
		plan, err := w.LoadPlan(args[0])
		if err != nil {
			return err
		}
		shown, err := layout.Layout(plan)
		if err != nil {
			return err
		}
		return report.WriteShownPlan(run.View, plan, workspace.Cautions(plan), report.PlanOptions{Requests: *requests, Layout: shown, Saved: args[0]})
	}
	return c
}
