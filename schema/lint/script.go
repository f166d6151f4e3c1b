package lint

import (
	"fmt"
	"unicode"
	"unicode/utf8"
)

// scripts are those that are told apart by words: any other one is as foreign as they
// are to each other.
var scripts = []*unicode.RangeTable{
	unicode.Latin, unicode.Cyrillic, unicode.Greek, unicode.Arabic, unicode.Devanagari, unicode.Bengali,
	unicode.Thai, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul,
}

// withoutBlanks are scripts that put no blanks between words.
var withoutBlanks = []*unicode.RangeTable{unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar}

// scriptOf is the script of a character; nil for one that belongs to several or to none
// that is told apart.
func scriptOf(r rune) *unicode.RangeTable {
	if r < utf8.RuneSelf { // as almost all that are asked about
		if isASCIILetter(byte(r)) {
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

// ownScripts are those of a language; none for one that is written in Latin letters.
func (in *language) ownScripts() []*unicode.RangeTable {
	switch in.base() {
	case "zh":
		return []*unicode.RangeTable{unicode.Han, unicode.Bopomofo}
	case "ja":
		return []*unicode.RangeTable{unicode.Han, unicode.Hiragana, unicode.Katakana}
	case "ko":
		return []*unicode.RangeTable{unicode.Hangul, unicode.Han}
	case "hi":
		return []*unicode.RangeTable{unicode.Devanagari}
	case "bn":
		return []*unicode.RangeTable{unicode.Bengali}
	case "th":
		return []*unicode.RangeTable{unicode.Thai}
	case "ar", "ur":
		return []*unicode.RangeTable{unicode.Arabic}
	case "ru":
		return []*unicode.RangeTable{unicode.Cyrillic}
	}
	return nil
}

func script(l *linter, in *language, t text) string {
	own, latin := in.ownScripts(), 0
	if own == nil && isASCII(t.words()) {
		return ""
	}
	words := l.withoutKept(t.words())
	if a, b := mixedWord(words); a != 0 {
		return fmt.Sprintf("has %q (U+%04X) and %q (U+%04X) in one word: letters of two scripts that look alike.", a, a, b, b)
	}
	isOwn := false
	for _, r := range words {
		switch {
		case !unicode.IsLetter(r):
		case unicode.In(r, own...):
			isOwn = true
		case scriptOf(r) == unicode.Latin:
			latin++
		case !unicode.In(r, unicode.Common, unicode.Inherited):
			return fmt.Sprintf("holds %q (U+%04X), a letter of a script that is not that of %s.", r, r, in.info.Name)
		}
	}
	if own == nil || isOwn || latin < 3 || l.isUntranslated(in, t) {
		return ""
	}
	return fmt.Sprintf("has no letter of the script of %s: it was not translated, or it belongs to another language.", in.info.Name)
}

// mixedWord finds a word with letters of two of the scripts that look alike: the first of
// each. They are 0 if there is none.
func mixedWord(words string) (a, b rune) {
	if isASCII(words) {
		return 0, 0
	}
	var first rune
	var of *unicode.RangeTable
	for _, r := range words {
		switch script := scriptOf(r); {
		case !unicode.IsLetter(r) && !unicode.IsMark(r):
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
