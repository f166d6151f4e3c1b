package studio

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"livery/reconcile/translating"
	"livery/schema"
	"livery/schema/origin"
	"livery/schema/stack"
	"livery/schema/syntax"
)

// Kinds of ways to write a value.
const (
	AtOrigin = "origin" // where its digits or words stand, for all that share them
	InTheme  = "theme"  // in a theme, for all that wear it
	InLocale = "locale" // in this language alone
)

// Way is a place where another value can be written.
type Way struct {
	ID        string `json:"id"` // for this element alone
	Kind      string `json:"kind"`
	Label     string `json:"label"`
	At        string `json:"at"` // file and line
	Fields    int    `json:"fields"`
	Languages int    `json:"languages"`
	Also      string `json:"also"`  // other stacks that read the file, as the end of a sentence; "" for none
	Stops     string `json:"stops"` // why nothing can be written there; "" if it can

	Names bool `json:"names"` // a name of the palette can stand there

	target target
}

// target is what is done to write a value.
type target struct {
	action action
	at     hcl.Range          // of what is replaced
	holder translating.Holder // where it is added
	names  bool               // a name can stand there instead of a value
	token  bool               // it is a design token, which must have a value
	list   tipList            // that is edited
}

type action uint8

const (
	replaceLiteral action = iota
	replaceExpression
	replaceToken // a colour in object form
	addField
	addList  // a whole list of tips, or what takes the place of a null
	editTips // a list of tips where it stands
)

func (t target) file() string {
	if t.at == (hcl.Range{}) {
		return t.holder.File
	}
	return t.at.Filename
}

// place is where the digits or words of a value stand, and what holds them.
type place struct {
	kind schema.OriginKind
	path string
	at   hcl.Range
}

// placesOf are where the digits or words of a value stand: the place that people named
// and, of a token that is an alias, those that it leads to. There is none for a value that
// is computed, or that no file has.
func placesOf(v schema.Value) []place {
	o := v.Origin()
	switch {
	case o == nil:
		return []place{{schema.FromLiteral, "", v.Range()}}
	case o.Derived || o.Range.Filename == "":
		return nil
	}
	list := []place{{o.Kind, o.Path, o.Range}}
	for _, step := range o.Chain {
		if o.Kind == schema.FromToken && step.Kind == schema.FromToken && !same(step.Range, o.Range) {
			list = append(list, place{step.Kind, step.Path, step.Range})
		}
	}
	return list
}

// filesOf are those that a value stands in.
func filesOf(v schema.Value) []string {
	list := []string{v.Range().Filename}
	for _, p := range placesOf(v) {
		list = append(list, p.at.Filename)
	}
	return list
}

// finder finds the ways to write one element.
type finder struct {
	*base
	studio   *Studio
	document schema.Document
	member
	layers []stack.Layer
	winner int  // the layer that says it; -1 if none does
	counts bool // whoever asks wants to know who shares what
	list   []Way
}

func (s *Studio) finderOf(b *base, d schema.Document, m member) *finder {
	f := &finder{base: b, studio: s, document: d, member: m, layers: b.layersOf(d.Locale), winner: -1}
	for i, l := range f.layers {
		if said(l.At(m.field)) {
			f.winner = i
		}
	}
	return f
}

// value is what the layer that wins says.
func (f *finder) value() schema.Value {
	if f.winner < 0 {
		return schema.Value{}
	}
	return f.of(f.layers[f.winner].Look)
}

// isDerived reports whether a function or a template makes the value.
func (f *finder) isDerived() bool {
	v := f.value()
	if o := v.Origin(); o != nil && o.Derived {
		return true
	}
	expr, _ := f.expressionAt(v.Range())
	template, ok := expr.(*hclsyntax.TemplateExpr)
	return ok && slices.ContainsFunc(template.Parts, func(part hclsyntax.Expression) bool {
		_, isWords := part.(*hclsyntax.LiteralValueExpr)
		return !isWords
	})
}

// ways are all of them, the one that is preset first. A value that is computed is not
// overwritten.
func (f *finder) ways() []Way {
	if f.isDerived() {
		return nil
	}
	if f.changesList() {
		f.listWays()
		return f.list
	}
	if v := f.value(); said(v) {
		for _, p := range placesOf(v) {
			f.atOrigin(p)
		}
	}
	f.inTheme()
	f.inLocale()
	return f.list
}

func (f *finder) add(w Way, reach func() Reach) {
	if f.counts {
		r := reach()
		w.Fields, w.Languages, w.Also = r.Fields, r.Languages, f.studio.alsoIn(w.target.file())
	}
	w.Names = w.target.names
	w.Stops = f.studio.files.Dir.Closed(w.target.file())
	f.list = append(f.list, w)
}

// atOrigin adds the way to the digits or words themselves.
func (f *finder) atOrigin(p place) {
	if (p.kind == schema.FromVariable || p.kind == schema.FromDefault) && f.IsSensitive(p.path) {
		return
	}
	name := p.path
	switch {
	case p.kind == schema.FromTexts && !strings.HasPrefix(f.layers[f.winner].Name, themePrefix):
		name = f.document.Locale.AddressOf().String()
	case name == "" || p.kind == schema.FromTexts:
		name = f.layers[f.winner].Name
	}
	t := target{at: p.at, names: syntax.IsConfiguration(p.at.Filename) && p.kind != schema.FromDefault, token: p.kind == schema.FromToken}
	w := Way{ID: AtOrigin + ":" + name, Kind: AtOrigin, Label: name, At: schema.Place(p.at), target: t}
	switch {
	case f.isEditable(&w.target):
		f.add(w, func() Reach { return f.shares(w.target) })
	case !strings.HasSuffix(p.at.Filename, ".hcl") && !strings.HasSuffix(p.at.Filename, ".json"):
		w.Stops = fmt.Sprintf("It stands in %s. Only HCL and JSON are written here: change it there.", p.at.Filename)
		r := f.reach(p.at)
		w.Fields, w.Languages = r.Fields, r.Languages
		f.list = append(f.list, w)
	}
}

// isEditable reports whether something else can be put in a place, and sees how. Whoever
// writes it judges that again.
func (f *finder) isEditable(t *target) bool {
	src := translating.SourceOf(f.Evaluation, t.at.Filename)
	if t.at.End.Byte > len(src) || t.at.Start.Byte >= t.at.End.Byte {
		return false
	}
	text, isJSON := string(src[t.at.Start.Byte:t.at.End.Byte]), strings.HasSuffix(t.at.Filename, ".json")
	switch isText := strings.HasPrefix(text, `"`); {
	case text[0] == '{':
		t.action = replaceToken
		return isJSON && f.leaf().Kind == schema.Colour && !syntax.IsConfiguration(t.at.Filename)
	case isJSON && isText, strings.HasPrefix(text, "<<"):
		return !syntax.IsConfiguration(t.at.Filename) || !hasSequence(text)
	case isJSON:
		return text[0] != '['
	case !strings.HasSuffix(t.at.Filename, ".hcl"):
		return false // a whole file of words
	}
	expr, diags := hclsyntax.ParseExpression([]byte(text), t.at.Filename, hcl.InitialPos)
	if diags.HasErrors() {
		return false
	}
	_, ok := origin.Literal(expr)
	return ok
}

// hasSequence reports whether a template has more than words.
func hasSequence(text string) bool {
	words := strings.NewReplacer("$${", "", "%%{", "").Replace(text)
	return strings.Contains(words, "${") || strings.Contains(words, "%{")
}

// themePrefix begins the names of layers that are themes.
const themePrefix = "theme."

// inTheme adds the way to the theme that says it, where it does not stand there itself, and
// to the one on top, which is what the document names.
func (f *finder) inTheme() {
	top := f.topTheme()
	if top < 0 || f.winner > top {
		return
	}
	if f.winner >= 0 && f.item == nil {
		f.expression(InTheme, f.layers[f.winner])
	}
	if top == f.winner || f.item != nil {
		return
	}
	f.addToTheme(f.layers[top].Name, addField)
}

// topTheme is the layer of the theme that the document names; -1 for none.
func (f *finder) topTheme() int {
	top := -1
	for i, l := range f.layers {
		if strings.HasPrefix(l.Name, themePrefix) {
			top = i
		}
	}
	return top
}

// addToTheme adds the way to a theme that does not say it yet.
func (f *finder) addToTheme(name string, action action) {
	block := f.Module.Themes[strings.TrimPrefix(name, themePrefix)]
	f.add(Way{
		ID: InTheme + ":" + name, Kind: InTheme, Label: name, At: schema.Place(block.DefRange),
		target: target{action: action, holder: translating.BlockHolder(block.DefRange), names: action == addField},
	}, func() Reach { return f.reachOfTheme(name, f.field) })
}

// expression adds the way to what a block says, if that is a name and not the digits. A
// choice between several values, or what reads a file, is not overwritten.
func (f *finder) expression(kind string, l stack.Layer) {
	v := f.of(l.Look)
	if o := v.Origin(); o == nil || same(o.Range, v.Range()) || !syntax.IsConfiguration(v.Range().Filename) {
		return
	}
	if expr, _ := f.expressionAt(v.Range()); !isName(expr) {
		return
	}
	f.add(Way{
		ID: kind + ":" + l.Name, Kind: kind, Label: l.Name, At: schema.Place(v.Range()), target: target{action: replaceExpression, at: v.Range(), names: true},
	}, func() Reach { return f.reach(v.Range()) })
}

// inLocale adds the way to this language alone.
func (f *finder) inLocale() {
	address := f.document.Locale.AddressOf().String()
	h, why := f.holder()
	if own := len(f.layers) - 1; own >= 0 && f.winner == own {
		if !f.changesList() && f.reach(f.value().Range()).Languages == 1 {
			f.expression(InLocale, f.layers[own])
		}
		return
	}
	if f.winner >= 0 && f.layers[f.winner].Name == "texts" && (f.field.Kind == schema.Tips || why == "" && h.IsTexts()) {
		return // they are there already
	}
	w := Way{ID: InLocale + ":" + address, Kind: InLocale, Label: address, target: target{action: addField, holder: h, names: !h.IsTexts()}}
	if f.field.Kind == schema.Tips {
		w.target.action = addList
	}
	switch {
	case why != "":
		w.Stops = why
		w.Fields, w.Languages = 1, 1
		f.list = append(f.list, w)
		return
	case h.IsTexts():
		w.At = h.File
	default:
		w.At = schema.Place(h.Block)
	}
	f.add(w, func() Reach { return Reach{Fields: 1, Languages: 1} })
}

// holder is where the document declares this field. Files of texts are for words and for
// lists that have some, where there is another place for what is not.
func (f *finder) holder() (h translating.Holder, why string) {
	h, _, why = translating.HolderOf(f.Evaluation, f.document)
	isWords := f.leaf().Kind == schema.Text || f.field.Kind == schema.Tips
	if !isWords && !translating.IsForEach(f.Evaluation, f.document) {
		return translating.BlockHolder(f.document.Range), ""
	}
	return h, why
}

// preset is the first way that is open.
func preset(ways []Way) string {
	if i := slices.IndexFunc(ways, func(w Way) bool { return w.Stops == "" }); i >= 0 {
		return ways[i].ID
	}
	return ""
}
