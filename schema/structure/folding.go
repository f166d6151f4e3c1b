package structure

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"livery/schema/syntax"
)

// Fold is a part of a file that can be folded away: it spans at least two lines.
type Fold struct {
	Range   hcl.Range
	Comment bool
}

// Folds lists the blocks, lists, objects, heredocs and comments of two lines or more.
func Folds(file *syntax.File) []Fold {
	var folds []Fold
	add := func(rng hcl.Range, comment bool) {
		if rng.End.Line > rng.Start.Line {
			folds = append(folds, Fold{rng, comment})
		}
	}
	if body, ok := file.Body.(*hclsyntax.Body); ok {
		foldBody(body, func(rng hcl.Range) { add(rng, false) })
		for _, rng := range comments(file) {
			add(rng, true)
		}
	} else if root, diags := syntax.ParseJSON(file.Bytes, file.Name); !diags.HasErrors() {
		for value := range root.All() {
			if value.IsObject() || value.IsArray() {
				add(value.Range, false)
			}
		}
	}
	Sort(folds, func(f Fold) hcl.Range { return f.Range })
	return folds
}

func foldBody(body *hclsyntax.Body, add func(hcl.Range)) {
	for _, a := range body.Attributes {
		_ = hclsyntax.VisitAll(a.Expr, func(node hclsyntax.Node) hcl.Diagnostics {
			switch node := node.(type) {
			case *hclsyntax.ObjectConsExpr, *hclsyntax.TupleConsExpr, *hclsyntax.FunctionCallExpr:
				add(node.Range())
			case *hclsyntax.TemplateExpr:
				rng := node.Range() // a heredoc ends at the beginning of a line
				if rng.End.Column == 1 && rng.End.Line > rng.Start.Line {
					rng.End.Line--
				}
				add(rng)
			}
			return nil
		})
	}
	for _, b := range body.Blocks {
		add(hcl.RangeBetween(b.OpenBraceRange, b.CloseBraceRange))
		foldBody(b.Body, add)
	}
}

// comments are the comments of a file in HCL; those on lines that follow each other are
// one.
func comments(file *syntax.File) []hcl.Range {
	tokens, _ := hclsyntax.LexConfig(file.Bytes, file.Name, hcl.InitialPos)
	var found []hcl.Range
	ownLine := true
	for _, t := range tokens {
		if t.Type != hclsyntax.TokenComment {
			ownLine = t.Type == hclsyntax.TokenNewline
			continue
		}
		rng := t.Range
		if rng.End.Column == 1 { // its line feed belongs to it
			rng.End.Line--
		}
		if last := len(found) - 1; ownLine && last >= 0 && found[last].End.Line == rng.Start.Line-1 {
			found[last].End = rng.End
		} else {
			found = append(found, rng)
		}
	}
	return found
}
