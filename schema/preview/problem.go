package preview

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"livery/schema"
)

// Problem is something that somebody should look at.
type Problem struct {
	Level  schema.Level
	Rule   schema.Rule
	Locale schema.Locale // "" where it belongs to no language
	Path   string        // the field; "" where there is none
	At     string        // file and line; "" where nothing is written
	Text   string
	Fault  bool // a fault of the files, rather than of how they look
}

// Missing is the rule of texts that other languages have and this one has not.
// What people then see is the API's default, in words that nobody here chose.
const Missing schema.Rule = "missing"

func (p Problem) where() string {
	parts := make([]string, 0, 2)
	for _, s := range []string{string(p.Locale), p.At} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, " · ")
}

// Problems turns findings in files into problems in a gallery, and adds the texts
// that are missing.
func Problems(diags hcl.Diagnostics, sheets []Sheet) []Problem {
	list := make([]Problem, 0, len(diags))
	for _, d := range diags {
		finding := schema.FindingOf(d)
		p := Problem{Level: schema.Error, Rule: finding.Rule, Path: drawable(finding.Path), Text: d.Summary + ": " + d.Detail, Fault: true}
		if d.Severity == hcl.DiagWarning {
			p.Level = schema.Warning
		}
		if finding.Address.Kind == schema.LocaleAddress {
			p.Locale = schema.Locale(finding.Address.Name)
		}
		if d.Subject != nil {
			p.At = place(*d.Subject)
		}
		list = append(list, p)
	}
	return append(list, missing(sheets)...)
}

// drawable is the path of the catalogue's field that a finding is about: one about
// a single tip names its place in the list.
func drawable(path string) string {
	path, _, _ = strings.Cut(path, "[")
	if schema.FieldByPath(path) == nil {
		return ""
	}
	return path
}

func missing(sheets []Sheet) []Problem {
	var list []Problem
	for _, f := range schema.Fields() {
		if f.Kind != schema.Text && f.Kind != schema.Tips {
			continue
		}
		has := func(s Sheet) bool { return s.Document.At(f).Declared() }
		n := 0
		for _, s := range sheets {
			if has(s) {
				n++
			}
		}
		if n == 0 || n == len(sheets) {
			continue
		}
		for _, s := range sheets {
			if !has(s) {
				list = append(list, Problem{
					Level: schema.Warning, Rule: Missing, Locale: s.Document.Locale, Path: f.Path(),
					Text: fmt.Sprintf("%s has no text here, and %d of %d languages have one: people will see the API's default.", f.Path(), n, len(sheets)),
				})
			}
		}
	}
	slices.SortStableFunc(list, func(a, b Problem) int { return strings.Compare(string(a.Locale), string(b.Locale)) })
	return list
}
