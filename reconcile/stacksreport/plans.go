package stacksreport

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"livery/reconcile"
	"livery/reconcile/report"
	"livery/reconcile/terminal"
	"livery/schema"
	"livery/schema/wording"
)

// Planned is the plan of a stack.
type Planned struct {
	Path string
	Plan *reconcile.Plan // of one that is unchanged: nil
}

// separator stands between a stack and a document where both are one name.
const separator = "\x00"

// minTogether is how many documents are easier to read together than one by one.
const minTogether = 3

// Plans are the plans of many stacks, with what several of them have in common.
type Plans struct {
	list   []Planned
	shared []sharedAction
	taken  map[*reconcile.FieldChange]bool // those that are shared
}

// sharedAction is what documents of several stacks have in common that have one action.
type sharedAction struct {
	documents []*reconcile.Change // named with their stacks
	groups    []reconcile.Group   // of two stacks or more
	stacks    []string            // of all documents
}

// Together finds the changes that documents of two stacks or more have in common.
func Together(list []Planned) *Plans {
	p := &Plans{list: list, taken: make(map[*reconcile.FieldChange]bool)}
	for _, action := range []reconcile.Action{reconcile.Create, reconcile.Update, reconcile.Delete, reconcile.Reapply, reconcile.Record} {
		s := sharedAction{documents: documentsWith(action, list)}
		if s.stacks = stacksOf(s.documents); len(s.stacks) < 2 || len(s.documents) < minTogether {
			continue
		}
		for _, g := range reconcile.GroupChanges(s.documents) {
			if len(stacksIn(g)) < 2 {
				continue
			}
			s.groups = append(s.groups, g)
			for _, f := range slices.Concat(g.Changes...) {
				p.taken[f] = true
			}
		}
		if len(s.groups) > 0 {
			p.shared = append(p.shared, s)
		}
	}
	return p
}

// documentsWith are the documents of all stacks that have an action, each named with its
// stack.
func documentsWith(action reconcile.Action, list []Planned) (documents []*reconcile.Change) {
	for _, planned := range list {
		if planned.Plan == nil {
			continue
		}
		for _, c := range planned.Plan.Changes {
			if c.Action == action && c.Address.Kind == schema.LocaleAddress && !c.InDoubt() {
				c.Address.Name = planned.Path + separator + c.Address.Name
				documents = append(documents, &c)
			}
		}
	}
	return documents
}

func stacksOf(documents []*reconcile.Change) []string {
	var list []string
	for _, c := range documents {
		path, _, _ := strings.Cut(c.Address.Name, separator)
		list = append(list, path)
	}
	return slices.Compact(list) // they come stack by stack
}

func stacksIn(g reconcile.Group) []string {
	var list []string
	for _, a := range g.Documents {
		path, _, _ := strings.Cut(a.Name, separator)
		list = append(list, path)
	}
	return slices.Compact(list)
}

// WriteOwn writes what a stack has alone, and that there is more.
func (p *Plans) WriteOwn(w io.Writer, planned Planned, t report.PlanText) error {
	own := *planned.Plan
	own.Changes = nil
	with := 0 // documents that have something in common with others
	for _, c := range planned.Plan.Changes {
		fields := c.Fields
		c.Fields = nil
		for i := range fields {
			if !p.taken[&fields[i]] {
				c.Fields = append(c.Fields, fields[i])
			}
		}
		if len(c.Fields) < len(fields) {
			with++
		}
		if len(c.Fields) > 0 || len(fields) == 0 {
			own.Changes = append(own.Changes, c)
		}
	}
	var b strings.Builder
	b.WriteString("\n")
	if len(own.Changes) > 0 {
		if err := report.WriteChanges(&b, &own, t); err != nil {
			return err
		}
	}
	if with > 0 {
		fmt.Fprintf(&b, "  # %s as in other stacks: see \"%s\"\n\n", schema.Plural(with, "document")+" "+changesOrChange(with), sharedTitle)
	}
	head := "Plan:"
	if t.Compared {
		head = "Diff:"
	}
	fmt.Fprintf(&b, "%s\n", report.PlanSummary(head, planned.Plan.Summary(), t.Style))
	_, err := io.WriteString(w, b.String())
	return err
}

func changesOrChange(n int) string {
	if n == 1 {
		return "changes"
	}
	return "change"
}

// sharedTitle stands above what several stacks have in common.
const sharedTitle = "in several stacks"

// WriteShared writes what several stacks have in common, if there is anything.
func (p *Plans) WriteShared(w io.Writer, t report.PlanText) error {
	if len(p.shared) == 0 {
		return nil
	}
	if err := WriteHead(w, sharedTitle, t.Style); err != nil {
		return err
	}
	for _, s := range p.shared {
		in := make(map[string]bool)
		for _, g := range s.groups {
			for _, a := range g.Documents {
				in[a.Name] = true
			}
		}
		title := fmt.Sprintf("%s documents", thousands(len(in)))
		where := func(g reconcile.Group) []string { return whereOf(g, s.stacks) }
		if _, err := io.WriteString(w, "\n"); err != nil {
			return err
		}
		if err := report.WriteGroups(w, title, s.documents[0], s.groups, where, t); err != nil {
			return err
		}
	}
	return nil
}

// whereOf names the stacks of a group, or those that are missing from it, whichever are
// fewer; none where it has all of them.
func whereOf(g reconcile.Group, all []string) []string {
	in := stacksIn(g)
	head := fmt.Sprintf("in %s stacks, %s documents", thousands(len(in)), thousands(len(g.Documents)))
	out := slices.DeleteFunc(slices.Clone(all), func(path string) bool { return slices.Contains(in, path) })
	switch {
	case len(out) == 0:
		return []string{head}
	case len(out) < len(in):
		out[0] = head + ": all but " + out[0]
		return out
	}
	in[0] = head + ": " + in[0]
	return in
}

// thousands writes a number as people read it.
func thousands(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// WriteNothingSaved says why there are no plans to show.
func WriteNothingSaved(w io.Writer, dir string) {
	fmt.Fprintf(w, "There is no plan in %s: no stack was left to plan when it was made.\n", terminal.Escape(dir, ""))
}

// WriteSaved writes where plans were saved, seen from a root, and what can be done with them.
func WriteSaved(w io.Writer, root, dir string, advice bool) error {
	text := "\nSaved the plans to: " + terminal.Escape(dir, "") + "\n"
	if advice {
		text += fmt.Sprintf("\nTo perform exactly these actions, run the following command to apply:\n    %s %s\n", wording.Command(root, "apply"), wording.QuotedWord(dir))
	}
	_, err := io.WriteString(w, text)
	return err
}
