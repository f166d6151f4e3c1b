package stack

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	hcljson "github.com/hashicorp/hcl/v2/json"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
	"livery/schema/syntax"
)

// textPlaces says where the values of texts = jsondecode(file("...")) stand in
// that file, by their keys as written: a copywriter looks for a text in the file
// that holds it, not on the line that loads the file. Nil for any other
// expression.
func (l *loader) textPlaces(expr hcl.Expression, extra map[string]cty.Value) map[string]hcl.Range {
	decode, ok := expr.(*hclsyntax.FunctionCallExpr)
	if !ok || decode.Name != "jsondecode" || len(decode.Args) != 1 {
		return nil
	}
	file, ok := decode.Args[0].(*hclsyntax.FunctionCallExpr)
	if !ok || file.Name != "file" || len(file.Args) != 1 {
		return nil
	}
	name := l.evaluate(file.Args[0], extra, schema.Subject{})
	if name.IsMarked() || !name.IsKnown() || name.IsNull() || name.Type() != cty.String {
		return nil
	}
	src, err := l.files.Read(name.AsString())
	shown := l.opts.Name(name.AsString())
	if err != nil || !strings.HasSuffix(shown, ".json") || syntax.Check(src, shown) != nil {
		return nil // a fault was reported when the expression was evaluated
	}
	parsed, diags := hcljson.Parse(src, shown)
	if diags.HasErrors() {
		return nil
	}
	attrs, _ := parsed.Body.JustAttributes()
	places := make(map[string]hcl.Range)
	for key, attr := range attrs {
		places[key] = attr.Expr.Range()
		pairs, diags := hcl.ExprMap(attr.Expr)
		if diags.HasErrors() {
			continue
		}
		for _, pair := range pairs {
			if k, diags := pair.Key.Value(nil); !diags.HasErrors() {
				places[key+"."+k.AsString()] = pair.Value.Range()
			}
		}
	}
	l.sources[shown] = src
	return places
}

// placed is the place of a key in a texts file, if it is known.
func placed(at schema.Subject, places map[string]hcl.Range, key string) schema.Subject {
	if rng, ok := places[key]; ok {
		at.Range = rng
	}
	return at
}
