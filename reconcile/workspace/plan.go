package workspace

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/hashicorp/hcl/v2"

	"livery/reconcile"
	"livery/reconcile/backend"
	"livery/reconcile/liveness"
	"livery/reconcile/state"
	"livery/schema"
	"livery/schema/config"
	"livery/schema/lint"
	"livery/schema/stack"
)

// PlanOptions say what is planned.
type PlanOptions struct {
	Locking
	Targets  []schema.Address // these alone; none for all
	Excludes []schema.Address // all but these
	Replaces []schema.Address // sent also if nothing changed
	Reapply  bool             // every document is sent
	Destroy  bool             // every page goes back to the API's default look
	Keys     bool             // what the account's keys come from must be known too

	// Elsewhere says that an address which is not known here is one of another stack.
	Elsewhere bool
}

// flags are the options as a command line has them.
func (o PlanOptions) flags() (words []string) {
	for _, flag := range []struct {
		name      string
		addresses []schema.Address
	}{{"-target=", o.Targets}, {"-exclude=", o.Excludes}, {"-replace=", o.Replaces}} {
		for _, a := range flag.addresses {
			words = append(words, flag.name+a.String())
		}
	}
	if o.Reapply {
		words = append(words, "-reapply")
	}
	if o.Destroy {
		words = append(words, "-destroy")
	}
	return words
}

// Addresses are all that the options name.
func (o PlanOptions) Addresses() []schema.Address {
	return slices.Concat(o.Targets, o.Excludes, o.Replaces)
}

// Operation is a plan with the state open that it was made from: until Close,
// nobody else who takes the lock changes the state.
type Operation struct {
	Plan        *reconcile.Plan
	Stack       *stack.Stack
	Diagnostics hcl.Diagnostics // warnings; what cannot be planned with errors is an *InvalidError
	Again       []string        // the command that makes this plan and does it; nil where a file does not say

	workspace *Workspace
	account   Account
	ledger    *state.Ledger
	client    *liveness.Client // nil until Connect
}

// Dir is the directory of the stack, as the process reaches it.
func (o *Operation) Dir() string { return string(o.workspace.Dir) }

// Account is whose pages the plan is about.
func (o *Operation) Account() Account { return o.account }

// Close lets others have the state. What Apply has done must be recorded even if
// ctx is over.
func (o *Operation) Close(ctx context.Context) error {
	o.disconnect()
	return o.ledger.Close(context.WithoutCancel(ctx))
}

// need is what has to be known to plan.
func (opts PlanOptions) need() stack.Need {
	if opts.Keys {
		return stack.NeedAccount
	}
	return stack.NeedDocuments
}

// Plan compares the stack with the state. Neither network nor credentials are
// needed, and nothing is written.
func (w *Workspace) Plan(ctx context.Context, opts PlanOptions) (*Operation, error) {
	return w.plan(ctx, opts, opts.need(), access{Locking: opts.Locking, operation: "plan", readOnly: true})
}

// PlanToApply is Plan with the state open for writing and everything known that
// applying needs.
func (w *Workspace) PlanToApply(ctx context.Context, opts PlanOptions) (*Operation, error) {
	return w.plan(ctx, opts, stack.NeedAccount, access{Locking: opts.Locking, operation: "apply"})
}

// PlanAgain is PlanToApply of a plan that was made and shown before, of which only the
// outline has been kept. It is refused if the state has moved on since, or if something else
// would be done now.
func PlanAgain(ctx context.Context, w *Workspace, opts PlanOptions, outline *reconcile.Plan) (*Operation, error) {
	o, err := w.PlanToApply(ctx, opts)
	if err != nil {
		return nil, err
	}
	if now := o.Plan.Base; now != outline.Base {
		err = stalePlan(&reconcile.StalePlanError{Plan: outline.Base, State: now})
	} else if !o.Plan.Does(outline) {
		err = Failf("The files have changed", "What they declare now is not what was planned and shown. Plan again.")
	}
	if err != nil {
		return nil, errors.Join(err, o.Close(ctx))
	}
	return o, nil
}

func (w *Workspace) plan(ctx context.Context, opts PlanOptions, need stack.Need, how access) (*Operation, error) {
	// Reading the state takes as long as evaluating the files does, so it begins
	// where the state almost always is, before the files can say where.
	how.decode = state.Prefetch(func() []byte { return backend.Peek(w.Dir.Path(stateFile)) })
	loaded, diags, err := w.Load(need)
	if err != nil {
		return nil, err
	}
	if loaded.Empty && !opts.Destroy {
		subject := "Plan"
		if !how.readOnly {
			subject = "Apply"
		}
		return nil, Failf("No configuration files", "%s requires configuration to be present. This directory holds no *.livery.hcl or *.livery.json file, and planning without one would put every page back to the API's default look. If that is what you want, use \"livery apply -destroy\"; \"livery init\" writes a small stack to begin with.%s", subject, w.Dir.nearMisses())
	}
	stopping, err := w.Suppress(loaded, lint.Stopping(loaded))
	if err != nil {
		return nil, err
	}
	if diags = schema.SortFindings(append(diags, stopping...)); diags.HasErrors() {
		return nil, &InvalidError{diags, loaded.Sources}
	}
	acc, err := w.Account(loaded.Account)
	if err != nil {
		return nil, err
	}
	how.likely = loaded.Documents
	ledger, err := w.open(ctx, loaded.Backend, how)
	if err != nil {
		return nil, err
	}
	o := &Operation{Stack: loaded, Diagnostics: diags, Again: append([]string{"apply"}, opts.flags()...), workspace: w, ledger: ledger}
	current := ledger.Snapshot()
	o.account = w.accountOf(loaded, current.Account.BaseURL, acc)
	if err := o.plan(opts, current); err != nil {
		return nil, errors.Join(err, ledger.Close(ctx))
	}
	return o, nil
}

// Claimed is what a plan would be about, with the place of its state claimed but not opened:
// for those who must know what other stacks have and leave them alone. It is nil if the files
// have errors.
func Claimed(w *Workspace, opts PlanOptions) (*Operation, error) {
	loaded, diags, err := w.Load(opts.need())
	if err != nil || diags.HasErrors() {
		return nil, err
	}
	acc, err := w.Account(loaded.Account)
	if err != nil {
		return nil, err
	}
	blob, err := w.backends().blob(loaded.Backend)
	if err != nil {
		return nil, err
	}
	defer blob.Close()
	return &Operation{Stack: loaded, workspace: w, account: acc}, w.Claim(w.backends().key(loaded.Backend, blob), blob.String())
}

func (o *Operation) plan(opts PlanOptions, current *state.Snapshot) (err error) {
	if err := o.ledger.Bind(o.account.Recorded()); err != nil {
		return err
	}
	if !opts.Destroy {
		if err := refuseNothing(o.workspace.Dir, o.Stack, current); err != nil {
			return err
		}
	}
	desired := reconcile.Desired{Documents: o.Stack.Documents, Sessions: o.Stack.Sessions}
	for _, r := range o.Stack.Removed {
		desired.Removed = append(desired.Removed, r.Address)
	}
	o.Plan, err = reconcile.NewPlan(desired, current, reconcile.Options{
		Targets: opts.Targets, Excludes: opts.Excludes, Replaces: opts.Replaces, Reapply: opts.Reapply, Destroy: opts.Destroy, Elsewhere: opts.Elsewhere,
		Account: o.account.Recorded(), Version: o.workspace.Version, Stack: inRepository(o.workspace.Dir), Now: o.workspace.Now(),
	})
	if err != nil {
		return Failf("Unknown address", "%v.", err)
	}
	if err := o.refuseGuarded(current); err != nil {
		return err
	}
	o.Plan.Variables = Variables(o.Stack)
	o.warnInFlight(current)
	o.Diagnostics = append(o.Diagnostics, Cautions(o.Plan)...)
	return nil
}

// warnInFlight says of what nothing that is sent now can be the last word.
func (o *Operation) warnInFlight(s *state.Snapshot) {
	if in, until := s.InFlight(o.workspace.Now()); len(in) > 0 {
		o.warn("A lock was broken", "A run lost its lock at %s, and what it had sent may arrive until %s. Whatever is sent before then, this stays in doubt (\"!\"): %s. After that, \"livery apply\" sends what is in doubt and settles it; \"livery apply -reapply\" sends everything again.",
			s.BrokenLock.At.Format(time.RFC3339), until.Format(time.RFC3339), list(in))
	}
}

func (o *Operation) warn(summary, format string, args ...any) {
	o.Diagnostics = append(o.Diagnostics, warning(summary, format, args...))
}

func warning(summary, format string, args ...any) *hcl.Diagnostic {
	return &hcl.Diagnostic{Severity: hcl.DiagWarning, Summary: summary, Detail: fmt.Sprintf(format, args...)}
}

// Cautions are warnings of what a plan does not do, which stand in the plan itself: they hold
// for whoever makes it and for whoever reads it later from a file.
func Cautions(p *reconcile.Plan) (diags hcl.Diagnostics) {
	const summary = "Resource targeting is in effect"
	var doubtful []schema.Address
	targeted := false
	for _, c := range p.Changes {
		targeted = targeted || c.Reason == reconcile.ReasonNotTargeted
		if c.Reason == reconcile.ReasonDoubtThen {
			doubtful = append(doubtful, c.Address)
		}
	}
	switch targeted = targeted || p.Targeted && len(doubtful) == 0; {
	case targeted && p.Rollback > 0:
		diags = append(diags, warning(summary, "-target or -exclude leaves a part out, so the result of this plan is not all that was there at serial %d.", p.Rollback))
	case targeted:
		diags = append(diags, warning(summary, "-target or -exclude leaves a part of the stack out, so the result of this plan may not be all that the configuration asks for. Run \"livery plan\" without them afterwards."))
	}
	if len(doubtful) > 0 {
		diags = append(diags, warning("Left out of the rollback", "At serial %d the service had not confirmed any look of %s. There is nothing known to go back to, so what is there now stays.", p.Rollback, list(doubtful)))
	}
	if p.Rollback > 0 && !p.Empty() {
		diags = append(diags, warning("The configuration is not rolled back", "The files go on to say what they say now. Where that is something else than this plan, the next \"livery plan\" will want to undo it once it is applied: change them too."))
	}
	return diags
}

// SavePlan writes a plan to a file.
func (w *Workspace) SavePlan(name string, plan *reconcile.Plan) error {
	if err := w.Reads.WriteFile(w.Dir, name, plan.Encode(), 0o600); err != nil {
		return Failf("Cannot save the plan", "%v.", err)
	}
	return nil
}

// ErroredPlan is the plan of a stack that cannot be planned, for those who look
// into the file.
func (w *Workspace) ErroredPlan() *reconcile.Plan {
	return &reconcile.Plan{LiveryVersion: w.Version, Timestamp: w.Now(), Errored: true}
}

// MaxPlan is the size in bytes of the largest plan that is read.
const MaxPlan = 256 << 20

// LoadPlan reads a plan from a file.
func (w *Workspace) LoadPlan(name string) (*reconcile.Plan, error) {
	const summary = "Failed to load plan"
	info, err := os.Stat(w.Dir.Path(name))
	switch {
	case err != nil:
		return nil, Failf(summary, "%v.", named(name, err))
	case !info.Mode().IsRegular() || info.Size() > MaxPlan:
		return nil, Failf(summary, "%s is not a regular file of at most %d MB.", name, MaxPlan>>20)
	}
	data, err := os.ReadFile(w.Dir.Path(name))
	if err != nil {
		return nil, Failf(summary, "%v.", named(name, err))
	}
	plan, err := reconcile.DecodePlan(bytes.TrimSpace(data))
	switch {
	case errors.Is(err, reconcile.ErrNotPlan):
		return nil, Failf(summary, "%s: %v. \"livery plan -out=FILE\" saves one.", name, err)
	case err != nil:
		return nil, Failf(summary, "%s: %v. Make the plan again.", name, err)
	}
	return plan, nil
}

// OpenPlan opens the state for a plan that was read from the named file. The plan
// is refused when it was made for another account or with other variables, and when
// the state has moved on since. Meanwhile the connections for parallelism requests at
// a time are opened, as by Connect.
func (w *Workspace) OpenPlan(ctx context.Context, name string, plan *reconcile.Plan, lock Locking, parallelism int) (*Operation, error) {
	if plan.Errored {
		return nil, Failf("Cannot apply incomplete plan", "%s was made from an invalid configuration. Mend the configuration and plan again.", name)
	}
	if here := inRepository(w.Dir); plan.Stack != "" && here != "" && plan.Stack != here {
		return nil, Failf("Saved plan is for another stack", "%s was made in %s, and this is %s. Apply it there, or plan again here.", name, plan.Stack, here)
	}
	// The configuration is read for its account and backend only: what is sent
	// stands in the plan, so faults elsewhere are no matter.
	loaded, _, err := w.Load(stack.NeedNothing)
	if err != nil {
		return nil, err
	}
	if err := checkVariables(w, plan, loaded); err != nil {
		return nil, err
	}
	acc, err := w.Account(loaded.Account)
	if err != nil {
		return nil, err
	}
	acc = w.accountOf(loaded, plan.Account.BaseURL, acc)
	if err := checkAccount(plan, acc); err != nil {
		return nil, err
	}
	how := access{Locking: lock, operation: "apply"}
	o := &Operation{Plan: plan, Stack: loaded, workspace: w, account: acc}
	if plan.Rollback > 0 {
		how.operation = fmt.Sprintf("rollback to serial %d", plan.Rollback)
		o.Again = []string{"rollback", fmt.Sprint(plan.Rollback)}
	}
	_ = o.Connect(parallelism) // what is wrong is Apply's to tell
	if o.ledger, err = w.open(ctx, loaded.Backend, how); err != nil {
		o.disconnect()
		return nil, err
	}
	err = o.ledger.Bind(acc.Recorded())
	if err == nil {
		err = stalePlan(plan.CheckBase(o.ledger.Snapshot()))
	}
	if err != nil && loaded.Empty {
		err = Failf("No configuration files", "This directory holds no *.livery.hcl or *.livery.json file, and the state that is looked for without one, %s, is not the one that the plan was made from. Apply it where the stack is: -chdir=DIR stands before the command.", stateFile)
	}
	if err != nil {
		return nil, errors.Join(err, o.Close(ctx))
	}
	return o, nil
}

// inRepository is the way from the top of the repository to the directory of a stack, which is the same in
// every checkout; "" where that is not known, or for the top.
func inRepository(d Directory) string {
	if _, way := d.Repository(); schema.IsVisible(way) {
		return way
	}
	return ""
}

// stalePlan explains why a plan is not made from this state; other errors, and
// none, stay as they are.
func stalePlan(err error) error {
	if _, stale := errors.AsType[*reconcile.StalePlanError](err); !stale {
		return err
	}
	return &Failure{"Saved plan is stale", fmt.Sprintf("The given plan file can no longer be applied because the state was changed by another operation after the plan was created: %v. Plan again.", err), err}
}

// checkVariables refuses other values than those that the plan was made with.
func checkVariables(w *Workspace, plan *reconcile.Plan, loaded *stack.Stack) error {
	if len(w.Assignments) == 0 {
		return nil
	}
	c := w.Config
	c.Assignments = nil
	bare, _, err := New(c).Load(stack.NeedNothing)
	if err != nil {
		return err
	}
	given, without := Variables(loaded), Variables(bare)
	for _, name := range sortedKeys(plan.Variables) {
		value, ok := given[name]
		// What comes from elsewhere than the assignments is no matter: the plan
		// holds what it was when the plan was made.
		if ok && bytes.Equal(value, without[name]) || bytes.Equal(value, plan.Variables[name]) {
			continue
		}
		assigned := slices.ContainsFunc(w.Assignments, func(as config.Assignment) bool { return as.Name == name })
		if ok || assigned {
			return Failf("Can't change variable when applying a saved plan", "The variable %s cannot be set using -var or -var-file when applying a saved plan, because the plan holds the value that was set when it was made. Plan again with the new value.", name)
		}
	}
	return nil
}

// checkAccount refuses a plan that was made for somebody else's pages.
func checkAccount(plan *reconcile.Plan, acc Account) error {
	now := acc.Recorded()
	switch {
	case state.PlainURL(plan.Account.BaseURL) != state.PlainURL(now.BaseURL):
		return Failf("Saved plan is for another account", "The plan was made for %s; the account that is configured is at %s. Plan again.", plan.Account.BaseURL, now.BaseURL)
	case plan.Account.AccessKeySHA256 != "" && now.AccessKeySHA256 != "" && plan.Account.AccessKeySHA256 != now.AccessKeySHA256:
		return Failf("Saved plan is for another account", "The plan was made with another access key. Plan again.")
	}
	return nil
}
