package lint

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"livery/schema"
	"livery/schema/rule"
)

// writtenColour is a colour that somebody wrote, as a literal or as a token.
type writtenColour struct {
	text  string
	at    schema.Subject // the first field that has it
	token bool
}

// nearColours finds colours of one document that nobody can tell apart: most are slips.
func nearColours(l *linter, in *language) {
	if !l.wants(rule.NearColour) {
		return
	}
	delta, written := option[float64](l, rule.NearColour, "delta"), l.writtenColours(in.Document)
	for i, b := range written {
		for _, a := range written[:i] {
			if distance := l.distance(a.text, b.text, delta); distance > 0 && distance <= delta {
				l.report(rule.NearColour, b.at, "Two colours that look the same",
					fmt.Sprintf("%s is so near to %s at %s:%d that nobody can tell them apart (CIEDE2000 %.2f). If one is meant, write it once.",
						b.text, a.text, a.at.Range.Filename, a.at.Range.Start.Line, distance),
					map[string]any{"colour": b.text, "near": a.text, "distance": distance})
			}
		}
	}
}

// writtenColours are the colours of a document that are written and not computed: tokens,
// which are agreed on, and then literals, in the order in which they stand in the files.
func (l *linter) writtenColours(d schema.Document) []writtenColour {
	first := make(map[string]writtenColour)
	for _, f := range schema.Fields() {
		v := d.At(f)
		if f.Kind != schema.Colour || !v.Declared() || v.Origin() != nil && v.Origin().Derived || !l.colour(v).IsOpaque() {
			continue
		}
		w := writtenColour{text: v.Text(), at: subject(d, f)}
		if o := v.Origin(); o != nil && o.Range.Filename != "" {
			w.at.Range, w.token = o.Range, o.Kind == schema.FromToken
		}
		if before, ok := first[v.Text()]; !ok || w.compare(before) < 0 {
			first[v.Text()] = w
		}
	}
	return slices.SortedFunc(maps.Values(first), writtenColour.compare)
}

func (w writtenColour) compare(o writtenColour) int {
	if w.token != o.token {
		if w.token {
			return -1
		}
		return 1
	}
	a, b := w.at.Range, o.at.Range
	return cmp.Or(cmp.Compare(a.Filename, b.Filename), cmp.Compare(a.Start.Byte, b.Start.Byte), cmp.Compare(w.text, o.text))
}
