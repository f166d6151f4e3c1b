package recursive

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"livery/reconcile"
	"livery/reconcile/command"
	"livery/reconcile/comparison"
	"livery/reconcile/findings"
	"livery/reconcile/plandir"
	"livery/reconcile/report"
	"livery/reconcile/stacks"
	"livery/reconcile/stacksreport"
	"livery/reconcile/terminal"
	"livery/reconcile/workspace"
	"livery/schema"
	"livery/schema/rule"
)

// planned is what is kept of the plan of one of many stacks.
type planned struct {
	plan      *reconcile.Plan // nil where nothing changes
	summary   reconcile.Summary
	text      string // what it comes to, in a line
	written   bool   // all that the stack would say alone
	saved     plandir.Entry
	variables map[string]cty.Value
	unknown   []schema.Address // that flags name and the stack does not have
	failing   string           // why it fails, if it has not said so itself
	shared    hcl.Diagnostics  // in files outside of the stack
	sources   findings.Sources
}

// Plans are the plans of many stacks.
type Plans struct {
	PlanOptions
	Rows   *stacksreport.Summary
	run    *command.Run
	claims *Claims
	pieces []*Piece[planned]
}

// PlanOptions say what is planned, and how it is shown.
type PlanOptions struct {
	Inputs   command.Inputs
	Plan     workspace.PlanOptions
	FailOn   *command.FailOn
	Layout   report.Layout
	Requests bool               // also show what would be sent
	Whole    bool               // show what each stack would say alone
	Dir      *plandir.Directory // where plans are saved; nil for nowhere
	Compared bool               // nobody carries them out: two commits are compared
}

// head begins the line that says what a plan comes to.
func (o *PlanOptions) head() string {
	if o.Compared {
		return "Diff:"
	}
	return "Plan:"
}

// PlanAll plans the stacks. What two of them must not have in common is an error, and nothing
// is told then but that.
func PlanAll(ctx context.Context, run *command.Run, f Flags, selected *stacks.Selected, opts PlanOptions) (*Plans, error) {
	opts.Plan.Elsewhere = true
	p := &Plans{PlanOptions: opts, Rows: NewSummary(selected), run: run, claims: NewClaims()}
	declared := make(Declared)
	err := p.each(ctx, f, selected, declared, func(below *command.Run, path string) (planned, error) {
		return p.stack(ctx, below, path)
	})
	if err != nil {
		return nil, err
	}
	p.claimRest(ctx, f, selected)
	if diags, sources := p.claims.Conflicts(); len(diags) > 0 {
		for i := range p.Rows.Rows {
			p.Rows.Rows[i] = stacksreport.Row{Path: p.Rows.Rows[i].Path, State: stacksreport.NotRun}
		}
		p.run.View.Diagnostics(diags, sources)
		return nil, cmp.Or(p.Summarize(), error(command.ExitError))
	}
	return p, cmp.Or(declared.Check(p.run, p.Inputs, selected, p.Rows), p.checkAddresses())
}

// checkAddresses refuses an address that none of the stacks has. One with errors may have it.
func (p *Plans) checkAddresses() error {
	if len(p.pieces) == 0 || Exit(p.Rows) != nil {
		return nil
	}
	for _, address := range p.Plan.Addresses() {
		if !slices.ContainsFunc(p.pieces, func(piece *Piece[planned]) bool { return !slices.Contains(piece.Result.unknown, address) }) {
			return command.Fail("Unknown address", "%s is neither declared nor in the state of any of these stacks.", address)
		}
	}
	return nil
}

// claimRest claims for the stacks that are not planned: what one of them has is no less in
// the way of those that are. A stack that does not load claims nothing.
func (p *Plans) claimRest(ctx context.Context, f Flags, selected *stacks.Selected) {
	if len(selected.Paths) == 0 {
		return
	}
	begun := make(map[string]bool, len(p.pieces))
	for _, piece := range p.pieces {
		begun[piece.Path] = piece.Begun
	}
	rest := slices.DeleteFunc(slices.Clone(selected.All), func(path string) bool { return begun[path] || ctx.Err() != nil })
	stacks.Each(rest, f.jobs, func(path string) command.Exit {
		below, _ := p.run.Below(path)
		w := below.Workspace(p.Inputs)
		w.Claim = p.claims.State(path)
		if op, err := workspace.Claimed(w, p.Plan); err == nil && op != nil { // a state of two is found below
			p.claims.Documents(path, op)
		}
		return below.Finish(nil)
	}, func(string, command.Exit) {})
}

// DiffAll compares the stacks with what they were.
func DiffAll(ctx context.Context, run *command.Run, f Flags, selected *stacks.Selected, opts PlanOptions, compare func(*command.Run) (*comparison.Difference, error)) (*Plans, error) {
	p := &Plans{PlanOptions: opts, Rows: NewSummary(selected), run: run}
	declared := make(Declared)
	err := p.each(ctx, f, selected, declared, func(below *command.Run, _ string) (done planned, err error) {
		d, err := compare(below)
		if err != nil {
			return done, err
		}
		told := &below.View.Told
		told.Plan, told.Difference = d.Plan, d
		done.summary, done.text, done.variables = d.Plan.Summary(), report.EffectOf(d), d.Variables
		if d.Different() {
			done.plan, done.text = d.Plan.Shown(), ""
		}
		// What cannot be compared, and what else is said, stands where the stack does.
		if done.written = p.Whole || below.View.JSON || len(d.NotComparable)+len(d.Diagnostics) > 0; done.written {
			return done, report.WriteDifference(below.View, d, p.Layout)
		}
		if len(d.New)+d.Gone > 0 {
			fmt.Fprintln(below.Stdout, report.LintLine(d))
		}
		return done, nil
	})
	return p, cmp.Or(err, declared.Check(p.run, p.Inputs, selected, p.Rows))
}

// each makes the plans, and keeps what is needed to tell of them.
func (p *Plans) each(ctx context.Context, f Flags, selected *stacks.Selected, declared Declared, work func(*command.Run, string) (planned, error)) error {
	return Each(ctx, p.run, f, selected.Paths, work, func(piece *Piece[planned]) error {
		p.pieces = append(p.pieces, piece)
		p.Rows.Rows = append(p.Rows.Rows, p.rowOf(piece))
		declared.Add(piece.Result.variables)
		piece.Result.variables = nil
		return nil
	})
}

// rowOf says in a line what a plan comes to.
func (p *Plans) rowOf(piece *Piece[planned]) stacksreport.Row {
	row := stacksreport.Row{Path: piece.Path, State: stacksreport.Unchanged, Text: cmp.Or(piece.Result.text, "No changes."), Changes: piece.Result.summary}
	switch {
	case !piece.Begun:
		row.State = stacksreport.NotRun
	case piece.Code == command.ExitError:
		row.State, row.Text, row.Changes = stacksreport.Failed, cmp.Or(piece.Result.failing, piece.Why()), reconcile.Summary{}
	case piece.Result.plan != nil:
		row.State, row.Text = stacksreport.Changed, report.PlanSummary(p.head(), piece.Result.summary, terminal.Style{})
	}
	return row
}

// stack plans one of the stacks.
func (p *Plans) stack(ctx context.Context, below *command.Run, path string) (done planned, err error) {
	view := below.View
	view.Begin(command.Version())
	w := below.Workspace(p.Inputs)
	w.Claim = p.claims.State(path)
	op, err := w.Plan(ctx, p.Plan)
	if invalid, ok := errors.AsType[*workspace.InvalidError](err); ok {
		return p.invalid(below, path, w, invalid)
	}
	if err != nil {
		return done, err
	}
	defer func() { err = errors.Join(err, op.Close(ctx)) }()
	p.claims.Documents(path, op)
	done.summary, done.variables, view.Told.Plan = op.Plan.Summary(), op.Stack.Variables, op.Plan
	for _, address := range p.Plan.Addresses() {
		if op.Plan.CheckAddresses(address) != nil {
			done.unknown = append(done.unknown, address)
		}
	}
	if p.Dir != nil {
		if done.saved, err = p.Dir.Save(path, op.Plan); err != nil {
			return done, err
		}
	}
	if p.Whole || view.JSON {
		if err := view.Operation(op, report.PlanOptions{Requests: p.Requests, Layout: p.Layout}); err != nil {
			return done, err
		}
		done.written = true
	} else {
		op.Diagnostics, done.shared = Apart(op.Diagnostics, path, w.Prefix)
		done.sources = Sources(done.shared, op.Stack.Sources)
		report.WriteWarnings(view, op)
	}
	if !op.Plan.Empty() {
		done.plan = op.Plan.Shown()
		if done.written {
			done.plan = op.Plan.Outline()
		}
	}
	if all := slices.Concat(op.Diagnostics, done.shared); p.FailOn.Exceeded(all) {
		done.failing = p.FailOn.Failing(all)
		view.Reason(p.FailOn.Reason(all))
		return done, command.ExitError
	}
	return done, nil
}

// invalid says why a stack cannot be planned, but for what is wrong with files that others
// have too.
func (p *Plans) invalid(below *command.Run, path string, w *workspace.Workspace, err *workspace.InvalidError) (done planned, _ error) {
	if p.Dir != nil {
		var failed error
		if done.saved, failed = p.Dir.Save(path, w.ErroredPlan()); failed != nil {
			return done, errors.Join(err, failed)
		}
	}
	if p.Whole || below.View.JSON {
		return done, err
	}
	errs, _ := schema.Apart(err.Diagnostics, rule.Error)
	own, shared := Apart(err.Diagnostics, path, w.Prefix)
	done.failing, done.shared, done.sources = errs[0].Summary, shared, Sources(shared, err.Sources)
	below.View.Diagnostics(own, err.Sources)
	below.View.Told.Note(shared, err.Sources)
	return done, command.ExitError
}

// Tell tells of every stack that has something to say, and once of what they share.
func (p *Plans) Tell() error {
	text := report.PlanText{Style: p.run.View.Out(), Now: p.run.Now(), Requests: p.Requests, Compared: p.Compared, Layout: p.Layout}
	var list []stacksreport.Planned
	if !p.run.View.JSON && !p.Whole && !p.Layout.Summary {
		for _, piece := range p.pieces {
			if !piece.Result.written {
				list = append(list, stacksreport.Planned{Path: piece.Path, Plan: piece.Result.plan})
			}
		}
	}
	together := stacksreport.Together(list)
	var shared hcl.Diagnostics
	sources := make(findings.Sources)
	for _, piece := range p.pieces {
		var own func(io.Writer) error
		if plan := piece.Result.plan; plan != nil && !p.run.View.JSON && !piece.Result.written {
			own = func(w io.Writer) error {
				return together.WriteOwn(w, stacksreport.Planned{Path: piece.Path, Plan: plan}, text)
			}
		}
		if err := piece.Tell(p.run, own); err != nil {
			return err
		}
		shared = append(shared, piece.Result.shared...)
		maps.Copy(sources, piece.Result.sources)
	}
	if err := TellShared(p.run, shared, sources); err != nil {
		return err
	}
	if err := together.WriteShared(p.run.Stdout, text); err != nil {
		return err
	}
	for _, piece := range p.pieces { // what is carried out later needs no more
		if plan := piece.Result.plan; plan != nil {
			piece.Result.plan = plan.Outline()
		}
	}
	return nil
}

// Finish writes the index of the plans that were saved.
func (p *Plans) Finish() error {
	if p.Dir == nil {
		return nil
	}
	index := plandir.Index{LiveryVersion: command.Version(), Timestamp: p.run.Now().UTC(), Stacks: []plandir.Entry{}}
	for i, piece := range p.pieces {
		entry := piece.Result.saved
		if entry.File == "" {
			entry = plandir.Entry{Path: piece.Path, NotRun: !piece.Begun, Failed: p.Rows.Rows[i].Text}
		}
		index.Stacks = append(index.Stacks, entry)
	}
	return p.Dir.Finish(index)
}

// Summarize writes what the plans come to, and notes it for a report.
func (p *Plans) Summarize() error {
	Report(p.run, p.Rows, "")
	if p.run.View.JSON {
		return p.Rows.WriteJSON(p.run.Stdout, p.run.Now())
	}
	if len(p.Rows.Rows) == 0 { // which has been said
		return nil
	}
	p.Rows.Total = report.PlanSummary(p.head(), p.Rows.Changes(), p.run.View.Out())
	return p.Rows.Write(p.run.Stdout, p.run.View.Out())
}

// SavedPlans are the plans of a directory, to be shown.
func SavedPlans(run *command.Run, dir plandir.Directory, index *plandir.Index, opts PlanOptions) (*Plans, error) {
	p := &Plans{PlanOptions: opts, Rows: NewSummary(&stacks.Selected{}), run: run}
	for _, s := range index.Stacks {
		if s.File == "" {
			piece := &Piece[planned]{Path: s.Path, Begun: !s.NotRun, Code: command.ExitError, Result: planned{failing: NoPlan(s)}}
			p.pieces, p.Rows.Rows = append(p.pieces, piece), append(p.Rows.Rows, p.rowOf(piece))
			if s.NotRun {
				continue
			}
			var told report.Told
			told.Note(hcl.Diagnostics{{Severity: hcl.DiagError, Summary: "No plan was made", Detail: s.Failed + "."}}, nil)
			if err := run.View.Told.Keep(s.Path, &told, index.LiveryVersion, index.Timestamp); err != nil {
				return nil, err
			}
			continue
		}
		plan, err := dir.Load(s)
		if err != nil {
			return nil, err
		}
		below, said := run.Below(s.Path)
		piece := &Piece[planned]{Path: s.Path, Begun: true, Result: planned{summary: plan.Summary()}, said: said}
		below.View.Told.Plan = plan
		below.View.Diagnostics(workspace.Cautions(plan), nil)
		if err := run.View.Told.Keep(s.Path, &below.View.Told, index.LiveryVersion, index.Timestamp); err != nil {
			return nil, err
		}
		if !plan.Empty() {
			piece.Result.plan = plan.Shown()
		}
		if plan.Errored {
			piece.Code, piece.Result.failing = command.ExitError, "made from an invalid configuration"
		}
		p.pieces, p.Rows.Rows = append(p.pieces, piece), append(p.Rows.Rows, p.rowOf(piece))
	}
	return p, nil
}

// NoPlan says in a line why a stack has no plan.
func NoPlan(s plandir.Entry) string { return "no plan was made: " + s.Failed }

// Take gives the outline of the plan of a stack that is to be carried out, and lets it go; nil
// if there is nothing to do.
func (p *Plans) Take(path string) *reconcile.Plan {
	i := slices.IndexFunc(p.pieces, func(piece *Piece[planned]) bool { return piece.Path == path })
	if i < 0 || p.pieces[i].Code == command.ExitError {
		return nil
	}
	plan := p.pieces[i].Result.plan
	p.pieces[i].Result.plan = nil
	return plan
}

// TellOne tells what a stack has said.
func (p *Plans) TellOne(path string) error {
	i := slices.IndexFunc(p.pieces, func(piece *Piece[planned]) bool { return piece.Path == path })
	if i < 0 {
		return nil
	}
	return p.pieces[i].Tell(p.run, nil)
}

// Report notes for a report what stacks have come to; verdict is "" where the number of changes
// says it.
func Report(run *command.Run, rows *stacksreport.Summary, verdict string) {
	told := &run.View.Told
	told.Verdict, told.Total, told.Counted = verdict, rows.Changes(), rows.Counts()
	for _, row := range rows.Rows {
		s := told.Stack(row.Path)
		s.NotRun = row.State == stacksreport.NotRun
		s.Failed = s.NotRun || row.State == stacksreport.Failed
		switch row.State {
		case stacksreport.Failed:
			s.Text = "failed: " + row.Text
		case stacksreport.NotRun:
			s.Text = "not run"
		default:
			s.Text = row.Text
		}
	}
	for _, gone := range rows.Gone {
		s := told.Stack(gone.Path)
		s.Text, s.Gone = stacksreport.GoneText(gone), true
	}
}
