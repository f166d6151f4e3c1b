package function

import (
	"errors"
	"fmt"
	"slices"

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

func matchkeysFunction() function.Function {
	list := cty.List(cty.DynamicPseudoType)
	return function.New(&function.Spec{
		Description: "Chooses the elements of one list whose places in a second list hold values that occur in a third.",
		Params: []function.Parameter{
			{Name: "values", Type: list, Description: "The list to choose from."},
			{Name: "keys", Type: list, Description: "One key for each of the values."},
			{Name: "searchset", Type: list, Description: "The keys to choose."},
		},
		Type: func(args []cty.Value) (cty.Type, error) {
			if t, _ := convert.UnifyUnsafe([]cty.Type{args[1].Type(), args[2].Type()}); t == cty.NilType {
				return cty.NilType, errors.New("keys and searchset must be of the same type")
			}
			return args[0].Type(), nil
		},
		RefineResult: notNull,
		Impl:         matchkeys,
	})
}

func matchkeys(args []cty.Value, t cty.Type) (cty.Value, error) {
	for _, arg := range args {
		if !arg.IsWhollyKnown() {
			return cty.UnknownVal(t), nil
		}
	}
	if args[0].LengthInt() != args[1].LengthInt() {
		return cty.NilVal, errors.New("length of keys and values should be equal")
	}
	common, _ := convert.UnifyUnsafe([]cty.Type{args[1].Type(), args[2].Type()})
	keys, err := convert.Convert(args[1], common)
	if err != nil {
		return cty.NilVal, err
	}
	searched, err := convert.Convert(args[2], common)
	if err != nil {
		return cty.NilVal, err
	}
	wanted := make(map[int][]cty.Value)
	for it := searched.ElementIterator(); it.Next(); {
		_, v := it.Element()
		wanted[v.Hash()] = append(wanted[v.Hash()], v)
	}
	var chosen []cty.Value
	values := args[0].AsValueSlice()
	for i, key := range keys.AsValueSlice() {
		if slices.ContainsFunc(wanted[key.Hash()], key.RawEquals) {
			chosen = append(chosen, values[i])
		}
	}
	if len(chosen) == 0 {
		return cty.ListValEmpty(t.ElementType()), nil
	}
	return cty.ListVal(chosen), nil
}

func transposeFunction() function.Function {
	lists := cty.Map(cty.List(cty.String))
	return function.New(&function.Spec{
		Description:  "Swaps the keys and the values of a map of lists of strings.",
		Params:       []function.Parameter{{Name: "values", Type: lists, Description: "The map to turn round."}},
		Type:         function.StaticReturnType(lists),
		RefineResult: notNull,
		Impl: func(args []cty.Value, t cty.Type) (cty.Value, error) {
			if !args[0].IsWhollyKnown() {
				return cty.UnknownVal(t), nil
			}
			turned := make(map[string][]cty.Value)
			for it := args[0].ElementIterator(); it.Next(); {
				key, list := it.Element()
				if list.IsNull() {
					return cty.NilVal, errors.New("input must not contain null list")
				}
				for it := list.ElementIterator(); it.Next(); {
					_, v := it.Element()
					if v.IsNull() {
						return cty.NilVal, errors.New("input list must not contain null string")
					}
					turned[v.AsString()] = append(turned[v.AsString()], key)
				}
			}
			if len(turned) == 0 {
				return cty.MapValEmpty(cty.List(cty.String)), nil
			}
			result := make(map[string]cty.Value, len(turned))
			for k, list := range turned {
				result[k] = cty.ListVal(list)
			}
			return cty.MapVal(result), nil
		},
	})
}
