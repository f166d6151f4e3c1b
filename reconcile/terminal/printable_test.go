package terminal

import (
	"strings"
	"testing"

	"github.com/clipperhouse/displaywidth"
	"github.com/stretchr/testify/assert"
)

func TestEscape(t *testing.T) {
	tests := []struct{ text, keep, want string }{
		{"plain", "", "plain"},
		{"สวัสดี مرحبا 你好 नमस्ते", "", "สวัสดี مرحبا 你好 नमस्ते"},
		{"👨\u200d👩\u200d👧 🏴\U000e0067\U000e0062\U000e007f", "", "👨\u200d👩\u200d👧 🏴\U000e0067\U000e0062\U000e007f"},
		{"a\x1b[31mb\x07", "", `a\x1b[31mb\x07`},
		{"tab\tline\nreturn\r", "", `tab\tline\nreturn\r`},
		{"tab\tline\nreturn\r", "\t\n", "tab\tline\nreturn" + `\r`},
		{"\u009b31m", "", `\u009b31m`},
		{"\u202eevil\u2066", "", `\u202eevil\u2066`},
		{"\ufeffx\uffff", "", `\ufeffx\uffff`},
		{"cut \xe0\xb8", "", `cut \xe0\xb8`},
		{"a real \ufffd", "", "a real \ufffd"},
	}
	for _, test := range tests {
		assert.Equal(t, test.want, Escape(test.text, test.keep))
	}
}

func TestQuoteShortIsCut(t *testing.T) {
	assert.Equal(t, `"say \"hi\"\n"`, QuoteShort("say \"hi\"\n"))
	long := QuoteShort(strings.Repeat("界", 1000))
	assert.Equal(t, 150+len(`""…`)-2, displaywidth.String(long))
	assert.True(t, strings.HasSuffix(long, `…"`))
	assert.Less(t, len(QuoteShort("e"+strings.Repeat("\u0301", 1<<20))), 1<<14, "one cluster as long as a file")
}

func TestWrap(t *testing.T) {
	tests := map[string]struct {
		text  string
		width int
		want  []string
	}{
		"short":             {"one two", 20, []string{"one two"}},
		"no width":          {"one two three", 0, []string{"one two three"}},
		"at blanks":         {"one two three", 7, []string{"one two", "three"}},
		"a word too long":   {"a abcdefghij b", 5, []string{"a", "abcdefghij", "b"}},
		"lines stay":        {"one\n\ntwo three", 5, []string{"one", "", "two", "three"}},
		"set lines stay":    {"  one two three four", 5, []string{"  one two three four"}},
		"by columns, wide":  {"你好 你好 你好", 9, []string{"你好 你好", "你好"}},
		"by columns, marks": {"สวัสดี สวัสดี สวัสดี", 9, []string{"สวัสดี สวัสดี", "สวัสดี"}},
		"blanks inside":     {"one  two   three", 9, []string{"one  two", "three"}},
		"empty":             {"", 5, []string{""}},
		"a command":         {`Run "livery plan -out=x" and go.`, 12, []string{"Run", `"livery plan -out=x"`, "and go."}},
		"in brackets":       {`a ("livery lint -x"). Then`, 8, []string{"a", `("livery lint -x").`, "Then"}},
		"an argument with a blank": {
			`It: "livery lint -baseline="my base" -a "b c"" writes it`, 9,
			[]string{"It:", `"livery lint -baseline="my base" -a "b c""`, "writes it"},
		},
		"no end": {`"livery plan and so on`, 8, []string{`"livery`, "plan and", "so on"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { assert.Equal(t, test.want, Wrap(test.text, test.width)) })
	}
}

func TestShorten(t *testing.T) {
	long := strings.Repeat("界", 1000)
	tests := map[string]struct{ text, want string }{
		"short":          {"\"a\" is no address.", "\"a\" is no address."},
		"long, no word":  {strings.Repeat("a b ", 200), strings.Repeat("a b ", 200)},
		"a long word":    {`The name "` + long + `", and more.`, `The name "` + long[:147] + "…" + long[:18] + `", and more.`},
		"nothing but it": {long, long[:150] + "…" + long[:21]},
		"two":            {long + "\n" + long, long[:150] + "…" + long[:21] + "\n" + long[:150] + "…" + long[:21]},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := Shorten(test.text)
			assert.Equal(t, test.want, got)
		})
	}
	assert.Len(t, Shorten(strings.Repeat("a ", 1<<20)), 20_000+len("…"))
}
