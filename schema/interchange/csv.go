package interchange

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"livery/schema"
	"livery/schema/syntax"
)

// writeCSV writes RFC 4180.
func (s *Sheet) writeCSV(mark bool) []byte {
	var b bytes.Buffer
	if mark {
		b.WriteString(syntax.ByteOrderMark)
	}
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	_ = w.Write(s.header()) // a buffer takes everything
	for _, r := range s.rows() {
		cells := s.cells(r)
		for i, cell := range cells {
			cells[i] = guardCell(cell)
		}
		_ = w.Write(cells)
	}
	w.Flush()
	return b.Bytes()
}

// guardCell writes a quotation mark before what a spreadsheet would compute, and before one
// that stands there already.
func guardCell(cell string) string {
	if needsGuard(cell) {
		return "'" + cell
	}
	return cell
}

// unguardCell takes it away again.
func unguardCell(cell string) string {
	if rest, guarded := strings.CutPrefix(cell, "'"); guarded && needsGuard(rest) {
		return rest
	}
	return cell
}

func needsGuard(cell string) bool { return cell != "" && strings.IndexByte("'=+-@\t\r", cell[0]) >= 0 }

// readCSV reads a table with commas, semicolons or tabs, whichever its header has.
func readCSV(text, name string, source schema.Locale) ([]Translation, hcl.Diagnostics) {
	header, _, _ := strings.Cut(text, "\n")
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord = -1
	for _, comma := range []rune{';', '\t'} {
		if strings.Count(header, string(comma)) > strings.Count(header, string(r.Comma)) {
			r.Comma = comma
		}
	}
	t := tableReader{name: name}
	for first := true; ; first = false {
		cells, err := r.Read()
		var fault *csv.ParseError
		switch {
		case errors.Is(err, io.EOF):
			return t.list, nil
		case errors.As(err, &fault):
			return nil, refused(name, fault.Line, "Not a CSV file that can be read", fmt.Sprintf("%s line %d: %v.", name, fault.Line, fault.Err))
		case err != nil:
			return nil, refused(name, 1, "Not a CSV file that can be read", fmt.Sprintf("%s: %v.", name, err))
		}
		line, _ := r.FieldPos(0)
		if first {
			if wrong := t.begin(cells, source); wrong != "" {
				return nil, refused(name, line, "Not a file of translators", name+": "+wrong)
			}
			continue
		}
		for i, cell := range cells {
			cells[i] = unguardCell(cell)
		}
		if !t.row(cells, lineRange(name, line)) {
			return nil, tooMany(name, line)
		}
	}
}

func tooMany(name string, line int) hcl.Diagnostics {
	return refused(name, line, "Too many texts", fmt.Sprintf("%s has more than %d texts.", name, maxUnits))
}
