package studio

import (
	"bytes"
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"livery/reconcile/translating"
	"livery/schema"
	"livery/schema/syntax"
)

// TipWords is a tip of a list. "" is a part that it does not have.
type TipWords struct {
	Text string `json:"text"`
	Icon string `json:"iconLink"`
}

// tips are those that the document has.
func (f *finder) tips() []TipWords {
	list := []TipWords{}
	for _, tip := range f.document.At(f.field).Tips() {
		list = append(list, TipWords{tip.Text.Text(), tip.Icon.Text()})
	}
	return list
}

// tipList is a list of tips where it stands in a file.
type tipList struct {
	at   hcl.Range   // of the list; the zero Range for blocks
	tips []hcl.Range // each with its braces; of a block with its name
}

func (l tipList) file() string { return l.tips[0].Filename }

// tipListOf is where a list stands, if each of its tips stands there by itself: as a block,
// or as an object in a list.
func (f *finder) tipListOf(v schema.Value) (tipList, bool) {
	anchors := func(tip schema.Tip) (list []hcl.Range) {
		for _, part := range []schema.Value{tip.Text, tip.Icon} {
			if said(part) {
				list = append(list, part.Range())
				for _, p := range placesOf(part) {
					list = append(list, p.at)
				}
			}
		}
		return list
	}
	tips := v.Tips()
	if len(tips) == 0 {
		return tipList{}, false
	}
	for _, at := range anchors(tips[0]) {
		l := tipListAt(translating.SourceOf(f.Evaluation, at.Filename), at)
		if len(l.tips) != len(tips) {
			continue
		}
		holds := func(i int) bool {
			return slices.ContainsFunc(anchors(tips[i]), func(at hcl.Range) bool { return contains(l.tips[i], at) })
		}
		all := true
		for i := range tips {
			all = all && holds(i)
		}
		if all {
			return l, true
		}
	}
	return tipList{}, false
}

func contains(outer, at hcl.Range) bool {
	return outer.Filename == at.Filename && outer.Start.Byte <= at.Start.Byte && at.End.Byte <= outer.End.Byte
}

// tipListAt is the innermost list around a place.
func tipListAt(src []byte, at hcl.Range) (around tipList) {
	take := func(l tipList) {
		if slices.ContainsFunc(l.tips, func(tip hcl.Range) bool { return contains(tip, at) }) {
			around = l
		}
	}
	if strings.HasSuffix(at.Filename, ".json") {
		if root, diags := syntax.ParseJSON(src, at.Filename); !diags.HasErrors() {
			for j := range root.All() {
				take(arrayOf(j))
			}
		}
		return around
	}
	if file, diags := hclsyntax.ParseConfig(src, at.Filename, hcl.InitialPos); !diags.HasErrors() {
		_ = hclsyntax.VisitAll(file.Body.(*hclsyntax.Body), func(node hclsyntax.Node) hcl.Diagnostics {
			take(nodeOf(node))
			return nil
		})
	}
	return around
}

// arrayOf are the objects in an array of JSON, or the one that stands for a block alone.
func arrayOf(j *syntax.JSON) tipList {
	l := tipList{at: j.Range}
	for _, m := range j.Members {
		if j.IsArray() && m.IsObject() {
			l.tips = append(l.tips, m.Range)
		}
	}
	if j.IsObject() && j.Name == tipBlock {
		l.tips = []hcl.Range{j.Range}
	}
	return l
}

const tipBlock = "tip"

// isAlone reports whether the list is an object of JSON without an array around it.
func (l tipList) isAlone() bool { return l.at == l.tips[0] }

// nodeOf are the blocks of tips in a body of HCL, or the objects in a list.
func nodeOf(node hclsyntax.Node) (l tipList) {
	switch n := node.(type) {
	case *hclsyntax.Body:
		for _, b := range n.Blocks {
			if b.Type == tipBlock {
				l.tips = append(l.tips, b.Range())
			}
		}
	case *hclsyntax.TupleConsExpr:
		l.at = n.Range()
		for _, e := range n.Exprs {
			if _, isObject := e.(*hclsyntax.ObjectConsExpr); isObject {
				l.tips = append(l.tips, e.Range())
			}
		}
	}
	return l
}

// changesList reports whether a list becomes another one, and not only something in it.
func (f *finder) changesList() bool {
	return f.field.Kind == schema.Tips && (f.item == nil || !said(f.value()))
}

// listWays adds the ways to another list: where it stands, in the theme on top, and in this
// language alone.
func (f *finder) listWays() {
	if f.winner >= 0 {
		f.listInPlace(f.layers[f.winner].Name, f.layers[f.winner].Look.At(f.field))
	}
	if top := f.topTheme(); top > f.winner {
		f.addToTheme(f.layers[top].Name, addList)
	}
	f.inLocale()
}

func (f *finder) listInPlace(name string, v schema.Value) {
	t := target{action: addList, at: v.Range(), holder: f.holderOf(name, v)}
	if l, ok := f.tipListOf(v); ok {
		t = target{action: editTips, at: l.tips[0], list: l}
	} else if !v.IsNull() || !f.isEditable(&target{at: t.at}) {
		return
	}
	if name == "texts" {
		name = f.document.Locale.AddressOf().String()
	}
	f.add(Way{ID: AtOrigin + ":" + name, Kind: AtOrigin, Label: name, At: schema.Place(t.at), target: t}, func() Reach { return f.reach(v.Range()) })
}

// holderOf is where a layer declares its fields, as a value of it.
func (f *finder) holderOf(layer string, v schema.Value) translating.Holder {
	file := v.Range().Filename
	switch theme := f.Module.Themes[strings.TrimPrefix(layer, themePrefix)]; {
	case layer == "texts":
		return translating.TextsHolder(file, translating.SourceOf(f.Evaluation, file))
	case theme != nil && strings.HasPrefix(layer, themePrefix):
		return translating.BlockHolder(theme.DefRange)
	}
	return translating.BlockHolder(f.document.Range)
}

// tipEdit is what becomes of a list where it stands.
type tipEdit struct {
	list    tipList
	removed []int
	added   map[int]*translating.ListItem
	icon    string // the name of a tip's picture
}

// takeTips plans another list, or another number of tips.
func (r *editor) takeTips(p *patch, f *finder, t target, v cty.Value) error {
	if f.item != nil && (v.IsNull() || v.AsString() == "") && f.index >= len(f.tips()) {
		return nil // a tip that is not there yet stays so
	}
	switch {
	case f.index < 0 && t.action == editTips:
		p.clearTips(f.field, t.list)
		return nil
	case f.index < 0:
		p.addField(t.holder, f.field, v)
		return nil
	case t.action == editTips:
		return p.editTips(f, t.list, v)
	}
	l := r.listOf(p, f, t)
	if f.item == nil {
		if len(l.Items) != f.index+1 || f.index == 0 {
			return notLastTip(f)
		}
		l.Items = l.Items[:f.index]
		return nil
	}
	for len(l.Items) <= f.index {
		l.Items = append(l.Items, translating.ListItem{})
	}
	setPart(&l.Items[f.index], f.item, v)
	return nil
}

func notLastTip(f *finder) error {
	return impossible("Not this tip", "%s is no tip that can be taken out: take them out from the last one on; for none at all choose the API's default for the list.", f.name())
}

func setPart(item *translating.ListItem, part *schema.Field, v cty.Value) {
	text := ""
	if !v.IsNull() {
		text = v.AsString()
	}
	if part.Kind == schema.ImageURL {
		item.Icon = text
	} else {
		item.Text = text
	}
}

// listOf is the list that a change is a part of, and is written as a whole.
func (r *editor) listOf(p *patch, f *finder, t target) *translating.List {
	isThis := func(l *translating.List) bool { return l.Locale == f.document.Locale && l.Field == f.field }
	i := slices.IndexFunc(p.lists, isThis)
	if i < 0 {
		l := t.holder.NewListFor(f.document, f.field)
		i, p.lists = len(p.lists), append(p.lists, &l)
		if t.at != (hcl.Range{}) { // of a null
			p.add(t.at, syntax.Replace(t.at, cty.StringVal(l.Mark())))
		} else {
			p.addField(t.holder, f.field, cty.StringVal(l.Mark()))
		}
	}
	return p.lists[i]
}

// clearTips plans that a list is the API's default where it stands.
func (p *patch) clearTips(field *schema.Field, l tipList) {
	if l.at != (hcl.Range{}) {
		p.add(l.at, syntax.Rewrite(l.at, "null"))
		return
	}
	for i, tip := range l.tips {
		if i > 0 {
			p.add(tip, syntax.Remove(tip))
		}
	}
	p.add(l.tips[0], syntax.Rewrite(l.tips[0], field.HCLName()+" = null"))
}

// editTips plans a tip more or less, or a part that a tip lacks.
func (p *patch) editTips(f *finder, l tipList, v cty.Value) error {
	if f.index < len(l.tips) && f.item != nil {
		if !v.IsNull() {
			p.fill(l, f.index, f.item, v)
		}
		return nil
	}
	i := slices.IndexFunc(p.tips, func(t *tipEdit) bool { return same(t.list.tips[0], l.tips[0]) })
	if i < 0 {
		i, p.tips = len(p.tips), append(p.tips, &tipEdit{list: l, added: make(map[int]*translating.ListItem), icon: p.spelled(l.file(), f.field.Item("iconLink"))})
	}
	t := p.tips[i]
	if f.item == nil {
		t.removed = append(t.removed, f.index)
		slices.Sort(t.removed)
		t.removed = slices.Compact(t.removed)
		if first := t.removed[0]; first == 0 || first+len(t.removed) != len(l.tips) {
			return notLastTip(f)
		}
		return nil
	}
	if t.added[f.index] == nil {
		t.added[f.index] = new(translating.ListItem)
	}
	setPart(t.added[f.index], f.item, v)
	return nil
}

// fill plans a part that a tip lacks.
func (p *patch) fill(l tipList, i int, part *schema.Field, v cty.Value) {
	tip, name := l.tips[i], p.spelled(l.file(), part)
	about := name + " in " + schema.Place(tip)
	if l.at == (hcl.Range{}) || strings.HasSuffix(l.file(), ".json") {
		p.addAbout(about, syntax.Add(tip, []string{name}, v))
		return
	}
	src := p.before[tip.Start.Byte:tip.End.Byte]
	inside := bytes.TrimRight(src[:len(src)-1], " \t\r\n,")
	gap := ", "
	if n := bytes.LastIndexByte(inside, '\n'); n >= 0 {
		gap = "\n" + string(inside[n+1:len(inside)-len(bytes.TrimLeft(inside[n+1:], " \t"))])
	}
	p.addAbout(about, insert(tip.Filename, tip.Start.Byte+len(inside), gap+name+" = "+syntax.Literal(tip.Filename, v)))
}

// insert is an edit that puts text behind what ends at a byte.
func insert(file string, offset int, text string) syntax.Edit {
	at := hcl.Pos{Byte: offset}
	return syntax.Rewrite(hcl.Range{Filename: file, Start: at, End: at}, text)
}

// spelled is the name of a part, as the file spells it.
func (p *patch) spelled(file string, part *schema.Field) string {
	if strings.HasSuffix(file, ".hcl") || syntax.IsConfiguration(file) || bytes.Contains(p.before, []byte(`"`+part.HCLName()+`"`)) {
		return part.HCLName()
	}
	return part.Key
}

// edits are those that the list becomes another one by.
func (t *tipEdit) edits(p *patch) (list []syntax.Edit) {
	tips, file := t.list.tips, t.list.file()
	isBlocks, isJSON := t.list.at == (hcl.Range{}), strings.HasSuffix(file, ".json")
	for _, i := range t.removed {
		if isBlocks || isJSON {
			list = append(list, syntax.Remove(tips[i]))
			continue
		}
		list = append(list, syntax.Rewrite(hcl.Range{Filename: file, Start: commaIn(p.before, tips[i-1].End, tips[i].Start), End: tips[i].End}, ""))
	}
	if len(t.added) == 0 {
		return list
	}
	last := tips[len(tips)-1]
	line := p.before[bytes.LastIndexByte(p.before[:last.Start.Byte], '\n')+1 : last.Start.Byte]
	indent := string(line[:len(line)-len(bytes.TrimLeft(line, " \t"))])
	gap := t.gap(p.before, indent)
	var text strings.Builder
	for _, i := range slices.SortedFunc(maps.Keys(t.added), cmp.Compare[int]) {
		if isBlocks {
			text.WriteString(gap + t.added[i].Block(indent))
		} else {
			text.WriteString(gap + t.added[i].Object(file, t.icon))
		}
	}
	if t.list.isAlone() {
		list = append(list, insert(file, last.Start.Byte, "["))
		text.WriteString("]")
	}
	return append(list, insert(file, last.End.Byte, text.String()))
}

// commaIn is the comma that parts two items of a list, between which comments may stand.
func commaIn(src []byte, from, to hcl.Pos) hcl.Pos {
	tokens, _ := hclsyntax.LexExpression(src[from.Byte:to.Byte], "", from) // the file was parsed
	for _, token := range tokens {
		if token.Type == hclsyntax.TokenComma {
			return token.Range.Start
		}
	}
	return to
}

// gap is what stands between two tips.
func (t *tipEdit) gap(src []byte, indent string) string {
	tips := t.list.tips
	if n := len(tips); n > 1 {
		if between := string(src[tips[n-2].End.Byte:tips[n-1].Start.Byte]); strings.Trim(between, " \t\r\n,") == "" {
			return between
		}
	}
	switch before := src[:tips[0].Start.Byte]; {
	case t.list.at == (hcl.Range{}):
		return "\n\n" + indent
	case bytes.HasSuffix(bytes.TrimRight(before, " \t"), []byte("\n")):
		return ",\n" + indent
	}
	return ", "
}
