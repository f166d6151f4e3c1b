package cli

import (
	"cmp"
	"context"
	"errors"

	"github.com/spf13/cobra"

	"livery/reconcile"
	"livery/reconcile/command"
	"livery/reconcile/plandir"
	"livery/reconcile/recursive"
	"livery/reconcile/report"
	"livery/reconcile/stacks"
	"livery/reconcile/stacksreport"
	"livery/reconcile/workspace"
)

// applyMany plans many stacks, asks once and carries the plans out.
func (f *applyFlags) applyMany(c *cobra.Command) error {
	f.run.View.Begin("")
	opts, err := f.manyOptions()
	if err = cmp.Or(err, f.canAsk()); err != nil {
		return err
	}
	opts.Plan.Keys = true
	selected, err := f.many.Select(c, f.run, f.run.Workspace(f.inputs))
	if err != nil {
		return err
	}
	all, err := recursive.PlanAll(c.Context(), f.run, f.many, selected, opts)
	if err != nil {
		return err
	}
	before := all.TellOne // the lines of a stack stand together
	changed := all.Rows.Count(stacksreport.Changed) > 0
	if !f.run.View.JSON {
		before = func(string) error { return nil }
		err := all.Tell()
		if err == nil && changed { // else the end says the same
			err = all.Summarize()
		}
		if err != nil {
			return err
		}
	}
	if changed && !f.approved {
		if err := f.approve(c.Context()); err != nil {
			return err
		}
	}
	return f.carryOutMany(c.Context(), all.Rows, before, func(ctx context.Context, run *command.Run, path string) (*workspace.Operation, error) {
		run.View.Told.Plan = all.Take(path)
		return workspace.PlanAgain(ctx, run.Workspace(f.inputs), opts.Plan, run.View.Told.Plan)
	})
}

// applyDirectory carries out the plans of a directory, exactly those.
func (f *applyFlags) applyDirectory(c *cobra.Command, name string) error {
	f.run.View.Begin("")
	f.run.View.Told.Many()
	if err := refuseFlags(c, "target", "exclude", "replace", "reapply", "destroy", "stack", "not-stack", "base", "shard"); err != nil {
		return err
	}
	dir := plandir.In(f.run.Dir, name)
	index, err := dir.ReadIndex()
	if err != nil {
		return err
	}
	rows := recursive.NewSummary(&stacks.Selected{})
	for _, s := range index.Stacks {
		row := stacksreport.Row{Path: s.Path, State: stacksreport.Unchanged, Text: "No changes."}
		switch {
		case s.NotRun:
			row.State = stacksreport.NotRun
		case s.File == "":
			row.State, row.Text = stacksreport.Failed, recursive.NoPlan(s)
		case s.Errored || s.Changes.Changes() > 0:
			row.State = stacksreport.Changed
		}
		rows.Rows = append(rows.Rows, row)
	}
	return f.carryOutMany(c.Context(), rows, func(string) error { return nil }, func(ctx context.Context, run *command.Run, path string) (*workspace.Operation, error) {
		s, _ := index.Of(path)
		plan, err := dir.Load(s)
		if err != nil {
			return nil, err
		}
		run.View.Told.Plan = plan
		return run.Workspace(f.inputs).OpenPlan(ctx, dir.Name(s), plan, f.plan.Locking, f.parallel)
	})
}

// carryOutMany carries out the plans of the stacks that change, and says what came of all.
// Before tells what was said of a stack earlier; open opens its plan.
func (f *applyFlags) carryOutMany(ctx context.Context, rows *stacksreport.Summary, before func(path string) error, open openPlan) error {
	changed := make(map[string]*stacksreport.Row)
	var paths []string
	for i := range rows.Rows {
		if row := &rows.Rows[i]; row.State == stacksreport.Changed {
			changed[row.Path] = row
		}
		paths = append(paths, rows.Rows[i].Path)
	}
	f.many.TellAll()
	i := 0
	err := recursive.Each(ctx, f.run, f.many, paths, func(below *command.Run, path string) (reconcile.Summary, error) {
		if changed[path] == nil {
			return reconcile.Summary{}, nil
		}
		one := *f
		one.run = below
		done, err := one.carryOutOne(ctx, path, open)
		if stale, ok := errors.AsType[*reconcile.StalePlanError](err); ok && stale.Done {
			below.View.Told.Plan = nil // there is nothing of it left to tell
			changed[path].State = stacksreport.Unchanged
			return done, nil
		}
		return done, err
	}, func(p *recursive.Piece[reconcile.Summary]) error {
		row := &rows.Rows[i]
		i++
		if err := before(p.Path); err != nil {
			return err
		}
		if changed[p.Path] == nil {
			return nil
		}
		switch {
		case !p.Begun:
			*row = stacksreport.Row{Path: p.Path, State: stacksreport.NotRun}
			return nil
		case row.State == stacksreport.Unchanged:
			row.Text = "Applied already."
			return nil
		case p.Code == command.ExitError:
			*row = stacksreport.Row{Path: p.Path, State: stacksreport.Failed, Text: p.Why(), Changes: p.Result}
		default:
			*row = stacksreport.Row{Path: p.Path, State: stacksreport.Changed, Text: report.ApplySummary(p.Result), Changes: p.Result}
		}
		return p.Tell(f.run, nil)
	})
	if err != nil {
		return err
	}
	return f.applied(rows)
}

// applied says what came of all stacks.
func (f *applyFlags) applied(rows *stacksreport.Summary) error {
	rows.Total = report.ApplySummary(rows.Changes())
	if recursive.Exit(rows) != nil {
		rows.Total = report.IncompleteSummary(rows.Changes())
	}
	recursive.Report(f.run, rows, rows.Total)
	if f.run.View.JSON {
		return cmp.Or(rows.WriteJSON(f.run.Stdout, f.run.Now()), f.exitMany(rows))
	}
	if len(rows.Rows) == 0 { // which has been said
		return nil
	}
	return cmp.Or(rows.Write(f.run.Stdout, f.run.View.Out()), f.exitMany(rows))
}

// openPlan opens the plan of one of many stacks to be carried out, and notes it for a report.
type openPlan func(ctx context.Context, run *command.Run, path string) (*workspace.Operation, error)

// carryOutOne carries out the plan of one of many stacks.
func (f *applyFlags) carryOutOne(ctx context.Context, path string, open openPlan) (done reconcile.Summary, err error) {
	f.run.View.Begin("")
	op, err := open(ctx, f.run, path)
	if err != nil {
		return done, err
	}
	defer func() { err = errors.Join(err, op.Close(ctx)) }()
	f.run.View.Told.Note(op.Diagnostics, op.Stack.Sources) // which were written with the plan
	err = f.carryOut(ctx, op)
	if outcome := f.run.View.Told.Outcome; outcome != nil {
		done = outcome.Summary
	}
	return done, err
}
