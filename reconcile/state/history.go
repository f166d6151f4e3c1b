package state

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// Entry is one state of a history.
type Entry struct {
	Serial   uint64
	Current  bool
	Snapshot *Snapshot // nil when it cannot be read
	Err      error     // why it cannot
}

// History is what a place knows of its past.
type History struct {
	Lineage string
	Entries []Entry // the current state if there is one, then the kept ones, newest first
	// OtherLineage are the serials of kept states that are of another lineage: a
	// state that was here before has left them. They are no entries.
	OtherLineage []uint64
}

// parallelReads is how many kept states are read at a time: the place may be far away.
const parallelReads = 8

// ReadHistory reads the current state and those that are kept, without locking.
// What cannot be decoded is an entry that says why; the error is for a place that
// cannot be read at all.
func ReadHistory(ctx context.Context, blob Blob) (*History, error) {
	current, _, revision, err := read(ctx, blob, Decode)
	if err != nil && revision == "" {
		return nil, err
	}
	serials, failed := blob.History(ctx)
	if failed != nil {
		return nil, fmt.Errorf("reading the history of the state %s: %w", blob, failed)
	}
	h := new(History)
	switch {
	case err != nil:
		h.Entries = []Entry{{Current: true, Err: err}}
	case revision != "":
		h.Lineage = current.Lineage
		h.Entries = []Entry{{Serial: current.Serial, Current: true, Snapshot: current}}
	}
	for _, e := range readArchives(ctx, blob, serials) {
		if errors.Is(e.Err, ErrNotKept) {
			continue // it went while this was read
		}
		if e.Snapshot != nil && h.Lineage == "" {
			h.Lineage = e.Snapshot.Lineage // without a current state the newest one decides
		}
		if e.Snapshot != nil && e.Snapshot.Lineage != h.Lineage {
			h.OtherLineage = append(h.OtherLineage, e.Serial)
			continue
		}
		if revision != "" && current != nil && e.Serial == current.Serial {
			continue // a run has died between keeping and writing
		}
		h.Entries = append(h.Entries, e)
	}
	return h, nil
}

// readArchives reads kept states, in the order of their serials.
func readArchives(ctx context.Context, blob Blob, serials []uint64) []Entry {
	list := make([]Entry, len(serials))
	turns := make(chan struct{}, parallelReads)
	var group sync.WaitGroup
	for i, serial := range serials {
		group.Go(func() {
			turns <- struct{}{}
			defer func() { <-turns }()
			s, err := ReadArchive(ctx, blob, serial)
			list[i] = Entry{Serial: serial, Snapshot: s, Err: err}
		})
	}
	group.Wait()
	return list
}

// ReadArchive reads one kept state. The error is ErrNotKept when it is not there,
// or says what is wrong with it.
func ReadArchive(ctx context.Context, blob Blob, serial uint64) (*Snapshot, error) {
	data, err := blob.ReadArchive(ctx, serial)
	if err != nil {
		return nil, fmt.Errorf("reading serial %d from the history of the state %s: %w", serial, blob, err)
	}
	s, err := Decode(data)
	if err != nil {
		return nil, &HistoryError{Serial: serial, Err: err}
	}
	if s.Serial != serial {
		return nil, &HistoryError{Serial: serial, Err: fmt.Errorf("it is kept as serial %d and says that it is serial %d", serial, s.Serial)}
	}
	return s, nil
}

// HistoryError says that a kept state cannot be read.
type HistoryError struct {
	Serial uint64
	Err    error
}

// Error implements error. The advice of the cause is about the current state and
// is left out.
func (e *HistoryError) Error() string {
	cause := e.Err
	if damaged := (*DamagedError)(nil); errors.As(e.Err, &damaged) {
		cause = damaged.Err
	}
	return fmt.Sprintf("serial %d in the history cannot be read: %v", e.Serial, cause)
}

// Unwrap gives the cause.
func (e *HistoryError) Unwrap() error { return e.Err }
