package liveness

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

// spareMax is how long a connection that was opened ahead may wait for its first
// request. Servers give a new one ten seconds and more.
const spareMax = 5 * time.Second

// Connect begins to open connections to the service, so that the first n requests at
// once need not wait for them, and returns at once. Called again it opens those that
// are missing by then. Nothing is sent but what a connection takes. What cannot be
// opened is tried again, and told, by the request that needs it. Through a proxy and
// in this process nothing is opened ahead.
func (c *Client) Connect(n int) {
	transport, ok := c.connection.transport.(*http.Transport)
	if !ok || c.connector == nil {
		return
	}
	base := c.connection.base
	if proxy, err := transport.Proxy(&http.Request{URL: base}); err != nil || proxy != nil {
		return
	}
	secure := base.Scheme == "https"
	port := "80"
	if secure {
		port = "443"
	}
	c.connector.prepare(endpointAddress{net.JoinHostPort(base.Hostname(), cmp.Or(base.Port(), port)), secure}, n)
}

// Close closes the connections that no request uses. The client can be used afterwards.
func (c *Client) Close() {
	if transport, ok := c.connection.transport.(*http.Transport); ok && c.connector != nil {
		c.connector.close()
		transport.CloseIdleConnections()
	}
}

// endpointAddress is where a connection leads.
type endpointAddress struct {
	address string // host and port
	secure  bool   // by TLS
}

// connector opens the connections of a transport, some of them before they are needed.
type connector struct {
	dialer net.Dialer
	tls    *tls.Config
	maxAge time.Duration // of a spare at its first request

	mu     sync.Mutex
	spares []*spare // the oldest first
}

// spare is a connection that is being opened, or waits for its first request.
type spare struct {
	to      endpointAddress
	cancel  context.CancelFunc
	settled chan struct{} // closed when it is open, or cannot be
	conn    net.Conn      // nil when it could not be opened
	opened  time.Time
	quiet   chan bool // when reading has ended: whether that was not the server's doing
}

// dial is what a transport opens connections with.
func (c *connector) dial(secure bool) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, _, address string) (net.Conn, error) {
		to := endpointAddress{address, secure}
		for s := c.next(to); s != nil; s = c.next(to) {
			select {
			case <-s.settled:
			case <-ctx.Done():
				s.discard()
				return nil, contextError(ctx)
			}
			if conn := s.take(c.maxAge); conn != nil {
				return conn, nil
			}
		}
		return c.open(ctx, to)
	}
}

func (c *connector) open(ctx context.Context, to endpointAddress) (net.Conn, error) {
	conn, err := c.dialer.DialContext(ctx, "tcp", to.address)
	if err != nil || !to.secure {
		return conn, err
	}
	config := c.tls.Clone()
	if config.ServerName, _, err = net.SplitHostPort(to.address); err != nil {
		panic("liveness: an address without a port") // it has just been dialled
	}
	ctx, cancel := context.WithTimeoutCause(ctx, dialTimeout, fmt.Errorf("no TLS handshake within %s", dialTimeout))
	defer cancel()
	secured := tls.Client(conn, config)
	if err := secured.HandshakeContext(ctx); err != nil {
		_ = conn.Close()
		if ctx.Err() != nil {
			err = contextError(ctx)
		}
		return nil, err
	}
	return secured, nil
}

// prepare sees to it that n spares are open or being opened.
func (c *connector) prepare(to endpointAddress, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.spares = slices.DeleteFunc(c.spares, func(s *spare) bool {
		spent := s.isSpent(c.maxAge / 2) // it is to live a while yet
		if spent {
			s.discard()
		}
		return spent
	})
	for range n - len(c.spares) {
		ctx, cancel := context.WithCancel(context.Background())
		s := &spare{to: to, cancel: cancel, settled: make(chan struct{}), quiet: make(chan bool, 1)}
		c.spares = append(c.spares, s)
		go func() {
			defer close(s.settled)
			if conn, err := c.open(ctx, to); err == nil {
				s.conn, s.opened = conn, time.Now()
				go s.listen()
			}
		}()
	}
}

// next takes the oldest spare that leads to an address; nil for none.
func (c *connector) next(to endpointAddress) *spare {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.IndexFunc(c.spares, func(s *spare) bool { return s.to == to })
	if i < 0 {
		return nil
	}
	s := c.spares[i]
	c.spares = slices.Delete(c.spares, i, i+1)
	return s
}

func (c *connector) close() {
	c.mu.Lock()
	spares := c.spares
	c.spares = nil
	c.mu.Unlock()
	for _, s := range spares {
		s.discard()
	}
}

// isSpent reports a spare that could not be opened, or is older than maxAge.
func (s *spare) isSpent(maxAge time.Duration) bool {
	select {
	case <-s.settled:
		return s.conn == nil || time.Since(s.opened) > maxAge
	default:
		return false
	}
}

// listen waits for what a server has to say before it is asked anything: nothing, as
// long as it means the connection to be used.
func (s *spare) listen() {
	_, err := s.conn.Read(make([]byte, 1))
	failed, ok := errors.AsType[net.Error](err)
	s.quiet <- ok && failed.Timeout()
}

// take gives the connection of a settled spare; nil when it cannot be used any more. A
// request on one that the server has closed would be in doubt for no reason.
func (s *spare) take(maxAge time.Duration) net.Conn {
	s.cancel() // what was opened stays open
	if s.conn == nil {
		return nil
	}
	interrupted := s.conn.SetReadDeadline(time.Unix(1, 0))
	if !<-s.quiet || interrupted != nil || s.isSpent(maxAge) || s.conn.SetReadDeadline(time.Time{}) != nil {
		_ = s.conn.Close()
		return nil
	}
	return s.conn
}

// discard closes the connection, or sees to it that none is opened.
func (s *spare) discard() {
	s.cancel()
	<-s.settled
	if s.conn != nil {
		_ = s.conn.Close()
		<-s.quiet
	}
}
