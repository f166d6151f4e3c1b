package texts

import (
	"iter"
	"slices"
	"strings"
	"unicode"

	"github.com/zclconf/go-cty/cty"

	"livery/schema"
)

// Part is a piece of a text.
type Part struct {
	Text string
	Kind PartKind
}

// PartKind says what a piece of a text is.
type PartKind string

// Kinds of parts.
const (
	Words PartKind = "words" // that are translated
	Brace PartKind = "brace" // filled in by the page, with its braces
	Name  PartKind = "name"  // that is kept
)

// Parts takes a text apart: what is translated, and what must stay as it is. Of names that
// begin alike, the first that is listed counts.
func Parts(text string, keep []string) iter.Seq[Part] {
	braces := schema.Braces(text)
	return func(visit func(Part) bool) {
		plain := 0
		for at := 0; at < len(text); {
			kind := Brace
			found := startOf(text[at:], braces)
			if found == "" {
				kind, found = Name, startOf(text[at:], keep)
			}
			if found == "" {
				at++
				continue
			}
			if at > plain && !visit(Part{text[plain:at], Words}) || !visit(Part{found, kind}) {
				return
			}
			at += len(found)
			plain = at
		}
		if plain < len(text) {
			visit(Part{text[plain:], Words})
		}
	}
}

// startOf is the first of a list that a text begins with; "" for none.
func startOf(text string, list []string) string {
	if i := slices.IndexFunc(list, func(s string) bool { return s != "" && strings.HasPrefix(text, s) }); i >= 0 {
		return list[i]
	}
	return ""
}

// Pseudo makes the words of a pseudo-language: the source's, in letters that tell them from
// words that nobody can translate, and as much longer as translations get.
type Pseudo struct {
	Longer int      // in percent
	RTL    bool     // in Arabic letters, which run from right to left
	Keep   []string // names that stay, the longest first
}

// Letters of a pseudo-language, for those from a to z. Each is one UTF-16 unit.
const (
	latinLetters  = "åƀçðéƒğĥîĵķļɱñöþɋŕšţûṽŵẋýž"
	upperLetters  = "ÅƁÇÐÉƑĞĤÎĴĶĻṀÑÖÞɊŔŠŢÛṼŴẊÝŽ"
	arabicLetters = "ابثدعفغهيجكلمنوحقرستطظشخىز"
)

// filling makes a text longer, in words: a line can break between them.
const filling = "one two three four five six seven eight nine ten "

// frame is around each text, to show where one ends that is cut off.
const (
	frameStart = "⟦"
	frameEnd   = "⟧"
)

// Translate is a text in the pseudo-language, longer by the percentage in UTF-16 units, of
// which the frame around it is a part. It never gets longer than the limit, nor than the
// text where that is longer; false if it would have to be. Braces, kept names and line feeds
// stay as they are.
func (p Pseudo) Translate(text string, limit int) (translated string, fits bool) {
	var b strings.Builder
	for part := range Parts(text, p.Keep) {
		if part.Kind == Words {
			part.Text = p.letters(part.Text)
		}
		b.WriteString(part.Text)
	}
	length := schema.Length(text)
	frame := schema.Length(frameStart + frameEnd)
	wanted := max(length+(length*p.Longer+99)/100, length+frame)
	room := min(wanted, limit) - length - frame
	if room < 0 {
		return b.String(), false
	}
	return frameStart + b.String() + p.letters(padding(room)) + frameEnd, wanted <= limit
}

func (p Pseudo) letters(text string) string {
	lower, upper := []rune(latinLetters), []rune(upperLetters)
	if p.RTL {
		lower = []rune(arabicLetters)
		upper = lower
	}
	return strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z':
			return lower[r-'a']
		case 'A' <= r && r <= 'Z':
			return upper[r-'A']
		}
		return r
	}, text)
}

// padding is a blank and words, n letters together; a blank at its end would be no padding.
func padding(n int) string {
	text := (" " + strings.Repeat(filling, n/len(filling)+1))[:n]
	if cut := strings.TrimRightFunc(text, unicode.IsSpace); len(cut) < n {
		text = cut + "~"
	}
	return text
}

// Document is a document in the pseudo-language, and the texts of it that would have to be
// longer than they may.
func (p Pseudo) Document(d schema.Document) (translated schema.Document, tooLong []Text) {
	locale := schema.Pseudo
	if p.RTL {
		locale = schema.PseudoRTL
	}
	translated = schema.Document{Locale: locale, Range: d.Range}
	translated.Overlay(d.Look)
	long := make(map[string]bool)
	words := func(path string, f *schema.Field, was schema.Value) schema.Value {
		text, fits := p.Translate(was.Text(), f.MaxLength(d.Locale))
		long[path] = !fits
		v, _ := f.Parse(cty.StringVal(text), schema.Subject{Locale: d.Locale, Range: was.Range()})
		if !v.Declared() { // the source's own words break a rule
			return was
		}
		return v.From(was.Origin())
	}
	for _, f := range schema.Fields() {
		v := translated.At(f)
		switch {
		case !v.Declared():
		case f.Kind == schema.Text:
			translated.Set(f, words(f.Path(), f, v))
		case f.Kind == schema.Tips:
			translated.Set(f, v.WithTips(f, func(i int, member *schema.Field, was schema.Value) schema.Value {
				if member.Kind != schema.TipText {
					return was
				}
				return words(TipPath(f, i), member, was)
			}))
		}
	}
	for text := range Of(translated) {
		if long[text.Path] {
			tooLong = append(tooLong, text)
		}
	}
	return translated, tooLong
}
