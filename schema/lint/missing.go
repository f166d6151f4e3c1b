package lint

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"

	"livery/schema"
	"livery/schema/rule"
)

// Expectation says why every language should have a text, as a clause of a sentence;
// "" for a text that none needs.
type Expectation func(*schema.Field) string

// Missing finds the texts that a document should have and has not: people then see the
// API's default, in words that nobody here chose.
func Missing(documents []schema.Document, expected Expectation) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, d := range documents {
		for _, f := range schema.Fields() {
			if !f.HasWords() || d.At(f).Declared() || isUndecided(d, f) {
				continue
			}
			if why := expected(f); why != "" {
				diags = append(diags, schema.Diagnose(rule.Missing, schema.Subject{Address: d.Locale.AddressOf(), Path: f.Path(), Range: d.Range}, "Text missing",
					fmt.Sprintf("%s has no text here, and %s: people will see the API's default.", f.Path(), why)))
			}
		}
	}
	return diags
}

// Others expects in each document what any of the others has.
func Others(documents []schema.Document) Expectation {
	return func(f *schema.Field) string {
		n := 0
		for _, d := range documents {
			if d.At(f).Declared() || isUndecided(d, f) {
				n++
			}
		}
		if n == 0 {
			return ""
		}
		return fmt.Sprintf("%d of %d languages have one", n, len(documents))
	}
}
