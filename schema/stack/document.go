package stack

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
	"livery/schema/config"
	"livery/schema/origin"
	"livery/schema/rule"
)

// localeOwn are the attributes of a locale block that are no fields.
var localeOwn = []string{"theme", "texts", "extra", "for_each", "code", schema.PreventDestroy}

// documents evaluates locale blocks.
type documents struct{ *scope }

// all evaluates every locale block.
func (e documents) all() []schema.Document {
	var list []schema.Document
	declared := make(map[schema.Locale]hcl.Range)
	for _, b := range e.module.Locales {
		for _, d := range e.localeBlock(b) {
			if first, ok := declared[d.Locale]; ok {
				e.Report(schema.FirstAt(schema.Diagnose(rule.DuplicateLocale, schema.Subject{Address: d.Locale.AddressOf(), Range: d.Range}, "Document declared twice",
					fmt.Sprintf("The document of %s is declared here and at %s:%d. Short and long names, such as en and en_US, mean the same document; keep one.", d.Locale, first.Filename, first.Start.Line)), first))
				continue
			}
			declared[d.Locale] = d.Range
			list = append(list, d)
		}
	}
	slices.SortFunc(list, func(a, b schema.Document) int { return a.Locale.AddressOf().Compare(b.Locale.AddressOf()) })
	return list
}

// localeBlock gives the documents of one block: one, or one for each element.
func (e documents) localeBlock(b *config.Block) []schema.Document {
	if forEach := b.Attribute("for_each"); forEach != nil {
		return e.eachDocument(b, forEach)
	}
	locale, ok := e.locale(b)
	d := e.document(b, locale, nil, nil, trail{}) // without a locale the fields are judged all the same
	if !ok {
		e.openDocuments(b, d, b.Attribute("code"))
		return nil
	}
	return []schema.Document{d}
}

// locale is the locale of a block without for_each; "" if it has none.
func (e documents) locale(b *config.Block) (schema.Locale, bool) {
	code := b.Attribute("code")
	if code == nil {
		return e.localeName(b.Labels[0], schema.Subject{Range: b.LabelRanges[0]})
	}
	locale, ok := e.localeCode(code, nil)
	if labelled, _ := schema.ParseLocale(b.Labels[0]); ok && labelled != "" && labelled != locale {
		e.Report(schema.RelatedTo(schema.Diagnose(rule.DuplicateLocale, schema.Subject{Address: locale.AddressOf(), Range: code.Expr.Range()}, "Two names for one document",
			fmt.Sprintf("The label says %q and code says %q. Keep one of them.", b.Labels[0], locale)), b.LabelRanges[0], "The label is here."))
	}
	return locale, ok
}

func (e documents) eachDocument(b *config.Block, forEach *config.Attribute) []schema.Document {
	var list []schema.Document
	code := b.Attribute("code")
	if code == nil {
		e.Report(schema.Diagnose(rule.Required, schema.Subject{Range: forEach.NameRange()}, "Missing code",
			"A locale with for_each needs a code that names the locale of each element, such as code = each.key."))
	}
	var elements []cty.Value
	known, keys := false, make(map[schema.Locale]string)
	way := e.follow(func() { elements, known = e.elements(forEach) })
	for _, each := range elements {
		if code == nil {
			break
		}
		vars := map[string]cty.Value{"each": each}
		locale, ok := e.localeCode(code, vars)
		key, _ := origin.KeyOf(each.GetAttr("key"))
		if first, twice := keys[locale]; ok && twice {
			e.Report(schema.Diagnose(rule.DuplicateLocale, schema.Subject{Address: locale.AddressOf(), Range: forEach.Expr.Range()}, "Document declared twice",
				fmt.Sprintf("The elements %q and %q of for_each are both the document of %s; keep one.", first, key, locale)))
			continue
		}
		if ok {
			keys[locale] = key
			list = append(list, e.document(b, locale, vars, forEach.Expr, way))
		}
		known = known && ok
	}
	var d schema.Document
	if len(list) == 0 { // the fields are judged all the same, as far as they can be
		d = e.document(b, "", anyElement(), forEach.Expr, way)
	}
	if !known {
		e.openDocuments(b, d, forEach, code)
	}
	return list
}

// anyElement is each, where it is not known.
func anyElement() map[string]cty.Value {
	each := cty.Object(map[string]cty.Type{"key": cty.String, "value": cty.DynamicPseudoType})
	return map[string]cty.Value{"each": cty.UnknownVal(each)}
}

// refused judges what stands in the blocks that cannot be declared: they will be.
func (e documents) refused() {
	open := e.open
	for _, b := range e.module.Refused {
		switch {
		case b.Type == "theme":
			fields := themeFields(e.scope, "", new(schema.Look))
			fields.at = schema.Subject{}
			fields.read(b)
		case b.Type == "locale":
			e.evaluated(b, "", anyElement(), nil)
		case b.Type == "session" && len(b.Labels) == 1:
			sessions(e).session(b)
		}
	}
	e.open = open
}

// openDocuments notes that the documents of a block are not known; d is what is known of
// each of them.
func (e documents) openDocuments(b *config.Block, d schema.Document, attributes ...*config.Attribute) {
	open := openValues(e)
	u := schema.Undecided{Path: "code", Expression: strconv.Quote(b.Labels[0]), Range: b.DefRange} // a label that is no locale
	parts := []string{u.Expression}
	for _, a := range attributes {
		if a == nil {
			continue
		}
		if next := open.undecided(a.Name, a.Expr, nil); len(parts) == 1 {
			u = next
		}
		parts = append(parts, open.digest(a.Expr, nil))
	}
	body, _ := d.MarshalJSON() // it always encodes
	parts = append(parts, string(body))
	for _, path := range sortedNames(d.Undecided()) {
		parts = append(parts, path, d.Undecided()[path].Digest)
	}
	u.Digest = hash(strings.Join(parts, "\n"))
	e.open = append(e.open, schema.OpenBlock{Address: schema.Address{Kind: schema.LocaleAddress}, Undecided: u})
}

func (e documents) localeName(name string, at schema.Subject) (schema.Locale, bool) {
	locale, fault := schema.JudgeLocale(name, at)
	if fault != nil {
		e.Report(fault)
	}
	return locale, fault == nil
}

func (e documents) localeCode(code *config.Attribute, vars map[string]cty.Value) (schema.Locale, bool) {
	at := schema.Subject{Range: code.Expr.Range()}
	v, ok := e.publicValue(code.Expr, vars, at)
	if !ok {
		return "", false
	}
	if v.IsNull() || v.Type() != cty.String {
		e.Report(schema.Diagnose(rule.WrongType, at, "Wrong type of value", "code takes the name of a locale, such as \"en\"."))
		return "", false
	}
	return e.localeName(v.AsString(), at)
}

// elements lists what each is in turn; false if that is not known.
func (e documents) elements(forEach *config.Attribute) ([]cty.Value, bool) {
	at := schema.Subject{Range: forEach.Expr.Range()}
	v, _ := e.publicValue(forEach.Expr, nil, at)
	return config.Elements(e.Faults, v, at)
}

// document is the document of a block, or of an element of one: that of the last
// evaluation, if nothing has changed that it depends on.
func (e documents) document(b *config.Block, locale schema.Locale, vars map[string]cty.Value, forEach hcl.Expression, way trail) schema.Document {
	return e.remembered(documentKey{b, locale, elementKey(vars)}, way, func() schema.Document {
		return e.evaluated(b, locale, vars, forEach)
	})
}

// evaluated lays the layers over each other: themes, texts, own fields.
func (e documents) evaluated(b *config.Block, locale schema.Locale, vars map[string]cty.Value, forEach hcl.Expression) schema.Document {
	d := schema.Document{Locale: locale, Range: b.DefRange}
	fields := e.fields(locale, vars, forEach)
	fields.look = &d.Look
	if a := b.Attribute("theme"); a != nil {
		layThemes(e.scope, &d.Look, a, fields.extra, fields.at)
	}
	if a := b.Attribute("texts"); a != nil {
		fields.readTexts(a)
	}
	fields.read(b)
	d.PreventDestroy = preventDestroy(e.scope, b, fields.extra, fields.at, fields.origins)
	if locale.Chinese() { // what is left of the themes was judged by the longer limit
		for _, f := range schema.Fields() {
			if f.Kind == schema.Tips {
				e.Report(f.JudgeTips(d.At(f), fields.at)...)
			}
		}
	}
	return d
}

// fields evaluates the fields of a locale; its look is still to be given.
func (e documents) fields(locale schema.Locale, vars map[string]cty.Value, forEach hcl.Expression) fieldReader {
	at := schema.Subject{Locale: locale}
	code := cty.UnknownVal(cty.String)
	if locale != "" {
		at.Address, code = locale.AddressOf(), cty.StringVal(string(locale))
	}
	extra := map[string]cty.Value{"self": cty.ObjectVal(map[string]cty.Value{"code": code})}
	maps.Copy(extra, vars)
	return fieldReader{scope: e.scope, noun: "A locale", at: at, own: localeOwn, extra: extra, origins: e.origins.Block(at, extra, forEach)}
}

// preventDestroy is the value of that attribute in a locale or session block.
func preventDestroy(s *scope, b *config.Block, extra map[string]cty.Value, at schema.Subject, origins origin.Block) schema.Value {
	a := b.Attribute(schema.PreventDestroy)
	if a == nil {
		return schema.Value{}
	}
	at.Path, at.Range = a.Name, a.Expr.Range()
	raw, ok := s.publicValue(a.Expr, extra, at)
	if !ok {
		return schema.Value{}
	}
	v, diags := schema.ParsePreventDestroy(raw, at)
	s.Report(diags...)
	if !v.Declared() {
		return schema.Value{}
	}
	return v.From(origins.Of(a.Expr).Origin())
}
