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
		if s, ok := r.Stacks[i].section(r); ok {
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
	if shown > 0 {
		b.WriteString("\n| stack | result |\n|---|---|\n")
	}
	for _, s := range r.Stacks[:shown] {
		fmt.Fprintf(&b, "| %s | %s |\n", Text(shorten(s.Path, 200)), Text(shorten(s.Text, 200)))
	}
	return b.String()
}

// speaks reports whether a stack has more to say than stands in its row.
func (s *Stack) speaks() bool {
	one := s.Report
	return one != nil && (len(one.Failures) > 0 || one.Plan != nil && (!one.Plan.Empty() || one.Verdict != ""))
}

// NothingToDo reports whether none of many stacks changes and none has failed; so it is too if
// there are none.
func (r *Report) NothingToDo() bool {
	return len(r.Failures) == 0 && !slices.ContainsFunc(r.Stacks, func(s Stack) bool { return s.Failed || s.speaks() })
}

// sentenceOfAll says what all stacks come to.
func (r *Report) sentenceOfAll() string {
	words := r.Verdict
	switch nothing := r.NothingToDo(); {
	case words != "":
	case nothing && r.Kind == Diff:
		words = "**No effective change.**"
	case nothing:
		words = "**No changes.**"
	case !slices.ContainsFunc(r.Stacks, func(s Stack) bool { return !s.Failed }):
		words = fmt.Sprintf("**No %s.**", r.Kind)
	default:
		words = counts(r.Total) + "."
	}
	if r.Commit != "" {
		words += fmt.Sprintf(" Made from commit %s.", Code(r.Commit[:min(len(r.Commit), 7)]))
	}
	return words + " " + r.State
}

// section is what a stack has to say; false for nothing.
func (s *Stack) section(r *Report) (section, bool) {
	if !s.speaks() {
		return section{}, false
	}
	one := *s.Report
	one.Link, one.FullURL = r.Link, r.FullURL
	out := section{parts: new(parts)}
	var sentence string
	switch {
	case len(one.Failures) > 0:
		sentence = one.failureSentence() + "\n" + one.failures(one.Failures)
	default:
		sentence, out.parts = one.sentence()+"\n", one.parts()
	}
	out.head = fmt.Sprintf("#### %s\n\n%s", Text(shorten(s.Path, 200)), sentence)
	return out, true
}
