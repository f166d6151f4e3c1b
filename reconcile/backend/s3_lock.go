package backend

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"livery/reconcile/state"
)

// unlockedContent is what the lock's object holds while nobody has the lock. It stays when
// it is released: to delete it under a condition is more than most servers can, and
// without one it might be the next holder's.
const unlockedContent = "{}"

// s3Hold is a lock that was taken.
type s3Hold struct {
	info state.LockInfo
	etag string // of the lock's object, while it is ours
}

func (p *s3Blob) lockKey() string { return p.key + ".lock" }

// lockObject is the lock as it is.
type lockObject struct {
	object
	info state.LockInfo // whose it is
	free bool
}

func (p *s3Blob) readLock(ctx context.Context) (lockObject, error) {
	return retry(ctx, p.retry, func() (lockObject, error) { return p.readLockOnce(ctx) })
}

func (p *s3Blob) readLockOnce(ctx context.Context) (lockObject, error) {
	o, err := p.readOnce(ctx, p.lockKey())
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
func (p *s3Blob) StaleHolder() (state.LockInfo, bool) { return state.LockInfo{}, false }

// Lock implements state.Blob.
func (p *s3Blob) Lock(ctx context.Context, info state.LockInfo) (func() error, error) {
	info = identified(info, p.String())
	content, err := json.Marshal(info)
	if err != nil {
		return nil, err
	}
	hold, err := retry(ctx, p.retry, func() (*s3Hold, error) { return p.tryLock(ctx, info, content) })
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	p.held = hold
	p.mu.Unlock()
	return sync.OnceValue(func() error { return p.release(hold) }), nil
}

// tryLock takes the lock once, or says who has it.
func (p *s3Blob) tryLock(ctx context.Context, info state.LockInfo, content []byte) (*s3Hold, error) {
	lock, err := p.readLockOnce(ctx)
	switch {
	case err != nil:
		return nil, err
	case lock.info.ID == info.ID: // the answer to an earlier try was lost
		return &s3Hold{info, lock.etag}, nil
	case !lock.free:
		return nil, &state.LockedError{Info: lock.info, Err: fmt.Errorf("the object %s says so", p.lockKey())}
	}
	etag, err := p.write(ctx, p.lockKey(), content, lock.condition())
	if err == errLost {
		return nil, &unsentError{errors.New("others took and released the lock all the time; try again")}
	}
	if err != nil {
		return nil, err
	}
	hold := &s3Hold{info, etag}
	if lock.etag == "" { // nobody has used the place before
		if err := p.checkConditionsWith(ctx, content); err != nil {
			return nil, errors.Join(err, p.release(hold))
		}
	}
	return hold, nil
}

func (p *s3Blob) release(hold *s3Hold) error {
	p.mu.Lock()
	if p.held == hold {
		p.held = nil
	}
	p.mu.Unlock()
	err := p.clearLock(context.Background(), hold.etag)
	if err == errLost {
		return nil // it was broken, or an earlier try had arrived
	}
	return err
}

// clearLock replaces the lock by unlockedContent.
func (p *s3Blob) clearLock(ctx context.Context, etag string) error {
	_, err := retry(ctx, p.retry, func() (string, error) {
		return p.write(ctx, p.lockKey(), []byte(unlockedContent), condition(etag))
	})
	return err
}

// checkLockHeld is ErrLockLost when the lock that this value took is not its own any
// more.
func (p *s3Blob) checkLockHeld(ctx context.Context) error {
	p.mu.Lock()
	held := p.held
	p.mu.Unlock()
	if held == nil {
		return nil
	}
	lock, err := p.readLock(ctx)
	if err == nil && lock.info.ID != held.info.ID {
		return state.ErrLockLost
	}
	return err
}

// Break implements state.Blob.
func (p *s3Blob) Break(ctx context.Context, id string) error {
	lock, err := p.readLock(ctx)
	switch {
	case err != nil:
		return err
	case lock.free:
		return notLockedError(p.String())
	case lock.info.ID == "":
		return fmt.Errorf("the object %s of the bucket %s is no lock; if no run uses the state, delete it", p.lockKey(), p.bucket)
	}
	if err := checkLockID(p.String(), id, lock.info.ID); err != nil {
		return err
	}
	if err := p.clearLock(ctx, lock.etag); err == errLost {
		return fmt.Errorf("the lock of the state %s has just changed hands; look again", p)
	} else if err != nil {
		return err
	}
	return nil
}

// checkConditions makes sure that the server keeps to conditions before a state is first
// written: one that ignores them would let two runs overwrite each other.
func (p *s3Blob) checkConditions(ctx context.Context) error {
	p.mu.Lock()
	conditionsChecked := p.conditionsChecked
	p.mu.Unlock()
	if conditionsChecked {
		return nil
	}
	lock, err := p.readLock(ctx)
	if err != nil {
		return err
	}
	if lock.etag == "" {
		lock.data = []byte(unlockedContent)
		if _, err := p.write(ctx, p.lockKey(), lock.data, absent); err != nil && err != errLost {
			return err
		}
	}
	return p.checkConditionsWith(ctx, lock.data)
}

// checkConditionsWith writes the lock under conditions that do not hold: that there is none,
// and that it is another. What is written is what is there, so that nothing is lost
// on a server that writes it.
func (p *s3Blob) checkConditionsWith(ctx context.Context, content []byte) error {
	for _, on := range []condition{absent, `"00000000000000000000000000000000"`} {
		_, err := retry(ctx, p.retry, func() (string, error) { return p.write(ctx, p.lockKey(), content, on) })
		switch {
		case err == nil:
			return fmt.Errorf("the server %s ignores the conditions If-Match and If-None-Match, without which two runs could overwrite each other's state. Use one that keeps to them, as Amazon S3 does, or another backend", p.server)
		case err != errLost:
			return err
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.conditionsChecked = true
	return nil
}
