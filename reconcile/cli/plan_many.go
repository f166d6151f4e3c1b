package cli

import (
	"cmp"

	"github.com/spf13/cobra"

	"livery/reconcile/command"
	"livery/reconcile/comparison"
	"livery/reconcile/plandir"
	"livery/reconcile/recursive"
	"livery/reconcile/stacksreport"
)

// manyOptions say how many stacks are planned. From here on a report is one of many.
func (p *planFlags) manyOptions() (recursive.PlanOptions, error) {
	p.run.View.Told.Many()
	opts, err := p.options()
	if err != nil {
		return recursive.PlanOptions{}, err
	}
	layout, err := p.layout.Layout(nil)
	if err != nil {
		return recursive.PlanOptions{}, err
	}
	return recursive.PlanOptions{
		Inputs: p.inputs, Plan: opts, FailOn: &p.failOn, Layout: layout, Requests: p.requests,
		Whole: layout.ExpandAll || layout.Terraform || p.requests,
	}, nil
}

// runMany plans many stacks and shows what would be done.
func (p *planFlags) runMany(c *cobra.Command) error {
	p.run.View.Begin("")
	if err := p.check(c); err != nil {
		return err
	}
	opts, err := p.manyOptions()
	if err != nil {
		return err
	}
	selected, err := p.many.Select(c, p.run, p.run.Workspace(p.inputs))
	if err != nil {
		return err
	}
	if p.out != "" {
		dir := plandir.In(p.run.Dir, p.out)
		if err := dir.Clear(); err != nil {
			return err
		}
		opts.Dir, p.run.View.Told.Saved = &dir, p.out
	}
	all, err := recursive.PlanAll(c.Context(), p.run, p.many, selected, opts)
	if err != nil {
		return err
	}
	if err := cmp.Or(all.Tell(), all.Finish(), all.Summarize()); err != nil {
		return err
	}
	if p.out != "" && !p.run.View.JSON {
		advice := p.run.View.Advice && all.Rows.Count(stacksreport.Changed) > 0 && recursive.Exit(all.Rows) == nil
		if err := stacksreport.WriteSaved(p.run.Stdout, string(p.run.Dir), p.out, advice); err != nil {
			return err
		}
	}
	return p.exitMany(all.Rows)
}

// diffMany compares many stacks with what they were.
func (p *planFlags) diffMany(c *cobra.Command, compare func(*command.Run) (*comparison.Difference, error)) error {
	opts, err := p.manyOptions()
	if err != nil {
		return err
	}
	opts.Compared = true
	p.many.WithGone()
	selected, err := p.many.Select(c, p.run, p.run.Workspace(p.inputs))
	if err != nil {
		return err
	}
	all, err := recursive.DiffAll(c.Context(), p.run, p.many, selected, opts, compare)
	if err != nil {
		return err
	}
	if err := cmp.Or(all.Tell(), all.Summarize()); err != nil {
		return err
	}
	return p.exitMany(all.Rows)
}

// exitMany is the exit code of a run over many stacks.
func (p *planFlags) exitMany(rows *stacksreport.Summary) error {
	switch err := recursive.Exit(rows); {
	case err != nil:
		return err
	case p.detailed && rows.Count(stacksreport.Changed) > 0:
		return command.ExitChanges
	}
	return nil
}

// showDirectory shows the plans of a directory.
func (p *planFlags) showDirectory(name string) error {
	dir := plandir.In(p.run.Dir, name)
	index, err := dir.ReadIndex()
	if err != nil {
		return err
	}
	opts, err := p.manyOptions()
	if err != nil {
		return err
	}
	told := &p.run.View.Told
	told.Saved = name
	told.Wanted = told.Wanted || p.run.View.JSON
	all, err := recursive.SavedPlans(p.run, dir, index, opts)
	if err != nil {
		return err
	}
	if p.run.View.JSON {
		recursive.Report(p.run, all.Rows, "")
		return told.WriteJSON(p.run.Stdout, index.LiveryVersion, index.Timestamp)
	}
	if len(index.Stacks) == 0 {
		stacksreport.WriteNothingSaved(p.run.Stdout, name)
	}
	return cmp.Or(all.Tell(), all.Summarize())
}
