package tokens

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"livery/schema"
	"livery/schema/colour"
	"livery/schema/jsontext"
)

// Faults are all that is wrong with tokens of the set, whether something uses them or not.
func (s *Set) Faults() hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, f := range uniqueFaults(slices.Clone(s.faults)) {
		diags = append(diags, f.Diagnostic(schema.Subject{}))
	}
	return diags
}

// Doubts are findings of the rules about single tokens that can be used all the same:
// token-hex, token-type and token-legacy, as far as they are wanted.
func (s *Set) Doubts(wants func(...schema.RuleID) bool) hcl.Diagnostics {
	j := judge{set: s}
	types, hexes := wants(schema.TokenType), wants(schema.TokenHex)
	if types || hexes {
		for n := range s.tokens {
			if hexes {
				j.hex(n, n.value)
			}
			if types && n.state == done && !n.result.value.IsMarked() && !n.doc.legacy && !s.studio {
				j.kind(n)
			}
		}
	}
	if wants(schema.TokenLegacy) {
		j.legacy()
	}
	return j.found
}

// judge collects findings about the tokens of a set.
type judge struct {
	set   *Set
	found hcl.Diagnostics
}

func (j *judge) report(rule schema.RuleID, n *node, at *jsontext.Value, summary, detail string, data map[string]any) {
	d := schema.Diagnose(rule, schema.Subject{Range: n.doc.rangeOf(at.Start, at.End)}, summary, detail)
	schema.Amend(d, func(f *schema.Finding) { f.Data = data })
	j.found = append(j.found, d)
}

// hex compares the hex of the colours in a value with their components.
func (j *judge) hex(n *node, v *jsontext.Value) {
	if hex, space := v.At("hex"), v.At("colorSpace"); hex != nil && space != nil {
		j.compare(n, v, hex, space.Text)
		return
	}
	for _, m := range v.Members {
		if m.Value.Kind == jsontext.Object || m.Value.Kind == jsontext.List {
			j.hex(n, m.Value)
		}
	}
}

// maxHexDistance is how far, by CIEDE2000, the hex of a colour may be from its components:
// what nobody can tell apart.
const maxHexDistance = 1

func (j *judge) compare(n *node, v, hex *jsontext.Value, space string) {
	written, isHex := colour.Parse(hex.Text)
	list := v.At("components")
	if !isHex || list == nil || len(list.Items()) != 3 {
		return
	}
	var components [3]float64
	for i, item := range list.Items() {
		number, err := strconv.ParseFloat(item.Value.Text, 64)
		if err != nil && item.Value.Text != "none" {
			return
		}
		components[i] = number
	}
	exact, known := colour.InSpace(space, components)
	if !known || !exact.InGamut() {
		return // then the hex is what counts
	}
	exact = exact.WithAlpha(1).Plain()
	if exact.String() == written.Opaque().String() {
		return
	}
	if distance := colour.Distance(exact, written.Opaque()); distance > maxHexDistance {
		j.report(schema.TokenHex, n, hex, "Hex of another colour",
			fmt.Sprintf("The colour %q has the hex %s, but its components are %s (CIEDE2000 %.2f): the components count. Export it again, or write \"hex\": %q.",
				n.dotted(), hex.Text, exact, distance, exact.String()),
			map[string]any{"token": n.dotted(), "hex": hex.Text, "components": exact.String(), "distance": distance})
	}
}

// kind judges whether the type of a token is known, and fits its value.
func (j *judge) kind(n *node) {
	kind := n.result.kind
	doubt := func(summary, detail string) {
		j.report(schema.TokenType, n, n.value, summary, fmt.Sprintf("The token %q has ", n.dotted())+detail, map[string]any{"token": n.dotted(), "type": kind})
	}
	names := make([]string, len(kinds()))
	for i, k := range kinds() {
		names[i] = k.name
	}
	i := slices.Index(names, kind)
	switch {
	case kind == "":
		doubt("Token without a type", "no $type, and no group around it has one: what it is can only be guessed. Write it, such as \"$type\": \"color\".")
	case i < 0:
		doubt("Unknown type of a token", fmt.Sprintf("the $type %q, which the format does not have.%s", kind, schema.DidYouMean(kind, names)))
	case refers(n.value):
		if target := j.set.root.find(j.set.target(n, n.value)); target != nil && target.value != nil && n.kind != "" && target.result.kind != "" && target.result.kind != n.kind {
			doubt("Type of another token", fmt.Sprintf("the $type %q, but refers to %q, which is a %s.", kind, target.dotted(), target.result.kind))
		}
	case !kinds()[i].fits(n.value):
		doubt("Value of another type", fmt.Sprintf("the $type %q, but its value is none. It is written %s.", kind, kinds()[i].form))
	}
}

// legacy tells of each file in an older form, once.
func (j *judge) legacy() {
	told := make(map[*document]bool)
	for n := range j.set.tokens {
		if n.doc.legacy && !told[n.doc] {
			told[n.doc] = true
			j.report(schema.TokenLegacy, n, n.value, "Older form of a token file",
				"This file writes value and type without the dollar sign, as Style Dictionary 3 and Tokens Studio did. It is read; the format of 2025.10 has $value and $type.", nil)
		}
	}
}

// kind is a type of the format.
type kind struct {
	name string
	form string // how a value is written
	fits func(*jsontext.Value) bool
}

// kinds are the types of the format. The values of colours are judged where they are read.
func kinds() []kind {
	return []kind{
		{"color", "", func(*jsontext.Value) bool { return true }},
		{"dimension", `{ "value": 16, "unit": "px" }`, isMeasure("px", "rem")},
		{"fontFamily", `"Inter" or ["Inter", "sans-serif"]`, func(v *jsontext.Value) bool { return isText(v) || isListOf(v, isText) }},
		{"fontWeight", `400 or "bold"`, isWeight},
		{"duration", `{ "value": 200, "unit": "ms" }`, isMeasure("ms", "s")},
		{"cubicBezier", "[0.4, 0, 0.2, 1]", func(v *jsontext.Value) bool { return len(v.Items()) == 4 && isListOf(v, isNumber) }},
		{"number", "1.5", isNumber},
		{"strokeStyle", `"dashed" or { "dashArray": […], "lineCap": "round" }`, isStroke},
		{"border", `{ "color": …, "width": …, "style": … }`, isObjectOf("color", "width", "style")},
		{"transition", `{ "duration": …, "delay": …, "timingFunction": … }`, isObjectOf("duration", "delay", "timingFunction")},
		{"shadow", `{ "color": …, "offsetX": …, "offsetY": …, "blur": …, "spread": … }`, oneOrMore(isObjectOf("color", "offsetX", "offsetY", "blur", "spread"))},
		{"gradient", `[{ "color": …, "position": 0 }, …]`, func(v *jsontext.Value) bool { return isListOf(v, isObjectOf("color", "position")) }},
		{"typography", `{ "fontFamily": …, "fontSize": …, "fontWeight": …, "letterSpacing": …, "lineHeight": … }`,
			isObjectOf("fontFamily", "fontSize", "fontWeight", "letterSpacing", "lineHeight")},
	}
}

func isText(v *jsontext.Value) bool { return v.Kind == jsontext.Text || refers(v) }

func isNumber(v *jsontext.Value) bool { return v.Kind == jsontext.Number || refers(v) }

func isListOf(v *jsontext.Value, fits func(*jsontext.Value) bool) bool {
	return v.Kind == jsontext.List && !slices.ContainsFunc(v.Items(), func(item jsontext.Member) bool { return !fits(item.Value) && !refers(item.Value) })
}

func oneOrMore(fits func(*jsontext.Value) bool) func(*jsontext.Value) bool {
	return func(v *jsontext.Value) bool { return fits(v) || isListOf(v, fits) }
}

// isMeasure wants a number and one of the units.
func isMeasure(units ...string) func(*jsontext.Value) bool {
	return func(v *jsontext.Value) bool {
		value, unit := v.At("value"), v.At("unit")
		return value != nil && unit != nil && isNumber(value) && (slices.Contains(units, unit.Text) || refers(unit))
	}
}

// isObjectOf wants an object that has these members.
func isObjectOf(names ...string) func(*jsontext.Value) bool {
	return func(v *jsontext.Value) bool {
		return v.Kind == jsontext.Object && !slices.ContainsFunc(names, func(name string) bool { return v.At(name) == nil })
	}
}

// weights are the names that a weight of a font may have.
const weights = " thin hairline extra-light ultra-light light normal regular book medium semi-bold demi-bold bold extra-bold ultra-bold black heavy extra-black ultra-black "

func isWeight(v *jsontext.Value) bool {
	if v.Kind == jsontext.Number {
		weight, err := strconv.ParseFloat(v.Text, 64)
		return err == nil && weight >= 1 && weight <= 1000
	}
	return v.Kind == jsontext.Text && strings.Contains(weights, " "+v.Text+" ")
}

func isStroke(v *jsontext.Value) bool {
	switch v.Text {
	case "solid", "dashed", "dotted", "double", "groove", "ridge", "outset", "inset":
		return v.Kind == jsontext.Text
	}
	return isObjectOf("dashArray", "lineCap")(v)
}

// Ignore is what a token says of findings that are not to be shown, in its
// $extensions.livery.ignore.
type Ignore struct {
	Rule, Until, Reason string
	Range               hcl.Range // of it
	Token               hcl.Range // of the token that it is about
}

// Ignores lists what the tokens of the set say.
func (s *Set) Ignores() []Ignore {
	var list []Ignore
	if !slices.ContainsFunc(s.docs, func(d *document) bool { return bytes.Contains(d.src, []byte(`"livery"`)) }) {
		return nil // as in almost all files
	}
	for n := range s.tokens {
		extensions := n.at.At("$extensions")
		if extensions == nil {
			extensions = n.at.At("extensions")
		}
		said := extensions.At("livery").At("ignore")
		if said == nil {
			continue
		}
		items := said.Items()
		if said.Kind == jsontext.Object {
			items = []jsontext.Member{{Value: said}}
		}
		for _, item := range items {
			text := func(name string) string {
				if v := item.Value.At(name); v != nil && v.Kind == jsontext.Text {
					return v.Text
				}
				return ""
			}
			list = append(list, Ignore{
				text("rule"), text("until"), text("reason"),
				n.doc.rangeOf(item.Value.Start, item.Value.End), n.doc.rangeOf(n.at.Start, n.at.End),
			})
		}
	}
	return list
}
