package findings

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"

	"livery/reconcile/terminal"
	"livery/schema"
	"livery/schema/redact"
)

// Sources holds the bytes of files by their names as ranges have them.
type Sources map[string][]byte

// span is a stretch of bytes, the end not included.
type span struct{ start, end int }

func (s span) overlaps(o span) bool { return s.start < o.end && o.start < s.end }

// snippets makes the files that diagnostics point into ready for quoting, each
// once and only when it is asked for.
type snippets struct {
	src     Sources
	secrets map[string][]schema.Withheld // of each file, as far as a diagnostic is about them
	files   map[string]*source
}

func newSnippets(diags hcl.Diagnostics, src Sources) *snippets {
	s := &snippets{src: src, files: map[string]*source{}, secrets: map[string][]schema.Withheld{}}
	for _, d := range diags {
		if secrets := schema.FindingOf(d).Secrets; len(secrets) > 0 {
			s.secrets[d.Subject.Filename] = append(s.secrets[d.Subject.Filename], secrets...)
		}
	}
	return s
}

// redacted are diagnostics without the secrets of the lines that they are about. Those that
// were found on the way to a stack are so already.
func redacted(diags hcl.Diagnostics, src Sources) hcl.Diagnostics {
	var secrets redact.Redactor
	list := make(hcl.Diagnostics, 0, len(diags))
	for _, d := range diags {
		if d != nil && d.Subject != nil && schema.FindingOf(d).Secrets == nil {
			d = secrets.Redact(d, src[d.Subject.Filename])
		}
		if d != nil {
			list = append(list, d)
		}
	}
	return list
}

// file is the source of that name; nil where the bytes are not known.
func (s *snippets) file(name string) *source {
	if f, ok := s.files[name]; ok {
		return f
	}
	var f *source
	if raw, ok := s.src[name]; ok && raw != nil {
		f = newSource(raw, s.secrets[name])
	}
	s.files[name] = f
	return f
}

// source is one file with what quoting needs to know of it.
type source struct {
	raw     []byte
	shown   []byte // raw with secrets starred out, byte for byte
	starts  []int  // where each line begins
	secrets []span // values that stand where a secret belongs
}

func newSource(raw []byte, secrets []schema.Withheld) *source {
	f := &source{raw: raw, shown: raw, starts: []int{0}}
	for i, b := range raw {
		if b == '\n' {
			f.starts = append(f.starts, i+1)
		}
	}
	f.hide(secrets)
	return f
}

// lineAt is the number of the line that holds byte b, from 0.
func (f *source) lineAt(b int) int {
	i, found := slices.BinarySearch(f.starts, b)
	if !found {
		i--
	}
	return i
}

// line is the extent of line i, from 0, without its line end.
func (f *source) line(i int) span {
	start, end := f.starts[i], len(f.raw)
	if i+1 < len(f.starts) {
		end = f.starts[i+1] - 1
		if end > start && f.raw[end-1] == '\r' {
			end--
		}
	}
	return span{start, end}
}

// byteAt turns a line from 1 and a column in grapheme clusters from 1 into a
// byte offset, clamped to the line.
func (f *source) byteAt(line, column int) int {
	s := f.line(min(max(line, 1), len(f.starts)) - 1)
	at := s.start
	for ; column > 1 && at < s.end; column-- {
		at += terminal.Cluster(f.raw[at:s.end])
	}
	return at
}

// byteOrderMark is no part of the text for whoever counts its columns.
const byteOrderMark = "\uFEFF"

// utf16Column is the column of byte b on its line, from 1, counted in UTF-16
// code units as editors and SARIF count.
func (f *source) utf16Column(b int) int {
	text := f.raw[f.starts[f.lineAt(b)]:b]
	if len(text) == b {
		text = bytes.TrimPrefix(text, []byte(byteOrderMark))
	}
	column := 1
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		column += utf16.RuneLen(r)
		text = text[size:]
	}
	return column
}

// spanOf finds the bytes of a range. Where its offset and its line disagree
// the line holds, because not every reader counts bytes. An empty range grows
// to the character that it stands before, if the line has one.
func (f *source) spanOf(rng hcl.Range) (span, bool) {
	start, end := rng.Start.Byte, rng.End.Byte
	inside := start >= 0 && start <= len(f.raw)
	switch {
	case inside && (rng.Start.Line < 1 || f.lineAt(start) == rng.Start.Line-1):
	case rng.Start.Line >= 1 && rng.Start.Line <= len(f.starts):
		start = f.byteAt(rng.Start.Line, rng.Start.Column)
		end = start
		if rng.End.Line >= rng.Start.Line {
			end = f.byteAt(rng.End.Line, rng.End.Column)
		}
	default:
		return span{}, false
	}
	start = terminal.RuneStart(f.raw, start)
	end = min(max(start, end), len(f.raw))
	for end < len(f.raw) && end > start && !utf8.RuneStart(f.raw[end]) {
		end++
	}
	if start == end {
		rest := f.raw[start:max(f.line(f.lineAt(start)).end, start)]
		end += terminal.Cluster(rest[:min(len(rest), 256)])
	}
	return span{start, end}, true
}

// location is where a diagnostic points.
type location struct {
	span
	rng     hcl.Range // as it is published: never empty
	file    *source   // nil where the source is not known; then span means nothing
	context span      // what is quoted, at least the span itself
	block   string    // the header of the top-level block around it, or ""
}

// resolve finds the place of a diagnostic; false if it has none.
func (s *snippets) resolve(d *hcl.Diagnostic) (location, bool) {
	if d.Subject == nil || d.Subject.Filename == "" {
		return location{}, false
	}
	at := location{rng: *d.Subject}
	if at.rng.End == (hcl.Pos{}) || at.rng.End.Byte < at.rng.Start.Byte {
		at.rng.End = at.rng.Start // some makers of ranges set the start only
	}
	if file := s.file(at.rng.Filename); file != nil {
		if where, ok := file.spanOf(at.rng); ok {
			at.file, at.span, at.context = file, where, where
			at.block = terminal.Shorten(terminal.Escape(schema.FindingOf(d).Block, ""))
			if d.Context != nil && d.Context.Filename == at.rng.Filename {
				if wide, ok := file.spanOf(*d.Context); ok {
					at.context = span{min(where.start, wide.start), max(where.end, wide.end)}
				}
			}
		}
	}
	if at.rng.Empty() {
		at.rng.End = at.rng.Start
		at.rng.End.Column++
		at.rng.End.Byte++
		if at.file != nil && at.start == at.rng.Start.Byte && at.end > at.start {
			at.rng.End.Byte = at.end
		}
	}
	return at, true
}

// lineText is the line that the place begins on, without its indentation and
// without secrets; "" where the source is not known.
func (at location) lineText() string {
	if at.file == nil {
		return ""
	}
	line := at.file.line(at.file.lineAt(at.start))
	return strings.TrimSpace(string(at.file.shown[line.start:line.end]))
}

// tight is the place for machines that underline: without a line end that the
// range may take in.
func (at location) tight() span {
	s := at.span
	if s.end > s.start && at.file.raw[s.end-1] == '\n' {
		s.end = max(at.file.line(at.file.lineAt(s.end-1)).end, s.start)
	}
	return s
}

// position is the place as editors count: lines and UTF-16 columns from 1, the
// end not included. Columns are 0 where the source is not known.
type position struct{ line, column, endLine, endColumn int }

func (at location) position() position {
	if at.file == nil {
		line := max(at.rng.Start.Line, 1)
		return position{line: line, endLine: max(at.rng.End.Line, line)}
	}
	s := at.tight()
	return position{
		line: at.file.lineAt(s.start) + 1, column: at.file.utf16Column(s.start),
		endLine: at.file.lineAt(s.end) + 1, endColumn: at.file.utf16Column(s.end),
	}
}

// String is the place as people read it: file, line and column as HCL counts.
func (at location) String() string {
	return terminal.Escape(at.rng.Filename, "") + ":" + strconv.Itoa(at.rng.Start.Line) + ":" + strconv.Itoa(at.rng.Start.Column)
}
