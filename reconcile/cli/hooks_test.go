package cli_test

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"livery/reconcile/cli"
	"livery/reconcile/command"
)

// hook is one of those that pre-commit reads.
type hook struct {
	ID, Entry, Files, Exclude string
	PassFilenames             *bool `yaml:"pass_filenames"`
}

// takes are those of the changed files that the hook is run for.
func (h hook) takes(t *testing.T, changed []string) []string {
	t.Helper()
	var list []string
	for _, name := range changed {
		in, err := regexp.MatchString(h.Files, name)
		require.NoError(t, err)
		out, err := regexp.MatchString(h.Exclude, name)
		require.NoError(t, err)
		if in && (h.Exclude == "" || !out) {
			list = append(list, name)
		}
	}
	return list
}

// run does as pre-commit does at the top of a repository; -1 if nothing that the hook is
// about has changed.
func (h hook) run(t terminalAt, changed ...string) (code int, output string) {
	taken := h.takes(t.T, changed)
	if len(taken) == 0 {
		return -1, ""
	}
	args := strings.Fields(h.Entry)[1:]
	if h.PassFilenames == nil || *h.PassFilenames {
		args = append(args, taken...)
	}
	var out bytes.Buffer
	code = cli.Main(append([]string{"-chdir=" + t.dir}, args...), command.Env{
		Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out, Now: time.Now, Getenv: func(string) string { return "" },
	})
	return code, out.String()
}

// What a hook is started for lies in directories below the top, or is shared by several.
func TestPreCommitHooks(t *testing.T) {
	data, err := os.ReadFile("../../.pre-commit-hooks.yaml")
	require.NoError(t, err)
	var list []hook
	require.NoError(t, yaml.Unmarshal(data, &list))
	hooks := make(map[string]hook)
	for _, h := range list {
		hooks[h.ID] = h
	}
	example, err := os.ReadFile("../../examples/ci/pre-commit-config.yaml")
	require.NoError(t, err)
	for _, id := range regexp.MustCompile(`(?m)^ +- id: (\S+)`).FindAllStringSubmatch(string(example), -1) {
		require.Contains(t, hooks, id[1])
	}
	const stack = "livery {\n  include = [\"../shared/*.livery.hcl\"]\n}\n\nlocale \"en\" {\n  theme = theme.base\n  texts = jsondecode(file(\"texts/en.json\"))\n}\n"
	for _, id := range []string{"livery-validate", "livery-lint"} {
		t.Run(id, func(t *testing.T) {
			at, h := newTerminal(t), hooks[id]
			at.write("shared/look.livery.hcl", "theme \"base\" {\n  mobile_loading_page {\n    progress_color = \"#0b5fff\"\n  }\n}\n")
			code, output := h.run(at, "shared/look.livery.hcl")
			assert.Equal(t, 1, code, "there is nothing to check: %s", output)
			for _, name := range []string{"a", "b"} {
				at.write(name+"/main.livery.hcl", stack)
				at.write(name+"/texts/en.json", "{\"titleText\": \"Identity check\"}\n")
			}
			code, output = h.run(at, "a/main.livery.hcl", "README.md")
			assert.Zero(t, code, output)
			code, _ = h.run(at, "README.md")
			assert.Equal(t, -1, code)

			at.write("b/texts/en.json", "{\"titel\": \"Identity check\"}\n")
			code, output = h.run(at, "b/texts/en.json")
			assert.Equal(t, 1, code)
			assert.Contains(t, output, "titel")
			at.write("b/texts/en.json", "{}\n")
			at.write("shared/look.livery.hcl", "theme \"base\" {\n  mobile_loading_page {\n    progress_color = \"blue\"\n  }\n}\n")
			code, output = h.run(at, "shared/look.livery.hcl")
			assert.Equal(t, 1, code, "who shares a file with a stack breaks it")
			assert.Contains(t, output, "colour-format")
		})
	}
	t.Run("livery-fmt", func(t *testing.T) {
		at := newTerminal(t)
		at.write("a/main.livery.hcl", "locale \"en\" {\ntitle_text=\"Identity check\"\n}\n")
		at.write("a/main.livery.json", "{}")
		code, output := hooks["livery-fmt"].run(at, "a/main.livery.hcl", "a/main.livery.json")
		assert.Zero(t, code, output)
		assert.Equal(t, "locale \"en\" {\n  title_text = \"Identity check\"\n}\n", at.read("a/main.livery.hcl"))
		assert.Equal(t, "{}", at.read("a/main.livery.json"))
	})
}
