package markdown_test

import (
	"fmt"
	"regexp"
	"slices"
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
	r.Stacks[40].Report.Fates = []reconcile.Fate{{Title: "Applied", Changes: []*reconcile.Change{{Address: schema.Locale("vi_VN").AddressOf()}}}}
	r.Warnings = []markdown.Failure{{Summary: "Beware", Detail: strings.Repeat("字", 500)}}
	whole := r.Write(10_000_000)
	assert.Contains(t, whole, "\n**Warning: Beware**<br>字字")
	assert.Contains(t, whole, "\n- **Applied:** locale.vi\\_VN\n")
	assert.Equal(t, 41, strings.Count(whole, "\n#### "))
	assert.NotContains(t, whole, "Shortened")
	assert.Contains(t, whole, "#### broken\n\n**No plan:** 1 error.\n\n- **Applied:** locale.vi\\_VN\n\n**Block without an end** broken/main.livery.hcl:1\n")
	for limit := markdown.MinLimit; limit < 120_000; limit += limit / 7 {
		got := r.Write(limit)
		assert.LessOrEqual(t, len(utf16.Encode([]rune(got))), limit)
		assert.Contains(t, got, "**40 to add**, 0 to change, 0 to destroy. Stacks: 40 changed, 1 failed.\n")
		assert.Equal(t, got == whole, !strings.Contains(got, "Shortened to fit: "), "limit %d", limit)
		assert.Equal(t, strings.Count(got, "<details>"), strings.Count(got, "</details>"))
		assert.Contains(t, got, "| broken | failed: Block without an end |", "limit %d", limit)
		assert.Contains(t, got, "**Block without an end** broken/main.livery.hcl:1\n", "limit %d", limit)
	}
}

// What a report loses to fit is what is needed least: first what is as it should be, and last
// what has failed.
func TestStacksLoseWhatIsNeededLeast(t *testing.T) {
	add := func(list []markdown.Stack, n int, s markdown.Stack) []markdown.Stack {
		for range n {
			s.Path = fmt.Sprintf("s%03d", len(list))
			list = append(list, s)
		}
		return list
	}
	same := markdown.Stack{Text: "No changes."}
	changing := markdown.Stack{Text: "Plan: 1 to change.", Report: &markdown.Report{Kind: markdown.Plan, Plan: &reconcile.Plan{Changes: []reconcile.Change{{
		Address: schema.Locale("th_TH").AddressOf(), Action: reconcile.Update, Fields: []reconcile.FieldChange{{Path: "page.text", Kind: schema.Text, After: []byte(`"T"`)}},
	}}}}}
	waiting := markdown.Stack{Text: "not run", Failed: true, NotRun: true}
	failing := markdown.Stack{Text: "failed: Wrong", Failed: true, Report: &markdown.Report{Kind: markdown.Plan, Failures: []markdown.Failure{{Summary: "Wrong", Detail: "So it is."}, {Summary: "Worse"}}}}
	failure := markdown.Failure{Summary: "Of all"}
	rows := regexp.MustCompile(`(?m)^\| s\d+ \| (\w+)`)
	for _, c := range []struct {
		name     string
		stacks   []markdown.Stack
		failures []markdown.Failure
		limit    int
		left     string // what is left out
		rows     string // how many are left, and what they begin with
		sections int
		whole    string // what is shown all the same
	}{
		{"all", add(add(nil, 3, same), 1, failing), nil, 10240, "", "No:3 failed:1", 1, "**Worse**"},
		{"what failed is said first", add(add(nil, 3, same), 1, failing), nil, 10240, "", "No:3 failed:1", 1, "brands\n\n**Failed: 1 stack.** Stacks: some."},
		{"what was not run too", add(add(nil, 3, same), 2, waiting), nil, 10240, "", "No:3 not:2", 0, "brands\n\n**Not run: 2 stacks.** Stacks: some."},
		{"unchanged", add(add(nil, 200, same), 1, failing), nil, 1000, "169 unchanged stacks", "No:31 failed:1", 1, "**Worse**"},
		{"groups", add(add(add(nil, 3, same), 4, changing), 1, failing), nil, 1400, "3 unchanged stacks, 2 changes", "Plan:4 failed:1", 5, "- 1 field in th"},
		{"documents", add(add(add(nil, 3, same), 4, changing), 1, failing), nil, 1200, "3 unchanged stacks, 4 changes", "Plan:4 failed:1", 5, "1 document: "},
		{"plans", add(add(nil, 10, changing), 1, failing), nil, 1000, "3 changes, the plans of 7 stacks", "Plan:10 failed:1", 4, "**Worse**"},
		{"changed", add(add(nil, 40, changing), 1, failing), nil, 1000, "the plans of 40 stacks, 17 changed stacks", "Plan:23 failed:1", 1, "**Worse**"},
		{"not run", add(add(nil, 1, failing), 99, waiting), nil, 1000, "61 stacks (not run)", "failed:1 not:38", 1, "**Worse**"},
		{"errors", add(nil, 12, failing), nil, 1000, "10 errors", "failed:12", 7, "So it is."},
		{"failed", add(nil, 99, failing), []markdown.Failure{failure}, 1000, "198 errors, 67 failed stacks", "failed:32", 0, "**Of all**"},
		{"of all", add(nil, 2, waiting), slices.Repeat([]markdown.Failure{failure}, 99), 1000, "2 stacks (not run), 28 errors", "", 0, "**Of all**"},
	} {
		r := &markdown.Report{Kind: markdown.Plan, Key: ".", Title: "brands", State: "Stacks: some.", Stacks: c.stacks, Failures: c.failures}
		got := r.Write(c.limit)
		left := regexp.MustCompile(`(?m)^Shortened to fit: (.*) not shown\.$`).FindStringSubmatch(got + "\nShortened to fit:  not shown.\n")
		shown := make(map[string]int)
		for _, m := range rows.FindAllStringSubmatch(got, -1) {
			shown[m[1]]++
		}
		assert.Equal(t, c.left, left[1], c.name)
		assert.Equal(t, "map["+c.rows+"]", fmt.Sprint(shown), c.name)
		assert.Equal(t, c.sections, strings.Count(got, "\n#### "), c.name)
		assert.Contains(t, got, c.whole, c.name)
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
