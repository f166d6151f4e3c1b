package terminal

import (
	"strings"
	"unicode"

	"github.com/clipperhouse/uax29/v2/graphemes"
	"github.com/clipperhouse/uax29/v2/words"
	"golang.org/x/text/unicode/bidi"
)

// Words is a text with what has become of its words marked: red and green where there is
// colour, else "[-gone-]{+new+}". On a terminal a text that runs from right to left is
// isolated, so that what stands around it keeps its order. It is worth showing as
// [DiffWords] says.
func (s Style) Words(before, after string) (line string, worth bool) {
	runs, worth := DiffWords(before, after)
	var b strings.Builder
	for _, run := range runs {
		text := Escape(run.Text, "")
		switch run.Side {
		case Gone:
			text = s.mark(Red, "[-", text, "-]")
		case Added:
			text = s.mark(Green, "{+", text, "+}")
		}
		b.WriteString(text)
	}
	line = b.String()
	if s.Colour && rightToLeft(before+after) {
		line = isolates + "\u2068" + line + isolates + "\u2069"
	}
	return line, worth
}

// DiffWords tells what has become of the words of a text, or of its characters in scripts
// that put no blanks between words. Showing it is worth its room if the text had two words
// or more and keeps half of them.
func DiffWords(before, after string) (runs []WordRun, worth bool) {
	runs = alignWords(before, after)
	had, kept := 0, 0
	for _, run := range runs {
		switch run.Side {
		case Both:
			had, kept = had+run.words, kept+run.words
		case Gone:
			had += run.words
		}
	}
	return runs, before != after && had >= 2 && 2*kept >= had
}

func (s Style) mark(sequence, open, text, end string) string {
	if s.Colour {
		return s.dress(sequence, text)
	}
	return open + text + end
}

// rightToLeft reports whether the first letter of a text that has a direction runs from
// right to left.
func rightToLeft(text string) bool {
	for len(text) > 0 {
		p, size := bidi.LookupString(text)
		switch p.Class() {
		case bidi.R, bidi.AL:
			return true
		case bidi.L:
			return false
		}
		text = text[max(size, 1):]
	}
	return false
}

// Side says on which side of a comparison words stand.
type Side uint8

// Sides of a comparison.
const (
	Both Side = iota
	Gone
	Added
)

// WordRun is words that follow each other on the same side.
type WordRun struct {
	Side  Side
	Text  string
	words int // in the text, blanks and punctuation apart
}

// segments cuts a text at word boundaries that are also grapheme boundaries, so
// that no mark is ever parted from its letter.
func segments(s string) []string {
	clusters := make(map[int]bool)
	at := 0
	for g := graphemes.FromString(s); g.Next(); {
		clusters[at] = true
		at += len(g.Value())
	}
	var list []string
	at = 0
	for w := words.FromString(s); w.Next(); {
		if len(list) > 0 && !clusters[at] {
			list[len(list)-1] += w.Value()
		} else {
			list = append(list, w.Value())
		}
		at += len(w.Value())
	}
	return list
}

// alignWords aligns two texts by their longest common subsequence of words. Texts
// have at most a hundred characters, so the table stays small.
func alignWords(before, after string) []WordRun {
	a, b := segments(before), segments(after)
	common := make([][]int, len(a)+1)
	for i := range common {
		common[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	var runs []WordRun
	add := func(s Side, text string) {
		if n := len(runs); n == 0 || runs[n-1].Side != s {
			runs = append(runs, WordRun{Side: s})
		}
		last := &runs[len(runs)-1]
		last.Text += text
		if strings.ContainsFunc(text, isWordRune) {
			last.words++
		}
	}
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			add(Both, a[i])
			i, j = i+1, j+1
		case i < len(a) && (j == len(b) || common[i+1][j] >= common[i][j+1]):
			add(Gone, a[i])
			i++
		default:
			add(Added, b[j])
			j++
		}
	}
	return runs
}

func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }
