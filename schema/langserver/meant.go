package langserver

import (
	"regexp"

	"github.com/hashicorp/hcl/v2"
)

// meantPattern finds the name that a finding proposes.
const meantPattern = `Did you mean "([^"]+)"\?`

// Meant is the word that a finding says was meant, and what it takes the place of; false
// if it names none.
func Meant(d *hcl.Diagnostic, src []byte) (hcl.Range, string, bool) {
	m := regexp.MustCompile(meantPattern).FindStringSubmatch(d.Detail)
	if m == nil || d.Subject == nil {
		return hcl.Range{}, "", false
	}
	at := *d.Subject
	if text := at.SliceBytes(src); len(text) > 1 && text[0] == '"' && text[len(text)-1] == '"' {
		at = within(at, 1)
	}
	start, end := wordAt(src, at.End.Byte)
	if end > at.End.Byte || start < at.Start.Byte {
		return hcl.Range{}, "", false
	}
	at.Start.Byte = start
	return at, m[1], true
}
