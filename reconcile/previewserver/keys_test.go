package previewserver_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
	"livery/schema/preview"
	"livery/schema/rule"
)

// library is a gallery of three languages, one of which changes on one screen, with
// two problems and a button whose words are long.
func library(t testing.TB) preview.Gallery {
	t.Helper()
	g := preview.Gallery{Title: "Library", Subject: "three languages"}
	for _, loc := range []schema.Locale{"ar_AE", "en_US", "th_TH"} {
		d := schema.Document{Locale: loc}
		set(t, &d, "mobileResultPage.successDesc", cty.StringVal("Words of "+string(loc)))
		applied := schema.Document{Locale: loc}
		set(t, &applied, "mobileResultPage.successDesc", cty.StringVal("Words of "+string(loc)))
		if loc == "en_US" {
			long := cty.StringVal(strings.Repeat("Start again from the beginning ", 3))
			set(t, &d, "mobileTimeoutPage.tryAgainButtonText", long)
			set(t, &applied, "mobileTimeoutPage.tryAgainButtonText", long)
			set(t, &d, "mobileTipsPage.startButtonBackgroundColor", cty.StringVal("#aa2211"))
			set(t, &applied, "mobileTipsPage.startButtonBackgroundColor", cty.StringVal("#0055ff"))
		}
		g.Sheets = append(g.Sheets, preview.Sheet{Document: d, Applied: &applied})
	}
	g.Problems = []preview.Problem{
		{Level: rule.Warning, Rule: rule.Contrast, Locale: "th_TH", Path: "pcCameraPage.descText", At: "main.livery.hcl:3", Text: "Hard to read."},
		{Level: rule.Error, Rule: rule.Contrast, Locale: "en_US", Path: "mobileResultPage.successDesc", Text: "Harder to read."},
	}
	return g
}

const (
	chosen  = `(() => { const s = document.querySelector(".screen.here"); return s ? s.dataset.locale + " " + s.dataset.screen : ""; })()`
	focused = `(() => { const s = document.activeElement.closest(".screen"); return s ? s.dataset.locale + " " + s.dataset.screen : document.activeElement.id; })()`
	visible = `Array.from(document.querySelectorAll(".screen"), (s) => s).filter((s) => s.checkVisibility())`
)

// Every key that the help names does what the help says, with nothing but keys.
func TestKeys(t *testing.T) {
	b := shown(t, library(t))
	named := strings.Fields(ask[string](b, `Array.from(document.querySelectorAll("#help dt"), (e) => e.textContent).join(" ")`))
	tried := make(map[string]bool)
	press := func(key string) {
		t.Helper()
		tried[key] = true
		b.press(map[string]string{"←": kb.ArrowLeft, "→": kb.ArrowRight, "↑": kb.ArrowUp, "↓": kb.ArrowDown, "Enter": kb.Enter, "Esc": kb.Escape}[key] + map[bool]string{true: strings.ToLower(key)}[len(key) == 1])
	}
	at := func(screen string) {
		t.Helper()
		b.until(`%s === %q`, chosen, screen)
		b.until(`%s === %q`, focused, screen)
		b.until(`((box) => box.top >= 0 && box.top < innerHeight && box.left >= 0 && box.right <= innerWidth)(document.querySelector(".screen.here").getBoundingClientRect())`)
	}
	shows := func(n int, hash string) {
		t.Helper()
		b.until(`window.shows = %s.map((s) => s.dataset.locale + " " + s.dataset.screen), window.shows.length === %d`, visible, n)
		b.until(`decodeURIComponent(location.hash.replace(/^#$/, "")) === %q`, hash)
	}
	all, pages := 3*len(preview.Screens()), len(preview.Screens())

	press("→")
	at("ar_AE phone-tips")
	press("→")
	at("ar_AE phone-loading")
	press("↓")
	at("en_US phone-loading")
	press("↓")
	press("↓") // there is none below
	at("th_TH phone-loading")
	press("↑")
	press("←")
	at("en_US phone-tips")
	press("←")
	at("ar_AE pc-failed") // the last of the language before
	press("→")
	press("→")
	at("en_US phone-loading")

	press("Enter")
	shows(1, "#locale=en_US&screen=phone-loading")
	press("→")
	shows(1, "#locale=en_US&screen=phone-camera-still")
	press("←")
	press("←")
	press("←") // around
	shows(1, "#locale=en_US&screen=pc-failed")
	press("↓")
	shows(1, "#locale=th_TH&screen=pc-failed")
	b.until(chosen + ` === "th_TH pc-failed"`)
	press("Esc")
	shows(pages, "#locale=th_TH")
	press("Esc")
	shows(all, "")
	at("th_TH pc-failed") // and one is still where one was
	b.until(`history.back(), true`)
	shows(pages, "#locale=th_TH")
	press("Esc")
	shows(all, "")
	press("Esc")
	b.until(chosen + ` === ""`)

	b.until(`document.querySelector('section[data-locale="en_US"][data-screen="phone-tips"]').scrollIntoView(), true`)
	press("→") // what is looked at, and not the first of all
	at("en_US phone-tips")
	b.until(`scrollTo(0, 0), true`)
	press("↑")
	press("L")
	shows(pages, "#locale=ar_AE")
	press("P")
	shows(3, "#screen=phone-tips")
	press("Esc")
	shows(all, "")

	press("B")
	b.until(`document.querySelectorAll(".pair").length === 1 && document.getElementById("before").checked`)
	press("B")
	b.until(`document.querySelectorAll(".pair").length === 0`)
	press("C")
	shows(1, "#only=on")
	press("Esc")
	shows(all, "")

	press("K")
	b.until(`document.getElementById("contrast").checked`)
	press("K")
	press("E")
	b.until(`document.activeElement.closest("#elements") && document.activeElement.textContent === "title_text"`)
	b.press(kb.Enter)
	b.until(`document.querySelector(".ring.lit")?.dataset.ring === "titleText" && document.getElementById("detail").innerText.includes("titleText")`)
	b.until(`new URLSearchParams(location.hash.slice(1)).get("element").includes(" titleText ")`)
	b.until(`document.getElementById("elements").parentElement.open = false, true`)
	press("J")
	b.until(visible + `.length === 1 && /^#locale=\w+&screen=phone-tips$/.test(location.hash)`)
	b.until(`document.getElementById("journey").innerText.includes("1 of %d")`, pages)
	press("→")
	b.until(`document.getElementById("journey").innerText.includes("2 of %d")`, pages)
	press("Esc")
	press("Esc")
	b.until(`document.body.classList.toggle("shows-before", false) === false`)
	press("V")
	b.until(`document.body.classList.contains("shows-before")`)
	press("V")

	width := `document.querySelector(".device.mobile").offsetWidth`
	require.Equal(t, 375, ask[int](b, width))
	for _, next := range []int{390, 430, 768, 430, 320, 360, 375} {
		press("W")
		b.until(`%s === %d`, width, next)
	}

	press("N")
	shows(1, "#locale=th_TH&screen=pc-camera&field=pcCameraPage.descText")
	press("N")
	shows(1, "#locale=en_US&screen=phone-passed&field=mobileResultPage.successDesc")
	press("Esc")
	press("Esc")

	press("/")
	b.until(focused + ` === "q"`)
	b.press("w", "o", "r", "d", "s", " ", "t", "h", "_") // keys are letters here
	shows(1, "#q=words+th_")
	require.Equal(t, "th_TH phone-passed", ask[string](b, visible+`.map((s) => s.dataset.locale + " " + s.dataset.screen).join()`))
	press("Esc")
	shows(all, "")

	press("?")
	b.until(`document.getElementById("help").checkVisibility() && document.getElementById("keys").ariaExpanded === "true"`)
	press("Esc")
	b.until(`!document.getElementById("help").checkVisibility() && document.getElementById("keys").ariaExpanded === "false"`)
	for _, key := range named {
		assert.True(t, tried[key], "the help names %s", key)
	}
	for key := range tried {
		assert.Contains(t, named, key, "the help does not name it")
	}
}

// The tab key stops once in the screens, at the chosen one, wherever that is; what
// is hidden is no stop, and every stop is seen.
func TestTabStops(t *testing.T) {
	b := shown(t, library(t))
	round := func() (stops []string) {
		t.Helper()
		b.until(`document.activeElement.blur(), document.body.focus(), true`)
		for range 200 {
			b.press(kb.Tab)
			stop := ask[string](b, `(() => { const e = document.activeElement, s = e.closest(".screen");
				if (e === document.body) return "";
				if (!e.checkVisibility()) return "hidden";
				return s ? s.dataset.locale + " " + s.dataset.screen : e.getAttribute("aria-controls") && e.id !== "q" ? e.getAttribute("aria-controls") : e.id || e.name || (e.closest("nav, aside") || e).getAttribute("aria-label") || e.outerHTML.slice(0, 80); })()`)
			if stop == "" || len(stops) > 0 && stop == "q" {
				return stops
			}
			stops = append(stops, stop)
		}
		t.Fatal("the tab key never comes around")
		return nil
	}
	screens := func(stops []string) (list []string) {
		for _, s := range stops {
			if strings.Contains(s, "_") && !strings.HasPrefix(s, "<") { // a heading has its own
				list = append(list, s)
			}
		}
		return list
	}
	stops := round()
	assert.Equal(t, []string{"q", "device", "before", "only", "view", "help", "Languages"}, stops[:7])
	assert.Equal(t, []string{"ar_AE phone-tips"}, screens(stops))
	assert.Equal(t, "Details and problems", stops[len(stops)-1])
	assert.NotContains(t, stops, "hidden")
	b.until(`document.querySelector('section[data-locale="ar_AE"][data-screen="phone-tips"] .cap a').focus(), true`)
	b.press(kb.ArrowDown, kb.ArrowRight)
	assert.Equal(t, []string{"en_US phone-loading"}, screens(round()))
	b.press("l")
	b.until(`%s.length === %d`, visible, len(preview.Screens()))
	assert.Equal(t, []string{"en_US phone-loading"}, screens(round()))
}

// The switches at the top: which devices, how wide, and a filter over words, fields,
// pages and languages.
func TestSwitchesAtTheTop(t *testing.T) {
	b := shown(t, library(t))
	phones, desktops := 0, 0
	for _, s := range preview.Screens() {
		if s.Device == schema.Mobile {
			phones++
		} else {
			desktops++
		}
	}
	for _, c := range []struct {
		value string
		n     int
	}{{"mobile", 3 * phones}, {"pc", 3 * desktops}, {"", 3 * (phones + desktops)}} {
		b.click(`#device input[value="` + c.value + `"] + span`)
		b.until(`%s.length === %d`, visible, c.n)
	}
	for value, widths := range map[string][2]int{"320": {320, 1024}, "360": {360, 1280}, "tablet": {768, 1024}, "desktop": {430, 1920}, "375": {375, 1280}} {
		b.turn("width", value)
		b.until(`document.querySelector(".device.mobile").offsetWidth === %d && document.querySelector(".device.pc").offsetWidth === %d`, widths[0], widths[1])
	}
	filter := func(text string, n int) {
		t.Helper()
		b.click("#q")
		b.until(`document.getElementById("q").value = "", true`)
		for _, r := range text {
			b.press(string(r))
		}
		b.until(`%s.length === %d`, visible, n)
	}
	filter("words of th", 1)
	filter("ARABIC", len(preview.Screens()))
	filter("pcCameraPage", 3)
	filter("pccamerapage.desctextcolor en_us", 1)
	filter("العربية", len(preview.Screens())) // a language by its own name
	filter("mobile_tips_page.start_button_background_color #aa2211", 1)
	filter("nothing has these words", 0)
	b.until(`document.getElementById("live").innerText.startsWith("Nothing fits")`)
	b.press(kb.Escape)
	b.until(`%s.length === %d && document.getElementById("live").innerText === ""`, visible, 3*len(preview.Screens()))
}

// turn sets a switch of the gallery that is a list or a box.
func (b *tab) turn(id, value string) {
	b.t.Helper()
	b.until(`(() => { const e = document.getElementById(%q);
		if (e.type === "checkbox") e.checked = %q === "on"; else e.value = %q;
		e.dispatchEvent(new Event("change", { bubbles: true }));
		return true; })()`, id, value, value)
}

// Whoever does not want single letters to do something switches them off; arrows and the
// page's own controls stay.
func TestLettersCanBeSwitchedOff(t *testing.T) {
	b := shown(t, library(t))
	b.press("?")
	b.click("#letters")
	b.press(kb.Escape)
	b.until(`document.getElementById("help").hidden`)
	b.press("b", "c", "?")
	b.until(`!document.getElementById("before").checked && !document.getElementById("only").checked && document.getElementById("help").hidden`)
	b.press(kb.ArrowRight)
	b.until(chosen + ` === "ar_AE phone-tips"`)
	b.until(`location.reload(), true`)
	b.until(`document.readyState === "complete" && document.getElementById("letters") && !document.getElementById("letters").checked`)
	b.click("#keys")
	b.click("#letters")
}

// What is found leads to the element, with nothing but keys.
func TestFinding(t *testing.T) {
	b := shown(t, library(t))
	const first = `document.querySelector("#found li:first-child a")?.textContent || ""`
	for query, want := range map[string]string{
		"start_button_background_color":       "mobile_tips_page.start_button_background_color",
		"#aa2211":                             "mobile_tips_page.start_button_background_color",
		"words of th":                         "mobile_result_page.success_desc",
		"ไทย":                                 "Thai (Thailand)",
		"main.livery.hcl:1 en_us start again": "mobile_timeout_page.try_again_button_text",
	} {
		b.press("/")
		b.until(`document.getElementById("q").value = %q, document.getElementById("q").dispatchEvent(new Event("input")), true`, query)
		b.until(`(%s).startsWith(%q)`, first, want)
		b.press(kb.Escape)
	}
	b.press("/", "#", "a", "a", "2", "2", "1", "1")
	b.until(`(%s).startsWith("mobile_tips_page")`, first)
	b.press(kb.ArrowDown, kb.Enter)
	b.until(`decodeURIComponent(location.hash) === "#locale=en_US&screen=phone-tips&field=mobileTipsPage.startButtonBackgroundColor"`)
	b.until(`document.querySelector(".ring.lit")?.dataset.ring === "mobileTipsPage.startButtonBackgroundColor"`)
	b.until(`document.getElementById("found").hidden && document.getElementById("q").value === ""`)
}

// Opening an address shows exactly what was looked at.
func TestPermalinks(t *testing.T) {
	b := shown(t, library(t))
	b.until(`document.querySelector("[aria-controls=view]").click(), true`)
	for id, value := range map[string]string{"width": "430", "how": "slider", "vision": "tritanopia", "contrast": "on", "large": "on"} {
		b.turn(id, value)
	}
	b.click("#before + span")
	b.until(`document.querySelector("[aria-controls=view]").click(), true`)
	b.until(`document.querySelector('section[data-locale="en_US"][data-screen="phone-tips"]').scrollIntoView(), true`)
	b.until(`document.querySelector('section[data-locale="en_US"][data-screen="phone-tips"] figure + figure .btn.start').click(), true`)
	b.until(`document.querySelectorAll(".ring.lit").length === 1`)
	const seen = `JSON.stringify([location.hash, document.body.dataset.width, document.body.dataset.how, document.body.dataset.vision, document.body.hasAttribute("data-large"),
		document.getElementById("contrast").checked, document.querySelectorAll(".pair").length, document.querySelector(".ring.lit")?.dataset.ring, document.getElementById("detail").innerText])`
	before, link := ask[string](b, seen), ask[string](b, `location.href`)
	b.visit("about:blank")
	b.visit(link)
	b.until(`document.querySelectorAll(".ring.lit").length === 1`)
	assert.Equal(t, before, ask[string](b, seen))
	b.until(`((box) => box.top >= 0 && box.bottom <= innerHeight)(document.querySelector(".ring.lit").getBoundingClientRect())`)
	for _, mode := range []string{"side", "slider", "blink"} {
		b.until(`location.hash = "#locale=en_US&screen=phone-tips&width=390&mode=%s", true`, mode)
		b.until(`document.body.dataset.width === "390" && document.body.dataset.how === "%s" && document.querySelectorAll(".pair").length > 0 && new URLSearchParams(location.hash.slice(1)).get("mode") === "%s"`, mode, mode)
	}
	b.until(`location.hash = "#mode=somehow", true`)
	b.until(`document.querySelectorAll(".pair").length === 0`)
	b.until(`location.hash = "", true`)
	b.until(`document.body.dataset.width === "375" && document.body.dataset.how === "side" && document.querySelectorAll(".pair").length === 0 && !document.querySelector(".ring.lit")`)
}
