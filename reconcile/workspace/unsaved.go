package workspace

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// withUnsaved is a file system in which some files have other bytes than on disk.
type withUnsaved struct {
	fs.FS
	files map[string][]byte // by their path in FS
}

// Open implements fs.FS.
func (u withUnsaved) Open(name string) (fs.File, error) {
	file, err := u.FS.Open(name)
	src, unsaved := u.files[name]
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

// Rewrite replaces files of a directory as a whole. If one of them cannot be written,
// none is.
func (d Directory) Rewrite(files map[string][]byte) error {
	for _, name := range sortedKeys(files) {
		file, err := os.OpenFile(d.Path(filepath.FromSlash(name)), os.O_WRONLY, 0)
		if err != nil {
			return named(name, err)
		}
		if err := file.Close(); err != nil {
			return named(name, err)
		}
	}
	var failed error
	for _, name := range sortedKeys(files) {
		if err := rewrite(d.Path(filepath.FromSlash(name)), files[name]); err != nil {
			failed = errors.Join(failed, named(name, err))
		}
	}
	return failed
}
