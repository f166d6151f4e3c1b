package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"livery/schema"
	"livery/schema/config"
	"livery/schema/rule"
	"livery/schema/stack"
	"livery/schema/tokens"
)

// checks judges the check blocks of a stack, as far as they are wanted.
func checks(l *linter) {
	e, row := l.Evaluation(), ruleOf(rule.Check)
	if e == nil || row.In(l.Levels) == rule.Off {
		return
	}
	c := checker{linter: l, evaluation: e, shared: make(map[sharedFailure]*hcl.Diagnostic)}
	e.Refill()
	for _, check := range l.Module.Checks {
		c.check, c.asserts = check, nil
		for _, a := range check.Asserts {
			level := a.Level
			if level == "" {
				level = row.In(l.Levels)
			}
			if l.asked(row, level) {
				c.asserts = append(c.asserts, assertion{a, level})
			}
		}
		if len(c.asserts) > 0 {
			c.judge()
		}
	}
	l.found = append(l.found, tokens.MergeUses(c.faults)...)
}

func ruleOf(id rule.ID) rule.Rule {
	row, _ := rule.ByID(id)
	return row
}

// checker judges the check blocks of a stack, one after the other.
type checker struct {
	*linter
	evaluation *stack.Evaluation
	check      *config.Check
	asserts    []assertion
	shared     map[sharedFailure]*hcl.Diagnostic
	faults     hcl.Diagnostics // of the blocks themselves
}

// assertion is a condition and what it weighs where it is false.
type assertion struct {
	*config.Assert
	level rule.Level
}

// sharedFailure tells failures apart that several documents may have in common.
type sharedFailure struct {
	assert *config.Assert
	at     hcl.Range
	words  string // without the name of the document
}

// element is what a check is judged for: a document, a session, something else, or the
// whole stack.
type element struct {
	key  string
	vars map[string]cty.Value
	at   schema.Subject

	document schema.Document
	value    func(field string) schema.Value // of a document or a session; nil for anything else
}

func (c *checker) judge() {
	for _, e := range c.elements() {
		for _, a := range c.asserts {
			c.assert(a, e)
		}
	}
}

// elements are what the check is judged for.
func (c *checker) elements() []element {
	if c.check.ForEach == nil {
		return []element{{}}
	}
	locales, ok := c.locales()
	if !ok {
		return nil
	}
	values, known, diags := c.evaluation.Elements(c.check.ForEach)
	c.faults = append(c.faults, diags...)
	if !known && !diags.HasErrors() {
		c.unknown("for_each", c.check.ForEach, element{})
	}
	var elements []element
	for _, v := range values {
		e := element{key: v.GetAttr("key").AsString(), vars: map[string]cty.Value{"each": v}}
		c.identify(&e)
		if locales == nil || slices.Contains(locales, e.document.Locale) {
			elements = append(elements, e)
		}
	}
	return elements
}

// locales are those that the check is about; nil for all. It is false if they are not
// known.
func (c *checker) locales() ([]schema.Locale, bool) {
	expr := c.check.Locales
	if expr == nil {
		return nil, true
	}
	v, _, ok := c.evaluate(expr, element{})
	if !ok {
		return nil, false
	}
	if !v.IsWhollyKnown() {
		c.unknown("list of locales", expr, element{})
		return nil, false
	}
	locales, fault := config.ParseLocales(v, expr)
	if fault != nil {
		c.faults = append(c.faults, fault)
	}
	return locales, fault == nil
}

// identify finds out which document or session an element is.
func (c *checker) identify(e *element) {
	if c.check.Concerns(config.DocumentsName) {
		locale, _ := schema.ParseLocale(e.key)
		for _, d := range c.Documents {
			if d.Locale == locale {
				e.document, e.at.Address, e.at.Locale = d, locale.AddressOf(), locale
				e.value = func(field string) schema.Value {
					if f := schema.FieldByPath(field); f != nil {
						return d.At(f)
					}
					return schema.Value{}
				}
			}
		}
	}
	if c.check.Concerns(config.SessionsName) && e.value == nil {
		for _, s := range c.Sessions {
			if s.Name == e.key {
				e.at.Address = s.Address()
				e.value = func(field string) schema.Value { return s.Defaults.At(schema.AttributeNumber(field)) }
			}
		}
	}
}

// evaluate is the value of an expression of the check, and whether it is sensitive; false
// if it has a fault, which is reported.
func (c *checker) evaluate(expr hcl.Expression, e element) (v cty.Value, sensitive, ok bool) {
	v, diags := c.evaluation.Evaluate(expr, e.vars, e.at)
	v, broken := tokens.Split(v)
	for _, f := range broken {
		at := e.at
		at.Range = expr.Range()
		diags = append(diags, f.Diagnostic(at))
	}
	c.faults = append(c.faults, diags...)
	sensitive = v.ContainsMarked()
	v, _ = v.UnmarkDeep()
	return v, sensitive, !diags.HasErrors()
}

// fault reports what is wrong with an expression of the check.
func (c *checker) fault(id rule.ID, expr hcl.Expression, e element, summary, detail string) {
	at := e.at
	at.Range = expr.Range()
	c.faults = append(c.faults, schema.Diagnose(id, at, summary, detail))
}

// unknown reports that something is not known that the check needs, unless that follows
// from another fault.
func (c *checker) unknown(what string, expr hcl.Expression, e element) {
	names := c.evaluation.Unset(expr, e.document)
	switch {
	case len(names) > 0:
		c.fault(rule.Expression, expr, e, "Value not known", fmt.Sprintf("The %s is not known: var.%s has no value. Use -var %s=VALUE, a *.auto.liveryvars.hcl file or the environment variable %s%s.",
			what, strings.Join(names, " and var."), names[0], stack.EnvironmentPrefix, names[0]))
	case !c.evaluation.IsBroken():
		c.fault(rule.Expression, expr, e, "Value not known", fmt.Sprintf("The %s depends on something that is not known.", what))
	}
}

// assert judges a condition.
func (c *checker) assert(a assertion, e element) {
	v, _, ok := c.evaluate(a.Condition, e)
	if !ok {
		return
	}
	result, err := convert.Convert(v, cty.Bool)
	switch {
	case err == nil && !result.IsKnown():
		c.unknown("condition", a.Condition, e)
	case err != nil || result.IsNull():
		detail := "A condition must be true or false."
		if v.IsNull() {
			detail += " This one is null."
		}
		c.fault(rule.WrongType, a.Condition, e, "Wrong type of value", detail)
	case result.False():
		c.fail(a, e)
	}
}

// fail reports that a condition is false, at the line of the field if it is written
// anywhere. Documents that share that line share the finding.
func (c *checker) fail(a assertion, e element) {
	at, words := e.at, c.message(a, e)
	at.Path, at.Range = a.Field, a.Condition.Range()
	key := sharedFailure{}
	if e.value != nil && a.Field != "" {
		if written := e.value(a.Field).Range(); written.Filename != "" {
			at.Range = written
			key = sharedFailure{a.Assert, written, strings.ReplaceAll(words, e.key, "")}
		}
	}
	if first := c.shared[key]; first != nil {
		schema.Amend(first, func(f *schema.Finding) {
			f.Addresses = append(f.Addresses, at.Address)
			slices.SortFunc(f.Addresses, schema.Address.Compare)
		})
		return
	}
	d := schema.Diagnose(rule.Check, at, fmt.Sprintf("Check %s failed", c.check.Name), words)
	schema.SetLevel(d, a.level)
	schema.Amend(d, func(f *schema.Finding) { f.Check = c.check.Name })
	if key.assert != nil {
		c.shared[key] = d
	}
	c.found = append(c.found, d)
}

// message is what is said where a condition is false. It has to be made only then: it may
// name what is there in no other case.
func (c *checker) message(a assertion, e element) string {
	v, sensitive, ok := c.evaluate(a.Message, e)
	switch {
	case !ok:
	case sensitive:
		return "The error message of the check included a sensitive value, so it will not be displayed."
	case !v.IsKnown():
		c.unknown("error message", a.Message, e)
	case v.IsNull() || v.Type() != cty.String:
		c.fault(rule.WrongType, a.Message, e, "Wrong type of value", "error_message takes a string in quotes.")
	default:
		return v.AsString()
	}
	return "The condition is false."
}
