package terminal

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"rsc.io/qr"
)

func TestWriteQR(t *testing.T) {
	const text, quiet = "https://example.com/?token=abc", 4
	code, err := qr.Encode(text, qr.L)
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, WriteQR(&b, text, Style{}))
	lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
	require.Len(t, lines, (code.Size+2*quiet+1)/2)
	light := map[rune][2]bool{'█': {true, true}, '▀': {true, false}, '▄': {false, true}, ' ': {}}
	for i, line := range lines {
		row := []rune(line)
		require.Len(t, row, code.Size+2*quiet)
		for x, r := range row {
			for half, shown := range light[r] {
				assert.Equal(t, !code.Black(x-quiet, 2*i+half-quiet), shown, "column %d of line %d", x, i)
			}
		}
	}

	b.Reset()
	require.NoError(t, WriteQR(&b, text, Style{Colour: true}))
	assert.Equal(t, len(lines), strings.Count(b.String(), "\x1b[40;97m"))
	assert.Equal(t, len(lines), strings.Count(b.String(), Reset+"\n"))
	assert.ErrorContains(t, WriteQR(&b, strings.Repeat("x", 1<<13), Style{}), "does not fit")
}
