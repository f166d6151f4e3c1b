package jsontext

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCheckRecord(t *testing.T) {
	many := func(more string) string {
		var b strings.Builder
		for i := range 100 {
			fmt.Fprintf(&b, `"k%d":%d,`, i, i)
		}
		return "{" + b.String() + more + "}"
	}
	for text, want := range map[string]*DuplicateError{
		`{"a":1,"b":{"a":2},"c":[{"a":1},{"a":2}],"d":"a"}`: nil,
		`{"a":1,"a":2}`: {"a", 1, 1},
		"[{\"a\":1},{\"a\":{\"b\":1,\n\n\"b\":[]}}]": {"b", 1, 3},
		`{"a":"\"","\u0061":"x"}`:                    {"a", 1, 1},
		"{\n\"a\":[\"a\",\"a\"],\"a\":null}":         {"a", 2, 2},
		`{"":0,"":0}`:                                {"", 1, 1},
		many(`"last":1`):                             nil,
		many(`"k3":1`):                               {"k3", 1, 1},
		`{"a":1,"a`:                                  nil, // the decoder has its own word for it
		`}{"a":1,"b":`:                               nil,
	} {
		err := CheckRecord([]byte(text))
		if want == nil {
			assert.NoError(t, err, text)
			continue
		}
		assert.Equal(t, want, err, text)
		assert.NoError(t, Check([]byte(text)), "elsewhere it is allowed")
	}
	assert.ErrorContains(t, CheckRecord([]byte("{\"a\\n\":1,\n\"a\\n\":2}")), `line 2: "a\n" stands on line 1 already`)
	assert.ErrorContains(t, CheckRecord([]byte(strings.Repeat("[", 101))), "nested")
}

// FuzzCheckRecord: what has no name twice keeps all its members when it is decoded.
func FuzzCheckRecord(f *testing.F) {
	f.Add([]byte(`{"a":{"b":1,"\u0062":[{"c":"\"","c":{}}]},"a":null}`))
	f.Fuzz(func(t *testing.T, src []byte) {
		if !utf8.Valid(src) || !json.Valid(src) || CheckRecord(src) != nil {
			return
		}
		var v any
		require.NoError(t, json.Unmarshal(src, &v))
		members := 0
		var count func(v any)
		count = func(v any) {
			switch v := v.(type) {
			case map[string]any:
				members += len(v)
				for _, inner := range v {
					count(inner)
				}
			case []any:
				for _, inner := range v {
					count(inner)
				}
			}
		}
		count(v)
		written := 0
		var walk func(raw json.RawMessage)
		walk = func(raw json.RawMessage) {
			switch raw[0] {
			case '{':
				_ = Members(raw, func(_ string, value json.RawMessage) error { written++; walk(value); return nil })
			case '[':
				var list []json.RawMessage
				require.NoError(t, json.Unmarshal(raw, &list))
				for _, value := range list {
					walk(value)
				}
			}
		}
		walk(json.RawMessage(strings.TrimSpace(string(src))))
		require.Equal(t, written, members)
	})
}
