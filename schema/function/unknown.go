package function

import (
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"livery/schema"
)

// ExplainUnknown makes the suggestion in a fault about an unknown function the
// nearest one: that of the library is any that is near, another one each time.
func ExplainUnknown(d *hcl.Diagnostic) {
	unknown, ok := hcl.DiagnosticExtra[hclsyntax.FunctionCallUnknownDiagExtra](d)
	if !ok {
		return
	}
	name := unknown.CalledFunctionNamespace() + unknown.CalledFunctionName()
	d.Detail = fmt.Sprintf("There is no function named %q.", name)
	for ctx := d.EvalContext; ctx != nil; ctx = ctx.Parent() {
		if near := schema.Nearest(name, slices.Sorted(maps.Keys(ctx.Functions))); near != "" {
			d.Detail += fmt.Sprintf(" Did you mean %q?", near)
			return
		}
	}
}
