//go:build unix

package config

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/schema"
	"livery/schema/rule"
	"livery/schema/syntax"
)

// What is no plain file is said, without hanging on it, and the rest of the
// stack is read.
func TestOddFiles(t *testing.T) {
	tests := map[string]struct {
		name string
		make func(t *testing.T, path string)
		want string
	}{
		"pipe":                {"pipe.livery.hcl", func(t *testing.T, path string) { require.NoError(t, syscall.Mkfifo(path, 0o600)) }, "not a regular file"},
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
			require.NoError(t, os.WriteFile(filepath.Join(dir, "main.livery.hcl"), []byte("locale \"en\" {}\n"), 0o600))
			test.make(t, filepath.Join(dir, test.name))
			module := Read(Options{FS: os.DirFS("/"), Dir: strings.TrimPrefix(dir, "/")}, nil).Module()
			diags := module.Faults
			require.Len(t, diags, 1)
			assert.Contains(t, diags[0].Detail, test.want)
			require.NotNil(t, diags[0].Subject)
			assert.Equal(t, test.name, diags[0].Subject.Filename)
			assert.Contains(t, []rule.ID{rule.Unreadable, rule.Syntax}, schema.FindingOf(diags[0]).Rule)
			assert.Len(t, module.Locales, 1)
		})
	}
}

func text(src string) func(*testing.T, string) {
	return func(t *testing.T, path string) { require.NoError(t, os.WriteFile(path, []byte(src), 0o600)) }
}

// sparse makes a file of NUL bytes that takes no room.
func sparse(t *testing.T, path string, size int64) {
	file, err := os.Create(path)
	require.NoError(t, err)
	require.NoError(t, file.Truncate(size))
	require.NoError(t, file.Close())
}
