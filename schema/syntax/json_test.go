package syntax

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	hcljson "github.com/hashicorp/hcl/v2/json"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"livery/schema/limit"
)

func TestParseJSON(t *testing.T) {
	src := ByteOrderMark + "{\r\n  \"page\": {\"é\": \"x\", \"list\": [1, {\"a\": null}]},\r\n  \"page\" : true, \"e\": 1}"
	root, diags := ParseJSON([]byte(src), "en.json")
	require.Empty(t, diags)
	pages := root.Members
	require.Len(t, pages, 3)
	assert.Equal(t, "en.json:3,12-16", pages[1].Range.String())
	assert.Equal(t, "en.json:2,12-15", pages[0].At("é").NameRange.String())
	assert.Equal(t, cty.StringVal("x"), pages[0].At("é").Value())
	assert.Same(t, pages[1], root.At("page"), "the last counts")
	assert.Nil(t, root.At("page", "é", "a"))
	assert.Same(t, root, root.At())
	list := pages[0].At("list")
	assert.True(t, list.IsArray())
	assert.True(t, list.Members[1].At("a").Value().IsNull())
	for j := range root.All() {
		text := src[j.Range.Start.Byte:j.Range.End.Byte]
		assert.True(t, json.Valid([]byte(text)), "%s", text)
	}
	var twice []string
	for first, second := range root.Duplicates() {
		twice = append(twice, first.NameRange.String()+" "+second.NameRange.String())
	}
	assert.Equal(t, []string{"en.json:2,3-9 en.json:3,3-9"}, twice)
}

func TestParseJSONFaults(t *testing.T) {
	for src, want := range map[string]string{
		"":                       "en.json:1,1-2: the file is empty",
		"{\n  \"a\": 1":          "ends too early",
		"{\n  \"a\" 1}":          "en.json:2,7-8: a colon is missing",
		"{\"a\": 1 \"b\": 2}":    "en.json:1,9-10: a comma is missing",
		"{}\n {}":                "en.json:2,2-3: this stands behind the end",
		"1\v":                    "behind the end",
		"[1,]":                   "en.json:1,4-5: a comma stands before this ]",
		"{\"a\": 'x'}":           "en.json:1,7-8: names and texts stand in double quotes",
		"{\n  “a”: 1}":           "en.json:2,3-4: “ is a curly quote",
		"{ // x\n}":              "en.json:1,3-4: there are no comments in JSON",
		"\xff":                   "not valid UTF-8, but most likely Latin-1",
		"\xff\xfe{\x00}\x00":     "not valid UTF-8, but UTF-16",
		strings.Repeat("[", 200): "nested more than 100 deep",
		"[1e99999]":              "exponent",
		"[tru]":                  "invalid character",
		"\"\n\"":                 "a line end or a tab stands within a text",
		"{1: 2}":                 "en.json:1,2-3: ",
	} {
		root, diags := ParseJSON([]byte(src), "en.json")
		require.True(t, diags.HasErrors(), src)
		assert.Nil(t, root)
		assert.Contains(t, diags[0].Subject.String()+": "+strings.TrimPrefix(diags[0].Detail, "This is not valid JSON: "), want)
	}
}

// The JSON parser of HCL is the other witness of where things stand.
func FuzzJSON(f *testing.F) {
	for _, src := range []string{
		ByteOrderMark + "{\r\n\t\"é\": [1, -2.5e3, true, null],\"b\u0301\":\"x\u200d\"}", `{"a":{"a":{},"b":[[]]}}`, "[\"\\ud83d\\ude00\", \"😀\"]", "\"\\\"\"", "{\"a\\u0301\":1,\"á\":2}",
	} {
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, text string) {
		src := []byte(text)
		root, diags := ParseJSON(src, "en.json")
		valid := json.Valid([]byte(strings.TrimPrefix(text, ByteOrderMark)))
		if diags.HasErrors() {
			require.True(t, !valid || limit.Check(src, "en.json") != nil, "%v", diags)
			require.LessOrEqual(t, diags[0].Subject.End.Byte, len(src))
			return
		}
		require.True(t, valid)
		if strings.Contains(text, "\t") {
			return // two columns for the other parser
		}
		start := hcl.Pos{Line: 1, Column: 1, Byte: len(text) - len(strings.TrimPrefix(text, ByteOrderMark))}
		expr, diags := hcljson.ParseExpressionWithStartPos(src[start.Byte:], "en.json", start)
		if diags.HasErrors() {
			return
		}
		requireSamePlaces(t, root, expr)
	})
}

func requireSamePlaces(t *testing.T, j *JSON, expr hcl.Expression) {
	want := expr.Range()
	require.Empty(t, cmp.Diff(want.Start, j.Range.Start))
	if list, diags := hcl.ExprList(expr); !diags.HasErrors() {
		require.Len(t, j.Members, len(list))
		for i, e := range list {
			requireSamePlaces(t, j.Members[i], e)
		}
		return
	}
	if pairs, diags := hcl.ExprMap(expr); !diags.HasErrors() {
		require.Len(t, j.Members, len(pairs))
		for i, pair := range pairs {
			require.Equal(t, pair.Key.Range().Start, j.Members[i].NameRange.Start)
			requireSamePlaces(t, j.Members[i], pair.Value)
		}
		return
	}
	v, diags := expr.Value(nil)
	require.False(t, diags.HasErrors())
	require.True(t, sameValue(v, j.Value()), "%#v %#v", v, j.Value())
	require.Equal(t, want.End, j.Range.End)
}
