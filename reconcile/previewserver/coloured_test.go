package previewserver_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/schema"
	"livery/schema/preview"
)

// on tells where a colour is on something that is seen in an element: words or a
// shape in it, a surface with a size, an edge with a width. An element may have a
// colour that another inside it hides; nobody sees that.
const on = `Array.from(document.querySelectorAll('section[data-page="%s"][data-locale="%s"] [data-field="%s"]')).some((e) => {
  const colour = "%s", style = getComputedStyle(e);
  const seen = (e) => e.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && Array.from(e.getClientRects()).some((r) => r.width > 0 && r.height > 0);
  if (!seen(e)) return false;
  if (style.backgroundColor === colour || style.borderTopColor === colour && parseFloat(style.borderTopWidth) > 0) return true;
  if (style.color === colour && getComputedStyle(e, "::before").content === '""') return true;
  const words = document.createTreeWalker(e, NodeFilter.SHOW_TEXT);
  while (words.nextNode()) {
    const around = words.currentNode.parentElement;
    if (words.currentNode.data.trim() && seen(around) && getComputedStyle(around).color === colour) return true;
  }
  return false;
})`

// Each colour is on something that a person sees. The general colour of the hints
// is, where a hint has none of its own.
func TestEveryColourIsOnSomething(t *testing.T) {
	const general = "mobileCameraPage.tipsTextColor"
	own := func(f *schema.Field) bool {
		return f.Page == "mobileCameraPage" && strings.HasSuffix(f.Key, "TipTextColor")
	}
	all, list := everything(t, "en_US")
	plain := schema.Document{Locale: "ms_MY"}
	for _, w := range list {
		if !own(w.field) {
			plain.Set(w.field, all.At(w.field))
		}
	}
	b := shown(t, preview.Gallery{Title: "T", Sheets: []preview.Sheet{{Document: all}, {Document: plain}}})
	b.unroll()
	is := func(w told, loc string) bool {
		return ask[bool](b, on, w.field.Page, loc, w.field.Path(), w.rgb())
	}
	n := 0
	for _, w := range list {
		if w.field.Kind != schema.Colour {
			continue
		}
		n++
		hidden := w.field.Path() == general
		assert.Equal(t, !hidden, is(w, "en_US"), "%s with everything declared", w.field.Path())
		assert.Equal(t, !own(w.field), is(w, "ms_MY"), "%s where hints have no colours of their own", w.field.Path())
	}
	require.Positive(t, n)
}

// What stands on one side stands on the other for people who read from the right,
// and just as far from the middle.
func TestMirrored(t *testing.T) {
	var g preview.Gallery
	for _, loc := range []schema.Locale{"en_US", "ar_AE", "ur_PK"} {
		d, _ := everything(t, loc)
		g.Sheets = append(g.Sheets, preview.Sheet{Document: d})
	}
	b := shown(t, g)
	b.unroll()
	aside := func(loc, screen, selector string) float64 { // of the middle of the device, as a part of its width
		return ask[float64](b, `((s) => {
			const d = s.querySelector(".device").getBoundingClientRect(), r = s.querySelector(%q).getBoundingClientRect();
			return (r.left + r.right - d.left - d.right) / 2 / d.width;
		})(document.querySelector('section[data-locale="%s"][data-screen="%s"]'))`, selector, loc, screen)
	}
	for _, c := range []struct{ screen, selector string }{
		{"phone-tips", ".bar i"},
		{"phone-tips", ".tip .icon"},
		{"phone-denied", ".link .btn"},
		{"phone-denied", ".link .url"},
		{"pc-passed", ".bar .t"},
		{"pc-passed", ".bar i"},
	} {
		what := fmt.Sprintf("%s on %s", c.selector, c.screen)
		here := aside("en_US", c.screen, c.selector)
		require.Greater(t, math.Abs(here), 0.02, "%s is in the middle, which shows nothing", what)
		for _, loc := range []string{"ar_AE", "ur_PK"} {
			assert.InDelta(t, -here, aside(loc, c.screen, c.selector), 0.02, "%s in %s", what, loc)
		}
	}
}
