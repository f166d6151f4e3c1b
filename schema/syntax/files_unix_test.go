//go:build unix

package syntax

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFilesRefuseWhatIsNotAPlainFile(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, size int64) {
		file, err := os.Create(filepath.Join(dir, name))
		require.NoError(t, err)
		require.NoError(t, file.Truncate(size))
		require.NoError(t, file.Close())
	}
	write("largest", MaxFile)
	write("larger", MaxFile+1)
	require.NoError(t, os.Mkdir(filepath.Join(dir, "dir"), 0o700))
	require.NoError(t, syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600))
	require.NoError(t, os.Symlink("largest", filepath.Join(dir, "link")))
	require.NoError(t, os.Symlink("pipe", filepath.Join(dir, "pipelink")))
	require.NoError(t, os.Symlink("loop", filepath.Join(dir, "loop")))
	f := NewFiles(os.DirFS("/"), dir)
	for name, want := range map[string]string{
		"largest": "", "link": "", "larger": "larger than 10 MB", "dir": "is a directory",
		"pipe": "not a regular file", "pipelink": "not a regular file", "loop": "too many levels of symbolic links",
	} {
		src, err := f.Read(name)
		if want == "" {
			assert.NoError(t, err, name)
			assert.Len(t, src, MaxFile)
			continue
		}
		assert.ErrorContains(t, err, want, name)
	}
	_, err := f.Exists("pipe")
	assert.ErrorContains(t, err, "not a regular file")
	names, err := f.Match(".", "*")
	require.NoError(t, err)
	assert.ElementsMatch(t, []string{"largest", "larger", "link"}, names)
}

// The environment of a process, which holds its keys, is a file for the system.
func TestFilesOfTheSystemAreRefused(t *testing.T) {
	dir := t.TempDir()
	for name, target := range map[string]string{
		"null": "/dev/null", "environ": "/proc/self/environ", "system": "/proc", "up": strings.Repeat("../", 20) + "proc/self", "twice": "up",
		"root": "/", "shm": "/dev/shm",
	} {
		require.NoError(t, os.Symlink(target, filepath.Join(dir, name)))
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "plain"), nil, 0o600))
	f := NewFiles(os.DirFS("/"), dir)
	up := strings.Repeat("../", strings.Count(dir, "/"))
	for _, name := range []string{
		up + "proc/self/environ", up + "dev/null", up + "sys/kernel/notes", "null", "environ", "system/self/environ", "up/environ", "twice/environ",
		"root/proc/self/environ", "system/self/root" + dir + "/plain",
	} {
		_, err := f.Read(name)
		assert.ErrorContains(t, err, "one of the system", name)
		_, err = f.Open(name)
		assert.ErrorContains(t, err, "one of the system", name)
		_, err = f.Exists(name)
		assert.ErrorContains(t, err, "one of the system", name)
	}
	for _, name := range []string{"plain", "root" + dir + "/plain"} {
		_, err := f.Read(name)
		assert.NoError(t, err, name)
	}
	_, err := f.Read("shm/nosuch")
	assert.ErrorIs(t, err, fs.ErrNotExist)
	names, err := f.Match(up+"proc/self", "env*")
	require.NoError(t, err)
	assert.Empty(t, names)
}
