package structure

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"livery/schema/syntax"
)

// Link is a place that names a file or an address.
type Link struct {
	Range hcl.Range // without the quotation marks
	File  string    // relative to the stack; "" for an address
	URL   string
}

// readers are the functions whose first argument is a file.
var readers = map[string]bool{"file": true, "fileexists": true, "templatefile": true, "tokens": true}

// Links lists the files that expressions and the include list name, and the https addresses.
func Links(file *syntax.File) []Link {
	var links []Link
	body, ok := file.Body.(*hclsyntax.Body)
	if !ok {
		return linksJSON(file)
	}
	named := make(map[hcl.Range]bool)
	VisitAttributes(body, "", func(block string, a *hclsyntax.Attribute) {
		_ = hclsyntax.VisitAll(a.Expr, func(node hclsyntax.Node) hcl.Diagnostics {
			switch node := node.(type) {
			case *hclsyntax.FunctionCallExpr:
				if readers[node.Name] && len(node.Args) > 0 {
					named[node.Args[0].Range()] = true
				}
			case *hclsyntax.TemplateExpr:
				text, rng, ok := plainText(node)
				isFile := named[node.Range()] || block == "livery" && a.Name == "include" && !strings.ContainsAny(text, "*?[{")
				switch {
				case !ok || text == "":
				case isFile:
					links = append(links, Link{Range: rng, File: text})
				case strings.HasPrefix(text, "https://"):
					links = append(links, Link{Range: rng, URL: text})
				}
			}
			return nil
		})
	})
	Sort(links, func(l Link) hcl.Range { return l.Range })
	return links
}

func linksJSON(file *syntax.File) (links []Link) {
	root, diags := syntax.ParseJSON(file.Bytes, file.Name)
	if diags.HasErrors() {
		return nil
	}
	for value := range root.All() {
		v := value.Value()
		if v != cty.NilVal && !v.IsNull() && v.Type() == cty.String && strings.HasPrefix(v.AsString(), "https://") {
			links = append(links, Link{Range: Within(value.Range, 1), URL: v.AsString()})
		}
	}
	return links
}

// plainText is a text without expressions in quotation marks, and where it stands within
// them.
func plainText(t *hclsyntax.TemplateExpr) (string, hcl.Range, bool) {
	if !t.IsStringLiteral() || t.Range().Start.Line != t.Range().End.Line {
		return "", hcl.Range{}, false
	}
	v, diags := t.Value(nil)
	if diags.HasErrors() || v.Type() != cty.String {
		return "", hcl.Range{}, false
	}
	return v.AsString(), Within(t.Range(), 1), true
}
