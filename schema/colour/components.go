package colour

import "math"

// In gives the components of the colour in a colour space of the Design Tokens format, which
// InSpace makes the same colour of; false for a space that it does not have. A hue is from 0
// to below 360, and 0 for a grey.
func (c Colour) In(space string) ([3]float64, bool) {
	encoding := [3]float64{c.R, c.G, c.B}
	linear := each(encoding, linearOf)
	xyz := linearToXYZ.times(linear)
	d50 := d50ToD65.inverse().times(xyz)
	switch space {
	case "srgb":
		return encoding, true
	case "srgb-linear":
		return linear, true
	case "hsl":
		h, s, l := c.Hsl()
		return [3]float64{h, s * 100, l * 100}, true
	case "hwb":
		h, _, _ := c.Hsl()
		return [3]float64{h, min(c.R, c.G, c.B) * 100, (1 - max(c.R, c.G, c.B)) * 100}, true
	case "lab":
		return toLab(d50), true
	case "lch":
		return polar(toLab(d50)), true
	case "oklab":
		return oklabOf(c), true
	case "oklch":
		return polar(oklabOf(c)), true
	case "display-p3":
		return each(p3ToXYZ.inverse().times(xyz), encoded), true
	case "a98-rgb":
		return each(a98ToXYZ.inverse().times(xyz), power(256.0/563)), true
	case "prophoto-rgb":
		return each(proPhotoToD50.inverse().times(d50), encodedProPhoto), true
	case "rec2020":
		return each(rec2020ToXYZ.inverse().times(xyz), encoded2020), true
	case "xyz-d65":
		return xyz, true
	case "xyz-d50":
		return d50, true
	}
	return [3]float64{}, false
}

// inverse is the matrix that undoes this one.
func (m matrix) inverse() matrix {
	minor := func(a, b, c, d int) float64 { return float64(m[a]*m[d]) - float64(m[b]*m[c]) }
	out := matrix{
		minor(4, 5, 7, 8), minor(2, 1, 8, 7), minor(1, 2, 4, 5),
		minor(5, 3, 8, 6), minor(0, 2, 6, 8), minor(2, 0, 5, 3),
		minor(3, 4, 6, 7), minor(1, 0, 7, 6), minor(0, 1, 3, 4),
	}
	determinant := float64(m[0]*out[0]) + float64(m[1]*out[3]) + float64(m[2]*out[6])
	for i := range out {
		out[i] /= determinant
	}
	return out
}

// encodedProPhoto is the inverse of linearOfProPhoto.
func encodedProPhoto(v float64) float64 {
	if math.Abs(v) <= 1.0/512 {
		return v * 16
	}
	return power(1 / 1.8)(v)
}

// encoded2020 is the inverse of linearOf2020.
func encoded2020(v float64) float64 {
	if math.Abs(v) < beta2020 {
		return v * 4.5
	}
	return math.Copysign(float64(alpha2020*math.Pow(math.Abs(v), 0.45))-(alpha2020-1), v)
}

// leastChroma is below what a colour is a grey, whose hue is noise.
const leastChroma = 0.0005

// polar turns lightness and two axes into lightness, chroma and hue.
func polar(p [3]float64) [3]float64 {
	chroma := math.Hypot(p[1], p[2])
	if chroma < leastChroma {
		return [3]float64{p[0], chroma, 0}
	}
	hue := math.Atan2(p[2], p[1]) * 180 / math.Pi
	if hue < 0 {
		hue += 360
	}
	return [3]float64{p[0], chroma, hue}
}

func toLab(d50 [3]float64) [3]float64 {
	const kappa, epsilon = 24389.0 / 27, 216.0 / 24389
	f := func(v float64) float64 {
		if v > epsilon {
			return math.Cbrt(v)
		}
		return (float64(kappa*v) + 16) / 116
	}
	x, y, z := f(d50[0]/(0.3457/0.3585)), f(d50[1]), f(d50[2]/((1-0.3457-0.3585)/0.3585))
	return [3]float64{float64(116*y) - 16, 500 * (x - y), 200 * (y - z)}
}
