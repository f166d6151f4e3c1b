package stack

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	ctyfunction "github.com/zclconf/go-cty/cty/function"

	"livery/schema"
	"livery/schema/config"
	"livery/schema/function"
	"livery/schema/limit"
	"livery/schema/origin"
	"livery/schema/rule"
)

// Evaluation is a stack that can be asked: what an expression is worth in it, and what a
// document is laid together from. It keeps all that was evaluated, which a Stack does not.
// It is not for several goroutines.
type Evaluation struct {
	*Stack
	scope *scope
	made  map[string]cty.Value // the documents and the sessions as expressions see them, once they were needed
}

// Value is the value of an expression; name is that of src in ranges. It may cost what a
// whole stack may, and is unknown where it has a fault or depends on what is not known. A
// value that holds the secret key of the account is marked as sensitive.
func (e *Evaluation) Value(src []byte, name string) (cty.Value, hcl.Diagnostics) {
	if d := limit.Check(src, name); d != nil {
		return cty.DynamicVal, hcl.Diagnostics{d}
	}
	expr, diags := hclsyntax.ParseExpression(src, name, hcl.InitialPos)
	if diags.HasErrors() {
		for _, d := range diags {
			d.Detail = strings.ReplaceAll(d.Detail, "the end of the file", "the end of the line")
			schema.Attach(d, schema.Finding{Rule: rule.Syntax})
		}
		return cty.DynamicVal, diags[:1] // the others follow from it
	}
	e.Refill()
	return e.Evaluate(expr, nil, schema.Subject{})
}

// Refill grants as much again as to a whole stack, for what is evaluated from now on.
func (e *Evaluation) Refill() { e.scope.budget.Refill() }

// Evaluate is the value of an expression that can refer to all that files can and to vars,
// and beyond that to documents and sessions: documents["th_TH"].title_text is what is sent,
// null where nothing is. The subject is what a fault is about. The value is unknown where it
// has a fault or depends on what is not known; one that holds the secret key of the account
// is marked as sensitive.
func (e *Evaluation) Evaluate(expr hcl.Expression, vars map[string]cty.Value, at schema.Subject) (cty.Value, hcl.Diagnostics) {
	s, before, v := e.scope, len(e.scope.Diagnostics), cty.DynamicVal
	at.Range = expr.Range()
	way := s.follow(func() { v = s.evaluate(expr, e.beyondFiles(expr, vars), at) })
	if len(way.files) > 0 || way.vague {
		e.Dependencies = dependenciesOf(s)
		maps.Copy(e.Sources, s.json.Sources())
	}
	if fault := s.budget.Fault(); fault != nil {
		v = cty.DynamicVal
		s.Report(fault)
	}
	diags := slices.Clone(s.Diagnostics[before:])
	s.Diagnostics = s.Diagnostics[:before]
	for _, d := range diags {
		s.conceal(d)
	}
	if plain, _ := v.UnmarkDeep(); s.holdsSecret(plain) {
		v = v.Mark(function.Sensitive)
	}
	return v, schema.SortFindings(diags)
}

// Functions are those that expressions may call, by name.
func (e *Evaluation) Functions() map[string]ctyfunction.Function { return e.scope.functions() }

// Elements lists what each is in turn, an object of key and value; false if that is not
// known.
func (e *Evaluation) Elements(forEach hcl.Expression) ([]cty.Value, bool, hcl.Diagnostics) {
	at := schema.Subject{Range: forEach.Range()}
	v, diags := e.Evaluate(forEach, nil, at)
	if v.IsMarked() {
		d := schema.Diagnose(rule.SensitiveValue, at, "Sensitive value in for_each", "for_each cannot be sensitive: the findings name its elements. Use another value, or nonsensitive(...) if it may be shown.")
		return nil, true, append(diags, d)
	}
	var faults config.Faults
	elements, known := config.Elements(&faults, v, at)
	return elements, known, append(diags, faults.Diagnostics...)
}

// IsBroken reports whether the stack has errors, from which others follow.
func (e *Evaluation) IsBroken() bool { return e.scope.Diagnostics.HasErrors() }

// Unset lists the variables without a value that an expression depends on, also where it
// refers to a field of the document that it is evaluated for.
func (e *Evaluation) Unset(expr hcl.Expression, each schema.Document) []string {
	names := openValues{e.scope}.unset(expr)
	for _, ref := range expr.Variables() {
		if keys, plain := origin.KeysOf(ref[1:]); plain && ref.RootName() == "each" && len(keys) > 1 {
			names = append(names, each.Undecided()[pathOf(keys[1:])].Variables...)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// HoldsSecret reports whether a text holds the secret key of the account.
func (e *Evaluation) HoldsSecret(text string) bool { return e.scope.holdsSecret(cty.StringVal(text)) }

// IsSensitive reports whether what an expression such as var.brand names is a sensitive
// variable, or a part of one.
func (e *Evaluation) IsSensitive(path string) bool {
	name, _ := strings.CutPrefix(path, "var.")
	name, _, _ = strings.Cut(name, ".")
	name, _, _ = strings.Cut(name, "[")
	v := e.scope.variables.byName[name]
	return v != nil && v.sensitive
}

// beyondFiles are the names that an expression may use that is in no file, beside vars.
func (e *Evaluation) beyondFiles(expr hcl.Expression, vars map[string]cty.Value) map[string]cty.Value {
	for _, ref := range expr.Variables() {
		switch name := ref.RootName(); name {
		case config.DocumentsName, config.SessionsName:
			vars = maps.Clone(vars)
			vars = with(vars, name, e.declared(name))
		}
	}
	return vars
}

// declared are all documents or all sessions, by their names.
func (e *Evaluation) declared(name string) cty.Value {
	if v, made := e.made[name]; made {
		return v
	}
	all := make(map[string]cty.Value)
	if name == config.SessionsName {
		for _, s := range e.Sessions {
			all[s.Name] = s.Cty()
		}
	} else {
		for _, d := range e.Documents {
			all[string(d.Locale)] = d.Object(func(*schema.Field) bool { return true }, d.Effective)
		}
	}
	v := cty.ObjectVal(all)
	e.made = with(e.made, name, v)
	return v
}

// Names lists all that an expression can begin with, sorted: the variables, locals, themes,
// documents and sessions, and the functions, each with the bracket behind it.
func (e *Evaluation) Names() []string {
	var names []string
	for kind, declared := range map[string][]string{
		"var.": sortedNames(e.Module.Variables), "local.": sortedNames(e.Module.Locals), "theme.": sortedNames(e.Module.Themes),
	} {
		for _, name := range declared {
			names = append(names, kind+name)
		}
	}
	for _, d := range e.Documents {
		names = append(names, fmt.Sprintf("%s[%q]", config.DocumentsName, d.Locale))
	}
	for _, session := range e.Sessions {
		names = append(names, fmt.Sprintf("%s[%q]", config.SessionsName, session.Name))
	}
	for name := range e.scope.functions() {
		names = append(names, name+"(")
	}
	slices.Sort(names)
	return names
}
