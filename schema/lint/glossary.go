package lint

import (
	"fmt"
	"slices"
	"strings"

	"livery/schema"
	"livery/schema/rule"
	"livery/schema/texts"
)

// term is a row of the glossary, and its words for comparing.
type term struct {
	texts.Term
	folded map[schema.Locale]string
}

// readGlossary reads the glossary that the lint block names, and notes what it holds.
func (l *linter) readGlossary(read map[string][]byte) {
	name := option[string](l, rule.Glossary, "file")
	if name == "" || !l.wants(rule.Glossary) {
		return
	}
	files := l.Module.Sources
	src, fault := files.ReadFile(name, schema.Subject{Range: l.Options[rule.Glossary]["file"].Range})
	if fault == nil {
		read[files.Shown(name)], l.Sources[files.Shown(name)] = src, src
		var terms []texts.Term
		terms, fault = texts.ReadGlossary(src, files.Shown(name), l.source.Locale)
		for _, t := range terms {
			folded := make(map[schema.Locale]string, len(t.Words))
			for locale, word := range t.Words {
				folded[locale] = texts.Fold(word)
			}
			l.glossary = append(l.glossary, term{t, folded})
		}
	}
	if fault != nil {
		l.found = append(l.found, fault)
		return
	}
	checkGlossary(l, name)
}

// checkGlossary reports the languages in which the glossary has no term: nothing of them is
// compared.
func checkGlossary(l *linter, name string) {
	in := func(locale schema.Locale) func(term) bool {
		return func(t term) bool { return t.Words[l.source.Locale] != "" && t.Words[locale] != "" }
	}
	at := schema.Subject{Range: l.Options[rule.Glossary]["file"].Range}
	if !slices.ContainsFunc(l.glossary, in(l.source.Locale)) {
		l.report(rule.Glossary, at, "Glossary without terms",
			fmt.Sprintf("%q has no term in the source %s: it needs a column term or %s, and a row a term.", name, l.source.Locale, l.source.Locale), nil)
		return
	}
	var without []string
	for _, other := range l.languages {
		if !texts.SameLanguage(other.Locale, l.source.Locale) && !slices.ContainsFunc(l.glossary, in(other.Locale)) {
			without = append(without, string(other.Locale))
		}
	}
	if len(without) > 0 {
		l.report(rule.Glossary, at, "Glossary without a language",
			fmt.Sprintf("%q has no term in %s, so nothing is compared there. Write a column %s, with what a term is called.", name, strings.Join(without, ", "), strings.Join(without, ", ")),
			map[string]any{"locales": without})
	}
}

// glossary finds translations without what the glossary says of a term of the source.
func glossary(l *linter, in *language, t text) {
	if len(l.glossary) == 0 {
		return
	}
	source, ok := l.original(in, t)
	if !ok {
		return
	}
	name := option[string](l, rule.Glossary, "file")
	words, own := texts.Fold(source.words()), texts.Fold(t.words())
	for _, term := range l.glossary {
		original, translation := term.Words[l.source.Locale], term.Words[in.Locale]
		if original == "" || translation == "" || !texts.HasWord(words, term.folded[l.source.Locale]) || strings.Contains(own, term.folded[in.Locale]) {
			continue
		}
		l.report(rule.Glossary, in.subject(t), "Term of the glossary missing",
			fmt.Sprintf("%s lacks %q; the source %s has %q, and %q says what it is called here, on line %d.", t.path, translation, l.source.Locale, original, name, term.Line),
			map[string]any{"term": original, "translation": translation, "line": term.Line})
	}
}
