package report

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/clipperhouse/displaywidth"
	"github.com/stretchr/testify/assert"
)

func TestPrintable(t *testing.T) {
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
		assert.Equal(t, test.want, printable(test.text, test.keep))
	}
}

func TestQuotedIsCut(t *testing.T) {
	assert.Equal(t, `"say \"hi\"\n"`, quoted("say \"hi\"\n"))
	long := quoted(strings.Repeat("界", 1000))
	assert.Equal(t, 150+len(`""…`)-2, displaywidth.String(long))
	assert.True(t, strings.HasSuffix(long, `…"`))
	assert.Less(t, len(quoted("e"+strings.Repeat("\u0301", 1<<20))), 1<<14, "one cluster as long as a file")
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
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { assert.Equal(t, test.want, wrap(test.text, test.width)) })
	}
}

func TestCutLine(t *testing.T) {
	whole := cutLine([]byte("short line"), 6, 10, 20)
	assert.Equal(t, quotedLine{before: "short ", marked: "line"}, whole)

	line := strings.Repeat("前", 500) + "HERE" + strings.Repeat("後", 500)
	at := strings.Index(line, "HERE")
	cut := cutLine([]byte(line), at, at+4, 60)
	assert.Equal(t, "HERE", cut.marked)
	assert.True(t, cut.cutLeft && cut.cutRight)
	assert.LessOrEqual(t, displaywidth.String(cut.before+cut.marked+cut.after), 60)
	assert.Greater(t, displaywidth.String(cut.before+cut.marked+cut.after), 50)

	start := cutLine([]byte(line), 0, 3, 60)
	assert.False(t, start.cutLeft)
	assert.Equal(t, "前", start.marked)

	end := cutLine([]byte(line), len(line), len(line), 60)
	assert.False(t, end.cutRight)
	assert.Empty(t, end.marked)

	marks := "e" + strings.Repeat("\u0301", 1<<18)
	zalgo := cutLine([]byte(marks), 1, len(marks), 60)
	assert.True(t, utf8.ValidString(zalgo.marked))
	assert.Less(t, len(zalgo.before+zalgo.marked+zalgo.after), 1<<14)
}
