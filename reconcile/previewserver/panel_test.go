package previewserver_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// opened opens the address that livery printed.
func (s *site) opened(width, height int64) *tab {
	s.t.Helper()
	b := openTab(s.t, width, height)
	b.visit(s.address + s.path)
	b.until(`document.querySelectorAll(".screen").length > 0 && document.getElementById("edit")`)
	return b
}

// holds waits until a file holds a text.
func (s *site) holds(b *tab, name, text string) {
	s.t.Helper()
	b.until(`true`)
	require.Eventually(s.t, func() bool {
		data, err := os.ReadFile(filepath.Join(s.dir, name))
		return err == nil && strings.Contains(string(data), text)
	}, 2*time.Minute, 10*time.Millisecond, "%s does not hold %s", name, text)
}

const (
	button    = `Array.from(document.querySelectorAll('.device [data-field="mobileTipsPage.startButtonBackgroundColor"]'), (e) => getComputedStyle(e).backgroundColor)`
	focusedAt = `(document.activeElement.id || document.activeElement.textContent || document.activeElement.tagName)`
)

// tabTo presses the tab key until something has the focus.
func (b *tab) tabTo(what string) {
	b.t.Helper()
	for range 200 {
		if ask[string](b, focusedAt) == what {
			return
		}
		b.press(kb.Tab)
	}
	b.t.Fatalf("the tab key does not lead to %s", what)
}

// can reports which of Undo and Redo do something.
func can(undo, redo bool) string {
	return fmt.Sprintf(`Array.from(document.querySelectorAll("#edit > .bar button")).slice(2).map((b) => b.textContent + b.ariaDisabled).join() === "Undo%v,Redo%v"`, !undo, !redo)
}

// erase takes out what stands in the field that has the focus.
func (b *tab) erase() {
	b.t.Helper()
	b.until(`document.activeElement.select(), true`)
	b.press(kb.Backspace)
}

// With nothing but the keyboard from the start to a colour that is saved, and taken back, in
// windows of a phone, a tablet and a desktop.
func TestEditByKeyboard(t *testing.T) {
	for _, width := range []int64{390, 820, 1440} {
		t.Run(fmt.Sprint(width), func(t *testing.T) { editByKeyboard(t, width) })
	}
}

func editByKeyboard(t *testing.T, width int64) {
	s := editable(t, brandStack)
	b := s.opened(width, 844)
	assert.Equal(t, s.address+"/", ask[string](b, `location.href`), "the address holds no token")
	b.press(kb.ArrowRight)
	b.until(`document.querySelector(".screen.here")`)
	b.until(can(false, false))
	b.press(kb.F2)
	b.until(focusedAt + ` === "edit-field"`)
	for range 60 {
		if ask[string](b, `document.activeElement.value`) == "mobileTipsPage.startButtonBackgroundColor" {
			break
		}
		b.press(kb.ArrowDown)
	}
	b.until(`document.getElementById("edit-value") && document.getElementById("edit-value").value === "#00483c"`)
	b.until(`document.getElementById("edit").innerText.includes("var.brand, brand.auto.liveryvars.hcl:2: 2 fields in 2 languages")`)
	b.tabTo("edit-value")
	b.erase()
	b.press("#6b2fb3")
	b.until(`%s.length === 2 && %s.every((c) => c === "rgb(107, 47, 179)")`, button, button)
	assert.Contains(t, s.file("brand.auto.liveryvars.hcl"), "#00483c", "it is drawn and not written")
	b.press(kb.Enter)
	b.until(`document.getElementById("edit-review").open && document.getElementById("edit-review").innerText.includes('+brand = "#6b2fb3"')`)
	b.until(focusedAt + ` === "Save"`)
	b.press(kb.Enter)
	s.holds(b, "brand.auto.liveryvars.hcl", `brand = "#6b2fb3"`)
	b.until(`document.querySelector("#edit .said").innerText === "Saved: brand.auto.liveryvars.hcl."`)
	b.until(`%s.every((c) => c === "rgb(107, 47, 179)")`, button)
	b.until(focusedAt + ` === "edit-value"`)
	b.until(can(true, false))
	b.tabTo("Undo")
	b.press(kb.Enter)
	s.holds(b, "brand.auto.liveryvars.hcl", `brand = "#00483c"`)
	b.until(`%s.every((c) => c === "rgb(0, 72, 60)")`, button)
	b.until(`document.querySelector("#edit .said").innerText === "Undone: brand.auto.liveryvars.hcl."`)
	b.until(can(false, true))
	b.tabTo("Undo") // there is nothing to undo: it can be reached, and does nothing
	b.press(kb.Enter)
	b.tabTo("Redo")
	b.press(kb.Enter)
	s.holds(b, "brand.auto.liveryvars.hcl", `brand = "#6b2fb3"`)
	b.until(can(true, false))
	s.opened(1440, 900).until(can(true, false)) // in another window too
}

// Where there is no room for columns, F2 opens the panel too.
func TestEditInANarrowWindow(t *testing.T) {
	for _, width := range []int64{390, 820} {
		b := editable(t, brandStack).opened(width, 844)
		b.press(kb.ArrowRight)
		b.until(`document.querySelector(".screen.here")`)
		b.press(kb.F2)
		b.until(focusedAt + ` === "edit-field"`)
		b.until(`(() => { const box = document.getElementById("edit-field").getBoundingClientRect(); return box.top >= 0 && box.bottom <= innerHeight; })()`)
	}
}

// Nothing is cut off at the side, however narrow the window or large its letters.
func TestPanelHasRoom(t *testing.T) {
	s := editable(t, brandStack)
	b := s.opened(160, 844)
	for _, width := range []int64{160, 240, 320} {
		b.size(width, 844)
		for _, field := range []string{"mobileTipsPage.startButtonBackgroundColor", "titleText", "mobileTipsPage.tips"} {
			s.chosen(b, "en_US", "phone-tips", field)
			b.until(`document.querySelector(".drawer[aria-controls=side]").click(), document.getElementById("edit").checkVisibility()`)
			if field == "titleText" { // what waits is listed
				b.writes("Another")
				b.until(`document.querySelector("#edit .queue li")`)
			}
			for _, e := range []string{"documentElement", `getElementById("side")`, `getElementById("edit")`} {
				b.until(`document.%s.scrollWidth <= document.%s.clientWidth + 1`, e, e)
			}
			if field == "titleText" {
				b.click("#edit > .bar button:nth-child(2)")
			}
		}
	}
}

// With the pointer: a text of a language, with its count, its direction and what the page
// fills in; a name of the palette; several changes saved together; what would stop an
// apply is not saved.
func TestEditByPointer(t *testing.T) {
	s := editable(t, brandStack)
	b := s.opened(1440, 900)
	clickField := func(locale, field string) {
		t.Helper()
		selector := fmt.Sprintf(`.screen[data-locale="%s"] .device [data-field="%s"]`, locale, field)
		b.until(`document.querySelector(%q).scrollIntoView({ block: "center" }), true`, selector)
		b.click(selector)
		b.until(`document.querySelector('#edit-field option[value="%s"]')`, field)
		if ask[string](b, `document.getElementById("edit-field").value`) != field { // words lie on what has their colour
			b.until(`(e => { e.value = %q; e.dispatchEvent(new Event("change")); return true; })(document.getElementById("edit-field"))`, field)
		}
	}
	clickField("ar_AE", "titleText")
	area := `document.getElementById("edit-value")`
	b.until(`%s && %s.value === "فحص الوجه" && %s.dir === "rtl" && %s.lang.startsWith("ar")`, area, area, area, area)
	b.until(`document.getElementById("edit-count").textContent === "9/100"`)
	b.click("#edit-value")
	b.erase()
	b.press(strings.Repeat("x", 101))
	b.until(`document.getElementById("edit-count").textContent === "101/100"`)
	b.until(`document.querySelector("#edit .verdict").innerText.startsWith("Cannot be saved: texts/ar.json:2:")`)
	b.until(`document.querySelector("#edit .problems li b")`)
	b.click("#edit > .bar button:first-child")
	b.until(`document.getElementById("edit-review").open && document.querySelector("#edit-review .bar button").disabled`)
	b.click("#edit-review .bar button:last-child")
	b.click("#edit-value")
	b.erase()
	b.press("الوجه")
	b.until(`document.getElementById("edit-count").textContent === "5/100" && !document.getElementById("edit").matches(".stopped")`)
	b.until(`document.querySelector('.screen[data-locale="ar_AE"] .device [data-field="titleText"]').textContent.includes("الوجه")`)

	clickField("en_US", "mobileTipsPage.startButtonText")
	b.until(`%s && %s.value === "Start in {second} s"`, area, area)
	b.click("#edit-value")
	b.press(kb.End, kb.ArrowLeft, kb.ArrowLeft, kb.Backspace)
	b.until(`%s.value === "Start in {second} s" && document.querySelector("#edit .said").innerText.includes("{second} stays")`, area)

	clickField("en_US", "mobileTipsPage.titleTextColor")
	b.until(`document.querySelector('#edit .palette input[value="var.brand"]') && document.getElementById("edit-value").value === "#101820"`)
	b.click(`#edit .ways input[value="theme:theme.base"]`)
	b.click(`#edit .palette input[value="var.brand"]`)
	b.until(`document.querySelector("#edit .waiting").innerText === "2 changes are not saved yet."`)
	b.until(`Array.from(document.querySelectorAll('.device [data-field="mobileTipsPage.titleTextColor"]')).every((e) => getComputedStyle(e).color === "rgb(0, 72, 60)")`)
	b.click("#edit > .bar button:first-child")
	b.until(`document.querySelectorAll("#edit-review pre").length === 2`)
	b.click("#edit-review .bar button:first-child")
	s.holds(b, "texts/ar.json", `"titleText": "الوجه"`)
	s.holds(b, "main.livery.hcl", `title_text_color              = var.brand`)
	b.until(`document.querySelector("#edit .waiting").innerText === "" && document.querySelector("#edit .said").innerText.startsWith("Saved: ")`)

	clickField("en_US", "mobileTipsPage.startButtonTextColor") // a function makes it
	b.until(`document.getElementById("edit").innerText.includes("readable_on(var.brand) makes this value")`)
	b.click("#edit .inputs button")
	b.until(`document.getElementById("edit-field").value === "mobileTipsPage.startButtonBackgroundColor"`)
	clickField("en_US", "mobileLoadingPage.loadingTextColor") // what it is made of is shown nowhere
	b.until(`document.querySelector("#edit .inputs a")?.href === "vscode://file%s/main.livery.hcl:7"`, s.dir)
	b.until(`document.querySelector("#detail .open").href === "vscode://file%s/main.livery.hcl:17"`, s.dir)
}

// A list of tips that is not there yet gets tips, one after the other, and loses the last one.
func TestEditTips(t *testing.T) {
	s := editable(t, brandStack)
	was := s.file("main.livery.hcl")
	b := s.opened(1440, 900)
	tips := func(locale string) string {
		return fmt.Sprintf(`Array.from(document.querySelectorAll('.screen[data-locale="%s"][data-screen="phone-tips"] .device .tip .t'), (e) => e.textContent).join("|")`, locale)
	}
	press := func(text string) {
		t.Helper()
		b.until(`(b => { b?.focus(); return document.activeElement === b; })(Array.from(document.querySelectorAll("#edit .control button")).find((b) => b.textContent === %q))`, text)
		b.press(kb.Enter)
	}
	field := func(path string) {
		t.Helper()
		b.until(`document.getElementById("edit-field").value === %q && document.activeElement.matches("textarea#edit-value, input#edit-value") && document.activeElement.value === ""`, path)
	}
	b.visit("about:blank")
	b.visit(s.address + "/#locale=en_US&screen=phone-tips&element=en_US.phone-tips+mobileTipsPage.tips+0")
	b.until(`document.getElementById("edit-field")?.value === "mobileTipsPage.tips" && document.getElementById("edit-default").disabled`)
	press("Add a tip")
	field("mobileTipsPage.tips[0].text")
	b.press("Find light")
	b.until(tips("en_US") + ` === "Find light"`)
	b.until(tips("ar_AE") + ` === "Find light"`)
	press("Its picture")
	field("mobileTipsPage.tips[0].iconLink")
	b.press("https://cdn.example/a.png")
	press("All tips")
	press("Add a tip")
	field("mobileTipsPage.tips[1].text")
	b.press("Smile")
	b.until(tips("en_US") + ` === "Find light|Smile"`)
	press("All tips")
	b.until(`document.querySelector("#edit .tips").innerText === "Find light\nSmile"`)
	b.press(kb.Tab) // from Add to Remove
	b.press(kb.Enter)
	b.until(tips("en_US") + ` === "Find light"`)
	b.until(`document.activeElement.id === "edit-less" && document.activeElement.ariaDisabled === "true"`)
	b.click("#edit > .bar button:first-child")
	b.until(`document.getElementById("edit-review").open`)
	b.press(kb.Enter)
	s.holds(b, "main.livery.hcl", `    tip {
      icon_link = "https://cdn.example/a.png"
      text      = "Find light"
    }
`)
	b.until(`document.querySelector("#edit .said").innerText.startsWith("Saved: ")`)
	b.until(`document.querySelector("#edit .tips").innerText === "Find light"`)
	press("Add a tip")
	field("mobileTipsPage.tips[1].text")
	b.press("Smile")
	b.until(tips("ar_AE") + ` === "Find light|Smile"`)
	b.erase()
	b.until(tips("ar_AE") + ` === "Find light" && document.querySelector("#edit .waiting").innerText === ""`)
	b.tabTo("Undo")
	b.press(kb.Enter)
	require.Eventually(t, func() bool { return s.file("main.livery.hcl") == was }, 2*time.Minute, 10*time.Millisecond)
}

// A file that another program changes meanwhile is not written over, and the page says so;
// what was not saved stays.
func TestEditConflict(t *testing.T) {
	s := editable(t, brandStack)
	b := s.opened(1440, 900)
	b.click(`.screen[data-locale="en_US"] .device [data-field="titleText"]`)
	b.until(`document.getElementById("edit-value") && document.getElementById("edit-value").value === "Face check"`)
	b.click("#edit-value")
	b.press("!")
	b.until(`document.querySelector('.screen[data-locale="en_US"] .device [data-field="titleText"]').textContent.includes("Face check!")`)
	b.click("#edit > .bar button:first-child")
	b.until(`document.getElementById("edit-review").open`)
	theirs := strings.Replace(s.file("main.livery.hcl"), "#101820", "#202020", 1)
	require.NoError(t, os.WriteFile(filepath.Join(s.dir, "main.livery.hcl"), []byte(theirs), 0o600))
	b.click("#edit-review .bar button:first-child")
	b.until(`document.querySelector("#edit .said").innerText.startsWith("A file has changed.")`)
	assert.Equal(t, theirs, s.file("main.livery.hcl"))
	b.until(`document.querySelector("#edit .waiting").innerText === "1 change is not saved yet."`)
	b.until(`document.querySelector('.screen[data-locale="en_US"] .device [data-field="titleText"]').textContent.includes("Face check!")`)
	b.taken(&b.faults) // the browser notes each answer that is a refusal
	b.click("#edit > .bar button:first-child")
	b.until(`document.getElementById("edit-review").open && document.getElementById("edit-review").innerText.includes("Face check!")`)
	b.click("#edit-review .bar button:first-child")
	s.holds(b, "main.livery.hcl", "Face check!")
	s.holds(b, "main.livery.hcl", "#202020")
}

// The panel has no fault for people who see or hear it otherwise, and nothing in it is wider
// than the window.
func TestAuditOfThePanel(t *testing.T) {
	script := auditor(t)
	s := editable(t, brandStack)
	b := s.opened(1440, 900)
	for _, width := range []int64{1440, 820, 390} {
		b.size(width, 900)
		for _, field := range []string{"titleText", "mobileTipsPage.startButtonBackgroundColor", "mobileTipsPage.tips"} {
			b.visit("about:blank")
			b.visit(s.address + "/#locale=en_US&screen=phone-tips&field=" + field)
			ask[bool](b, script+";true")
			b.until(`document.getElementById("edit-value")`)
			for _, dark := range []bool{false, true} {
				b.dark(dark)
				b.settle()
				said := awaited[[]string](b, audit)
				assert.Empty(t, said, "%d px, dark %v, %s:\n%s", width, dark, field, strings.Join(said, "\n"))
			}
			assert.True(t, ask[bool](b, `document.getElementById("edit").scrollWidth <= document.getElementById("edit").clientWidth + 1`), "%d px, %s", width, field)
		}
	}
}
