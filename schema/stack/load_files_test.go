package stack

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"

	"github.com/hashicorp/hcl/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/schema"
	"livery/schema/syntax"
)

// loadDir loads the stack in a directory on disk.
func loadDir(dir string) (*Stack, hcl.Diagnostics) {
	return Load(Options{FS: os.DirFS("/"), Dir: filepath.ToSlash(strings.TrimPrefix(dir, "/"))})
}

const soundLocale = "locale \"en\" {\n  title_text = \"fine\"\n}\n"

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

// lockedFS opens nothing.
type lockedFS struct{ fstest.MapFS }

func (l lockedFS) Open(name string) (fs.File, error) {
	if strings.HasSuffix(name, ".hcl") {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return l.MapFS.Open(name)
}

func TestUnreadableFile(t *testing.T) {
	_, diags := Load(Options{FS: lockedFS{fstest.MapFS{"stack/main.livery.hcl": {Data: []byte(soundLocale)}}}, Dir: "stack"})
	require.Len(t, diags, 1)
	assert.Equal(t, schema.Unreadable, schema.FindingOf(diags[0]).Rule)
	assert.Contains(t, diags[0].Detail, "permission denied")
}

func TestMissingDirectory(t *testing.T) {
	stack, diags := loadDir(filepath.Join(t.TempDir(), "none"))
	require.Len(t, diags, 1)
	assert.Equal(t, schema.Unreadable, schema.FindingOf(diags[0]).Rule)
	assert.Empty(t, stack.Documents)
}

// Files as editors on other systems write them.
func TestForeignFiles(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"byte order mark":      {"main.livery.hcl": syntax.ByteOrderMark + soundLocale},
		"byte order mark JSON": {"main.livery.json": syntax.ByteOrderMark + `{"locale": {"en": {"title_text": "fine"}}}`},
		"line ends":            {"main.livery.hcl": strings.ReplaceAll(soundLocale, "\n", "\r\n")},
		"no last line end":     {"main.livery.hcl": strings.TrimSuffix(soundLocale, "\n")},
		"nothing":              {"main.livery.hcl": soundLocale, "empty.livery.hcl": "", "comment.livery.hcl": "# nothing\n", "object.livery.json": "{}", "mark.livery.hcl": syntax.ByteOrderMark},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for file, src := range files {
				require.NoError(t, os.WriteFile(filepath.Join(dir, file), []byte(src), 0o600))
			}
			stack, diags := loadDir(dir)
			require.Empty(t, diags)
			require.Len(t, stack.Documents, 1)
			assert.Equal(t, "fine", stack.Documents[0].At(schema.FieldByPath("titleText")).Text())
		})
	}
}

// A finding behind a byte order mark or between foreign line ends stands where
// it does in the file.
func TestPlacesInForeignFiles(t *testing.T) {
	for name, src := range map[string]string{
		"main.livery.hcl":  syntax.ByteOrderMark + "locale \"en\" {\r\n  title_text = \"\"\r\n}\r\n",
		"main.livery.json": syntax.ByteOrderMark + "{\"locale\": {\"en\": {\r\n  \"title_text\": \"\"}}}",
	} {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(src), 0o600))
		stack, diags := loadDir(dir)
		require.Len(t, diags, 1, name)
		rng := diags[0].Subject
		assert.Equal(t, `""`, string(stack.Sources[name][rng.Start.Byte:rng.End.Byte]), name)
		assert.Equal(t, 2, rng.Start.Line, name)
	}
}

// The directory of a stack may be called anything.
func TestDirectoryNames(t *testing.T) {
	for _, name := range []string{"[brand]", "a*b", "{x,y}", "a b", "ünï", "-var", "#1", `back\slash`, "..stack"} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			dir := filepath.Join(root, name)
			require.NoError(t, os.MkdirAll(filepath.Join(dir, "parts"), 0o700))
			require.NoError(t, os.Mkdir(filepath.Join(root, "shared"), 0o700))
			for file, src := range map[string]string{
				"main.livery.hcl":        "livery {\n  include = [\"../shared/*.livery.hcl\", \"parts/*.livery.hcl\", \"../*/parts/*.livery.hcl\"]\n}\nlocale \"en\" {\n  theme = [theme.a, theme.b]\n  title_text = file(\"t.txt\")\n}\n",
				"t.txt":                  "fine",
				"parts/b.livery.hcl":     "theme \"b\" {}\n",
				"../shared/a.livery.hcl": "theme \"a\" {}\n",
			} {
				require.NoError(t, os.WriteFile(filepath.Join(dir, file), []byte(src), 0o600))
			}
			stack, diags := loadDir(dir)
			require.Empty(t, diags)
			require.Len(t, stack.Documents, 1)
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
