// Package origin tells where values come from: it follows the expression of each to its
// [schema.Origin], through names, chosen branches and elements to the literal, text or
// token that people would edit.
//
// It knows no function but those that hand on or read what is written; what any other one
// returns is derived. It does not know how names are declared or resolved, which [Names]
// tells it, nor what a value is for.
package origin

import (
	"slices"
	"strconv"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
)

// Names are what expressions refer to, during one evaluation.
type Names interface {
	// Local is the expression of a local; nil if there is none.
	Local(name string) hcl.Expression
	// Variable says what gives a variable its value; false if there is no such variable.
	Variable(name string) (Setting, bool)
	// Theme is what a theme declares and where its block begins; false if it has not
	// been evaluated.
	Theme(name string) (schema.Look, hcl.Range, bool)
	// Value is the value of a part of an expression that was evaluated, so that its
	// faults are known; extra holds each and self. It is unknown if the part has none.
	Value(expr hcl.Expression, extra map[string]cty.Value) cty.Value
}

// Setting is what gives a variable its value.
type Setting struct {
	Kind schema.OriginKind
	Expr hcl.Expression // nil if no file gives it
	By   string         // then the flag or environment variable
}

// Tracer tells the origins of the values of one evaluation. It is not for several
// goroutines.
type Tracer struct {
	names     Names
	files     *Files
	traced    map[hcl.Expression]cty.Value            // parts of locals and variables that origins have led through
	elements  int                                     // of for expressions that were looked through
	others    int                                     // parts of the value in hand that were followed for other tokens
	templates map[hcl.Expression]hclsyntax.Expression // that strings of the JSON syntax hold, as far as origins need them
}

// NewTracer makes a tracer.
func NewTracer(names Names, files *Files) *Tracer {
	return &Tracer{names: names, files: files, traced: make(map[hcl.Expression]cty.Value), templates: make(map[hcl.Expression]hclsyntax.Expression)}
}

// Block tells the origins of the values of one block.
type Block struct {
	tracer tracer
	at     schema.Subject
}

// Block is the block of a theme, a document or a session. In extra are each and self, and
// forEach is what each is an element of; both may be nil.
func (t *Tracer) Block(at schema.Subject, extra map[string]cty.Value, forEach hcl.Expression) Block {
	return Block{tracer{Tracer: t, extra: extra, forEach: forEach, values: make(map[hcl.Expression]cty.Value)}, at}
}

// way leads from an expression to the words or digits of its value.
type way struct {
	at      hcl.Range     // the part of the expression that gives the value
	steps   []schema.Step // the names that lead on from there; none where it is a literal
	also    []schema.Step // the ways of other tokens that the value is computed from
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
	return &schema.Origin{Kind: source.Kind, Path: source.Path, Range: source.Range, Derived: w.derived, Chain: w.steps, Also: w.also}
}

// Parts tells the origins of the parts of an expression.
type Parts struct {
	Block
	expr hcl.Expression
	file string // the one that is read, if the expression is jsondecode(file("..."))
	path []string
}

// Of tells the origins of the parts of an expression in the block.
func (b Block) Of(expr hcl.Expression) Parts {
	b.at.Range = expr.Range()
	file, _ := b.tracer.decodedFile(expr)
	return Parts{Block: b, expr: expr, file: file}
}

// File is the file that is read, if the expression is jsondecode(file("...")); "" for any
// other expression.
func (p Parts) File() string {
	if p.file != "" {
		return p.file
	}
	name, _ := p.tracer.decodedFile(p.tracer.unwrapped(p.expr))
	return name
}

// Expression is the whole that they are parts of.
func (p Parts) Expression() hcl.Expression { return p.expr }

// Below tells the origins of a part.
func (p Parts) Below(path ...string) Parts {
	p.path = path
	return p
}

// Origin is the origin of a part; nil for a literal that is all of the expression.
func (p Parts) Origin(path ...string) *schema.Origin {
	path = slices.Concat(p.path, path)
	switch _, ok := Literal(p.expr); {
	case ok:
		return way{at: p.at.Range}.origin(p.at)
	case p.file != "":
		return way{steps: []schema.Step{p.tracer.files.textStep(p.file, path)}}.origin(p.at)
	default:
		p.tracer.others = 0
		return p.tracer.follow(p.expr, path).origin(p.at)
	}
}

// Value is a value with its origin, and those of its elements if it is a list of tips.
func (p Parts) Value(f *schema.Field, v schema.Value, raw cty.Value) schema.Value {
	v = v.From(p.Origin())
	if len(v.Tips()) == 0 {
		return v
	}
	tips := raw.AsValueSlice()
	return v.TipsFrom(f, func(i int, member *schema.Field) *schema.Origin {
		key := member.Key
		if _, ok := tips[i].AsValueMap()[key]; !ok {
			key = member.HCLName()
		}
		return p.Origin(strconv.Itoa(i), key)
	})
}

// Within moves a subject to a part that stands in a file: a copywriter looks for a text
// where it stands, not on the line that loads the file.
func (p Parts) Within(at schema.Subject, path ...string) schema.Subject {
	if p.file == "" {
		return at
	}
	if root := p.tracer.files.value(p.file); root != nil {
		found, _ := descend(root, path)
		at.Range = found.Range
	}
	return at
}

// Name moves a subject to the name of a part that stands in a file.
func (p Parts) Name(at schema.Subject, path ...string) schema.Subject {
	if p.file == "" {
		return at
	}
	if found, rest := descend(p.tracer.files.value(p.file), path); found != nil && len(rest) == 0 {
		at.Range = found.NameRange
	}
	return at
}

// Part is where a part stands, if that is within the whole or in a file; else the whole.
func (p Parts) Part(whole hcl.Range) func(path ...string) hcl.Range {
	return func(path ...string) hcl.Range {
		if p.file != "" {
			return p.Within(schema.Subject{Range: whole}, slices.Concat(p.path, path)...).Range
		}
		if o := p.Origin(path...); o != nil && o.Range.Filename == whole.Filename && o.Range.Start.Byte >= whole.Start.Byte && o.Range.End.Byte <= whole.End.Byte {
			return o.Range
		}
		return whole
	}
}

// Here is the origin of what stands whole at its subject; nil in a document.
func Here(at schema.Subject) *schema.Origin { return way{at: at.Range}.origin(at) }

// Literal is the value of the expressions that need no context, which are almost all that
// people write.
func Literal(expr hcl.Expression) (cty.Value, bool) {
	switch e := expr.(type) {
	case *hclsyntax.TemplateExpr:
		if len(e.Parts) == 1 {
			if part, ok := e.Parts[0].(*hclsyntax.LiteralValueExpr); ok {
				return part.Val, true
			}
		}
	case *hclsyntax.LiteralValueExpr:
		return e.Val, true
	}
	return cty.NilVal, false
}
