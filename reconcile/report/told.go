package report

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/hashicorp/hcl/v2"

	"livery/reconcile"
	"livery/reconcile/comparison"
	"livery/reconcile/findings"
	"livery/reconcile/markdown"
	"livery/reconcile/terminal"
	"livery/schema"
)

// Told is what a run has told about a plan, for the reports that are written at its end.
type Told struct {
	Plan        *reconcile.Plan    // nil until there is one
	Outcome     *reconcile.Outcome // nil unless it was applied
	Comparing   bool               // two stacks are compared; there is no plan to apply
	Difference  *comparison.Difference
	Diagnostics hcl.Diagnostics
	Sources     findings.Sources
	Stacks      []markdown.Stack // of a run over many
	Verdict     string           // and what they come to
}

// tell notes findings for a report.
func (t *Told) tell(diags hcl.Diagnostics, src findings.Sources) {
	t.Diagnostics = append(t.Diagnostics, diags...)
	if t.Sources == nil {
		t.Sources = make(findings.Sources)
	}
	for name, bytes := range src {
		t.Sources[name] = bytes
	}
}

// Errors are the findings that ended the run.
func (t *Told) Errors() hcl.Diagnostics {
	var list hcl.Diagnostics
	for _, d := range t.Diagnostics {
		if d.Severity == hcl.DiagError {
			list = append(list, d)
		}
	}
	return list
}

// Markdown makes a report of what was told. What the report says of itself, such as its
// key and its links, is the caller's.
func (t *Told) Markdown(r *markdown.Report) {
	if t.Comparing {
		r.Kind = markdown.Diff
	}
	if r.Stacks, r.Verdict = t.Stacks, t.Verdict; t.Stacks != nil {
		return
	}
	r.Plan, r.Problems = t.Plan, make(map[schema.Address]int)
	for _, d := range t.Diagnostics {
		if at := schema.FindingOf(d).Address(); at != (schema.Address{}) {
			r.Problems[at]++
		}
	}
	r.Failures = t.Failures()
	switch {
	case t.Difference != nil:
		compared(r, t.Difference)
	case t.Plan != nil:
		r.State = stateOf(t.Plan)
	case len(r.Failures) == 0:
		r.Failures = []markdown.Failure{{Summary: fmt.Sprintf("The run ended before there was a %s", r.Kind)}}
	}
	if o := t.Outcome; o != nil {
		r.Verdict = fmt.Sprintf("**Applied:** %s.", tally(o.Summary))
		if !o.OK() {
			r.Verdict = incompleteSummary(o)
		}
	}
}

// Failures are what ended the run.
func (t *Told) Failures() []markdown.Failure {
	var list []markdown.Failure
	for _, d := range t.Errors() {
		f := markdown.Failure{Summary: d.Summary, Detail: d.Detail}
		if d.Subject != nil {
			f.File, f.Line = d.Subject.Filename, d.Subject.Start.Line
		}
		list = append(list, f)
	}
	return list
}

// stateOf says which state a plan was made from.
func stateOf(p *reconcile.Plan) string {
	oldest := oldestDocument(p)
	switch {
	case p.Base.Serial == 0:
		return "Nothing was applied before."
	case oldest == nil:
		return fmt.Sprintf("The state was at serial %d.", p.Base.Serial)
	}
	return fmt.Sprintf("The state was at serial %d, its oldest confirmation %s old.", p.Base.Serial, age(p.Timestamp.Sub(oldest.AppliedAt)))
}

// WriteJSON writes what was told as one object: the plan as "show -json" prints it, and the
// errors that ended the run.
func (t *Told) WriteJSON(w io.Writer, version string, now time.Time) error {
	var diagnostics json.RawMessage
	if failed := t.Errors(); len(failed) > 0 {
		raw, err := json.Marshal(findings.JSON(failed, t.Sources))
		if err != nil {
			return err
		}
		diagnostics = raw
	}
	switch {
	case t.Difference != nil:
		return writeDifferenceJSON(w, "", t.Difference)
	case t.Comparing:
		return terminal.WriteJSONLine(w, map[string]any{"format_version": "1.0", "livery_version": version, "errored": true, "diagnostics": diagnostics})
	}
	p := t.Plan
	if p == nil {
		p = &reconcile.Plan{LiveryVersion: version, Timestamp: now, Errored: true}
	}
	out := newPlanJSON(p)
	out.Errored, out.Diagnostics = out.Errored || diagnostics != nil, diagnostics
	return terminal.WriteJSONLine(w, out)
}
