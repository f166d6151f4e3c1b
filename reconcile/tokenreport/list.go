package tokenreport

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"livery/reconcile/findings"
	"livery/reconcile/inspect"
	"livery/reconcile/terminal"
	"livery/schema"
)

// Write lists tokens, one a line: name, value, place, what it is an alias of, who wears it.
func Write(w io.Writer, list *inspect.TokenList) error {
	var rows [][]string
	for _, f := range list.Files {
		for _, t := range f.Tokens {
			rows = append(rows, rowOf(f.Path, t))
		}
	}
	if len(rows) == 0 {
		_, err := fmt.Fprintln(w, "No tokens.")
		return err
	}
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], terminal.Width(cell))
		}
	}
	var b strings.Builder
	for _, row := range rows {
		for i, cell := range row {
			b.WriteString(cell)
			if i < len(row)-1 && widths[i] > 0 {
				b.WriteString(strings.Repeat(" ", widths[i]-terminal.Width(cell)+2))
			}
		}
		b.WriteByte('\n')
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// rowOf is a line of the list.
func rowOf(file string, t inspect.Token) []string {
	row := []string{t.Name, text(t.Value), fmt.Sprintf("%s:%d", file, t.Range.Start.Line), "", "unused"}
	if t.Alias != "" {
		row[3] = "{" + t.Alias + "}"
	}
	if t.Fields > 0 {
		row[4] = schema.Plural(len(t.Documents), "document") + ", " + schema.Plural(t.Fields, "field")
	}
	for i := range row {
		row[i] = terminal.Escape(row[i], "")
	}
	return row
}

// text is a value in a line of the list.
func text(v cty.Value) string {
	switch {
	case !v.IsWhollyKnown():
		return "(fault)"
	case !v.IsNull() && v.Type() == cty.String:
		return terminal.Shorten(v.AsString())
	}
	return terminal.Shorten(string(valueJSON(v)))
}

// valueJSON is a value for programs; null for one that cannot be computed.
func valueJSON(v cty.Value) json.RawMessage {
	if v.IsWhollyKnown() {
		if src, err := ctyjson.Marshal(v, v.Type()); err == nil {
			return src
		}
	}
	return json.RawMessage("null")
}

type listJSON struct {
	FormatVersion string     `json:"format_version"`
	Files         []fileJSON `json:"files"`
}

type fileJSON struct {
	Path   string      `json:"path"`
	Tokens []tokenJSON `json:"tokens"`
}

type tokenJSON struct {
	Path        string              `json:"path"`
	Type        string              `json:"type"`  // "" where the file does not say
	Value       json.RawMessage     `json:"value"` // null for one that cannot be computed
	Alias       *string             `json:"alias"` // the path of what it refers to; null for none
	Chain       []stepJSON          `json:"chain"` // from there to the words or digits
	Range       *findings.RangeJSON `json:"range"`
	Description string              `json:"description"`
	Deprecated  any                 `json:"deprecated"` // false, true or what the file says of it
	Documents   []string            `json:"documents"`  // that wear it
	Fields      int                 `json:"fields"`     // of these documents
}

type stepJSON struct {
	Path  string              `json:"path"`
	Range *findings.RangeJSON `json:"range"`
}

// WriteJSON is Write for programs.
func WriteJSON(w io.Writer, list *inspect.TokenList) error {
	out := listJSON{"1.0", []fileJSON{}}
	for _, f := range list.Files {
		file := fileJSON{f.Path, []tokenJSON{}}
		for _, t := range f.Tokens {
			file.Tokens = append(file.Tokens, newTokenJSON(t))
		}
		out.Files = append(out.Files, file)
	}
	return terminal.WriteJSON(w, out)
}

func newTokenJSON(t inspect.Token) tokenJSON {
	j := tokenJSON{
		Path: t.Name, Type: t.Type, Value: valueJSON(t.Value), Chain: []stepJSON{}, Range: findings.NewRangeJSON(t.Range),
		Description: t.Description, Deprecated: false, Documents: []string{}, Fields: t.Fields,
	}
	if t.Alias != "" {
		j.Alias = &t.Alias
	}
	if t.IsDeprecated {
		j.Deprecated = t.Deprecated
		if t.Deprecated == "" {
			j.Deprecated = true
		}
	}
	for _, step := range t.Chain {
		j.Chain = append(j.Chain, stepJSON{strings.Join(step.Path, "."), findings.NewRangeJSON(step.Range)})
	}
	for _, a := range t.Documents {
		j.Documents = append(j.Documents, a.String())
	}
	return j
}
