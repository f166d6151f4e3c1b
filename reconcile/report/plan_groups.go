package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"livery/reconcile"
	"livery/reconcile/terminal"
	"livery/schema"
)

// groupIndent stands before a change in a group; it is that of a field that stands
// directly in a block.
const groupIndent = "      "

// grouped writes documents of one action together: each change once, under the names of
// the documents that have it.
func (p *planPrinter) grouped(plan *reconcile.Plan, documents []*reconcile.Change, groups []reconcile.Group) {
	action := documents[0].Action
	p.line("  # %s", p.s.Bold(fmt.Sprintf("%d documents %s", len(documents), p.fate(action))))
	if action == reconcile.Record {
		p.line("  # %s", stateAlone)
	}
	for _, line := range sharedReasons(documents) {
		p.line("  # %s", line)
	}
	names := make([]string, len(documents))
	for i, c := range documents {
		names[i] = c.Address.Name
	}
	p.line("  %s locale %s", p.paint(symbolOf(action)), wrapNames(strings.Repeat(" ", len("  ~ locale ")), names))
	var head reconcile.Source
	for i, g := range groups {
		p.line("")
		if source := g.Source(); i == 0 || source != groups[i-1].Source() {
			head = reconcile.Source{}
			if line, worth := causeLine(plan, groups[i:], source); worth {
				head = source
				p.line("    %s", p.s.Dim("# "+terminal.Escape(line, "")))
			}
		}
		p.line("    %s", p.s.Dim("# "+wrapNames("    # ", membersOf(g, names))))
		printGroup(p, documents[0], g, head)
	}
	p.line("")
}

// printGroup writes the changes of a group, of which first is one of the documents.
func printGroup(p *planPrinter, first *reconcile.Change, g reconcile.Group, head reconcile.Source) {
	for _, shared := range g.Changes {
		comment := p.remark(sharedPlace(shared, head))
		if shared[0].Kind == schema.Tips {
			p.tipLines(groupIndent, shared[0].Path, *shared[0], comment)
			continue
		}
		p.row(groupIndent, shared[0].Path, first, *shared[0], comment)
	}
}

// WriteGroups writes groups of changes that documents of several plans have in common, all
// with the action of first. Title says how many they are, where says in a list which a
// group has.
func WriteGroups(w io.Writer, title string, first *reconcile.Change, groups []reconcile.Group, where func(reconcile.Group) []string, t PlanText) error {
	p := &planPrinter{t: t, s: t.Style}
	p.line("  # %s\n", p.s.Bold(title+" "+p.fate(first.Action)))
	for _, g := range groups {
		p.line("    %s", p.s.Dim("# "+wrapNames("    # ", where(g))))
		printGroup(p, first, g, reconcile.Source{})
		p.line("")
	}
	_, err := io.WriteString(w, p.b.String())
	return err
}

// sharedReasons says why documents are destroyed, where that is the same for all.
func sharedReasons(documents []*reconcile.Change) []string {
	first := documents[0]
	if first.Action != reconcile.Delete || slices.ContainsFunc(documents, func(c *reconcile.Change) bool { return c.Reason != first.Reason }) {
		return nil
	}
	return reasonsToDestroy(first, "they are", "they were")
}

// membersOf names the documents of a group, or those that are missing from it, whichever
// are fewer. The first name has the words before it.
func membersOf(g reconcile.Group, all []string) []string {
	var in, out []string
	for _, name := range all {
		if slices.ContainsFunc(g.Documents, func(a schema.Address) bool { return a.Name == name }) {
			in = append(in, name)
		} else {
			out = append(out, name)
		}
	}
	names, before := in, fmt.Sprintf("in %d: ", len(in))
	switch {
	case len(out) == 0:
		return []string{fmt.Sprintf("in all %d", len(in))}
	case len(out) < len(in):
		names, before = out, before+"all but "
	case len(in) == 1:
		before = "in "
	}
	names[0] = before + names[0]
	return names
}

// wrapNames joins names with commas, on lines of at most 80 columns; all but the first
// begin with next, which is as wide as what stands before the first name.
func wrapNames(next string, names []string) string {
	const columns = 80
	var b strings.Builder
	width := len(next)
	for i, name := range names {
		if i > 0 {
			b.WriteByte(',')
			if width += len(", "); width+len(name)+len(",") > columns {
				b.WriteString("\n" + next)
				width = len(next)
			} else {
				b.WriteByte(' ')
			}
		}
		b.WriteString(name)
		width += len(name)
	}
	return b.String()
}

// causeLine says what became of the source of a group: its values, where they stand, and
// how many documents have it, in the first groups that have nothing else. It is worth its
// line if it stands for two changes or more.
func causeLine(plan *reconcile.Plan, groups []reconcile.Group, source reconcile.Source) (line string, worth bool) {
	if source.Path == "" {
		return "", false
	}
	documents := make(map[schema.Address]bool)
	changes := 0
	for _, g := range groups {
		if g.Source() != source {
			break
		}
		for _, a := range g.Documents {
			documents[a] = true
		}
		changes += len(g.Changes)
	}
	value := ""
	switch before, after := plan.Transition(source); {
	case isNull(after):
	case isNull(before):
		value = " " + string(after)
	default:
		value = fmt.Sprintf(" %s -> %s", before, after)
	}
	place := originPlace(groups[0].Changes[0][0].Origin)
	return fmt.Sprintf("%s%s (%s), %s", source.Path, value, place, schema.Plural(len(documents), "document")), changes > 1
}

// sharedPlace is where a shared change stands, if that is one place. What the head says
// already is not said again.
func sharedPlace(shared reconcile.SharedChange, head reconcile.Source) string {
	places := make(map[string]bool)
	first := ""
	for i, f := range shared {
		place := placeOf(*f)
		if head.Path != "" && f.Source() == head {
			place = schema.Place(f.Range)
		}
		if i == 0 {
			first = place
		}
		places[place] = true
	}
	if len(places) > 1 {
		return fmt.Sprintf("in %d places", len(places))
	}
	return first
}
