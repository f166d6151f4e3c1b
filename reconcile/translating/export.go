package translating

import (
	"slices"

	"livery/schema/interchange"
	"livery/schema/texts"
)

// ToTranslate are the states of texts that go out where nobody says which.
func ToTranslate() []texts.State {
	return []texts.State{texts.Missing, texts.Untranslated, texts.Stale}
}

// Export gathers the texts in these states, of the languages that have any.
func (s *Stack) Export(states []texts.State) *interchange.Sheet {
	sheet := &interchange.Sheet{Source: s.Source.Locale, Keep: s.Keep}
	for _, in := range s.Chosen {
		language := interchange.SheetLanguage{Locale: in.Locale}
		for i := range in.Units {
			if u := &in.Units[i]; slices.Contains(states, u.State) {
				language.Units = append(language.Units, u)
			}
		}
		if len(language.Units) > 0 {
			sheet.Languages = append(sheet.Languages, language)
		}
	}
	return sheet
}
