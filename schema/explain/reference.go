package explain

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"livery/schema"
	"livery/schema/wording"
)

// UnknownName says what may have been meant by a reference that begins with a name that
// there is not, behind the sentence that says so.
func UnknownName(ref hcl.Traversal, inText bool) string {
	root := ref.RootName()
	near := wording.DidYouMean(root, []string{"var", "local", "theme", "each", "self", "path"})
	hex := schema.ColourMeant(root)
	switch plain := word(root); {
	case inText:
		return near + fmt.Sprintf(" If it is text for the page, such as {%s}, write it without the dollar or percent sign: \"{%s}\".", root, root)
	case plain != "" && len(ref) == 1:
		return fmt.Sprintf(" Write %s.", plain)
	case near != "" && len(ref) > 1:
		return near
	case hex != "":
		return fmt.Sprintf(" As a colour write its digits in double quotes: %q.", hex)
	}
	written := root
	for _, step := range ref[1:] {
		if attr, ok := step.(hcl.TraverseAttr); ok {
			written += "." + attr.Name
		}
	}
	return near + fmt.Sprintf(" A text stands in double quotes: %s.", Quote(written))
}

// word is the word of the language for one of other languages; "" for any other.
func word(s string) string {
	switch strings.ToLower(s) {
	case "yes", "on", "true":
		return "true"
	case "no", "off", "false":
		return "false"
	case "null", "nil", "none", "undefined":
		return "null"
	}
	return ""
}

// InTexts notes by their first bytes the references that stand in a text, behind ${ or
// %{; nil for the JSON syntax, where all do.
func InTexts(expr hcl.Expression) map[int]bool {
	native, ok := expr.(hclsyntax.Expression)
	if !ok {
		return nil
	}
	w := textWalker{found: make(map[int]bool)}
	_ = hclsyntax.Walk(native, &w)
	return w.found
}

// textWalker notes references that stand in a text.
type textWalker struct {
	depth int // of texts within each other
	found map[int]bool
}

// Enter implements hclsyntax.Walker.
func (w *textWalker) Enter(node hclsyntax.Node) hcl.Diagnostics {
	switch node := node.(type) {
	case *hclsyntax.TemplateExpr, *hclsyntax.TemplateWrapExpr:
		w.depth++
	case *hclsyntax.ScopeTraversalExpr:
		if w.depth > 0 {
			w.found[node.Range().Start.Byte] = true
		}
	}
	return nil
}

// Exit implements hclsyntax.Walker.
func (w *textWalker) Exit(node hclsyntax.Node) hcl.Diagnostics {
	switch node.(type) {
	case *hclsyntax.TemplateExpr, *hclsyntax.TemplateWrapExpr:
		w.depth--
	}
	return nil
}
