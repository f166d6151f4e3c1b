package state

import (
	"context"

	"livery/schema"
)

// preventDestroy is where the state remembers prevent_destroy of an address; nil when
// nothing is recorded of it.
func (s *Snapshot) preventDestroy(a schema.Address) *bool {
	if record := s.Locales[schema.Locale(a.Name)]; a.Kind == schema.LocaleAddress && record != nil {
		return &record.PreventDestroy
	}
	if record := s.Sessions[a.Name]; a.Kind == schema.SessionAddress && record != nil {
		return &record.PreventDestroy
	}
	return nil
}

// PreventsDestroy reports whether the state remembers prevent_destroy of an address.
func (s *Snapshot) PreventsDestroy(a schema.Address) bool {
	prevent := s.preventDestroy(a)
	return prevent != nil && *prevent
}

// SetPreventDestroy records in an open state what the block of an address says; nothing
// happens when there is no record of it.
func SetPreventDestroy(ctx context.Context, l *Ledger, a schema.Address, prevent bool) error {
	return l.change(ctx, a, func() bool {
		recorded := l.current.preventDestroy(a)
		if recorded == nil || *recorded == prevent {
			return false
		}
		*recorded = prevent
		return true
	})
}
