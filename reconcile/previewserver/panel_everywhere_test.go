package previewserver_test

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// words is a stack of languages that are written in four ways.
const words = `-- main.livery.hcl --
locale "ar_AE" { title_text = "فحص الوجه" }
locale "ur_PK" { title_text = "چہرے کی جانچ" }
locale "ja_JP" { title_text = "{count} 秒で顔認証" }
locale "th" { title_text = "ตรวจใบหน้า" }
locale "en" {
  title_text = "Face check"
  mobile_tips_page {
    start_button_background_color = local.brand
  }
}
locals {
  brand = "#00483c"
}
`

// chosen opens an element of a language with its form.
func (s *site) chosen(b *tab, locale, screen, field string) {
	s.t.Helper()
	b.visit("about:blank")
	b.visit(s.address + "/#locale=" + locale + "&screen=" + screen + "&element=" + locale + "." + screen + "+" + field + "+0")
	b.until(`document.getElementById("edit-field")?.value === %q && document.getElementById("edit-value")`, field)
}

// A text is typed in its own language and direction, and counted as the service counts.
func TestPanelInLanguages(t *testing.T) {
	s := editable(t, words)
	b := s.opened(1440, 900)
	for _, c := range []struct{ locale, lang, dir, typed, count string }{
		{"ar_AE", "ar-AE", "rtl", "وجه 😀", "6/100"}, // the service counts UTF-16 units
		{"ur_PK", "ur-PK", "rtl", "چہرہ", "4/100"},
		{"ja_JP", "ja-JP", "ltr", "顔の確認", "11/100"}, // what the page fills in stays,
		{"th_TH", "th-TH", "ltr", "ตรวจใบหน้า", "10/100"},
	} {
		s.chosen(b, c.locale, "phone-tips", "titleText")
		b.until(`(e => e.lang === %q && e.dir === %q && getComputedStyle(e).direction === %q)(document.getElementById("edit-value"))`, c.lang, c.dir, c.dir)
		b.click("#edit-value")
		b.erase()
		b.insert(c.typed)
		b.until(`document.getElementById("edit-count").textContent === %q`, c.count)
		b.until(`document.querySelector('.screen[data-locale="%s"] .device [data-field="titleText"]').textContent.includes(%q)`, c.locale, c.typed)
		b.click("#edit > .bar button:nth-child(2)") // a page with changes asks before it is left
		b.until(`document.querySelector("#edit .waiting").innerText === ""`)
	}
}

// insert puts in a text at once, as one that is pasted.
func (b *tab) insert(text string) {
	b.t.Helper()
	b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, input.InsertText, input.InsertTextParams{Text: text})
		return err
	}))
}

// compose shows what is not typed to its end yet, as those do who write Japanese.
func (b *tab) compose(text string) {
	b.t.Helper()
	b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		end := int64(len([]rune(text)))
		_, err := cdp.Call(ctx, t, input.ImeSetComposition, input.ImeSetCompositionParams{Text: text, SelectionStart: end, SelectionEnd: end})
		return err
	}))
}

// What is composed is left alone until it is done, also where the page fills something in and
// while pictures come; then it is drawn.
func TestPanelLeavesCompositionsAlone(t *testing.T) {
	s := editable(t, words)
	b := s.opened(1440, 900)
	s.chosen(b, "ja_JP", "phone-tips", "titleText")
	b.click("#edit-value")
	b.press(kb.End)
	for _, part := range []string{"か", "かお", "顔"} {
		b.compose(part)
		b.until(`document.getElementById("edit-value").value === %q`, "{count} 秒で顔認証"+part)
	}
	b.until(`document.querySelector("#edit .waiting").innerText === ""`)
	theirs := strings.Replace(s.file("main.livery.hcl"), "Face check", "Look", 1)
	require.NoError(t, os.WriteFile(filepath.Join(s.dir, "main.livery.hcl"), []byte(theirs), 0o600))
	b.until(`document.querySelector('.screen[data-locale="en_US"] .device [data-field="titleText"]').textContent.includes("Look")`)
	b.until(`document.getElementById("edit-value").value === "{count} 秒で顔認証顔" && document.activeElement.id === "edit-value"`)
	b.insert("顔を")
	b.until(`document.getElementById("edit-value").value === "{count} 秒で顔認証顔を"`)
	b.until(`document.querySelector('.screen[data-locale="ja_JP"] .device [data-field="titleText"]').textContent.includes("顔認証顔を")`)
	b.until(`document.querySelector("#edit .waiting").innerText === "1 change is not saved yet."`)
}

// Where the system replaces colours, those that are chosen from are still seen, and so is
// what is chosen, marked and refused.
func TestPanelInForcedColours(t *testing.T) {
	script := auditor(t)
	s := editable(t, words)
	b := s.opened(1440, 900)
	b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "forced-colors", Value: "active"}}})
		return err
	}))
	s.chosen(b, "en_US", "phone-tips", "mobileTipsPage.startButtonBackgroundColor")
	colour := func(selector, property string) string {
		return ask[string](b, `getComputedStyle(document.querySelector(%q)).%s`, selector, property)
	}
	assert.Equal(t, "rgb(0, 72, 60)", colour("#edit .palette .swatch", "backgroundColor"))
	assert.Equal(t, "rgb(0, 72, 60)", colour("#inspector .swatch", "backgroundColor"))
	assert.Equal(t, "none", colour("#edit input[type=color]", "forcedColorAdjust"))
	b.until(`document.querySelector(".ring.lit")`)
	assert.Equal(t, "none", colour(".ring.lit", "forcedColorAdjust"))
	b.click("#edit-value")
	b.erase()
	b.press("#12")
	b.until(`document.querySelector("#edit .verdict").innerText.startsWith("Cannot be saved: ")`)
	b.click("#edit > .bar button:first-child")
	b.until(`document.getElementById("edit-review").open && document.querySelector("#edit-review .bar button").disabled`)
	assert.Equal(t, "dashed", colour("#edit-review .bar button", "borderTopStyle"))
	b.until(`Array.from(document.querySelectorAll("#edit-review .plus, #edit-review .minus"), (e) => e.innerText[0]).join("") === "-+-+"`)
	b.click("#edit-review .bar button:last-child")
	ask[bool](b, script+";true")
	assert.Empty(t, awaited[[]string](b, audit))
}

// Two windows that save the same file: the second one is told, keeps what it has, and saves
// it after another look. A file that nobody may write is told of too.
func TestEditInTwoWindows(t *testing.T) {
	s := editable(t, words)
	two := s.opened(1440, 900)
	s.chosen(two, "th_TH", "phone-tips", "titleText")
	two.click("#edit-value")
	two.press(kb.End)
	two.press("-2")
	two.until(`document.querySelector("#edit .waiting").innerText === "1 change is not saved yet."`)
	two.click("#edit > .bar button:first-child")
	two.until(`document.getElementById("edit-review").open && !document.querySelector("#edit-review .bar button").disabled`)

	one := map[string]any{"changes": []any{map[string]any{"address": "locale.en_US", "path": "titleText", "value": "Face check-1", "where": "origin:locale.en_US"}}}
	_, review := s.enter().ask("review", one)
	one["digest"] = review["digest"]
	status, _ := s.ask("save", one)
	require.Equal(t, http.StatusOK, status)
	assert.Contains(t, s.file("main.livery.hcl"), `"Face check-1"`)
	two.click("#edit-review .bar button:first-child")
	two.until(`document.querySelector("#edit .said").innerText.startsWith("A file has changed.")`)
	assert.NotContains(t, s.file("main.livery.hcl"), "-2")
	two.taken(&two.faults) // the browser notes each answer that is a refusal
	two.until(`document.getElementById("edit-value").value.endsWith("-2") && document.querySelector("#edit .waiting").innerText === "1 change is not saved yet."`)

	name := filepath.Join(s.dir, "main.livery.hcl")
	require.NoError(t, os.Chmod(name, 0o400))
	two.click("#edit > .bar button:first-child")
	two.until(`document.querySelector("#edit .said").innerText.startsWith("This file is not written. ")`)
	two.taken(&two.faults)
	assert.NotContains(t, s.file("main.livery.hcl"), "-2")
	require.NoError(t, os.Chmod(name, 0o600))

	two.click("#edit > .bar button:first-child")
	two.until(`document.getElementById("edit-review").open`)
	two.click("#edit-review .bar button:first-child")
	s.holds(two, "main.livery.hcl", `"ตรวจใบหน้า-2"`)
	assert.Contains(t, s.file("main.livery.hcl"), `"Face check-1"`)
	two.until(`document.querySelector('.screen[data-locale="en_US"] .device [data-field="titleText"]').textContent.includes("-1")`)
	two.until(`document.querySelector('.screen[data-locale="th_TH"] .device [data-field="titleText"]').textContent.includes("-2")`)
	two.until(can(true, false))
}
