package markdown

import (
	"fmt"
	"sort"
	"strings"

	"livery/reconcile"
	"livery/schema"
)

// Stack is one of many stacks, and what it has come to.
type Stack struct {
	Path, Text string
	Failed     bool    // or it was not run
	Report     *Report // what it has to say alone; nil for nothing
}

// section is what a stack has to say.
type section struct {
	head string
	*parts
}

// stacks is a report of many stacks: a row for each, and a section for each that changes or
// has failed. Shortened are the sections as a report of one stack is, then all of them are
// left out, then rows from the end. What is left out is said first.
func (r *Report) stacks(limit int) string {
	var sections []section
	var all []*parts
	steps := 2
	for i := range r.Stacks {
		if s, ok := r.section(&r.Stacks[i]); ok {
			sections, all, steps = append(sections, s), append(all, s.parts), steps+len(s.groups)
		}
	}
	assemble := func(n int) string {
		shortenAll(all, n)
		left := 0
		var blocks []string
		for _, s := range sections {
			left += s.left()
			blocks = append(append(blocks, s.head), s.blocks()...)
		}
		head := r.rows(len(r.Stacks), r.left(left))
		return join(append(append([]string{head}, blocks...), r.footer()))
	}
	if n := sort.Search(steps, func(n int) bool { return fits(assemble(n), limit) }); n < steps {
		return assemble(n)
	}
	shown := sort.Search(len(r.Stacks), func(hidden int) bool { return fits(r.rowsOnly(len(r.Stacks)-hidden), limit) })
	return r.rowsOnly(len(r.Stacks) - shown)
}

// rowsOnly is the report without its sections.
func (r *Report) rowsOnly(shown int) string {
	what := "the sections of the stacks"
	if n := len(r.Stacks) - shown; n > 0 {
		what = schema.Plural(n, "stack")
	}
	left := fmt.Sprintf("Shortened to fit: %s not shown.%s", what, r.full())
	if shown == 0 {
		return r.head(left, r.sentenceOfAll())
	}
	return r.rows(shown, left)
}

// rows are the head, the errors of no stack alone, and a row for each of the first stacks.
func (r *Report) rows(shown int, left string) string {
	var b strings.Builder
	b.WriteString(r.head(left, r.sentenceOfAll()) + r.failures(r.Failures))
	b.WriteString("\n| stack | result |\n|---|---|\n")
	for _, s := range r.Stacks[:shown] {
		fmt.Fprintf(&b, "| %s | %s |\n", Text(shorten(s.Path, 200)), Text(shorten(s.Text, 200)))
	}
	return b.String()
}

// sentenceOfAll says what all stacks come to.
func (r *Report) sentenceOfAll() string {
	failed := len(r.Failures)
	for _, s := range r.Stacks {
		if s.Failed {
			failed++
		}
	}
	words := r.Verdict
	switch {
	case words != "":
	case failed == len(r.Stacks)+len(r.Failures):
		words = fmt.Sprintf("**No %s.**", r.Kind)
	case r.Total == reconcile.Summary{} && failed == 0 && r.Kind == Diff:
		words = "**No effective change.**"
	case r.Total == reconcile.Summary{} && failed == 0:
		words = "**No changes.**"
	default:
		words = counts(r.Total) + "."
	}
	if r.Commit != "" {
		words += fmt.Sprintf(" Made from commit %s.", Code(r.Commit[:min(len(r.Commit), 7)]))
	}
	return words + " " + r.State
}

// section is what a stack has to say; false for nothing.
func (r *Report) section(s *Stack) (section, bool) {
	if s.Report == nil {
		return section{}, false
	}
	one := *s.Report
	one.Link, one.FullURL = r.Link, r.FullURL
	out := section{parts: new(parts)}
	var sentence string
	switch {
	case len(one.Failures) > 0:
		sentence = one.failureSentence() + "\n" + one.failures(one.Failures)
	case one.Plan == nil || one.Plan.Empty() && one.Verdict == "":
		return out, false
	default:
		sentence, out.parts = one.sentence()+"\n", one.parts()
	}
	out.head = fmt.Sprintf("#### %s\n\n%s", Text(shorten(s.Path, 200)), sentence)
	return out, true
}
