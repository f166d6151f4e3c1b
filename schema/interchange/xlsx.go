package interchange

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"livery/schema"
)

const (
	sheetFile = "xl/worksheets/sheet1.xml"
	mainSpace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
	linkSpace = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	partSpace = "http://schemas.openxmlformats.org/package/2006"
	partType  = "application/vnd.openxmlformats-officedocument.spreadsheetml."
	xmlHeader = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
)

// writeXLSX writes a workbook with one sheet.
func (s *Sheet) writeXLSX() []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, part := range []struct{ name, text string }{
		{"[Content_Types].xml", `<Types xmlns="` + partSpace + `/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
			`<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="` + partType + `sheet.main+xml"/>` +
			`<Override PartName="/` + sheetFile + `" ContentType="` + partType + `worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="` + partType + `styles+xml"/></Types>`},
		{"_rels/.rels", `<Relationships xmlns="` + partSpace + `/relationships"><Relationship Id="rId1" Type="` + linkSpace + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
		{"xl/workbook.xml", `<workbook xmlns="` + mainSpace + `" xmlns:r="` + linkSpace + `"><sheets><sheet name="texts" sheetId="1" r:id="rId1"/></sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", `<Relationships xmlns="` + partSpace + `/relationships"><Relationship Id="rId1" Type="` + linkSpace + `/worksheet" Target="worksheets/sheet1.xml"/>` +
			`<Relationship Id="rId2" Type="` + linkSpace + `/styles" Target="styles.xml"/></Relationships>`},
		{"xl/styles.xml", `<styleSheet xmlns="` + mainSpace + `"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>` +
			`<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>` +
			`<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="3">` +
			`<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf>` +
			`<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/>` +
			`<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyAlignment="1"><alignment horizontal="right" vertical="top" wrapText="1" readingOrder="2"/></xf>` +
			`</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`},
		{sheetFile, s.sheetXML()},
	} {
		w, _ := z.Create(part.name) // a buffer takes everything
		_, _ = io.WriteString(w, xmlHeader+part.text)
	}
	_ = z.Close()
	return b.Bytes()
}

// The styles of cells, by their numbers in the workbook.
const (
	plainStyle = iota
	headStyle
	rightToLeftStyle
)

func (s *Sheet) sheetXML() string {
	var b strings.Builder
	b.WriteString(`<worksheet xmlns="` + mainSpace + `"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>`)
	header, before := s.header(), len(s.before())
	for i := range header {
		width := 14
		if i == 0 || i >= before-1 {
			width = 44
		}
		fmt.Fprintf(&b, `<col min="%d" max="%[1]d" width="%d" customWidth="1"/>`, i+1, width)
	}
	b.WriteString(`</cols><sheetData>`)
	writeRow(&b, 1, header, func(int) int { return headStyle })
	rows := s.rows()
	for i, r := range rows {
		writeRow(&b, i+2, s.cells(r), func(column int) int {
			language := column - before - 1
			if language == -1 && s.Source.Info().RTL || language >= 0 && s.Languages[language].Locale.Info().RTL {
				return rightToLeftStyle
			}
			return plainStyle
		})
	}
	b.WriteString(`</sheetData>`)
	s.writeValidations(&b, rows)
	b.WriteString(`</worksheet>`)
	return b.String()
}

func writeRow(b *strings.Builder, number int, cells []string, style func(column int) int) {
	fmt.Fprintf(b, `<row r="%d">`, number)
	for i, cell := range cells {
		ref := columnName(i) + strconv.Itoa(number)
		if cell == "" {
			fmt.Fprintf(b, `<c r="%s" s="%d"/>`, ref, style(i))
			continue
		}
		fmt.Fprintf(b, `<c r="%s" s="%d" t="inlineStr"><is><t xml:space="preserve">%s</t></is></c>`, ref, style(i), escapeXML.Replace(escapeCell(cell)))
	}
	b.WriteString(`</row>`)
}

// writeValidations lets the spreadsheet refuse translations that are too long.
func (s *Sheet) writeValidations(b *strings.Builder, rows []*row) {
	byLimit, limits := make(map[int][]string), []int(nil)
	for i, in := range s.Languages {
		for j, r := range rows {
			if r.units[i] == nil {
				continue
			}
			limit := r.units[i].Field.MaxLength(in.Locale)
			if byLimit[limit] == nil {
				limits = append(limits, limit)
			}
			byLimit[limit] = append(byLimit[limit], columnName(len(s.before())+1+i)+strconv.Itoa(j+2))
		}
	}
	if len(limits) == 0 {
		return
	}
	fmt.Fprintf(b, `<dataValidations count="%d">`, len(limits))
	for _, limit := range limits {
		fmt.Fprintf(b, `<dataValidation type="textLength" operator="lessThanOrEqual" allowBlank="1" showErrorMessage="1" errorTitle="Too long" error="%s" sqref="%s"><formula1>%d</formula1></dataValidation>`,
			limitNote(limit), strings.Join(byLimit[limit], " "), limit)
	}
	b.WriteString(`</dataValidations>`)
}

// columnName is A for 0, Z for 25, AA for 26.
func columnName(i int) string {
	name := ""
	for i++; i > 0; i = (i - 1) / 26 {
		name = string(rune('A'+(i-1)%26)) + name
	}
	return name
}

// columnOf is the number of the column that a reference such as B7 names; -1 for none.
func columnOf(ref string) int {
	n := 0
	for _, c := range ref {
		if c < 'A' || c > 'Z' || n > 1<<14 {
			break
		}
		n = n*26 + int(c-'A') + 1
	}
	return n - 1
}

// In a workbook _x000D_ stands for a carriage return, and _x005F_ for the line before it.
func escapeCell(text string) string {
	return regexp.MustCompile(`_x[0-9A-Fa-f]{4}_`).ReplaceAllStringFunc(text, func(found string) string { return "_x005F" + found })
}

func unescapeCell(text string) string {
	if !strings.Contains(text, "_x") {
		return text
	}
	return regexp.MustCompile(`_x[0-9A-Fa-f]{4}_`).ReplaceAllStringFunc(text, func(found string) string {
		n, _ := strconv.ParseUint(found[2:6], 16, 16)
		return string(rune(n))
	})
}

// readXLSX reads the first sheet of a workbook that has a column id.
func readXLSX(src []byte, name string, source schema.Locale) ([]Translation, hcl.Diagnostics) {
	w, err := openWorkbook(src)
	if err == nil {
		var t *tableReader
		if t, err = w.table(name, source); t != nil && err == nil {
			return t.list, nil
		}
	}
	return nil, refused(name, 1, "Not a workbook that can be read", fmt.Sprintf("%s: %s.", name, strings.TrimSuffix(reasonOf(err), ".")))
}

// workbook is the parts of a workbook that are read.
type workbook struct {
	parts  map[string]*zip.File
	left   int64 // bytes that may still be unpacked
	shared []string
	sheets []string // the names of their parts, in the order of the workbook
}

var errBomb = fmt.Errorf("it unpacks to more than %d MB", maxUnpacked>>20)

func openWorkbook(src []byte) (*workbook, error) {
	z, err := zip.NewReader(bytes.NewReader(src), int64(len(src)))
	if err != nil {
		return nil, err
	}
	w := &workbook{parts: make(map[string]*zip.File), left: maxUnpacked}
	for _, f := range z.File {
		w.parts[strings.TrimPrefix(f.Name, "/")] = f
	}
	links := make(map[string]string)
	err = w.elements("xl/_rels/workbook.xml.rels", func(_ *xmlReader, e xml.StartElement) error {
		if e.Name.Local == "Relationship" {
			target := attribute(e, "Target")
			if !strings.HasPrefix(target, "/") {
				target = path.Join("xl", target)
			}
			links[attribute(e, "Id")] = strings.TrimPrefix(target, "/")
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = w.elements("xl/workbook.xml", func(_ *xmlReader, e xml.StartElement) error {
		if e.Name.Local != "sheet" {
			return nil
		}
		for _, a := range e.Attr {
			if a.Name.Local == "id" && links[a.Value] != "" {
				w.sheets = append(w.sheets, links[a.Value])
			}
		}
		return nil
	})
	if err != nil || w.parts["xl/sharedStrings.xml"] == nil {
		return w, err
	}
	return w, w.elements("xl/sharedStrings.xml", func(r *xmlReader, e xml.StartElement) error {
		if e.Name.Local != "si" {
			return nil
		}
		text, err := r.runs()
		w.shared = append(w.shared, text)
		return err
	})
}

// elements visits the elements of a part.
func (w *workbook) elements(name string, visit func(*xmlReader, xml.StartElement) error) error {
	f := w.parts[name]
	if f == nil {
		return fmt.Errorf("it has no part %s", name)
	}
	if f.UncompressedSize64 > uint64(w.left) { // if it says so itself
		return errBomb
	}
	part, err := f.Open()
	if err != nil {
		return err
	}
	defer part.Close()
	limited := &io.LimitedReader{R: part, N: w.left + 1}
	r := newXMLReader(limited)
	for {
		token, err := r.next()
		if limited.N <= 0 {
			return errBomb
		}
		if errors.Is(err, io.EOF) {
			w.left = limited.N - 1
			return nil
		}
		if start, ok := token.(xml.StartElement); ok && err == nil {
			err = visit(r, start)
			if limited.N <= 0 {
				return errBomb
			}
		}
		if err != nil {
			return err
		}
	}
}

// runs is the text of an element, without hints how it is pronounced.
func (r *xmlReader) runs() (string, error) {
	var b strings.Builder
	inText := 0
	for depth := r.depth; r.depth >= depth; {
		token, err := r.next()
		if err != nil {
			return "", err
		}
		switch token := token.(type) {
		case xml.StartElement:
			switch token.Name.Local {
			case "t":
				inText = r.depth
			case "rPh":
				if err := r.skip(); err != nil {
					return "", err
				}
			}
		case xml.EndElement:
			if r.depth < inText {
				inText = 0
			}
		case xml.CharData:
			if inText > 0 {
				b.Write(token)
			}
		}
	}
	return unescapeCell(b.String()), nil
}

func (w *workbook) table(name string, source schema.Locale) (*tableReader, error) {
	wrong := "it has no sheet"
	for _, sheet := range w.sheets {
		if w.parts[sheet] == nil || !strings.HasPrefix(sheet, "xl/worksheets/") {
			continue
		}
		t := &tableReader{name: name}
		fault, err := w.read(t, sheet, source)
		if err != nil {
			return nil, err
		}
		if fault == "" {
			return t, nil
		}
		wrong = fault
	}
	return nil, errors.New(strings.TrimSuffix(wrong, "."))
}

// read reads the rows of a sheet; it says what is wrong with the header, as a sentence.
func (w *workbook) read(t *tableReader, sheet string, source schema.Locale) (wrong string, err error) {
	number, begun := 0, false
	wrong = "Its sheets are empty."
	err = w.elements(sheet, func(r *xmlReader, e xml.StartElement) error {
		if e.Name.Local != "row" || wrong != "" && begun {
			return nil
		}
		number++
		if at, err := strconv.Atoi(attribute(e, "r")); err == nil && at > 0 {
			number = at
		}
		cells, err := w.row(r)
		switch {
		case err != nil || len(cells) == 0:
			return err
		case !begun:
			begun = true
			wrong = t.begin(cells, source)
		case !t.row(cells, lineRange(t.name, number)):
			return fmt.Errorf("it has more than %d texts", maxUnits)
		}
		return nil
	})
	return wrong, err
}

// maxColumns is how many cells of a row are read.
const maxColumns = 200

// row reads the cells of a row.
func (w *workbook) row(r *xmlReader) ([]string, error) {
	var cells []string
	for depth := r.depth; r.depth >= depth; {
		token, err := r.next()
		if err != nil {
			return nil, err
		}
		start, ok := token.(xml.StartElement)
		if !ok || start.Name.Local != "c" {
			continue
		}
		at := columnOf(attribute(start, "r"))
		if at < 0 {
			at = len(cells)
		}
		text, err := w.cell(r, attribute(start, "t"))
		if err != nil {
			return nil, err
		}
		if at >= maxColumns {
			continue
		}
		for len(cells) <= at {
			cells = append(cells, "")
		}
		cells[at] = text
	}
	return cells, nil
}

// cell is the text of a cell; of a formula what it was when the workbook was saved.
func (w *workbook) cell(r *xmlReader, kind string) (string, error) {
	text := ""
	for depth := r.depth; r.depth >= depth; {
		token, err := r.next()
		if err != nil {
			return "", err
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		switch start.Name.Local {
		case "is":
			text, err = r.runs()
		case "v":
			text, err = r.content()
			if i, wrong := strconv.Atoi(strings.TrimSpace(text)); kind == "s" && wrong == nil && i >= 0 && i < len(w.shared) {
				text = w.shared[i]
			} else if kind == "str" {
				text = unescapeCell(text)
			}
		default:
			err = r.skip()
		}
		if err != nil {
			return "", err
		}
	}
	return text, nil
}

// content is the text of the element that has begun.
func (r *xmlReader) content() (string, error) {
	var b strings.Builder
	for depth := r.depth; r.depth >= depth; {
		token, err := r.next()
		if err != nil {
			return "", err
		}
		if text, ok := token.(xml.CharData); ok {
			b.Write(text)
		}
	}
	return b.String(), nil
}
