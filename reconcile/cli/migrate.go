package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"livery/reconcile/state"
	"livery/schema/stack"
)

// moving is what init does when it is asked for the state.
type moving struct {
	planning
	migrate, reconfigure, force bool
}

func (m *moving) flags(a *app, c *cobra.Command) {
	f := c.Flags()
	f.BoolVar(&m.migrate, "migrate-state", false, "Move the state from where it was kept to where the configuration says now.")
	f.BoolVar(&m.reconfigure, "reconfigure", false, "Begin with what is where the configuration says now, and leave the old state behind.")
	f.BoolVar(&m.force, "force-copy", false, "As -migrate-state, and do not ask.")
	f.BoolVar(&m.lock, "lock", true, "Lock both places meanwhile.")
	f.DurationVar(&m.lockTimeout, "lock-timeout", 0, "Wait for the locks this long, such as 10s.")
	m.inputFlag(a, c)
}

// asked reports whether init is to do the state matter alone.
func (m *moving) asked() bool { return m.migrate || m.reconfigure || m.force }

func (m *moving) check(dir, from string) error {
	switch {
	case m.reconfigure && (m.migrate || m.force):
		return fail("Invalid init options", "The -migrate-state and -reconfigure options are mutually-exclusive.")
	case from != "":
		return fail("Invalid init options", "-from writes a new stack, which has no state to move yet.")
	case dir != ".":
		return fail("Invalid init options", "The state of the stack in the working directory is moved; for another one, use -chdir=%s.", dir)
	case m.migrate && !m.force && !m.input:
		return fail("Approval required", "livery cannot ask whether to move the state when -input=false is set. Use -force-copy.")
	}
	return nil
}

// moveState makes the place that the configuration names the one that is used.
func (a *app) moveState(ctx context.Context, m *moving) error {
	stack, diags, err := a.load(".", inputs{}, stack.NeedNothing)
	if err != nil {
		return err
	}
	if stack.Empty {
		return fail("No configuration files", "This directory holds no *.livery.hcl or *.livery.json file that says where the state is kept.")
	}
	if diags.HasErrors() { // one of them may be about the backend
		a.show(diags, stack.Sources)
		return exit(exitError)
	}
	blob, err := a.blob(stack.Backend)
	if err != nil {
		return err
	}
	if !m.reconfigure {
		moved, err := a.migrate(ctx, m, stack.Backend, blob)
		if err != nil || !moved {
			return err
		}
	}
	if err := a.remember(stack.Backend, blob); err != nil {
		return fail("Cannot note where the state is kept", "%v.", err)
	}
	if m.reconfigure {
		a.print("The state is kept in %s from now on. What any other place holds was left as it is.\n", blob)
	}
	return nil
}

// migrate moves the state; false when there was nothing to note afterwards.
func (a *app) migrate(ctx context.Context, m *moving, b stack.Backend, blob state.Blob) (done bool, err error) {
	last, err := a.lastPlace()
	if err != nil {
		return false, err
	}
	if last.same(a.placeOf(b, blob)) {
		a.print("The state is kept in %s, as before. There is nothing to move.\n", blob)
		return true, nil
	}
	old, err := a.openLast(last)
	if err != nil {
		return false, err
	}
	from, err := state.Open(ctx, old, a.stateOptions(&m.planning, "init -migrate-state"))
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, from.Close(context.WithoutCancel(ctx))) }()
	if from.IsNew() {
		a.print("There is no state in %s, so there is nothing to move. It is kept in %s from now on.\n", old, blob)
		return true, nil
	}
	to, err := state.Open(ctx, blob, a.stateOptions(&m.planning, "init -migrate-state"))
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, to.Close(context.WithoutCancel(ctx))) }()
	if err := state.CheckMove(from, to); err != nil {
		return false, fail("The state cannot be moved", "%s. Nothing was changed. \"livery init -reconfigure\" goes on with what is there and leaves the old state behind.", capital(err.Error()))
	}
	if ok, err := a.approveMove(ctx, m, last, a.placeOf(b, blob), from); err != nil || !ok {
		return false, err
	}
	moved, err := state.Move(context.WithoutCancel(ctx), from, to)
	if err != nil {
		return false, err
	}
	a.printMoved(moved, old, blob)
	return true, nil
}

func (a *app) approveMove(ctx context.Context, m *moving, last, now place, from *state.Ledger) (bool, error) {
	if m.force {
		return true, nil
	}
	s := from.Snapshot()
	yes, err := a.approve(ctx, "Do you want to move the state?",
		fmt.Sprintf("Serial %d, with %s, is copied\n    from %s (backend %q)\n    to   %s (backend %q).\n  The old place is left as it is.", s.Serial, counted(len(s.Addresses()), "address", "addresses"), last.Name, last.Type, now.Name, now.Type), "-force-copy")
	if err != nil {
		return false, err
	}
	if !yes {
		a.print("Moving the state cancelled. Nothing was changed.\n")
		return false, exit(exitError)
	}
	return true, nil
}

func (a *app) printMoved(m *state.Moved, old, now state.Blob) {
	what := "The state is moved"
	if m.There {
		what = "The state was there already"
	}
	a.print("%s: serial %d, with %s", what, m.Serial, counted(m.Addresses, "address", "addresses"))
	if m.Past > 0 {
		a.print(" and %s", counted(m.Past, "earlier state", "earlier states"))
	}
	a.print(".\n  It was read back, and is kept in %s from now on.\n  The old one is still in %s, as it was; nothing uses it any more.\n", now, old)
	if len(m.Lost) > 0 {
		a.warn("A part of the history was not moved", "The new place does not keep the serials %s. They are still in the history of the old one.", serialsOf(m.Lost))
	}
}

// counted is a number with its noun.
func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
