package reconcile_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"livery/reconcile"
	"livery/reconcile/backend"
	"livery/reconcile/state"
	"livery/schema"
)

// acceptAll is a service that confirms every document.
type acceptAll struct{}

func (acceptAll) Push(_ context.Context, r reconcile.Request) (reconcile.Receipt, error) {
	fmt.Println("sent", r.Address)
	return reconcile.Receipt{TransactionID: "t-1", At: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}, nil
}

// One document is planned and applied; a second plan has nothing to do.
func Example() {
	ctx, now := context.Background(), time.Now
	dir, err := os.MkdirTemp("", "livery-example-*")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	ledger, err := state.Open(ctx, backend.Local(filepath.Join(dir, "livery.state.json")), state.Options{Lock: true, Operation: "apply"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer ledger.Close(ctx)

	var document schema.Document
	if err := document.UnmarshalJSON([]byte(`{"locale":"en_US","titleText":"Check it is you"}`)); err != nil {
		fmt.Println(err)
		return
	}
	desired := reconcile.Desired{Documents: []schema.Document{document}}
	for range 2 {
		plan, err := reconcile.NewPlan(desired, ledger.Snapshot(), reconcile.Options{Now: now()})
		if err != nil || plan.Empty() {
			fmt.Println("nothing to do", err)
			return
		}
		for _, c := range plan.Changes {
			fmt.Println("plan to", c.Action, c.Address)
		}
		outcome, err := reconcile.Apply(ctx, plan, acceptAll{}, ledger, reconcile.ApplyOptions{Now: now})
		fmt.Println("applied:", err == nil && outcome.OK())
	}
	// Output:
	// plan to create locale.en_US
	// sent locale.en_US
	// applied: true
	// nothing to do <nil>
}
