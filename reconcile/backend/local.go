package backend

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/gofrs/flock"

	"livery/reconcile/state"
)

// maxSize is far beyond any state. What is larger is a mistake that should not
// end in the memory running out.
const maxSize = 64 << 20

// directoryTimeout is how long a write waits for another process that is just writing
// in the same directory.
const directoryTimeout = 30 * time.Second

// Local keeps the state in a file on this machine. A symbolic link is followed:
// what it points to is replaced, and backup and lock stay beside that.
func Local(path string) state.Blob { return LocalIn("", path) }

// LocalIn is Local for a path that may be relative to a directory other than that
// of the process. Messages name the path as it was given.
func LocalIn(dir, path string) state.Blob {
	at := path
	if dir != "" && dir != "." && !filepath.IsAbs(path) {
		at = filepath.Join(dir, path)
	}
	return &localBlob{path: at, name: path}
}

type localBlob struct {
	path string
	name string // as it was given

	mu          sync.Mutex
	held        *fileLock       // the lock that this value took, even after it was broken
	staleHolder *state.LockInfo // what a dead holder left when it was taken
	lastPut     state.Revision  // what this value wrote last since it was read
}

// String implements state.Blob.
func (l *localBlob) String() string { return l.name }

// Close implements state.Blob. Files are open for as long as they are read or
// written, and no longer.
func (l *localBlob) Close() {}

// Capabilities implements state.Blob.
func (l *localBlob) Capabilities() state.Capabilities {
	return state.Capabilities{Locks: true, SystemLocks: true}
}

// Exists implements state.Blob. It does not read the file, which may be large.
func (l *localBlob) Exists(context.Context) (bool, error) {
	_, err := os.Stat(l.path)
	return !errors.Is(err, fs.ErrNotExist), nil // whoever reads it is told what is wrong
}

// Get implements state.Blob.
func (l *localBlob) Get(ctx context.Context) ([]byte, state.Revision, error) {
	path, err := l.pathToRead(ctx)
	if err != nil {
		return nil, "", err
	}
	data, _, err := read(path)
	if err != nil {
		return nil, "", err
	}
	l.mu.Lock()
	l.lastPut = ""
	l.mu.Unlock()
	return data, revisionOf(data), nil
}

// Put implements state.Blob. What was there before the first Put since Get is
// kept with the ending .backup, so that the checkpoints of one run do not push
// out the state before it.
func (l *localBlob) Put(ctx context.Context, data []byte, ifRevision state.Revision) (state.Revision, error) {
	if len(data) > maxSize {
		return "", tooLargeError(l.name)
	}
	path, directory, err := l.pathToWrite(ctx)
	if err != nil {
		return "", err
	}
	defer directory.Close()
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.held.check(); err != nil {
		return "", err
	}
	there, info, err := read(path)
	if err != nil {
		return "", err
	}
	if revisionOf(there) != ifRevision {
		return "", state.ErrStale
	}
	if directory.Locked() {
		removeTemp(path)
	}
	backupPath := ""
	if info != nil && (l.lastPut == "" || l.lastPut != ifRevision) && !isWorseThan(there, path+".backup") {
		backupPath = path + ".backup"
	}
	if err := replace(path, data, info, backupPath); err != nil {
		return "", err
	}
	l.lastPut = revisionOf(data)
	return l.lastPut, nil
}

// isWorseThan reports whether a state is damaged and the copy of the one before is not:
// that copy is the way out of the damage, and stays.
func isWorseThan(damaged []byte, backupPath string) bool {
	if state.IsReadable(damaged) {
		return false
	}
	before, _, err := read(backupPath)
	return err == nil && before != nil && state.IsReadable(before)
}

// Revisions are compared within one process. No content can be made to have that of
// another one: it would have to know these.
var revisionSeeds = [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}

// revisionOf is "" for no file at all, which nil stands for.
func revisionOf(data []byte) state.Revision {
	if data == nil {
		return ""
	}
	return state.Revision(fmt.Sprintf("%016x%016x", maphash.Bytes(revisionSeeds[0], data), maphash.Bytes(revisionSeeds[1], data)))
}

// resolveLinks gives the path behind symbolic links, whether or not anything is there.
func resolveLinks(path string) (string, error) {
	const most = 40 // as many as Linux follows
	for at, i := path, 0; i < most; i++ {
		info, err := os.Lstat(at)
		if errors.Is(err, fs.ErrNotExist) {
			return at, nil
		}
		if err != nil {
			return "", err
		}
		if info.Mode()&fs.ModeSymlink == 0 {
			return at, nil
		}
		target, err := os.Readlink(at)
		if err != nil {
			return "", err
		}
		if !filepath.IsAbs(target) {
			target = filepath.Join(filepath.Dir(at), target)
		}
		at = target
	}
	return "", fmt.Errorf("%s: too many symbolic links", path)
}

// pathToRead is the path behind symbolic links.
func (l *localBlob) pathToRead(ctx context.Context) (string, error) {
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	return resolveLinks(l.path)
}

// pathToWrite is the path behind symbolic links, with its directory there and locked.
func (l *localBlob) pathToWrite(ctx context.Context) (path string, directory *flock.Flock, err error) {
	if path, err = l.pathToRead(ctx); err != nil {
		return "", nil, err
	}
	if err = os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return "", nil, err
	}
	directory, err = lockDirectory(ctx, filepath.Dir(path))
	return path, directory, err
}

// Peek is what is in the file of a local state, without a revision, since it may be
// changed at once; nil for none that can be read.
func Peek(path string) []byte {
	path, err := resolveLinks(path)
	if err != nil {
		return nil
	}
	data, _, err := read(path)
	if err != nil {
		return nil
	}
	return data
}

// read gives nil twice when there is no file.
func read(path string) ([]byte, fs.FileInfo, error) {
	// Looked at before it is opened: opening a pipe would wait for its writer.
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, nil, fmt.Errorf("%s is %s, not a regular file", path, describeMode(info.Mode()))
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	data := bytes.NewBuffer(make([]byte, 0, min(info.Size(), maxSize)+bytes.MinRead))
	if _, err := data.ReadFrom(io.LimitReader(f, maxSize+1)); err != nil { // it may have grown since
		return nil, nil, err
	}
	if data.Len() > maxSize {
		return nil, nil, tooLargeError(path)
	}
	return data.Bytes(), info, nil
}

func describeMode(m fs.FileMode) string {
	switch {
	case m.IsDir():
		return "a directory"
	case m&fs.ModeNamedPipe != 0:
		return "a named pipe"
	case m&fs.ModeSocket != 0:
		return "a socket"
	default:
		return "a device"
	}
}

func tooLargeError(path string) error {
	return fmt.Errorf("%s is larger than %d MB, which no state is", path, maxSize>>20)
}

// replace puts data where info describes what is there now; info is nil when
// there is nothing. At every moment path holds the whole old or the whole new
// content. What was there is kept as backupPath, unless that is "".
func replace(path string, data []byte, info fs.FileInfo, backupPath string) (err error) {
	mode := fs.FileMode(0o600)
	if info != nil {
		mode = info.Mode().Perm()
	}
	fresh, err := writeTemp(path, data, mode)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(fresh)
		}
	}()
	if backupPath != "" {
		if err := backup(path, backupPath, mode); err != nil {
			return fmt.Errorf("keeping the state before as %s: %w", backupPath, err)
		}
	}
	if err := os.Rename(fresh, path); err != nil {
		return err
	}
	return syncDirectory(filepath.Dir(path))
}

// writeTemp writes a file beside path and sees it safely to the disk.
func writeTemp(path string, data []byte, mode fs.FileMode) (name string, err error) {
	before, after := tempAffixes(path)
	f, err := os.CreateTemp(filepath.Dir(path), before+"*"+after)
	if err != nil {
		return "", err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	if _, err := f.Write(data); err != nil {
		return "", err
	}
	if err := f.Chmod(mode); err != nil && runtime.GOOS != "windows" {
		return "", err
	}
	if err := f.Sync(); err != nil {
		return "", err
	}
	return f.Name(), f.Close()
}

// tempAffixes gives what the names of the temporary files begin and end with.
func tempAffixes(path string) (before, after string) {
	return "." + filepath.Base(path) + ".", ".tmp"
}

// backup makes path's content that of backupPath as well. It never leaves path empty: a
// second link, or a copy where there are no links, takes the backup's name.
func backup(path, backupPath string, mode fs.FileMode) error {
	before, after := tempAffixes(path)
	linked := filepath.Join(filepath.Dir(path), before+"backup"+after)
	if err := os.Link(path, linked); err != nil {
		data, _, err := read(path)
		if err != nil {
			return err
		}
		if linked, err = writeTemp(path, data, mode); err != nil {
			return err
		}
	}
	// Renaming a link onto another one of the same file does nothing and leaves
	// both, as after a crash between this and the next rename.
	defer os.Remove(linked)
	return os.Rename(linked, backupPath)
}

// removeTemp removes what a killed process left. The directory must be locked: then nobody
// else is writing.
func removeTemp(path string) {
	before, after := tempAffixes(path)
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return // the write that follows says what is wrong
	}
	for _, e := range entries {
		if name := e.Name(); strings.HasPrefix(name, before) && strings.HasSuffix(name, after) {
			os.Remove(filepath.Join(filepath.Dir(path), name))
		}
	}
}

// syncDirectory makes a rename outlast a power failure, where the system can.
func syncDirectory(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if errors.Is(err, fs.ErrPermission) {
		return nil // it may be written but not read
	}
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) && !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	return nil
}

// lockDirectory keeps other processes from writing in the directory for the length of a
// comparison and a rename, so that a conditional write is one even when nobody
// holds the lock. It locks the directory itself and leaves no file behind. On a
// system that cannot open a directory as a file, as on Windows, what it returns is
// not locked, and all goes on: there only the lock of the state keeps two writers
// apart, so -lock=false is safe on Windows for one process alone.
func lockDirectory(ctx context.Context, dir string) (*flock.Flock, error) {
	waiting, cancel := context.WithTimeout(ctx, directoryTimeout)
	defer cancel()
	directory := flock.New(dir, flock.SetFlag(os.O_RDONLY))
	_, err := directory.TryLockContext(waiting, 5*time.Millisecond)
	switch {
	case ctx.Err() != nil:
		directory.Close()
		return nil, context.Cause(ctx)
	case errors.Is(err, context.DeadlineExceeded):
		return nil, fmt.Errorf("another process has been writing in %s for %s", dir, directoryTimeout)
	}
	return directory, nil
}
