package lint

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"livery/schema"
	"livery/schema/colour"
	"livery/schema/stack"
)

// contrast compares every text colour with the background that it stands on,
// where both are declared: what the API's defaults look like is not documented.
func contrast(s *stack.Stack) hcl.Diagnostics {
	least := s.Number(schema.Contrast, "ratio")
	var diags hcl.Diagnostics
	for _, d := range s.Documents {
		for _, f := range schema.Fields() {
			text := d.At(f)
			if f.Kind != schema.Colour || !strings.HasSuffix(f.Key, "TextColor") || !text.Declared() {
				continue
			}
			behind := background(d, f)
			if behind == nil || !d.At(behind).Declared() {
				continue
			}
			ratio := contrastOf(text, d.At(behind))
			if ratio >= least {
				continue
			}
			at := schema.Subject{Address: d.Locale.AddressOf(), Path: f.Path(), Range: text.Range()}
			ratio = math.Floor(ratio*100) / 100
			found := schema.Diagnose(schema.Contrast, at, "Text hard to read",
				fmt.Sprintf("%s %s stands on %s %s with a contrast of %.2f; %s is the least for most eyes.",
					f.Path(), text.Text(), behind.Key, d.At(behind).Text(), ratio, strconv.FormatFloat(least, 'f', -1, 64)))
			schema.Amend(found, func(f *schema.Finding) {
				f.Data = map[string]any{
					"text": text.Text(), "background": d.At(behind).Text(), "background_path": behind.Path(), "ratio": ratio, "least": least,
				}
			})
			diags = append(diags, found)
		}
	}
	return diags
}

// background finds the colour behind a text: that of its own button or box, or
// of the page.
func background(d schema.Document, text *schema.Field) *schema.Field {
	stem := strings.TrimSuffix(text.Key, "TextColor")
	if area := schema.FieldByPath(text.Page + "." + stem + "AreaBackgroundColor"); area != nil && d.At(area).Declared() {
		return area // without a colour of its own an area shows the page
	}
	for _, key := range []string{stem + "BackgroundColor", "backgroundColor"} {
		if f := schema.FieldByPath(text.Page + "." + key); f != nil {
			return f
		}
		if strings.HasSuffix(stem, "Button") || strings.HasSuffix(stem, "Btn") || strings.HasSuffix(stem, "Link") {
			return nil // a button without a colour of its own has the service's
		}
	}
	return nil
}

// contrastOf is the contrast ratio of two values of colour fields, which are
// canonical colours.
func contrastOf(text, background schema.Value) float64 {
	a, _ := colour.Parse(text.Text())
	b, _ := colour.Parse(background.Text())
	return colour.Contrast(a, b)
}
