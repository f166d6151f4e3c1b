package preview

import (
	"strconv"
	"strings"

	"rsc.io/qr"
)

// qr draws the QR code of the hand-over's address. In a gallery all of them are
// the same, and stand in the page once.
func qrCode(p *pageWriter) {
	if p.how.Link == "" {
		p.Raw(`<svg class="qr" role="img" aria-label="QR code"><use href="#qr"/></svg>`)
		return
	}
	box, path := qrPath(p.how.Link)
	p.Raw(`<svg class="qr" role="img" aria-label="QR code" viewBox="` + box + `"><path d="` + path + `"/></svg>`)
}

// qrPath gives the view box and the outline of a code, row by row, with the quiet
// zone that scanners need; both are empty for a text that is too long for a code.
func qrPath(text string) (box, path string) {
	code, err := qr.Encode(text, qr.L)
	if err != nil {
		return "0 0 1 1", ""
	}
	const quiet = 2
	var b strings.Builder
	for y := range code.Size {
		for x := 0; x < code.Size; {
			run := x
			for run < code.Size && code.Black(run, y) {
				run++
			}
			if run == x {
				x++
				continue
			}
			n := strconv.Itoa(run - x)
			b.WriteString("M" + strconv.Itoa(x+quiet) + " " + strconv.Itoa(y+quiet) + "h" + n + "v1h-" + n + "z")
			x = run
		}
	}
	side := strconv.Itoa(code.Size + 2*quiet)
	return "0 0 " + side + " " + side, b.String()
}
