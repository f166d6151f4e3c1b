package reconcile

import (
	"slices"
	"strconv"

	"livery/reconcile/state"
	"livery/schema"
)

// guardChange is the change of prevent_destroy, as it is shown among the fields: to what
// the state will remember, which declared says, from the opposite or from nothing.
func (c *Change) guardChange(declared schema.Value) FieldChange {
	before := strconv.AppendBool(nil, !c.PreventDestroy)
	if c.Action == Create {
		before = orNull(nil)
	}
	return FieldChange{
		Path: schema.PreventDestroy, Kind: schema.Bool, Before: before, After: strconv.AppendBool(nil, c.PreventDestroy),
		Range: declared.Range(), Origin: declared.Origin(),
	}
}

// guardShown is the change of prevent_destroy among the fields; nil when it stays.
func (c *Change) guardShown() *FieldChange {
	i := slices.IndexFunc(c.Fields, func(f FieldChange) bool { return f.Path == schema.PreventDestroy && f.Kind == schema.Bool })
	if i < 0 {
		return nil
	}
	return &c.Fields[i]
}

// deriveGuard is the change of prevent_destroy that the rest of a saved change stands for.
func (c *Change) deriveGuard() ([]FieldChange, error) {
	shown := c.guardShown() != nil
	switch {
	case shown != (c.Action == Record) && !c.acts(), shown && c.Action == Delete:
		return nil, errAfter
	case shown:
		return []FieldChange{c.guardChange(schema.Value{})}, nil
	}
	return nil, nil
}

// checkGuard reports whether what is shown of prevent_destroy before is what the state holds.
func (c *Change) checkGuard(s *state.Snapshot) bool {
	if c.Action == Delete || !c.acts() && c.Action != Record {
		return true
	}
	return s.PreventsDestroy(c.Address) == (c.PreventDestroy != (c.guardShown() != nil))
}
