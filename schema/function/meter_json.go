package function

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// nativeOf is an expression of the JSON syntax as one of the native syntax. The library
// parses the templates in it anew each time it evaluates it, where nobody can meter them.
func nativeOf(expr hcl.Expression) (hclsyntax.Expression, hcl.Diagnostics) {
	if pairs, diags := hcl.ExprMap(expr); !diags.HasErrors() {
		return nativeObject(expr, pairs)
	}
	if list, diags := hcl.ExprList(expr); !diags.HasErrors() {
		tuple := &hclsyntax.TupleConsExpr{SrcRange: expr.Range(), OpenRange: expr.StartRange()}
		for _, element := range list {
			native, faults := nativeOf(element)
			tuple.Exprs, diags = append(tuple.Exprs, native), append(diags, faults...)
		}
		return tuple, diags
	}
	v, diags := expr.Value(nil)
	if v.Type() != cty.String || v.IsNull() {
		return &hclsyntax.LiteralValueExpr{Val: v, SrcRange: expr.Range()}, diags
	}
	start := expr.Range().Start // the escapes are gone, so places behind one are not exact
	start.Byte++
	start.Column++
	return hclsyntax.ParseTemplate([]byte(v.AsString()), expr.Range().Filename, start)
}

func nativeObject(expr hcl.Expression, pairs []hcl.KeyValuePair) (hclsyntax.Expression, hcl.Diagnostics) {
	object := &hclsyntax.ObjectConsExpr{SrcRange: expr.Range(), OpenRange: expr.StartRange()}
	var diags hcl.Diagnostics
	seen := make(map[string]hcl.Range, len(pairs))
	for _, pair := range pairs {
		name, _ := pair.Key.Value(nil)
		if first, twice := seen[name.AsString()]; twice {
			diags = append(diags, &hcl.Diagnostic{
				Severity: hcl.DiagError, Summary: "Duplicate object attribute", Subject: pair.Key.Range().Ptr(),
				Detail: fmt.Sprintf("An attribute named %q was already defined at %s.", name.AsString(), first),
			})
		}
		seen[name.AsString()] = pair.Key.Range()
		key, faults := nativeOf(pair.Key)
		diags = append(diags, faults...)
		value, faults := nativeOf(pair.Value)
		diags = append(diags, faults...)
		object.Items = append(object.Items, hclsyntax.ObjectConsItem{KeyExpr: key, ValueExpr: value})
	}
	return object, diags
}
