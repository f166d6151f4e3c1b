package lint

import (
	"fmt"
	"maps"
	"slices"

	"livery/schema"
	"livery/schema/rule"
	"livery/schema/texts"
)

// missing finds texts that the source has and another language has not.
func missing(l *linter, in *language) {
	if !l.wants(rule.Missing) || in.Locale == l.source.Locale || !l.concerns(rule.Missing, in.Locale) {
		return
	}
	why := fmt.Sprintf("the source %s has one", l.source.Locale)
	for t := range l.source.texts {
		if d := lacking(in, t, why); d != nil {
			l.found = append(l.found, d)
		}
	}
}

// untranslated finds the source's words under another language.
func untranslated(l *linter, in *language, t, source text) string {
	if !repeats(l, in, t, source) {
		return ""
	}
	return fmt.Sprintf("has the words of the source %s, %q.", l.source.Locale, t.words())
}

// sameWords reports whether a text is the source's and would have to be another: not one
// of names alone, nor one that is very short.
func (l *linter) sameWords(t, source text) bool {
	allowed := slices.Concat(l.keep, option[[]string](l, rule.Untranslated, "allow"))
	return texts.SameWords(t.words(), source.words(), allowed)
}

// repeats reports whether a text is the source's although its language is another.
func repeats(l *linter, in *language, t, source text) bool {
	return in.base() != l.source.base() && l.sameWords(t, source)
}

// readTexts reads the lock of texts and the notes for translators, and notes what they hold.
func (l *linter) readTexts(read map[string][]byte) {
	if !l.wants(rule.StaleTranslation) {
		return
	}
	table, diags := texts.Open(l.Stack)
	l.texts, l.found = table, append(l.found, diags...)
	if len(diags) > 0 {
		maps.Copy(l.Sources, table.Sources)
	}
	maps.Copy(read, table.Sources)
}

// stale finds translations that were made from words, or from a note, that have changed
// since.
func stale(l *linter, in *language) {
	if l.texts == nil || in.Locale == l.source.Locale {
		return
	}
	for _, u := range l.texts.Stale(in.Document) {
		at := schema.Subject{Address: in.Locale.AddressOf(), Locale: in.Locale, Path: u.Path, Range: texts.PlaceOf(u.Target)}
		l.report(rule.StaleTranslation, at, "Translation out of date", u.Path+" "+u.Reason(l.source.Locale),
			map[string]any{"source": u.Source.Text(), "source_before": u.Before[0].Words})
	}
}

// isUntranslated reports whether the rule of untranslated texts has a finding here.
func (l *linter) isUntranslated(in *language, t text) bool {
	if !l.wants(rule.Untranslated) {
		return false
	}
	source, ok := l.original(in, t)
	return ok && repeats(l, in, t, source)
}

// headroom finds texts of the source that leave no room for those that are to come: most
// languages need more of it than English.
func headroom(l *linter) {
	if !l.wants(rule.Headroom) {
		return
	}
	ratio := option[float64](l, rule.Headroom, "ratio")
	for source := range l.source.texts {
		limit, length := source.field.MaxLength(l.source.Locale), schema.Length(source.words())
		if float64(length) <= ratio*float64(limit) || length > limit {
			continue
		}
		if n := l.toCome(source); n > 0 {
			l.report(rule.Headroom, l.source.subject(source), "Little room for translations",
				fmt.Sprintf("%s fills %d of %d UTF-16 code units, and %s still to come: most languages need more room than %s.",
					source.path, length, limit, areTranslations(n), l.source.info.Name),
				map[string]any{"length": length, "limit": limit})
		}
	}
}

func areTranslations(n int) string {
	if n == 1 {
		return "1 translation is"
	}
	return fmt.Sprintf("%d translations are", n)
}

// toCome counts the languages that have no translation of a text yet.
func (l *linter) toCome(source text) int {
	n := 0
	for _, in := range l.languages {
		if in.base() == l.source.base() {
			continue
		}
		t, ok := in.find(source)
		if !ok || l.sameWords(t, source) {
			n++
		}
	}
	return n
}
