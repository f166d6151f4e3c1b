package stack

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
	"livery/schema/syntax"
)

// textRanges says where the values of texts = jsondecode(file("...")) stand in
// that file, by their keys as written: a copywriter looks for a text in the file
// that holds it, not on the line that loads the file. Nil for any other
// expression.
func (r *fieldReader) textRanges(expr hcl.Expression) map[string]hcl.Range {
	decode, ok := expr.(*hclsyntax.FunctionCallExpr)
	if !ok || decode.Name != "jsondecode" || len(decode.Args) != 1 {
		return nil
	}
	file, ok := decode.Args[0].(*hclsyntax.FunctionCallExpr)
	if !ok || file.Name != "file" || len(file.Args) != 1 {
		return nil
	}
	name := r.evaluate(file.Args[0], r.extra, schema.Subject{})
	if name.IsMarked() || !name.IsKnown() || name.IsNull() || name.Type() != cty.String {
		return nil
	}
	return r.texts.ranges(name.AsString())
}

// textFiles are the JSON files that texts come from.
type textFiles struct {
	files *syntax.Files
	shown func(name string) string // the name in ranges
	read  map[string][]byte        // by the name in ranges
}

// ranges says where the values in a file stand, by key and by page.key; nil if the
// file is no JSON. Its faults are reported when the expression is evaluated.
func (t *textFiles) ranges(name string) map[string]hcl.Range {
	src, err := t.files.Read(name)
	shown := t.shown(name)
	if err != nil || !strings.HasSuffix(shown, ".json") {
		return nil
	}
	root, diags := syntax.ParseJSON(src, shown)
	if diags.HasErrors() {
		return nil
	}
	ranges := make(map[string]hcl.Range)
	for _, page := range root.Members {
		ranges[page.Name] = page.Range
		for _, text := range page.Members {
			ranges[page.Name+"."+text.Name] = text.Range
		}
	}
	t.read[shown] = src
	return ranges
}

// within is the subject of a key in a texts file, if its range is known.
func within(at schema.Subject, ranges map[string]hcl.Range, key string) schema.Subject {
	if rng, ok := ranges[key]; ok {
		at.Range = rng
	}
	return at
}
