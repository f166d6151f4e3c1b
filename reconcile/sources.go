package reconcile

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"livery/schema"
)

// Source is what somebody edits to change many values at once: a variable or a design
// token, and where it is given its value. The zero Source stands for anything else.
type Source struct {
	Path  string
	Range hcl.Range
}

// sourceOf is the source that an origin leads to.
func sourceOf(o *schema.Origin) Source {
	if o != nil && (o.Kind == schema.FromVariable || o.Kind == schema.FromDefault || o.Kind == schema.FromToken) {
		return Source{o.Path, o.Range}
	}
	return Source{}
}

// asIs is the source of a value that nothing was computed from.
func asIs(o *schema.Origin) Source {
	if o == nil || o.Derived {
		return Source{}
	}
	return sourceOf(o)
}

// Source is the one that all changes of a group have.
func (g Group) Source() Source {
	first := sourceOf(g.Changes[0][0].Origin)
	for _, shared := range g.Changes {
		for _, f := range shared {
			if sourceOf(f.Origin) != first {
				return Source{}
			}
		}
	}
	return first
}

// Source is what the value after a change comes from.
func (f *FieldChange) Source() Source { return sourceOf(f.Origin) }

// Transition is the value of a source before and after the plan, each nil if it is not
// known. The state remembers the values of documents and not those of variables and tokens:
// one is told to have changed only if every value that is the source itself did, and from
// the same one.
func (p *Plan) Transition(s Source) (before, after json.RawMessage) {
	before, after = p.valuesOf(s)
	name, isVariable := strings.CutPrefix(s.Path, "var.")
	if was, known := p.Earlier[name]; known && isVariable && !bytes.EqualFold(was, before) {
		before = nil // what has the value now had another one, and not the variable's
	}
	if isVariable && after == nil {
		after = p.Variables[name]
	}
	return before, after
}

// valuesOf are the values before and after of what is the source itself, each nil if there is
// none or, before, if they differ.
func (p *Plan) valuesOf(s Source) (before, after json.RawMessage) {
	differ := slices.ContainsFunc(p.Steady, func(path string) bool {
		rest, ok := strings.CutPrefix(s.Path, path)
		return ok && (rest == "" || rest[0] == '.' || rest[0] == '[') // its own, or a member's
	})
	for i := range p.Changes {
		for _, f := range p.Changes[i].Fields {
			if asIs(f.Origin) != s {
				continue
			}
			if after == nil {
				after = f.After
			}
			if string(orNull(f.Before)) == string(null) || string(f.Before) == string(before) {
				continue
			}
			differ = differ || before != nil
			before = f.Before
		}
	}
	if differ {
		before = nil
	}
	return before, after
}

// steady lists the sources of changes that some value is, as it is, and stays: whatever
// changes there, they did not.
func (p *Plan) steady(documents []schema.Document) []string {
	open := make(map[string]bool) // whether it may have changed, for the source of each change
	for i := range p.Changes {
		for _, f := range p.Changes[i].Fields {
			if s := asIs(f.Origin); s.Path != "" {
				open[s.Path] = true
			}
		}
	}
	var paths []string
	for i := range documents {
		if len(open) == 0 {
			break
		}
		d := &documents[i]
		n, found := slices.BinarySearchFunc(p.Changes, d.Locale.AddressOf(), func(c Change, a schema.Address) int { return c.Address.Compare(a) })
		if !found || p.Changes[n].Reason == ReasonNotTargeted || p.Changes[n].Reason == ReasonDoubtThen {
			continue // what is left out was not looked at
		}
		for _, f := range schema.Fields() {
			path := asIs(d.At(f).Origin()).Path
			if open[path] && !slices.ContainsFunc(p.Changes[n].Fields, func(c FieldChange) bool { return c.Path == f.Path() }) {
				delete(open, path)
				paths = append(paths, path)
			}
		}
	}
	slices.Sort(paths)
	return paths
}
