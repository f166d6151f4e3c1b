package lint

import (
	"slices"
	"strings"

	"livery/schema"
)

// mended is a text without what a rule finds in it; "" where only a person can tell.
func mended(rule schema.RuleID, in *language, words string) string {
	runes := []rune(words)
	switch rule {
	case schema.Whitespace:
		for strings.Contains(words, "  ") {
			words = strings.ReplaceAll(words, "  ", " ")
		}
		return strings.TrimFunc(words, func(r rune) bool { return r == '\n' || isBlank(r) })
	case schema.WidthForms:
		for {
			at, better := firstOfAnotherWidth(in, runes)
			if better == 0 {
				return string(runes)
			}
			runes[at] = better
		}
	case schema.InvisibleCharacter:
		for {
			at, name := firstInvisible(in, runes)
			if name == "" {
				return string(runes)
			}
			runes = slices.Delete(runes, at, at+1)
		}
	}
	return ""
}
