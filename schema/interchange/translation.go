// Package interchange reads and writes the files of translators: XLIFF, CSV, XLSX and files
// of texts. What it reads was made by anybody's tools, so that it has limits to everything.
//
// It does not know which of the texts are taken, nor where they are written.
package interchange

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
	"livery/schema/rule"
	"livery/schema/syntax"
	"livery/schema/texts"
)

// Form is a form of translators' files.
type Form string

// Forms of translators' files.
const (
	XLIFF Form = "xliff"
	CSV   Form = "csv"
	XLSX  Form = "xlsx"
	JSON  Form = "json"
)

// Forms lists the forms, the default first.
func Forms() []Form { return []Form{XLIFF, CSV, XLSX, JSON} }

// Ending is how the names of files in a form end.
func (f Form) Ending() string {
	if f == XLIFF {
		return ".xlf"
	}
	return "." + string(f)
}

// FormOf is the form that the ending of a name stands for; false for none.
func FormOf(name string) (Form, bool) {
	at := strings.LastIndexByte(name, '.')
	switch ending := strings.ToLower(name[max(at, 0):]); ending {
	case ".xlf", ".xliff":
		return XLIFF, true
	case ".csv", ".xlsx", ".json":
		return Form(ending[1:]), true
	}
	return "", false
}

// Limits of what is read. A file is at most syntax.MaxFile.
const (
	maxUnits    = 100_000
	maxNesting  = 100
	maxUnpacked = 16 << 20 // bytes of what a workbook holds
)

// Translation is the texts of one language in a file.
type Translation struct {
	Locale schema.Locale // "" if the file does not say
	From   schema.Locale // "" if the file does not say
	Texts  []Translated
}

// Translated is a text as it came back. The words are in the NFC form.
type Translated struct {
	ID        string
	Source    string // what it was translated from
	HasSource bool   // whether the file says that
	Words     string
	Said      Said
	Range     hcl.Range // a line of the file; of a workbook the row
}

// Said is what a file says of a translation.
type Said uint8

// What a file can say of a translation.
const (
	SaidNothing       Said = iota
	SaidTranslated         // somebody has looked at it
	SaidNotTranslated      // it is none
)

// saidBy is what a state says, in the words of XLIFF. The states that livery writes into a
// table are those of before a translator has seen it, and say nothing.
func saidBy(state string) Said {
	switch strings.ToLower(strings.TrimSpace(state)) {
	case "new", "needs-translation", "needs-adaptation", "needs-l10n":
		return SaidNotTranslated
	case "translated", "final", "signed-off":
		return SaidTranslated
	}
	return SaidNothing
}

// Read reads a file of translators in the form that its content shows; of the columns of a
// table that of the source is not a translation. Texts of a file of texts have no source.
func Read(src []byte, name string, source schema.Locale) ([]Translation, Form, hcl.Diagnostics) {
	if bytes.HasPrefix(src, []byte("PK\x03\x04")) {
		list, diags := readXLSX(src, name, source)
		return list, XLSX, diags
	}
	text, fault := decode(src)
	if fault != "" {
		return nil, "", refused(name, 1, "Not a text file", name+" "+fault)
	}
	switch begin := strings.TrimLeft(text, " \t\r\n"); {
	case strings.HasPrefix(begin, "<"):
		list, diags := readXLIFF(text, name)
		return list, XLIFF, diags
	case strings.HasPrefix(begin, "{"):
		list, diags := readTexts(text, name)
		return list, JSON, diags
	case begin == "":
		return nil, "", refused(name, 1, "Empty file", name+" holds nothing.")
	default:
		list, diags := readCSV(text, name, source)
		return list, CSV, diags
	}
}

// decode gives text that is UTF-8 or UTF-16, or says what it is.
func decode(src []byte) (text, fault string) {
	order := func(at int, high, low byte) string {
		units := make([]uint16, 0, len(src)/2)
		for i := at; i+1 < len(src); i += 2 {
			units = append(units, uint16(src[i+int(high)])<<8|uint16(src[i+int(low)]))
		}
		return string(utf16.Decode(units))
	}
	switch {
	case bytes.HasPrefix(src, []byte("\xff\xfe")):
		return order(2, 1, 0), ""
	case bytes.HasPrefix(src, []byte("\xfe\xff")):
		return order(2, 0, 1), ""
	case len(src) > 1 && src[1] == 0 && src[0] != 0:
		return order(0, 1, 0), ""
	case len(src) > 1 && src[0] == 0 && src[1] != 0:
		return order(0, 0, 1), ""
	}
	src = bytes.TrimPrefix(src, []byte(syntax.ByteOrderMark))
	if !utf8.Valid(src) && !bytes.HasPrefix(bytes.TrimLeft(src, " \t\r\n"), []byte("<?xml")) { // XML names its encoding
		return "", "is neither UTF-8 nor UTF-16, but most likely Latin-1 or a relative of it: save it as UTF-8."
	}
	return string(src), ""
}

func refused(name string, line int, summary, detail string) hcl.Diagnostics {
	at := hcl.Pos{Line: max(line, 1), Column: 1}
	return hcl.Diagnostics{schema.Diagnose(rule.Syntax, schema.Subject{Range: hcl.Range{Filename: name, Start: at, End: at}}, summary, detail)}
}

// lineRange is a whole line of a file.
func lineRange(name string, line int) hcl.Range {
	at := hcl.Pos{Line: max(line, 1), Column: 1}
	return hcl.Range{Filename: name, Start: at, End: at}
}

// normal is a text in the NFC form and with plain line ends.
func normal(text string) string {
	return cty.StringVal(strings.ReplaceAll(text, "\r\n", "\n")).AsString()
}

// LocaleOf is the locale that a file means by a language: a locale in either spelling, or
// a language tag, whose script may be left out.
func LocaleOf(tag string) (schema.Locale, bool) {
	tag = strings.ReplaceAll(strings.TrimSpace(tag), "-", "_")
	for _, info := range schema.Locales() {
		full := strings.ReplaceAll(info.BCP47, "-", "_")
		names := []string{full, string(info.Value), info.Short}
		if parts := strings.Split(full, "_"); len(parts) == 3 {
			names = append(names, parts[0]+"_"+parts[2])
		} else {
			names = append(names, parts[0])
		}
		for _, name := range names {
			if name != "" && strings.EqualFold(name, tag) {
				return info.Value, true
			}
		}
	}
	return "", false
}

// readTexts reads a file of texts, which names no language.
func readTexts(text, name string) ([]Translation, hcl.Diagnostics) {
	entries, diags := texts.ReadJSON([]byte(text), name+".json")
	for _, d := range diags {
		if d.Subject != nil {
			d.Subject.Filename = name
		}
		if schema.FindingOf(d).Rule == rule.UnknownField { // reported, and left out
			schema.SetLevel(d, rule.Warning)
		}
	}
	t := Translation{}
	for _, entry := range entries {
		at := entry.Range
		at.Filename = name
		t.Texts = append(t.Texts, Translated{ID: entry.Path, Words: normal(entry.Words), Range: at})
	}
	return []Translation{t}, diags
}

// Sheet is texts that go out.
type Sheet struct {
	Source    schema.Locale
	Keep      []string // names that no translation changes, the longest first
	Languages []SheetLanguage
}

// SheetLanguage is the texts of one language that go out.
type SheetLanguage struct {
	Locale schema.Locale
	Units  []*texts.Unit
}

// Write writes a sheet; mark puts a byte order mark before CSV, which spreadsheets need to
// take it for UTF-8. A file of texts has one language.
func (s *Sheet) Write(f Form, mark bool) []byte {
	switch f {
	case CSV:
		return s.writeCSV(mark)
	case XLSX:
		return s.writeXLSX()
	case JSON:
		return writeTexts(s.Languages[0].Units)
	default:
		return s.writeXLIFF()
	}
}

// hasWords reports whether a text goes out with its translation: one that has none, or
// only the source's words, is still to be made.
func hasWords(u *texts.Unit) bool { return u.State != texts.Missing && u.State != texts.Untranslated }

// words is the translation that a text goes out with.
func words(u *texts.Unit) string {
	if !hasWords(u) {
		return ""
	}
	return u.Target.Text()
}

// limitNote tells a translator of a limit, which tools may count in other units.
func limitNote(limit int) string { return fmt.Sprintf("at most %d; an emoji counts 2", limit) }
