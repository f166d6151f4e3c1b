package previewserver_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
	"livery/schema/preview"
)

// ringed are the fields that are ringed in a section.
const ringed = `Array.from(document.querySelectorAll('%s .ring'), (e) => e.dataset.ring)`

// The picture before stands beside the picture after, in every language on the left,
// and what changed is ringed there.
func TestBeforeAndAfter(t *testing.T) {
	g := preview.Gallery{Title: "T"}
	for _, loc := range []schema.Locale{"ar_AE", "en_US"} {
		before, after := schema.Document{Locale: loc}, schema.Document{Locale: loc}
		set(t, &before, "mobileTipsPage.startButtonBackgroundColor", cty.StringVal("#0055ff"))
		set(t, &after, "mobileTipsPage.startButtonBackgroundColor", cty.StringVal("#aa2211"))
		set(t, &after, "mobileTipsPage.titleText", cty.StringVal("New words"))
		set(t, &after, "mobileResultPage.faceShow", cty.False)
		g.Sheets = append(g.Sheets, preview.Sheet{Document: after, Applied: &before})
	}
	b := shown(t, g)
	require.Zero(t, ask[int](b, `document.querySelectorAll(".pair").length`))
	require.Empty(t, ask[[]string](b, ringed, ""))

	b.click("#before + span")
	b.unroll()
	b.until(`document.querySelectorAll(".pair").length === 6`)
	for _, loc := range []string{"ar_AE", "en_US"} {
		for screen, want := range map[string]string{
			"phone-tips":   "mobileTipsPage.titleText mobileTipsPage.startButtonBackgroundColor",
			"phone-passed": "mobileResultPage.faceShow", "phone-failed": "mobileResultPage.faceShow",
		} {
			section := fmt.Sprintf(`section[data-locale="%s"][data-screen="%s"]`, loc, screen)
			b.until(`document.querySelector('%s').scrollIntoView(), %s.join(" ") === %q`, section, fmt.Sprintf(ringed, section), want)
		}
	}
	type pair struct {
		Before, After, BeforeWords, AfterWords, Direction string
		BeforeRight, AfterLeft, Ring                      float64
	}
	for _, loc := range []string{"ar_AE", "en_US"} {
		p := ask[pair](b, `(([x, y]) => { const button = (f) => getComputedStyle(f.querySelector(".btn.start")).backgroundColor;
			return { Before: button(x), After: button(y), BeforeWords: x.innerText, AfterWords: y.innerText, Direction: getComputedStyle(x.querySelector(".page")).direction,
				BeforeRight: x.getBoundingClientRect().right, AfterLeft: y.getBoundingClientRect().left, Ring: x.querySelectorAll("[data-changed]").length };
		})(document.querySelectorAll('section[data-locale="%s"][data-screen="phone-tips"] figure'))`, loc)
		assert.Equal(t, "rgb(0, 85, 255)", p.Before)
		assert.Equal(t, "rgb(170, 34, 17)", p.After)
		assert.Contains(t, p.BeforeWords, "Before")
		assert.NotContains(t, p.BeforeWords, "New words")
		assert.Contains(t, p.AfterWords, "After")
		assert.Contains(t, p.AfterWords, "New words")
		assert.Less(t, p.BeforeRight, p.AfterLeft, loc)
		assert.Zero(t, p.Ring, "only the picture after is ringed")
		assert.Equal(t, map[string]string{"ar_AE": "rtl", "en_US": "ltr"}[loc], p.Direction)
	}

	b.click("#only + span")
	b.until(`%s.map((s) => s.dataset.screen).join() === "phone-tips,phone-passed,phone-failed,phone-tips,phone-passed,phone-failed"`, visible)
	b.click("#only + span")
	b.click("#before + span")
	b.until(`document.querySelectorAll(".pair").length === 0 && %s.length === %d`, visible, 2*len(preview.Screens()))
	require.Empty(t, ask[[]string](b, ringed, ""))

	b.click(`section[data-locale="en_US"][data-screen="phone-tips"] .btn.start`)
	b.until(`document.getElementById("inspector").innerText.includes("was #0055ff")`)
}

// A gallery of a plan shows both from the start.
func TestAPlanIsComparedFromTheStart(t *testing.T) {
	g := library(t)
	g.Compare = true
	b := shown(t, g)
	b.until(`document.getElementById("before").checked && document.querySelectorAll(".pair").length === 1`)
}

// A click on a problem goes to the element, which is lit and in view.
func TestProblemsLeadToTheElement(t *testing.T) {
	b := shown(t, library(t))
	lit := func(screen, field string) {
		t.Helper()
		b.until(`%s.length === 1`, visible)
		b.until(`Array.from(document.querySelectorAll(".ring.lit"), (e) => e.closest("section").dataset.locale + " " + e.closest("section").dataset.screen + " " + e.dataset.ring).filter((s) => s === %q).length === 1`, screen+" "+field)
		b.settle()
		assert.True(t, ask[bool](b, `((e) => { const box = e.getBoundingClientRect(), style = getComputedStyle(e), top = document.querySelector(".top").getBoundingClientRect().bottom;
			return e.checkVisibility() && style.borderStyle === "solid" && box.width > 0 && box.top >= top && box.bottom <= innerHeight && box.left >= 0 && box.right <= innerWidth;
		})(Array.from(document.querySelectorAll(".ring.lit")).find((e) => e.checkVisibility()))`), "%s is not in view", field)
		assert.Contains(t, ask[string](b, `document.getElementById("inspector").innerText`), field)
	}
	b.click(`#problems li:nth-child(1) a`)
	lit("th_TH pc-camera", "pcCameraPage.descText")
	b.click(`#problems li:nth-child(2) a`)
	lit("en_US phone-passed", "mobileResultPage.successDesc")

	// What is too long is known only where it is drawn, at any width and in any view.
	const tight = `document.querySelectorAll("#tight li").length`
	b.press("\u001b", "\u001b")
	b.until(tight + ` === 1`)
	said := ask[string](b, `document.querySelector("#tight li").textContent`)
	assert.Regexp(t, `mobileTimeoutPage.tryAgainButtonText takes \d+ lines on its button at a width of 320, 375 and 430 pixels`, said)
	assert.Contains(t, said, "en_US")
	b.until(`document.querySelector("#problems .count").innerText === "3"`)
	b.until(`document.querySelector("#tight a").scrollIntoView(), true`)
	b.settle()
	b.click(`#tight a`)
	lit("en_US phone-timeout", "mobileTimeoutPage.tryAgainButtonText")
}
