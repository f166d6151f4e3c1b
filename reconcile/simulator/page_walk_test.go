package simulator_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile/simulator"
)

// ask does what the script of a page does, and gives its answer.
func ask(t testing.TB, s http.Handler, method, link, form string) *httptest.ResponseRecorder {
	t.Helper()
	u, err := url.Parse(link)
	require.NoError(t, err)
	r := httptest.NewRequest(method, u.RequestURI(), strings.NewReader(form))
	r.Header.Set("Accept", "application/json")
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func TestScriptIsToldTheEnding(t *testing.T) {
	const marked = "https://a.example/?isLivenessIframe=true"
	for name, tc := range map[string]struct {
		path, body string
		outcome    string
		want       string
	}{
		"pass":          {getTokenPath, `{"region":"IDN","returnUrl":"https://a.example/done?a=1&b=2","failedReturnUrl":"https://a.example/retry"}`, "pass", `{"outcome":"pass","next":"https://a.example/done?a=1\u0026b=2","info":""}`},
		"fail":          {getTokenPath, `{"region":"IDN","returnUrl":"https://a.example/done","failedReturnUrl":"https://a.example/retry"}`, "fail", `{"outcome":"fail","next":"https://a.example/retry","info":""}`},
		"attack":        {getTokenPath, getTokenBody, "attack", `{"outcome":"attack","next":"https://www.example.com","info":""}`},
		"app":           {getTokenPath, `{"region":"IDN","returnUrl":"bank://done"}`, "timeout", `{"outcome":"timeout","next":"bank://done","info":""}`},
		"frame, pass":   {getTokenPath, `{"region":"IDN","returnUrl":"` + marked + `"}`, "pass", `{"outcome":"pass","next":"","info":"successNext"}`},
		"frame, fail":   {getTokenPath, `{"region":"IDN","returnUrl":"` + marked + `"}`, "fail", `{"outcome":"fail","next":"","info":"failedNext"}`},
		"newer":         {generatePath, generateBody, "pass", `{"outcome":"pass","next":"https://www.example.com","info":""}`},
		"newer, framed": {generatePath, with(t, generateBody, "iframeEnabled", true), "timeout", `{"outcome":"timeout","next":"","info":"failedNext"}`},
	} {
		t.Run(name, func(t *testing.T) {
			s, token := started(t, simulator.Config{Callback: noCallbacks()})
			o := open(t, s, token, tc.path, tc.body)
			w := ask(t, s, http.MethodGet, o.URL, "")
			require.Equal(t, http.StatusOK, w.Code)
			assert.Equal(t, "application/json; charset=utf-8", w.Header().Get("Content-Type"))
			assert.Equal(t, `{"outcome":"","next":"","info":""}`, w.Body.String(), "nothing is told before")
			for range 2 {
				w = ask(t, s, http.MethodPost, o.URL, "outcome="+tc.outcome)
				require.Equal(t, http.StatusOK, w.Code)
				assert.Equal(t, tc.want, w.Body.String())
			}
			other := map[bool]string{true: "fail", false: "pass"}[tc.outcome == "pass"]
			assert.Equal(t, tc.want, ask(t, s, http.MethodPost, o.URL+"&handover=1", "outcome="+other).Body.String(), "the first outcome stays")
			assert.Equal(t, tc.want, ask(t, s, http.MethodGet, o.URL, "").Body.String())
		})
	}
}

func TestScriptIsRefused(t *testing.T) {
	at := newClock()
	s, token := started(t, simulator.Config{Now: at.now})
	o := open(t, s, token, getTokenPath, getTokenBody)
	assert.Equal(t, http.StatusNotFound, ask(t, s, http.MethodGet, strings.Replace(o.URL, "token=", "token=0", 1), "").Code)
	assert.Equal(t, http.StatusBadRequest, ask(t, s, http.MethodPost, o.URL, "outcome=perhaps").Code)
	at.at = at.at.Add(time.Hour)
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		w := ask(t, s, method, o.URL, "outcome=pass")
		assert.Equal(t, http.StatusGone, w.Code)
		assert.Equal(t, "This link has expired.\n", w.Body.String())
	}
}

// The link for another device is the same page, wherever the request came to.
func TestHandOverLink(t *testing.T) {
	s, token := started(t, simulator.Config{PageBase: "https://sim.example/base", Callback: noCallbacks()})
	link := regexp.MustCompile(`data-link="([^"]*)"`)
	for _, o := range []opened{open(t, s, token, getTokenPath, getTokenBody), open(t, s, token, generatePath, generateBody)} {
		own, err := url.Parse(o.URL)
		require.NoError(t, err)
		here := strings.TrimPrefix(own.Path, "/base") + "?" + own.RawQuery + "&language=ar_AE"
		page := browse(t, s, http.MethodGet, here, "").Body.String()
		assert.NotContains(t, page, " data-handover")
		found := link.FindStringSubmatch(page)
		require.NotNil(t, found)
		got, err := url.Parse(strings.ReplaceAll(found[1], "&amp;", "&"))
		require.NoError(t, err)
		assert.Equal(t, "https://sim.example"+own.Path, got.Scheme+"://"+got.Host+got.Path)
		want := own.Query()
		want.Set("language", "ar_AE")
		want.Set("handover", "1")
		assert.Equal(t, want, got.Query())
		assert.Equal(t, 2, strings.Count(page, `<bdi dir="ltr">`+found[1]+`</bdi>`), "on both screens that send people elsewhere")

		there := browse(t, s, http.MethodGet, strings.TrimPrefix(got.RequestURI(), "/base"), "").Body.String()
		assert.Contains(t, there, " data-handover")
		assert.Contains(t, there, `data-link="`+found[1]+`"`, "from there on it is the same link")
	}
}

// A page begins with tips where the document has any for the device.
func TestPageTips(t *testing.T) {
	s, token := started(t, simulator.Config{Callback: noCallbacks()})
	push(t, s, token, `{"locale":"th","mobileTipsPage":{"titleText":"ก่อนเริ่ม"}}`)
	push(t, s, token, `{"locale":"vi","pcTipsPage":{"tips":[{"text":"Tháo kính"}]}}`)
	push(t, s, token, `{"locale":"id","mobileTipsPage":{"somethingElse":"x"}}`)
	o := open(t, s, token, getTokenPath, getTokenBody)
	for language, want := range map[string][2]bool{"th": {true, false}, "vi": {false, true}, "id": {}, "hi": {}} {
		page := browse(t, s, http.MethodGet, o.URL+"&language="+language, "").Body.String()
		assert.Equal(t, want, [2]bool{strings.Contains(page, `id="phone-tips"`), strings.Contains(page, `id="pc-tips"`)}, language)
		assert.Contains(t, page, `id="phone-loading"`)
	}
	o = open(t, s, token, generatePath, with(t, generateBody, "language", "th"))
	assert.NotContains(t, browse(t, s, http.MethodGet, o.URL, "").Body.String(), "ก่อนเริ่ม", "ConfigureUI does not reach these pages")
}

func TestPageTries(t *testing.T) {
	path := filepath.Join(t.TempDir(), "simulator.json")
	at := newClock()
	s, token := started(t, simulator.Config{Data: path, Now: at.now, Callback: noCallbacks()})
	for body, want := range map[string]string{
		getTokenBody:                           "3",
		with(t, getTokenBody, "tryCount", 7):   "7",
		with(t, getTokenBody, "tryCount", "1"): "1",
		iframeBody:                             "1000",
	} {
		o := open(t, s, token, getTokenPath, body)
		assert.Contains(t, browse(t, s, http.MethodGet, o.URL, "").Body.String(), `<body data-tries="`+want+`"`, body)
		again := build(t, simulator.Config{Data: path, Now: at.now})
		assert.Contains(t, browse(t, again, http.MethodGet, o.URL, "").Body.String(), `<body data-tries="`+want+`"`, "after a restart")
	}
	o := open(t, s, token, generatePath, generateBody)
	assert.Contains(t, browse(t, s, http.MethodGet, o.URL, "").Body.String(), `<body data-tries="3"`)
}

// Whatever the service would have stored, and whatever somebody writes into the
// data file, only what schema takes reaches a page.
func TestPageShowsJudgedValuesOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "simulator.json")
	at := newClock()
	s, token := started(t, simulator.Config{Data: path, Now: at.now})
	o := open(t, s, token, getTokenPath, with(t, getTokenBody, "tryCount", 5))
	push(t, s, token, `{"locale":"th","titleText":"edit me"}`)
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	hostile := map[string]any{
		"locale":    "klingon",
		"titleText": `</title><script>alert(1)</script>`,
		"mobileResultPage": map[string]any{
			"backgroundColor": "red;background:url(//evil.example)", "backgroundLink": `https://cdn.example/"onload="x`,
			"successIconLink": "https://cdn.example/ok.png", "failedIconLink": "javascript:alert(1)", "livenessResultTextColor": "#0F6B5C",
			"nextStepButtonText": `"><img src=x onerror=alert(1)>`, "isShow": "false", "showScore": 1, "countdownText": []any{"x"},
			"nextStepButtonBackgroundColor": "#12345", "tryAgainButtonTextColor": "var(--x)",
		},
		"mobileTipsPage":   map[string]any{"tips": []any{map[string]any{"iconLink": "data:text/html,x", "text": "<b>tip</b>"}, 7, nil}},
		"mobileCameraPage": "no page",
		"pcTipsPage":       []any{[]any{}},
		`"><script>`:       map[string]any{`"><script>`: `"><script>`},
	}
	raw, err := json.Marshal(hostile)
	require.NoError(t, err)
	edited := bytes.Replace(data, []byte(`{"titleText":"edit me"}`), raw, 1)
	edited = bytes.Replace(edited, []byte(`"tries":5`), []byte(`"tries":-5`), 1)
	require.NotEqual(t, data, edited)
	require.NoError(t, os.WriteFile(path, edited, 0o600))

	s = build(t, simulator.Config{Data: path, Now: at.now})
	page := browse(t, s, http.MethodGet, o.URL+"&language=th", "").Body.String()
	assert.Contains(t, page, `<html lang="th-TH"`)
	assert.Contains(t, page, `<body data-tries="3"`)
	assert.Contains(t, page, "color:#0f6b5c")
	assert.Contains(t, page, "ok.png")
	assert.Contains(t, page, "&lt;script&gt;alert(1)", "a title is a text, whatever it says")
	for _, never := range []string{"evil.example", "javascript:", "data:text", "<script>", "<img", "<b>tip", "red;", "var(--x)", "#12345", "klingon", "no page", `"onload="`} {
		assert.False(t, strings.Contains(page, never), never)
	}
	for _, style := range regexp.MustCompile(`style="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		assert.Regexp(t, `^(color|background-color|border-color):#([0-9a-f]{6}|[0-9a-f]{8})$`, style[1])
	}
	for _, source := range regexp.MustCompile(`\b(?:src|href)="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		assert.Regexp(t, `^(session\.(js|css)|data:,|#qr|http://127\.0\.0\.1:8585/h5/\?.*)$`, source[1], "nothing is fetched from elsewhere")
	}
}

// Screens come from one place and the script from another: what the buttons of
// the first are for, the second must know.
func TestScriptKnowsTheButtons(t *testing.T) {
	s, token := started(t, simulator.Config{Callback: noCallbacks()})
	push(t, s, token, `{"locale":"en","mobileTipsPage":{"titleText":"x"},"pcTipsPage":{"titleText":"x"}}`)
	o := open(t, s, token, getTokenPath, getTokenBody)
	page, script := browse(t, s, http.MethodGet, o.URL, "").Body.String(), browse(t, s, http.MethodGet, "/h5/session.js", "").Body.String()
	known := map[string]bool{}
	for _, found := range regexp.MustCompile(`data-do="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		known[found[1]] = true
		assert.Regexp(t, `(?m)^    "?`+found[1]+`"?[:,]`, script)
	}
	for _, do := range []string{"start", "again", "next", "confirm", "refresh", "copy", "photo", "allow", "deny", "broken", "error", "here", "give-up", "go"} {
		assert.True(t, known[do], do)
	}
	for _, screen := range []string{
		"phone-tips", "phone-loading", "phone-camera-missing", "phone-camera-off-centre", "phone-camera-far", "phone-camera-still", "phone-uploading", "phone-error",
		"phone-passed", "phone-failed", "phone-timeout", "phone-refresh", "phone-denied", "phone-broken", "phone-finished",
		"pc-tips", "pc-loading", "pc-camera", "pc-error", "pc-passed", "pc-failed",
	} {
		assert.Contains(t, page, `id="`+screen+`"`)
	}
}

// A page that waits for another device asks every second, which is no news.
func TestWaitingIsLoggedQuietly(t *testing.T) {
	var out bytes.Buffer
	s, token := started(t, simulator.Config{Log: slog.New(slog.NewJSONHandler(&out, nil))})
	o := open(t, s, token, getTokenPath, getTokenBody)
	out.Reset()
	ask(t, s, http.MethodGet, o.URL, "")
	assert.Empty(t, out.String())
	ask(t, s, http.MethodPost, o.URL, "outcome=pass")
	assert.Contains(t, out.String(), `"msg":"page","method":"POST","path":"/h5/","status":200`)
	assert.NotContains(t, out.String(), tokenOf(t, o.URL))
}
