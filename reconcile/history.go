package reconcile

import (
	"bytes"
	"slices"

	"livery/reconcile/state"
	"livery/schema"
)

// Doubt is an Action that only a history has: the address was sent something,
// and nobody knows what became of it.
const Doubt Action = "in-doubt"

// HistoryChange is what a run did to one address, as far as the states tell: they
// do not tell a document that was reset from one that was forgotten.
type HistoryChange struct {
	Address       schema.Address
	Action        Action // Create, Update, Delete, Reapply, Record or Doubt
	TransactionID string // "" where nothing was confirmed
}

// HistoryEntry is a state of the history, and what the run that made it changed.
type HistoryEntry struct {
	state.Entry
	// Since is the serial that it was compared with; nil when none is kept that it
	// could be. 0 stands for nothing at all.
	Since   *uint64
	Changes []HistoryChange // sorted by address
}

// DiffHistory compares each state of a history with the one before it.
func DiffHistory(h *state.History) []HistoryEntry {
	runs := make([]HistoryEntry, len(h.Entries))
	for i, e := range h.Entries {
		runs[i].Entry = e
		if e.Snapshot == nil {
			continue
		}
		before, since := predecessor(h.Entries[i+1:])
		if before == nil && e.Serial == 1 {
			before, since = new(state.Snapshot), 0
		}
		if before != nil {
			runs[i].Since, runs[i].Changes = &since, diffSnapshots(before, e.Snapshot)
		}
	}
	return runs
}

// predecessor is the newest of the older states that can be read.
func predecessor(older []state.Entry) (*state.Snapshot, uint64) {
	for _, e := range older {
		if e.Snapshot != nil {
			return e.Snapshot, e.Serial
		}
	}
	return nil, 0
}

func diffSnapshots(before, after *state.Snapshot) []HistoryChange {
	addresses := append(before.Addresses(), after.Addresses()...)
	slices.SortFunc(addresses, schema.Address.Compare)
	var changes []HistoryChange
	for _, a := range slices.Compact(addresses) {
		if a.Kind == schema.SessionAddress {
			changes = append(changes, diffSession(a, before.Sessions[a.Name], after.Sessions[a.Name])...)
		} else {
			loc := schema.Locale(a.Name)
			changes = append(changes, diffLocale(a, before.Locales[loc], after.Locales[loc])...)
		}
	}
	return changes
}

func diffSession(a schema.Address, before, after *state.SessionRecord) []HistoryChange {
	change := HistoryChange{Address: a}
	switch {
	case after == nil:
		change.Action = Delete
	case before == nil:
		change.Action = Create
	case len(compareSessions(before.Definition, after.Definition)) > 0:
		change.Action = Update
	case !before.RecordedAt.Equal(after.RecordedAt):
		change.Action = Reapply
	case before.PreventDestroy != after.PreventDestroy:
		change.Action = Record
	default:
		return nil
	}
	return []HistoryChange{change}
}

func diffLocale(a schema.Address, before, after *state.LocaleRecord) []HistoryChange {
	if before == nil {
		before = new(state.LocaleRecord)
	}
	if after == nil {
		return []HistoryChange{{Address: a, Action: Delete}}
	}
	var changes []HistoryChange
	if after.HasDocument() {
		change := HistoryChange{Address: a, TransactionID: after.TransactionID}
		switch {
		case !before.HasDocument():
			change.Action = Create
		case !before.Document().Equal(after.Document().Look):
			change.Action = Update
		case before.TransactionID != after.TransactionID || !before.AppliedAt.Equal(after.AppliedAt):
			change.Action = Reapply
		case before.PreventDestroy != after.PreventDestroy:
			change.Action, change.TransactionID = Record, "" // which was there before
		}
		if change.Action != "" {
			changes = append(changes, change)
		}
	}
	if after.InDoubt != nil && !bytes.Equal(before.InDoubt, after.InDoubt) {
		changes = append(changes, HistoryChange{Address: a, Action: Doubt})
	}
	return changes
}

// DesiredAt is what a rollback to s desires: the documents that were confirmed by
// then and the sessions that were recorded. Of what was in doubt at that time,
// confirmed has an earlier look, which is desired, and unconfirmed has none: it
// can only be left as it is.
func DesiredAt(s *state.Snapshot) (desired Desired, confirmed, unconfirmed []schema.Address) {
	for _, a := range s.Addresses() {
		if a.Kind == schema.SessionAddress {
			desired.Sessions = append(desired.Sessions, s.Sessions[a.Name].Definition)
			continue
		}
		record := s.Locales[schema.Locale(a.Name)]
		if record.HasDocument() {
			desired.Documents = append(desired.Documents, *record.Document())
		}
		switch {
		case record.InDoubt == nil:
		case !record.HasDocument():
			unconfirmed = append(unconfirmed, a)
		default:
			confirmed = append(confirmed, a)
		}
	}
	return desired, confirmed, unconfirmed
}
