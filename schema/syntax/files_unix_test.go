//go:build unix

package syntax

import (
	"os"
	"path/filepath"
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
