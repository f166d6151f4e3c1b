package langserver

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"livery/schema/structure"
	"livery/schema/wording"
)

// Meant is the word that a finding says was meant, and what it takes the place of: the one
// word of the finding's place that could be a slip of it, told from others by the finding's
// own sentence. False if there is none.
func Meant(d *hcl.Diagnostic, src []byte) (hcl.Range, string, bool) {
	about, rest, some := strings.Cut(d.Detail, "Did you mean ")
	said, _, ends := strings.Cut(rest, "?")
	if !some || !ends || d.Subject == nil {
		return hcl.Range{}, "", false
	}
	word := strings.Trim(said, `"{}`)
	if strings.ContainsAny(word, `" `) { // one of several
		return hcl.Range{}, "", false
	}
	var slips []hcl.Range
	written := func(at hcl.Range) string { return string(at.SliceBytes(src)) }
	for _, at := range wordsIn(src, *d.Subject) {
		name := written(at)
		isSlip := wording.DidYouMean(name, []string{word}) != ""
		if word == said { // a reference, of which the name may be all that is written
			isSlip = wording.Nearest(name, []string{word}) != "" || strings.HasSuffix(word, "."+name)
		}
		if isSlip && name != word {
			slips = append(slips, at)
		}
	}
	if len(slips) > 1 {
		slips = slices.DeleteFunc(slips, func(at hcl.Range) bool { return !strings.Contains(about, written(at)) })
	}
	if len(slips) != 1 {
		return hcl.Range{}, "", false
	}
	at := slips[0]
	if around := quoted(at, src); word == said && !strings.HasSuffix(at.Filename, ".json") {
		at = around // which would make a text of the reference
	}
	return at, word, true
}

// quoted is a word with the quotation marks around it, if there are any.
func quoted(at hcl.Range, src []byte) hcl.Range {
	if at.Start.Byte > 0 && at.End.Byte < len(src) && src[at.Start.Byte-1] == '"' && src[at.End.Byte] == '"' {
		at.Start.Byte--
		at.End.Byte++
	}
	return at
}

// wordsIn are the words of a place: each name with its dots, and the parts of those that
// have any.
func wordsIn(src []byte, at hcl.Range) (words []hcl.Range) {
	cut := func(from, to int, isWord func(byte) bool) {
		for start := from; start < to; start++ {
			end := start
			for end < to && isWord(src[end]) {
				end++
			}
			if end > start {
				words = append(words, hcl.Range{Filename: at.Filename, Start: hcl.Pos{Byte: start}, End: hcl.Pos{Byte: end}})
				start = end
			}
		}
	}
	to := min(at.End.Byte, len(src))
	cut(at.Start.Byte, to, func(c byte) bool { return c == '.' || structure.IsWord(c) })
	for _, name := range slices.Clone(words) {
		if strings.Contains(string(name.SliceBytes(src)), ".") {
			cut(name.Start.Byte, name.End.Byte, structure.IsWord)
		}
	}
	return words
}
