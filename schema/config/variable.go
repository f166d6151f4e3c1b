package config

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"livery/schema"
	"livery/schema/function"
	"livery/schema/limit"
	"livery/schema/rule"
)

// Variable is an input of the stack as it is declared.
type Variable struct {
	*Block
	Name        string
	Description string
	Type        cty.Type  // may have optional attributes, which no value has
	Default     cty.Value // cty.NilVal: none
	Sensitive   bool
	Nullable    bool
	Literal     bool // a value given as text is that text, not an expression
	Validations []Validation

	optional *typeexpr.Defaults
}

// Validation is a condition that the value of a variable, or what a check is about, must
// meet.
type Validation struct {
	Condition, Message hcl.Expression
	Range              hcl.Range
}

// variable reads a variable block.
func (f *Faults) variable(b *Block) *Variable {
	v := &Variable{Block: b, Name: b.Labels[0], Type: cty.DynamicPseudoType, Nullable: true, Literal: true}
	for _, a := range b.Attributes {
		switch a.Name {
		case "type":
			f.variableType(v, a.Expr)
		case "default": // when the type is known
		case "description":
			v.Description, _ = f.constantString(a)
		case "sensitive":
			v.Sensitive = f.ConstantBool(a)
		case "nullable":
			v.Nullable = f.ConstantBool(a)
		default:
			f.UnknownField(a, "A variable", schema.Subject{}, []string{"type", "default", "description", "sensitive", "nullable"}, blockNames(variableBlocks))
		}
	}
	for _, block := range b.Blocks {
		if block.Type != "validation" {
			f.UnknownBlock(block, "in a variable", schema.Subject{}, blockNames(variableBlocks), nil)
			continue
		}
		f.Labelled(block)
		if read, ok := f.validation(block, "a validation"); ok {
			v.Validations = append(v.Validations, read)
		}
	}
	if a := b.Attribute("default"); a != nil {
		v.Default = v.Unknown()
		if value, ok := f.Constant(a); ok {
			v.Default = cty.NilVal // there is none yet to take the place of a null
			v.Default = v.Convert(f, value, a.Expr.Range())
		}
	}
	return v
}

// variableType reads a type constraint. In the JSON syntax it is an expression in
// a string, which has not been checked as one.
func (f *Faults) variableType(v *Variable, expr hcl.Expression) {
	if _, native := expr.(hclsyntax.Expression); !native {
		text, diags := expr.Value(nil)
		if !diags.HasErrors() && text.Type() == cty.String && !text.IsNull() {
			if d := limit.Check([]byte(text.AsString()), expr.Range().Filename+".hcl"); d != nil {
				d.Subject = expr.Range().Ptr()
				f.Report(d)
				return
			}
		}
	}
	switch hcl.ExprAsKeyword(expr) { // short forms that Terraform has never given up
	case "list":
		v.Type, v.Literal = cty.List(cty.DynamicPseudoType), false
		return
	case "map":
		v.Type, v.Literal = cty.Map(cty.DynamicPseudoType), false
		return
	}
	t, defaults, diags := typeexpr.TypeConstraintWithDefaults(expr)
	for _, d := range diags {
		if d.Subject != nil {
			d.Subject = RangeWithin(*d.Subject, expr).Ptr()
		}
	}
	f.Expression(diags, schema.Subject{})
	v.Type, v.optional, v.Literal = t, defaults, t.IsPrimitiveType()
}

// Unknown is the value of a variable that has none.
func (v *Variable) Unknown() cty.Value {
	return cty.UnknownVal(v.Type.WithoutOptionalAttributesDeep())
}

// Convert brings a value to the variable's type.
func (v *Variable) Convert(f *Faults, value cty.Value, rng hcl.Range) cty.Value {
	if v.optional != nil && !value.IsNull() {
		value = v.optional.Apply(value)
	}
	if value.IsNull() && !v.Nullable {
		if v.Default != cty.NilVal {
			return v.Default
		}
		f.Report(schema.Diagnose(rule.VariableValue, schema.Subject{Range: rng}, "Invalid value for a variable", fmt.Sprintf("var.%s cannot be null.", v.Name)))
		return v.Unknown()
	}
	converted, err := convert.Convert(value, v.Type)
	if err != nil {
		f.Report(schema.Diagnose(rule.VariableValue, schema.Subject{Range: rng}, "Invalid value for a variable",
			fmt.Sprintf("The value of var.%s does not fit its type: %s.", v.Name, err)))
		return v.Unknown()
	}
	return converted
}

// Read parses a value given as text: literally for a primitive type and where no
// type is declared, as an expression otherwise; why says what is wrong with it,
// but for what it holds if it is sensitive.
func (v *Variable) Read(text, from string, sensitive bool, budget *function.Budget) (value cty.Value, why string) {
	if _, detail := limit.LongNumber([]byte(text)); v.Type == cty.Number && detail != "" {
		return cty.NilVal, from + " is too long for a number."
	}
	if v.Literal {
		return cty.StringVal(text), ""
	}
	fault := func(detail string) (cty.Value, string) {
		if sensitive {
			detail = "What is wrong with it is not shown, since it is sensitive."
		}
		return cty.NilVal, fmt.Sprintf("%s is not an expression, which the type of var.%s asks for. %s", from, v.Name, detail)
	}
	if d := limit.Check([]byte(text), from); d != nil {
		return fault(d.Detail)
	}
	expr, diags := hclsyntax.ParseExpression([]byte(text), from, hcl.InitialPos)
	if !diags.HasErrors() {
		value, diags = budget.Value(expr, nil)
	}
	if diags.HasErrors() {
		return fault(diags[0].Detail)
	}
	return value, ""
}
