package reconcile

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"livery/reconcile/state"
	"livery/schema"
)

// StalePlanError says that the state has moved on since the plan was made.
type StalePlanError struct {
	Plan, State Base
	Other       schema.Address // of which a state with the same serial says something else
	Done        bool           // the state holds all that the plan leads to, confirmed since it was made
}

// Error implements error.
func (e *StalePlanError) Error() string {
	if e.Other != (schema.Address{}) {
		return fmt.Sprintf("the plan was made from another state with the serial %d, which said something else of %s", e.Plan.Serial, e.Other)
	}
	return fmt.Sprintf("the plan was made from serial %d, the state is at serial %d", e.Plan.Serial, e.State.Serial)
}

// CheckBase reports that s is not the state that the plan was made from: as a
// *StalePlanError. Two states of one serial come from one that was changed in two places,
// such as two branches.
func (p *Plan) CheckBase(s *state.Snapshot) error {
	if now := (Base{s.Lineage, s.Serial}); now != p.Base {
		return &StalePlanError{Plan: p.Base, State: now, Done: p.isDone(s)}
	}
	for i := range p.Changes {
		if c := &p.Changes[i]; !c.startsFrom(s) {
			return &StalePlanError{Plan: p.Base, State: p.Base, Other: c.Address}
		}
	}
	return nil
}

// Step is a moment in the life of one change that is being applied.
type Step string

const (
	Started    Step = "started"
	InProgress Step = "still" // every ten seconds
	Finished   Step = "finished"
	Failed     Step = "failed"
)

// Event tells how an apply comes along.
type Event struct {
	Step          Step
	Change        *Change
	Elapsed       time.Duration
	TransactionID string
	Err           error
}

// ApplyOptions says how to apply.
type ApplyOptions struct {
	Parallelism int // requests at a time; less than 1 means 1
	// Observe is told of every step, one at a time; it may be nil.
	Observe func(Event)
	// Stop, when closed, lets requests in flight finish and starts no others.
	Stop <-chan struct{}
	Now  func() time.Time
}

// Failure is a change that was tried and not made.
type Failure struct {
	Change *Change
	Err    error
}

// Outcome is what an apply has done.
type Outcome struct {
	Summary   Summary // of what was made
	Failures  []Failure
	NotTried  []*Change
	Stopped   bool  // by Stop or the context
	StateErr  error // the state could not be written; what was confirmed is in the ledger
	Confirmed []*Change
	// InDoubt are the documents of which the state goes on to say that they are in
	// doubt: no answer came, what came could not be recorded, or it came while
	// requests of another run may still arrive.
	InDoubt []*Change
}

// OK reports whether everything that was planned was done and recorded.
func (o *Outcome) OK() bool {
	return len(o.Failures) == 0 && len(o.NotTried) == 0 && o.StateErr == nil
}

// Failed are the changes that were tried and not made.
func (o *Outcome) Failed() []*Change {
	list := make([]*Change, len(o.Failures))
	for i, f := range o.Failures {
		list[i] = f.Change
	}
	return list
}

// Fate is what became of some of the changes.
type Fate struct {
	Title   string
	Changes []*Change
}

// Fates are what became of all changes, in the order in which people read of it. What was
// applied or not tried may be in doubt as well.
func (o *Outcome) Fates() []Fate {
	all := []Fate{{"Applied", o.Confirmed}, {"Failed", o.Failed()}, {"Not tried", o.NotTried}, {"In doubt", o.InDoubt}}
	return slices.DeleteFunc(all, func(f Fate) bool { return len(f.Changes) == 0 })
}

// Apply carries out the plan: what it is about to send is first recorded as in
// doubt, and each confirmed answer replaces the doubt. A refused document does
// not stop the others; a refusal that concerns them all, a failure to write the
// state, Stop and the context do. The error is a *StalePlanError, or the reason
// why nothing was begun; what happened after that is in the Outcome.
func Apply(ctx context.Context, p *Plan, api API, ledger *state.Ledger, options ApplyOptions) (*Outcome, error) {
	if err := p.CheckBase(ledger.Snapshot()); err != nil {
		return nil, err
	}
	a := &applier{api: api, ledger: ledger, options: options, outcome: &Outcome{}}
	var sent []*Change
	bodies := make(map[schema.Locale][]byte)
	for i := range p.Changes {
		c := &p.Changes[i]
		if c.Body != nil {
			sent = append(sent, c)
			bodies[schema.Locale(c.Address.Name)] = c.Body
		}
	}
	if len(bodies) > 0 {
		if err := ledger.Intend(ctx, bodies); err != nil {
			return nil, fmt.Errorf("record what is about to be sent: %w", err)
		}
	}
	a.applyUnsent(ctx, p)
	a.pushAll(ctx, sent)
	if err := ledger.Flush(context.WithoutCancel(ctx)); err != nil {
		a.recordStateError(err)
	}
	a.collectInDoubt(sent)
	slices.SortFunc(a.outcome.NotTried, func(x, y *Change) int { return x.Address.Compare(y.Address) })
	slices.SortFunc(a.outcome.Failures, func(x, y Failure) int { return x.Change.Address.Compare(y.Change.Address) })
	return a.outcome, nil
}

// collectInDoubt finds out of which documents the state says that they are in doubt.
func (a *applier) collectInDoubt(sent []*Change) {
	unsaved, current := a.ledger.UnsavedAddresses(), a.ledger.Snapshot()
	for _, c := range sent {
		record := current.Locales[schema.Locale(c.Address.Name)]
		if record != nil && record.InDoubt != nil || slices.Contains(unsaved, c.Address) {
			a.outcome.InDoubt = append(a.outcome.InDoubt, c)
		}
	}
}

type applier struct {
	api     API
	ledger  *state.Ledger
	options ApplyOptions
	mu      sync.Mutex // guards outcome, halted and Observe
	outcome *Outcome
	halted  bool // nothing more is to be started
}

// applyUnsent makes the changes that send nothing, and those of all that are of the state alone.
func (a *applier) applyUnsent(ctx context.Context, p *Plan) {
	for i := range p.Changes {
		c := &p.Changes[i]
		if c.Body != nil || c.Action == NoOp {
			if err := a.recordGuard(ctx, c); err != nil {
				a.recordStateError(err)
			}
			continue
		}
		a.emit(Event{Step: Started, Change: c})
		if err := a.recordUnsent(ctx, c); err != nil {
			a.recordStateError(err)
			continue
		}
		a.recordSuccess(c, Event{Step: Finished, Change: c})
	}
}

// recordUnsent makes one of them.
func (a *applier) recordUnsent(ctx context.Context, c *Change) error {
	switch c.Action {
	case Forget, Delete:
		return a.ledger.Forget(ctx, c.Address)
	case Record:
		return a.recordGuard(ctx, c)
	}
	if err := a.recordSession(ctx, c); err != nil {
		return err
	}
	return a.recordGuard(ctx, c)
}

// recordGuard records what changes of prevent_destroy, whatever becomes of the rest.
func (a *applier) recordGuard(ctx context.Context, c *Change) error {
	if c.guardShown() == nil {
		return nil
	}
	return state.SetPreventDestroy(ctx, a.ledger, c.Address, c.PreventDestroy)
}

func (a *applier) recordSession(ctx context.Context, c *Change) error {
	s := schema.Session{Name: c.Address.Name}
	if err := s.UnmarshalJSON(c.After); err != nil {
		return fmt.Errorf("read %s from the plan: %w", c.Address, err)
	}
	return a.ledger.RecordSession(ctx, s, a.options.Now())
}

// pushAll pushes the documents, some at a time, in the order of the plan. Whoever
// takes one looks first whether all is over, so that a refusal that concerns
// everybody is not followed by one more request.
func (a *applier) pushAll(ctx context.Context, changes []*Change) {
	queue := make(chan *Change, len(changes))
	for _, c := range changes {
		queue <- c
	}
	close(queue)
	var workers sync.WaitGroup
	for range min(max(a.options.Parallelism, 1), len(changes)) {
		workers.Go(func() {
			for c := range queue {
				if a.stopped(ctx) || a.sending(ctx, c) != nil {
					a.skip(ctx, c)
				} else {
					a.push(ctx, c)
				}
			}
		})
	}
	workers.Wait()
}

// stopped reports whether nothing more is to be started.
func (a *applier) stopped(ctx context.Context) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	select {
	case <-a.options.Stop:
		a.outcome.Stopped, a.halted = true, true
	case <-ctx.Done():
		a.outcome.Stopped, a.halted = true, true
	default:
	}
	return a.halted
}

// sending looks whether c may be sent, in this moment. When it may not because of the
// state, nothing more is started.
func (a *applier) sending(ctx context.Context, c *Change) error {
	err := a.ledger.Sending(ctx, schema.Locale(c.Address.Name))
	if err != nil && ctx.Err() == nil {
		a.recordStateError(err)
	}
	return err
}

func (a *applier) push(ctx context.Context, c *Change) {
	started := a.options.Now()
	a.emit(Event{Step: Started, Change: c})
	stopReports := state.Report(func(time.Duration) { a.emit(Event{Step: InProgress, Change: c, Elapsed: a.options.Now().Sub(started)}) })
	receipt, err := a.api.Push(ctx, Request{
		Address: c.Address, Body: c.Body, Sending: func(ctx context.Context) error { return a.sending(ctx, c) },
	})
	stopReports()
	elapsed := a.options.Now().Sub(started)
	if err != nil {
		a.recordFailure(ctx, c, elapsed, err)
		return
	}
	// The answer is there: it must be recorded even if everything is to stop.
	ctx = context.WithoutCancel(ctx)
	loc := schema.Locale(c.Address.Name)
	if c.Action == Delete {
		err = a.ledger.Clear(ctx, loc, receipt.TransactionID, receipt.At)
	} else {
		err = a.ledger.Confirm(ctx, loc, c.Body, receipt.TransactionID, receipt.At)
	}
	if err != nil {
		a.recordStateError(err)
	}
	a.recordSuccess(c, Event{Step: Finished, Change: c, Elapsed: elapsed, TransactionID: receipt.TransactionID})
}

func (a *applier) recordFailure(ctx context.Context, c *Change, elapsed time.Duration, err error) {
	var doubt *InDoubt
	var refusal *Refusal
	if !errors.As(err, &doubt) { // what is in doubt stays recorded so
		if stateErr := a.ledger.Revert(context.WithoutCancel(ctx), schema.Locale(c.Address.Name)); stateErr != nil {
			a.recordStateError(stateErr)
		}
	}
	a.mu.Lock()
	a.halted = a.halted || errors.As(err, &refusal) && refusal.Fatal
	a.outcome.Failures = append(a.outcome.Failures, Failure{c, err})
	a.mu.Unlock()
	a.emit(Event{Step: Failed, Change: c, Elapsed: elapsed, Err: err})
}

func (a *applier) skip(ctx context.Context, c *Change) {
	if err := a.ledger.Revert(context.WithoutCancel(ctx), schema.Locale(c.Address.Name)); err != nil {
		a.recordStateError(err)
	}
	a.mu.Lock()
	a.outcome.NotTried = append(a.outcome.NotTried, c)
	a.mu.Unlock()
}

func (a *applier) recordSuccess(c *Change, e Event) {
	a.mu.Lock()
	a.outcome.Summary.count(c.Action)
	a.outcome.Confirmed = append(a.outcome.Confirmed, c)
	a.mu.Unlock()
	a.emit(e)
}

// recordStateError keeps the first reason and starts nothing more: without a state
// that can be written, a further push could not be owned up to.
func (a *applier) recordStateError(err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.outcome.StateErr == nil {
		a.outcome.StateErr = err
	}
	a.halted = true
}

func (a *applier) emit(e Event) {
	if a.options.Observe == nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.options.Observe(e)
}
