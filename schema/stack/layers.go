package stack

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
	"livery/schema/config"
)

// Layer is one of those that a document is laid together from, without those below it.
type Layer struct {
	Name string // "theme.base", "texts", or the document's own address
	schema.Look
}

// Layers are those of a document, the lowest first: each theme behind those that it builds
// on, the texts, the block itself. They are none for a document that is not declared. The
// stack must have no errors.
func (e *Evaluation) Layers(locale schema.Locale) []Layer {
	s, before := e.scope, len(e.scope.Diagnostics)
	defer func() { s.Diagnostics = s.Diagnostics[:before] }() // all was said when the stack was loaded
	s.budget.Refill()
	for _, b := range s.module.Locales {
		vars, forEach, ok := documents{s}.declaring(b, locale)
		if ok {
			return documents{s}.layers(b, locale, vars, forEach)
		}
	}
	return nil
}

// TextsFile is the JSON file, there or not, that a document names for its texts; "" for none.
func (e *Evaluation) TextsFile(locale schema.Locale) string {
	s, before := e.scope, len(e.scope.Diagnostics)
	defer func() { s.Diagnostics = s.Diagnostics[:before] }()
	for _, b := range s.module.Locales {
		vars, forEach, ok := documents{s}.declaring(b, locale)
		if a := b.Attribute("texts"); ok && a != nil {
			return documents{s}.fields(locale, vars, forEach).origins.Of(a.Expr).File()
		}
	}
	return ""
}

// declaring reports whether a block declares the document of a locale, and by which element
// of what.
func (e documents) declaring(b *config.Block, locale schema.Locale) (vars map[string]cty.Value, forEach hcl.Expression, ok bool) {
	each, code := b.Attribute("for_each"), b.Attribute("code")
	if each == nil {
		own, _ := e.locale(b)
		return nil, nil, own == locale
	}
	if code == nil {
		return nil, nil, false
	}
	elements, _ := e.elements(each)
	for _, element := range elements {
		vars := map[string]cty.Value{"each": element}
		if own, _ := e.localeCode(code, vars); own == locale {
			return vars, each.Expr, true
		}
	}
	return nil, nil, false
}

func (e documents) layers(b *config.Block, locale schema.Locale, vars map[string]cty.Value, forEach hcl.Expression) []Layer {
	var texts, own schema.Look
	fields := e.fields(locale, vars, forEach)
	var list []Layer
	if a := b.Attribute("theme"); a != nil {
		list = e.themeLayers(a, fields.extra, fields.at)
	}
	if a := b.Attribute("texts"); a != nil {
		fields.look = &texts
		fields.readTexts(a)
		list = append(list, Layer{"texts", texts})
	}
	fields.look = &own
	fields.read(b)
	return append(list, Layer{locale.AddressOf().String(), own})
}

// themeLayers are the layers of the themes that the argument of theme or extends gives.
func (e documents) themeLayers(a *config.Attribute, extra map[string]cty.Value, at schema.Subject) []Layer {
	var list []Layer
	chosen, _ := e.themesIn(a, extra, at)
	for _, name := range chosen {
		block, own := e.module.Themes[name], schema.Look{}
		fields := themeFields(e.scope, name, &own)
		if a := block.Attribute("extends"); a != nil {
			list = append(list, e.themeLayers(a, nil, fields.at)...)
		}
		fields.read(block)
		list = append(list, Layer{fields.at.Address.String(), own})
	}
	return list
}
