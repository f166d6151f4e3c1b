package colour_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/schema/colour"
)

func parse(t *testing.T, s string) colour.Colour {
	t.Helper()
	c, ok := colour.Parse(s)
	require.True(t, ok, s)
	return c
}

// The figures are those that were published with the models.
func TestSeenWith(t *testing.T) {
	red, black := parse(t, "#ff0000"), parse(t, "#000000")
	assert.InDelta(t, 5.25, colour.Contrast(red, black), 0.005)
	seen := red.SeenWith(colour.Protanopia)
	assert.Equal(t, "#6d5f00", seen.String())
	assert.InDelta(t, 3.287, colour.Contrast(seen, black), 0.001)
	for _, d := range colour.Deficiencies() {
		for _, grey := range []string{"#000000", "#777777", "#ffffff"} {
			assert.LessOrEqual(t, colour.Distance(parse(t, grey), parse(t, grey).SeenWith(d)), 0.6, "%s with %s", grey, d)
		}
	}
}

func TestDistance(t *testing.T) {
	tests := map[string]struct {
		a, b string
		want float64
	}{
		"the same":          {"#0b5fff", "#0b5fff", 0},
		"hardly to be told": {"#0b5fff", "#0c5fff", 0.05},
		"black and white":   {"#000000", "#ffffff", 100},
		"red and green":     {"#ff0000", "#00ff00", 86.61},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			a, b := parse(t, test.a), parse(t, test.b)
			assert.InDelta(t, test.want, colour.Distance(a, b), 0.05)
			assert.Equal(t, colour.Distance(a, b), colour.Distance(b, a))
		})
	}
}

func TestReadable(t *testing.T) {
	tests := []struct{ text, background, want string }{
		{"#999999", "#ffffff", "#767676"},
		{"#ff8800", "#ffffff", "#b65f00"},
		{"#0b5fff", "#14202b", "#4080ff"},
		{"#000000", "#ffffff", "#000000"},
	}
	for _, test := range tests {
		got, ok := colour.Readable(parse(t, test.text), parse(t, test.background), 4.5)
		require.True(t, ok)
		want := parse(t, test.want)
		for _, channel := range [][2]float64{{want.R, got.R}, {want.G, got.G}, {want.B, got.B}} {
			assert.InDelta(t, channel[0], channel[1], 1.01/255, "%s on %s: %s", test.text, test.background, got)
		}
		assert.GreaterOrEqual(t, colour.Contrast(got, parse(t, test.background)), 4.5)
	}
	_, ok := colour.Readable(parse(t, "#ffffff"), parse(t, "#777777"), 7)
	assert.False(t, ok)
}

// What differs more in lightness than LightnessPerDistance says is as far apart.
func TestLightnessBoundsDistance(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		a, far := parse(t, fmt.Sprintf("#%06x", r.IntN(1<<24))), parse(t, fmt.Sprintf("#%06x", r.IntN(1<<24)))
		for _, b := range []colour.Colour{far, colour.Mix(a, far, 0.02)} {
			assert.LessOrEqual(t, math.Abs(a.Lightness()-b.Lightness()), colour.Distance(a, b)*colour.LightnessPerDistance+0.001, "%s %s", a, b)
		}
	}
}
