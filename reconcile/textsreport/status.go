package textsreport

import (
	"fmt"
	"io"
	"strings"

	"livery/reconcile/findings"
	"livery/reconcile/markdown"
	"livery/reconcile/terminal"
	"livery/reconcile/translating"
	"livery/schema"
	"livery/schema/texts"
)

// columns are the states that the table counts, in its order.
var columns = [...]texts.State{texts.Current, texts.Stale, texts.Untranslated, texts.Missing, texts.Unrecorded}

// toDo are the states that somebody has to do something about, in the order of the summary.
var toDo = [...]texts.State{texts.Stale, texts.Untranslated, texts.Missing}

// WriteStatus writes a table of languages, and with details each text that is to be looked
// at below it.
func WriteStatus(w io.Writer, s *translating.Stack, details bool, style terminal.Style) error {
	var b strings.Builder
	b.WriteString(head(s) + "\n\n")
	width := len("locale")
	for _, in := range s.Chosen {
		width = max(width, len(in.Locale))
	}
	fmt.Fprintf(&b, "%-*s ", width, "locale")
	for _, state := range columns {
		fmt.Fprintf(&b, "  %s", state)
	}
	b.WriteByte('\n')
	for _, in := range s.Chosen {
		fmt.Fprintf(&b, "%-*s ", width, in.Locale)
		for _, state := range columns {
			fmt.Fprintf(&b, "  %*d", len(state), in.Count(state))
		}
		fmt.Fprintf(&b, "   %3d %%\n", in.Percent())
	}
	text, _ := Summary(s)
	b.WriteString("\n" + text + "\n")
	if details {
		writeDetails(&b, s, style)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func head(s *translating.Stack) string {
	return fmt.Sprintf("Source: %s, %s. Lock: %s", s.Source.Locale, schema.Plural(len(s.Texts), "text"), terminal.Escape(s.LockFile, ""))
}

// Summary counts in a sentence what is to be done, and reports whether anything is.
func Summary(s *translating.Stack) (sentence string, behind bool) {
	var parts []string
	for _, state := range toDo {
		n := 0
		for _, in := range s.Chosen {
			n += in.Count(state)
		}
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, state))
		}
	}
	if len(parts) == 0 {
		return fmt.Sprintf("Everything is translated into %s.", schema.Plural(len(s.Chosen), "language")), false
	}
	languages, all := 0, len(s.Chosen)
	if all == len(s.Languages) {
		all++ // the source is one of the stack's languages too
	}
	for _, in := range s.Chosen {
		for _, state := range toDo {
			if in.Count(state) > 0 {
				languages++
				break
			}
		}
	}
	return fmt.Sprintf("%s in %d of %s.", strings.Join(parts, ", "), languages, schema.Plural(all, "language")), true
}

// writeDetails lists the texts that are not current, with the words before and after.
func writeDetails(b *strings.Builder, s *translating.Stack, style terminal.Style) {
	for _, in := range s.Chosen {
		begun := false
		for i := range in.Units {
			u := &in.Units[i]
			if u.State == texts.Current {
				continue
			}
			if !begun {
				fmt.Fprintf(b, "\n%s\n", style.Bold(string(in.Locale)))
				begun = true
			}
			fmt.Fprintf(b, "  %s %s\n", u.Path, style.Dim(string(u.State)))
			for _, line := range wordsOf(u) {
				fmt.Fprintf(b, "    %-*s %s\n", len("source before"), line[0], terminal.Escape(line[1], ""))
			}
		}
	}
}

// wordsOf are the words of a text, each with what it is called.
func wordsOf(u *texts.Unit) [][2]string {
	var lines [][2]string
	say := func(name, words string) {
		if words != "" {
			lines = append(lines, [2]string{name, fmt.Sprintf("%q", words)})
		}
	}
	if u.State == texts.Stale {
		for _, made := range u.Before {
			if made.Words != u.Source.Text() {
				say("source before", made.Words)
			}
			if u.Note.Note != "" && made.Note != u.Note.Note {
				say("note before", made.Note)
			}
		}
	}
	say("source", u.Source.Text())
	if u.State == texts.Stale {
		say("note", u.Note.Note)
	}
	say("target", u.Target.Text())
	return lines
}

// WriteStatusMarkdown writes the table for a pull request.
func WriteStatusMarkdown(w io.Writer, s *translating.Stack) error {
	var b strings.Builder
	fmt.Fprintf(&b, "Source: %s, %s. Lock: %s\n\n| locale |", s.Source.Locale, schema.Plural(len(s.Texts), "text"), markdown.Code(s.LockFile))
	for _, state := range columns {
		fmt.Fprintf(&b, " %s |", state)
	}
	b.WriteString(" |\n|---|" + strings.Repeat("---:|", len(columns)+1) + "\n")
	for _, in := range s.Chosen {
		fmt.Fprintf(&b, "| %s |", in.Locale)
		for _, state := range columns {
			fmt.Fprintf(&b, " %d |", in.Count(state))
		}
		fmt.Fprintf(&b, " %d %% |\n", in.Percent())
	}
	text, _ := Summary(s)
	b.WriteString("\n" + text + "\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// Status is all texts of all languages of a stack, as JSON has them.
type Status struct {
	Source  schema.Locale `json:"source"`
	Lock    string        `json:"lock"`
	Locales []localeJSON  `json:"locales"`
}

// StackStatus is that of one of many stacks.
type StackStatus struct {
	Path    string `json:"path"`
	Failed  string `json:"failed,omitempty"` // why; what was found stands here all the same
	*Status        // nil if nothing was
}

type localeJSON struct {
	Locale  schema.Locale       `json:"locale"`
	Counts  map[texts.State]int `json:"counts"`
	Percent int                 `json:"percent"`
	Units   []unitJSON          `json:"units"`
}

type unitJSON struct {
	Path         string              `json:"path"`
	State        texts.State         `json:"state"`
	Source       *string             `json:"source"`        // null for a text that the source has not
	SourceBefore *string             `json:"source_before"` // null where nothing else was recorded
	Target       *string             `json:"target"`        // null for one that is missing
	Limit        int                 `json:"limit"`         // in UTF-16 code units
	Length       int                 `json:"length"`        // of the target
	Range        *findings.RangeJSON `json:"range"`         // of the target, null for one that is missing
}

// NewStatus is what JSON says of a stack.
func NewStatus(s *translating.Stack) *Status {
	out := &Status{s.Source.Locale, s.LockFile, make([]localeJSON, 0, len(s.Chosen))}
	for _, in := range s.Chosen {
		l := localeJSON{in.Locale, make(map[texts.State]int), in.Percent(), make([]unitJSON, 0, len(in.Units))}
		for _, state := range texts.States() {
			l.Counts[state] = in.Count(state)
		}
		for i := range in.Units {
			l.Units = append(l.Units, newUnitJSON(in.Locale, &in.Units[i]))
		}
		out.Locales = append(out.Locales, l)
	}
	return out
}

// WriteStatusJSON writes what there is to say of a stack as one object.
func WriteStatusJSON(w io.Writer, s *translating.Stack) error {
	return terminal.WriteJSON(w, struct {
		FormatVersion string `json:"format_version"`
		*Status
	}{"1.0", NewStatus(s)})
}

// WriteStatusesJSON writes what there is to say of many stacks as one object.
func WriteStatusesJSON(w io.Writer, stacks []StackStatus) error {
	return terminal.WriteJSON(w, struct {
		FormatVersion string        `json:"format_version"`
		Stacks        []StackStatus `json:"stacks"`
	}{"1.0", stacks})
}

func newUnitJSON(locale schema.Locale, u *texts.Unit) unitJSON {
	j := unitJSON{Path: u.Path, State: u.State, Limit: u.Field.MaxLength(locale)}
	if u.Source.Declared() {
		j.Source = new(u.Source.Text())
	}
	for _, made := range u.Before {
		if made.Words != u.Source.Text() {
			j.SourceBefore = &made.Words
		}
	}
	if u.Target.Declared() {
		j.Target, j.Length = new(u.Target.Text()), schema.Length(u.Target.Text())
		j.Range = findings.NewRangeJSON(texts.PlaceOf(u.Target))
	}
	return j
}

// WriteTallies writes a line for each language, with these outcomes.
func WriteTallies(w io.Writer, tallies []translating.Tally, outcomes ...translating.Outcome) {
	for _, t := range tallies {
		parts := make([]string, len(outcomes))
		for i, outcome := range outcomes {
			parts[i] = fmt.Sprintf("%d %s", t.Counts[outcome], outcome)
		}
		fmt.Fprintf(w, "%s: %s.\n", t.Locale, strings.Join(parts, ", "))
	}
}
