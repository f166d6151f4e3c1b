package layout

import (
	"bytes"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// UnixHeredocs takes the line ends of a Windows file out of its heredocs: they come from
// the editor, or from git, and are no part of the text. A quoted string has only those
// that somebody wrote as escapes, and keeps them.
func UnixHeredocs(file *hcl.File, src []byte) {
	body, ok := file.Body.(*hclsyntax.Body)
	if !ok || !bytes.Contains(src, []byte("<<")) || !bytes.Contains(src, []byte("\r\n")) {
		return
	}
	_ = hclsyntax.VisitAll(body, func(node hclsyntax.Node) hcl.Diagnostics {
		l, ok := node.(*hclsyntax.LiteralValueExpr)
		if ok && l.Val.Type() == cty.String && l.Val.IsKnown() && !l.Val.IsNull() && bytes.Contains(l.SrcRange.SliceBytes(src), []byte("\r\n")) {
			l.Val = cty.StringVal(strings.ReplaceAll(l.Val.AsString(), "\r\n", "\n"))
		}
		return nil
	})
}
