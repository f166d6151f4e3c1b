//go:build unix

package stack

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What is no plain file is said of files of values too, which are found by their names.
func TestOddFilesOfValues(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "main.livery.hcl"), []byte(soundLocale), 0o600))
	require.NoError(t, syscall.Mkfifo(filepath.Join(dir, "a.auto.liveryvars.hcl"), 0o600))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "b.auto.liveryvars.json"), 0o700))
	_, diags := loadDir(dir)
	require.Len(t, diags, 2)
	assert.Equal(t, "a.auto.liveryvars.hcl", diags[0].Subject.Filename)
	assert.Equal(t, "b.auto.liveryvars.json", diags[1].Subject.Filename)
}
