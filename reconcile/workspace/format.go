package workspace

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

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

// Format formats a file, or the files of a directory, and shows each. Nothing is
// written. JSON files pass and stay as they are, since hooks hand over every file
// of a stack.
func (d Directory) Format(name string, recursive bool, show func(*Formatted) error) error {
	info, err := os.Stat(d.Path(name))
	switch {
	case err != nil:
		return Failf("No such file or directory", "%v.", named(name, err))
	case info.IsDir():
		return d.formatDirectory(name, recursive, show)
	case !formattable(name):
		return Failf("Not a livery file", "%s: only *%s and *%s files can be formatted.", name, ".livery.hcl", ".liveryvars.hcl")
	}
	return d.formatFile(name, show)
}

func formattable(name string) bool {
	return syntax.IsConfiguration(name) || syntax.IsVariables(name)
}

// formatDirectory goes on after a file with a fault, and gives the last one.
func (d Directory) formatDirectory(dir string, recursive bool, show func(*Formatted) error) error {
	root := d.Path(dir)
	var failed error
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && path != root && (!recursive || strings.HasPrefix(e.Name(), ".")):
			return filepath.SkipDir
		case e.Type().IsRegular() && formattable(e.Name()):
			rel, err := filepath.Rel(root, path)
			if err != nil {
				return err
			}
			if err := d.formatFile(filepath.Join(dir, rel), show); err != nil {
				failed = err
			}
		}
		return nil
	})
	if err != nil {
		return Failf("Cannot read the directory", "%v.", err)
	}
	return failed
}

func (d Directory) formatFile(name string, show func(*Formatted) error) error {
	src, err := d.ReadFile(name)
	if err != nil {
		return Failf("Cannot read a file", "%v.", err)
	}
	return show(Format(src, name))
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
