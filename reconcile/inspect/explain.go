package inspect

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"

	"livery/reconcile"
	"livery/reconcile/state"
	"livery/reconcile/workspace"
	"livery/schema"
	"livery/schema/colour"
	"livery/schema/config"
	"livery/schema/lint"
	"livery/schema/preview"
	"livery/schema/stack"
	"livery/schema/wording"
)

// Explanation says of each field of a document or a session where its value comes from.
type Explanation struct {
	Address   schema.Address
	Fields    []ExplainedField // all that there can be, and members that only the stack knows
	Confirmed *Confirmation    // nil where the state cannot be read
}

// Confirmation is what the state says of an address.
type Confirmation struct {
	Serial  uint64
	At      time.Time // zero if nothing was ever confirmed
	Next    reconcile.Action
	InDoubt bool // nobody knows which look is live: what became of the last request or,
	// with LockBroken, what else was sent.
	LockBroken bool
}

// ExplainedField is a field and where its value comes from. Values are as encoding/json
// decodes them; nil is none.
type ExplainedField struct {
	Path      string // in the API's spelling
	HCLPath   string // in that of configuration
	Kind      schema.Kind
	Value     any              // that is declared
	Default   any              // that the service shows if nothing is, as far as it is documented
	Confirmed any              // that was confirmed last
	Changes   bool             // by the next apply
	Layers    []ExplainedLayer // that say something of it, the one that wins first
	Pairs     []ExplainedPair  // colours that stand on it, or the one that it stands on
	Screens   []string         // titles of those that show it
	AllOver   bool             // all of them do
}

// ExplainedLayer is what a layer says of a field, or of a part of one.
type ExplainedLayer struct {
	Name   string // "theme.base", "texts", or the address itself; of a part, its place in the list
	Value  any    // nil clears what lower layers say
	Range  hcl.Range
	Origin *schema.Origin
	Way    []Stop           // from Range to the words or digits
	Parts  []ExplainedLayer // of a list of tips
}

// Stop is a place on the way to a value, and what stands there.
type Stop struct {
	Range  hcl.Range // the zero Range for what no file says
	Source string    // then the flag or environment variable
	Text   string    // on one line, "" where it is not known
}

// ExplainedPair is a text and what it stands on.
type ExplainedPair struct {
	Path, Value string  // of the other one
	Behind      bool    // the other one is what it stands on
	Contrast    float64 // from 1 to 21, two digits behind the point
}

// Explain says where the values of an address come from. Faults of the files are an
// *workspace.InvalidError. It reads the state, and goes without it where that cannot be read.
func Explain(ctx context.Context, w *workspace.Workspace, address schema.Address) (*Explanation, error) {
	e, diags, err := w.Explore(stack.NeedDocuments)
	if err != nil {
		return nil, err
	}
	if diags.HasErrors() {
		return nil, &workspace.InvalidError{Diagnostics: diags, Sources: e.Sources}
	}
	x := explainer{e, &Explanation{Address: address}}
	var desired reconcile.Desired
	document := slices.IndexFunc(e.Documents, func(d schema.Document) bool { return d.Locale.AddressOf() == address })
	session := slices.IndexFunc(e.Sessions, func(s schema.Session) bool { return s.Address() == address })
	switch {
	case document >= 0:
		desired.Documents = e.Documents[document : document+1]
		x.document(e.Documents[document])
	case session >= 0:
		desired.Sessions = e.Sessions[session : session+1]
		x.session(e.Sessions[session])
	default:
		return nil, notDeclared(e.Stack, address)
	}
	x.compare(inGoodTime(ctx, w, e.Backend), desired, w.Now())
	return x.Explanation, nil
}

func notDeclared(s *stack.Stack, address schema.Address) error {
	var names []string
	for _, a := range workspace.AddressesOf(s) {
		names = append(names, a.String())
	}
	detail := fmt.Sprintf("%s is not declared.", address)
	if near := wording.Nearest(address.String(), names); near != "" {
		detail += fmt.Sprintf(" Did you mean %s?", near)
	} else if len(names) > 0 {
		detail += fmt.Sprintf(" Declared: %s.", strings.Join(names, ", "))
	}
	return workspace.Failf("No such address", "%s", detail)
}

// inGoodTime is the state; nil where it cannot be read soon enough for somebody who only
// looks.
func inGoodTime(ctx context.Context, w *workspace.Workspace, b config.Backend) *state.Snapshot {
	ctx, cancel := context.WithTimeout(ctx, statePatience)
	defer cancel()
	snapshot, err := w.State().SnapshotAt(ctx, b)
	if err != nil {
		w.Log.Debug("the state cannot be read", "error", err.Error())
		return nil
	}
	return snapshot
}

// explainer fills an explanation.
type explainer struct {
	stack *stack.Evaluation
	*Explanation
}

// document explains the fields of a document, the lowest layer last.
func (x explainer) document(d schema.Document) {
	layers := x.stack.Layers(d.Locale)
	slices.Reverse(layers)
	screens, pairs := preview.ScreensOf(d), lint.Pairs(d)
	for _, p := range schema.Pages() {
		for i := range p.Fields {
			f := &p.Fields[i]
			field := ExplainedField{
				Path: f.Path(), HCLPath: strings.TrimPrefix(p.HCLName()+"."+f.HCLName(), "."), Kind: f.Kind, Value: plain(d.At(f)), Default: defaultOf(f),
				Pairs: pairsWith(f, pairs, d), AllOver: len(screens[f]) == len(preview.Screens()),
			}
			for _, s := range screens[f] {
				field.Screens = append(field.Screens, strings.ReplaceAll(s.Title, ",", ""))
			}
			for _, l := range layers {
				if v := l.At(f); v.Declared() || v.IsNull() {
					field.add(x.value(l.Name, v))
				}
			}
			x.Fields = append(x.Fields, field)
		}
	}
	for _, k := range d.ExtraKeys() {
		field := ExplainedField{Path: k.Path(), HCLPath: k.Path()}
		for _, l := range layers {
			if member, ok := l.ExtraAt(k); ok {
				field.add(x.layer(l.Name, decoded(member.JSON), member.Range, member.Origin))
			}
		}
		field.Value = field.Layers[0].Value
		x.Fields = append(x.Fields, field)
	}
}

// add adds what a lower layer says. A theme that two others build on says it once.
func (f *ExplainedField) add(l ExplainedLayer) {
	if !slices.ContainsFunc(f.Layers, func(higher ExplainedLayer) bool { return higher.Name == l.Name && higher.Range == l.Range }) {
		f.Layers = append(f.Layers, l)
	}
}

// defaultOf is what is sent for a field, or shown, if nothing is declared.
func defaultOf(f *schema.Field) any {
	switch shown := cmp.Or(f.Unset, f.Default); {
	case shown == "":
		return nil
	case f.Kind == schema.Bool:
		return shown == "true"
	default:
		return shown
	}
}

func pairsWith(f *schema.Field, pairs []lint.Pair, d schema.Document) []ExplainedPair {
	var list []ExplainedPair
	for _, p := range pairs {
		ratio := colour.Cut(p.Contrast)
		switch f {
		case p.Background:
			list = append(list, ExplainedPair{p.Text.Path(), d.At(p.Text).Text(), false, ratio})
		case p.Text:
			list = append(list, ExplainedPair{p.Background.Path(), d.At(p.Background).Text(), true, ratio})
		}
	}
	return list
}

// session explains the attributes of a session, and those of its locales.
func (x explainer) session(s schema.Session) {
	name := s.Address().String()
	x.Fields = append(x.Fields, ExplainedField{
		Path: "api", HCLPath: "api", Kind: schema.Word, Value: string(s.API), Layers: []ExplainedLayer{x.layer(name, string(s.API), s.Range, nil)},
	})
	for i, a := range schema.Attributes() {
		if !a.Supports(s.API) {
			continue
		}
		field := ExplainedField{Path: a.Name, HCLPath: a.Name, Kind: a.Kind, Value: plain(s.Defaults.At(i))}
		if v := s.Defaults.At(i); v.Declared() || v.IsNull() {
			field.add(x.value(name, v))
		}
		x.Fields = append(x.Fields, field)
	}
	for _, l := range s.Locales() {
		for i, a := range schema.Attributes() {
			v := s.Overrides[l].At(i)
			if !v.Declared() && !v.IsNull() {
				continue
			}
			path := l.AddressOf().String() + "." + a.Name
			field := ExplainedField{Path: path, HCLPath: path, Kind: a.Kind, Value: plain(v)}
			field.add(x.value(fmt.Sprintf("locale %q", l), v))
			if v := s.Defaults.At(i); v.Declared() {
				field.add(x.value(name, v))
			}
			x.Fields = append(x.Fields, field)
		}
	}
}

// value explains what a layer says of a field.
func (x explainer) value(name string, v schema.Value) ExplainedLayer {
	layer := x.layer(name, plain(v), v.Range(), v.Origin())
	for i, tip := range v.Tips() {
		for _, part := range []struct {
			key string
			schema.Value
		}{{"text", tip.Text}, {"iconLink", tip.Icon}} {
			if !part.Declared() {
				continue
			}
			own := x.layer(fmt.Sprintf("[%d].%s", i, part.key), plain(part.Value), part.Range(), part.Origin())
			if len(own.Way) > 1 && own.Way[0].Range == v.Range() {
				own.Way = own.Way[1:] // the list itself, given as one value
			}
			layer.Parts = append(layer.Parts, own)
		}
	}
	return layer
}

func (x explainer) layer(name string, value any, rng hcl.Range, o *schema.Origin) ExplainedLayer {
	layer := ExplainedLayer{Name: name, Value: value, Range: rng, Origin: o, Way: []Stop{{Range: rng, Text: x.source(rng)}}}
	if o == nil {
		return layer
	}
	for i, step := range o.Chain {
		last := &layer.Way[len(layer.Way)-1]
		switch {
		case step.Range == last.Range || step.Path == name:
		case step.Range == (hcl.Range{}) && i > 0 && o.Chain[i-1].Range == (hcl.Range{}):
			layer.Way = append(layer.Way, Stop{Source: step.Path, Text: x.given(o.Chain[i-1].Path)})
		case step.Range != (hcl.Range{}):
			layer.Way = append(layer.Way, Stop{Range: step.Range, Text: x.source(step.Range)})
		}
		if (step.Kind == schema.FromVariable || step.Kind == schema.FromDefault) && x.stack.IsSensitive(step.Path) {
			layer.Way[len(layer.Way)-1].Text = schema.Hidden
		}
	}
	return layer
}

// source is what is written at a place, on one line.
func (x explainer) source(rng hcl.Range) string {
	src := x.stack.Sources[rng.Filename]
	if rng.End.Byte > len(src) {
		return ""
	}
	return x.shown(strings.Join(strings.Fields(string(src[rng.Start.Byte:rng.End.Byte])), " "))
}

// given is the value of a variable that no file sets.
func (x explainer) given(path string) string {
	v, diags := x.stack.Value([]byte(path), "")
	if diags.HasErrors() || v.ContainsMarked() || !v.IsWhollyKnown() {
		return schema.Hidden
	}
	raw, err := schema.CanonicalJSON(v)
	if err != nil {
		return ""
	}
	return x.shown(string(raw))
}

func (x explainer) shown(text string) string {
	if x.stack.HoldsSecret(text) {
		return schema.Hidden
	}
	return text
}

// compare adds what was confirmed last and what the next apply does.
func (x explainer) compare(confirmed *state.Snapshot, desired reconcile.Desired, now time.Time) {
	if confirmed == nil {
		return
	}
	plan, err := reconcile.NewPlan(desired, confirmed, reconcile.Options{Targets: []schema.Address{x.Address}, Now: now})
	if err != nil {
		return // the address is declared
	}
	i := slices.IndexFunc(plan.Changes, func(c reconcile.Change) bool { return c.Address == x.Address })
	c := plan.Changes[i]
	x.Confirmed = &Confirmation{Serial: confirmed.Serial, At: c.AppliedAt, Next: c.Action, InDoubt: c.InDoubt(), LockBroken: c.Reason == reconcile.ReasonLockBroken}
	for i := range x.Fields {
		f := &x.Fields[i]
		changed := slices.IndexFunc(c.Fields, func(change reconcile.FieldChange) bool { return change.Path == f.Path })
		switch {
		case changed >= 0:
			f.Changes, f.Confirmed = true, decoded(c.Fields[changed].Before)
		case !c.AppliedAt.IsZero():
			f.Confirmed = f.Value
		}
	}
}

// plain is a value as encoding/json decodes it.
func plain(v schema.Value) any { return decoded(v.AppendJSON(nil)) }

// decoded is JSON of our own as encoding/json decodes it.
func decoded(raw json.RawMessage) any {
	var v any
	_ = json.Unmarshal(raw, &v) // it was encoded here
	return v
}
