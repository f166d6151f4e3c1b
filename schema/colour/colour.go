// Package colour is one colour: read, mixed, compared.
//
// Results are rounded the same way on every machine, so that a plan made on one holds
// on another. It does not know what a colour is for.
package colour

import (
	"encoding/hex"
	"fmt"
	"math"
	"strconv"

	"github.com/lucasb-eyer/go-colorful"

	"livery/schema"
)

// Colour is an sRGB colour; its alpha is kept apart, since most have none.
type Colour struct {
	colorful.Color
	alpha    float64
	hasAlpha bool // it was written with one
}

// Parse reads # and 3, 4, 6 or 8 hex digits; false for anything else.
func Parse(s string) (Colour, bool) {
	canonical, ok := schema.ParseColour(s)
	if !ok {
		return Colour{}, false
	}
	digits := canonical[1:]
	n, err := strconv.ParseUint(digits, 16, 32)
	if err != nil {
		panic(fmt.Sprintf("colour: %q is no canonical colour: %v", canonical, err))
	}
	c := Colour{alpha: 1, hasAlpha: len(digits) == 8}
	if c.hasAlpha {
		c.alpha = float64(n&0xff) / 255
		n >>= 8
	}
	c.R, c.G, c.B = float64(n>>16)/255, float64(n>>8&0xff)/255, float64(n&0xff)/255
	return c, true
}

// String is # and 6 lower-case hex digits, or 8 for a colour with alpha.
func (c Colour) String() string {
	digits := []byte{channel(c.R), channel(c.G), channel(c.B)}
	if c.hasAlpha {
		digits = append(digits, channel(c.alpha))
	}
	return "#" + hex.EncodeToString(digits)
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

// Lighten adds the amount, from -1 to 1, to the HSL lightness; alpha stays.
func (c Colour) Lighten(amount float64) Colour {
	h, s, l := c.Hsl()
	c.Color = colorful.Hsl(h, s, min(max(l+amount, 0), 1))
	return c
}

// Mix gives the first colour its share of the result, alpha included.
func Mix(a, b Colour, weight float64) Colour {
	out := Colour{alpha: weight*a.alpha + (1-weight)*b.alpha, hasAlpha: a.hasAlpha || b.hasAlpha}
	if out.alpha == 0 {
		return out
	}
	part := weight * a.alpha / out.alpha
	out.R, out.G, out.B = part*a.R+(1-part)*b.R, part*a.G+(1-part)*b.G, part*a.B+(1-part)*b.B
	return out
}

// Over is the colour that shows when a translucent one lies on another.
func (c Colour) Over(below Colour) Colour {
	if !c.hasAlpha {
		return c
	}
	opaque := c
	opaque.alpha = 1
	out := Mix(opaque, below, c.alpha)
	out.hasAlpha = false
	return out
}

// White is opaque white.
func White() Colour { return opaque(colorful.Color{R: 1, G: 1, B: 1}) }

func opaque(c colorful.Color) Colour { return Colour{Color: c, alpha: 1} }

// Opaque is the colour without its alpha.
func (c Colour) Opaque() Colour { return opaque(c.Color) }

// WithAlpha is the colour with that alpha, from 0 to 1.
func (c Colour) WithAlpha(alpha float64) Colour {
	c.alpha, c.hasAlpha = alpha, true
	return c
}

// Contrast is the contrast ratio of WCAG 2, from 1 to 21 and rounded to four places: a
// on b. A translucent a is taken to lie on b, and b on white.
func Contrast(a, b Colour) float64 {
	b = b.Over(White())
	la, lb := luminance(a.Over(b)), luminance(b)
	ratio := (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
	return math.Round(ratio*1e4) / 1e4
}

// Cut is a contrast ratio with two digits, cut and not rounded: 4.499 is no 4.5.
func Cut(ratio float64) float64 { return math.Floor(ratio*100+1e-6) / 100 }

// luminance is the relative luminance of WCAG 2.
func luminance(c Colour) float64 {
	r, g, b := c.LinearRgb()
	return 0.2126*r + 0.7152*g + 0.0722*b
}

// ReadableOn is black or white, whichever contrasts more with the background.
func ReadableOn(background Colour) Colour {
	black := Colour{alpha: 1}
	if Contrast(black, background) >= Contrast(White(), background) {
		return black
	}
	return White()
}

// Alpha is how opaque the colour is, from 0 to 1.
func (c Colour) Alpha() float64 { return c.alpha }
