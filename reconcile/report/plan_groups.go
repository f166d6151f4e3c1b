package report

import (
	"encoding/json"
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
	var head cause
	for i, g := range groups {
		p.line("")
		if c := causeOfGroup(g); i == 0 || c != causeOfGroup(groups[i-1]) {
			head = cause{}
			if line, worth := causeLine(plan, groups[i:], c); worth {
				head = c
				p.line("    %s", p.s.Dim("# "+terminal.Escape(line, "")))
			}
		}
		p.line("    %s", p.s.Dim("# "+wrapNames("    # ", membersOf(g, names))))
		printGroup(p, documents[0], g, head)
	}
	p.line("")
}

// printGroup writes the changes of a group, of which first is one of the documents.
func printGroup(p *planPrinter, first *reconcile.Change, g reconcile.Group, head cause) {
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
		printGroup(p, first, g, cause{})
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

// cause is what somebody edited to change many values at once: a variable or a token. The
// zero cause stands for anything else.
type cause struct{ path, place string }

func causeOf(f *reconcile.FieldChange) cause {
	if o := f.Origin; o != nil && (o.Kind == schema.FromVariable || o.Kind == schema.FromDefault || o.Kind == schema.FromToken) {
		return cause{o.Path, originPlace(o)}
	}
	return cause{}
}

// causeOfGroup is the cause that all changes of a group have.
func causeOfGroup(g reconcile.Group) cause {
	first := causeOf(g.Changes[0][0])
	for _, shared := range g.Changes {
		for _, f := range shared {
			if causeOf(f) != first {
				return cause{}
			}
		}
	}
	return first
}

// causeLine says what became of a cause: its values, where they stand, and how many
// documents have it, in the first groups that have nothing else. It is worth its line if
// it stands for two changes or more.
func causeLine(plan *reconcile.Plan, groups []reconcile.Group, c cause) (line string, worth bool) {
	if c == (cause{}) {
		return "", false
	}
	documents := make(map[schema.Address]bool)
	values := make(map[[2]string]bool) // before and after, of what has the cause's own value
	changes := 0
	for _, g := range groups {
		if causeOfGroup(g) != c {
			break
		}
		for _, a := range g.Documents {
			documents[a] = true
		}
		changes += len(g.Changes)
		for _, shared := range g.Changes {
			if f := shared[0]; !f.Origin.Derived {
				values[[2]string{string(f.Before), string(f.After)}] = true
			}
		}
	}
	return fmt.Sprintf("%s%s (%s), %s", c.path, transitionOf(plan, c, values), c.place, schema.Plural(len(documents), "document")), changes > 1
}

// transitionOf is the value of a cause before and after, as far as what has it agrees. The
// plan knows the values of variables too, but not those that they had.
func transitionOf(plan *reconcile.Plan, c cause, values map[[2]string]bool) string {
	if name, ok := strings.CutPrefix(c.path, "var."); ok && len(values) == 0 && plan.Variables[name] != nil {
		return " " + string(plan.Variables[name])
	}
	if len(values) != 1 {
		return ""
	}
	for v := range values {
		if before := json.RawMessage(v[0]); !isNull(before) {
			return " " + v[0] + " -> " + v[1]
		}
		return " " + v[1]
	}
	return ""
}

// sharedPlace is where a shared change stands, if that is one place. What the head says
// already is not said again.
func sharedPlace(shared reconcile.SharedChange, head cause) string {
	places := make(map[string]bool)
	first := ""
	for i, f := range shared {
		place := placeOf(*f)
		if c := causeOf(f); c != (cause{}) && c == head {
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
