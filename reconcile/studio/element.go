package studio

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"livery/reconcile/translating"
	"livery/schema"
	"livery/schema/langserver"
	"livery/schema/origin"
	"livery/schema/syntax"
)

// Element is what people are told of a value of a document before they change it.
type Element struct {
	Locale    schema.Locale `json:"locale"`
	Field     string        `json:"field"` // in the API's spelling
	Name      string        `json:"name"`  // in that of configuration
	Page      string        `json:"page"`
	Kind      string        `json:"kind"`
	Help      string        `json:"help"`
	Value     any           `json:"value"`   // a text, a truth value, or null where nothing is sent
	Default   any           `json:"default"` // what is shown then, as far as it is documented
	Limit     int           `json:"limit"`   // 0 for none
	Length    int           `json:"length"`
	Unit      string        `json:"unit"` // of both
	Languages Language      `json:"languages"`
	Origin    []Stop        `json:"origin"` // the way to the digits or words
	Reach     Reach         `json:"reach"`
	Ways      []Way         `json:"ways"`
	Preset    string        `json:"preset"`   // the id of one of them; "" where there is none
	Computed  string        `json:"computed"` // a sentence about what computes it; "" if nothing does
	Inputs    []Input       `json:"inputs"`   // that it is computed from
	Palette   []Hue         `json:"palette"`  // of a colour
	Keep      []string      `json:"keep"`     // parts of a text that the page fills in
	Tips      []TipWords    `json:"tips"`     // of the whole list, where it is about one
	MostTips  int           `json:"mostTips"` // that the service takes
}

// Language says how words of a language are written.
type Language struct {
	Tag       string `json:"lang"` // BCP 47
	Direction string `json:"dir"`
}

// Stop is a place on the way to a value.
type Stop struct {
	Text string `json:"text"`
	At   string `json:"at"` // file and line; "" for what no file says
}

// Input is something that a value is computed from, and an element that shows it.
type Input struct {
	Stop
	Locale schema.Locale `json:"locale"` // "" where none does
	Field  string        `json:"field"`
}

// Hue is a name that holds a colour.
type Hue struct {
	Reference string `json:"reference"`
	Value     string `json:"value"`
	At        string `json:"at"`
}

// unit is what the service counts texts in.
const unit = "UTF-16 units"

// Element describes a value. The path is in the API's spelling; that of a tip has its place
// in the list.
func (s *Studio) Element(locale schema.Locale, path string) (*Element, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.loaded()
	if err != nil {
		return nil, err
	}
	f, err := s.find(b, locale, path)
	if err != nil {
		return nil, err
	}
	return f.describe(), nil
}

// find looks for an element.
func (s *Studio) find(b *base, locale schema.Locale, path string) (*finder, error) {
	m, ok := memberOf(path)
	if !ok {
		return nil, impossible("No such field", "The catalogue has no field %q.", path)
	}
	d, ok := b.document(locale)
	if !ok {
		return nil, impossible("No such language", "Nothing declares a document for %q.", string(locale))
	}
	return s.finderOf(b, d, m), nil
}

func (f *finder) describe() *Element {
	info, leaf, v := f.document.Locale.Info(), f.leaf(), f.of(f.document.Look)
	e := &Element{
		Locale: f.document.Locale, Field: f.path(), Name: f.name(), Page: schema.PageByKey(f.field.Page).Title, Kind: leaf.Kind.String(), Help: leaf.Help,
		Value: plain(v), Default: defaultOf(leaf), Limit: leaf.MaxLength(f.document.Locale), Unit: unit,
		Languages: Language{info.BCP47, info.Direction()}, Origin: f.stops(v), Inputs: []Input{}, Palette: []Hue{}, Keep: []string{}, Tips: f.tips(), MostTips: schema.TipsMax,
	}
	if leaf.Kind == schema.Text || leaf.Kind == schema.TipText {
		e.Length = schema.Length(v.Text())
		e.Keep = append(e.Keep, schema.Braces(v.Text())...)
	}
	f.counts = true
	if e.Ways = f.ways(); e.Ways == nil {
		e.Ways = []Way{}
	}
	e.Preset = preset(e.Ways)
	f.describeReach(e)
	if leaf.Kind == schema.Colour {
		e.Palette = f.palette()
	}
	if f.isDerived() {
		f.describeComputed(e)
	}
	return e
}

// describeReach says who shares the value, beginning with what holds it.
func (f *finder) describeReach(e *Element) {
	v := f.value()
	if !said(v) {
		return
	}
	at, name := v.Range(), f.layers[f.winner].Name
	if o := v.Origin(); o != nil && o.Range.Filename != "" {
		at = o.Range
		if o.Path != "" && o.Kind != schema.FromTexts {
			name = o.Path
		}
	}
	if name == "texts" {
		name = f.document.Locale.AddressOf().String()
	}
	e.Reach = f.reach(at)
	for _, w := range e.Ways {
		if same(w.target.at, at) {
			e.Reach.Fields, e.Reach.Languages = w.Fields, w.Languages
		}
	}
	e.Reach.Text = fmt.Sprintf("%s, %s: %s%s", name, schema.Place(at), e.Reach.words(), f.studio.alsoIn(at.Filename))
}

func plain(v schema.Value) any {
	switch {
	case !v.Declared():
		return nil
	case v.Kind() == schema.Bool:
		return v.Flag()
	case v.Kind() == schema.Tips:
		return schema.Plural(len(v.Tips()), "tip")
	default:
		return v.Text()
	}
}

func defaultOf(f *schema.Field) any {
	switch {
	case f.Kind == schema.Bool:
		return f.Unset == "true" || f.Default == "true"
	case f.Default == "":
		return nil
	default:
		return f.Default
	}
}

// stops are the places on the way to a value.
func (f *finder) stops(v schema.Value) []Stop {
	list := []Stop{}
	if !said(v) {
		return list
	}
	add := func(text string, at hcl.Range) {
		if n := len(list); n == 0 || list[n-1].At != schema.Place(at) {
			list = append(list, Stop{text, schema.Place(at)})
		}
	}
	o := v.Origin()
	if o == nil || len(o.Chain) == 0 {
		add(f.layers[f.winner].Name, v.Range())
		return list
	}
	for _, step := range o.Chain {
		text := step.Path
		if text == "" {
			text = step.Range.Filename
		}
		add(text, step.Range)
	}
	return list
}

// describeComputed says what computes a value, and from what.
func (f *finder) describeComputed(e *Element) {
	expr, text := f.computing()
	if expr == nil {
		e.Computed = "A function or a template makes this value."
		return
	}
	e.Computed = fmt.Sprintf("%s makes this value: change what it is made of.", text)
	for _, ref := range expr.Variables() {
		keys, ok := origin.KeysOf(ref[1:])
		if !ok || len(keys) == 0 {
			continue
		}
		name := ref.RootName() + "." + strings.Join(keys, ".")
		if !slices.ContainsFunc(e.Inputs, func(i Input) bool { return i.Text == name }) {
			e.Inputs = append(e.Inputs, f.input(ref.RootName(), keys[0], name))
		}
	}
}

// computing is the first expression on the way that is more than a name, and its text.
func (f *finder) computing() (hclsyntax.Expression, string) {
	v := f.value()
	places := []hcl.Range{v.Range()}
	if o := v.Origin(); o != nil {
		for _, step := range o.Chain {
			places = append(places, step.Range)
		}
	}
	for _, at := range places {
		expr, text := f.expressionAt(at)
		if _, isLiteral := origin.Literal(expr); expr != nil && !isLiteral && !isName(expr) && !f.HoldsSecret(text) {
			return expr, strings.Join(strings.Fields(text), " ")
		}
	}
	return nil, ""
}

// expressionAt is the expression at a place in configuration, and its text; nil if there is
// none.
func (b *base) expressionAt(at hcl.Range) (hclsyntax.Expression, string) {
	src := translating.SourceOf(b.Evaluation, at.Filename)
	if !syntax.IsConfiguration(at.Filename) || at.End.Byte > len(src) || at.Start.Byte >= at.End.Byte {
		return nil, ""
	}
	text := string(src[at.Start.Byte:at.End.Byte])
	if inner, isName := strings.CutPrefix(text, `"${`); isName && path.Ext(at.Filename) == ".json" {
		text = strings.TrimSuffix(inner, `}"`)
	}
	expr, diags := hclsyntax.ParseExpression([]byte(text+"\n"), at.Filename, hcl.InitialPos) // a heredoc ends with its line
	if diags.HasErrors() {
		return nil, ""
	}
	return expr, text
}

// isName reports whether an expression names one value.
func isName(expr hclsyntax.Expression) bool {
	switch expr.(type) {
	case *hclsyntax.ScopeTraversalExpr, *hclsyntax.RelativeTraversalExpr, *hclsyntax.IndexExpr:
		return true
	}
	return false
}

// input finds where a name is given its value, and an element that shows it.
func (f *finder) input(root, first, name string) Input {
	in := Input{Stop: Stop{name, schema.Place(f.declared(root, first))}}
	documents := slices.Concat([]schema.Document{f.document}, f.Documents)
	for _, d := range documents {
		for _, field := range schema.Fields() {
			o := d.At(field).Origin()
			if o == nil {
				continue
			}
			for _, step := range o.Chain {
				if step.Path != name {
					continue
				}
				in.At = schema.Place(step.Range)
				if !o.Derived {
					in.Locale, in.Field = d.Locale, field.Path()
					return in
				}
			}
		}
	}
	return in
}

// declared is where a name is declared; the zero Range for one that is not by itself.
func (b *base) declared(root, name string) hcl.Range {
	switch {
	case root == "local" && b.Module.Locals[name] != nil:
		return b.Module.Locals[name].NameRange()
	case root == "var" && b.Module.Variables[name] != nil:
		return b.Module.Variables[name].DefRange
	case root == "theme" && b.Module.Themes[name] != nil:
		return b.Module.Themes[name].DefRange
	}
	return hcl.Range{}
}

// maxHues is how many colours are offered.
const maxHues = 500

// palette are the names of the stack that hold colours: locals and variables, and design
// tokens.
func (b *base) palette() []Hue {
	list := []Hue{}
	for _, c := range langserver.ColoursOf(b.Evaluation) {
		root, rest, _ := strings.Cut(c.Name, ".")
		name := rest[:len(rest)-len(strings.TrimLeftFunc(rest, func(r rune) bool { return r != '.' && r != '[' }))]
		if !b.IsSensitive(c.Name) && len(list) < maxHues {
			list = append(list, Hue{c.Name, c.Digits, schema.Place(b.declared(root, name))})
		}
	}
	for _, set := range b.Tokens {
		if len(set.Names()) != 1 {
			continue
		}
		for _, t := range set.Tokens() {
			if t.Value == cty.NilVal || !t.Value.IsKnown() || t.Value.IsNull() || t.Value.Type() != cty.String || len(list) >= maxHues {
				continue
			}
			if digits, ok := schema.ParseColour(t.Value.AsString()); ok {
				list = append(list, Hue{tokenReference(set.Names()[0], t.Path), digits, schema.Place(t.Range)})
			}
		}
	}
	return list
}

// tokenReference is the expression that a token of a file is.
func tokenReference(file string, path []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "tokens(%q)", file)
	for _, key := range path {
		if hclsyntax.ValidIdentifier(key) {
			b.WriteString("." + key)
		} else {
			fmt.Fprintf(&b, "[%q]", key)
		}
	}
	return b.String()
}
