package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"livery/reconcile"
	"livery/reconcile/command"
	"livery/reconcile/report"
	"livery/reconcile/workspace"
)

// applyFlags are a plan's flags and the leave to carry it out.
type applyFlags struct {
	planFlags
	approved bool
}

func applyCommand(run *command.Run) *cobra.Command {
	f := &applyFlags{planFlags: planFlags{run: run}}
	c := &cobra.Command{
		Use:  "apply [flags] [PLANFILE or DIR]",
		Args: command.Arguments(0, 1),
		Long: `Plans, asks, and sends what differs. With PLANFILE it sends exactly the requests of
that plan and asks nothing. What is sent is first recorded as in doubt, and each
confirmed answer replaces the doubt: whatever happens in between, the state never
claims what the service did not confirm. With DIR it carries out the plans of many
stacks that plan -recursive has saved there.`,
		Example: "livery apply\nlivery apply tonight.plan\nlivery apply -auto-approve -target=locale.en_US",
	}
	f.flags(c)
	f.many.Define(c, 1)
	c.Flags().BoolVar(&f.approved, "auto-approve", false, "Do not ask.")
	c.RunE = f.execute
	return c
}

func (f *applyFlags) execute(c *cobra.Command, args []string) error {
	saved := len(args) == 1 && f.run.Dir.IsDirectory(args[0])
	if f.many.On && !saved && len(args) == 1 {
		return command.Fail("Not a directory", "-recursive takes a directory of plans, and %s is none.", args[0])
	}
	f.many.On = f.many.On || saved
	if !f.many.On {
		f.run.View.Begin(command.Version())
	}
	if err := f.check(c); err != nil {
		return err
	}
	switch {
	case saved:
		return f.applyDirectory(c, args[0])
	case f.many.On:
		return f.applyMany(c)
	case len(args) == 1:
		return f.applySaved(c, args[0])
	}
	return f.apply(c.Context())
}

// apply plans, asks and carries out.
func (f *applyFlags) apply(ctx context.Context) (err error) {
	if err := f.canAsk(); err != nil {
		return err
	}
	opts, err := f.options()
	if err != nil {
		return err
	}
	op, err := f.run.Workspace(f.inputs).PlanToApply(ctx, opts)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, op.Close(ctx)) }()
	text, err := f.text(op.Plan, false)
	if err != nil {
		return err
	}
	if err := f.run.View.Operation(op, text); err != nil {
		return err
	}
	if f.failOn.Exceeded(op.Diagnostics) {
		f.run.View.Reason(f.failOn.Reason(op.Diagnostics))
		return command.ExitError
	}
	if !f.approved && !op.Plan.Empty() {
		if err := op.Connect(f.parallel); err != nil {
			return err
		}
		if err := f.approve(ctx); err != nil {
			return err
		}
	}
	return f.carryOut(ctx, op)
}

// canAsk refuses to plan what nobody could approve.
func (f *applyFlags) canAsk() error {
	switch {
	case !f.approved && f.run.View.JSON:
		return command.Fail("Plan file or auto-approve required", "livery cannot ask for approval when -json is set. Use -auto-approve, or apply a saved plan.")
	case !f.approved && !f.inputs.Ask:
		return command.Fail("Approval required", "livery cannot ask for approval when -input=false is set. Use -auto-approve, or apply a saved plan.")
	}
	return nil
}

func (f *applyFlags) approve(ctx context.Context) error {
	question, warning := "Do you want to perform these actions?", "livery will perform the actions described above."
	if f.plan.Destroy {
		question, warning = "Do you really want to put all pages back to the API's default look?", "There is no undo but applying the configuration again."
	}
	yes, err := f.run.Person().Approve(ctx, question, warning, "-auto-approve")
	if err == nil && !yes {
		report.WriteDeclined(f.run.Stdout, "Apply cancelled.")
		err = command.ExitError
	}
	return err
}

// refuseFlags refuses flags that a saved plan has an answer to.
func refuseFlags(c *cobra.Command, flags ...string) error {
	for _, flag := range flags {
		if c.Flags().Changed(flag) {
			return command.Fail("Invalid flag", "-%s decides what a plan holds, so it cannot be used with a saved one.", flag)
		}
	}
	return nil
}

// applySaved carries out a saved plan: exactly its requests, without a question.
func (f *applyFlags) applySaved(c *cobra.Command, name string) (err error) {
	if err := refuseFlags(c, "target", "exclude", "replace", "reapply", "destroy"); err != nil {
		return err
	}
	w := f.run.Workspace(f.inputs)
	plan, err := w.LoadPlan(name)
	if err != nil {
		return err
	}
	op, err := w.OpenPlan(c.Context(), name, plan, f.plan.Locking, f.parallel)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, op.Close(c.Context())) }()
	f.run.View.SavedPlan(plan)
	return f.carryOut(c.Context(), op)
}

// carryOut sends the plan and says what came of it.
func (f *applyFlags) carryOut(ctx context.Context, op *workspace.Operation) error {
	view := f.run.View
	if op.Plan.Empty() {
		err := view.Outcome(&reconcile.Outcome{})
		view.Diagnostics(op.Undone(), op.Stack.Sources)
		return errors.Join(err, view.Err())
	}
	result, err := op.Apply(ctx, workspace.ApplyOptions{Parallelism: f.parallel, Interrupts: f.run.Interruptible})
	if result != nil {
		if err := view.Outcome(result.Outcome); err != nil {
			return err
		}
		view.Diagnostics(result.Diagnostics, op.Stack.Sources)
	}
	switch {
	case err != nil:
		return err
	case !result.OK():
		return command.ExitError
	case f.detailed:
		return command.ExitChanges
	}
	return nil
}
