//go:build unix

package cli_test

import (
	"fmt"
	"io/fs"
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

	"livery/schema/rule"
)

// root is the top of the checkout.
func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../..")
	require.NoError(t, err)
	return dir
}

// pages are the papers that are written for people, by their path in the checkout.
func pages(t *testing.T) map[string]string {
	t.Helper()
	found := make(map[string]string)
	for _, dir := range []string{".", "schema", "reconcile", "examples", ".github"} {
		err := filepath.WalkDir(filepath.Join(root(t), dir), func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && (dir == "." && filepath.Clean(path) != root(t) || d.Name() == "node_modules"):
				return filepath.SkipDir
			case filepath.Ext(path) != ".md":
				return nil
			}
			text, err := os.ReadFile(path)
			name, _ := filepath.Rel(root(t), path)
			found[name] = string(text)
			return err
		})
		require.NoError(t, err)
	}
	require.Contains(t, found, "README.md")
	require.Contains(t, found, "reconcile/README.md")
	return found
}

// page is one of them.
func page(t *testing.T, name string) string {
	t.Helper()
	text, ok := pages(t)[name]
	require.True(t, ok, "%s is not there", name)
	return text
}

// fenced gives the blocks of a page in one language.
func fenced(text, language string) []string {
	var blocks []string
	for _, part := range strings.Split(text, "```"+language+"\n")[1:] {
		block, _, _ := strings.Cut(part, "\n```")
		blocks = append(blocks, block+"\n")
	}
	return blocks
}

// section is what stands under a heading, up to the next one of its rank or above.
func section(t *testing.T, text, heading string) string {
	t.Helper()
	_, rest, found := strings.Cut(text, "\n"+heading+"\n")
	require.True(t, found, "there is no heading %q", heading)
	rank := len(heading) - len(strings.TrimLeft(heading, "#"))
	next := regexp.MustCompile(fmt.Sprintf(`(?m)^#{1,%d} `, rank))
	if at := next.FindStringIndex(rest); at != nil {
		return rest[:at[0]]
	}
	return rest
}

// step is a command that a page shows, and what it is shown to answer. A line with an
// ellipsis alone stands for any lines, an ellipsis in a line for any text.
type step struct {
	command string
	answer  []string
}

func stepsOf(text, simulator string) []step {
	var steps []step
	for _, block := range fenced(text, "console") {
		block = strings.ReplaceAll(block, "127.0.0.1:8585", simulator) // somebody may be using the one that is shown
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

// TestPagesRun types what the pages show, each page in a shell of its own as one
// person has, and compares the answers.
func TestPagesRun(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("a page looks at the simulator with curl, which is not here")
	}
	ran := 0
	for name, text := range pages(t) {
		steps := stepsOf(text, freePort(t))
		if len(steps) == 0 {
			continue
		}
		ran++
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			typeIn(t, steps)
		})
	}
	require.GreaterOrEqual(t, ran, 5)
}

func typeIn(t *testing.T, steps []step) {
	const mark = "=== next ===" // ends each answer
	var script strings.Builder
	for _, s := range steps {
		script.WriteString(s.command + "\necho '" + mark + "'\n")
	}
	dir := t.TempDir()
	// Pages begin at the top of the checkout, and nothing that they do may change it.
	require.NoError(t, os.CopyFS(filepath.Join(dir, "examples"), os.DirFS(filepath.Join(root(t), "examples"))))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "tmp"), 0o700))
	shell := exec.Command("sh", "-c", script.String())
	shell.Dir = dir
	shell.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "LIVERY_") || strings.HasPrefix(v, "TF_") })
	shell.Env = append(shell.Env, "no_proxy=127.0.0.1", "TMPDIR="+filepath.Join(dir, "tmp"))
	shell.WaitDelay = patience // should the simulator outlive the shell
	out, err := shell.CombinedOutput()
	require.NoError(t, err, string(out))
	answers := strings.Split(string(out), mark+"\n")
	require.Len(t, answers, len(steps)+1)
	for i, s := range steps {
		assert.Regexp(t, s.pattern(), answers[i], "$ %s", s.command)
	}
}

// TestPagesLoad validates every block of HCL that a page shows, by itself.
func TestPagesLoad(t *testing.T) {
	for name, text := range pages(t) {
		for i, block := range fenced(text, "hcl") {
			t.Run(fmt.Sprintf("%s %d", name, i+1), func(t *testing.T) {
				dir := t.TempDir()
				for name, text := range map[string]string{
					"stack/main.livery.hcl":      block,
					"stack/variables.livery.hcl": "variable \"access_key\" {}\nvariable \"secret_key\" { sensitive = true }\n",
					"stack/texts/en.json":        `{"mobileResultPage": {"countdownText": "In {second} s"}}`,
					"shared/x.livery.hcl":        "theme \"shared\" {}\n",
				} {
					require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
					require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
				}
				out, err := exec.Command("livery", "-chdir="+filepath.Join(dir, "stack"), "validate").CombinedOutput()
				require.NoError(t, err, string(out))
			})
		}
	}
}

// TestPagesLead follows every link from page to page.
func TestPagesLead(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#: ]*)(#[^) ]*)?\)`)
	for name, text := range pages(t) {
		for _, to := range link.FindAllStringSubmatch(text, -1) {
			target := name
			if to[1] != "" {
				target = filepath.Join(filepath.Dir(name), to[1])
			}
			path := filepath.Join(root(t), target)
			info, err := os.Stat(path)
			if !assert.NoError(t, err, "%s leads to %s", name, to[1]) || to[2] == "" || info.IsDir() {
				continue
			}
			linked, err := os.ReadFile(path)
			require.NoError(t, err)
			assert.Contains(t, anchors(string(linked)), to[2], "%s leads to %s%s", name, to[1], to[2])
		}
	}
}

// anchors are the headings of a page as links name them.
func anchors(text string) []string {
	var list []string
	for _, heading := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(text, -1) {
		plain := regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(strings.ToLower(heading[1]), "")
		list = append(list, "#"+strings.ReplaceAll(plain, " ", "-"))
	}
	return list
}

// TestREADMEIsShort holds the first page to its length.
func TestREADMEIsShort(t *testing.T) {
	assert.LessOrEqual(t, strings.Count(page(t, "README.md"), "\n"), 200)
}

// TestPagesNameTheRules holds the table of rules to what there is.
func TestPagesNameTheRules(t *testing.T) {
	levels := make(map[rule.ID]string)
	for _, row := range regexp.MustCompile("(?m)^\\| (`[^|]*) \\| ([^|]*) \\|").FindAllStringSubmatch(section(t, page(t, "schema/README.md"), "## Rules"), -1) {
		for _, name := range regexp.MustCompile("[a-z-]+").FindAllString(row[1], -1) {
			assert.NotContains(t, levels, rule.ID(name), "the rule %s is described twice", name)
			levels[rule.ID(name)] = row[2]
		}
	}
	for _, c := range rule.All() {
		want := string(c.Level)
		switch {
		case c.Fixed:
			want += ", fixed"
		case c.Level == rule.Warning && c.Phase == rule.Linting:
			want += ", `lint` only"
		case c.Level == rule.Warning && c.Phase == rule.Drawing:
			want += ", `preview` only"
		}
		if c.Source {
			want += " †"
		}
		assert.Equal(t, want, levels[c.ID], c.ID)
		delete(levels, c.ID)
	}
	assert.Empty(t, levels, "rules that do not exist")
}

// TestPagesNameTheFunctions calls every function that the reference names: what does
// not exist is told apart from what is called wrongly.
func TestPagesNameTheFunctions(t *testing.T) {
	names := regexp.MustCompile("`([a-z0-9_]+)[(`]").FindAllStringSubmatch(section(t, page(t, "schema/README.md"), "## Functions"), -1)
	require.Greater(t, len(names), 70)
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

// helpOf runs a command with -help and lists the flags and the commands below it.
func helpOf(t *testing.T, words ...string) (flags, commands []string) {
	t.Helper()
	out, err := exec.Command("livery", append(slices.Clone(words), "-help")...).Output()
	require.NoError(t, err, "livery %s -help", words)
	text, _, _ := strings.Cut(string(out), "\nExample:")
	assert.NotContains(t, text, "default []", "livery %s -help: an empty list is no default", words)
	for _, flag := range regexp.MustCompile(`(?m)^  (-[a-z-]+)`).FindAllStringSubmatch(text, -1) {
		flags = append(flags, flag[1])
	}
	for _, c := range regexp.MustCompile(`(?m)^  ([a-z][a-z-]+)  +[A-Z]`).FindAllStringSubmatch(text, -1) {
		commands = append(commands, c[1])
	}
	return flags, commands
}

// flagRows are the flags that the tables of a section describe.
func flagRows(text string) []string {
	var flags []string
	for _, row := range regexp.MustCompile("(?m)^\\| (`-[^|]*) \\|").FindAllStringSubmatch(text, -1) {
		for _, flag := range regexp.MustCompile("`(-[a-z-]+)").FindAllStringSubmatch(row[1], -1) {
			flags = append(flags, flag[1])
		}
	}
	return flags
}

// TestPagesNameTheCommands holds the reference of commands to what help says: each
// command has its section, and each flag stands once, in that section or in one of the
// two tables that many commands share.
func TestPagesNameTheCommands(t *testing.T) {
	text := page(t, "reconcile/README.md")
	shared := append(flagRows(section(t, text, "### Flags of many commands")), flagRows(section(t, text, "### Many stacks"))...)
	planning := flagRows(section(t, text, "### plan"))
	_, commands := helpOf(t)
	require.Greater(t, len(commands), 10)
	used := make(map[string]bool)
	for _, command := range commands {
		t.Run(command, func(t *testing.T) {
			described := flagRows(section(t, text, "### "+command))
			flags, below := helpOf(t, command)
			for _, sub := range below {
				more, _ := helpOf(t, command, sub)
				flags = append(flags, more...)
			}
			for _, flag := range flags {
				used[flag] = true
				own, many := slices.Contains(described, flag), slices.Contains(shared, flag)
				asPlan := (command == "apply" || command == "rollback") && slices.Contains(planning, flag)
				assert.True(t, own || many || asPlan, "%s is not described", flag)
				assert.False(t, own && (many || asPlan) && flag != "-base", "%s is described twice", flag) // which some compare with, too
			}
			for i, flag := range described {
				assert.Contains(t, flags, flag, "the page describes a flag that is not there")
				assert.NotContains(t, described[:i], flag, "described twice")
			}
			assert.Contains(t, section(t, page(t, "README.md"), "## Commands"), "`"+command+"`", "the first page does not name it")
		})
	}
	for _, flag := range shared {
		assert.True(t, used[flag], "%s is a flag of no command", flag)
	}
}

// TestScriptVerbsAreTold holds the page about scripts to the verbs that there are.
func TestScriptVerbsAreTold(t *testing.T) {
	text, err := os.ReadFile("../../testdata/script/README.md")
	require.NoError(t, err)
	for verb := range scriptVerbs {
		assert.Contains(t, string(text), "| `"+verb+" ", "the verb is not told")
	}
}
