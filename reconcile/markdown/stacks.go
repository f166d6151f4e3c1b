package markdown

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"livery/schema"
)

// Stack is one of many stacks, and what it has come to.
type Stack struct {
	Path, Text string
	Failed     bool    // or it was not run
	NotRun     bool    // so that there is less to tell than of one that has failed
	Report     *Report // what it has to say alone; nil for nothing
}

// rank is how much a reader needs the row of a stack.
type rank int

const (
	unchanged rank = iota
	changed
	notRun
	failed
	ranks
)

func (s *Stack) rank() rank {
	switch {
	case s.NotRun:
		return notRun
	case s.Failed:
		return failed
	case s.speaks():
		return changed
	}
	return unchanged
}

func countRanks(list []Stack) (n [ranks]int) {
	for i := range list {
		n[list[i].rank()]++
	}
	return n
}

// section is what a stack has to say: of a plan, or of errors.
type section struct {
	head   string
	report *Report
	*parts // of a plan; nil for errors
}

// many is a report of many stacks, which may have to be shortened.
type many struct {
	*Report
	sections []section
	plans    []*parts   // those of the sections
	groups   int        // how often these can be shortened
	errors   int        // in the sections
	warnings int        // in how many steps these can be shortened
	rows     [ranks]int // how many stacks there are
}

// stacks is a report of many stacks: a row for each, and a section for each that changes or
// has failed. What is left out so that it fits is said first.
func (r *Report) stacks(limit int) string {
	m := r.many()
	steps := 1 + m.groups + m.warnings + len(m.plans) + m.errors + len(r.Stacks) + len(r.Failures)
	if n := sort.Search(steps, func(n int) bool { return fits(m.without(n), limit) }); n < steps {
		return m.without(n)
	}
	return r.head("", r.sentenceOfAll())
}

func (r *Report) many() *many {
	m := &many{Report: r, rows: countRanks(r.Stacks)}
	for i := range r.Stacks {
		s := &r.Stacks[i]
		if !s.speaks() {
			continue
		}
		one := s.section(r)
		if m.sections = append(m.sections, one); one.parts == nil {
			m.errors += len(one.report.Failures)
			continue
		}
		m.plans, m.groups = append(m.plans, one.parts), m.groups+len(one.groups)
	}
	if len(m.plans) > 0 {
		m.groups++ // the tables of documents
	}
	if len(r.Warnings) > 0 {
		m.warnings = 2 // which there are alone, and none
	}
	return m
}

// without is the report after a number of steps in which it loses what is needed least, each
// from the end: rows of stacks that have nothing to say; groups of changes and tables of
// documents, as a report of one stack does; warnings; what stacks have to say that change, and their
// rows; rows of those that were not run; errors of stacks, rows of those that have failed, and
// errors of no stack alone. So none that has failed is hidden behind those that have not.
func (m *many) without(steps int) string {
	lost := 0
	keep := func(of int) int {
		lost = min(steps, of)
		steps -= lost
		return of - lost
	}
	left := new(leftOut)
	var rows [ranks]int
	keepRows := func(r rank) { rows[r] = keep(m.rows[r]); left.rows[r] = lost }
	keepRows(unchanged)
	keep(m.groups)
	shortenAll(m.plans, lost)
	keep(m.warnings)
	warnings := [...]string{m.Report.warnings(false), m.Report.warnings(true), ""}[lost]
	plans := keep(len(m.plans))
	left.plans = lost
	keepRows(changed)
	keepRows(notRun)
	errors := keep(m.errors)
	left.errors = lost
	keepRows(failed)
	failures := keep(len(m.Failures))
	left.errors += lost

	blocks := []string{""}
	for _, s := range m.sections {
		switch {
		case s.parts == nil:
			shown := s.report.Failures[:min(errors, len(s.report.Failures))]
			if errors -= len(shown); len(shown) > 0 {
				blocks = append(blocks, s.head+s.report.failures("", shown))
			}
		case plans > 0:
			plans--
			left.changes += s.left()
			blocks = append(append(blocks, s.head), s.blocks()...)
		}
	}
	blocks[0] = m.head(m.shortened(left), m.sentenceOfAll()) + m.failures("", m.Failures[:failures]) + warnings + table(m.Stacks, rows)
	return join(append(blocks, m.footer()))
}

// leftOut counts what is not shown.
type leftOut struct {
	changes, plans, errors int
	rows                   [ranks]int
}

// shortened says what is not shown; "" if all is.
func (r *Report) shortened(l *leftOut) string {
	var list []string
	add := func(n int, before, noun, after string) {
		if n > 0 {
			list = append(list, before+schema.Plural(n, noun)+after)
		}
	}
	add(l.rows[unchanged], "", "unchanged stack", "")
	add(l.changes, "", "change", "")
	add(l.plans, "the plans of ", "stack", "")
	add(l.rows[changed], "", "changed stack", "")
	add(l.rows[notRun], "", "stack", " (not run)")
	add(l.errors, "", "error", "")
	add(l.rows[failed], "", "failed stack", "")
	if len(list) == 0 {
		return ""
	}
	return fmt.Sprintf("Shortened to fit: %s not shown.%s", strings.Join(list, ", "), r.full())
}

// table has a row for each of the first stacks of every rank, in their order.
func table(list []Stack, rows [ranks]int) string {
	var b strings.Builder
	for i := range list {
		s := &list[i]
		if rows[s.rank()] == 0 {
			continue
		}
		rows[s.rank()]--
		if b.Len() == 0 {
			b.WriteString("\n| stack | result |\n|---|---|\n")
		}
		fmt.Fprintf(&b, "| %s | %s |\n", Text(shorten(s.Path, 200)), Text(shorten(s.Text, 200)))
	}
	return b.String()
}

// speaks reports whether a stack has more to say than stands in its row.
func (s *Stack) speaks() bool {
	one := s.Report
	return one != nil && (len(one.Failures) > 0 || one.Plan != nil && (!one.Plan.Empty() || one.Verdict != ""))
}

// NothingToDo reports whether none of many stacks changes, none has failed and nothing is left
// out; so it is too if there are none.
func (r *Report) NothingToDo() bool { return r.unchanged() && !targeted(r.Stacks) }

func (r *Report) unchanged() bool {
	return len(r.Failures) == 0 && !slices.ContainsFunc(r.Stacks, func(s Stack) bool { return s.Failed || s.speaks() })
}

// targeted reports whether a plan of one of the stacks leaves something out.
func targeted(list []Stack) bool {
	return slices.ContainsFunc(list, func(s Stack) bool {
		return s.Report != nil && s.Report.Plan != nil && s.Report.Plan.Targeted
	})
}

// sentenceOfAll says what all stacks come to.
func (r *Report) sentenceOfAll() string {
	words := r.Verdict
	n := countRanks(r.Stacks)
	switch nothing := r.unchanged(); {
	case words != "":
	case nothing && r.Kind == Diff:
		words = "**No effective change.**"
	case nothing && targeted(r.Stacks):
		words = "**No changes** in what is not left out: everything else was not looked at."
	case nothing:
		words = "**No changes.**"
	case n[failed]+n[notRun] == len(r.Stacks):
		words = fmt.Sprintf("**No %s.**", r.Kind)
	case r.Total.Changes() == 0 && n[failed] > 0:
		words = fmt.Sprintf("**Failed: %s.**", schema.Plural(n[failed], "stack"))
	case r.Total.Changes() == 0 && n[notRun] > 0:
		words = fmt.Sprintf("**Not run: %s.**", schema.Plural(n[notRun], "stack"))
	default:
		words = counts(r.Total) + "."
	}
	if r.Commit.ID != "" {
		words += " " + r.Commit.sentence()
	}
	return words + " " + r.State
}

// section is what a stack has to say that speaks.
func (s *Stack) section(r *Report) section {
	one := *s.Report
	one.Link, one.FullURL = r.Link, r.FullURL
	out := section{report: &one}
	sentence := one.failureSentence
	if len(one.Failures) == 0 {
		sentence, out.parts = one.sentence, one.parts()
	}
	out.head = fmt.Sprintf("#### %s\n\n%s\n%s", Text(shorten(s.Path, 200)), sentence(), fates(one.Fates))
	return out
}
