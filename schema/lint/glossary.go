package lint

import (
	"fmt"
	"strings"

	"livery/schema"
	"livery/schema/texts"
)

// glossary finds translations without what the glossary says of a term of the source.
func glossary(l *linter) {
	if !l.wants(schema.Glossary) {
		return
	}
	name := option[string](l, schema.Glossary, "file")
	if name == "" {
		return
	}
	files := l.Module.Sources
	src, fault := files.ReadFile(name, schema.Subject{Range: l.Options[schema.Glossary]["file"].Range})
	var terms []texts.Term
	if fault == nil {
		l.Sources[files.Shown(name)] = src
		terms, fault = texts.ReadGlossary(src, files.Shown(name), l.source.Locale)
	}
	if fault != nil {
		l.found = append(l.found, fault)
		return
	}
	l.translations(func(in *language, t, source text) {
		words, own := strings.ToLower(source.words()), strings.ToLower(t.words())
		for _, term := range terms {
			original, translation := term.Words[l.source.Locale], term.Words[in.Locale]
			if original == "" || translation == "" || !hasWord(words, strings.ToLower(original)) || strings.Contains(own, strings.ToLower(translation)) {
				continue
			}
			l.report(schema.Glossary, in.subject(t), "Term of the glossary missing",
				fmt.Sprintf("%s lacks %q; the source %s has %q, and %q says what it is called here, on line %d.", t.path, translation, l.source.Locale, original, name, term.Line),
				map[string]any{"term": original, "translation": translation, "line": term.Line})
		}
	})
}
