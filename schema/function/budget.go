package function

import (
	"context"
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
	"livery/schema/rule"
)

// What one evaluation may cost. One unit of work is about ten nanoseconds, one of
// memory about a byte; both are estimates, and never too low. The largest stacks that
// the service has room for stay far below a tenth of either.
const (
	maxWork   = 1 << 28
	maxMemory = 256 << 20

	constantShare = 64 // of the constants of one file: a part in so many of what a stack has
)

// Budget is what the evaluation of a stack may still cost. All its expressions draw on
// one: a loop within a loop multiplies, and so do a hundred dear expressions. When it is
// used up, or the context has ended, nothing is evaluated any more: every value is
// unknown from then on, and Fault says why.
//
// A Budget is for one evaluation, and not for several goroutines.
type Budget struct {
	ctx          context.Context
	work, memory int
	fault        *hcl.Diagnostic
	depth        int // of evaluations within each other: a template file within an expression
	metered      map[hcl.Expression]*metered
	dearest      *metered
}

// metered is an expression whose parts draw on the budget.
type metered struct {
	expr  hcl.Expression
	rng   hcl.Range
	fault hcl.Diagnostics // it cannot be evaluated at all
	spent int
}

// NewBudget is the budget of one stack. Evaluation ends with the context.
func NewBudget(ctx context.Context) *Budget {
	return &Budget{ctx: ctx, work: maxWork, memory: maxMemory, metered: make(map[hcl.Expression]*metered)}
}

// NewConstantBudget is the budget of what a file may say without referring to anything.
func NewConstantBudget() *Budget {
	b := NewBudget(context.Background())
	b.work, b.memory = b.work/constantShare, b.memory/constantShare
	return b
}

// Fault says why nothing is evaluated any more; nil while there is something left.
func (b *Budget) Fault() *hcl.Diagnostic { return b.fault }

// Refill grants as much again as to a whole stack, for what is asked after that was
// evaluated.
func (b *Budget) Refill() {
	b.work, b.memory, b.fault = maxWork, maxMemory, nil
	clear(b.metered)
	b.dearest = nil
}

// Value is the value of an expression of either syntax. It is unknown once the budget is
// used up. Without a context for it, a string of the JSON syntax is no template. Whoever
// gets the diagnostics may change them: a part that did not parse gives those of the
// parser each time, and the file still has them.
func (b *Budget) Value(expr hcl.Expression, ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	v, found := b.value(expr, ctx)
	if len(found) == 0 {
		return v, nil
	}
	diags := make(hcl.Diagnostics, len(found))
	for i, d := range found {
		own := *d
		diags[i] = &own
	}
	return v, diags
}

func (b *Budget) value(expr hcl.Expression, ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	if b.fault != nil {
		return cty.DynamicVal, nil
	}
	if _, native := expr.(hclsyntax.Expression); !native && ctx == nil {
		return expr.Value(nil)
	}
	m := b.metered[expr]
	if m == nil {
		m = b.meter(expr)
		if b.depth == 0 {
			b.metered[expr] = m
		}
	}
	if m.fault.HasErrors() {
		return cty.DynamicVal, m.fault
	}
	before := b.work + b.memory
	b.depth++
	v, diags := m.expr.Value(ctx)
	b.depth--
	m.spent += before - b.work - b.memory
	if b.depth == 0 && (b.dearest == nil || m.spent > b.dearest.spent) {
		b.dearest = m
	}
	if b.fault != nil {
		if b.depth == 0 && b.fault.Subject == nil {
			b.fault.Subject = b.dearest.rng.Ptr()
		}
		return cty.DynamicVal, nil
	}
	return v, diags
}

// draw takes from what is left; false if there is not enough.
func (b *Budget) draw(work, memory int) bool {
	switch {
	case b.fault != nil:
	case b.ctx.Err() != nil:
		b.fault = schema.Diagnose(rule.Expression, schema.Subject{}, "Interrupted", "The stack was not evaluated to its end.")
	case work > b.work || memory > b.memory:
		b.fault = schema.Diagnose(rule.Expression, schema.Subject{}, "Too much to evaluate", fmt.Sprintf(
			"The expressions of this stack would take more time and memory than livery grants them (about three seconds, %d MB), and this one took most. "+
				"Let its loops walk fewer elements, do not put one loop into another, keep in a local what is needed several times, "+
				"or compute it beforehand and read it with jsondecode(file(...)).", maxMemory>>20))
	default:
		b.work, b.memory = b.work-work, b.memory-memory
	}
	return b.fault == nil
}

// Cost is what has been drawn from a budget.
type Cost struct{ work, memory int }

// Spent is all that has been drawn.
func (b *Budget) Spent() Cost { return Cost{maxWork - b.work, maxMemory - b.memory} }

// Charge draws what something has cost elsewhere; false if there is not enough left.
func (b *Budget) Charge(c Cost) bool { return b.draw(c.work, c.memory) }

// The costs of what expressions do.
const (
	stepWork, stepMemory = 100, 200 // an element that a loop walks
	nodeWork, nodeMemory = 20, 48   // each part of the expression that is evaluated for it
	partWork             = 12       // an element, at any depth, of what is compared or given to a function
	partMemory           = 100      // an element, at any depth, of what a function makes
	convertWork          = 60       // an element, at any depth, that becomes of another type
	unifyWork            = 2        // each pair of elements that one type is looked for
)

// size is how many values a value holds at any depth, itself included, and how many
// bytes they take as text. It gives up beyond what a value may be.
func size(v cty.Value) (parts, bytes int) {
	bytes = weigh(v, 2*MaxResult, &parts)
	if bytes > 2*MaxResult {
		return maxWork, maxMemory
	}
	return parts, bytes
}
