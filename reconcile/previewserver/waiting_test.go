package previewserver_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// shared is a stack in which two fields have the colour of one variable.
const shared = `-- main.livery.hcl --
variable "brand" {
  type = string
}

theme "base" {
  mobile_tips_page {
    title_text_color              = var.brand
    start_button_background_color = var.brand
  }
}

locale "en" {
  theme      = theme.base
  title_text = "Shared"
}

locale "fr_FR" {
  theme      = theme.base
  title_text = "Commun"
}
-- brand.auto.liveryvars.hcl --
brand = "#00483c"
`

const (
	background = "mobileTipsPage.startButtonBackgroundColor"
	titleText  = "mobileTipsPage.titleTextColor"
	shownValue = `document.getElementById("edit-value")?.value`
	waiting    = `document.querySelector("#edit .waiting").innerText`
)

// turnTo takes up another field of the screen, in the form.
func (b *tab) turnTo(field string) {
	b.t.Helper()
	b.until(`(e => { document.querySelector("#edit .control").firstChild.stale = true; e.value = %q; e.dispatchEvent(new Event("change")); return e.value === %q; })(document.getElementById("edit-field"))`, field, field)
	b.until(`document.getElementById("edit-value") && !document.querySelector("#edit .control").firstChild.stale`)
}

// writes puts another value in the place of what the form shows.
func (b *tab) writes(text string) {
	b.t.Helper()
	b.click("#edit-value")
	b.erase()
	b.press(text)
	b.until(shownValue+` === %q`, text)
}

// saves saves what waits, after a look at it.
func (b *tab) saves() {
	b.t.Helper()
	b.click("#edit > .bar button:first-child")
	b.until(`document.getElementById("edit-review").open && !document.querySelector("#edit-review .bar button").disabled`)
	b.click("#edit-review .bar button:first-child")
	b.until(`document.querySelector("#edit .said").innerText.startsWith("Saved: ")`)
}

// Fields that share an origin show what has become of it, and what was changed last is saved,
// also where that is what the file has.
func TestChangesOfOneOrigin(t *testing.T) {
	s := editable(t, shared)
	b := s.opened(1440, 900)
	s.chosen(b, "en_US", "phone-tips", background)
	b.writes("#ff0000")
	b.turnTo(titleText)
	b.until(shownValue + ` === "#ff0000"`)
	b.writes("#0000ff")
	b.turnTo(background)
	b.until(shownValue + ` === "#0000ff"`)
	b.writes("#00ff00")
	b.until(`%s.every((c) => c === "rgb(0, 255, 0)")`, button)
	b.saves()
	assert.Equal(t, "brand = \"#00ff00\"\n", s.file("brand.auto.liveryvars.hcl"))

	b.writes("#ff0000")
	b.turnTo(titleText)
	b.writes("#00ff00")
	b.until(`%s.every((c) => c === "rgb(0, 255, 0)")`, button)
	b.click(`#edit .ways input[value="theme:theme.base"]`) // that field alone, which stays as it is in the file
	b.until(`%s.every((c) => c === "rgb(255, 0, 0)")`, button)
	b.saves()
	assert.Equal(t, "brand = \"#ff0000\"\n", s.file("brand.auto.liveryvars.hcl"))
	assert.Contains(t, s.file("main.livery.hcl"), `title_text_color              = "#00ff00"`)
}

// Either spelling of a language is taken in an address.
func TestPermalinksOfEitherSpelling(t *testing.T) {
	s := editable(t, shared)
	b := s.opened(1440, 900)
	b.until(`location.hash = "#locale=en", true`)
	b.until(visible + `.length > 1 && ` + visible + `.every((s) => s.dataset.locale === "en_US")`)
	b.visit("about:blank")
	b.visit(s.address + "/#locale=en&screen=phone-tips&element=en.phone-tips+titleText+0")
	b.until(visible + `.length === 1 && ` + shownValue + ` === "Shared"`)
}
