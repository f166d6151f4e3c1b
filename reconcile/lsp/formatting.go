package lsp

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/diff"

	"livery/reconcile/workspace"
	"livery/schema/structure"
)

type textEdit struct {
	Range   textRange `json:"range"`
	NewText string    `json:"newText"`
}

type rangeParams struct {
	documentParams
	Range textRange `json:"range"`
}

// format is what fmt does, as the edits of the lines that it changes; null if the file
// does not parse.
func format(s *server, p documentParams) (any, error) {
	t := ownText(s.desk, p.TextDocument.URI)
	if t == nil {
		return nil, nil
	}
	f := workspace.Format(t.text, t.file.Name)
	if f.Diagnostics.HasErrors() {
		return nil, nil
	}
	return edits(f.Before, f.After), nil
}

// formatRange formats the top-level blocks that a range touches.
func formatRange(s *server, p rangeParams) (any, error) {
	whole, err := format(s, p.documentParams)
	list, ok := whole.([]textEdit)
	if err != nil || !ok {
		return nil, err
	}
	t := s.textOf(p.TextDocument.URI)
	chosen := []textEdit{}
	for _, symbol := range structure.Outline(t.file) {
		block := t.span(symbol.Range)
		if block.End.Line < p.Range.Start.Line || block.Start.Line > p.Range.End.Line {
			continue
		}
		for _, e := range list {
			if e.Range.Start.Line >= block.Start.Line && e.Range.End.Line <= block.End.Line+1 {
				chosen = append(chosen, e)
			}
		}
	}
	return chosen, nil
}

// edits are those that make one text of another, each of whole lines.
func edits(before, after []byte) []textEdit {
	list := []textEdit{}
	line := 0 // the next one of before
	var open *textEdit
	end := func() {
		if open != nil {
			list, open = append(list, *open), nil
		}
	}
	begin := func() *textEdit {
		if open == nil {
			at := position{Line: line}
			open = &textEdit{Range: textRange{at, at}}
		}
		return open
	}
	_, hunks, _ := bytes.Cut(diff.Diff("a", before, "b", after), []byte("\n@@"))
	for _, row := range strings.SplitAfter("@@"+string(hunks), "\n") {
		switch {
		case strings.HasPrefix(row, "@@"):
			end()
			line = firstLine(row)
		case strings.HasPrefix(row, "-"):
			e := begin()
			line++
			e.Range.End = position{Line: line}
		case strings.HasPrefix(row, "+"):
			begin().NewText += row[1:]
		case strings.HasPrefix(row, "\\"): // the line before has no end
			if open != nil {
				open.NewText = strings.TrimSuffix(open.NewText, "\n")
			}
		default:
			end()
			line++
		}
	}
	end()
	return list
}

// firstLine is the line of the old text, from 0, that a hunk begins with.
func firstLine(header string) int {
	_, rest, _ := strings.Cut(header, "-")
	number, _, _ := strings.Cut(rest, " ")
	number, _, some := strings.Cut(number, ",")
	n, err := strconv.Atoi(number)
	if err != nil {
		return 0
	}
	if some && strings.HasPrefix(rest, number+",0 ") {
		return n // nothing of it: what is new stands behind that line
	}
	return max(0, n-1)
}

// narrowed are the edits that make a text of this one: those of whole lines, each cut down
// to what differs in it.
func (t *text) narrowed(after []byte) []textEdit {
	list := edits(t.text, after)
	for i, e := range list {
		start, end := t.bounds(e.Range)
		old, fresh := t.text[start:end], []byte(e.NewText)
		for len(old) > 0 && len(fresh) > 0 && old[0] == fresh[0] {
			old, fresh, start = old[1:], fresh[1:], start+1
		}
		for len(old) > 0 && len(fresh) > 0 && old[len(old)-1] == fresh[len(fresh)-1] {
			old, fresh, end = old[:len(old)-1], fresh[:len(fresh)-1], end-1
		}
		for start > 0 && start < len(t.text) && !utf8.RuneStart(t.text[start]) { // not within a character
			start--
			fresh = append([]byte{t.text[start]}, fresh...)
		}
		for end < len(t.text) && !utf8.RuneStart(t.text[end]) {
			fresh = append(fresh, t.text[end])
			end++
		}
		list[i] = textEdit{t.lines.span(start, end), string(fresh)}
	}
	return list
}
