package config

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"livery/schema/syntax"
)

// Call is a call of a function with one text that is written out, and the names that are
// looked up in what it gives: tokens("brand.json").color has the argument brand.json and
// the path color.
type Call struct {
	Argument string
	Path     []string
}

// CallOf reads an expression that is a call and nothing else.
func CallOf(expr hcl.Expression, function string) (Call, bool) {
	var path []string
	if relative, ok := expr.(*hclsyntax.RelativeTraversalExpr); ok {
		for _, step := range relative.Traversal {
			switch step := step.(type) {
			case hcl.TraverseAttr:
				path = append(path, step.Name)
			case hcl.TraverseIndex:
				if step.Key.Type() != cty.String {
					return Call{}, false
				}
				path = append(path, step.Key.AsString())
			}
		}
		expr = relative.Source
	}
	call, ok := expr.(*hclsyntax.FunctionCallExpr)
	if !ok || call.Name != function || len(call.Args) != 1 || call.ExpandFinal {
		return Call{}, false
	}
	argument, ok := call.Args[0].(*hclsyntax.TemplateExpr)
	if !ok || !argument.IsStringLiteral() {
		return Call{}, false
	}
	text, _ := argument.Value(nil)
	return Call{text.AsString(), path}, true
}

// Calls lists the arguments with which a function is called in an expression and its parts.
func Calls(expr hcl.Expression, function string) []string {
	native, ok := expr.(hclsyntax.Expression)
	if !ok {
		return nil
	}
	var found []string
	_ = hclsyntax.VisitAll(native, func(node hclsyntax.Node) hcl.Diagnostics {
		if part, ok := node.(hclsyntax.Expression); ok {
			if call, ok := CallOf(part, function); ok && len(call.Path) == 0 {
				found = append(found, call.Argument)
			}
		}
		return nil
	})
	return found
}

// Lookup is source text that looks up names in what stands before it.
func Lookup(path []string) string {
	var b strings.Builder
	for _, name := range path {
		if hclsyntax.ValidIdentifier(name) {
			b.WriteString("." + name)
		} else {
			b.WriteString("[" + syntax.Expression(cty.StringVal(name)) + "]")
		}
	}
	return b.String()
}
