package css

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestNamed(t *testing.T) {
	words := strings.Fields(namedColours)
	assert.Len(t, words, 2*148, "CSS has 148 names")
	for i := 0; i < len(words); i += 2 {
		assert.Regexp(t, regexp.MustCompile("^#[0-9a-f]{6}$"), words[i+1])
		assert.Equal(t, words[i+1], Named(words[i]))
	}
	for _, s := range []string{"", "d", "dark", "brandgreen", "green dark", "#006400"} {
		assert.Empty(t, Named(s), s)
	}
}

func TestFunction(t *testing.T) {
	for s, want := range map[string]string{
		"rgb(11, 95, 255)":         "#0b5fff",
		"RGBA( 11 95 255 / 100% )": "#0b5fff",
		"rgb(4.3% 37.3% 100%)":     "#0b5fff",
		"hsl(219.34, 100%, 52.2%)": "#0b5fff",
		"hsl(-120deg 100 25)":      "#000080",
		"hsla(none 0% 100% / 1)":   "#ffffff",
		"rgb(0,0,0,0.5)":           "",
		"rgb(300, 0, 0)":           "",
	} {
		assert.Equal(t, want, Function(s), s)
	}
}

func TestParse(t *testing.T) {
	_, alpha, err := Parse("rgb(0 0 0 / 50%)")
	assert.NoError(t, err)
	assert.Equal(t, 0.5, alpha)
	for s, want := range map[string]string{
		"blue":             "neither rgb() nor hsl()",
		"rgb(0,0,0":        "neither rgb() nor hsl()",
		"rgb(300, 0, 0)":   "the red 300 is out of its range, which ends at 255",
		"rgb(0 0 101%)":    "the blue 101% is out of its range, which ends at 100",
		"hsl(0 0 0 / 2)":   "the alpha 2 is out of its range, which ends at 1",
		"hsl(x 0 0)":       "the hue x is not a number of degrees",
		"rgb(nan, 0, 0)":   "the red nan is out of its range, which ends at 255",
		"rgb(1, 2)":        "rgb() takes three components and an alpha, not 2",
		"hsl(0, 120%, 0%)": "the saturation 120% is out of its range, which ends at 100",
	} {
		_, _, err := Parse(s)
		assert.EqualError(t, err, want, s)
	}
}
