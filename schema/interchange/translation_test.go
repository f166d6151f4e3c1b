package interchange_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/schema"
	"livery/schema/interchange"
)

// utf16Of writes a text as UTF-16 with a byte order mark.
func utf16Of(text string, order binary.ByteOrder) []byte {
	var b bytes.Buffer
	_ = binary.Write(&b, order, append([]uint16{0xfeff}, utf16.Encode([]rune(text))...))
	return b.Bytes()
}

func xliff(units string) string {
	return `<xliff version="1.2"><file original="x" source-language="en" target-language="th"><body>` + units + `</body></file></xliff>`
}

// workbookOf is a workbook with these parts; what it needs besides them is added.
func workbookOf(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range map[string]string{
		"xl/workbook.xml":            `<workbook xmlns:r="r"><sheets><sheet r:id="a"/><sheet r:id="b"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="a" Target="/xl/worksheets/cover.xml"/><Relationship Id="b" Target="worksheets/texts.xml"/></Relationships>`,
		"xl/worksheets/cover.xml":    `<worksheet><sheetData><row><c t="inlineStr"><is><t>Hello</t></is></c></row></sheetData></worksheet>`,
	} {
		if _, ok := parts[name]; !ok {
			parts[name] = text
		}
	}
	for name, text := range parts {
		w, err := z.Create(name)
		require.NoError(t, err)
		_, err = io.WriteString(w, text)
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	return b.Bytes()
}

// What tools, spreadsheets and people make of files is read as it is meant.
func TestReadTranslations(t *testing.T) {
	one := func(words string) []interchange.Translation {
		return []interchange.Translation{{Locale: "th_TH", Texts: []interchange.Translated{{ID: "titleText", Source: "Hi {x}", HasSource: true, Words: words}}}}
	}
	table := "titleText\tHi {x}\tข {x}\n"
	tests := map[string][]byte{
		"XLIFF": []byte("\ufeff<?xml version='1.0' encoding='utf-8'?>\n<!-- by hand -->" + xliff(`
  <group><trans-unit id='titleText'><note/><source>Hi <ph id="1">{x}</ph></source><seg-source><mrk mtype="seg">no</mrk></seg-source>
  <target><g id="1">ข <mrk mtype="x"><x id="x"/></mrk></g></target><alt-trans><source>old</source><target>old</target></alt-trans></trans-unit></group>`)),
		"XLIFF, UTF-16": utf16Of(`<?xml version="1.0" encoding="UTF-16"?>`+xliff(`<trans-unit id="titleText"><source><![CDATA[Hi {x}]]></source><target>&#xe02; <it id="9" equiv-text="{x}"/></target></trans-unit>`), binary.BigEndian),
		"CSV, tabs":     []byte("id\ten\tth\n" + table),
		"CSV, UTF-16":   utf16Of("id\ten\tth-TH\r\n"+strings.ReplaceAll(table, "\n", "\r\n"), binary.LittleEndian),
		"CSV, quotes":   []byte("\ufeffTH_th;what;ID;\"en_US\"\n\"ข {x}\";\"a\"\"b\";titleText;Hi {x}\n;;;\n"),
		"XLSX, inline":  workbookOf(t, map[string]string{"xl/worksheets/texts.xml": `<worksheet><sheetData><row r="3"><c r="B3" t="inlineStr"><is><t>id</t></is></c><c r="C3" t="inlineStr"><is><t>th</t></is></c><c r="E3" t="inlineStr"><is><t>en</t></is></c></row><row r="5"><c r="B5" t="str"><f>A1</f><v>titleText</v></c><c r="C5" t="inlineStr"><is><r><t>ข </t></r><r><t>{x}</t></r><rPh><t>no</t></rPh></is></c><c r="E5" t="inlineStr"><is><t>Hi {x}</t></is></c></row></sheetData></worksheet>`}),
		"XLSX, shared": workbookOf(t, map[string]string{
			"xl/sharedStrings.xml":    `<sst><si><t>id</t></si><si><t>th_TH</t></si><si><t>en_US</t></si><si><r><t>title</t></r><r><t>Text</t></r></si><si><t>ข {x}</t></si><si><t>Hi {x}</t></si></sst>`,
			"xl/worksheets/texts.xml": `<worksheet><sheetData><row><c t="s"><v>0</v></c><c t="s"><v>1</v></c><c t="s"><v>2</v></c></row><row><c t="s"><v>3</v></c><c t="s"><v>4</v></c><c t="s"><v>5</v></c></row></sheetData></worksheet>`,
		}),
	}
	for name, src := range tests {
		t.Run(name, func(t *testing.T) {
			list, _, diags := interchange.Read(src, "in", "en_US")
			require.Empty(t, diags)
			want := one("ข {x}")
			for i := range list {
				list[i].From = ""
				for j := range list[i].Texts {
					list[i].Texts[j].Range = want[0].Texts[0].Range
				}
			}
			assert.Equal(t, want, list)
		})
	}
}

func TestWhatAFileSaysOfATranslation(t *testing.T) {
	for state, want := range map[string]interchange.Said{
		"": interchange.SaidNothing, "new": interchange.SaidNotTranslated, "needs-translation": interchange.SaidNotTranslated, "needs-l10n": interchange.SaidNotTranslated,
		"needs-adaptation": interchange.SaidNotTranslated, "needs-review-translation": interchange.SaidNothing, "translated": interchange.SaidTranslated, "final": interchange.SaidTranslated,
	} {
		list, _, diags := interchange.Read([]byte(xliff(`<trans-unit id="titleText"><source>a</source><target state="`+state+`">b</target></trans-unit>`)), "in", "en_US")
		require.Empty(t, diags)
		assert.Equal(t, want, list[0].Texts[0].Said, state)
	}
}

// Files that are broken, or that are made to break what reads them.
func TestBrokenTranslations(t *testing.T) {
	deep := strings.Repeat("<g>", 200) + strings.Repeat("</g>", 200)
	rows := "id,th\n" + strings.Repeat("titleText,x\n", 100_001)
	bomb := func(name string) []byte {
		return workbookOf(t, map[string]string{name: "<x>" + strings.Repeat(" ", 17<<20)})
	}
	for name, src := range map[string][]byte{
		"document type \\(<!DOCTYPE":              []byte(`<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>` + xliff("")),
		"invalid character entity &b;":            []byte(xliff(`<trans-unit id="a"><source>&b;</source></trans-unit>`)),
		"nested more than 100 deep":               []byte(xliff(deep)),
		"it ends in the middle|unexpected EOF":    []byte(`<xliff version="1.2"><file>`),
		"version 1.2 is read":                     []byte(`<xliff version="2.0"/>`),
		"begins with <tmx>":                       []byte(`<tmx/>`),
		"\"tlh\" is no language":                  []byte(`<xliff version="1.2"><file target-language="tlh"/></xliff>`),
		"most likely Latin-1":                     []byte("id;th\ntitleText;caf\xe9\n"),
		"no column id":                            []byte("a,b\n"),
		"column th_TH is there twice":             []byte("id,th,th_TH\n"),
		"in line 2: .*\" in quoted|line 2.*quote": []byte("id,th\ntitleText,\"a\"b\n"),
		"more than 100000 texts":                  []byte(rows),
		"Invalid JSON":                            []byte(`{"titleText": }`),
		"holds nothing":                           []byte(" \n"),
		"not a valid zip file":                    []byte("PK\x03\x04 and nothing"),
		"no part xl/_rels": func() []byte {
			b := &bytes.Buffer{}
			z := zip.NewWriter(b)
			_, _ = z.Create("a")
			_ = z.Close()
			return b.Bytes()
		}(),
		"unpacks to more than 16 MB":   bomb("xl/worksheets/texts.xml"),
		"unpacks to more than 16 MB.":  bomb("xl/sharedStrings.xml"),
		"it has no sheet|no column id": workbookOf(t, map[string]string{}),
		"document type":                workbookOf(t, map[string]string{"xl/worksheets/texts.xml": `<!DOCTYPE x><worksheet/>`}),
	} {
		_, _, diags := interchange.Read(src, "in", "en_US")
		require.True(t, diags.HasErrors(), name)
		assert.Regexp(t, name, diags.Error())
		assert.NotNil(t, diags[0].Subject)
	}
}

func FuzzReadTranslations(f *testing.F) {
	f.Add([]byte(xliff(`<trans-unit id="titleText"><source>a<x id="b"/></source><target state="final">b</target></trans-unit>`)))
	f.Add([]byte("id;en;th\ntitleText;a;\"b\nc\"\n"))
	f.Add([]byte(`{"mobileTipsPage": {"tips": [{"text": "a"}]}}`))
	f.Add(utf16Of("id,th\n", binary.LittleEndian))
	f.Add(workbookOf(f, map[string]string{"xl/worksheets/texts.xml": `<worksheet><sheetData><row><c r="ZZZ1" t="s"><v>0</v></c></row></sheetData></worksheet>`}))
	f.Fuzz(func(t *testing.T, src []byte) {
		list, _, diags := interchange.Read(src, "in", "en_US")
		if diags.HasErrors() {
			return
		}
		for _, l := range list {
			_, known := schema.ParseLocale(string(l.Locale))
			assert.True(t, l.Locale == "" || known, fmt.Sprint(l.Locale))
		}
	})
}
