package findings

import (
	"unicode/utf8"

	"livery/reconcile/report/output"

	"github.com/clipperhouse/displaywidth"
)

// excerpt is the source that a message quotes.
type excerpt struct {
	first   int // number of the first line, from 1
	lines   []quotedLine
	omitted int // lines at the end that are left out
}

// quotedLine is a line in three parts, the middle one being what the message is
// about. Cut says that the line was too long and the parts are a window of it.
type quotedLine struct {
	before, marked, after string
	cutLeft, cutRight     bool
}

const (
	longestExcerpt = 24 // lines; a range may take in a whole file
	textColumns    = 160
	jsonColumns    = 1000
)

// excerpt quotes the lines of a place, each cut to limit columns.
func (at location) excerpt(limit int) excerpt {
	f := at.file
	first, last := f.lineAt(at.context.start), f.lineAt(at.context.end)
	if subject := f.lineAt(at.start); subject-first >= longestExcerpt/2 {
		first = subject - 2
	}
	if last > first && f.starts[last] == len(f.raw) {
		last-- // the nothing behind the last line end
	}
	e := excerpt{first: first + 1}
	if last-first >= longestExcerpt {
		e.omitted = last - first - longestExcerpt/2 + 1
		last = first + longestExcerpt/2 - 1
	}
	for i := first; i <= last; i++ {
		line := f.line(i)
		start := min(max(at.start, line.start), line.end)
		end := min(max(at.end, start), line.end)
		e.lines = append(e.lines, cutLine(f.shown[line.start:line.end], start-line.start, end-line.start, limit))
	}
	return e
}

// cutLine parts a line at the bytes start and end. Only what is near the start
// is looked at, since a line may be as long as a file.
func cutLine(line []byte, start, end, limit int) quotedLine {
	if len(line) <= limit || len(line) <= 4*limit && displaywidth.Bytes(line) <= limit {
		return quotedLine{before: string(line[:start]), marked: string(line[start:end]), after: string(line[end:])}
	}
	left := windowLeft(line, start, limit/3)
	used := displaywidth.Bytes(line[left:start])
	right := start + len(output.Cut(string(line[start:min(len(line), start+32*limit)]), limit-used))
	right = max(output.RuneStart(line, right), start)
	end = min(end, right)
	return quotedLine{
		before: string(line[left:start]), marked: string(line[start:end]), after: string(line[end:right]),
		cutLeft: left > 0, cutRight: right < len(line),
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
