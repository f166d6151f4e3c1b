package backend

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	"github.com/stretchr/testify/require"

	"livery/testdata/engine"
)

func TestS3Conforms(t *testing.T) {
	server := engine.StartS3(t, "../..")
	for name, text := range server.Environment() {
		t.Setenv(name, text)
	}
	var keys atomic.Int64
	conformance(t, func(t *testing.T) *site {
		s := &site{server: server.Address, dear: true}
		s.config = Config{Type: "s3", Lookup: unset, Attributes: map[string]string{
			"bucket": server.Bucket, "key": fmt.Sprintf("place/%d/livery.state.json", keys.Add(1)),
			"endpoint": server.Endpoint(), "use_path_style": "true",
		}}
		s.restart = func(t *testing.T) { server.Restart(t) }
		s.wrong = func(t *testing.T) Config {
			t.Setenv("AWS_SECRET_ACCESS_KEY", "hunter2-that-was")
			return s.config
		}
		return s
	})
}

// The same against a server within the process, which needs nothing installed.
func TestS3ConformsInProcess(t *testing.T) {
	kept := s3mem.New()
	require.NoError(t, kept.CreateBucket("brand"))
	serve := func(t *testing.T, address string) *httptest.Server {
		l, err := net.Listen("tcp", address)
		require.NoError(t, err)
		s := &httptest.Server{Listener: l, Config: &http.Server{Handler: gofakes3.New(kept).Server()}}
		s.Start()
		return s
	}
	running := serve(t, "127.0.0.1:0")
	t.Cleanup(func() { running.Close() })
	address := running.Listener.Addr().String()
	for name, text := range (&engine.S3{AccessKey: "testkey", Secret: "hunter2"}).Environment() {
		t.Setenv(name, text)
	}
	var keys atomic.Int64
	conformance(t, func(t *testing.T) *site {
		s := &site{server: address, dear: true}
		s.config = Config{Type: "s3", Lookup: unset, Attributes: map[string]string{
			"bucket": "brand", "key": fmt.Sprintf("place/%d/livery.state.json", keys.Add(1)), "endpoint": "http://" + address, "use_path_style": "true",
		}}
		s.restart = func(t *testing.T) {
			running.CloseClientConnections()
			running.Close()
			running = serve(t, address)
		}
		return s
	})
}
