package tokens

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"livery/schema/colour"
	"livery/schema/css"
	"livery/schema/jsontext"
	"livery/schema/rule"
	"livery/schema/wording"
)

// readColour is a colour in its canonical form, from digits or from rgb() or hsl(). It is
// "" for anything else; problem says what is wrong with one that nearly is a colour.
func readColour(text string) (hex, problem string) {
	if c, ok := colour.Parse(text); ok {
		return c.Plain().String(), ""
	}
	name, rest, ok := strings.Cut(strings.TrimSpace(text), "(")
	if !ok {
		return "", ""
	}
	// Tokens Studio puts the digits of a colour into rgba(): rgba(#0b5fff, 0.5).
	if digits, alpha, ok := strings.Cut(strings.TrimSuffix(rest, ")"), ","); ok && strings.HasPrefix(strings.TrimSpace(digits), "#") && strings.HasPrefix(name, "rgb") {
		if c, ok := colour.Parse(strings.TrimSpace(digits)); ok {
			_, opacity, err := css.Parse("rgb(0,0,0," + alpha + ")")
			if err != nil {
				return "", "in which " + err.Error() + "."
			}
			return c.WithAlpha(opacity).Plain().String(), ""
		}
	}
	channels, alpha, err := css.Parse(text)
	switch {
	case errors.Is(err, css.ErrNoFunction):
		return "", ""
	case err != nil:
		return "", "in which " + err.Error() + "."
	}
	c, _ := colour.InSpace("srgb", channels)
	return c.WithAlpha(alpha).Plain().String(), ""
}

// objectForm says how a colour is written, with the components of a named one.
func objectForm(text string) string {
	c, ok := colour.Parse(css.Named(strings.ToLower(strings.TrimSpace(text))))
	if !ok {
		return `Write its digits, such as "#0b5fff", or { "colorSpace": "srgb", "components": [0.043, 0.373, 1] }.`
	}
	return fmt.Sprintf(`Write %q, or { "colorSpace": "srgb", "components": [%.4g, %.4g, %.4g] }.`, c, c.R, c.G, c.B)
}

// isColour reports whether an object is a colour: in the form of the format, or in that of
// Figma, {r = 0.04, g = 0.37, b = 1, a = 1}.
func isColour(members map[string]cty.Value, kind string) bool {
	if _, ok := members["colorSpace"]; ok {
		return true
	}
	return isFigma(members) || kind == "color"
}

func isFigma(members map[string]cty.Value) bool {
	for _, name := range []string{"r", "g", "b"} {
		if _, ok := members[name]; !ok {
			return false
		}
	}
	return len(members) == 3 || len(members) == 4 && members["a"] != cty.NilVal
}

// plainColour reads a colour object in which nothing is out of the ordinary, as nearly all
// are; false for any other, which is read with more care.
func plainColour(v *jsontext.Value) (hex string, ok bool) {
	var p [3]float64
	alpha := 1.0
	space, list := v.At("colorSpace"), v.At("components")
	if space == nil || len(list.Items()) != len(p) {
		return "", false
	}
	bounds, ok := colour.Components(space.Text)
	if !ok {
		return "", false
	}
	for _, m := range v.Members {
		switch m.Name {
		case "colorSpace", "components":
		case "alpha":
			if alpha, ok = plainNumber(m.Value); !ok || alpha < 0 || alpha > 1 {
				return "", false
			}
		case "hex":
			if _, ok = colour.Parse(m.Value.Text); !ok || len(m.Value.Text) != len("#rrggbb") {
				return "", false
			}
		default:
			return "", false
		}
	}
	for i, item := range list.Items() {
		if p[i], ok = plainNumber(item.Value); !ok || !bounds[i].Holds(p[i]) {
			return "", false
		}
	}
	c, _ := colour.InSpace(space.Text, p)
	if c = c.WithAlpha(alpha).Plain(); !c.InGamut() {
		return "", false
	}
	return c.String(), true
}

func plainNumber(v *jsontext.Value) (float64, bool) {
	n, err := strconv.ParseFloat(v.Text, 64)
	return n, err == nil && v.Kind == jsontext.Number
}

// colourReader reads one colour object.
type colourReader struct {
	set     *Set
	n       *node
	at      *jsontext.Value
	members map[string]cty.Value
}

// refuse makes the fault of a member, or of the whole where it does not stand here.
func (r colourReader) refuse(member string, detail string) *Fault {
	at := r.at
	if own := at.At(member); own != nil {
		at = own
	}
	return r.set.fault(r.n, at, "Not a colour", fmt.Sprintf("The colour %q %s", r.n.dotted(), detail))
}

// colour reads a colour object.
func (s *resolver) colour(n *node, v *jsontext.Value, members map[string]cty.Value) resolved {
	for _, m := range members { // one that has a fault keeps the whole from being known
		if _, faults := Split(m); len(faults) > 0 {
			return unusable(faults[0])
		}
	}
	c, fault := colourReader{s.Set, n, v, members}.read()
	switch {
	case fault != nil && fault.rule == rule.Gamut && s.mapGamut:
		return resolved{value: cty.StringVal(c.String()).Mark(fault), size: 9, kind: "color"}
	case fault != nil:
		return unusable(fault)
	}
	return resolved{value: cty.StringVal(c.String()), size: 9, kind: "color"}
}

func (r colourReader) read() (colour.Colour, *Fault) {
	if isFigma(r.members) {
		return r.figma()
	}
	name := textOf(r.members["colorSpace"])
	if name == "" {
		return colour.Colour{}, r.refuse("", `is an object without a colorSpace. `+objectForm(""))
	}
	alpha, fault := r.alpha("alpha")
	if fault != nil {
		return colour.Colour{}, fault
	}
	hex, hasHex := colour.Parse(textOf(r.members["hex"]))
	own := r.at.At("hex") // as it is written: what is read has six digits or eight
	short := own != nil && strings.HasPrefix(own.Text, "#") && len(own.Text) != len("#rrggbb")
	if written := r.members["hex"]; written != cty.NilVal && !written.IsNull() && (!hasHex || short || len(textOf(written)) != len("#rrggbb")) {
		return colour.Colour{}, r.refuse("hex", "has a hex that is not # and six digits, such as \"#0b5fff\"; an alpha stands beside it.")
	}
	hex = hex.WithAlpha(alpha).Plain()
	bounds, known := colour.Components(name)
	if !known && hasHex {
		return hex, nil
	}
	if !known {
		return colour.Colour{}, r.refuse("colorSpace", fmt.Sprintf("has the colour space %q, which the format does not have, and no hex beside it.%s", name, wording.DidYouMean(name, colour.Spaces())))
	}
	components, fault := r.components(name, bounds)
	if fault != nil {
		return colour.Colour{}, fault
	}
	c, _ := colour.InSpace(name, components)
	c = c.WithAlpha(alpha).Plain()
	if c.InGamut() || hasHex {
		if !c.InGamut() {
			c = hex
		}
		return c, nil
	}
	c = c.Nearest()
	outside := r.set.faultOf(rule.Gamut, r.n.doc, r.at, "Colour outside sRGB",
		fmt.Sprintf("The colour %q is outside sRGB, which is all that the page can show. The nearest colour that it can show is %s: write it as the hex of this colour.", r.n.dotted(), c))
	return c, outside
}

// components are the three numbers of a colour; none is 0, as a hue that no grey has.
func (r colourReader) components(space string, bounds [3]colour.Component) ([3]float64, *Fault) {
	var p [3]float64
	list := r.members["components"]
	if list == cty.NilVal || list.IsNull() || !list.Type().IsTupleType() || list.LengthInt() != 3 {
		return p, r.refuse("components", fmt.Sprintf("needs three components: %s, %s and %s.", bounds[0].Name, bounds[1].Name, bounds[2].Name))
	}
	for i, v := range list.AsValueSlice() {
		if textOf(v) == "none" {
			continue
		}
		if v.Type() != cty.Number || v.IsNull() {
			return p, r.refuse("components", fmt.Sprintf("has a %s that is no number.", bounds[i].Name))
		}
		p[i], _ = v.AsBigFloat().Float64()
		if bounds[i].Holds(p[i]) {
			continue
		}
		fault := r.refuse("components", fmt.Sprintf("has the %s %g, which %s does not have: it is %s.%s", bounds[i].Name, p[i], space, rangeOf(bounds[i]), bytesMeant(bounds, list)))
		if items := r.at.At("components").Items(); len(items) == 3 {
			fault.start, fault.end = items[i].Value.Start, items[i].Value.End
		}
		return p, fault
	}
	return p, nil
}

func rangeOf(c colour.Component) string {
	switch {
	case c.Angle:
		return fmt.Sprintf("from %g up to, but not including, %g", c.Min, c.Max)
	case c.Holds(1e9):
		return "0 or more"
	default:
		return fmt.Sprintf("from %g to %g", c.Min, c.Max)
	}
}

// bytesMeant says how channels from 0 to 255 are written.
func bytesMeant(bounds [3]colour.Component, list cty.Value) string {
	if bounds[0].Name != "red" {
		return ""
	}
	var p [3]float64
	for i, v := range list.AsValueSlice() {
		if v.Type() != cty.Number || v.IsNull() {
			return ""
		}
		if p[i], _ = v.AsBigFloat().Float64(); p[i] < 0 || p[i] > 255 || !v.AsBigFloat().IsInt() {
			return ""
		}
	}
	return fmt.Sprintf(" Channels of 8 bits are divided by 255: [%.4g, %.4g, %.4g].", p[0]/255, p[1]/255, p[2]/255)
}

// alpha is how opaque the colour is; all of it where nothing is said.
func (r colourReader) alpha(member string) (float64, *Fault) {
	v := r.members[member]
	if v == cty.NilVal {
		return 1, nil
	}
	if v.Type() == cty.Number && !v.IsNull() {
		if alpha, _ := v.AsBigFloat().Float64(); alpha >= 0 && alpha <= 1 {
			return alpha, nil
		}
	}
	return 0, r.refuse(member, "has an alpha that is no number from 0 to 1.")
}

// figma reads a colour as Figma's interface gives it.
func (r colourReader) figma() (colour.Colour, *Fault) {
	alpha, fault := r.alpha("a")
	if fault != nil {
		return colour.Colour{}, fault
	}
	var p [3]float64
	for i, name := range []string{"r", "g", "b"} {
		v := r.members[name]
		if v.Type() == cty.Number && !v.IsNull() {
			if p[i], _ = v.AsBigFloat().Float64(); p[i] >= 0 && p[i] <= 1 {
				continue
			}
		}
		return colour.Colour{}, r.refuse(name, fmt.Sprintf("has an %s that is no number from 0 to 1.", name))
	}
	c, _ := colour.InSpace("srgb", p)
	return c.WithAlpha(alpha).Plain(), nil
}

// textOf is a value as a text; "" if it is none.
func textOf(v cty.Value) string {
	if v == cty.NilVal || v.Type() != cty.String || v.IsNull() || !v.IsKnown() {
		return ""
	}
	return v.AsString()
}
