package completion

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/schema/jsonschema"
	"livery/schema/langserver"
	"livery/schema/stack"
	"livery/schema/syntax"
)

// What is offered in a block is what may stand in it, all of it, and nothing else: as the
// JSON Schema says, which is held against what is read.
func TestWhatMayStandInABlock(t *testing.T) {
	src, err := jsonschema.Of("stack")
	require.NoError(t, err)
	var known struct {
		Defs map[string]struct {
			Properties map[string]any `json:"properties"`
		} `json:"$defs"`
	}
	require.NoError(t, json.Unmarshal(src, &known))
	for _, test := range []struct{ definition, around string }{
		{"file", ""},
		{"livery", "livery {\n"}, {"lint", "livery {\n lint {\n"}, {"ignore", "livery {\n lint {\n ignore {\n"}, {"texts", "livery {\n texts {\n"},
		{"rule.contrast", "livery {\n lint {\n rule \"contrast\" {\n"}, {"backend.s3", "livery {\n backend \"s3\" {\n"},
		{"account", "account {\n"}, {"variable", "variable \"x\" {\n"}, {"validation", "variable \"x\" {\n validation {\n"},
		{"theme", "theme \"x\" {\n"}, {"locale", "locale \"en\" {\n"}, {"mobile_tips_page", "theme \"x\" {\n mobile_tips_page {\n"},
		{"tip", "theme \"x\" {\n mobile_tips_page {\n tip {\n"},
		{"removed", "removed {\n"}, {"lifecycle", "removed {\n lifecycle {\n"},
		{"session", "session \"x\" {\n"}, {"override", "session \"x\" {\n locale \"th\" {\n"},
		{"check", "check \"x\" {\n"}, {"assert", "check \"x\" {\n assert {\n"},
	} {
		definition, ok := known.Defs[test.definition]
		require.True(t, ok, test.definition)
		delete(definition.Properties, "//")
		var want []string
		for name := range maps.Keys(definition.Properties) {
			if inHCL := map[string]string{"variables": "variable", "themes": "theme", "locales": "locale", "sessions": "session", "checks": "check"}[name]; inHCL != "" && test.definition == "file" {
				name = inHCL
			}
			want = append(want, name)
		}
		c := &completer{&langserver.View{}, placeAt([]byte(test.around), len(test.around))}
		var got []string
		for _, item := range c.namesIn() {
			got = append(got, item.Label)
			assert.NotContains(t, item.Insert, "$", "%s: a snippet where there are none", test.definition)
			if item.Kind == BlockItem {
				assert.True(t, strings.HasSuffix(item.Insert, "{\n}"), item.Insert)
			}
		}
		slices.Sort(want)
		slices.Sort(got)
		assert.Equal(t, want, got, test.definition)
	}
}

// In JSON the same names are keys, a label is a key around a block, and what stands in an
// object already is not offered again.
func TestKeysOfConfigurationInJSON(t *testing.T) {
	labels := func(text string) (list []string) {
		before, after, _ := strings.Cut(text, "|")
		items, _ := Complete(&langserver.View{Stack: new(stack.Stack)}, syntax.NewFile([]byte(before+after), "main.livery.json"), len(before))
		for _, i := range items {
			list = append(list, i.Label)
		}
		return list
	}
	for _, test := range []struct {
		text    string
		has     []string
		lacks   []string
		isEmpty bool
	}{
		{`{|`, []string{"livery", "locale", "theme"}, []string{"title_text"}, false},
		{`{"|"`, []string{"livery", "locale"}, nil, false},
		{`{"theme": {"base": {}}, "|": {}, "locals": {"a": 1}}`, []string{"locale"}, []string{"theme", "locals"}, false},
		{`{"locale": {"|`, []string{"th_TH", "vi_VN"}, []string{"title_text"}, false},
		{`{"locale": {"th": {|`, []string{"title_text", "mobile_tips_page", "theme"}, []string{"extends"}, false},
		{`{"locale": {"th": {"mobile_tips_page": {"title_text": "x \" { , ", "|": "", "subtitle_text": ""}}}}`, []string{"tips", "tip"}, []string{"title_text", "subtitle_text", "th_TH"}, false},
		{`{"theme": {"x": {"mobile_tips_page": {"tip": [{"text": "a"}, {"|`, []string{"text", "icon_link"}, nil, false},
		{`{"livery": {"lint": {"rule": {"|`, []string{"contrast"}, nil, false},
		{`{"livery": {"lint": {"rule": {"contrast": {|`, []string{"level", "ratio"}, nil, false},
		{`{"session": {"s": {"api": "h5_url", "locale": {"th": {|`, []string{"return_url"}, []string{"api"}, false},
		{`{"locale": {"th": {"title_text": |`, nil, nil, true},
		{`{"nonsense": {|`, nil, nil, true},
		{`[`, nil, nil, true},
		{``, nil, nil, true},
	} {
		got := labels(test.text)
		assert.Subset(t, got, test.has, test.text)
		for _, name := range test.lacks {
			assert.NotContains(t, got, name, test.text)
		}
		assert.Equal(t, test.isEmpty, len(got) == 0, "%s: %s", test.text, got)
	}

	items, start := Complete(&langserver.View{}, syntax.NewFile([]byte(`{"theme": {"x": {bac`), "main.livery.json"), len(`{"theme": {"x": {bac`))
	assert.Equal(t, len(`{"theme": {"x": {`), start)
	i := slices.IndexFunc(items, func(i Item) bool { return i.Label == "mobile_tips_page" })
	assert.Equal(t, `"mobile_tips_page": {}`, items[i].Insert)
	assert.Equal(t, "\"mobile_tips_page\": {\n  $0\n}", items[i].Snippet)
}
