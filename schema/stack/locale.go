package stack

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
)

// localeOwn are the attributes of a locale block that are no fields.
var localeOwn = []string{"theme", "texts", "extra", "for_each", "code"}

// documents evaluates every locale block.
func (l *loader) documents() {
	declared := make(map[schema.Locale]hcl.Range)
	for _, b := range l.blocks["locale"] {
		for _, d := range l.localeBlock(b) {
			if first, ok := declared[d.Locale]; ok {
				l.fault(schema.Diagnose(schema.DuplicateLocale, schema.Subject{Address: d.Locale.AddressOf(), Range: d.Range}, "Document declared twice",
					fmt.Sprintf("The document of %s is declared here and at %s:%d. Short and long names, such as en and en_US, mean the same document; keep one.", d.Locale, first.Filename, first.Start.Line)))
				continue
			}
			declared[d.Locale] = d.Range
			l.stack.Documents = append(l.stack.Documents, d)
		}
	}
	slices.SortFunc(l.stack.Documents, func(a, b schema.Document) int { return a.Locale.AddressOf().Compare(b.Locale.AddressOf()) })
}

// localeBlock gives the documents of one block: one, or one for each element.
func (l *loader) localeBlock(b *hcl.Block) []schema.Document {
	c := l.content(b.Body, append(pageHeaders(), tipHeaders...))
	attr := func(name string) *hcl.Attribute {
		if i := slices.IndexFunc(c.attrs, func(a *hcl.Attribute) bool { return a.Name == name }); i >= 0 {
			return c.attrs[i]
		}
		return nil
	}
	forEach, code := attr("for_each"), attr("code")
	if forEach == nil {
		var locale schema.Locale
		var ok bool
		if code == nil {
			locale, ok = l.localeName(b.Labels[0], schema.Subject{Range: b.LabelRanges[0]})
		} else {
			labelled, _ := schema.ParseLocale(b.Labels[0])
			if locale, ok = l.localeCode(code, nil); ok && labelled != "" && labelled != locale {
				l.fault(schema.Diagnose(schema.DuplicateLocale, schema.Subject{Address: locale.AddressOf(), Range: code.Expr.Range()}, "Two names for one document",
					fmt.Sprintf("The label says %q and code says %q. Keep one of them.", b.Labels[0], locale)))
			}
		}
		if !ok {
			locale = "" // the fields are judged all the same
		}
		d := l.document(b, c, locale, nil)
		if !ok {
			return nil
		}
		return []schema.Document{d}
	}
	var list []schema.Document
	if code == nil {
		l.fault(schema.Diagnose(schema.Required, schema.Subject{Range: forEach.NameRange}, "Missing code",
			"A locale with for_each needs a code that names the locale of each element, such as code = each.key."))
	}
	for _, each := range l.elements(forEach) {
		vars := map[string]cty.Value{"each": each}
		if code == nil {
			break
		}
		if locale, ok := l.localeCode(code, vars); ok {
			list = append(list, l.document(b, c, locale, vars))
		}
	}
	if len(list) == 0 { // the fields are judged all the same, as far as they can be
		each := cty.Object(map[string]cty.Type{"key": cty.String, "value": cty.DynamicPseudoType})
		l.document(b, c, "", map[string]cty.Value{"each": cty.UnknownVal(each)})
	}
	return list
}

func (l *loader) localeName(name string, at schema.Subject) (schema.Locale, bool) {
	locale, ok := schema.ParseLocale(name)
	if !ok {
		detail := fmt.Sprintf("%q is not one of the 32 locale values of the service.", name)
		if near := schema.NearestLocale(name); near != "" {
			detail += fmt.Sprintf(" Did you mean %q?", near)
		} else {
			detail += " `livery schema locale` lists them."
		}
		l.fault(schema.Diagnose(schema.UnknownLocale, at, "Unknown locale", detail))
	}
	return locale, ok
}

func (l *loader) localeCode(code *hcl.Attribute, vars map[string]cty.Value) (schema.Locale, bool) {
	at := schema.Subject{Range: code.Expr.Range()}
	v, ok := l.plain(l.evaluate(code.Expr, vars, at), at)
	if !ok {
		return "", false
	}
	if v.IsNull() || v.Type() != cty.String {
		l.fault(schema.Diagnose(schema.WrongType, at, "Wrong type of value", "code takes the name of a locale, such as \"en\"."))
		return "", false
	}
	return l.localeName(v.AsString(), at)
}

// elements lists what each is in turn.
func (l *loader) elements(forEach *hcl.Attribute) []cty.Value {
	at := schema.Subject{Range: forEach.Expr.Range()}
	v, _ := l.plain(l.evaluate(forEach.Expr, nil, at), at)
	if !v.IsKnown() || v.Type().IsSetType() && !v.IsWhollyKnown() {
		return nil // values of a map need not be known to tell the documents
	}
	set := v.Type().IsSetType() && v.Type().ElementType() == cty.String
	if v.IsNull() || !set && !isObject(v) && (!v.Type().IsSetType() || v.LengthInt() > 0) {
		l.fault(schema.Diagnose(schema.WrongType, at, "Wrong type of value", "for_each takes a map or a set of strings. Turn a list into a set with toset([...])."))
		return nil
	}
	var list []cty.Value
	for it := v.ElementIterator(); it.Next(); {
		key, value := it.Element()
		if set {
			key = value
		}
		if key.IsNull() {
			l.fault(schema.Diagnose(schema.WrongType, at, "Wrong type of value", "for_each must not hold null."))
			continue
		}
		list = append(list, cty.ObjectVal(map[string]cty.Value{"key": key, "value": value}))
	}
	return list
}

// document lays the layers over each other: themes, texts, own fields.
func (l *loader) document(b *hcl.Block, c content, locale schema.Locale, vars map[string]cty.Value) schema.Document {
	at := schema.Subject{Locale: locale}
	code := cty.UnknownVal(cty.String)
	if locale != "" {
		at.Address, code = locale.AddressOf(), cty.StringVal(string(locale))
	}
	extra := map[string]cty.Value{"self": cty.ObjectVal(map[string]cty.Value{"code": code})}
	for name, v := range vars {
		extra[name] = v
	}
	w := where{noun: "A locale", at: at, own: localeOwn, extra: extra}
	d := schema.Document{Locale: locale, Range: b.DefRange}
	for _, a := range c.attrs {
		if a.Name == "theme" {
			look, _ := l.themeList(a, at)
			d.Overlay(look)
		}
	}
	for _, a := range c.attrs {
		if a.Name == "texts" {
			l.texts(a, w, &d.Look)
		}
	}
	l.fields(c, w, &d.Look)
	if locale.Chinese() { // what is left of the themes was judged by the longer limit
		for _, f := range schema.Fields() {
			if f.Kind == schema.Tips {
				l.fault(f.JudgeTips(d.At(f), at)...)
			}
		}
	}
	return d
}
