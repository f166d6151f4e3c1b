package simulator_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile/simulator"
	"livery/schema"
)

const illegal = "PARAMETER_ERROR: Parameter error, please check your request whether has illegal parameters"

// constant is a row of the documents' list of refusals.
type constant struct {
	Constant   string
	Message    string
	Page       string
	Field      string
	Check      string
	KeyGuesses []string `json:"key_guesses"`
}

func constants(t testing.TB) []constant {
	t.Helper()
	var file struct {
		ConfigureUI struct{ Constants []constant } `json:"configure_ui"`
	}
	readJSON(t, "errors.json", &file)
	require.Len(t, file.ConfigureUI.Constants, 44)
	return file.ConfigureUI.Constants
}

func (c constant) keys() []string {
	if c.Field == "unknown" {
		return c.KeyGuesses
	}
	return []string{c.Field}
}

// values of each check: what is refused, and what is only just taken.
func (c constant) values() (refused, taken []any) {
	switch c.Check {
	case "too_long":
		return []any{strings.Repeat("x", 101), strings.Repeat("ก", 101), strings.Repeat("😀", 51), strings.Repeat("é", 101)},
			[]any{strings.Repeat("x", 100), strings.Repeat("ก", 100), strings.Repeat("😀", 50), "", nil}
	case "not_colour":
		return []any{"red", "0b5fff", "#", "#0b5ff", "#0b5fff0", "#00000g", " #0b5fff", "", "rgb(1,2,3)", "#١٢٣"},
			[]any{"#fff", "#FFF8", "#0b5fff", "#0B5FFF80", nil}
	case "not_url":
		return []any{"icon.png", "/icon.png", "//cdn.example.com/i.png", "https://", "https:///i.png", "ftp://example.com/i", "javascript:alert(1)",
				"data:image/png;base64,AA", "https://cdn.example.com/a b.png", "", "https://[::1", "https:cdn.example.com"},
			[]any{"https://cdn.example.com/i.png", "http://localhost:8080/i.png?x=1", nil}
	case "too_many":
		return []any{tips(5), tips(40)}, []any{tips(4), tips(0), nil}
	default:
		panic("no such check: " + c.Check)
	}
}

func tips(n int) []any {
	list := make([]any, n)
	for i := range list {
		list[i] = map[string]any{"text": fmt.Sprint(i)}
	}
	return list
}

// set puts a value where the refusal looks for it.
func set(body map[string]any, page, key string, v any) {
	members, _ := body[page].(map[string]any)
	if members == nil {
		members = map[string]any{}
		body[page] = members
	}
	if item, ok := strings.CutPrefix(key, "tips[]."); ok {
		list, _ := members["tips"].([]any)
		if list == nil {
			list = tips(2)
			members["tips"] = list
		}
		list[len(list)-1].(map[string]any)[item] = v
		return
	}
	members[key] = v
}

func bodyOf(t testing.TB, body map[string]any) string {
	t.Helper()
	data, err := json.Marshal(body)
	require.NoError(t, err)
	return string(data)
}

func TestEveryDocumentedRefusal(t *testing.T) {
	s, token := started(t, simulator.Config{})
	for _, c := range constants(t) {
		t.Run(c.Constant, func(t *testing.T) {
			bad, good := c.values()
			for _, key := range c.keys() {
				before := s.Pushes()
				for _, v := range bad {
					body := map[string]any{"locale": "en"}
					set(body, c.Page, key, v)
					assert.Equal(t, "PARAMETER_ERROR: "+c.Message, push(t, s, token, bodyOf(t, body)).said(), "%s = %v", key, v)
				}
				assert.Equal(t, before, s.Pushes())
				for _, v := range good {
					body := map[string]any{"locale": "en"}
					set(body, c.Page, key, v)
					assert.Equal(t, "SUCCESS: OK", push(t, s, token, bodyOf(t, body)).said(), "%s = %v", key, v)
				}
				assert.Equal(t, before+len(good), s.Pushes())
			}
		})
	}
}

// One sentence per answer: with all faults at once, the first of the list that
// is still there is the one that is told.
func TestRefusalsComeInDocumentedOrder(t *testing.T) {
	s, token := started(t, simulator.Config{})
	all := constants(t)
	for i, first := range all {
		body := map[string]any{"locale": "en"}
		for _, want := range []string{"too_many", ""} { // the list before its elements
			for _, c := range all[i:] {
				if (c.Check == "too_many") == (want == "too_many") {
					bad, _ := c.values()
					set(body, c.Page, c.keys()[0], bad[0])
				}
			}
		}
		assert.Equal(t, "PARAMETER_ERROR: "+first.Message, push(t, s, token, bodyOf(t, body)).said(), first.Constant)
	}
	assert.Zero(t, s.Pushes())
}

func TestConfigureJudgesBodies(t *testing.T) {
	for name, tc := range map[string]struct{ body, want string }{
		"only a locale":          {`{"locale":"en"}`, "SUCCESS: OK"},
		"no locale":              {`{"titleText":"x"}`, "PARAMETER_ERROR: Parameter should not be empty"},
		"null locale":            {`{"locale":null}`, "PARAMETER_ERROR: Parameter should not be empty"},
		"empty locale":           {`{"locale":""}`, "PARAMETER_ERROR: Parameter should not be empty"},
		"locale a number":        {`{"locale":1}`, illegal},
		"locale off the list":    {`{"locale":"id_ID"}`, illegal},
		"locale with hyphen":     {`{"locale":"en-US"}`, illegal},
		"locale in capitals":     {`{"locale":"EN"}`, illegal},
		"no JSON":                {`locale=en`, "CLIENT_ERROR: HTTP 400 - Bad Request"},
		"cut off":                {`{"locale":"en"`, "CLIENT_ERROR: HTTP 400 - Bad Request"},
		"more than one value":    {`{"locale":"en"}{}`, "CLIENT_ERROR: HTTP 400 - Bad Request"},
		"empty":                  {``, "CLIENT_ERROR: HTTP 400 - Bad Request"},
		"not UTF-8":              {"{\"locale\":\"en\",\"titleText\":\"\xff\"}", "CLIENT_ERROR: HTTP 400 - Bad Request"},
		"deeper than any parser": {`{"locale":"en","x":` + strings.Repeat("[", 20000) + strings.Repeat("]", 20000) + `}`, "CLIENT_ERROR: HTTP 400 - Bad Request"},
		"over a megabyte":        {`{"locale":"en","x":"` + strings.Repeat("x", 1<<20) + `"}`, "CLIENT_ERROR: HTTP 400 - Bad Request"},
		"just a megabyte":        {`{"locale":"en","x":"` + strings.Repeat("x", 1<<20-22) + `"}`, "SUCCESS: OK"},
		"a list":                 {`[]`, illegal},
		"null":                   {`null`, illegal},
		"number out of bounds":   {`{"locale":"en","x":1e999}`, illegal},
		"page a text":            {`{"locale":"en","mobileResultPage":"x"}`, illegal},
		"text a number":          {`{"locale":"en","titleText":1}`, illegal},
		"text a flag":            {`{"locale":"en","titleText":true}`, illegal},
		"text an object":         {`{"locale":"en","titleText":{}}`, illegal},
		"text a list":            {`{"locale":"en","titleText":[]}`, illegal},
		"colour a number":        {`{"locale":"en","mobileLoadingPage":{"progressColor":0}}`, illegal},
		"flag a text":            {`{"locale":"en","mobileResultPage":{"isShow":"true"}}`, illegal},
		"flag a number":          {`{"locale":"en","mobileResultPage":{"isShow":1}}`, illegal},
		"tips an object":         {`{"locale":"en","pcTipsPage":{"tips":{}}}`, illegal},
		"tip a text":             {`{"locale":"en","pcTipsPage":{"tips":["x"]}}`, illegal},
		"tip null":               {`{"locale":"en","pcTipsPage":{"tips":[null]}}`, illegal},
		"tip text a number":      {`{"locale":"en","pcTipsPage":{"tips":[{"text":1}]}}`, illegal},
		"types before locale":    {`{"locale":"xx","titleText":1}`, illegal},
		"locale before fields":   {`{"mobileLoadingPage":{"progressColor":"red"}}`, "PARAMETER_ERROR: Parameter should not be empty"},
		"null page":              {`{"locale":"en","mobileResultPage":null}`, "SUCCESS: OK"},
		"unknown members":        {`{"locale":"en","x":{"y":[1,null]},"mobileCameraPage":{"pageName":"mobile camera page"}}`, "SUCCESS: OK"},
		"unchecked text":         {`{"locale":"en","titleText":"` + strings.Repeat("x", 500) + `"}`, "SUCCESS: OK"},
		"unchecked colour":       {`{"locale":"en","mobileCameraPage":{"backgroundColor":"transparent"}}`, "SUCCESS: OK"},
		"unchecked link":         {`{"locale":"en","mobileTimeoutPage":{"iconLink":"icon"}}`, "SUCCESS: OK"},
	} {
		t.Run(name, func(t *testing.T) {
			s, token := started(t, simulator.Config{})
			e := push(t, s, token, tc.body)
			assert.Equal(t, tc.want, e.said())
			assert.Equal(t, "null", string(e.Data))
			_, taken := s.Document(sampleKey, "en_US")
			assert.Equal(t, tc.want == "SUCCESS: OK", taken)
		})
	}
}

func TestEveryLocaleAndItsAlias(t *testing.T) {
	var file struct {
		Locales []struct{ Value, Canonical string }
	}
	readJSON(t, "locales.json", &file)
	require.Len(t, file.Locales, 32)
	s, token := started(t, simulator.Config{})
	documents := map[string]bool{}
	for _, l := range file.Locales {
		documents[l.Canonical] = true
		require.Equal(t, "SUCCESS: OK", push(t, s, token, `{"locale":"`+l.Value+`","titleText":"`+l.Value+`"}`).said())
		doc, ok := s.Document(sampleKey, schema.Locale(l.Canonical))
		require.True(t, ok, l.Value)
		assert.Equal(t, map[string]any{"titleText": l.Value}, doc)
	}
	assert.Len(t, documents, 26)
	assert.Equal(t, 32, s.Pushes())
	_, ok := s.Document(sampleKey, "en")
	assert.False(t, ok, "documents are known by their long form alone")
}

// Bodies seen in the documents and in use are taken and shown as they are.
func TestRealBodies(t *testing.T) {
	files, err := filepath.Glob("../../testdata/api/bodies/*.json")
	require.NoError(t, err)
	tried := 0
	for _, path := range files {
		if filepath.Base(path) == "INDEX.json" {
			continue
		}
		tried++
		t.Run(filepath.Base(path), func(t *testing.T) {
			data, err := os.ReadFile(path)
			require.NoError(t, err)
			s, token := started(t, simulator.Config{})
			require.Equal(t, "SUCCESS: OK", push(t, s, token, string(data)).said())

			var want map[string]any
			require.NoError(t, json.Unmarshal(data, &want))
			var locale schema.Locale
			for _, row := range schema.Locales() {
				if name := want["locale"]; name == string(row.Value) || name == row.Short {
					locale = row.Value
				}
			}
			delete(want, "locale")
			for _, page := range want {
				if members, ok := page.(map[string]any); ok {
					for key, v := range members {
						if v == nil {
							delete(members, key)
						}
					}
				}
			}
			got, ok := s.Document(sampleKey, locale)
			require.True(t, ok)
			assert.Empty(t, cmp.Diff(want, got))
		})
	}
	assert.Equal(t, 5, tried)
}

func TestDocumentIsACopy(t *testing.T) {
	s, token := started(t, simulator.Config{})
	push(t, s, token, `{"locale":"en","pcTipsPage":{"tips":[{"text":"a"}]}}`)
	doc, _ := s.Document(sampleKey, "en_US")
	doc["pcTipsPage"].(map[string]any)["tips"].([]any)[0].(map[string]any)["text"] = "b"
	again, _ := s.Document(sampleKey, "en_US")
	assert.Equal(t, map[string]any{"pcTipsPage": map[string]any{"tips": []any{map[string]any{"text": "a"}}}}, again)
}

func FuzzConfigureUI(f *testing.F) {
	files, err := filepath.Glob("../../testdata/api/bodies/*.json")
	require.NoError(f, err)
	for _, path := range files {
		data, err := os.ReadFile(path)
		require.NoError(f, err)
		f.Add(data)
	}
	for _, seed := range []string{
		``, `null`, `[]`, `{}`, `{"locale":"en"}`, `{"locale":"en","pcTipsPage":{"tips":[{},{},{},{},{}]}}`,
		`{"locale":"th","mobileTipsPage":{"tips":[{"iconLink":"x","text":null}]}}`, `{"locale":"id_ID"}`, `{"locale":"en","x":1e999}`,
	} {
		f.Add([]byte(seed))
	}
	sentences := map[string]bool{
		"SUCCESS: OK": true, illegal: true, "PARAMETER_ERROR: Parameter should not be empty": true, "CLIENT_ERROR: HTTP 400 - Bad Request": true,
	}
	for _, c := range constants(f) {
		sentences["PARAMETER_ERROR: "+c.Message] = true
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, semantics := range []simulator.Semantics{simulator.Replace, simulator.Merge, simulator.MergeIgnoreNull} {
			s, token := started(t, simulator.Config{Semantics: semantics})
			said := push(t, s, token, string(body)).said()
			require.True(t, sentences[said], said)
			shown := shownDocuments(s)
			require.Equal(t, said == "SUCCESS: OK", s.Pushes() == 1)
			require.Equal(t, said == "SUCCESS: OK", len(shown) == 1)
			// The same body twice leaves the same page.
			require.Equal(t, said, push(t, s, token, string(body)).said())
			require.Empty(t, cmp.Diff(shown, shownDocuments(s)))
		}
	})
}

func shownDocuments(s *simulator.Simulator) map[schema.Locale]map[string]any {
	shown := map[schema.Locale]map[string]any{}
	for _, row := range schema.Locales() {
		if doc, ok := s.Document(sampleKey, row.Value); ok {
			shown[row.Value] = doc
		}
	}
	return shown
}
