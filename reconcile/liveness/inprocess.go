package liveness

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
)

// HandlerTransport runs a handler in this process in place of a server, with no
// socket: net/http's own server answers over a pipe, one for each request. A
// handler that panics loses the connection, and the error says how.
func HandlerTransport(h http.Handler) http.RoundTripper {
	dial := func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		conn := &pipeConn{Conn: client}
		s := &http.Server{Handler: conn.recording(h), ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)}
		_ = s.Serve(&pipeListener{server}) // returns at once: there is no second connection to accept
		return conn, nil
	}
	return handlerTransport{&http.Transport{DialContext: dial, DialTLSContext: dial, MaxIdleConnsPerHost: -1}}
}

type handlerTransport struct{ *http.Transport }

// pipeListener accepts one connection.
type pipeListener struct{ conn net.Conn }

func (l *pipeListener) Accept() (net.Conn, error) {
	conn := l.conn
	if conn == nil {
		return nil, net.ErrClosed
	}
	l.conn = nil
	return conn, nil
}

func (l *pipeListener) Close() error   { return nil }
func (l *pipeListener) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }

// pipeConn is the client's end of a pipe. It knows why the other end broke.
type pipeConn struct {
	net.Conn
	panicked atomic.Value
}

func (c *pipeConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if cause := c.panicked.Load(); cause != nil && errors.Is(err, io.EOF) {
		err = fmt.Errorf("%w: the handler panicked: %v", err, cause)
	}
	return n, err
}

// recording notes the panics of a handler, but for the one that is made to break
// the connection.
func (c *pipeConn) recording(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if cause := recover(); cause != nil {
				if cause != http.ErrAbortHandler {
					c.panicked.Store(fmt.Sprint(cause))
				}
				panic(cause)
			}
		}()
		h.ServeHTTP(w, r)
	})
}
