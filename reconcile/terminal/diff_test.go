package terminal

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestWords(t *testing.T) {
	tests := map[string]struct {
		before, after, want string
		worth               bool
	}{
		"a word":           {"Look at the camera", "Look into the camera", `Look [-at-]{+into+} the camera`, true},
		"half stays":       {"You’re verified", "You’re all set", `You’re [-verified-]{+all set+}`, true},
		"less than half":   {"Look at the camera", "Look up", `Look [-at the camera-]{+up+}`, false},
		"nothing":          {"same words", "same words", `same words`, false},
		"one word":         {"Try", "Try again", `Try{+ again+}`, false},
		"at the end":       {"Try it", "Try it again", `Try it{+ again+}`, true},
		"all gone":         {"Try", "", `[-Try-]`, false},
		"quotes":           {`do say "hi"`, `do say "ho"`, `do say "[-hi-]{+ho+}"`, true},
		"what acts":        {"a\x1b[2J b", "a b", `a[-\x1b[2J-] b`, true},
		"a mark":           {"cafe noir", "cafe\u0301 noir", "[-cafe-]{+cafe\u0301+} noir", true},
		"Thai":             {"แสงสว่าง", "แสงสว่างกว่า", "แสงสว่าง{+กว่า+}", true},
		"a Thai vowel":     {"ทำ", "ทา", `[-ทำ-]{+ทา+}`, false},
		"Japanese":         {"確認できました", "確認が済みました", "確認[-でき-]{+が済み+}ました", true},
		"a joined picture": {"👨 ok go", "👨\u200d👩 ok go", "[-👨-]{+👨\u200d👩+} ok go", true},
		"Arabic":           {"إضاءة أفضل", "إضاءة أقوى", "إضاءة [-أفضل-]{+أقوى+}", true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			line, worth := Style{}.Words(test.before, test.after)
			assert.Equal(t, test.want, line)
			assert.Equal(t, test.worth, worth)
		})
	}
	line, _ := Style{Colour: true}.Words("not yes", "not no")
	assert.Equal(t, "not \x1b[31myes\x1b[0m\x1b[32mno\x1b[0m", line)
	line, _ = Style{Colour: true}.Words("(إضاءة أفضل)", "(إضاءة أقوى)")
	assert.Equal(t, "\x1b[;m\u2068(إضاءة \x1b[31mأفضل\x1b[0m\x1b[32mأقوى\x1b[0m)\x1b[;m\u2069", line, "isolated, since it runs from right to left")
}

// Both texts can be read from what is shown.
func FuzzWords(f *testing.F) {
	f.Add("Look at the camera", "Look into the camera")
	f.Add("สวัสดีครับ 你好", "สวัสดีค่ะ 你好吗")
	f.Add("e\u0301 \r\n", "e \n\u0301")
	gone, added := regexp.MustCompile(`(?s)\[-(.*?)-\]`), regexp.MustCompile(`(?s)\{\+(.*?)\+\}`)
	markers := regexp.MustCompile(`[-+\[\]{}]`)
	f.Fuzz(func(t *testing.T, before, after string) {
		before, after = markers.ReplaceAllString(clip(before), ""), markers.ReplaceAllString(clip(after), "")
		shown, _ := Style{}.Words(before, after)
		assert.Equal(t, Escape(before, ""), gone.ReplaceAllString(added.ReplaceAllString(shown, ""), "$1"))
		assert.Equal(t, Escape(after, ""), added.ReplaceAllString(gone.ReplaceAllString(shown, ""), "$1"))
	})
}

// clip keeps a text as short as those of the service.
func clip(s string) string { return Cut(s, 100) }
