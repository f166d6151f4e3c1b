package jsontext_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/schema/jsontext"
)

// plain is a value as encoding/json reads it.
func plain(v *jsontext.Value) any {
	switch v.Kind {
	case jsontext.Object:
		m := make(map[string]any)
		for _, member := range v.Members {
			m[member.Name] = plain(member.Value)
		}
		return m
	case jsontext.List:
		list := make([]any, len(v.Items()))
		for i, item := range v.Items() {
			list[i] = plain(item.Value)
		}
		return list
	case jsontext.Text:
		return v.Text
	case jsontext.Number:
		return json.Number(v.Text)
	case jsontext.Bool:
		return v.Text == "true"
	default:
		return nil
	}
}

func TestParsePlaces(t *testing.T) {
	src := `{"a": [1, "é\n"], "a": {"b" : null}}`
	v, ok := jsontext.Parse([]byte(src), 3)
	require.True(t, ok)
	require.Len(t, v.Members, 2)
	assert.Equal(t, src, src[v.Start:v.End])
	assert.Equal(t, `[1, "é\n"]`, src[v.Members[0].Value.Start:v.Members[0].Value.End])
	assert.Equal(t, `"a": {`, src[v.Members[1].Start:][:6])
	assert.Equal(t, jsontext.Null, v.At("a").At("b").Kind)
	assert.Nil(t, v.At("c").At("d"))
	_, ok = jsontext.Parse([]byte(strings.Repeat("[", 4)+strings.Repeat("]", 4)), 3)
	assert.False(t, ok)
}

// FuzzParse: the same texts are valid as for encoding/json, and mean the same. Of a text
// that is not UTF-8, and of two members of one name, only the validity is compared.
func FuzzParse(f *testing.F) {
	for _, src := range []string{`{"a": [1, -2.5e+3, true, false, null, "x\u00e9"]}`, `[,]`, `{"a" 1}`, `01`, "\"\t\"", `"\ud800"`, "[1,]", "{}x", "", "1e99999", "[-1e9999]", "\"乎\x1f\""} {
		f.Add([]byte(src))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		v, ok := jsontext.Parse(src, jsontext.MaxDepth)
		require.Equal(t, json.Valid(src) && jsontext.Check(src) == nil, ok)
		if !ok {
			return
		}
		dec := json.NewDecoder(strings.NewReader(string(src)))
		dec.UseNumber()
		var want any
		require.NoError(t, dec.Decode(&want))
		require.Equal(t, want, plain(v))
	})
}
