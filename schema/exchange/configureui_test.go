package exchange

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
	"livery/schema/jsontext"
	"livery/schema/rule"
	"livery/schema/stack"
	"livery/schema/syntax"
)

const bodies = "../../testdata/api/bodies"

func bodyFiles(t testing.TB) map[string][]byte {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(bodies, "*_*.json"))
	require.NoError(t, err)
	require.Len(t, names, 5)
	files := make(map[string][]byte, len(names))
	for _, name := range names {
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		files[filepath.Base(name)] = data
	}
	return files
}

// load evaluates one file as a stack of its own.
func load(t *testing.T, src []byte) (*stack.Stack, hcl.Diagnostics) {
	t.Helper()
	return stack.Load(stack.Options{
		FS:  fstest.MapFS{"stack/main.livery.hcl": &fstest.MapFile{Data: src}},
		Dir: "/stack",
	})
}

// What comes out of an import evaluates to the very document that went in.
func TestImportedBodiesEvaluateBack(t *testing.T) {
	for name, data := range bodyFiles(t) {
		t.Run(name, func(t *testing.T) {
			var want schema.Document
			require.NoError(t, json.Unmarshal(withoutPageName(t, data), &want))

			body, diags := ReadBody(data, name, "")
			require.False(t, diags.HasErrors(), "%v", diags)
			src, diags := ImportHCL([]*Body{body})
			require.Empty(t, diags)

			formatted, diags := syntax.Format(src, "main.livery.hcl")
			require.Empty(t, diags)
			assert.Equal(t, string(src), string(formatted), "an import is formatted already")

			stack, diags := load(t, src)
			require.False(t, diags.HasErrors(), "%v", diags)
			require.Len(t, stack.Documents, 1)
			got := stack.Documents[0]
			assert.Equal(t, want.Locale, got.Locale)
			assert.Empty(t, cmp.Diff(string(want.Body()), string(got.Body())))
		})
	}
}

func withoutPageName(t *testing.T, data []byte) []byte {
	t.Helper()
	var body map[string]any
	require.NoError(t, json.Unmarshal(data, &body))
	if page, ok := body["mobileCameraPage"].(map[string]any); ok {
		delete(page, "pageName")
	}
	data, err := json.Marshal(body)
	require.NoError(t, err)
	return data
}

func TestImportSeveralBodies(t *testing.T) {
	var list []*Body
	for _, name := range []string{"modern_ar.json", "sample_en.json"} {
		data, err := os.ReadFile(filepath.Join(bodies, name))
		require.NoError(t, err)
		body, diags := ReadBody(data, name, "")
		require.False(t, diags.HasErrors())
		list = append(list, body)
	}
	src, diags := ImportHCL(list)
	require.Empty(t, diags)
	assert.True(t, strings.HasPrefix(string(src), "# Arabic (United Arab Emirates), from modern_ar.json\nlocale \"ar_AE\" {\n"))
	assert.Contains(t, string(src), "}\n\n# English (United States), from sample_en.json\nlocale \"en_US\" {\n")

	_, diags = ImportHCL(append(list, list[0]))
	require.Len(t, diags, 1)
	assert.Equal(t, rule.DuplicateLocale, schema.FindingOf(diags[0]).Rule)
	assert.Contains(t, diags[0].Detail, "modern_ar.json")
	assert.NotContains(t, diags[0].Detail, "-locale") // one value cannot say which is which
}

func TestImportCommentStaysOneLine(t *testing.T) {
	body, diags := ReadBody([]byte(`{"locale":"en"}`), "evil\nlocale \"th\" {}.json", "")
	require.Empty(t, diags)
	src, _ := ImportHCL([]*Body{body})
	assert.Equal(t, "# English (United States), from evil?locale \"th\" {}.json\nlocale \"en_US\" {\n}\n", string(src))
}

// want is a diagnostic as "severity rule line,column path: part of the detail".
func TestReadBodyReports(t *testing.T) {
	for _, test := range []struct {
		name, body, override string
		locale               schema.Locale // "" for an error
		want                 []string
	}{
		{"short locale", `{"locale": "in_ID"}`, "", "in_ID", nil},
		{"abbreviation", `{"locale": "id"}`, "", "in_ID", nil},
		{"byte order mark", "\xef\xbb\xbf" + `{"locale": "th"}`, "", "th_TH", nil},
		{"near miss", `{"locale": "id_ID"}`, "", "", []string{`error unknown-locale 1,12 : Did you mean "in_ID"?`}},
		{"hyphen", `{"locale": "en-US"}`, "", "", []string{`error unknown-locale 1,12 : Did you mean "en_US"?`}},
		{"no locale", `{}`, "", "", []string{`error unknown-locale 1,1 : -locale`}},
		{"null locale", `{"locale": null}`, "", "", []string{`error unknown-locale 1,1 : -locale`}},
		{"locale of wrong type", `{"locale": 1}`, "", "", []string{`error unknown-locale 1,12 : string`}},
		{"override", `{"locale": "nonsense"}`, "th", "th_TH", nil},
		{"override without", `{}`, "en", "en_US", nil},
		{"override of the same", `{"locale": "th"}`, "th_TH", "th_TH", nil},
		{"override of null", `{"locale": null}`, "th", "th_TH", nil},
		{"override of another", `{"locale": "en"}`, "th", "", []string{`error unknown-locale 1,12 : en_US, and -locale says th_TH`}},
		{"bad override", `{"locale": "en"}`, "id_ID", "", []string{`error unknown-locale - : Did you mean "in_ID"?`}},
		{"unknown field", `{"locale": "en", "mobileResultPage": {"sucessDesc": "x"}}`, "", "en_US",
			[]string{`warning undocumented-field 1,39 mobileResultPage.sucessDesc: Did you mean "successDesc"?`}},
		{"unknown page", `{"locale": "en", "mobileResultPages": {"a": 1}}`, "", "en_US",
			[]string{`warning undocumented-field 1,18 mobileResultPages: Did you mean "mobileResultPage"?`}},
		{"unknown null", `{"locale": "en", "brandNew": null, "mobileResultPage": {"x": null}, "pcTipsPage": null}`, "", "en_US", nil},
		{"page name", `{"locale": "en", "mobileCameraPage": {"pageName": "p"}}`, "", "en_US",
			[]string{`warning undocumented-field 1,39 mobileCameraPage.pageName: not imported`}},
		{"refused values are kept", "{\"locale\": \"en\",\n \"mobileResultPage\": {\"backgroundColor\": \"red\", \"successDesc\": \"" + strings.Repeat("x", 101) + "\"}}", "", "en_US",
			[]string{`warning colour-format 2,42 mobileResultPage.backgroundColor: "#ff0000"`, `warning text-length 2,64 mobileResultPage.successDesc: Shorten it by 1`}},
		{"Windows line end", `{"locale": "en", "titleText": "a\r\nb"}`, "", "en_US", []string{`warning control-character 1,31 titleText: carriage return`}},
		{"tip by the locale's limit", `{"locale": "zh_CN", "pcTipsPage": {"tips": [{"text": "` + strings.Repeat("字", 26) + `"}]}}`, "", "zh_CN",
			[]string{`warning tip-length 1,44 pcTipsPage.tips[0].text: Shorten it by 1`}},
		{"page of wrong type", `{"locale": "en", "mobileResultPage": []}`, "", "", []string{`error wrong-type 1,38 : is a page`}},
		{"duplicate at the root", `{"locale": "en", "locale": "th"}`, "", "", []string{`error duplicate 1,18 : given before`}},
		{"duplicate in a page", `{"locale": "en", "mobileResultPage": {"successDesc": "a", "successDesc": "b"}}`, "", "", []string{`error duplicate 1,59 : already defined`}},
		{"duplicate in a tip", `{"locale": "en", "pcTipsPage": {"tips": [{"text": "a", "text": "b"}]}}`, "", "", []string{`error duplicate 1,56 : already defined`}},
		{"not an object", `["locale"]`, "", "", []string{`error wrong-type 1,1 : JSON object`}},
		{"a string", `"x"`, "", "", []string{`error wrong-type 1,1 : JSON object`}},
		{"null", `null`, "", "", []string{`error wrong-type 1,1 : JSON object`}},
		{"empty", " \n", "", "", []string{`error unreadable-file 1,1 : is empty`}},
		{"broken", `{"locale": "en"`, "", "", []string{`error syntax 1,1 : closing brace`}},
		{"not UTF-8", "{\"locale\": \"\xff\"}", "", "", []string{`error unreadable-file 1,1 : UTF-8`}},
		{"deep", strings.Repeat("[", 1000000), "", "", []string{`error unreadable-file 1,1 : nested more than 100 deep`}},
		{"wide", `{"a": [` + strings.Repeat("1,", jsontext.MaxElements) + `1]}`, "", "", []string{`error unreadable-file 1,1 : more than 1048576 values`}},
		{"exponent", `{"locale": "en", "x": 1e999999999}`, "", "", []string{`error unreadable-file 1,1 : digits`}},
		{"large", strings.Repeat(" ", syntax.MaxFile+1), "", "", []string{`error unreadable-file 1,1 : larger than 10 MB`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			body, diags := ReadBody([]byte(test.body), "body.json", test.override)
			require.Len(t, diags, len(test.want), "%v", diags)
			for i, want := range test.want {
				head, part, _ := strings.Cut(want, ": ")
				assert.Equal(t, head, describe(diags[i]))
				assert.Contains(t, diags[i].Detail, part)
			}
			if test.locale == "" {
				require.Nil(t, body)
				return
			}
			require.NotNil(t, body)
			assert.Equal(t, test.locale, body.Locale)
		})
	}
}

func describe(d *hcl.Diagnostic) string {
	severity, place, finding := "error", "-", schema.FindingOf(d)
	if d.Severity == hcl.DiagWarning {
		severity = "warning"
	}
	if d.Subject != nil {
		place = fmt.Sprintf("%d,%d", d.Subject.Start.Line, d.Subject.Start.Column)
	}
	return fmt.Sprintf("%s %s %s %s", severity, finding.Rule, place, finding.Path)
}

func TestReadBodyKeepsValues(t *testing.T) {
	body, _ := ReadBody([]byte(`{
		"locale": "en",
		"titleText": "",
		"mobileResultPage": {"backgroundColor": "#FFF", "livenessResultTextColor": "red", "isShow": "yes", "newColor": "#000"},
		"mobileTipsPage": {"tips": []},
		"newPage": {"newText": "${x}", "off": null},
		"newList": ["a", true],
		"newEmpty": {}
	}`), "body.json", "")
	require.NotNil(t, body)
	at := func(path string) cty.Value { return body.Values[schema.FieldByPath(path)] }
	assert.Equal(t, cty.StringVal(""), at("titleText"))
	assert.Equal(t, cty.StringVal("#ffffff"), at("mobileResultPage.backgroundColor"), "valid colours are canonical")
	assert.Equal(t, cty.StringVal("red"), at("mobileResultPage.livenessResultTextColor"), "others are as found")
	assert.Equal(t, cty.StringVal("yes"), at("mobileResultPage.isShow"))
	assert.Equal(t, cty.EmptyTupleVal, at("mobileTipsPage.tips"))
	assert.Equal(t, map[schema.ExtraKey]cty.Value{
		{Page: "mobileResultPage", Key: "newColor"}: cty.StringVal("#000"),
		{Page: "newPage", Key: "newText"}:           cty.StringVal("${x}"),
		{Key: "newList"}:                            cty.TupleVal([]cty.Value{cty.StringVal("a"), cty.True}),
		{Key: "newEmpty"}:                           cty.EmptyObjectVal,
	}, body.Extra)
}

// What import takes, validate takes, however extreme.
func TestImportTakesWhatValidateTakes(t *testing.T) {
	nested := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	for _, test := range []struct {
		name, value string
		refused     bool
	}{
		{"a large exponent", "1e9999", false},
		{"a small exponent", "-1.25e-9999", false},
		{"an exponent in other clothes", "1000e9998", true},
		{"a larger exponent", "1e12345", true},
		{"leading zeros", "1e0000012", false},
		{"many digits", strings.Repeat("7", jsontext.MaxDigits), false},
		{"many digits behind the point", "0." + strings.Repeat("7", jsontext.MaxDigits-2), false},
		{"too many digits", strings.Repeat("7", jsontext.MaxDigits+1), true},
		{"deep", nested(jsontext.MaxDepth - 2), false},
		{"deeper", nested(jsontext.MaxDepth - 1), true},
		{"dollars", `"` + strings.Repeat("$", 1000) + `"`, false},
		{"very many dollars", `"` + strings.Repeat("$", 100_000) + `"`, true},
		{"braces", `"` + strings.Repeat("${[(%{", 1000) + `"`, false},
		{"many elements", "[" + strings.Repeat("1, ", 10_000) + "1]", false},
		{"a large text", `"` + strings.Repeat("x", syntax.MaxConfiguration) + `"`, true},
	} {
		for place, body := range map[string]string{
			"extra": `{"locale": "en", "newPage": {"newField": ` + test.value + `}}`,
			"field": `{"locale": "en", "pcTipsPage": {"tips": ` + test.value + `}}`,
		} {
			t.Run(test.name+"/"+place, func(t *testing.T) {
				read, diags := ReadBody([]byte(body), "body.json", "")
				var src []byte
				if !diags.HasErrors() {
					src, diags = ImportHCL([]*Body{read})
				}
				require.Equal(t, test.refused, diags.HasErrors(), "%v", diags)
				if test.refused {
					return
				}
				loaded, diags := load(t, src)
				for _, d := range diags { // a list that is no list of tips stays a fault, in a file that loads
					require.False(t, d.Severity == hcl.DiagError && place == "extra", "%v", d)
					require.NotContains(t, []rule.ID{rule.Syntax, rule.Unreadable}, schema.FindingOf(d).Rule)
				}
				if place == "extra" {
					var again schema.Document
					require.NoError(t, json.Unmarshal(loaded.Documents[0].Body(), &again))
					assert.True(t, again.Equal(loaded.Documents[0].Look), "the state gives back what was sent")
				}
			})
		}
	}
}

func FuzzReadBody(f *testing.F) {
	for _, data := range bodyFiles(f) {
		f.Add(data, "")
	}
	f.Add([]byte(`{"locale":"en","titleText":"$${a}%%{","x":{"for":1,"a b":[null,{"${":"\u0000"}]},"pcTipsPage":{"tips":[{"text":1,"Text":2}]}}`), "th")
	f.Fuzz(func(t *testing.T, data []byte, override string) {
		body, diags := ReadBody(data, "body.json", override)
		if diags.HasErrors() {
			require.Nil(t, body)
			return
		}
		src, diags := ImportHCL([]*Body{body})
		require.Empty(t, diags)
		_, diags = hclsyntax.ParseConfig(src, "main.livery.hcl", hcl.InitialPos)
		require.False(t, diags.HasErrors(), "%s\n%v", src, diags)
	})
}
