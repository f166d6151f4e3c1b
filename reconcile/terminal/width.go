package terminal

import (
	"unicode/utf8"

	"github.com/clipperhouse/displaywidth"
	"github.com/clipperhouse/uax29/v2/graphemes"
)

// Width is how many columns a text takes.
func Width(text string) int { return displaywidth.String(text) }

// Cluster is how many bytes the character at the start of a text takes, with the marks
// that belong to it: what HCL counts as one column.
func Cluster(text []byte) int {
	g := graphemes.FromBytes(text)
	g.Next()
	return len(g.Value())
}

// Cut is the start of s that fits in limit columns. It looks at a
// bounded part of s only, however long a cluster pretends to be.
func Cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	bounded := s
	if len(bounded) > 16*limit {
		bounded = bounded[:RuneStart(bounded, 16*limit)]
	}
	end, width := 0, 0
	for g := displaywidth.StringGraphemes(bounded); g.Next(); {
		width += max(g.Width(), 1) // a control character is zero wide until it is escaped
		if width > limit {
			return s[:end]
		}
		end += len(g.Value())
	}
	return s[:end]
}

// RuneStart moves i back to where a character begins.
func RuneStart[T ~string | ~[]byte](s T, i int) int {
	for n := 0; i > 0 && i < len(s) && !utf8.RuneStart(s[i]) && n < utf8.UTFMax; n++ {
		i--
	}
	return i
}

// Window is a line in three parts, the middle one being what is shown of it. CutLeft and
// CutRight say that the line was too long and the parts are a window of it.
type Window struct {
	Before, Marked, After string
	CutLeft, CutRight     bool
}

// CutLine parts a line at the bytes start and end. Only what is near the start
// is looked at, since a line may be as long as a file.
func CutLine(line []byte, start, end, limit int) Window {
	if len(line) <= limit || len(line) <= 4*limit && displaywidth.Bytes(line) <= limit {
		return Window{Before: string(line[:start]), Marked: string(line[start:end]), After: string(line[end:])}
	}
	left := windowLeft(line, start, limit/3)
	used := displaywidth.Bytes(line[left:start])
	right := start + len(Cut(string(line[start:min(len(line), start+32*limit)]), limit-used))
	right = max(RuneStart(line, right), start)
	end = min(end, right)
	return Window{
		Before: string(line[left:start]), Marked: string(line[start:end]), After: string(line[end:right]),
		CutLeft: left > 0, CutRight: right < len(line),
	}
}

// windowLeft is where a window begins that shows at most columns before start.
func windowLeft(line []byte, start, columns int) int {
	left := start
	for width := 0; left > 0; {
		_, size := utf8.DecodeLastRune(line[:left])
		width += max(displaywidth.Bytes(line[left-size:left]), 0)
		if width > columns || start-left > 16*columns {
			break
		}
		left -= size
	}
	if left > 0 {
		return clusterStart(line, left, start)
	}
	return 0
}

// clusterStart moves on from left to where no combining mark is torn from what
// it belongs to.
func clusterStart(line []byte, left, start int) int {
	for left < start {
		r, size := utf8.DecodeRune(line[left:])
		if r == utf8.RuneError || displaywidth.Rune(r) > 0 {
			break
		}
		left += size
	}
	return left
}
