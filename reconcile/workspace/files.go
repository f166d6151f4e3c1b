package workspace

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"

	"livery/reconcile/state"
	"livery/schema/syntax"
)

var (
	errNotRegular = errors.New("it is not a regular file")
	errTooLarge   = errors.New("it is larger than 10 MB")
	errPrecious   = errors.New("livery reads this file or keeps its state in it: name another one")
)

// ErrChanged is why a file is not written: it holds something else than it was taken to hold.
var ErrChanged = errors.New("it has changed meanwhile")

// Directory is what relative names are relative to. "." is the directory of the
// process.
type Directory string

// Path is where a file is, as seen from the process.
func (d Directory) Path(name string) string {
	if d == "" || d == "." || filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(string(d), name)
}

// FS is the files of the directory and of those below.
func (d Directory) FS() fs.FS { return os.DirFS(d.Path(".")) }

// Repository is the top of the repository that a directory is in, and the way from there
// to the directory, "" for none. Without a repository it is the directory itself.
func (d Directory) Repository() (top, way string) {
	dir, err := filepath.Abs(d.Path("."))
	if err != nil {
		return ".", ""
	}
	for at := dir; ; at = filepath.Dir(at) {
		if _, err := os.Stat(filepath.Join(at, ".git")); err == nil {
			rest, _ := filepath.Rel(at, dir) // at is above it
			if rest == "." {
				rest = ""
			}
			return filepath.ToSlash(at), filepath.ToSlash(rest)
		}
		if at == filepath.Dir(at) {
			return filepath.ToSlash(dir), ""
		}
	}
}

// Configuration lists the files of a stack in dir.
func (d Directory) Configuration(dir string) ([]string, error) {
	entries, err := os.ReadDir(d.Path(dir))
	if err != nil {
		return nil, Failf("Cannot read the directory", "%v.", err)
	}
	var names []string
	for _, e := range entries {
		if syntax.IsConfiguration(e.Name()) {
			names = append(names, filepath.Join(dir, e.Name()))
		}
	}
	return names, nil
}

// StackOf is the directory of the stack that a file belongs to: its own, or else the nearest
// above it, within the repository, that holds configuration. Texts and tokens often lie in
// one below their stack.
func (d Directory) StackOf(file string) (dir string, found bool) {
	for dir = filepath.Dir(filepath.Clean(file)); ; dir = filepath.Join(dir, "..") {
		if names, err := d.Configuration(dir); err == nil && len(names) > 0 {
			return dir, true
		}
		at, err := filepath.Abs(d.Path(dir))
		if err != nil || at == filepath.Dir(at) {
			return "", false
		}
		if _, err := os.Stat(filepath.Join(at, ".git")); err == nil {
			return "", false
		}
	}
}

// FromHere is the way from the directory of the process, "" for that one itself.
func (d Directory) FromHere() string {
	here, err := filepath.Abs(".")
	if err != nil {
		return ""
	}
	abs, err := filepath.Abs(d.Path("."))
	if err != nil {
		return ""
	}
	way, err := filepath.Rel(here, abs)
	if err != nil || way == "." { // on another volume there is no way
		return ""
	}
	return way
}

// named is an error about a file with the name by which people know it.
func named(name string, err error) error {
	if failed, ok := errors.AsType[*fs.PathError](err); ok {
		return &fs.PathError{Op: failed.Op, Path: name, Err: failed.Err}
	}
	if failed, ok := errors.AsType[*os.LinkError](err); ok { // of a file that was to be renamed
		return &fs.PathError{Op: "write", Path: name, Err: failed.Err}
	}
	return err
}

// ReadFile reads a file of configuration from disk, never a pipe or a device.
func (d Directory) ReadFile(name string) ([]byte, error) {
	info, err := os.Stat(d.Path(name))
	switch {
	case err != nil:
		return nil, named(name, err)
	case !info.Mode().IsRegular():
		return nil, &fs.PathError{Op: "read", Path: name, Err: errNotRegular}
	case info.Size() > syntax.MaxFile:
		return nil, &fs.PathError{Op: "read", Path: name, Err: errTooLarge}
	}
	data, err := os.ReadFile(d.Path(name))
	return data, named(name, err)
}

// WriteFile writes a file of which livery keeps no other copy, such as a report or a saved
// plan, so that no half of one is ever seen. What is there and is no file, such as a pipe or
// /dev/stdout, is written to. It refuses what [Directory.IsPrecious] names.
func (d Directory) WriteFile(name string, data []byte, mode fs.FileMode) error {
	if !isStream(d.Path(name)) && d.IsPrecious(name) {
		return &fs.PathError{Op: "write", Path: name, Err: errPrecious}
	}
	return d.put(name, data, mode)
}

// put writes a file that may be written.
func (d Directory) put(name string, data []byte, mode fs.FileMode) error {
	path := d.Path(name)
	if isStream(path) {
		return named(name, writeStream(path, data))
	}
	return named(name, writeWhole(path, data, mode))
}

// IsPrecious reports whether a file must not be lost: it has the name of configuration or of
// variables, or it holds a state, whatever its name is and whichever stack it belongs to.
func (d Directory) IsPrecious(name string) bool {
	base := filepath.Base(filepath.Clean(name))
	if syntax.IsConfiguration(base) || syntax.IsVariables(base) || strings.Contains(base, stateFile) {
		return true
	}
	info, err := os.Stat(d.Path(name))
	if err != nil || !info.Mode().IsRegular() {
		return false
	}
	data, err := os.ReadFile(d.Path(name))
	return err == nil && state.IsReadable(data)
}

// isStream reports whether a path leads to what takes bytes and keeps none. What the process
// has open is written to as well where it is a file: one that took its place would be
// another one.
func isStream(path string) bool {
	if runtime.GOOS != "windows" {
		switch dir, base := filepath.Split(filepath.Clean(path)); dir {
		case "/dev/":
			if base == "stdout" || base == "stderr" {
				return true
			}
		case "/dev/fd/", "/proc/self/fd/":
			return true
		}
	}
	info, err := os.Stat(path)
	return err == nil && !info.Mode().IsRegular() && !info.IsDir()
}

func writeStream(path string, data []byte) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	return errors.Join(err, file.Close())
}

// IsDirectory reports whether a name is that of a directory.
func (d Directory) IsDirectory(name string) bool {
	info, err := os.Stat(d.Path(name))
	return err == nil && info.IsDir()
}

// Exists reports whether there is something of that name.
func (d Directory) Exists(name string) bool {
	_, err := os.Stat(d.Path(name))
	return err == nil
}

func writeWhole(path string, data []byte, mode fs.FileMode) error {
	temp, err := stage(path, data, mode)
	if err != nil {
		return err
	}
	defer os.Remove(temp) // nothing is left once it is renamed
	return os.Rename(temp, path)
}

// stage writes what a file is to hold into another one beside it, whose name it gives.
func stage(path string, data []byte, mode fs.FileMode) (string, error) {
	switch info, err := os.Stat(path); {
	case err == nil && info.IsDir():
		return "", &fs.PathError{Op: "write", Path: path, Err: syscall.EISDIR}
	case err == nil && !info.Mode().IsRegular():
		return "", &fs.PathError{Op: "write", Path: path, Err: errNotRegular}
	}
	temp, err := os.CreateTemp(filepath.Dir(path), ".livery-*")
	if err != nil {
		return "", err
	}
	_, err = temp.Write(data)
	if err := errors.Join(err, temp.Chmod(mode), temp.Close()); err != nil {
		os.Remove(temp.Name())
		return "", err
	}
	return temp.Name(), nil
}

// rewrite replaces a file as a whole and keeps its mode.
func rewrite(path string, data []byte) error {
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		return err
	}
	info, err := os.Stat(target)
	if err != nil {
		return err
	}
	return writeWhole(target, data, info.Mode().Perm())
}

// Rewrite replaces files of a directory as a whole, all of them or none. Before is what
// they hold; a file that holds anything else by now is an [ErrChanged]. One that before
// does not have is made.
func (d Directory) Rewrite(before, after map[string][]byte) error {
	type staged struct{ name, target, temp string }
	var files []staged
	defer func() {
		for _, f := range files {
			os.Remove(f.temp)
		}
	}()
	for _, name := range sortedKeys(after) {
		target, mode, err := d.writable(name, before[name])
		if err != nil {
			return named(name, err)
		}
		temp, err := stage(target, after[name], mode)
		if err != nil {
			return named(name, err)
		}
		files = append(files, staged{name, target, temp})
	}
	for i, f := range files {
		err := os.Rename(f.temp, f.target)
		if err == nil {
			continue
		}
		for _, done := range files[:i] { // back to what they held
			if before[done.name] == nil {
				err = errors.Join(err, os.Remove(done.target))
			} else {
				err = errors.Join(err, rewrite(done.target, before[done.name]))
			}
		}
		return named(f.name, err)
	}
	return nil
}

// writable is the file that a name leads to, if it holds what it is taken to hold, with its
// mode; nil stands for one that is not there.
func (d Directory) writable(name string, holds []byte) (target string, mode fs.FileMode, err error) {
	target = d.Path(filepath.FromSlash(name))
	if holds == nil {
		if _, err := os.Lstat(target); err == nil {
			return "", 0, &fs.PathError{Op: "write", Path: name, Err: ErrChanged}
		}
		return target, 0o644, os.MkdirAll(filepath.Dir(target), 0o755)
	}
	if target, err = filepath.EvalSymlinks(target); err != nil {
		return "", 0, err
	}
	file, err := os.OpenFile(target, os.O_RDWR, 0) // a file that nobody may write stays as it is
	if err != nil {
		return "", 0, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return "", 0, err
	}
	if info.Mode().Perm()&0o222 == 0 { // those whom no permission stops could
		return "", 0, &fs.PathError{Op: "write", Path: name, Err: fs.ErrPermission}
	}
	now, err := io.ReadAll(io.LimitReader(file, int64(len(holds))+1))
	if err == nil && !bytes.Equal(now, holds) {
		err = &fs.PathError{Op: "write", Path: name, Err: ErrChanged}
	}
	return target, info.Mode().Perm(), err
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
