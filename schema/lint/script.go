package lint

import (
	"fmt"
	"unicode"

	"livery/schema/texts"
)

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
	if a, b := texts.MixedWord(words); a != 0 {
		return fmt.Sprintf("has %q (U+%04X) and %q (U+%04X) in one word: letters of two scripts that look alike.", a, a, b, b)
	}
	isOwn := false
	for _, r := range words {
		switch {
		case !unicode.IsLetter(r):
		case unicode.In(r, own...):
			isOwn = true
		case texts.ScriptOf(r) == unicode.Latin:
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
