package markdown

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"livery/schema"
	"livery/schema/rule"
)

// mostFindings is how many findings a table shows: a comment holds no more.
const mostFindings = 100

// Failures are errors as a report tells of them.
func Failures(errs hcl.Diagnostics) []Failure {
	var list []Failure
	for _, d := range errs {
		f := Failure{Summary: d.Summary, Detail: d.Detail}
		if d.Subject != nil {
			f.File, f.Line = d.Subject.Filename, d.Subject.Start.Line
		}
		list = append(list, f)
	}
	return list
}

// Findings are findings as a table, for the summary of a job or a comment. Of those that are
// too many the worst are shown. Link leads to a line of a file, and may be nil.
func Findings(diags hcl.Diagnostics, tally string, link func(file string, line int) string) string {
	if len(diags) == 0 {
		return "### livery lint\n\nNo findings.\n"
	}
	if len(diags) > mostFindings {
		errors, others := schema.Apart(diags, rule.Error)
		warnings, notices := schema.Apart(others, rule.Warning)
		diags = slices.Concat(errors, warnings, notices)
	}
	r := Report{Link: link}
	var b strings.Builder
	fmt.Fprintf(&b, "### livery lint: %s\n\n| level | place | finding |\n|---|---|---|\n", tally)
	for _, d := range diags[:min(len(diags), mostFindings)] {
		f, place := schema.FindingOf(d), ""
		if d.Subject != nil {
			place = r.place(d.Subject.Filename, d.Subject.Start.Line)
		}
		text := fmt.Sprintf("**%s**<br>%s", Text(shorten(d.Summary, 100)), Text(shorten(d.Detail, 300)))
		if f.Rule != "" {
			text += " (" + Code(string(f.Rule)) + ")"
		}
		if more := len(f.Addresses) - 1; more > 0 {
			text += fmt.Sprintf("<br>in %s and %s", Text(f.Address().String()), schema.Plural(more, "more document"))
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", schema.LevelOf(d), place, text)
	}
	if more := len(diags) - mostFindings; more > 0 {
		fmt.Fprintf(&b, "\n%s left out.\n", schema.Plural(more, "more finding"))
	}
	return b.String()
}
