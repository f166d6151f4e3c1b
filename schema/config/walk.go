package config

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// Walk visits every attribute of a block and of the blocks in it, with the block that it
// stands in.
func (b *Block) Walk(visit func(in *Block, a *Attribute)) {
	for _, a := range b.Attributes {
		visit(b, a)
	}
	for _, inner := range b.Blocks {
		inner.Walk(visit)
	}
}

// Literal is a text that is written out in an expression.
type Literal struct {
	Text  string
	Range hcl.Range // with its quotation marks
}

// Literals lists the texts that are written out in an expression and in its parts.
func Literals(expr hcl.Expression) []Literal {
	var found []Literal
	if native, ok := expr.(hclsyntax.Expression); ok {
		_ = hclsyntax.VisitAll(native, func(node hclsyntax.Node) hcl.Diagnostics {
			if t, ok := node.(*hclsyntax.TemplateExpr); ok && t.IsStringLiteral() {
				v, _ := t.Value(nil)
				found = append(found, Literal{v.AsString(), t.Range()})
			}
			return nil
		})
		return found
	}
	if list, diags := hcl.ExprList(expr); !diags.HasErrors() {
		for _, element := range list {
			found = append(found, Literals(element)...)
		}
		return found
	}
	if pairs, diags := hcl.ExprMap(expr); !diags.HasErrors() {
		for _, pair := range pairs {
			found = append(found, Literals(pair.Value)...)
		}
		return found
	}
	if v, diags := expr.Value(nil); !diags.HasErrors() && v.IsKnown() && !v.IsNull() && v.Type() == cty.String {
		found = append(found, Literal{v.AsString(), expr.Range()})
	}
	return found
}

// References lists the names that an attribute refers to. In the JSON syntax those of
// themes may stand alone, as a string.
func References(a *Attribute) []hcl.Traversal {
	if t, ok := a.Expr.(*hclsyntax.TemplateExpr); ok && t.IsStringLiteral() {
		return nil
	}
	refs := a.Expr.Variables()
	if _, native := a.Expr.(hclsyntax.Expression); native || a.Name != "theme" && a.Name != "extends" {
		return refs
	}
	exprs := []hcl.Expression{a.Expr}
	if list, diags := hcl.ExprList(a.Expr); !diags.HasErrors() {
		exprs = list
	}
	for _, expr := range exprs {
		if ref, diags := hcl.AbsTraversalForExpr(expr); !diags.HasErrors() {
			refs = append(refs, ref)
		}
	}
	return refs
}

// RootOf is the name that a reference begins with, such as local.brand.
func RootOf(ref hcl.Traversal) string {
	if name, ok := NameIn(ref); ok {
		return ref.RootName() + "." + name
	}
	return ref.RootName()
}

// NameIn is the name behind the first dot of a reference, such as brand in
// var.brand.
func NameIn(ref hcl.Traversal) (string, bool) {
	if len(ref) < 2 {
		return "", false
	}
	switch step := ref[1].(type) {
	case hcl.TraverseAttr:
		return step.Name, true
	case hcl.TraverseIndex:
		if step.Key.Type() == cty.String {
			return step.Key.AsString(), true
		}
	}
	return "", false
}

// Reference reads an expression that names something. In the JSON syntax, where
// everything is a string, the name may stand alone or as a template.
func Reference(expr hcl.Expression) (hcl.Traversal, bool) {
	if wrapped, ok := expr.(*hclsyntax.TemplateWrapExpr); ok {
		expr = wrapped.Wrapped
	}
	if ref, diags := hcl.AbsTraversalForExpr(expr); !diags.HasErrors() {
		return ref, true
	}
	if refs := expr.Variables(); len(refs) == 1 {
		if text, diags := expr.Value(nil); !diags.HasErrors() && text.Type() == cty.String && !text.IsNull() {
			name, _ := strings.CutPrefix(text.AsString(), "${")
			name, whole := strings.CutSuffix(name, "}")
			ref, diags := hclsyntax.ParseTraversalAbs([]byte(strings.TrimSpace(name)), expr.Range().Filename, expr.Range().Start)
			return ref, whole && !diags.HasErrors()
		}
	}
	return nil, false
}
