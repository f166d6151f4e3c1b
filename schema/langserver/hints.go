package langserver

import (
	"fmt"

	"github.com/apparentlymart/go-textseg/v15/textseg"
	"github.com/hashicorp/hcl/v2"

	"livery/schema"
	"livery/schema/syntax"
)

// Hint is what is shown behind a place without being written there.
type Hint struct {
	At      hcl.Pos
	Text    string
	Tooltip string
}

// near is the share of its limit from which a text is near to it.
const near = 0.85

// Lengths are the lengths of the texts of a file beside their limits, as the service counts
// them; onlyNear leaves out those far from theirs.
func (v *View) Lengths(file *syntax.File, onlyNear bool) []Hint {
	var hints []Hint
	for _, w := range v.Fields(file) {
		if w.Field.Kind != schema.Text && w.Field.Kind != schema.TipText {
			continue
		}
		limit, about, longest := w.limit(v), "", ""
		if text, ok := w.literal(); ok {
			longest = text
		} else {
			about = "≤ "
			for _, d := range v.worn(w) {
				if text := d.Value.Text(); schema.Length(text) > schema.Length(longest) {
					longest = text
				}
			}
		}
		length := schema.Length(longest)
		if longest == "" || onlyNear && float64(length) < near*float64(limit) {
			continue
		}
		h := Hint{At: w.ValueAt.End, Text: fmt.Sprintf("%s%d/%d", about, length, limit), Tooltip: counts(longest)}
		if length > limit {
			h.Text += " too long"
		}
		hints = append(hints, h)
	}
	return hints
}

// limit is how long a text may be: where several languages wear it, in the one that allows
// least.
func (w Written) limit(v *View) int {
	limit := w.Field.MaxLength(w.Locale)
	if w.Block != nil && w.Block.Type == "theme" {
		return limit // no language is known there
	}
	for _, d := range v.worn(w) {
		limit = min(limit, w.Field.MaxLength(d.Locale))
	}
	return limit
}

// counts are the lengths of a text in every unit that people may mean.
func counts(text string) string {
	return fmt.Sprintf("%d UTF-16 code units, as the service counts; %d code points, %d characters as people see them, %d bytes",
		schema.Length(text), len([]rune(text)), characters(text), len(text))
}

// characters counts characters as people see them.
func characters(text string) int {
	n, _ := textseg.TokenCount([]byte(text), textseg.ScanGraphemeClusters) // the scanner has no faults
	return n
}

// Values are the colours behind what refers to one.
func (v *View) Values(file *syntax.File) []Hint {
	var hints []Hint
	for _, s := range v.Colours(file) {
		if !s.Literal {
			hints = append(hints, Hint{At: s.Range.End, Text: hexOf(s.R, s.G, s.B, s.A)})
		}
	}
	return hints
}
