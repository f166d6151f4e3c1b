package simulator_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile/simulator"
)

func TestPageShowsTheSession(t *testing.T) {
	s, token := started(t, simulator.Config{Callback: noCallbacks()})
	push(t, s, token, `{"locale":"th","titleText":"ตรวจสอบ"}`)
	push(t, s, token, `{"locale":"en","titleText":"Proof of life"}`)
	push(t, s, token, `{"locale":"in_ID","mobileLoadingPage":{"loadingText":"x"}}`)
	o := open(t, s, token, getTokenPath, getTokenBody)
	for query, want := range map[string]struct{ lang, title string }{
		"":                  {"en-US", "Proof of life"},
		"&language=en":      {"en-US", "Proof of life"},
		"&language=th":      {"th-TH", "ตรวจสอบ"},
		"&language=th_TH":   {"th-TH", "ตรวจสอบ"},
		"&language=id":      {"id-ID", "Liveness Detection"},
		"&language=ar_AE":   {"ar-AE", "Liveness Detection"},
		"&language=klingon": {"en-US", "Proof of life"},
		"&language=th-TH":   {"en-US", "Proof of life"},
	} {
		w := browse(t, s, http.MethodGet, o.URL+query, "")
		require.Equal(t, http.StatusOK, w.Code, query)
		page := w.Body.String()
		assert.Contains(t, page, `<html lang="`+want.lang+`"`, query)
		assert.Equal(t, want.lang == "ar-AE", strings.Contains(page, `dir="rtl"`), query)
		assert.Contains(t, page, "<title>"+want.title+"</title>", query)
		assert.Contains(t, page, "Session "+o.SignatureID+", language "+want.lang, query)
		for _, outcome := range []string{"pass", "fail", "attack", "timeout"} {
			assert.Contains(t, page, `<button name="outcome" value="`+outcome+`">`)
		}
	}
	assert.Equal(t, http.StatusOK, browse(t, s, http.MethodHead, o.URL, "").Code)
}

// The documents do not say that ConfigureUI reaches the newer pages, so a
// title of theirs is not shown there.
func TestURLPageLanguage(t *testing.T) {
	s, token := started(t, simulator.Config{Callback: noCallbacks()})
	push(t, s, token, `{"locale":"en","titleText":"Proof of life"}`)
	for _, tc := range []struct {
		asked   any
		browser string
		want    string
	}{
		{"en-US", "th", "en-US"}, {"th", "", "th-TH"}, {"fil", "", "fil-PH"}, {"id", "", "id-ID"}, {"ms", "", "ms-MY"}, {"zh", "", "zh-Hans-CN"},
		{"zh-HK", "", "zh-Hant-HK"}, {nil, "th-TH,th;q=0.9,en;q=0.8", "th-TH"}, {"klingon", "bn", "bn-BD"}, {"sv", "vi", "vi-VN"}, {"sv", "sv", "en-US"},
		{nil, "", "en-US"}, {nil, "<script>;;q=x", "en-US"}, {"\"><script>", "", "en-US"},
	} {
		o := open(t, s, token, generatePath, with(t, with(t, generateBody, "language", tc.asked), "prefersColorScheme", "dark"))
		u, err := url.Parse(o.URL)
		require.NoError(t, err)
		r := httptest.NewRequest(http.MethodGet, u.RequestURI(), nil)
		r.Header.Set("Accept-Language", tc.browser)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		assert.Contains(t, w.Body.String(), `<html lang="`+tc.want+`"`, "%v %v", tc.asked, tc.browser)
		assert.Contains(t, w.Body.String(), "<title>Liveness Detection</title>")
		assert.Contains(t, w.Body.String(), `<meta name="color-scheme" content="dark">`)
	}
}

func TestPageHeaders(t *testing.T) {
	at := newClock()
	s, token := started(t, simulator.Config{Now: at.now})
	o := open(t, s, token, getTokenPath, getTokenBody)
	for method, form := range map[string]string{http.MethodGet: "", http.MethodDelete: "", http.MethodPost: "outcome=pass"} {
		h := browse(t, s, method, o.URL, form).Header()
		assert.Equal(t, "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; img-src data:; base-uri 'none'",
			h.Get("Content-Security-Policy"))
		assert.Equal(t, "no-store", h.Get("Cache-Control"))
		assert.Equal(t, "nosniff", h.Get("X-Content-Type-Options"))
		assert.Equal(t, "same-origin", h.Get("Referrer-Policy"))
		assert.Equal(t, at.at.UTC().Format(http.TimeFormat), h.Get("Date"))
	}
	w := browse(t, s, http.MethodDelete, o.URL, "")
	assert.Equal(t, http.StatusMethodNotAllowed, w.Code)
	assert.Equal(t, "GET, HEAD, POST", w.Header().Get("Allow"))
	for path, want := range map[string]struct{ kind, text string }{
		"session.js":  {"text/javascript; charset=utf-8", "window.parent.postMessage(JSON.stringify({ info: ending.info })"},
		"session.css": {"text/css; charset=utf-8", "#simulator{"},
	} {
		for _, page := range []string{"/h5/", "/idvs/"} {
			w := browse(t, s, http.MethodGet, page+path, "")
			assert.Equal(t, want.kind, w.Header().Get("Content-Type"))
			assert.Contains(t, w.Body.String(), want.text)
			assert.Equal(t, http.StatusMethodNotAllowed, browse(t, s, http.MethodPost, page+path, "outcome=pass").Code)
		}
	}
}

func TestPageRefusesStrangers(t *testing.T) {
	s, token := started(t, simulator.Config{Callback: noCallbacks()})
	v6, v10 := open(t, s, token, getTokenPath, getTokenBody), open(t, s, token, generatePath, generateBody)
	for name, link := range map[string]string{
		"nothing":         "/h5/",
		"no token":        "/h5/?signatureId=" + v6.SignatureID,
		"empty token":     "/h5/?token=&signatureId=" + v6.SignatureID,
		"another's token": "/h5/?token=" + tokenOf(t, v10.URL) + "&signatureId=" + v6.SignatureID,
		"unknown id":      "/h5/?token=" + tokenOf(t, v6.URL) + "&signatureId=f302f5d2454a85c2",
		"the other page":  strings.Replace(v6.URL, "/h5/", "/idvs/", 1),
		"and back":        strings.Replace(v10.URL, "/idvs/", "/h5/", 1),
	} {
		for _, form := range []string{"", "outcome=pass"} {
			method := http.MethodGet
			if form != "" {
				method = http.MethodPost
			}
			assert.Equal(t, http.StatusNotFound, browse(t, s, method, link, form).Code, name)
		}
	}
	for _, form := range []string{"outcome=", "outcome=PASS", "outcome=result", "x=1", "outcome=%zz", "outcome=pass&x=" + strings.Repeat("x", 64<<10)} {
		assert.Equal(t, http.StatusBadRequest, browse(t, s, http.MethodPost, v6.URL, form).Code, "%.20s", form)
	}
	// What the address says is no form.
	assert.Equal(t, http.StatusBadRequest, browse(t, s, http.MethodPost, v6.URL+"&outcome=pass", "x=1").Code)
	assert.Equal(t, "LIVENESS_NO_RESULT", endpoint(t, s, http.MethodPost, tokenResultPath, token, idBody(v6.SignatureID)).Code)
}

func TestPageSendsTheUserOn(t *testing.T) {
	const marked = "isLivenessIframe=true"
	for name, tc := range map[string]struct {
		path, body         string
		passTo, elsewhere  string
		passInfo, failInfo string
	}{
		"token": {getTokenPath, `{"region":"IDN","returnUrl":"https://a.example/done?x=1","failedReturnUrl":"https://a.example/retry"}`,
			"https://a.example/done?x=1", "https://a.example/retry", "", ""},
		"token without fail": {getTokenPath, getTokenBody, "https://www.example.com", "https://www.example.com", "", ""},
		"token of an app": {getTokenPath, `{"region":"IDN","returnUrl":"myapp://callback/success","failedReturnUrl":"myapp://callback/fail"}`,
			"myapp://callback/success", "myapp://callback/fail", "", ""},
		"token in a frame":     {getTokenPath, iframeBody, "", "", "successNext", "failedNext"},
		"token half in one":    {getTokenPath, `{"region":"IDN","returnUrl":"https://a.example/?` + marked + `","failedReturnUrl":"https://a.example/"}`, "", "https://a.example/", "successNext", ""},
		"token not quite true": {getTokenPath, `{"region":"IDN","returnUrl":"https://a.example/?isLivenessIframe=false"}`, "https://a.example/?isLivenessIframe=false", "https://a.example/?isLivenessIframe=false", "", ""},
		"url":                  {generatePath, generateBody, "https://www.example.com", "https://www.example.com/fail", "", ""},
		"url in a frame":       {generatePath, with(t, generateBody, "iframeEnabled", true), "", "", "successNext", "failedNext"},
		"url not in a frame":   {generatePath, with(t, generateBody, "iframeEnabled", false), "https://www.example.com", "https://www.example.com/fail", "", ""},
		"url with the old mark": {generatePath, with(t, generateBody, "returnUrl", "https://a.example/?"+marked), "https://a.example/?" + marked,
			"https://www.example.com/fail", "", ""},
	} {
		for _, outcome := range []string{"pass", "fail", "attack", "timeout"} {
			t.Run(name+" "+outcome, func(t *testing.T) {
				s, token := started(t, simulator.Config{Callback: noCallbacks()})
				o := open(t, s, token, tc.path, tc.body)
				to, info := tc.elsewhere, tc.failInfo
				if outcome == "pass" {
					to, info = tc.passTo, tc.passInfo
				}
				link := o.URL + "&language=th"
				w := browse(t, s, http.MethodPost, link, "outcome="+outcome)
				require.Equal(t, http.StatusSeeOther, w.Code)
				page := browse(t, s, http.MethodGet, link, "").Body.String()
				assert.Contains(t, page, "This session has ended: "+outcome)
				assert.NotContains(t, page, "<form")
				if info != "" {
					self, err := url.Parse(w.Header().Get("Location"))
					require.NoError(t, err)
					assert.Empty(t, self.Path+self.Host+self.Scheme, "to the page itself")
					assert.Equal(t, "th", self.Query().Get("language"))
					assert.Contains(t, page, `data-info="`+info+`"`)
					assert.NotContains(t, page, "<a ")
					assert.NotContains(t, page, "data-next=")
					return
				}
				assert.Equal(t, to, w.Header().Get("Location"))
				assert.NotContains(t, page, "data-info=")
				assert.Contains(t, page, `data-next="`+to+`"`)
				assert.Contains(t, page, `<a href="`+to+`"`)
			})
		}
	}
}

// A button pressed twice, or another one later, changes nothing.
func TestFirstOutcomeStays(t *testing.T) {
	s, token := started(t, simulator.Config{})
	o := open(t, s, token, getTokenPath, getTokenBody)
	finish(t, s, o, "attack")
	finish(t, s, o, "pass")
	e := endpoint(t, s, http.MethodPost, tokenResultPath, token, idBody(o.SignatureID))
	assert.EqualValues(t, 0, membersOf(t, e.Data)["score"])

	o = open(t, s, token, getTokenPath, getTokenBody)
	finish(t, s, o, "timeout")
	finish(t, s, o, "pass")
	assert.Equal(t, "LIVENESS_NO_RESULT", endpoint(t, s, http.MethodPost, tokenResultPath, token, idBody(o.SignatureID)).Code)
}

func TestPageEscapes(t *testing.T) {
	s, token := started(t, simulator.Config{Callback: noCallbacks()})
	const hostile = `</title><script>alert(1)</script>"'><img src=x onerror=alert(1)>`
	push(t, s, token, bodyOf(t, map[string]any{"locale": "en", "titleText": hostile}))
	const link = `https://a.example/"onmouseover=alert(1)//<script>?x='"><script>`
	first := open(t, s, token, getTokenPath, bodyOf(t, map[string]any{"region": "IDN", "returnUrl": link}))
	second := open(t, s, token, generatePath, with(t, with(t, generateBody, "userId", hostile), "language", hostile))
	for _, o := range []opened{first, second} {
		for _, step := range []string{"open", "ended"} {
			page := browse(t, s, http.MethodGet, o.URL+"&language="+url.QueryEscape(hostile), "").Body.String()
			assert.NotContains(t, page, "<script>", step)
			assert.NotContains(t, page, "<img", step)
			assert.NotContains(t, page, `"onmouseover`, step)
			finish(t, s, o, "pass")
		}
	}
}

// A data file that somebody has edited is no way around the check of targets.
func TestEditedTargetsAreNotFollowed(t *testing.T) {
	for _, body := range []string{getTokenBody, with(t, generateBody, "callbackUrl", nil)} {
		path := filepath.Join(t.TempDir(), "simulator.json")
		api := generatePath
		if body == getTokenBody {
			api = getTokenPath
		}
		s, token := started(t, simulator.Config{Data: path})
		o := open(t, s, token, api, with(t, body, "returnUrl", "https://edit.example/me"))
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		edited := strings.ReplaceAll(string(data), "https://edit.example/me", "javascript://edit.example/%0aalert(1)")
		require.NotEqual(t, string(data), edited)
		require.NoError(t, os.WriteFile(path, []byte(edited), 0o600))

		s, _ = started(t, simulator.Config{Data: path})
		w := finish(t, s, o, "pass")
		assert.True(t, strings.HasPrefix(w.Header().Get("Location"), "?"), w.Header().Get("Location"))
		assert.NotContains(t, browse(t, s, http.MethodGet, o.URL, "").Body.String(), "javascript")
	}
}

func TestPageLatency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := build(t, simulator.Config{Latency: time.Second})
		begun := time.Now()
		browse(t, s, http.MethodGet, "/h5/", "")
		assert.Equal(t, time.Second, time.Since(begun))
	})
}

func TestLogTellsNoSessionSecrets(t *testing.T) {
	var out bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug - 8}))
	at := newClock()
	s := build(t, simulator.Config{Log: log, Now: at.now, Callback: newHook(0).client()})
	token := login(t, s, at.at)
	o := open(t, s, token, generatePath, with(t, generateBody, "callbackUrl", "https://hook.example/callback?auth=hidden"))
	browse(t, s, http.MethodGet, o.URL, "")
	finish(t, s, o, "pass")
	e := endpoint(t, s, http.MethodPost, urlResultPath, token, idBody(o.SignatureID))
	picture := membersOf(t, e.Data)["faceDetail"].(map[string]any)["faceImageFar"].(string)
	browse(t, s, http.MethodGet, picture, "")
	e = endpoint(t, s, http.MethodPost, licencePath, token, licenceBody)
	licence := membersOf(t, e.Data)["license"].(string)
	endpoint(t, s, http.MethodPost, detectionPath, token, detectionBody)
	endpoint(t, s, http.MethodGet, clearSDKPath+"?livenessId=sim-pass-1", token, "")
	giveUp(t, s)

	assert.Contains(t, out.String(), `"msg":"callback failed","host":"hook.example","try":1`)
	assert.Contains(t, out.String(), `"method":"GET","path":"/idvs/","status":200`)
	assert.Contains(t, out.String(), `"path":"/media/","status":200`)
	assert.Contains(t, out.String(), `"path":"`+licencePath+`","code":"SUCCESS"`)
	mediaID := strings.Split(strings.Split(picture, "/media/")[1], "/")[0]
	for _, hidden := range []string{token, tokenOf(t, o.URL), licence, mediaID, "auth=hidden", "8e44f0089b076e18a718eb9ca3d94674", "sim-pass-1"} {
		assert.NotContains(t, out.String(), hidden)
	}
}

func TestSessionsAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "simulator.json")
	hook := newHook(http.StatusOK)
	s, token := started(t, simulator.Config{Data: path, Callback: hook.client()})
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			o := open(t, s, token, generatePath, generateBody)
			var buttons sync.WaitGroup
			for _, outcome := range []string{"pass", "fail", "attack"} {
				buttons.Go(func() { finish(t, s, o, outcome) })
			}
			buttons.Wait()
			e := endpoint(t, s, http.MethodPost, urlResultPath, token, idBody(o.SignatureID))
			link := membersOf(t, e.Data)["faceDetail"].(map[string]any)["faceImageFar"].(string)
			assert.Equal(t, http.StatusOK, browse(t, s, http.MethodGet, link, "").Code)
			endpoint(t, s, http.MethodPost, detectionPath, token, fmt.Sprintf(`{"livenessId":"sim-pass-%d"}`, i%2))
			if i%2 == 0 {
				assert.Equal(t, ok, endpoint(t, s, http.MethodPost, clearURLPath+"?signatureId="+o.SignatureID, token, "").said())
			}
		})
	}
	wg.Wait()
	require.NoError(t, s.Shutdown(t.Context()))
	assert.Len(t, hook.seen(), 8, "one callback each, whoever pressed first")
}
