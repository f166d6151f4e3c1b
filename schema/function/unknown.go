package function

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"livery/schema/css"
	"livery/schema/wording"
)

// ExplainUnknown makes the suggestion in a fault about an unknown function the
// nearest one: that of the library is any that is near, another one each time.
func ExplainUnknown(d *hcl.Diagnostic) {
	unknown, ok := hcl.DiagnosticExtra[hclsyntax.FunctionCallUnknownDiagExtra](d)
	if !ok {
		return
	}
	name := unknown.CalledFunctionNamespace() + unknown.CalledFunctionName()
	if hex := colourCall(d.Expression); hex != "" {
		d.Detail = fmt.Sprintf("There is no function named %q: colours are written as # and hex digits in quotes, here %q.", name, hex)
		return
	}
	if why := whyMissing(name); why != "" {
		d.Detail = fmt.Sprintf("There is no function named %q: %s.", name, why)
		return
	}
	d.Detail = fmt.Sprintf("There is no function named %q.", name)
	for ctx := d.EvalContext; ctx != nil; ctx = ctx.Parent() {
		if hint := wording.DidYouMean(name, slices.Sorted(maps.Keys(ctx.Functions))); hint != "" {
			d.Detail += hint
			return
		}
	}
}

// colourCall is the colour that a call of CSS's rgb or hsl stands for; "" if it is none.
func colourCall(expr hcl.Expression) string {
	call, ok := expr.(*hclsyntax.FunctionCallExpr)
	if !ok {
		return ""
	}
	args := make([]string, len(call.Args))
	for i, arg := range call.Args {
		v, diags := arg.Value(nil)
		if text, err := convert.Convert(v, cty.String); err == nil && !diags.HasErrors() && text.IsKnown() && !text.IsNull() {
			args[i] = text.AsString()
		}
	}
	return css.Function(fmt.Sprintf("%s(%s)", call.Name, strings.Join(args, ", ")))
}

// whyMissing says why a function that Terraform has is not here, and what does
// its work; "" for any other name.
func whyMissing(name string) string {
	switch strings.TrimPrefix(name, "file") {
	case "md5", "sha1", "sha256", "sha512", "base64sha256", "base64sha512", "bcrypt", "uuidv5":
		return "livery has no hashing"
	case "base64", "base64encode", "base64decode", "base64gzip", "textencodebase64", "textdecodebase64":
		return "livery does not encode bytes"
	case "formatdate", "timeadd", "timecmp":
		return "livery has no dates"
	case "chunklist":
		return "use slice"
	case "setproduct":
		return "use flatten with a for expression inside another"
	case "matchkeys", "transpose":
		return "use a for expression"
	case "ephemeralasnull":
		return "livery has no ephemeral values"
	}
	return ""
}
