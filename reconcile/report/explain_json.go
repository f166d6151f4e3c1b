package report

import (
	"io"
	"time"

	"livery/reconcile"
	"livery/reconcile/findings"
	"livery/reconcile/inspect"
	"livery/reconcile/terminal"
)

// explanationJSON is the shape of `livery explain -json`.
type explanationJSON struct {
	FormatVersion string               `json:"format_version"`
	Address       string               `json:"address"`
	State         *confirmationJSON    `json:"state"` // null where it cannot be read
	Fields        []explainedFieldJSON `json:"fields"`
}

type confirmationJSON struct {
	Serial      uint64           `json:"serial"`
	ConfirmedAt *time.Time       `json:"confirmed_at"` // null if nothing was confirmed
	Next        reconcile.Action `json:"next"`
	InDoubt     bool             `json:"in_doubt"`
}

type explainedFieldJSON struct {
	Path      string               `json:"path"`
	HCLPath   string               `json:"hcl_path"`
	Kind      string               `json:"kind,omitempty"` // none of a member that the catalogue does not know
	Value     any                  `json:"value"`
	Default   any                  `json:"default"`
	Confirmed any                  `json:"confirmed"`
	Changes   *bool                `json:"changes"` // null where the state cannot be read
	Layers    []explainedLayerJSON `json:"layers"`
	Pairs     []explainedPairJSON  `json:"pairs"`
	Screens   []string             `json:"screens"`
}

type explainedLayerJSON struct {
	Name   string               `json:"name"`
	Wins   bool                 `json:"wins,omitempty"`
	Value  any                  `json:"value"`
	Origin *originJSON          `json:"origin"`
	Way    []stopJSON           `json:"way"`
	Parts  []explainedLayerJSON `json:"parts,omitempty"`
}

type stopJSON struct {
	Range  *findings.RangeJSON `json:"range"`            // null outside of files
	Source string              `json:"source,omitempty"` // then the flag or environment variable
	Text   string              `json:"text"`             // what is written there, on one line
}

type explainedPairJSON struct {
	Path     string  `json:"path"`
	Value    string  `json:"value"`
	Behind   bool    `json:"behind"`
	Contrast float64 `json:"contrast"`
}

// WriteExplanationJSON writes an explanation of these fields as one object.
func WriteExplanationJSON(w io.Writer, x *inspect.Explanation, fields []inspect.ExplainedField) error {
	out := explanationJSON{FormatVersion: "1.0", Address: x.Address.String(), Fields: []explainedFieldJSON{}}
	if c := x.Confirmed; c != nil {
		out.State = &confirmationJSON{Serial: c.Serial, Next: c.Next, InDoubt: c.InDoubt}
		if !c.At.IsZero() {
			out.State.ConfirmedAt = &c.At
		}
	}
	for _, f := range fields {
		out.Fields = append(out.Fields, newExplainedField(f, x.Confirmed != nil))
	}
	return terminal.WriteJSON(w, out)
}

func newExplainedField(f inspect.ExplainedField, compared bool) explainedFieldJSON {
	out := explainedFieldJSON{
		Path: f.Path, HCLPath: f.HCLPath, Value: f.Value, Default: f.Default, Confirmed: f.Confirmed,
		Layers: newExplainedLayers(f.Layers), Pairs: []explainedPairJSON{}, Screens: append([]string{}, f.Screens...),
	}
	if f.Kind != 0 {
		out.Kind = f.Kind.String()
	}
	if compared {
		out.Changes = &f.Changes
	}
	for i := range out.Layers {
		out.Layers[i].Wins = i == 0
	}
	for _, pair := range f.Pairs {
		out.Pairs = append(out.Pairs, explainedPairJSON(pair))
	}
	return out
}

func newExplainedLayers(layers []inspect.ExplainedLayer) []explainedLayerJSON {
	out := make([]explainedLayerJSON, len(layers))
	for i, l := range layers {
		out[i] = explainedLayerJSON{
			Name: l.Name, Value: l.Value, Origin: newOriginJSON(reconcile.FieldChange{Range: l.Range, Origin: l.Origin}), Way: []stopJSON{},
			Parts: newExplainedLayers(l.Parts),
		}
		for _, stop := range l.Way {
			out[i].Way = append(out[i].Way, stopJSON{findings.NewRangeJSON(stop.Range), stop.Source, stop.Text})
		}
	}
	return out
}
