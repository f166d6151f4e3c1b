package markdown_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/stretchr/testify/assert"

	"livery/reconcile/markdown"
	"livery/schema"
	"livery/schema/rule"
)

// Of too many findings the worst are shown, in the order in which they come; of fewer all, in
// theirs.
func TestTheWorstFindingsAreShown(t *testing.T) {
	var diags hcl.Diagnostics
	add := func(n int, level rule.Level) {
		for range n {
			d := &hcl.Diagnostic{Severity: hcl.DiagWarning, Summary: fmt.Sprintf("Finding %d", len(diags))}
			if level == rule.Error {
				d.Severity = hcl.DiagError
			}
			schema.Amend(d, func(f *schema.Finding) { f.Level = level })
			diags = append(diags, d)
		}
	}
	add(60, rule.Notice)
	add(39, rule.Warning)
	add(1, rule.Error)
	whole := markdown.Findings(diags, "many", nil)
	assert.Less(t, strings.Index(whole, "| notice |"), strings.Index(whole, "| error |"))
	add(61, rule.Warning)
	short := markdown.Findings(diags, "many", nil)
	assert.Contains(t, short, "|---|---|---|\n| error |  | **Finding 99**<br> |\n| warning |  | **Finding 60**<br> |")
	assert.Equal(t, 99, strings.Count(short, "| warning |"))
	assert.Contains(t, short, "\n61 more findings left out.\n")
}
