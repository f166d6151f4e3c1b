package previewserver_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile/inspect"
	"livery/schema/texts"
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

// outside changes a file as another program does.
func (s *site) outside(name, was, is string) {
	s.t.Helper()
	text := s.file(name)
	require.Contains(s.t, text, was)
	require.NoError(s.t, os.WriteFile(filepath.Join(s.dir, name), []byte(strings.Replace(text, was, is, 1)), 0o600))
}

const meanwhile = `document.querySelector("#edit .meanwhile").innerText`

// Who has the focus in a field sees what becomes of it in the files; what was typed stays, with
// a word of that; and what the files have by now waits no more.
func TestFieldsOfFilesThatChange(t *testing.T) {
	s := editable(t, shared)
	a, b := s.opened(1440, 900), s.opened(1440, 900)
	s.chosen(b, "en_US", "phone-tips", "titleText")
	b.click("#edit-value")
	b.press(kb.Home, kb.ArrowRight)
	s.chosen(a, "en_US", "phone-tips", "titleText")
	a.writes("From A")
	a.saves()
	b.until(shownValue + ` === "From A" && document.activeElement.id === "edit-value" && document.activeElement.selectionStart === 1`)
	b.press("X")
	b.until(shownValue + ` === "FXrom A"`)

	s.outside("main.livery.hcl", "From A", "Theirs")
	b.until(meanwhile + ` === 'Meanwhile the file has "Theirs".'`)
	assert.Equal(t, "FXrom A", ask[string](b, shownValue))
	b.writes("From A") // which the file had
	b.until(waiting + ` === "1 change is not saved yet."`)
	s.outside("main.livery.hcl", "Theirs", "From A")
	b.until(waiting + ` === "" && ` + meanwhile + ` === "" && ` + shownValue + ` === "From A"`)
	b.until(`document.querySelector("#edit .said").innerText === "titleText: the file has it by now."`)

	a.writes("Once more")
	a.saves()
	b.until(shownValue + ` === "Once more"`)
	a.tabTo("Undo")
	a.press(kb.Enter)
	b.until(shownValue + ` === "From A"`)
	a.until(shownValue + ` === "From A"`)
}

// What waits is listed, each with a way to it and a way out. What cannot be saved any more says
// why, and keeps nothing else from being saved.
func TestListOfWhatWaits(t *testing.T) {
	s := editable(t, shared)
	b := s.opened(1440, 900)
	s.chosen(b, "en_US", "phone-tips", "titleText")
	b.writes("Mine")
	b.click(`.screen[data-locale="en_US"] .device [data-field="titleText"]`)
	b.until(`location.hash = "#locale=fr_FR&screen=phone-tips&field=titleText", true`)
	b.until(shownValue + ` === "Commun"`)
	b.writes("Autre")
	const rows = `Array.from(document.querySelectorAll("#edit .queue li"), (li) => li.innerText.replaceAll("\n", "|")).join(";")`
	b.until(rows + ` === 'English (United States): titleText|"Mine"|Take back;French (France): titleText|"Autre"|Take back'`)
	b.click(`#edit .queue li:first-child button`)
	b.until(shownValue + ` === "Mine" && location.hash.includes("en_US")`)

	s.outside("main.livery.hcl", `locale "en"`, `locale "de_DE"`)
	b.until(`document.querySelector("#edit .queue li.stops small")?.innerText.startsWith("No such language. ")`)
	b.taken(&b.faults) // the browser notes each answer that is a refusal
	assert.Equal(t, "Mine", ask[string](b, shownValue), "who types goes on")
	b.until(`document.querySelectorAll("#edit .queue li.stops").length === 1 && document.querySelector("#edit .verdict").innerText.startsWith("Cannot be saved: ")`)
	b.tabTo("Take back")
	b.press(kb.Enter)
	b.until(rows + ` === 'French (France): titleText|"Autre"|Take back'`)
	b.until(focusedAt + ` === "Take back" && document.querySelector("#edit .verdict").innerText === ""`)
	b.saves()
	assert.Contains(t, s.file("main.livery.hcl"), `"Autre"`)
	b.taken(&b.faults)
}

// What a change spoils elsewhere stands beside it, and leads there.
func TestWhatAChangeSpoils(t *testing.T) {
	s := editable(t, `-- main.livery.hcl --
theme "base" {
  mobile_tips_page {
    start_button_background_color = "#00483c"
    start_button_text_color       = "#ffffff"
    tip { text = "Look" }
  }
}
locale "en" {
  theme = theme.base
}
locale "zh_CN" {
  theme = theme.base
}
`)
	b := s.opened(1440, 900)
	const spoilt = `Array.from(document.querySelectorAll("#edit .problems li"), (li) => li.querySelector("b").innerText + " " + (li.querySelector("button")?.innerText || "")).join(";")`
	s.chosen(b, "en_US", "phone-tips", background)
	b.writes("#f4f4f4")
	b.until(spoilt+`.startsWith("contrast ") && %s.includes("mobileTipsPage.startButtonTextColor")`, spoilt)
	b.click("#edit .problems button")
	b.until(`document.getElementById("edit-field").value === "mobileTipsPage.startButtonTextColor" && ` + shownValue + ` === "#ffffff"`)
	b.click("#edit .queue li:first-child button")
	b.until(shownValue + ` === "#f4f4f4"`)
	b.writes("#00483c")
	b.until(`document.querySelector("#edit .problems").children.length === 0 && ` + waiting + ` === ""`)

	b.turnTo("mobileTipsPage.tips")
	b.until(`document.querySelector("#edit .tips button").click(), true`)
	b.until(shownValue + ` === "Look"`)
	b.writes(strings.Repeat("x", 60))
	b.until(spoilt + `.includes("Chinese (Simplified, China): mobileTipsPage.tips")`)
	b.until(`document.querySelector("#edit .queue li.stops")`)
}

// What was typed comes back when the API's default is not wanted after all.
func TestDefaultAndBack(t *testing.T) {
	s := editable(t, shared)
	b := s.opened(1440, 900)
	s.chosen(b, "en_US", "phone-tips", "titleText")
	b.writes("Typed")
	b.click("#edit-default")
	b.until(`document.querySelector("#edit .queue bdi")?.innerText === "the API's default"`)
	b.turnTo(background) // the form is made anew meanwhile
	b.turnTo("titleText")
	b.until(`document.getElementById("edit-default").checked`)
	b.click("#edit-default")
	b.until(shownValue + ` === "Typed" && document.querySelector("#edit .queue bdi").innerText === '"Typed"'`)
	b.click("#edit .queue li button:last-child")
	b.until(shownValue + ` === "Shared"`)
	b.click("#edit-default")
	b.until(waiting + ` === "1 change is not saved yet."`)
	b.click("#edit-default")
	b.until(shownValue + ` === "Shared" && ` + waiting + ` === ""`)
}

// What ends in a line feed, as a heredoc does, is counted with it, as the service does.
func TestCountOfAHeredoc(t *testing.T) {
	s := editable(t, "-- main.livery.hcl --\nlocale \"en\" {\n  title_text = <<-EOT\n    Look\n  EOT\n}\n")
	b := s.opened(1440, 900)
	s.chosen(b, "en_US", "phone-tips", "titleText")
	count := `document.getElementById("edit-count").textContent`
	b.click("#edit-value")
	b.erase()
	b.insert(strings.Repeat("x", 100))
	b.until(count + ` === "101/100" && document.getElementById("edit-count").matches(".over")`)
	b.until(`document.querySelector("#edit .verdict").innerText.startsWith("Cannot be saved: ")`)
	b.erase()
	b.insert(strings.Repeat("x", 99))
	b.until(count + ` === "100/100" && !document.getElementById("edit-count").matches(".over") && !document.getElementById("edit").matches(".stopped")`)
	b.saves()
	assert.Contains(t, s.file("main.livery.hcl"), "\n    "+strings.Repeat("x", 99)+"\n  EOT\n")
}

// Where a page is no language's, what is chosen is changed in that whose it is.
func TestPagesOfNoLanguage(t *testing.T) {
	b := editable(t, shared).opened(1440, 900)
	b.until(`location.hash = "#locale=longest&screen=phone-tips", true`)
	b.until(`document.querySelector('.sheet[data-locale="longest"]')`)
	b.click(`.screen[data-locale="longest"] .device [data-field="titleText"]`)
	b.until(shownValue + ` === "Shared" && document.getElementById("edit-title").innerText.toLowerCase() === "change english (united states)"`)
	b.writes("S")
	b.until(`document.querySelector('.screen[data-locale="longest"] .device [data-field="titleText"]').textContent === "Commun"`)
	b.until(`document.getElementById("edit-field").value === "titleText"`)

	b = editable(t, shared, inspect.PreviewOptions{Pseudo: []texts.Pseudo{{Longer: 30}}}).opened(1440, 900)
	b.until(`location.hash = "#locale=pseudo&screen=phone-tips", true`)
	b.click(`.screen[data-locale="pseudo"] .device [data-field="titleText"]`)
	b.until(`document.querySelector("#edit .said").innerText.startsWith("Livery makes this page up ") && document.querySelector("#edit form").hidden`)
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

// What livery refused is said no longer than it does: not after the files were mended, nor after
// the browser was let in again.
func TestRefusalsThatEnd(t *testing.T) {
	s := editable(t, shared)
	b := s.opened(1440, 900)
	const said, verdict = `document.querySelector("#edit .said").innerText`, `document.querySelector("#edit .verdict").innerText`
	s.chosen(b, "en_US", "phone-tips", "titleText")
	b.until(`document.activeElement.blur(), true`)
	s.outside("main.livery.hcl", "theme.base", "theme.bas")
	b.until(said + `.startsWith("The files have errors. ") && document.querySelector("#edit form").hidden`)
	s.outside("main.livery.hcl", "theme.bas\n", "theme.base\n")
	b.until(said + ` === "" && ` + shownValue + ` === "Shared"`)

	b.writes("Mine")
	s.outside("main.livery.hcl", "theme.base", "theme.bas")
	b.until(verdict + `.startsWith("Cannot be saved: The files have errors. ") && ` + shownValue + ` === "Mine"`)
	b.until(said + `.startsWith("The files have errors. ")`)
	s.outside("main.livery.hcl", "theme.bas\n", "theme.base\n")
	b.until(said + ` === "" && !` + verdict + `.startsWith("Cannot be saved: ")`)

	b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, network.ClearBrowserCookies, cdp.Empty{})
		return err
	}))
	b.click("#edit-value")
	b.press(kb.End, "!")
	b.until(verdict + `.startsWith("Cannot be saved: Not allowed. ")`)
	require.True(t, awaited[bool](b, fmt.Sprintf(`fetch(%q).then((answer) => answer.ok)`, s.path))) // as another tab that opens the address
	b.click("#edit > .bar button:first-child")
	b.until(`document.getElementById("edit-review").open && !document.querySelector("#edit-review .bar button").disabled`)
	b.taken(&b.faults)
	b.click("#edit-review .bar button:first-child")
	s.holds(b, "main.livery.hcl", "Mine!")
}

// What cannot be undone is refused once, and can be tried again when the files are others.
func TestUndoThatFails(t *testing.T) {
	s := editable(t, shared)
	b := s.opened(1440, 900)
	s.chosen(b, "en_US", "phone-tips", "titleText")
	b.writes("Mine")
	b.saves()
	b.until(can(true, false))
	s.outside("main.livery.hcl", "Mine", "Theirs")
	b.until(shownValue + ` === "Theirs"`)
	b.tabTo("Undo")
	b.press(kb.Enter)
	b.until(`document.querySelector("#edit .said").innerText !== "" && ` + can(false, false))
	b.taken(&b.faults)
	s.outside("main.livery.hcl", "Theirs", "Mine")
	b.until(shownValue + ` === "Mine" && ` + can(true, false))
	b.tabTo("Undo")
	b.press(kb.Enter)
	b.until(shownValue + ` === "Shared" && ` + can(false, true))
}
