//go:build unix

package cli_test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/schema"
)

func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	return string(text)
}

// fenced gives the blocks of the README in one language.
func fenced(text, language string) []string {
	var blocks []string
	for _, part := range strings.Split(text, "```"+language+"\n")[1:] {
		block, _, _ := strings.Cut(part, "```")
		blocks = append(blocks, block)
	}
	return blocks
}

// step is a command of the walk-through and what it is shown to answer. A line
// with an ellipsis alone stands for any lines, an ellipsis in a line for any text.
type step struct {
	command string
	answer  []string
}

func walkThrough(t *testing.T) []step {
	t.Helper()
	var steps []step
	port := freePort(t)
	for _, block := range fenced(readme(t), "console") {
		block = strings.ReplaceAll(block, "127.0.0.1:8585", port) // somebody may be using the one that is shown
		for line := range strings.Lines(block) {
			line = strings.TrimSuffix(line, "\n")
			last := len(steps) - 1
			if command, ok := strings.CutPrefix(line, "$ "); ok {
				steps = append(steps, step{command: command})
			} else if more, ok := strings.CutPrefix(line, ">"); ok {
				steps[last].command += "\n" + strings.TrimPrefix(more, " ")
			} else {
				steps[last].answer = append(steps[last].answer, line)
			}
		}
	}
	require.Greater(t, len(steps), 8)
	return steps
}

// pattern matches the answer, whatever transactions and sessions are called.
func (s step) pattern() *regexp.Regexp {
	var b strings.Builder
	b.WriteString(`\A`)
	for _, line := range s.answer {
		if line == "…" {
			b.WriteString(`(?s:.*)`)
			continue
		}
		quoted := strings.ReplaceAll(regexp.QuoteMeta(line), "…", ".+")
		b.WriteString(random.ReplaceAllString(quoted, "[0-9a-f]{16}") + "\n")
	}
	b.WriteString(`\z`)
	return regexp.MustCompile(b.String())
}

var random = regexp.MustCompile(`\b[0-9a-f]{16}\b`)

// freePort is an address of this machine where nobody listens.
func freePort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	return listener.Addr().String()
}

// TestREADMEWalkThrough types what the README shows and compares the answers.
func TestREADMEWalkThrough(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("the README looks at a page with curl, which is not here")
	}
	// One shell for all of it, as one person has; a mark ends each answer.
	const mark = "=== next ==="
	var script strings.Builder
	steps := walkThrough(t)
	for _, s := range steps {
		script.WriteString(s.command + "\necho '" + mark + "'\n")
	}
	shell := exec.Command("sh", "-c", script.String())
	shell.Dir = t.TempDir()
	shell.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "LIVERY_") || strings.HasPrefix(v, "TF_") })
	shell.Env = append(shell.Env, "no_proxy=127.0.0.1")
	shell.WaitDelay = patience // should the simulator outlive the shell
	out, err := shell.CombinedOutput()
	require.NoError(t, err, string(out))
	answers := strings.Split(string(out), mark+"\n")
	require.Len(t, answers, len(steps)+1)
	for i, s := range steps {
		assert.Regexp(t, s.pattern(), answers[i], "$ %s", s.command)
	}
	picture := fenced(readme(t), "text")[0]
	assert.True(t, strings.Contains(string(out), picture), "the plan at the top of the README is not that of the walk-through")
}

// TestREADMELanguage validates the README's tour of the language.
func TestREADMELanguage(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"stack/main.livery.hcl":      fenced(readme(t), "hcl")[0],
		"stack/variables.livery.hcl": "variable \"access_key\" {}\nvariable \"secret_key\" { sensitive = true }\n",
		"stack/texts/en.json":        `{"mobileResultPage": {"countdownText": "In {second} s"}}`,
		"shared/x.livery.hcl":        "theme \"shared\" {}\n",
	} {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	out, err := exec.Command("livery", "-chdir="+filepath.Join(dir, "stack"), "validate").CombinedOutput()
	require.NoError(t, err, string(out))
}

// TestREADMERules holds the table of rules to what there is.
func TestREADMERules(t *testing.T) {
	_, table, _ := strings.Cut(readme(t), "\n## Rules\n")
	table, _, _ = strings.Cut(table, "\n## ")
	levels := make(map[schema.Rule]string)
	for _, row := range regexp.MustCompile("(?m)^\\| (`[^|]*) \\| ([^|]*) \\|").FindAllStringSubmatch(table, -1) {
		for _, name := range regexp.MustCompile("[a-z-]+").FindAllString(row[1], -1) {
			levels[schema.Rule(name)] = strings.TrimSuffix(row[2], ", `lint` only")
		}
	}
	for _, c := range schema.Checks() {
		want := string(c.Level)
		if c.Fixed {
			want += ", fixed"
		}
		assert.Equal(t, want, levels[c.Rule], c.Rule)
		delete(levels, c.Rule)
	}
	assert.Empty(t, levels, "rules that do not exist")
}

// TestREADMEFunctions calls every function that the README names: what does not
// exist is told apart from what is called wrongly.
func TestREADMEFunctions(t *testing.T) {
	_, section, _ := strings.Cut(readme(t), "\n### Functions\n")
	section, _, _ = strings.Cut(section, "\n## ")
	names := regexp.MustCompile("`([a-z0-9_]+)[(`]").FindAllStringSubmatch(section, -1)
	require.Greater(t, len(names), 100)
	var stack strings.Builder
	for i, name := range names {
		fmt.Fprintf(&stack, "locals {\n  l%d = %s()\n}\n", i, name[1])
	}
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "main.livery.hcl"), []byte(stack.String()), 0o600))
	out, err := exec.Command("livery", "-chdir="+dir, "validate").CombinedOutput()
	require.Error(t, err, "no function was called")
	assert.Empty(t, regexp.MustCompile(`no function named "[^"]*"`).FindAllString(string(out), -1))
}

// TestREADMECommands holds the table of commands to those that help lists.
func TestREADMECommands(t *testing.T) {
	help, err := exec.Command("livery", "-help").Output()
	require.NoError(t, err)
	commands := regexp.MustCompile(`(?m)^  ([a-z][a-z-]+)  +[A-Z]`).FindAllStringSubmatch(string(help), -1)
	require.Greater(t, len(commands), 10)
	_, section, _ := strings.Cut(readme(t), "\n## Commands\n")
	section, _, _ = strings.Cut(section, "\n## ")
	for _, c := range commands {
		assert.True(t, strings.Contains(section, "`"+c[1]), "the README does not tell of livery %s", c[1])
	}
}
