package report

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"livery/schema"
)

// DiagnosticJSON is a diagnostic as machines read it, in Terraform's shape with
// the rule, the address and the path of the field added.
type DiagnosticJSON struct {
	Severity string       `json:"severity"` // error or warning
	Summary  string       `json:"summary"`
	Detail   string       `json:"detail"`
	Rule     string       `json:"rule"`
	Address  string       `json:"address"` // "" for none
	Path     string       `json:"path"`    // "" for none
	Range    *RangeJSON   `json:"range"`   // null for none
	Snippet  *SnippetJSON `json:"snippet"` // null for none
}

// RangeJSON is a stretch of a file; the end is not included.
type RangeJSON struct {
	Filename string       `json:"filename"`
	Start    PositionJSON `json:"start"`
	End      PositionJSON `json:"end"`
}

// PositionJSON counts lines and columns from 1, columns in grapheme clusters as
// HCL does, and bytes from 0.
type PositionJSON struct {
	Line   int `json:"line"`
	Column int `json:"column"`
	Byte   int `json:"byte"`
}

// SnippetJSON quotes the source. The offsets are bytes of Code; a line longer
// than 1000 columns is cut to a window, and a long range to its first lines.
type SnippetJSON struct {
	Context              *string     `json:"context"`
	Code                 string      `json:"code"`
	StartLine            int         `json:"start_line"`
	HighlightStartOffset int         `json:"highlight_start_offset"`
	HighlightEndOffset   int         `json:"highlight_end_offset"`
	Values               []ValueJSON `json:"values"`
	FunctionCall         *CallJSON   `json:"function_call,omitempty"`
}

// NewRangeJSON converts a range; nil for the zero range.
func NewRangeJSON(rng hcl.Range) *RangeJSON {
	if rng == (hcl.Range{}) {
		return nil
	}
	return &RangeJSON{rng.Filename, PositionJSON(rng.Start), PositionJSON(rng.End)}
}

// JSONDiagnostics converts diagnostics in the order given; never nil.
func JSONDiagnostics(diags hcl.Diagnostics, src Sources) []DiagnosticJSON {
	out := make([]DiagnosticJSON, 0, len(diags))
	files := newShelf(diags, src)
	for _, d := range diags {
		if d == nil {
			continue
		}
		finding := schema.FindingOf(d)
		j := DiagnosticJSON{
			Severity: severity(d), Summary: d.Summary, Detail: d.Detail,
			Rule: string(finding.Rule), Address: finding.Address().String(), Path: finding.Path,
		}
		if at, ok := files.locate(d); ok {
			j.Range, j.Snippet = NewRangeJSON(at.rng), snippet(d, at)
		}
		out = append(out, j)
	}
	return out
}

// severity is the word for how bad it is; what is not a warning is an error.
func severity(d *hcl.Diagnostic) string {
	if d.Severity == hcl.DiagWarning {
		return "warning"
	}
	return "error"
}

func snippet(d *hcl.Diagnostic, at spot) *SnippetJSON {
	if at.file == nil {
		return nil
	}
	quote := at.excerpt(jsonColumns)
	s := &SnippetJSON{StartLine: quote.first, Values: valuesOf(d, at), FunctionCall: callOf(d)}
	if at.block != "" {
		s.Context = &at.block
	}
	startLine, endLine := at.file.lineAt(at.start)+1, at.file.lineAt(at.end)+1
	var code strings.Builder
	for i, line := range quote.lines {
		if i > 0 {
			code.WriteByte('\n')
		}
		code.WriteString(valid(line.before))
		if quote.first+i == startLine {
			s.HighlightStartOffset = code.Len()
		}
		code.WriteString(valid(line.marked))
		if quote.first+i <= endLine {
			s.HighlightEndOffset = code.Len()
		}
		code.WriteString(valid(line.after))
	}
	s.Code = code.String()
	return s
}

// valid is what a reader of the JSON will see, so that offsets count its bytes.
func valid(text string) string { return strings.ToValidUTF8(text, "\uFFFD") }

// WriteValidateJSON writes the answer of `validate -json` and `lint
// -format=json`.
func WriteValidateJSON(w io.Writer, diags hcl.Diagnostics, src Sources) error {
	answer := struct {
		FormatVersion string           `json:"format_version"`
		Valid         bool             `json:"valid"`
		ErrorCount    int              `json:"error_count"`
		WarningCount  int              `json:"warning_count"`
		Diagnostics   []DiagnosticJSON `json:"diagnostics"`
	}{FormatVersion: "1.0", Diagnostics: JSONDiagnostics(diags, src)}
	for _, d := range answer.Diagnostics {
		if d.Severity == "warning" {
			answer.WarningCount++
		} else {
			answer.ErrorCount++
		}
	}
	answer.Valid = answer.ErrorCount == 0
	return writeJSON(w, answer)
}

// writeJSON writes a value indented, with a line end, and with characters such
// as < as they are.
func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	return nil
}
