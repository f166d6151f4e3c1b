package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"livery/schema"
	"livery/schema/rule"
	"livery/schema/texts"
)

// Missing compares documents with each other: what one of them has, all should have.
func Missing(documents []schema.Document) hcl.Diagnostics {
	have := make(map[string]int) // of the documents, by the paths of texts
	var all []text
	for _, d := range documents {
		for t := range languageOf(d).texts {
			if have[t.path]++; have[t.path] == 1 {
				all = append(all, t)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b text) int { return texts.ComparePaths(a.path, b.path) })
	var diags hcl.Diagnostics
	for _, d := range documents {
		in := languageOf(d)
		for _, t := range all {
			if d := lacking(in, t, fmt.Sprintf("%d of %d languages have one", have[t.path], len(documents))); d != nil {
				diags = append(diags, d)
			}
		}
	}
	return diags
}

// lacking finds that a language has no text in the place of another's: nil if it has, or may
// have. Why is a clause that says why it should. Where a language has no tips at all, that is
// said once.
func lacking(in *language, like text, why string) *hcl.Diagnostic {
	if _, has := in.find(like); has {
		return nil
	}
	list, _, isTip := strings.Cut(like.path, "[")
	field := schema.FieldByPath(list)
	path, follows := like.path, "people will see the API's default"
	switch {
	case isUndecided(in.Document, field):
		return nil
	case isTip && in.At(field).Declared():
		follows = "people will see fewer tips"
	case isTip && like.path != texts.TipPath(field, 0):
		return nil
	case isTip:
		path = list
	}
	return schema.Diagnose(rule.Missing, schema.Subject{Address: in.Locale.AddressOf(), Path: path, Range: in.Range}, "Text missing",
		fmt.Sprintf("%s has no text here, and %s: %s.", path, why, follows))
}
