package workspace

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"

	"livery/reconcile"
	"livery/reconcile/state"
	"livery/schema"
	"livery/schema/wording"
)

// ApplyOptions say how a plan is carried out.
type ApplyOptions struct {
	Parallelism int // requests at a time
	// Interrupts is asked, once the login has succeeded, for what ends the run from
	// then on, given what has ended it until then: stop, when closed, lets requests in
	// flight finish and begins no others; until ends them at once. Nil never ends it.
	Interrupts func(ctx context.Context) (until context.Context, stop <-chan struct{}, release func())
}

// Result is what an apply has done.
type Result struct {
	*reconcile.Outcome
	// Diagnostics say why what failed has failed, each at its place in the files.
	Diagnostics hcl.Diagnostics
}

// Connect begins to open the connections that Apply will use for that many requests at
// a time, so that they are there once the plan is approved. The account is not touched,
// and without anything to send nothing happens. The error says why no connection can be
// meant, such as keys that are missing; one that cannot be opened is Apply's to tell.
func (o *Operation) Connect(parallelism int) (err error) {
	sent := 0
	for _, c := range o.Plan.Changes {
		if c.Body != nil {
			sent++
		}
	}
	if sent == 0 {
		return nil
	}
	if o.client == nil {
		if o.client, err = o.workspace.Client(o.account, parallelism); err != nil {
			return err
		}
	}
	o.client.Connect(min(max(parallelism, 1), sent))
	return nil
}

// disconnect closes the connections that nobody uses any more.
func (o *Operation) disconnect() {
	if o.client != nil {
		o.client.Close()
	}
}

// Apply carries out the plan. With an error nothing was sent; there is a result
// all the same if the service refused the login.
func (o *Operation) Apply(ctx context.Context, opts ApplyOptions) (*Result, error) {
	if err := o.Connect(opts.Parallelism); err != nil {
		return nil, err
	}
	var api reconcile.API
	if o.client != nil {
		// A login that is refused is no document's fault, so nothing may be recorded
		// before it has answered: taking the doubt back would move the serial, and a
		// saved plan would be stale for a key with a mistake. The connections of the
		// documents are opened meanwhile.
		if err := o.client.Login(ctx); err != nil && ctx.Err() == nil {
			return &Result{Outcome: o.nothingTried()}, loginFailure(err)
		}
		api = o.client
	}
	if ctx.Err() != nil {
		return nil, Failf("Interrupted", "Nothing was sent.")
	}
	until, stop := context.WithoutCancel(ctx), (<-chan struct{})(nil)
	if opts.Interrupts != nil {
		var release func()
		until, stop, release = opts.Interrupts(ctx)
		defer release()
	}
	outcome, err := reconcile.Apply(until, o.Plan, api, o.ledger, reconcile.ApplyOptions{
		Parallelism: opts.Parallelism, Observe: o.workspace.Events.Change, Stop: stop, Now: o.workspace.Now,
	})
	if err != nil {
		return nil, stalePlan(err)
	}
	r := &Result{Outcome: outcome}
	if !outcome.OK() {
		r.Diagnostics = o.explain(outcome)
	}
	if unsettled, until := o.unsettled(outcome); len(unsettled) > 0 {
		r.Diagnostics = append(r.Diagnostics, warning("Still in doubt", "The service has confirmed %s, but a run that has lost its lock may have sent another look, which may arrive until %s. The state goes on to say \"!\". After that, %s settles it.", list(unsettled), until.Format(time.RFC3339), o.again()))
	}
	r.Diagnostics = append(r.Diagnostics, o.Undone()...)
	return r, nil
}

// Undone are warnings of what is still to be done by whoever has applied the plan.
func (o *Operation) Undone() (diags hcl.Diagnostics) {
	switch p := o.Plan; {
	case p.Targeted && p.Rollback > 0:
		diags = append(diags, warning("Applied changes may be incomplete", "The plan left a part out, so not everything is as it was at serial %d. \"livery rollback %d\" shows the rest.", p.Rollback, p.Rollback))
	case p.Targeted:
		diags = append(diags, warning("Applied changes may be incomplete", "The plan was made with -target or -exclude, so a part of what the configuration asks for may be left. \"livery plan\" shows the rest."))
	}
	if o.Plan.Rollback > 0 && !o.Plan.Empty() {
		diags = append(diags, warning("The configuration was not rolled back", "What was applied is from serial %d; the files say what they said before. Where that is something else, the next \"livery plan\" will want to undo this rollback: change them too.", o.Plan.Rollback))
	}
	return diags
}

// unsettled lists what was confirmed and stays in doubt all the same, and until when
// it does.
func (o *Operation) unsettled(outcome *reconcile.Outcome) (list []schema.Address, until time.Time) {
	current := o.ledger.Snapshot()
	for _, c := range outcome.Confirmed {
		if outcome.StateErr == nil && slices.Contains(outcome.InDoubt, c) {
			list = append(list, c.Address)
		}
	}
	_, until = current.InFlight(time.Time{})
	return list, until
}

// nothingTried is the outcome of a plan of which nothing was begun.
func (o *Operation) nothingTried() *reconcile.Outcome {
	outcome := &reconcile.Outcome{}
	for i := range o.Plan.Changes {
		if c := &o.Plan.Changes[i]; c.Action != reconcile.NoOp {
			outcome.NotTried = append(outcome.NotTried, c)
		}
	}
	return outcome
}

func loginFailure(err error) error {
	if refusal, ok := errors.AsType[*reconcile.Refusal](err); ok {
		return &Failure{Summary: "The login was refused", Detail: refusal.Text()}
	}
	return Failf("The login failed", "No token came from the service: %s. Nothing was sent and nothing recorded; check the network and the base URL.", strings.TrimPrefix(err.Error(), "the login: "))
}

// explain gives the reason of every failure.
func (o *Operation) explain(outcome *reconcile.Outcome) hcl.Diagnostics {
	var diags hcl.Diagnostics
	seen := make(map[string]bool) // a refusal that concerns them all is told once
	for _, f := range outcome.Failures {
		if refusal, ok := errors.AsType[*reconcile.Refusal](f.Err); ok && refusal.Fatal {
			if seen[refusal.Error()] {
				continue
			}
			seen[refusal.Error()] = true
		}
		diags = append(diags, o.failure(f))
	}
	if outcome.StateErr != nil {
		diags = append(diags, o.saveErroredState(outcome))
	}
	if outcome.Stopped {
		diags = append(diags, &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "Interrupted", Detail: "The apply was stopped. What the service confirmed is recorded; " + o.again() + " does the rest."})
	}
	o.Stack.Module.Locate(diags)
	return diags
}

// again is the command that does what this one has left undone, as it stands in a sentence.
func (o *Operation) again() string {
	command := func() string { return "\"" + wording.Command(o.Dir(), o.Again...) + "\"" }
	switch {
	case o.Plan.Rollback > 0 && o.Plan.Targeted:
		return command() + ", with the same -target or -exclude, saved and applied,"
	case o.Plan.Rollback > 0:
		return command() + ", saved and applied,"
	case o.Again == nil:
		return "a new plan, made with the same flags,"
	case len(o.workspace.Assignments) > 0:
		return command() + ", with the same -var and -var-file,"
	}
	return command()
}

// failure explains why a document was not applied, at the field's own line where
// the service names one.
func (o *Operation) failure(f reconcile.Failure) *hcl.Diagnostic {
	finding := schema.Finding{Addresses: []schema.Address{f.Change.Address}}
	d := &hcl.Diagnostic{Severity: hcl.DiagError, Detail: f.Err.Error() + "."}
	var refusal *reconcile.Refusal
	var doubt *reconcile.InDoubt
	rng := f.Change.Range
	switch {
	case errors.As(f.Err, &refusal):
		finding.Path = refusal.Path
		d.Summary, d.Detail = fmt.Sprintf("The service refused %s", f.Change.Address), refusal.Text()
		if at, ok := o.rangeOf(f.Change, refusal.Path); ok {
			rng = at
		}
	case errors.As(f.Err, &doubt):
		d.Summary = fmt.Sprintf("No answer for %s", f.Change.Address)
		d.Detail += " The document may be live or not. The next plan shows it with \"!\" and the next apply sends it again."
	default:
		d.Summary = fmt.Sprintf("%s was not applied", f.Change.Address)
		d.Detail += " Nothing of it reached the service; " + o.again() + " tries again."
	}
	schema.Attach(d, finding)
	if rng.Filename != "" {
		d.Subject = &rng
	}
	return d
}

// rangeOf finds where the value stands that the service complains about. It need
// not be one that has changed: all of a document is sent.
func (o *Operation) rangeOf(c *reconcile.Change, path string) (hcl.Range, bool) {
	field, _, _ := strings.Cut(path, "[]")
	for _, f := range c.Fields {
		if f.Path == field && f.Range.Filename != "" {
			return f.Range, true
		}
	}
	f := schema.FieldByPath(field)
	if f == nil {
		return hcl.Range{}, false
	}
	for _, d := range o.Stack.Documents {
		if d.Locale.AddressOf() == c.Address {
			rng := d.At(f).Range()
			return rng, rng.Filename != ""
		}
	}
	return hcl.Range{}, false
}

// saveErroredState saves what could not be written where the state is kept.
func (o *Operation) saveErroredState(outcome *reconcile.Outcome) *hcl.Diagnostic {
	d := &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "Failed to save state", Detail: capital(outcome.StateErr.Error()) + "."}
	switch access := (*state.AccessError)(nil); {
	case errors.Is(outcome.StateErr, state.ErrTakenAway):
		d.Summary = "The lock was taken away"
	case errors.Is(outcome.StateErr, state.ErrLockLost):
		d.Summary = "The lock is lost"
	case errors.As(outcome.StateErr, &access):
		d.Summary = "The lock cannot be looked at"
		d.Detail += " Nothing more was sent."
	}
	d.Detail += "\n\n" + describeUnsaved(outcome)
	data := o.ledger.UnsavedState()
	if data == nil {
		return d
	}
	if err := os.WriteFile(o.workspace.Dir.Path(erroredStateFile), data, 0o600); err != nil {
		d.Detail += fmt.Sprintf("\n\nSaving it to %s failed too: %v. The next plan shows with \"!\" what this run had sent.", erroredStateFile, err)
		return d
	}
	also, when := "", "Mend the cause, then run"
	if errors.Is(outcome.StateErr, state.ErrLockLost) || errors.Is(outcome.StateErr, state.ErrStale) {
		also, when = "also ", "If no other run has changed the state by now, store it with"
	}
	d.Detail += fmt.Sprintf("\n\nWhat the service confirmed is %ssaved in %s beside the stack. %s:\n    %s", also, erroredStateFile, when, wording.Command(o.Dir(), "state", "push", erroredStateFile))
	return d
}

// describeUnsaved says what was sent although the state could not be written any
// more, and what the state goes on to doubt.
func describeUnsaved(o *reconcile.Outcome) string {
	return fmt.Sprintf("This run has applied: %s. In doubt in the state, whether it was sent or not: %s.", listChanges(o.Confirmed), listChanges(o.InDoubt))
}

func listChanges(changes []*reconcile.Change) string {
	if len(changes) == 0 {
		return "nothing"
	}
	addresses := make([]schema.Address, len(changes))
	for i, c := range changes {
		addresses[i] = c.Address
	}
	return list(addresses)
}

// capital makes an error the beginning of a sentence.
func capital(text string) string {
	if first, size := utf8.DecodeRuneInString(text); size > 0 {
		return string(unicode.ToUpper(first)) + text[size:]
	}
	return text
}
