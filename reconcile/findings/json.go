package findings

import (
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"livery/reconcile/terminal"
	"livery/schema"
	"livery/schema/rule"
)

// DiagnosticJSON is a diagnostic as machines read it, in Terraform's shape with
// the rule, the address and the path of the field added.
type DiagnosticJSON struct {
	Severity string       `json:"severity"` // error or warning
	Summary  string       `json:"summary"`
	Detail   string       `json:"detail"`
	Rule     string       `json:"rule"`
	Check    string       `json:"check,omitempty"` // the check block that found it
	Address  string       `json:"address"`         // "" for none
	Path     string       `json:"path"`            // "" for none
	Range    *RangeJSON   `json:"range"`           // null for none
	Snippet  *SnippetJSON `json:"snippet"`         // null for none
	Stack    string       `json:"stack,omitempty"`
	Stacks   []string     `json:"stacks,omitempty"` // all that have it
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

// JSON converts diagnostics in the order given; never nil.
func JSON(diags hcl.Diagnostics, src Sources) []DiagnosticJSON {
	found := entries(diags, src, "")
	out := make([]DiagnosticJSON, len(found))
	for i, e := range found {
		out[i] = newDiagnosticJSON(e)
	}
	return out
}

func newDiagnosticJSON(e entry) DiagnosticJSON {
	j := DiagnosticJSON{
		Severity: string(e.Level), Summary: e.Summary, Detail: e.Detail,
		Rule: string(e.Rule), Check: e.Check, Address: e.Address().String(), Path: e.Path,
	}
	if len(e.Stacks) > 0 {
		j.Stack, j.Stacks = e.Stacks[0], e.Stacks
	}
	if e.located {
		j.Range, j.Snippet = NewRangeJSON(e.at.rng), snippet(e.Diagnostic, e.at)
	}
	return j
}

func snippet(d *hcl.Diagnostic, at location) *SnippetJSON {
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
		code.WriteString(valid(line.Before))
		if quote.first+i == startLine {
			s.HighlightStartOffset = code.Len()
		}
		code.WriteString(valid(line.Marked))
		if quote.first+i <= endLine {
			s.HighlightEndOffset = code.Len()
		}
		code.WriteString(valid(line.After))
	}
	s.Code = code.String()
	return s
}

// valid is what a reader of the JSON will see, so that offsets count its bytes.
func valid(text string) string { return strings.ToValidUTF8(text, "\uFFFD") }

// findingJSON is a diagnostic as lint shows it.
type findingJSON struct {
	DiagnosticJSON
	Addresses []string       `json:"addresses"` // all that share it, sorted
	Group     string         `json:"group"`     // of the rule, "" for none
	Fix       *rule.Fix      `json:"fix"`       // null for none
	Data      map[string]any `json:"data"`      // the rule's own values

	Suppression *suppressionJSON `json:"suppression,omitempty"` // of one that is not shown
}

type suppressionJSON struct {
	By     schema.Suppressor `json:"by"`
	Reason string            `json:"reason"`
}

func newFindingJSON(e entry) findingJSON {
	row, _ := rule.ByID(e.Rule)
	j := findingJSON{DiagnosticJSON: newDiagnosticJSON(e), Addresses: []string{}, Group: string(row.Group), Data: map[string]any{}}
	for _, a := range e.Addresses {
		j.Addresses = append(j.Addresses, a.String())
	}
	if e.Fix != rule.NoFix {
		j.Fix = &e.Fix
	}
	maps.Copy(j.Data, e.Data)
	if e.Suppression != nil {
		j.Suppression = &suppressionJSON{e.Suppression.By, e.Suppression.Reason}
	}
	return j
}

// verdictJSON is the answer of `validate -json` and, with notices, `lint -format=json`.
type verdictJSON[D any] struct {
	FormatVersion string       `json:"format_version"`
	Valid         bool         `json:"valid"`
	ErrorCount    int          `json:"error_count"`
	WarningCount  int          `json:"warning_count"`
	NoticeCount   *int         `json:"notice_count,omitempty"` // of lint alone
	Beside                     // of lint alone
	Diagnostics   []D          `json:"diagnostics"`
	Suppressed    *[]D         `json:"suppressed,omitempty"` // of lint -show-suppressed alone
	Stacks        []StackTally `json:"stacks,omitzero"`      // where several were to be looked at
}

func newVerdictJSON[D any](found []entry, show func(entry) D) verdictJSON[D] {
	count := make(map[rule.Level]int)
	v := verdictJSON[D]{FormatVersion: "1.0", Diagnostics: make([]D, len(found))}
	for i, e := range found {
		count[e.Level]++
		v.Diagnostics[i] = show(e)
	}
	v.ErrorCount, v.WarningCount, v.Valid = count[rule.Error], count[rule.Warning], count[rule.Error] == 0
	if notices := count[rule.Notice]; notices > 0 {
		v.NoticeCount = &notices
	}
	return v
}

// of makes it the answer of several stacks, unless they are nil. One that was not looked at
// is not known to be valid.
func (v *verdictJSON[D]) of(stacks []StackTally) {
	v.Stacks = stacks
	v.Valid = v.Valid && !slices.ContainsFunc(stacks, func(s StackTally) bool { return s.NotRun })
}

// WriteJSON writes the answer of `validate -json`; of these stacks, unless they are nil.
func WriteJSON(w io.Writer, diags hcl.Diagnostics, src Sources, stacks ...StackTally) error {
	v := newVerdictJSON(entries(diags, src, ""), newDiagnosticJSON)
	v.of(stacks)
	return terminal.WriteJSON(w, v)
}

func writeLintJSON(w io.Writer, found, suppressed []entry, meta Meta) error {
	v := newVerdictJSON(found, newFindingJSON)
	v.Beside = meta.Beside
	v.of(meta.Stacks)
	v.Valid = v.Valid && (meta.Elsewhere == nil || meta.Elsewhere.Errors == 0)
	if meta.ShowSuppressed {
		list := newVerdictJSON(suppressed, newFindingJSON).Diagnostics
		v.Suppressed = &list
	}
	if v.NoticeCount == nil {
		v.NoticeCount = new(int)
	}
	return terminal.WriteJSON(w, v)
}
