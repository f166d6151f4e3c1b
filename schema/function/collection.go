package function

import (
	"errors"
	"fmt"
	"slices"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"

	"livery/schema/jsontext"
)

// collectionFunctions are those of lists, maps, sets and numbers.
func collectionFunctions() map[string]function.Function {
	return map[string]function.Function{
		"abs":             stdlib.AbsoluteFunc,
		"alltrue":         everyFunction("Returns true if every element is true, and for no elements at all.", false),
		"anytrue":         everyFunction("Returns true if at least one element is true.", true),
		"ceil":            stdlib.CeilFunc,
		"coalesce":        coalesceFunction(),
		"coalescelist":    stdlib.CoalesceListFunc,
		"compact":         stdlib.CompactFunc,
		"concat":          checkFirst(stdlib.ConcatFunc, checkTotal),
		"contains":        stdlib.ContainsFunc,
		"distinct":        distinctFunction(),
		"element":         stdlib.ElementFunc,
		"flatten":         checkFirst(stdlib.FlattenFunc, checkFlatten),
		"floor":           stdlib.FloorFunc,
		"index":           indexFunction(),
		"keys":            stdlib.KeysFunc,
		"length":          lengthFunction(),
		"log":             stdlib.LogFunc,
		"lookup":          redactErrors(lookupFunction()),
		"max":             stdlib.MaxFunc,
		"merge":           checkFirst(stdlib.MergeFunc, checkMerge),
		"min":             stdlib.MinFunc,
		"one":             oneFunction(),
		"parseint":        redactErrors(checkFirst(stdlib.ParseIntFunc, checkDigits)),
		"pow":             stdlib.PowFunc,
		"range":           stdlib.RangeFunc,
		"reverse":         stdlib.ReverseListFunc,
		"setintersection": stdlib.SetIntersectionFunc,
		"setsubtract":     stdlib.SetSubtractFunc,
		"setunion":        stdlib.SetUnionFunc,
		"signum":          stdlib.SignumFunc,
		"slice":           stdlib.SliceFunc,
		"sort":            stdlib.SortFunc,
		"sum":             sumFunction(),
		"values":          stdlib.ValuesFunc,
		"zipmap":          stdlib.ZipmapFunc,
	}
}

// checkMerge refuses what the library panics at behind a null.
func checkMerge(args []cty.Value) error {
	for _, arg := range args {
		if t := arg.Type(); !t.IsMapType() && !t.IsObjectType() && t != cty.DynamicPseudoType {
			return fmt.Errorf("arguments must be maps or objects, got %q", t.FriendlyName())
		}
	}
	return nil
}

func checkTotal(args []cty.Value) error {
	total := 0
	for _, arg := range args {
		total += elements(arg)
	}
	if total > maxElements {
		return tooMany("the list")
	}
	return nil
}

func checkFlatten(args []cty.Value) error {
	if leaves(args[0], maxElements) > maxElements {
		return tooMany("the flattened list")
	}
	return nil
}

// leaves counts what flatten leaves of a value, up to a little over the budget.
func leaves(v cty.Value, budget int) int {
	v, _ = v.Unmark()
	t := v.Type()
	if v.IsNull() || !v.IsKnown() || !t.IsListType() && !t.IsSetType() && !t.IsTupleType() {
		return 1
	}
	total := 0
	for it := v.ElementIterator(); it.Next() && total <= budget; {
		_, element := it.Element()
		total += max(1, leaves(element, budget-total))
	}
	return total
}

func checkDigits(args []cty.Value) error {
	if s, ok := textOf(args[0]); ok && len(s) > 10*jsontext.MaxDigits {
		return function.NewArgErrorf(0, "has more than %d digits", 10*jsontext.MaxDigits)
	}
	return nil
}

// everyFunction stops at the first element that is decisive: true for anytrue,
// anything but true for alltrue.
func everyFunction(description string, decisive bool) function.Function {
	return function.New(&function.Spec{
		Description:  description,
		Params:       []function.Parameter{{Name: "list", Type: cty.List(cty.Bool), Description: "The values to look at."}},
		Type:         function.StaticReturnType(cty.Bool),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			unknown := false
			for it := args[0].ElementIterator(); it.Next(); {
				_, v := it.Element()
				if !v.IsKnown() {
					unknown = true
				} else if (!v.IsNull() && v.True()) == decisive {
					return cty.BoolVal(decisive), nil
				}
			}
			if unknown {
				return cty.UnknownVal(cty.Bool), nil
			}
			return cty.BoolVal(!decisive), nil
		},
	})
}

func coalesceFunction() function.Function {
	return function.New(&function.Spec{
		Description: "Returns the first argument that is neither null nor an empty string.",
		VarParam: &function.Parameter{
			Name: "vals", Type: cty.DynamicPseudoType, Description: "The values to choose from.",
			AllowUnknown: true, AllowDynamicType: true, AllowNull: true,
		},
		Type: func(args []cty.Value) (cty.Type, error) {
			types := make([]cty.Type, len(args))
			for i, arg := range args {
				types[i] = arg.Type()
			}
			t, _ := convert.UnifyUnsafe(types)
			if t == cty.NilType {
				return cty.NilType, errors.New("all arguments must have the same type")
			}
			return t, nil
		},
		RefineResult: notNull,
		Impl: func(args []cty.Value, t cty.Type) (cty.Value, error) {
			for _, arg := range args {
				v, err := convert.Convert(arg, t)
				switch {
				case err != nil:
					return cty.NilVal, err
				case !v.IsKnown():
					return cty.UnknownVal(t), nil
				case v.IsNull() || v.Type() == cty.String && v.AsString() == "":
					continue
				}
				return v, nil
			}
			return cty.NilVal, errors.New("no non-null, non-empty-string arguments")
		},
	})
}

// distinctFunction compares by hash: the library's compares each with each.
func distinctFunction() function.Function {
	return function.New(&function.Spec{
		Description: "Removes repeated elements from a list; the first of each stays.",
		Params:      stdlib.DistinctFunc.Params(),
		Type:        func(args []cty.Value) (cty.Type, error) { return args[0].Type(), nil },
		Impl: func(args []cty.Value, t cty.Type) (cty.Value, error) {
			if !args[0].IsWhollyKnown() {
				return cty.UnknownVal(t), nil
			}
			seen := make(map[int][]cty.Value)
			var kept []cty.Value
			for it := args[0].ElementIterator(); it.Next(); {
				_, v := it.Element()
				hash := v.Hash()
				if slices.ContainsFunc(seen[hash], v.RawEquals) {
					continue
				}
				seen[hash] = append(seen[hash], v)
				kept = append(kept, v)
			}
			if len(kept) == 0 {
				return cty.ListValEmpty(t.ElementType()), nil
			}
			return cty.ListVal(kept), nil
		},
	})
}

func indexFunction() function.Function {
	return function.New(&function.Spec{
		Description: "Finds the place of a value in a list, counted from 0.",
		Params: []function.Parameter{
			{Name: "list", Type: cty.DynamicPseudoType, Description: "The list to search."},
			{Name: "value", Type: cty.DynamicPseudoType, Description: "The value to find."},
		},
		Type:         function.StaticReturnType(cty.Number),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			if t := args[0].Type(); !t.IsListType() && !t.IsTupleType() {
				return cty.NilVal, errors.New("argument must be a list or tuple")
			}
			if args[0].LengthInt() == 0 {
				return cty.NilVal, errors.New("cannot search an empty list")
			}
			for it := args[0].ElementIterator(); it.Next(); {
				i, v := it.Element()
				same := v.Equals(args[1])
				if !same.IsKnown() {
					return cty.UnknownVal(cty.Number), nil
				}
				if same.True() {
					return i, nil
				}
			}
			return cty.NilVal, errors.New("item not found")
		},
	})
}

func lengthFunction() function.Function {
	return function.New(&function.Spec{
		Description: "Counts the elements of a collection, or the characters of a string as people see them (grapheme clusters). The service counts UTF-16 units instead.",
		Params: []function.Parameter{{
			Name: "value", Type: cty.DynamicPseudoType, Description: "A string or a collection.",
			AllowDynamicType: true, AllowUnknown: true, AllowMarked: true,
		}},
		Type: func(args []cty.Value) (cty.Type, error) {
			t := args[0].Type()
			if t == cty.String || t == cty.DynamicPseudoType || t.IsTupleType() || t.IsObjectType() || t.IsCollectionType() {
				return cty.Number, nil
			}
			return cty.NilType, errors.New("argument must be a string, a collection type, or a structural type")
		},
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			v, marks := args[0].Unmark()
			switch t := v.Type(); {
			case t.IsTupleType():
				return cty.NumberIntVal(int64(t.Length())).WithMarks(marks), nil
			case t.IsObjectType():
				return cty.NumberIntVal(int64(len(t.AttributeTypes()))).WithMarks(marks), nil
			case !v.IsKnown():
				return cty.UnknownVal(cty.Number).WithMarks(marks), nil
			case t == cty.String:
				n, err := stdlib.Strlen(v)
				return n.WithMarks(marks), err
			default:
				return v.Length().WithMarks(marks), nil
			}
		},
	})
}

func oneFunction() function.Function {
	fault := func() error {
		return function.NewArgErrorf(0, "must be a list, set, or tuple value with either zero or one elements")
	}
	return function.New(&function.Spec{
		Description: "Takes a list of no or one element and returns null or the element.",
		Params:      []function.Parameter{{Name: "list", Type: cty.DynamicPseudoType, Description: "A list of at most one element."}},
		Type: func(args []cty.Value) (cty.Type, error) {
			switch t := args[0].Type(); {
			case t.IsListType() || t.IsSetType():
				return t.ElementType(), nil
			case t.IsTupleType() && t.Length() == 0:
				return cty.DynamicPseudoType, nil
			case t.IsTupleType() && t.Length() == 1:
				return t.TupleElementType(0), nil
			default:
				return cty.NilType, fault()
			}
		},
		Impl: func(args []cty.Value, t cty.Type) (cty.Value, error) {
			switch args[0].LengthInt() {
			case 0:
				return cty.NullVal(t), nil
			case 1:
				if n := args[0].Length(); !n.IsKnown() {
					return cty.UnknownVal(t), nil
				}
				_, v := first(args[0])
				return v, nil
			default:
				return cty.NilVal, fault()
			}
		},
	})
}

func first(v cty.Value) (cty.Value, cty.Value) {
	it := v.ElementIterator()
	it.Next()
	return it.Element()
}

func sumFunction() function.Function {
	return function.New(&function.Spec{
		Description:  "Adds up the numbers of a list or set.",
		Params:       []function.Parameter{{Name: "list", Type: cty.DynamicPseudoType, Description: "The numbers."}},
		Type:         function.StaticReturnType(cty.Number),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			list := args[0]
			switch t := list.Type(); {
			case !list.CanIterateElements():
				return cty.NilVal, function.NewArgErrorf(0, "cannot sum noniterable")
			case list.LengthInt() == 0:
				return cty.NilVal, function.NewArgErrorf(0, "cannot sum an empty list")
			case !t.IsListType() && !t.IsSetType() && !t.IsTupleType():
				return cty.NilVal, function.NewArgErrorf(0, "argument must be list, set, or tuple. Received %s", t.FriendlyName())
			case !list.IsWhollyKnown():
				return cty.UnknownVal(cty.Number), nil
			}
			total := cty.Zero
			for it := list.ElementIterator(); it.Next(); {
				_, v := it.Element()
				n, err := convert.Convert(v, cty.Number)
				if err != nil || n.IsNull() {
					return cty.NilVal, function.NewArgErrorf(0, "argument must be list, set, or tuple of number values")
				}
				total = total.Add(n)
			}
			return total, nil
		},
	})
}
