// Package stacksreport writes what a run over many stacks says: the name above what each
// of them says, and what came of all at the end.
//
// It does not know what was done with the stacks, nor in which order it was done.
package stacksreport

import (
	"fmt"
	"io"
	"strings"
	"time"

	"livery/reconcile"
	"livery/reconcile/markdown"
	"livery/reconcile/report"
	"livery/reconcile/stacks"
	"livery/reconcile/terminal"
	"livery/schema"
)

// columns is how wide the line with the name of a stack is.
const columns = 75

// WriteHead writes the name of a stack above what it says.
func WriteHead(w io.Writer, path string, s terminal.Style) error {
	shown := terminal.Escape(path, "")
	fill := strings.Repeat("─", max(columns-terminal.Width("── "+shown+" "), 2))
	_, err := fmt.Fprintf(w, "── %s %s\n", s.Bold(shown), fill)
	return err
}

// State is what came of one stack.
type State string

// States of stacks.
const (
	Changed   State = "changed"
	Unchanged State = "unchanged"
	Failed    State = "failed"
	NotRun    State = "not_run"
)

// Row is one stack in the summary.
type Row struct {
	Path    string
	State   State
	Text    string            // what came of it; of one that has failed, why
	Changes reconcile.Summary // what is done to its documents, or was
}

// Summary is what came of all stacks.
type Summary struct {
	Rows  []Row
	Words map[State]string // that a command says instead of those of the states; "" counts nothing
	Notes []string         // how the stacks were chosen
	Gone  []stacks.Gone    // that were stacks at the commit of -base: nothing is done with them
	Total string           // the last line, for what all of them come to; "" for none
}

// Count counts the stacks of a state.
func (s *Summary) Count(state State) int {
	n := 0
	for _, r := range s.Rows {
		if r.State == state {
			n++
		}
	}
	return n
}

// Changes is what is done in all stacks together.
func (s *Summary) Changes() reconcile.Summary {
	var sum reconcile.Summary
	for _, r := range s.Rows {
		sum = sum.Plus(r.Changes)
	}
	return sum
}

// Counts says how many stacks there are of each state, in a sentence.
func (s *Summary) Counts() string { return s.counts(terminal.Style{}) }

func (s *Summary) counts(style terminal.Style) string {
	var counts []string
	for _, state := range []State{Changed, Unchanged, Failed, NotRun} {
		word, renamed := s.Words[state]
		if !renamed {
			word = strings.ReplaceAll(string(state), "_", " ")
		}
		n := s.Count(state)
		if word == "" || n == 0 && (state == Failed || state == NotRun) {
			continue
		}
		counts = append(counts, fmt.Sprintf("%d %s", n, word))
	}
	if len(s.Gone) > 0 {
		counts = append(counts, fmt.Sprintf("%d gone", len(s.Gone)))
	}
	notes := ""
	if len(s.Notes) > 0 {
		notes = " (" + strings.Join(s.Notes, ", ") + ")"
	}
	return fmt.Sprintf("%s %s%s.", style.Bold("Stacks:"), strings.Join(counts, ", "), notes)
}

// Write writes the summary for people.
func (s *Summary) Write(w io.Writer, style terminal.Style) error {
	var b strings.Builder
	b.WriteString(s.counts(style) + "\n\n")
	width := 0
	for _, r := range s.Rows {
		width = max(width, terminal.Width(terminal.Escape(r.Path, "")))
	}
	for _, gone := range s.Gone {
		width = max(width, terminal.Width(terminal.Escape(gone.Path, "")))
	}
	for _, r := range s.Rows {
		path, text := terminal.Escape(r.Path, ""), terminal.Escape(r.Text, "")
		switch r.State {
		case Failed:
			text = style.Red("failed: " + text)
		case NotRun:
			text = "not run"
		}
		fmt.Fprintf(&b, "  %s%s  %s\n", path, strings.Repeat(" ", width-terminal.Width(path)), text)
	}
	for _, gone := range s.Gone {
		path := terminal.Escape(gone.Path, "")
		fmt.Fprintf(&b, "  %s%s  %s\n", path, strings.Repeat(" ", width-terminal.Width(path)), GoneText(gone))
	}
	if s.Total != "" {
		fmt.Fprintf(&b, "\n%s\n", s.Total)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// WriteMarkdown writes the summary as a table for a pull request.
func (s *Summary) WriteMarkdown(w io.Writer) error {
	var b strings.Builder
	b.WriteString(s.Counts() + "\n\n| stack | |\n|---|---|\n")
	for _, r := range s.Rows {
		text := markdown.Text(r.Text)
		switch r.State {
		case Failed:
			text = "**failed:** " + text
		case NotRun:
			text = "not run"
		}
		fmt.Fprintf(&b, "| %s | %s |\n", markdown.Code(r.Path), text)
	}
	for _, gone := range s.Gone {
		fmt.Fprintf(&b, "| %s | %s |\n", markdown.Code(gone.Path), markdown.Text(GoneText(gone)))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// WriteMarkdownHead writes the name of a stack above what it says.
func WriteMarkdownHead(w io.Writer, path string) error {
	_, err := fmt.Fprintf(w, "### %s\n\n", markdown.Code(path))
	return err
}

type failureJSON struct {
	Stack   string `json:"stack"`
	Summary string `json:"summary"`
}

// WriteJSON writes the summary as the last line of a stream.
func (s *Summary) WriteJSON(w io.Writer, now time.Time) error {
	failures := []failureJSON{}
	counts := make(map[State]int)
	for _, r := range s.Rows {
		counts[r.State]++
		if r.State == Failed {
			failures = append(failures, failureJSON{r.Path, r.Text})
		}
	}
	changes := s.Changes()
	states := map[State]int{Changed: counts[Changed], Unchanged: counts[Unchanged], Failed: counts[Failed], NotRun: counts[NotRun]}
	if len(s.Gone) > 0 {
		states["gone"] = len(s.Gone)
	}
	return report.WriteStreamLine(w, now, "run_summary", s.message(), map[string]any{
		"stacks":   states,
		"changes":  map[string]int{"add": changes.Add, "change": changes.Change, "remove": changes.Destroy, "forget": changes.Forget},
		"failures": failures,
	})
}

func (s *Summary) message() string {
	return fmt.Sprintf("%s: %d changed, %d unchanged, %d failed, %d not run", schema.Plural(len(s.Rows), "stack"),
		s.Count(Changed), s.Count(Unchanged), s.Count(Failed), s.Count(NotRun))
}
