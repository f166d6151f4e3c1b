package backend

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"livery/reconcile/state"
)

// unlockedContent is what the lock's object holds while nobody has the lock. It stays when
// it is released: to delete it under a condition is more than most servers can, and
// without one it might be the next holder's.
const unlockedContent = "{}"

// s3Lock is the lock of a state: an object that says whose it is.
type s3Lock struct {
	store *s3Store
	key   string // of the object

	mu                sync.Mutex
	held              *s3Hold     // the lock that this value took, even after it was broken
	conditionsChecked atomic.Bool // the server keeps to conditions
}

// s3Hold is a lock that was taken.
type s3Hold struct {
	info state.LockInfo
	etag string // of the lock's object, while it is ours
}

// lockObject is the lock as it is.
type lockObject struct {
	object
	info state.LockInfo // whose it is
	free bool
}

func (l *s3Lock) readLock(ctx context.Context) (lockObject, error) {
	return retry(ctx, l.store.retry, func(ctx context.Context) (lockObject, error) { return l.readLockOnce(ctx) })
}

func (l *s3Lock) readLockOnce(ctx context.Context) (lockObject, error) {
	o, err := l.store.readOnce(ctx, l.key)
	lock := lockObject{object: o}
	if err != nil {
		return lock, err
	}
	readable := json.Unmarshal(o.data, &lock.info) == nil
	lock.free = o.etag == "" || readable && lock.info.ID == ""
	return lock, nil
}

// condition of replacing the lock as it is.
func (l lockObject) condition() condition {
	if l.etag == "" {
		return absent
	}
	return condition(l.etag)
}

// StaleHolder implements state.Blob. An object does not tell that its writer is gone.
func (l *s3Lock) StaleHolder() (state.LockInfo, bool) { return state.LockInfo{}, false }

// Lock implements state.Blob.
func (l *s3Lock) Lock(ctx context.Context, info state.LockInfo) (func() error, error) {
	info = identified(info, l.store.String())
	content, err := json.Marshal(info)
	if err != nil {
		return nil, err
	}
	hold, err := retry(ctx, l.store.retry, func(ctx context.Context) (*s3Hold, error) { return l.tryLock(ctx, info, content) })
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	l.held = hold
	l.mu.Unlock()
	return sync.OnceValue(func() error { return l.release(hold) }), nil
}

// tryLock takes the lock once, or says who has it.
func (l *s3Lock) tryLock(ctx context.Context, info state.LockInfo, content []byte) (*s3Hold, error) {
	lock, err := l.readLockOnce(ctx)
	switch {
	case err != nil:
		return nil, err
	case lock.info.ID == info.ID: // the answer to an earlier try was lost
		return &s3Hold{info, lock.etag}, nil
	case !lock.free:
		return nil, &state.LockedError{Info: lock.info, Err: fmt.Errorf("the object %s says so", l.key)}
	}
	etag, err := l.store.write(ctx, l.key, content, lock.condition())
	if err == errLost {
		return nil, &unsentError{errors.New("others took and released the lock all the time; try again")}
	}
	if err != nil {
		return nil, err
	}
	hold := &s3Hold{info, etag}
	if lock.etag == "" { // nobody has used the place before
		if err := l.checkConditionsWith(ctx, content); err != nil {
			return nil, errors.Join(err, l.release(hold))
		}
	}
	return hold, nil
}

func (l *s3Lock) release(hold *s3Hold) error {
	l.mu.Lock()
	if l.held == hold {
		l.held = nil
	}
	l.mu.Unlock()
	err := l.clearLock(context.Background(), hold.etag)
	if err == errLost {
		return nil // it was broken, or an earlier try had arrived
	}
	return err
}

// clearLock replaces the lock by unlockedContent.
func (l *s3Lock) clearLock(ctx context.Context, etag string) error {
	_, err := retry(ctx, l.store.retry, func(ctx context.Context) (string, error) {
		return l.store.write(ctx, l.key, []byte(unlockedContent), condition(etag))
	})
	return err
}

// CheckLock implements state.Blob.
func (l *s3Lock) CheckLock(ctx context.Context) error {
	l.mu.Lock()
	held := l.held
	l.mu.Unlock()
	if held == nil {
		return nil
	}
	lock, err := l.readLock(ctx)
	if err == nil && lock.info.ID != held.info.ID {
		return fmt.Errorf("%w: the object %s does not name this run", state.ErrLockLost, l.key)
	}
	return err
}

// FindLock implements state.Blob.
func (l *s3Lock) FindLock(ctx context.Context, id string) (state.LockInfo, error) {
	lock, err := l.findLock(ctx, id)
	return lock.info, err
}

func (l *s3Lock) findLock(ctx context.Context, id string) (lockObject, error) {
	lock, err := l.readLock(ctx)
	switch {
	case err != nil:
		return lock, err
	case lock.free:
		return lock, notLockedError(l.store.String())
	case lock.info.ID == "":
		return lock, fmt.Errorf("the object %s of the bucket %s is no lock; if no run uses the state, delete it", l.key, l.store.bucket)
	}
	return lock, checkLockID(l.store.String(), id, lock.info.ID)
}

// Break implements state.Blob.
func (l *s3Lock) Break(ctx context.Context, id string) error {
	lock, err := l.findLock(ctx, id)
	if err != nil {
		return err
	}
	if err := l.clearLock(ctx, lock.etag); err == errLost {
		return fmt.Errorf("the lock of the state %s has just changed hands; look again", l.store)
	} else if err != nil {
		return err
	}
	return nil
}

// checkConditions makes sure that the server keeps to conditions before a state is first
// written: one that ignores them would let two runs overwrite each other.
func (l *s3Lock) checkConditions(ctx context.Context) error {
	if l.conditionsChecked.Load() {
		return nil
	}
	lock, err := l.readLock(ctx)
	if err != nil {
		return err
	}
	if lock.etag == "" {
		lock.data = []byte(unlockedContent)
		_, err := retry(ctx, l.store.retry, func(ctx context.Context) (string, error) { return l.store.write(ctx, l.key, lock.data, absent) })
		if err != nil && err != errLost {
			return err
		}
	}
	return l.checkConditionsWith(ctx, lock.data)
}

// checkConditionsWith writes the lock under conditions that do not hold: that there is none,
// and that it is another. What is written is what is there, so that nothing is lost
// on a server that writes it.
func (l *s3Lock) checkConditionsWith(ctx context.Context, content []byte) error {
	for _, on := range []condition{absent, `"00000000000000000000000000000000"`} {
		_, err := retry(ctx, l.store.retry, func(ctx context.Context) (string, error) { return l.store.write(ctx, l.key, content, on) })
		switch {
		case err == nil:
			return fmt.Errorf("the server %s ignores the conditions If-Match and If-None-Match, without which two runs could overwrite each other's state. Use one that keeps to them, as Amazon S3 does, or another backend", l.store.server)
		case err != errLost:
			return err
		}
	}
	l.conditionsChecked.Store(true)
	return nil
}
