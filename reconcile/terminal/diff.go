package terminal

import (
	"strings"

	"github.com/clipperhouse/uax29/v2/graphemes"
	"github.com/clipperhouse/uax29/v2/words"
)

// Change quotes one text with what has become of its words marked: "[-gone-]{+new+}".
func (s Style) Change(before, after string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, run := range diffWords(before, after) {
		text := escapeQuoted(run.text)
		switch run.side {
		case gone:
			text = s.Red("[-" + text + "-]")
		case added:
			text = s.Green("{+" + text + "+}")
		}
		b.WriteString(text)
	}
	b.WriteByte('"')
	return b.String()
}

type side uint8

const (
	kept side = iota
	gone
	added
)

type wordRun struct {
	side side
	text string
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

// diffWords aligns two texts by their longest common subsequence of words. Texts
// have at most a hundred characters, so the table stays small.
func diffWords(before, after string) []wordRun {
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
	var runs []wordRun
	add := func(s side, text string) {
		if n := len(runs); n > 0 && runs[n-1].side == s {
			runs[n-1].text += text
			return
		}
		runs = append(runs, wordRun{s, text})
	}
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			add(kept, a[i])
			i, j = i+1, j+1
		case i < len(a) && (j == len(b) || common[i+1][j] >= common[i][j+1]):
			add(gone, a[i])
			i++
		default:
			add(added, b[j])
			j++
		}
	}
	return runs
}
