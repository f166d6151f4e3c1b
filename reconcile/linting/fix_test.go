package linting_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile/linting"
	"livery/reconcile/workspace"
	"livery/schema/rule"
)

// open writes files into a new directory and opens the stack in dir of it.
func open(t *testing.T, files map[string]string, dir string) *workspace.Workspace {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(root, name)), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(root, name), []byte(text), 0o600))
	}
	return workspace.New(workspace.Config{
		Dir: workspace.Directory(filepath.Join(root, dir)), Version: "0.0.0", Now: time.Now, Getenv: func(string) string { return "" },
	})
}

// A byte order mark, line ends, comments and layout stay; a second run finds nothing.
func TestFixChangesLiteralsOnly(t *testing.T) {
	before := "\ufeff# x\r\nlocale \"th\" {\r\n   title_text = \"\\u0e22  \\u0e22\\u2060 \"// y\r\n}\r\n"
	after := "\ufeff# x\r\nlocale \"th\" {\r\n   title_text = \"ย ย\"// y\r\n}\r\n"
	w := open(t, map[string]string{"main.livery.hcl": before}, ".")
	w.Prefix = "stacks/a" // only what people see
	fixed, err := linting.Fix(w, linting.Options{}, rule.SafeFix)
	require.NoError(t, err)
	assert.Equal(t, map[string][]byte{"main.livery.hcl": []byte(before)}, fixed.Before)
	assert.Equal(t, after, string(fixed.After["main.livery.hcl"]))
	require.NoError(t, fixed.Write(w.Dir))
	again, err := linting.Fix(w, linting.Options{}, rule.AnyFix)
	require.NoError(t, err)
	assert.Empty(t, again.After)
	assert.Zero(t, again.Findings)
}

// An ignore that hides something stays, whatever is taken out beside it, and so does what it
// is about.
func TestFixLeavesIgnoresInUse(t *testing.T) {
	src := `{"livery": {"lint": {"ignore": [
  {"rule": "contrast", "reason": "never"},
  {"rule": "whitespace", "reason": "wanted"},
  {"rule": "markup", "reason": "never"}
]}},
"locale": {"en": {"title_text": "Hello "}}}
`
	w := open(t, map[string]string{"main.livery.json": src}, ".")
	fixed, err := linting.Fix(w, linting.Options{}, rule.AnyFix)
	require.NoError(t, err)
	assert.Equal(t, `{"livery": {"lint": {"ignore": [
  {"rule": "whitespace", "reason": "wanted"}
]}},
"locale": {"en": {"title_text": "Hello "}}}
`, string(fixed.After["main.livery.json"]))
	assert.Equal(t, 2, fixed.Findings)
}

// Where nothing of a key is used in JSON, the key goes as well: it could not stand without a
// label. What somebody ignores stays, and so does the block that it stands in.
func TestFixTakesOutWhatIsUnused(t *testing.T) {
	for name, test := range map[string]struct{ file, before, after string }{
		"JSON": {
			"main.livery.json", `{"variable": {"v": {"default": "1"}, "w": {"default": "2"}}, "theme": [{"a": {}}, {"b": {}}], "locals": {"c": 1}, "locale": {"en": {}}}`,
			`{"locale": {"en": {}}}`,
		},
		"JSON, one is used": {
			"main.livery.json", `{"theme": [{"a": {}}, {"b": {}}], "locale": {"en": {"theme": "theme.b"}}}`,
			`{"theme": [{"b": {}}], "locale": {"en": {"theme": "theme.b"}}}`,
		},
		"one is ignored": {
			"main.livery.hcl", "locals {\n  a = 1\n  b = 2 # livery:ignore unused-local reason=\"soon\"\n}\nlocale \"en\" {}\n",
			"locals {\n  b = 2 # livery:ignore unused-local reason=\"soon\"\n}\nlocale \"en\" {}\n",
		},
		"all": {"main.livery.hcl", "locals {\n  a = 1\n  b = 2\n}\n\nlocale \"en\" {}\n", "locale \"en\" {}\n"},
	} {
		t.Run(name, func(t *testing.T) {
			fixed, err := linting.Fix(open(t, map[string]string{test.file: test.before}, "."), linting.Options{}, rule.AnyFix)
			require.NoError(t, err)
			assert.Equal(t, test.after, string(fixed.After[test.file]))
		})
	}
}

// What an include brings belongs to others too.
func TestFixLeavesSharedFiles(t *testing.T) {
	w := open(t, map[string]string{
		"shared/theme.livery.hcl": "theme \"base\" {\n  title_text = \"Identity  check\"\n}\n",
		"a/main.livery.hcl":       "livery {\n  include = [\"../shared/*.livery.hcl\"]\n}\nlocale \"en\" {\n  theme = theme.base\n}\n",
	}, "a")
	linted, err := linting.Lint(w, linting.Options{})
	require.NoError(t, err)
	require.NotEmpty(t, linted.Diagnostics)
	for _, how := range []rule.Fix{rule.SafeFix, rule.AnyFix} {
		fixed, err := linting.Fix(w, linting.Options{}, how)
		require.NoError(t, err)
		assert.Empty(t, fixed.After)
	}
}
