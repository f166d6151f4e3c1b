package report

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"

	"livery/reconcile"
	"livery/reconcile/inspect"
	"livery/reconcile/terminal"
	"livery/schema"
)

// WriteExplanation writes where the values of fields come from: the whole way of a single
// field, or one line each of those of a page or of all.
func WriteExplanation(w io.Writer, x *inspect.Explanation, fields []inspect.ExplainedField, whole bool, s terminal.Style, now time.Time) error {
	p := &explainPrinter{planPrinter{s: s}, x, now}
	if whole {
		p.list(fields)
	} else {
		for i := range fields {
			p.field(&fields[i])
		}
	}
	_, err := io.WriteString(w, p.b.String())
	return err
}

type explainPrinter struct {
	planPrinter
	*inspect.Explanation
	now time.Time
}

// list writes one line for each field; of a whole address only those that are set.
func (p *explainPrinter) list(fields []inspect.ExplainedField) {
	all := len(fields) == len(p.Fields)
	width, unset := 0, 0
	for _, f := range fields {
		if !all || len(f.Layers) > 0 {
			width = max(width, terminal.Width(f.Path))
		}
	}
	for _, f := range fields {
		if len(f.Layers) == 0 {
			if unset++; !all {
				p.line("%s   %s", f.Path+strings.Repeat(" ", width-terminal.Width(f.Path)), p.s.Dim("not set"))
			}
			continue
		}
		name := f.Path + strings.Repeat(" ", width-terminal.Width(f.Path))
		from := f.Layers[0]
		p.line("%s = %s%s", name, p.shown(f.Kind, f.Value), p.remark(placeOf(reconcile.FieldChange{Range: from.Range, Origin: from.Origin})))
	}
	if unset > 0 && all {
		p.line("%s", p.s.Dim(fmt.Sprintf("# (%s not set)", schema.Plural(unset, "field"))))
	}
}

// field writes all that there is to say of one field.
func (p *explainPrinter) field(f *inspect.ExplainedField) {
	value := "not set"
	if text, ok := f.Value.(string); ok && f.Kind == schema.Colour {
		value = p.s.Swatch(text) + text
	} else if f.Value != nil {
		value = p.shown(f.Kind, f.Value)
	}
	p.line("%s in %s, %s\n", p.s.Bold(value), p.Address, f.Path)
	p.layers(f)
	p.line("")
	if f.Value == nil && p.Address.Kind == schema.LocaleAddress {
		p.wrapped(withoutValue(f))
	}
	if text := surroundings(f); text != "" {
		p.wrapped(text)
	}
	if p.Confirmed != nil {
		p.wrapped(p.confirmed(f))
	}
}

func (p *explainPrinter) wrapped(text string) {
	for _, line := range terminal.Wrap(text, p.s.Width) {
		p.line("%s", terminal.Escape(line, ""))
	}
}

func withoutValue(f *inspect.ExplainedField) string {
	if f.Default == nil {
		return "Without a value it is what the service chooses, which is not documented."
	}
	return fmt.Sprintf("Without a value it is %s, as far as the service documents it.", plainValue(f.Default))
}

// shown is a value in the form of plans, a list of tips by its length.
func (p *explainPrinter) shown(kind schema.Kind, v any) string {
	if tips, ok := v.([]any); ok && kind == schema.Tips {
		return schema.Plural(len(tips), "tip")
	}
	if text, ok := v.(string); ok {
		return p.s.Swatch(text) + terminal.QuoteShort(text)
	}
	return plainValue(v)
}

// plainValue is a value without colours.
func plainValue(v any) string {
	if text, ok := v.(string); ok {
		return terminal.QuoteShort(text)
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return "?" // cannot be: it was decoded from JSON
	}
	return terminal.Escape(string(raw), "")
}

// layers writes what wins and what loses, each with its whole way.
func (p *explainPrinter) layers(f *inspect.ExplainedField) {
	width := 13 // of most addresses, so that explanations look alike
	for _, l := range f.Layers {
		width = max(width, terminal.Width(l.Name))
		for _, part := range l.Parts {
			width = max(width, terminal.Width(part.Name)+2)
		}
	}
	for i, l := range f.Layers {
		verdict := p.s.Green("wins ")
		if i > 0 {
			verdict = p.s.Dim("loses")
		}
		p.way(f.Kind, "  "+verdict+"  ", l, width)
		for _, part := range l.Parts {
			part.Name = "  " + part.Name
			p.way(0, "         ", part, width)
		}
	}
	if len(f.Layers) == 0 {
		p.line("  no layer sets it")
	}
}

// way writes the stops on the way to a value, one a line.
func (p *explainPrinter) way(kind schema.Kind, before string, l inspect.ExplainedLayer, width int) {
	name := terminal.Escape(l.Name, "") + strings.Repeat(" ", width-terminal.Width(l.Name))
	for i, stop := range l.Way {
		text := terminal.Escape(terminal.Cut(stop.Text, 100), "")
		switch {
		case i > 0:
		case kind == schema.Tips, text == "":
			text = p.shown(kind, l.Value)
		case l.Origin != nil && l.Origin.Derived:
			text += " = " + p.shown(kind, l.Value)
		}
		if len(l.Way) == i+1 && i > 0 && text == "" {
			text = p.shown(kind, l.Value)
		}
		p.line("%s%s   %s   %s", before, name, terminal.Escape(stopPlace(stop), ""), text)
		before, name = strings.Repeat(" ", 9), strings.Repeat(" ", width)
	}
}

func stopPlace(s inspect.Stop) string {
	if s.Range == (hcl.Range{}) {
		return s.Source
	}
	return schema.Place(s.Range)
}

// surroundings says what stands on a field or under it, and where it can be seen.
func surroundings(f *inspect.ExplainedField) string {
	var said []string
	if pairs := pairWords(f, false); pairs != "" {
		said = append(said, "On it: "+pairs+".")
	}
	if pairs := pairWords(f, true); pairs != "" {
		said = append(said, "It stands on "+pairs+".")
	}
	switch {
	case f.AllOver:
		said = append(said, "Seen on: every screen.")
	case len(f.Screens) > 0:
		said = append(said, "Seen on: "+strings.Join(f.Screens, ", ")+".")
	}
	return strings.Join(said, " ")
}

func pairWords(f *inspect.ExplainedField, behind bool) string {
	var words []string
	page, _, _ := strings.Cut(f.Path, ".")
	for _, pair := range f.Pairs {
		if pair.Behind == behind {
			words = append(words, fmt.Sprintf("%s %s, contrast %.2f", strings.TrimPrefix(pair.Path, page+"."), pair.Value, pair.Contrast))
		}
	}
	return strings.Join(words, "; ")
}

// confirmed says what was confirmed last and what the next apply does about it.
func (p *explainPrinter) confirmed(f *inspect.ExplainedField) string {
	c, last := p.Confirmed, "confirmed"
	if p.Address.Kind == schema.SessionAddress {
		last = "recorded" // nothing is sent
	}
	if c.At.IsZero() {
		return fmt.Sprintf("Nothing of %s was %s yet.", p.Address, last)
	}
	value := "not set"
	if text, ok := f.Confirmed.(string); ok && f.Kind == schema.Colour {
		value = text
	} else if f.Confirmed != nil {
		value = p.shown(f.Kind, f.Confirmed)
	}
	next := "The next apply keeps it."
	switch {
	case f.Changes:
		next = "The next apply changes it."
	case c.LockBroken:
		next = "A run that lost its lock may have sent another look, so the next apply sends it again."
	case c.InDoubt:
		next = "The answer to a later request never arrived, so the next apply sends it again."
	}
	return fmt.Sprintf("Last %s: %s, serial %d, %s ago. %s", last, value, c.Serial, Age(p.now.Sub(c.At)), next)
}
