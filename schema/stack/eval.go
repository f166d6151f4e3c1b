package stack

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
	"livery/schema/function"
	"livery/schema/syntax"
)

// local is a named value; it is evaluated when something first refers to it.
type local struct {
	expr     hcl.Expression
	rng      hcl.Range
	value    cty.Value
	resolved bool
}

func (l *loader) declareLocals(b *hcl.Block) {
	c := l.content(b.Body, nil)
	for _, block := range c.blocks {
		l.unknownBlock(block, "in locals", schema.Subject{}, nil, nil)
	}
	for _, a := range c.attrs {
		if first, ok := l.locals[a.Name]; ok {
			l.duplicate(a.NameRange, first.rng, fmt.Sprintf("local.%s is declared twice.", a.Name))
			continue
		}
		l.locals[a.Name] = &local{expr: a.Expr, rng: a.NameRange}
	}
}

// resolveLocalsAndThemes evaluates everything that expressions can refer to.
func (l *loader) resolveLocalsAndThemes() {
	for _, name := range sortedNames(l.locals) {
		l.resolveLocal(name)
	}
	for _, name := range sortedNames(l.themes) {
		l.resolveTheme(name)
	}
	ctx := l.baseContext()
	values := make(map[string]cty.Value, len(l.locals))
	for name, loc := range l.locals {
		values[name] = loc.value
	}
	ctx.Variables["local"] = cty.ObjectVal(values)
	l.global = ctx
}

func sortedNames[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func (l *loader) baseContext() *hcl.EvalContext {
	return &hcl.EvalContext{
		Variables: map[string]cty.Value{
			"var":  l.varValues,
			"path": cty.ObjectVal(map[string]cty.Value{"stack": cty.StringVal(".")}),
		},
		Functions: l.functions,
	}
}

func (l *loader) resolveLocal(name string) cty.Value {
	loc := l.locals[name]
	if loc.resolved {
		return loc.value
	}
	if l.enter("local."+name, loc.rng) {
		loc.value = l.evaluate(loc.expr, nil, schema.Subject{Range: loc.expr.Range()})
		l.leave()
	}
	if loc.value == cty.NilVal || l.circular["local."+name] {
		loc.value = cty.DynamicVal
	}
	loc.resolved = true
	return loc.value
}

// enter notes that something is being resolved; false if it already is, which is
// a circle.
func (l *loader) enter(name string, rng hcl.Range) bool {
	if i := slices.Index(l.visiting, name); i >= 0 {
		members := append(slices.Clone(l.visiting[i:]), name)
		for _, member := range members {
			l.circular[member] = true
		}
		detail := fmt.Sprintf("%s refers to itself.", name)
		if len(members) > 2 {
			detail = fmt.Sprintf("%s refer to each other in a circle: %s.", strings.Join(dedupe(members), " and "), strings.Join(members, " -> "))
		}
		l.fault(schema.Diagnose(schema.Cycle, schema.Subject{Range: rng}, "Circular reference", detail))
		return false
	}
	if len(l.visiting) >= maxReferences {
		l.fault(schema.Diagnose(schema.Expression, schema.Subject{Range: rng}, "Too many references",
			fmt.Sprintf("%s is reached through more than %d locals and themes that refer to each other.", name, maxReferences)))
		return false
	}
	l.visiting = append(l.visiting, name)
	return true
}

// maxReferences is how many locals and themes may build on each other in a row.
const maxReferences = 500

func dedupe(names []string) []string {
	sorted := slices.Clone(names)
	slices.Sort(sorted)
	return slices.Compact(sorted)
}

func (l *loader) leave() { l.visiting = l.visiting[:len(l.visiting)-1] }

// literal is the value of the expressions that need no context, which are almost
// all that people write.
func literal(expr hcl.Expression) (cty.Value, bool) {
	switch e := expr.(type) {
	case *hclsyntax.TemplateExpr:
		if len(e.Parts) == 1 {
			if part, ok := e.Parts[0].(*hclsyntax.LiteralValueExpr); ok {
				return part.Val, true
			}
		}
	case *hclsyntax.LiteralValueExpr:
		return e.Val, true
	}
	return cty.NilVal, false
}

// evaluate gives the value of an expression, unknown when it has a fault or
// depends on one. Extra variables, such as each, come in extra.
func (l *loader) evaluate(expr hcl.Expression, extra map[string]cty.Value, at schema.Subject) cty.Value {
	if v, ok := literal(expr); ok {
		return v
	}
	ctx, ok := l.context(expr, extra, at)
	if !ok {
		return cty.DynamicVal
	}
	v, diags := expr.Value(ctx)
	for _, d := range diags {
		syntax.ExplainTemplate(d)
		explainTheme(d)
		if d.Subject != nil && d.Subject.Filename == expr.Range().Filename {
			d.Subject = placeWithin(*d.Subject, expr).Ptr()
		}
	}
	l.expressionFaults(diags, at)
	if diags.HasErrors() {
		return cty.DynamicVal
	}
	// What shares its parts may be small here and endless when written out.
	if function.Weigh(v, function.MaxResult) > function.MaxResult {
		at.Range = expr.Range()
		l.fault(schema.Diagnose(schema.Expression, at, "Value too large", fmt.Sprintf("Written out, this value is larger than %d MB.", function.MaxResult>>20)))
		return cty.DynamicVal
	}
	return v
}

func (l *loader) expressionFaults(diags hcl.Diagnostics, at schema.Subject) {
	for _, d := range diags {
		function.ExplainUnknown(d)
		call, called := hcl.DiagnosticExtra[hclsyntax.FunctionCallDiagExtra](d)
		finding := at.Finding(schema.Expression)
		schema.Attach(d, finding)
		if called {
			finding.Level = schema.LevelOf(d)
			d.Extra = callFault{call, &finding}
		}
		l.fault(d)
	}
}

// placeWithin is the place of a part of an expression. A string of the JSON
// syntax is parsed when its escapes are gone, so that places within it can be
// wrong; the place of the whole string is not.
func placeWithin(rng hcl.Range, expr hcl.Expression) hcl.Range {
	if _, native := expr.(hclsyntax.Expression); native {
		return rng
	}
	whole := expr.Range()
	if whole.Start.Line != whole.End.Line || whole.End.Byte-whole.Start.Byte != whole.End.Column-whole.Start.Column ||
		rng.Start.Line != whole.Start.Line || rng.End.Line != whole.Start.Line || rng.End.Byte > whole.End.Byte {
		return whole
	}
	return rng
}

// callFault is the finding of a fault in a function call, which also tells
// which function was called.
type callFault struct {
	hclsyntax.FunctionCallDiagExtra
	finding *schema.Finding
}

// UnwrapDiagnosticExtra lets schema.FindingOf see the finding.
func (c callFault) UnwrapDiagnosticExtra() any { return c.finding }

// context prepares what the expression refers to; false if something of it does
// not exist, which is reported.
func (l *loader) context(expr hcl.Expression, extra map[string]cty.Value, at schema.Subject) (*hcl.EvalContext, bool) {
	refs := expr.Variables()
	ok := true
	vars := make(map[string]cty.Value, len(extra)+2)
	for name, v := range extra {
		vars[name] = v
	}
	locals, themes := make(map[string]cty.Value), make(map[string]cty.Value)
	for _, ref := range refs {
		root, rng := ref.RootName(), placeWithin(ref.SourceRange(), expr)
		_, given := extra[root]
		name, named := second(ref)
		switch {
		case given:
		case root == "var" && named:
			l.use(name)
			ok = known(l, "input variable", l.variables, ref, rng, at) && ok
		case root == "local" && named:
			if !known(l, "local value", l.locals, ref, rng, at) {
				ok = false
			} else if l.global == nil {
				locals[name] = l.resolveLocal(name)
			}
		case root == "theme" && named:
			if !known(l, "theme", l.themes, ref, rng, at) {
				ok = false
			} else {
				ok = l.knownField(ref, rng, at) && ok
				themes[name] = l.themeObject(name)
			}
		case root == "path" && named && name == "stack":
		case root == "var", root == "local", root == "theme", root == "path":
			l.fault(schema.Diagnose(schema.Reference, schema.Subject{Address: at.Address, Path: at.Path, Range: rng}, "Incomplete reference",
				fmt.Sprintf("%q must be followed by a name, such as %s.", root, exampleOf[root])))
			ok = false
		default:
			l.fault(schema.Diagnose(schema.Reference, schema.Subject{Address: at.Address, Path: at.Path, Range: rng}, "Unknown reference", unknownRoot(root)))
			ok = false
		}
	}
	if len(locals) > 0 {
		vars["local"] = cty.ObjectVal(locals)
	}
	if len(themes) > 0 {
		vars["theme"] = cty.ObjectVal(themes)
	}
	ctx := l.global
	if ctx == nil {
		ctx = l.baseContext()
	}
	if len(vars) > 0 {
		ctx = ctx.NewChild()
		ctx.Variables = vars
	}
	return ctx, ok
}

var exampleOf = map[string]string{"var": "var.brand", "local": "local.brand", "theme": "theme.base.mobile_result_page.success_desc", "path": "path.stack"}

func second(ref hcl.Traversal) (string, bool) {
	if len(ref) < 2 {
		return "", false
	}
	switch step := ref[1].(type) {
	case hcl.TraverseAttr:
		return step.Name, true
	case hcl.TraverseIndex:
		if step.Key.Type() == cty.String {
			return step.Key.AsString(), true
		}
	}
	return "", false
}

// known reports whether something is declared under the second part of a
// reference. Where a file could not be understood nothing is said to be missing.
func known[V any](l *loader, what string, declared map[string]V, ref hcl.Traversal, rng hcl.Range, at schema.Subject) bool {
	name, _ := second(ref)
	if _, ok := declared[name]; ok {
		return true
	}
	if l.broken {
		return false
	}
	detail := fmt.Sprintf("Nothing declares the %s %s.%s.", what, ref.RootName(), name)
	if near := schema.Nearest(name, sortedNames(declared)); near != "" {
		detail += fmt.Sprintf(" Did you mean %s.%s?", ref.RootName(), near)
	}
	l.fault(schema.Diagnose(schema.Reference, schema.Subject{Address: at.Address, Path: at.Path, Range: rng}, "Unknown reference", detail))
	return false
}

func unknownRoot(root string) string {
	switch root {
	case "each":
		return "each.key and each.value exist only in a locale with for_each."
	case "self":
		return "self.code exists only inside a locale."
	case "locale", "session":
		return fmt.Sprintf("Values of a %s cannot be referred to; put what is shared into a theme or locals.", root)
	}
	detail := fmt.Sprintf("There is nothing named %q.", root)
	detail += schema.DidYouMean(root, []string{"var", "local", "theme", "each", "self", "path"})
	return detail + fmt.Sprintf(" If it is text for the page, such as {%s}, write it without the dollar or percent sign: \"{%s}\".", root, root)
}

// plain takes the marks off a value; false if it cannot be used yet, because it
// is unknown, or not at all, because it is sensitive.
func (l *loader) plain(v cty.Value, at schema.Subject) (cty.Value, bool) {
	if v.ContainsMarked() {
		l.fault(schema.Diagnose(schema.SensitiveValue, at, "Sensitive value in public",
			"This value comes from a sensitive variable, but documents and sessions are public: everybody who opens the page sees them. Use another variable, or nonsensitive(...) if it may be shown."))
		return cty.DynamicVal, false
	}
	return v, v.IsWhollyKnown()
}
