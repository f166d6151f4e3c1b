package langserver

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"livery/schema"
	"livery/schema/structure"
	"livery/schema/syntax"
)

// Written is a field where it is written: its name and its value.
type Written struct {
	Field   *schema.Field
	Locale  schema.Locale // of the block around it; "" in a theme, and where for_each decides
	NameAt  hcl.Range
	ValueAt hcl.Range
	Expr    hclsyntax.Expression // nil in JSON
	JSON    *syntax.JSON         // nil in HCL
	Block   *hclsyntax.Block     // the theme or locale; nil in JSON
}

// Fields lists where a file writes fields of documents, in its order: in themes and
// locales, or as a texts file.
func (v *View) Fields(file *syntax.File) (list []Written) {
	body, ok := file.Body.(*hclsyntax.Body)
	if !ok {
		root, diags := syntax.ParseJSON(file.Bytes, file.Name)
		switch {
		case diags.HasErrors() || syntax.IsVariables(file.Name):
			return nil
		case syntax.IsConfiguration(file.Name):
			return configuredFields(root)
		}
		return v.textFields(root)
	}
	for _, b := range body.Blocks {
		if b.Type != "theme" && b.Type != "locale" {
			continue
		}
		w := Written{Block: b}
		if locale, known := schema.ParseLocale(firstLabel(b)); b.Type == "locale" && known && b.Body.Attributes["code"] == nil {
			w.Locale = locale
		}
		list = append(list, fieldsIn(b.Body, "", w)...)
		for _, page := range b.Body.Blocks {
			list = append(list, fieldsIn(page.Body, page.Type, w)...)
			for _, tip := range page.Body.Blocks {
				list = append(list, tipsIn(tip, page.Type, w)...)
			}
		}
	}
	structure.Sort(list, func(w Written) hcl.Range { return w.NameAt })
	return list
}

func firstLabel(b *hclsyntax.Block) string {
	if len(b.Labels) == 0 {
		return ""
	}
	return b.Labels[0]
}

func fieldsIn(body *hclsyntax.Body, page string, w Written) (list []Written) {
	for _, a := range body.Attributes {
		if f := schema.FieldByHCL(page, a.Name); f != nil {
			w.Field, w.NameAt, w.ValueAt, w.Expr = f, a.NameRange, a.Expr.Range(), a.Expr
			list = append(list, w)
		}
	}
	return list
}

func tipsIn(tip *hclsyntax.Block, page string, w Written) (list []Written) {
	f := schema.FieldByHCL(page, tip.Type)
	if f == nil {
		return nil
	}
	for i := range f.Items {
		if a := tip.Body.Attributes[f.Items[i].HCLName()]; a != nil {
			w.Field, w.NameAt, w.ValueAt, w.Expr = &f.Items[i], a.NameRange, a.Expr.Range(), a.Expr
			list = append(list, w)
		}
	}
	return list
}

// textFields are the fields of a texts file. Its locale is that of the only document that
// uses it.
func (v *View) textFields(root *syntax.JSON) []Written {
	r := textReader{}
	if users := v.usersOf(root.Range.Filename); len(users) == 1 {
		r.locale = users[0]
	}
	r.look(root)
	return r.found
}

// configuredFields are those of themes and locales in the JSON syntax of HCL.
func configuredFields(root *syntax.JSON) []Written {
	r := textReader{}
	for _, block := range root.Members {
		for _, look := range block.Members {
			if block.Name != "theme" && block.Name != "locale" {
				continue
			}
			if r.locale = ""; block.Name == "locale" && look.At("code") == nil {
				r.locale, _ = schema.ParseLocale(look.Name)
			}
			r.look(look)
		}
	}
	return r.found
}

// textReader lists the fields of a texts file.
type textReader struct {
	locale schema.Locale
	found  []Written
}

// look reads pages and fields.
func (r *textReader) look(members *syntax.JSON) {
	for _, m := range members.Members {
		if f := schema.PageByKey("").Field(m.Name); f != nil {
			r.add(f, m)
		} else if page := PageCalled(m.Name); page != nil {
			r.page(page, m)
		}
	}
}

func (r *textReader) add(f *schema.Field, m *syntax.JSON) {
	r.found = append(r.found, Written{Field: f, Locale: r.locale, NameAt: m.NameRange, ValueAt: m.Range, JSON: m})
}

func (r *textReader) page(page *schema.Page, members *syntax.JSON) {
	for _, m := range members.Members {
		f := page.Field(m.Name)
		if f == nil {
			continue
		}
		r.add(f, m)
		for _, element := range m.Members {
			for _, part := range element.Members {
				i := slices.IndexFunc(f.Items, func(i schema.Field) bool { return i.Key == part.Name || i.HCLName() == part.Name })
				if i >= 0 {
					r.add(&f.Items[i], part)
				}
			}
		}
	}
}

// PageCalled is the page of that name, in either spelling; nil if there is none.
func PageCalled(name string) *schema.Page {
	if p := schema.PageByKey(name); p != nil && name != "" {
		return p
	}
	return schema.PageByHCL(name)
}

// usersOf are the locales whose documents have a value that is written in a file.
func (v *View) usersOf(file string) (locales []schema.Locale) {
	for _, d := range v.Documents() {
		for _, f := range schema.Fields() {
			if value := d.At(f); value.Range().Filename == file {
				locales = append(locales, d.Locale)
				break
			}
		}
	}
	return locales
}

// Documents are those of the stack; none where it is not known.
func (v *View) Documents() []schema.Document {
	if v.Stack == nil {
		return nil
	}
	return v.Stack.Documents
}

// document is that of a language; the zero Document if there is none.
func document(v *View, locale schema.Locale) schema.Document {
	for _, d := range v.Documents() {
		if d.Locale == locale {
			return d
		}
	}
	return schema.Document{}
}

// ofDocument is what a document has at a place.
type ofDocument struct {
	Locale schema.Locale
	Value  schema.Value
}

// worn lists the documents that have the value which is written at a place.
func (v *View) worn(w Written) (list []ofDocument) {
	for _, d := range v.Documents() {
		each := func(value schema.Value) {
			if value.Declared() && value.Range().Filename == w.ValueAt.Filename && value.Range().Start.Byte == w.ValueAt.Start.Byte {
				list = append(list, ofDocument{d.Locale, value})
			}
		}
		if f := schema.FieldByPath(w.Field.Path()); f != nil {
			each(d.At(f))
			continue
		}
		for _, f := range schema.Fields() { // a tip's
			if f.Kind == schema.Tips && f.Page == w.Field.Page {
				for _, tip := range d.At(f).Tips() {
					each(tip.Icon)
					each(tip.Text)
				}
			}
		}
	}
	return list
}

// FieldAt is the field that is written around a byte: at its name, or in its value.
func (v *View) FieldAt(file *syntax.File, offset int) (Written, bool) {
	var found Written
	for _, w := range v.Fields(file) {
		if structure.Holds(hcl.RangeBetween(w.NameAt, w.ValueAt), offset) {
			found = w // the last is the innermost
		}
	}
	return found, found.Field != nil
}

// literal is the text of a value that is written out; false for anything else.
func (w Written) literal() (string, bool) {
	if w.JSON != nil {
		text, ok := textOf(w.JSON)
		if syntax.IsConfiguration(w.ValueAt.Filename) && (strings.Contains(text, "${") || strings.Contains(text, "%{")) {
			return "", false
		}
		return text, ok
	}
	return literalText(w.Expr)
}

func literalText(expr hclsyntax.Expression) (string, bool) {
	t, ok := expr.(*hclsyntax.TemplateExpr)
	if !ok || !t.IsStringLiteral() {
		return "", false
	}
	value, diags := t.Value(nil)
	if diags.HasErrors() {
		return "", false
	}
	return value.AsString(), true
}
