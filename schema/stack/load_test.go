package stack

import (
	"bytes"
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/hashicorp/hcl/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"livery/schema"
	"livery/schema/config"
	"livery/schema/rule"
	"livery/schema/syntax"
)

var update = flag.Bool("update", false, "rewrite the golden sections of testdata/source")

// The golden sections of an archive, and the one that says how to load.
const (
	optionsSection = "options"
	jsonSection    = "want.json"
	diagsSection   = "want.diags"
)

// TestLoad loads the stacks of testdata/source. An archive holds the files of a
// stack; a name that begins with ../ lies beside it. The section options has one
// line for each thing that is known from outside:
//
//	need nothing|documents|account
//	env NAME=VALUE
//	var NAME=VALUE
//	var-file FILE
//	answer NAME=VALUE    what somebody types when asked for a variable
//
// want.json is what was understood, want.diags has one line for each finding:
// severity, rule, place, address, path, summary and detail.
func TestLoad(t *testing.T) {
	names, err := filepath.Glob("../../testdata/source/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, names)
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			require.NoError(t, err)
			stack, diags := Load(optionsOf(t, archive))
			want := map[string]string{jsonSection: stackJSON(t, stack), diagsSection: diagLines(diags)}
			if *update {
				require.NoError(t, os.WriteFile(name, withSections(archive, want), 0o644))
				return
			}
			for _, section := range []string{jsonSection, diagsSection} {
				assert.Equal(t, sectionOf(archive, section), want[section], section)
			}
			checkRanges(t, stack, diags)
		})
	}
}

func sectionOf(a *txtar.Archive, name string) string {
	for _, f := range a.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

// withSections is the archive with new golden sections at its end; an empty one
// is left out.
func withSections(a *txtar.Archive, sections map[string]string) []byte {
	next := &txtar.Archive{Comment: a.Comment}
	for _, f := range a.Files {
		if _, golden := sections[f.Name]; !golden {
			next.Files = append(next.Files, f)
		}
	}
	for _, name := range []string{jsonSection, diagsSection} {
		if sections[name] != "" {
			next.Files = append(next.Files, txtar.File{Name: name, Data: []byte(sections[name])})
		}
	}
	return txtar.Format(next)
}

func optionsOf(t *testing.T, a *txtar.Archive) Options {
	t.Helper()
	fsys := fstest.MapFS{"team/stack": {Mode: os.ModeDir | 0o755}}
	opts := Options{FS: fsys, Dir: "team/stack", Version: "0.1.0"}
	env, answers := make(map[string]string), make(map[string]string)
	for _, f := range a.Files {
		if f.Name != optionsSection {
			fsys[path.Join("team/stack", f.Name)] = &fstest.MapFile{Data: f.Data}
			continue
		}
		for line := range strings.Lines(string(f.Data)) {
			kind, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
			name, value, _ := strings.Cut(rest, "=")
			switch kind {
			case "need":
				need, ok := map[string]Need{"nothing": NeedNothing, "documents": NeedDocuments, "account": NeedAccount}[rest]
				require.True(t, ok, line)
				opts.Need = need
			case "env":
				env[name] = value
			case "var":
				opts.Assignments = append(opts.Assignments, config.Assignment{Name: name, Value: value})
			case "var-file":
				opts.Assignments = append(opts.Assignments, config.Assignment{File: rest})
			case "answer":
				answers[name] = value
			default:
				require.Fail(t, "unknown option", line)
			}
		}
	}
	opts.Env = func(name string) (string, bool) {
		value, set := env[name]
		return value, set
	}
	if len(answers) > 0 {
		opts.Ask = func(name, _ string, _ bool) (string, bool) {
			value, ok := answers[name]
			return value, ok
		}
	}
	return opts
}

// stackJSON shows what was understood, and nothing of what was not said.
func stackJSON(t *testing.T, s *Stack) string {
	t.Helper()
	shown := make(map[string]any)
	add := func(key string, said bool, value any) {
		if said {
			shown[key] = value
		}
	}
	documents, sessions := make(map[string]schema.Document), make(map[string]schema.Session)
	guarded := make(map[string]bool)
	for _, d := range s.Documents {
		documents[d.Locale.AddressOf().String()] = d
		if d.PreventDestroy.Declared() {
			guarded[d.Locale.AddressOf().String()] = d.PreventDestroy.Flag()
		}
	}
	for _, session := range s.Sessions {
		sessions[session.Address().String()] = session
		if session.PreventDestroy.Declared() {
			guarded[session.Address().String()] = session.PreventDestroy.Flag()
		}
	}
	var removed []string
	for _, r := range s.Removed {
		removed = append(removed, r.Address.String())
	}
	add("documents", len(documents) > 0, documents)
	add("sessions", len(sessions) > 0, sessions)
	add("prevent_destroy", len(guarded) > 0, guarded)
	add("removed", len(removed) > 0, removed)
	add("levels", len(s.Levels) > 0, s.Levels)
	var read []string // by functions
	for _, d := range s.Dependencies {
		declared := slices.ContainsFunc(s.Module.Sources.Dependencies(), func(c syntax.Dependency) bool { return c.Path == d.Path && c.Pattern == d.Pattern })
		if !declared && !slices.Contains(read, d.Name()) {
			read = append(read, d.Name())
		}
	}
	add("read", len(read) > 0, read)
	add("empty", s.Empty, true)
	account := make(map[string]any)
	if a := s.Account; a.Range.Filename != "" {
		account["secret_key"], account["access_key"], account["base_url"] = a.SecretKey != "", a.AccessKey, a.BaseURL
		account["token_ttl"] = a.TokenTTL.String()
		if a.Retries != nil {
			account["retries"] = *a.Retries
		}
	}
	add("account", len(account) > 0, account)
	if s.Backend.Type != "" {
		backend := map[string]string{"type": s.Backend.Type}
		for name, v := range s.Backend.Attributes {
			backend[name] = v
		}
		shown["backend"] = backend
	}
	options := make(map[string]string)
	for id, set := range s.Options {
		for name, v := range set {
			options[string(id)+"."+name] = fmt.Sprint(v.Value)
		}
	}
	add("options", len(options) > 0, options)
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	require.NoError(t, enc.Encode(shown))
	return b.String()
}

// diagLines shows findings, one a line.
func diagLines(diags hcl.Diagnostics) string {
	var b strings.Builder
	for _, d := range diags {
		finding := schema.FindingOf(d)
		severity, place := "error", "-"
		if d.Severity == hcl.DiagWarning {
			severity = "warning"
		}
		if r := d.Subject; r != nil {
			place = fmt.Sprintf("%s:%d:%d-%d:%d", r.Filename, r.Start.Line, r.Start.Column, r.End.Line, r.End.Column)
		}
		line := fmt.Sprintf("%s %s %s %s %s %s | %s", severity, orDash(string(finding.Rule)), place, orDash(finding.Address().String()), orDash(finding.Path), d.Summary, d.Detail)
		b.WriteString(strings.ReplaceAll(line, "\n", `\n`) + "\n")
	}
	return b.String()
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// checkRanges asserts that every finding has a rule and stands within a file
// that was read.
func checkRanges(t *testing.T, s *Stack, diags hcl.Diagnostics) {
	t.Helper()
	assert.True(t, diagsSorted(diags), "findings are sorted by file and place")
	for _, d := range diags {
		assert.NotEmpty(t, schema.FindingOf(d).Rule, "%s", d)
		assert.Equal(t, d.Severity == hcl.DiagError, schema.LevelOf(d) == rule.Error, "%s", d)
		assert.NotEmpty(t, d.Summary)
		assert.NotEmpty(t, d.Detail)
		src, ok := []byte(nil), false
		if d.Subject != nil {
			src, ok = s.Sources[d.Subject.Filename]
		}
		if !ok {
			continue // it belongs to no file, or to one that could not be read
		}
		start, end := d.Subject.Start, d.Subject.End
		assert.LessOrEqual(t, start.Byte, end.Byte, "%s", d)
		assert.LessOrEqual(t, end.Byte, len(src), "%s", d)
		assert.GreaterOrEqual(t, start.Byte, 0, "%s", d)
		lines := bytes.Count(src, []byte("\n")) + 1
		assert.True(t, start.Line >= 1 && end.Line >= start.Line && end.Line <= lines, "%s: %v", d, d.Subject)
		assert.Equal(t, bytes.Count(src[:min(start.Byte, len(src))], []byte("\n"))+1, start.Line, "%s: %v", d, d.Subject)
	}
}

func diagsSorted(diags hcl.Diagnostics) bool {
	place := func(d *hcl.Diagnostic) hcl.Range {
		if d.Subject == nil {
			return hcl.Range{}
		}
		return *d.Subject
	}
	return slices.IsSortedFunc(diags, func(x, y *hcl.Diagnostic) int {
		a, b := place(x), place(y)
		return cmp.Or(cmp.Compare(a.Filename, b.Filename), cmp.Compare(a.Start.Byte, b.Start.Byte), cmp.Compare(a.End.Byte, b.End.Byte))
	})
}

// The same files give the same stack and the same findings, whatever order maps
// are walked in.
func TestLoadIsDeterministic(t *testing.T) {
	names, err := filepath.Glob("../../testdata/source/*.txtar")
	require.NoError(t, err)
	for _, name := range names {
		archive, err := txtar.ParseFile(name)
		require.NoError(t, err)
		want := sectionOf(archive, jsonSection) + sectionOf(archive, diagsSection)
		for range 20 {
			stack, diags := Load(optionsOf(t, archive))
			require.Equal(t, want, stackJSON(t, stack)+diagLines(diags), name)
		}
	}
}

// Whoever copies an example begins without a single finding.
func TestExamplesLoadClean(t *testing.T) {
	dirs, err := filepath.Glob("../../examples/*")
	require.NoError(t, err)
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	loaded := 0
	for _, dir := range dirs {
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			continue
		}
		stack, diags := Load(Options{FS: os.DirFS(root), Dir: path.Join("examples", filepath.Base(dir)), Version: "0.1.0", Need: NeedDocuments})
		if stack.Empty {
			continue
		}
		assert.Empty(t, diagLines(diags), dir)
		assert.NotEmpty(t, stack.Documents, dir)
		loaded++
	}
	assert.GreaterOrEqual(t, loaded, 2)
}

// What is written as HCL loads as the same document, for all that the archives
// declare.
func TestDocumentsSurviveWriting(t *testing.T) {
	names, err := filepath.Glob("../../testdata/source/*.txtar")
	require.NoError(t, err)
	for _, name := range names {
		archive, err := txtar.ParseFile(name)
		require.NoError(t, err)
		stack, diags := Load(optionsOf(t, archive))
		if diags.HasErrors() {
			continue // documents with faults are incomplete
		}
		checkWriting(t, stack)
	}
}

// Locals and themes that build on each other in a long row are refused before
// they overflow the stack, and a value that doubles at each step before it fills
// the memory.
func TestLongChains(t *testing.T) {
	chain := func(n int, line func(i int) string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(line(i))
		}
		return b.String()
	}
	local := func(n int) string {
		return "locals {\n" + chain(n, func(i int) string { return fmt.Sprintf("a%d = local.a%d\n", i, i+1) }) + fmt.Sprintf("a%d = 1\n}\naccount {\n  secret_key = local.a0\n}\n", n)
	}
	theme := func(n int) string {
		return chain(n, func(i int) string { return fmt.Sprintf("theme \"t%d\" { extends = theme.t%d }\n", i, i+1) }) + fmt.Sprintf("theme \"t%d\" {}\n", n)
	}
	tests := map[string]struct {
		src  string
		want string
	}{
		"locals":              {local(maxReferences - 1), "Secret in a file"},
		"too many locals":     {local(50_000), "Too many references"},
		"themes":              {theme(maxReferences - 1), ""},
		"too many themes":     {theme(20_000), "Too many references"},
		"a list that grows":   {"locals {\na0 = \"xxxxxxxxxx\"\n" + chain(40, func(i int) string { return fmt.Sprintf("a%d = [local.a%d, local.a%d]\n", i+1, i, i) }) + "}\n", "Value too large"},
		"a text that grows":   {"locals {\na0 = \"xxxxxxxxxx\"\n" + chain(100, func(i int) string { return fmt.Sprintf("a%d = \"${local.a%d}${local.a%d}\"\n", i+1, i, i) }) + "}\n", "Value too large"},
		"a number that grows": {"locals {\na0 = 1e9999\n" + chain(100, func(i int) string { return fmt.Sprintf("a%d = local.a%d * local.a%d\n", i+1, i, i) }) + "}\n", "Number out of range"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			diags := loadText("main.livery.hcl", test.src)
			if test.want == "" {
				assert.Empty(t, diags)
				return
			}
			var summaries []string
			for _, d := range diags {
				summaries = append(summaries, d.Summary)
			}
			assert.Contains(t, summaries, test.want)
			assert.Less(t, len(diags), 200)
		})
	}
}
