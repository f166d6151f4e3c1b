package previewserver_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile/previewserver"
	"livery/schema/preview"
	"livery/schema/stack"
)

// desk is a stack of one file that somebody edits.
type desk struct {
	t   testing.TB
	dir string
}

// draw is what the command does, without a state.
func (d desk) draw(context.Context) (previewserver.Snapshot, error) {
	stack, diags := stack.Load(stack.Options{
		FS: os.DirFS(d.dir), Dir: ".", Name: func(file string) string { return file }, Need: stack.NeedDocuments,
		Env: func(string) (string, bool) { return "", false },
	})
	p := previewserver.Snapshot{HasErrors: diags.HasErrors(), Watch: []string{d.dir}}
	p.Gallery.Title = "Desk"
	for _, doc := range stack.Documents {
		p.Gallery.Sheets = append(p.Gallery.Sheets, preview.Sheet{Document: doc})
	}
	p.Gallery.Problems = preview.Problems(diags)
	return p, nil
}

func (d desk) write(text string) {
	d.t.Helper()
	require.NoError(d.t, os.WriteFile(filepath.Join(d.dir, "main.livery.hcl"), []byte(text), 0o600))
}

// save writes a stack of some languages whose passed page has this background, and
// a title of so many words on the first page.
func (d desk) save(colour string, words int) {
	d.t.Helper()
	var b strings.Builder
	b.WriteString("account {\n  base_url = \"simulator\"\n}\n")
	for _, loc := range []string{"en", "id", "th", "vi", "ar_AE"} {
		fmt.Fprintf(&b, "locale %q {\n  title_text = \"Desk\"\n  mobile_tips_page {\n    title_desc_text = %q\n  }\n  mobile_result_page {\n    background_color = %q\n  }\n}\n",
			loc, strings.TrimSpace(strings.Repeat("words ", words)), colour)
	}
	d.write(b.String())
}

// followed serves a desk and follows its files; end is what a Ctrl-C does.
func followed(t testing.TB) (d desk, address string, end func()) {
	t.Helper()
	d = desk{t, t.TempDir()}
	d.save("#112233", 2)
	s, address, stop := serve(t, d.draw)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Follow(ctx) }()
	end = func() {
		if ctx.Err() == nil {
			cancel()
			assert.NoError(t, <-done)
			stop()
		}
	}
	t.Cleanup(end)
	return d, address, end
}

// passed is the background of the passed page of Thai.
const passed = `getComputedStyle(document.querySelector('section[data-locale="th_TH"][data-screen="phone-passed"] .page')).backgroundColor`

// standing is where somebody is: what is chosen, what has the focus, the address,
// and how far from the top of the window the chosen screen is.
type standing struct {
	Chosen, Focus, Hash string
	Marked              bool // it is still the same page
	Top                 float64
}

const whereAmI = `(() => { const name = (s) => s ? s.dataset.locale + " " + s.dataset.screen : "", here = document.querySelector(".screen.here");
	return { Chosen: name(here), Focus: name(document.activeElement.closest(".screen")), Hash: location.hash, Marked: window.marked === true,
		Top: here ? here.getBoundingClientRect().top : -1 }; })()`

// settled waits until the browser has drawn twice, so that whatever moves has moved.
const settled = `window.drawn = 0, requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(() => { window.drawn = 1; }))), true`

func (b *tab) settle() {
	b.t.Helper()
	b.until(settled)
	b.until("window.drawn === 1")
}

// Whoever saves a file sees it in the page that is open, and stays where they were.
func TestAnEditIsSeenAtOnce(t *testing.T) {
	for _, c := range []struct {
		name, hash, chosen string
		right              int
	}{
		{"everything", "", "ar_AE phone-uploading", 14},
		{"one language", "#locale=th_TH", "th_TH phone-camera-low", 11},
		{"one page", "#screen=phone-passed", "th_TH phone-passed", 3},
		{"one screen", "#locale=th_TH&screen=phone-passed", "th_TH phone-passed", 0},
		{"a field", "#locale=th_TH&screen=phone-tips&field=mobileTipsPage.titleDescText", "th_TH phone-tips", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, address, _ := followed(t)
			b := openTab(t, 1440, 700)
			b.visit(address + "/" + c.hash)
			b.until(`window.marked = true`)
			for range c.right + 1 {
				if c.right > 0 {
					b.press(kb.ArrowRight)
				}
			}
			b.settle()
			before := ask[standing](b, whereAmI)
			require.Equal(t, c.chosen, before.Chosen, "%+v", before)
			require.Equal(t, c.right > 0, before.Focus == before.Chosen)
			for i, words := range []int{16, 2, 15} { // what stands above grows and shrinks
				d.save(fmt.Sprintf("#0000%02x", 16+i), words)
				b.until(passed+` === "rgb(0, 0, %d)"`, 16+i)
				b.until(`document.body.dataset.renewed === "%d"`, i+1)
				b.settle()
				after := ask[standing](b, whereAmI)
				assert.InDelta(t, before.Top, after.Top, 1.5, "the chosen screen has moved")
				after.Top = before.Top
				assert.Equal(t, standing{before.Chosen, before.Focus, before.Hash, true, before.Top}, after)
			}
		})
	}
}

// Saves that follow one another quickly end with the last.
func TestManySavesEndWithTheLast(t *testing.T) {
	d, address, _ := followed(t)
	b := openTab(t, 1440, 700)
	b.visit(address)
	b.until(passed + ` === "rgb(17, 34, 51)"`)
	for i := range 30 {
		d.save(fmt.Sprintf("#00%02x00", 100+i), i%3)
	}
	b.until(passed + ` === "rgb(0, 129, 0)"`)
	require.NoError(t, os.Rename(filepath.Join(d.dir, "main.livery.hcl"), filepath.Join(d.dir, "other.livery.hcl")))
	d.write("locale \"ja_JP\" {\n}\n") // a file more, and with it a language
	b.until(`document.querySelector('section[data-locale="ja_JP"]')`)
	require.NoError(t, os.Remove(filepath.Join(d.dir, "other.livery.hcl")))
	b.until(`!document.querySelector('section[data-locale="th_TH"]') && document.querySelectorAll(".sheet").length === 1`)
}

// frames notes each frame that shows something else: the colour, how many screens there are,
// and whether the page speaks of faults.
const frames = `window.frames = [], (() => {
	const look = () => {
		const now = { Colour: document.querySelector(".screen") ? %s : "", Screens: document.querySelectorAll(".screen .device").length, Faulty: Boolean(document.querySelector(".broken")) };
		if (JSON.stringify(now) !== JSON.stringify(window.frames.at(-1))) window.frames.push(now);
		requestAnimationFrame(look);
	};
	look();
})(), true`

type frame struct {
	Colour  string
	Screens int
	Faulty  bool
}

// A hundred saves in a second, each of which empties the file before it is written, end with
// the last; on the way the page shows pictures that were saved, in their order, and whole.
func TestAHundredSavesInASecond(t *testing.T) {
	d, address, _ := followed(t)
	b := openTab(t, 1440, 700)
	b.visit(address)
	b.until(passed + ` === "rgb(17, 34, 51)"`)
	screens := ask[int](b, `document.querySelectorAll(".screen .device").length`)
	saves := 0
	for isSlow := true; isSlow; { // a file that stays empty for long is shown as it is: again
		require.Less(t, saves, 25500, "the machine never saved a hundred times without a pause")
		isSlow = false
		b.until(frames, passed)
		tick := time.NewTicker(10 * time.Millisecond)
		for range 100 {
			<-tick.C
			saves++
			began := time.Now()
			d.save(fmt.Sprintf("#00%02x%02x", saves/256, saves%256), 1+saves%3)
			isSlow = isSlow || time.Since(began) > previewserver.FaultyPeriod/2
		}
		tick.Stop()
		b.until(`%s === "rgb(0, %d, %d)"`, passed, saves/256, saves%256)
	}
	b.settle() // the last frame is noted when it is drawn
	last := -1
	for _, f := range ask[[]frame](b, `window.frames`) {
		var red, green, blue int
		_, err := fmt.Sscanf(f.Colour, "rgb(%d, %d, %d)", &red, &green, &blue)
		require.NoError(t, err, f.Colour)
		assert.Equal(t, frame{f.Colour, screens, false}, f)
		if red == 0 {
			assert.Greater(t, green*256+blue, last, "an older picture after a newer one")
			last = green*256 + blue
		}
	}
	assert.Equal(t, saves, last)
}

// What somebody points at stays pointed at, with the value that it has now.
func TestWhatIsPointedAtStays(t *testing.T) {
	d, address, _ := followed(t)
	b := openTab(t, 1440, 900)
	b.visit(address + "/#locale=th_TH&screen=phone-tips")
	b.click(`section[data-locale="th_TH"][data-screen="phone-tips"] [data-field="mobileTipsPage.titleDescText"]`)
	b.until(`document.getElementById("inspector").innerText.includes("main.livery.hcl:25")`)
	d.save("#112233", 3)
	b.until(`document.getElementById("inspector").innerText.includes("words words words")`)
	b.until(`document.querySelector(".ring.lit")?.dataset.ring === "mobileTipsPage.titleDescText"`)
}

// While the files are broken, the last good picture stays and the faults are told.
func TestBrokenFilesKeepTheLastPicture(t *testing.T) {
	d, address, _ := followed(t)
	b := openTab(t, 1440, 700)
	b.visit(address + "/#locale=th_TH")
	d.save("#223344", 2)
	b.until(passed + ` === "rgb(34, 51, 68)"`)
	d.write("locale \"th\" {\n  mobile_result_page {\n    background_color = \"#99\n")
	b.until(`document.querySelector(".broken")?.checkVisibility()`)
	said := ask[string](b, `document.querySelector(".broken").textContent`)
	assert.Contains(t, said, "The files have errors")
	assert.Contains(t, said, "the last picture without them")
	assert.Contains(t, said, "main.livery.hcl:3")
	assert.Equal(t, "rgb(34, 51, 68)", ask[string](b, passed))
	box := ask[standing](b, `({ Top: document.querySelector(".broken").getBoundingClientRect().top })`)
	assert.Less(t, box.Top, 700.0, "nobody has to look for it")

	b.visit(address) // who comes now sees the same
	assert.Equal(t, "rgb(34, 51, 68)", ask[string](b, passed))
	b.until(`document.querySelector(".broken").checkVisibility()`)

	d.save("#334455", 2)
	b.until(passed + ` === "rgb(51, 68, 85)"`)
	b.until(`!document.querySelector(".broken")`)
}

// A server that ends says so by being silent; one that comes back is followed again.
func TestAServerThatEnds(t *testing.T) {
	d, address, end := followed(t)
	b := openTab(t, 1440, 700)
	b.visit(address)
	d.save("#223344", 2)
	b.until(passed + ` === "rgb(34, 51, 68)"`)
	b.until(`document.getElementById("live").innerText === ""`)
	end()
	b.until(`document.getElementById("live").innerText.includes("livery does not answer")`)
	b.until(passed + ` === "rgb(34, 51, 68)"`)

	d.save("#445566", 2)
	serveAt(t, strings.TrimPrefix(address, "http://"), d.draw)
	b.until(passed + ` === "rgb(68, 85, 102)"`)
	b.until(`document.getElementById("live").innerText === ""`)
	for _, fault := range b.taken(&b.faults) {
		assert.Contains(t, fault, "Failed to load resource", "that nobody answers is all")
	}
}
