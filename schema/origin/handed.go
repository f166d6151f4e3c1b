package origin

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// handedOn is the argument that a function gives as it is, or a part of it; nil for a function
// that makes something new.
func (t tracer) handedOn(e *hclsyntax.FunctionCallExpr, path []string) hcl.Expression {
	if e.ExpandFinal {
		return nil
	}
	switch e.Name {
	case "try", "nonsensitive":
		for _, arg := range e.Args {
			if t.value(arg).IsWhollyKnown() {
				return arg
			}
			if name, ok := t.decodedFile(arg); ok {
				t.noteDecoded(name) // which may be what is wrong with it
			}
		}
	case "coalesce":
		return t.firstOf(e.Args, func(v cty.Value) bool { return !v.IsNull() && !v.RawEquals(cty.StringVal("")) })
	case "merge":
		if len(path) == 0 {
			return nil
		}
		args := slices.Clone(e.Args)
		slices.Reverse(args)
		return t.firstOf(args, func(v cty.Value) bool { return has(v, path[0]) })
	}
	return nil
}

// firstOf is the first of some expressions whose value is right; nil if there is none, or one
// before it is not known.
func (t tracer) firstOf(list []hclsyntax.Expression, right func(cty.Value) bool) hcl.Expression {
	for _, expr := range list {
		v, _ := t.value(expr).Unmark()
		if !v.IsKnown() {
			return nil
		}
		if right(v) {
			return expr
		}
	}
	return nil
}

// has reports whether a value is an object or a map with that key.
func has(v cty.Value, key string) bool {
	switch t := v.Type(); {
	case v.IsNull():
		return false
	case t.IsObjectType():
		return t.HasAttribute(key)
	default:
		return t.IsMapType() && v.HasIndex(cty.StringVal(key)).True()
	}
}
