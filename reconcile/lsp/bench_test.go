package lsp

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"livery/schema"
)

// everyDocument writes a stack of a theme and 26 documents that declare every text, of about
// 200 KB, and gives its files by name.
func everyDocument(t testing.TB, dir string) map[string]string {
	t.Helper()
	files := make(map[string]string)
	write := func(name, text string) {
		files[name] = text
		require.NoError(t, os.MkdirAll(dir, 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	write("theme.livery.hcl", "livery {\n  texts {\n    source = \"en\"\n  }\n}\nlocals {\n  brand = \"#0b5fff\"\n}\n\ntheme \"base\" {\n"+bodyOf(func(f *schema.Field) string {
		if f.Kind == schema.Colour {
			return "local.brand"
		}
		return ""
	})+"}\n")
	for _, l := range schema.Locales()[:26] {
		write(string(l.Value)+".livery.hcl", fmt.Sprintf("locale %q {\n  theme = theme.base\n", l.Value)+bodyOf(func(f *schema.Field) string {
			if f.Kind == schema.Text {
				return fmt.Sprintf("%q", fmt.Sprintf("What %s says in %s, at some length", f.HCLName(), l.Name))
			}
			return ""
		})+"}\n")
	}
	return files
}

// bodyOf is the body of a theme or a document with the fields that have a value.
func bodyOf(value func(*schema.Field) string) string {
	var b strings.Builder
	for _, p := range schema.Pages() {
		indent, end := "  ", ""
		for i := range p.Fields {
			text := value(&p.Fields[i])
			if text == "" {
				continue
			}
			if p.Key != "" && end == "" {
				b.WriteString("  " + p.HCLName() + " {\n")
				indent, end = "    ", "  }\n"
			}
			b.WriteString(indent + p.Fields[i].HCLName() + " = " + text + "\n")
		}
		b.WriteString(end)
	}
	return b.String()
}

// typing puts a digit in the place of the first letter of some words of a file, and back, again
// and again.
func typing(b *testing.B, s *server, uri, text, words string) {
	line := strings.Count(text[:strings.Index(text, words)], "\n")
	column := strings.Index(strings.Split(text, "\n")[line], words)
	var took, asked []time.Duration
	debug.SetGCPercent(GarbagePercent) // as the program has it
	version := 1
	edit := func(piece string, deleted int) {
		version++
		var p changeParams
		p.TextDocument.URI, p.TextDocument.Version = uri, &version
		at := textRange{position{line, column}, position{line, column + deleted}}
		p.ContentChanges = append(p.ContentChanges, struct {
			Range *textRange `json:"range"`
			Text  string     `json:"text"`
		}{&at, piece})
		begin := time.Now()
		s.publisher.faultsAtOnce(s.change(p))
		s.analyse()
		took = append(took, time.Since(begin))
		for _, method := range []string{"textDocument/completion", "textDocument/hover", "textDocument/documentColor", "textDocument/inlayHint", "textDocument/documentSymbol", "textDocument/semanticTokens/full", "textDocument/codeAction", "textDocument/definition", "textDocument/foldingRange"} {
			params := fmt.Sprintf(`{"textDocument": {"uri": %q}, "position": {"line": %d, "character": %d}, "range": {"start": {"line": %[2]d, "character": 0}, "end": {"line": %[2]d, "character": 80}}, "context": {}}`, uri, line, column)
			begin := time.Now()
			_, err := s.requests[method](s, json.RawMessage(params))
			asked = append(asked, time.Since(begin))
			require.NoError(b, err)
		}
	}
	for b.Loop() {
		edit("1", 1)
		edit(words[:1], 1)
	}
	p99 := func(list []time.Duration) float64 {
		slices.Sort(list)
		return float64(list[len(list)*99/100].Microseconds()) / 1000
	}
	b.ReportMetric(p99(took), "ms/edit-p99")
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms/edit-median")
	b.ReportMetric(p99(asked), "ms/answer-p99")
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.HeapInuse)/1e6, "MB-heap")
	b.ReportMetric(float64(m.Sys-m.HeapReleased)/1e6, "MB-all")
	runtime.KeepAlive(s)
}

// From an edit to its diagnostics, and what is asked while typing, in a stack of 26 documents:
// in a translation, in the source that all others are compared with, and in a colour that all
// documents wear.
func BenchmarkTyping(b *testing.B) {
	for name, at := range map[string]struct{ file, words string }{
		"translation": {"th_TH.livery.hcl", "What "},
		"source":      {"en_US.livery.hcl", "What "},
		"colour":      {"theme.livery.hcl", "fff"},
	} {
		b.Run(name, func(b *testing.B) {
			dir := filepath.Join(b.TempDir(), "a")
			text := everyDocument(b, dir)[at.file]
			s, uri := quietServer(b, dir, at.file, text)
			typing(b, s, uri, text, at.words)
		})
	}
}

// The same with a hundred stacks in the workspace, one of them open.
func BenchmarkAmongStacks(b *testing.B) {
	root := b.TempDir()
	var text string
	for i := range 100 {
		text = everyDocument(b, filepath.Join(root, fmt.Sprintf("stack-%02d", i)))["th_TH.livery.hcl"]
	}
	s, uri := quietServer(b, filepath.Join(root, "stack-00"), "th_TH.livery.hcl", text)
	s.folders = append(s.folders, root)
	s.explore()
	<-s.queue.ready
	e, _ := s.queue.take()
	s.handle(e)
	typing(b, s, uri, text, "What ")
}
