package function

import (
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/customdecode"
	"github.com/hashicorp/hcl/v2/ext/tryfunc"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"

	"livery/schema/jsontext"
)

// mark is the type of what livery marks values with.
type mark string

// Sensitive marks values that must not be shown. It spreads to everything
// that is made of them.
const Sensitive mark = "sensitive"

// typeFunctions are those that convert, protect and try.
func typeFunctions() map[string]function.Function {
	return map[string]function.Function{
		"can":          tryfunc.CanFunc.WithNewDescriptions("Returns true if the expression can be evaluated without a fault.", []string{"The expression to try."}),
		"issensitive":  isSensitiveFunction(),
		"nonsensitive": markFunction("Returns the value without the mark that keeps it from being shown.", removeMark),
		"sensitive":    markFunction("Marks a value as one that must not be shown.", func(v cty.Value) cty.Value { return v.Mark(Sensitive) }),
		"tobool":       to(cty.Bool, "Converts a value to true or false."),
		"tolist":       to(cty.List(cty.DynamicPseudoType), "Converts a value to a list whose elements have one type."),
		"tomap":        to(cty.Map(cty.DynamicPseudoType), "Converts a value to a map whose elements have one type."),
		"tonumber":     checkFirst(to(cty.Number, "Converts a value to a number."), checkText(jsontext.CheckNumber)),
		"toset":        to(cty.Set(cty.DynamicPseudoType), "Converts a value to a set, which has no order and no repetitions."),
		"tostring":     to(cty.String, "Converts a value to a string."),
		"try":          tryFunction(),
	}
}

// tryFunction gives the first value that can be evaluated. The one of HCL evaluates
// its arguments twice, once for the type alone, so that each try within another
// doubles the time of the whole.
func tryFunction() function.Function {
	return function.New(&function.Spec{
		Description: "Returns the value of the first expression that can be evaluated without a fault.",
		VarParam: &function.Parameter{
			Name: "expressions", Type: customdecode.ExpressionClosureType, Description: "The expressions to try.",
		},
		Type: function.StaticReturnType(cty.DynamicPseudoType),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			var failed strings.Builder
			for _, arg := range args {
				v, diags := customdecode.ExpressionClosureFromVal(arg).Value()
				switch {
				case !diags.HasErrors() && v.IsWhollyKnown():
					return v, nil
				case !diags.HasErrors(): // what is unknown may still fail
					return cty.DynamicVal, nil
				}
				for _, d := range diags {
					fmt.Fprintf(&failed, "- %s%s\n  %s\n", d.Summary, subjectOf(d), d.Detail)
				}
			}
			if len(args) == 0 {
				return cty.NilVal, errors.New("at least one argument is required")
			}
			return cty.NilVal, fmt.Errorf("no expression succeeded:\n%s\nAt least one expression must produce a successful result", &failed)
		},
	})
}

func subjectOf(d *hcl.Diagnostic) string {
	if d.Subject == nil {
		return ""
	}
	return fmt.Sprintf(" (at %s)", d.Subject)
}

// to converts; a string in a message is quoted, so sensitive values are kept out of the messages.
func to(t cty.Type, description string) function.Function {
	return redactErrors(stdlib.MakeToFunc(t).WithNewDescriptions(description, []string{"The value to convert."}))
}

// markFunction makes a function that changes nothing but a value's marks.
func markFunction(description string, apply func(cty.Value) cty.Value) function.Function {
	return function.New(&function.Spec{
		Description: description,
		Params: []function.Parameter{{
			Name: "value", Type: cty.DynamicPseudoType, Description: "The value.",
			AllowUnknown: true, AllowNull: true, AllowMarked: true, AllowDynamicType: true,
		}},
		Type: func(args []cty.Value) (cty.Type, error) { return args[0].Type(), nil },
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) { return apply(args[0]), nil },
	})
}

func removeMark(v cty.Value) cty.Value {
	v, marks := v.Unmark()
	delete(marks, Sensitive)
	return v.WithMarks(marks)
}

func isSensitiveFunction() function.Function {
	return function.New(&function.Spec{
		Description: "Returns true if the value is marked as one that must not be shown.",
		Params: []function.Parameter{{
			Name: "value", Type: cty.DynamicPseudoType, Description: "The value.",
			AllowUnknown: true, AllowNull: true, AllowMarked: true, AllowDynamicType: true,
		}},
		Type: function.StaticReturnType(cty.Bool),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			switch v := args[0]; {
			case v.HasMark(Sensitive):
				return cty.True, nil
			case !v.IsKnown():
				return cty.UnknownVal(cty.Bool), nil // it may yet become so
			default:
				return cty.False, nil
			}
		},
	})
}
