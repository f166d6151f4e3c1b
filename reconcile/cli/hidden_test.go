package cli_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile/cli"
	"livery/reconcile/command"
)

// acting is what a terminal would obey: colours and other sequences, a link, a title,
// a carriage return, a forged line, a text that runs backwards, a C1 control.
const acting = "\x1b[35m\x1b[2J\x1b]8;;https://example.com\x07\r\nFORGED \u202e\u2066\u009b35m\x7f"

// terminalAt is a directory in which commands run, whose output nobody trusts.
type terminalAt struct {
	*testing.T
	dir string
	env map[string]string
}

func newTerminal(t *testing.T) terminalAt {
	t.Helper()
	return terminalAt{t, t.TempDir(), map[string]string{
		"LIVERY_ACCESS_KEY": "key", "LIVERY_SECRET_KEY": "secret", "LIVERY_BASE_URL": "", "HOME": t.TempDir(), "USER": "ana",
	}}
}

func (t terminalAt) write(name, text string) {
	t.Helper()
	path := filepath.Join(t.dir, name)
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
}

func (t terminalAt) read(name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(t.dir, name))
	require.NoError(t, err)
	return string(data)
}

// run runs a command, without colour and with, and holds that nothing acts in what it
// writes. It gives what was written without colour.
func (t terminalAt) run(args ...string) (output string) {
	t.Helper()
	for _, colour := range []string{"", "1"} {
		var stdout, stderr bytes.Buffer
		env := command.Env{
			Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: &stderr, Now: time.Now,
			Getenv: func(name string) string {
				if name == "FORCE_COLOR" {
					return colour
				}
				return t.env[name]
			},
		}
		cli.Main(append([]string{"-chdir=" + t.dir}, args...), env)
		for stream, text := range map[string]string{"stdout": stdout.String(), "stderr": stderr.String()} {
			if found := findActing(text, colour != ""); found != "" {
				assert.Fail(t, "something acts on "+stream, "livery %s: %q in\n%q", strings.Join(args, " "), found, text)
			}
			if colour == "" {
				output += text
			}
		}
	}
	return output
}

var ownColours = regexp.MustCompile("\x1b\\[[0-9;]*m")

// findActing is the first thing in a text that acts on a terminal, or a line that was
// made up; "" if there is none.
func findActing(text string, coloured bool) string {
	if coloured {
		if strings.Contains(text, "\x1b[35m") {
			return "a colour that is not livery's"
		}
		text = ownColours.ReplaceAllString(text, "")
	}
	for i, r := range text {
		switch {
		case r == '\n', r == '\t':
		case r == utf8.RuneError && !strings.HasPrefix(text[i:], "\ufffd"):
			return "a byte that is no text"
		case r < 0x20, r >= 0x7f && r < 0xa0, r >= 0x2028 && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
			return string(r)
		}
	}
	if regexp.MustCompile(`(?m)^(│ )?FORGED`).MatchString(text) {
		return "a line that was made up"
	}
	return ""
}

// variants are all values that one string of a JSON value, a name or a text, makes
// when something that acts is put into it.
func variants(v any) []any {
	var list []any
	switch v := v.(type) {
	case string:
		return []any{v + acting, acting}
	case map[string]any:
		for name, value := range v {
			with := func(name string, value any) map[string]any {
				c := map[string]any{name: value}
				for n, other := range v {
					if n != name {
						c[n] = other
					}
				}
				return c
			}
			for _, changed := range variants(value) {
				list = append(list, with(name, changed))
			}
			renamed := with(name+acting, value)
			delete(renamed, name)
			list = append(list, renamed)
		}
	case []any:
		for i, value := range v {
			for _, changed := range variants(value) {
				c := slices.Clone(v)
				c[i] = changed
				list = append(list, c)
			}
		}
	}
	return list
}

func parsed(t *testing.T, text string) any {
	t.Helper()
	var v any
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	require.NoError(t, dec.Decode(&v))
	return v
}

func encoded(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	require.NoError(t, err)
	return string(text)
}

const smallStack = `
session "kiosk" {
  api        = "h5_token"
  region     = "SGP"
  return_url = "https://www.example.com/done"
}
locale "en" {
  title_text = "Hello"
  extra      = { newPage = { glow = "strong" } }
}
`

const smallState = `{"version": 1, "livery_version": "0.1.0", "serial": 3, "lineage": "l",
  "run": {"operation": "apply", "who": "ana@studio", "at": "2026-02-03T04:05:06Z"},
  "account": {"base_url": "simulator", "access_key_sha256": ""},
  "locales": {
    "en_US": {"document": {"titleText": "Hi", "locale": "en_US", "newPage": {"glow": "weak"}}, "applied_at": "2026-02-03T04:05:06Z",
      "transaction_id": "tx", "in_doubt": {"locale": "en_US", "titleText": "Ho"}}},
  "sessions": {"kiosk": {"definition": {"api": "h5_token", "region": "PHL", "return_url": "https://www.example.com/done",
    "locales": {"th_TH": {"return_url": "https://www.example.com/th"}}}, "recorded_at": "2026-02-03T04:05:06Z"}}}`

// Nothing in a state acts on whoever looks at it, whatever an editor, a merge or a
// stranger has put there.
func TestStateDoesNotAct(t *testing.T) {
	at := newTerminal(t)
	at.write("main.livery.hcl", smallStack+"account { base_url = \"simulator\" }\n")
	commands := [][]string{
		{"state", "list"}, {"state", "show", "locale.en"}, {"show"}, {"show", "-json"}, {"state", "pull"}, {"history"}, {"history", "-json"},
		{"session", "list"}, {"session", "show", "kiosk"}, {"session", "export"}, {"session", "export", "-format=ts"},
		{"session", "export", "-format=env"}, {"session", "export", "-format=docker"}, {"plan"}, {"plan", "-json"}, {"preview", "-out=p.html"},
	}
	at.write("livery.state.json", smallState)
	for _, command := range commands {
		require.NotContains(t, at.run(command...), "Error", "%v works on the state as it was", command)
	}
	for i, v := range variants(parsed(t, smallState)) {
		at.write("livery.state.json", encoded(t, v))
		for j, command := range commands {
			if (i+j)%5 == 0 { // each command meets many kinds of strings
				at.run(command...)
			}
		}
	}
}

// Nothing in a saved plan does, even if it was sealed again.
func TestPlanFileDoesNotAct(t *testing.T) {
	at := newTerminal(t)
	at.write("main.livery.hcl", smallStack+"account { base_url = \"simulator\" }\n")
	at.write("livery.state.json", smallState)
	at.run("plan", "-out=saved.plan")
	saved, ok := parsed(t, at.read("saved.plan")).(map[string]any)
	require.True(t, ok)
	delete(saved, "plan_sha256")
	for i, v := range variants(saved) {
		at.write("changed.plan", reseal(encoded(t, v)))
		for j, command := range [][]string{{"show"}, {"show", "-json"}, {"show", "-show-requests"}, {"apply"}, {"apply", "-json"}, {"preview", "-out=p.html"}} {
			if (i+j)%3 == 0 {
				at.run(append(command, "changed.plan")...)
			}
		}
	}
	at.write("changed.plan", reseal(encoded(t, saved)))
	assert.Contains(t, at.run("show", "changed.plan"), "Plan:", "the seal of this test is good")
}

func reseal(plan string) string {
	open := strings.TrimSuffix(plan, "}") + `,"plan_sha256":"`
	return fmt.Sprintf("%s%x\"}\n", open, sha256.Sum256([]byte(strings.TrimSuffix(plan, "}"))))
}

// Nothing that the service or the server of a state says does.
func TestServersDoNotAct(t *testing.T) {
	answers := []string{
		`{"code": "SUCCESS", "message": "OK", "transactionId": "t", "pricingStrategy": "FREE", "extra": "x", "data": {"token": "x", "expiredTime": 99999999999999, "signatureId": "0123456789abcdef", "url": "https://example.com/x"}}`,
		`{"code": "PARAMETER_ERROR", "message": "mobileResultPage.successDesc is invalid", "transactionId": "t", "data": null}`,
		`{"ID": "i", "Operation": "apply", "Info": "", "Who": "ana", "Version": "0.1.0", "Created": "2026-01-01T00:00:00Z", "Path": "p", "Host": "h", "PID": 1}`,
		smallState,
	}
	at := newTerminal(t)
	var answer string
	status := http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, answer)
	}))
	defer server.Close()
	service := fmt.Sprintf("account { base_url = %q }\n", server.URL)
	kept := fmt.Sprintf("account { base_url = \"simulator\" }\nlivery {\n  backend \"http\" {\n    address = \"%s/state\"\n    lock_address = \"%s/lock\"\n  }\n}\n", server.URL, server.URL)
	for i, good := range answers {
		for _, v := range variants(parsed(t, good)) {
			answer = encoded(t, v)
			if i < 2 {
				if v.(map[string]any)["code"] == nil {
					continue // no answer of the service: it is asked again for long, and nothing of it is shown
				}
				at.write("main.livery.hcl", smallStack+service)
				at.write("livery.state.json", `{"version": 1, "livery_version": "0.1.0", "serial": 3, "lineage": "l", "locales": {}, "sessions": {}}`)
				at.run("apply", "-auto-approve")
				at.run("session", "open", "-config", "kiosk", "-user-id=u")
				at.run("session", "result", "-config", "kiosk", "0123456789abcdef")
				continue
			}
			at.write("main.livery.hcl", smallStack+kept)
			for _, status = range []int{http.StatusOK, http.StatusLocked, http.StatusForbidden} {
				at.run("state", "list")
				at.run("plan", "-lock-timeout=0s")
			}
			status = http.StatusOK
		}
	}
	for _, answer = range []string{acting, `"` + acting + `"`} {
		for _, status = range []int{http.StatusOK, http.StatusLocked, http.StatusForbidden} {
			at.run("state", "list")
			at.run("plan", "-lock-timeout=0s")
		}
	}
}

// Nothing in the files of a stack and its directory does.
func TestFilesDoNotAct(t *testing.T) {
	at := newTerminal(t)
	quoted := strings.NewReplacer("\x1b", `\u001b`, "\r", `\u000d`, "\n", `\n`, "\x07", `\u0007`).Replace(acting)
	stacks := map[string]string{
		"a text":           `locale "en" { title_text = "` + quoted + `" }`,
		"a bad colour":     `locale "en" { mobile_tips_page { start_button_text_color = "` + quoted + `" } }`,
		"a locale":         `locale "` + quoted + `" { title_text = "A" }`,
		"a session":        `session "` + quoted + `" { api = "h5_token" }`,
		"a theme":          `theme "` + quoted + `" { title_text = "A" }`,
		"a member":         `locale "en" { extra = { "` + quoted + `" = { "` + quoted + `" = "x" } } }`,
		"a description":    `variable "v" { description = "` + quoted + `" }` + "\n" + `locale "en" { title_text = var.v }`,
		"a file":           `locale "en" { title_text = file("` + quoted + `") }`,
		"a comment":        `locale "en" { title_text = 7 } # ` + strings.ReplaceAll(acting, "\n", ""),
		"not parsed":       `locale "en" { title_text = ` + strings.ReplaceAll(acting, "\n", "") + ` }`,
		"a check":          `check "c" { assert { condition = false, error_message = "` + quoted + `" } }`,
		"a backend":        `livery { backend "local" { path = "` + quoted + `" } }`,
		"a base URL":       `account { base_url = "` + quoted + `" }`,
		"a required thing": `livery { required_version = "` + quoted + `" }`,
	}
	for name, text := range stacks {
		t.Run(name, func(t *testing.T) {
			at := terminalAt{t, t.TempDir(), at.env}
			at.write("main.livery.hcl", text+"\n")
			for _, command := range [][]string{
				{"validate"}, {"validate", "-json"}, {"lint"}, {"lint", "-format=sarif"}, {"lint", "-format=github"}, {"lint", "-format=junit"},
				{"lint", "-format=checkstyle"}, {"plan"}, {"plan", "-json"}, {"plan", "-out=p"}, {"show", "p"}, {"fmt", "-check", "-diff"}, {"session", "list"},
				{"session", "show", "-config", "x"}, {"init", "-reconfigure"},
			} {
				at.run(command...)
			}
		})
	}
	typed := strings.ReplaceAll(acting, "\n", "") // a line feed is the typist's own
	at.write("x"+acting+".livery.hcl", `locale "en" {   title_text = 7 }`)
	at.write("y"+acting+".livery.hcl", `locale "th" { title_text = `)
	at.write("z"+acting+".auto.liveryvars.hcl", `x = "`+quoted+`"`)
	for _, command := range [][]string{
		{"validate"}, {"validate", "-json"}, {"lint"}, {"lint", "-format=gitlab"}, {"plan"}, {"fmt", "-check", "-diff"}, {"fmt", "-list"}, {"init"},
		{typed}, {"plan", "-" + typed}, {"plan", typed}, {"plan", "-target=" + typed}, {"plan", "-target=session." + typed}, {"plan", "-var", typed + "=1"},
		{"plan", "-var-file=" + typed}, {"plan", "-out=" + typed}, {"show", typed}, {"apply", typed}, {"import", typed}, {"import", "-locale=" + typed, "x"},
		{"state", "show", typed}, {"state", "push", typed}, {"state", "rm", "locale." + typed}, {"session", "show", typed}, {"session", "export", "-format=" + typed},
		{"session", "export", "-out=" + typed + "/x"}, {"schema", typed}, {"rollback", typed}, {"force-unlock", "-force", typed}, {"simulator", "-fault=" + typed},
		{"simulator", "-listen=" + typed}, {"preview", "-locale=" + typed, "-out=x"}, {"lint", "-format=" + typed}, {"lint", typed}, {"completion", typed}, {"help", typed},
		{"-chdir=" + typed, "plan"},
	} {
		at.run(command...)
	}
	at.write(".livery/backend.json", encoded(t, map[string]any{"type": "local", "place": acting, "attributes": map[string]string{"path": "x"}}))
	at.run("plan")
	at.run("init", "-migrate-state", "-force-copy")
}

// A name as long as a file is not shown to its end.
func TestLongNamesAreShort(t *testing.T) {
	at := newTerminal(t)
	at.write("main.livery.hcl", smallStack+"account { base_url = \"simulator\" }\n")
	at.write("livery.state.json", smallState)
	name := strings.Repeat("n", 200_000)
	for _, command := range [][]string{
		{name}, {"help", name}, {"plan", "-" + name}, {"plan", "-" + name + "=1"}, {"plan", name}, {"plan", "-target=" + name},
		{"plan", "-target=session." + name}, {"plan", "-json", "-target=locale." + name}, {"plan", "-var=" + name + "=1"}, {"plan", "-var-file=" + name},
		{"plan", "-lock-timeout=" + name}, {"apply", name}, {"show", name}, {"state", "show", name}, {"state", "show", "session." + name},
		{"state", "rm", "locale." + name}, {"session", "show", name}, {"session", "open", "-locale=" + name, "kiosk"}, {"session", "export", "-format=" + name},
		{"schema", name}, {"schema", "mobile_tips_page." + name}, {"schema", "session." + name}, {"import", "-locale=" + name, "x.json"}, {"preview", "-locale=" + name, "-out=x"},
		{"lint", "-format=" + name}, {"lint", name}, {"rollback", name}, {"force-unlock", "-force", name}, {"simulator", "-fault=" + name},
		{"simulator", "-listen=" + name}, {"completion", name}, {"-chdir=" + name, "plan"},
	} {
		output := at.run(command...)
		assert.Contains(t, output, "rror", "%.60q", command)
		assert.Less(t, len(output), 6_000, "%.60q", command)
	}
	for _, text := range []string{
		`session "` + name + `" { api = "x" }`, `session "1` + name + `" { api = "x" }`, `locale "` + name + `" {}`, name + ` "x" {}`,
		`locale "en" { ` + name + ` = 1 }`, `locale "en" { title_text = var.` + name + ` }`, `locale "en" { title_text = ` + name + `(1) }`,
		`locale "en" { mobile_tips_page { start_button_text_color = "` + name + `" } }`, `theme "t" { ` + name + ` {} }`,
	} {
		at.write("main.livery.hcl", text+"\n")
		output := at.run("validate")
		assert.Contains(t, output, "rror", "%.60q", text)
		assert.Less(t, len(output), 6_000, "%.60q", text)
	}
}
