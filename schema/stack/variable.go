package stack

import (
	"fmt"
	"path"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"livery/schema"
	"livery/schema/function"
	"livery/schema/syntax"
)

// variable is an input of the stack.
type variable struct {
	name        string
	description string
	wanted      cty.Type // with optional attributes, which no value has
	literally   bool     // a value given as text is that text, not an expression
	defaults    *typeexpr.Defaults
	fallback    cty.Value // cty.NilVal: none
	sensitive   bool
	key         bool // one of the account's keys comes from it
	nullable    bool
	validations []*hcl.Block
	rng         hcl.Range

	value    cty.Value
	valueAt  hcl.Range // where the value stands, if in a file
	fromFile bool      // the value stands in a file of the stack
	used     bool      // something other than the account's keys refers to it
	forKeys  bool      // the account's keys refer to it
	asked    bool
	refused  bool // by a validation; what depends on it is not judged
}

// EnvironmentPrefix begins the names of environment variables that set input
// variables.
const EnvironmentPrefix = "LIVERY_VAR_"

func (l *loader) declareVariable(b *hcl.Block) {
	if !l.validName(b) {
		return
	}
	v := &variable{name: b.Labels[0], wanted: cty.DynamicPseudoType, literally: true, nullable: true, rng: b.DefRange}
	if first, ok := l.variables[v.name]; ok {
		l.duplicate(b.DefRange, first.rng, fmt.Sprintf("The variable %q is declared twice.", v.name))
		return
	}
	l.variables[v.name] = v
	c := l.content(b.Body, variableHeaders)
	var fallback *hcl.Attribute
	for _, a := range c.attrs {
		switch a.Name {
		case "type":
			l.variableType(v, a.Expr)
		case "default":
			fallback = a
		case "description":
			v.description, _ = l.constString(a)
		case "sensitive":
			v.sensitive = l.constBool(a)
		case "nullable":
			v.nullable = l.constBool(a)
		default:
			l.unknownField(a, "A variable", schema.Subject{}, []string{"type", "default", "description", "sensitive", "nullable"}, headerNames(variableHeaders))
		}
	}
	for _, block := range c.blocks {
		if block.Type != "validation" {
			l.unknownBlock(block, "in a variable", schema.Subject{}, headerNames(variableHeaders), nil)
			continue
		}
		l.labelled(block, variableHeaders)
		v.validations = append(v.validations, block)
	}
	if fallback != nil {
		v.fallback = v.unknown()
		if value, ok := l.constant(fallback); ok {
			v.fallback = cty.NilVal // there is none yet to take the place of a null
			v.fallback = l.convert(v, value, fallback.Expr.Range())
		}
	}
}

// variableType reads a type constraint. In the JSON syntax it is an expression in
// a string, which guard has not looked at as one.
func (l *loader) variableType(v *variable, expr hcl.Expression) {
	if _, native := expr.(hclsyntax.Expression); !native {
		text, diags := expr.Value(nil)
		if !diags.HasErrors() && text.Type() == cty.String && !text.IsNull() {
			if d := syntax.Check([]byte(text.AsString()), expr.Range().Filename+".hcl"); d != nil {
				d.Subject = expr.Range().Ptr()
				l.fault(d)
				return
			}
		}
	}
	switch hcl.ExprAsKeyword(expr) { // short forms that Terraform has never given up
	case "list":
		v.wanted, v.literally = cty.List(cty.DynamicPseudoType), false
		return
	case "map":
		v.wanted, v.literally = cty.Map(cty.DynamicPseudoType), false
		return
	}
	t, defaults, diags := typeexpr.TypeConstraintWithDefaults(expr)
	for _, d := range diags {
		if d.Subject != nil {
			d.Subject = placeWithin(*d.Subject, expr).Ptr()
		}
	}
	l.expressionFaults(diags, schema.Subject{})
	v.wanted, v.defaults, v.literally = t, defaults, t.IsPrimitiveType()
}

// unknown is the value of a variable that has none.
func (v *variable) unknown() cty.Value {
	return cty.UnknownVal(v.wanted.WithoutOptionalAttributesDeep())
}

// constant is the value of an attribute that may not refer to anything; false if
// it has none, which is reported, or stands where the file does not parse.
func (l *loader) constant(a *hcl.Attribute) (cty.Value, bool) {
	v, diags := a.Expr.Value(nil)
	l.expressionFaults(diags, schema.Subject{})
	return v, !diags.HasErrors() && v.IsWhollyKnown()
}

func (l *loader) constString(a *hcl.Attribute) (string, bool) {
	v, ok := l.constant(a)
	if !ok {
		return "", false
	}
	if v.IsNull() || v.Type() != cty.String {
		l.fault(schema.Diagnose(schema.WrongType, schema.Subject{Range: a.Expr.Range()}, "Wrong type of value", a.Name+" takes a string in quotes."))
		return "", false
	}
	return v.AsString(), true
}

func (l *loader) constBool(a *hcl.Attribute) bool {
	v, ok := l.constant(a)
	if !ok {
		return false
	}
	b, err := convert.Convert(v, cty.Bool)
	if err != nil || b.IsNull() {
		l.fault(schema.Diagnose(schema.WrongType, schema.Subject{Range: a.Expr.Range()}, "Wrong type of value", a.Name+" takes true or false."))
		return false
	}
	return b.True()
}

// convert brings a value to the variable's type.
func (l *loader) convert(v *variable, value cty.Value, rng hcl.Range) cty.Value {
	if v.defaults != nil && !value.IsNull() {
		value = v.defaults.Apply(value)
	}
	if value.IsNull() && !v.nullable {
		if v.fallback != cty.NilVal {
			return v.fallback
		}
		l.fault(schema.Diagnose(schema.VariableValue, schema.Subject{Range: rng}, "Invalid value for a variable", fmt.Sprintf("var.%s cannot be null.", v.name)))
		return v.unknown()
	}
	converted, err := convert.Convert(value, v.wanted)
	if err != nil {
		l.fault(schema.Diagnose(schema.VariableValue, schema.Subject{Range: rng}, "Invalid value for a variable",
			fmt.Sprintf("The value of var.%s does not fit its type: %s.", v.name, err)))
		return v.unknown()
	}
	return converted
}

// resolveVariables finds the value of every variable, lowest precedence first,
// and checks the values.
func (l *loader) resolveVariables() {
	for _, v := range l.variables {
		if v.fallback != cty.NilVal {
			v.value, v.fromFile, v.valueAt = v.fallback, true, v.rng
		}
		if s := l.opts.Env(EnvironmentPrefix + v.name); s != "" {
			l.assign(v, s, "The environment variable "+EnvironmentPrefix+v.name)
		}
	}
	for _, name := range l.autoFiles() {
		l.assignFile(name)
	}
	for _, a := range l.opts.Assignments {
		if a.File != "" {
			l.assignFile(l.fromStack(a.File))
			continue
		}
		v, ok := l.variables[a.Name]
		if !ok && l.broken {
			continue
		}
		if !ok {
			detail := fmt.Sprintf("-var sets %q, but the stack declares no such variable.", a.Name)
			detail += schema.DidYouMean(a.Name, sortedNames(l.variables))
			l.fault(schema.Diagnose(schema.VariableValue, schema.Subject{}, "Value for an undeclared variable", detail))
			continue
		}
		l.assign(v, a.Value, "The -var argument of "+a.Name)
	}
	l.publishVariables()
	l.validateVariables()
}

// publishVariables makes the values visible to expressions.
func (l *loader) publishVariables() {
	values := make(map[string]cty.Value, len(l.variables))
	for name, v := range l.variables {
		value := v.value
		if value == cty.NilVal || v.refused {
			value = v.unknown()
		}
		if v.sensitive {
			value = value.Mark(function.Sensitive)
		}
		values[name] = value
	}
	l.varValues = cty.ObjectVal(values)
	if l.global != nil {
		l.global.Variables["var"] = l.varValues
	}
}

// assign reads a value given as text: literally for a primitive type and where
// no type is declared, as an expression otherwise.
func (l *loader) assign(v *variable, text, from string) {
	v.fromFile, v.valueAt = false, hcl.Range{}
	value, why := v.read(text, from)
	if why == "" {
		converted, err := convert.Convert(value, v.wanted)
		if err == nil {
			v.value = l.convert(v, converted, hcl.Range{})
			return
		}
		why = fmt.Sprintf("%s does not fit the type of var.%s: %s.", from, v.name, err)
	}
	l.fault(schema.Diagnose(schema.VariableValue, schema.Subject{}, "Invalid value for a variable", why))
	v.value = v.unknown()
}

// read parses a value given as text; why says what is wrong with it.
func (v *variable) read(text, from string) (value cty.Value, why string) {
	if _, detail := syntax.LongNumber([]byte(text)); v.wanted == cty.Number && detail != "" {
		return cty.NilVal, from + " is too long for a number."
	}
	if v.literally {
		return cty.StringVal(text), ""
	}
	fault := func(detail string) (cty.Value, string) {
		if v.sensitive {
			detail = "What is wrong with it is not shown, since it is sensitive."
		}
		return cty.NilVal, fmt.Sprintf("%s is not an expression, which the type of var.%s asks for. %s", from, v.name, detail)
	}
	if d := syntax.Check([]byte(text), from); d != nil {
		return fault(d.Detail)
	}
	expr, diags := hclsyntax.ParseExpression([]byte(text), from, hcl.InitialPos)
	if !diags.HasErrors() {
		value, diags = expr.Value(nil)
	}
	if diags.HasErrors() {
		return fault(diags[0].Detail)
	}
	return value, ""
}

// autoFiles lists the files of values that are loaded on their own.
func (l *loader) autoFiles() []string {
	entries, err := l.files.List()
	if err != nil {
		return nil // reported when the configuration was read
	}
	var names []string
	for _, e := range entries {
		if syntax.IsAutoVariables(e.Name()) {
			names = append(names, e.Name())
		}
	}
	slices.Sort(names)
	return names
}

// fromStack names a file as seen from the stack: what is said on the command
// line may be absolute.
func (l *loader) fromStack(name string) string {
	if path.IsAbs(name) {
		return l.files.Relative(name)
	}
	return name
}

func (l *loader) assignFile(name string) {
	src, body, diags := l.parseFile(name)
	if src != nil {
		l.sources[l.opts.Name(name)] = src
	}
	l.fault(diags...)
	l.valuesBroken = l.valuesBroken || diags.HasErrors()
	c := l.content(body, nil)
	for _, b := range c.blocks {
		l.unknownBlock(b, "in a file of variable values", schema.Subject{}, nil, nil)
	}
	for _, a := range c.attrs {
		v, ok := l.variables[a.Name]
		if !ok && l.broken {
			continue // it may be declared where nothing could be understood
		}
		if !ok {
			d := schema.Diagnose(schema.VariableValue, schema.Subject{Range: a.NameRange}, "Value for an undeclared variable",
				fmt.Sprintf("The stack declares no variable %q, so this value has no effect.", a.Name))
			schema.SetLevel(d, schema.Warning)
			d.Detail += schema.DidYouMean(a.Name, sortedNames(l.variables))
			l.fault(d)
			continue
		}
		if value, ok := l.constant(a); ok {
			v.value, v.fromFile, v.valueAt = l.convert(v, value, a.Expr.Range()), true, a.Expr.Range()
		}
	}
}

// validateVariables evaluates the validation blocks.
func (l *loader) validateVariables() {
	for _, name := range sortedNames(l.variables) {
		v := l.variables[name]
		for _, b := range v.validations {
			l.validate(v, b)
		}
	}
	l.publishVariables() // without those that were refused
}

func (l *loader) validate(v *variable, b *hcl.Block) {
	var condition, message hcl.Expression
	c := l.content(b.Body, nil)
	for _, block := range c.blocks {
		l.unknownBlock(block, "in a validation", schema.Subject{}, nil, []string{"condition", "error_message"})
	}
	for _, a := range c.attrs {
		switch a.Name {
		case "condition":
			condition = a.Expr
		case "error_message":
			message = a.Expr
		default:
			l.unknownField(a, "A validation", schema.Subject{}, []string{"condition", "error_message"}, nil)
		}
	}
	if condition == nil || message == nil {
		l.fault(schema.Diagnose(schema.Required, schema.Subject{Range: b.DefRange}, "Incomplete validation", "A validation block needs a condition and an error_message."))
		return
	}
	if v.value == cty.NilVal {
		return
	}
	used, forKeys := v.used, v.forKeys // a validation is no use of the value
	result := l.evaluate(condition, nil, schema.Subject{Range: condition.Range()})
	text := l.evaluate(message, nil, schema.Subject{Range: message.Range()})
	v.used, v.forKeys = used, forKeys
	result, _ = result.Unmark()
	text, marks := text.Unmark()
	result, err := convert.Convert(result, cty.Bool)
	if err != nil || result.IsNull() {
		l.fault(schema.Diagnose(schema.WrongType, schema.Subject{Range: condition.Range()}, "Wrong type of value", "A condition must be true or false."))
		return
	}
	if !result.IsKnown() || result.True() {
		return
	}
	detail := "The value is refused by the variable's validation."
	switch {
	case len(marks) > 0:
		detail = "The error message of the validation included a sensitive value, so it will not be displayed."
	case text.IsKnown() && !text.IsNull() && text.Type() == cty.String:
		detail = text.AsString()
	}
	at := v.rng
	if v.valueAt.Filename != "" {
		at = v.valueAt
	}
	v.refused = true
	l.fault(schema.Diagnose(schema.VariableValue, schema.Subject{Range: at}, "Invalid value for a variable",
		fmt.Sprintf("%s This was checked by the validation rule at %s:%d.", detail, b.DefRange.Filename, b.DefRange.Start.Line)))
}

// use notes that something depends on a variable, and asks for its value if it
// has none. What only the account's keys depend on need not be known to plan.
func (l *loader) use(name string) {
	v, ok := l.variables[name]
	if !ok {
		return
	}
	if l.inKeys {
		v.forKeys = true
	} else {
		v.used = true
	}
	if v.value == cty.NilVal && l.needed(v) {
		l.ask(v)
	}
}

func (l *loader) needed(v *variable) bool {
	switch l.opts.Need {
	case NeedAccount:
		return true
	case NeedDocuments:
		return v.used || !v.forKeys
	default:
		return false
	}
}

// ask wants the value of a variable from whoever runs livery, once.
func (l *loader) ask(v *variable) {
	if l.opts.Ask == nil || v.asked {
		return
	}
	v.asked = true
	if text, ok := l.opts.Ask(v.name, v.description, v.sensitive); ok {
		l.assign(v, text, "The value entered for "+v.name)
		l.publishVariables()
		for _, b := range v.validations {
			l.validate(v, b)
		}
		l.publishVariables() // without a value that was refused
	}
}

// needVariables reports the variables that must have a value and have none.
func (l *loader) needVariables() {
	for _, name := range sortedNames(l.variables) {
		v := l.variables[name]
		if v.value != cty.NilVal || !l.needed(v) {
			continue
		}
		if l.ask(v); v.value != cty.NilVal || l.valuesBroken {
			continue
		}
		l.fault(schema.Diagnose(schema.VariableValue, schema.Subject{Range: v.rng}, "No value for required variable",
			fmt.Sprintf("The variable %q is not set and has no default. Use -var %s=VALUE, a *.auto.liveryvars.hcl file or the environment variable %s%s.", v.name, v.name, EnvironmentPrefix, v.name)))
	}
}

// guardKeys looks for the variables that the account's keys come from. What the
// secret key depends on is sensitive whether or not it says so, and neither key
// is among the values that others may keep.
func (l *loader) guardKeys() {
	wanted := &hcl.BodySchema{Attributes: []hcl.AttributeSchema{{Name: "access_key"}, {Name: "secret_key"}}}
	for _, b := range l.blocks["account"] {
		c, _, _ := b.Body.PartialContent(wanted) // its faults are reported when it is evaluated
		if c == nil {
			continue
		}
		for name, a := range c.Attributes {
			for _, behind := range variablesIn(l.behind(a.Expr)) {
				if v := l.variables[behind]; v != nil {
					v.key = true
					v.sensitive = v.sensitive || name == "secret_key"
				}
			}
		}
	}
}

// values are the variables as others may see them.
func (l *loader) values() map[string]cty.Value {
	values := l.varValues.AsValueMap()
	for name, v := range l.variables {
		if v.key {
			values[name] = values[name].Mark(function.Sensitive)
		}
	}
	return values
}
