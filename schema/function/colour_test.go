package function

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The shades are those of Sass; the ratios are those of the WCAG 2 formula.
func TestColourFunctions(t *testing.T) {
	for _, test := range []struct{ expression, want string }{
		{`lighten("#0b5fff", 0.1)`, `"#3e80ff"`},
		{`lighten("#0b5fff", 0)`, `"#0b5fff"`},
		{`lighten("#000", 0.1)`, `"#1a1a1a"`},
		{`lighten("#000000", 0.3)`, `"#4d4d4d"`},
		{`lighten("#ffffff", 0.5)`, `"#ffffff"`},
		{`lighten("#800000", 0.2)`, `"#e60000"`},
		{`lighten("#0B5FFF80", 0.1)`, `"#3e80ff80"`},
		{`lighten("#abc", "0.1")`, `"#cad5df"`},
		{`darken("#0b5fff", 0.1)`, `"#004ad7"`},
		{`darken("#036", 0.3)`, `"#000000"`},
		{`darken("#b37399", 0.2)`, `"#7c4465"`},
		{`darken("#ffff", 1)`, `"#000000ff"`},
		{`mix("#036", "#d2e1dd", 0.5)`, `"#698aa2"`},
		{`mix("#036", "#d2e1dd", 0.75)`, `"#355f84"`},
		{`mix("#d2e1dd", "#036", 0.75)`, `"#9eb6bf"`},
		{`mix("#000000", "#ffffff", 1)`, `"#000000"`},
		{`mix("#000000", "#ffffff", 0)`, `"#ffffff"`},
		{`mix("#ff0000", "#0000ff00", 0.5)`, `"#ff000080"`},
		{`mix("#0000", "#0000", 0.5)`, `"#00000000"`},
		{`contrast("#000000", "#ffffff")`, `21`},
		{`contrast("#fff", "#000")`, `21`},
		{`contrast("#777777", "#ffffff")`, `4.4781`},
		{`contrast("#0b5fff", "#fff")`, `5.1281`},
		{`contrast("#123456", "#123456")`, `1`},
		{`contrast("#00000080", "#ffffff")`, `4.0041`},
		{`contrast("#000000", "#00000000")`, `21`},
		{`readable_on("#0b5fff")`, `"#ffffff"`},
		{`readable_on("#ffd400")`, `"#000000"`},
		{`readable_on("#777777")`, `"#000000"`},
		{`readable_on("#00000000")`, `"#000000"`},
	} {
		t.Run(test.expression, func(t *testing.T) {
			v, diags := evaluateOne(t, test.expression)
			require.Empty(t, diags)
			assert.Equal(t, test.want, show(v))
		})
	}
}

func TestColourFunctionsRefuse(t *testing.T) {
	for _, test := range []struct{ expression, want string }{
		{`lighten("blue", 0.1)`, `Invalid value for "colour" parameter: "blue" is not a colour; write # and 3, 4, 6 or 8 hex digits, such as "#0b5fff".`},
		{`lighten("0b5fff", 0.1)`, `is not a colour`},
		{`lighten("#+12345", 0.1)`, `is not a colour`},
		{`lighten("#0b5ff", 0.1)`, `is not a colour`},
		{`lighten("#", 0.1)`, `is not a colour`},
		{`lighten("#ééé", 0.1)`, `is not a colour`},
		{`lighten("#fff", 10)`, `Invalid value for "amount" parameter: must be a number from 0 to 1`},
		{`darken("#fff", -0.1)`, `Invalid value for "amount" parameter: must be a number from 0 to 1`},
		{`mix("#fff", "#000", 50)`, `Invalid value for "weight" parameter: must be a number from 0 to 1`},
		{`mix("#fff", "x", 0.5)`, `Invalid value for "b" parameter: "x" is not a colour`},
		{`contrast("#fff", "x")`, `Invalid value for "b" parameter: "x" is not a colour`},
		{`readable_on("x")`, `Invalid value for "background" parameter: "x" is not a colour`},
	} {
		t.Run(test.expression, func(t *testing.T) {
			_, diags := evaluateOne(t, test.expression)
			require.True(t, diags.HasErrors())
			assert.Contains(t, diags[0].Detail, test.want)
		})
	}
}
