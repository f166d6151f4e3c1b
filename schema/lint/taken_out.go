package lint

import (
	"path"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"livery/schema"
	"livery/schema/config"
	"livery/schema/rule"
)

// removal mends a finding by edits that take out what is declared.
func removal(d *hcl.Diagnostic, edits ...schema.Edit) {
	schema.Amend(d, func(f *schema.Finding) {
		if row, _ := rule.ByID(f.Rule); len(edits) > 0 {
			f.Fix = row.Fix
		}
		f.Edits = append(f.Edits, edits...)
	})
}

// removals take out what stands at some places.
func removals(places []hcl.Range) []schema.Edit {
	edits := make([]schema.Edit, len(places))
	for i, at := range places {
		edits[i] = schema.Edit{At: at}
	}
	return edits
}

// blockRemoval takes out a block. In JSON several of a type stand behind one key, each behind
// its label; a key without any is a fault.
func blockRemoval(b *config.Declaration) schema.Edit {
	if n := len(b.LabelRanges); n > 0 && strings.HasSuffix(b.DefRange.Filename, ".json") {
		return schema.Edit{At: b.LabelRanges[n-1], With: b.TypeRange}
	}
	return schema.Edit{At: b.TypeRange}
}

// settings are the places in files of values that are loaded on their own where a variable
// is set: without the variable they mean nothing.
func settings(s *config.Sources, name string) []hcl.Range {
	var places []hcl.Range
	for _, v := range s.Values {
		if v.File == nil || !strings.Contains(path.Base(v.File.Name), ".auto.") || v.File.Body == nil {
			continue
		}
		attributes, _ := v.File.Body.JustAttributes()
		if a := attributes[name]; a != nil {
			places = append(places, a.NameRange)
		}
	}
	return places
}

// declared finds where the value of a field is declared as an attribute or a member that
// can be taken out, by the range of the value. A value that is a part of an expression
// cannot.
func (l *linter) declared() func(*schema.Field, hcl.Range) []hcl.Range {
	places := make(map[written]hcl.Range)
	for _, b := range l.own() {
		if b.Type != "theme" && b.Type != "locale" {
			continue
		}
		b.Walk(func(in *config.Block, a *config.Attribute) {
			page := in.Type
			if in == b.Block {
				page = ""
			}
			if f := schema.FieldByHCL(page, a.Name); f != nil {
				places[written{f, a.Expr.Range()}] = a.NameRange()
			}
		})
	}
	return func(f *schema.Field, at hcl.Range) []hcl.Range {
		if l.Module.Files[at.Filename] == nil && strings.HasSuffix(at.Filename, ".json") && f.Kind != schema.Tips {
			return []hcl.Range{at} // a file of texts
		}
		if place, ok := places[written{f, at}]; ok {
			return []hcl.Range{place}
		}
		return nil
	}
}
