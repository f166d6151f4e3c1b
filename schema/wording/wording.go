// Package wording finds the name that was meant by another, and says so in a sentence; and
// it writes command lines that people copy.
package wording

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
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
	folded, same := fold(name), "" // the same name in another spelling
	letters := utf8.RuneCountInString(name)
	for _, c := range candidates {
		if same == "" && c != name && folded == fold(c) {
			same = c
		}
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
	if same != "" && least > 1 {
		return same
	}
	return best
}

// fold is a name without what keeps the spellings of one name apart: camelCase,
// snake_case and kebab-case.
func fold(name string) string {
	return strings.Map(func(r rune) rune {
		if r == '_' || r == '-' || r == ' ' {
			return -1
		}
		return unicode.ToLower(r)
	}, name)
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

// DidYouMean suggests the candidate most like name, or the few that have it as a part, as
// a sentence to put behind the one that says what is wrong with it; "" when there is none.
func DidYouMean(name string, candidates []string) string {
	if near := Nearest(name, candidates); near != "" || len(name) < 4 {
		return Suggest(near)
	}
	part := fold(name)
	longer := slices.DeleteFunc(slices.Clone(candidates), func(c string) bool { return !strings.Contains(fold(c), part) })
	if len(longer) == 0 || len(longer) > 3 {
		return ""
	}
	quoted := make([]string, len(longer))
	for i, c := range longer {
		quoted[i] = strconv.Quote(c)
	}
	return fmt.Sprintf(" Did you mean %s?", strings.Join(quoted, " or "))
}

// OrMeant asks whether near was meant at the end of an error, which is no sentence; ""
// for no name.
func OrMeant(near string) string {
	if near == "" {
		return ""
	}
	return " (did you mean " + near + "?)"
}

// Suggest is the sentence that asks whether a name was meant; "" for no name.
func Suggest(name string) string {
	if name == "" {
		return ""
	}
	return fmt.Sprintf(" Did you mean %q?", name)
}
