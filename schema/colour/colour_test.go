package colour

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Every byte comes back as it was, and noise behind the point changes nothing.
func TestChannelIsSteady(t *testing.T) {
	for n := range 256 {
		v := float64(n) / 255
		assert.EqualValues(t, n, channel(v))
		half := (float64(n) + 0.5) / 255
		assert.Equal(t, channel(math.Nextafter(half, 0)), channel(math.Nextafter(half, 2)))
	}
	assert.EqualValues(t, 0, channel(math.NaN()))
	assert.EqualValues(t, 255, channel(math.Inf(1)))
}
