package backend

import (
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"livery/testdata/stateserver/server"
)

// stateServer starts a server on the address, any if it is "".
func stateServer(t *testing.T, c server.Config, address string) *httptest.Server {
	t.Helper()
	handler, err := server.New(c)
	require.NoError(t, err)
	if address == "" {
		address = "127.0.0.1:0"
	}
	l, err := net.Listen("tcp", address)
	require.NoError(t, err)
	s := &httptest.Server{Listener: l, Config: &http.Server{Handler: handler}}
	s.Start()
	return s
}

func TestHTTPConforms(t *testing.T) {
	for name, etags := range map[string]bool{"with ETags": true, "without ETags": false} {
		t.Run(name, func(t *testing.T) {
			conformance(t, func(t *testing.T) *site { return httpSite(t, etags) })
		})
	}
}

func httpSite(t *testing.T, etags bool) *site {
	t.Helper()
	c := server.Config{ETags: etags, User: "ana", Password: "hunter2", File: filepath.Join(t.TempDir(), "states.json")}
	running := stateServer(t, c, "")
	t.Cleanup(func() { running.Close() })
	s := &site{server: running.Listener.Addr().String(), keeps: true, weak: !etags, dear: true}
	s.config = Config{Type: "http", Lookup: unset, Attributes: map[string]string{
		"address": running.URL + "/brand", "lock_address": running.URL + "/brand/lock", "lock_method": "POST", "unlock_method": "DELETE",
		"username": "ana", "password": "hunter2", "retry_wait_min": "0", "retry_wait_max": "0",
	}}
	s.restart = func(t *testing.T) {
		running.CloseClientConnections()
		running.Close()
		running = stateServer(t, c, s.server)
	}
	s.wrong = func(*testing.T) Config {
		other := s.by(s.server).config
		other.Attributes["password"] = "hunter2-that-was"
		return other
	}
	return s
}
