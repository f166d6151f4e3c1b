package state

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
)

// Moved says what Move has brought to the new place.
type Moved struct {
	Serial    uint64
	Addresses int
	Existed   bool     // the state was there already
	Archived  int      // kept states that the new place has now
	Missing   []uint64 // kept states that it does not have
}

// CheckMove reports why the state that from has open cannot take the place of
// what to has open.
func CheckMove(from, to *Ledger) error {
	here, there := from.Snapshot(), to.Snapshot()
	switch {
	case from.IsNew():
		return fmt.Errorf("there is no state in %s", from.blob)
	case to.IsNew():
		return nil
	case there.Lineage != here.Lineage:
		return fmt.Errorf("%s holds another state: its lineage is %q, and that of the one in %s is %q", to.blob, there.Lineage, from.blob, here.Lineage)
	case there.Serial > here.Serial:
		return fmt.Errorf("%s holds a newer state, serial %d; the one in %s is serial %d", to.blob, there.Serial, from.blob, here.Serial)
	case there.Serial == here.Serial && !sameContent(here, there):
		return fmt.Errorf("%s and %s hold different states with the serial %d", to.blob, from.blob, here.Serial)
	}
	return nil
}

// Follows reports whether a state is of the lineage of another and was written after it, or
// beside it: whoever goes on with the other loses what this one says.
func (s *Snapshot) Follows(other *Snapshot) bool {
	return s.Lineage == other.Lineage && (s.Serial > other.Serial || s.Serial == other.Serial && !sameContent(s, other))
}

// Move copies a state and what is kept of its history from one place to another,
// both of them open and locked, and reads it back. The old place is left as it
// is. Moving twice is moving once.
func Move(ctx context.Context, from, to *Ledger) (*Moved, error) {
	if err := CheckMove(from, to); err != nil {
		return nil, err
	}
	here := from.Snapshot()
	m := &Moved{Serial: here.Serial, Addresses: len(here.Addresses())}
	// The history goes first: once the state is there, all of it is.
	if err := m.copyHistory(ctx, here.Lineage, from, to); err != nil {
		return nil, err
	}
	m.Existed = !to.IsNew() && sameContent(here, to.Snapshot())
	err := to.store(ctx, here, func(*Snapshot) (bool, error) { return !m.Existed, nil }) // CheckMove has asked what is there
	if err != nil {
		return nil, err
	}
	back, err := Read(ctx, to.blob)
	if err != nil {
		return nil, err
	}
	if !sameContent(here, back) {
		return nil, fmt.Errorf("what was written to %s was read back as something else, serial %d; the state in %s is as it was", to.blob, back.Serial, from.blob)
	}
	return m, nil
}

// copyHistory copies what is kept of the lineage, the oldest first, and then asks the
// new place what it has: one that keeps versions by itself takes none.
func (m *Moved) copyHistory(ctx context.Context, lineage string, from, to *Ledger) error {
	serials, err := from.Kept(ctx)
	if err != nil {
		return err
	}
	slices.Reverse(serials)
	for _, serial := range serials {
		data, err := from.blob.ReadArchive(ctx, serial)
		if errors.Is(err, ErrNotKept) {
			continue
		}
		if err != nil {
			m.Missing = append(m.Missing, serial)
			continue
		}
		s, err := Decode(data)
		if err == nil && s.Lineage != lineage {
			continue // it has nothing to do with what is moved
		}
		if err != nil || to.blob.Archive(ctx, serial, data) != nil || !holds(ctx, to.blob, serial, data) {
			m.Missing = append(m.Missing, serial)
			continue
		}
		m.Archived++
	}
	return nil
}

// holds reports whether a place has what it was asked to keep.
func holds(ctx context.Context, blob Blob, serial uint64, data []byte) bool {
	back, err := blob.ReadArchive(ctx, serial)
	return err == nil && bytes.Equal(back, data)
}

// IsNew reports whether nothing has been stored at the place yet.
func (l *Ledger) IsNew() bool {
	l.writing.Lock()
	defer l.writing.Unlock()
	return l.revision == ""
}

// Kept lists the serials of the history, newest first.
func (l *Ledger) Kept(ctx context.Context) ([]uint64, error) {
	serials, err := l.blob.History(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the history of the state %s: %w", l.blob, err)
	}
	return serials, nil
}

// ReadArchive reads a state of the history, as the function of that name does.
func (l *Ledger) ReadArchive(ctx context.Context, serial uint64) (*Snapshot, error) {
	return ReadArchive(ctx, l.blob, serial)
}
