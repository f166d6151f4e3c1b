package lsp

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile/linting"
	"livery/reconcile/workspace"
	"livery/schema"
)

// quietServer is a server that nobody listens to, with a file open.
func quietServer(t testing.TB, dir, name, text string) (*server, string) {
	t.Helper()
	s := newServer(t.Context(), &bytes.Reader{}, io.Discard, Config{Workspace: workspace.Config{
		Dir: ".", Getenv: func(string) string { return "" }, Now: time.Now, Version: "0.1.0",
	}})
	_, err := s.initialize(initializeParams{})
	require.NoError(t, err)
	uri := s.uriOf(filepath.Join(dir, name))
	s.open(openParams{textItem{URI: uri, Version: 1, Text: text}})
	s.analyse()
	return s, uri
}

// lastSaid is what was said last of a file, whatever the version.
func lastSaid(t testing.TB, s *server, uri string) []diagnostic {
	t.Helper()
	var p publishParams
	require.NoError(t, json.Unmarshal([]byte(s.publisher.said[uri].body), &p))
	return p.Diagnostics
}

const typed = `theme "base" {
  mobile_loading_page {
    progress_color = "#0B5FFF"
  }
}

locale "th" {
  theme      = theme.base
  title_text = "สวัสดี 👋 " # ยินดี
  mobile_result_page {
    success_desc = "Done"
  }
}
`

// Whatever is typed, what is said in the end is what is said of the final text.
func TestEditsEndWhereTheTextDoes(t *testing.T) { replay(t, 20) }

// The same with ten thousand edits, which take a while.
func TestTenThousandEditsEndWhereTheTextDoes(t *testing.T) {
	if os.Getenv("LIVERY_E2E") == "" {
		t.Skip("make e2e does it")
	}
	replay(t, 173)
}

// replay types at random, 58 edits for each of so many seeds, and compares what is said in
// the end with what lint says of the final text.
func replay(t *testing.T, seeds uint64) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "main.livery.hcl"), []byte(typed), 0o644))
	pieces := []string{"", "", "", "\"", "{", "}", "\n", "title_text", " = ", "theme", "สวัสดี", "\U0001F44B", "#", "${", "x", "\r\n", "<<EOT\n", "]", "("}
	for seed := range seeds {
		rnd := rand.New(rand.NewPCG(seed, 2))
		s, uri := quietServer(t, dir, "main.livery.hcl", typed)
		text := typed
		for version := 2; version < 60; version++ {
			lines := strings.SplitAfter(text, "\n")
			line := rnd.IntN(len(lines))
			bare := strings.TrimRight(lines[line], "\r\n")
			units := utf16.Encode([]rune(bare))
			from := rnd.IntN(len(units) + 1)
			to := min(len(units), from+rnd.IntN(4))
			if inPair(units, from) || inPair(units, to) {
				continue
			}
			piece := pieces[rnd.IntN(len(pieces))]
			before, after := string(utf16.Decode(units[:from])), string(utf16.Decode(units[to:]))+lines[line][len(bare):]
			text = strings.Join(lines[:line], "") + before + piece + after + strings.Join(lines[line+1:], "")
			var p changeParams
			p.TextDocument.URI, p.TextDocument.Version = uri, &version
			p.ContentChanges = append(p.ContentChanges, struct {
				Range *textRange `json:"range"`
				Text  string     `json:"text"`
			}{&textRange{position{line, from}, position{line, to}}, piece})
			s.change(p)
			if rnd.IntN(3) == 0 {
				s.analyse()
			}
		}
		require.Equal(t, text, string(s.documents[uri].text), "seed %d", seed)
		s.analyse()
		fresh, _ := quietServer(t, dir, "main.livery.hcl", text)
		assert.Equal(t, lastSaid(t, fresh, uri), lastSaid(t, s, uri), "seed %d", seed)
		if seed%10 == 0 {
			assert.Equal(t, linted(t, text), numbers(lastSaid(t, s, uri)), "seed %d", seed)
		}
	}
}

// linted are the rules and lines that lint finds in a file with a text, in order.
func linted(t *testing.T, text string) []string {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "main.livery.hcl"), []byte(text), 0o644))
	l, err := linting.Lint(workspace.New(workspace.Config{Context: t.Context(), Dir: workspace.Directory(dir), Getenv: func(string) string { return "" }, Now: time.Now, Version: "0.1.0"}), linting.Options{})
	require.NoError(t, err)
	list := []string{}
	for _, d := range l.Diagnostics {
		line := 0
		if d.Subject != nil {
			line = d.Subject.Start.Line - 1
		}
		list = append(list, fmt.Sprintf("%d %s", line, schema.FindingOf(d).Rule))
	}
	slices.Sort(list)
	return list
}

// numbers are the rules and lines of diagnostics, in order.
func numbers(said []diagnostic) []string {
	list := []string{}
	for _, d := range said {
		list = append(list, fmt.Sprintf("%d %s", d.Range.Start.Line, d.Code))
	}
	slices.Sort(list)
	return list
}

// inPair reports whether a place lies within a surrogate pair.
func inPair(units []uint16, at int) bool {
	return at > 0 && at < len(units) && units[at] >= 0xdc00 && units[at] < 0xe000
}

func TestPositions(t *testing.T) {
	text := []byte("aé\U0001F44Bb\r\nสว\rz")
	for _, c := range []struct {
		units  encoding
		at     position
		offset int
		back   position
	}{
		{utf16Units, position{0, 0}, 0, position{0, 0}},
		{utf16Units, position{0, 2}, 3, position{0, 2}},
		{utf16Units, position{0, 3}, 3, position{0, 2}}, // within a pair: its start
		{utf16Units, position{0, 4}, 7, position{0, 4}},
		{utf16Units, position{0, 99}, 8, position{0, 5}}, // beyond the end of a line: its end
		{utf8Units, position{0, 3}, 3, position{0, 3}},
		{utf8Units, position{0, 5}, 3, position{0, 3}},
		{utf32Units, position{0, 3}, 7, position{0, 3}},
		{utf16Units, position{1, 1}, 13, position{1, 1}},
		{utf16Units, position{2, 1}, 18, position{2, 1}},
		{utf16Units, position{9, 0}, 18, position{2, 1}}, // beyond the file: its end
	} {
		l := newLines(text, c.units)
		offset := l.offset(c.at)
		assert.Equal(t, c.offset, offset, "%s %v", c.units, c.at)
		assert.Equal(t, c.back, l.position(offset), "%s %v", c.units, c.at)
	}
	assert.Equal(t, position{0, 5}, newLines(text, utf16Units).position(9), "within the end of a line")
}
