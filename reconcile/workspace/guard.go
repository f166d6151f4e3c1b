package workspace

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"

	"livery/reconcile"
	"livery/reconcile/state"
	"livery/schema"
)

// refuseGuarded refuses a plan that destroys what prevent_destroy guards. The block says
// whether it does, where there is one; of what is not declared any more the state remembers
// what the block said when it was applied last. A rollback heeds both. The error is an
// *InvalidError.
func (o *Operation) refuseGuarded(current *state.Snapshot) error {
	blocks := make(map[schema.Address]hcl.Range)
	prevented := make(map[schema.Address]bool)
	for _, d := range o.Stack.Documents {
		blocks[d.Locale.AddressOf()], prevented[d.Locale.AddressOf()] = d.Range, d.PreventDestroy.Flag()
	}
	for _, s := range o.Stack.Sessions {
		blocks[s.Address()], prevented[s.Address()] = s.Range, s.PreventDestroy.Flag()
	}
	var diags hcl.Diagnostics
	for i := range o.Plan.Changes {
		c := &o.Plan.Changes[i]
		block, declared := blocks[c.Address]
		recorded := current.PreventsDestroy(c.Address) && (!declared || o.Plan.Rollback > 0)
		if c.Action != reconcile.Delete || !prevented[c.Address] && !recorded {
			continue
		}
		d := &hcl.Diagnostic{Severity: hcl.DiagError, Summary: fmt.Sprintf("%s must not be destroyed", c.Address), Detail: o.wayOut(c, declared)}
		if declared {
			d.Subject = &block
		}
		schema.Attach(d, schema.Finding{Addresses: []schema.Address{c.Address}})
		diags = append(diags, d)
	}
	if len(diags) == 0 {
		return nil
	}
	return &InvalidError{append(o.Diagnostics, diags...), o.Stack.Sources}
}

// wayOut says what a plan would destroy although it is guarded, and how it is meant to be
// done.
func (o *Operation) wayOut(c *reconcile.Change, declared bool) string {
	fate := "put its page back to the API's default look"
	if c.Address.Kind == schema.SessionAddress {
		fate = "drop the session"
	}
	switch {
	case declared && o.Plan.Rollback > 0:
		return fmt.Sprintf("Its block says prevent_destroy, or said so when it was applied last, and the plan would %s. Remove the attribute and run \"livery apply\" first, or leave it out with -exclude=%s.", fate, c.Address)
	case declared:
		return fmt.Sprintf("Its block says prevent_destroy, and the plan would %s. Remove the attribute, or leave it out with -exclude=%s.", fate, c.Address)
	}
	return fmt.Sprintf("Its block, which said prevent_destroy when it was applied last, is not in the configuration, and the plan would %s. "+
		"Declare it without the attribute, run \"livery apply\", and then remove the block; or leave it out with -exclude=%s. A removed block forgets it and leaves what is live as it is.", fate, c.Address)
}
