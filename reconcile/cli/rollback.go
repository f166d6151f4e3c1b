package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"

	"livery/reconcile"
	"livery/reconcile/state"
	"livery/schema"
	"livery/schema/stack"
)

func (a *app) rollbackCommand() *cobra.Command {
	var p planning
	c := &cobra.Command{
		Use:  "rollback [flags] SERIAL",
		Args: arguments(1, 1),
		Long: `Plans to go back to the documents and sessions of an earlier state, which "livery
history" lists. Like any plan it only shows what would be sent; save it with -out
and apply it. The configuration is read for its account and backend alone and is
not changed: until the files say the same, the next plan will want to undo it.`,
		Example: "livery rollback 41\nlivery rollback 41 -out=back.plan && livery apply back.plan",
	}
	p.someFlags(a, c)
	c.Flags().StringVar(&p.out, "out", "", "Save the plan to this `file`, for livery apply FILE.")
	registerAddresses(a, c)
	c.ValidArgsFunction = func(c *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return a.keptSerials(c.Context()), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
	}
	c.RunE = func(c *cobra.Command, args []string) error {
		a.begin()
		serial, err := strconv.ParseUint(args[0], 10, 64)
		if err != nil || serial == 0 {
			return fail("Not a serial", "%q is not the serial of a state: a whole number from 1 up. \"livery history\" lists those that are kept.", args[0])
		}
		return a.rollback(c.Context(), &p, serial)
	}
	return c
}

// keptSerials offers the shell what can be rolled back to.
func (a *app) keptSerials(ctx context.Context) []string {
	blob, err := a.kept()
	if err != nil {
		return nil
	}
	serials, err := blob.History(ctx)
	if err != nil {
		return nil
	}
	words := make([]string, len(serials))
	for i, s := range serials {
		words[i] = strconv.FormatUint(s, 10)
	}
	return words
}

func (a *app) rollback(ctx context.Context, p *planning, serial uint64) (err error) {
	// As for a saved plan, faults elsewhere in the configuration are no matter:
	// they may be what somebody wants to get away from.
	stack, _, err := a.load(".", inputs{}, stack.NeedNothing)
	if err != nil {
		return err
	}
	acc, err := a.account(stack.Account)
	if err != nil {
		return err
	}
	ledger, err := a.openState(ctx, stack.Backend, p, "rollback")
	if err != nil {
		return err
	}
	w := &work{stack: stack, acc: acc, ledger: ledger}
	defer func() { err = errors.Join(err, w.close(ctx)) }()
	then, err := stateThen(ctx, w, serial)
	if err != nil {
		return err
	}
	if recorded := then.Account.BaseURL; stack.Empty && recorded != "" && a.Getenv("LIVERY_BASE_URL") == "" {
		w.acc = acc.at(recorded)
	}
	if err := errors.Join(then.CheckAccount(w.acc.recorded()), ledger.Bind(w.acc.recorded())); err != nil {
		return err
	}
	if err := a.planBack(w, p, then); err != nil {
		return err
	}
	return a.showPlan(w, p)
}

// stateThen is the state with that serial: one that is kept, or the current one.
func stateThen(ctx context.Context, w *work, serial uint64) (*state.Snapshot, error) {
	now := w.ledger.Snapshot()
	if serial == now.Serial {
		return now, nil
	}
	then, err := w.ledger.Past(ctx, serial)
	switch past := (*state.PastError)(nil); {
	case errors.Is(err, state.ErrNotKept):
		return nil, notKept(ctx, w.ledger, now.Serial, serial)
	case errors.As(err, &past):
		return nil, fail("Cannot read an earlier state", "%s. \"livery history\" lists the others.", capital(past.Error()))
	case err != nil:
		return nil, err
	case now.Lineage != "" && then.Lineage != now.Lineage:
		return nil, fail("An earlier state of another lineage", "Serial %d was left here by the state with lineage %q, before the one with lineage %q was begun. It is no earlier look of these pages.", serial, then.Lineage, now.Lineage)
	}
	return then, nil
}

// notKept says which serials could be meant instead.
func notKept(ctx context.Context, ledger *state.Ledger, now, serial uint64) error {
	serials, err := ledger.Kept(ctx)
	if err != nil {
		return err
	}
	if len(serials) == 0 {
		return fail("No such serial", "Serial %d is not kept: there is no earlier state yet. One is kept whenever a run overwrites it.", serial)
	}
	words := make([]string, len(serials))
	for i, s := range serials {
		words[i] = strconv.FormatUint(s, 10)
	}
	return fail("No such serial", "Serial %d is not kept. These are: %s; the current state is serial %d. \"livery history\" tells what each of them changed.", serial, strings.Join(words, ", "), now)
}

// planBack compares the documents of then with those of now.
func (a *app) planBack(w *work, p *planning, then *state.Snapshot) error {
	targets, err := addresses(p.targets)
	if err != nil {
		return err
	}
	excludes, err := addresses(p.excludes)
	if err != nil {
		return err
	}
	desired, confirmed, unconfirmed := reconcile.DesiredAt(then)
	w.plan, err = reconcile.NewPlan(desired, w.ledger.Snapshot(), reconcile.Options{
		Targets: targets, Excludes: excludes, Leave: unconfirmed, Rollback: then.Serial,
		Account: w.acc.recorded(), Version: version(), Now: a.Now(),
	})
	if err != nil {
		return fail("Unknown address", "%v. What a rollback knows is the current state and that of serial %d.", err, then.Serial)
	}
	warn := func(summary, format string, args ...any) {
		w.diags = append(w.diags, &hcl.Diagnostic{Severity: hcl.DiagWarning, Summary: summary, Detail: fmt.Sprintf(format, args...)})
	}
	if len(targets)+len(excludes) > 0 {
		warn("Resource targeting is in effect", "-target or -exclude leaves a part out, so the result of this plan is not all that was there at serial %d.", then.Serial)
	}
	if len(unconfirmed) > 0 {
		warn("Left out of the rollback", "At serial %d the service had not confirmed any look of %s. There is nothing known to go back to, so what is there now stays.", then.Serial, listOf(unconfirmed))
	}
	if now := w.ledger.Snapshot(); len(confirmed) > 0 && now.Serial != then.Serial {
		warn("In doubt at that serial", "At serial %d an answer was missing for %s. This plan goes back to the look that had been confirmed before; the page may have shown the other one.", then.Serial, listOf(confirmed))
	}
	if !w.plan.Empty() {
		warn("The configuration is not rolled back", "The files go on to say what they say now. Once this plan is applied, the next \"livery plan\" will want to undo it, unless the files are changed too.")
	}
	return nil
}

// afterRollback reminds of the files when a rollback has been applied.
func (a *app) afterRollback(plan *reconcile.Plan) {
	a.warn("The configuration was not rolled back", "What was applied is the look of serial %d; the files still say what they said before. Change them too: the next \"livery plan\" will want to undo this rollback.", plan.Rollback)
}

// listOf names addresses, sorted.
func listOf(list []schema.Address) string {
	words := make([]string, len(list))
	for i, a := range list {
		words[i] = a.String()
	}
	slices.Sort(words)
	return strings.Join(words, ", ")
}
