package stack

import (
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
	"livery/schema/config"
	"livery/schema/rule"
	"livery/schema/wording"
)

// theme is a set of fields to build on, during one evaluation.
type theme struct {
	look   schema.Look
	object cty.Value // the fields as expressions see them; made when first needed
}

// theme evaluates a theme and everything it builds on.
func (s *scope) theme(name string) *theme {
	if t, resolved := s.themes[name]; resolved {
		return t
	}
	block := s.module.Themes[name]
	t := new(theme)
	if !s.enter("theme."+name, block.DefRange) {
		s.themes[name] = t
		return t
	}
	fields := themeFields(s, name, &t.look)
	if a := block.Attribute("extends"); a != nil {
		for _, base := range layThemes(s, &t.look, a, nil, fields.at) {
			if s.circular["theme."+base] {
				s.circular["theme."+name] = true
			}
		}
	}
	fields.read(block)
	s.themes[name] = t
	s.leave()
	return t
}

// themeFields evaluates the fields of a theme.
func themeFields(s *scope, name string, look *schema.Look) fieldReader {
	at := schema.Subject{Address: schema.Address{Kind: schema.ThemeAddress, Name: name}}
	return fieldReader{scope: s, noun: "A theme", at: at, own: []string{"extends", "extra"}, origins: s.origins.Block(at, nil, nil), look: look}
}

// layThemes lays the themes of an argument over a look, and names them. Of those among which it
// cannot choose yet, what they may declare is not known.
func layThemes(s *scope, look *schema.Look, a *config.Attribute, extra map[string]cty.Value, at schema.Subject) []string {
	before := len(s.Diagnostics)
	chosen, open := s.themesIn(a, extra, at)
	for _, name := range chosen {
		look.Overlay(s.themes[name].look)
	}
	switch faulty := s.Diagnostics[before:].HasErrors(); {
	case len(open) > 0:
		undecide(look, openValues{s}.undecided(a.Name, a.Expr, extra), func(f *schema.Field) bool {
			return slices.ContainsFunc(open, func(name string) bool { return s.themes[name].mayDeclare(f) })
		})
	case faulty:
		undecide(look, openValues{s}.undecided(a.Name, a.Expr, extra), anyField)
	}
	return append(chosen, open...)
}

// mayDeclare reports whether the theme declares a field, known or not.
func (t *theme) mayDeclare(f *schema.Field) bool {
	_, open := t.look.Undecided()[f.Path()]
	return open || t.look.At(f).Declared() || t.look.At(f).IsNull()
}

// themesIn names the themes that the argument of theme or extends gives, in their
// order, and those among which it cannot choose yet. It evaluates these.
func (s *scope) themesIn(a *config.Attribute, extra map[string]cty.Value, at schema.Subject) (chosen, undecided []string) {
	exprs := []hcl.Expression{a.Expr}
	if list, diags := hcl.ExprList(a.Expr); !diags.HasErrors() {
		exprs = list
	}
	for _, expr := range exprs {
		at.Range = expr.Range()
		if v, diags := s.budget.Value(expr, nil); !diags.HasErrors() && v.IsNull() {
			continue
		}
		ref, plain := config.Reference(expr)
		switch {
		case plain && len(ref) == 2 && ref.RootName() == "theme":
			if name, ok := s.themeNamed(ref, expr, at); ok {
				chosen = append(chosen, name)
			}
		case plain:
			s.notATheme(a.Name, at, s.themeMeant(ref))
		default:
			names, open := s.computedThemes(a.Name, expr, extra, at)
			chosen, undecided = append(chosen, names...), append(undecided, open...)
		}
	}
	return chosen, undecided
}

func (s *scope) notATheme(attribute string, at schema.Subject, meant string) {
	detail := attribute + " takes a theme, such as theme.base, a list of themes, " +
		"or an expression that chooses among themes that are named in it, such as { a = theme.a, b = theme.b }[each.key]. " +
		"A local, a variable or each.value cannot hold a theme, and theme[...] finds none by a computed name."
	if meant != "" {
		detail += fmt.Sprintf(" Did you mean theme.%s?", meant)
	}
	s.Report(schema.Diagnose(rule.Reference, at, "Not a theme", detail))
}

// themeMeant is the theme that was meant by a reference which is none: by its name alone, or
// behind a slip of the word theme. It is "" if there is none.
func (s *scope) themeMeant(ref hcl.Traversal) string {
	themes := sortedNames(s.module.Themes)
	if name, named := config.NameIn(ref); named && wording.Nearest(ref.RootName(), []string{"theme"}) != "" {
		return wording.Nearest(name, themes)
	}
	if len(ref) == 1 {
		return wording.Nearest(ref.RootName(), themes)
	}
	return ""
}

// themeNamed evaluates the theme that a reference names.
func (s *scope) themeNamed(ref hcl.Traversal, expr hcl.Expression, at schema.Subject) (string, bool) {
	at.Range = config.RangeWithin(ref.SourceRange(), expr)
	if !s.exists(ref, nil, at) {
		return "", false
	}
	name, _ := config.NameIn(ref)
	s.theme(name)
	return name, true
}

// themeKey is the one attribute of the object that stands for a theme where an
// expression chooses among themes. With all their fields they would be of types that
// the two branches of a condition cannot have.
const themeKey = "name of the theme"

// computedThemes names the themes that an expression gives, or those in it if its
// value is not known.
func (s *scope) computedThemes(attribute string, expr hcl.Expression, extra map[string]cty.Value, at schema.Subject) (chosen, undecided []string) {
	themes, objects := make(map[string]cty.Value), make(map[string]cty.Value)
	for _, ref := range expr.Variables() {
		if ref.RootName() != "theme" {
			continue
		}
		if len(ref) == 1 {
			s.notATheme(attribute, at, "")
			return nil, sortedNames(themes)
		}
		name, ok := s.themeNamed(ref, expr, at)
		if !ok {
			return nil, sortedNames(themes)
		}
		if len(ref) > 2 { // a field, which a condition may ask for
			objects[name] = s.themeObject(name)
			continue
		}
		themes[name] = cty.ObjectVal(map[string]cty.Value{themeKey: cty.StringVal(name)})
	}
	if len(themes) == 0 {
		meant := ""
		if v, diags := s.budget.Value(expr, nil); !diags.HasErrors() && v.Type() == cty.String && !v.IsNull() {
			meant = wording.Nearest(v.AsString(), sortedNames(s.module.Themes))
		}
		s.notATheme(attribute, at, meant)
		return nil, nil
	}
	maps.Copy(objects, themes)
	names := sortedNames(themes)
	v, ok := s.publicValue(expr, with(maps.Clone(extra), "theme", cty.ObjectVal(objects)), at)
	if !ok {
		return nil, names
	}
	values := []cty.Value{v}
	if !v.IsNull() && (v.Type().IsTupleType() || v.Type().IsListType()) {
		values = v.AsValueSlice()
	}
	for _, v := range values {
		i := slices.IndexFunc(names, func(name string) bool { return v.RawEquals(themes[name]) })
		switch {
		case v.IsNull():
		case i >= 0:
			chosen = append(chosen, names[i])
		default:
			s.notATheme(attribute, at, "")
		}
	}
	return chosen, nil
}

// themeHas reports whether what a reference names within a theme may be there at
// all. Whether the theme declares it is known only when it is evaluated.
func (s *scope) themeHas(ref hcl.Traversal, at schema.Subject) bool {
	page := schema.PageByKey("")
	for _, step := range ref[min(2, len(ref)):] {
		attr, ok := step.(hcl.TraverseAttr)
		if !ok || page == nil {
			return true
		}
		if schema.FieldByHCL(page.HCLName(), attr.Name) != nil || attr.Name == "tips" && page.Key != "" {
			return true
		}
		names, what := config.FieldNames(page), "The page "+page.HCLName()
		if page.Key == "" {
			names, what = append(names, config.PageNames()...), "A theme"
		}
		if next := schema.PageByHCL(attr.Name); next != nil && page.Key == "" && next.Key != "" {
			page = next
			continue
		}
		detail := fmt.Sprintf("%s has no %s.", what, attr.Name)
		detail += wording.DidYouMean(attr.Name, names)
		s.Report(schema.Diagnose(rule.Reference, at, "Unknown reference", detail))
		return false
	}
	return true
}

// themeObject is a theme as expressions see it: pages and fields by their names
// in configuration, only what is declared.
func (s *scope) themeObject(name string) cty.Value {
	t := s.theme(name)
	if s.circular["theme."+name] {
		return cty.DynamicVal
	}
	if t.object != cty.NilVal {
		return t.object
	}
	t.object = t.look.Object(t.mayDeclare, t.look.At)
	return t.object
}
