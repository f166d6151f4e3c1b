package langserver

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
	"livery/schema/colour"
	"livery/schema/stack"
	"livery/schema/structure"
	"livery/schema/syntax"
)

// Swatch is a place that stands for a colour.
type Swatch struct {
	Range      hcl.Range // with the quotation marks of a literal
	R, G, B, A float64   // from 0 to 1
	Literal    bool      // it can be written over
}

// Colours lists the places of a file that stand for colours: literals, and what gives the
// same colour in every document.
func (v *View) Colours(file *syntax.File) []Swatch {
	c := &colourFinder{view: v, src: file.Bytes, evaluation: v.explored()}
	body, native := file.Body.(*hclsyntax.Body)
	switch {
	case native && syntax.IsVariables(file.Name):
		for _, a := range body.Attributes {
			c.expression(a.Expr, nil)
		}
	case native:
		for _, b := range body.Blocks {
			if b.Type == "locals" || b.Type == "variable" {
				for _, a := range b.Body.Attributes {
					c.expression(a.Expr, nil)
				}
			}
		}
		for _, w := range v.Fields(file) {
			if w.Field.Kind == schema.Colour {
				c.expression(w.Expr, &w)
			}
		}
	default:
		c.json(file)
	}
	structure.Sort(c.found, func(s Swatch) hcl.Range { return s.Range })
	return slices.CompactFunc(c.found, func(a, b Swatch) bool { return a.Range == b.Range })
}

type colourFinder struct {
	view       *View
	src        []byte
	evaluation *stack.Evaluation
	found      []Swatch
}

func (c *colourFinder) add(rng hcl.Range, text string, literal bool) {
	if parsed, ok := colour.Parse(text); ok {
		c.found = append(c.found, swatch(rng, parsed, literal))
	}
}

func swatch(rng hcl.Range, c colour.Colour, literal bool) Swatch {
	return Swatch{Range: rng, R: c.R, G: c.G, B: c.B, A: c.Alpha(), Literal: literal}
}

// expression looks at an expression and its parts; w is the field that it is the value of,
// nil for that of a name.
func (c *colourFinder) expression(expr hclsyntax.Expression, w *Written) {
	_ = hclsyntax.VisitAll(expr, func(node hclsyntax.Node) hcl.Diagnostics {
		switch node := node.(type) {
		case *hclsyntax.TemplateExpr:
			if text, ok := literalText(node); ok {
				c.add(node.Range(), text, true)
			}
		case *hclsyntax.ScopeTraversalExpr, *hclsyntax.FunctionCallExpr, *hclsyntax.ConditionalExpr, *hclsyntax.IndexExpr, *hclsyntax.RelativeTraversalExpr:
			if text, ok := c.value(node.(hclsyntax.Expression), expr, w); ok {
				c.add(node.Range(), text, false)
			}
		}
		return nil
	})
}

// value is the text that an expression gives in all documents alike.
func (c *colourFinder) value(expr, whole hclsyntax.Expression, w *Written) (string, bool) {
	if w != nil && expr == whole {
		if worn := c.view.worn(*w); len(worn) > 0 {
			text := worn[0].Value.Text()
			alike := !slices.ContainsFunc(worn, func(d ofDocument) bool { return d.Value.Text() != text })
			return text, alike
		}
	}
	for _, t := range expr.Variables() {
		if root := t.RootName(); root == "each" || root == "self" {
			return "", false
		}
	}
	if c.evaluation == nil {
		return "", false
	}
	value, diags := c.evaluation.Value(expr.Range().SliceBytes(c.src), "value")
	if diags.HasErrors() || value.IsMarked() || !value.IsKnown() || value.IsNull() || value.Type() != cty.String {
		return "", false
	}
	return value.AsString(), true
}

// json looks at the colours of a texts file, of variables' values, and of a token file.
func (c *colourFinder) json(file *syntax.File) {
	root, diags := syntax.ParseJSON(file.Bytes, file.Name)
	if diags.HasErrors() {
		return
	}
	for value := range root.All() {
		if value.Name == "$value" {
			if resolved, ok := tokenColour(root, value, 0); ok {
				c.found = append(c.found, swatch(value.Range, resolved, !isAlias(value)))
			}
		}
	}
	if syntax.IsVariables(file.Name) || syntax.IsConfiguration(file.Name) {
		for value := range root.All() {
			if text, ok := textOf(value); ok && strings.HasPrefix(text, "#") {
				c.add(value.Range, text, true)
			}
		}
		return
	}
	for _, w := range c.view.Fields(file) {
		if text, ok := w.literal(); ok && w.Field.Kind == schema.Colour {
			c.add(w.ValueAt, text, true)
		}
	}
}

func textOf(value *syntax.JSON) (string, bool) {
	v := value.Value()
	if v == cty.NilVal || v.IsNull() || v.Type() != cty.String {
		return "", false
	}
	return v.AsString(), true
}

func isAlias(value *syntax.JSON) bool {
	text, ok := textOf(value)
	return ok && strings.HasPrefix(text, "{")
}

// maxAliases is how many tokens may lead to each other.
const maxAliases = 100

// tokenColour is the colour of a token's value in a token file.
func tokenColour(root, value *syntax.JSON, depth int) (colour.Colour, bool) {
	if text, ok := textOf(value); ok {
		if name, alias := strings.CutPrefix(text, "{"); alias {
			target := root.At(append(strings.Split(strings.TrimSuffix(name, "}"), "."), "$value")...)
			if target == nil || depth > maxAliases {
				return colour.Colour{}, false
			}
			return tokenColour(root, target, depth+1)
		}
		return colour.Parse(text)
	}
	space, ok := textOf(orNothing(value.At("colorSpace")))
	list := value.At("components")
	if !ok || list == nil || len(list.Members) != 3 {
		return colour.Colour{}, false
	}
	var parts [3]float64
	for i, m := range list.Members {
		if n := m.Value(); n != cty.NilVal && !n.IsNull() && n.Type() == cty.Number {
			parts[i], _ = n.AsBigFloat().Float64()
		}
	}
	c, ok := colour.InSpace(space, parts)
	if !ok {
		return c, false
	}
	if alpha := value.At("alpha"); alpha != nil {
		if n := alpha.Value(); n != cty.NilVal && !n.IsNull() && n.Type() == cty.Number {
			a, _ := n.AsBigFloat().Float64()
			c = c.WithAlpha(a)
		}
	}
	return c.Nearest(), true
}

func orNothing(value *syntax.JSON) *syntax.JSON {
	if value == nil {
		return &syntax.JSON{}
	}
	return value
}

// Way is how a colour can be written in a place.
type Way struct {
	Label string
	Text  string // that takes the place's
}

// maxNamed is how many values of names are looked at for a colour.
const maxNamed = 5000

// Ways lists how a colour can be written in the place of the literal at a range: its
// digits, then each name of the stack that holds exactly this colour. In the place of
// anything else it cannot be written.
func (v *View) Ways(file *syntax.File, at hcl.Range, r, g, b, a float64) []Way {
	isLiteral := func(s Swatch) bool {
		return s.Literal && s.Range.Start.Byte == at.Start.Byte && s.Range.End.Byte == at.End.Byte
	}
	if !slices.ContainsFunc(v.Colours(file), isLiteral) {
		return nil
	}
	digits := hexOf(r, g, b, a)
	written := string(at.SliceBytes(file.Bytes))
	if strings.HasPrefix(written, "{") { // a token in object form
		return []Way{{digits, TokenColour(r, g, b, a)}}
	}
	if strings.ToUpper(written) == written && strings.ToLower(written) != written {
		digits = strings.ToUpper(digits)
	}
	ways := []Way{{digits, `"` + digits + `"`}}
	if _, native := file.Body.(*hclsyntax.Body); native {
		if e := v.explored(); e != nil {
			for _, name := range namesOf(e, strings.ToLower(digits)) {
				ways = append(ways, Way{name, name})
			}
		}
	}
	return ways
}

// TokenColour is a colour, of parts from 0 to 1, as the object that a token file has. Spaces
// beyond sRGB hold colours that no picker knows, so what it gives is sRGB.
func TokenColour(r, g, b, a float64) string {
	round := func(v float64) string { return strconv.FormatFloat(math.Round(v*1e4)/1e4, 'f', -1, 64) }
	text := fmt.Sprintf(`{ "colorSpace": "srgb", "components": [%s, %s, %s]`, round(r), round(g), round(b))
	if a < 1 {
		text += fmt.Sprintf(`, "alpha": %s`, round(a))
	}
	return text + fmt.Sprintf(`, "hex": %q }`, hexOf(r, g, b, a)[:7])
}

func hexOf(r, g, b, a float64) string {
	channel := func(v float64) int { return int(math.Round(min(max(v, 0), 1) * 255)) }
	text := fmt.Sprintf("#%02x%02x%02x", channel(r), channel(g), channel(b))
	if alpha := channel(a); alpha < 255 {
		text += fmt.Sprintf("%02x", alpha)
	}
	return text
}

// NamedColour is a variable, a local or a part of one that holds a colour.
type NamedColour struct{ Name, Digits string }

// namesOf are the names that hold exactly a colour.
func namesOf(e *stack.Evaluation, digits string) (found []string) {
	for _, c := range ColoursOf(e) {
		if c.Digits == digits {
			found = append(found, c.Name)
		}
	}
	return found
}

// ColoursOf are the names that hold colours, in order.
func ColoursOf(e *stack.Evaluation) []NamedColour {
	w := &colourWalk{}
	for _, name := range e.Names() {
		if strings.HasPrefix(name, "var.") || strings.HasPrefix(name, "local.") {
			if value, diags := e.Value([]byte(name), "name"); !diags.HasErrors() {
				w.look(name, value)
			}
		}
	}
	return w.found
}

// colourWalk looks for colours in values and in what they are made of.
type colourWalk struct {
	found  []NamedColour
	looked int
}

func (w *colourWalk) look(name string, value cty.Value) {
	if w.looked++; w.looked > maxNamed || !isPlain(value) {
		return
	}
	if value.Type() == cty.String {
		if canonical, ok := schema.ParseColour(value.AsString()); ok {
			w.found = append(w.found, NamedColour{name, canonical})
		}
		return
	}
	if !hasMembers(value) {
		return
	}
	for it := value.ElementIterator(); it.Next(); {
		k, member := it.Element()
		if key := k.AsString(); hclsyntax.ValidIdentifier(key) {
			w.look(name+"."+key, member)
		} else {
			w.look(fmt.Sprintf("%s[%q]", name, key), member)
		}
	}
}

// isPlain reports whether a value is there, known and may be shown.
func isPlain(value cty.Value) bool { return !value.IsMarked() && value.IsKnown() && !value.IsNull() }

func hasMembers(value cty.Value) bool {
	return value.Type().IsObjectType() || value.Type().IsMapType()
}
