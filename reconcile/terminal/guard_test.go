package terminal

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestGuard(t *testing.T) {
	tests := []struct {
		writes      []string
		colour      bool
		want        string
		description string
	}{
		{[]string{"plain\n\tสวัสดี"}, false, "plain\n\tสวัสดี", "what is harmless"},
		{[]string{"\x1b[31mred\x1b[0m \x1b[2J\x1b]8;;x\x07"}, false, `\x1b[31mred\x1b[0m \x1b[2J\x1b]8;;x\x07`, "no sequence passes without colour"},
		{[]string{"\x1b[31mred\x1b[0m \x1b[2J\x1b]8;;x\x07"}, true, "\x1b[31mred\x1b[0m " + `\x1b[2J\x1b]8;;x\x07`, "with colour only a style's"},
		{[]string{"a\rb\u202e\u009b\x7f\xff"}, true, `a\rb\u202e\u009b\u007f\xff`, "what acts without a sequence"},
		{[]string{"\xe0", "\xb8", "\xaa\xe0", "x"}, false, "ส" + `\xe0x`, "a character in parts"},
		{[]string{"a\xf0\x9f"}, false, "a", "half a character at the end"},
		{[]string{""}, false, "", "nothing"},
		{[]string{isolates + "\u2068a" + isolates + "\u2069\u2068\x1b[31m\u2069"}, true, isolates + "\u2068a" + isolates + "\u2069" + `\u2068` + "\x1b[31m" + `\u2069`, "the isolates of a style, and no others"},
	}
	for _, test := range tests {
		t.Run(test.description, func(t *testing.T) {
			var out bytes.Buffer
			g := &Guard{Writer: &out, Colour: func() bool { return test.colour }}
			for _, text := range test.writes {
				n, err := g.Write([]byte(text))
				require.NoError(t, err)
				require.Len(t, text, n)
			}
			assert.Equal(t, test.want, out.String())
		})
	}
	full := &Guard{Writer: failing{}, Colour: func() bool { return false }}
	_, err := full.Write([]byte("x"))
	assert.ErrorIs(t, err, errFull, "whoever reads along and goes is noticed")
}

var errFull = errors.New("full")

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errFull }

// FuzzGuard: what passes is harmless, and JSON says the same as before.
func FuzzGuard(f *testing.F) {
	f.Add("a\x1b[31m\u202e\x7f\"\\", uint8(3))
	f.Fuzz(func(t *testing.T, text string, at uint8) {
		var out, line bytes.Buffer
		g := &Guard{Writer: &out, Colour: func() bool { return false }}
		cut := min(int(at), len(text))
		_, _ = g.Write([]byte(text[:cut]))
		_, _ = g.Write([]byte(text[cut:]))
		_, _ = g.Write([]byte("\n"))
		require.Equal(t, Escape(text+"\n", layout), out.String())
		require.Equal(t, out.String(), Escape(out.String(), layout))
		out.Reset()
		require.NoError(t, WriteJSONLine(&line, text))
		_, _ = g.Write(line.Bytes())
		var before, after string
		require.NoError(t, json.Unmarshal(line.Bytes(), &before))
		require.NoError(t, json.Unmarshal(out.Bytes(), &after))
		require.Equal(t, before, after)
	})
}
