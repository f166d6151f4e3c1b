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

// compared is a gallery in which every colour and every text of a language differs.
func compared(t *testing.T, locales ...schema.Locale) preview.Gallery {
	t.Helper()
	g := preview.Gallery{Title: "T", Compare: true}
	for _, loc := range locales {
		after, _ := everything(t, loc)
		g.Sheets = append(g.Sheets, preview.Sheet{Document: after, Applied: &schema.Document{Locale: loc}})
	}
	return g
}

// Both pictures stand in the room that there is, in every window and every view: nothing
// is out of reach, and nothing over something else.
func TestBeforeAndAfterHaveRoom(t *testing.T) {
	g := compared(t, "en_US", "ar_AE")
	b := shown(t, g)
	address := ask[string](b, `location.href`)
	for _, width := range []int64{390, 820, 1180, 1440, 2200} {
		for _, hash := range []string{"", "#locale=ar_AE", "#screen=pc-tips", "#locale=en_US&screen=pc-tips", "#locale=ar_AE&screen=phone-tips"} {
			t.Run(fmt.Sprintf("%d%s", width, hash), func(t *testing.T) {
				b.t = t
				b.size(width, 900)
				b.visit("about:blank")
				b.visit(address + hash)
				b.unroll()
				b.until(`document.querySelectorAll(".pair").length > 40`)
				type misfit struct{ Locale, Screen, Why string }
				assert.Empty(t, ask[[]misfit](b, `(() => {
					const main = document.getElementById("sheets").getBoundingClientRect(), list = [], boxes = [];
					const say = (s, why) => list.push({ Locale: s.dataset.locale, Screen: s.dataset.screen, Why: why });
					for (const s of document.querySelectorAll(".screen")) {
						if (s.hidden || s.closest("[hidden]")) continue;
						const devices = Array.from(s.querySelectorAll(".device"), (d) => d.getBoundingClientRect());
						for (const d of devices) {
							if (d.left < main.left - 1 || d.right > main.right + 1) say(s, "from " + d.left + " to " + d.right + ", where there is room from " + main.left + " to " + main.right);
							if (d.width < 100) say(s, "only " + d.width + " wide");
							for (const o of boxes) if (d.left < o.right - 1 && o.left < d.right - 1 && d.top < o.bottom - 1 && o.top < d.bottom - 1) say(s, "over another");
							boxes.push(d);
						}
					}
					if (!boxes.length) list.push({ Locale: "", Screen: "", Why: "nothing is seen" });
					return list;
				})()`))
			})
		}
	}
}

// Rings and the marks of what was clicked change nothing of the elements that they are
// about, nor of those around.
func TestNothingChangesTheDrawnElement(t *testing.T) {
	g := compared(t, "en_US")
	b := shown(t, g)
	b.unroll()
	b.click("#before + span")
	b.until(`document.querySelectorAll(".pair").length === 0`)
	// The same size throughout, so that no length is rounded differently.
	b.until(`document.body.style.setProperty("--z", "0.2"), true`)
	const remember = `(() => {
		const styles = {};
		for (const screen of document.querySelectorAll(".screen")) {
			const device = Array.from(screen.querySelectorAll(".device")).at(-1);
			device.querySelectorAll("*").forEach((e, i) => {
				const computed = getComputedStyle(e);
				styles[screen.dataset.screen + " " + i + " " + (e.dataset.field || e.className)] =
					Array.from(computed).filter((p) => !p.startsWith("--") && p !== "zoom").map((p) => p + ": " + computed.getPropertyValue(p)).join("\n");
			});
		}
		return styles;
	})()`
	before := ask[map[string]string](b, remember)
	require.Greater(t, len(before), 500)
	same := func(what string) {
		t.Helper()
		after := ask[map[string]string](b, remember)
		require.Len(t, after, len(before))
		different := 0
		for key, style := range before {
			if after[key] != style && different < 3 {
				different++
				assert.Equal(t, style, after[key], "%s: %s", what, key)
			}
		}
	}
	b.click("#before + span")
	b.until(`document.querySelectorAll(".pair").length > 20 && document.querySelectorAll(".ring").length > 20`)
	same("compared")
	b.click(`section[data-screen="phone-tips"] figure + figure .btn.start`)
	b.until(`document.querySelectorAll(".ring.lit").length === 1`)
	same("clicked")

	// A ring stands around its element, outside.
	assert.Empty(t, ask[[]string](b, `Array.from(document.querySelectorAll(".ring")).filter((ring) => {
		const of = Array.from(ring.closest(".screen").querySelectorAll('.device [data-changed], .device [data-field="' + CSS.escape(ring.dataset.ring) + '"]'));
		const r = ring.getBoundingClientRect();
		return !of.some((e) => { const box = e.getBoundingClientRect(); return Math.abs(box.left - r.left - 6) < 1 && Math.abs(box.top - r.top - 6) < 1 && Math.abs(r.right - box.right - 6) < 1; }) &&
			!ring.closest(".screen").querySelector('.when[data-field="' + CSS.escape(ring.dataset.ring) + '"]');
	}).map((ring) => ring.dataset.ring)`))
}

// A language that is new or declared no more has changed: its screens, its name in the
// list, and what is left when only changes are shown.
func TestNewAndRemovedLanguagesHaveChanged(t *testing.T) {
	with := func(loc schema.Locale) schema.Document {
		d := schema.Document{Locale: loc}
		set(t, &d, "mobileLoadingPage.progressColor", cty.StringVal("#0f6b5c"))
		return d
	}
	same, removed := with("en_US"), with("vi_VN")
	b := shown(t, preview.Gallery{Title: "T", Sheets: []preview.Sheet{
		{Document: with("en_US"), Applied: &same},
		{Document: with("th_TH"), New: true},
		{Document: schema.Document{Locale: "vi_VN"}, Applied: &removed},
	}})
	assert.Equal(t, []string{"th_TH", "vi_VN"}, ask[[]string](b, `Array.from(document.querySelectorAll("#index a[data-locale][data-changed]"), (a) => a.dataset.locale)`))
	b.click("#only + span")
	b.until(`%s.map((s) => s.dataset.locale + " " + s.dataset.screen).join() === "th_TH phone-loading,vi_VN phone-loading"`, visible)
	assert.Equal(t, "New: nothing was here before.", ask[string](b, `document.querySelector('.sheet[data-locale="th_TH"] .about').innerText`))
}
