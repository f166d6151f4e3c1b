package cli

import (
	"cmp"
	"context"
	"errors"

	"github.com/spf13/cobra"

	"livery/reconcile"
	"livery/reconcile/command"
	"livery/reconcile/recursive"
	"livery/reconcile/report"
	"livery/reconcile/workspace"
	"livery/schema"
)

// planFlags are what plan, apply and rollback have in common.
type planFlags struct {
	run               *command.Run
	inputs            command.Inputs
	plan              workspace.PlanOptions
	targets, excludes command.StringList
	replaces          command.StringList
	out               string
	detailed          bool
	requests          bool
	parallel          int
	failOn            command.FailOn
	layout            command.LayoutFlags
	many              recursive.Flags
}

// common defines the flags of every plan, wherever its documents come from.
func (p *planFlags) common(c *cobra.Command) {
	f := c.Flags()
	f.BoolVar(&p.run.View.JSON, "json", false, "Print one JSON object a line.")
	f.BoolVar(&p.detailed, "detailed-exitcode", false, "Exit 2 if there are changes, 0 if there are none.")
	f.Var(&p.targets, "target", "Only this `address`, such as locale.en_US. May be given several times.")
	f.Var(&p.excludes, "exclude", "All but this `address`. May be given several times.")
	f.BoolVar(&p.plan.Lock, "lock", true, "Work without locking the state, which is dangerous where others work on it.")
	f.DurationVar(&p.plan.Timeout, "lock-timeout", 0, "Wait for the lock this long, such as 10s.")
	f.BoolVar(&p.requests, "show-requests", false, "Also show the bodies that would be sent.")
	p.layout.Flags(p.run, c)
	command.ReportFlags(p.run, c)
}

// outFlag defines the flag of those that only plan; more is what else it can do.
func (p *planFlags) outFlag(c *cobra.Command, more string) {
	c.Flags().StringVar(&p.out, "out", "", "Save the plan to this `file`, for livery apply FILE"+more+".")
}

// flags defines the flags of a plan for what is declared.
func (p *planFlags) flags(c *cobra.Command) {
	p.common(c)
	f := c.Flags()
	f.Var(&p.replaces, "replace", "Send this `address` again even if nothing changed. May be given several times.")
	f.BoolVar(&p.plan.Reapply, "reapply", false, "Send every document again: the only remedy for changes made elsewhere, which cannot be seen.")
	f.BoolVar(&p.plan.Destroy, "destroy", false, "Put every page back to the API's default look. The service cannot delete; a document of nulls is posted.")
	f.IntVar(&p.parallel, "parallelism", 10, "Send at most this `number` of requests at a time; a plan sends none.")
	f.Bool("refresh", true, "Accepted and without effect: the service cannot be read.")
	f.Bool("compact-warnings", false, "Accepted for Terraform's sake and without effect.")
	f.Bool("refresh-only", false, "")
	_ = f.MarkHidden("refresh-only")
	p.failOn.Flag(c)
	p.inputs.Flags(c)
	p.inputs.InputFlag(p.run, c)
	command.CompleteAddresses(p.run, c)
}

func (p *planFlags) check(c *cobra.Command) error {
	if only, _ := c.Flags().GetBool("refresh-only"); only {
		return command.Fail("Nothing to refresh", "The service can be written and never read, so a state cannot be refreshed. -reapply sends every document again.")
	}
	if p.parallel < 1 {
		return command.Fail("Invalid flag", "-parallelism takes a number from 1 up, not %d.", p.parallel)
	}
	return cmp.Or(p.failOn.Check(), p.many.Check(c))
}

// options are what is planned.
func (p *planFlags) options() (workspace.PlanOptions, error) {
	for _, flag := range []struct {
		from command.StringList
		to   *[]schema.Address
	}{{p.targets, &p.plan.Targets}, {p.excludes, &p.plan.Excludes}, {p.replaces, &p.plan.Replaces}} {
		for _, text := range flag.from {
			address, err := schema.ParseAddress(text)
			if err != nil {
				return p.plan, command.Fail("Invalid address", "%v.", err)
			}
			*flag.to = append(*flag.to, address)
		}
	}
	return p.plan, nil
}

func planCommand(run *command.Run) *cobra.Command {
	p := &planFlags{run: run}
	c := &cobra.Command{
		Use:  "plan [flags]",
		Args: command.Arguments(0, 0),
		Long: `Compares the stack with what the service last confirmed and shows what apply would
send. Needs no network and no credentials. What is live cannot be read, so a change
that somebody made elsewhere does not show.`,
		Example: "livery plan -out=tonight.plan\nlivery plan -detailed-exitcode -target=locale.en_US",
	}
	p.flags(c)
	p.outFlag(c, "; with -recursive the plans to this directory")
	p.many.Define(c, 0)
	c.RunE = p.runPlan
	return c
}

func (p *planFlags) runPlan(c *cobra.Command, _ []string) error {
	if p.many.On {
		return p.runMany(c)
	}
	p.run.View.Begin(command.Version())
	if err := p.check(c); err != nil {
		return err
	}
	opts, err := p.options()
	if err != nil {
		return err
	}
	w := p.run.Workspace(p.inputs)
	op, err := w.Plan(c.Context(), opts)
	if invalid, ok := errors.AsType[*workspace.InvalidError](err); ok && p.out != "" {
		p.run.View.Diagnostics(invalid.Diagnostics, invalid.Sources)
		return cmp.Or(w.SavePlan(p.out, w.ErroredPlan()), error(command.ExitError))
	}
	if err != nil {
		return err
	}
	return p.show(c.Context(), w, op)
}

// show writes a plan, to the file that -out names too, and says by the exit code
// what it holds.
func (p *planFlags) show(ctx context.Context, w *workspace.Workspace, op *workspace.Operation) (err error) {
	defer func() { err = errors.Join(err, op.Close(ctx)) }()
	if p.out != "" {
		if err := w.SavePlan(p.out, op.Plan); err != nil {
			return err
		}
	}
	text, err := p.text(op.Plan, true)
	if err != nil {
		return err
	}
	if err := p.run.View.Operation(op, text); err != nil {
		return err
	}
	switch {
	case p.failOn.Exceeded(op.Diagnostics):
		p.run.View.Reason(p.failOn.Reason(op.Diagnostics))
		return command.ExitError
	case p.detailed && !op.Plan.Empty():
		return command.ExitChanges
	}
	return nil
}

// text says how the plan is written for people.
func (p *planFlags) text(plan *reconcile.Plan, footer bool) (report.PlanOptions, error) {
	layout, err := p.layout.Layout(plan)
	return report.PlanOptions{Requests: p.requests, Layout: layout, Saved: p.out, Footer: footer}, err
}
