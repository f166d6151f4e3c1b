package workspace

import (
	"cmp"
	"io/fs"
	"path/filepath"
	"sync"

	"livery/schema/config"
	"livery/schema/stack"
	"livery/schema/syntax"
)

// Reads are the files that stacks are read from, there or not: what is written for somebody
// to look at, or to send on, takes the place of none of them. Several workspaces may share
// one; the zero Reads knows of no file.
type Reads struct {
	files sync.Map // by their paths from the root
}

// add notes what reading a stack looked at, and what is kept beside it.
func (r *Reads) add(dir Directory, s *stack.Stack) {
	set := s.Module.Settings.Texts
	names := []string{cmp.Or(set.Lock, config.DefaultLock), set.Notes, s.Module.Settings.Baseline, StateFile(".", s.Backend)}
	for _, d := range s.Dependencies {
		if d.Kind == syntax.Content {
			names = append(names, d.Path)
		}
	}
	for _, name := range names {
		if path, err := filepath.Abs(dir.Path(filepath.FromSlash(name))); err == nil && name != "" {
			r.files.Store(path, true)
		}
	}
}

// Check refuses a file that livery reads or keeps its state in.
func (r *Reads) Check(dir Directory, name string) error {
	if r.has(dir, name) || dir.IsPrecious(name) {
		return &fs.PathError{Op: "write", Path: name, Err: errPrecious}
	}
	return nil
}

// has reports whether a stack is read from a file. No Reads knows of no file.
func (r *Reads) has(dir Directory, name string) bool {
	path, err := filepath.Abs(dir.Path(name))
	if r == nil || err != nil {
		return false
	}
	_, read := r.files.Load(path)
	if target, err := filepath.EvalSymlinks(path); err == nil && !read {
		_, read = r.files.Load(target)
	}
	return read
}

// WriteFile writes a file as [Directory.WriteFile] does, if it passes Check.
func (r *Reads) WriteFile(dir Directory, name string, data []byte, mode fs.FileMode) error {
	if err := r.Check(dir, name); err != nil {
		return err
	}
	return dir.put(name, data, mode)
}
