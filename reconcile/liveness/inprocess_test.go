package liveness

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// observed is a response as far as a client can tell.
type observed struct {
	Status string
	Header http.Header
	Length int64
	Body   string
	Failed bool // there was no response
	CutOff bool // the body ended too early
}

// observe makes a request and reads the response whole.
func observe(t *testing.T, rt http.RoundTripper, method, address, body string) observed {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("X-Mine", "a")
	req.Header.Set("User-Agent", "me")
	req.Header.Set("Accept-Encoding", "identity")
	resp, err := rt.RoundTrip(req)
	if err != nil {
		return observed{Failed: true}
	}
	raw, err := io.ReadAll(resp.Body)
	require.NoError(t, resp.Body.Close())
	if resp.Header.Get("Date") != "" {
		resp.Header.Set("Date", "some")
	}
	return observed{Status: resp.Status, Header: resp.Header, Length: resp.ContentLength, Body: string(raw), CutOff: err != nil}
}

// A handler must not be able to tell in which way it is called, nor a client
// what it calls: net/http's own server is the witness.
func TestHandlerTransportIsLikeASocket(t *testing.T) {
	for name, tc := range map[string]struct {
		method  string
		body    string
		handler http.HandlerFunc
	}{
		"nothing":         {handler: func(http.ResponseWriter, *http.Request) {}},
		"a short body":    {handler: func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"a":1}`) }},
		"a page":          {handler: func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `<html>`) }},
		"a long body":     {handler: func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, strings.Repeat("x", 100_000)) }},
		"many writes":     {handler: manyWrites},
		"a status":        {handler: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503); w.WriteHeader(200) }},
		"no body allowed": {handler: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204); _, _ = io.WriteString(w, "x") }},
		"headers":         {handler: headers},
		"an error":        {handler: func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", 404) }},
		"an echo":         {method: "POST", body: `{"a":"ü"}`, handler: echoes},
		"an echo of none": {method: "POST", handler: echoes},
		"gone before":     {handler: func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }},
		"gone with some": {handler: func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "lost in the buffer")
			panic(http.ErrAbortHandler)
		}},
		"gone half-way": {handler: func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "some")
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}},
		"gone for good": {handler: func(http.ResponseWriter, *http.Request) { runtime.Goexit() }},
		"less than declared": {handler: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "10")
			_, _ = io.WriteString(w, "short")
		}},
		"more than declared": {handler: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "3")
			_, _ = io.WriteString(w, "abc")
			if _, err := io.WriteString(w, "d"); !errors.Is(err, http.ErrContentLength) {
				panic(err)
			}
		}},
		"flushed": {handler: func(w http.ResponseWriter, _ *http.Request) {
			w.(http.Flusher).Flush()
			_, _ = io.WriteString(w, "late")
		}},
		"no date": {handler: func(w http.ResponseWriter, _ *http.Request) { w.Header()["Date"] = nil }},
	} {
		t.Run(name, func(t *testing.T) {
			method := tc.method
			if method == "" {
				method = http.MethodGet
			}
			s := serve(t, tc.handler)
			want := observe(t, s.Client().Transport, method, s.URL+"/a%20b/c?q=1", tc.body)
			got := observe(t, HandlerTransport(tc.handler), method, s.URL+"/a%20b/c?q=1", tc.body)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("socket (-) and process (+) differ:\n%s", diff)
			}
		})
	}
}

func manyWrites(w http.ResponseWriter, _ *http.Request) {
	for range 1000 {
		_, _ = io.WriteString(w, "0123456789")
	}
}

func headers(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Add("X-Two", "1")
	w.Header().Add("X-Two", "2")
	w.Header().Set("Retry-After", "10s")
	w.WriteHeader(429)
	w.Header().Set("X-Late", "never seen")
	_, _ = io.WriteString(w, "{}")
}

// echoes answers with everything that it can know of the request.
func echoes(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(err)
	}
	_ = r.Header.Write(w)
	for _, s := range []string{r.Method, r.URL.String(), r.URL.Path, r.RequestURI, r.Host, r.Proto, string(body), r.FormValue("q")} {
		_, _ = io.WriteString(w, s+"\n")
	}
}

func TestHandlerTransportStreams(t *testing.T) {
	released := make(chan struct{})
	h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, strings.Repeat("x", 4096))
		_ = http.NewResponseController(w).Flush()
		<-released
		_, _ = io.WriteString(w, "end")
	})
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost/", nil)
	require.NoError(t, err)
	resp, err := HandlerTransport(h).RoundTrip(req)
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	first := make([]byte, 4096)
	_, err = io.ReadFull(resp.Body, first)
	require.NoError(t, err, "the beginning arrives while the handler still runs")
	close(released)
	rest, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	assert.Equal(t, "end", string(rest))
}

func TestHandlerTransportHangsUp(t *testing.T) {
	forever := func(ended chan error) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			for {
				if _, err := io.WriteString(w, strings.Repeat("x", 4096)); err != nil {
					<-r.Context().Done()
					ended <- err
					return
				}
			}
		})
	}
	t.Run("when the body is closed", func(t *testing.T) {
		ended := make(chan error, 1)
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost/", nil)
		require.NoError(t, err)
		resp, err := HandlerTransport(forever(ended)).RoundTrip(req)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		assert.Error(t, <-ended)
	})
	t.Run("when the context ends", func(t *testing.T) {
		ended := make(chan error, 1)
		stop := errors.New("enough")
		ctx, cancel := context.WithCancelCause(t.Context())
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://localhost/", nil)
		require.NoError(t, err)
		resp, err := HandlerTransport(forever(ended)).RoundTrip(req)
		require.NoError(t, err)
		defer func() { _ = resp.Body.Close() }()
		cancel(stop)
		_, err = io.Copy(io.Discard, resp.Body)
		assert.ErrorIs(t, err, stop)
		assert.Error(t, <-ended)
	})
	t.Run("before the answer begins", func(t *testing.T) {
		ended := make(chan struct{})
		ctx, cancel := context.WithCancel(t.Context())
		h := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			cancel()
			<-r.Context().Done()
			close(ended)
		})
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://localhost/", nil)
		require.NoError(t, err)
		_, err = HandlerTransport(h).RoundTrip(req)
		assert.ErrorIs(t, err, context.Canceled)
		<-ended
	})
}

func TestHandlerTransportNamesPanics(t *testing.T) {
	h := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("a mistake in the handler") })
	req := httptest.NewRequest(http.MethodGet, "http://localhost/", nil)
	_, err := HandlerTransport(h).RoundTrip(req)
	require.ErrorContains(t, err, "a mistake in the handler")
	assert.ErrorIs(t, err, io.EOF)
}
