package previewserver_test

import (
	"bytes"
	"context"
	"fmt"
	"image/png"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/hashicorp/hcl/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"
	"go.uber.org/goleak"

	"livery/reconcile/previewserver"
	"livery/schema"
	"livery/schema/preview"
	"livery/testdata/engine"
)

// chromium is the browser that all tests look through, started by the first that
// needs it.
var chromium struct {
	once sync.Once
	ctx  context.Context
	quit func()
	err  error
}

// TestMain closes the browser at the end, and sees to it that nothing is left.
func TestMain(m *testing.M) {
	code := m.Run()
	if chromium.quit != nil {
		chromium.quit()
	}
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// program is the Chromium of this machine, "" for none.
func program() string {
	for _, name := range []string{os.Getenv("CHROME_PATH"), "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if found, err := exec.LookPath(name); err == nil {
			return found
		}
	}
	return ""
}

func browser(t testing.TB) context.Context {
	t.Helper()
	engine.Outside(t)
	path := program()
	if path == "" {
		t.Skip("chromium is not on the PATH")
	}
	chromium.once.Do(func() {
		profile, err := os.MkdirTemp("", "livery-gallery-*")
		if err != nil {
			chromium.err = err
			return
		}
		options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.UserDataDir(profile),
			chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
			chromedp.IgnoreCertErrors, chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")) // nothing leaves this machine
		ctx, end := chromedp.NewExecAllocator(context.Background(), options...)
		ctx, shut := chromedp.NewContext(ctx)
		chromium.ctx = ctx
		chromium.quit = func() { shut(); end(); _ = os.RemoveAll(profile) }
		chromium.err = chromedp.Do(ctx)
	})
	require.NoError(t, chromium.err)
	return chromium.ctx
}

// tab is a page that a person looks at.
type tab struct {
	t   testing.TB
	ctx context.Context

	mu     sync.Mutex
	faults []string // what the console complains of
	asked  []string // what was fetched
}

// openTab opens a tab of the given size whose console must stay silent.
func openTab(t testing.TB, width, height int64) *tab {
	t.Helper()
	ctx, shut := chromedp.NewContext(browser(t))
	b := &tab{t: t, ctx: ctx}
	messages := chromedp.Console(ctx)
	requests := chromedp.Events(ctx, network.RequestWillBeSent)
	var read sync.WaitGroup
	read.Go(func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			b.note(&b.faults, m.String())
		}
	})
	read.Go(func() {
		for r, err := range requests {
			if err != nil {
				return
			}
			b.note(&b.asked, r.Request.URL)
		}
	})
	t.Cleanup(func() {
		b.mu.Lock()
		assert.Empty(t, b.faults, "the console")
		b.mu.Unlock()
		shut()
		read.Wait()
	})
	b.size(width, height)
	b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, network.Enable, network.EnableParams{})
		return err
	}))
	return b
}

func (b *tab) note(list *[]string, s string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	*list = append(*list, s)
}

// taken gives a list, and begins it anew.
func (b *tab) taken(list *[]string) []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	had := *list
	*list = nil
	return had
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	require.NoError(b.t, chromedp.Do(b.ctx, steps...))
}

func (b *tab) size(width, height int64) {
	b.t.Helper()
	b.do(chromedp.EmulateViewport(width, height))
}

func (b *tab) visit(link string) {
	b.t.Helper()
	b.do(chromedp.Navigate(link))
}

// ask evaluates an expression in the page.
func ask[T any](b *tab, expression string, args ...any) T {
	b.t.Helper()
	if len(args) > 0 {
		expression = fmt.Sprintf(expression, args...)
	}
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression))
	require.NoError(b.t, err, expression)
	return v
}

// awaited is what a promise comes to.
func awaited[T any](b *tab, promise string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](promise, chromedp.EvalAwaitPromise))
	require.NoError(b.t, err, promise)
	return v
}

// until waits until something is true in the page.
func (b *tab) until(condition string, args ...any) {
	b.t.Helper()
	if len(args) > 0 {
		condition = fmt.Sprintf(condition, args...)
	}
	require.Eventually(b.t, func() bool {
		met, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool]("!!("+condition+")"))
		return err == nil && met
	}, 2*time.Minute, 10*time.Millisecond, "%s", condition)
}

// press types keys, one after the other, to whatever has the focus. A letter comes
// with its key, as from a keyboard: a page that takes the key takes the letter.
func (b *tab) press(keys ...string) {
	b.t.Helper()
	for _, key := range keys {
		for _, r := range key {
			events := kb.Encode(r)
			down := events[0]
			for _, e := range events {
				if e.Type == input.DispatchKeyEventTypeChar {
					down.Text, down.UnmodifiedText = e.Text, e.UnmodifiedText
				}
			}
			for _, e := range []*input.DispatchKeyEventParams{down, events[len(events)-1]} {
				b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
					_, err := cdp.Call(ctx, t, input.DispatchKeyEvent, *e)
					return err
				}))
			}
		}
	}
}

// click clicks what a person sees; what is hidden or covered cannot be clicked.
func (b *tab) click(selector string) {
	b.t.Helper()
	b.settle() // a click goes to a place, and what moves meanwhile is missed
	b.do(chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible))
}

// pixel is the colour in the middle of the left edge of an element, in from its corner.
func (b *tab) pixel(selector string) [3]float64 {
	b.t.Helper()
	at := ask[[]float64](b, `((box) => [box.left + 8, box.top + box.height / 2])(document.querySelector(%q).getBoundingClientRect())`, selector)
	data, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	require.NoError(b.t, err)
	shot, err := png.Decode(bytes.NewReader(data))
	require.NoError(b.t, err)
	red, green, blue, _ := shot.At(int(at[0]), int(at[1])).RGBA()
	return [3]float64{float64(red >> 8), float64(green >> 8), float64(blue >> 8)}
}

// dark makes the page believe that the system's colours are dark, or light.
func (b *tab) dark(on bool) {
	b.t.Helper()
	scheme := map[bool]string{true: "dark", false: "light"}[on]
	b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
		return err
	}))
}

// serve serves a gallery that draw makes, at an address; end is what a Ctrl-C does.
func serve(t testing.TB, draw previewserver.Render) (s *previewserver.Server, address string, end func()) {
	t.Helper()
	return serveAt(t, "127.0.0.1:0", draw)
}

func serveAt(t testing.TB, listen string, draw previewserver.Render) (s *previewserver.Server, address string, end func()) {
	t.Helper()
	return serveConfig(t, listen, previewserver.Config{Render: draw})
}

func serveConfig(t testing.TB, listen string, config previewserver.Config) (s *previewserver.Server, address string, end func()) {
	t.Helper()
	listener, err := net.Listen("tcp", listen)
	require.NoError(t, err)
	s, err = previewserver.New(t.Context(), config, time.Now())
	require.NoError(t, err)
	site := &httptest.Server{Listener: listener, Config: &http.Server{Handler: s}}
	site.Start()
	end = sync.OnceFunc(func() {
		s.Close()
		site.Close()
	})
	t.Cleanup(end)
	return s, site.URL, end
}

// still draws always the same.
func still(g preview.Gallery) previewserver.Render {
	return func(context.Context) (previewserver.Snapshot, error) { return previewserver.Snapshot{Gallery: g}, nil }
}

// shown opens a gallery in a tab of a desktop.
func shown(t testing.TB, g preview.Gallery) *tab {
	t.Helper()
	b := openTab(t, 1440, 900)
	_, address, _ := serve(t, still(g))
	b.visit(address)
	return b
}

// unroll makes the browser draw what is not scrolled to, for it to be read.
func (b *tab) unroll() {
	b.t.Helper()
	b.until(`document.querySelectorAll(".screen").forEach((s) => s.style.contentVisibility = "visible"), true`)
}

// value is one that the catalogue accepts.
func value(t testing.TB, f *schema.Field, raw cty.Value, line int) schema.Value {
	t.Helper()
	v, diags := f.Parse(raw, schema.Subject{Range: hcl.Range{Filename: "main.livery.hcl", Start: hcl.Pos{Line: line}}})
	require.True(t, v.Declared(), "%s: %v", f.Path(), diags)
	return v
}

func set(t testing.TB, d *schema.Document, path string, raw cty.Value) {
	t.Helper()
	f := schema.FieldByPath(path)
	require.NotNil(t, f, path)
	d.Set(f, value(t, f, raw, 1))
}
