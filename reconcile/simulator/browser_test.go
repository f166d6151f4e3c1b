package simulator_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile/localserver"
	"livery/reconcile/simulator"
	"livery/testdata/engine"
)

// browser starts a Chromium that all tabs of a test share.
func browser(t *testing.T) context.Context {
	t.Helper()
	engine.Outside(t)
	program := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			program = found
			break
		}
	}
	if program == "" {
		t.Skip("chromium is not on the PATH")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.UserDataDir(t.TempDir()),
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	ctx, quit := chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(quit)
	ctx, shut := chromedp.NewContext(ctx)
	t.Cleanup(shut)
	require.NoError(t, chromedp.Do(ctx))
	return ctx
}

// hurry makes the seconds of a page twenty times as short.
const hurry = `const wait = window.setTimeout; window.setTimeout = (then, ms, ...rest) => wait(then, ms / 20, ...rest);`

// tab is a page that a person looks at.
type tab struct {
	t   *testing.T
	ctx context.Context

	mu     sync.Mutex
	faults []string // what the console complains of
}

// openTab opens a tab of the given size whose console must stay silent.
func openTab(t *testing.T, browser context.Context, width, height int64) *tab {
	t.Helper()
	ctx, shut := chromedp.NewContext(browser)
	b := &tab{t: t, ctx: ctx}
	messages := chromedp.Console(ctx)
	read := make(chan struct{})
	go func() {
		defer close(read)
		for m, err := range messages {
			if err != nil {
				return
			}
			b.mu.Lock()
			b.faults = append(b.faults, m.String())
			b.mu.Unlock()
		}
	}()
	t.Cleanup(func() {
		b.mu.Lock()
		assert.Empty(t, b.faults, "the console")
		b.mu.Unlock()
		shut()
		<-read
	})
	require.NoError(t, chromedp.Do(ctx, chromedp.EmulateViewport(width, height),
		chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
			_, err := cdp.Call(ctx, t, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: hurry})
			return err
		})))
	return b
}

func (b *tab) visit(link string) {
	b.t.Helper()
	require.NoError(b.t, chromedp.Do(b.ctx, chromedp.Navigate(link)))
}

// until waits until something is true in the page, whichever page that is by then.
func (b *tab) until(condition string) {
	b.t.Helper()
	require.Eventually(b.t, func() bool {
		met, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool]("!!("+condition+")"))
		return err == nil && met
	}, 20*time.Second, 15*time.Millisecond, condition)
}

// state waits for a state of the page and what it says of it.
func (b *tab) state(name, said string) {
	b.t.Helper()
	b.until("document.body?.dataset.state === '" + name + "'")
	b.until("document.getElementById('said').textContent.includes('" + said + "')")
}

// press clicks what a person sees; what is hidden or covered cannot be pressed.
func (b *tab) press(selector string) {
	b.t.Helper()
	require.NoError(b.t, chromedp.Do(b.ctx, chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible)), selector)
}

// button is one of the page's own, on the screen that is shown.
func button(do string) string { return ".screen:not([hidden]) [data-do=" + do + "]" }

func outcomeButton(outcome string) string { return "#simulator button[value=" + outcome + "]" }

func choice(do string) string { return "#simulator [data-do=" + do + "]" }

// shop is a simulator that browsers reach, and the site that opens sessions there.
type shop struct {
	t       *testing.T
	s       *simulator.Simulator
	token   string
	site    *httptest.Server
	arrived chan string // the addresses at which users come back
}

func openShop(t *testing.T) *shop {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	h := &shop{t: t, arrived: make(chan string, 10)}
	h.s, h.token = started(t, simulator.Config{PageBase: "http://" + listener.Addr().String()})
	ended := make(chan error, 1)
	go func() { ended <- localserver.Server{Handler: h.s}.Serve(t.Context(), listener) }() // as the command does
	t.Cleanup(func() { require.NoError(t, <-ended) })
	h.site = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		switch r.URL.Path {
		case "/frame":
			_, _ = w.Write([]byte(`<!doctype html><link rel="icon" href="data:,"><iframe style="width:420px;height:800px" allow="autoplay; camera;"></iframe><script>
				window.told = [];
				window.addEventListener("message", (event) => window.told.push(event.data));
				document.querySelector("iframe").src = decodeURIComponent(location.hash.slice(1));
			</script>`))
		default:
			h.arrived <- r.URL.Path
			_, _ = w.Write([]byte(`<!doctype html><link rel="icon" href="data:,"><p>Welcome back`))
		}
	}))
	t.Cleanup(h.site.Close)
	return h
}

// session opens one whose user comes back to /done or /retry; more is added to
// the request.
func (h *shop) session(mark, more string) opened {
	h.t.Helper()
	return open(h.t, h.s, h.token, getTokenPath, `{"region":"IDN"`+more+`,"returnUrl":"`+h.site.URL+`/done`+mark+`","failedReturnUrl":"`+h.site.URL+`/retry`+mark+`"}`)
}

// came waits for a user who comes back.
func (h *shop) came(want string) {
	h.t.Helper()
	select {
	case path := <-h.arrived:
		require.Equal(h.t, want, path)
	case <-time.After(2 * time.Minute):
		h.t.Fatal("nobody came to " + want)
	}
}

// ends waits until the user has come back, and the browser is there.
func (b *tab) ends(h *shop, path string) {
	b.t.Helper()
	h.came(path)
	b.until(`location.pathname === "` + path + `" && document.readyState === "complete"`)
}

// score is what the service says of a session, "" while it has no result.
func (h *shop) score(o opened) any {
	h.t.Helper()
	e := endpoint(h.t, h.s, http.MethodPost, tokenResultPath, h.token, idBody(o.SignatureID))
	if e.Code != "SUCCESS" {
		return e.Code
	}
	return membersOf(h.t, e.Data)["score"]
}

const none = "LIVENESS_NO_RESULT"
