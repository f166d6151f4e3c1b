package textsreport

import (
	"io"
	"maps"
	"slices"

	"livery/reconcile/findings"
	"livery/reconcile/terminal"
	"livery/reconcile/translating"
	"livery/schema"
)

type importJSON struct {
	FormatVersion string                    `json:"format_version"`
	DryRun        bool                      `json:"dry_run"`
	Locales       []importedLocaleJSON      `json:"locales"`
	Files         []string                  `json:"files"`   // that change
	Undated       []string                  `json:"undated"` // files that do not say from which words they were translated
	Diagnostics   []findings.DiagnosticJSON `json:"diagnostics"`
}

type importedLocaleJSON struct {
	Locale    schema.Locale      `json:"locale"`
	Written   int                `json:"written"`
	Unchanged int                `json:"unchanged"`
	Skipped   int                `json:"skipped"`
	Refused   int                `json:"refused"`
	Held      int                `json:"held"` // back, since others are refused
	Units     []importedTextJSON `json:"units"`
}

type importedTextJSON struct {
	Path    string              `json:"path"`
	Outcome translating.Outcome `json:"outcome"`
	Reason  string              `json:"reason"` // "" where there is nothing to say
}

// WriteImportJSON writes what came of an import as one object.
func WriteImportJSON(w io.Writer, i *translating.Imported, dryRun bool) error {
	out := importJSON{"1.0", dryRun, []importedLocaleJSON{}, []string{}, i.Undated, findings.JSON(i.Findings, i.Files)}
	for _, t := range i.Tallies {
		l := importedLocaleJSON{
			t.Locale, t.Counts[translating.Written], t.Counts[translating.Unchanged],
			t.Counts[translating.Skipped], t.Counts[translating.Refused], t.Counts[translating.Held], []importedTextJSON{},
		}
		for _, text := range i.Texts {
			if text.Locale == t.Locale {
				l.Units = append(l.Units, importedTextJSON{text.Path, text.Outcome, text.Reason})
			}
		}
		out.Locales = append(out.Locales, l)
	}
	out.Files = append(out.Files, slices.Sorted(maps.Keys(i.After))...)
	return terminal.WriteJSON(w, out)
}
