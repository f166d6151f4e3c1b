package backend

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/gofrs/flock"

	"livery/reconcile/state"
)

// fileLock is a lock that is, or was, ours.
type fileLock struct {
	name string // of the lock file
	id   string
	file *flock.Flock
}

// lockPath is the file that is locked. Beside it, with the ending .info, lies
// the LockInfo of its holder.
func lockPath(path string) string {
	return filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".lock")
}

// isValid reports whether the file that was locked is still the one that others
// will try to lock: Break removes it.
func (h *fileLock) isValid() bool {
	if !isSameFile(h.file, h.name) {
		return false
	}
	info, err := readInfo(h.name)
	return err != nil || info.ID == h.id // somebody may have tidied the info away; that unlocks nothing
}

func isSameFile(file *flock.Flock, name string) bool {
	locked, err := file.Stat()
	if err != nil {
		return false
	}
	named, err := os.Stat(name)
	return err == nil && os.SameFile(locked, named)
}

func readInfo(name string) (info state.LockInfo, err error) {
	data, err := os.ReadFile(name + ".info")
	if err == nil {
		err = json.Unmarshal(data, &info)
	}
	return info, err
}

// Lock implements state.Blob. The lock ends with the process that took it, even
// when it is killed; what it leaves is taken over.
func (l *localBlob) Lock(ctx context.Context, info state.LockInfo) (func() error, error) {
	if err := ctx.Err(); err != nil {
		return nil, context.Cause(ctx)
	}
	path, err := resolveAndCreateDir(l.path)
	if err != nil {
		return nil, err
	}
	directory, err := lockDirectory(ctx, filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	defer directory.Close()
	h := &fileLock{name: lockPath(path), id: info.ID}
	if h.file, err = lockFile(h.name); err != nil {
		return nil, err
	}
	staleHolder, leftErr := readInfo(h.name) // whoever goes in order takes it away
	if err := writeInfo(h.name, identified(info, l.name)); err != nil {
		return nil, errors.Join(err, h.free())
	}
	l.mu.Lock()
	l.held, l.staleHolder = h, nil
	if leftErr == nil {
		l.staleHolder = &staleHolder
	}
	l.mu.Unlock()
	return sync.OnceValue(func() error { return l.unlock(h) }), nil
}

// StaleHolder implements state.Blob.
func (l *localBlob) StaleHolder() (state.LockInfo, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.staleHolder == nil {
		return state.LockInfo{}, false
	}
	return *l.staleHolder, true
}

// lockFile locks the file of that name, or says who has.
func lockFile(name string) (*flock.Flock, error) {
	for {
		file := flock.New(name)
		ok, err := file.TryLock()
		if err != nil {
			return nil, fmt.Errorf("%w; where files cannot be locked, use -lock=false", err)
		}
		if !ok {
			info, _ := readInfo(name) // without it, there is just less to say
			return nil, &state.LockedError{Info: info, Err: errors.New("resource temporarily unavailable")}
		}
		// Between opening and locking, the file may have been removed by its
		// last holder or by Break: then this lock keeps nobody out.
		if isSameFile(file, name) {
			return file, nil
		}
		if err := file.Close(); err != nil {
			return nil, err
		}
	}
}

func writeInfo(name string, info state.LockInfo) error {
	data, err := json.Marshal(info)
	if err != nil {
		return err
	}
	return os.WriteFile(name+".info", data, 0o600)
}

func (l *localBlob) unlock(h *fileLock) error {
	// Even when the directory cannot be locked in time, the lock is
	// still released.
	if directory, err := lockDirectory(context.Background(), filepath.Dir(h.name)); err == nil {
		defer directory.Close()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held == h {
		l.held = nil
	}
	return h.free()
}

// free releases the lock and takes its files away, unless they are another's.
func (h *fileLock) free() error {
	if h.isValid() {
		_ = remove(h.name) // a file that stays is locked anew the next time
	}
	return h.file.Close()
}

func remove(name string) error {
	var failed error
	for _, n := range []string{name + ".info", name} {
		if err := os.Remove(n); err != nil && !errors.Is(err, fs.ErrNotExist) {
			failed = err
		}
	}
	return failed
}

// Break implements state.Blob. The holder, if it still lives, cannot write any
// more.
func (l *localBlob) Break(ctx context.Context, id string) error {
	path, err := resolveLinks(l.path)
	if err != nil {
		return err
	}
	directory, err := lockDirectory(ctx, filepath.Dir(path))
	if err != nil {
		return err
	}
	defer directory.Close()
	name := lockPath(path)
	info, err := readInfo(name)
	switch {
	case err != nil && !isHeld(name):
		return notLockedError(l.name)
	case err != nil:
		return fmt.Errorf("the state %s is locked by a process that left no word about itself; if it is gone for good, remove %s by hand", l.name, name)
	}
	if err := checkLockID(l.name, id, info.ID); err != nil {
		return err
	}
	return remove(name)
}

// isHeld reports whether somebody holds the lock file.
func isHeld(name string) bool {
	if _, err := os.Stat(name); err != nil {
		return false
	}
	file := flock.New(name)
	ok, err := file.TryLock()
	if ok {
		file.Close()
	}
	return !ok && err == nil
}
