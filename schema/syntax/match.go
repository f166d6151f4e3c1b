package syntax

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// ErrAbsolutePattern says that a pattern is not relative.
var ErrAbsolutePattern = errors.New("the pattern is absolute; it is relative to the path before it")

// maxLooks is how many directories and files one pattern may look at.
const maxLooks = 100_000

// Match lists the regular files below a directory that a pattern names,
// relative to the directory.
func (f *Files) Match(dir, pattern string) ([]string, error) {
	base, err := f.resolve(dir)
	if err != nil {
		return nil, err
	}
	if path.IsAbs(pattern) {
		return nil, ErrAbsolutePattern
	}
	if !doublestar.ValidatePattern(pattern) {
		return nil, fmt.Errorf("failed to glob pattern %q: %w", path.Join(dir, pattern), doublestar.ErrBadPattern)
	}
	start := base
	pattern = path.Clean(pattern)
	for strings.HasPrefix(pattern, "../") { // an fs.FS cannot climb
		start, pattern = rooted(start, ".."), pattern[len("../"):]
	}
	f.depend(start + "/")
	walk := &patientFS{dir: start, files: f}
	matches, err := doublestar.Glob(walk, pattern, doublestar.WithNoFollow())
	if err != nil {
		return nil, fmt.Errorf("failed to glob pattern %q: %w", path.Join(dir, pattern), err)
	}
	if walk.looks > maxLooks {
		return nil, fmt.Errorf("the pattern %q looks at more than %d files", pattern, maxLooks)
	}
	var names []string
	for _, match := range matches {
		if info, err := fs.Stat(f.fsys, rooted(start, match)); err == nil && info.Mode().IsRegular() {
			names = append(names, from(base, rooted(start, match)))
		}
	}
	return names, nil
}

// from names a path as seen from a directory; both are paths of an fs.FS.
func from(dir, p string) string { return (&Files{dir: dir}).Relative(p) }

// patientFS is the file system below a directory, for as long as not too much
// of it is asked for: a pattern may climb to the root of the machine.
type patientFS struct {
	files *Files
	dir   string
	looks int
}

func (p *patientFS) look(name string, weight int) (string, error) {
	if p.looks += weight; p.looks > maxLooks {
		return "", fs.ErrPermission
	}
	return rooted(p.dir, name), nil
}

func (p *patientFS) Open(name string) (fs.File, error) {
	full, err := p.look(name, 1)
	if err != nil {
		return nil, err
	}
	return p.files.fsys.Open(full)
}

func (p *patientFS) Stat(name string) (fs.FileInfo, error) {
	full, err := p.look(name, 1)
	if err != nil {
		return nil, err
	}
	return fs.Stat(p.files.fsys, full)
}

func (p *patientFS) ReadDir(name string) ([]fs.DirEntry, error) {
	full, err := p.look(name, 1)
	if err != nil {
		return nil, err
	}
	entries, err := fs.ReadDir(p.files.fsys, full)
	if err == nil {
		_, err = p.look(name, len(entries))
	}
	return entries, err
}

// Glob lists the files that a pattern relative to the stack names. Only the
// pattern is one: the directory of the stack may hold any character.
func (f *Files) Glob(pattern string) ([]string, error) {
	base, pattern := doublestar.SplitPattern(pattern)
	base = rooted(f.dir, base)
	dir, err := fs.Sub(f.fsys, base)
	if err != nil {
		return nil, err
	}
	names, err := doublestar.Glob(dir, pattern, doublestar.WithFilesOnly(), doublestar.WithNoFollow())
	for i, name := range names {
		names[i] = path.Join(base, name)
	}
	return names, err
}
