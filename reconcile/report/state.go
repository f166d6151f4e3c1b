package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"livery/reconcile/state"
	"livery/reconcile/terminal"
	"livery/schema"
)

// WriteState writes everything that the state holds, as HCL-like text.
func WriteState(w io.Writer, s *state.Snapshot, style terminal.Style) error {
	if s.Empty() {
		_, err := fmt.Fprintln(w, "The state is empty. Nothing has been applied yet.")
		return err
	}
	for i, a := range s.Addresses() {
		if i > 0 {
			if _, err := fmt.Fprintln(w); err != nil {
				return err
			}
		}
		if err := WriteRecord(w, s, a, style); err != nil {
			return err
		}
	}
	return nil
}

// WriteRecord writes one address of the state; it must be there.
func WriteRecord(w io.Writer, s *state.Snapshot, a schema.Address, style terminal.Style) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", style.Bold("# "+a.String()+":"))
	if s.PreventsDestroy(a) {
		fmt.Fprintf(&b, "# prevent_destroy: no plan destroys it\n")
	}
	if a.Kind == schema.SessionAddress {
		record := s.Sessions[a.Name]
		fmt.Fprintf(&b, "# recorded %s; the service keeps nothing of it\n", record.RecordedAt.UTC().Format(time.RFC3339))
		fmt.Fprintf(&b, "session %q {\n", a.Name)
		members(&b, "    ", must(record.Definition.MarshalJSON()), style)
		b.WriteString("}\n")
	} else {
		record := s.Locales[schema.Locale(a.Name)]
		if record.InDoubt != nil && record.InFlightUntil.IsZero() {
			fmt.Fprintf(&b, "# %s\n", style.Yellow("the answer to the last request never arrived: which look is live is not known"))
		}
		if !record.InFlightUntil.IsZero() {
			fmt.Fprintf(&b, "# %s\n", style.Yellow(fmt.Sprintf("a run that lost its lock may have sent another look, which may arrive until %s", record.InFlightUntil.UTC().Format(time.RFC3339))))
		}
		if !record.HasDocument() {
			fmt.Fprintf(&b, "# never confirmed by the service\nlocale %q {\n}\n", a.Name)
		} else {
			fmt.Fprintf(&b, "# confirmed %s, transaction %s\n", record.AppliedAt.UTC().Format(time.RFC3339), record.TransactionID)
			fmt.Fprintf(&b, "locale %q {\n", a.Name)
			members(&b, "    ", must(record.Document().MarshalJSON()), style)
			b.WriteString("}\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func must(raw []byte, err error) []byte {
	if err != nil {
		panic(fmt.Sprintf("report: %v", err)) // documents and definitions always encode
	}
	return raw
}

// members writes the members of a JSON object in their order.
func members(b *strings.Builder, indent string, object []byte, style terminal.Style) {
	dec := json.NewDecoder(bytes.NewReader(object))
	if _, err := dec.Token(); err != nil {
		return
	}
	type member struct {
		name string
		raw  json.RawMessage
	}
	var list []member
	width := 0
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return
		}
		var raw json.RawMessage
		if dec.Decode(&raw) != nil {
			return
		}
		list = append(list, member{terminal.Escape(fmt.Sprint(name), ""), raw})
		if raw[0] != '{' {
			width = max(width, len(list[len(list)-1].name))
		}
	}
	p := planPrinter{s: style}
	for _, m := range list {
		if m.raw[0] == '{' {
			fmt.Fprintf(b, "%s%s {\n", indent, m.name)
			members(b, indent+"    ", m.raw, style)
			fmt.Fprintf(b, "%s}\n", indent)
			continue
		}
		fmt.Fprintf(b, "%s%s%s = %s\n", indent, m.name, strings.Repeat(" ", max(width-len(m.name), 0)), p.value(m.raw))
	}
}
