package langserver

import (
	"strings"

	"livery/schema/structure"

	"github.com/hashicorp/hcl/v2"
)

// Meant is the word that a finding says was meant, and what it takes the place of; false
// if it names none.
func Meant(d *hcl.Diagnostic, src []byte) (hcl.Range, string, bool) {
	_, rest, some := strings.Cut(d.Detail, `Did you mean "`)
	word, _, ends := strings.Cut(rest, `"?`)
	if !some || !ends || d.Subject == nil {
		return hcl.Range{}, "", false
	}
	at := *d.Subject
	if text := at.SliceBytes(src); len(text) > 1 && text[0] == '"' && text[len(text)-1] == '"' {
		at = structure.Within(at, 1)
	}
	start, end := structure.WordAt(src, at.End.Byte)
	if end > at.End.Byte || start < at.Start.Byte {
		return hcl.Range{}, "", false
	}
	at.Start.Byte = start
	return at, word, true
}
