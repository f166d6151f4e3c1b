package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
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
	Saved       string             // where it can be applied from: a file or, of many stacks, a directory; "" for nowhere
	Comparing   bool               // two stacks are compared; there is no plan to apply
	Difference  *comparison.Difference
	Diagnostics hcl.Diagnostics
	Sources     findings.Sources

	// Of a run over many stacks: what is kept of each, what it comes to, and how many of
	// them there are. Wanted says that there will be a report, for which to keep it.
	Wanted  bool
	Stacks  []ToldStack
	Verdict string
	Total   reconcile.Summary
	Counted string // "" as long as that is not known
}

// ToldStack is what one of many stacks has told.
type ToldStack struct {
	markdown.Stack
	Gone   bool            // only the commit that is compared with has it
	object json.RawMessage // as WriteJSON writes it

	warnings hcl.Diagnostics
}

// Many begins to tell of many stacks, of which there may turn out to be none.
func (t *Told) Many() { t.Stacks = []ToldStack{} }

// Stack is what is kept of one of many stacks.
func (t *Told) Stack(path string) *ToldStack {
	i := slices.IndexFunc(t.Stacks, func(s ToldStack) bool { return s.Path == path })
	if i < 0 {
		i = len(t.Stacks)
		t.Stacks = append(t.Stacks, ToldStack{Stack: markdown.Stack{Path: path}})
	}
	return &t.Stacks[i]
}

// Keep keeps what one of many stacks has told for the reports, if there are to be any.
func (t *Told) Keep(path string, one *Told, version string, now time.Time) error {
	if one.Comparing = t.Comparing; !t.Wanted || one.Plan == nil && len(one.Errors()) == 0 {
		return nil
	}
	var b bytes.Buffer
	if err := one.WriteJSON(&b, version, now); err != nil {
		return err
	}
	s := t.Stack(path)
	s.object, s.Report, s.warnings = b.Bytes(), &markdown.Report{Kind: markdown.Plan}, one.Warnings()
	one.Markdown(s.Report)
	s.Report.Warnings = nil // told once for all stacks
	if s.Report.Plan != nil {
		s.Report.Plan = s.Report.Plan.Shown()
	}
	return nil
}

// Note notes findings for a report.
func (t *Told) Note(diags hcl.Diagnostics, src findings.Sources) {
	t.Diagnostics = append(t.Diagnostics, diags...)
	if t.Sources == nil {
		t.Sources = make(findings.Sources)
	}
	for name, bytes := range src {
		t.Sources[name] = bytes
	}
}

// Errors are the findings that ended the run.
func (t *Told) Errors() hcl.Diagnostics { return t.of(hcl.DiagError) }

// Warnings are the findings that did not.
func (t *Told) Warnings() hcl.Diagnostics { return t.of(hcl.DiagWarning) }

func (t *Told) of(severity hcl.DiagnosticSeverity) (list hcl.Diagnostics) {
	for _, d := range t.Diagnostics {
		if d.Severity == severity {
			list = append(list, d)
		}
	}
	return list
}

// json is findings for a report; nothing if there are none.
func (t *Told) json(diags hcl.Diagnostics) (json.RawMessage, error) {
	if len(diags) == 0 {
		return nil, nil
	}
	return json.Marshal(findings.JSON(diags, t.Sources))
}

// Markdown makes a report of what was told. What the report says of itself, such as its
// key and its links, is the caller's.
func (t *Told) Markdown(r *markdown.Report) {
	if t.Comparing {
		r.Kind = markdown.Diff
	}
	if t.Stacks != nil {
		t.markdownOfAll(r)
		return
	}
	r.Plan, r.Problems = t.Plan, make(map[schema.Address]int)
	for _, d := range t.Diagnostics {
		for _, at := range schema.FindingOf(d).Addresses {
			r.Problems[at]++
		}
	}
	r.Failures, r.Warnings = t.Failures(), markdown.Failures(consolidated(t.Warnings()))
	switch {
	case t.Plan != nil && t.Plan.Errored && len(r.Failures) == 0: // it was read from a file
		r.Plan, r.Failures = nil, []markdown.Failure{{Summary: "Planning failed", Detail: "livery encountered errors while making this plan, so it cannot be applied."}}
	case t.Difference != nil:
		compared(r, t.Difference)
	case t.Plan != nil:
		r.State = stateOf(t.Plan)
	}
	if o := t.Outcome; o != nil {
		r.Verdict = fmt.Sprintf("**Applied:** %s.", tally(o.Summary))
		if !o.OK() {
			r.Verdict, r.Fates = incompleteSummary(o), o.Fates()
		}
	}
}

// markdownOfAll makes a report of many stacks. What several of them suffer from is said once.
// Before it is known what they come to, there are none to tell of.
func (t *Told) markdownOfAll(r *markdown.Report) {
	r.Verdict, r.Total, r.State, r.Failures = t.Verdict, t.Total, markdown.Text(t.Counted), t.Failures()
	r.Warnings = markdown.Failures(consolidated(t.warningsOfAll()))
	if t.Counted == "" {
		return
	}
	r.Stacks = []markdown.Stack{}
	for _, s := range t.Stacks {
		if one := s.Report; one != nil && len(one.Failures) > 0 {
			own := slices.DeleteFunc(slices.Clone(one.Failures), func(f markdown.Failure) bool { return slices.Contains(r.Failures, f) })
			if s.Report = nil; len(own) > 0 {
				less := *one
				less.Failures, s.Report = own, &less
			}
		}
		r.Stacks = append(r.Stacks, s.Stack)
	}
}

// warningsOfAll are the warnings of many stacks, each once. What stands in no file and is so of
// one stack alone names it.
func (t *Told) warningsOfAll() hcl.Diagnostics {
	type key struct {
		summary, detail string
		at              hcl.Range
	}
	keyOf := func(d *hcl.Diagnostic) key {
		k := key{summary: d.Summary, detail: d.Detail}
		if d.Subject != nil {
			k.at = *d.Subject
		}
		return k
	}
	list, stacks := t.Warnings(), make(map[key]int)
	for _, s := range t.Stacks {
		for _, d := range s.warnings {
			stacks[keyOf(d)]++
		}
	}
	seen := make(map[key]bool)
	for _, d := range list {
		seen[keyOf(d)] = true
	}
	for _, s := range t.Stacks {
		for _, d := range s.warnings {
			k := keyOf(d)
			if seen[k] {
				continue
			}
			if seen[k] = true; d.Subject == nil && stacks[k] == 1 {
				named := *d
				named.Summary, d = s.Path+": "+d.Summary, &named
			}
			list = append(list, d)
		}
	}
	return list
}

// Failures are what ended the run.
func (t *Told) Failures() []markdown.Failure { return markdown.Failures(t.Errors()) }

// stateOf says which state a plan was made from.
func stateOf(p *reconcile.Plan) string {
	oldest := oldestDocument(p)
	switch {
	case p.Base.Serial == 0:
		return "Nothing was applied before."
	case oldest == nil:
		return fmt.Sprintf("The state was at serial %d.", p.Base.Serial)
	}
	return fmt.Sprintf("The state was at serial %d, its oldest confirmation %s old.", p.Base.Serial, Age(p.Timestamp.Sub(oldest.AppliedAt)))
}

// WriteJSON writes what was told as one object: the plan as "show -json" prints it, and the
// errors that ended the run.
func (t *Told) WriteJSON(w io.Writer, version string, now time.Time) error {
	diagnostics, err := t.json(t.Errors())
	if err != nil {
		return err
	}
	warnings, err := t.json(t.Warnings())
	if err != nil {
		return err
	}
	switch {
	case t.Stacks != nil:
		return t.writeStacksJSON(w, version, now, warnings, diagnostics)
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
	out.Outcome = newOutcomeJSON(t.Outcome)
	out.Errored, out.Warnings, out.Diagnostics = out.Errored || diagnostics != nil, warnings, diagnostics
	return terminal.WriteJSONLine(w, out)
}

// stacksJSON is what was told of many stacks.
type stacksJSON struct {
	FormatVersion string            `json:"format_version"`
	LiveryVersion string            `json:"livery_version"`
	Timestamp     time.Time         `json:"timestamp"`
	Errored       bool              `json:"errored"` // a stack has failed or was not run
	Stacks        []stackJSON       `json:"stacks"`
	Summary       reconcile.Summary `json:"summary"`
	Warnings      json.RawMessage   `json:"warnings,omitempty"`    // of no stack alone
	Diagnostics   json.RawMessage   `json:"diagnostics,omitempty"` // of no stack alone
}

// stackJSON is the plan or the difference of a stack; neither of one that was not run.
type stackJSON struct {
	Path string          `json:"path"`
	Plan json.RawMessage `json:"plan,omitempty"`
	Diff json.RawMessage `json:"diff,omitempty"`
	Gone bool            `json:"gone,omitempty"`
}

func (t *Told) writeStacksJSON(w io.Writer, version string, now time.Time, warnings, diagnostics json.RawMessage) error {
	out := stacksJSON{
		FormatVersion: "1.0", LiveryVersion: version, Timestamp: now.UTC(), Errored: diagnostics != nil || t.Counted == "",
		Stacks: make([]stackJSON, len(t.Stacks)), Summary: t.Total, Warnings: warnings, Diagnostics: diagnostics,
	}
	for i, s := range t.Stacks {
		out.Stacks[i] = stackJSON{Path: s.Path, Plan: s.object, Gone: s.Gone}
		if t.Comparing {
			out.Stacks[i] = stackJSON{Path: s.Path, Diff: s.object}
		}
		out.Errored = out.Errored || s.Failed
	}
	return terminal.WriteJSONLine(w, out)
}
