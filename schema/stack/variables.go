package stack

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"livery/schema"
	"livery/schema/config"
	"livery/schema/function"
	"livery/schema/origin"
	"livery/schema/rule"
	"livery/schema/syntax"
	"livery/schema/wording"
)

// EnvironmentPrefix begins the names of environment variables that set input
// variables.
const EnvironmentPrefix = "LIVERY_VAR_"

// variable is an input of the stack during one evaluation.
type variable struct {
	*config.Variable
	value     cty.Value      // cty.NilVal: none
	setting   origin.Setting // what gives the value
	sensitive bool           // declared so, or the secret key comes from it
	key       bool           // one of the account's keys comes from it
	used      bool           // something other than the account's keys refers to it
	forKeys   bool           // the account's keys refer to it
	asked     bool
	refused   bool // by a validation; what depends on it is not judged
}

func (v *variable) byDefault() origin.Setting {
	return origin.Setting{Kind: schema.FromDefault, Expr: v.Attribute("default").Expr}
}

// variables finds the values of a stack's variables.
type variables struct {
	*config.Faults
	inputs  Inputs
	broken  bool // what seems to be undeclared may stand in a file that could not be understood
	byName  map[string]*variable
	scope   *scope // for the validations
	inKeys  bool   // what is being evaluated is one of the account's keys
	unknown bool   // a file of values could not be understood
}

// newVariables prepares the variables of a module. What the secret key depends on
// is sensitive whether or not it says so, and neither key is among the values that
// others may keep.
func newVariables(m *config.Module, in Inputs, s *scope) *variables {
	vs := &variables{Faults: s.Faults, inputs: in, broken: m.Broken, byName: make(map[string]*variable, len(m.Variables)), scope: s}
	for name, declared := range m.Variables {
		vs.byName[name] = &variable{Variable: declared, sensitive: declared.Sensitive}
	}
	for _, key := range []string{"access_key", "secret_key"} {
		if m.Account == nil || m.Account.Attribute(key) == nil {
			continue
		}
		for _, name := range origin.VariablesOf(names{s}, m.Account.Attribute(key).Expr) {
			if v := vs.byName[name]; v != nil {
				v.key = true
				v.sensitive = v.sensitive || key == "secret_key"
			}
		}
	}
	return vs
}

// resolve finds the value of every variable, lowest precedence first, and checks
// the values.
func (vs *variables) resolve() {
	for _, v := range vs.byName {
		if v.Default != cty.NilVal {
			v.value, v.setting = v.Default, v.byDefault()
		}
		if s, set := vs.inputs.Env(EnvironmentPrefix + v.Name); set {
			vs.assign(v, s, "The environment variable "+EnvironmentPrefix+v.Name, EnvironmentPrefix+v.Name)
		}
	}
	for _, values := range vs.inputs.Values {
		if values.File != nil {
			vs.assignFile(values.File, values.Shared)
			continue
		}
		v, ok := vs.byName[values.Name]
		if !ok && (vs.broken || values.Shared) {
			continue
		}
		if !ok {
			detail := fmt.Sprintf("-var sets %q, but the stack declares no such variable.", values.Name)
			detail += wording.DidYouMean(values.Name, sortedNames(vs.byName))
			vs.Report(schema.Diagnose(rule.VariableValue, schema.Subject{}, "Value for an undeclared variable", detail))
			continue
		}
		vs.assign(v, values.Text, "The -var argument of "+values.Name, "-var")
	}
	vs.publish()
	for _, name := range sortedNames(vs.byName) {
		vs.validate(vs.byName[name])
	}
	vs.publish() // without those that were refused
}

// publish makes the values visible to expressions.
func (vs *variables) publish() {
	values := make(map[string]cty.Value, len(vs.byName))
	for name, v := range vs.byName {
		value := v.value
		if value == cty.NilVal || v.refused {
			value = v.Unknown()
		}
		if v.sensitive {
			value = value.Mark(function.Sensitive)
		}
		values[name] = value
	}
	vs.scope.root.Variables["var"] = cty.ObjectVal(values)
}

// assign reads a value given as text.
func (vs *variables) assign(v *variable, text, from, setBy string) {
	v.setting = origin.Setting{Kind: schema.FromVariable, By: setBy}
	value, why := v.Read(text, from, v.sensitive, vs.scope.budget)
	if why == "" {
		converted, err := convert.Convert(value, v.Type)
		if err == nil {
			v.value = v.Convert(vs.Faults, converted, hcl.Range{})
			return
		}
		why = fmt.Sprintf("%s does not fit the type of var.%s: %s.", from, v.Name, err)
	}
	vs.Report(schema.Diagnose(rule.VariableValue, schema.Subject{}, "Invalid value for a variable", why))
	v.value = v.Unknown()
}

// assignFile reads the values in a file; one that is shared may set variables of others.
func (vs *variables) assignFile(file *syntax.File, shared bool) {
	vs.ReportCopies(file.Faults)
	vs.unknown = vs.unknown || file.Faults.HasErrors()
	attributes, blocks := vs.Content(file.Body)
	for _, b := range blocks {
		vs.UnknownBlock(b, "in a file of variable values", schema.Subject{}, nil, nil)
	}
	for _, a := range attributes {
		v, ok := vs.byName[a.Name]
		if !ok && (vs.broken || shared) {
			continue // it may be declared where nothing could be understood
		}
		if !ok {
			d := schema.Diagnose(rule.VariableValue, schema.Subject{Range: a.NameRange()}, "Value for an undeclared variable",
				fmt.Sprintf("The stack declares no variable %q, so this value has no effect.", a.Name))
			schema.SetLevel(d, rule.Warning)
			d.Detail += wording.DidYouMean(a.Name, sortedNames(vs.byName))
			vs.Report(d)
			continue
		}
		if value, ok := vs.Constant(a); ok {
			v.value, v.setting = v.Convert(vs.Faults, value, a.Expr.Range()), origin.Setting{Kind: schema.FromVariable, Expr: a.Expr}
			if value.IsNull() && !v.Nullable && v.Default != cty.NilVal {
				v.setting = v.byDefault()
			}
		}
	}
}

// validate evaluates the validations of a variable that has a value.
func (vs *variables) validate(v *variable) {
	if v.value == cty.NilVal {
		return
	}
	for _, check := range v.Validations {
		vs.check(v, check)
	}
}

func (vs *variables) check(v *variable, check config.Validation) {
	used, forKeys := v.used, v.forKeys // a validation is no use of the value
	result := vs.scope.evaluate(check.Condition, nil, schema.Subject{Range: check.Condition.Range()})
	text := vs.scope.evaluate(check.Message, nil, schema.Subject{Range: check.Message.Range()})
	v.used, v.forKeys = used, forKeys
	result, _ = result.Unmark()
	text, marks := text.Unmark()
	result, err := convert.Convert(result, cty.Bool)
	if err != nil || result.IsNull() {
		vs.Report(schema.Diagnose(rule.WrongType, schema.Subject{Range: check.Condition.Range()}, "Wrong type of value", "A condition must be true or false."))
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
	at := v.DefRange
	if v.setting.Expr != nil && v.setting.Kind == schema.FromVariable {
		at = v.setting.Expr.Range()
	}
	v.refused = true
	vs.Report(schema.Diagnose(rule.VariableValue, schema.Subject{Range: at}, "Invalid value for a variable",
		fmt.Sprintf("%s This was checked by the validation rule at %s:%d.", detail, check.Range.Filename, check.Range.Start.Line)))
}

// use notes that something depends on a variable, and asks for its value if it
// has none. What only the account's keys depend on need not be known to plan.
func (vs *variables) use(name string) {
	v, ok := vs.byName[name]
	if !ok {
		return
	}
	vs.scope.trail.variables[name] = true
	if vs.inKeys {
		v.forKeys = true
	} else {
		v.used = true
	}
	if v.value == cty.NilVal && vs.needed(v) {
		vs.ask(v)
	}
}

func (vs *variables) needed(v *variable) bool {
	switch vs.inputs.Need {
	case NeedAccount:
		return true
	case NeedDocuments:
		return v.used || !v.forKeys
	default:
		return false
	}
}

// ask wants the value of a variable from whoever runs livery, once.
func (vs *variables) ask(v *variable) {
	if vs.inputs.Ask == nil || v.asked {
		return
	}
	v.asked = true
	if text, ok := vs.inputs.Ask(v.Name, v.Description, v.sensitive); ok {
		vs.assign(v, text, "The value entered for "+v.Name, "prompt")
		vs.publish()
		vs.validate(v)
		vs.publish() // without a value that was refused
	}
}

// requireValues reports the variables that must have a value and have none.
func (vs *variables) requireValues() {
	for _, name := range sortedNames(vs.byName) {
		v := vs.byName[name]
		if v.value != cty.NilVal || !vs.needed(v) {
			continue
		}
		if vs.ask(v); v.value != cty.NilVal || vs.unknown {
			continue
		}
		vs.Report(schema.Diagnose(rule.VariableValue, schema.Subject{Range: v.DefRange}, "No value for required variable",
			fmt.Sprintf("The variable %q is not set and has no default. Use -var %s=VALUE, a *.auto.liveryvars.hcl file or the environment variable %s%s.", v.Name, v.Name, EnvironmentPrefix, v.Name)))
	}
}

// values are the variables as others may see them.
func (vs *variables) values() map[string]cty.Value {
	values := vs.scope.root.Variables["var"].AsValueMap()
	for name, v := range vs.byName {
		if v.key {
			values[name] = values[name].Mark(function.Sensitive)
		}
	}
	return values
}
