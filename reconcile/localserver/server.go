// Package localserver serves an http.Handler on somebody's own machine until a context
// ends, and keeps off whom it is not meant for: pages of other sites in the browser of
// the same person, and callers who hold connections for ever.
//
// It does not know what is served.
package localserver

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// Bounds of what one caller can hold.
const (
	headerTimeout  = 10 * time.Second // until the header of a request is there
	bodyTimeout    = 10 * time.Second // and then its body
	idleTimeout    = time.Minute      // between two requests of a connection
	headerMax      = 64 << 10         // bytes
	connectionsMax = 512              // at once; others wait
)

// Server says what is served and to whom.
type Server struct {
	Handler    http.Handler
	Audience   Audience
	Hosts      []string // by which it may also be asked for, at any port
	OnShutdown func()   // ends answers that would go on for ever; nil for none
}

// Serve answers until ctx ends, and then for a second more what is under way. It closes
// the listener. The error is that of the listener.
func (s Server) Serve(ctx context.Context, listener net.Listener) error {
	server := &http.Server{
		Handler:           s.guard(listener.Addr()),
		ReadHeaderTimeout: headerTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: headerMax,
	}
	if s.OnShutdown != nil {
		server.RegisterOnShutdown(s.OnShutdown)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		<-ctx.Done()
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		if server.Shutdown(grace) != nil {
			_ = server.Close() // whoever still waits has waited long enough
		}
	}()
	if err := server.Serve(newLimited(listener)); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	<-done
	return nil
}

// guard lets through whom the server is for, and bounds how long a body may take. A
// time for the whole request would end streams too, and answers that are late on
// purpose.
func (s Server) guard(listen net.Addr) http.Handler {
	refusal := s.Audience.refusal(listen, s.Hosts)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength != 0 { // net/http reads on also when nobody wants the body
			control := http.NewResponseController(w)
			_ = control.SetReadDeadline(time.Now().Add(bodyTimeout)) // connections have one
			r.Body = &timedBody{r.Body, control}
		}
		if why := refusal(r); why != "" {
			http.Error(w, why, http.StatusForbidden)
			return
		}
		s.Handler.ServeHTTP(w, r)
	})
}

// timedBody is a body that has to arrive in time. What comes after it has all the
// time there is.
type timedBody struct {
	io.ReadCloser
	control *http.ResponseController
}

// Read implements io.Reader.
func (b *timedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) {
		_ = b.control.SetReadDeadline(time.Time{})
	}
	return n, err
}

// limited is a listener that has a limited number of connections open at once.
type limited struct {
	net.Listener
	free   chan struct{} // holds one for each connection that may be opened
	closed chan struct{}
	close  func() error
}

func newLimited(listener net.Listener) *limited {
	l := &limited{Listener: listener, free: make(chan struct{}, connectionsMax), closed: make(chan struct{})}
	for range connectionsMax {
		l.free <- struct{}{}
	}
	l.close = sync.OnceValue(func() error { close(l.closed); return listener.Close() })
	return l
}

// Accept implements net.Listener.
func (l *limited) Accept() (net.Conn, error) {
	select {
	case <-l.free:
	case <-l.closed:
		return nil, net.ErrClosed
	}
	conn, err := l.Listener.Accept()
	if err != nil {
		l.free <- struct{}{}
		return nil, err
	}
	return &counted{conn, sync.OnceFunc(func() { l.free <- struct{}{} })}, nil
}

// Close implements net.Listener.
func (l *limited) Close() error { return l.close() }

// counted is a connection that makes room for another when it is closed.
type counted struct {
	net.Conn
	release func()
}

// Close implements net.Conn.
func (c *counted) Close() error {
	defer c.release()
	return c.Conn.Close()
}
