package stack

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	ctyfunction "github.com/zclconf/go-cty/cty/function"

	"livery/schema"
	"livery/schema/config"
	"livery/schema/explain"
	"livery/schema/function"
	"livery/schema/origin"
	"livery/schema/rule"
	"livery/schema/syntax"
	"livery/schema/tokens"
	"livery/schema/wording"
)

// scope evaluates expressions: it knows what they can refer to, and resolves locals
// and themes when something first refers to them.
type scope struct {
	*config.Faults
	module    *config.Module
	budget    *function.Budget // of all expressions together
	variables *variables
	secrets   []string      // that no document may hold, in all their forms
	files     *syntax.Files // that functions read
	tokens    *tokens.Reader
	json      *origin.Files // that origins lead into
	origins   *origin.Tracer
	digests   map[hcl.Expression]string // of values that are not known
	open      []schema.OpenBlock
	functions func() map[string]ctyfunction.Function // made when the first expression asks for them: most documents are literals
	root      *hcl.EvalContext                       // path, the variables, and the functions once they are made; the locals once all of them are resolved
	locals    map[string]cty.Value
	complete  bool // the root holds the locals
	themes    map[string]*theme
	circular  map[string]bool // the locals and themes that refer to themselves
	visiting  []string        // the chain that is being resolved, for cycles
	trail     *trail          // of what is being evaluated
	memory    *memory         // for the next evaluation
	before    *memory         // of the evaluation before; nil if this is the first
	last      *memory         // the same, if documents depend on the same
	recalled  bool            // the locals and themes are those of the one before
	literals  literals        // of the document that is being evaluated
}

func newScope(m *config.Module, in Inputs) *scope {
	files, budget, way := syntax.NewFiles(in.FS, in.Dir), function.NewBudget(in.Context), newTrail()
	reader := tokens.NewReader(files, in.Name)
	level, set := m.Settings.Levels[rule.Gamut]
	reader.MapGamut = set && level != rule.Error
	files.Seen, files.Shared = way.see, in.Shared
	s := &scope{
		Faults: new(config.Faults), module: m, budget: budget, files: files, tokens: reader, json: origin.NewFiles(files, reader, in.Name), trail: &way,
		digests:   make(map[hcl.Expression]string),
		functions: sync.OnceValue(func() map[string]ctyfunction.Function { return function.Table(files, reader, budget) }),
		root: &hcl.EvalContext{
			Variables: map[string]cty.Value{"path": cty.ObjectVal(map[string]cty.Value{"stack": cty.StringVal(".")})},
		},
		locals: make(map[string]cty.Value, len(m.Locals)), themes: make(map[string]*theme, len(m.Themes)), circular: make(map[string]bool),
	}
	for _, secret := range in.Secrets {
		s.secrets = append(s.secrets, secret.Forms()...)
	}
	s.json.Looked = func(name string, parsed bool) { way.leadInto(files, name, parsed) }
	s.origins = origin.NewTracer(names{s}, s.json)
	s.variables = newVariables(m, in, s)
	return s
}

// resolve gives everything that expressions can refer to its value.
func (s *scope) resolve(last *memory, in Inputs) {
	s.variables.resolve()
	rememberNames(s, last, in, func() {
		for _, name := range sortedNames(s.module.Locals) {
			s.local(name)
		}
		for _, name := range sortedNames(s.module.Themes) {
			s.theme(name)
		}
	})
	s.root.Variables["local"] = cty.ObjectVal(s.locals)
	s.complete = true
}

func sortedNames[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// local is the value of a local.
func (s *scope) local(name string) cty.Value {
	if v, resolved := s.locals[name]; resolved {
		return v
	}
	v, declared := cty.DynamicVal, s.module.Locals[name]
	if s.enter("local."+name, declared.NameRange()) {
		v = s.evaluate(declared.Expr, nil, schema.Subject{Range: declared.Expr.Range()})
		s.leave()
	}
	if s.circular["local."+name] {
		v = cty.DynamicVal
	}
	s.locals[name] = v
	return v
}

// maxReferences is how many locals and themes may build on each other in a row.
const maxReferences = 500

// enter notes that something is being resolved; false if it already is, which is
// a circle.
func (s *scope) enter(name string, rng hcl.Range) bool {
	if i := slices.Index(s.visiting, name); i >= 0 {
		members := append(slices.Clone(s.visiting[i:]), name)
		for _, member := range members {
			s.circular[member] = true
		}
		detail := fmt.Sprintf("%s refers to itself.", name)
		if len(members) > 2 {
			distinct := slices.Compact(slices.Sorted(slices.Values(members)))
			detail = fmt.Sprintf("%s refer to each other in a circle: %s.", strings.Join(distinct, " and "), strings.Join(members, " -> "))
		}
		s.Report(schema.Diagnose(rule.Cycle, schema.Subject{Range: rng}, "Circular reference", detail))
		return false
	}
	if len(s.visiting) >= maxReferences {
		s.Report(schema.Diagnose(rule.Expression, schema.Subject{Range: rng}, "Too many references",
			fmt.Sprintf("%s is reached through more than %d locals and themes that refer to each other.", name, maxReferences)))
		return false
	}
	s.visiting = append(s.visiting, name)
	return true
}

func (s *scope) leave() { s.visiting = s.visiting[:len(s.visiting)-1] }

// evaluate gives the value of an expression, unknown when it has a fault or
// depends on one. Extra variables, such as each, come in extra.
func (s *scope) evaluate(expr hcl.Expression, extra map[string]cty.Value, at schema.Subject) cty.Value {
	if v, ok := origin.Literal(expr); ok {
		return v
	}
	ctx, ok := s.context(expr, extra, at)
	if !ok {
		return cty.DynamicVal
	}
	before := s.files.AskedBy(s.module.Sources.NameOf(expr.Range().Filename))
	v, diags := s.budget.Value(expr, ctx)
	s.files.AskedBy(before)
	diags, broken := function.BrokenFiles(config.TokenFaults(s.Faults, diags, expr, at), s.files, s.json.Shown)
	s.Report(broken...)
	for _, d := range diags {
		explain.Template(d)
		explain.Member(d)
		if d.Summary == "Duplicate object key" && readsSensitive(s, expr) { // which the library quotes
			d.Detail = "Two items have the same key, which is not shown, since it comes from a sensitive variable."
		}
		if d.Subject != nil && d.Subject.Filename == expr.Range().Filename {
			d.Subject = config.RangeWithin(*d.Subject, expr).Ptr()
		}
	}
	s.Expression(diags, at)
	if diags.HasErrors() || broken.HasErrors() {
		return cty.DynamicVal
	}
	// What shares its parts may be small here and endless when written out.
	if function.Weigh(v, function.MaxResult) > function.MaxResult {
		at.Range = expr.Range()
		s.Report(schema.Diagnose(rule.Expression, at, "Value too large", fmt.Sprintf("Written out, this value is larger than %d MB.", function.MaxResult>>20)))
		return cty.DynamicVal
	}
	return v
}

// publicValue is the value of an expression for a document or a session, which
// everybody can see; false if it cannot be used yet, because it is unknown, or not
// at all, because it is sensitive.
func (s *scope) publicValue(expr hcl.Expression, extra map[string]cty.Value, at schema.Subject) (cty.Value, bool) {
	v, faults := tokens.Split(s.evaluate(expr, extra, at))
	for _, f := range faults {
		s.Report(f.Diagnostic(at))
	}
	if v.ContainsMarked() {
		s.Report(schema.Diagnose(rule.SensitiveValue, at, "Sensitive value in public",
			"This value comes from a sensitive variable, but documents and sessions are public: everybody who opens the page sees them. Use another variable, or nonsensitive(...) if it may be shown."))
		return cty.DynamicVal, false
	}
	if s.holdsSecret(v) {
		s.Report(schema.Diagnose(rule.SensitiveValue, at, "Secret in public",
			"This value holds the secret key of the account, but documents and sessions are public: everybody who opens the page sees them. Take out what reads it."))
		return cty.DynamicVal, false
	}
	return v, v.IsWhollyKnown()
}

// names are what origins lead through.
type names struct{ *scope }

// Local implements origin.Names.
func (s names) Local(name string) hcl.Expression {
	if local := s.module.Locals[name]; local != nil {
		return local.Expr
	}
	return nil
}

// Variable implements origin.Names.
func (s names) Variable(name string) (origin.Setting, bool) {
	v := s.variables.byName[name]
	if v == nil {
		return origin.Setting{}, false
	}
	return v.setting, true
}

// Theme implements origin.Names.
func (s names) Theme(name string) (schema.Look, hcl.Range, bool) {
	t := s.themes[name]
	if t == nil {
		return schema.Look{}, hcl.Range{}, false
	}
	return t.look, s.module.Themes[name].DefRange, true
}

// Value implements origin.Names.
func (s names) Value(expr hcl.Expression, extra map[string]cty.Value) cty.Value {
	before := len(s.Diagnostics)
	ctx, ok := s.context(expr, extra, schema.Subject{})
	s.Diagnostics = s.Diagnostics[:before]
	if !ok {
		return cty.DynamicVal
	}
	v, diags := s.budget.Value(expr, ctx)
	if diags.HasErrors() {
		return cty.DynamicVal
	}
	return v
}

// context prepares what the expression refers to; false if something of it does
// not exist, which is reported.
func (s *scope) context(expr hcl.Expression, extra map[string]cty.Value, at schema.Subject) (*hcl.EvalContext, bool) {
	ok := true
	s.root.Functions = s.functions()
	var locals, themes map[string]cty.Value
	texts := sync.OnceValue(func() map[int]bool { return explain.InTexts(expr) })
	for _, ref := range expr.Variables() {
		if _, given := extra[ref.RootName()]; given {
			continue
		}
		at.Range = config.RangeWithin(ref.SourceRange(), expr)
		if !s.exists(ref, texts, at) {
			ok = false
			continue
		}
		switch name, _ := config.NameIn(ref); ref.RootName() {
		case "local":
			if !s.complete {
				locals = with(locals, name, s.local(name))
			}
		case "theme":
			themes = with(themes, name, s.themeObject(name))
		}
	}
	if len(extra) == 0 && locals == nil && themes == nil {
		return s.root, ok
	}
	vars := make(map[string]cty.Value, len(extra)+2)
	maps.Copy(vars, extra)
	if locals != nil {
		vars["local"] = cty.ObjectVal(locals)
	}
	if themes != nil {
		vars["theme"] = cty.ObjectVal(themes)
	}
	ctx := s.root.NewChild()
	ctx.Variables = vars
	return ctx, ok
}

// with adds to a map, which may be nil.
func with(values map[string]cty.Value, name string, v cty.Value) map[string]cty.Value {
	if values == nil {
		values = make(map[string]cty.Value)
	}
	values[name] = v
	return values
}

// exists reports whether what a reference names is declared; if not, that is
// reported. A variable is used by it. What texts gives is nil for the JSON syntax, where
// all references stand in a text.
func (s *scope) exists(ref hcl.Traversal, texts func() map[int]bool, at schema.Subject) bool {
	root := ref.RootName()
	name, named := config.NameIn(ref)
	switch {
	case root == "var" && named:
		s.variables.use(name)
		return isDeclared(s, "input variable", s.module.Variables, ref, at)
	case root == "local" && named:
		return isDeclared(s, "local value", s.module.Locals, ref, at)
	case root == "theme" && named:
		return isDeclared(s, "theme", s.module.Themes, ref, at) && s.themeHas(ref, at)
	case root == "path" && name == "stack":
		return true
	case root == "path" && named:
		s.Report(schema.Diagnose(rule.Reference, at, "Unknown reference", fmt.Sprintf("There is no path.%s; path.stack is the stack's own directory, from which functions name files.", name)))
	case root == "var", root == "local", root == "theme", root == "path":
		s.Report(schema.Diagnose(rule.Reference, at, "Incomplete reference", fmt.Sprintf("%q must be followed by a name, such as %s.", root, exampleOf[root])))
	default:
		within := texts()
		s.Report(schema.Diagnose(rule.Reference, at, "Unknown reference", s.module.UnknownName(ref, within == nil || within[ref.SourceRange().Start.Byte])))
	}
	return false
}

var exampleOf = map[string]string{"var": "var.brand", "local": "local.brand", "theme": "theme.base.mobile_result_page.success_desc", "path": "path.stack"}

// isDeclared reports whether something is declared under the name in a reference.
// Where a file could not be understood nothing is said to be missing.
func isDeclared[V any](s *scope, what string, declared map[string]V, ref hcl.Traversal, at schema.Subject) bool {
	name, _ := config.NameIn(ref)
	if _, ok := declared[name]; ok {
		return true
	}
	if s.module.Broken {
		return false
	}
	detail := fmt.Sprintf("Nothing declares the %s %s.%s.", what, ref.RootName(), name)
	if near := wording.Nearest(name, sortedNames(declared)); near != "" {
		detail += fmt.Sprintf(" Did you mean %s.%s?", ref.RootName(), near)
	}
	s.Report(schema.Diagnose(rule.Reference, at, "Unknown reference", detail))
	return false
}
