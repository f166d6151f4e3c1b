package findings

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"livery/reconcile/terminal"
	"livery/schema"
	"livery/schema/rule"
)

// ValueJSON says what a reference stood for when its expression was evaluated.
type ValueJSON struct {
	Traversal string `json:"traversal"`
	Statement string `json:"statement"`
}

// CallJSON names the function that a diagnostic comes from.
type CallJSON struct {
	CalledAs  string         `json:"called_as"`
	Signature *SignatureJSON `json:"signature,omitempty"`
}

// SignatureJSON describes a function.
type SignatureJSON struct {
	Name          string          `json:"name"`
	Params        []ParameterJSON `json:"params"`
	VariadicParam *ParameterJSON  `json:"variadic_param,omitempty"`
	ReturnType    string          `json:"return_type"`
}

// ParameterJSON describes one parameter of a function.
type ParameterJSON struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

// valuesOf explains the references of the expression that a diagnostic is
// about, sorted by name. Where the subject is a secret nothing is explained.
func valuesOf(d *hcl.Diagnostic, at location) []ValueJSON {
	out := []ValueJSON{}
	if d.Expression == nil || d.EvalContext == nil || schema.FindingOf(d).Rule == rule.LiteralSecret {
		return out
	}
	if at.file != nil && slices.ContainsFunc(at.file.secrets, at.overlaps) {
		return out
	}
	seen := map[string]bool{}
	for _, traversal := range d.Expression.Variables() {
		name, value, ok := reachable(traversal, d.EvalContext)
		if !ok || seen[name] {
			continue
		}
		seen[name] = true
		if statement := statement(value); statement != "" {
			out = append(out, ValueJSON{name, statement})
		}
	}
	slices.SortFunc(out, func(a, b ValueJSON) int { return strings.Compare(a.Traversal, b.Traversal) })
	return out
}

// reachable is the value of the longest part of a traversal that has one. A
// root such as var alone explains nothing.
func reachable(traversal hcl.Traversal, ctx *hcl.EvalContext) (string, cty.Value, bool) {
	for ; len(traversal) > 1; traversal = traversal[:len(traversal)-1] {
		if value, diags := traversal.TraverseAbs(ctx); !diags.HasErrors() {
			return traversalText(traversal), value, true
		}
	}
	return "", cty.NilVal, false
}

func traversalText(traversal hcl.Traversal) string {
	var b strings.Builder
	for _, step := range traversal {
		switch step := step.(type) {
		case hcl.TraverseRoot:
			b.WriteString(step.Name)
		case hcl.TraverseAttr:
			b.WriteString("." + step.Name)
		case hcl.TraverseIndex:
			key := "..."
			if step.Key.Type().IsPrimitiveType() {
				key = compact(step.Key)
			}
			b.WriteString("[" + key + "]")
		case hcl.TraverseSplat:
			b.WriteString("[*]")
		}
	}
	return terminal.Escape(b.String(), "")
}

// statement finishes the sentence that a reference begins; "" says that there is
// nothing to say.
func statement(v cty.Value) string {
	switch {
	case v.IsMarked() || v.IsKnown():
		return "is " + compact(v)
	case v.Type() == cty.DynamicPseudoType:
		return ""
	default:
		return "is a " + v.Type().FriendlyName()
	}
}

// compact is a value on one line: a primitive in full, anything larger by its
// shape only, since what is inside may be marked where the whole is not.
func compact(v cty.Value) string {
	if v.IsMarked() {
		return schema.Hidden // whatever the mark means, it asks for discretion
	}
	ty := v.Type()
	switch {
	case v.IsNull():
		return "null"
	case !v.IsKnown():
		return "(not yet known)"
	case ty == cty.Bool:
		return fmt.Sprint(v.True())
	case ty == cty.Number:
		return v.AsBigFloat().Text('g', 10)
	case ty == cty.String:
		return terminal.QuoteShort(v.AsString())
	case ty.IsObjectType():
		return compactObject(ty)
	case ty.IsCollectionType(), ty.IsTupleType():
		switch n := v.LengthInt(); n {
		case 0:
			return "empty " + ty.FriendlyName()
		case 1:
			return ty.FriendlyName() + " with 1 element"
		default:
			return fmt.Sprintf("%s with %d elements", ty.FriendlyName(), n)
		}
	default:
		return ty.FriendlyName()
	}
}

func compactObject(ty cty.Type) string {
	attributes := ty.AttributeTypes()
	switch len(attributes) {
	case 0:
		return "object with no attributes"
	case 1:
		for name := range attributes {
			return "object with 1 attribute " + terminal.QuoteShort(name)
		}
	}
	return fmt.Sprintf("object with %d attributes", len(attributes))
}

// callOf describes the function call that failed; nil if the diagnostic is
// about something else.
func callOf(d *hcl.Diagnostic) *CallJSON {
	extra, ok := hcl.DiagnosticExtra[hclsyntax.FunctionCallDiagExtra](d)
	if !ok || extra.CalledFunctionName() == "" {
		return nil
	}
	call := &CallJSON{CalledAs: extra.CalledFunctionName()}
	for ctx := d.EvalContext; ctx != nil; ctx = ctx.Parent() {
		if f, ok := ctx.Functions[call.CalledAs]; ok {
			call.Signature = signature(call.CalledAs, f)
			break
		}
	}
	return call
}

func signature(name string, f function.Function) *SignatureJSON {
	s := &SignatureJSON{Name: name[strings.LastIndex(name, ":")+1:], Params: []ParameterJSON{}}
	types := make([]cty.Type, 0, len(f.Params()))
	for _, p := range f.Params() {
		s.Params = append(s.Params, ParameterJSON{p.Name, typeName(p.Type)})
		types = append(types, p.Type)
	}
	if p := f.VarParam(); p != nil {
		s.VariadicParam = &ParameterJSON{p.Name, typeName(p.Type)}
	}
	s.ReturnType = "dynamic"
	if ty, err := f.ReturnType(types); err == nil {
		s.ReturnType = typeName(ty)
	}
	return s
}

func typeName(ty cty.Type) string {
	if ty == cty.DynamicPseudoType {
		return "dynamic"
	}
	return ty.FriendlyName()
}
