package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"syscall"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"
	"github.com/zclconf/go-cty/cty"

	"livery/reconcile"
	"livery/reconcile/backend"
	"livery/reconcile/report"
	"livery/reconcile/state"
	"livery/schema"
	"livery/schema/stack"
)

// planning is what plan and apply have in common.
type planning struct {
	inputs
	out                        string
	detailed                   bool
	targets, excludes, replace stringList
	reapply, destroy           bool
	lock                       bool
	lockTimeout                time.Duration
	showRequests               bool
	parallel                   int
	decode                     func([]byte) (*state.Snapshot, error) // nil unless the state was prefetched
	failOn                     failOn
}

// someFlags are those of every plan, wherever its documents come from.
func (p *planning) someFlags(a *app, c *cobra.Command) {
	f := c.Flags()
	f.BoolVar(&a.json, "json", false, "Print one JSON object a line.")
	f.BoolVar(&p.detailed, "detailed-exitcode", false, "Exit 2 if there are changes, 0 if there are none.")
	f.Var(&p.targets, "target", "Only this `address`, such as locale.en_US. May be given several times.")
	f.Var(&p.excludes, "exclude", "All but this `address`. May be given several times.")
	f.BoolVar(&p.lock, "lock", true, "Lock the state meanwhile; -lock=false is dangerous where others work on it.")
	f.DurationVar(&p.lockTimeout, "lock-timeout", 0, "Wait for the lock this long, such as 10s.")
	f.BoolVar(&p.showRequests, "show-requests", false, "Also show the bodies that would be sent.")
}

func (p *planning) flags(a *app, c *cobra.Command) {
	p.someFlags(a, c)
	f := c.Flags()
	f.Var(&p.replace, "replace", "Send this `address` again even if nothing changed. May be given several times.")
	f.BoolVar(&p.reapply, "reapply", false, "Send every document again: the only remedy for changes made elsewhere, which cannot be seen.")
	f.BoolVar(&p.destroy, "destroy", false, "Put every page back to the API's default look. The service cannot delete; a document of nulls is posted.")
	f.IntVar(&p.parallel, "parallelism", 10, "Send at most this `number` of requests at a time; a plan sends none.")
	f.Bool("refresh", true, "Accepted and without effect: the service cannot be read.")
	f.Bool("compact-warnings", false, "Accepted for Terraform's sake and without effect.")
	f.Bool("refresh-only", false, "")
	_ = f.MarkHidden("refresh-only")
	p.failOn.flag(c)
	p.inputs.flags(c)
	p.inputFlag(a, c)
}

// begin starts the stream of a command that was asked for JSON.
func (a *app) begin() {
	if a.json && a.stream == nil {
		a.stream = report.NewStream(a.Stdout, version(), a.Now)
	}
}

func (p *planning) check(c *cobra.Command) error {
	if only, _ := c.Flags().GetBool("refresh-only"); only {
		return fail("Nothing to refresh", "The service can be written and never read, so a state cannot be refreshed. -reapply sends every document again.")
	}
	if p.parallel < 1 {
		return fail("Invalid flag", "-parallelism takes a number from 1 up, not %d.", p.parallel)
	}
	return p.failOn.check()
}

func (a *app) planCommand() *cobra.Command {
	var p planning
	c := &cobra.Command{
		Use:  "plan [flags]",
		Args: arguments(0, 0),
		Long: `Compares the stack with what the service last confirmed and shows what apply would
send. Needs no network and no credentials. What is live cannot be read, so a change
that somebody made elsewhere does not show.`,
		Example: "livery plan -out=tonight.plan\nlivery plan -detailed-exitcode -target=locale.en_US",
	}
	p.flags(a, c)
	c.Flags().StringVar(&p.out, "out", "", "Save the plan to this `file`, for livery apply FILE.")
	registerAddresses(a, c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		a.begin()
		if err := p.check(c); err != nil {
			return err
		}
		return a.plan(c.Context(), &p)
	}
	return c
}

func (a *app) plan(ctx context.Context, p *planning) error {
	work, err := a.prepare(ctx, p, stack.NeedDocuments, "plan")
	if err != nil {
		return err
	}
	err = a.showPlan(work, p)
	return errors.Join(err, work.close(ctx))
}

// work is a stack, the state that it is compared with, and the difference.
type work struct {
	stack  *stack.Stack
	diags  hcl.Diagnostics
	acc    account
	ledger *state.Ledger
	plan   *reconcile.Plan
}

func (w *work) close(ctx context.Context) error {
	if w.ledger == nil {
		return nil
	}
	return w.ledger.Close(ctx)
}

// prepare loads the stack, opens the state and plans. An invalid stack is shown
// and ends the run; with -out an incomplete plan is saved first.
func (a *app) prepare(ctx context.Context, p *planning, need stack.Need, operation string) (*work, error) {
	// Reading the state takes as long as evaluating the files does, so it begins
	// where the state almost always is, before the files can say where.
	decode := state.Prefetch(ctx, backend.Local(defaultStateFile))
	stack, diags, err := a.load(".", p.inputs, need)
	if err != nil {
		return nil, err
	}
	if stack.Empty && !p.destroy {
		return nil, fail("No configuration files", "%s requires configuration to be present. This directory holds no *.livery.hcl or *.livery.json file, and planning without one would put every page back to the API's default look. If that is what you want, use \"livery apply -destroy\"; \"livery init\" writes a small stack to begin with.", map[string]string{"plan": "Plan", "apply": "Apply"}[operation])
	}
	if diags.HasErrors() {
		a.show(diags, stack.Sources)
		if p.out != "" {
			errored := &reconcile.Plan{LiveryVersion: version(), Timestamp: a.Now(), Errored: true}
			if err := savePlan(p.out, errored); err != nil {
				return nil, err
			}
		}
		return nil, exit(exitError)
	}
	acc, err := a.account(stack.Account)
	if err != nil {
		return nil, err
	}
	p.decode = decode
	ledger, err := a.openState(ctx, stack.Backend, p, operation)
	if err != nil {
		return nil, err
	}
	if recorded := ledger.Snapshot().Account.BaseURL; stack.Empty && recorded != "" && a.Getenv("LIVERY_BASE_URL") == "" {
		acc = acc.at(recorded) // without a configuration the state knows best whose pages they are
	}
	w := &work{stack: stack, diags: diags, acc: acc, ledger: ledger}
	if err := a.planInto(w, p); err != nil {
		return nil, errors.Join(err, ledger.Close(ctx))
	}
	return w, nil
}

func (a *app) planInto(w *work, p *planning) error {
	if err := w.ledger.Bind(w.acc.recorded()); err != nil {
		return err
	}
	targets, err := addresses(p.targets)
	if err != nil {
		return err
	}
	excludes, err := addresses(p.excludes)
	if err != nil {
		return err
	}
	replaces, err := addresses(p.replace)
	if err != nil {
		return err
	}
	desired := reconcile.Desired{Documents: w.stack.Documents, Sessions: w.stack.Sessions}
	for _, r := range w.stack.Removed {
		desired.Removed = append(desired.Removed, r.Address)
	}
	w.plan, err = reconcile.NewPlan(desired, w.ledger.Snapshot(), reconcile.Options{
		Targets: targets, Excludes: excludes, Replaces: replaces, Reapply: p.reapply, Destroy: p.destroy,
		Account: w.acc.recorded(), Version: version(), Now: a.Now(),
	})
	if err != nil {
		return fail("Unknown address", "%v.", err)
	}
	w.plan.Variables = variables(w.stack)
	if w.plan.Targeted {
		w.diags = append(w.diags, &hcl.Diagnostic{
			Severity: hcl.DiagWarning, Summary: "Resource targeting is in effect",
			Detail: "-target or -exclude leaves a part of the stack out, so the result of this plan may not be all that the configuration asks for. Run livery plan without them afterwards.",
		})
	}
	return nil
}

func addresses(list []string) ([]schema.Address, error) {
	parsed := make([]schema.Address, 0, len(list))
	for _, text := range list {
		address, err := schema.ParseAddress(text)
		if err != nil {
			return nil, fail("Invalid address", "%v.", err)
		}
		parsed = append(parsed, address)
	}
	return parsed, nil
}

// variables are the values that a saved plan remembers; a sensitive one is none
// of them.
func variables(s *stack.Stack) map[string]json.RawMessage {
	values := make(map[string]json.RawMessage)
	for name, v := range s.Variables {
		if v == cty.NilVal || v.ContainsMarked() || !v.IsWhollyKnown() {
			continue
		}
		if raw, err := schema.CanonicalJSON(v); err == nil {
			values[name] = raw
		}
	}
	return values
}

// openState opens the place where the state is kept.
func (a *app) openState(ctx context.Context, b stack.Backend, p *planning, operation string) (*state.Ledger, error) {
	looks := operation == "plan" || operation == "rollback"
	open := a.blobToWrite
	if looks {
		open = a.blob
	}
	blob, err := open(b)
	if err != nil {
		return nil, err
	}
	opts := a.stateOptions(p, operation)
	if looks && opts.Lock {
		// A plan must work on a bare, even read-only checkout: where there is no
		// state yet there is nothing to protect.
		if opts.Lock, err = blob.Exists(ctx); err != nil {
			return nil, err
		}
	}
	if opts.Lock && !blob.Capabilities().Locks {
		a.note(fmt.Sprintf("The state %s has no lock, since lock_address is not set: see to it that runs take turns.", blob))
	}
	ledger, err := state.Open(ctx, blob, opts)
	if looks && opts.Lock && (errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS)) {
		opts.Lock = false // what cannot be written here needs no protection from here
		ledger, err = state.Open(ctx, blob, opts)
	}
	if err != nil {
		return nil, err
	}
	if ledger.IsNew() {
		if err := a.checkPlace(ctx, b, blob); err != nil {
			return nil, errors.Join(err, ledger.Close(ctx))
		}
	}
	if !looks {
		if err := a.remember(b, blob); err != nil {
			a.debug("where the state is kept cannot be noted", "error", err.Error())
		}
	}
	return ledger, nil
}

// stateOptions say how a command opens the state, and how it tells what it meets.
func (a *app) stateOptions(p *planning, operation string) state.Options {
	return state.Options{
		Lock: p.lock, LockTimeout: p.lockTimeout, Operation: operation, Version: version(), Who: who(), Now: a.Now, Decode: p.decode,
		OnLockWait: func() {
			if !a.json {
				a.print("Acquiring state lock. This may take a few moments...\n")
			}
		},
		IdentifyHolder: backend.IdentifyHolder, HolderDead: backend.HolderDead,
		OnStaleLock: func(i state.LockInfo) {
			a.warn("A lock that was left behind was taken over", "It was held for %s. That run is gone and has not released it. What it may have been sending shows with \"!\" in the plan.", holderOf(i))
		},
		OnArchiveError: func(err error) {
			a.warn("The history has a gap", "%s. The run goes on, and what it does is recorded; but \"livery rollback\" cannot go back to that serial.", capital(err.Error()))
		},
	}
}

// holderOf says in words who held a lock.
func holderOf(i state.LockInfo) string {
	return fmt.Sprintf("%s by %s since %s (process %d on %s)", i.Operation, i.Who, i.Created.UTC().Format(time.RFC3339), i.PID, i.Host)
}

// blob is the place where the state is kept. What the configuration does not say
// of it, the environment may.
func (a *app) blob(b stack.Backend) (state.Blob, error) {
	if b.Unclear {
		return nil, fail("Cannot tell where the state is kept", "The configuration has faults that concern its backend, and another place must not be taken for it. \"livery validate\" shows them.")
	}
	blob, err := backend.Open(backend.Config{Type: b.Type, Attributes: b.Attributes, Lookup: a.secretFromEnv})
	if err != nil {
		return nil, fail("Cannot use the backend", "%v.", err)
	}
	return blob, nil
}

// blobToWrite is blob, and refuses a place that is only guessed.
func (a *app) blobToWrite(b stack.Backend) (state.Blob, error) {
	if b.Guessed {
		return nil, fail("Cannot tell where the state is kept", "A file of the configuration does not parse, and it may be the one that says where the state is kept. Nothing was written. \"livery validate\" shows the fault.")
	}
	return a.blob(b)
}

// who names the person and the machine in a lock.
func who() string {
	name := "somebody"
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	host, err := os.Hostname()
	if err != nil {
		host = "this machine"
	}
	return name + "@" + host
}

// showPlan writes the plan and says by the exit code what it holds.
func (a *app) showPlan(w *work, p *planning) error {
	saved := ""
	if p.out != "" {
		if err := savePlan(p.out, w.plan); err != nil {
			return err
		}
		saved = p.out
	}
	if a.json {
		a.stream.Plan(w.plan)
		a.showPlanned(w)
		return errors.Join(a.stream.Err(), a.code(w, p))
	}
	text := report.PlanText{
		Style: a.style(a.Stdout), Now: a.Now(), Saved: saved, Requests: p.showRequests,
		Advice: !a.automation(), Atlantis: a.Getenv("LIVERY_COMPAT") == "atlantis",
	}
	if err := report.WritePlan(a.Stdout, w.plan, text); err != nil {
		return err
	}
	a.showPlanned(w)
	if err := report.WriteFooter(a.Stdout, w.plan, text); err != nil {
		return err
	}
	return a.code(w, p)
}

// code is what -fail-on and -detailed-exitcode make of a plan.
func (a *app) code(w *work, p *planning) error {
	switch {
	case p.failOn.exceeded(w.diags):
		return a.failed(&p.failOn, w.diags)
	case p.detailed && !w.plan.Empty():
		return exit(exitChanges)
	}
	return nil
}

// failed says why warnings end a command.
func (a *app) failed(level *failOn, diags hcl.Diagnostics) error {
	if !a.json {
		fmt.Fprintf(a.Stderr, "\n%s\n", level.reason(diags))
	}
	return exit(exitError)
}

// showPlanned writes the warnings about a stack that could be planned.
func (a *app) showPlanned(w *work) {
	diags := w.diags
	if !a.json {
		diags = consolidated(diags)
	}
	a.show(diags, w.stack.Sources)
}

func savePlan(path string, plan *reconcile.Plan) error {
	if err := writeWhole(path, plan.Encode(), 0o600); err != nil {
		return fail("Cannot save the plan", "%v.", err)
	}
	return nil
}

// maxPlan is the size in bytes of the largest plan that is read.
const maxPlan = 256 << 20

func loadPlan(path string) (*reconcile.Plan, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, fail("Failed to load plan", "%v.", err)
	case !info.Mode().IsRegular() || info.Size() > maxPlan:
		return nil, fail("Failed to load plan", "%s is not a regular file of at most %d MB.", path, maxPlan>>20)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fail("Failed to load plan", "%v.", err)
	}
	plan, err := reconcile.DecodePlan(bytes.TrimSpace(data))
	switch {
	case errors.Is(err, reconcile.ErrNotPlan):
		return nil, fail("Failed to load plan", "%s: %v. \"livery plan -out=FILE\" saves one.", path, err)
	case err != nil:
		return nil, fail("Failed to load plan", "%s: %v. Make the plan again.", path, err)
	}
	return plan, nil
}

// registerAddresses completes the addresses of the stack.
func registerAddresses(a *app, c *cobra.Command) {
	complete := func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		stack, _, err := a.load(".", inputs{}, stack.NeedNothing)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		var names []string
		for _, d := range stack.Documents {
			names = append(names, d.Locale.AddressOf().String())
		}
		for _, s := range stack.Sessions {
			names = append(names, s.Address().String())
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	}
	for _, flag := range []string{"target", "exclude", "replace"} {
		if c.Flags().Lookup(flag) == nil {
			continue
		}
		if err := c.RegisterFlagCompletionFunc(flag, complete); err != nil {
			panic(fmt.Sprintf("cli: %v", err)) // the flags are defined just above
		}
	}
}
