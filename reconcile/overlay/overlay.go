// Package overlay is a file system in which some files have other bytes than on disk, or
// are not on the disk at all. It does not know where they come from.
package overlay

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"
	"time"
)

// FS is a file system in which some files have other bytes.
type FS struct {
	fs.FS
	Files map[string][]byte // by their path in FS; they need not be there
}

// Open implements fs.FS.
func (u FS) Open(name string) (fs.File, error) {
	file, err := u.FS.Open(name)
	src, unsaved := u.Files[name]
	switch {
	case unsaved && err == nil:
		return unsavedFile{file, bytes.NewReader(src)}, nil
	case unsaved && errors.Is(err, fs.ErrNotExist):
		return unsavedFile{newFile{name: path.Base(name)}, bytes.NewReader(src)}, nil
	default:
		return file, err
	}
}

// ReadDir implements fs.ReadDirFS: files that are not on the disk are listed too.
func (u FS) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(u.FS, name)
	if err != nil {
		return entries, err
	}
	byName := func(e fs.DirEntry, name string) int { return cmp.Compare(e.Name(), name) }
	for file := range u.Files {
		if path.Dir(file) != name {
			continue
		}
		if i, there := slices.BinarySearchFunc(entries, path.Base(file), byName); !there {
			entries = slices.Insert(entries, i, fs.FileInfoToDirEntry(newFile{path.Base(file)}))
		}
	}
	return entries, nil
}

// newFile is a file that is not on the disk. Its bytes and their number come from elsewhere.
type newFile struct{ name string }

func (f newFile) Stat() (fs.FileInfo, error) { return f, nil }
func (newFile) Read([]byte) (int, error)     { return 0, io.EOF }
func (newFile) Close() error                 { return nil }
func (f newFile) Name() string               { return f.name }
func (newFile) Size() int64                  { return 0 }
func (newFile) Mode() fs.FileMode            { return 0o644 }
func (newFile) ModTime() time.Time           { return time.Time{} }
func (newFile) IsDir() bool                  { return false }
func (newFile) Sys() any                     { return nil }

// unsavedFile is a file of the disk with other bytes.
type unsavedFile struct {
	fs.File
	*bytes.Reader
}

func (f unsavedFile) Read(b []byte) (int, error) { return f.Reader.Read(b) }

func (f unsavedFile) Stat() (fs.FileInfo, error) {
	info, err := f.File.Stat()
	return unsavedInfo{info, f.Reader.Size()}, err
}

type unsavedInfo struct {
	fs.FileInfo
	size int64
}

func (i unsavedInfo) Size() int64 { return i.size }
