package stack

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
	"livery/schema/config"
	"livery/schema/explain"
	"livery/schema/origin"
	"livery/schema/rule"
	"livery/schema/tokens"
	"livery/schema/wording"
)

// fieldReader evaluates the fields of one theme or locale.
type fieldReader struct {
	*scope
	noun    string // what they are declared in, at the beginning of a sentence
	at      schema.Subject
	own     []string             // attributes that are no fields; the caller reads them, but for extra
	extra   map[string]cty.Value // each and self
	origins origin.Block         // the same block
	look    *schema.Look         // takes the values
}

// read evaluates all fields in a block.
func (r *fieldReader) read(block *config.Block) {
	root := schema.PageByKey("")
	for _, a := range block.Attributes {
		switch {
		case a.Name == "extra" && slices.Contains(r.own, a.Name):
			r.extraMembers(a)
		case slices.Contains(r.own, a.Name):
		default:
			r.field(root, a)
		}
	}
	seen := make(map[string]*config.Block, min(len(block.Blocks), len(schema.Pages())))
	for _, b := range block.Blocks {
		page := schema.PageByHCL(b.Type)
		if page == nil || page.Key == "" {
			r.UnknownBlock(b, "in a"+r.noun[1:], r.at, config.PageNames(), append(config.FieldNames(root), r.own...))
			meant := schema.PageByHCL(wording.Nearest(b.Type, config.PageNames()))
			if meant != nil && meant.Key != "" {
				r.page(meant, b) // what stands in it may be wrong too
			}
			r.misnamed(schema.Undecided{Path: b.Type, Range: b.DefRange}, func(f *schema.Field) bool { return f.Page != "" && meant != nil && f.Page == meant.Key })
			continue
		}
		if first, ok := seen[b.Type]; ok {
			r.Duplicate(b.DefRange, first.DefRange, fmt.Sprintf("The page %s is declared twice here; put its fields into one block.", b.Type))
		} else {
			seen[b.Type] = b
		}
		if r.Labelled(b) {
			r.page(page, b)
		}
	}
}

// misnamed notes that nobody knows what was meant by something, and so what is in some fields.
func (r *fieldReader) misnamed(u schema.Undecided, fields func(*schema.Field) bool) {
	u.Digest = "" // it is the same as nothing else
	r.look.SetUndecided(u.Path, u)
	undecide(r.look, u, fields)
}

// field evaluates one attribute of a page, or of the root.
func (r *fieldReader) field(p *schema.Page, a *config.Attribute) {
	if known, ok := r.literals.last[a]; ok {
		r.look.Set(known.field, known.value)
		return
	}
	name := a.Name
	if name == "tips" {
		name = "tip" // a list of tips may also be given, or cleared, as one value
	}
	f := schema.FieldByHCL(p.HCLName(), name)
	if f == nil {
		noun, names, blocks := r.noun, config.FieldNames(p), config.PageNames()
		if p.Key != "" {
			noun, blocks = p.HCLName(), nil
		} else {
			names = append(names, r.own...)
		}
		at := r.at
		if at.Path = a.Name; p.Key != "" {
			at.Path = p.Key + "." + a.Name
		}
		r.UnknownField(a, noun, at, names, blocks)
		meant := wording.Nearest(a.Name, names)
		field, own := schema.FieldByHCL(p.HCLName(), meant), slices.Contains(r.own, meant)
		r.misnamed(openValues{r.scope}.undecided(at.Path, a.Expr, r.extra), func(f *schema.Field) bool { return f == field || own && !r.look.At(f).Declared() })
		return
	}
	at, found := r.at, len(r.Diagnostics)
	at.Path, at.Range = f.Path(), a.Expr.Range()
	v, ok := r.publicValue(a.Expr, r.extra, at)
	if at.Path = ""; ok {
		r.set(f, v, at, r.origins.Of(a.Expr))
		if _, literal := origin.Literal(a.Expr); literal && len(r.Diagnostics) == found {
			r.literals.note(a, f, r.look.At(f))
		}
	} else {
		r.look.SetUndecided(f.Path(), openValues{r.scope}.undecided(f.Path(), a.Expr, r.extra))
	}
}

// set judges a value and declares it, if it can be used. A group of tokens
// stands for the colour of its own.
func (r *fieldReader) set(f *schema.Field, raw cty.Value, at schema.Subject, parts origin.Parts) {
	if f.Kind == schema.Colour && raw.Type().IsObjectType() && raw.Type().HasAttribute(tokens.Root) && !raw.IsNull() {
		raw, parts = raw.GetAttr(tokens.Root), parts.Below(tokens.Root)
	}
	if f.Kind == schema.Tips {
		at.Part = parts.Part(at.Range)
	}
	v, diags := f.Parse(raw, at)
	if len(diags) > 0 {
		explain.Cause(diags, parts.Origin())
	}
	r.Report(diags...)
	if !v.Declared() && !v.IsNull() {
		r.look.SetUndecided(f.Path(), openValues{r.scope}.undecided(f.Path(), parts.Expression(), r.extra))
		return
	}
	r.look.Set(f, parts.Value(f, v, raw))
}

// page evaluates a page block.
func (r *fieldReader) page(p *schema.Page, b *config.Block) {
	list := schema.FieldByHCL(p.HCLName(), "tip")
	var value *config.Attribute // the tips, if they are given as one value
	for _, a := range b.Attributes {
		if (a.Name == "tip" || a.Name == "tips") && list != nil {
			if len(b.Blocks) > 0 {
				r.Duplicate(a.NameRange(), b.Blocks[0].DefRange, "The tips are given as blocks and as a value.")
				continue
			}
			if value != nil {
				r.Duplicate(a.NameRange(), value.NameRange(), "The tips are given twice.")
				continue
			}
			value = a
		}
		r.field(p, a)
	}
	if a := noTips(b.Body); a != nil && list != nil {
		r.field(p, a)
	}
	var tips []*config.Block
	for _, block := range b.Blocks {
		if block.Type == "tip" && list != nil {
			tips = append(tips, block)
			continue
		}
		var names []string
		if list != nil {
			names = []string{"tip"}
		}
		r.UnknownBlock(block, "in "+p.HCLName(), r.at, names, config.FieldNames(p))
	}
	if len(tips) > 0 {
		r.tips(list, tips)
	}
}

// noTips is the attribute tip of a body in the JSON syntax, if it is null or an empty list:
// read as blocks these would be no tips at all, but null clears the list, and [] is refused.
func noTips(body hcl.Body) *config.Attribute {
	if _, native := body.(*hclsyntax.Body); native {
		return nil
	}
	attributes, _ := new(config.Faults).Content(body)
	for _, a := range attributes {
		if a.Name != "tip" {
			continue
		}
		if v, diags := a.Expr.Value(nil); !diags.HasErrors() && (v.IsNull() || v.RawEquals(cty.EmptyTupleVal)) {
			return a
		}
	}
	return nil
}

// tips evaluates the tip blocks of a page into one list.
func (r *fieldReader) tips(f *schema.Field, blocks []*config.Block) {
	list := make([]schema.Tip, 0, len(blocks))
	var open []schema.Undecided
	for i, b := range blocks {
		r.Labelled(b)
		var tip schema.Tip
		before := len(r.Diagnostics)
		for _, a := range b.Attributes {
			item := f.Item(a.Name)
			if item == nil || item.HCLName() != a.Name {
				at := r.at
				at.Path = fmt.Sprintf("%s[%d].%s", f.Path(), i, a.Name)
				r.UnknownField(a, "A tip", at, []string{"icon_link", "text"}, nil)
				continue
			}
			at := r.at
			at.Path, at.Range = fmt.Sprintf("%s[%d].%s", f.Path(), i, item.Key), a.Expr.Range()
			raw, ok := r.publicValue(a.Expr, r.extra, at)
			if ok {
				v, diags := item.Parse(raw, at)
				r.Report(diags...)
				tip.Set(v.From(r.origins.Of(a.Expr).Origin()))
				ok = !diags.HasErrors()
			}
			if !ok {
				open = append(open, openValues{r.scope}.undecided(at.Path, a.Expr, r.extra))
			}
		}
		for _, block := range b.Blocks {
			r.UnknownBlock(block, "in a tip", r.at, nil, []string{"icon_link", "text"})
		}
		if len(r.Diagnostics) == before && knownAttributes(b) {
			at := r.at
			at.Path, at.Range = fmt.Sprintf("%s[%d]", f.Path(), i), b.DefRange
			r.Report(tip.Judge(at)...)
		}
		list = append(list, tip)
	}
	at := r.at
	at.Range = blocks[0].DefRange
	v, diags := f.ParseTips(list, at)
	r.Report(diags...)
	if v.Declared() {
		r.look.Set(f, v.From(origin.Here(at)))
	}
	if len(open) > 0 {
		r.look.SetUndecided(f.Path(), together(open, list))
	}
}

// knownAttributes reports whether a tip without a value is really empty, rather
// than waiting for a variable.
func knownAttributes(b *config.Block) bool {
	return !slices.ContainsFunc(b.Attributes, func(a *config.Attribute) bool {
		_, constant := origin.Literal(a.Expr)
		return !constant && len(a.Expr.Variables()) > 0
	})
}

// readTexts lays an object of pages, fields and texts over the look. Keys may be in
// the API's spelling or in that of configuration.
func (r *fieldReader) readTexts(a *config.Attribute) {
	raw, at, ok := r.object(a, "texts takes an object: page => field => text, as in jsondecode(file(\"texts/en.json\")).")
	if !ok {
		if !raw.IsNull() {
			undecide(r.look, openValues{r.scope}.undecided(a.Name, a.Expr, r.extra), anyField)
		}
		return
	}
	texts := r.origins.Of(a.Expr)
	twice := texts.Duplicates()
	r.Report(twice...)
	seen := spellings{r, make(map[string]string), len(twice) > 0}
	root := schema.PageByKey("")
	for it := raw.ElementIterator(); it.Next(); {
		k, v := it.Element()
		name := k.AsString()
		if name == "$schema" {
			continue // for editors
		}
		at := texts.Within(at, name)
		if f := root.Field(name); f != nil {
			if seen.first(f.Path(), name, at) {
				r.set(f, v, at, texts.Below(name))
			}
			continue
		}
		page := pageNamed(name)
		if page != nil && !seen.first(page.Key, name, at) {
			continue
		}
		switch {
		case page == nil || page.Key == "":
			r.unknownText(texts.Name(at, name), name, "There is no page or field "+name+" in the catalogue."+explain.Nested(name), pageNames())
		case v.IsNull():
		case !config.IsObject(v):
			pageAt := at
			pageAt.Path = page.Key
			r.Report(schema.Diagnose(rule.WrongType, pageAt, "Wrong type of value", fmt.Sprintf("In texts, %s takes an object of field => text.", name)))
		default:
			r.pageTexts(page, v, at, texts, name, seen)
		}
	}
}

// spellings are the names that stood in texts so far, by what they name.
type spellings struct {
	*fieldReader
	names map[string]string
	told  bool // what stands twice where it is written
}

// first reports whether nothing of that name stood there yet; it says so if it did.
func (s spellings) first(path, name string, at schema.Subject) bool {
	first, twice := s.names[path]
	if s.names[path] = name; twice && !s.told {
		at.Path = path
		s.Report(schema.Diagnose(rule.Duplicate, at, "Declared twice", fmt.Sprintf("%s stands in texts as %s and as %s; keep one of them.", path, first, name)))
	}
	return !twice
}

func (r *fieldReader) pageTexts(p *schema.Page, values cty.Value, at schema.Subject, texts origin.Parts, page string, seen spellings) {
	for it := values.ElementIterator(); it.Next(); {
		k, v := it.Element()
		at := texts.Within(at, page, k.AsString())
		if f := p.Field(k.AsString()); f != nil {
			if seen.first(f.Path(), k.AsString(), at) {
				r.set(f, v, at, texts.Below(page, k.AsString()))
			}
			continue
		}
		var names []string
		for i := range p.Fields {
			names = append(names, p.Fields[i].Key, schema.Snake(p.Fields[i].Key))
		}
		r.unknownText(texts.Name(at, page, k.AsString()), p.Key+"."+k.AsString(), fmt.Sprintf("The page %s has no field %s.", p.Key, k.AsString()), names)
	}
}

func (r *fieldReader) unknownText(at schema.Subject, path, detail string, names []string) {
	at.Path = path
	name := path[strings.LastIndexByte(path, '.')+1:]
	r.Report(schema.Diagnose(rule.UnknownField, at, "Unknown field in texts", detail+wording.DidYouMean(name, names)))
	page, meant := pageNamed(wording.Nearest(name, names)), wording.Nearest(name, names)
	r.misnamed(schema.Undecided{Path: path, Range: at.Range}, func(f *schema.Field) bool {
		return page != nil && f.Page != "" && f.Page == page.Key || f.Page+"."+name == path && (f.Key == meant || schema.Snake(f.Key) == meant)
	})
}

// pageNamed is the page of a name in either spelling; nil if there is none.
func pageNamed(name string) *schema.Page {
	if page := schema.PageByKey(name); page != nil {
		return page
	}
	return schema.PageByHCL(name)
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

// object is the value of an attribute that takes an object, and where it stands; false
// for null and for what cannot be used. expected says what it takes.
func (r *fieldReader) object(a *config.Attribute, expected string) (cty.Value, schema.Subject, bool) {
	at := r.at
	at.Range = a.Expr.Range()
	v, ok := r.publicValue(a.Expr, r.extra, at)
	if !ok || v.IsNull() {
		return v, at, false
	}
	if !config.IsObject(v) {
		r.Report(schema.Diagnose(rule.WrongType, at, "Wrong type of value", expected))
		return v, at, false
	}
	return v, at, true
}

// extraMembers reads what the catalogue does not know.
func (r *fieldReader) extraMembers(a *config.Attribute) {
	raw, at, ok := r.object(a, "extra takes an object, such as { newPage = { newColor = \"#000000\" } }.")
	if !ok {
		if !raw.IsNull() {
			r.look.SetUndecided(a.Name, openValues{r.scope}.undecided(a.Name, a.Expr, r.extra))
		}
		return
	}
	parts := r.origins.Of(a.Expr)
	for it := raw.ElementIterator(); it.Next(); {
		k, v := it.Element()
		if !config.IsObject(v) || v.LengthInt() == 0 || k.AsString() == "" {
			r.extraMember(schema.ExtraKey{Key: k.AsString()}, v, at, parts.Origin(k.AsString()))
			continue
		}
		for members := v.ElementIterator(); members.Next(); {
			key, member := members.Element()
			name := schema.ExtraKey{Page: k.AsString(), Key: key.AsString()}
			r.extraMember(name, member, at, parts.Origin(name.Page, name.Key))
		}
	}
}

func (r *fieldReader) extraMember(k schema.ExtraKey, v cty.Value, at schema.Subject, from *schema.Origin) {
	at.Path = k.Path()
	switch {
	case k.Path() == "locale":
		r.Report(schema.Diagnose(rule.UnknownField, at, "Not an extra field", "The locale of a document is its block's label."))
		return
	case k.Path() == schema.PreventDestroy:
		r.Report(schema.Diagnose(rule.UnknownField, at, "Not an extra field", "prevent_destroy is for livery and not for the service; it stands directly in the locale block."))
		return
	case pageNamed(k.Page).Field(k.Key) != nil, k.Page == "" && k.Key != "" && pageNamed(k.Key) != nil:
		r.Report(schema.Diagnose(rule.UnknownField, at, "Not an extra field", k.Path()+" is in the catalogue; declare it as a field, so that its value is checked."))
		return
	}
	if page := pageNamed(k.Page); page != nil && page.Key != k.Page {
		r.Report(schema.Diagnose(rule.UnknownField, at, "Not an extra field", fmt.Sprintf("extra is sent as it is, and the service calls this page %s: write that instead of %s.", page.Key, k.Page)))
		return
	}
	raw, err := schema.CanonicalJSON(v)
	if err != nil {
		r.Report(schema.Diagnose(rule.WrongType, at, "Wrong type of value", fmt.Sprintf("%s cannot be sent as JSON: %v.", k.Path(), err)))
		return
	}
	if !v.IsNull() {
		r.Report(schema.Diagnose(rule.UndocumentedField, at, "Undocumented field",
			k.Path()+" is sent as it is: the catalogue does not know it, and the service may ignore it."))
	}
	r.look.SetExtra(k, schema.Extra{JSON: raw, Range: at.Range, Origin: from})
}
