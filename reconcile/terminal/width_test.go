package terminal

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/clipperhouse/displaywidth"
	"github.com/stretchr/testify/assert"
)

func TestCutLine(t *testing.T) {
	whole := CutLine([]byte("short line"), 6, 10, 20)
	assert.Equal(t, Window{Before: "short ", Marked: "line"}, whole)

	line := strings.Repeat("前", 500) + "HERE" + strings.Repeat("後", 500)
	at := strings.Index(line, "HERE")
	cut := CutLine([]byte(line), at, at+4, 60)
	assert.Equal(t, "HERE", cut.Marked)
	assert.True(t, cut.CutLeft && cut.CutRight)
	assert.LessOrEqual(t, displaywidth.String(cut.Before+cut.Marked+cut.After), 60)
	assert.Greater(t, displaywidth.String(cut.Before+cut.Marked+cut.After), 50)

	start := CutLine([]byte(line), 0, 3, 60)
	assert.False(t, start.CutLeft)
	assert.Equal(t, "前", start.Marked)

	end := CutLine([]byte(line), len(line), len(line), 60)
	assert.False(t, end.CutRight)
	assert.Empty(t, end.Marked)

	marks := "e" + strings.Repeat("\u0301", 1<<18)
	zalgo := CutLine([]byte(marks), 1, len(marks), 60)
	assert.True(t, utf8.ValidString(zalgo.Marked))
	assert.Less(t, len(zalgo.Before+zalgo.Marked+zalgo.After), 1<<14)
}

func TestCharacters(t *testing.T) {
	tests := map[string]struct{ cluster, width int }{
		"":                {0, 0},
		"ab":              {1, 2},
		"e\u0301x":        {3, 2},
		"你好":              {3, 4},
		"👨\u200d👩\u200d👧": {18, 2},
	}
	for text, want := range tests {
		assert.Equal(t, want.cluster, Cluster([]byte(text)), "%q", text)
		assert.Equal(t, want.width, Width(text), "%q", text)
	}
}

func TestCut(t *testing.T) {
	tests := []struct {
		text  string
		limit int
		want  string
	}{
		{"short", 5, "short"},
		{"longer", 5, "longe"},
		{"你好吗", 4, "你好"},
		{"你好吗", 5, "你好"},
		{"ab\u0301cd", 2, "ab\u0301"},
		{"\x00\x00\x00", 2, "\x00\x00"}, // each is shown as an escape
		{"any", 0, ""},
	}
	for _, test := range tests {
		assert.Equal(t, test.want, Cut(test.text, test.limit), "%q in %d columns", test.text, test.limit)
	}
}
