package stack

import (
	"slices"
	"strconv"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
)

// way leads from an expression to the words or digits of its value.
type way struct {
	at      hcl.Range     // the part of the expression that gives the value
	steps   []schema.Step // the names that lead on from there; none where it is a literal
	derived bool          // a function or an operator computes the value
}

// behind is the way with a step before it.
func (w way) behind(kind schema.OriginKind, path string) way {
	w.steps = append([]schema.Step{{Kind: kind, Path: path, Range: w.at}}, w.steps...)
	return w
}

// origin is the origin of a value that stands in a theme or a document.
func (w way) origin(at schema.Subject) *schema.Origin {
	if at.Address.Kind == schema.ThemeAddress {
		w = w.behind(schema.FromTheme, at.Address.String())
	}
	if len(w.steps) == 0 {
		if !w.derived && w.at == at.Range {
			return nil
		}
		return &schema.Origin{Kind: schema.FromLiteral, Range: w.at, Derived: w.derived}
	}
	// A token leads on to those that it is an alias of, and a variable to what sets it:
	// people edit the one that was named.
	i := slices.IndexFunc(w.steps, func(s schema.Step) bool { return s.Kind == schema.FromToken || s.Kind == schema.FromVariable })
	if i < 0 {
		i = len(w.steps) - 1
	}
	source := w.steps[i]
	return &schema.Origin{Kind: source.Kind, Path: source.Path, Range: source.Range, Derived: w.derived, Chain: w.steps}
}

// origins tells the origins of the parts of an expression in a theme, a document or a
// session.
type origins struct {
	tracer tracer
	expr   hcl.Expression
	at     schema.Subject
	file   string // the one that is read, if the expression is jsondecode(file("..."))
	path   []string
}

func originsIn(s *scope, expr hcl.Expression, at schema.Subject) origins {
	at.Range = expr.Range()
	return origins{tracer: tracer{scope: s, values: s.traced}, expr: expr, at: at}
}

func (r *fieldReader) origins(expr hcl.Expression) origins {
	if r.traced == nil {
		r.traced = make(map[hcl.Expression]cty.Value)
	}
	o := originsIn(r.scope, expr, r.at)
	o.tracer.extra, o.tracer.forEach, o.tracer.values = r.extra, r.forEach, r.traced
	o.file, _ = o.tracer.decodedFile(expr)
	return o
}

// below tells the origins of a part.
func (o origins) below(path ...string) origins {
	o.path = path
	return o
}

// origin is the origin of a part; nil for a literal that is all of the expression.
func (o origins) origin(path ...string) *schema.Origin {
	path = slices.Concat(o.path, path)
	switch _, ok := literal(o.expr); {
	case ok:
		return way{at: o.at.Range}.origin(o.at)
	case o.file != "":
		return way{steps: []schema.Step{o.tracer.json.textStep(o.file, path)}}.origin(o.at)
	default:
		return o.tracer.follow(o.expr, path).origin(o.at)
	}
}

// of is a value with its origin, and those of its elements if it is a list of tips.
func (o origins) of(f *schema.Field, v schema.Value, raw cty.Value) schema.Value {
	v = v.From(o.origin())
	if len(v.Tips()) == 0 {
		return v
	}
	tips := raw.AsValueSlice()
	return v.TipsFrom(f, func(i int, member *schema.Field) *schema.Origin {
		key := member.Key
		if _, ok := tips[i].AsValueMap()[key]; !ok {
			key = member.HCLName()
		}
		return o.origin(strconv.Itoa(i), key)
	})
}

// within moves a subject to a part that stands in a file: a copywriter looks for a text
// where it stands, not on the line that loads the file.
func (o origins) within(at schema.Subject, path ...string) schema.Subject {
	if o.file == "" {
		return at
	}
	if root := o.tracer.json.value(o.file); root != nil {
		found, _ := descend(root, path)
		at.Range = found.Range
	}
	return at
}
