package backend

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"

	"livery/reconcile/state"
)

// StaleHolder implements state.Blob. The protocol does not tell that a holder is gone.
func (h *httpBlob) StaleHolder() (state.LockInfo, bool) { return state.LockInfo{}, false }

// Lock implements state.Blob. Without a lock address there is no lock.
func (h *httpBlob) Lock(ctx context.Context, info state.LockInfo) (func() error, error) {
	if err := ctx.Err(); err != nil {
		return nil, context.Cause(ctx)
	}
	if h.lock == nil {
		return func() error { return nil }, nil
	}
	info = identified(info, h.String())
	holder, err := h.requestLock(ctx, info)
	if err != nil {
		if isTransportError(err) || ctx.Err() != nil {
			_ = h.releaseLock(context.WithoutCancel(ctx), info) // in case that it was taken all the same
		}
		return nil, err
	}
	if holder != nil && holder.ID != info.ID { // else the answer to an earlier try was lost
		return nil, &state.LockedError{Info: *holder, Err: errors.New("the server says that the state is locked")}
	}
	h.mu.Lock()
	h.held = &info
	h.mu.Unlock()
	return sync.OnceValue(func() error { return h.unlockHeld(&info) }), nil
}

// requestLock asks for a lock. What it gives is who has it, nil when info has it now.
func (h *httpBlob) requestLock(ctx context.Context, info state.LockInfo) (*state.LockInfo, error) {
	body, err := json.Marshal(info)
	if err != nil {
		return nil, err
	}
	a, err := retry(ctx, h.retry, func() (*httpResponse, error) { return h.send(ctx, h.lockMethod, h.lock, body) })
	switch {
	case err != nil:
		return nil, err
	case a.isSuccess():
		return nil, nil
	case a.status == http.StatusLocked, a.status == http.StatusConflict:
		return lockHolder(a), nil
	}
	return nil, h.statusError(a, h.lock)
}

// lockHolder is who has the lock, as far as the server says so.
func lockHolder(a *httpResponse) *state.LockInfo {
	var info state.LockInfo
	if err := json.Unmarshal(a.body, &info); err != nil {
		return new(state.LockInfo) // some servers say it in prose
	}
	return &info
}

// releaseLock gives a lock back. That it is not ours any more is no fault; that the
// server does not understand would leave it locked without a word.
func (h *httpBlob) releaseLock(ctx context.Context, info state.LockInfo) error {
	body, err := json.Marshal(info)
	if err != nil {
		return err
	}
	a, err := retry(ctx, h.retry, func() (*httpResponse, error) { return h.send(ctx, h.unlockMethod, h.unlock, body) })
	switch {
	case err != nil:
		return err
	case a.isSuccess(), a.status == http.StatusConflict, a.status == http.StatusLocked, a.status == http.StatusPreconditionFailed:
		return nil
	}
	return h.statusError(a, h.unlock)
}

func (h *httpBlob) unlockHeld(info *state.LockInfo) error {
	h.mu.Lock()
	if h.held == info {
		h.held = nil
	}
	h.mu.Unlock()
	return h.releaseLock(context.Background(), *info)
}

// probeLock asks who has the lock, and leaves it as it is. The protocol has no such
// question, so the lock is asked for under a name of its own: it is refused with
// the holder's, or it was free, and then it is given back at once.
func (h *httpBlob) probeLock(ctx context.Context, by state.LockInfo) (*state.LockInfo, error) {
	by.ID += "-probe"
	by.Operation = "looking who has the lock"
	holder, err := h.requestLock(ctx, by)
	if err != nil || holder != nil {
		return holder, err
	}
	return nil, h.releaseLock(ctx, by)
}

// checkLockHeld is ErrLockLost when the lock that this value took is not its own any
// more. Not every server notices that by itself when it is written to.
func (h *httpBlob) checkLockHeld(ctx context.Context) error {
	h.mu.Lock()
	held := h.held
	h.mu.Unlock()
	if held == nil {
		return nil
	}
	holder, err := h.probeLock(ctx, *held)
	switch {
	case err != nil:
		return err
	case holder == nil || holder.ID != "" && holder.ID != held.ID:
		return state.ErrLockLost
	}
	return nil
}

// lockedError is what a refused write means.
func (h *httpBlob) lockedError(a *httpResponse) error {
	h.mu.Lock()
	held := h.held
	h.mu.Unlock()
	holder := lockHolder(a)
	if held != nil && holder.ID != held.ID {
		return state.ErrLockLost
	}
	if holder.ID == "" {
		return errors.New("the server lets only the holder of the lock write, which is somebody else")
	}
	return fmt.Errorf("the server lets only the holder of the lock write, which is %q (%s, ID %s)", holder.Who, holder.Operation, holder.ID)
}

// Break implements state.Blob. The server is told the holder's own words, which
// is what it compares.
func (h *httpBlob) Break(ctx context.Context, id string) error {
	if h.lock == nil {
		return fmt.Errorf("the state %s has no lock: lock_address is not set", h)
	}
	holder, err := h.probeLock(ctx, identified(state.LockInfo{ID: "livery", Who: "force-unlock"}, h.String()))
	switch {
	case err != nil:
		return err
	case holder == nil:
		return notLockedError(h.String())
	case holder.ID == "":
		holder.ID = id // the server does not say, so it has to judge
	}
	if err := checkLockID(h.String(), id, holder.ID); err != nil {
		return err
	}
	body, err := json.Marshal(holder)
	if err != nil {
		return err
	}
	a, err := retry(ctx, h.retry, func() (*httpResponse, error) { return h.send(ctx, h.unlockMethod, h.unlock, body) })
	if err != nil || a.isSuccess() {
		return err
	}
	return h.statusError(a, h.unlock)
}
