package previewserver_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"livery/reconcile/previewserver"
	"livery/schema"
	"livery/schema/preview"
	"livery/schema/rule"
)

// walk goes through everything that a gallery does by itself or when asked.
func (b *tab) walk() {
	b.t.Helper()
	b.unroll()
	b.press(kb.ArrowRight, kb.ArrowRight, "b", "c", "c", "w", "w", "w", "n", kb.Escape, kb.Escape, kb.Escape, "?", "?")
	b.until(`document.querySelectorAll(".pair").length === 1`)
	b.press(kb.ArrowRight, "l")
	b.until(`document.body.dataset.view === "locale"`)
	b.press("p")
	b.until(`document.body.dataset.view === "screen"`)
	b.press(kb.Enter)
	b.until(`document.body.dataset.view === "single"`)
	b.settle()
}

// A gallery that is served asks its server and nobody else; one in a file asks
// nobody. The console of each tab must be silent, as everywhere.
func TestNobodyElseIsAsked(t *testing.T) {
	g := library(t)
	d, _ := everything(t, "ar_AE") // with pictures, which are boxes here
	g.Sheets[0].Document = d
	g.Sheets[0].Applied = nil

	b := shown(t, g)
	b.walk()
	server := ask[string](b, `location.origin`)
	asked := b.taken(&b.asked)
	for _, link := range asked {
		assert.True(t, strings.HasPrefix(link, server+"/") || strings.HasPrefix(link, "data:"), link)
	}
	assert.Contains(t, asked, server+"/events")
	assert.Zero(t, ask[int](b, `document.images.length`))

	file := filepath.Join(t.TempDir(), "preview.html")
	require.NoError(t, os.WriteFile(file, g.HTML(), 0o600))
	b = openTab(t, 1440, 900)
	b.visit("file://" + file)
	b.walk()
	b.visit("file://" + file + "#locale=th_TH&screen=phone-passed")
	b.until(`%s.length === 1`, visible)
	for _, link := range b.taken(&b.asked) {
		assert.True(t, strings.HasPrefix(link, "file://"+file) || strings.HasPrefix(link, "data:"), link)
	}
}

// Words that would be a program elsewhere are words, served and in a file.
func TestHostileWordsAreWords(t *testing.T) {
	const hostile = `"><img src=x onerror="window.hurt=1"><script>window.hurt=1</script></template>`
	d := schema.Document{Locale: "en_US"}
	for i, f := range schema.Fields() {
		if f.Kind == schema.Text {
			d.Set(f, value(t, f, cty.StringVal(hostile), i))
		}
	}
	g := preview.Gallery{
		Title: hostile, Subject: hostile, Broken: hostile,
		Sheets:   []preview.Sheet{{Document: d, Applied: &schema.Document{Locale: "en_US"}, Note: hostile}},
		Problems: []preview.Problem{{Level: rule.Warning, Rule: rule.Contrast, Text: hostile, At: hostile, Path: "titleText", Locale: "en_US"}},
	}
	file := filepath.Join(t.TempDir(), "preview.html")
	require.NoError(t, os.WriteFile(file, g.HTML(), 0o600))
	_, address, _ := serve(t, still(g))
	for _, link := range []string{address, "file://" + file} {
		b := openTab(t, 1440, 900)
		b.visit(link)
		b.unroll()
		b.press("b")
		b.until(`document.querySelector(".pair")`)
		b.click(`section[data-screen="phone-tips"] figure:last-of-type .btn.start .t`)
		b.until(`document.getElementById("inspector").innerText.includes("onerror")`)
		assert.Equal(t, hostile, ask[string](b, `document.querySelector('section[data-screen="phone-loading"] figure:last-of-type .note .t').innerText`))
		assert.True(t, ask[bool](b, `window.hurt === undefined && document.images.length === 0 && document.scripts.length === 1`))
	}
}

// The policy holds in a browser, not only in a header.
func TestAScriptFromElsewhereIsRefused(t *testing.T) {
	b := shown(t, library(t))
	for _, attempt := range []string{
		`(() => { const s = document.createElement("script"); s.textContent = "window.hurt = 1"; document.body.append(s); })()`,
		`document.body.insertAdjacentHTML("beforeend", "<p onclick='window.hurt = 1' id='bait'>"), document.getElementById("bait").click()`,
		`(() => { const i = new Image(); i.src = "https://cdn.example/a.png"; document.body.append(i); })()`,
	} {
		b.until(attempt + `, true`)
		b.until(`window.hurt === undefined`)
	}
	require.Eventually(t, func() bool {
		b.mu.Lock()
		defer b.mu.Unlock()
		return len(b.faults) >= 3
	}, 2*time.Minute, 10*time.Millisecond)
	for _, fault := range b.taken(&b.faults) {
		assert.Contains(t, fault, "Content Security Policy")
	}
}

// Pictures are fetched when somebody asked for that, and then without telling whose
// page they are for.
func TestPicturesComeOnlyWhenAsked(t *testing.T) {
	var mu sync.Mutex
	var asked, from []string
	dot := image.NewRGBA(image.Rect(0, 0, 3, 2))
	dot.Set(1, 1, color.White)
	var data bytes.Buffer
	require.NoError(t, png.Encode(&data, dot))
	pictures := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		asked, from = append(asked, r.URL.Path), append(from, r.Referer())
		w.Header().Set("Content-Type", "image/png")
		_, _ = w.Write(data.Bytes())
	}))
	t.Cleanup(pictures.Close)
	d := schema.Document{Locale: "en_US"}
	set(t, &d, "mobileResultPage.successIconLink", cty.StringVal(pictures.URL+"/passed.png"))

	g := preview.Gallery{Title: "T", Sheets: []preview.Sheet{{Document: d}}}
	b := shown(t, g)
	b.unroll()
	b.until(`document.querySelector('[data-field="mobileResultPage.successIconLink"]').innerText === "passed.png"`)
	b.settle()
	assert.Zero(t, ask[int](b, `document.images.length`))
	mu.Lock()
	assert.Empty(t, asked)
	mu.Unlock()

	g.Images = true
	b = shown(t, g)
	b.unroll()
	b.until(`document.querySelector('[data-field="mobileResultPage.successIconLink"] img').scrollIntoView(), true`)
	b.until(`document.querySelector('[data-field="mobileResultPage.successIconLink"] img').naturalWidth === 3`)
	mu.Lock()
	defer mu.Unlock()
	assert.Equal(t, []string{"/passed.png"}, asked)
	assert.Equal(t, []string{""}, from)
}

// Only who looks is answered.
func TestWhoIsAnswered(t *testing.T) {
	s, err := previewserver.New(t.Context(), previewserver.Config{Render: still(library(t))}, time.Unix(1, 0))
	require.NoError(t, err)
	answer := func(method, path string) *http.Response {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest(method, path, nil))
		return w.Result()
	}
	for _, path := range []string{"/", "/gallery.css", "/gallery.js"} {
		assert.Equal(t, 200, answer(http.MethodGet, path).StatusCode, path)
	}
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions, "BREW"} {
		r := answer(method, "/")
		assert.Equal(t, http.StatusMethodNotAllowed, r.StatusCode, method)
		assert.Equal(t, "GET, HEAD", r.Header.Get("Allow"))
	}
	assert.Equal(t, 404, answer(http.MethodGet, "/main.livery.hcl").StatusCode)
	for _, path := range []string{"/", "/gallery.js", "/elsewhere"} {
		h := answer(http.MethodGet, path).Header
		policy := h.Get("Content-Security-Policy")
		assert.True(t, strings.HasPrefix(policy, "default-src 'none'; "), policy)
		assert.Contains(t, policy, "; script-src 'self'; ")
		assert.Contains(t, policy, "frame-ancestors 'none'")
		assert.NotContains(t, policy, "https:")
		assert.Equal(t, "nosniff", h.Get("X-Content-Type-Options"))
		assert.Equal(t, "no-referrer", h.Get("Referrer-Policy"))
		assert.Equal(t, "no-store", h.Get("Cache-Control"))
		assert.Equal(t, "same-origin", h.Get("Cross-Origin-Resource-Policy"))
	}
}

// A first picture that cannot be drawn is the caller's to tell; a later one leaves
// what there is.
func TestADrawingThatFails(t *testing.T) {
	fails := false
	draw := func(context.Context) (previewserver.Snapshot, error) {
		if fails {
			return previewserver.Snapshot{}, os.ErrPermission
		}
		return previewserver.Snapshot{Gallery: preview.Gallery{Title: "As it was"}}, nil
	}
	s, err := previewserver.New(t.Context(), previewserver.Config{Render: draw}, time.Unix(1, 0))
	require.NoError(t, err)
	fails = true
	require.ErrorIs(t, s.Redraw(t.Context()), os.ErrPermission)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	assert.Contains(t, w.Body.String(), "As it was")
	_, err = previewserver.New(t.Context(), previewserver.Config{Render: draw}, time.Unix(1, 0))
	require.ErrorIs(t, err, os.ErrPermission)
}
