package report

import (
	"fmt"

	"livery/reconcile"
	"livery/reconcile/findings"
	"livery/reconcile/terminal"
	"livery/schema"
)

// remark is a comment behind a value.
func (p *planPrinter) remark(text string) string {
	if text == "" {
		return ""
	}
	return "   " + p.s.Dim("# "+terminal.Escape(text, ""))
}

// placeOf says where a value stands and, if that is elsewhere, what it comes from. A
// design token comes first where nothing was computed from it: its line is the one to edit.
func placeOf(f reconcile.FieldChange) string {
	if f.Range.Filename == "" {
		return ""
	}
	at := schema.Place(f.Range)
	o := f.Origin
	if o == nil {
		return at
	}
	switch source := originPlace(o); {
	case source == at, o.Kind == schema.FromLiteral && o.Path == "": // or elsewhere in the expression
		return at
	case o.Path == "":
		return fmt.Sprintf("%s, from %s", at, source)
	case o.Kind == schema.FromToken && !o.Derived:
		return fmt.Sprintf("%s %s (%s)", source, o.Path, at)
	default:
		return fmt.Sprintf("%s, from %s (%s)", at, o.Path, source)
	}
}

// originPlace is the file and line of an origin, or the flag or environment variable.
func originPlace(o *schema.Origin) string {
	if o.Range.Filename == "" && len(o.Chain) > 0 {
		return o.Chain[len(o.Chain)-1].Path
	}
	return schema.Place(o.Range)
}

// originJSON is where a value comes from, as schema.Origin describes it.
type originJSON struct {
	stepJSON
	Derived bool       `json:"derived"`
	Chain   []stepJSON `json:"chain"`
}

// stepJSON is one name on the way to an origin.
type stepJSON struct {
	Kind  schema.OriginKind   `json:"kind"`
	Path  string              `json:"path"`
	Range *findings.RangeJSON `json:"range"` // null outside of files
}

func newOriginJSON(f reconcile.FieldChange) *originJSON {
	if f.Origin == nil {
		return &originJSON{stepJSON: stepJSON{Kind: schema.FromLiteral, Range: findings.NewRangeJSON(f.Range)}, Chain: []stepJSON{}}
	}
	o := &originJSON{
		stepJSON: stepJSON{f.Origin.Kind, f.Origin.Path, findings.NewRangeJSON(f.Origin.Range)},
		Derived:  f.Origin.Derived, Chain: make([]stepJSON, len(f.Origin.Chain)),
	}
	for i, s := range f.Origin.Chain {
		o.Chain[i] = stepJSON{s.Kind, s.Path, findings.NewRangeJSON(s.Range)}
	}
	return o
}
