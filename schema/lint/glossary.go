package lint

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"livery/schema"
)

// term is a row of a glossary: what it is in each language.
type term map[schema.Locale]string

// glossary finds translations without what the glossary says of a term of the source.
func glossary(l *linter) {
	if !l.wants(schema.Glossary) {
		return
	}
	name := option[string](l, schema.Glossary, "file")
	if name == "" {
		return
	}
	terms, fault := l.terms(name)
	if fault != nil {
		l.found = append(l.found, fault)
		return
	}
	l.translations(func(in *language, t, source text) {
		words, own := strings.ToLower(source.words()), strings.ToLower(t.words())
		for _, term := range terms {
			original, translation := term[l.source.Locale], term[in.Locale]
			if original == "" || translation == "" || !hasWord(words, strings.ToLower(original)) || strings.Contains(own, strings.ToLower(translation)) {
				continue
			}
			l.report(schema.Glossary, in.subject(t), "Term of the glossary missing",
				fmt.Sprintf("%s lacks %q; the source %s has %q, and %q says what it is called here.", t.path, translation, l.source.Locale, original, name),
				map[string]any{"term": original, "translation": translation})
		}
	})
}

// terms reads the glossary: a header with the locales, then a row a term. Without a
// column of its own the source is what the column term says.
func (l *linter) terms(name string) ([]term, *hcl.Diagnostic) {
	at := schema.Subject{Range: l.Options[schema.Glossary]["file"].Range}
	src, fault := l.Module.Sources.ReadFile(name, at)
	if fault != nil {
		return nil, fault
	}
	refuse := func(why string) *hcl.Diagnostic {
		return schema.Diagnose(schema.Unreadable, at, "Not a glossary", fmt.Sprintf("%q: %s.", name, why))
	}
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(src), "\ufeff")))
	r.FieldsPerRecord = -1
	header, err := r.Read()
	if err != nil {
		return nil, refuse("it has no header such as term,en_US,th_TH")
	}
	var terms []term
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return terms, nil
		} else if err != nil {
			return nil, refuse(err.Error())
		}
		t := make(term)
		for i, cell := range row[:min(len(row), len(header))] {
			cell = strings.TrimSpace(cell)
			if locale, ok := schema.ParseLocale(strings.TrimSpace(header[i])); ok {
				t[locale] = cell
			} else if strings.EqualFold(strings.TrimSpace(header[i]), "term") && t[l.source.Locale] == "" {
				t[l.source.Locale] = cell
			}
		}
		terms = append(terms, t)
	}
}
