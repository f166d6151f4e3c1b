// Package historyreport writes the states that are kept, and what the run that made each of
// them changed. It does not know where they are kept, nor what could be done with one.
package historyreport

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"livery/reconcile"
	"livery/reconcile/report"
	"livery/reconcile/state"
	"livery/reconcile/terminal"
	"livery/schema"
)

// listed is how many changes of one run are named; of more, people want to know
// how many.
const listed = 10

// Text says how a history is written for people.
type Text struct {
	Style  terminal.Style
	Now    time.Time
	Advice bool // say what can be done with it
}

// Write writes the states that are kept, newest first, and what the run
// that made each of them changed.
func Write(w io.Writer, h *state.History, t Text) error {
	out := &printer{s: t.Style, now: t.Now}
	runs := reconcile.DiffHistory(h)
	if len(runs) == 0 {
		out.line("There is no history yet. Nothing has been applied.")
	}
	kept := 0
	for i := range runs {
		if i > 0 {
			out.line("")
		}
		out.run(&runs[i])
		if !runs[i].Current && runs[i].Snapshot != nil {
			kept++
		}
	}
	if n := len(h.OtherLineage); n > 0 {
		out.line("\nLeft out, because another lineage left them here before this state was begun:\n%s.", serials(h.OtherLineage))
	}
	if t.Advice && kept > 0 {
		out.line("\n\"livery rollback SERIAL\" plans to go back to one of them.")
	}
	_, err := io.WriteString(w, out.b.String())
	return err
}

// serials lists serials in words.
func serials(list []uint64) string {
	words := make([]string, len(list))
	for i, s := range list {
		words[i] = fmt.Sprint(s)
	}
	if len(words) == 1 {
		return "serial " + words[0]
	}
	return "serials " + strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

type printer struct {
	s   terminal.Style
	b   strings.Builder
	now time.Time
}

func (p *printer) line(format string, args ...any) {
	fmt.Fprintf(&p.b, format+"\n", args...)
}

func (p *printer) run(r *reconcile.HistoryEntry) {
	title := fmt.Sprintf("Serial %d", r.Serial)
	switch {
	case r.Current && r.Snapshot == nil:
		title = "The current state"
	case r.Current:
		title += " (current)"
	}
	if r.Snapshot == nil {
		p.line("%s  %s", p.s.Bold(title), p.s.Red("cannot be read"))
		for _, line := range terminal.Wrap(strings.Join(strings.Fields(reason(r.Err)), " "), 78) {
			p.line("  %s", line)
		}
		return
	}
	if at := r.Snapshot.Run.At; !at.IsZero() {
		p.line("%s  %s, %s ago", p.s.Bold(title), at.UTC().Format(time.RFC3339), report.Age(p.now.Sub(at)))
	} else {
		p.line("%s", p.s.Bold(title))
	}
	p.line("  %s", runWords(r.Snapshot.Run))
	p.pastChanges(r)
}

// reason is why a state cannot be read, without what its heading says already.
func reason(err error) string {
	if past := (*state.HistoryError)(nil); errors.As(err, &past) {
		err = past.Err
	}
	if damaged := (*state.DamagedError)(nil); errors.As(err, &damaged) {
		return "It is damaged: " + terminal.Escape(damaged.Err.Error(), "") + "."
	}
	return terminal.Escape(err.Error(), "") + "."
}

// runWords says who did what, as far as it is recorded.
func runWords(r state.Run) string {
	operation, who := terminal.Escape(r.Operation, ""), terminal.Escape(r.Who, "")
	switch {
	case operation == "" && who == "":
		return "(who made it, and how, is not recorded)"
	case who == "":
		return operation
	case operation == "":
		return "by " + who
	}
	return operation + " by " + who
}

func (p *printer) pastChanges(r *reconcile.HistoryEntry) {
	switch {
	case r.Since == nil:
		p.line("  holds %s; what changed is not known, since the state\n  before it is not kept", schema.Plural(len(r.Snapshot.Addresses()), "address"))
		return
	case *r.Since > 0 && *r.Since+1 != r.Serial:
		p.line("  (compared with serial %d; what lies between is not kept)", *r.Since)
	}
	if len(r.Changes) == 0 {
		p.line("  nothing changed")
	}
	if len(r.Changes) > listed {
		p.counts(r.Changes)
		return
	}
	for _, c := range r.Changes {
		line := fmt.Sprintf("  %s %s", p.symbol(c.Action), c.Address)
		switch {
		case c.Action == reconcile.Doubt:
			line += "  (in doubt: no answer was recorded)"
		case c.Action == reconcile.Record:
			line += "  (prevent_destroy)"
		case c.TransactionID != "":
			line += fmt.Sprintf("  [transaction %s]", terminal.Escape(c.TransactionID, ""))
		}
		p.line("%s", line)
	}
}

// counts sums up what is too much to be listed.
func (p *printer) counts(changes []reconcile.HistoryChange) {
	for _, kind := range []struct {
		action reconcile.Action
		words  string
	}{
		{reconcile.Create, "added"}, {reconcile.Update, "changed"}, {reconcile.Delete, "gone"},
		{reconcile.Reapply, "applied again"}, {reconcile.Record, "recorded"}, {reconcile.Doubt, "in doubt"},
	} {
		n := 0
		for _, c := range changes {
			if c.Action == kind.action {
				n++
			}
		}
		if n > 0 {
			p.line("  %s %s %s", p.symbol(kind.action), schema.Plural(n, "address"), kind.words)
		}
	}
}

func (p *printer) symbol(a reconcile.Action) string {
	if a == reconcile.Doubt {
		a = reconcile.Reapply // the next plan shows it so
	}
	return report.Symbol(a, p.s)
}

type historyJSON struct {
	FormatVersion string     `json:"format_version"`
	Lineage       string     `json:"lineage"`
	Entries       []pastJSON `json:"entries"`
	OtherLineage  []uint64   `json:"other_lineage"` // serials that are left out
}

type pastJSON struct {
	Serial       uint64           `json:"serial"` // 0 when the current state cannot be read
	Current      bool             `json:"current"`
	At           *time.Time       `json:"at"`
	Who          *string          `json:"who"`
	Operation    *string          `json:"operation"`
	ComparedWith *uint64          `json:"compared_with"` // null when nothing is kept that it could be
	Changes      []pastChangeJSON `json:"changes"`
	Damaged      *string          `json:"damaged"` // why it cannot be read
}

type pastChangeJSON struct {
	Address       string  `json:"address"`
	Action        string  `json:"action"`
	TransactionID *string `json:"transaction_id"`
}

// WriteJSON writes a history as one object.
func WriteJSON(w io.Writer, h *state.History) error {
	out := historyJSON{FormatVersion: "1.0", Lineage: h.Lineage, Entries: []pastJSON{}, OtherLineage: append([]uint64{}, h.OtherLineage...)}
	for _, r := range reconcile.DiffHistory(h) {
		entry := pastJSON{Serial: r.Serial, Current: r.Current, ComparedWith: r.Since, Changes: []pastChangeJSON{}}
		if r.Snapshot == nil {
			why := reason(r.Err)
			entry.Damaged = &why
		} else {
			run := r.Snapshot.Run
			entry.Who, entry.Operation = known(run.Who), known(run.Operation)
			if !run.At.IsZero() {
				entry.At = &run.At
			}
		}
		for _, c := range r.Changes {
			entry.Changes = append(entry.Changes, pastChangeJSON{c.Address.String(), string(c.Action), known(c.TransactionID)})
		}
		out.Entries = append(out.Entries, entry)
	}
	return terminal.WriteJSONLine(w, out)
}

// known is nil, which becomes null, for what is not.
func known(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
