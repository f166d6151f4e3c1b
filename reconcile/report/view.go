package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"

	"livery/reconcile"
	"livery/reconcile/findings"
	"livery/reconcile/state"
	"livery/reconcile/terminal"
	"livery/reconcile/workspace"
)

// View is what one run of a command writes to: text for people, one JSON object
// and nothing else, or a stream of JSON lines.
type View struct {
	Stdout, Stderr io.Writer
	Style          func(io.Writer) terminal.Style // how text for one of the two is dressed
	Now            func() time.Time
	JSON           bool   // one object, unless there is a stream
	Lints          bool   // the object is that of lint, which counts notices too
	Advice         bool   // somebody reads what to type next
	Stack          string // the one of many that is spoken of; "" for none
	Told           Told   // what was told of a plan so far
	stream         *stream
}

// Begin makes a stream of the JSON that was asked for.
func (v *View) Begin(version string) {
	if v.JSON && v.stream == nil {
		v.stream = newStream(v.Stdout, v.Stack, version, v.Now)
	}
}

func (v *View) print(format string, args ...any) { fmt.Fprintf(v.Stdout, format, args...) }

// Out is how text on stdout is dressed.
func (v *View) Out() terminal.Style { return v.Style(v.Stdout) }

// silent reports that one JSON object is all that may be written.
func (v *View) silent() bool { return v.JSON && v.stream == nil }

// Diagnostics writes findings: in a stream all of them, as an object if that is
// all there is to be, otherwise warnings to stdout and errors to stderr.
func (v *View) Diagnostics(diags hcl.Diagnostics, src findings.Sources) {
	v.Told.Note(diags, src)
	v.write(diags, src)
}

// write writes findings as Diagnostics says.
func (v *View) write(diags hcl.Diagnostics, src findings.Sources) {
	switch {
	case v.stream != nil:
		v.stream.Diagnostics(diags, src)
		return
	case v.JSON && v.Lints:
		_ = findings.Write(v.Stdout, findings.JSONFormat, diags, src, v.Out(), findings.Meta{}) // there is nobody left to tell
		return
	case v.JSON: // a command that prints one object says in one why it does not
		_ = findings.WriteJSON(v.Stdout, diags, src) // there is nobody left to tell
		return
	}
	var warnings, errs hcl.Diagnostics
	for _, d := range diags {
		if d.Severity == hcl.DiagWarning {
			warnings = append(warnings, d)
		} else {
			errs = append(errs, d)
		}
	}
	findings.WriteText(v.Stdout, warnings, src, v.Out())
	findings.WriteText(v.Stderr, errs, src, v.Style(v.Stderr))
}

// Error writes an error that is no finding in a file.
func (v *View) Error(err error) {
	var diags hcl.Diagnostics
	for _, e := range withoutUnlock(err) {
		diags = append(diags, diagnosticOf(e))
	}
	v.Diagnostics(diags, nil)
}

// Warn writes something that is no finding in a file and ends nothing.
func (v *View) Warn(summary, format string, args ...any) {
	diags := hcl.Diagnostics{{Severity: hcl.DiagWarning, Summary: summary, Detail: fmt.Sprintf(format, args...)}}
	v.Told.Note(diags, nil)
	if !v.silent() {
		v.write(diags, nil)
	}
}

// note says something by the way.
func (v *View) note(format string, args ...any) {
	switch text := fmt.Sprintf(format, args...); {
	case v.stream != nil:
		v.stream.Log(text)
	case !v.JSON:
		v.print("%s\n", text)
	}
}

// Events writes what happens while a workspace is at work.
func (v *View) Events() workspace.Events {
	return workspace.Events{
		LockWait: func() {
			const text = "Acquiring state lock. This may take a few moments..."
			switch {
			case v.stream != nil:
				v.stream.write("info", text, "state_lock_acquire", map[string]any{})
			case !v.JSON:
				v.print("%s\n", text)
			}
		},
		Wait: v.wait,
		NoLock: func(state string) {
			v.note("The state %s has no lock, since lock_address is not set: see to it that runs take turns.", state)
		},
		StaleLock: func(i state.LockInfo) {
			v.Warn("A lock that was left behind was taken over", "It was held for %s by %s since %s (process %d on %s). That run is gone and has not released it. What it may have been sending shows with \"!\" in the plan.",
				terminal.Escape(i.Operation, ""), terminal.Escape(i.Who, ""), i.Created.UTC().Format(time.RFC3339), i.PID, terminal.Escape(i.Host, ""))
		},
		ArchiveError: func(err error) {
			v.Warn("The history has a gap", "%s. The run goes on, and what it does is recorded; but \"livery rollback\" cannot go back to that serial.", capital(err.Error()))
		},
		Throttled: func(d time.Duration, code string) {
			if code == "" {
				code = "no reason given"
			}
			v.note("The service asks to wait (%s): all requests go on in %s.", code, d.Round(time.Second))
		},
		Change: v.change,
	}
}

// wait says what is still waited for: on stderr, since stdout may be a file.
func (v *View) wait(w state.Wait) {
	text := fmt.Sprintf("Still %s the state %s... [%s elapsed]", w.Doing, terminal.Escape(w.Where, ""), w.Elapsed)
	if v.stream != nil {
		v.stream.write("info", text, "state_progress", map[string]any{"hook": map[string]any{
			"action": w.Doing, "state": w.Where, "elapsed_seconds": int(w.Elapsed.Seconds()),
		}})
		return
	}
	fmt.Fprintln(v.Stderr, text)
}

// change writes a step of an apply.
func (v *View) change(e reconcile.Event) {
	if v.stream != nil {
		v.stream.Event(e)
		return
	}
	_ = writeEvent(v.Stdout, e, v.Out()) // whoever read along has gone; what is under way goes on
}

// PlanOptions say how a plan is written for people.
type PlanOptions struct {
	Requests bool   // also the bodies that will be sent
	Saved    string // the file it was saved to, "" for none
	Footer   bool   // say at the end what to do with it
	Layout
}

// Operation writes a plan and the warnings about it.
func (v *View) Operation(o *workspace.Operation, opts PlanOptions) error {
	v.Told.Plan, v.Told.Saved = o.Plan, opts.Saved
	if v.stream != nil {
		v.stream.Plan(o.Plan)
		v.Diagnostics(o.Diagnostics, o.Stack.Sources)
		return v.Err()
	}
	text := PlanText{
		Style: v.Out(), Now: v.Now(), Saved: opts.Saved, Dir: o.Dir(), Again: o.Again, Requests: opts.Requests, Advice: opts.Footer && v.Advice, Layout: opts.Layout,
	}
	if err := WritePlan(v.Stdout, o.Plan, text); err != nil {
		return err
	}
	WriteWarnings(v, o)
	if !opts.Footer {
		return nil
	}
	return writeFooter(v.Stdout, o.Plan, text)
}

// WriteWarnings writes the warnings about a plan, those of each kind once.
func WriteWarnings(v *View, o *workspace.Operation) {
	v.Told.Note(o.Diagnostics, o.Stack.Sources) // all of them
	v.write(consolidated(o.Diagnostics), o.Stack.Sources)
}

// WriteShownPlan writes a plan that was read from a file, and the warnings about it: as an object
// if JSON was asked for.
func WriteShownPlan(v *View, p *reconcile.Plan, warnings hcl.Diagnostics, opts PlanOptions) error {
	v.Told.Plan, v.Told.Saved = p, opts.Saved
	v.Told.Note(warnings, nil)
	if v.JSON {
		return v.Told.WriteJSON(v.Stdout, p.LiveryVersion, p.Timestamp)
	}
	err := WritePlan(v.Stdout, p, PlanText{Style: v.Out(), Now: v.Now(), Requests: opts.Requests, Layout: opts.Layout})
	v.write(warnings, nil)
	return err
}

// SavedPlan writes the changes of a plan that was written when it was made.
func (v *View) SavedPlan(p *reconcile.Plan) {
	v.Told.Plan = p
	if v.stream != nil {
		v.stream.Changes(p)
	}
}

// Outcome writes what an apply has done.
func (v *View) Outcome(o *reconcile.Outcome) error {
	v.Told.Outcome = o
	if v.stream != nil {
		v.stream.Outcome(o)
		return nil // it is the reasons that matter now
	}
	return writeOutcome(v.Stdout, o, v.Out())
}

// Err is the first error of the stream's writer.
func (v *View) Err() error {
	if v.stream == nil {
		return nil
	}
	return v.stream.Err()
}

// Interrupt says what a signal does.
func (v *View) Interrupt(text string) {
	switch {
	case v.stream != nil:
		v.stream.Log(strings.ReplaceAll(text, "\n", " "))
	case !v.silent():
		fmt.Fprintf(v.Stderr, "\n%s\n\n", text)
	}
}

// consolidated keeps the first warning of each kind and counts the others, so
// that a plan is not buried under what validate shows in full.
func consolidated(diags hcl.Diagnostics) hcl.Diagnostics {
	var kept hcl.Diagnostics
	first, more := make(map[string]*hcl.Diagnostic), make(map[string]int)
	for _, d := range diags {
		if d.Severity == hcl.DiagWarning {
			if first[d.Summary] != nil {
				more[d.Summary]++
				continue
			}
			once := *d
			first[d.Summary], d = &once, &once
		}
		kept = append(kept, d)
	}
	for summary, n := range more {
		first[summary].Detail += fmt.Sprintf("\n\n(and %d more similar warnings elsewhere; \"livery validate\" shows them all)", n)
	}
	return kept
}
