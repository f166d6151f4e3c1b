package stack

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/hashicorp/hcl/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/schema"
	"livery/schema/rule"
	"livery/schema/syntax"
)

// loadDir loads the stack in a directory on disk.
func loadDir(dir string) (*Stack, hcl.Diagnostics) {
	return Load(Options{FS: os.DirFS("/"), Dir: filepath.ToSlash(strings.TrimPrefix(dir, "/"))})
}

const soundLocale = "locale \"en\" {\n  title_text = \"fine\"\n}\n"

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
	assert.Equal(t, rule.Unreadable, schema.FindingOf(diags[0]).Rule)
	assert.Contains(t, diags[0].Detail, "permission denied")
}

func TestMissingDirectory(t *testing.T) {
	stack, diags := loadDir(filepath.Join(t.TempDir(), "none"))
	require.Len(t, diags, 1)
	assert.Equal(t, rule.Unreadable, schema.FindingOf(diags[0]).Rule)
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

// Line ends of Windows belong to the file, not to the text; those that are written as
// escapes do.
func TestWindowsLineEnds(t *testing.T) {
	const page = "mobile_result_page {\r\n    success_desc = "
	for name, test := range map[string]struct{ value, want string }{
		"heredoc":       {"<<E\r\na\r\nb\r\nE\r\n", "a\nb\n"},
		"indented":      {"<<-E\r\n      a\r\n      b\r\n    E\r\n", "a\nb\n"},
		"interpolation": {"<<E\r\na ${var.x}\r\n%{if true}b%{endif}\r\nE\r\n", "a x\nb\n"},
		"in a call":     {"trimspace(<<E\r\na\r\nb\r\nE\r\n)\r\n", "a\nb"},
		"file":          {"trimspace(file(\"words.txt\"))\r\n", "c\nd"},
		"template file": {"trimspace(templatefile(\"words.txt\", {}))\r\n", "c\nd"},
		"escape":        {"\"a\\r\\nb\"\r\n", ""},
		"in a template": {"\"a\\r\\n${var.x}\"\r\n", ""},
		"after heredoc": {"<<E\r\n${\"a\\r\\nb\"}\r\nE\r\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			src := "variable \"x\" {\r\n  default = \"x\"\r\n}\r\nlocale \"en\" {\r\n  " + page + test.value + "  }\r\n}\r\n"
			require.NoError(t, os.WriteFile(filepath.Join(dir, "main.livery.hcl"), []byte(src), 0o600))
			require.NoError(t, os.WriteFile(filepath.Join(dir, "words.txt"), []byte("c\r\nd\r\n"), 0o600))
			stack, diags := loadDir(dir)
			if test.want == "" {
				require.Len(t, diags, 1)
				assert.Equal(t, rule.ControlCharacter, schema.FindingOf(diags[0]).Rule)
				return
			}
			require.Empty(t, diags)
			assert.Equal(t, test.want, stack.Documents[0].At(schema.FieldByPath("mobileResultPage.successDesc")).Text())
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
