package completion

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty/function"

	"livery/schema/langserver"
	"livery/schema/structure"
	"livery/schema/syntax"
)

// Hover says what stands at a byte of a file, in Markdown, and where it stands; "" for
// nothing.
func Hover(v *langserver.View, file *syntax.File, offset int) (string, hcl.Range) {
	if text, at := aboutCall(v, file, offset); text != "" {
		return text, at
	}
	if text, at := v.Hover(file, offset); text != "" {
		return text, at
	}
	return aboutWord(v, file, offset)
}

// aboutCall is what a function does, where its name stands.
func aboutCall(v *langserver.View, file *syntax.File, offset int) (string, hcl.Range) {
	body, ok := file.Body.(*hclsyntax.Body)
	if !ok {
		return "", hcl.Range{}
	}
	var text string
	var at hcl.Range
	structure.VisitAttributes(body, "", func(_ string, a *hclsyntax.Attribute) {
		if !structure.Holds(a.Expr.Range(), offset) {
			return
		}
		_ = hclsyntax.VisitAll(a.Expr, func(node hclsyntax.Node) hcl.Diagnostics {
			if call, ok := node.(*hclsyntax.FunctionCallExpr); ok && structure.Holds(call.NameRange, offset) {
				if f, known := functions(v)[call.Name]; known {
					text, at = fmt.Sprintf("```hcl\n%s\n```\n\n%s\n", Signature(call.Name, f).Label, f.Description()), call.NameRange
					if shown := example(v, call.Name); shown != "" {
						text += "\n```hcl\n" + shown + "\n```\n"
					}
				}
			}
			return nil
		})
	})
	return text, at
}

func functions(v *langserver.View) map[string]function.Function {
	if e := v.Explored; e != nil {
		return e.Functions()
	}
	return nil
}

// aboutWord is what the type of a block, or an attribute that is no field, means.
func aboutWord(v *langserver.View, file *syntax.File, offset int) (string, hcl.Range) {
	start, end := structure.WordAt(file.Bytes, offset)
	if start == end {
		return "", hcl.Range{}
	}
	word := string(file.Bytes[start:end])
	at := hcl.Range{Filename: file.Name, Start: hcl.Pos{Byte: start}, End: hcl.Pos{Byte: end}}
	p := placeAt(file.Bytes, start)
	if !p.named() {
		return "", at
	}
	for _, item := range (&completer{v, p}).namesIn() {
		if item.Label == word && item.Documentation != "" {
			return fmt.Sprintf("**%s**\n\n%s\n", word, item.Documentation), at
		}
	}
	return "", at
}
