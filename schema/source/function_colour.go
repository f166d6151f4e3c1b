package source

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/lucasb-eyer/go-colorful"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
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
				return cty.StringVal(mix(a, b, weight).String()), err
			}),
		"contrast": colourFunction("The contrast ratio of two colours by WCAG 2, from 1 to 21, rounded to four places. A translucent first colour is taken to lie on the second, and that on white.",
			cty.Number, []string{"a", "b"}, func(args []cty.Value) (cty.Value, error) {
				a, b, err := pair(args)
				return cty.NumberFloatVal(contrast(a, b)), err
			}),
		"readable_on": colourFunction(`The text colour that reads better on a background: "#000000" or "#ffffff", whichever has the higher contrast.`,
			cty.String, []string{"background"}, func(args []cty.Value) (cty.Value, error) {
				background, err := parseColour(args, 0)
				return cty.StringVal(readableOn(background)), err
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
	return discreet(function.New(&function.Spec{
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
		return cty.StringVal(c.shade(direction * amount).String()), err
	})
}

// colour is an sRGB colour; its alpha is kept apart, since most have none.
type colour struct {
	colorful.Color
	alpha    float64
	hasAlpha bool // it was written with one
}

func parseColour(args []cty.Value, i int) (colour, error) {
	s := args[i].AsString()
	c, ok := readColour(s)
	if !ok {
		return c, function.NewArgErrorf(i, "%q is not a colour; write # and 3, 4, 6 or 8 hex digits, such as \"#0b5fff\"", s)
	}
	return c, nil
}

func readColour(s string) (colour, bool) {
	digits, ok := strings.CutPrefix(s, "#")
	if len(digits) == 3 || len(digits) == 4 {
		var b strings.Builder
		for _, d := range []byte(digits) {
			b.Write([]byte{d, d})
		}
		digits = b.String()
	}
	if !ok || len(digits) != 6 && len(digits) != 8 {
		return colour{}, false
	}
	n, err := strconv.ParseUint(digits, 16, 32)
	if err != nil || strings.ContainsAny(digits, "+-_") {
		return colour{}, false
	}
	c := colour{alpha: 1, hasAlpha: len(digits) == 8}
	if c.hasAlpha {
		c.alpha = float64(n&0xff) / 255
		n >>= 8
	}
	c.R, c.G, c.B = float64(n>>16)/255, float64(n>>8&0xff)/255, float64(n&0xff)/255
	return c, true
}

// String is # and 6 lower-case hex digits, or 8 for a colour with alpha.
func (c colour) String() string {
	s := fmt.Sprintf("#%02x%02x%02x", channel(c.R), channel(c.G), channel(c.B))
	if c.hasAlpha {
		s += fmt.Sprintf("%02x", channel(c.alpha))
	}
	return s
}

// channel rounds to 8 bits. Noise far behind the point, in which processors
// differ, is rounded away first; the conversions keep multiplication and
// addition from being fused.
func channel(v float64) uint8 {
	if v = min(max(v, 0), 1); math.IsNaN(v) {
		return 0
	}
	steady := math.Round(float64(v*255)*1e6) / 1e6
	return uint8(math.Floor(float64(steady) + 0.5))
}

// shade moves the lightness; alpha stays.
func (c colour) shade(amount float64) colour {
	h, s, l := c.Hsl()
	c.Color = colorful.Hsl(h, s, min(max(l+amount, 0), 1))
	return c
}

// mix gives the first colour its share of the result, alpha included.
func mix(a, b colour, weight float64) colour {
	out := colour{alpha: weight*a.alpha + (1-weight)*b.alpha, hasAlpha: a.hasAlpha || b.hasAlpha}
	if out.alpha == 0 {
		return out
	}
	part := weight * a.alpha / out.alpha
	out.R, out.G, out.B = part*a.R+(1-part)*b.R, part*a.G+(1-part)*b.G, part*a.B+(1-part)*b.B
	return out
}

// over is the colour that shows when a translucent one lies on another.
func (c colour) over(below colour) colour {
	if !c.hasAlpha {
		return c
	}
	opaque := c
	opaque.alpha = 1
	out := mix(opaque, below, c.alpha)
	out.hasAlpha = false
	return out
}

func white() colour { return colour{Color: colorful.Color{R: 1, G: 1, B: 1}, alpha: 1} }

// Contrast is the WCAG 2 contrast ratio, 1 to 21, of two canonical colours, as
// values of colour fields hold them: text on its background.
func Contrast(text, background string) float64 {
	a, okA := readColour(text)
	b, okB := readColour(background)
	if !okA || !okB {
		panic("source: not a canonical colour: " + text + ", " + background)
	}
	return contrast(a, b)
}

// contrast is the WCAG 2 ratio, rounded to four places.
func contrast(a, b colour) float64 {
	b = b.over(white())
	la, lb := luminance(a.over(b)), luminance(b)
	ratio := (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
	return math.Round(ratio*1e4) / 1e4
}

// luminance is the relative luminance of WCAG 2.
func luminance(c colour) float64 {
	r, g, b := c.LinearRgb()
	return 0.2126*r + 0.7152*g + 0.0722*b
}

func readableOn(background colour) string {
	black := colour{alpha: 1}
	if contrast(black, background) >= contrast(white(), background) {
		return black.String()
	}
	return white().String()
}

func pair(args []cty.Value) (a, b colour, err error) {
	if a, err = parseColour(args, 0); err == nil {
		b, err = parseColour(args, 1)
	}
	return a, b, err
}

func pairAndShare(args []cty.Value) (a, b colour, weight float64, err error) {
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
