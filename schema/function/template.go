package function

import (
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/customdecode"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"

	"livery/schema/limit"
	"livery/schema/syntax"
)

// templateFunctions are those whose texts may call all the others.
func templateFunctions(files *syntax.Files, budget *Budget, others map[string]function.Function) map[string]function.Function {
	callable := maps.Clone(others)
	for _, name := range []string{"templatefile", "templatestring"} {
		callable[name] = refuseRecursion(name)
	}
	templates := templates{budget, callable}
	return map[string]function.Function{
		"templatefile":   redactErrors(templateFileFunction(files, templates)),
		"templatestring": templateStringFunction(templates),
	}
}

// templates fills in templates.
type templates struct {
	budget   *Budget
	callable map[string]function.Function
}

func refuseRecursion(name string) function.Function {
	return function.New(&function.Spec{
		VarParam: &function.Parameter{Name: "args", Type: cty.DynamicPseudoType, AllowNull: true, AllowUnknown: true, AllowDynamicType: true, AllowMarked: true},
		Type: func([]cty.Value) (cty.Type, error) {
			return cty.NilType, fmt.Errorf("cannot recursively call %s from inside another template function", name)
		},
		Impl: func([]cty.Value, cty.Type) (cty.Value, error) {
			return cty.NilVal, errors.New("cannot be called")
		},
	})
}

func variablesParameter() function.Parameter {
	return function.Parameter{Name: "vars", Type: cty.DynamicPseudoType, Description: "An object: what the template may refer to."}
}

func templateFileFunction(files *syntax.Files, t templates) function.Function {
	var parsed syntax.Memo[hcl.Expression]
	done := make(map[string][]rendered)
	return function.New(&function.Spec{
		Description: "Reads a file as a template and fills it in.",
		Params:      []function.Parameter{pathParameter(), variablesParameter()},
		Type:        function.StaticReturnType(cty.DynamicPseudoType),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			name := args[0].AsString()
			_, _ = files.Read(name) // whoever asks depends on it
			expr, err := parsed.Do(name, func() (hcl.Expression, error) {
				src, err := readText(files, name)
				if err != nil {
					return nil, err
				}
				return parseTemplate(src, name)
			})
			if err != nil {
				return cty.NilVal, err
			}
			for _, before := range done[name] {
				if before.vars.RawEquals(args[1]) {
					return before.value, nil
				}
			}
			var v cty.Value
			looked := looksAtFiles(files, func() {
				defer files.AskedBy(files.AskedBy(name))
				v, err = t.budget.paid(t.render(expr, args[1]))
			})
			if err == nil && !looked && len(done[name]) < maxRendered {
				done[name] = append(done[name], rendered{args[1], v})
			}
			return v, err
		},
	})
}

// looksAtFiles reports whether some work did. What it gives is not kept then: whoever
// asks for it depends on these files.
func looksAtFiles(files *syntax.Files, work func()) bool {
	looked, told := false, files.Seen
	files.Seen = func(p, askedBy string, read bool) {
		looked = true
		if told != nil {
			told(p, askedBy, read)
		}
	}
	work()
	files.Seen = told
	return looked
}

// rendered is a template file that was filled in.
type rendered struct{ vars, value cty.Value }

// maxRendered is how many results of one template file are kept: about as many as there
// are documents that have variables of their own for it.
const maxRendered = 64

// templateStringFunction takes a reference instead of a text, since whoever
// writes the text in place wants an ordinary template.
func templateStringFunction(t templates) function.Function {
	return function.New(&function.Spec{
		Description: "Takes a text from elsewhere in the stack as a template and fills it in.",
		Params: []function.Parameter{
			{Name: "template", Type: customdecode.ExpressionClosureType, Description: "A reference to the text, such as local.greeting."},
			variablesParameter(),
		},
		Type: function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			closure := customdecode.ExpressionClosureFromVal(args[0])
			if _, diags := hcl.AbsTraversalForExpr(closure.Expression); diags.HasErrors() {
				return cty.NilVal, function.NewArgErrorf(0, "invalid template expression: templatestring is only for rendering templates retrieved dynamically from elsewhere, and so does not support providing a literal template; consider using a template string expression instead")
			}
			v, diags := closure.Value()
			if diags.HasErrors() {
				return cty.NilVal, function.NewArgErrorf(0, "invalid template: %s", reasons(diags))
			}
			v, marks := v.Unmark()
			v, err := convert.Convert(v, cty.String)
			switch {
			case err != nil || v.IsNull():
				return cty.NilVal, function.NewArgErrorf(0, "invalid template value: a string is required")
			case !v.IsKnown():
				return cty.UnknownVal(cty.String).WithMarks(marks), nil
			}
			result, err := t.renderText(v.AsString(), args[1])
			if err != nil && len(marks) > 0 {
				return cty.NilVal, redact(err, []cty.Value{v.WithMarks(marks)})
			}
			return result.WithMarks(marks), err
		},
	})
}

func (t templates) renderText(src string, vars cty.Value) (cty.Value, error) {
	unknown := cty.UnknownVal(cty.String)
	expr, err := parseTemplate(src, "<templatestring argument>")
	if err != nil {
		return unknown, function.NewArgErrorf(0, "invalid template: %s", err)
	}
	v, err := t.render(expr, vars)
	if err != nil {
		return unknown, err
	}
	return convert.Convert(v, cty.String)
}

func parseTemplate(src, name string) (hcl.Expression, error) {
	if err := limit.Template(src); err != nil {
		return nil, err
	}
	expr, diags := hclsyntax.ParseTemplate([]byte(src), name, hcl.InitialPos)
	if diags.HasErrors() {
		return nil, reasons(diags)
	}
	return expr, nil
}

func (t templates) render(expr hcl.Expression, vars cty.Value) (cty.Value, error) {
	switch {
	case !vars.Type().IsMapType() && !vars.Type().IsObjectType():
		return cty.NilVal, function.NewArgErrorf(1, "invalid vars value: must be a map")
	case vars.IsNull():
		return cty.NilVal, function.NewArgErrorf(1, "argument must not be null")
	case !vars.IsKnown():
		return cty.DynamicVal, nil
	}
	variables := make(map[string]cty.Value, vars.LengthInt())
	for it := vars.ElementIterator(); it.Next(); {
		k, v := it.Element()
		name := k.AsString()
		if !hclsyntax.ValidIdentifier(name) {
			return cty.NilVal, function.NewArgErrorf(1, "invalid template variable name %q: must start with a letter, followed by zero or more letters, digits, and underscores", name)
		}
		variables[name] = v
	}
	for _, ref := range expr.Variables() {
		if _, ok := variables[ref.RootName()]; !ok {
			return cty.NilVal, function.NewArgErrorf(1, "vars map does not contain key %q, referenced at %s", ref.RootName(), ref.SourceRange())
		}
	}
	v, diags := t.budget.Value(expr, &hcl.EvalContext{Variables: variables, Functions: t.callable})
	if diags.HasErrors() {
		return cty.NilVal, reasons(diags)
	}
	if Weigh(v, MaxResult) > MaxResult {
		return cty.NilVal, tooLong("the rendered template")
	}
	return v, nil
}

// reasons is the first fault of a template as one sentence.
func reasons(diags hcl.Diagnostics) error {
	for _, d := range diags {
		if d.Severity == hcl.DiagError {
			ExplainUnknown(d)
			return errors.New(strings.TrimSuffix(d.Error(), "."))
		}
	}
	return nil
}
