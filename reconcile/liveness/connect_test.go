package liveness

import (
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// patience is how long a test waits for what happens at once.
const patience = time.Minute

// counting is a service that counts its connections.
type counting struct {
	fakeService
	*httptest.Server
	opened, closed atomic.Int32
}

func startCounting(t *testing.T, secure bool) (*counting, *Client) {
	t.Helper()
	s := &counting{}
	s.Server = httptest.NewUnstartedServer(&s.fakeService)
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			s.opened.Add(1)
		case http.StateClosed:
			s.closed.Add(1)
		}
	}
	if secure {
		s.StartTLS()
	} else {
		s.Start()
	}
	t.Cleanup(s.Close)
	c := newClient(t, nil, func(cfg *Config) { cfg.BaseURL, cfg.Retries = s.URL, 0 })
	if secure {
		c.connector.tls.RootCAs = s.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	}
	c.connector.maxAge = time.Hour // however slow the machine is
	t.Cleanup(c.Close)
	return s, c
}

// connected waits until all connections are there, and gives them.
func connected(t *testing.T, c *Client) []*spare {
	t.Helper()
	c.connector.mu.Lock()
	defer c.connector.mu.Unlock()
	for _, s := range c.connector.spares {
		<-s.settled
		require.NotNil(t, s.conn)
	}
	return c.connector.spares
}

func (s *counting) counts() (logins, pushes int) { return s.fakeService.counts() }

func TestConnectionsAreOpenedAhead(t *testing.T) {
	for name, secure := range map[string]bool{"plain": false, "TLS": true} {
		t.Run(name, func(t *testing.T) {
			s, c := startCounting(t, secure)
			c.Connect(8)
			c.Connect(8) // they are there, or on their way
			require.Len(t, connected(t, c), 8)
			require.Eventually(t, func() bool { return s.opened.Load() == 8 }, patience, time.Millisecond)
			logins, pushes := s.counts()
			assert.Zero(t, logins+pushes, "nothing is sent")

			for _, err := range pushAtOnce(t, c, 8) {
				require.NoError(t, err)
			}
			logins, pushes = s.counts()
			assert.Equal(t, 1, logins)
			assert.Equal(t, 8, pushes)
			assert.EqualValues(t, 8, s.opened.Load(), "login and documents use what is open")
			for _, err := range pushAtOnce(t, c, 8) {
				require.NoError(t, err)
			}
			assert.EqualValues(t, 8, s.opened.Load())
		})
	}
}

// What waited in vain is no document's doubt, even if nothing is tried twice.
func TestConnectionsThatAreGone(t *testing.T) {
	for name, spoil := range map[string]func(*counting, *spare){
		"closed by the server": func(s *counting, _ *spare) { s.CloseClientConnections() },
		"too old":              func(_ *counting, spare *spare) { spare.opened = time.Now().Add(-2 * time.Hour) },
		"closed here":          func(_ *counting, spare *spare) { _ = spare.conn.Close() },
	} {
		for kind, secure := range map[string]bool{"plain": false, "TLS": true} {
			t.Run(name+"/"+kind, func(t *testing.T) {
				s, c := startCounting(t, secure)
				c.Connect(1)
				spare := connected(t, c)[0]
				require.Eventually(t, func() bool { return s.opened.Load() == 1 }, patience, time.Millisecond)
				spoil(s, spare)
				if name != "too old" {
					require.Eventually(t, func() bool { return len(spare.quiet) == 1 }, patience, time.Millisecond)
				}
				_, _, _, err := push(t, c)
				require.NoError(t, err)
				assert.EqualValues(t, 2, s.opened.Load())
			})
		}
	}
}

// A person who takes long to say yes does not pay for it.
func TestConnectionsAreRenewed(t *testing.T) {
	s, c := startCounting(t, true)
	c.Connect(2)
	connected(t, c)[0].opened = time.Now().Add(-2 * time.Hour)
	c.Connect(2)
	require.Len(t, connected(t, c), 2)
	require.Eventually(t, func() bool { return s.opened.Load() == 3 && s.closed.Load() == 1 }, patience, time.Millisecond)
}

func TestCloseLeavesNoConnection(t *testing.T) {
	s, c := startCounting(t, true)
	c.Connect(4)
	connected(t, c)
	_, _, _, err := push(t, c)
	require.NoError(t, err)
	c.Close()
	require.Eventually(t, func() bool { return s.closed.Load() == 4 }, patience, time.Millisecond)
	c.Connect(4)
	c.Close() // while they are being opened
	assert.Empty(t, c.connector.spares)
}

func TestConnectionsThatCannotBeOpened(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	c := newClient(t, nil, func(cfg *Config) { cfg.BaseURL, cfg.Retries = "http://"+l.Addr().String(), 0 })
	c.Connect(3)
	_, _, doubt, err := push(t, c)
	require.ErrorContains(t, err, "refused")
	assert.Nil(t, doubt)

	s, c := startCounting(t, true)
	c.connector.tls.RootCAs = nil
	c.Connect(1)
	_, _, doubt, err = push(t, c)
	require.ErrorContains(t, err, "certificate")
	assert.Nil(t, doubt)
	logins, _ := s.counts()
	assert.Zero(t, logins)
}

// Through a proxy a connection is the proxy's matter, and in this process there is none.
func TestNothingIsOpenedAhead(t *testing.T) {
	s, c := startCounting(t, false)
	proxy := &url.URL{Scheme: "http", Host: s.Listener.Addr().String()}
	c.connection.transport.(*http.Transport).Proxy = http.ProxyURL(proxy)
	c.Connect(3)
	assert.Empty(t, c.connector.spares)
	newClient(t, &fakeService{}).Connect(3)
}
