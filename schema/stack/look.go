package stack

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
)

// where says what a set of fields is declared in.
type where struct {
	noun  string // at the beginning of a sentence
	at    schema.Subject
	own   []string             // attributes that are no fields; the caller reads them, but for extra
	extra map[string]cty.Value // each and self

	unsure map[*schema.Field]bool // takes note of the fields without a usable value; may be nil
}

// doubt notes that a field is declared and its value cannot be used.
func (w where) doubt(f *schema.Field) {
	if w.unsure != nil {
		w.unsure[f] = true
	}
}

// fields evaluates the fields of a theme or locale into look.
func (l *loader) fields(c content, w where, look *schema.Look) {
	root := schema.PageByKey("")
	for _, a := range c.attrs {
		switch {
		case a.Name == "extra" && slices.Contains(w.own, a.Name):
			l.extraMembers(a, w, look)
		case slices.Contains(w.own, a.Name):
		default:
			l.field(root, a, w, look)
		}
	}
	seen := make(map[string]hcl.Range)
	for _, b := range c.blocks {
		page := schema.PageByHCL(b.Type)
		if page == nil || page.Key == "" {
			l.unknownBlock(b, "in "+article(w.noun), w.at, headerNames(pageHeaders()), fieldNames(root))
			continue
		}
		if first, ok := seen[b.Type]; ok {
			l.duplicate(b.DefRange, first, fmt.Sprintf("The page %s is declared twice here; put its fields into one block.", b.Type))
			continue
		}
		seen[b.Type] = b.DefRange
		if len(b.Labels) > 0 {
			l.labelled(b, pageHeaders())
			continue
		}
		l.page(page, b, w, look)
	}
}

func article(noun string) string { return "a" + noun[1:] }

func fieldNames(p *schema.Page) []string {
	names := make([]string, 0, len(p.Fields))
	for i := range p.Fields {
		if p.Fields[i].Kind != schema.Tips {
			names = append(names, p.Fields[i].HCLName())
		}
	}
	return names
}

// field evaluates one attribute of a page, or of the root.
func (l *loader) field(p *schema.Page, a *hcl.Attribute, w where, look *schema.Look) {
	name := a.Name
	if name == "tips" {
		name = "tip" // a list of tips may also be given, or cleared, as one value
	}
	f := schema.FieldByHCL(p.HCLName(), name)
	if f == nil {
		noun, names, blocks := w.noun, fieldNames(p), headerNames(pageHeaders())
		if p.Key != "" {
			noun, blocks = p.HCLName(), nil
		} else {
			names = append(names, w.own...)
		}
		at := w.at
		if at.Path = a.Name; p.Key != "" {
			at.Path = p.Key + "." + a.Name
		}
		l.unknownField(a, noun, at, names, blocks)
		return
	}
	at := w.at
	at.Path, at.Range = f.Path(), a.Expr.Range()
	v, ok := l.plain(l.evaluate(a.Expr, w.extra, at), at)
	if at.Path = ""; !ok || !l.set(f, v, at, look) {
		w.doubt(f)
	}
}

// set judges a value and declares it; false if it cannot be used.
func (l *loader) set(f *schema.Field, raw cty.Value, at schema.Subject, look *schema.Look) bool {
	v, diags := f.Parse(raw, at)
	l.fault(diags...)
	if !v.Declared() && !v.IsNull() {
		return false
	}
	look.Set(f, v)
	return true
}

// page evaluates a page block.
func (l *loader) page(p *schema.Page, b *hcl.Block, w where, look *schema.Look) {
	c := l.content(b.Body, tipHeaders)
	list := schema.FieldByHCL(p.HCLName(), "tip")
	var value *hcl.Attribute // the tips, if they are given as one value
	for _, a := range c.attrs {
		if (a.Name == "tip" || a.Name == "tips") && list != nil {
			if len(c.blocks) > 0 {
				l.duplicate(a.NameRange, c.blocks[0].DefRange, "The tips are given as blocks and as a value.")
				continue
			}
			if value != nil {
				l.duplicate(a.NameRange, value.NameRange, "The tips are given twice.")
				continue
			}
			value = a
		}
		l.field(p, a, w, look)
	}
	if a := nullTips(b.Body); a != nil && list != nil {
		l.field(p, a, w, look)
	}
	var tips []*hcl.Block
	for _, block := range c.blocks {
		if block.Type == "tip" && list != nil {
			tips = append(tips, block)
			continue
		}
		var names []string
		if list != nil {
			names = headerNames(tipHeaders)
		}
		l.unknownBlock(block, "in "+p.HCLName(), w.at, names, fieldNames(p))
	}
	if len(tips) > 0 {
		l.tips(list, tips, w, look)
	}
}

// nullTips is the attribute tip of a body in the JSON syntax, if it is null: read
// as a block that would be no tip at all, but it clears the list.
func nullTips(body hcl.Body) *hcl.Attribute {
	if _, native := body.(*hclsyntax.Body); native {
		return nil
	}
	attrs, _ := body.JustAttributes()
	if a := attrs["tip"]; a != nil {
		if v, diags := a.Expr.Value(nil); !diags.HasErrors() && v.IsNull() {
			return a
		}
	}
	return nil
}

// tips evaluates the tip blocks of a page into one list.
func (l *loader) tips(f *schema.Field, blocks []*hcl.Block, w where, look *schema.Look) {
	list := make([]schema.Tip, 0, len(blocks))
	for i, b := range blocks {
		l.labelled(b, tipHeaders)
		var tip schema.Tip
		before := len(l.diags)
		c := l.content(b.Body, nil)
		for _, a := range c.attrs {
			item := f.Item(a.Name)
			if item == nil || item.HCLName() != a.Name {
				l.unknownField(a, "A tip", w.at, []string{"icon_link", "text"}, nil)
				continue
			}
			at := w.at
			at.Path, at.Range = fmt.Sprintf("%s[%d].%s", f.Path(), i, item.Key), a.Expr.Range()
			if raw, ok := l.plain(l.evaluate(a.Expr, w.extra, at), at); ok {
				v, diags := item.Parse(raw, at)
				l.fault(diags...)
				tip.Set(v)
			}
		}
		for _, block := range c.blocks {
			l.unknownBlock(block, "in a tip", w.at, nil, []string{"icon_link", "text"})
		}
		if len(l.diags) == before && l.knownAttributes(c) {
			at := w.at
			at.Path, at.Range = fmt.Sprintf("%s[%d]", f.Path(), i), b.DefRange
			l.fault(tip.Judge(at)...)
		}
		list = append(list, tip)
	}
	at := w.at
	at.Range = blocks[0].DefRange
	v, diags := f.ParseTips(list, at)
	l.fault(diags...)
	if v.Declared() {
		look.Set(f, v)
	}
}

// knownAttributes reports whether a tip without a value is really empty, rather
// than waiting for a variable.
func (l *loader) knownAttributes(c content) bool {
	return !slices.ContainsFunc(c.attrs, func(a *hcl.Attribute) bool { return len(a.Expr.Variables()) > 0 })
}

// texts lays an object of pages, fields and texts over the look. Keys may be in
// the API's spelling or in that of configuration.
func (l *loader) texts(a *hcl.Attribute, w where, look *schema.Look) {
	at := w.at
	at.Range = a.Expr.Range()
	raw, ok := l.plain(l.evaluate(a.Expr, w.extra, at), at)
	if !ok || raw.IsNull() {
		return
	}
	if !isObject(raw) {
		l.fault(schema.Diagnose(schema.WrongType, at, "Wrong type of value", "texts takes an object: page => field => text, as in jsondecode(file(\"texts/en.json\"))."))
		return
	}
	places := l.textPlaces(a.Expr, w.extra)
	seen := make(map[*schema.Page]string)
	root := schema.PageByKey("")
	for it := raw.ElementIterator(); it.Next(); {
		k, v := it.Element()
		name := k.AsString()
		at := placed(at, places, name)
		if f := fieldByName(root, name); f != nil {
			l.set(f, v, at, look)
			continue
		}
		page := schema.PageByKey(name)
		if page == nil {
			page = schema.PageByHCL(name)
		}
		if first, ok := seen[page]; ok && page != nil {
			l.fault(schema.Diagnose(schema.Duplicate, at, "Declared twice", fmt.Sprintf("The page stands in texts as %s and as %s; put its texts together.", first, name)))
			continue
		}
		seen[page] = name
		switch {
		case page == nil || page.Key == "":
			l.unknownText(at, name, "There is no page or field "+name+" in the catalogue.", pageNames())
		case v.IsNull():
		case !isObject(v):
			pageAt := at
			pageAt.Path = page.Key
			l.fault(schema.Diagnose(schema.WrongType, pageAt, "Wrong type of value", fmt.Sprintf("In texts, %s takes an object of field => text.", name)))
		default:
			l.pageTexts(page, v, at, look, places, name)
		}
	}
}

func (l *loader) pageTexts(p *schema.Page, texts cty.Value, at schema.Subject, look *schema.Look, places map[string]hcl.Range, page string) {
	for it := texts.ElementIterator(); it.Next(); {
		k, v := it.Element()
		at := placed(at, places, page+"."+k.AsString())
		if f := fieldByName(p, k.AsString()); f != nil {
			l.set(f, v, at, look)
			continue
		}
		var names []string
		for i := range p.Fields {
			names = append(names, p.Fields[i].Key, schema.Snake(p.Fields[i].Key))
		}
		l.unknownText(at, p.Key+"."+k.AsString(), fmt.Sprintf("The page %s has no field %s.", p.Key, k.AsString()), names)
	}
}

func (l *loader) unknownText(at schema.Subject, path, detail string, names []string) {
	at.Path = path
	name := path
	for i := len(path) - 1; i >= 0; i-- {
		if path[i] == '.' {
			name = path[i+1:]
			break
		}
	}
	detail += schema.DidYouMean(name, names)
	l.fault(schema.Diagnose(schema.UnknownField, at, "Unknown field in texts", detail))
}

func pageNames() []string {
	var names []string
	for _, p := range schema.Pages() {
		if p.Key != "" {
			names = append(names, p.Key, p.HCLName())
		}
	}
	return append(names, "titleText", "title_text")
}

// fieldByName finds a field by its key in either spelling.
func fieldByName(p *schema.Page, name string) *schema.Field {
	for i := range p.Fields {
		if f := &p.Fields[i]; f.Key == name || f.HCLName() == name || schema.Snake(f.Key) == name {
			return f
		}
	}
	return nil
}

func isObject(v cty.Value) bool {
	return !v.IsNull() && (v.Type().IsObjectType() || v.Type().IsMapType())
}

// extraMembers reads what the catalogue does not know.
func (l *loader) extraMembers(a *hcl.Attribute, w where, look *schema.Look) {
	at := w.at
	at.Range = a.Expr.Range()
	raw, ok := l.plain(l.evaluate(a.Expr, w.extra, at), at)
	if !ok || raw.IsNull() {
		return
	}
	if !isObject(raw) {
		l.fault(schema.Diagnose(schema.WrongType, at, "Wrong type of value", "extra takes an object, such as { newPage = { newColor = \"#000000\" } }."))
		return
	}
	for it := raw.ElementIterator(); it.Next(); {
		k, v := it.Element()
		if !isObject(v) || v.LengthInt() == 0 {
			l.extraMember(schema.ExtraKey{Key: k.AsString()}, v, at, look)
			continue
		}
		for members := v.ElementIterator(); members.Next(); {
			key, member := members.Element()
			l.extraMember(schema.ExtraKey{Page: k.AsString(), Key: key.AsString()}, member, at, look)
		}
	}
}

func (l *loader) extraMember(k schema.ExtraKey, v cty.Value, at schema.Subject, look *schema.Look) {
	at.Path = k.Path()
	switch {
	case k.Path() == "locale":
		l.fault(schema.Diagnose(schema.UnknownField, at, "Not an extra field", "The locale of a document is its block's label."))
		return
	case schema.FieldByPath(k.Path()) != nil, k.Page == "" && schema.PageByKey(k.Key) != nil:
		l.fault(schema.Diagnose(schema.UnknownField, at, "Not an extra field", k.Path()+" is in the catalogue; declare it as a field, so that its value is checked."))
		return
	}
	raw, err := schema.CanonicalJSON(v)
	if err != nil {
		l.fault(schema.Diagnose(schema.WrongType, at, "Wrong type of value", fmt.Sprintf("%s cannot be sent as JSON: %v.", k.Path(), err)))
		return
	}
	if !v.IsNull() {
		l.fault(schema.Diagnose(schema.UndocumentedField, at, "Undocumented field",
			k.Path()+" is sent as it is: the catalogue does not know it, and the service may ignore it."))
	}
	look.SetExtra(k, schema.Extra{JSON: raw, Range: at.Range})
}
