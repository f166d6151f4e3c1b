package syntax

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"unicode/utf8"

	"livery/schema/cache"
)

// MaxFile is the size in bytes of the largest file that is read.
const MaxFile = 10 << 20

// Files is access to what lies beside a stack. Names are relative to the stack
// and may climb out of it with "..". What expressions read is read at most once
// and remembered, faults included; all methods are safe for concurrent use.
type Files struct {
	fsys fs.FS
	dir  string // the stack, as a path in fsys

	contents Memo[[]byte]
	matches  Memo[[]string]
	looks    atomic.Int64 // of patterns
	used     sync.Map     // a look of each lookKey that was looked at
	links    sync.Map     // what else each path depends on that leads through links
	outside  sync.Map     // texts of files outside the stack
	plain    sync.Map     // directories on the way to files that are no links
	asking   string       // the file that asks, relative to the stack

	// Seen is told of each path that is looked at and of the file that asks; read says that
	// the bytes of the file are the answer. It may be nil.
	Seen func(p, askedBy string, read bool)

	Shared *cache.Cache // with other stacks; may be nil
}

// NewFiles gives access to files relative to dir. The file system is rooted
// where absolute paths begin; dir is a slash path in it, with or without the
// leading slash.
func NewFiles(fsys fs.FS, dir string) *Files {
	return &Files{fsys: fsys, dir: rooted("/", dir)}
}

// rooted is the path in an fs.FS of a name that is relative to dir.
func rooted(dir, name string) string {
	return cmp.Or(strings.TrimPrefix(path.Join("/", dir, name), "/"), ".")
}

// ErrPath says that a name cannot be one of a file beside the stack.
var ErrPath = errors.New("not a usable path")

type pathError string

func (e pathError) Error() string        { return string(e) }
func (e pathError) Is(target error) bool { return target == ErrPath }

// resolve is the path in the file system of a name relative to the stack.
func (f *Files) resolve(name string) (string, error) {
	switch {
	case name == "":
		return "", pathError("the path is empty")
	case path.IsAbs(name) || filepath.IsAbs(name):
		return "", pathError("the path is absolute; name files relative to the stack")
	case strings.ContainsRune(name, 0):
		return "", pathError("the path contains a NUL character")
	}
	return rooted(f.dir, name), nil
}

// Relative names a path of the file system as seen from the stack.
func (f *Files) Relative(p string) string {
	rel, err := filepath.Rel("/"+f.dir, path.Join("/", p))
	if err != nil {
		return p // cannot be: both are absolute
	}
	return filepath.ToSlash(rel)
}

// Read gives the bytes of a regular file of at most 10 MB. The name counts as a
// dependency whether or not it can be read: its appearance changes the answer.
func (f *Files) Read(name string) ([]byte, error) {
	p, err := f.resolve(name)
	if err != nil {
		return nil, err
	}
	f.see(lookKey{path: p}, nil)
	return f.Peek(p)
}

// Peek gives the bytes of the file at a path, which does not become a dependency.
func (f *Files) Peek(p string) ([]byte, error) {
	return f.contents.Do(p, func() ([]byte, error) { return f.load(p) })
}

// Text is read for files that must be UTF-8.
func (f *Files) Text(name string) (string, error) {
	src, err := f.Read(name)
	if err != nil {
		return "", err
	}
	if !utf8.Valid(src) {
		return "", ErrNotText
	}
	text := string(src)
	if f.Outside(name) != nil {
		f.outside.Store(text, nil)
	}
	return text, nil
}

// ErrNotText says that a file that must be text is none.
var ErrNotText = errors.New("not valid UTF-8")

// Open is Read that does not keep the bytes: configuration is read once by its nature.
func (f *Files) Open(name string) ([]byte, error) {
	p, err := f.resolve(name)
	if err != nil {
		return nil, err
	}
	f.see(lookKey{path: p}, nil)
	return f.load(p)
}

// ownFiles are the names that count in a stack's directory.
const ownFiles = "*.{livery,auto.liveryvars}.{hcl,json}"

// List is what lies in the stack's directory.
func (f *Files) List() ([]fs.DirEntry, error) {
	dir := rooted(f.dir, "")
	f.see(lookKey{dir, Listing, ownFiles}, nil)
	return fs.ReadDir(f.fsys, dir)
}

// Exists reports whether name is a regular file.
func (f *Files) Exists(name string) (bool, error) {
	p, err := f.resolve(name)
	if err != nil {
		return false, err
	}
	f.see(lookKey{path: p, kind: Presence}, nil)
	info, err := f.stat(p)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, err
	case info.Mode().IsRegular():
		return true, nil
	case info.IsDir():
		return false, fmt.Errorf("%q is a directory, not a file", name)
	default:
		return false, fmt.Errorf("%q is not a regular file, but %q", name, info.Mode().String())
	}
}

func (f *Files) load(p string) ([]byte, error) {
	info, err := f.stat(p) // before opening: to open a pipe blocks until somebody writes to it
	switch {
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, fmt.Errorf("%s is a directory", f.Relative(p))
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is not a regular file", f.Relative(p))
	}
	file, err := f.fsys.Open(p)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	src := bytes.NewBuffer(make([]byte, 0, info.Size()+bytes.MinRead))
	_, err = src.ReadFrom(io.LimitReader(file, MaxFile+1)) // it may have grown since
	switch {
	case err != nil:
		return nil, err
	case src.Len() > MaxFile:
		return nil, fmt.Errorf("%s is larger than %d MB", f.Relative(p), MaxFile>>20)
	}
	return src.Bytes(), nil
}

// isSystem reports whether a path is one where the system shows itself as files: among
// them are the keys that a process was given in its environment. What lies in memory
// under /dev/shm is an ordinary file.
func isSystem(p string) bool {
	top, rest, _ := strings.Cut(p, "/")
	return top == "proc" || top == "sys" || top == "dev" && rest != "" && !strings.HasPrefix(rest+"/", "shm/")
}

// readLink is where a link leads; an error if the path is none. That a directory is none is
// remembered: every file below it asks.
func (f *Files) readLink(p string, directory bool) (string, error) {
	if err, plain := f.plain.Load(p); plain {
		return "", err.(error)
	}
	target, err := fs.ReadLink(f.fsys, p)
	if err != nil && directory {
		f.plain.Store(p, err)
	}
	return target, err
}

// stat says what is at a path, and refuses one that leads there, by whatever links. These
// are noted.
func (f *Files) stat(p string) (fs.FileInfo, error) {
	at := ""
	var way []string
	for rest, links := strings.Split(p, "/"), 0; len(rest) > 0 && links < 64; links++ {
		next := rooted(at, rest[0])
		rest = rest[1:]
		if isSystem(next) {
			return nil, fmt.Errorf("%s is not a regular file, but one of the system", path.Join("/", p))
		}
		target, err := f.readLink(next, len(rest) > 0)
		if err != nil { // it is no link
			at = next
			links--
			continue
		}
		way = append(way, next)
		if path.IsAbs(target) {
			at = ""
		}
		rest = append(strings.Split(strings.Trim(filepath.ToSlash(target), "/"), "/"), rest...)
	}
	if len(way) > 0 {
		f.links.Store(p, append(way, rooted("", at)))
	}
	return fs.Stat(f.fsys, p)
}

// Outside is what is shared with other stacks of a file by this name, relative to the
// stack: nothing if it lies within the stack.
func (f *Files) Outside(name string) *cache.Cache {
	if strings.HasPrefix(rooted(f.dir, name)+"/", strings.TrimPrefix(f.dir+"/", "./")) {
		return nil
	}
	return f.Shared
}

// SharedText is what is shared of a text: nothing unless a file outside the stack holds it.
func (f *Files) SharedText(text string) *cache.Cache {
	if f.Shared == nil {
		return nil
	}
	if _, outside := f.outside.Load(text); !outside {
		return nil
	}
	return f.Shared
}

// Memo does each piece of work once, also when several ask for it at a time.
// The zero Memo is ready.
type Memo[V any] struct{ done sync.Map }

func (m *Memo[V]) Do(key string, work func() (V, error)) (V, error) {
	once, _ := m.done.LoadOrStore(key, sync.OnceValues(work))
	return once.(func() (V, error))()
}
