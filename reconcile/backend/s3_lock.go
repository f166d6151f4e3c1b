package backend

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"livery/reconcile/state"
)

// nobody is what the lock's object holds while nobody has the lock. It stays when
// it is released: to delete it under a condition is more than most servers can, and
// without one it might be the next holder's.
const nobody = "{}"

// s3Hold is a lock that was taken.
type s3Hold struct {
	info state.LockInfo
	etag string // of the lock's object, while it is ours
}

func (p *s3Place) lockKey() string { return p.key + ".lock" }

// lockObject is the lock as it is.
type lockObject struct {
	object
	info state.LockInfo // whose it is
	free bool
}

func (p *s3Place) readLock(ctx context.Context) (lockObject, error) {
	return again(ctx, p.retry, func() (lockObject, error) { return p.readLockOnce(ctx) })
}

func (p *s3Place) readLockOnce(ctx context.Context) (lockObject, error) {
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
func (p *s3Place) StaleHolder() (state.LockInfo, bool) { return state.LockInfo{}, false }

// Lock implements state.Blob.
func (p *s3Place) Lock(ctx context.Context, info state.LockInfo) (func() error, error) {
	info = signed(info, p.String())
	words, err := json.Marshal(info)
	if err != nil {
		return nil, err
	}
	hold, err := again(ctx, p.retry, func() (*s3Hold, error) { return p.take(ctx, info, words) })
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	p.held = hold
	p.mu.Unlock()
	return sync.OnceValue(func() error { return p.letGo(hold) }), nil
}

// take takes the lock once, or says who has it.
func (p *s3Place) take(ctx context.Context, info state.LockInfo, words []byte) (*s3Hold, error) {
	lock, err := p.readLockOnce(ctx)
	switch {
	case err != nil:
		return nil, err
	case lock.info.ID == info.ID: // the answer to an earlier try was lost
		return &s3Hold{info, lock.etag}, nil
	case !lock.free:
		return nil, &state.LockedError{Info: lock.info, Err: fmt.Errorf("the object %s says so", p.lockKey())}
	}
	etag, err := p.write(ctx, p.lockKey(), words, lock.condition())
	if err == errLost {
		return nil, &unsentError{errors.New("others took and released the lock all the time; try again")}
	}
	if err != nil {
		return nil, err
	}
	hold := &s3Hold{info, etag}
	if lock.etag == "" { // nobody has used the place before
		if err := p.proveWith(ctx, words); err != nil {
			return nil, errors.Join(err, p.letGo(hold))
		}
	}
	return hold, nil
}

func (p *s3Place) letGo(hold *s3Hold) error {
	p.mu.Lock()
	if p.held == hold {
		p.held = nil
	}
	p.mu.Unlock()
	err := p.clear(context.Background(), hold.etag)
	if err == errLost {
		return nil // it was broken, or an earlier try had arrived
	}
	return err
}

// clear replaces the lock by nobody.
func (p *s3Place) clear(ctx context.Context, etag string) error {
	_, err := again(ctx, p.retry, func() (string, error) {
		return p.write(ctx, p.lockKey(), []byte(nobody), condition(etag))
	})
	return err
}

// stillHeld is ErrLockLost when the lock that this value took is not its own any
// more.
func (p *s3Place) stillHeld(ctx context.Context) error {
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
func (p *s3Place) Break(ctx context.Context, id string) error {
	lock, err := p.readLock(ctx)
	switch {
	case err != nil:
		return err
	case lock.free:
		return notLocked(p.String())
	case lock.info.ID == "":
		return fmt.Errorf("the object %s of the bucket %s is no lock; if no run uses the state, delete it", p.lockKey(), p.bucket)
	}
	if err := faultOfID(p.String(), id, lock.info.ID); err != nil {
		return err
	}
	if err := p.clear(ctx, lock.etag); err == errLost {
		return fmt.Errorf("the lock of the state %s has just changed hands; look again", p)
	} else if err != nil {
		return err
	}
	return nil
}

// prove makes sure that the server keeps to conditions before a state is first
// written: one that ignores them would let two runs overwrite each other.
func (p *s3Place) prove(ctx context.Context) error {
	p.mu.Lock()
	proved := p.proved
	p.mu.Unlock()
	if proved {
		return nil
	}
	lock, err := p.readLock(ctx)
	if err != nil {
		return err
	}
	if lock.etag == "" {
		lock.data = []byte(nobody)
		if _, err := p.write(ctx, p.lockKey(), lock.data, absent); err != nil && err != errLost {
			return err
		}
	}
	return p.proveWith(ctx, lock.data)
}

// proveWith writes the lock under conditions that do not hold: that there is none,
// and that it is another. What is written is what is there, so that nothing is lost
// on a server that writes it.
func (p *s3Place) proveWith(ctx context.Context, words []byte) error {
	for _, on := range []condition{absent, `"00000000000000000000000000000000"`} {
		_, err := again(ctx, p.retry, func() (string, error) { return p.write(ctx, p.lockKey(), words, on) })
		switch {
		case err == nil:
			return fmt.Errorf("the server %s ignores the conditions If-Match and If-None-Match, without which two runs could overwrite each other's state. Use one that keeps to them, as Amazon S3 does, or another backend", p.server)
		case err != errLost:
			return err
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.proved = true
	return nil
}
