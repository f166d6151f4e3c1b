package markdown_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"

	"livery/reconcile"
	"livery/reconcile/markdown"
	"livery/schema"
)

// One document tells of many stacks, and keeps any limit.
func TestStacks(t *testing.T) {
	r := &markdown.Report{Kind: markdown.Plan, Key: "brands", Title: "brands", State: "Stacks: 40 changed, 1 failed.", Total: reconcile.Summary{Add: 40}}
	for i := range 40 {
		changes := make([]reconcile.FieldChange, 20)
		for k := range changes {
			changes[k] = reconcile.FieldChange{Path: fmt.Sprintf("page%d.text", k), Kind: schema.Text, After: []byte(fmt.Sprintf("%q", strings.Repeat("字", 30)))}
		}
		r.Stacks = append(r.Stacks, markdown.Stack{Path: fmt.Sprintf("brands/%02d", i), Text: "Plan: 1 to add.", Report: &markdown.Report{Kind: markdown.Plan, Plan: &reconcile.Plan{
			Changes: []reconcile.Change{{Address: schema.Locale("th_TH").AddressOf(), Action: reconcile.Create, Fields: changes[:i%20+1]}},
		}}})
	}
	r.Stacks = append(r.Stacks, markdown.Stack{Path: "broken", Text: "failed: Block without an end", Failed: true, Report: &markdown.Report{
		Kind: markdown.Plan, Failures: []markdown.Failure{{Summary: "Block without an end", File: "broken/main.livery.hcl", Line: 1}},
	}})
	whole := r.Write(10_000_000)
	assert.Equal(t, 41, strings.Count(whole, "\n#### "))
	assert.NotContains(t, whole, "Shortened")
	assert.Contains(t, whole, "#### broken\n\n**No plan:** 1 error.\n\n**Block without an end** broken/main.livery.hcl:1\n")
	for limit := markdown.MinLimit; limit < 120_000; limit += limit / 7 {
		got := r.Write(limit)
		assert.LessOrEqual(t, len(utf16.Encode([]rune(got))), limit)
		assert.Contains(t, got, "**40 to add**, 0 to change, 0 to destroy. Stacks: 40 changed, 1 failed.\n")
		assert.Equal(t, got == whole, !strings.Contains(got, "Shortened to fit: "), "limit %d", limit)
		assert.Equal(t, strings.Count(got, "<details>"), strings.Count(got, "</details>"))
	}
}

// With nothing to tell of, a report is one of success where there are no stacks, and one of an
// error where nobody knows what there is.
func TestNothingToTell(t *testing.T) {
	for kind, none := range map[markdown.Kind]string{markdown.Plan: "**No changes.**", markdown.Diff: "**No effective change.**"} {
		r := &markdown.Report{Kind: kind, Key: ".", Title: "brands", State: "Stacks: 0 changed, 0 unchanged.", Stacks: []markdown.Stack{}}
		assert.Equal(t, fmt.Sprintf("<!-- livery:%[1]s . -->\n### livery %[1]s: brands\n\n%s Stacks: 0 changed, 0 unchanged.\n\n_livery _\n", kind, none), r.Write(0))
	}
	for _, kind := range []markdown.Kind{markdown.Plan, markdown.Diff, markdown.Preview} {
		got := (&markdown.Report{Kind: kind, Key: ".", Title: "brands"}).Write(0)
		assert.Contains(t, got, fmt.Sprintf("**No %s:** 1 error.\n\n**The run ended before there was a %[1]s**\n", kind))
	}
}
