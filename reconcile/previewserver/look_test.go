package previewserver_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/hashicorp/hcl/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"livery/reconcile/previewserver"
	"livery/schema"
	"livery/schema/colour"
	"livery/schema/preview"
)

// Before and after stand one over the other, with an edge that is moved, or in turn.
func TestOneOverTheOther(t *testing.T) {
	b := shown(t, library(t))
	b.press("b")
	b.until(`document.querySelectorAll(".pair").length === 1`)
	b.turn("how", "slider")
	const boxes = `Array.from(document.querySelectorAll(".pair .device"), (d) => { const box = d.getBoundingClientRect(); return [Math.round(box.left), Math.round(box.top), Math.round(box.width)].join(); })`
	at := ask[[]string](b, boxes)
	require.Len(t, at, 2)
	assert.Equal(t, at[0], at[1], "they stand at the same place")
	clip := `getComputedStyle(document.querySelector(".pair figure + figure .device")).clipPath`
	assert.Contains(t, ask[string](b, clip), "50%")
	b.until(`document.querySelector(".pair > input").focus(), true`)
	for range 10 {
		b.press(kb.ArrowRight)
	}
	b.until(clip + `.includes("60%")`)

	b.turn("how", "blink")
	at = ask[[]string](b, boxes)
	assert.Equal(t, at[0], at[1])
	const visibleSides = `Array.from(document.querySelectorAll(".pair figure"), (f) => getComputedStyle(f).visibility).join()`
	b.until(visibleSides + ` === "visible,hidden"`)
	b.until(visibleSides + ` === "hidden,visible"`)
	b.turn("how", "side")
	b.until(visibleSides + ` === "visible,visible"`)
}

// The contrast of each text is shown as it was judged, and marked where it is too low.
func TestContrastIsShown(t *testing.T) {
	text, back := schema.FieldByPath("mobileTipsPage.startButtonTextColor"), schema.FieldByPath("mobileTipsPage.startButtonBackgroundColor")
	d := schema.Document{Locale: "en_US"}
	set(t, &d, text.Path(), cty.StringVal("#777777"))
	set(t, &d, back.Path(), cty.StringVal("#888888"))
	b := shown(t, preview.Gallery{Title: "T", Sheets: []preview.Sheet{{Document: d, Contrasts: []preview.Contrast{{Text: text, Background: back, Ratio: 1.26, Low: true}}}}})
	assert.Zero(t, ask[int](b, `document.querySelectorAll(".ratio").length`))
	b.press("k")
	b.until(`document.querySelectorAll(".ratio.low").length === 1 && document.querySelector(".ratio").innerText === "1.26 low"`)
	b.click(`section[data-screen="phone-tips"] .btn.start .t`)
	b.until(`document.getElementById("detail").innerText.includes("contrast 1.26 on mobileTipsPage.startButtonBackgroundColor, less than the rule asks for")`)
}

// Colours are seen as the rules compute them for each kind of colour vision.
func TestColourVision(t *testing.T) {
	d := schema.Document{Locale: "en_US"}
	set(t, &d, "mobileTipsPage.startButtonBackgroundColor", cty.StringVal("#c81e1e"))
	b := shown(t, preview.Gallery{Title: "T", Sheets: []preview.Sheet{{Document: d}}})
	red, _ := colour.Parse("#c81e1e")
	for _, kind := range colour.Deficiencies() {
		b.turn("vision", string(kind))
		assert.Equal(t, fmt.Sprintf(`url("#%s")`, kind), ask[string](b, `getComputedStyle(document.querySelector(".device")).filter`))
		b.settle()
		got, want := b.pixel(`section[data-screen="phone-tips"] .btn.start`), red.SeenWith(kind)
		for i, c := range []float64{want.R, want.G, want.B} {
			assert.InDelta(t, 255*c, got[i], 3, "%s: %v", kind, got)
		}
	}
	b.turn("vision", "grey")
	b.settle()
	got := b.pixel(`section[data-screen="phone-tips"] .btn.start`)
	assert.Equal(t, got[0], got[1])
	assert.Equal(t, got[1], got[2])
}

// The longest text of all languages stands in each place, in its own language.
func TestLongestTexts(t *testing.T) {
	g := library(t)
	for i, words := range []string{"short", "of a middle length", "the longest of all three languages"} {
		set(t, &g.Sheets[i].Document, "mobileTipsPage.startButtonText", cty.StringVal(words))
	}
	set(t, &g.Sheets[0].Document, "mobileTipsPage.titleText", cty.StringVal("a title that only this language has, and no other"))
	b := shown(t, g)
	b.click(`#index a[data-locale=longest]`)
	b.until(`%s.length === %d`, visible, len(preview.Screens()))
	say := func(class string) []string {
		return ask[[]string](b, `((e) => [e.textContent, e.lang, e.dir])(document.querySelector('section[data-locale="longest"][data-screen="phone-tips"] %s'))`, class)
	}
	assert.Equal(t, []string{"the longest of all three languages", "th-TH", "ltr"}, say(".btn.start .t"))
	assert.Equal(t, []string{"a title that only this language has, and no other", "ar-AE", "rtl"}, say(".title .t"))
	b.press(kb.Escape)
	b.until(`!document.querySelector('[data-locale="longest"].sheet')`)
}

// Text at 200 % is twice as large, and nothing else is.
func TestLargeText(t *testing.T) {
	b := shown(t, library(t))
	const size = `((e) => [parseFloat(getComputedStyle(e).fontSize), e.closest(".device").offsetWidth])(document.querySelector('section[data-screen="phone-tips"] .btn.start .t'))`
	before := ask[[]float64](b, size)
	b.turn("large", "on")
	after := ask[[]float64](b, size)
	assert.InDelta(t, 2*before[0], after[0], 0.01)
	assert.Equal(t, before[1], after[1])
}

// The way to the literal is told, and can be copied and opened.
func TestWhereFrom(t *testing.T) {
	d := schema.Document{Locale: "th_TH"}
	f := schema.FieldByPath("mobileTipsPage.startButtonBackgroundColor")
	step := func(name, file string, line int) schema.Step {
		return schema.Step{Path: name, Range: hcl.Range{Filename: file, Start: hcl.Pos{Line: line}}}
	}
	d.Set(f, value(t, f, cty.StringVal("#00483c"), 12).From(&schema.Origin{Chain: []schema.Step{step("local.brand", "main.livery.hcl", 3), step("var.brand", "brand #1.liveryvars.hcl", 4)}}))
	g := preview.Gallery{Title: "T", Sheets: []preview.Sheet{{Document: d}}}
	b := openTab(t, 1440, 900)
	_, address, _ := serveConfig(t, "127.0.0.1:0", previewserver.Config{Render: still(g), Editor: "vscode://file{path}:{line}", Dir: "/srv/stack"})
	b.visit(address)
	b.until(`window.copied = [], navigator.clipboard.writeText = async (text) => { window.copied.push(text); }, true`)
	b.click(`section[data-screen="phone-tips"] .btn.start`)
	b.until(`document.getElementById("detail").innerText.includes("from local.brand, main.livery.hcl:3")`)
	const said = `Array.from(document.querySelectorAll("#detail dt")).find((e) => e.textContent === "mobileTipsPage.startButtonBackgroundColor").nextElementSibling`
	assert.Equal(t, []string{"vscode://file/srv/stack/main.livery.hcl:12", "vscode://file/srv/stack/main.livery.hcl:3", "vscode://file/srv/stack/brand%20%231.liveryvars.hcl:4"},
		ask[[]string](b, `Array.from(`+said+`.querySelectorAll("a"), (a) => a.href)`))
	b.until(said + `.querySelectorAll("button").forEach((e) => e.click()), window.copied.length >= 3`)
	assert.Equal(t, []string{"mobile_tips_page.start_button_background_color", "brand #1.liveryvars.hcl:4", "livery explain locale.th_TH.mobile_tips_page.start_button_background_color"},
		ask[[]string](b, `window.copied.slice(0, 3)`))
	b.until(`document.getElementById("live").innerText.startsWith("Copied: ")`)
	assert.Equal(t, "polite", ask[string](b, `document.getElementById("detail").getAttribute("aria-live")`))
}

// Of a list the inspector says how long it is.
func TestTipsAreCounted(t *testing.T) {
	d := schema.Document{Locale: "en_US"}
	tip := cty.ObjectVal(map[string]cty.Value{"text": cty.StringVal("Find light")})
	set(t, &d, "mobileTipsPage.tips", cty.TupleVal([]cty.Value{tip, tip}))
	b := shown(t, preview.Gallery{Title: "T", Sheets: []preview.Sheet{{Document: d}}})
	b.click(`section[data-screen="phone-tips"] .tip`)
	b.until(`document.getElementById("detail").innerText.includes("mobileTipsPage.tips\n2 tips")`)
}

// In small windows the languages and the problems are a button away, and nothing is wider
// than the window.
func TestSmallWindows(t *testing.T) {
	b := shown(t, library(t))
	for _, width := range []int64{320, 390, 820, 1000, 1180} {
		b.size(width, 800)
		b.until(`document.documentElement.scrollWidth <= %d`, width)
		b.click(`.drawer[aria-controls=index]`)
		b.until(`document.querySelector('#index a[data-locale="th_TH"]').checkVisibility()`)
		b.click(`#index a[data-locale="th_TH"]`)
		b.until(`%s.length === %d && !document.querySelector("#index").checkVisibility()`, visible, len(preview.Screens()))
		b.press(kb.Escape)
		if width > 820 {
			continue
		}
		b.click(`.drawer[aria-controls=side]`)
		b.until(`((box) => box.top < innerHeight && box.bottom > 0)(document.querySelector("#problems li").getBoundingClientRect())`)
		b.click(`#problems li a`)
		b.until(`%s.length === 1`, visible)
		b.press(kb.Escape, kb.Escape, kb.Escape)
		b.until(`document.querySelector('section[data-locale="th_TH"][data-screen="phone-tips"] .btn.start').scrollIntoView({ block: "center" }), true`)
		b.click(`section[data-locale="th_TH"][data-screen="phone-tips"] .btn.start`)
		b.until(`document.getElementById("detail").checkVisibility() && document.getElementById("detail").innerText.includes("startButton")`)
		b.press(kb.Escape)
		b.until(`!document.getElementById("detail").checkVisibility()`)
		b.press(kb.Escape)
	}
}

// Windows' high contrast takes the colours of the page, and not those that are looked at.
func TestForcedColours(t *testing.T) {
	b := shown(t, library(t))
	b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "forced-colors", Value: "active"}}})
		return err
	}))
	b.until(`matchMedia("(forced-colors: active)").matches`)
	assert.Equal(t, "rgb(170, 34, 17)", ask[string](b, `getComputedStyle(document.querySelector('section[data-locale="en_US"][data-screen="phone-tips"] .btn.start')).backgroundColor`))
	assert.Equal(t, "solid", ask[string](b, `getComputedStyle(document.querySelector("#index a[aria-current]")).outlineStyle`))
}
