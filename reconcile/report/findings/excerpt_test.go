package findings

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/clipperhouse/displaywidth"
	"github.com/stretchr/testify/assert"
)

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
