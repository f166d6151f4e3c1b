package lint_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"livery/schema/colour"
	"livery/schema/lint"
)

// What is told of a text and what it stands on is what the rule judges.
func TestPairs(t *testing.T) {
	tests := map[string]struct {
		lines string
		want  []string
	}{
		"a button":             {"next_step_button_background_color = \"#0b5fff\"\nnext_step_button_text_color = \"#fff\"", []string{"nextStepButtonTextColor nextStepButtonBackgroundColor"}},
		"half of one":          {"next_step_button_text_color = \"#fff\"", nil},
		"an image behind it":   {"next_step_button_background_color = \"#0b5fff\"\nnext_step_button_text_color = \"#fff\"\nnext_step_button_background_link = \"https://www.example.com/a.png\"", nil},
		"seen through":         {"next_step_button_background_color = \"#0b5fff80\"\nnext_step_button_text_color = \"#fff\"", nil},
		"a page that is not":   {"is_show = false\nnext_step_button_background_color = \"#0b5fff\"\nnext_step_button_text_color = \"#fff\"", nil},
		"two texts of a page":  {"background_color = \"#fff\"\nliveness_result_text_color = \"#000\"\ncountdown_text_color = \"#333\"", []string{"livenessResultTextColor backgroundColor", "countdownTextColor backgroundColor"}},
		"a background of none": {"background_color = \"#fff\"", nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			d := load(t, result(test.lines)).Documents[0]
			var got []string
			for _, p := range lint.Pairs(d) {
				got = append(got, p.Text.Key+" "+p.Background.Key)
				text, _ := colour.Parse(d.At(p.Text).Text())
				behind, _ := colour.Parse(d.At(p.Background).Text())
				assert.InDelta(t, colour.Contrast(text, behind), p.Contrast, 0)
			}
			assert.Equal(t, test.want, got)
		})
	}
}
