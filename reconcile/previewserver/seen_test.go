package previewserver_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
	"livery/schema/preview"
)

// told is what a field is told to be, and nothing else is: its number makes it so.
type told struct {
	field  *schema.Field
	colour string
	words  string
	file   string
}

func tell(n int, f *schema.Field) told {
	return told{f, fmt.Sprintf("#%02x%02x%02x", 20+n, 250-n, 7*n%256), fmt.Sprintf("Words %03d", n), fmt.Sprintf("picture-%03d.png", n)}
}

// rgb is the colour as a browser computes it.
func (w told) rgb() string {
	var r, g, b int
	_, _ = fmt.Sscanf(w.colour, "#%02x%02x%02x", &r, &g, &b)
	return fmt.Sprintf("rgb(%d, %d, %d)", r, g, b)
}

// raw is the value as somebody writes it.
func (w told) raw() cty.Value {
	link := cty.StringVal("https://cdn.example/pictures/" + w.file)
	switch w.field.Kind {
	case schema.Colour:
		return cty.StringVal(w.colour)
	case schema.ImageURL:
		return link
	case schema.Tips:
		return cty.TupleVal([]cty.Value{cty.ObjectVal(map[string]cty.Value{"icon_link": link, "text": cty.StringVal(w.words)})})
	default:
		return cty.StringVal(w.words)
	}
}

// everything declares each field that is no switch.
func everything(t testing.TB, loc schema.Locale) (schema.Document, []told) {
	t.Helper()
	d := schema.Document{Locale: loc}
	var list []told
	for i, f := range schema.Fields() {
		if f.Kind == schema.Bool {
			continue
		}
		w := tell(i, f)
		d.Set(f, value(t, f, w.raw(), 10+i))
		list = append(list, w)
	}
	return d, list
}

// element is what a person sees of an element that a field drives, and what a
// program reads there.
type element struct {
	Page, Screen, Field, Locale string
	At                          string
	Colour, Background, Border  string
	Text                        string // that is seen
	Label                       string // of the picture
	Shown                       bool
	Left, Right, Top, Bottom    float64
}

// elements reads all of a language at once.
const elements = `Array.from(document.querySelectorAll('section[data-locale="%s"] .device [data-field]'), (e) => {
  const screen = e.closest("section"), style = getComputedStyle(e), box = e.getBoundingClientRect();
  const label = e.querySelector(":scope > .ph");
  return {
    Page: screen.dataset.page, Screen: screen.dataset.screen, Field: e.dataset.field, Locale: screen.dataset.locale, At: e.dataset.at || "",
    Colour: style.color, Background: style.backgroundColor, Border: style.borderTopColor,
    Text: e.innerText, Label: label ? label.innerText : "",
    Shown: e.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && box.width > 0 && box.height > 0,
    Left: box.left, Right: box.right, Top: box.top, Bottom: box.bottom,
  };
})`

// Each field's colour, words or picture is seen on its page, on the element that
// bears its name, as a browser computes it.
func TestEveryFieldIsSeenInABrowser(t *testing.T) {
	d, list := everything(t, "en_US")
	b := shown(t, preview.Gallery{Title: "T", Sheets: []preview.Sheet{{Document: d}}})
	b.unroll()
	at := make(map[string][]element)
	for _, e := range ask[[]element](b, elements, "en_US") {
		at[e.Field] = append(at[e.Field], e)
	}
	declared := make(map[string]told)
	for _, w := range list {
		declared[w.field.Path()] = w
	}
	for _, w := range list {
		path := w.field.Path()
		if w.field.Kind == schema.Tips {
			for _, e := range seen(t, at[path+"[].text"], w.field.Page) {
				assert.Equal(t, w.words, e.Text, path)
			}
			for _, e := range seen(t, at[path+"[].iconLink"], w.field.Page) {
				assert.Equal(t, w.file, e.Label, path)
			}
			continue
		}
		for _, e := range seen(t, at[path], w.field.Page) {
			assert.Equal(t, fmt.Sprintf("main.livery.hcl:%d", 10+index(w.field)), e.At, path)
			switch {
			case w.field.Kind == schema.ImageURL:
				assert.Equal(t, w.file, e.Label, path)
			case w.field.Kind == schema.Text:
				assert.Equal(t, w.words, e.Text, path)
				if own, ok := declared[path+"Color"]; ok {
					assert.Equal(t, own.rgb(), e.Colour, "%s is in the colour of %sColor", path, path)
				}
			case strings.HasSuffix(path, "BackgroundColor") || strings.HasSuffix(path, ".backgroundColor"):
				assert.Equal(t, w.rgb(), e.Background, path)
			case strings.HasSuffix(path, "BorderColor"):
				assert.Equal(t, w.rgb(), e.Border, path)
			default:
				assert.Equal(t, w.rgb(), e.Colour, path)
			}
		}
	}
}

// seen are the elements of a field that a person sees on a page; there must be some.
// The title of the document is on every page.
func seen(t *testing.T, all []element, page string) []element {
	t.Helper()
	var list []element
	for _, e := range all {
		if e.Shown && (page == "" || e.Page == page) {
			list = append(list, e)
		}
	}
	require.NotEmpty(t, list, "nobody sees it on %s: %v", page, all)
	return list
}

func index(f *schema.Field) int {
	for i, other := range schema.Fields() {
		if other == f {
			return i
		}
	}
	return -1
}

// A switch shows by what appears or goes. Each of its states is a language here,
// for one look at all of them.
func TestSwitchesInABrowser(t *testing.T) {
	const gone = "This page is not shown"
	states := []struct {
		path, selector, text string
		on, shown            bool
	}{
		{"mobileResultPage.isShow", "phone-passed", gone, false, true},
		{"mobileResultPage.isShow", "phone-passed", gone, true, false},
		{"pcResultPage.isShow", "pc-passed", gone, false, true},
		{"pcResultPage.isShow", "pc-failed", "Try again", true, true},
		{"mobileResultPage.faceShow", "phone-passed .portrait", "", true, true},
		{"mobileResultPage.faceShow", "phone-passed .portrait", "", false, false},
		{"mobileResultPage.showScore", "phone-passed", "Score 99", true, true},
		{"mobileResultPage.showScore", "phone-failed", "Score", false, false},
		{"pcResultPage.showScore", "pc-failed", "Score 32", true, true},
		{"pcResultPage.showScore", "pc-passed", "Score", false, false},
		{"mobileResultPage.closeCountdownLogic", "phone-passed", "Go to next process after 5", true, false},
		{"mobileResultPage.closeCountdownLogic", "phone-passed", "Go to next process after 5", false, true},
		{"mobileResultPage.nextStepButtonInvisibleBeforeTryCountUseUp", "phone-failed", "Words of the way on", true, false},
		{"mobileResultPage.nextStepButtonInvisibleBeforeTryCountUseUp", "phone-failed", "Words of the way on", false, true},
	}
	var g preview.Gallery
	tried := make(map[string]bool)
	for i, c := range states {
		d := schema.Document{Locale: schema.Locales()[i].Value}
		set(t, &d, c.path, cty.BoolVal(c.on))
		set(t, &d, "mobileResultPage.nextStepButtonText", cty.StringVal("Words of the way on"))
		g.Sheets = append(g.Sheets, preview.Sheet{Document: d})
		tried[c.path] = true
	}
	for _, f := range schema.Fields() {
		assert.Equal(t, f.Kind == schema.Bool, tried[f.Path()], f.Path())
	}
	b := shown(t, g)
	b.unroll()
	for i, c := range states {
		screen, part, _ := strings.Cut(c.selector, " ")
		is := ask[bool](b, `((e) => Boolean(e) && e.checkVisibility() && e.innerText.includes(%q))(document.querySelector('section[data-locale="%s"][data-screen="%s"] %s'))`,
			c.text, schema.Locales()[i].Value, screen, part)
		assert.Equal(t, c.shown, is, "%s=%v on %s", c.path, c.on, c.selector)
	}
}

// Every language says which one it is and which way it runs, and those that run to
// the left do so on the screen.
func TestLanguagesInABrowser(t *testing.T) {
	var g preview.Gallery
	for _, row := range schema.Locales() {
		d, _ := everything(t, row.Value)
		g.Sheets = append(g.Sheets, preview.Sheet{Document: d})
	}
	b := shown(t, g)
	b.unroll()
	type section struct{ Locale, Lang, Dir, Computed, Device string }
	sections := ask[[]section](b, `Array.from(document.querySelectorAll("section[data-page]"), (s) => ({
		Locale: s.dataset.locale, Lang: s.lang, Dir: s.dir, Computed: getComputedStyle(s.querySelector(".page")).direction,
		Device: getComputedStyle(s.querySelector(".device")).direction }))`)
	require.Len(t, sections, len(schema.Locales())*len(preview.Screens()))
	for _, s := range sections {
		loc, _ := schema.ParseLocale(s.Locale)
		dir := "ltr"
		if s.Locale == "ar_AE" || s.Locale == "ur_PK" {
			dir = "rtl"
		}
		assert.Equal(t, section{s.Locale, loc.Info().BCP47, dir, dir, dir}, s)
	}
	assert.Empty(t, ask[[]string](b, `Array.from(document.querySelectorAll("section[data-page]:not([lang])"), (s) => s.dataset.screen)`))
	for _, loc := range []string{"en_US", "ar_AE", "ur_PK"} {
		left := loc != "en_US"
		box := make(map[string]element)
		for _, e := range ask[[]element](b, elements, loc) {
			box[e.Screen+" "+e.Field] = e
		}
		for _, pair := range [][2]string{ // what stands first, and what stands after it
			{"phone-tips mobileTipsPage.tips[].iconLink", "phone-tips mobileTipsPage.tips[].text"},
			{"phone-denied mobileMultiDeviceProcessPage.qrCodePageLivenessLinkTextColor", "phone-denied mobileMultiDeviceProcessPage.qrCodePageCopyLinkBtnBackgroundColor"},
		} {
			first, second := box[pair[0]], box[pair[1]]
			require.NotZero(t, first.Right, pair[0])
			require.NotZero(t, second.Right, pair[1])
			if left {
				first, second = second, first
			}
			assert.LessOrEqual(t, first.Right, second.Left, "%s: %s stands beside %s", loc, pair[0], pair[1])
		}
		arrow := ask[bool](b, `((s) => { const bar = s.querySelector(".bar").getBoundingClientRect(), arrow = s.querySelector(".bar i").getBoundingClientRect();
			return arrow.left > bar.left + bar.width / 2; })(document.querySelector('section[data-locale="%s"][data-screen="phone-tips"]'))`, loc)
		assert.Equal(t, left, arrow, "%s: the arrow back stands where the line begins", loc)
	}
}
