package langserver

import (
	"bytes"
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
	Range      hcl.Range // without the quotation marks of a text
	R, G, B, A float64   // from 0 to 1
	Literal    bool      // it can be written over
}

// Colours lists the places of a file that stand for colours: literals, and what gives the
// same colour in every document.
func (v *View) Colours(file *syntax.File) []Swatch {
	c := &colourFinder{view: v, src: file.Bytes, evaluation: v.Explored}
	if body, native := file.Body.(*hclsyntax.Body); native {
		c.native(file, body)
	} else {
		c.json(file)
	}
	structure.Sort(c.found, func(s Swatch) hcl.Range { return s.Range })
	return slices.CompactFunc(c.found, func(a, b Swatch) bool { return a.Range == b.Range })
}

// native looks at the colours of names, of colour fields, and of what a for_each gives for
// them.
func (c *colourFinder) native(file *syntax.File, body *hclsyntax.Body) {
	names := func(body *hclsyntax.Body) {
		for _, a := range body.Attributes {
			c.expression(a.Expr, nil)
		}
	}
	if syntax.IsVariables(file.Name) {
		names(body)
		return
	}
	fields := c.view.Fields(file)
	for _, w := range fields {
		if w.Field.Kind == schema.Colour {
			c.expression(w.Expr, &w)
		}
	}
	for _, b := range body.Blocks {
		if b.Type == "locals" || b.Type == "variable" {
			names(b.Body)
		} else if each := b.Body.Attributes["for_each"]; each != nil {
			c.each(b, each.Expr, fields)
		}
	}
}

// each looks at what the for_each of a block gives for colours and for nothing else: all of
// it, or what stands under some keys.
func (c *colourFinder) each(b *hclsyntax.Block, forEach hclsyntax.Expression, fields []Written) {
	if givesColours(b, fields, "") {
		c.expression(forEach, nil)
		return
	}
	_ = hclsyntax.VisitAll(forEach, func(node hclsyntax.Node) hcl.Diagnostics {
		object, ok := node.(*hclsyntax.ObjectConsExpr)
		if !ok {
			return nil
		}
		for _, item := range object.Items {
			key, diags := item.KeyExpr.Value(nil)
			if !diags.HasErrors() && IsPlain(key) && key.Type() == cty.String && givesColours(b, fields, key.AsString()) {
				c.expression(item.ValueExpr, nil)
			}
		}
		return nil
	})
}

// givesColours reports whether a block uses each.value, or what that has under a key, for
// nothing but colours.
func givesColours(b *hclsyntax.Block, fields []Written, key string) bool {
	colours := 0
	for _, w := range fields {
		uses := func(t hcl.Traversal) bool {
			steps := stepsTo(t, -1)
			return len(steps) > 1 && steps[0] == "each" && steps[1] == "value" && (len(steps) == 2 || steps[2] == key)
		}
		if w.Block != b || !slices.ContainsFunc(w.Expr.Variables(), uses) {
			continue
		}
		if w.Field.Kind != schema.Colour {
			return false
		}
		colours++
	}
	return colours > 0
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

// unquoted is a text's place without its quotation marks, if it has any.
func unquoted(src []byte, at hcl.Range) hcl.Range {
	if src[at.Start.Byte] == '"' {
		return structure.Within(at, 1)
	}
	return at
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
				c.add(unquoted(c.src, node.Range()), text, true)
			}
		case *hclsyntax.ScopeTraversalExpr, *hclsyntax.FunctionCallExpr, *hclsyntax.ConditionalExpr, *hclsyntax.IndexExpr, *hclsyntax.RelativeTraversalExpr:
			part, of := node.(hclsyntax.Expression), w
			if part != expr {
				of = nil
			}
			if text, ok := c.value(part, part.Range().SliceBytes(c.src), of); ok {
				c.add(node.Range(), text, false)
			}
		}
		return nil
	})
}

// value is the text that an expression, which is written like this, gives in all documents
// alike; w is the field that it is the whole value of, or nil.
func (c *colourFinder) value(expr hclsyntax.Expression, written []byte, w *Written) (string, bool) {
	if w != nil {
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
	value, diags := c.evaluation.Value(written, "value")
	if diags.HasErrors() || value.IsMarked() || !value.IsKnown() || value.IsNull() || value.Type() != cty.String {
		return "", false
	}
	return value.AsString(), true
}

// json looks at the colours of a texts file, of variables' values, and of a token file.
func (c *colourFinder) json(file *syntax.File) {
	if t, ok := c.view.tokensIn(file); ok {
		c.found = t.colours()
		return
	}
	root, diags := syntax.ParseJSON(file.Bytes, file.Name)
	if diags.HasErrors() {
		c.unfinished(file)
		return
	}
	isVariables, isConfiguration := syntax.IsVariables(file.Name), syntax.IsConfiguration(file.Name)
	for _, block := range root.Members {
		if isVariables || isConfiguration && (block.Name == "locals" || block.Name == "variable") {
			for value := range block.All() {
				c.text(value, isConfiguration && block.Name == "locals", nil)
			}
		}
	}
	for _, w := range c.view.Fields(file) {
		if w.Field.Kind == schema.Colour {
			c.text(w.JSON, isConfiguration, &w)
		}
	}
}

// text looks at a text of JSON, in which an expression may stand.
func (c *colourFinder) text(value *syntax.JSON, isTemplate bool, w *Written) {
	text, ok := textOf(value)
	if !ok || !isTemplate || !strings.Contains(text, "${") {
		c.add(unquoted(c.src, value.Range), text, true)
		return
	}
	expr, diags := hclsyntax.ParseTemplate([]byte(text), value.Range.Filename, hcl.InitialPos)
	if wrap, ok := expr.(*hclsyntax.TemplateWrapExpr); ok && !diags.HasErrors() {
		if text, ok := c.value(wrap.Wrapped, wrap.Wrapped.Range().SliceBytes([]byte(text)), w); ok {
			c.add(unquoted(c.src, value.Range), text, false)
		}
	}
}

// unfinished looks at the texts of a JSON file that does not parse while somebody types in it.
func (c *colourFinder) unfinished(file *syntax.File) {
	for at := 0; ; {
		i := bytes.Index(file.Bytes[at:], []byte(`"#`))
		if i < 0 {
			return
		}
		start := at + i
		end := start + 2 + bytes.IndexByte(file.Bytes[start+2:], '"') + 1
		if end < start+3 {
			return
		}
		if isName := bytes.HasPrefix(bytes.TrimSpace(file.Bytes[end:]), []byte(":")); !isName {
			rng := hcl.Range{Filename: file.Name, Start: hcl.Pos{Byte: start}, End: hcl.Pos{Byte: end}}
			c.add(unquoted(c.src, rng), string(file.Bytes[start+1:end-1]), true)
		}
		at = end
	}
}

func textOf(value *syntax.JSON) (string, bool) {
	v := value.Value()
	if v == cty.NilVal || v.IsNull() || v.Type() != cty.String {
		return "", false
	}
	return v.AsString(), true
}

// Way is how a colour can be written in a place.
type Way struct {
	Label string
	At    hcl.Range // the place, with the quotation marks if they go too
	Text  string    // that takes its place
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
	if strings.ToUpper(written) == written && strings.ToLower(written) != written {
		digits = strings.ToUpper(digits)
	}
	if t, ok := v.tokensIn(file); ok {
		return t.ways(at, ofChannels(r, g, b, a), digits)
	}
	ways := []Way{{digits, at, digits}}
	for _, name := range namesFor(v, file, at, strings.ToLower(digits)) {
		if _, native := file.Body.(*hclsyntax.Body); native {
			ways = append(ways, Way{name, structure.Within(at, -1), name})
		} else {
			ways = append(ways, Way{name, at, "${" + name + "}"})
		}
	}
	return ways
}

// namesFor are the names that hold exactly a colour and can stand in a place: not in the
// value of a variable, and none that gets its own value from there.
func namesFor(v *View, file *syntax.File, at hcl.Range, digits string) []string {
	if v.Explored == nil || !syntax.IsConfiguration(file.Name) {
		return nil
	}
	var around Name
	for _, m := range v.Mentions() {
		if m.Declares && m.Whole.Filename == file.Name && structure.Holds(m.Whole, at.Start.Byte) {
			around = m.Name
		}
	}
	if around.Kind == "var" {
		return nil
	}
	return slices.DeleteFunc(namesOf(v.Explored, digits), func(name string) bool {
		t, diags := hclsyntax.ParseTraversalAbs([]byte(name), "", hcl.InitialPos)
		if diags.HasErrors() {
			return false
		}
		from, _, _ := mentioned(t)
		return refers(v, from, around, make(map[Name]bool))
	})
}

// refers reports whether a name is another one or gets its value from there, over whatever
// locals.
func refers(v *View, from, to Name, seen map[Name]bool) bool {
	local := v.Module.Locals[from.Name]
	if from == to || from.Kind != "local" || local == nil || seen[from] {
		return from == to
	}
	seen[from] = true
	return slices.ContainsFunc(local.Expr.Variables(), func(t hcl.Traversal) bool {
		next, _, ok := mentioned(t)
		return ok && refers(v, next, to, seen)
	})
}

// ofChannels is the colour that an editor's picker gives.
func ofChannels(r, g, b, a float64) colour.Colour {
	c := colour.White()
	c.R, c.G, c.B = r, g, b
	return c.WithAlpha(a)
}

// decimal is a number with at most four digits behind the point.
func decimal(v float64) string {
	return strconv.FormatFloat(math.Round(v*1e4)/1e4+0, 'f', -1, 64) // no -0
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
	if w.looked++; w.looked > maxNamed || !IsPlain(value) {
		return
	}
	if value.Type() == cty.String {
		if canonical, ok := schema.ParseColour(value.AsString()); ok {
			w.found = append(w.found, NamedColour{name, canonical})
		}
		return
	}
	if !HasMembers(value) {
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

// IsPlain reports whether a value is there, known and may be shown.
func IsPlain(value cty.Value) bool { return !value.IsMarked() && value.IsKnown() && !value.IsNull() }

// HasMembers reports whether a value is an object or a map.
func HasMembers(value cty.Value) bool {
	return value.Type().IsObjectType() || value.Type().IsMapType()
}
