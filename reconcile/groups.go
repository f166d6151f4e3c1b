package reconcile

import (
	"cmp"
	"slices"
	"strings"

	"livery/schema"
)

// Group is the changes that exactly the same documents have: in each of them the same
// value takes the place of the same other one.
type Group struct {
	Documents []schema.Address // in the order of the plan
	Changes   []SharedChange   // in catalogue order
}

// SharedChange is one change as each of its documents has it, in their order. Path,
// Before and After are the same; where the value stands and comes from may differ.
type SharedChange []*FieldChange

// minGrouped is how many documents are easier to read together than one by one.
const minGrouped = 3

// Together gives the documents that have an action and are easier to read together, with
// the groups of their changes: at least three documents, of which two or more share a
// change; else nothing. Sessions and documents in doubt are not among them.
func (p *Plan) Together(action Action) ([]*Change, []Group) {
	var documents []*Change
	for i := range p.Changes {
		c := &p.Changes[i]
		if c.Action == action && c.Address.Kind == schema.LocaleAddress && !c.InDoubt() && action != Forget && action != NoOp {
			documents = append(documents, c)
		}
	}
	if len(documents) < minGrouped {
		return nil, nil
	}
	groups := GroupChanges(documents)
	if len(groups) == 0 || len(groups[0].Documents) == 1 { // the largest comes first
		return nil, nil
	}
	return documents, groups
}

// GroupChanges puts every change of the documents into exactly one group. The group of
// the most documents comes first, and among equals the one whose first change comes
// first in the catalogue.
func GroupChanges(documents []*Change) []Group {
	type key struct{ path, before, after string }
	type shared struct {
		key
		fields SharedChange
		in     []int // of documents
	}
	var list []*shared
	found := make(map[key]*shared)
	for i, c := range documents {
		for j := range c.Fields {
			f := &c.Fields[j]
			k := key{f.Path, string(f.Before), string(f.After)}
			s := found[k]
			if s == nil {
				s = &shared{key: k}
				found[k] = s
				list = append(list, s)
			}
			s.fields, s.in = append(s.fields, f), append(s.in, i)
		}
	}
	slices.SortStableFunc(list, func(a, b *shared) int {
		return cmp.Or(-cmp.Compare(len(a.in), len(b.in)), slices.Compare(a.in, b.in),
			cmp.Compare(fieldNumber(a.path), fieldNumber(b.path)), strings.Compare(a.path, b.path))
	})
	var groups []Group
	var last *shared
	for _, s := range list {
		if last == nil || !slices.Equal(last.in, s.in) {
			var g Group
			for _, i := range s.in {
				g.Documents = append(g.Documents, documents[i].Address)
			}
			groups = append(groups, g)
		}
		g := &groups[len(groups)-1]
		g.Changes, last = append(g.Changes, s.fields), s
	}
	slices.SortStableFunc(groups, func(a, b Group) int {
		first, second := a.Changes[0][0].Path, b.Changes[0][0].Path
		return cmp.Or(-cmp.Compare(len(a.Documents), len(b.Documents)), cmp.Compare(fieldNumber(first), fieldNumber(second)))
	})
	return groups
}

// fieldNumber is the place of a path in the catalogue; members that it does not know
// come last.
func fieldNumber(path string) int {
	if f := schema.FieldByPath(path); f != nil {
		return f.Number()
	}
	return len(schema.Fields())
}
