package terminal

import (
	"io"
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"
)

// Guard is a stream that everything goes through which is written for people or as
// JSON. What would act on a terminal or reorder a line unseen becomes an escape that
// can be read, in text as in JSON, whoever wrote it and forgot to. Line feeds and tabs
// stay, as do the sequences of a Style where there is colour. It may be used by several
// goroutines; each write is written in one.
type Guard struct {
	Writer io.Writer
	Colour func() bool // whether the sequences of a Style may pass

	mu   sync.Mutex
	rest []byte // the beginning of a character whose end is not written yet
}

// Write implements io.Writer. Half a character is written with its other half; what has
// none when all is over is left out.
func (g *Guard) Write(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	text := append(g.rest, p...)
	g.rest = nil
	if cut := RuneStart(text, len(text)-1); len(text) > 0 && !utf8.FullRune(text[max(cut, 0):]) {
		text, g.rest = text[:cut], text[cut:]
	}
	if _, err := io.WriteString(g.Writer, g.escape(string(text))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// layout is what lines are made of.
const layout = "\n\t"

// isolates stands before each of the characters between which a Style sets a text apart
// that runs from right to left. It changes nothing else, and nobody else writes it.
const isolates = "\x1b[;m"

// dressing is what a Style writes, and nothing else does.
var dressing = regexp.MustCompile("\x1b\\[;m[\u2068\u2069]|\x1b\\[[0-9;]*m")

func (g *Guard) escape(text string) string {
	if !strings.Contains(text, "\x1b[") || !g.Colour() {
		return Escape(text, layout)
	}
	var b strings.Builder
	at := 0
	for _, span := range dressing.FindAllStringIndex(text, -1) {
		b.WriteString(Escape(text[at:span[0]], layout))
		b.WriteString(text[span[0]:span[1]])
		at = span[1]
	}
	b.WriteString(Escape(text[at:], layout))
	return b.String()
}
