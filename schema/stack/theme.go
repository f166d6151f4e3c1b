package stack

import (
	"fmt"
	"maps"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
)

// theme is a set of fields to build on.
type theme struct {
	name     string
	body     hcl.Body
	rng      hcl.Range
	look     schema.Look
	unsure   map[*schema.Field]bool // declared, but the value is unknown or at fault
	resolved bool
	object   cty.Value // the look as expressions see it; made when first needed
}

func (l *loader) declareTheme(b *hcl.Block) {
	if !l.validName(b) {
		return
	}
	name := b.Labels[0]
	if first, ok := l.themes[name]; ok {
		l.duplicate(b.DefRange, first.rng, fmt.Sprintf("The theme %q is declared twice.", name))
		return
	}
	l.themes[name] = &theme{name: name, body: b.Body, rng: b.DefRange, unsure: make(map[*schema.Field]bool)}
}

// resolveTheme evaluates a theme and everything it builds on.
func (l *loader) resolveTheme(name string) schema.Look {
	t := l.themes[name]
	if t.resolved {
		return t.look
	}
	if !l.enter("theme."+name, t.rng) {
		t.resolved = true
		return t.look
	}
	at := schema.Subject{Address: schema.Address{Kind: schema.ThemeAddress, Name: name}}
	c := l.content(t.body, append(pageHeaders(), tipHeaders...))
	for _, a := range c.attrs {
		if a.Name == "extends" {
			look, themes := l.themeList(a, at)
			t.look.Overlay(look)
			for _, base := range themes {
				if l.circular["theme."+base.name] {
					l.circular["theme."+name] = true
				}
				maps.Copy(t.unsure, base.unsure)
			}
		}
	}
	l.fields(c, where{noun: "A theme", at: at, own: []string{"extends", "extra"}, unsure: t.unsure}, &t.look)
	t.resolved = true
	l.leave()
	return t.look
}

// themeList reads the argument of theme and extends: one reference or a list.
func (l *loader) themeList(a *hcl.Attribute, at schema.Subject) (look schema.Look, themes []*theme) {
	exprs := []hcl.Expression{a.Expr}
	if list, diags := hcl.ExprList(a.Expr); !diags.HasErrors() {
		exprs = list
	}
	for _, expr := range exprs {
		at.Range = expr.Range()
		if v, diags := expr.Value(nil); !diags.HasErrors() && v.IsNull() {
			continue
		}
		ref, ok := reference(expr)
		if !ok || len(ref) != 2 || ref.RootName() != "theme" {
			l.fault(schema.Diagnose(schema.Reference, at, "Not a theme",
				fmt.Sprintf("%s takes a theme, such as theme.base, or a list of themes. Which theme is used cannot be computed; values within a theme can.", a.Name)))
			continue
		}
		name, _ := second(ref)
		if known(l, "theme", l.themes, ref, placeWithin(ref.SourceRange(), expr), at) {
			look.Overlay(l.resolveTheme(name))
			themes = append(themes, l.themes[name])
		}
	}
	return look, themes
}

// reference reads an expression that names something. In the JSON syntax, where
// everything is a string, the name may stand alone or as a template.
func reference(expr hcl.Expression) (hcl.Traversal, bool) {
	if wrapped, ok := expr.(*hclsyntax.TemplateWrapExpr); ok {
		expr = wrapped.Wrapped
	}
	if ref, diags := hcl.AbsTraversalForExpr(expr); !diags.HasErrors() {
		return ref, true
	}
	if refs := expr.Variables(); len(refs) == 1 {
		if text, diags := expr.Value(nil); !diags.HasErrors() && text.Type() == cty.String && !text.IsNull() {
			name, _ := strings.CutPrefix(text.AsString(), "${")
			name, whole := strings.CutSuffix(name, "}")
			ref, diags := hclsyntax.ParseTraversalAbs([]byte(strings.TrimSpace(name)), expr.Range().Filename, expr.Range().Start)
			return ref, whole && !diags.HasErrors()
		}
	}
	return nil, false
}

// knownField reports whether what a reference names within a theme may be there
// at all. Whether the theme declares it is known only when it is evaluated.
func (l *loader) knownField(ref hcl.Traversal, rng hcl.Range, at schema.Subject) bool {
	page := schema.PageByKey("")
	for _, step := range ref[min(2, len(ref)):] {
		attr, ok := step.(hcl.TraverseAttr)
		if !ok || page == nil {
			return true
		}
		if schema.FieldByHCL(page.HCLName(), attr.Name) != nil || attr.Name == "tips" && page.Key != "" {
			return true
		}
		names, what := fieldNames(page), "The page "+page.HCLName()
		if page.Key == "" {
			names, what = append(names, headerNames(pageHeaders())...), "A theme"
		}
		if next := schema.PageByHCL(attr.Name); next != nil && page.Key == "" && next.Key != "" {
			page = next
			continue
		}
		detail := fmt.Sprintf("%s has no %s.", what, attr.Name)
		detail += schema.DidYouMean(attr.Name, names)
		l.fault(schema.Diagnose(schema.Reference, schema.Subject{Address: at.Address, Path: at.Path, Range: rng}, "Unknown reference", detail))
		return false
	}
	return true
}

// explainTheme names the field that a theme does not declare, where the library
// speaks of an attribute that an object does not have.
func explainTheme(d *hcl.Diagnostic) {
	expr, ok := d.Expression.(*hclsyntax.ScopeTraversalExpr)
	if !ok || !strings.Contains(d.Detail, "does not have an attribute") || expr.Traversal.RootName() != "theme" {
		return
	}
	path := make([]string, 0, 3)
	for _, step := range expr.Traversal[1:] {
		attr, ok := step.(hcl.TraverseAttr)
		if !ok {
			return
		}
		path = append(path, attr.Name)
	}
	d.Detail = fmt.Sprintf("theme.%s does not declare %s.", path[0], strings.Join(path[1:], "."))
}

// themeObject is a theme as expressions see it: pages and fields by their names
// in configuration, only what is declared.
func (l *loader) themeObject(name string) cty.Value {
	t := l.themes[name]
	if t.object != cty.NilVal {
		return t.object
	}
	look := l.resolveTheme(name)
	if l.circular["theme."+name] {
		return cty.DynamicVal
	}
	root := make(map[string]cty.Value)
	for _, p := range schema.Pages() {
		fields := root
		if p.Key != "" {
			fields = make(map[string]cty.Value)
		}
		for i := range p.Fields {
			f := &p.Fields[i]
			switch v := look.At(f); {
			case v.Declared() || v.IsNull():
				fields[schema.Snake(f.Key)] = v.Cty()
			case t.unsure[f]:
				fields[schema.Snake(f.Key)] = cty.DynamicVal
			}
		}
		if p.Key != "" && len(fields) > 0 {
			root[p.HCLName()] = cty.ObjectVal(fields)
		}
	}
	t.object = cty.ObjectVal(root)
	return t.object
}
