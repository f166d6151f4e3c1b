package cli

import (
	"errors"
	"fmt"
	"os"

	"github.com/hashicorp/hcl/v2"

	"livery/reconcile"
	"livery/reconcile/state"
	"livery/schema"
)

// rescue saves what could not be written where the state is kept.
func (a *app) rescue(w *work, o *reconcile.Outcome) *hcl.Diagnostic {
	d := &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "Failed to save state", Detail: capital(o.StateErr.Error()) + "."}
	if errors.Is(o.StateErr, state.ErrLockLost) {
		d.Summary = "The lock was taken away"
	}
	d.Detail += "\n\n" + owned(o)
	data := w.ledger.UnsavedState()
	if data == nil {
		return d
	}
	if err := os.WriteFile(erroredStateFile, data, 0o600); err != nil {
		d.Detail += fmt.Sprintf("\n\nSaving it to %s failed too: %v. The next plan shows with \"!\" what this run had sent.", erroredStateFile, err)
		return d
	}
	if errors.Is(o.StateErr, state.ErrLockLost) || errors.Is(o.StateErr, state.ErrStale) {
		d.Detail += fmt.Sprintf("\n\nWhat the service confirmed is also saved in %s beside the stack. If no other run has changed the state by now, store it with:\n    livery state push %s", erroredStateFile, erroredStateFile)
		return d
	}
	d.Detail += fmt.Sprintf("\n\nWhat the service confirmed is saved in %s beside the stack. Mend the cause, then run:\n    livery state push %s", erroredStateFile, erroredStateFile)
	return d
}

// owned says what was sent although the state could not be written any more, and
// what the state goes on to doubt.
func owned(o *reconcile.Outcome) string {
	sent, doubts := "nothing", "nothing"
	if len(o.Confirmed) > 0 {
		sent = named(o.Confirmed)
	}
	if len(o.InDoubt) > 0 {
		doubts = named(o.InDoubt)
	}
	return fmt.Sprintf("This run has applied: %s. In doubt in the state, whether it was sent or not: %s.", sent, doubts)
}

func named(changes []*reconcile.Change) string {
	list := make([]schema.Address, len(changes))
	for i, c := range changes {
		list[i] = c.Address
	}
	return listOf(list)
}
