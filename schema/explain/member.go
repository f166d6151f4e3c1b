package explain

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
	"livery/schema/wording"
)

// listed is how many names are listed where none is near.
const listed = 8

// Member says which names there are, where a reference asks a value for one that it does
// not have.
func Member(d *hcl.Diagnostic) {
	expr, ok := d.Expression.(*hclsyntax.ScopeTraversalExpr)
	if !ok || !strings.Contains(d.Detail, "does not have an attribute") && !strings.Contains(d.Detail, "does not have any attributes") &&
		!strings.Contains(d.Detail, "does not identify an element") {
		return
	}
	v := variable(d.EvalContext, expr.Traversal.RootName())
	path := expr.Traversal.RootName()
	for i, step := range expr.Traversal[1:] {
		name, ok := stepName(step)
		if !ok || v == cty.NilVal || v.IsMarked() || !v.IsKnown() || v.IsNull() {
			return // a sensitive value keeps its names
		}
		members := membersOf(v)
		next, ok := members[name]
		if ok {
			v, path = next, path+"."+name
			continue
		}
		if i > 0 && expr.Traversal.RootName() == "theme" {
			d.Detail = fmt.Sprintf("%s does not declare %s.", path, strings.Join(names(expr.Traversal[i+1:]), "."))
		} else {
			d.Detail = fmt.Sprintf("%s has no %s.", path, name) + hint(name, slices.Sorted(maps.Keys(members)))
		}
		return
	}
}

// hint is the nearest name, or all of them if they are few.
func hint(name string, members []string) string {
	if near := wording.DidYouMean(name, members); near != "" {
		return near
	}
	switch {
	case len(members) == 0:
		return ""
	case len(members) > listed:
		return fmt.Sprintf(" It has %s and %d more.", strings.Join(members[:listed], ", "), len(members)-listed)
	case len(members) == 1:
		return fmt.Sprintf(" It has %s.", members[0])
	}
	return fmt.Sprintf(" It has %s and %s.", strings.Join(members[:len(members)-1], ", "), members[len(members)-1])
}

func membersOf(v cty.Value) map[string]cty.Value {
	if t := v.Type(); !t.IsObjectType() && !t.IsMapType() {
		return nil
	}
	return v.AsValueMap()
}

func stepName(step hcl.Traverser) (string, bool) {
	switch step := step.(type) {
	case hcl.TraverseAttr:
		return step.Name, true
	case hcl.TraverseIndex:
		if step.Key.Type() == cty.String && !step.Key.IsMarked() && step.Key.IsKnown() && !step.Key.IsNull() {
			return step.Key.AsString(), true
		}
	}
	return "", false
}

func names(steps hcl.Traversal) []string {
	var list []string
	for _, step := range steps {
		if name, ok := stepName(step); ok {
			list = append(list, name)
		}
	}
	return list
}

// variable is the value of a name in an evaluation.
func variable(ctx *hcl.EvalContext, name string) cty.Value {
	for ; ctx != nil; ctx = ctx.Parent() {
		if v, ok := ctx.Variables[name]; ok {
			return v
		}
	}
	return cty.NilVal
}

// Nested is the way out for a field that is named with its page before it.
func Nested(name string) string {
	page, field, _ := strings.Cut(name, ".")
	p := schema.PageByKey(page)
	if p == nil {
		p = schema.PageByHCL(page)
	}
	if p == nil || schema.FieldByPath(p.Key+"."+field) == nil && schema.FieldByHCL(p.HCLName(), field) == nil {
		return ""
	}
	return fmt.Sprintf(" Fields stand within their page: \"%s\": {\"%s\": \"...\"}.", page, field)
}

// Cause says of a value at fault where it comes from, if that is not where it stands.
func Cause(diags hcl.Diagnostics, o *schema.Origin) {
	if o == nil || o.Range.Filename == "" {
		return
	}
	switch o.Kind {
	case schema.FromVariable, schema.FromDefault, schema.FromLocal, schema.FromToken:
		for _, d := range diags {
			d.Detail += fmt.Sprintf(" It comes from %s, %s:%d.", o.Path, o.Range.Filename, o.Range.Start.Line)
		}
	case schema.FromTexts:
		for _, d := range diags {
			if d.Subject == nil || d.Subject.Filename != o.Range.Filename {
				d.Detail += fmt.Sprintf(" It stands in %s:%d.", o.Range.Filename, o.Range.Start.Line)
			}
		}
	}
}
