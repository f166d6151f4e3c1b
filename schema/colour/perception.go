package colour

import (
	"fmt"
	"math"
	"sort"

	"github.com/lucasb-eyer/go-colorful"
)

// Deficiency is a way of seeing without one of the three kinds of cones.
type Deficiency string

const (
	Protanopia   Deficiency = "protanopia"   // without the cones for long waves
	Deuteranopia Deficiency = "deuteranopia" // without those for middle waves
	Tritanopia   Deficiency = "tritanopia"   // without those for short waves
)

// Deficiencies lists the ways of seeing that SeenWith knows.
func Deficiencies() []Deficiency { return []Deficiency{Protanopia, Deuteranopia, Tritanopia} }

// matrix is how linear RGB is seen at severity 1, by Machado, Oliveira and Fernandes
// (2009): A Physiologically-based Model for Simulation of Color Vision Deficiency.
func (d Deficiency) matrix() [9]float64 {
	switch d {
	case Protanopia:
		return [9]float64{0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998}
	case Deuteranopia:
		return [9]float64{0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881}
	default:
		return [9]float64{1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.303900}
	}
}

// FilterMatrix is how linear RGB is seen, as the values of an feColorMatrix of SVG.
func (d Deficiency) FilterMatrix() string {
	m := d.matrix()
	return fmt.Sprintf("%f %f %f 0 0 %f %f %f 0 0 %f %f %f 0 0 0 0 0 1 0", m[0], m[1], m[2], m[3], m[4], m[5], m[6], m[7], m[8])
}

// SeenWith is the colour as somebody with the deficiency sees it, cut off to sRGB and
// rounded to 8 bits.
func (c Colour) SeenWith(d Deficiency) Colour {
	m := d.matrix()
	r, g, b := c.LinearRgb()
	c.Color = colorful.LinearRgb(m[0]*r+m[1]*g+m[2]*b, m[3]*r+m[4]*g+m[5]*b, m[6]*r+m[7]*g+m[8]*b).Clamped()
	return c.rounded()
}

// rounded is the colour as it is written.
func (c Colour) rounded() Colour {
	c.R, c.G, c.B = float64(channel(c.R))/255, float64(channel(c.G))/255, float64(channel(c.B))/255
	return c
}

// IsOpaque reports whether nothing shows through.
func (c Colour) IsOpaque() bool { return c.alpha == 1 }

// Distance is the difference CIEDE2000 of two colours, without their alpha and rounded to
// four places: people begin to see one at about 1.
func Distance(a, b Colour) float64 {
	return math.Round(a.DistanceCIEDE2000(b.Color)*100*1e4) / 1e4
}

// LightnessPerDistance is how much two colours may differ in lightness at most for each unit
// of their distance: CIEDE2000 weighs lightness by at most 1 + 0.015·50²/√(20 + 50²).
const LightnessPerDistance = 1.75

// Lightness is L* of CIELAB, 0 to 100, without the alpha.
func (c Colour) Lightness() float64 {
	l, _, _ := c.Lab()
	return l * 100
}

// lightnessSteps is how finely a lightness is looked for.
const lightnessSteps = 1024

// Readable moves the lightness of a text, in OKLCH, by as little as gives it the contrast
// ratio on a background. The hue stays, and as much of the chroma as sRGB has. It is
// false where neither black nor white would do.
func Readable(text, background Colour, ratio float64) (Colour, bool) {
	text = text.Over(background.Over(White()))
	if Contrast(text, background) >= ratio {
		return text, true
	}
	l, c, h := text.OkLch()
	if text.R == text.G && text.G == text.B {
		c = 0 // and not the noise of the conversion
	}
	at := func(lightness float64) Colour { return inGamut(min(max(lightness, 0), 1), c, h) }
	// In either direction a text that is not readable yet stays readable once it is.
	first := func(direction float64) int {
		return sort.Search(lightnessSteps, func(n int) bool {
			return Contrast(at(l+direction*float64(n)/lightnessSteps), background) >= ratio
		})
	}
	darker, lighter := first(-1), first(1)
	switch {
	case darker == lightnessSteps && lighter == lightnessSteps:
		return Colour{}, false
	case darker <= lighter:
		return at(l - float64(darker)/lightnessSteps), true
	default:
		return at(l + float64(lighter)/lightnessSteps), true
	}
}

// inGamut is the colour of that lightness and hue with at most that chroma that sRGB has.
func inGamut(l, c, h float64) Colour {
	const noise = 1e-4
	fits := func(c colorful.Color) bool {
		return min(c.R, c.G, c.B) > -noise && max(c.R, c.G, c.B) < 1+noise
	}
	low, high := 0.0, c
	if fits(colorful.OkLch(l, c, h)) {
		low = c
	}
	for high-low > noise {
		if middle := (low + high) / 2; fits(colorful.OkLch(l, middle, h)) {
			low = middle
		} else {
			high = middle
		}
	}
	return opaque(colorful.OkLch(l, low, h).Clamped()).rounded()
}
