package schema_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"
	"pgregory.net/rapid"

	"livery/schema"
	"livery/schema/jsontext"
)

// document is one with the given values, path after value.
func document(t testing.TB, loc schema.Locale, members ...string) schema.Document {
	t.Helper()
	d := schema.Document{Locale: loc}
	for i := 0; i < len(members); i += 2 {
		declare(t, &d.Look, members[i], cty.StringVal(members[i+1]))
	}
	return d
}

func declare(t testing.TB, l *schema.Look, path string, raw cty.Value) {
	t.Helper()
	f := fieldAt(t, path)
	v, diags := f.Parse(raw, schema.Subject{})
	require.False(t, diags.HasErrors(), "%v", diags)
	l.Set(f, v)
}

func extra(l *schema.Look, page, key, raw string) {
	l.SetExtra(schema.ExtraKey{Page: page, Key: key}, schema.Extra{JSON: json.RawMessage(raw)})
}

// members lists the paths of a body in the order in which they are sent, and
// fails on a member that is sent twice.
func members(t rapid.TB, body []byte) (paths []string, values map[string]string) {
	t.Helper()
	values = map[string]string{}
	walk(t, body, "", func(path, raw string) {
		if _, ok := values[path]; ok {
			t.Fatalf("%s is sent twice in %s", path, body)
		}
		paths, values[path] = append(paths, path), raw
	})
	return paths, values
}

func walk(t rapid.TB, object []byte, prefix string, visit func(path, raw string)) {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(object))
	_, err := dec.Token()
	require.NoError(t, err)
	for dec.More() {
		key, err := dec.Token()
		require.NoError(t, err)
		var raw json.RawMessage
		require.NoError(t, dec.Decode(&raw))
		path := prefix + key.(string)
		if raw[0] == '{' && prefix == "" {
			visit(path, "page")
			walk(t, raw, path+".", visit)
			continue
		}
		visit(path, string(raw))
	}
}

// The body of an empty document is the documented sample, all null but for what
// must never be.
func TestBodyOfNothing(t *testing.T) {
	paths, values := members(t, schema.Document{Locale: "en_US"}.Body())
	var want []string
	for _, p := range schema.Pages() {
		if !p.Sample {
			continue
		}
		if p.Key != "" {
			want = append(want, p.Key)
		}
		for i := range p.Fields {
			want = append(want, p.Fields[i].Path())
		}
		if p.Key == "" {
			want = append(want, "locale")
		}
	}
	assert.Equal(t, want, paths)
	assert.Len(t, paths, 98+5, "98 members of the sample without pageName, in five pages")
	for path, v := range values {
		switch path {
		case "locale":
			assert.Equal(t, `"en_US"`, v)
		case "mobileResultPage.isShow":
			assert.Equal(t, "true", v)
		case "mobileResultPage.showScore":
			assert.Equal(t, "false", v)
		default:
			assert.Contains(t, []string{"null", "page"}, v, path)
		}
	}
	assert.NotContains(t, values, "mobileCameraPage.pageName")
}

func TestBodySample(t *testing.T) {
	d := document(t, "in_ID", "titleText", `<b> & "quotes"`+"\u2028", "mobileLoadingPage.progressColor", "#FFF")
	body := string(d.Body())
	assert.True(t, strings.HasPrefix(body, `{"titleText":"<b> & \"quotes\"\u2028","locale":"in_ID","mobileCameraPage":{"tipsTextColor":null,`), body)
	assert.Contains(t, body, `"mobileLoadingPage":{"progressColor":"#ffffff","loadingText":null,"loadingTextColor":null}`)
	assert.False(t, strings.ContainsAny(body, "\n\t "+"\u2028") && strings.Contains(body, ", "), "compact")
}

// A page outside the sample is sent when it is declared, or when the service may
// still hold it.
func TestBodyPagesOutsideTheSample(t *testing.T) {
	empty := schema.Document{Locale: "en_US"}
	tips := schema.Document{Locale: "en_US"}
	declare(t, &tips.Look, tipsPath, cty.TupleVal([]cty.Value{tip("text", "a")}))
	cleared := schema.Document{Locale: "en_US"}
	declare(t, &cleared.Look, tipsPath, cty.NullVal(cty.String))
	pc := document(t, "en_US", "pcResultPage.titleTextColor", "#000")
	unknown := schema.Document{Locale: "en_US"}
	extra(&unknown.Look, "pcLoadingPage", "spin", "true")
	for name, tc := range map[string]struct {
		d    schema.Document
		last []schema.Document
		want []string
	}{
		"none":                        {empty, nil, nil},
		"declared":                    {tips, nil, []string{"mobileTipsPage"}},
		"declared as null":            {cleared, nil, nil},
		"sent before":                 {empty, []schema.Document{tips}, []string{"mobileTipsPage"}},
		"sent before last":            {empty, []schema.Document{empty, tips}, []string{"mobileTipsPage"}},
		"declared, another before":    {pc, []schema.Document{tips}, []string{"mobileTipsPage", "pcResultPage"}},
		"with an unknown member":      {unknown, nil, []string{"pcLoadingPage"}},
		"an unknown member is gone":   {empty, []schema.Document{unknown}, []string{"pcLoadingPage"}},
		"cleared, after it was there": {cleared, []schema.Document{tips}, []string{"mobileTipsPage"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, values := members(t, tc.d.Body(tc.last...))
			for _, p := range schema.Pages() {
				if p.Sample {
					continue
				}
				if !slices.Contains(tc.want, p.Key) {
					assert.NotContains(t, values, p.Key)
					continue
				}
				for i := range p.Fields {
					assert.Contains(t, values, p.Fields[i].Path(), "a page is sent whole")
				}
			}
			for path, v := range values {
				if strings.HasSuffix(path, ".isShow") || strings.HasSuffix(path, ".showScore") {
					assert.NotEqual(t, "null", v, path)
				}
			}
		})
	}
}

func TestBodyUnknownMembers(t *testing.T) {
	build := func(members ...string) schema.Document {
		d := schema.Document{Locale: "en_US"}
		for i := 0; i < len(members); i += 3 {
			extra(&d.Look, members[i], members[i+1], members[i+2])
		}
		return d
	}
	for _, tc := range []struct {
		name    string
		d, last schema.Document
		want    map[string]string // those that the catalogue does not know
	}{
		{"kept", build("", "a", "1", "new", "b", `{"c":[null]}`, "mobileLoadingPage", "d", `"e"`), build(),
			map[string]string{"a": "1", "new": "page", "new.b": `{"c":[null]}`, "mobileLoadingPage.d": `"e"`}},
		{"gone", build(), build("", "a", "1", "new", "b", "2", "mobileLoadingPage", "d", `"e"`),
			map[string]string{"a": "null", "new": "page", "new.b": "null", "mobileLoadingPage.d": "null"}},
		{"changed", build("new", "b", "3", "new", "c", "4"), build("new", "b", "2", "new", "a", "1"),
			map[string]string{"new": "page", "new.a": "null", "new.b": "3", "new.c": "4"}},
		{"declared as null", build("", "a", "null"), build(), map[string]string{}},
		{"a value becomes a page", build("new", "b", "1"), build("", "new", "5"), map[string]string{"new": "page", "new.b": "1"}},
		{"a page becomes a value", build("", "new", "5"), build("new", "b", "1"), map[string]string{"new": "5"}},
		{"a page becomes a list", build("", "new", "[]"), build("new", "b", "1"), map[string]string{"new": "[]"}},
		{"a value and a page are gone", build(), build("", "new", "5"), map[string]string{"new": "null"}},
		{"known today, refused before", document(t, "en_US", colourPath, "#fff"), build("mobileLoadingPage", "progressColor", `"blue"`),
			map[string]string{}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, values := members(t, tc.d.Body(tc.last))
			got := map[string]string{}
			for path, v := range values {
				if schema.FieldByPath(path) == nil && schema.PageByKey(path) == nil && path != "locale" {
					got[path] = v
				}
			}
			assert.Equal(t, tc.want, got)
		})
	}
	for name, d := range map[string]schema.Document{
		"a dot in a key":             build("", "mobileLoadingPage.progressColor", "1"),
		"a member without a name":    build("", "", `{"":{"a":1}}`),
		"members of pages with none": build("new", "", "1", "mobileLoadingPage", "", "2"),
	} {
		t.Run(name, func(t *testing.T) {
			var back schema.Document
			require.NoError(t, back.UnmarshalJSON(d.Body(schema.Document{})))
			assert.Equal(t, d.ExtraKeys(), back.ExtraKeys())
			assert.True(t, d.Look.Equal(back.Look))
		})
	}
	t.Run("gone in two", func(t *testing.T) {
		_, values := members(t, build("", "c", "1").Body(build("", "a", "1", "p", "x", "1"), build("", "a", "2", "p", "y", "1")))
		assert.Equal(t, []string{"null", "1", "page", "null", "null"}, []string{values["a"], values["c"], values["p"], values["p.x"], values["p.y"]})
	})
	t.Run("a value in one, a page in the other", func(t *testing.T) {
		_, values := members(t, build().Body(build("", "a", "1"), build("a", "x", "1")))
		assert.NotEmpty(t, values["a"])
	})
}

func TestMarshalJSONHasNoNulls(t *testing.T) {
	d := document(t, "th_TH", "titleText", "ตรวจสอบ", "pcResultPage.titleTextColor", "#123")
	extra(&d.Look, "new", "a", "1")
	raw, err := d.MarshalJSON()
	require.NoError(t, err)
	assert.Equal(t, `{"titleText":"ตรวจสอบ","locale":"th_TH","mobileResultPage":{"showScore":false,"isShow":true},`+
		`"pcResultPage":{"isShow":true,"showScore":false,"titleTextColor":"#112233"},"new":{"a":1}}`, string(raw))
}

func TestUnmarshalJSON(t *testing.T) {
	for name, tc := range map[string]struct{ in, want string }{
		"empty":                   {`{}`, `{"locale":"","mobileResultPage":{"showScore":false,"isShow":true}}`},
		"a short locale":          {`{"locale":"th"}`, `{"locale":"th_TH","mobileResultPage":{"showScore":false,"isShow":true}}`},
		"nulls":                   {`{"locale":"th_TH","titleText":null,"mobileLoadingPage":{"loadingText":null},"mobileTipsPage":null,"new":null}`, `{"locale":"th_TH","mobileResultPage":{"showScore":false,"isShow":true}}`},
		"what is refused today":   {`{"locale":"th_TH","mobileLoadingPage":{"progressColor":"blue"}}`, `{"locale":"th_TH","mobileLoadingPage":{"progressColor":"blue"},"mobileResultPage":{"showScore":false,"isShow":true}}`},
		"a bool in quotes":        {`{"locale":"th_TH","mobileResultPage":{"faceShow":"true"}}`, `{"locale":"th_TH","mobileResultPage":{"showScore":false,"isShow":true,"faceShow":"true"}}`},
		"a tip that is too long":  {`{"locale":"zh","mobileTipsPage":{"tips":[{"text":"` + strings.Repeat("a", 60) + `"}]}}`, `{"locale":"zh_CN","mobileResultPage":{"showScore":false,"isShow":true},"mobileTipsPage":{"tips":[{"text":"` + strings.Repeat("a", 60) + `"}]}}`},
		"pageName":                {`{"locale":"th_TH","mobileCameraPage":{"pageName":"x"}}`, `{"locale":"th_TH","mobileCameraPage":{"pageName":"x"},"mobileResultPage":{"showScore":false,"isShow":true}}`},
		"numbers keep their form": {`{"locale":"th_TH","n":1.50,"p":{"big":12345678901234567890}}`, `{"locale":"th_TH","mobileResultPage":{"showScore":false,"isShow":true},"n":1.50,"p":{"big":12345678901234567890}}`},
		"objects are sorted":      {`{"locale":"th_TH","p":{"o":{"b":1,"a":{"d":1,"c":null}}}}`, `{"locale":"th_TH","mobileResultPage":{"showScore":false,"isShow":true},"p":{"o":{"a":{"c":null,"d":1},"b":1}}}`},
		"an empty page":           {`{"locale":"th_TH","p":{}}`, `{"locale":"th_TH","mobileResultPage":{"showScore":false,"isShow":true},"p":{}}`},
	} {
		t.Run(name, func(t *testing.T) {
			d := document(t, "en_US", "titleText", "what was there before")
			require.NoError(t, d.UnmarshalJSON([]byte(tc.in)))
			raw, err := d.MarshalJSON()
			require.NoError(t, err)
			assert.Equal(t, tc.want, string(raw))
		})
	}
	for _, bad := range []string{``, `null1`, `[]`, `"a"`, `{"locale":5}`, `{"locale":"id_ID"}`, `{"a":1`} {
		assert.Error(t, json.Unmarshal([]byte(bad), new(schema.Document)), bad)
	}
}

// texts draws what a field may hold.
func texts() *rapid.Generator[string] {
	return rapid.StringOfN(rapid.RuneFrom([]rune("aZ09 {}<>&\"\\'\n\u00e9\u0301\u0e01\u09dc\u4e2d\u2028\u200d\u202eع"+"👍")), 1, 45, -1).
		Filter(func(s string) bool { return schema.Length(cty.StringVal(s).AsString()) <= schema.TextMax })
}

func colours() *rapid.Generator[string] {
	return rapid.StringMatching(`#[0-9a-fA-F]{3}([0-9A-F]{1,3})?`).Filter(func(s string) bool { return len(s) != 6 })
}

func links() *rapid.Generator[string] {
	return rapid.StringMatching(`https?://[a-z]{1,8}\.example/[a-zé%20]{0,9}`).Filter(usable)
}

func usable(s string) bool {
	_, diags := schema.FieldByPath(linkPath).Parse(cty.StringVal(s), schema.Subject{})
	return !diags.HasErrors()
}

// tipLists draws lists of one to four tips.
func tipLists() *rapid.Generator[cty.Value] {
	element := rapid.Custom(func(t *rapid.T) cty.Value {
		text := rapid.StringOfN(rapid.RuneFrom([]rune("a ก中\n")), 1, 25, -1).Draw(t, "text")
		switch rapid.IntRange(0, 2).Draw(t, "members") {
		case 0:
			return tip("text", text)
		case 1:
			return tip("icon_link", links().Draw(t, "icon"))
		default:
			return tip("text", text, "iconLink", links().Draw(t, "icon"))
		}
	})
	return rapid.Map(rapid.SliceOfN(element, 1, schema.TipsMax), cty.TupleVal)
}

// documents draws a look with any fields and unknown members.
func documents() *rapid.Generator[schema.Document] {
	return rapid.Custom(func(t *rapid.T) schema.Document {
		d := schema.Document{Locale: rapid.SampledFrom(schema.Locales()).Draw(t, "locale").Value}
		for _, f := range rapid.SliceOfN(rapid.SampledFrom(schema.Fields()), 0, 12).Draw(t, "fields") {
			var raw cty.Value
			switch f.Kind {
			case schema.Text:
				raw = cty.StringVal(texts().Draw(t, f.Path()))
			case schema.Colour:
				raw = cty.StringVal(colours().Draw(t, f.Path()))
			case schema.ImageURL:
				raw = cty.StringVal(links().Draw(t, f.Path()))
			case schema.Bool:
				raw = cty.BoolVal(rapid.Bool().Draw(t, f.Path()))
			case schema.Tips:
				raw = tipLists().Draw(t, f.Path())
			default:
				t.Fatalf("a kind that documents do not have: %v", f.Kind)
			}
			v, diags := f.Parse(raw, schema.Subject{Locale: d.Locale})
			if diags.HasErrors() {
				t.Fatalf("%s = %#v: %v", f.Path(), raw, diags)
			}
			d.Set(f, v)
		}
		for range rapid.IntRange(0, 4).Draw(t, "extras") {
			key := schema.ExtraKey{
				Page: rapid.SampledFrom([]string{"", "mobileLoadingPage", "pcLoadingPage", "newPage", "other"}).Draw(t, "page"),
				Key:  rapid.SampledFrom([]string{"x", "someNewColor", "a.b", "ü", "pageName"}).Draw(t, "key"),
			}
			raw := rapid.SampledFrom([]string{`1`, `"<&>"`, `true`, `[null,1]`, `[]`, `{"a":{"b":null}}`, `-1.5e7`}).Draw(t, "value")
			if key.Page == "" && raw[0] == '{' {
				key.Page = "newPage" // at the root an object is a page
			}
			extra(&d.Look, key.Page, key.Key, raw)
		}
		return d
	})
}

var alike = cmp.Comparer(func(a, b schema.Document) bool { return a.Locale == b.Locale && a.Equal(b.Look) })

// What is sent, and what is kept, reads back as the same document; and neither
// depends on anything but the document.
func TestDocumentRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := documents().Draw(t, "document")
		last := rapid.SliceOfN(documents(), 0, 2).Draw(t, "last")
		kept, err := d.MarshalJSON()
		require.NoError(t, err)
		for _, raw := range [][]byte{kept, d.Body(), d.Body(last...)} {
			var back schema.Document
			require.NoError(t, back.UnmarshalJSON(raw))
			if !cmp.Equal(d, back, alike) {
				t.Fatalf("%s\nreads back as\n%s", raw, back.Body())
			}
			again, err := back.MarshalJSON()
			require.NoError(t, err)
			if len(raw) == len(kept) {
				require.Equal(t, string(kept), string(again))
			}
			require.NoError(t, back.UnmarshalJSON(again))
			if !cmp.Equal(d, back, alike) {
				t.Fatalf("%s\nwas kept as\n%s", raw, again)
			}
		}
		_, values := members(t, d.Body(last...))
		for path, v := range values {
			if strings.HasSuffix(path, ".isShow") || strings.HasSuffix(path, ".showScore") {
				require.NotEqual(t, "null", v, path)
			}
		}
	})
}

// FuzzDocumentJSON: whatever is in a state file, reading does not panic, and
// what was read is written and read again without a loss.
func FuzzDocumentJSON(f *testing.F) {
	for _, s := range []string{
		`{}`, `null`, `{"locale":"en"}`, `{"locale":"en_US","titleText":"a","mobileTipsPage":{"tips":[{"text":"a","iconLink":"https://e.example/a"}]}}`,
		`{"mobileLoadingPage":5,"x":{"y":{}},"a":[1,2.50,null]}`, `{"titleText.x":1,"":{"":{}},"mobileLoadingPage.progressColor":"#fff"}`,
		`{"x":{"a":null}}`, `{"mobileResultPage":{"isShow":null,"showScore":"false"}}`, `{"titleText":"\ud800","n":1e400}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var d schema.Document
		if json.Unmarshal(data, &d) != nil {
			return
		}
		if d.Locale == "" {
			d.Locale = "en_US"
		}
		kept, err := d.MarshalJSON()
		require.NoError(t, err)
		for _, raw := range [][]byte{kept, d.Body(), d.Body(d)} {
			require.True(t, json.Valid(raw), "%s", raw)
			var back schema.Document
			require.NoError(t, back.UnmarshalJSON(raw))
			require.True(t, d.Equal(back.Look), "%s\nwas kept as\n%s", data, raw)
			again, err := back.MarshalJSON()
			require.NoError(t, err)
			require.Equal(t, string(kept), string(again))
		}
	})
}

// FuzzMembers holds the walk over an object against encoding/json.
func FuzzMembers(f *testing.F) {
	for _, s := range []string{
		`{}`, ` { "a" : 1 , "b":[1,{"c":"}"}] }`, `{"a\u0062\"":"\\","":null}`, `[1]`, `"a"`, `null`, `{"a":{"b":{"c":[[]]}},"d":-1.5e+7,"e":true}`,
		"{\"\xff\":\"\xff\"}", `{"a":"\\\"}","b":2}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var want map[string]json.RawMessage
		if !json.Valid(data) {
			return
		}
		_ = json.Unmarshal(data, &want) // anything but an object has no members
		have := map[string]json.RawMessage{}
		require.NoError(t, jsontext.Members(data, func(name string, value json.RawMessage) error {
			require.True(t, json.Valid(value), "%s", value)
			have[name] = value
			return nil
		}))
		require.Len(t, have, len(want))
		for name, value := range want {
			require.JSONEq(t, string(value), string(have[name]))
		}
	})
}
