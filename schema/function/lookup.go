package function

import (
	"fmt"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
)

// lookupFunction finds an element; of an object the elements may differ in type,
// of a map the default must be like them.
func lookupFunction() function.Function {
	return function.New(&function.Spec{
		Description: "Finds the element of a map by its key; the default is for a key that is not there.",
		Params: []function.Parameter{
			{Name: "inputMap", Type: cty.DynamicPseudoType, AllowMarked: true, Description: "The map or object to search."},
			{Name: "key", Type: cty.String, AllowMarked: true, Description: "The key to find."},
		},
		VarParam: &function.Parameter{
			Name: "default", Type: cty.DynamicPseudoType, Description: "What to return when the key is not there.",
			AllowUnknown: true, AllowDynamicType: true, AllowNull: true, AllowMarked: true,
		},
		Type: lookupType,
		Impl: lookupValue,
	})
}

func lookupType(args []cty.Value) (cty.Type, error) {
	if len(args) > 3 {
		return cty.NilType, fmt.Errorf("lookup() takes two or three arguments, got %d", len(args))
	}
	switch t := args[0].Type(); {
	case t.IsObjectType():
		key, _ := args[1].Unmark()
		switch {
		case !key.IsKnown():
			return cty.DynamicPseudoType, nil
		case t.HasAttribute(key.AsString()):
			return t.AttributeType(key.AsString()), nil
		case len(args) == 3:
			return args[2].Type(), nil
		}
		return cty.DynamicPseudoType, function.NewArgErrorf(0, "the given object has no attribute %q", key.AsString())
	case t.IsMapType():
		if len(args) == 3 {
			if _, err := convert.Convert(args[2], t.ElementType()); err != nil {
				return cty.NilType, function.NewArgErrorf(2, "the default value must have the same type as the map elements")
			}
		}
		return t.ElementType(), nil
	case t == cty.DynamicPseudoType:
		return cty.DynamicPseudoType, nil
	default:
		return cty.NilType, function.NewArgErrorf(0, "lookup() requires a map as the first argument")
	}
}

func lookupValue(args []cty.Value, t cty.Type) (cty.Value, error) {
	from, fromMarks := args[0].Unmark()
	key, keyMarks := args[1].Unmark()
	marks := []cty.ValueMarks{fromMarks, keyMarks}
	if !from.IsWhollyKnown() && !from.IsKnown() || !key.IsKnown() {
		return cty.UnknownVal(t).WithMarks(marks...), nil
	}
	name := key.AsString()
	switch {
	case from.Type().IsObjectType() && from.Type().HasAttribute(name):
		return from.GetAttr(name).WithMarks(marks...), nil
	case from.Type().IsMapType() && from.HasIndex(key).True():
		return from.Index(key).WithMarks(marks...), nil
	case len(args) < 3:
		return cty.NilVal, fmt.Errorf("lookup failed to find key %q", name)
	}
	v, err := convert.Convert(args[2], t)
	if err != nil {
		return cty.NilVal, function.NewArgError(2, err)
	}
	return v.WithMarks(marks...), nil
}
