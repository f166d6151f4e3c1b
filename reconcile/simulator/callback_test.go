package simulator_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile/simulator"
)

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// hook is the caller's server. It answers with one status after another, the
// last one for good; 0 breaks the connection.
type hook struct {
	mu       sync.Mutex
	statuses []int
	posts    []notification
}

type notification struct {
	at                 time.Time
	method, url, kind  string
	body, accessHeader string
}

func newHook(statuses ...int) *hook { return &hook{statuses: statuses} }

func (h *hook) client() *http.Client { return &http.Client{Transport: roundTrip(h.serve)} }

func (h *hook) seen() []notification {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.posts
}

func (h *hook) serve(r *http.Request) (*http.Response, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	h.posts = append(h.posts, notification{time.Now(), r.Method, r.URL.String(), r.Header.Get("Content-Type"), string(body), r.Header.Get("X-ACCESS-TOKEN")})
	status := h.statuses[0]
	if len(h.statuses) > 1 {
		h.statuses = h.statuses[1:]
	}
	if status == 0 {
		return nil, errors.New("broken")
	}
	return &http.Response{StatusCode: status, Header: http.Header{"Location": {"https://elsewhere.example/"}}, Body: io.NopCloser(strings.NewReader("fine")), Request: r}, nil
}

// giveUp ends what is under way.
func giveUp(t testing.TB, s *simulator.Simulator) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Shutdown(ctx); err != nil { // nil if it was over by then
		require.ErrorIs(t, err, context.Canceled)
	}
}

func TestCallback(t *testing.T) {
	for name, tc := range map[string]struct {
		auto, outcome string
		want          int
	}{
		"pass": {"", "pass", 1}, "fail": {"", "fail", 1}, "attack": {"", "attack", 1}, "given up": {"", "timeout", 0}, "unfinished": {"", "", 0},
		"pass at once": {"pass", "", 1}, "fail at once": {"fail", "", 1}, "at once and by page": {"attack", "pass", 1},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHook(http.StatusOK)
			s, token := started(t, simulator.Config{AutoComplete: tc.auto, Callback: h.client()})
			o := open(t, s, token, generatePath, generateBody)
			if tc.outcome != "" {
				finish(t, s, o, tc.outcome)
				finish(t, s, o, tc.outcome)
			}
			require.NoError(t, s.Shutdown(t.Context()))
			require.Len(t, h.seen(), tc.want)
			for _, p := range h.seen() {
				assert.Equal(t, http.MethodPost, p.method)
				assert.Equal(t, "https://www.example.com/callback", p.url)
				assert.Equal(t, "application/json", p.kind)
				assert.Equal(t, `{"signatureId":"`+o.SignatureID+`","type":"COMPLETED"}`, p.body)
				assert.Empty(t, p.accessHeader)
			}
		})
	}
}

func TestCallbackOfNobody(t *testing.T) {
	h := newHook(http.StatusOK)
	s, token := started(t, simulator.Config{AutoComplete: "pass", Callback: h.client()})
	open(t, s, token, generatePath, with(t, generateBody, "callbackUrl", nil))
	open(t, s, token, getTokenPath, with(t, getTokenBody, "callbackUrl", "https://www.example.com/callback"))
	endpoint(t, s, http.MethodPost, generatePath, token, with(t, generateBody, "region", "XXX"))
	require.NoError(t, s.Shutdown(t.Context()))
	open(t, s, token, generatePath, generateBody)
	require.NoError(t, s.Shutdown(t.Context()))
	assert.Empty(t, h.seen(), "after the end none begins")
}

func TestCallbackIsRetriedTwice(t *testing.T) {
	for name, tc := range map[string]struct {
		statuses []int
		want     []time.Duration
	}{
		"at once":           {[]int{200}, []time.Duration{0}},
		"at the second try": {[]int{500, 200}, []time.Duration{0, time.Second}},
		"at the third":      {[]int{0, 204, 200}, []time.Duration{0, time.Second, 6 * time.Second}},
		"never":             {[]int{503}, []time.Duration{0, time.Second, 6 * time.Second}},
		"a redirect":        {[]int{302, 307, 308, 200}, []time.Duration{0, time.Second, 6 * time.Second}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				toOurDays()
				h := newHook(tc.statuses...)
				s := build(t, simulator.Config{AutoComplete: "pass", Callback: h.client()})
				token := login(t, s, time.Now())
				begun := time.Now()
				open(t, s, token, generatePath, generateBody)
				require.NoError(t, s.Shutdown(t.Context()))
				var tries []time.Duration
				for _, p := range h.seen() {
					tries = append(tries, p.at.Sub(begun))
					assert.Equal(t, "https://www.example.com/callback", p.url)
				}
				assert.Equal(t, tc.want, tries)
			})
		})
	}
}

func TestShutdownGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		toOurDays()
		hangs := roundTrip(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
		s := build(t, simulator.Config{AutoComplete: "pass", Callback: &http.Client{Transport: hangs}})
		token := login(t, s, time.Now())
		open(t, s, token, generatePath, generateBody)
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		begun := time.Now()
		require.ErrorIs(t, s.Shutdown(ctx), context.DeadlineExceeded)
		assert.Equal(t, 3*time.Second, time.Since(begun))
		open(t, s, token, generatePath, generateBody) // which begins nothing any more
		require.NoError(t, s.Shutdown(t.Context()))
	})
}

// A server that never answers costs three tries of ten seconds and the pauses.
func TestCallbackTimesOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		toOurDays()
		hangs := roundTrip(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
		s := build(t, simulator.Config{AutoComplete: "pass", Callback: &http.Client{Transport: hangs}})
		token := login(t, s, time.Now())
		begun := time.Now()
		for range 100 { // of which 64 are under way at once
			open(t, s, token, generatePath, generateBody)
		}
		require.NoError(t, s.Shutdown(t.Context()))
		assert.Equal(t, 36*time.Second, time.Since(begun))
	})
}

func TestCallbacksUnderWayAreBounded(t *testing.T) {
	h, gate := newHook(http.StatusOK), make(chan struct{})
	slow := roundTrip(func(r *http.Request) (*http.Response, error) {
		<-gate
		return h.serve(r)
	})
	s, token := started(t, simulator.Config{AutoComplete: "pass", Callback: &http.Client{Transport: slow}})
	for range 100 {
		open(t, s, token, generatePath, generateBody)
	}
	close(gate)
	require.NoError(t, s.Shutdown(t.Context()))
	assert.Len(t, h.seen(), 64)
}

// Over a real connection, as somebody who tries the integration would see it.
func TestCallbackArrives(t *testing.T) {
	got := make(chan string, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body struct{ SignatureID, Type string }
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		got <- body.SignatureID + " " + body.Type
	}))
	defer server.Close()
	s, token := started(t, simulator.Config{AutoComplete: "pass"})
	o := open(t, s, token, generatePath, with(t, generateBody, "callbackUrl", server.URL+"/hook"))
	require.NoError(t, s.Shutdown(t.Context()))
	assert.Equal(t, o.SignatureID+" COMPLETED", <-got)
}

// A server that switches to another protocol, or never ends its answer, is given up
// like one that says nothing.
func TestCallbackOfAServerThatNeverEnds(t *testing.T) {
	for name, reply := range map[string]string{
		"101":                 "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n",
		"102":                 "HTTP/1.1 102 Processing\r\n\r\n",
		"199":                 "HTTP/1.1 199 Something\r\n\r\n",
		"a body that stops":   "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nx",
		"a failure that does": "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 100\r\n\r\nx",
	} {
		t.Run(name, func(t *testing.T) {
			called := make(chan struct{}, 10)
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				conn, _, err := w.(http.Hijacker).Hijack()
				if err != nil {
					panic(err)
				}
				_, _ = io.WriteString(conn, reply)
				called <- struct{}{}
				_, _ = io.Copy(io.Discard, conn) // until the caller has gone
				_ = conn.Close()
			}))
			defer server.Close()
			transport, answered := &http.Transport{}, make(chan struct{}, 10)
			s, token := started(t, simulator.Config{AutoComplete: "pass", Callback: &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
				resp, err := transport.RoundTrip(r)
				answered <- struct{}{}
				return resp, err
			})}})
			open(t, s, token, generatePath, with(t, generateBody, "callbackUrl", server.URL+"/hook"))
			<-called
			if !strings.HasPrefix(reply, "HTTP/1.1 1") || name == "101" {
				<-answered
			}
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			require.ErrorIs(t, s.Shutdown(ctx), context.Canceled)
		})
	}
}
