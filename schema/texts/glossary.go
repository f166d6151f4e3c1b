package texts

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"livery/schema"
	"livery/schema/function"
	"livery/schema/rule"
	"livery/schema/syntax"
)

// Term is a row of a glossary: what one thing is called in each language.
type Term struct {
	Words map[schema.Locale]string // without blanks around them; "" for nothing
	Line  int                      // of the file, on which the row begins
}

// ReadGlossary reads a CSV file: a header with the locales, in either spelling, then a row a
// term. Without a column of its own the source is what the column term says.
func ReadGlossary(src []byte, filename string, source schema.Locale) ([]Term, *hcl.Diagnostic) {
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(src, []byte(syntax.ByteOrderMark))))
	r.FieldsPerRecord = -1
	header, err := r.Read()
	if errors.Is(err, io.EOF) {
		at := hcl.Range{Filename: filename, Start: hcl.InitialPos, End: hcl.InitialPos}
		return nil, schema.Diagnose(rule.Syntax, schema.Subject{Range: at}, "Not a glossary", "It has no header such as term,en_US,th_TH.")
	}
	for i := range header {
		header[i] = strings.TrimSpace(header[i])
	}
	var row []string
	var terms []Term
	for err == nil {
		if row, err = r.Read(); err != nil {
			break
		}
		t := Term{Words: make(map[schema.Locale]string)}
		t.Line, _ = r.FieldPos(0)
		for i, cell := range row[:min(len(row), len(header))] {
			cell = strings.TrimSpace(cell)
			if locale, ok := schema.ParseLocale(header[i]); ok {
				t.Words[locale] = cell
			} else if strings.EqualFold(header[i], "term") && t.Words[source] == "" {
				t.Words[source] = cell
			}
		}
		terms = append(terms, t)
	}
	if !errors.Is(err, io.EOF) {
		return nil, function.InvalidCSV(err, filename)
	}
	return terms, nil
}
