package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"

	"livery/reconcile"
	"livery/reconcile/report"
	"livery/schema"
	"livery/schema/stack"
)

func (a *app) applyCommand() *cobra.Command {
	var p planning
	var approved bool
	c := &cobra.Command{
		Use:  "apply [flags] [PLANFILE]",
		Args: arguments(0, 1),
		Long: `Plans, asks, and sends what differs. With PLANFILE it sends exactly the requests of
that plan and asks nothing. What is sent is first recorded as in doubt, and each
confirmed answer replaces the doubt: whatever happens in between, the state never
claims what the service did not confirm.`,
		Example: "livery apply\nlivery apply tonight.plan\nlivery apply -auto-approve -target=locale.en_US",
	}
	p.flags(a, c)
	c.Flags().BoolVar(&approved, "auto-approve", false, "Do not ask.")
	registerAddresses(a, c)
	c.RunE = func(c *cobra.Command, args []string) error {
		ctx := c.Context()
		a.begin()
		if err := p.check(c); err != nil {
			return err
		}
		if len(args) == 1 {
			return a.applySaved(ctx, c, args[0], &p)
		}
		return a.apply(ctx, &p, approved)
	}
	return c
}

// apply plans, asks and carries out.
func (a *app) apply(ctx context.Context, p *planning, approved bool) (err error) {
	switch {
	case !approved && a.json:
		return fail("Plan file or auto-approve required", "livery cannot ask for approval when -json is set. Use -auto-approve, or apply a saved plan.")
	case !approved && !p.input:
		return fail("Approval required", "livery cannot ask for approval when -input=false is set. Use -auto-approve, or apply a saved plan.")
	}
	work, err := a.prepare(ctx, p, stack.NeedAccount, "apply")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, work.close(context.WithoutCancel(ctx))) }()
	if err := a.writeApplyPlan(work, p); err != nil {
		return err
	}
	if p.failOn.exceeded(work.diags) {
		return a.failed(&p.failOn, work.diags)
	}
	if work.plan.Empty() {
		return a.nothingToApply()
	}
	if !approved {
		question, warning := "Do you want to perform these actions?", "livery will perform the actions described above."
		if p.destroy {
			question, warning = "Do you really want to put all pages back to the API's default look?", "There is no undo but applying the configuration again."
		}
		yes, err := a.approve(ctx, question, warning, "-auto-approve")
		if err != nil {
			return err
		}
		if !yes {
			a.print("Apply cancelled.\n")
			return exit(exitError)
		}
	}
	if err := a.carryOut(ctx, work, p.parallel); err != nil {
		return err
	}
	if p.detailed {
		return exit(exitChanges)
	}
	return nil
}

// writeApplyPlan shows what is about to be done, without plan's advice.
func (a *app) writeApplyPlan(w *work, p *planning) error {
	if a.json {
		a.stream.Plan(w.plan)
		a.showPlanned(w)
		return a.stream.Err()
	}
	err := report.WritePlan(a.Stdout, w.plan, report.PlanText{
		Style: a.style(a.Stdout), Now: a.Now(), Requests: p.showRequests, Atlantis: a.Getenv("LIVERY_COMPAT") == "atlantis",
	})
	a.showPlanned(w)
	return err
}

func (a *app) nothingToApply() error {
	if a.json {
		a.stream.Outcome(&reconcile.Outcome{})
		return a.stream.Err()
	}
	return report.WriteOutcome(a.Stdout, &reconcile.Outcome{}, a.style(a.Stdout))
}

// applySaved carries out a saved plan: exactly its requests, without a question.
func (a *app) applySaved(ctx context.Context, c *cobra.Command, path string, p *planning) (err error) {
	for _, flag := range []string{"target", "exclude", "replace", "reapply", "destroy"} {
		if c.Flags().Changed(flag) {
			return fail("Invalid flag", "-%s decides what a plan holds, so it cannot be used with a saved one.", flag)
		}
	}
	plan, err := loadPlan(path)
	if err != nil {
		return err
	}
	if plan.Errored {
		return fail("Cannot apply incomplete plan", "%s was made from an invalid configuration. Mend the configuration and plan again.", path)
	}
	// The configuration is read for its account and backend only: what is sent
	// stands in the plan, so faults elsewhere are no matter.
	stack, _, err := a.load(".", p.inputs, stack.NeedNothing)
	if err != nil {
		return err
	}
	if err := a.sameVariables(plan, stack, p.assignments); err != nil {
		return err
	}
	acc, err := a.account(stack.Account)
	if err != nil {
		return err
	}
	if stack.Empty && stack.Account.BaseURL == "" && a.Getenv("LIVERY_BASE_URL") == "" {
		acc = acc.at(plan.Account.BaseURL)
	}
	if err := sameAccount(plan, acc); err != nil {
		return err
	}
	operation := "apply"
	if plan.Rollback > 0 {
		operation = fmt.Sprintf("rollback to serial %d", plan.Rollback)
	}
	ledger, err := a.openState(ctx, stack.Backend, p, operation)
	if err != nil {
		return err
	}
	work := &work{stack: stack, acc: acc, ledger: ledger, plan: plan}
	defer func() { err = errors.Join(err, work.close(context.WithoutCancel(ctx))) }()
	if err := ledger.Bind(acc.recorded()); err != nil {
		return err
	}
	if err := plan.CheckBase(ledger.Snapshot()); err != nil {
		return stalePlan(err)
	}
	if plan.Empty() {
		return a.nothingToApply()
	}
	if a.json {
		a.stream.Changes(plan)
	}
	if err := a.carryOut(ctx, work, p.parallel); err != nil {
		return err
	}
	if p.detailed {
		return exit(exitChanges)
	}
	return nil
}

func stalePlan(err error) error {
	return fail("Saved plan is stale", "The given plan file can no longer be applied because the state was changed by another operation after the plan was created: %v. Plan again.", err)
}

// sameVariables refuses other values than those that the plan was made with.
func (a *app) sameVariables(plan *reconcile.Plan, loaded *stack.Stack, assignments []stack.Assignment) error {
	if len(assignments) == 0 {
		return nil
	}
	bare, _, err := a.load(".", inputs{}, stack.NeedNothing)
	if err != nil {
		return err
	}
	given, without := variables(loaded), variables(bare)
	for _, name := range sortedKeys(plan.Variables) {
		value, ok := given[name]
		// What comes from elsewhere than the command line is no matter: the plan
		// holds what it was when the plan was made.
		if ok && bytes.Equal(value, without[name]) || bytes.Equal(value, plan.Variables[name]) {
			continue
		}
		named := slices.ContainsFunc(assignments, func(as stack.Assignment) bool { return as.Name == name })
		if ok || named {
			return fail("Can't change variable when applying a saved plan", "The variable %s cannot be set using -var or -var-file when applying a saved plan, because the plan holds the value that was set when it was made. Plan again with the new value.", name)
		}
	}
	return nil
}

// sameAccount refuses a plan that was made for somebody else's pages.
func sameAccount(plan *reconcile.Plan, acc account) error {
	now := acc.recorded()
	switch {
	case plan.Account.BaseURL != now.BaseURL:
		return fail("Saved plan is for another account", "The plan was made for %s; the account that is configured is at %s. Plan again.", plan.Account.BaseURL, now.BaseURL)
	case plan.Account.AccessKeySHA256 != "" && now.AccessKeySHA256 != "" && plan.Account.AccessKeySHA256 != now.AccessKeySHA256:
		return fail("Saved plan is for another account", "The plan was made with another access key. Plan again.")
	}
	return nil
}

// carryOut sends the plan and says what came of it.
func (a *app) carryOut(ctx context.Context, w *work, parallel int) error {
	var api reconcile.API
	if slices.ContainsFunc(w.plan.Changes, func(c reconcile.Change) bool { return c.Body != nil }) {
		client, err := a.client(w.acc, parallel)
		if err != nil {
			return err
		}
		// A login that is refused is no document's fault: nothing is recorded for it.
		if err := client.Login(ctx); err != nil {
			return a.notLoggedIn(w, err)
		}
		api = client
	}
	if ctx.Err() != nil {
		return fail("Interrupted", "Nothing was sent.")
	}
	ctx, stop, quiet := a.interruptible(context.WithoutCancel(ctx))
	defer quiet()
	signal.Ignore(syscall.SIGPIPE) // whoever reads along may go; what is under way goes on
	outcome, err := reconcile.Apply(ctx, w.plan, api, w.ledger, reconcile.ApplyOptions{
		Parallelism: parallel, Observe: a.observe, Stop: stop, Now: a.Now,
	})
	var stale *reconcile.StalePlanError
	switch {
	case errors.As(err, &stale):
		return stalePlan(err)
	case err != nil:
		return err
	}
	err = a.reportOutcome(w, outcome)
	if w.plan.Rollback > 0 {
		a.afterRollback(w.plan)
	}
	return err
}

// notLoggedIn says that nothing of a plan was tried, and why.
func (a *app) notLoggedIn(w *work, err error) error {
	outcome := &reconcile.Outcome{}
	for i := range w.plan.Changes {
		if c := &w.plan.Changes[i]; c.Action != reconcile.NoOp {
			outcome.NotTried = append(outcome.NotTried, c)
		}
	}
	if a.json {
		a.stream.Outcome(outcome)
	} else if err := report.WriteOutcome(a.Stdout, outcome, a.style(a.Stdout)); err != nil {
		return err
	}
	var refusal *reconcile.Refusal
	if errors.As(err, &refusal) {
		return refusedCall("The login was refused", err)
	}
	return fail("The login failed", "No token came from the service: %s. Nothing was sent and nothing recorded; check the network and the base URL.", strings.TrimPrefix(err.Error(), "the login: "))
}

// interruptible lets the first signal stop what has not begun and the second
// one everything.
func (a *app) interruptible(parent context.Context) (context.Context, <-chan struct{}, func()) {
	ctx, cancel := context.WithCancel(parent)
	stop := make(chan struct{})
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	done := make(chan struct{})
	go func() {
		select {
		case <-signals:
			close(stop)
			a.interrupted("Interrupt received.\nPlease wait: requests in flight are finished and recorded.\nGracefully shutting down...")
		case <-done:
			return
		}
		select {
		case <-signals:
			a.interrupted("Two interrupts received. Stopping at once; what was in flight stays recorded as in doubt.")
			cancel()
		case <-done:
		}
	}()
	return ctx, stop, func() { signal.Stop(signals); close(done); cancel() }
}

func (a *app) interrupted(text string) {
	if a.stream != nil {
		a.stream.Log(strings.ReplaceAll(text, "\n", " "))
		return
	}
	fmt.Fprintf(a.Stderr, "\n%s\n\n", text)
}

func (a *app) observe(e reconcile.Event) {
	if a.json {
		a.stream.Event(e)
		return
	}
	if err := report.WriteEvent(a.Stdout, e, a.style(a.Stdout)); err != nil {
		a.debug("progress cannot be written", "error", err.Error())
	}
}

// reportOutcome writes the summary and the reason of every failure.
func (a *app) reportOutcome(w *work, o *reconcile.Outcome) error {
	if a.json {
		a.stream.Outcome(o)
	} else if err := report.WriteOutcome(a.Stdout, o, a.style(a.Stdout)); err != nil {
		return err
	}
	if o.OK() {
		return nil
	}
	var diags hcl.Diagnostics
	seen := make(map[string]bool) // a refusal that concerns them all is told once
	for _, f := range o.Failures {
		var refusal *reconcile.Refusal
		if errors.As(f.Err, &refusal) && refusal.Fatal {
			if seen[refusal.Error()] {
				continue
			}
			seen[refusal.Error()] = true
		}
		diags = append(diags, w.failureOf(f))
	}
	if o.StateErr != nil {
		diags = append(diags, a.rescue(w, o))
	}
	if o.Stopped {
		rest := "\"livery apply\" does the rest"
		if w.plan.Rollback > 0 {
			rest = fmt.Sprintf("\"livery rollback %d\" plans the rest", w.plan.Rollback)
		}
		diags = append(diags, &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "Interrupted", Detail: "The apply was stopped. What the service confirmed is recorded; " + rest + "."})
	}
	w.stack.Locate(diags)
	a.show(diags, w.stack.Sources)
	return exit(exitError)
}

// failureOf explains why a document was not applied, at the field's own line
// where the service names one.
func (w *work) failureOf(f reconcile.Failure) *hcl.Diagnostic {
	finding := schema.Finding{Addresses: []schema.Address{f.Change.Address}}
	d := &hcl.Diagnostic{Severity: hcl.DiagError, Detail: f.Err.Error() + "."}
	var refusal *reconcile.Refusal
	var doubt *reconcile.InDoubt
	rng := f.Change.Range
	switch {
	case errors.As(f.Err, &refusal):
		finding.Path = refusal.Path
		d.Summary = fmt.Sprintf("The service refused %s", f.Change.Address)
		d.Detail = strings.TrimSuffix(refusal.Error(), ".") + "."
		if refusal.Hint != "" {
			d.Detail += " " + refusal.Hint
		}
		if refusal.TransactionID != "" {
			d.Detail += fmt.Sprintf(" (transaction %s)", refusal.TransactionID)
		}
		if at, ok := w.rangeOf(f.Change, refusal.Path); ok {
			rng = at
		}
	case errors.As(f.Err, &doubt):
		d.Summary = fmt.Sprintf("No answer for %s", f.Change.Address)
		d.Detail += " The document may be live or not. The next plan shows it with \"!\" and the next apply sends it again."
	default:
		d.Summary = fmt.Sprintf("%s was not applied", f.Change.Address)
		d.Detail += " Nothing of it reached the service; the next apply tries again."
	}
	schema.Attach(d, finding)
	if rng.Filename != "" {
		d.Subject = &rng
	}
	return d
}

// rangeOf finds where the value stands that the service complains about. It need
// not be one that has changed: all of a document is sent.
func (w *work) rangeOf(c *reconcile.Change, path string) (hcl.Range, bool) {
	field, _, _ := strings.Cut(path, "[]")
	for _, f := range c.Fields {
		if f.Path == field && f.Range.Filename != "" {
			return f.Range, true
		}
	}
	for _, d := range w.stack.Documents {
		if d.Locale.AddressOf() != c.Address {
			continue
		}
		for _, f := range schema.Fields() {
			if f.Path() == field {
				rng := d.At(f).Range()
				return rng, rng.Filename != ""
			}
		}
	}
	return hcl.Range{}, false
}
