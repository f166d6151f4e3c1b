package tokens

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
	"livery/schema/jsontext"
	"livery/schema/rule"
)

// Fault is something that is wrong with a token, or that who uses it should know. It marks
// the values of the token and of all that is made of it.
type Fault struct {
	rule            rule.ID
	doc             *document
	start, end      int
	summary, detail string
}

// Diagnostic is the fault at its own place, with the line that uses the token.
func (f *Fault) Diagnostic(use schema.Subject) *hcl.Diagnostic {
	return used(schema.Diagnose(f.rule, schema.Subject{Range: f.doc.rangeOf(f.start, f.end)}, f.summary, f.detail), use)
}

// used notes on a fault who uses what it is about.
func used(d *hcl.Diagnostic, use schema.Subject) *hcl.Diagnostic {
	found := use.Finding(schema.FindingOf(d).Rule)
	found.Level, found.Related = schema.LevelOf(d), schema.FindingOf(d).Related
	if use.Range.Filename != "" {
		found.Data = map[string]any{usedBy: use.Range}
	}
	own := *d
	own.Extra = &found
	return &own
}

// usedBy is where a finding keeps the lines that use the token.
const usedBy = "used_by"

// Split takes the faults of tokens off a value and everything in it. Other marks stay.
func Split(v cty.Value) (cty.Value, []*Fault) {
	if !v.ContainsMarked() {
		return v, nil
	}
	var faults []*Fault
	bare, marked := v.UnmarkDeepWithPaths()
	for i := range marked {
		for mark := range marked[i].Marks {
			if f, ok := mark.(*Fault); ok {
				faults = append(faults, f)
				delete(marked[i].Marks, mark)
			}
		}
	}
	if len(faults) == 0 {
		return v, nil
	}
	marked = slices.DeleteFunc(marked, func(m cty.PathValueMarks) bool { return len(m.Marks) == 0 })
	return bare.MarkWithPaths(marked), uniqueFaults(faults)
}

func uniqueFaults(faults []*Fault) []*Fault {
	slices.SortFunc(faults, func(a, b *Fault) int {
		return cmp.Or(strings.Compare(a.doc.shown, b.doc.shown), cmp.Compare(a.start, b.start), strings.Compare(a.detail, b.detail))
	})
	return slices.Compact(faults)
}

// MergeUses makes one finding of those that tell the same of a token, and says which lines
// use it.
func MergeUses(diags hcl.Diagnostics) hcl.Diagnostics {
	type key struct {
		file            string
		at              int
		summary, detail string
	}
	rest, uses := make(hcl.Diagnostics, 0, len(diags)), make(map[key]hcl.Diagnostics)
	for _, d := range diags {
		if schema.FindingOf(d).Data[usedBy] == nil {
			rest = append(rest, d)
			continue
		}
		k := key{d.Subject.Filename, d.Subject.Start.Byte, d.Summary, d.Detail}
		uses[k] = append(uses[k], d)
	}
	for _, same := range uses {
		rest = append(rest, merged(same))
	}
	return rest
}

// merged is the finding at the first line of those that use the token, for all of them.
func merged(same hcl.Diagnostics) *hcl.Diagnostic {
	useOf := func(d *hcl.Diagnostic) hcl.Range { return schema.FindingOf(d).Data[usedBy].(hcl.Range) }
	slices.SortStableFunc(same, func(a, b *hcl.Diagnostic) int {
		x, y := useOf(a), useOf(b)
		return cmp.Or(strings.Compare(x.Filename, y.Filename), cmp.Compare(x.Start.Byte, y.Start.Byte), schema.FindingOf(a).Address().Compare(schema.FindingOf(b).Address()))
	})
	one, found := *same[0], schema.FindingOf(same[0]) // findings are kept for the next evaluation
	var lines []string
	found.Addresses = nil
	for _, d := range same {
		found.Addresses = append(found.Addresses, schema.FindingOf(d).Addresses...)
		use := useOf(d)
		lines = append(lines, fmt.Sprintf("%s:%d", use.Filename, use.Start.Line))
	}
	slices.SortFunc(found.Addresses, schema.Address.Compare)
	found.Addresses, lines = slices.Compact(found.Addresses), slices.Compact(lines)
	found.Data = map[string]any{usedBy: lines}
	one.Extra = &found
	one.Detail += " It is used by " + lines[0]
	if more := len(lines) - 1; more > 0 {
		one.Detail += " and " + schema.Plural(more, "more line")
	}
	one.Detail += "."
	return &one
}

// Error is why a set has no tokens.
type Error struct{ Faults hcl.Diagnostics }

// Error implements error.
func (e *Error) Error() string {
	d := e.Faults[0]
	return fmt.Sprintf("%s:%d: %s", d.Subject.Filename, d.Subject.Start.Line, d.Detail)
}

// Used are the faults with the line that reads the files.
func (e *Error) Used(use schema.Subject) hcl.Diagnostics {
	faults := make(hcl.Diagnostics, len(e.Faults))
	for i, d := range e.Faults {
		faults[i] = used(d, use)
	}
	return faults
}

// fault makes a fault of a token, which stands at a value of the node's file.
func (s *Set) fault(n *node, at *jsontext.Value, summary, detail string) *Fault {
	return s.faultOf(rule.Token, n.doc, at, summary, detail)
}

func (s *Set) faultOf(id rule.ID, doc *document, at *jsontext.Value, summary, detail string) *Fault {
	f := &Fault{id, doc, at.Start, at.End, summary, detail}
	s.faults = append(s.faults, f)
	return f
}

// unusable stands for the value of a token that has a fault.
func unusable(f *Fault) resolved { return resolved{value: cty.DynamicVal.Mark(f), size: 4} }
