package function

import (
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"livery/schema/colour"
)

// colourFunctions are livery's own. Results are rounded the same way on every
// machine, so that a plan made on one holds on another.
func colourFunctions() map[string]function.Function {
	return map[string]function.Function{
		"lighten": shadeFunction("Makes a colour lighter: the amount, from 0 to 1, is added to its HSL lightness.", 1),
		"darken":  shadeFunction("Makes a colour darker: the amount, from 0 to 1, is taken from its HSL lightness.", -1),
		"mix": colourFunction("Mixes two colours in sRGB, as mix of Sass and color-mix of CSS do: the weight, from 0 to 1, is the share of the first.",
			cty.String, []string{"a", "b", "weight"}, func(args []cty.Value) (cty.Value, error) {
				a, b, weight, err := pairAndShare(args)
				return cty.StringVal(colour.Mix(a, b, weight).String()), err
			}),
		"contrast": colourFunction("The contrast ratio of two colours by WCAG 2, from 1 to 21, rounded to four places. A translucent first colour is taken to lie on the second, and that on white.",
			cty.Number, []string{"a", "b"}, func(args []cty.Value) (cty.Value, error) {
				a, b, err := pair(args)
				return cty.NumberFloatVal(colour.Contrast(a, b)), err
			}),
		"readable_on": colourFunction(`The text colour that reads better on a background: "#000000" or "#ffffff", whichever has the higher contrast.`,
			cty.String, []string{"background"}, func(args []cty.Value) (cty.Value, error) {
				background, err := parseColour(args, 0)
				return cty.StringVal(colour.ReadableOn(background).String()), err
			}),
	}
}

// colourFunction makes a function whose arguments are colours, but for amounts
// and weights, which are numbers.
func colourFunction(description string, result cty.Type, names []string, apply func([]cty.Value) (cty.Value, error)) function.Function {
	help := map[string]string{
		"amount": "A number from 0 to 1.", "weight": "A number from 0 to 1.",
	}
	params := make([]function.Parameter, len(names))
	for i, name := range names {
		params[i] = function.Parameter{Name: name, Type: cty.Number, Description: help[name]}
		if help[name] == "" {
			params[i].Type, params[i].Description = cty.String, `A colour: # and 3, 4, 6 or 8 hex digits, such as "#0b5fff".`
		}
	}
	return redactErrors(function.New(&function.Spec{
		Description: description, Params: params, Type: function.StaticReturnType(result), RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) { return apply(args) },
	}))
}

func shadeFunction(description string, direction float64) function.Function {
	return colourFunction(description, cty.String, []string{"colour", "amount"}, func(args []cty.Value) (cty.Value, error) {
		c, err := parseColour(args, 0)
		if err != nil {
			return cty.NilVal, err
		}
		amount, err := share(args, 1)
		return cty.StringVal(c.Lighten(direction * amount).String()), err
	})
}

func parseColour(args []cty.Value, i int) (colour.Colour, error) {
	s := args[i].AsString()
	c, ok := colour.Parse(s)
	if !ok {
		return c, function.NewArgErrorf(i, "%q is not a colour; write # and 3, 4, 6 or 8 hex digits, such as \"#0b5fff\"", s)
	}
	return c, nil
}

func pair(args []cty.Value) (a, b colour.Colour, err error) {
	if a, err = parseColour(args, 0); err == nil {
		b, err = parseColour(args, 1)
	}
	return a, b, err
}

func pairAndShare(args []cty.Value) (a, b colour.Colour, weight float64, err error) {
	if a, b, err = pair(args); err == nil {
		weight, err = share(args, 2)
	}
	return a, b, weight, err
}

// share is an argument from 0 to 1.
func share(args []cty.Value, i int) (float64, error) {
	v, _ := args[i].AsBigFloat().Float64()
	if v < 0 || v > 1 {
		return 0, function.NewArgErrorf(i, "must be a number from 0 to 1, such as 0.1 for ten per cent")
	}
	return v, nil
}
