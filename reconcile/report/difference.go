package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"livery/reconcile"
	"livery/reconcile/comparison"
	"livery/reconcile/findings"
	"livery/reconcile/markdown"
	"livery/reconcile/terminal"
	"livery/schema"
)

// WriteDifference writes what differs between two stacks.
func WriteDifference(v *View, d *comparison.Difference, layout Layout) error {
	v.Told.Plan, v.Told.Difference = d.Plan, d
	v.Told.Note(d.Diagnostics, d.Sources)
	if v.JSON {
		return writeDifferenceJSON(v.Stdout, v.Stack, d)
	}
	out := &planPrinter{t: PlanText{Style: v.Out(), Now: v.Now(), Layout: layout, Compared: true}, s: v.Out()}
	printDifference(out, d)
	if _, err := io.WriteString(v.Stdout, out.b.String()); err != nil {
		return err
	}
	v.write(d.Diagnostics, d.Sources)
	return nil
}

func printDifference(p *planPrinter, d *comparison.Difference) {
	p.line("livery compared %s with %s.\n", terminal.Escape(d.Title, ""), comparedWith(d))
	if d.Plan.Empty() {
		p.line("%s %s", p.s.Bold(noEffect(d)), filesDiffer(d.FilesChanged))
	} else {
		p.line("%s\n", p.s.Bold("Effective changes:"))
		printBody(p, d.Plan)
	}
	printNotComparable(p, d.NotComparable)
	if d.Different() {
		p.line("%s", PlanSummary("Diff:", d.Plan.Summary(), p.s))
	}
	if len(d.New)+d.Gone > 0 {
		p.line("%s", LintLine(d))
	}
}

// comparedWith names the commit, and how it was found.
func comparedWith(d *comparison.Difference) string {
	var how []string
	if d.MergeBase != nil {
		how = append(how, "merge base "+d.MergeBase.Short())
	} else {
		how = append(how, d.Base.Short())
	}
	if d.Distance > 0 {
		how = append(how, schema.Plural(d.Distance, "commit")+" ago")
	}
	text := fmt.Sprintf("%s (%s)", terminal.Escape(d.Base.Ref, ""), strings.Join(how, ", "))
	if !d.WorkTree {
		text += fmt.Sprintf(", as it is at %s (%s)", terminal.Escape(d.Head.Ref, ""), d.Head.Short())
	}
	return text
}

// EffectOf says in two sentences that nothing differs, and how many files do.
func EffectOf(d *comparison.Difference) string {
	return noEffect(d) + " " + filesDiffer(d.FilesChanged)
}

func noEffect(d *comparison.Difference) string {
	if len(d.NotComparable) > 0 {
		return "No effective change in what can be compared."
	}
	return "No effective change."
}

func filesDiffer(n int) string {
	switch n {
	case 0:
		return "No file differs."
	case 1:
		return "1 file differs."
	default:
		return fmt.Sprintf("%d files differ.", n)
	}
}

// LintLine counts what lint finds newly and no longer.
func LintLine(d *comparison.Difference) string {
	return fmt.Sprintf("lint: %s, %d gone.", schema.Plural(len(d.New), "new finding"), d.Gone)
}

// printNotComparable lists what was not compared, once for all documents that have it.
func printNotComparable(p *planPrinter, list []reconcile.NotComparable) {
	if len(list) == 0 {
		return
	}
	if p.b.Len() > 0 && !strings.HasSuffix(p.b.String(), "\n\n") {
		p.line("")
	}
	p.line("%s\n", p.s.Bold("Cannot be compared:"))
	names := make(map[reconcile.NotComparable][]string)
	var order []reconcile.NotComparable
	for _, n := range list {
		once := n
		once.Address = schema.Address{Kind: n.Address.Kind}
		if names[once] == nil {
			order = append(order, once)
		}
		names[once] = append(names[once], n.Address.Name)
	}
	for _, n := range order {
		what := fmt.Sprintf("  ? %s ", n.Address.Kind)
		in := slices.DeleteFunc(names[n], func(name string) bool { return name == "" })
		if len(in) > 0 {
			what += wrapNames(strings.Repeat(" ", len(what)), in) + " "
		}
		p.line("%s  %s", strings.TrimSuffix(what+n.Path, " "), p.s.Dim("# "+n.Reason))
		switch before, after := terminal.Escape(n.Before, ""), terminal.Escape(n.After, ""); {
		case before != "" && after != "":
			p.line("      %s -> %s", before, after)
		case before != "":
			p.line("      it was %s", before)
		case after != "":
			p.line("      it is %s", after)
		}
	}
	p.line("")
}

// compared says in a report what was compared.
func compared(r *markdown.Report, d *comparison.Difference) {
	r.State = fmt.Sprintf("Compared with %s: %s", markdown.Short(comparedWith(d)), strings.ToLower(filesDiffer(d.FilesChanged)))
	if len(d.NotComparable) > 0 {
		r.State += " " + markdown.NotCompared(d.NotComparable)
		if d.Plan.Empty() {
			r.Verdict = "**" + noEffect(d) + "**"
		}
	}
	if len(d.New)+d.Gone > 0 {
		r.State += " " + LintLine(d)
	}
	r.Commit = markdown.Commit{} // it says more
	for _, f := range d.New {
		for _, at := range schema.FindingOf(f).Addresses {
			r.Problems[at]++
		}
	}
}

type differenceJSON struct {
	FormatVersion string              `json:"format_version"`
	Stack         string              `json:"stack,omitempty"` // the one of many
	LiveryVersion string              `json:"livery_version"`
	Base          baseJSON            `json:"base"`
	Head          headJSON            `json:"head"`
	Changes       []differentJSON     `json:"changes"`
	FilesChanged  int                 `json:"files_changed"`
	NotComparable []notComparableJSON `json:"not_comparable"`
	Summary       reconcile.Summary   `json:"summary"`
	Lint          lintJSON            `json:"lint"`
	Diagnostics   any                 `json:"diagnostics,omitempty"` // about the base
}

type baseJSON struct {
	Ref       string  `json:"ref"`
	Commit    string  `json:"commit"`
	MergeBase *string `json:"merge_base"`
}

type headJSON struct {
	Ref    *string `json:"ref"` // null for the files as they are
	Commit string  `json:"commit"`
	Dirty  bool    `json:"dirty"`
}

// differentJSON is a change that nobody sends.
type differentJSON struct {
	changeJSON
	RequestSHA256 string `json:"request_sha256,omitempty"` // takes the place of the other, and is never there
}

type notComparableJSON struct {
	Address string `json:"address"`
	Path    string `json:"path"`
	Reason  string `json:"reason"`
	Before  string `json:"before,omitempty"` // as it is written
	After   string `json:"after,omitempty"`
}

type lintJSON struct {
	New  any `json:"new"`
	Gone int `json:"gone"`
}

func writeDifferenceJSON(w io.Writer, stack string, d *comparison.Difference) error {
	out := differenceJSON{
		FormatVersion: "1.0", Stack: stack, LiveryVersion: d.Plan.LiveryVersion, Base: baseJSON{Ref: d.Base.Ref, Commit: d.Base.ID},
		Head: headJSON{Commit: d.Head.ID, Dirty: d.Dirty}, Changes: make([]differentJSON, 0, len(d.Plan.Changes)),
		FilesChanged: d.FilesChanged, NotComparable: make([]notComparableJSON, 0, len(d.NotComparable)),
		Summary: d.Plan.Summary(), Lint: lintJSON{New: findings.JSON(d.New, d.Sources), Gone: d.Gone},
	}
	if d.MergeBase != nil {
		out.Base.MergeBase = &d.MergeBase.ID
	}
	if !d.WorkTree {
		out.Head.Ref = &d.Head.Ref
	}
	for i := range d.Plan.Changes {
		out.Changes = append(out.Changes, differentJSON{changeJSON: newChangeJSON(&d.Plan.Changes[i])})
	}
	for _, n := range d.NotComparable {
		address := n.Address.String()
		if n.Address.Name == "" {
			address = string(n.Address.Kind)
		}
		out.NotComparable = append(out.NotComparable, notComparableJSON{address, n.Path, n.Reason, n.Before, n.After})
	}
	if len(d.Diagnostics) > 0 {
		out.Diagnostics = findings.JSON(d.Diagnostics, d.Sources)
	}
	return terminal.WriteJSONLine(w, out)
}
