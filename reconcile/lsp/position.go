package lsp

import (
	"bytes"
	"cmp"
	"sort"
	"unicode/utf8"
)

// encoding is what the characters of a position count.
type encoding string

const (
	utf8Units  encoding = "utf-8"
	utf16Units encoding = "utf-16"
	utf32Units encoding = "utf-32"
)

// encodingFor chooses among those that the client knows. Other servers sit on the same
// JSON files, and clients dislike it if they differ: UTF-16 whenever it will do.
func encodingFor(offered []encoding) encoding {
	for _, wanted := range []encoding{utf16Units, utf8Units, utf32Units} {
		for _, e := range offered {
			if e == wanted {
				return e
			}
		}
	}
	return utf16Units
}

// width is how many units a character takes.
func (e encoding) width(r rune, bytes int) int {
	switch {
	case e == utf8Units:
		return bytes
	case e == utf16Units && r >= 0x10000:
		return 2
	default:
		return 1
	}
}

// position is a place between two characters, line and character from 0.
type position struct {
	Line      int `json:"line"`
	Character int `json:"character"`
}

func (p position) compare(o position) int {
	return cmp.Or(cmp.Compare(p.Line, o.Line), cmp.Compare(p.Character, o.Character))
}

// textRange is a part of a text; its end is not in it.
type textRange struct {
	Start position `json:"start"`
	End   position `json:"end"`
}

// lines are the lines of a text: where each begins, in bytes.
type lines struct {
	text   []byte
	starts []int
	units  encoding
}

// newLines finds the lines of a text. The protocol knows three ends of one.
func newLines(text []byte, units encoding) *lines {
	l := &lines{text: text, starts: []int{0}, units: units}
	for i := range text {
		switch text[i] {
		case '\n':
			l.starts = append(l.starts, i+1)
		case '\r':
			if i+1 == len(text) || text[i+1] != '\n' {
				l.starts = append(l.starts, i+1)
			}
		}
	}
	return l
}

// line is the text of a line without its end.
func (l *lines) line(n int) (start int, text []byte) {
	start, end := l.starts[n], len(l.text)
	if n+1 < len(l.starts) {
		end = l.starts[n+1]
	}
	return start, bytes.TrimRight(l.text[start:end], "\r\n")
}

// offset is the byte of a position: one beyond the end of a line is its end, one beyond
// the end of the file the file's, one within a character the character's start.
func (l *lines) offset(p position) int {
	switch {
	case p.Line < 0:
		return 0
	case p.Line >= len(l.starts):
		return len(l.text)
	}
	start, text := l.line(p.Line)
	units := 0
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		units += l.units.width(r, size)
		if units > p.Character {
			return start + i
		}
		i += size
	}
	return start + len(text)
}

// position is the place of a byte.
func (l *lines) position(offset int) position {
	offset = min(max(offset, 0), len(l.text))
	n := sort.Search(len(l.starts), func(i int) bool { return l.starts[i] > offset }) - 1
	start, text := l.line(n)
	p := position{Line: n}
	for i := 0; i < len(text) && start+i < offset; {
		r, size := utf8.DecodeRune(text[i:])
		if start+i+size > offset {
			break // within a character
		}
		p.Character += l.units.width(r, size)
		i += size
	}
	return p
}

// span is the range between two bytes.
func (l *lines) span(start, end int) textRange {
	return textRange{l.position(start), l.position(end)}
}

// bounds are the bytes of a range. The end never lies before the start.
func (l *lines) bounds(r textRange) (start, end int) {
	start, end = l.offset(r.Start), l.offset(r.End)
	return start, max(start, end)
}
