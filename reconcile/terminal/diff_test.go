package terminal

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestChange(t *testing.T) {
	tests := map[string]struct{ before, after, want string }{
		"a word":           {"Look at the camera", "Look into the camera", `"Look [-at-]{+into+} the camera"`},
		"nothing":          {"same words", "same words", `"same words"`},
		"at the end":       {"Try", "Try again", `"Try{+ again+}"`},
		"all gone":         {"Try", "", `"[-Try-]"`},
		"quotes":           {`say "hi"`, `say "ho"`, `"say \"[-hi-]{+ho+}\""`},
		"what acts":        {"a\x1b[2J b", "a b", `"a[-\x1b[2J-] b"`},
		"a mark":           {"cafe noir", "cafe\u0301 noir", "\"[-cafe-]{+cafe\u0301+} noir\""},
		"a Thai vowel":     {"ทำ", "ทา", `"[-ทำ-]{+ทา+}"`},
		"a joined picture": {"👨 ok", "👨\u200d👩 ok", "\"[-👨-]{+👨\u200d👩+} ok\""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { assert.Equal(t, test.want, Style{}.Change(test.before, test.after)) })
	}
	assert.Equal(t, "\"\x1b[31m[-no-]\x1b[0m\x1b[32m{+yes+}\x1b[0m\"", Style{Colour: true}.Change("no", "yes"))
}

// Both texts can be read from what is shown.
func FuzzChange(f *testing.F) {
	f.Add("Look at the camera", "Look into the camera")
	f.Add("สวัสดีครับ 你好", "สวัสดีค่ะ 你好吗")
	f.Add("e\u0301 \r\n", "e \n\u0301")
	gone, added := regexp.MustCompile(`(?s)\[-(.*?)-\]`), regexp.MustCompile(`(?s)\{\+(.*?)\+\}`)
	markers := regexp.MustCompile(`[-+\[\]{}]`)
	f.Fuzz(func(t *testing.T, before, after string) {
		before, after = markers.ReplaceAllString(clip(before), ""), markers.ReplaceAllString(clip(after), "")
		shown := Style{}.Change(before, after)
		assert.Equal(t, Quote(before), gone.ReplaceAllString(added.ReplaceAllString(shown, ""), "$1"))
		assert.Equal(t, Quote(after), added.ReplaceAllString(gone.ReplaceAllString(shown, ""), "$1"))
	})
}

// clip keeps a text as short as those of the service.
func clip(s string) string { return Cut(s, 100) }
