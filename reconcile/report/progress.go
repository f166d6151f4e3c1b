package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"livery/reconcile"
	"livery/reconcile/terminal"
	"livery/schema"
)

// writeEvent writes a step of an apply as Terraform does.
func writeEvent(w io.Writer, e reconcile.Event, s terminal.Style) error {
	if e.Step == reconcile.Failed {
		return nil // shown at the end, with its reason
	}
	_, err := fmt.Fprintln(w, s.Bold(progressLine(e)))
	return err
}

// progressLine is one step in words.
func progressLine(e reconcile.Event) string {
	present, noun := wordsOf(e.Change.Action)
	switch e.Step {
	case reconcile.Started:
		return fmt.Sprintf("%s: %s...", e.Change.Address, present)
	case reconcile.InProgress:
		return fmt.Sprintf("%s: Still %s... [%s elapsed]", e.Change.Address, strings.ToLower(present), e.Elapsed.Truncate(time.Second))
	case reconcile.Failed:
		return fmt.Sprintf("%s: %s errored after %s", e.Change.Address, noun, e.Elapsed.Truncate(time.Second))
	}
	line := fmt.Sprintf("%s: %s complete after %s", e.Change.Address, noun, e.Elapsed.Truncate(time.Second))
	if e.TransactionID != "" {
		line += fmt.Sprintf(" [transaction %s]", terminal.Escape(e.TransactionID, ""))
	}
	return line
}

func wordsOf(a reconcile.Action) (present, noun string) {
	switch a {
	case reconcile.Create:
		return "Creating", "Creation"
	case reconcile.Delete:
		return "Destroying", "Destruction"
	case reconcile.Forget:
		return "Forgetting", "Removal from the state"
	case reconcile.Record:
		return "Recording", "Recording"
	default:
		return "Modifying", "Modifications"
	}
}

// ApplySummary is the line that bots look for.
func ApplySummary(sum reconcile.Summary) string {
	return fmt.Sprintf("Apply complete! Resources: %s.", tally(sum))
}

func tally(sum reconcile.Summary) string {
	text := fmt.Sprintf("%d added, %d changed, %d destroyed", sum.Add, sum.Change, sum.Destroy)
	if sum.Forget > 0 {
		text += fmt.Sprintf(", %d forgotten", sum.Forget)
	}
	if sum.Record > 0 {
		text += fmt.Sprintf(", %d recorded", sum.Record)
	}
	return text
}

// writeOutcome writes what an apply has done, and for one that failed what it
// has not. Reasons are diagnostics and are written elsewhere.
func writeOutcome(w io.Writer, o *reconcile.Outcome, s terminal.Style) error {
	if o.OK() {
		line := ApplySummary(o.Summary)
		if _, err := fmt.Fprintf(w, "\n%s\n", s.Bold(s.Green(line))); err != nil {
			return err
		}
		if !sentAny(o) {
			return nil
		}
		_, err := fmt.Fprint(w, "\nThe service confirms that it took the documents, not what they look like: open\nthe page once in each language that changed and look.\n")
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\n%s\n", s.Bold(incompleteSummary(o)))
	for _, f := range o.Fates() {
		fmt.Fprintf(&b, "  %-10s %s\n", f.Title+":", strings.Join(addresses(f.Changes), ", "))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func addresses(changes []*reconcile.Change) []string {
	list := make([]string, len(changes))
	for i, c := range changes {
		list[i] = c.Address.String()
	}
	return list
}

// IncompleteSummary is that line of a run over many stacks of which not all were applied.
func IncompleteSummary(sum reconcile.Summary) string {
	return fmt.Sprintf("Apply incomplete. Resources: %s.", tally(sum))
}

func incompleteSummary(o *reconcile.Outcome) string {
	return fmt.Sprintf("Apply incomplete. Resources: %s; %d failed, %d not tried.", tally(o.Summary), len(o.Failures), len(o.NotTried))
}

func sentAny(o *reconcile.Outcome) bool {
	return slices.ContainsFunc(o.Confirmed, func(c *reconcile.Change) bool {
		return c.Address.Kind == schema.LocaleAddress && c.Body != nil
	})
}
