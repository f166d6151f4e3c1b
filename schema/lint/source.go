package lint

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"livery/schema"
	"livery/schema/rule"
	"livery/schema/texts"
)

// sourceRule compares a translation with the text of the source. What it gives finishes a
// sentence that begins with the path of the translation; "" says that nothing is wrong.
type sourceRule struct {
	id      rule.ID
	summary string
	judge   func(l *linter, in *language, t, source text) string
}

// sourceRules compare each translation by itself.
var sourceRules = [...]sourceRule{
	{rule.Placeholder, "Placeholder missing", placeholder},
	{rule.EndPunctuation, "Ends in another way than the source", endPunctuation},
	{rule.LineBreaks, "Other lines than in the source", lineBreaks},
	{rule.KeptName, "Name missing", keptName},
	{rule.Untranslated, "Text not translated", untranslated},
}

func (row sourceRule) apply(l *linter, in *language, t text) {
	source, ok := l.original(in, t)
	if !ok {
		return
	}
	if what := row.judge(l, in, t, source); what != "" {
		l.report(row.id, in.subject(t), row.summary, t.path+" "+what, nil)
	}
}

// placeholder leaves alone what the field's own check finds wrong with braces.
func placeholder(l *linter, _ *language, t, source text) string {
	own := schema.Braces(t.words())
	for _, brace := range own {
		if !slices.Contains(schema.Braces(source.words()), brace) {
			return ""
		}
	}
	for _, brace := range schema.Braces(source.words()) {
		if !slices.Contains(own, brace) && brace != schema.SecondsPlaceholder {
			return fmt.Sprintf("lacks %q, which the source %s has.", brace, l.source.Locale)
		}
	}
	return ""
}

// The classes of what a text can end with.
const (
	noEnd       = "no punctuation"
	stopEnd     = "a full stop"
	questionEnd = "a question mark"
	exclaimEnd  = "an exclamation mark"
	colonEnd    = "a colon"
	ellipsisEnd = "an ellipsis"
)

// endOf is the class of what a text ends with, before closing quotes, brackets, blanks and
// marks of direction.
func endOf(words string) string {
	words = strings.TrimRightFunc(words, func(r rune) bool {
		return unicode.IsSpace(r) || r == '"' || r == '\'' || unicode.In(r, unicode.Pe, unicode.Pf, unicode.Pi, unicode.Cf)
	})
	if strings.HasSuffix(words, dots) {
		return ellipsisEnd
	}
	switch last, _ := utf8.DecodeLastRuneInString(words); last {
	case '.', '。', '।', '۔', '．':
		return stopEnd
	case '?', '？', '؟':
		return questionEnd
	case '!', '！':
		return exclaimEnd
	case ':', '：':
		return colonEnd
	case '…':
		return ellipsisEnd
	}
	return noEnd
}

func endPunctuation(l *linter, in *language, t, source text) string {
	own, wanted := endOf(t.words()), endOf(source.words())
	if own == wanted || !l.concerns(rule.EndPunctuation, in.Locale) || own == noEnd && wanted == stopEnd && in.is("th", "ja", "ko", "zh") {
		return ""
	}
	return fmt.Sprintf("ends with %s, the source %s with %s.", own, l.source.Locale, wanted)
}

func lineBreaks(l *linter, _ *language, t, source text) string {
	lines := func(words string) int { return strings.Count(strings.TrimSpace(words), "\n") + 1 }
	own, wanted := lines(t.words()), lines(source.words())
	if own == wanted {
		return ""
	}
	return fmt.Sprintf("has %s, the source %s has %d.", schema.Plural(own, "line"), l.source.Locale, wanted)
}

func keptName(l *linter, _ *language, t, source text) string {
	own, wanted := t.words(), source.words()
	for _, name := range l.keep { // the longest first: who lacks Acme Pay is not told of Acme
		if texts.HasWord(wanted, name) && !strings.Contains(own, name) {
			return fmt.Sprintf("lacks %q, which the texts block keeps in every language.", name)
		}
		own, wanted = strings.ReplaceAll(own, name, " "), strings.ReplaceAll(wanted, name, " ")
	}
	return ""
}

// inconsistent finds one text of the source that a language says in two ways.
func inconsistent(l *linter, in *language) {
	if !l.wants(rule.Inconsistent) {
		return
	}
	first := make(map[string]text)
	for t := range in.texts {
		source, ok := l.original(in, t)
		if !ok {
			continue
		}
		before, known := first[source.words()]
		if !known {
			first[source.words()] = t
			continue
		}
		if before.words() != t.words() {
			l.report(rule.Inconsistent, in.subject(t), "One text, two translations",
				fmt.Sprintf("%s says %q, and %s says %q; the source %s has %q in both.",
					t.path, t.words(), before.path, before.words(), l.source.Locale, source.words()), nil)
		}
	}
}
