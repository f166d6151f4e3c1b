// Package position says in which line and column a byte of a text stands, as HCL counts them:
// a column is a character as people see it, whatever it is made of.
package position

import (
	"bytes"
	"sort"
	"sync"

	"github.com/apparentlymart/go-textseg/v15/textseg"
	"github.com/hashicorp/hcl/v2"
)

// Index turns byte offsets of a text into positions, in any order. It is safe for
// concurrent use.
type Index struct {
	src   []byte
	marks func() []hcl.Pos // some that are known, by their bytes; found when first asked for
}

const byteOrderMark = "\ufeff"

// markEvery is about how many bytes lie between the positions that are kept. Files that
// programs write may be one line, in which counting from its beginning would take for ever.
const markEvery = 512

// NewIndex is the index of src, which must not change.
func NewIndex(src []byte) *Index {
	p := &Index{src: src}
	p.marks = sync.OnceValue(p.mark)
	return p
}

func (p *Index) mark() []hcl.Pos {
	at := Cursor{Src: p.src, Pos: hcl.InitialPos}
	if bytes.HasPrefix(p.src, []byte(byteOrderMark)) {
		at.Pos.Byte = len(byteOrderMark)
	}
	marks := []hcl.Pos{at.Pos}
	for at.Pos.Byte+markEvery < len(p.src) {
		end := at.Pos.Byte + markEvery
		at.skipLines(end)
		for at.Pos.Byte < end && end-at.Pos.Byte > markEvery/2 { // behind a whole character
			at.Advance(at.Pos.Byte + at.size())
		}
		marks = append(marks, at.Pos)
	}
	return marks
}

// At is the position of an offset. A byte order mark takes up no column.
func (p *Index) At(offset int) hcl.Pos {
	offset = min(offset, len(p.src))
	marks := p.marks()
	i := sort.Search(len(marks), func(i int) bool { return marks[i].Byte > offset }) - 1
	if i < 0 { // within the mark
		return hcl.Pos{Line: 1, Column: 1, Byte: offset}
	}
	at := Cursor{Src: p.src, Pos: marks[i]}
	at.skipLines(offset)
	return at.Advance(offset)
}

// Cursor turns byte offsets into positions while it moves forward, so that a text is
// counted through once.
type Cursor struct {
	Src []byte
	Pos hcl.Pos // where it is; to begin with, a place between two characters
}

// Advance moves forward to an offset.
func (c *Cursor) Advance(offset int) hcl.Pos {
	for c.Pos.Byte < offset {
		size := min(c.size(), offset-c.Pos.Byte)
		if c.Src[c.Pos.Byte+size-1] == '\n' {
			c.Pos.Line, c.Pos.Column = c.Pos.Line+1, 1
		} else {
			c.Pos.Column++
		}
		c.Pos.Byte += size
	}
	return c.Pos
}

// size is how many bytes the next character takes, as people see it.
func (c *Cursor) size() int {
	b := c.Src[c.Pos.Byte:]
	if b[0] < 0x80 && b[0] != '\r' && (len(b) == 1 || b[1] < 0x80) {
		return 1
	}
	size, _, _ := textseg.ScanGraphemeClusters(b, true)
	return size
}

// skipLines moves to the beginning of the last line that begins at or before offset.
func (c *Cursor) skipLines(offset int) {
	if last := bytes.LastIndexByte(c.Src[c.Pos.Byte:offset], '\n'); last >= 0 {
		c.Pos.Line += bytes.Count(c.Src[c.Pos.Byte:c.Pos.Byte+last+1], []byte{'\n'})
		c.Pos.Column, c.Pos.Byte = 1, c.Pos.Byte+last+1
	}
}

// Character is the single character at a byte offset. The column counts bytes,
// which is near enough for a file that is refused whole.
func Character(src []byte, shown string, offset int) hcl.Range {
	start := NewIndex(src).At(offset)
	end := hcl.Pos{Line: start.Line, Column: start.Column + 1, Byte: min(offset+1, len(src))}
	return hcl.Range{Filename: shown, Start: start, End: end}
}
