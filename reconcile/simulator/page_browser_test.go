package simulator_test

import (
	"context"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

func TestPageInABrowser(t *testing.T) {
	b := browser(t)
	t.Run("pass", func(t *testing.T) { walkPass(t, b) })
	t.Run("failures", func(t *testing.T) { walkFailures(t, b) })
	t.Run("leaving early", func(t *testing.T) { walkAway(t, b) })
	t.Run("time out", func(t *testing.T) { walkTimeout(t, b) })
	t.Run("hand-over", func(t *testing.T) { walkHandOver(t, b) })
	t.Run("no hand-over", func(t *testing.T) { walkDenied(t, b) })
	t.Run("frame", func(t *testing.T) { walkFrame(t, b) })
	t.Run("desktop", func(t *testing.T) { walkDesktop(t, b) })
	t.Run("switches", func(t *testing.T) { walkSwitches(t, b) })
	t.Run("newer API", func(t *testing.T) { walkNewer(t, b) })
	t.Run("keyboard", func(t *testing.T) { walkByKeys(t, b) })
	t.Run("audit", func(t *testing.T) { walkAudited(t, b) })
	t.Run("no script", func(t *testing.T) { walkUnscripted(t, b) })
}

// The whole way, with the colours and words of the document, to the return URL.
func walkPass(t *testing.T, browser context.Context) {
	h := openShop(t)
	push(t, h.s, h.token, `{"locale":"th","titleText":"ตรวจสอบ","mobileTipsPage":{"startButtonText":"เริ่ม","startButtonBackgroundColor":"#0f6b5c"},
		"mobileResultPage":{"countdownText":"อีก {second} วินาที"}}`)
	o := h.session("", "")
	b := openTab(t, browser, 375, 812)
	b.visit(o.URL + "&language=th")
	b.state("tips", "own button begins")
	b.until(`document.title === "ตรวจสอบ" && document.documentElement.lang === "th-TH"`)
	b.until(`getComputedStyle(document.querySelector("#phone-tips [data-do=start]")).backgroundColor === "rgb(15, 107, 92)"`)
	b.until(`document.querySelector("#phone-tips [data-do=start]").textContent === "เริ่ม"`)
	b.until(`document.documentElement.scrollWidth <= 375`)
	b.press(button("start"))
	b.state("asking", "asks for the camera")
	b.press(choice("allow"))
	b.until(`!document.getElementById("phone-camera-still").hidden`)
	b.until(`document.querySelector(".screen:not([hidden])").focus(), true`)
	b.until(`document.querySelector("#hints select").value = "far", document.querySelector("#hints select").dispatchEvent(new Event("change", { bubbles: true }))`)
	b.until(`!document.getElementById("phone-camera-far").hidden && document.getElementById("phone-camera-still").hidden`)
	b.until(`document.activeElement.id === "phone-camera-far"`) // the focus goes on with the hint
	b.until(`!document.getElementById("simulator").innerText.includes("default look")`)
	require.Equal(t, none, h.score(o))
	b.press(outcomeButton("pass"))
	b.ends(h, "/done") // by the countdown: nobody presses anything
	require.EqualValues(t, 99, h.score(o))

	b.visit(o.URL) // whoever goes back is sent on again
	b.ends(h, "/done")
}

// Nothing is recorded while there is another try; the last failure is.
func walkFailures(t *testing.T, browser context.Context) {
	h := openShop(t)
	push(t, h.s, h.token, `{"locale":"en","mobileResultPage":{"nextStepButtonInvisibleBeforeTryCountUseUp":true,"closeCountdownLogic":true}}`)
	o := h.session("", `,"tryCount":2`)
	b := openTab(t, browser, 375, 812)
	b.visit(o.URL)
	b.state("asking", "")
	b.press(choice("allow"))
	b.press(outcomeButton("fail"))
	b.state("result", "Failure 1 of 2.")
	b.until(`document.querySelector("#phone-failed .untried").hidden`)
	require.Equal(t, none, h.score(o))
	b.press(button("again"))
	b.press(outcomeButton("attack"))
	b.state("result", "has ended: attack")
	b.until(`document.querySelector("#phone-failed [data-do=again]").hidden`)
	require.EqualValues(t, 0, h.score(o))
	b.press(button("next"))
	b.ends(h, "/retry")

	o = h.session("", `,"tryCount":2`)
	b.visit(o.URL)
	b.press(choice("allow"))
	b.press(outcomeButton("fail"))
	b.press(button("again"))
	b.press(choice("error"))
	b.press(button("confirm"))
	b.press(outcomeButton("pass"))
	b.press(button("next"))
	b.ends(h, "/done")
	require.EqualValues(t, 99, h.score(o))
}

// Where the way on is offered at once, taking it records the failure. What
// somebody else has recorded meanwhile stays.
func walkAway(t *testing.T, browser context.Context) {
	h := openShop(t)
	push(t, h.s, h.token, `{"locale":"en","mobileResultPage":{"closeCountdownLogic":true}}`)
	o := h.session("", "")
	b := openTab(t, browser, 375, 812)
	b.visit(o.URL)
	b.press(choice("allow"))
	b.press(outcomeButton("fail"))
	b.state("result", "Failure 1 of 3.")
	b.press(button("next"))
	b.ends(h, "/retry")
	require.EqualValues(t, 32, h.score(o))

	o = h.session("", "")
	b.visit(o.URL)
	b.press(choice("allow"))
	b.press(outcomeButton("fail"))
	b.state("result", "Failure 1 of 3.")
	finish(t, h.s, o, "pass")
	b.press(button("next"))
	b.state("result", "has ended: pass")
	b.press(button("next"))
	b.ends(h, "/done")
}

func walkTimeout(t *testing.T, browser context.Context) {
	h := openShop(t)
	o := h.session("", "")
	b := openTab(t, browser, 375, 812)
	b.visit(o.URL)
	b.press(choice("allow"))
	b.press(outcomeButton("timeout"))
	b.state("timeout", "Time is up.")
	b.press(button("again"))
	b.press(outcomeButton("timeout"))
	b.press(choice("give-up"))
	b.ends(h, "/retry")
	b.visit(o.URL)
	b.state("over", "has ended: timeout")
	b.until(`document.querySelector("#phone-timeout [data-do=again]").hidden`)
	require.Equal(t, none, h.score(o))
}

// The first device waits for what the other one does.
func walkHandOver(t *testing.T, browser context.Context) {
	h := openShop(t)
	push(t, h.s, h.token, `{"locale":"en","mobileResultPage":{"closeCountdownLogic":true}}`)
	o := h.session("", `,"tryCount":2`)
	b := openTab(t, browser, 375, 812)
	b.visit(o.URL)
	b.press(choice("deny"))
	b.state("handover", "Open the link")
	b.until(`!document.getElementById("phone-denied").hidden && document.querySelector("#phone-denied svg.qr path")`)
	link, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`document.querySelector("#phone-denied .url").textContent`))
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(link, strings.Split(o.URL, "?")[0]), link)
	require.Contains(t, link, "handover=1")
	b.press(button("copy"))
	b.until(`/copied|selected/.test(document.getElementById("said").textContent)`)

	other := openTab(t, browser, 375, 812)
	other.visit(link)
	other.press(choice("allow"))
	other.press(outcomeButton("fail"))
	other.state("result", "Failure 1 of 2.")
	other.press(button("again"))
	other.press(outcomeButton("pass"))
	other.state("finished", "has ended: pass")
	other.until(`!document.getElementById("phone-finished").hidden`)

	b.state("result", "has ended: pass")
	b.until(`!document.getElementById("phone-passed").hidden`)
	b.press(button("next"))
	b.ends(h, "/done")
	other.visit(link)
	other.state("finished", "The first device goes on")
}

func walkDenied(t *testing.T, browser context.Context) {
	h := openShop(t)
	b := openTab(t, browser, 375, 812)
	b.visit(h.session("", "").URL)
	b.state("asking", "")
	b.press("#activated")
	b.press(choice("deny"))
	b.state("refresh", "not activated")
	b.press(button("refresh"))
	b.state("asking", "")
	b.press(choice("broken"))
	b.state("handover", "")
	b.until(`!document.getElementById("phone-broken").hidden`)
	b.press(choice("here"))
	b.state("asking", "")
}

// The page tells the parent of its iframe, and goes nowhere.
func walkFrame(t *testing.T, browser context.Context) {
	h := openShop(t)
	for outcome, want := range map[string]string{"pass": `{"info":"successNext"}`, "fail": `{"info":"failedNext"}`} {
		o := h.session("?isLivenessIframe=true", `,"tryCount":1`)
		b := openTab(t, browser, 900, 900)
		b.visit(h.site.URL + "/frame#" + strings.ReplaceAll(o.URL, "&", "%26"))
		frames, err := chromedp.Run(b.ctx, chromedp.Nodes(chromedp.CSS("iframe")))
		require.NoError(t, err)
		for _, selector := range []string{choice("allow"), outcomeButton(outcome), button("next")} {
			require.NoError(t, chromedp.Do(b.ctx, chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible, chromedp.FromNode(frames[0]))), selector)
		}
		b.until(`window.told.length === 1 && window.told[0] === '` + want + `'`)
		require.NotEqual(t, none, h.score(o))
	}
	require.Empty(t, h.arrived)

	o := h.session("?isLivenessIframe=true", "")
	b := openTab(t, browser, 375, 812)
	b.visit(o.URL)
	b.press(choice("allow"))
	b.until(`window.counted = [], new MutationObserver(() => counted.push(document.querySelector("#phone-passed .countdown").textContent))
		.observe(document.querySelector("#phone-passed .countdown"), { childList: true, subtree: true })  || true`)
	b.press(outcomeButton("pass"))
	b.state("result", "its parent would be told successNext")
	b.until(`counted.join().endsWith([5, 4, 3, 2, 1, 0].map((n) => "Go to next process after " + n + " seconds.").join())`)
}

func walkDesktop(t *testing.T, browser context.Context) {
	h := openShop(t)
	push(t, h.s, h.token, `{"locale":"ar_AE","pcTipsPage":{"backgroundColor":"#fff1e0"},"pcResultPage":{"successDesc":"تم"}}`)
	o := h.session("", "")
	b := openTab(t, browser, 1280, 800)
	b.visit(o.URL + "&language=ar_AE")
	b.state("tips", "")
	b.until(`document.documentElement.dir === "rtl" && !document.getElementById("pc-tips").hidden`)
	b.press(button("start"))
	b.press(choice("allow"))
	b.until(`!document.getElementById("pc-camera").hidden`)
	b.press("#as-phone")
	b.until(`!document.getElementById("phone-camera-still").hidden`)
	b.press("#as-desktop")
	b.press(button("photo"))
	b.state("judging", "What is in it?")
	b.press(outcomeButton("fail"))
	b.state("result", "Failure 1 of 3.")
	b.until(`!document.getElementById("pc-failed").hidden`)
	b.press(button("again"))
	b.press(outcomeButton("timeout"))
	b.until(`!document.getElementById("phone-timeout").hidden`)
	b.press(button("again"))
	b.press(outcomeButton("pass"))
	b.until(`document.querySelector("#pc-passed").textContent.includes("تم")`)
	b.press(button("next"))
	b.ends(h, "/done")
}

// A result page that is switched off is no page at all.
func walkSwitches(t *testing.T, browser context.Context) {
	h := openShop(t)
	push(t, h.s, h.token, `{"locale":"en","mobileResultPage":{"isShow":false}}`)
	b := openTab(t, browser, 375, 812)
	for outcome, path := range map[string]string{"pass": "/done", "fail": "/retry"} {
		b.visit(h.session("", "").URL)
		b.press(choice("allow"))
		b.press(outcomeButton(outcome))
		b.ends(h, path)
	}
}

func walkNewer(t *testing.T, browser context.Context) {
	h := openShop(t)
	push(t, h.s, h.token, `{"locale":"th","titleText":"x","mobileTipsPage":{"startButtonText":"x"}}`)
	o := open(t, h.s, h.token, generatePath, with(t, with(t, with(t, generateBody, "callbackUrl", nil), "language", "th"), "returnUrl", h.site.URL+"/done"))
	b := openTab(t, browser, 375, 812)
	b.visit(o.URL)
	b.state("asking", "")
	b.until(`document.documentElement.lang === "th-TH" && document.title === "Liveness Detection"`)
	b.until(`document.getElementById("simulator").innerText.includes("pages of h5_url is not documented")`)
	b.press(choice("allow"))
	b.press(outcomeButton("pass"))
	b.ends(h, "/done")
}

// Everything can be reached without a mouse: what comes next has the focus.
func walkByKeys(t *testing.T, browser context.Context) {
	h := openShop(t)
	push(t, h.s, h.token, `{"locale":"en","mobileTipsPage":{"startButtonText":"Go"}}`)
	b := openTab(t, browser, 375, 812)
	b.visit(h.session("", "").URL)
	b.state("tips", "")
	keys := func(keys string) {
		t.Helper()
		require.NoError(t, chromedp.Do(b.ctx, chromedp.KeyEvent(keys)))
	}
	keys("\t")
	b.until(`document.activeElement.matches("#phone-tips [data-do=start]")`)
	keys("\r")
	b.state("asking", "")
	keys("\t")
	b.until(`document.activeElement.matches("[data-do=allow]")`)
	keys("\r")
	b.state("camera", "")
	keys("\t")
	b.until(`document.activeElement.value === "pass"`)
	keys("\r")
	b.ends(h, "/done")
}

// The strip is a form, and the first screen is there to look at.
func walkUnscripted(t *testing.T, browser context.Context) {
	h := openShop(t)
	o := h.session("", "")
	b := openTab(t, browser, 375, 812)
	require.NoError(t, chromedp.Do(b.ctx, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	})))
	b.visit(o.URL)
	b.until(`document.getElementById("phone-loading").getBoundingClientRect().height > 400`)
	b.press(outcomeButton("pass"))
	b.ends(h, "/done")
	require.EqualValues(t, 99, h.score(o))
}
