package origin

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"livery/schema/config"
)

// VariablesOf lists the variables that an expression takes its value from, itself or by the
// locals that it builds on. One that only chooses, as a key or a condition, is none of them.
func VariablesOf(all Names, expr hcl.Expression) []string { return variablesOf(all, expr, choosing) }

// DependsOn lists the variables that an expression refers to in any way, itself or by the
// locals that it builds on.
func DependsOn(all Names, expr hcl.Expression) []string {
	return variablesOf(all, expr, func(hcl.Expression) map[hcl.Range]bool { return nil })
}

func variablesOf(all Names, expr hcl.Expression, without func(hcl.Expression) map[hcl.Range]bool) []string {
	var variables []string
	chain, seen := []hcl.Expression{expr}, make(map[string]bool)
	for i := 0; i < len(chain); i++ {
		left := without(chain[i])
		for _, ref := range chain[i].Variables() {
			name, ok := config.NameIn(ref)
			switch root := ref.RootName(); {
			case left[ref.SourceRange()]:
			case ok && root == "var":
				variables = append(variables, name)
			case ok && root == "local" && all.Local(name) != nil && !seen[name]:
				seen[name] = true
				chain = append(chain, all.Local(name))
			}
		}
	}
	return variables
}

// choosing are the references in an expression that choose among values: the key of an index,
// the condition of a conditional.
func choosing(expr hcl.Expression) map[hcl.Range]bool {
	refs := make(map[hcl.Range]bool)
	native, ok := expr.(hclsyntax.Expression)
	if !ok {
		return refs
	}
	_ = hclsyntax.VisitAll(native, func(node hclsyntax.Node) hcl.Diagnostics {
		var chooses hcl.Expression
		switch node := node.(type) {
		case *hclsyntax.IndexExpr:
			chooses = node.Key
		case *hclsyntax.ConditionalExpr:
			chooses = node.Condition
		default:
			return nil
		}
		for _, ref := range chooses.Variables() {
			refs[ref.SourceRange()] = true
		}
		return nil
	})
	return refs
}

// RevealsLiteral reports whether an expression that depends on variables may give a
// secret all the same that stands in a file: it reads one, it falls back on a
// literal, or a literal in it is the value at hand.
func RevealsLiteral(all Names, expr hcl.Expression, value cty.Value) bool {
	return revealing{all, value, make(map[string]bool)}.reveals(expr)
}

// revealing is the work of RevealsLiteral.
type revealing struct {
	Names
	value cty.Value
	seen  map[string]bool // locals
}

func (r revealing) reveals(expr hcl.Expression) bool {
	native, ok := expr.(hclsyntax.Expression)
	if !ok {
		text, diags := expr.Value(nil) // in the JSON syntax without a context: the string as it is
		if diags.HasErrors() || text.Type() != cty.String || text.IsNull() {
			return false
		}
		native, _ = hclsyntax.ParseTemplate([]byte(text.AsString()), "", hcl.InitialPos)
	}
	found := false
	_ = hclsyntax.VisitAll(native, func(node hclsyntax.Node) hcl.Diagnostics {
		switch node := node.(type) {
		case *hclsyntax.FunctionCallExpr:
			found = found || slices.Contains([]string{"file", "templatefile", "tokens"}, node.Name)
		case *hclsyntax.LiteralValueExpr:
			found = found || IsText(node.Val) && r.value.IsKnown() && r.value.RawEquals(node.Val)
		}
		return nil
	})
	return found || r.yields(native)
}

// yields reports whether an expression may give a literal text that is not empty: a branch of
// a condition, or what stands in for a value that is missing.
func (r revealing) yields(expr hclsyntax.Expression) bool {
	switch e := expr.(type) {
	case *hclsyntax.ParenthesesExpr:
		return r.yields(e.Expression)
	case *hclsyntax.TemplateWrapExpr:
		return r.yields(e.Wrapped)
	case *hclsyntax.ConditionalExpr:
		return r.yields(e.TrueResult) || r.yields(e.FalseResult)
	case *hclsyntax.FunctionCallExpr:
		return slices.Contains([]string{"coalesce", "try", "sensitive", "nonsensitive", "trimspace", "tostring"}, e.Name) && slices.ContainsFunc(e.Args, r.yields)
	case *hclsyntax.ScopeTraversalExpr:
		name, ok := config.NameIn(e.Traversal)
		if !ok || e.Traversal.RootName() != "local" || r.Local(name) == nil || r.seen[name] {
			return false
		}
		r.seen[name] = true
		return r.reveals(r.Local(name))
	default:
		v, ok := Literal(expr)
		return ok && IsText(v)
	}
}

// IsText reports whether a value is a text that is not empty.
func IsText(v cty.Value) bool {
	return v.Type() == cty.String && v.IsKnown() && !v.IsNull() && v.AsString() != ""
}
