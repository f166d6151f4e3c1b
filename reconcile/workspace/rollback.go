package workspace

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"livery/reconcile"
	"livery/reconcile/state"
	"livery/schema"
	"livery/schema/stack"
)

// Rollback plans to go back to the documents and sessions of an earlier state. Of
// the options it takes Locking, Targets and Excludes.
func (w *Workspace) Rollback(ctx context.Context, serial uint64, opts PlanOptions) (*Operation, error) {
	// As for a saved plan, faults elsewhere in the configuration are no matter:
	// they may be what somebody wants to get away from.
	loaded, _, err := w.Load(stack.NeedNothing)
	if err != nil {
		return nil, err
	}
	acc, err := w.Account(loaded.Account)
	if err != nil {
		return nil, err
	}
	ledger, err := w.open(ctx, loaded.Backend, access{Locking: opts.Locking, operation: "rollback", readOnly: true})
	if err != nil {
		return nil, err
	}
	again := append([]string{"rollback", strconv.FormatUint(serial, 10)}, opts.flags()...)
	o := &Operation{Stack: loaded, Again: again, workspace: w, account: acc, ledger: ledger}
	if err := o.planBack(ctx, serial, opts); err != nil {
		return nil, errors.Join(err, o.Close(ctx))
	}
	return o, nil
}

// earlier is the state with that serial: one that is kept, or the current one.
func (o *Operation) earlier(ctx context.Context, serial uint64) (*state.Snapshot, error) {
	now := o.ledger.Snapshot()
	if serial == now.Serial {
		return now, nil
	}
	then, err := o.ledger.ReadArchive(ctx, serial)
	switch past := (*state.HistoryError)(nil); {
	case errors.Is(err, state.ErrNotKept):
		return nil, o.notKept(ctx, serial)
	case errors.As(err, &past):
		return nil, Failf("Cannot read an earlier state", "%s. \"livery history\" lists the others.", capital(past.Error()))
	case err != nil:
		return nil, err
	case now.Lineage != "" && then.Lineage != now.Lineage:
		return nil, Failf("An earlier state of another lineage", "Serial %d was left here by the state with lineage %q, before the one with lineage %q was begun. It is no earlier look of these pages.", serial, then.Lineage, now.Lineage)
	}
	return then, nil
}

// notKept says which serials could be meant instead.
func (o *Operation) notKept(ctx context.Context, serial uint64) error {
	serials, err := o.ledger.Kept(ctx)
	if err != nil {
		return err
	}
	if len(serials) == 0 {
		return Failf("No such serial", "Serial %d is not kept: there is no earlier state yet. One is kept whenever a run overwrites it.", serial)
	}
	words := make([]string, len(serials))
	for i, s := range serials {
		words[i] = strconv.FormatUint(s, 10)
	}
	return Failf("No such serial", "Serial %d is not kept. These are: %s; the current state is serial %d. \"livery history\" tells what each of them changed.", serial, strings.Join(words, ", "), o.ledger.Snapshot().Serial)
}

// planBack compares the documents of an earlier state with those of now.
func (o *Operation) planBack(ctx context.Context, serial uint64, opts PlanOptions) error {
	then, err := o.earlier(ctx, serial)
	if err != nil {
		return err
	}
	o.account = o.workspace.accountOf(o.Stack, then.Account.BaseURL, o.account)
	recorded := o.account.Recorded()
	now := o.ledger.Snapshot()
	if err := cmp.Or(o.ledger.Bind(recorded), o.checkEarlier(then, now, recorded)); err != nil {
		return err
	}
	now = o.ledger.Snapshot()
	desired, confirmed, unconfirmed := reconcile.DesiredAt(then)
	o.Plan, err = reconcile.NewPlan(desired, now, reconcile.Options{
		Targets: opts.Targets, Excludes: opts.Excludes, Leave: unconfirmed, Rollback: serial,
		Account: recorded, Version: o.workspace.Version, Stack: inRepository(o.workspace.Dir), Now: o.workspace.Now(),
	})
	if err != nil {
		return Failf("Unknown address", "%v. What a rollback knows is the current state and that of serial %d.", err, serial)
	}
	if err := o.refuseGuarded(now); err != nil {
		return err
	}
	o.warnInFlight(now)
	if len(confirmed) > 0 && now.Serial != serial {
		o.warn("In doubt at that serial", "At serial %d an answer was missing for %s. This plan goes back to the look that had been confirmed before; the page may have shown the other one.", serial, list(confirmed))
	}
	o.Diagnostics = append(o.Diagnostics, Cautions(o.Plan)...)
	return nil
}

// checkEarlier refuses the pages of another account. Within a lineage, which still says
// something, the access key may have been replaced since.
func (o *Operation) checkEarlier(then, now *state.Snapshot, recorded state.Account) error {
	err := then.CheckAccount(recorded)
	if foreign, ok := errors.AsType[*state.AccountError](err); ok && foreign.IsOfKey() && !now.Empty() {
		o.warn("Another access key at that serial", "At serial %d the state recorded the pages of %s; now it records those of %s. This plan takes both for keys of one account.", then.Serial, foreign.Recorded, foreign.Configured)
		return nil
	}
	return err
}

// list names addresses, sorted.
func list(addresses []schema.Address) string {
	words := make([]string, len(addresses))
	for i, a := range addresses {
		words[i] = a.String()
	}
	slices.Sort(words)
	return strings.Join(words, ", ")
}
