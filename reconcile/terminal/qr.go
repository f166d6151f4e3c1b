package terminal

import (
	"fmt"
	"io"
	"strings"

	"rsc.io/qr"
)

// WriteQR draws a text as a QR code of half blocks with the quiet zone that
// scanners need. It is dark on light: by colours where there are any, elsewhere
// as a terminal with light letters shows it.
func WriteQR(w io.Writer, text string, s Style) error {
	code, err := qr.Encode(text, qr.L)
	if err != nil {
		return fmt.Errorf("the text does not fit into a QR code: %w", err)
	}
	const quiet = 4
	light := func(x, y int) bool { return !code.Black(x, y) } // outside the code all is light
	var b strings.Builder
	for y := -quiet; y < code.Size+quiet; y += 2 {
		b.WriteString(s.SGR("\x1b[40;97m"))
		for x := -quiet; x < code.Size+quiet; x++ {
			upper, lower := light(x, y), light(x, y+1)
			switch {
			case upper && lower:
				b.WriteRune('█')
			case upper:
				b.WriteRune('▀')
			case lower:
				b.WriteRune('▄')
			default:
				b.WriteRune(' ')
			}
		}
		b.WriteString(s.SGR(Reset) + "\n")
	}
	_, err = io.WriteString(w, b.String())
	return err
}
