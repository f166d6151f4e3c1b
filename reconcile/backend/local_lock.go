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

// check is state.ErrLockLost unless the file that was locked, if any, is still the one
// that others will try to lock: Break removes it.
func (h *fileLock) check() error {
	if h == nil {
		return nil
	}
	if !isSameFile(h.file, h.name) {
		return fmt.Errorf("%w: its lock file %s was removed or replaced", state.ErrLockLost, h.name)
	}
	if info, err := readInfo(h.name); err == nil && info.ID != h.id { // somebody may have tidied the info away; that unlocks nothing
		return fmt.Errorf("%w: the lock file %s names another run", state.ErrLockLost, h.name)
	}
	return nil
}

// CheckLock implements state.Blob. It knows what is so now.
func (l *localBlob) CheckLock(context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.held.check()
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
	path, directory, err := l.pathToWrite(ctx)
	if err != nil {
		return nil, err
	}
	defer directory.Close()
	h := &fileLock{name: lockPath(path), id: info.ID}
	mode := modeOf(path)
	if h.file, err = lockFile(h.name, mode); err != nil {
		return nil, err
	}
	staleHolder, leftErr := readInfo(h.name) // whoever goes in order takes it away
	if err := writeInfo(h.name, identified(info, l.name), mode); err != nil {
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

// modeOf is who may use what lies beside the state at path: whoever may use that.
func modeOf(path string) fs.FileMode {
	if info, err := os.Stat(path); err == nil {
		return info.Mode().Perm()
	}
	return 0o600
}

// lockFile locks the file of that name, or says who has. One that it makes has the
// mode, whatever the umask.
func lockFile(name string, mode fs.FileMode) (*flock.Flock, error) {
	for {
		file := flock.New(name, flock.SetPermissions(mode))
		ok, err := file.TryLock()
		switch {
		case errors.Is(err, fs.ErrPermission) && isThere(name):
			return nil, fmt.Errorf("%w; the lock file is another user's, whose run may be under way: wait for it. If it stays, whoever owns it, or the directory, can remove it once no run is under way", err)
		case errors.Is(err, fs.ErrPermission):
			return nil, err
		case err != nil:
			return nil, fmt.Errorf("%w; where files cannot be locked, use -lock=false", err)
		}
		if !ok {
			info, _ := readInfo(name) // without it, there is just less to say
			return nil, &state.LockedError{Info: info, Err: errors.New("resource temporarily unavailable")}
		}
		// Between opening and locking, the file may have been removed by its
		// last holder or by Break: then this lock keeps nobody out.
		if isSameFile(file, name) {
			_ = os.Chmod(name, mode) // another user's has it already
			return file, nil
		}
		if err := file.Close(); err != nil {
			return nil, err
		}
	}
}

func isThere(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

// writeInfo leaves word of who has the lock. Another user's may be there, left by a
// run that is dead.
func writeInfo(name string, info state.LockInfo, mode fs.FileMode) error {
	data, err := json.Marshal(info)
	if err != nil {
		return err
	}
	_ = os.Remove(name + ".info") // writing says what is wrong
	if err := os.WriteFile(name+".info", data, mode); err != nil {
		return err
	}
	return os.Chmod(name+".info", mode)
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
	if h.check() == nil {
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

// FindLock implements state.Blob.
func (l *localBlob) FindLock(ctx context.Context, id string) (state.LockInfo, error) {
	path, err := l.pathToRead(ctx)
	if err != nil {
		return state.LockInfo{}, err
	}
	name := lockPath(path)
	info, err := readInfo(name)
	switch {
	case errors.Is(err, fs.ErrPermission):
		return info, err
	case err != nil && !isHeld(name):
		return info, notLockedError(l.name)
	case err != nil:
		return info, fmt.Errorf("the state %s is locked by a process that left no word about itself; if it is gone for good, remove %s by hand", l.name, name)
	}
	return info, checkLockID(l.name, id, info.ID)
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
	if _, err := l.FindLock(ctx, id); err != nil {
		return err
	}
	return remove(lockPath(path))
}

// isHeld reports whether somebody holds the lock file.
func isHeld(name string) bool {
	if !isThere(name) {
		return false
	}
	file := flock.New(name)
	ok, err := file.TryLock()
	if ok {
		file.Close()
	}
	return !ok && err == nil
}
