package explain

import (
	"slices"

	"github.com/hashicorp/hcl/v2"

	"livery/schema"
	"livery/schema/rule"
)

// WithoutEchoes leaves out what is said of a line that did not parse: the parser makes
// something up for the part that it could not read.
func WithoutEchoes(diags hcl.Diagnostics) hcl.Diagnostics {
	type place struct {
		file string
		line int
	}
	unread := make(map[place]bool)
	for _, d := range diags {
		if d.Subject != nil && schema.FindingOf(d).Rule == rule.Syntax {
			unread[place{d.Subject.Filename, d.Subject.Start.Line}] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(diags), func(d *hcl.Diagnostic) bool {
		if d.Subject == nil || schema.FindingOf(d).Rule == rule.Syntax || len(unread) == 0 {
			return false
		}
		for line := d.Subject.Start.Line; line <= d.Subject.End.Line; line++ {
			if unread[place{d.Subject.Filename, line}] {
				return true
			}
		}
		return d.Subject.End.Byte < d.Subject.Start.Byte // of an expression that has no end
	})
}
