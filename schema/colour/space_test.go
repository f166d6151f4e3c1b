package colour

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func inSpace(t *testing.T, space string, a, b, c float64) Colour {
	t.Helper()
	colour, ok := InSpace(space, [3]float64{a, b, c})
	require.True(t, ok, space)
	return colour
}

// TestSpaces holds every space to what color.js 0.7.1 makes of #0b5fff; its rec2020 has the
// curve of BT.1886, in whose place BT.2020 has its own.
func TestSpaces(t *testing.T) {
	of := map[string][3]float64{
		"srgb":         {0.043137, 0.372549, 1},
		"srgb-linear":  {0.003347, 0.114435, 1},
		"hsl":          {219.344262, 100, 52.156863},
		"hwb":          {219.344262, 4.313725, 0},
		"lab":          {44.716866, 28.529126, -86.898909},
		"lch":          {44.716866, 91.462186, 288.175135},
		"oklab":        {0.551575, -0.033844, -0.245577},
		"oklch":        {0.551575, 0.247898, 262.153306},
		"display-p3":   {0.164372, 0.366754, 0.963451},
		"a98-rgb":      {0.21774, 0.373182, 0.983257},
		"prophoto-rgb": {0.385856, 0.319779, 0.930848},
		"rec2020":      {0.259561, 0.319015, 0.95209},
		"xyz-d65":      {0.222781, 0.154745, 0.964237},
		"xyz-d50":      {0.188613, 0.143402, 0.725255},
	}
	require.Len(t, Spaces(), len(of))
	for _, space := range Spaces() {
		c := inSpace(t, space, of[space][0], of[space][1], of[space][2])
		assert.True(t, c.InGamut(), space)
		assert.Equal(t, "#0b5fff", c.String(), space)
		bounds, _ := Components(space)
		for i, b := range bounds {
			assert.True(t, b.Holds(of[space][i]), "%s %s", space, b.Name)
			assert.False(t, b.Holds(math.Inf(1)) || b.Holds(math.NaN()), "%s %s", space, b.Name)
		}
	}
	_, ok := InSpace("cmyk", [3]float64{})
	assert.False(t, ok)
}

func TestWhiteHasEverySpace(t *testing.T) {
	for space, p := range map[string][3]float64{
		"hwb": {0, 60, 60}, "lab": {100, 0, 0}, "oklab": {1, 0, 0}, "xyz-d65": {0.9504559, 1, 1.0890578}, "xyz-d50": {0.9642957, 1, 0.8251046},
		"display-p3": {1, 1, 1}, "a98-rgb": {1, 1, 1}, "prophoto-rgb": {1, 1, 1}, "rec2020": {1, 1, 1}, "srgb-linear": {1, 1, 1},
	} {
		want := "#ffffff"
		if space == "hwb" {
			want = "#808080"
		}
		c := inSpace(t, space, p[0], p[1], p[2])
		assert.True(t, c.InGamut(), space)
		assert.Equal(t, want, c.String(), space)
	}
}

func TestComponentBounds(t *testing.T) {
	for _, test := range []struct {
		space string
		p     [3]float64
		holds [3]bool
	}{
		{"srgb", [3]float64{11, 95, 255}, [3]bool{}},
		{"srgb", [3]float64{0, 1, -0.001}, [3]bool{true, true, false}},
		{"hsl", [3]float64{360, 100, 100.1}, [3]bool{false, true, false}},
		{"lab", [3]float64{50, -300, 300}, [3]bool{true, true, true}},
		{"oklch", [3]float64{1.1, -0.1, 359.9}, [3]bool{false, false, true}},
	} {
		bounds, _ := Components(test.space)
		for i, b := range bounds {
			assert.Equal(t, test.holds[i], b.Holds(test.p[i]), "%s %s %v", test.space, b.Name, test.p[i])
		}
	}
}

// TestNearest holds the mapping to what color.js 0.7.1 makes of the same colours.
func TestNearest(t *testing.T) {
	for _, test := range []struct {
		space   string
		a, b, c float64
		want    string
		inside  bool
	}{
		{"display-p3", 0.3, 0.4, 0.5, "#456782", true},
		{"display-p3", 1, 0, 0, "#ff0b0c", false},
		{"display-p3", 0, 1, 0, "#00fb29", false},
		{"oklch", 0.9, 0.36, 0, "#ffc8dc", false}, // cutting off alone would give a fuchsia
		{"oklch", 0.7, 0.4, 150, "#00c248", false},
		{"oklch", 1, 0.2, 30, "#ffffff", false},
	} {
		c := inSpace(t, test.space, test.a, test.b, test.c)
		assert.Equal(t, test.inside, c.InGamut(), test)
		assert.Equal(t, test.want, c.Nearest().String(), test)
	}
}
