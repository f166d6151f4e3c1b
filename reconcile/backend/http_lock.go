package backend

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"livery/reconcile/state"
)

// httpLock is the lock of a state, at the addresses that the configuration gives.
type httpLock struct {
	client                   *httpClient
	place                    string   // the state, for messages
	lock, unlock             *url.URL // nil when there is no lock
	lockMethod, unlockMethod string

	mu   sync.Mutex
	held *state.LockInfo // the lock that this value took or found, even after it was broken
}

func (l *httpLock) holding() *state.LockInfo {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.held
}

func (l *httpLock) send(ctx context.Context, method string, u *url.URL, info state.LockInfo) (*httpResponse, error) {
	body, err := json.Marshal(info)
	if err != nil {
		return nil, err
	}
	return l.client.sendRetried(ctx, method, u, body)
}

// StaleHolder implements state.Blob. The protocol does not tell that a holder is gone.
func (l *httpLock) StaleHolder() (state.LockInfo, bool) { return state.LockInfo{}, false }

// Lock implements state.Blob. Without a lock address there is no lock.
func (l *httpLock) Lock(ctx context.Context, info state.LockInfo) (func() error, error) {
	if err := ctx.Err(); err != nil {
		return nil, context.Cause(ctx)
	}
	if l.lock == nil {
		return func() error { return nil }, nil
	}
	info = identified(info, l.place)
	holder, err := l.requestLock(ctx, info)
	if err != nil {
		if isTransportError(err) || ctx.Err() != nil {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer cancel()
			_ = l.releaseLock(ctx, info) // in case that it was taken all the same
		}
		return nil, err
	}
	if holder != nil && holder.ID != info.ID { // else the answer to an earlier try was lost
		return nil, &state.LockedError{Info: *holder, Err: errors.New("the server says that the state is locked")}
	}
	l.mu.Lock()
	l.held = &info
	l.mu.Unlock()
	return sync.OnceValue(func() error { return l.unlockHeld(&info) }), nil
}

// requestLock asks for a lock. What it gives is who has it, nil when info has it now.
func (l *httpLock) requestLock(ctx context.Context, info state.LockInfo) (*state.LockInfo, error) {
	a, err := l.send(ctx, l.lockMethod, l.lock, info)
	switch {
	case err != nil:
		return nil, err
	case a.isSuccess():
		return nil, nil
	case a.status == http.StatusLocked, a.status == http.StatusConflict:
		return lockHolder(a), nil
	}
	return nil, statusError(a, l.lock)
}

// lockHolder is who has the lock, as far as the server says so: some say it in prose,
// which is then its Info.
func lockHolder(a *httpResponse) *state.LockInfo {
	var info state.LockInfo
	if err := json.Unmarshal(a.body, &info); err != nil {
		prose, _, _ := strings.Cut(strings.TrimSpace(string(a.body)), "\n")
		return &state.LockInfo{Info: prose[:min(len(prose), 200)]}
	}
	return &info
}

// releaseLock gives a lock back. That it is not ours any more is no fault; that the
// server does not understand would leave it locked without a word.
func (l *httpLock) releaseLock(ctx context.Context, info state.LockInfo) error {
	a, err := l.send(ctx, l.unlockMethod, l.unlock, info)
	switch {
	case err != nil:
		return err
	case a.isSuccess(), a.status == http.StatusConflict, a.status == http.StatusLocked, a.status == http.StatusPreconditionFailed:
		return nil
	}
	return statusError(a, l.unlock)
}

func (l *httpLock) unlockHeld(info *state.LockInfo) error {
	l.mu.Lock()
	if l.held == info {
		l.held = nil
	}
	l.mu.Unlock()
	return l.releaseLock(context.Background(), *info)
}

// probeLock asks who has the lock, and leaves it as it is. The protocol has no such
// question, so the lock is asked for under a name of its own: it is refused with
// the holder's, or it was free, and then it is given back at once.
func (l *httpLock) probeLock(ctx context.Context, by state.LockInfo) (*state.LockInfo, error) {
	by.ID += "-probe"
	by.Operation = "looking who has the lock"
	holder, err := l.requestLock(ctx, by)
	if err != nil || holder != nil {
		return holder, err
	}
	return nil, l.releaseLock(ctx, by)
}

// CheckLock implements state.Blob. Not every server notices by itself, when it is
// written to, that the lock is another's.
func (l *httpLock) CheckLock(ctx context.Context) error {
	held := l.holding()
	if held == nil {
		return nil
	}
	holder, err := l.probeLock(ctx, *held)
	switch {
	case err != nil:
		return err
	case holder == nil:
		return fmt.Errorf("%w: the server has just given it to somebody else, so it forgot who had it, or gives it to everybody", state.ErrLockLost)
	case holder.ID != "" && holder.ID != held.ID:
		return fmt.Errorf("%w: the server says that %q has it", state.ErrLockLost, holder.ID)
	}
	return nil
}

// lockedError is what a refused write means.
func (l *httpLock) lockedError(a *httpResponse) error {
	held := l.holding()
	holder := lockHolder(a)
	if held != nil && holder.ID != held.ID {
		return fmt.Errorf("%w: the server lets only its holder write", state.ErrLockLost)
	}
	if holder.ID == "" {
		return errors.New("the server lets only the holder of the lock write, which is somebody else")
	}
	return fmt.Errorf("the server lets only the holder of the lock write, which is %q (%s, ID %s)", holder.Who, holder.Operation, holder.ID)
}

// FindLock implements state.Blob.
func (l *httpLock) FindLock(ctx context.Context, id string) (state.LockInfo, error) {
	holder, err := l.findLock(ctx, id)
	if err == nil {
		l.mu.Lock()
		l.held = &holder
		l.mu.Unlock()
	}
	return holder, err
}

func (l *httpLock) findLock(ctx context.Context, id string) (state.LockInfo, error) {
	if l.lock == nil {
		return state.LockInfo{}, fmt.Errorf("the state %s has no lock: lock_address is not set", l.place)
	}
	holder, err := l.probeLock(ctx, identified(state.LockInfo{ID: "livery", Who: "force-unlock"}, l.place))
	switch {
	case err != nil:
		return state.LockInfo{}, err
	case holder == nil:
		return state.LockInfo{}, notLockedError(l.place)
	case holder.ID == "":
		holder = &state.LockInfo{ID: id} // the server does not say, so it has to judge
	}
	return *holder, checkLockID(l.place, id, holder.ID)
}

// Break implements state.Blob. The server is told the holder's own words, which
// is what it compares.
func (l *httpLock) Break(ctx context.Context, id string) error {
	holder, err := l.findLock(ctx, id)
	if err != nil {
		return err
	}
	a, err := l.send(ctx, l.unlockMethod, l.unlock, holder)
	if err != nil || a.isSuccess() {
		return err
	}
	return statusError(a, l.unlock)
}
