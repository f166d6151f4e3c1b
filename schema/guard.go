package schema

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// PreventDestroy is the attribute of locale and session blocks that refuses every plan
// that would put the page back to the default or drop the session. The service is never
// told of it.
const PreventDestroy = "prevent_destroy"

// ParsePreventDestroy judges raw as the value of [PreventDestroy]: a bool, or null for
// false. It must be known and unmarked. Where the diagnostics hold an error the Value is
// not declared.
func ParsePreventDestroy(raw cty.Value, at Subject) (Value, hcl.Diagnostics) {
	a := Attribute{Name: PreventDestroy, Kind: Bool}
	return a.Parse(raw, "", at)
}
