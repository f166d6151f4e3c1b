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

// What the patterns of one stack may cost.
const (
	maxLooks        = 100_000 // directories and files that all of them together look at
	maxAlternatives = 1000    // patterns that the braces of one stand for
	maxPattern      = 4096    // bytes
)

// Match lists the regular files below a directory that a pattern names,
// relative to the directory. Only the pattern is one: the name of a directory may
// hold any character.
func (f *Files) Match(dir, pattern string) ([]string, error) {
	base, err := f.resolve(dir)
	if err != nil {
		return nil, err
	}
	if path.IsAbs(pattern) {
		return nil, ErrAbsolutePattern
	}
	if len(pattern) > maxPattern || alternatives(pattern) > maxAlternatives {
		return nil, fmt.Errorf("the pattern is too long, or its braces stand for more than %d patterns; write several", maxAlternatives)
	}
	if !doublestar.ValidatePattern(pattern) {
		return nil, fmt.Errorf("failed to glob pattern %q: %w", path.Join(dir, pattern), doublestar.ErrBadPattern)
	}
	start := base
	pattern = path.Clean(pattern)
	for strings.HasPrefix(pattern, "../") { // an fs.FS cannot climb
		start, pattern = rooted(start, ".."), pattern[len("../"):]
	}
	names, err := f.matches.Do(base+"\x00"+start+"\x00"+pattern, func() ([]string, error) { return f.match(base, start, pattern) })
	f.seeMatches(start, pattern, base, names)
	return names, err
}

// seeMatches notes what a pattern depends on: the files of a directory that may fit, or
// whether one is there.
func (f *Files) seeMatches(start, pattern, base string, names []string) {
	dir, rest := doublestar.SplitPattern(pattern)
	if dir = rooted(start, dir); !strings.ContainsAny(rest, `*?[{\`) {
		f.see(lookKey{path: rooted(dir, rest), kind: Presence}, nil)
		return
	}
	found := make([]string, len(names))
	for i, name := range names {
		found[i] = rooted(base, name)
	}
	f.see(lookKey{dir, Listing, rest}, found)
}

func (f *Files) match(base, start, pattern string) ([]string, error) {
	_, _ = f.stat(start) // notes the links on the way
	matches, err := doublestar.Glob(patientFS{f, start}, pattern, doublestar.WithNoFollow())
	if err != nil {
		return nil, fmt.Errorf("failed to glob pattern %q: %w", pattern, err)
	}
	if f.looks.Load() > maxLooks {
		return nil, fmt.Errorf("the stack looks at more than %d files and directories; name the directory more exactly", maxLooks)
	}
	var names []string
	for _, match := range matches {
		if info, err := fs.Stat(f.fsys, rooted(start, match)); err == nil && info.Mode().IsRegular() {
			names = append(names, (&Files{dir: base}).Relative(rooted(start, match)))
		}
	}
	return names, nil
}

// alternatives is at least how many patterns without braces a pattern stands for.
func alternatives(pattern string) int {
	total, open := 1, []int(nil)
	for i := 0; i < len(pattern) && total <= maxAlternatives; i++ {
		switch top := len(open) - 1; pattern[i] {
		case '\\':
			i++
		case '{':
			open = append(open, 1)
		case ',':
			if top >= 0 {
				open[top]++
			}
		case '}':
			if top >= 0 {
				total, open = total*open[top], open[:top]
			}
		}
	}
	return total
}

// patientFS is the file system below a directory, for as long as not too much
// of it is asked for: a pattern may climb to the root of the machine.
type patientFS struct {
	files *Files
	dir   string
}

func (p patientFS) look(name string, weight int) (string, error) {
	full := rooted(p.dir, name)
	if p.files.looks.Add(int64(weight)) > maxLooks || isSystem(full) {
		return "", fs.ErrPermission
	}
	return full, nil
}

// looked gives what is at a name, if that may still be looked at.
func looked[T any](p patientFS, name string, at func(fs.FS, string) (T, error)) (T, error) {
	full, err := p.look(name, 1)
	if err != nil {
		return *new(T), err
	}
	return at(p.files.fsys, full)
}

func (p patientFS) Open(name string) (fs.File, error)     { return looked(p, name, fs.FS.Open) }
func (p patientFS) Stat(name string) (fs.FileInfo, error) { return looked(p, name, fs.Stat) }

func (p patientFS) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := looked(p, name, fs.ReadDir)
	if err == nil {
		_, err = p.look(name, len(entries))
	}
	return entries, err
}
