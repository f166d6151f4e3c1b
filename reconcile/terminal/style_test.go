package terminal

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestStyleFor(t *testing.T) {
	plain, colour, full := Style{Width: 80}, Style{Colour: true, Width: 80}, Style{Colour: true, TrueColour: true, Width: 80}
	tests := map[string]struct {
		tty     bool
		noColor bool
		env     map[string]string
		want    Style
	}{
		"pipe":                           {want: plain},
		"terminal":                       {tty: true, env: map[string]string{"TERM": "xterm"}, want: colour},
		"terminal without TERM":          {tty: true, want: colour},
		"dumb terminal":                  {tty: true, env: map[string]string{"TERM": "dumb"}, want: plain},
		"24-bit terminal":                {tty: true, env: map[string]string{"COLORTERM": "truecolor"}, want: full},
		"24-bit terminal, other word":    {tty: true, env: map[string]string{"COLORTERM": "24bit"}, want: full},
		"24-bit terminal by name":        {tty: true, env: map[string]string{"TERM": "xterm-direct"}, want: full},
		"24 bits into a pipe":            {env: map[string]string{"COLORTERM": "truecolor"}, want: plain},
		"NO_COLOR on a terminal":         {tty: true, env: map[string]string{"NO_COLOR": "yes"}, want: plain},
		"NO_COLOR of 0 is not empty":     {tty: true, env: map[string]string{"NO_COLOR": "0"}, want: plain},
		"NO_COLOR empty":                 {tty: true, env: map[string]string{"NO_COLOR": ""}, want: colour},
		"FORCE_COLOR into a pipe":        {env: map[string]string{"FORCE_COLOR": "1"}, want: colour},
		"FORCE_COLOR of 3 bytes":         {env: map[string]string{"FORCE_COLOR": "3"}, want: full},
		"FORCE_COLOR on a dumb terminal": {tty: true, env: map[string]string{"FORCE_COLOR": "1", "TERM": "dumb"}, want: colour},
		"FORCE_COLOR of 0":               {env: map[string]string{"FORCE_COLOR": "0"}, want: plain},
		"CLICOLOR_FORCE into a pipe":     {env: map[string]string{"CLICOLOR_FORCE": "1"}, want: colour},
		"NO_COLOR beats FORCE_COLOR":     {tty: true, env: map[string]string{"NO_COLOR": "1", "FORCE_COLOR": "1", "COLORTERM": "truecolor"}, want: plain},
		"the flag beats all":             {tty: true, noColor: true, env: map[string]string{"FORCE_COLOR": "1", "CLICOLOR_FORCE": "1", "COLORTERM": "truecolor"}, want: plain},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			env := func(key string) string { return test.env[key] }
			assert.Equal(t, test.want, StyleFor(test.tty, env, test.noColor, 80))
		})
	}
	assert.Zero(t, StyleFor(false, func(string) string { return "" }, false, -1).Width, "a terminal of unknown width wraps nothing")
}

func TestStyleDresses(t *testing.T) {
	on, off := Style{Colour: true}, Style{}
	assert.Equal(t, "\x1b[31mno\x1b[0m", on.Red("no"))
	assert.Equal(t, "\x1b[1myes\x1b[0m", on.Bold("yes"))
	assert.Empty(t, on.Dim(""), "nothing is not dressed")
	for _, dress := range []func(string) string{off.Bold, off.Red, off.Green, off.Yellow, off.Cyan, off.Dim} {
		assert.Equal(t, "text", dress("text"))
	}
}

func TestSwatch(t *testing.T) {
	full := Style{Colour: true, TrueColour: true}
	const blue = "\x1b[48;2;11;95;255m  \x1b[0m "
	assert.Equal(t, blue, full.Swatch("#0b5fff"))
	assert.Equal(t, blue, full.Swatch("#0B5FFF80"), "alpha is left out")
	assert.Equal(t, "\x1b[48;2;255;0;170m  \x1b[0m ", full.Swatch("#f0a"))
	for _, not := range []string{"", "#", "0b5fff", "#0b5ff", "#gggggg", "#0b5fff0", "blue", "#+1+1+1"} {
		assert.Empty(t, full.Swatch(not), not)
	}
	assert.Empty(t, Style{Colour: true}.Swatch("#0b5fff"))
}
