package liveness

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/schema"
)

// clientOf is a client that talks to a server through a socket.
func clientOf(t *testing.T, s *httptest.Server, retries int) *Client {
	t.Helper()
	c := newClient(t, nil, func(cfg *Config) { cfg.BaseURL, cfg.Retries = s.URL, retries })
	t.Cleanup(c.connection.transport.(*http.Transport).CloseIdleConnections)
	return c
}

func serve(t *testing.T, h http.Handler) *httptest.Server {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.Start()
	t.Cleanup(s.Close)
	return s
}

func TestRedirectsAreNeverFollowed(t *testing.T) {
	var followed atomic.Int32
	target := serve(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed.Add(1) }))
	for _, status := range []int{301, 302, 303, 307, 308} {
		f := &fakeService{push: func(_ int, w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, target.URL+"/somewhere?token=x", status)
		}}
		_, refusal, _, err := push(t, clientOf(t, serve(t, f), 3))
		require.NotNil(t, refusal, "%v", err)
		assert.Contains(t, refusal.Message, fmt.Sprint(status))
		assert.Contains(t, refusal.Message, "redirect to "+target.URL+",")
		assert.Contains(t, refusal.Hint, "base URL")
		_, pushes := f.counts()
		assert.Equal(t, 1, pushes)
	}
	assert.Zero(t, followed.Load())
}

func TestARedirectThatCannotBeReadIsStillOne(t *testing.T) {
	for _, location := range []string{"", "http://%zz", "/elsewhere", "javascript:alert(1)"} {
		f := &fakeService{push: func(_ int, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", location)
			w.WriteHeader(302)
		}}
		s := serve(t, f)
		_, refusal, _, err := push(t, clientOf(t, s, 3))
		require.NotNil(t, refusal, "%v", err)
		want := "a redirect, and"
		if location == "/elsewhere" {
			want = "a redirect to " + s.URL + ","
		}
		assert.Contains(t, refusal.Message, want)
	}
}

func TestABasePathIsAPrefix(t *testing.T) {
	for _, prefix := range []string{"/proxy/advance", "/proxy/advance/"} {
		f := &fakeService{}
		s := serve(t, http.StripPrefix("/proxy/advance", f))
		c := newClient(t, nil, func(cfg *Config) { cfg.BaseURL = s.URL + prefix })
		_, _, _, err := push(t, c)
		require.NoError(t, err)
		assert.Equal(t, "/openapi/liveness/v1/h5/configureUI", f.pushes[0].path)
		c.connection.transport.(*http.Transport).CloseIdleConnections()
	}
}

func TestConnectionsAreUsedAgain(t *testing.T) {
	var opened atomic.Int32
	s := httptest.NewUnstartedServer(&fakeService{})
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	s.Start()
	defer s.Close()
	c := clientOf(t, s, 0)
	for range 5 {
		for _, err := range pushAtOnce(t, c, 10) {
			require.NoError(t, err)
		}
	}
	assert.LessOrEqual(t, opened.Load(), int32(20), "fifty pushes need few connections")
}

func TestWhatTheSocketTells(t *testing.T) {
	hijacks := func(reply string) handler {
		return func(_ int, w http.ResponseWriter, _ *http.Request) {
			conn, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				panic(err)
			}
			_, _ = io.WriteString(conn, reply)
			_ = conn.Close()
		}
	}
	for name, tc := range map[string]handler{
		"closed without an answer": hijacks(""),
		"no HTTP":                  hijacks("hello\r\n\r\n"),
		"half a header":            hijacks("HTTP/1.1 200 O"),
		"half a body":              hijacks("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"code\":\"SUCCESS\"}"),
		"a body too short":         hijacks("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n12\r\n{\"code\":\"SUCCESS\"}\r\n"),
		"nothing said":             hijacks("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
	} {
		t.Run(name, func(t *testing.T) {
			f := &fakeService{push: tc}
			_, refusal, doubt, err := push(t, clientOf(t, serve(t, f), 0))
			assert.Nil(t, refusal)
			assert.NotNil(t, doubt, "%v", err)
			_, pushes := f.counts()
			assert.Equal(t, 1, pushes)
		})
	}
	t.Run("cancelled in flight", func(t *testing.T) {
		arrived, gone := make(chan struct{}), make(chan struct{})
		f := &fakeService{push: func(_ int, _ http.ResponseWriter, r *http.Request) {
			close(arrived)
			<-r.Context().Done()
			close(gone)
		}}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go func() { <-arrived; cancel() }()
		_, err := clientOf(t, serve(t, f), 5).Push(ctx, document)
		assert.True(t, isDoubt(err), "%v", err)
		assert.ErrorIs(t, err, context.Canceled)
		<-gone
	})
}

// The connection of a protocol switch stays open, and its reads know no deadline.
func TestASwitchToAnotherProtocolIsNoAnswer(t *testing.T) {
	left := make(chan struct{})
	f := &fakeService{push: func(_ int, w http.ResponseWriter, _ *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			panic(err)
		}
		_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n")
		_, _ = io.Copy(io.Discard, conn) // until the client has gone
		_ = conn.Close()
		close(left)
	}}
	_, _, doubt, err := push(t, clientOf(t, serve(t, f), 0))
	require.NotNil(t, doubt, "%v", err)
	assert.ErrorContains(t, err, "another protocol")
	<-left
}

// Whatever a server sends and does not end, a call ends with its context.
func TestEveryReadEndsWithItsContext(t *testing.T) {
	const head, chunked = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n", "Transfer-Encoding: chunked\r\n\r\n"
	replies := map[string]struct{ once, endlessly string }{
		"silence":              {},
		"100":                  {once: "HTTP/1.1 100 Continue\r\n\r\n"},
		"101":                  {once: "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n", endlessly: "x"},
		"102":                  {once: "HTTP/1.1 102 Processing\r\n\r\n"},
		"103":                  {once: "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"},
		"199":                  {once: "HTTP/1.1 199 Something\r\n\r\n"},
		"102 for ever":         {endlessly: "HTTP/1.1 102 Processing\r\n\r\n"},
		"a header that stops":  {once: head},
		"a header for ever":    {once: head, endlessly: "X: y\r\n"},
		"a body that stops":    {once: head + "Content-Length: 100\r\n\r\n{"},
		"a body that trickles": {once: head + chunked + "1\r\n{\r\n", endlessly: "1\r\n \r\n"},
		"a body until the end": {once: head + "\r\n\xff\xd8\xff\xe0", endlessly: "x"},
		"a redirect":           {once: "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 100\r\n\r\n"},
		"a refusal":            {once: "HTTP/1.1 404 Not Found\r\nContent-Length: 100\r\n\r\n"},
	}
	calls := map[string]func(context.Context, *Client, string) error{
		"push":  func(ctx context.Context, c *Client, _ string) error { _, err := c.Push(ctx, document); return err },
		"login": func(ctx context.Context, c *Client, _ string) error { return c.Login(ctx) },
		"result": func(ctx context.Context, c *Client, _ string) error {
			_, err := c.Result(ctx, ResultRequest{API: schema.H5Token, ID: "0123456789abcdef"})
			return err
		},
		"download": func(ctx context.Context, c *Client, base string) error {
			_, _, err := c.Download(ctx, Medium{Name: "image", URL: base + "/image"}, io.Discard)
			return err
		},
	}
	for name, reply := range replies {
		for called, call := range calls {
			t.Run(name+"/"+called, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute) // none needs as long
				defer cancel()
				left := make(chan struct{}, 10)
				holds := func(_ int, w http.ResponseWriter, _ *http.Request) {
					conn, _, err := w.(http.Hijacker).Hijack()
					if err != nil {
						panic(err)
					}
					_, err = io.WriteString(conn, reply.once)
					time.AfterFunc(10*time.Millisecond, cancel) // whether it has been read by then or not
					for err == nil && reply.endlessly != "" {
						_, err = io.WriteString(conn, reply.endlessly)
					}
					_, _ = io.Copy(io.Discard, conn) // until the client has gone
					_ = conn.Close()
					left <- struct{}{}
				}
				f := &fakeService{push: holds}
				if called == "login" {
					f.login = holds
				}
				s := serve(t, f)
				require.Error(t, call(ctx, clientOf(t, s, 0), s.URL))
				<-left
			})
		}
	}
}

func TestACertificateThatIsNotTrustedIsNotTriedAgain(t *testing.T) {
	var handshakes atomic.Int32
	s := httptest.NewUnstartedServer(&fakeService{})
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			handshakes.Add(1)
		}
	}
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	defer s.Close()
	c := newClient(t, nil, func(cfg *Config) { cfg.BaseURL = s.URL })
	_, refusal, doubt, err := push(t, c)
	require.ErrorContains(t, err, "certificate")
	assert.Nil(t, refusal)
	assert.Nil(t, doubt, "nothing was sent")
	assert.Equal(t, int32(1), handshakes.Load())
}

func TestTLSWorks(t *testing.T) {
	f := &fakeService{}
	s := httptest.NewTLSServer(f)
	defer s.Close()
	transport, _ := newTransport(1)
	transport.TLSClientConfig.RootCAs = s.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	defer transport.CloseIdleConnections()
	_, _, _, err := push(t, newClient(t, nil, func(cfg *Config) { cfg.BaseURL, cfg.Transport = s.URL, transport }))
	require.NoError(t, err)
}

func TestNobodyListens(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := l.Addr().String()
	require.NoError(t, l.Close())
	c := newClient(t, nil, func(cfg *Config) { cfg.BaseURL, cfg.Retries = "http://"+address, 0 })
	c.tokens.held = token{value: "token", renewAt: time.Now().Add(time.Hour)}
	_, refusal, doubt, err := push(t, c)
	require.ErrorContains(t, err, "refused")
	assert.ErrorContains(t, err, "ConfigureUI")
	assert.Nil(t, refusal)
	assert.Nil(t, doubt)
}
