package state

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// How old the knowledge may be on which a request is sent, and how long a look at the
// lock may take. Where a look costs a request, one is made at most every lookAge; a
// write of the state, which the place refuses to whoever has lost the lock, is a
// look too, so that an apply whose answers come quickly makes hardly any other.
const (
	lookAge     = 5 * time.Second
	lookTimeout = 30 * time.Second
)

// heldLock is the lock of an open state.
type heldLock struct {
	blob Blob
	id   string // "" when the state is not locked

	mu     sync.Mutex // held while the place is asked: others wait for the same answer
	unlock func() error
	seen   time.Time // when the place was last asked and said that the lock is ours
}

// check is an error unless the lock was ours a moment ago: no more than lookAge, or
// the length of a look that took longer. Without a lock there is nothing to lose.
func (h *heldLock) check(ctx context.Context) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.unlock == nil {
		return nil
	}
	// Of the day, not of the process: that clock stands still while a machine sleeps.
	now := time.Now().Round(0)
	if age := now.Sub(h.seen); age >= 0 && age < lookAge && !h.blob.Capabilities().SystemLocks {
		return nil
	}
	looking, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	if err := h.blob.CheckLock(looking); err != nil {
		return err
	}
	h.seen = now
	return nil
}

// sawAt notes that the place knew the lock as ours at some time after at.
func (h *heldLock) sawAt(at time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.seen = at.Round(0)
}

// release gives the lock back; it does so once.
func (h *heldLock) release() error {
	h.mu.Lock()
	unlock := h.unlock
	h.unlock = nil
	h.mu.Unlock()
	if unlock == nil {
		return nil
	}
	if err := unlock(); err != nil {
		return &UnlockError{Where: h.blob.String(), ID: h.id, Err: err}
	}
	return nil
}

// UnlockError says that a lock could not be released.
type UnlockError struct {
	Where, ID string // of the state; of the lock
	Err       error
}

// Error implements error. The first line is a summary, and a blank line follows.
func (e *UnlockError) Error() string {
	return fmt.Sprintf(`Error releasing the state lock

Error message: %v
The lock of the state %s has the ID %s. If the next
run finds it taken, and no other run is under way, release it with
"livery force-unlock %s".`, e.Err, e.Where, e.ID, e.ID)
}

// Unwrap gives the cause.
func (e *UnlockError) Unwrap() error { return e.Err }
