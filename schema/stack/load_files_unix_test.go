//go:build unix

package stack

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/schema"
	"livery/schema/syntax"
)

// What is no plain file is said, without hanging on it, and the rest of the
// stack is loaded.
func TestOddFiles(t *testing.T) {
	tests := map[string]struct {
		name string
		make func(t *testing.T, path string)
		want string
	}{
		"pipe":                {"pipe.livery.hcl", func(t *testing.T, path string) { require.NoError(t, syscall.Mkfifo(path, 0o600)) }, "not a regular file"},
		"directory":           {"dir.livery.hcl", func(t *testing.T, path string) { require.NoError(t, os.Mkdir(path, 0o700)) }, "is a directory"},
		"link to itself":      {"loop.livery.hcl", func(t *testing.T, path string) { require.NoError(t, os.Symlink(filepath.Base(path), path)) }, "too many levels of symbolic links"},
		"link to nothing":     {"gone.livery.hcl", func(t *testing.T, path string) { require.NoError(t, os.Symlink("nothing", path)) }, "no such file"},
		"link to a device":    {"zero.livery.hcl", func(t *testing.T, path string) { require.NoError(t, os.Symlink("/dev/zero", path)) }, "not a regular file"},
		"too large":           {"large.livery.hcl", func(t *testing.T, path string) { sparse(t, path, 100<<20) }, "larger than"},
		"too large JSON":      {"large.livery.json", func(t *testing.T, path string) { sparse(t, path, syntax.MaxConfiguration+1) }, "larger than 4 MB"},
		"no UTF-8":            {"latin.livery.hcl", text("locals { a = \"\xe9\" }\n"), "not valid UTF-8"},
		"no UTF-8 JSON":       {"latin.livery.json", text("{\"locals\": {\"a\": \"\xe9\"}}"), "not valid UTF-8"},
		"UTF-16":              {"wide.livery.hcl", text("\xff\xfel\x00o\x00"), "not valid UTF-8"},
		"NUL":                 {"nul.livery.hcl", text("locals { a = \"\x00\" }\n"), "contains a NUL character"},
		"largest, all of NUL": {"zeros.livery.hcl", func(t *testing.T, path string) { sparse(t, path, syntax.MaxConfiguration) }, "contains a NUL character"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			require.NoError(t, os.WriteFile(filepath.Join(dir, "main.livery.hcl"), []byte(soundLocale), 0o600))
			test.make(t, filepath.Join(dir, test.name))
			stack, diags := loadDir(dir)
			require.Len(t, diags, 1)
			assert.Contains(t, diags[0].Detail, test.want)
			require.NotNil(t, diags[0].Subject)
			assert.Equal(t, test.name, diags[0].Subject.Filename)
			assert.Contains(t, []schema.RuleID{schema.Unreadable, schema.Syntax}, schema.FindingOf(diags[0]).Rule)
			assert.Len(t, stack.Documents, 1)
		})
	}
}

// The same for a file of values, which is found by its name too.
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
