package position

import (
	"bytes"
	"strings"
	"testing"

	"github.com/apparentlymart/go-textseg/v15/textseg"
	"github.com/hashicorp/hcl/v2"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// counted is the position of an offset, counted from the beginning.
func counted(src []byte, offset int) hcl.Pos {
	before := src[:offset]
	line := before[bytes.LastIndexByte(before, '\n')+1:]
	line = bytes.TrimPrefix(line, []byte(byteOrderMark))
	column, _ := textseg.TokenCount(line, textseg.ScanGraphemeClusters)
	return hcl.Pos{Line: 1 + bytes.Count(before, []byte("\n")), Column: column + 1, Byte: offset}
}

// TestIndex: in files of short and of very long lines each place is where counting
// from the beginning finds it.
func TestIndex(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		piece := rapid.SampledFrom([]string{"a", "\n", "\r\n", "é", "e\u0301", "字", "👩‍👩‍👧", "\u0600", strings.Repeat("x", 300), strings.Repeat("字", 200), strings.Repeat("\u0301", 300), "\n\n"})
		text := strings.Join(rapid.SliceOfN(piece, 0, 40).Draw(t, "pieces"), "")
		if rapid.Bool().Draw(t, "mark") {
			text = byteOrderMark + text
		}
		src := []byte(text)
		positions := NewIndex(src)
		offset := len(src) - len(bytes.TrimPrefix(src, []byte(byteOrderMark)))
		for offset < len(src) {
			require.Equal(t, counted(src, offset), positions.At(offset))
			size, _, err := textseg.ScanGraphemeClusters(src[offset:], true)
			require.NoError(t, err)
			offset += size
		}
		require.Equal(t, counted(src, offset), positions.At(offset))
	})
}
