package lint

import (
	"fmt"
	"strings"

	"livery/schema"
	"livery/schema/rule"
	"livery/schema/texts"
)

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
		l.glossary, fault = texts.ReadGlossary(src, files.Shown(name), l.source.Locale)
	}
	if fault != nil {
		l.found = append(l.found, fault)
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
	words, own := strings.ToLower(source.words()), strings.ToLower(t.words())
	for _, term := range l.glossary {
		original, translation := term.Words[l.source.Locale], term.Words[in.Locale]
		if original == "" || translation == "" || !hasWord(words, strings.ToLower(original)) || strings.Contains(own, strings.ToLower(translation)) {
			continue
		}
		l.report(rule.Glossary, in.subject(t), "Term of the glossary missing",
			fmt.Sprintf("%s lacks %q; the source %s has %q, and %q says what it is called here, on line %d.", t.path, translation, l.source.Locale, original, name, term.Line),
			map[string]any{"term": original, "translation": translation, "line": term.Line})
	}
}
