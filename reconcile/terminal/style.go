// Package terminal shows text on a screen: with colours or without, measured in columns,
// wrapped, quoted, cut to a window, with what could act on a terminal escaped, word by
// word where it changes, as a QR code, and values as JSON.
//
// It does not know what the text says or where the writer leads, and of livery only how a
// colour is read. Whether a screen is there, and how wide it is, is told to it.
package terminal

import (
	"fmt"
	"strings"

	"livery/schema/colour"
)

// Style says how text is dressed for its reader.
type Style struct {
	Colour     bool // escape sequences are understood
	TrueColour bool // so are 24-bit colours
	Width      int  // columns of the terminal; 0 = no wrapping
}

// StyleFor decides on colour. The flag -no-color beats NO_COLOR, which beats
// FORCE_COLOR and CLICOLOR_FORCE, which beat what the terminal says of itself.
func StyleFor(tty bool, env func(string) string, noColor bool, width int) Style {
	s := Style{Width: max(width, 0)}
	term := env("TERM")
	switch {
	case noColor || env("NO_COLOR") != "":
	case forced(env("FORCE_COLOR")) || forced(env("CLICOLOR_FORCE")):
		s.Colour = true
	default:
		s.Colour = tty && term != "dumb"
	}
	s.TrueColour = s.Colour && (trueColourTerm(env("COLORTERM"), term) || env("FORCE_COLOR") == "3")
	return s
}

// forced reads the variables that ask for colour; "0" and "false" do not.
func forced(value string) bool {
	return value != "" && value != "0" && !strings.EqualFold(value, "false")
}

func trueColourTerm(colorterm, term string) bool {
	switch strings.ToLower(colorterm) {
	case "truecolor", "24bit":
		return true
	}
	switch term {
	case "xterm-kitty", "xterm-ghostty", "alacritty", "wezterm", "foot":
		return true
	}
	return strings.HasSuffix(term, "-direct") || strings.HasSuffix(term, "-truecolor") || strings.HasSuffix(term, "-24bit")
}

// The escape sequences that Terraform uses.
const (
	Reset     = "\x1b[0m"
	Bold      = "\x1b[1m"
	Underline = "\x1b[4m"
	Red       = "\x1b[31m"
	Green     = "\x1b[32m"
	Yellow    = "\x1b[33m"
	Cyan      = "\x1b[36m"
	Dim       = "\x1b[90m"
)

// SGR is the sequence itself, or nothing where colour is off.
func (s Style) SGR(sequence string) string {
	if !s.Colour {
		return ""
	}
	return sequence
}

func (s Style) dress(sequence, text string) string {
	if !s.Colour || text == "" {
		return text
	}
	return sequence + text + Reset
}

// Bold makes text stand out.
func (s Style) Bold(text string) string { return s.dress(Bold, text) }

// Red is the colour of errors and of what goes away.
func (s Style) Red(text string) string { return s.dress(Red, text) }

// Green is the colour of success and of what is added.
func (s Style) Green(text string) string { return s.dress(Green, text) }

// Yellow is the colour of warnings and of what changes.
func (s Style) Yellow(text string) string { return s.dress(Yellow, text) }

// Cyan is the colour of what only informs.
func (s Style) Cyan(text string) string { return s.dress(Cyan, text) }

// Dim makes text step back.
func (s Style) Dim(text string) string { return s.dress(Dim, text) }

// Swatch is two columns of the colour and one blank, to stand before its value;
// "" on a terminal that cannot show it or for what is not a colour. An alpha
// channel is left out, because a terminal has nothing to shine through.
func (s Style) Swatch(hex string) string {
	c, ok := colour.Parse(hex)
	if !s.TrueColour || !ok {
		return ""
	}
	r, g, b := c.RGB255()
	return fmt.Sprintf("\x1b[48;2;%d;%d;%dm  %s ", r, g, b, Reset)
}
