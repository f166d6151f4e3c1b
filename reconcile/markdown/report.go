package markdown

import (
	"fmt"
	"sort"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"livery/reconcile"
	"livery/schema"
)

// Kind is what a report is about; programs find an earlier report by it.
type Kind string

// Kinds of reports.
const (
	Plan    Kind = "plan"
	Diff    Kind = "diff"
	Preview Kind = "preview"
)

// Report is what is told about a plan or about screens, or about why there are none.
type Report struct {
	Kind    Kind
	Key     string // tells the reports of one pull request apart
	Title   string // the stack as people call it
	Plan    *reconcile.Plan
	Pairs   *Pairs           // of a Preview; Plan is nil then
	Verdict string           // what came of applying it, "" if it was not
	Fates   []reconcile.Fate // and of which changes, unless all were made
	Commit  Commit           // what it was made from; the zero one if nobody knows
	State   string           // and the state, in a sentence

	// Problems counts what lint finds, by document; Failures are why a plan is missing or
	// was not carried out, and make the report one of errors.
	Problems map[schema.Address]int
	Failures []Failure
	Warnings []Failure // what else there is to know, whatever came of it

	// Stacks are those of a run over many, not nil even if there are none, and Total is what is
	// done in all of them; Plan is nil then, and Failures are those of no stack alone.
	Stacks []Stack
	Total  reconcile.Summary

	Footer  string // what to do next
	Version string
	// Link leads to a line of a file; nil or "" makes none.
	Link    func(file string, line int) string
	FullURL string // where all of it can be read, "" for nowhere
}

// Failure is an error or a warning, with its place if it has one.
type Failure struct {
	Summary, Detail string
	File            string
	Line            int
}

// Limits of the hosts, in UTF-16 code units.
var limits = map[string]int{"github": 65536, "gitlab": 1000000, "azure": 150000, "bitbucket": 32768, "codecommit": 10240}

// Limit is the limit of a host; false if it is not known.
func Limit(host string) (int, bool) {
	n, ok := limits[host]
	return n, ok
}

// Commit is what the files were that a plan was made from.
type Commit struct {
	ID    string
	Dirty bool // some of them are not as the commit has them
}

func (c Commit) sentence() string {
	more := ""
	if c.Dirty {
		more = " with changes that are not committed"
	}
	return fmt.Sprintf("Made from commit %s%s.", Code(c.ID[:min(len(c.ID), 7)]), more)
}

// Hosts are those that Limit knows, in the order of their limits.
func Hosts() []string { return []string{"github", "gitlab", "azure", "bitbucket", "codecommit"} }

// MinLimit is the smallest limit that every report can keep, in UTF-16 code units.
const MinLimit = 1000

// Marker is the first line of a report, by which a job finds the one that it wrote before.
func (r *Report) Marker() string {
	key := strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune("/._-", c) {
			return c
		}
		return '-'
	}, r.Key)
	return fmt.Sprintf("<!-- livery:%s %s -->", r.Kind, shorten(key, 200))
}

// Write gives the report, at most limit UTF-16 code units long and at most four times as
// many bytes. A limit below MinLimit is taken for it.
func (r *Report) Write(limit int) string {
	limit = max(limit, MinLimit)
	switch {
	case r.Stacks != nil:
		return r.stacks(limit)
	case len(r.Failures) > 0:
		return r.failed(limit)
	case r.Pairs != nil:
		return r.pictures(limit)
	case r.Plan == nil:
		early := *r
		early.Failures = []Failure{{Summary: fmt.Sprintf("The run ended before there was a %s", r.Kind)}}
		return early.failed(limit)
	}
	parts := r.parts()
	if whole := r.assemble(parts); fits(whole, limit) { // which has no words on what is left out
		return whole
	}
	steps := len(parts.groups) + 2
	least := sort.Search(steps, func(n int) bool { // the fewest parts to shorten
		parts.shorten(n)
		return fits(r.assemble(parts), limit)
	})
	if least == steps {
		return headAlone(r, limit, "Left out for its length: all but this.", "")
	}
	parts.shorten(least)
	return r.assemble(parts)
}

// headAlone is a report of which only the head fits: with where the rest is, if there is room.
func headAlone(r *Report, limit int, left, sentence string) string {
	for _, left := range []string{left + r.full() + "\n" + r.warnings(true), left + r.full(), left} {
		left = strings.TrimSpace(left)
		if text := r.head(left, sentence); fits(text, limit) {
			return text
		}
	}
	return r.head("", sentence)
}

func fits(text string, limit int) bool {
	if len(text) > 4*limit {
		return false
	}
	units := 0
	for _, c := range text {
		units += utf16.RuneLen(c)
	}
	return units <= limit
}

// head is the marker, the headline and the sentence of what the plan comes to.
func (r *Report) head(left, sentence string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n### livery %s: %s\n\n", r.Marker(), r.Kind, Text(shorten(r.Title, 100)))
	if sentence == "" {
		sentence = r.sentence()
	}
	b.WriteString(sentence + "\n")
	if left != "" {
		b.WriteString("\n" + left + "\n")
	}
	return b.String()
}

// sentence says what the plan comes to, the largest number first in its place.
func (r *Report) sentence() string {
	words := []string{r.Verdict}
	switch {
	case r.Pairs != nil:
		return r.Pairs.sentence()
	case r.Verdict != "":
	case r.Plan.Empty() && r.Kind == Diff:
		words[0] = "**No effective change.**"
	case r.Plan.Empty() && r.Plan.Targeted:
		words[0] = "**No changes** in what is not left out: everything else was not looked at."
	case r.Plan.Empty():
		words[0] = "**No changes.** " + nothingToDo(r.Plan)
	default:
		words[0] = counts(r.Plan.Summary()) + "."
	}
	if r.Plan.Rollback > 0 && !r.Plan.Empty() {
		words = append(words, fmt.Sprintf("This is a rollback to serial %d.", r.Plan.Rollback))
	}
	if doubtful := inDoubt(r.Plan); doubtful != "" {
		words = append(words, doubtful)
	}
	if r.Plan.Rollback == 0 && r.Commit.ID != "" {
		words = append(words, r.Commit.sentence())
	}
	if r.State != "" {
		words = append(words, r.State)
	}
	return strings.Join(words, " ")
}

// nothingToDo says why a plan is empty.
func nothingToDo(p *reconcile.Plan) string {
	switch {
	case p.Rollback > 0:
		return fmt.Sprintf("The last applied documents are those of serial %d.", p.Rollback)
	case p.Destroy:
		return "Nothing that was applied is left to be destroyed."
	default:
		return "The configuration matches the last applied documents."
	}
}

// counts names what happens to how many, those that there are in bold.
func counts(sum reconcile.Summary) string {
	list := []struct {
		n    int
		what string
	}{{sum.Add, "to add"}, {sum.Change, "to change"}, {sum.Destroy, "to destroy"}, {sum.Forget, "to forget"}, {sum.Record, "to record"}}
	var some, none []string
	for _, c := range list {
		switch {
		case c.n > 0:
			some = append(some, fmt.Sprintf("**%d %s**", c.n, c.what))
		case c.what != "to forget" && c.what != "to record":
			none = append(none, "0 "+c.what)
		}
	}
	return strings.Join(append(some, none...), ", ")
}

// inDoubt names the documents of which nobody knows what is live.
func inDoubt(p *reconcile.Plan) string {
	var words []string
	for _, why := range []struct{ reason, since string }{
		{reconcile.ReasonInDoubt, "the last answer never arrived"}, {reconcile.ReasonLockBroken, "a run that lost its lock may have sent another look"},
	} {
		var names []string
		for i := range p.Changes {
			if c := &p.Changes[i]; c.Reason == why.reason {
				names = append(names, c.Address.String())
			}
		}
		switch {
		case len(names) > 5:
			words = append(words, fmt.Sprintf("%d are in doubt, since %s.", len(names), why.since))
		case len(names) > 0:
			words = append(words, fmt.Sprintf("In doubt, since %s: %s.", why.since, Text(strings.Join(names, ", "))))
		}
	}
	return strings.Join(words, " ")
}

// failed is a report of errors; it never looks like one of success.
func (r *Report) failed(limit int) string {
	sentence := r.failureSentence()
	for _, warnings := range []string{r.warnings(false), r.warnings(true)} {
		if text := r.head("", sentence) + fates(r.Fates) + r.failures("", r.Failures) + warnings; fits(text, limit) {
			return text
		}
	}
	for shown := len(r.Failures); shown >= 0; shown-- {
		left := ""
		if n := len(r.Failures) - shown; n > 0 {
			left = fmt.Sprintf("Left out for their length: %s.%s", schema.Plural(n, "error"), r.full())
		}
		if text := r.head(left, sentence) + fates(r.Fates) + r.failures("", r.Failures[:shown]); fits(text, limit) {
			return text
		}
	}
	return headAlone(r, limit, "Left out for their length: "+schema.Plural(len(r.Failures), "error")+".", sentence)
}

// failureSentence says what was not done; of what was done in part, what that was.
func (r *Report) failureSentence() string {
	errors := schema.Plural(len(r.Failures), "error")
	switch {
	case r.Verdict != "":
		return fmt.Sprintf("%s **%s.**", r.Verdict, errors)
	case r.Plan != nil:
		return fmt.Sprintf("**Not applied:** %s.", errors)
	}
	return fmt.Sprintf("**No %s:** %s.", r.Kind, errors)
}

// mostFates is how many addresses of one fate are named.
const mostFates = 50

// fates lists what became of which changes.
func fates(list []reconcile.Fate) string {
	var b strings.Builder
	for i, f := range list {
		names := make([]string, min(len(f.Changes), mostFates))
		for k := range names {
			names[k] = Text(f.Changes[k].Address.String())
		}
		more := ""
		if n := len(f.Changes) - len(names); n > 0 {
			more = fmt.Sprintf(" and %d more", n)
		}
		if i == 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "- **%s:** %s%s\n", f.Title, strings.Join(names, ", "), more)
	}
	return b.String()
}

// mostWarnings is how many warnings are told: a comment is no place for more.
const mostWarnings = 20

// warnings tells of the warnings, each after an empty line; in short, only which there are.
func (r *Report) warnings(short bool) string {
	shown := r.Warnings[:min(len(r.Warnings), mostWarnings)]
	more := ""
	if n := len(r.Warnings) - len(shown); n > 0 {
		more = fmt.Sprintf(" and %s", schema.Plural(n, "more warning"))
	}
	switch {
	case len(shown) == 0:
		return ""
	case short:
		names := make([]string, len(shown))
		for i, w := range shown {
			names[i] = Text(shorten(w.Summary, 100))
		}
		return fmt.Sprintf("\n**Warnings:** %s%s.\n", strings.Join(names, "; "), more)
	case more != "":
		more = fmt.Sprintf("\n…%s.\n", more)
	}
	return r.failures("Warning: ", shown) + more
}

// failures tells of errors or of what else there is, each after an empty line.
func (r *Report) failures(what string, list []Failure) string {
	var b strings.Builder
	for _, f := range list {
		fmt.Fprintf(&b, "\n**%s%s**", what, Text(shorten(f.Summary, 200)))
		if f.File != "" {
			b.WriteString(" " + r.place(f.File, f.Line))
		}
		if f.Detail != "" {
			b.WriteString("<br>" + Text(shorten(f.Detail, 2000)))
		}
		b.WriteString("\n")
	}
	return b.String()
}

func (r *Report) full() string {
	if r.FullURL == "" {
		return ""
	}
	return fmt.Sprintf(" [All of it](<%s>)", linkTarget(r.FullURL))
}

// place is a file and a line, as a link where there is one.
func (r *Report) place(file string, line int) string {
	name := fmt.Sprintf("%s:%d", file, line)
	if r.Link != nil {
		if to := r.Link(file, line); to != "" {
			return fmt.Sprintf("[%s](<%s>)", Text(name), linkTarget(to))
		}
	}
	return Text(name)
}

// linkTarget keeps a URL within the brackets that stand around it, and within its cell.
func linkTarget(url string) string {
	var b strings.Builder
	for i := range len(url) {
		if c := url[i]; c > ' ' && c < 0x7f && !strings.ContainsRune("<>|\\`@\"^{}", rune(c)) {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// shorten cuts a text that is longer than a number of characters.
func shorten(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	runes := []rune(s)
	return string(runes[:most-1]) + "…"
}
