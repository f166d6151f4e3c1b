package origin

import (
	"slices"

	"github.com/hashicorp/hcl/v2"

	"livery/schema"
)

// twice is a name that stands twice in one object.
type twice struct {
	name          string // as it is spelled first
	first, second hcl.Range
}

// Duplicates are the keys that stand twice, in either spelling, in the JSON files that the
// texts come from and in the objects that they are written as: of two texts one would be lost
// in silence.
func (p Parts) Duplicates() hcl.Diagnostics {
	t := p.tracer
	t.decoded, t.others = new([]string), 0
	t.follow(p.expr, nil)
	found := t.twiceIn(t.unwrapped(p.expr))
	for _, name := range *t.decoded {
		if t.files.value(name) != nil {
			found = append(found, t.files.declaredTwice(name)...)
		}
	}
	var diags hcl.Diagnostics
	for _, two := range found {
		at := p.at
		at.Path, at.Range = "", two.second
		diags = append(diags, schema.DeclaredTwice(at, two.name, two.first))
	}
	return diags
}

// noteDecoded counts a file among those that are asked for.
func (t tracer) noteDecoded(name string) {
	if t.decoded != nil && !slices.Contains(*t.decoded, name) {
		*t.decoded = append(*t.decoded, name)
	}
}

// twiceIn are the names that stand twice in an object that is written in place, or in what
// stands in it.
func (t tracer) twiceIn(expr hcl.Expression) (found []twice) {
	parts, _ := hcl.ExprList(expr)
	pairs, _ := hcl.ExprMap(expr)
	seen := make(map[string]hcl.Range, len(pairs))
	for _, pair := range pairs {
		parts = append(parts, pair.Value)
		key := hcl.ExprAsKeyword(pair.Key)
		if key == "" {
			key, _ = KeyOf(t.value(pair.Key))
		}
		name := schema.Spelling(key)
		if first, ok := seen[name]; ok && key != "" {
			found = append(found, twice{key, first, pair.Key.Range()})
		}
		seen[name] = pair.Key.Range()
	}
	for _, part := range parts {
		found = append(found, t.twiceIn(part)...)
	}
	return found
}
