package schema

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// Undecided is what stands in the place of a value that is not known: it depends on a
// variable without a value, or is at fault.
type Undecided struct {
	Path       string    // of what it is the value of: a field, or an attribute that may set many, such as texts
	Expression string    // as it is written
	Range      hcl.Range // of the expression
	Variables  []string  // those without a value that it depends on; none if it is at fault
	Digest     string    // the same for two expressions that give the same value, whatever the variables will be
}

func (u Undecided) isSame(o Undecided) bool {
	return u.Path == o.Path && u.Expression == o.Expression && u.Range == o.Range && u.Digest == o.Digest && slices.Equal(u.Variables, o.Variables)
}

// OpenBlock is a block of which is not known what it declares: a session without an API,
// or documents whose locales are not known. These have no name in their address.
type OpenBlock struct {
	Address Address
	Undecided
}

// SetUndecided notes that the value of a field is not known, by its path. "extra" stands
// for the members that the catalogue does not know.
func (l *Look) SetUndecided(path string, u Undecided) {
	if l.undecided == nil {
		l.undecided = make(map[string]Undecided)
	}
	l.undecided[path] = u
}

// Undecided are the values that are not known, by path. Of such a field a lower layer may
// have a value, which is not the document's.
func (l Look) Undecided() map[string]Undecided { return l.undecided }

// Object is the look as expressions see it, by the names in configuration: the fields
// that it has, null without a value.
func (l Look) Object(has func(*Field) bool, value func(*Field) Value) cty.Value {
	root := make(map[string]cty.Value)
	for _, p := range Pages() {
		fields := root
		if p.Key != "" {
			fields = make(map[string]cty.Value, len(p.Fields))
		}
		for i := range p.Fields {
			f := &p.Fields[i]
			if !has(f) {
				continue
			}
			v := value(f).Cty()
			if _, open := l.undecided[f.Path()]; open {
				v = cty.DynamicVal
			}
			fields[Snake(f.Key)] = v
		}
		if p.Key != "" && len(fields) > 0 {
			root[p.HCLName()] = cty.ObjectVal(fields)
		}
	}
	return cty.ObjectVal(root)
}
