package schema_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
	"livery/schema/rule"
)

const (
	textPath      = "mobileResultPage.successDesc"
	colourPath    = "mobileLoadingPage.progressColor"
	linkPath      = "mobileResultPage.successIconLink"
	boolPath      = "mobileResultPage.isShow"
	tipsPath      = "mobileTipsPage.tips"
	countdownPath = "mobileResultPage.countdownText"
)

func fieldAt(t testing.TB, path string) *schema.Field {
	t.Helper()
	f := schema.FieldByPath(path)
	require.NotNil(t, f, path)
	return f
}

// findings lists rule and level of every diagnostic, as rule or rule!.
func findings(diags hcl.Diagnostics) []string {
	var list []string
	for _, d := range diags {
		s := string(schema.FindingOf(d).Rule)
		if d.Severity == hcl.DiagError {
			s += "!"
		}
		list = append(list, s)
	}
	return list
}

func list(rules ...string) []string { return rules }

func TestColours(t *testing.T) {
	for _, tc := range []struct {
		in, want string
		says     []string
	}{
		{"#0b5fff", "#0b5fff", nil},
		{"#0B5FFF", "#0b5fff", nil},
		{"#fff", "#ffffff", nil},
		{"#FaC", "#ffaacc", nil},
		{"#f00a", "#ff0000aa", list("colour-alpha")},
		{"#0B5FFF80", "#0b5fff80", list("colour-alpha")},
		{"#0b5fffff", "#0b5fffff", list("colour-alpha")},
		{"", "", list("empty-value!")},
		{"#", "", list("colour-format!")},
		{"#ff", "", list("colour-format!")},
		{"#fffff", "", list("colour-format!")},
		{"#fffffff", "", list("colour-format!")},
		{"#fffffffff", "", list("colour-format!")},
		{"##ffffff", "", list("colour-format!")},
		{"#ggg", "", list("colour-format!")},
		{"fff", "", list("colour-format!")},
		{"0b5fff", "", list("colour-format!")},
		{" #fff", "", list("colour-format!")},
		{"#fff ", "", list("colour-format!")},
		{"#fff\n", "", list("colour-format!")},
		{"#fff;", "", list("colour-format!")},
		{"＃fff", "", list("colour-format!")},
		{"#１２３", "", list("colour-format!")},
		{"rgb(1,2,3)", "", list("colour-format!")},
		{"transparent", "", list("colour-format!")},
		{"#AbCdEı", "", list("colour-format!")},
	} {
		t.Run(tc.in, func(t *testing.T) {
			v, diags := fieldAt(t, colourPath).Parse(cty.StringVal(tc.in), schema.Subject{})
			assert.Equal(t, tc.says, findings(diags))
			assert.Equal(t, tc.want, v.Text())
			assert.Equal(t, tc.want != "", v.Declared())
		})
	}
}

func TestColourHints(t *testing.T) {
	for in, hint := range map[string]string{
		"0B5FFF": `Did you mean "#0b5fff"?`, " #FFF": `Did you mean "#fff"?`, "White": `The name white is "#ffffff".`,
		"grey": `The name grey is "#808080".`,
	} {
		_, diags := fieldAt(t, colourPath).Parse(cty.StringVal(in), schema.Subject{})
		require.True(t, diags.HasErrors())
		assert.Contains(t, diags[0].Detail, hint)
	}
}

func TestLength(t *testing.T) {
	for s, want := range map[string]int{
		"": 0, "a": 1, "é": 1, "e\u0301": 2, "ภาษา": 4, "中文": 2, "👍": 2, "👨\u200d👩\u200d👧": 8, "🇹🇭": 4, "\U0010ffff": 2, "\uffff": 1,
		"\u09dc": 1, "\u09a1\u09bc": 2, "\xff": 1, "a\xffb": 3,
	} {
		assert.Equal(t, want, schema.Length(s), "%q", s)
	}
}

// The limit is of the NFC form, in UTF-16 code units, whatever the script.
func TestTextLength(t *testing.T) {
	family := "👨\u200d👩\u200d👧"
	for name, tc := range map[string]struct {
		in string
		ok bool
	}{
		"100 letters":                {strings.Repeat("a", 100), true},
		"101 letters":                {strings.Repeat("a", 101), false},
		"100 Thai":                   {strings.Repeat("ก", 100), true},
		"101 Thai":                   {strings.Repeat("ก", 101), false},
		"50 emoji":                   {strings.Repeat("👍", 50), true},
		"50 emoji and a letter":      {strings.Repeat("👍", 50) + "a", false},
		"12 families and 4":          {strings.Repeat(family, 12) + "abcd", true},
		"12 families and 5":          {strings.Repeat(family, 12) + "abcde", false},
		"50 Bengali that grow":       {strings.Repeat("\u09dc", 50), true},
		"51 Bengali that grow":       {strings.Repeat("\u09dc", 51), false},
		"100 accents that compose":   {strings.Repeat("e\u0301", 100), true},
		"101 accents that compose":   {strings.Repeat("e\u0301", 101), false},
		"100 with line feeds":        {strings.Repeat("a\n", 50), true},
		"99 and an emoji":            {strings.Repeat("a", 99) + "👍", false},
		"98 and an emoji":            {strings.Repeat("a", 98) + "👍", true},
		"100 in the supplementary":   {strings.Repeat("\U0002000b", 50), true},
		"a placeholder counts whole": {strings.Repeat("a", 92) + "{second}", true},
	} {
		t.Run(name, func(t *testing.T) {
			v, diags := fieldAt(t, countdownPath).Parse(cty.StringVal(tc.in), schema.Subject{})
			if tc.ok {
				assert.NotContains(t, findings(diags), "text-length!")
				assert.LessOrEqual(t, schema.Length(v.Text()), schema.TextMax)
				return
			}
			assert.Contains(t, findings(diags), "text-length!")
			assert.False(t, v.Declared())
		})
	}
}

func TestTipLength(t *testing.T) {
	for _, tc := range []struct {
		name   string
		locale schema.Locale
		in     string
		says   []string
	}{
		{"51 in English", "en_US", strings.Repeat("a", 51), nil},
		{"52 in English", "en_US", strings.Repeat("a", 52), list("tip-length!")},
		{"25 in Chinese", "zh_CN", strings.Repeat("字", 25), nil},
		{"26 in Chinese", "zh_CN", strings.Repeat("字", 26), list("tip-length!")},
		{"26 in Hong Kong", "zh_HK", strings.Repeat("a", 26), list("tip-length!")},
		{"26 in Macao", "zh_MO", strings.Repeat("a", 26), list("tip-length!")},
		{"26 in Japanese", "ja_JP", strings.Repeat("字", 26), nil},
		{"51 in a theme", "", strings.Repeat("a", 51), nil},
		{"52 in a theme", "", strings.Repeat("a", 52), list("tip-length!")},
		{"25 emoji and one", "en_US", strings.Repeat("👍", 25) + "a", nil},
		{"26 emoji", "en_US", strings.Repeat("👍", 26), list("tip-length!")},
		{"25 Bengali that grow and one", "bn_BD", strings.Repeat("\u09dc", 25) + "a", nil},
		{"26 Bengali that grow", "bn_BD", strings.Repeat("\u09dc", 26), list("tip-length!")},
		{"101", "en_US", strings.Repeat("a", 101), list("text-length!", "tip-length!")},
	} {
		t.Run(tc.name, func(t *testing.T) {
			v, diags := fieldAt(t, tipsPath).Item("text").Parse(cty.StringVal(tc.in), schema.Subject{Locale: tc.locale})
			assert.Equal(t, tc.says, findings(diags))
			// A tip that is only cut off comes along: a lint block may allow it.
			assert.Equal(t, len(tc.in) > 0 && schema.Length(tc.in) <= schema.TextMax, v.Declared())
		})
	}
}

// The guidance on the camera page are ordinary texts, although their keys say tip.
func TestGuidanceIsNoTip(t *testing.T) {
	for _, f := range schema.Fields() {
		if strings.HasSuffix(f.Key, "TipText") {
			_, diags := f.Parse(cty.StringVal(strings.Repeat("a", 100)), schema.Subject{Locale: "zh_CN"})
			assert.Empty(t, diags, f.Path())
		}
	}
}

func TestTexts(t *testing.T) {
	for _, tc := range []struct {
		path, in, want string
		says           []string
	}{
		{textPath, "You're in.", "You're in.", nil},
		{textPath, "  two  blanks  ", "  two  blanks  ", nil},
		{textPath, "a\nb", "a\nb", nil},
		{textPath, "e\u0301", "é", nil},
		{textPath, "\u202bعربي\u202c", "\u202bعربي\u202c", nil},
		{textPath, "", "", list("empty-value!")},
		{textPath, "a\tb", "", list("control-character!")},
		{textPath, "a\r\nb", "", list("control-character!")},
		{textPath, "a\rb", "", list("control-character!")},
		{textPath, "a\x00b\x01", "", list("control-character!")},
		{textPath, "a\u0085b", "", list("control-character!")},
		{textPath, "a\x7f", "", list("control-character!")},
		{textPath, "a \xff", "", list("wrong-type!")},
		{textPath, "{name} is in", "{name} is in", list("placeholder")},
		{textPath, "{second} left", "{second} left", list("placeholder")},
		{textPath, "{ open", "{ open", nil},
		{textPath, "} {", "} {", nil},
		{countdownPath, "{second} s", "{second} s", nil},
		{countdownPath, "{second} and {second}", "{second} and {second}", nil},
		{countdownPath, "soon", "soon", list("placeholder")},
		{countdownPath, "{seconds}", "{seconds}", list("placeholder")},
		{countdownPath, "{second} {minute}", "{second} {minute}", list("placeholder")},
	} {
		t.Run(tc.path+" "+tc.in, func(t *testing.T) {
			v, diags := fieldAt(t, tc.path).Parse(cty.StringVal(tc.in), schema.Subject{})
			assert.Equal(t, tc.says, findings(diags))
			assert.Equal(t, tc.want, v.Text())
		})
	}
}

func TestImageLinks(t *testing.T) {
	long := "https://cdn.example.com/" + strings.Repeat("a", schema.URLMax-len("https://cdn.example.com/"))
	for _, tc := range []struct {
		in   string
		says []string
	}{
		{"https://cdn.example.com/icon.png", nil},
		{"HTTPS://CDN.example.com/icon.png?v=1&w=2", nil},
		{"https://cdn.example.com:8443/a%20b.svg", nil},
		{"https://192.0.2.1/a", nil},
		{"https://[2001:db8::1]/a", nil},
		{"https://bücher.example/ü.png", nil},
		{long, nil},
		{long + "a", list("url-format!")},
		{"http://cdn.example.com/icon.png", list("insecure-link")},
		{"", list("empty-value!")},
		{"cdn.example.com/icon.png", list("url-format!")},
		{"//cdn.example.com/icon.png", list("url-format!")},
		{"/icon.png", list("url-format!")},
		{"https:///icon.png", list("url-format!")},
		{"https://", list("url-format!")},
		{"https://:8443/icon.png", list("url-format!")},
		{"https:icon.png", list("url-format!")},
		{"ftp://cdn.example.com/a", list("url-format!")},
		{"data:image/png;base64,AAAA", list("url-format!")},
		{"javascript:alert(1)", list("url-format!")},
		{"https://cdn.example.com/a b.png", list("url-format!")},
		{"https://cdn.example.com/a\u00a0b.png", list("url-format!")},
		{"https://cdn.example.com/a\n", list("url-format!")},
		{"https://cdn.example.com/a\x7f", list("url-format!")},
		{`https://cdn.example.com\a`, list("url-format!")},
		{"https://me@cdn.example.com/a", list("url-format!")},
		{"https://me:pw@cdn.example.com/a", list("url-format!")},
		{"https://cdn.example.com/a#b", list("url-format!")},
		{"https://cdn.example.com/a#", list("url-format!")},
		{"https://cdn.example.com/%zz", list("url-format!")},
		{"https://cdn.example.com:port/a", list("url-format!")},
	} {
		t.Run(tc.in, func(t *testing.T) {
			v, diags := fieldAt(t, linkPath).Parse(cty.StringVal(tc.in), schema.Subject{})
			assert.Equal(t, tc.says, findings(diags))
			assert.Equal(t, !diags.HasErrors(), v.Text() == tc.in && v.Declared())
		})
	}
}

func TestConversions(t *testing.T) {
	for _, tc := range []struct {
		path string
		in   cty.Value
		want any
		says []string
	}{
		{boolPath, cty.True, true, nil},
		{boolPath, cty.False, false, nil},
		{boolPath, cty.StringVal("true"), true, nil},
		{boolPath, cty.StringVal("yes"), nil, list("wrong-type!")},
		{boolPath, cty.NumberIntVal(1), nil, list("wrong-type!")},
		{boolPath, cty.EmptyTupleVal, nil, list("wrong-type!")},
		{textPath, cty.NumberIntVal(5), "5", nil},
		{textPath, cty.MustParseNumberVal("0.5"), "0.5", nil},
		{textPath, cty.True, "true", nil},
		{textPath, cty.TupleVal([]cty.Value{cty.StringVal("a")}), nil, list("wrong-type!")},
		{textPath, cty.EmptyObjectVal, nil, list("wrong-type!")},
		{textPath, cty.UnknownVal(cty.String), nil, list("wrong-type!")},
		{colourPath, cty.NumberIntVal(5), nil, list("colour-format!")},
		{linkPath, cty.False, nil, list("url-format!")},
	} {
		t.Run(tc.path+" "+tc.in.GoString(), func(t *testing.T) {
			v, diags := fieldAt(t, tc.path).Parse(tc.in, schema.Subject{})
			assert.Equal(t, tc.says, findings(diags))
			assert.Equal(t, inJSON(t, tc.want), string(v.AppendJSON(nil)))
		})
	}
}

// inJSON is a plain value as the API takes it.
func inJSON(t *testing.T, v any) string {
	t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	require.NoError(t, enc.Encode(v))
	return strings.TrimSuffix(b.String(), "\n")
}

func TestNullIsTheDefault(t *testing.T) {
	for _, f := range schema.Fields() {
		for _, null := range []cty.Value{cty.NullVal(cty.String), cty.NullVal(cty.DynamicPseudoType)} {
			v, diags := f.Parse(null, schema.Subject{})
			assert.Empty(t, diags, f.Path())
			assert.True(t, v.IsNull(), f.Path())
			assert.False(t, v.Declared(), f.Path())
			assert.True(t, v.Equal(schema.Value{}), f.Path())
			assert.Equal(t, "null", string(v.AppendJSON(nil)))
			assert.Equal(t, "null", v.String())
		}
	}
}

func TestUndocumentedFieldsSaySo(t *testing.T) {
	for _, f := range schema.Fields() {
		good := map[schema.Kind]cty.Value{schema.Text: cty.StringVal("{second}"), schema.Colour: cty.StringVal("#fff"),
			schema.ImageURL: cty.StringVal("https://example.com/a"), schema.Bool: cty.True}[f.Kind]
		if f.Kind == schema.Tips {
			good = cty.TupleVal([]cty.Value{cty.ObjectVal(map[string]cty.Value{"text": cty.StringVal("a")})})
		}
		v, diags := f.Parse(good, schema.Subject{})
		assert.True(t, v.Declared(), f.Path())
		assert.Equal(t, f.Provenance == schema.FieldUse, strings.Contains(strings.Join(findings(diags), " "), "undocumented-field"), f.Path())
	}
}

func tip(members ...string) cty.Value {
	m := map[string]cty.Value{}
	for i := 0; i < len(members); i += 2 {
		m[members[i]] = cty.StringVal(members[i+1])
	}
	return cty.ObjectVal(m)
}

func TestTips(t *testing.T) {
	icon := "https://cdn.example.com/a.png"
	four := []cty.Value{tip("text", "1"), tip("text", "2"), tip("text", "3"), tip("icon_link", icon)}
	for _, tc := range []struct {
		name string
		in   cty.Value
		want string
		says []string
	}{
		{"both members", cty.TupleVal([]cty.Value{tip("icon_link", icon, "text", "a")}), `[{"iconLink":"` + icon + `","text":"a"}]`, nil},
		{"wire spelling", cty.TupleVal([]cty.Value{tip("iconLink", icon)}), `[{"iconLink":"` + icon + `"}]`, nil},
		{"a list", cty.ListVal([]cty.Value{tip("text", "a"), tip("text", "b")}), `[{"text":"a"},{"text":"b"}]`, nil},
		{"maps", cty.TupleVal([]cty.Value{cty.MapVal(map[string]cty.Value{"text": cty.StringVal("a")})}), `[{"text":"a"}]`, nil},
		{"a null member", cty.TupleVal([]cty.Value{cty.ObjectVal(map[string]cty.Value{"text": cty.StringVal("a"), "icon_link": cty.NullVal(cty.String)})}), `[{"text":"a"}]`, nil},
		{"four", cty.TupleVal(four), `[{"text":"1"},{"text":"2"},{"text":"3"},{"iconLink":"` + icon + `"}]`, nil},
		{"five", cty.TupleVal(append(four, tip("text", "5"))), "", list("tip-count!")},
		{"none", cty.EmptyTupleVal, "", list("empty-value!")},
		{"an empty one", cty.TupleVal([]cty.Value{tip()}), "", list("empty-value!")},
		{"only nulls", cty.TupleVal([]cty.Value{cty.ObjectVal(map[string]cty.Value{"text": cty.NullVal(cty.String)})}), "", list("empty-value!")},
		{"an empty text", cty.TupleVal([]cty.Value{tip("text", "")}), "", list("empty-value!")},
		{"another member", cty.TupleVal([]cty.Value{tip("text", "a", "colour", "#fff")}), "", list("unknown-field!")},
		{"a string", cty.StringVal("a"), "", list("wrong-type!")},
		{"strings", cty.TupleVal([]cty.Value{cty.StringVal("a")}), "", list("wrong-type!")},
		{"null", cty.TupleVal([]cty.Value{cty.NullVal(cty.DynamicPseudoType)}), "", list("wrong-type!")},
		{"an object", tip("text", "a"), "", list("wrong-type!")},
		{"http", cty.TupleVal([]cty.Value{tip("icon_link", "http://example.com/a")}), `[{"iconLink":"http://example.com/a"}]`, list("insecure-link")},
		{"two faults", cty.TupleVal([]cty.Value{tip("text", "a\t"), tip("icon_link", "a")}), "", list("control-character!", "url-format!")},
	} {
		t.Run(tc.name, func(t *testing.T) {
			v, diags := fieldAt(t, tipsPath).Parse(tc.in, schema.Subject{})
			assert.Equal(t, tc.says, findings(diags))
			if tc.want == "" {
				assert.True(t, diags.HasErrors())
				assert.False(t, v.Declared(), "a value with a fault is not declared")
				return
			}
			assert.Equal(t, tc.want, string(v.AppendJSON(nil)))
		})
	}
}

func TestTipFaultsNameTheElement(t *testing.T) {
	_, diags := fieldAt(t, tipsPath).Parse(cty.TupleVal([]cty.Value{tip("text", "a"), tip("text", "a\t")}), schema.Subject{})
	require.Len(t, diags, 1)
	assert.Equal(t, "mobileTipsPage.tips[1].text", schema.FindingOf(diags[0]).Path)
}

// A theme's tips are judged by the wide limit, and once more in a Chinese document.
func TestJudgeTips(t *testing.T) {
	f := fieldAt(t, tipsPath)
	v, diags := f.Parse(cty.TupleVal([]cty.Value{tip("text", strings.Repeat("a", 25)), tip("text", strings.Repeat("a", 26))}), schema.Subject{})
	require.Empty(t, diags)
	assert.Empty(t, f.JudgeTips(v, schema.Subject{Locale: "en_US"}))
	diags = f.JudgeTips(v, schema.Subject{Locale: "zh_SG"})
	assert.Equal(t, list("tip-length!"), findings(diags))
	assert.Equal(t, "mobileTipsPage.tips[1].text", schema.FindingOf(diags[0]).Path)
}

func TestFaultsSayWhere(t *testing.T) {
	at := schema.Subject{
		Address: schema.Address{Kind: schema.LocaleAddress, Name: "en_US"},
		Range:   hcl.Range{Filename: "main.livery.hcl", Start: hcl.Pos{Line: 3, Column: 1, Byte: 20}, End: hcl.Pos{Line: 3, Column: 5, Byte: 24}},
	}
	v, diags := fieldAt(t, colourPath).Parse(cty.StringVal("blue"), at)
	require.Len(t, diags, 1)
	assert.Equal(t, at.Range, *diags[0].Subject)
	assert.Equal(t, schema.Finding{Rule: rule.ColourFormat, Level: rule.Error, Addresses: []schema.Address{at.Address}, Path: colourPath}, schema.FindingOf(diags[0]))
	assert.False(t, v.Declared())

	v, _ = fieldAt(t, colourPath).Parse(cty.StringVal("#fff"), at)
	assert.Equal(t, at.Range, v.Range())
}

// FuzzParse: whatever is written, Parse does not panic, and what it accepts it
// accepts again unchanged.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"", "#FFF", "#f00a", "a\tb", "e\u0301", "\u09dc", "https://example.com/ü", "{second}", "\xff", "\ud7ff\uf900", strings.Repeat("👍", 50)} {
		for path := range 4 {
			f.Add(uint8(path), s)
		}
	}
	fields := schema.Fields()
	f.Fuzz(func(t *testing.T, number uint8, s string) {
		field := fields[int(number)%len(fields)]
		raw := cty.StringVal(s)
		if field.Kind == schema.Tips {
			raw = cty.TupleVal([]cty.Value{tip("text", s), tip("iconLink", s, "text", s)})
		}
		v, diags := field.Parse(raw, schema.Subject{Locale: "en_US"})
		if !v.Declared() {
			assert.True(t, diags.HasErrors())
			return
		}
		again, more := field.Parse(v.Cty(), schema.Subject{Locale: "en_US"})
		assert.True(t, again.Equal(v), "%q became %v and then %v", s, v, again)
		assert.Equal(t, string(v.AppendJSON(nil)), string(again.AppendJSON(nil)))
		if !strings.Contains(strings.Join(findings(diags), " "), "colour-alpha") {
			assert.Equal(t, findings(diags), findings(more))
		}
		wire := v.AppendJSON(nil)
		require.True(t, json.Valid(wire))
		decoded, err := schema.JSONValue(wire)
		require.NoError(t, err)
		back, _ := field.Parse(decoded, schema.Subject{Locale: "en_US"})
		assert.True(t, back.Equal(v), "%q is sent as %s", s, wire)
	})
}
