package schema

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestColourMeant(t *testing.T) {
	for s, want := range map[string]string{
		"darkgreen": "#006400", "DarkGreen": "#006400", " white ": "#ffffff", "yellowgreen": "#9acd32", "aliceblue": "#f0f8ff",
		"0f6b5c": "#0f6b5c", "0F6B5C": "#0f6b5c", "#0f6b5c": "#0f6b5c", "0x0f6b5c": "#0f6b5c", "fff": "#fff", "#FFF": "#fff",
		"rgb(15,107,92)": "#0f6b5c", "rgb(15, 107, 92)": "#0f6b5c", "RGB(15 107 92)": "#0f6b5c", "rgba(15,107,92,1)": "#0f6b5c",
		"hsl(170, 75%, 24%)": "#0f6b5c", "hsl(0deg 100% 50%)": "#ff0000", "hsl(480,100%,25%)": "#008000",
		"rgba(15,107,92,0.5)": "", "rgb(300,0,0)": "", "rgb(1,2)": "", "#12345": "", "": "", "green dark": "", "#0f6b5c80": "", "brandgreen": "", "d": "",
		"hsl(1.2.3,4%,5%)": "",
	} {
		assert.Equal(t, want, ColourMeant(s), s)
	}
}
