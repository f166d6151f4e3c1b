// Package overlay is a file system in which some files have other bytes than on disk. It
// does not know where they come from.
package overlay

import (
	"bytes"
	"io/fs"
)

// FS is a file system in which some files have other bytes.
type FS struct {
	fs.FS
	Files map[string][]byte // by their path in FS; a file that is not there stays so
}

// Open implements fs.FS.
func (u FS) Open(name string) (fs.File, error) {
	file, err := u.FS.Open(name)
	src, unsaved := u.Files[name]
	if err != nil || !unsaved {
		return file, err
	}
	return unsavedFile{file, bytes.NewReader(src)}, nil
}

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
