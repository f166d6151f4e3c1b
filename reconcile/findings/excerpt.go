package findings

import (
	"livery/reconcile/terminal"
)

// excerpt is the source that a message quotes.
type excerpt struct {
	first   int // number of the first line, from 1
	lines   []terminal.Window
	omitted int // lines at the end that are left out
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
		e.lines = append(e.lines, terminal.CutLine(f.shown[line.start:line.end], start-line.start, end-line.start, limit))
	}
	return e
}
