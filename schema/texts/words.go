package texts

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
)

// scripts are those that are told apart by words: any other one is as foreign as they
// are to each other.
var scripts = []*unicode.RangeTable{
	unicode.Latin, unicode.Cyrillic, unicode.Greek, unicode.Arabic, unicode.Devanagari, unicode.Bengali,
	unicode.Thai, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul,
}

// withoutBlanks are scripts that put no blanks between words.
var withoutBlanks = []*unicode.RangeTable{unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar}

// ScriptOf is the script of a character; nil for one that belongs to several or to none
// that is told apart.
func ScriptOf(r rune) *unicode.RangeTable {
	if r < utf8.RuneSelf { // as almost all that are asked about
		if unicode.IsLetter(r) {
			return unicode.Latin
		}
		return nil
	}
	for _, script := range scripts {
		if unicode.Is(script, r) {
			return script
		}
	}
	return nil
}

// MixedWord finds a word with letters of two of the scripts that look alike: the first of
// each. They are 0 if there is none. A digit does not end a word.
func MixedWord(words string) (a, b rune) {
	var first rune
	var of *unicode.RangeTable
	for _, r := range words {
		switch script := ScriptOf(r); {
		case !unicode.In(r, unicode.L, unicode.M, unicode.Nd):
			first = 0
		case script != unicode.Latin && script != unicode.Cyrillic && script != unicode.Greek:
		case first == 0:
			first, of = r, script
		case of != script:
			return first, r
		}
	}
	return 0, 0
}

// HasWord reports whether a text holds a word as a whole one. Where a script has no
// blanks, or another script goes on, a word ends anywhere.
func HasWord(words, word string) bool {
	for from := 0; ; {
		i := strings.Index(words[from:], word)
		if i < 0 {
			return false
		}
		start := from + i
		end := start + len(word)
		first, size := utf8.DecodeRuneInString(word)
		last, _ := utf8.DecodeLastRuneInString(word)
		before, _ := utf8.DecodeLastRuneInString(words[:start])
		after, _ := utf8.DecodeRuneInString(words[end:])
		if !goesOn(before, first) && !goesOn(last, after) {
			return true
		}
		from = start + size
	}
}

// goesOn reports whether two characters beside each other belong to one word.
func goesOn(a, b rune) bool {
	isWord := func(r rune) bool { return unicode.In(r, unicode.L, unicode.M, unicode.Nd) }
	if !isWord(a) || !isWord(b) || unicode.In(a, withoutBlanks...) || unicode.In(b, withoutBlanks...) {
		return false
	}
	return ScriptOf(a) == ScriptOf(b) || ScriptOf(a) == nil || ScriptOf(b) == nil
}

// Fold is a text for comparing it without regard to case: "STRASSE" is "straße" in capitals.
func Fold(words string) string {
	if !strings.ContainsFunc(words, func(r rune) bool { return r >= utf8.RuneSelf }) { // as most words, and in a tenth of the time
		return strings.ToLower(words)
	}
	return cases.Fold().String(words)
}
