package stack

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
	"livery/schema/config"
	"livery/schema/origin"
	"livery/schema/rule"
)

// literalSecret refuses a secret that stands in a file of the stack: written in
// place, computed from nothing, read from a file, or the value of a variable
// that a file sets. The value is without its marks.
func (l *accounts) literalSecret(a *config.Attribute, value cty.Value, at schema.Subject) {
	if v, diags := l.budget.Value(a.Expr, nil); !diags.HasErrors() && v.IsNull() {
		return
	}
	chain := l.withLocals(a.Expr)
	outside := false
	for _, name := range variablesIn(chain) {
		v := l.variables.byName[name]
		if v == nil {
			return // reported as an unknown reference
		}
		if v.setting.Expr != nil && !v.value.IsNull() {
			l.Report(schema.Diagnose(rule.LiteralSecret, at, "Secret in a file",
				fmt.Sprintf("secret_key comes from var.%s, whose value stands in a file. Secrets do not belong in git: remove it there and set %s%s, or leave secret_key out and set LIVERY_SECRET_KEY.", name, EnvironmentPrefix, name)))
			return
		}
		outside = true
	}
	if !outside || l.revealsLiteral(a.Expr, value, make(map[string]bool)) {
		l.Report(schema.Diagnose(rule.LiteralSecret, at, "Secret in a file",
			"secret_key is written in the configuration, or read from a file. Secrets do not belong in git: remove it and set LIVERY_SECRET_KEY, or take it from a variable without a default."))
	}
}

// holdsSecret reports whether a configured secret stands anywhere in a value without marks.
func (s *scope) holdsSecret(v cty.Value) bool {
	if len(s.secrets) == 0 {
		return false
	}
	found := false
	look := func(text string) {
		found = found || slices.ContainsFunc(s.secrets, func(form string) bool { return strings.Contains(text, form) })
	}
	_ = cty.Walk(v, func(_ cty.Path, part cty.Value) (bool, error) {
		switch {
		case isText(part):
			look(part.AsString())
		case part.IsKnown() && isObject(part):
			for it := part.ElementIterator(); it.Next(); {
				key, _ := it.Element()
				look(key.AsString())
			}
		}
		return !found, nil
	})
	return found
}

// withLocals lists an expression and those of the locals that it builds on.
func (s *scope) withLocals(expr hcl.Expression) []hcl.Expression {
	chain, seen := []hcl.Expression{expr}, make(map[string]bool)
	for i := 0; i < len(chain); i++ {
		for _, ref := range chain[i].Variables() {
			if name, ok := config.NameIn(ref); ok && ref.RootName() == "local" && s.module.Locals[name] != nil && !seen[name] {
				seen[name] = true
				chain = append(chain, s.module.Locals[name].Expr)
			}
		}
	}
	return chain
}

// variablesIn lists the variables that expressions refer to.
func variablesIn(chain []hcl.Expression) []string {
	var names []string
	for _, expr := range chain {
		for _, ref := range expr.Variables() {
			if name, ok := config.NameIn(ref); ok && ref.RootName() == "var" {
				names = append(names, name)
			}
		}
	}
	return names
}

// revealsLiteral reports whether an expression that depends on variables may give a
// secret all the same that stands in a file: it reads one, it falls back on a
// literal, or a literal in it is the value at hand.
func (s *scope) revealsLiteral(expr hcl.Expression, value cty.Value, seen map[string]bool) bool {
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
			found = found || isText(node.Val) && value.IsKnown() && value.RawEquals(node.Val)
		}
		return nil
	})
	return found || s.yieldsLiteral(native, value, seen)
}

// yieldsLiteral reports whether an expression may give a literal text that is not
// empty: a branch of a condition, or what stands in for a value that is missing.
func (s *scope) yieldsLiteral(expr hclsyntax.Expression, value cty.Value, seen map[string]bool) bool {
	again := func(e hclsyntax.Expression) bool { return s.yieldsLiteral(e, value, seen) }
	switch e := expr.(type) {
	case *hclsyntax.ParenthesesExpr:
		return again(e.Expression)
	case *hclsyntax.TemplateWrapExpr:
		return again(e.Wrapped)
	case *hclsyntax.ConditionalExpr:
		return again(e.TrueResult) || again(e.FalseResult)
	case *hclsyntax.FunctionCallExpr:
		return slices.Contains([]string{"coalesce", "try", "sensitive", "nonsensitive", "trimspace", "tostring"}, e.Name) && slices.ContainsFunc(e.Args, again)
	case *hclsyntax.ScopeTraversalExpr:
		name, ok := config.NameIn(e.Traversal)
		if !ok || e.Traversal.RootName() != "local" || s.module.Locals[name] == nil || seen[name] {
			return false
		}
		seen[name] = true
		return s.revealsLiteral(s.module.Locals[name].Expr, value, seen)
	default:
		v, ok := origin.Literal(expr)
		return ok && isText(v)
	}
}

func isText(v cty.Value) bool {
	return v.Type() == cty.String && v.IsKnown() && !v.IsNull() && v.AsString() != ""
}
