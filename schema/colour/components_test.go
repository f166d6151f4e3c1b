package colour

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What In gives of a colour, InSpace makes the same colour of.
func TestComponentsInEverySpace(t *testing.T) {
	for _, space := range Spaces() {
		for _, hex := range []string{"#0b5fff", "#ffffff", "#000000", "#808080", "#ff0000", "#010203", "#fedcba"} {
			c, ok := Parse(hex)
			require.True(t, ok)
			p, ok := c.In(space)
			require.True(t, ok, space)
			back, ok := InSpace(space, p)
			require.True(t, ok, space)
			assert.InDelta(t, c.R, back.R, 1e-6, "%s %s", space, hex)
			assert.InDelta(t, c.G, back.G, 1e-6, "%s %s", space, hex)
			assert.InDelta(t, c.B, back.B, 1e-6, "%s %s", space, hex)
		}
	}
	red, _ := Parse("#ff0000")
	p, _ := red.In("oklch")
	assert.InDeltaSlice(t, []float64{0.62796, 0.25768, 29.234}, p[:], 0.001)
	_, ok := red.In("cmyk")
	assert.False(t, ok)
}
