package state

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"livery/schema"
)

// Limits of what a run may still do after its lock was broken.
const (
	// breakTimeout is how long force-unlock may take between the mark that it leaves
	// and the lock's being gone.
	breakTimeout = 30 * time.Second
	// RequestTimeout is the longest that a client of the service may wait for the
	// answer to one try of a request. Ledger.Sending comes before each try, so how
	// often one is repeated does not matter.
	RequestTimeout = 30 * time.Second
	// allowance is for a service that is slow to do what it was sent, and for the
	// clocks of two machines, which disagree.
	allowance = 85 * time.Second
)

// LongestFlight is how long after its lock was broken a run may still have a request
// under way. Its lock goes breakTimeout later, it sends on what it knew of the lock
// for lookAge and lookTimeout, and waits RequestTimeout for the last answer. What it
// does not cover is a process that is suspended between a look and a request.
const LongestFlight = breakTimeout + lookAge + lookTimeout + RequestTimeout + allowance

// BrokenLock says which lock was taken from a run that may have lived, and when.
type BrokenLock struct {
	ID string    `json:"id"`
	At time.Time `json:"at"`
}

// markBroken leaves word that a lock was broken. Whatever is in doubt may have been
// sent by the run that had it, which may not be over.
func (s *Snapshot) markBroken(id string, at time.Time) {
	s.BrokenLock = &BrokenLock{ID: printable(id), At: at.UTC().Truncate(time.Second)}
	for _, r := range s.Locales {
		if r.InDoubt != nil {
			r.InFlightUntil = s.BrokenLock.At.Add(LongestFlight)
		}
	}
}

// InFlight lists the documents of which requests may arrive after now from a run whose
// lock was broken, sorted, and until when.
func (s *Snapshot) InFlight(now time.Time) (list []schema.Address, until time.Time) {
	for _, loc := range slices.Sorted(maps.Keys(s.Locales)) {
		if end := s.Locales[loc].InFlightUntil; end.After(now) {
			list = append(list, loc.AddressOf())
			if end.After(until) {
				until = end
			}
		}
	}
	return list, until
}

// dropPastMark forgets the lock that was broken once nobody needs to know of it.
func (s *Snapshot) dropPastMark(now time.Time) {
	if s.BrokenLock == nil || !now.After(s.BrokenLock.At.Add(LongestFlight)) {
		return
	}
	for _, r := range s.Locales {
		if !r.InFlightUntil.IsZero() {
			return
		}
	}
	s.BrokenLock = nil
}

// bump raises the serial of what another has written, where no serial may come twice.
func (s *Snapshot) bump(blob Blob) {
	if blob.Capabilities().UniqueSerials {
		s.Serial = min(s.Serial+1, maxSerial)
	}
}

// breakTries is how often a mark is written anew because the holder of the lock has
// just written as well.
const breakTries = 10

// ForceUnlock takes the lock with that ID away from its holder. First it leaves a mark
// in the state, even in an empty one: by it the holder's next write is stale, and
// what is in doubt stays so until LongestFlight is over. What it returns is the
// mark; nil when none was needed, because the holder is a process that has certainly
// ended, or none could be left, because the state cannot be read by anybody.
func ForceUnlock(ctx context.Context, blob Blob, id string, opts Options) (*Snapshot, error) {
	opts = opts.withDefaults()
	holder, err := blob.FindLock(ctx, id)
	if err != nil {
		return nil, err
	}
	if opts.HolderDead != nil && opts.HolderDead(holder) {
		return nil, blob.Break(ctx, id)
	}
	for try := 1; ; try++ {
		ctx, cancel := context.WithTimeout(ctx, breakTimeout)
		defer cancel()
		s, _, revision, err := read(ctx, blob, opts.Decode)
		if err != nil && revision != "" { // nothing can be planned from it, so it misleads nobody
			return nil, blob.Break(ctx, id)
		}
		if err != nil {
			return nil, err
		}
		if revision == "" {
			s.Lineage, s.Serial = opts.Random(), 1
		} else {
			s.bump(blob)
		}
		s.LiveryVersion = opts.Version
		s.markBroken(id, opts.Now())
		_, err = blob.Put(ctx, s.Encode(), revision)
		if errors.Is(err, ErrStale) && try < breakTries {
			if _, err := blob.FindLock(ctx, id); err != nil {
				return nil, err
			}
			continue
		}
		if err != nil {
			return nil, &AccessError{"leaving word of the broken lock in", blob.String(), err}
		}
		return s, blob.Break(ctx, id)
	}
}

// sentRequest is a request of this run of which the state does not yet say what
// became of it.
type sentRequest struct {
	body json.RawMessage
	at   time.Time // of the last try
}

// leaveMark does what can still be done for the truth when others have written in
// the place of a run that had sent something: it puts what was sent in doubt again,
// whatever they have made of it, for LongestFlight. What force-unlock has marked
// already stays as it is. It returns cause, with what is known of the lock by now.
func (h *heldLock) leaveMark(ctx context.Context, cause error, sent map[schema.Locale]sentRequest, lineage string, now time.Time) error {
	if errors.Is(cause, ErrLockLost) {
		_ = h.release() // it is not ours, and would keep us from writing
	}
	for range breakTries {
		s, _, revision, err := read(ctx, h.blob, Decode)
		switch {
		case err != nil || revision == "":
			return cause
		case s.BrokenLock != nil && h.id != "" && s.BrokenLock.ID == h.id:
			return fmt.Errorf("%w at %s", ErrTakenAway, s.BrokenLock.At.Format(time.RFC3339))
		case len(sent) == 0 || s.Lineage != lineage:
			return cause
		}
		if errors.Is(cause, ErrLockLost) {
			s.BrokenLock = &BrokenLock{ID: h.id, At: now.UTC().Truncate(time.Second)}
		}
		for loc, request := range sent {
			s.putInDoubt(loc, request.body, now.UTC().Truncate(time.Second).Add(LongestFlight))
		}
		s.bump(h.blob)
		if _, err := h.blob.Put(ctx, s.Encode(), revision); !errors.Is(err, ErrStale) {
			return cause
		}
	}
	return cause
}

// putInDoubt doubts what is recorded of a locale. A body that is in doubt already
// stays: one is as good as another.
func (s *Snapshot) putInDoubt(loc schema.Locale, body json.RawMessage, until time.Time) {
	r := s.Locales[loc]
	if r == nil {
		r = new(LocaleRecord)
		s.Locales[loc] = r
	}
	if r.InDoubt == nil {
		r.InDoubt = body
	}
	r.InFlightUntil = until
}

// keepMarks takes over what was says of locks that were broken, where s doubts the
// same documents.
func (s *Snapshot) keepMarks(was *Snapshot) {
	if was.BrokenLock != nil && (s.BrokenLock == nil || was.BrokenLock.At.After(s.BrokenLock.At)) {
		mark := *was.BrokenLock
		s.BrokenLock = &mark
	}
	for loc, r := range s.Locales {
		if old := was.Locales[loc]; r.InDoubt != nil && old != nil && old.InFlightUntil.After(r.InFlightUntil) {
			r.InFlightUntil = old.InFlightUntil
		}
	}
}
