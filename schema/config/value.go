package config

import (
	"errors"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
	"livery/schema/rule"
	"livery/schema/tokens"
)

// IsObject reports whether a value is an object or a map, and not null.
func IsObject(v cty.Value) bool {
	return !v.IsNull() && (v.Type().IsObjectType() || v.Type().IsMapType())
}

// Elements lists what each is in turn, for the value of a for_each without marks; false
// if that is not known.
func Elements(f *Faults, v cty.Value, at schema.Subject) ([]cty.Value, bool) {
	if !v.IsKnown() || v.Type().IsSetType() && !v.IsWhollyKnown() {
		return nil, false // values of a map need not be known to tell the documents
	}
	set := v.Type().IsSetType() && v.Type().ElementType() == cty.String
	if v.IsNull() || !set && !IsObject(v) && (!v.Type().IsSetType() || v.LengthInt() > 0) {
		f.Report(schema.Diagnose(rule.WrongType, at, "Wrong type of value", "for_each takes a map or a set of strings. Turn a list into a set with toset([...])."))
		return nil, true
	}
	var list []cty.Value
	for it := v.ElementIterator(); it.Next(); {
		key, value := it.Element()
		if set {
			key = value
		}
		if key.IsNull() {
			f.Report(schema.Diagnose(rule.WrongType, at, "Wrong type of value", "for_each must not hold null."))
			continue
		}
		list = append(list, cty.ObjectVal(map[string]cty.Value{"key": key, "value": value}))
	}
	return list, true
}

// TokenFaults reports in the place of a call of tokens() that failed what is wrong with the
// file, each at its own line; the others are left.
func TokenFaults(f *Faults, diags hcl.Diagnostics, expr hcl.Expression, at schema.Subject) hcl.Diagnostics {
	var rest hcl.Diagnostics
	for _, d := range diags {
		failed := (*tokens.Error)(nil)
		if call, ok := hcl.DiagnosticExtra[hclsyntax.FunctionCallDiagExtra](d); !ok || !errors.As(call.FunctionCallError(), &failed) {
			rest = append(rest, d)
			continue
		}
		if d.Subject != nil {
			at.Range = RangeWithin(*d.Subject, expr)
		}
		f.Report(failed.Used(at)...)
	}
	return rest
}
