package workspace

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"github.com/hashicorp/hcl/v2"

	"livery/schema/syntax"
)

// Formatted is one file in canonical style, and as it is.
type Formatted struct {
	Name          string // as people see it
	Before, After []byte
	Diagnostics   hcl.Diagnostics // with errors the file does not parse, and After means nothing
}

// Changed reports whether the file would be another one.
func (f *Formatted) Changed() bool {
	return !f.Diagnostics.HasErrors() && !bytes.Equal(f.Before, f.After)
}

// Format formats files and the files of directories, several at a time, and shows
// each in the order of the names. Nothing is written. JSON files pass and stay as they
// are, since hooks hand over every file of a stack. It goes on after a fault, and
// gives the last one.
func (d Directory) Format(names []string, show func(*Formatted) error) error {
	ahead := make(chan func() (*Formatted, error), runtime.GOMAXPROCS(0))
	go func() {
		defer close(ahead)
		seen := make(map[string]bool)
		for _, name := range names {
			for _, t := range d.targets(name) {
				work := sync.OnceValues(func() (*Formatted, error) { return d.format(t) })
				// A file that is named again is read when the one before has been shown, and written.
				if real := d.real(t.name); !seen[real] {
					seen[real] = true
					go func() { _, _ = work() }() // what comes of it is asked for below
				}
				ahead <- work
			}
		}
	}()
	var failed error
	for work := range ahead {
		f, err := work()
		if err == nil {
			err = show(f)
		}
		if err != nil {
			failed = err
		}
	}
	return failed
}

// target is a file to format, or why there is none.
type target struct {
	name string
	err  error
}

// targets are the file of that name, or those of the directory.
func (d Directory) targets(name string) []target {
	info, err := os.Stat(d.Path(name))
	switch {
	case err != nil:
		err = Failf("No such file or directory", "%v.", named(name, err))
	case info.IsDir():
		return d.directory(name)
	case !formattable(name):
		err = Failf("Not a livery file", "%s: only *%s and *%s files can be formatted.", name, ".livery.hcl", ".liveryvars.hcl")
	}
	return []target{{name, err}}
}

func formattable(name string) bool {
	return syntax.IsConfiguration(name) || syntax.IsVariables(name)
}

func (d Directory) directory(dir string) []target {
	entries, err := os.ReadDir(d.Path(dir))
	if err != nil {
		return []target{{dir, Failf("Cannot read the directory", "%v.", err)}}
	}
	var list []target
	for _, e := range entries {
		if name := filepath.Join(dir, e.Name()); formattable(e.Name()) && d.mayBeFile(name, e.Type()) {
			list = append(list, target{name: name})
		}
	}
	return list
}

// mayBeFile reports whether a name of a directory is that of a file, or a link to one or to
// nothing, of which whoever reads it says so.
func (d Directory) mayBeFile(name string, mode fs.FileMode) bool {
	if mode&fs.ModeSymlink == 0 {
		return mode.IsRegular()
	}
	info, err := os.Stat(d.Path(name))
	return err != nil || info.Mode().IsRegular()
}

// real is where a file is, however it is named.
func (d Directory) real(name string) string {
	path := d.Path(name)
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	if whole, err := filepath.Abs(path); err == nil {
		path = whole
	}
	return path
}

func (d Directory) format(t target) (*Formatted, error) {
	if t.err != nil {
		return nil, t.err
	}
	src, err := d.ReadFile(t.name)
	if err != nil {
		return nil, Failf("Cannot read a file", "%v.", err)
	}
	return Format(src, t.name), nil
}

// Format formats text that goes by a name.
func Format(src []byte, name string) *Formatted {
	f := &Formatted{Name: name, Before: src}
	f.After, f.Diagnostics = syntax.Format(src, name)
	return f
}

// Write puts the formatted file in the place of the old one, as a whole.
func (d Directory) Write(f *Formatted) error {
	if err := rewrite(d.Path(f.Name), f.After); err != nil {
		return Failf("Cannot write a file", "%v.", err)
	}
	return nil
}
