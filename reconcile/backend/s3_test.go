package backend

import (
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	"github.com/stretchr/testify/require"

	"livery/reconcile/state"
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

// inFront serves what gofakes3 does, after a test has had a look or a hand in it.
func inFront(t *testing.T, look func(http.ResponseWriter, *http.Request) bool) func(more map[string]string) state.Blob {
	t.Helper()
	kept := s3mem.New()
	require.NoError(t, kept.CreateBucket("brand"))
	behind := gofakes3.New(kept).Server()
	running := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if look(w, r) {
			behind.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(running.Close)
	for name, text := range (&engine.S3{AccessKey: "testkey", Secret: "hunter2"}).Environment() {
		t.Setenv(name, text)
	}
	return func(more map[string]string) state.Blob {
		attributes := map[string]string{"bucket": "brand", "key": "livery.state.json", "endpoint": running.URL, "use_path_style": "true"}
		maps.Copy(attributes, more)
		blob, err := Open(Config{Type: "s3", Attributes: attributes, Lookup: unset})
		require.NoError(t, err)
		return blob
	}
}

// A server that takes conditions and ignores them is refused before anything is
// written, with a lock and without.
func TestS3ThatIgnoresConditions(t *testing.T) {
	for _, header := range []string{"If-None-Match", "If-Match"} {
		open := inFront(t, func(_ http.ResponseWriter, r *http.Request) bool {
			r.Header.Del(header)
			return true
		})
		_, err := open(nil).Lock(t.Context(), someone("id-1"))
		require.ErrorContains(t, err, "ignores the conditions")
		_, err = open(nil).Put(t.Context(), []byte("1"), "")
		require.ErrorContains(t, err, "ignores the conditions")
		data, _, err := open(nil).Get(t.Context())
		require.NoError(t, err)
		require.Nil(t, data)
	}
	open := inFront(t, func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodPut {
			w.WriteHeader(http.StatusNotImplemented)
		}
		return r.Method != http.MethodPut
	})
	_, err := open(nil).Put(t.Context(), []byte("1"), "")
	require.ErrorContains(t, err, "does not know conditional writes")
}

func TestS3Encryption(t *testing.T) {
	var asked []string
	open := inFront(t, func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodPut {
			asked = append(asked, strings.TrimSpace(r.Header.Get("X-Amz-Server-Side-Encryption")+" "+r.Header.Get("X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id")))
		}
		return true
	})
	for want, more := range map[string]map[string]string{
		"": nil, "AES256": {"encrypt": "true"}, "aws:kms alias/brand": {"encrypt": "true", "kms_key_id": "alias/brand"},
	} {
		asked = nil
		blob := open(more)
		unlock, err := blob.Lock(t.Context(), someone("id-1"))
		require.NoError(t, err)
		_, revision, err := blob.Get(t.Context())
		require.NoError(t, err)
		_, err = blob.Put(t.Context(), []byte("1"), revision)
		require.NoError(t, err)
		require.NoError(t, blob.Archive(t.Context(), 1, []byte("1")))
		require.NoError(t, unlock())
		require.GreaterOrEqual(t, len(asked), 4)
		for _, got := range asked {
			require.Equal(t, want, got, "the state, its lock and its history")
		}
	}
}

func TestS3Answers(t *testing.T) {
	for _, c := range []struct {
		status     int
		code, want string
	}{
		{404, "NoSuchBucket", `no bucket "brand": make it`},
		{403, "InvalidAccessKeyId", "does not take these credentials (InvalidAccessKeyId)"},
		{403, "ExpiredToken", "log in again"},
		{403, "AccessDenied", "s3:ListBucket"},
		{301, "PermanentRedirect", "in another region"},
		{400, "AuthorizationHeaderMalformed", "in another region"},
		{400, "SomethingElse", "answers 400 (SomethingElse): in words"},
		{503, "SlowDown", "answers 503 (SlowDown)"},
	} {
		open := inFront(t, func(w http.ResponseWriter, _ *http.Request) bool {
			w.WriteHeader(c.status)
			fmt.Fprintf(w, "<Error><Code>%s</Code><Message>in words</Message></Error>", c.code)
			return false
		})
		_, _, err := open(nil).Get(t.Context())
		require.ErrorContains(t, err, c.want)
	}
	open := inFront(t, func(http.ResponseWriter, *http.Request) bool { return true })
	t.Setenv("AWS_ACCESS_KEY_ID", "")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "")
	_, _, err := open(nil).Get(t.Context())
	require.ErrorContains(t, err, "no credentials for S3 are found")
	blob, err := Open(Config{Type: "s3", Attributes: map[string]string{"bucket": "b", "key": "k"}, Lookup: unset})
	require.NoError(t, err)
	t.Setenv("AWS_REGION", "")
	t.Setenv("AWS_DEFAULT_REGION", "")
	_, _, err = blob.Get(t.Context())
	require.ErrorContains(t, err, "AWS_REGION")
}

// What the block leaves out comes AWS's way, the more special variable first.
func TestS3Environment(t *testing.T) {
	for name, text := range (&engine.S3{AccessKey: "testkey", Secret: "hunter2"}).Environment() {
		t.Setenv(name, text)
	}
	t.Setenv("AWS_REGION", "ap-southeast-1")
	t.Setenv("AWS_ENDPOINT_URL", "http://a.example.com")
	t.Setenv("AWS_ENDPOINT_URL_S3", "http://b.example.com")
	for want, more := range map[string]map[string]string{
		"ap-southeast-1 http://b.example.com": {},
		"eu-west-1 http://c.example.com":      {"region": "eu-west-1", "endpoint": "http://c.example.com"},
	} {
		attributes := map[string]string{"bucket": "b", "key": "k"}
		maps.Copy(attributes, more)
		blob, err := Open(Config{Type: "s3", Attributes: attributes, Lookup: unset})
		require.NoError(t, err)
		client, err := blob.(*s3Blob).store.client(t.Context())
		require.NoError(t, err)
		o := client.Options()
		require.Equal(t, want, o.Region+" "+*o.BaseEndpoint)
	}
}

// What a release leaves behind is taken over, and a lock that is no lock is not.
func TestS3LockObject(t *testing.T) {
	open := inFront(t, func(http.ResponseWriter, *http.Request) bool { return true })
	blob := open(nil).(*s3Blob)
	for range 2 {
		unlock, err := blob.Lock(t.Context(), someone("id-1"))
		require.NoError(t, err)
		require.NoError(t, unlock())
		o, err := blob.store.read(t.Context(), "livery.state.json.lock")
		require.NoError(t, err)
		require.Equal(t, unlockedContent, string(o.data))
	}
	_, err := blob.store.write(t.Context(), "livery.state.json.lock", []byte("scribble"), regardless)
	require.NoError(t, err)
	_, err = blob.Lock(t.Context(), someone("id-1"))
	var held *state.LockedError
	require.ErrorAs(t, err, &held)
	require.ErrorContains(t, blob.Break(t.Context(), "id-1"), "delete it")
}
