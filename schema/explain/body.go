package explain

import (
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// Understood is the part of a body whose blocks and attributes end within so many bytes.
func Understood(body hcl.Body, understood int) hcl.Body {
	native, ok := body.(*hclsyntax.Body)
	if !ok || understood >= native.SrcRange.End.Byte {
		return body
	}
	part := *native
	part.Blocks = slices.DeleteFunc(slices.Clone(native.Blocks), func(b *hclsyntax.Block) bool { return b.Range().End.Byte > understood })
	part.Attributes = maps.Clone(native.Attributes)
	maps.DeleteFunc(part.Attributes, func(_ string, a *hclsyntax.Attribute) bool { return a.SrcRange.End.Byte > understood })
	return &part
}
