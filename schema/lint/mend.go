package lint

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"livery/schema"
	"livery/schema/rule"
	"livery/schema/stack"
	"livery/schema/texts"
)

// Mendable gives findings of the files the edits that mend them, where a literal is to be
// changed: whoever judged a value did not know how it is written.
func Mendable(s *stack.Stack, diags hcl.Diagnostics) hcl.Diagnostics {
	for i, d := range diags {
		f := schema.FindingOf(d)
		if isRightElsewhere(s, f) {
			f.Fix, f.Edits = "", nil
			diags[i] = schema.WithFinding(d, f, "")
			continue
		}
		unknown, _ := f.Data["unknown"].(string)
		if f.Rule != rule.Placeholder || unknown == "" || d.Subject == nil {
			continue
		}
		field := schema.FieldByPath(f.Path)
		for _, doc := range s.Documents {
			if v := doc.At(field); field != nil && v.Declared() && v.Range() == *d.Subject {
				c := schema.WithFinding(d, f, "")
				fixable(c, v, strings.ReplaceAll(v.Text(), unknown, schema.SecondsPlaceholder))
				diags[i] = c
				break
			}
		}
	}
	return diags
}

// isRightElsewhere reports whether a document that the finding is not about has the same
// literal: what is wrong in one language may be needed in another.
func isRightElsewhere(s *stack.Stack, f schema.Finding) bool {
	if len(f.Edits) != 1 || f.Rule != rule.InvisibleCharacter && f.Rule != rule.WidthForms {
		return false
	}
	return slices.ContainsFunc(s.Documents, func(doc schema.Document) bool {
		if slices.Contains(f.Addresses, doc.Locale.AddressOf()) {
			return false
		}
		at := f.Edits[0].At
		for t := range texts.Of(doc) {
			if t.Path == f.Path && placeOfWords(t.Value) == at {
				return true
			}
		}
		return false
	})
}

// mended is a text without what a rule finds in it; "" where only a person can tell.
func mended(id rule.ID, in *language, words string) string {
	runes := []rune(words)
	switch id {
	case rule.Whitespace:
		for strings.Contains(words, "  ") {
			words = strings.ReplaceAll(words, "  ", " ")
		}
		return strings.TrimFunc(words, func(r rune) bool { return r == '\n' || isBlank(r) })
	case rule.WidthForms:
		for {
			at, better := firstOfAnotherWidth(in, runes)
			if better == 0 {
				return string(runes)
			}
			runes[at] = better
		}
	case rule.InvisibleCharacter:
		for {
			at, name := firstInvisible(in, runes)
			if name == "" {
				return string(runes)
			}
			runes = slices.Delete(runes, at, at+1)
		}
	}
	return ""
}
