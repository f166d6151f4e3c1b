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
	"livery/schema/rule"
	"livery/schema/wording"
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
func (s *Set) Doubts(wants func(...rule.ID) bool) hcl.Diagnostics {
	j := judge{set: s, kinds: kinds()}
	types, hexes := wants(rule.TokenType), wants(rule.TokenHex)
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
	if wants(rule.TokenLegacy) {
		j.legacy()
	}
	return j.found
}

// judge collects findings about the tokens of a set.
type judge struct {
	set   *Set
	kinds []kind
	found hcl.Diagnostics
}

func (j *judge) report(id rule.ID, n *node, at *jsontext.Value, summary, detail string, data map[string]any) {
	d := schema.Diagnose(id, schema.Subject{Range: n.doc.rangeOf(at.Start, at.End)}, summary, detail)
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
		j.report(rule.TokenHex, n, hex, "Hex of another colour",
			fmt.Sprintf("The colour %q has the hex %s, but its components are %s (CIEDE2000 %.2f): the components count. Export it again, or write \"hex\": %q.",
				n.dotted(), hex.Text, exact, distance, exact.String()),
			map[string]any{"token": n.dotted(), "hex": hex.Text, "components": exact.String(), "distance": distance})
	}
}

// kind judges whether the type of a token is known, and fits its value.
func (j *judge) kind(n *node) {
	kind := n.result.kind
	doubt := func(summary, detail string) {
		j.report(rule.TokenType, n, n.value, summary, fmt.Sprintf("The token %q has ", n.dotted())+detail, map[string]any{"token": n.dotted(), "type": kind})
	}
	names := make([]string, len(j.kinds))
	for i, k := range j.kinds {
		names[i] = k.name
	}
	i := slices.Index(names, kind)
	switch {
	case kind == "":
		doubt("Token without a type", "no $type, and no group around it has one: what it is can only be guessed. Write it, such as \"$type\": \"color\".")
	case i < 0:
		doubt("Unknown type of a token", fmt.Sprintf("the $type %q, which the format does not have.%s", kind, wording.DidYouMean(kind, names)))
	case refers(n.value):
		if target := j.set.root.find(j.set.target(n, n.value)); target != nil && target.value != nil && n.kind != "" && target.result.kind != "" && target.result.kind != n.kind {
			doubt("Type of another token", fmt.Sprintf("the $type %q, but refers to %q, which is a %s.", kind, target.dotted(), target.result.kind))
		}
	case !j.kinds[i].fits(n.value):
		doubt("Value of another type", fmt.Sprintf("the $type %q, but its value is none. It is written %s.", kind, j.kinds[i].form))
	}
}

// legacy tells of each file in an older form, once.
func (j *judge) legacy() {
	told := make(map[*document]bool)
	for n := range j.set.tokens {
		if n.doc.legacy && !told[n.doc] {
			told[n.doc] = true
			j.report(rule.TokenLegacy, n, n.value, "Older form of a token file",
				"This file writes value and type without the dollar sign, as Style Dictionary 3 and Tokens Studio did. It is read; the format of 2025.10 has $value and $type.", nil)
		}
	}
}

// kind is a type of the format.
type kind struct {
	name string
	form string // how a value is written
	fits form
}

// form reports whether a value has it.
type form func(*jsontext.Value) bool

// Types lists what the $type of a token may be.
func Types() []string {
	var names []string
	for _, k := range kinds() {
		names = append(names, k.name)
	}
	return names
}

// kinds are the types of the format. The values of colours are judged where they are read.
func kinds() []kind {
	dimension, duration := isMeasure("px", "rem"), isMeasure("ms", "s")
	return []kind{
		{"color", "", isColourForm},
		{"dimension", `{ "value": 16, "unit": "px" }`, dimension},
		{"fontFamily", `"Inter" or ["Inter", "sans-serif"]`, isFamily},
		{"fontWeight", `400 or "bold"`, isWeight},
		{"duration", `{ "value": 200, "unit": "ms" }`, duration},
		{"cubicBezier", "[0.4, 0, 0.2, 1], with the first and the third from 0 to 1", isBezier},
		{"number", "1.5", isNumber},
		{"strokeStyle", `"dashed" or { "dashArray": [{ "value": 4, "unit": "px" }], "lineCap": "round" }`, isStroke},
		{"border", `{ "color": …, "width": { "value": 1, "unit": "px" }, "style": "solid" }`,
			isObjectOf(member{"color", isColourForm}, member{"width", dimension}, member{"style", isStroke})},
		{"transition", `{ "duration": { "value": 200, "unit": "ms" }, "delay": …, "timingFunction": [0.4, 0, 0.2, 1] }`,
			isObjectOf(member{"duration", duration}, member{"delay", duration}, member{"timingFunction", isBezier})},
		{"shadow", `{ "color": …, "offsetX": { "value": 0, "unit": "px" }, "offsetY": …, "blur": …, "spread": …, "inset": false }, or as a list of these`,
			oneOrMore(isObjectOf(member{"color", isColourForm}, member{"offsetX", dimension}, member{"offsetY", dimension}, member{"blur", dimension},
				member{"spread", dimension}, member{"inset?", isBool}))},
		{"gradient", `[{ "color": …, "position": 0 }, { "color": …, "position": 1 }]`, isListOf(isObjectOf(member{"color", isColourForm}, member{"position", isNumber}))},
		{"typography", `{ "fontFamily": "Inter", "fontSize": { "value": 16, "unit": "px" }, "fontWeight": 400, "letterSpacing": { "value": 0, "unit": "px" }, "lineHeight": 1.5 }`,
			isObjectOf(member{"fontFamily", isFamily}, member{"fontSize", dimension}, member{"fontWeight", isWeight}, member{"letterSpacing", dimension}, member{"lineHeight", isNumber})},
	}
}

// orReference takes a reference in the place of a value, too: what it leads to is judged
// where it stands.
func (f form) orReference(v *jsontext.Value) bool { return refers(v) || f(v) }

func isNumber(v *jsontext.Value) bool { return v.Kind == jsontext.Number }

func isBool(v *jsontext.Value) bool { return v.Kind == jsontext.Bool }

func isText(v *jsontext.Value) bool { return v.Kind == jsontext.Text && v.Text != "" }

func isColourForm(v *jsontext.Value) bool { return v.Kind == jsontext.Object || isText(v) }

func isListOf(fits form) form {
	return func(v *jsontext.Value) bool {
		return len(v.Items()) > 0 && !slices.ContainsFunc(v.Items(), func(item jsontext.Member) bool { return !fits.orReference(item.Value) })
	}
}

func oneOrMore(fits form) form {
	return func(v *jsontext.Value) bool { return fits(v) || isListOf(fits)(v) }
}

func isFamily(v *jsontext.Value) bool { return oneOrMore(isText)(v) }

// isMeasure wants a number and one of the units.
func isMeasure(units ...string) form {
	return isObjectOf(member{"value", isNumber}, member{"unit", func(v *jsontext.Value) bool { return isText(v) && slices.Contains(units, v.Text) }})
}

// isBezier wants two points whose times lie between beginning and end.
func isBezier(v *jsontext.Value) bool {
	if len(v.Items()) != 4 || !isListOf(isNumber)(v) {
		return false
	}
	for _, at := range []int{0, 2} {
		if x, err := strconv.ParseFloat(v.Items()[at].Value.Text, 64); err == nil && (x < 0 || x > 1) {
			return false
		}
	}
	return true
}

// member is what an object has; a name that ends in a question mark may be missing.
type member struct {
	name string
	fits form
}

func isObjectOf(members ...member) form {
	return func(v *jsontext.Value) bool {
		return v.Kind == jsontext.Object && !slices.ContainsFunc(members, func(m member) bool {
			name, optional := strings.CutSuffix(m.name, "?")
			part := v.At(name)
			return part == nil && !optional || part != nil && !m.fits.orReference(part)
		})
	}
}

func isWeight(v *jsontext.Value) bool {
	if v.Kind == jsontext.Number {
		weight, err := strconv.ParseFloat(v.Text, 64)
		return err == nil && weight >= 1 && weight <= 1000
	}
	switch v.Text {
	case "thin", "hairline", "extra-light", "ultra-light", "light", "normal", "regular", "book", "medium", "semi-bold", "demi-bold",
		"bold", "extra-bold", "ultra-bold", "black", "heavy", "extra-black", "ultra-black":
		return v.Kind == jsontext.Text
	}
	return false
}

func isStroke(v *jsontext.Value) bool {
	switch v.Text {
	case "solid", "dashed", "dotted", "double", "groove", "ridge", "outset", "inset":
		return v.Kind == jsontext.Text
	}
	return isObjectOf(member{"dashArray", isListOf(isMeasure("px", "rem"))}, member{"lineCap", func(v *jsontext.Value) bool {
		return v.Kind == jsontext.Text && (v.Text == "round" || v.Text == "butt" || v.Text == "square")
	}})(v)
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
