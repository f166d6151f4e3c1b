package colour

import (
	"math"

	"github.com/lucasb-eyer/go-colorful"
)

// Component is what one component of a colour in a space may be.
type Component struct {
	Name     string
	Min, Max float64 // infinite where the space has no bound
	Angle    bool    // Max itself is outside: it is Min again
}

// Holds reports whether a number is one that the component may have.
func (c Component) Holds(v float64) bool {
	return v >= c.Min && v <= c.Max && !(c.Angle && v == c.Max) && !math.IsInf(v, 0)
}

// space is a colour space of the Design Tokens format.
type space struct {
	components [3]Component
	linear     func(p [3]float64) [3]float64 // to sRGB before its transfer function, without bounds
}

// Spaces lists the colour spaces of the Design Tokens format.
func Spaces() []string {
	return []string{
		"srgb", "srgb-linear", "hsl", "hwb", "lab", "lch", "oklab", "oklch",
		"display-p3", "a98-rgb", "prophoto-rgb", "rec2020", "xyz-d65", "xyz-d50",
	}
}

func components(a, b, c Component) [3]Component { return [3]Component{a, b, c} }

func percent(name string) Component { return Component{Name: name, Max: 100} }

func spaceByName(name string) (space, bool) {
	var (
		unit   = func(name string) Component { return Component{Name: name, Max: 1} }
		signed = func(name string) Component { return Component{Name: name, Min: math.Inf(-1), Max: math.Inf(1)} }
		hue    = Component{Name: "hue", Max: 360, Angle: true}
		chroma = Component{Name: "chroma", Max: math.Inf(1)}
		rgb    = components(unit("red"), unit("green"), unit("blue"))
	)
	switch name {
	case "srgb":
		return space{rgb, func(p [3]float64) [3]float64 { return each(p, linearOf) }}, true
	case "srgb-linear":
		return space{rgb, func(p [3]float64) [3]float64 { return p }}, true
	case "hsl":
		return space{components(hue, percent("saturation"), percent("lightness")), fromHSL}, true
	case "hwb":
		return space{components(hue, percent("whiteness"), percent("blackness")), fromHWB}, true
	case "lab":
		return space{components(percent("lightness"), signed("a"), signed("b")), fromLab}, true
	case "lch":
		return space{components(percent("lightness"), chroma, hue), func(p [3]float64) [3]float64 { return fromLab(rectangular(p)) }}, true
	case "oklab":
		return space{components(unit("lightness"), signed("a"), signed("b")), fromOklab}, true
	case "oklch":
		return space{components(unit("lightness"), chroma, hue), func(p [3]float64) [3]float64 { return fromOklab(rectangular(p)) }}, true
	case "display-p3":
		return space{rgb, func(p [3]float64) [3]float64 { return fromXYZ(p3ToXYZ.times(each(p, linearOf))) }}, true
	case "a98-rgb":
		return space{rgb, func(p [3]float64) [3]float64 { return fromXYZ(a98ToXYZ.times(each(p, power(563.0/256)))) }}, true
	case "prophoto-rgb":
		return space{rgb, func(p [3]float64) [3]float64 { return fromD50(proPhotoToD50.times(each(p, linearOfProPhoto))) }}, true
	case "rec2020":
		return space{rgb, func(p [3]float64) [3]float64 { return fromXYZ(rec2020ToXYZ.times(each(p, linearOf2020))) }}, true
	case "xyz-d65": // the format's bound of 1 would leave out white
		return space{components(unit("X"), unit("Y"), Component{Name: "Z", Max: 1.0891}), fromXYZ}, true
	case "xyz-d50":
		return space{components(unit("X"), unit("Y"), unit("Z")), fromD50}, true
	}
	return space{}, false
}

// Components says what the components of a colour in a space may be; false for a space
// that the Design Tokens format does not have.
func Components(space string) ([3]Component, bool) {
	s, ok := spaceByName(space)
	return s.components, ok
}

// InSpace is the colour with these components in a colour space of the Design Tokens
// format; false for a space that it does not have. The colour may lie outside sRGB, which
// InGamut tells: written as it is, its channels would be cut off.
func InSpace(space string, p [3]float64) (Colour, bool) {
	s, ok := spaceByName(space)
	if !ok {
		return Colour{}, false
	}
	if space == "srgb" {
		return opaque(colorful.Color{R: p[0], G: p[1], B: p[2]}), true
	}
	return ofLinear(s.linear(p)), true
}

// gamutNoise is how far behind its bound a channel may be for the noise of a conversion.
const gamutNoise = 0.0001

// InGamut reports whether sRGB has the colour.
func (c Colour) InGamut() bool {
	for _, v := range []float64{c.R, c.G, c.B} {
		if !(v >= -gamutNoise && v <= 1+gamutNoise) {
			return false
		}
	}
	return true
}

// justNoticeable is the distance in Oklab below which two colours are taken for the same.
const justNoticeable = 0.02

// Nearest is a colour that sRGB has, as near as CSS Color 4 finds one: the chroma is
// reduced in OKLCH, lightness and hue stay, until cutting off makes no visible difference.
func (c Colour) Nearest() Colour {
	if c.InGamut() {
		return c.cut()
	}
	lab := oklabOf(c)
	lightness, chroma, hue := lab[0], math.Hypot(lab[1], lab[2]), math.Atan2(lab[2], lab[1])
	if lightness >= 1 || lightness <= 0 || math.IsNaN(lightness) {
		grey := math.Round(min(max(lightness, 0), 1))
		c.R, c.G, c.B = grey, grey, grey
		return c
	}
	with := func(chroma float64) Colour {
		next := ofLinear(fromOklab([3]float64{lightness, chroma * math.Cos(hue), chroma * math.Sin(hue)}))
		next.alpha, next.hasAlpha = c.alpha, c.hasAlpha
		return next
	}
	cut := c.cut()
	if oklabDistance(cut, c) < justNoticeable {
		return cut
	}
	low, high, lowFits := 0.0, chroma, true
	for high-low > 0.0001 {
		middle := (low + high) / 2
		next := with(middle)
		if lowFits && next.InGamut() {
			low = middle
			continue
		}
		cut = next.cut()
		distance := oklabDistance(cut, next)
		switch {
		case distance >= justNoticeable:
			high = middle
		case justNoticeable-distance < 0.0001:
			return cut
		default:
			lowFits, low = false, middle
		}
	}
	return cut
}

// cut is the colour with its channels cut off to sRGB.
func (c Colour) cut() Colour {
	c.R, c.G, c.B = min(max(c.R, 0), 1), min(max(c.G, 0), 1), min(max(c.B, 0), 1)
	return c
}

func oklabDistance(a, b Colour) float64 {
	x, y := oklabOf(a), oklabOf(b)
	return math.Sqrt((x[0]-y[0])*(x[0]-y[0]) + (x[1]-y[1])*(x[1]-y[1]) + (x[2]-y[2])*(x[2]-y[2]))
}

// matrix is one of those of CSS Color 4, or the inverse of one.
type matrix [9]float64

// times multiplies; the conversions keep processors from fusing what they add, so that
// all of them come to the same.
func (m matrix) times(v [3]float64) [3]float64 {
	var out [3]float64
	for i := range out {
		out[i] = float64(float64(m[3*i]*v[0])+float64(m[3*i+1]*v[1])) + float64(m[3*i+2]*v[2])
	}
	return out
}

var (
	xyzToLinear = matrix{
		12831.0 / 3959, -329.0 / 214, -1974.0 / 3959,
		-851781.0 / 878810, 1648619.0 / 878810, 36519.0 / 878810,
		705.0 / 12673, -2585.0 / 12673, 705.0 / 667,
	}
	linearToXYZ = matrix{
		506752.0 / 1228815, 87881.0 / 245763, 12673.0 / 70218,
		87098.0 / 409605, 175762.0 / 245763, 12673.0 / 175545,
		7918.0 / 409605, 87881.0 / 737289, 1001167.0 / 1053270,
	}
	p3ToXYZ = matrix{
		608311.0 / 1250200, 189793.0 / 714400, 198249.0 / 1000160,
		35783.0 / 156275, 247089.0 / 357200, 198249.0 / 2500400,
		0, 32229.0 / 714400, 5220557.0 / 5000800,
	}
	a98ToXYZ = matrix{
		573536.0 / 994567, 263643.0 / 1420810, 187206.0 / 994567,
		591459.0 / 1989134, 6239551.0 / 9945670, 374412.0 / 4972835,
		53769.0 / 1989134, 351524.0 / 4972835, 4929758.0 / 4972835,
	}
	rec2020ToXYZ = matrix{
		63426534.0 / 99577255, 20160776.0 / 139408157, 47086771.0 / 278816314,
		26158966.0 / 99577255, 472592308.0 / 697040785, 8267143.0 / 139408157,
		0, 19567812.0 / 697040785, 295819943.0 / 278816314,
	}
	proPhotoToD50 = matrix{
		0.79776664490064230, 0.13518129740053308, 0.03134773412839220,
		0.28807482881940130, 0.71183523424187300, 0.00008993693872564,
		0, 0, 0.82510460251046020,
	}
	d50ToD65 = matrix{
		0.955473421488075, -0.02309845494876471, 0.06325924320057072,
		-0.0283697093338637, 1.0099953980813041, 0.021041441191917323,
		0.012314014864481998, -0.020507649298898964, 1.330365926242124,
	}
	xyzToLMS = matrix{
		0.8190224379967030, 0.3619062600528904, -0.1288737815209879,
		0.0329836539323885, 0.9292868615863434, 0.0361446663506424,
		0.0481771893596242, 0.2642395317527308, 0.6335478284694309,
	}
	lmsToXYZ = matrix{
		1.2268798758459243, -0.5578149944602171, 0.2813910456659647,
		-0.0405757452148008, 1.1122868032803170, -0.0717110580655164,
		-0.0763729366746601, -0.4214933324022432, 1.5869240198367816,
	}
	lmsToOklab = matrix{
		0.2104542683093140, 0.7936177747023054, -0.0040720430116193,
		1.9779985324311684, -2.4285922420485799, 0.4505937096174110,
		0.0259040424655478, 0.7827717124575296, -0.8086757549230774,
	}
	oklabToLMS = matrix{
		1, 0.3963377773761749, 0.2158037573099136,
		1, -0.1055613458156586, -0.0638541728258133,
		1, -0.0894841775298119, -1.2914855480194092,
	}
)

// each applies a transfer function to the channels.
func each(p [3]float64, transfer func(float64) float64) [3]float64 {
	return [3]float64{transfer(p[0]), transfer(p[1]), transfer(p[2])}
}

// power is a transfer function that is a power, for negative channels too.
func power(exponent float64) func(float64) float64 {
	return func(v float64) float64 { return math.Copysign(math.Pow(math.Abs(v), exponent), v) }
}

// linearOf is the transfer function of sRGB and Display P3.
func linearOf(v float64) float64 {
	if math.Abs(v) <= 0.04045 {
		return v / 12.92
	}
	return math.Copysign(math.Pow((math.Abs(v)+0.055)/1.055, 2.4), v)
}

// encoded is the inverse of linearOf.
func encoded(v float64) float64 {
	if math.Abs(v) <= 0.0031308 {
		return 12.92 * v
	}
	return math.Copysign(float64(1.055*math.Pow(math.Abs(v), 1/2.4))-0.055, v)
}

func linearOfProPhoto(v float64) float64 {
	if math.Abs(v) <= 16.0/512 {
		return v / 16
	}
	return power(1.8)(v)
}

func ofLinear(p [3]float64) Colour {
	p = each(p, encoded)
	return opaque(colorful.Color{R: p[0], G: p[1], B: p[2]})
}

func fromXYZ(p [3]float64) [3]float64 { return xyzToLinear.times(p) }

func fromD50(p [3]float64) [3]float64 { return fromXYZ(d50ToD65.times(p)) }

func fromHSL(p [3]float64) [3]float64 {
	c := colorful.Hsl(p[0], p[1]/100, p[2]/100)
	return each([3]float64{c.R, c.G, c.B}, linearOf)
}

func fromHWB(p [3]float64) [3]float64 {
	white, black := p[1]/100, p[2]/100
	if white+black >= 1 {
		grey := linearOf(white / (white + black))
		return [3]float64{grey, grey, grey}
	}
	c := colorful.Hsl(p[0], 1, 0.5)
	return each([3]float64{c.R, c.G, c.B}, func(v float64) float64 { return linearOf(float64(v*(1-white-black)) + white) })
}

// rectangular turns lightness, chroma and hue into lightness and two axes.
func rectangular(p [3]float64) [3]float64 {
	angle := p[2] * math.Pi / 180
	return [3]float64{p[0], p[1] * math.Cos(angle), p[1] * math.Sin(angle)}
}

func fromLab(p [3]float64) [3]float64 {
	const kappa, epsilon = 24389.0 / 27, 216.0 / 24389
	fy := (p[0] + 16) / 116
	inverse := func(f float64) float64 {
		if cube := f * f * f; cube > epsilon {
			return cube
		}
		return (float64(116*f) - 16) / kappa
	}
	y := p[0] / kappa
	if p[0] > kappa*epsilon {
		y = fy * fy * fy
	}
	return fromD50([3]float64{inverse(fy+p[1]/500) * 0.3457 / 0.3585, y, inverse(fy-p[2]/200) * (1 - 0.3457 - 0.3585) / 0.3585})
}

func fromOklab(p [3]float64) [3]float64 {
	return fromXYZ(lmsToXYZ.times(each(oklabToLMS.times(p), func(v float64) float64 { return v * v * v })))
}

func oklabOf(c Colour) [3]float64 {
	linear := each([3]float64{c.R, c.G, c.B}, linearOf)
	return lmsToOklab.times(each(xyzToLMS.times(linearToXYZ.times(linear)), math.Cbrt))
}

// Plain is the colour without its alpha, if that lets nothing through.
func (c Colour) Plain() Colour {
	if channel(c.alpha) == 255 {
		return c.Opaque()
	}
	return c
}

// The constants of the transfer function of BT.2020, a straight line below beta.
const (
	alpha2020 = 1.09929682680944
	beta2020  = 0.018053968510807
)

// linearOf2020 is the inverse of the transfer function of BT.2020, which is not the one of
// BT.1886 for screens.
func linearOf2020(v float64) float64 {
	if math.Abs(v) < 4.5*beta2020 {
		return v / 4.5
	}
	return math.Copysign(math.Pow((math.Abs(v)+alpha2020-1)/alpha2020, 1/0.45), v)
}
