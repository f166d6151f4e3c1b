package localserver

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func address(host string) net.Addr { return &net.TCPAddr{IP: net.ParseIP(host), Port: 8585} }

// ask is the status of a request to a server that listens on an address.
func (s Server) ask(listen net.Addr, method, host string, headers ...string) int {
	r := httptest.NewRequest(method, "/", nil)
	r.Host = host
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	s.guard(listen).ServeHTTP(w, r)
	return w.Code
}

const (
	served  = http.StatusTeapot
	refused = http.StatusForbidden
)

func TestOnlyOwnNamesAreAnswered(t *testing.T) {
	for listen, hosts := range map[string]map[string]int{
		"127.0.0.1": {
			"127.0.0.1:8585": served, "localhost:8585": served, "LocalHost:8585": served, "[::1]:8585": served, "127.0.0.2:8585": served,
			"127.0.0.1": refused, "localhost": refused, "localhost:80": refused, "": refused, ":8585": refused, "simulator:8585": refused,
			"evil.example:8585": refused, "localhost.evil.example:8585": refused, "127.0.0.1.evil.example:8585": refused, "10.0.0.1:8585": refused,
		},
		"0.0.0.0":  {"10.0.0.1:8585": served, "localhost:8585": served, "[2001:db8::1]:8585": served, "evil.example:8585": refused},
		"10.0.0.1": {"10.0.0.1:8585": served, "localhost:8585": served, "127.0.0.1:8585": refused, "10.0.0.2:8585": refused},
	} {
		for host, want := range hosts {
			assert.Equal(t, want, Server{}.ask(address(listen), http.MethodGet, host), "%s on %s", host, listen)
			assert.Equal(t, served, Server{Audience: Programs}.ask(address(listen), http.MethodPost, host), "%s on %s", host, listen)
		}
	}
	named := Server{Hosts: []string{"simulator"}}
	for host, want := range map[string]int{"simulator:8585": served, "Simulator": served, "localhost:8585": served, "evil.example:8585": refused, "simulator.evil.example:8585": refused} {
		assert.Equal(t, want, named.ask(address("0.0.0.0"), http.MethodGet, host), host)
	}
}

// What a page of another site may do here: show what there is, and no more.
func TestOtherSitesOnlyShow(t *testing.T) {
	const self = "http://localhost:8585"
	for name, c := range map[string]struct {
		method  string
		headers []string
		want    int
	}{
		"a program":                     {"POST", nil, served},
		"its own form":                  {"POST", []string{"Origin", self, "Sec-Fetch-Site", "same-origin"}, served},
		"its own form, without a site":  {"POST", []string{"Origin", self}, served},
		"its own script":                {"GET", []string{"Sec-Fetch-Site", "same-origin", "Sec-Fetch-Dest", "empty"}, served},
		"an address that was typed":     {"GET", []string{"Sec-Fetch-Site", "none", "Sec-Fetch-Dest", "document"}, served},
		"a link":                        {"GET", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Dest", "document", "Sec-Fetch-Mode", "navigate"}, served},
		"a frame":                       {"GET", []string{"Sec-Fetch-Site", "same-site", "Sec-Fetch-Dest", "iframe"}, served},
		"a picture":                     {"GET", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Dest", "image"}, served},
		"a form":                        {"POST", []string{"Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Dest", "document"}, refused},
		"a form in an old browser":      {"POST", []string{"Origin", "https://evil.example"}, refused},
		"a form of nowhere":             {"POST", []string{"Origin", "null"}, refused},
		"another port":                  {"POST", []string{"Origin", "http://localhost:3000", "Sec-Fetch-Site", "same-site"}, refused},
		"a script":                      {"GET", []string{"Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Dest", "empty"}, refused},
		"a script in an old browser":    {"GET", []string{"Origin", "https://evil.example"}, refused},
		"a script that sees nothing":    {"GET", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Dest", "empty", "Sec-Fetch-Mode", "no-cors"}, refused},
		"a script element":              {"GET", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Dest", "script"}, refused},
		"a question before the request": {"OPTIONS", []string{"Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"}, refused},
		"a picture for a script":        {"GET", []string{"Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Dest", "image"}, refused},
	} {
		assert.Equal(t, c.want, Server{}.ask(address("127.0.0.1"), c.method, "localhost:8585", c.headers...), name)
		if c.headers != nil {
			assert.Equal(t, refused, Server{Audience: Programs}.ask(address("127.0.0.1"), c.method, "localhost:8585", c.headers...), name)
		}
	}
}

// pipes is a listener without sockets, whose clock is that of the test.
type pipes struct{ conns chan net.Conn }

func (p pipes) Accept() (net.Conn, error) {
	conn, ok := <-p.conns
	if !ok {
		return nil, net.ErrClosed
	}
	return conn, nil
}
func (p pipes) Close() error { close(p.conns); return nil }
func (pipes) Addr() net.Addr { return address("127.0.0.1") }

func (p pipes) dial() net.Conn {
	client, server := net.Pipe()
	go func() { p.conns <- server }()
	return client
}

// running runs a test against a server that echoes bodies.
func running(t *testing.T, test func(t *testing.T, listener pipes)) {
	synctest.Test(t, func(t *testing.T) {
		listener := pipes{make(chan net.Conn)}
		echoes := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/late" {
				time.Sleep(10 * bodyTimeout)
			}
			data, err := io.ReadAll(r.Body)
			if err == nil {
				time.Sleep(10 * bodyTimeout)
			}
			if r.Context().Err() == nil {
				_, _ = w.Write(data)
			}
		})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- Server{Handler: echoes}.Serve(ctx, listener) }()
		test(t, listener)
		cancel()
		require.NoError(t, <-ended)
	})
}

// What is sent by half is not waited for.
func TestHalfARequestIsGivenUp(t *testing.T) {
	const head = "POST / HTTP/1.1\r\nHost: localhost:8585\r\nContent-Length: 100\r\n"
	for name, sent := range map[string]string{
		"nothing":              "",
		"half a header":        head,
		"half a body":          head + "\r\n{",
		"half a refused body":  strings.Replace(head, "localhost", "evil.example", 1) + "\r\n{",
		"half of what is late": strings.Replace(head, "/", "/late", 1) + "\r\n{",
	} {
		t.Run(name, func(t *testing.T) {
			running(t, func(t *testing.T, listener pipes) {
				conn := listener.dial()
				go func() { _, _ = io.WriteString(conn, sent) }()
				ended := make(chan struct{})
				go func() { _, _ = io.Copy(io.Discard, conn); close(ended) }()
				select {
				case <-ended:
				case <-time.After(30 * bodyTimeout):
					t.Error("it is waited for")
					_ = conn.Close()
					<-ended
				}
			})
		})
	}
}

// A whole request has all the time that its answer takes, and so has the next one.
func TestAnAnswerMayTakeLong(t *testing.T) {
	running(t, func(t *testing.T, listener pipes) {
		conn := listener.dial()
		defer conn.Close()
		in := bufio.NewReader(conn)
		for range 2 {
			go func() {
				_, _ = io.WriteString(conn, "POST / HTTP/1.1\r\nHost: localhost:8585\r\nContent-Length: 5\r\n\r\nhello")
			}()
			resp, err := http.ReadResponse(in, nil)
			require.NoError(t, err)
			data, err := io.ReadAll(resp.Body)
			require.NoError(t, err)
			assert.Equal(t, "hello", string(data))
		}
	})
}

// Nobody takes all the connections of the machine; who closes one makes room.
func TestConnectionsAreLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limited := newLimited(pipes{make(chan net.Conn)})
		accepted := make(chan net.Conn, connectionsMax+1)
		go func() {
			for {
				conn, err := limited.Accept()
				if err != nil {
					close(accepted)
					return
				}
				accepted <- conn
			}
		}()
		for range connectionsMax + 1 {
			defer limited.Listener.(pipes).dial().Close()
		}
		synctest.Wait()
		require.Len(t, accepted, connectionsMax)
		first := <-accepted
		require.NoError(t, first.Close())
		_ = first.Close() // twice makes room for one only
		synctest.Wait()
		require.Len(t, accepted, connectionsMax)
		require.NoError(t, limited.Close())
		for conn := range accepted {
			require.NoError(t, conn.Close())
		}
	})
}
