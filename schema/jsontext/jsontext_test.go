package jsontext_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"livery/schema/jsontext"
)

// FuzzCompact: the same bytes as those of encoding/json.
func FuzzCompact(f *testing.F) {
	f.Add([]byte("{ \"a \\\" \\\\\" : [ 1 , -2e3,\ttrue ],\n\"\": null }"))
	f.Fuzz(func(t *testing.T, src []byte) {
		if !json.Valid(src) {
			jsontext.Compact(src) // must not panic
			return
		}
		var want bytes.Buffer
		require.NoError(t, json.Compact(&want, src))
		require.Equal(t, want.String(), string(jsontext.Compact(src)))
		require.True(t, jsontext.IsCompact(want.Bytes(), src))
		require.False(t, jsontext.IsCompact(want.Bytes()[1:], src))
		require.False(t, jsontext.IsCompact(append(want.Bytes(), '1'), src))
	})
}

// FuzzAppendString: the same bytes as those of encoding/json.
func FuzzAppendString(f *testing.F) {
	for _, s := range []string{"", "plain <&> words", "ไทย “…” \u007f", "\u2028", "\u2029", "a\nb", `\"`, "\x00", "\xff\xe2\x80"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var want bytes.Buffer
		enc := json.NewEncoder(&want)
		enc.SetEscapeHTML(false)
		require.NoError(t, enc.Encode(s))
		require.Equal(t, "x"+want.String(), string(jsontext.AppendString([]byte("x"), s))+"\n")
	})
}

// FuzzIsStrict: what is strict is JSON in UTF-8 that CheckRecord finds no name twice in.
func FuzzIsStrict(f *testing.F) {
	for _, s := range []string{`{"a": [1, -2e3, true], "b": {"a": null}}`, `{"a": 1, "a": 2}`, `{"a": 1, "\u0061": 2}`, "\"\xff\"", `"\ud800"`, "{} x", ""} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		if !jsontext.IsStrict(src) {
			return
		}
		require.True(t, json.Valid(src))
		require.True(t, utf8.Valid(src))
		_, twice := errors.AsType[*jsontext.DuplicateError](jsontext.CheckRecord(src))
		require.False(t, twice)
	})
}

func TestIsStrict(t *testing.T) {
	for text, want := range map[string]bool{`{"a": {"b": "ไทย"}, "b": []}`: true, `{"a": 1, "a": 2}`: false, `{"a": 1, "\u0061": 2}`: false, "\"\xff\"": false, `{"a": }`: false, `{} {}`: false} {
		require.Equal(t, want, jsontext.IsStrict([]byte(text)), text)
	}
}
