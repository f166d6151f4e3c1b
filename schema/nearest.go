package schema

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/agext/levenshtein"
)

// likeness is how many letters of a name may be wrong for it to be a slip of the
// hand: few in a short one, where everything is near to something.
func likeness(name string) int {
	switch n := len(name); {
	case n < 3:
		return 0
	case n < 5:
		return 1
	case n <= 12:
		return 2
	default:
		return n / 5
	}
}

// Nearest is the candidate most like name, or "" when none is like it enough
// to be what was meant.
func Nearest(name string, candidates []string) string {
	best, least := "", likeness(name)+1
	letters := utf8.RuneCountInString(name)
	for _, c := range candidates {
		if n := utf8.RuneCountInString(c); max(n-letters, letters-n) >= least {
			continue // so many have to come or go
		}
		d := levenshtein.Distance(name, c, nil)
		if swapped(name, c) {
			d = 1
		}
		if d < least {
			best, least = c, d
		}
	}
	return best
}

// swapped reports whether two neighbouring letters are all that differs: the
// commonest slip of all, and two edits to a Levenshtein distance.
func swapped(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) - 1 {
		if a[i] != b[i] {
			return a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
		}
	}
	return false
}

// DidYouMean suggests the candidate most like name, as a sentence to put behind the
// one that says what is wrong with it; "" when none is like it enough.
func DidYouMean(name string, candidates []string) string {
	return suggest(Nearest(name, candidates))
}

// suggest is the sentence that asks whether a name was meant; "" for no name.
func suggest(name string) string {
	if name == "" {
		return ""
	}
	return fmt.Sprintf(" Did you mean %q?", name)
}

// Plural is a number of things in words: "1 address", "2 addresses".
func Plural(n int, noun string) string {
	switch {
	case n == 1:
		return "1 " + noun
	case strings.HasSuffix(noun, "s"):
		noun += "e"
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
