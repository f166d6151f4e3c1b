package function

import (
	"errors"
	"fmt"
	"math/big"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"

	"livery/schema/jsontext"
)

// meter makes a copy of an expression whose loops, comparisons, templates, operators and
// calls draw on the budget. The evaluator of the library knows no bound, but it asks each
// part of an expression for its value, so a part can refuse. Parts that cost nothing are
// shared with the original.
func (b *Budget) meter(expr hcl.Expression) *metered {
	m := &metered{rng: expr.Range()}
	native, ok := expr.(hclsyntax.Expression)
	if !ok {
		native, m.fault = nativeOf(expr)
	}
	if !m.fault.HasErrors() {
		m.expr = b.copy(native)
	}
	return m
}

// part stands for a part of an expression in a copy. Walkers see what it stands for.
type part struct {
	*hclsyntax.ParenthesesExpr
	budget *Budget
	value  func(*hcl.EvalContext) (cty.Value, hcl.Diagnostics)
}

func (b *Budget) part(e hclsyntax.Expression, value func(*hcl.EvalContext) (cty.Value, hcl.Diagnostics)) hclsyntax.Expression {
	return part{&hclsyntax.ParenthesesExpr{Expression: e, SrcRange: e.Range()}, b, value}
}

// Value implements hcl.Expression. Loops that have begun go on when the budget is used
// up, but nothing is left to do in them.
func (p part) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	if p.budget.fault != nil {
		return cty.DynamicVal, nil
	}
	return p.value(ctx)
}

// UnwrapExpression lets functions that take a reference see it.
func (p part) UnwrapExpression() hcl.Expression { return p.Expression }

// charge lets nobody see a value that is not paid for.
func (b *Budget) charge(e hclsyntax.Expression, cost func(cty.Value) (work, memory int)) hclsyntax.Expression {
	if _, constant := e.(*hclsyntax.LiteralValueExpr); constant {
		return e
	}
	e = b.copy(e)
	return b.part(e, func(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
		v, diags := e.Value(ctx)
		if !b.draw(cost(v)) {
			return cty.DynamicVal, diags
		}
		return v, diags
	})
}

// compared is the cost of looking at all of a value.
func compared(v cty.Value) (int, int) {
	parts, _ := size(v)
	return parts * partWork, 0
}

// converted is the cost of a value that becomes of another type. To find a type that all
// elements of a tuple can have, the library compares each with each.
func converted(v cty.Value) (int, int) {
	parts, _ := size(v)
	n := 0
	if t := v.Type(); t.IsTupleType() || t.IsObjectType() {
		n = elements(v)
	}
	return parts*convertWork + n*n*unifyWork, parts * partMemory
}

// written is the cost of a value that becomes a part of a text.
func written(v cty.Value) (int, int) {
	parts, bytes := size(v)
	return parts*partWork + bytes/8, bytes
}

// walked is the cost of a loop: what is evaluated for each element.
func walked(body ...hclsyntax.Expression) func(cty.Value) (int, int) {
	nodes := 0
	for _, e := range body {
		nodes += nodesOf(e)
	}
	return func(v cty.Value) (int, int) {
		n := elements(v) + 1
		return n * (stepWork + nodes*nodeWork), n * (stepMemory + nodes*nodeMemory)
	}
}

// nodesOf counts the parts of an expression.
func nodesOf(e hclsyntax.Expression) int {
	n := 0
	if e != nil {
		_ = hclsyntax.VisitAll(e, func(hclsyntax.Node) hcl.Diagnostics { n++; return nil })
	}
	return n
}

// copy is an expression with the parts that draw on the budget.
func (b *Budget) copy(expr hclsyntax.Expression) hclsyntax.Expression {
	switch e := expr.(type) {
	case *hclsyntax.ForExpr:
		c := *e
		c.CollExpr = b.charge(e.CollExpr, walked(e.KeyExpr, e.ValExpr, e.CondExpr))
		c.ValExpr = b.copy(e.ValExpr)
		if e.KeyExpr != nil {
			c.KeyExpr = b.copy(e.KeyExpr)
		}
		if e.CondExpr != nil {
			c.CondExpr = b.copy(e.CondExpr)
		}
		return &c
	case *hclsyntax.SplatExpr:
		c := *e
		c.Source, c.Each = b.charge(e.Source, walked(e.Each)), b.copy(e.Each)
		return &c
	case *hclsyntax.TemplateJoinExpr:
		return &hclsyntax.TemplateJoinExpr{Tuple: b.charge(e.Tuple, written)}
	case *hclsyntax.TemplateExpr:
		c := *e
		c.Parts = slices.Clone(e.Parts)
		for i, p := range e.Parts {
			c.Parts[i] = b.charge(p, written)
		}
		return &c
	case *hclsyntax.ConditionalExpr:
		return b.conditional(e)
	case *hclsyntax.BinaryOpExpr:
		return b.operation(e)
	case *hclsyntax.UnaryOpExpr:
		c := *e
		c.Val = b.operand(e.Val, e.Op)
		return &c
	case *hclsyntax.FunctionCallExpr:
		return b.call(e)
	default:
		return b.copyPlain(expr)
	}
}

// copyPlain copies what costs nothing but its parts.
func (b *Budget) copyPlain(expr hclsyntax.Expression) hclsyntax.Expression {
	switch e := expr.(type) {
	case *hclsyntax.ParenthesesExpr:
		return &hclsyntax.ParenthesesExpr{Expression: b.copy(e.Expression), SrcRange: e.SrcRange}
	case *hclsyntax.TemplateWrapExpr:
		return &hclsyntax.TemplateWrapExpr{Wrapped: b.copy(e.Wrapped), SrcRange: e.SrcRange}
	case *hclsyntax.ObjectConsKeyExpr:
		return &hclsyntax.ObjectConsKeyExpr{Wrapped: b.copy(e.Wrapped), ForceNonLiteral: e.ForceNonLiteral}
	case *hclsyntax.RelativeTraversalExpr:
		c := *e
		c.Source = b.copy(e.Source)
		return &c
	case *hclsyntax.IndexExpr:
		c := *e
		c.Collection, c.Key = b.copy(e.Collection), b.copy(e.Key)
		return &c
	case *hclsyntax.TupleConsExpr:
		c := *e
		c.Exprs = slices.Clone(e.Exprs)
		for i, item := range e.Exprs {
			c.Exprs[i] = b.copy(item)
		}
		return &c
	case *hclsyntax.ObjectConsExpr:
		c := *e
		c.Items = slices.Clone(e.Items)
		for i, item := range e.Items {
			c.Items[i] = hclsyntax.ObjectConsItem{KeyExpr: b.copy(item.KeyExpr), ValueExpr: b.copy(item.ValueExpr)}
		}
		return &c
	default: // literals, references, and what did not parse
		return expr
	}
}

// conditional is a condition with two results. Both are evaluated, and the one that is
// taken is converted if they differ in type.
func (b *Budget) conditional(e *hclsyntax.ConditionalExpr) hclsyntax.Expression {
	condition, yes, no := b.copy(e.Condition), b.charge(e.TrueResult, compared), b.charge(e.FalseResult, compared)
	plain := &hclsyntax.ConditionalExpr{Condition: condition, TrueResult: yes, FalseResult: no, SrcRange: e.SrcRange}
	return b.part(plain, func(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
		v, vDiags := yes.Value(ctx)
		w, wDiags := no.Value(ctx)
		if !v.Type().Equals(w.Type()) {
			vWork, vMemory := converted(v)
			wWork, wMemory := converted(w)
			if !b.draw(vWork+wWork, vMemory+wMemory) {
				return cty.DynamicVal, nil
			}
		}
		c := *plain
		c.TrueResult = b.part(e.TrueResult, func(*hcl.EvalContext) (cty.Value, hcl.Diagnostics) { return v, vDiags })
		c.FalseResult = b.part(e.FalseResult, func(*hcl.EvalContext) (cty.Value, hcl.Diagnostics) { return w, wDiags })
		return c.Value(ctx)
	})
}

// operation is two operands and what can go wrong between them.
func (b *Budget) operation(e *hclsyntax.BinaryOpExpr) hclsyntax.Expression {
	c := *e
	c.LHS, c.RHS = b.operand(e.LHS, e.Op), b.operand(e.RHS, e.Op)
	if e.Op == hclsyntax.OpDivide || e.Op == hclsyntax.OpModulo {
		c.RHS = b.divisor(c.RHS)
	}
	if e.Op.Type != cty.Number {
		return &c
	}
	return b.part(&c, func(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
		v, diags := c.Value(ctx)
		if why := unusable(v); why != "" && !diags.HasErrors() {
			return cty.DynamicVal, append(diags, fault(e, "Number out of range", "The result "+why+"."))
		}
		return v, diags
	})
}

// operand is what an operator takes. A text may stand for a number, and must not take
// minutes to become one.
func (b *Budget) operand(e hclsyntax.Expression, op *hclsyntax.Operation) hclsyntax.Expression {
	paid := b.charge(e, compared)
	if op == hclsyntax.OpEqual || op == hclsyntax.OpNotEqual {
		return paid
	}
	return b.part(paid, func(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
		v, diags := paid.Value(ctx)
		plain, _ := v.Unmark()
		if text, ok := textOf(plain); ok && !diags.HasErrors() {
			if err := jsontext.CheckNumber(text); err != nil {
				return cty.DynamicVal, append(diags, fault(e, "Invalid operand", "This text stands for no number: "+err.Error()+"."))
			}
		}
		return v, diags
	})
}

func (b *Budget) divisor(e hclsyntax.Expression) hclsyntax.Expression {
	return b.part(e, func(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
		v, diags := e.Value(ctx)
		plain, _ := v.Unmark()
		n, err := convert.Convert(plain, cty.Number)
		if err == nil && n.IsKnown() && !n.IsNull() && n.AsBigFloat().Sign() == 0 && !diags.HasErrors() {
			return cty.DynamicVal, append(diags, fault(e, "Division by zero", "The divisor is 0. If it may be, ask first, as in n == 0 ? 0 : 100 / n."))
		}
		return v, diags
	})
}

// unusable says why a number cannot be used; "" for any other value.
func unusable(v cty.Value) string {
	v, _ = v.Unmark()
	if v.Type() != cty.Number || !v.IsKnown() || v.IsNull() {
		return ""
	}
	switch n := v.AsBigFloat(); {
	case n.IsInf():
		return "is infinite"
	case digits(n) > maxNumber: // it would be written out somewhere, which takes long
		return fmt.Sprintf("has more than %d digits", maxNumber)
	default:
		return ""
	}
}

func fault(e hclsyntax.Expression, summary, detail string) *hcl.Diagnostic {
	return &hcl.Diagnostic{Severity: hcl.DiagError, Summary: summary, Detail: detail, Subject: e.Range().Ptr()}
}

// call is a call whose arguments are paid for before it, and its result after it. It is
// also the last resort for what a function of the libraries panics at.
func (b *Budget) call(e *hclsyntax.FunctionCallExpr) hclsyntax.Expression {
	c := *e
	c.Args = slices.Clone(e.Args)
	for i, arg := range e.Args {
		switch e.Name {
		case "try", "can": // they look at no value
			c.Args[i] = b.copy(arg)
		case "distinct", "setintersection", "setsubtract", "setunion", "tolist", "tomap", "toset":
			c.Args[i] = b.charge(arg, converted)
		default:
			c.Args[i] = b.charge(arg, compared)
		}
	}
	return b.part(&c, func(ctx *hcl.EvalContext) (v cty.Value, diags hcl.Diagnostics) {
		defer func() {
			if cause := recover(); cause != nil {
				v, diags = cty.DynamicVal, hcl.Diagnostics{fault(e, "Error in function call", explainPanic(e.Name, cause))}
			}
		}()
		v, diags = c.Value(ctx)
		for _, d := range diags {
			var panicked function.PanicError
			if extra, ok := hcl.DiagnosticExtra[hclsyntax.FunctionCallDiagExtra](d); ok && errors.As(extra.FunctionCallError(), &panicked) {
				d.Detail = explainPanic(extra.CalledFunctionName(), panicked.Value)
			}
		}
		switch why := unusable(v); {
		case why != "" && !diags.HasErrors():
			return cty.DynamicVal, append(diags, fault(e, "Error in function call", fmt.Sprintf("Call to function %q failed: the result %s.", e.Name, why)))
		case !b.draw(made(e.Name, v)):
			return cty.DynamicVal, diags
		}
		return v, diags
	})
}

// made is the cost of what a function returns: all of it where it makes new values, the
// first level where it hands on what it was given.
func made(name string, v cty.Value) (int, int) {
	switch name {
	case "csvdecode", "file", "jsondecode", "templatefile", "tokens", "yamldecode":
		return nodeWork, 0 // it was paid when it was made
	case "formatlist", "regexall", "split", "templatestring", "tolist", "tomap", "toset":
		return whole(v)
	}
	n := elements(v) + 1
	text, _ := v.Unmark()
	s, _ := textOf(text)
	return n * partWork, n*partMemory + len(s)
}

// whole is the cost of a value of which all is new.
func whole(v cty.Value) (int, int) {
	parts, bytes := size(v)
	return parts * partWork, parts*partMemory + bytes
}

// paid is a value that a function makes once and hands out many times.
func (b *Budget) paid(v cty.Value, err error) (cty.Value, error) {
	if err == nil && !b.draw(whole(v)) {
		return cty.DynamicVal, nil
	}
	return v, err
}

func explainPanic(name string, cause any) string {
	why := "the function cannot deal with these arguments"
	if err, ok := cause.(error); ok && errors.As(err, new(big.ErrNaN)) {
		why = "the result is not a number"
	}
	return fmt.Sprintf("Call to function %q failed: %s.", name, why)
}
