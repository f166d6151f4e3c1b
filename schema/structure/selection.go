package structure

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"livery/schema/syntax"
)

// Selections are the parts of a file around a byte, the smallest first: the word, the
// text, the expression, the attribute, the block, the file. Each holds the one before.
func Selections(file *syntax.File, offset int) []hcl.Range {
	var around []hcl.Range
	add := func(rng hcl.Range) bool {
		holds := rng.Start.Byte <= offset && offset <= rng.End.Byte
		if holds {
			around = append(around, rng)
		}
		return holds
	}
	add(hcl.Range{Filename: file.Name, Start: hcl.InitialPos, End: hcl.Pos{Byte: len(file.Bytes)}})
	if body, ok := file.Body.(*hclsyntax.Body); ok {
		selectBody(body, add)
	} else if root, diags := syntax.ParseJSON(file.Bytes, file.Name); !diags.HasErrors() {
		for value := range root.All() {
			if value.NameRange.Filename != "" {
				add(hcl.RangeBetween(value.NameRange, value.Range))
				add(value.NameRange)
			}
			add(value.Range)
		}
	}
	if start, end := WordAt(file.Bytes, offset); start < end {
		around = append(around, hcl.Range{Filename: file.Name, Start: hcl.Pos{Byte: start}, End: hcl.Pos{Byte: end}})
	}
	slices.SortStableFunc(around, func(a, b hcl.Range) int {
		return (a.End.Byte - a.Start.Byte) - (b.End.Byte - b.Start.Byte)
	})
	nested := around[:0]
	for _, rng := range around {
		if last := len(nested) - 1; last < 0 || rng.Start.Byte <= nested[last].Start.Byte && rng.End.Byte >= nested[last].End.Byte &&
			(rng.Start.Byte != nested[last].Start.Byte || rng.End.Byte != nested[last].End.Byte) {
			nested = append(nested, rng)
		}
	}
	return nested
}

func selectBody(body *hclsyntax.Body, add func(hcl.Range) bool) {
	for _, a := range body.Attributes {
		if !add(a.Range()) {
			continue
		}
		add(a.NameRange)
		_ = hclsyntax.VisitAll(a.Expr, func(node hclsyntax.Node) hcl.Diagnostics {
			add(node.Range())
			return nil
		})
	}
	for _, b := range body.Blocks {
		if add(b.Range()) {
			for _, label := range b.LabelRanges {
				add(label)
			}
			selectBody(b.Body, add)
		}
	}
}
