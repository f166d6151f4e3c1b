package lsp

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile/scaffold"
	"livery/reconcile/workspace"
)

// fiveMinutes is what the README has people write in their first five minutes: what init
// writes, and what they add to it.
func fiveMinutes(t *testing.T) string {
	t.Helper()
	from := t.TempDir()
	_, err := scaffold.Init(workspace.Directory(from), "brand", scaffold.Options{})
	require.NoError(t, err)
	begun, err := os.ReadFile(filepath.Join(from, "brand", "main.livery.hcl"))
	require.NoError(t, err)
	page, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	_, added, found := strings.Cut(strings.ReplaceAll(string(page), "\r\n", "\n"), "$ cat >> main.livery.hcl <<'HCL'\n")
	require.True(t, found)
	added, _, found = strings.Cut(added, "> HCL\n")
	require.True(t, found)
	var b strings.Builder
	for line := range strings.Lines(added) {
		b.WriteString(strings.TrimPrefix(strings.TrimPrefix(line, ">"), " "))
	}
	return string(begun) + b.String()
}

// While the first five minutes are typed, character by character into an empty file, nothing
// is said that is gone; and of lines that are finished nothing is said that follows only from
// what is not finished yet: no name is called unknown, no reference wrong.
func TestTypingTheFirstFiveMinutes(t *testing.T) {
	text := fiveMinutes(t)
	dir := t.TempDir()
	s, uri := quietServer(t, dir, "main.livery.hcl", "")
	at, version := position{}, 1
	for i, r := range text {
		version++
		var p changeParams
		p.TextDocument.URI, p.TextDocument.Version = uri, &version
		p.ContentChanges = append(p.ContentChanges, struct {
			Range *textRange `json:"range"`
			Text  string     `json:"text"`
		}{&textRange{at, at}, string(r)})
		s.publisher.faultsAtOnce(s.change(p))
		s.analyse()
		if at.Character++; r == '\n' {
			at = position{Line: at.Line + 1}
		}
		said := lastSaid(t, s, uri)
		for _, d := range said {
			isOpen := d.Code == "syntax" && strings.HasPrefix(d.Message, "Block without an end")
			isToCome := d.Code == "missing" || d.Code == "unused-theme" // true of what is there
			switch {
			case d.Range.Start.Line == at.Line:
				assert.Contains(t, []string{"syntax", "whitespace", "missing"}, d.Code, "%q: %s", text[:i+1], d.Message)
			case !isOpen && !isToCome:
				assert.Fail(t, d.Message, "%q", text[:i+1])
			}
		}
		if i%50 == 0 {
			fresh, _ := quietServer(t, dir, "main.livery.hcl", text[:i+len(string(r))])
			assert.Equal(t, lastSaid(t, fresh, uri), said, "%q", text[:i+1])
		}
	}
	for _, d := range lastSaid(t, s, uri) {
		assert.Equal(t, "missing", d.Code, d.Message)
	}
}
