package backend

import (
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile/state"
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
	for name, c := range map[string]server.Config{"with ETags": {ETags: true}, "without ETags": {}, "as GitLab does it": {GitLab: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conformance(t, func(t *testing.T) *site { return httpSite(t, c) })
		})
	}
}

func httpSite(t *testing.T, c server.Config) *site {
	t.Helper()
	c.User, c.Password, c.File = "ana", "hunter2", filepath.Join(t.TempDir(), "states.json")
	running := stateServer(t, c, "")
	t.Cleanup(func() { running.Close() })
	s := &site{server: running.Listener.Addr().String(), keeps: true, weak: !c.ETags, terse: c.GitLab, dear: true}
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

// script is a server that answers in turn as it is told, and keeps what it was
// asked.
type script struct {
	answers []func(http.ResponseWriter)
	asked   []*http.Request
	bodies  []string
}

func (s *script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.asked, s.bodies = append(s.asked, r), append(s.bodies, string(body))
	if len(s.asked) > len(s.answers) {
		w.WriteHeader(http.StatusTeapot)
		return
	}
	s.answers[len(s.asked)-1](w)
}

func status(code int, rest ...string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		for i := 0; i+1 < len(rest); i += 2 {
			w.Header().Set(rest[i], rest[i+1])
		}
		w.WriteHeader(code)
		if len(rest)%2 == 1 {
			_, _ = io.WriteString(w, rest[len(rest)-1])
		}
	}
}

// told opens a place at a server that answers as it is told.
func told(t *testing.T, attributes map[string]string, answers ...func(http.ResponseWriter)) (state.Blob, *script) {
	t.Helper()
	s := &script{answers: answers}
	running := httptest.NewServer(s)
	t.Cleanup(running.Close)
	all := map[string]string{"address": running.URL + "/brand?env=prod", "retry_wait_min": "0", "retry_wait_max": "0"}
	for name, text := range attributes {
		all[name] = strings.ReplaceAll(text, "SERVER", running.URL)
	}
	blob, err := Open(Config{Type: "http", Attributes: all, Lookup: unset})
	require.NoError(t, err)
	return blob, s
}

func TestHTTPRequests(t *testing.T) {
	lock := map[string]string{"lock_address": "SERVER/lock", "username": "ana", "password": "hunter2", "update_method": "PUT"}
	blob, s := told(t, lock,
		status(200),                           // the lock is free
		status(423, `{"ID":"id-1"}`),          // and then ours
		status(204),                           // nothing there
		status(200, "ETag", `"1"`),            // written
		status(423, `{"ID":"id-1"}`),          // still ours
		status(200, "ETag", `W/"weak"`),       // written, and not named in a way to rely on
		status(200, "ETag", `"2"`, `{"a":2}`), // so it is asked
		status(200),                           // released
	)
	unlock, err := blob.Lock(t.Context(), someone("id-1"))
	require.NoError(t, err)
	revision, err := blob.Put(t.Context(), []byte(`{"a":1}`), "")
	require.NoError(t, err)
	assert.EqualValues(t, `etag:"1"`, revision)
	revision, err = blob.Put(t.Context(), []byte(`{"a":2}`), revision)
	require.NoError(t, err)
	assert.EqualValues(t, `etag:"2"`, revision)
	require.NoError(t, unlock())

	var lines []string
	for _, r := range s.asked {
		user, password, _ := r.BasicAuth()
		assert.Equal(t, "ana hunter2", user+" "+password)
		lines = append(lines, strings.TrimSpace(r.Method+" "+r.URL.String()+" "+r.Header.Get("If-Match")+r.Header.Get("If-None-Match")))
	}
	assert.Equal(t, []string{
		"LOCK /lock", "LOCK /lock", "GET /brand?env=prod", "PUT /brand?ID=id-1&env=prod *", "LOCK /lock",
		`PUT /brand?ID=id-1&env=prod "1"`, "GET /brand?env=prod", "UNLOCK /lock",
	}, lines)
	var info map[string]any
	require.NoError(t, json.Unmarshal([]byte(s.bodies[7]), &info))
	assert.Equal(t, "id-1", info["ID"])
	assert.Equal(t, "u2y1xo30ZSlByvZSo2by2A==", s.asked[3].Header.Get("Content-MD5"))
	assert.Equal(t, "application/json", s.asked[3].Header.Get("Content-Type"))
}

func TestHTTPWithoutLock(t *testing.T) {
	blob, s := told(t, nil)
	unlock, err := blob.Lock(t.Context(), someone("id-1"))
	require.NoError(t, err)
	require.NoError(t, unlock())
	assert.Empty(t, s.asked, "there is nobody to ask")
	assert.False(t, blob.Capabilities().Locks)
	require.ErrorContains(t, blob.Break(t.Context(), "id-1"), "lock_address is not set")
}

func TestHTTPAnswers(t *testing.T) {
	lock := map[string]string{"lock_address": "SERVER/lock"}
	blob, _ := told(t, lock, status(503), status(429), status(200, `{"a":1}`))
	data, _, err := blob.Get(t.Context())
	require.NoError(t, err, "what only reads is asked again")
	assert.Equal(t, `{"a":1}`, string(data))

	blob, s := told(t, lock, status(503), status(503), status(503))
	_, _, err = blob.Get(t.Context())
	require.ErrorContains(t, err, "503")
	assert.Len(t, s.asked, 3)

	// A write that ended in a fault of the server is looked for before it is made again.
	blob, s = told(t, nil, status(404), status(500), status(200, "ours"))
	_, err = blob.Put(t.Context(), []byte("ours"), "")
	require.NoError(t, err)
	assert.Len(t, s.asked, 3)
	blob, _ = told(t, nil, status(404), status(500), status(200, "theirs"))
	_, err = blob.Put(t.Context(), []byte("ours"), "")
	require.ErrorIs(t, err, state.ErrStale)

	blob, _ = told(t, lock, status(423, "ana is at it"))
	_, err = blob.Lock(t.Context(), someone("id-1"))
	var held *state.LockedError
	require.ErrorAs(t, err, &held, "some servers say it in prose")
	assert.Empty(t, held.Info.ID)
	assert.Contains(t, err.Error(), "ana is at it")
	assert.NotContains(t, err.Error(), "0001", "nobody said when")

	blob, _ = told(t, lock, status(200), status(405))
	unlock, err := blob.Lock(t.Context(), someone("id-1"))
	require.NoError(t, err)
	require.ErrorContains(t, unlock(), "does not take this method", "or it would stay locked, and nobody would know why")

	for code, want := range map[int]string{400: "is it a server for Terraform's http backend", 401: "LIVERY_STATE_HTTP_PASSWORD", 403: "does not let this user", 405: "does not take this method"} {
		blob, _ = told(t, lock, status(code))
		_, _, err = blob.Get(t.Context())
		require.ErrorContains(t, err, want)
		assert.NotContains(t, err.Error(), "env=prod", "what follows a question mark may be a token")
	}
	blob, _ = told(t, nil, status(404), status(413))
	_, err = blob.Put(t.Context(), []byte("x"), "")
	require.ErrorContains(t, err, "raise its limit")
}

// A redirect to somebody else gets neither the password nor the state.
func TestHTTPRedirect(t *testing.T) {
	stranger := &script{answers: []func(http.ResponseWriter){status(200, "theirs")}}
	elsewhere := httptest.NewServer(stranger)
	defer elsewhere.Close()
	blob, _ := told(t, map[string]string{"username": "ana", "password": "hunter2"}, status(307, "Location", elsewhere.URL+"/x?token=t"))
	_, _, err := blob.Get(t.Context())
	require.ErrorContains(t, err, "redirects to "+elsewhere.URL+";")
	assert.Empty(t, stranger.asked)
	blob, s := told(t, nil, status(307, "Location", "/moved"), status(200, "here"))
	data, _, err := blob.Get(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "here", string(data))
	assert.Equal(t, "/moved", s.asked[1].URL.Path)
	blob, _ = told(t, nil, status(404), status(302, "Location", "/moved"))
	_, err = blob.Put(t.Context(), []byte("x"), "")
	require.ErrorContains(t, err, "would lose the request")
}

func TestHTTPOverTLS(t *testing.T) {
	running := httptest.NewTLSServer(&script{answers: []func(http.ResponseWriter){status(200, "1"), status(200, "2")}})
	running.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError) // a refused handshake is no news
	defer running.Close()
	certificate := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: running.Certificate().Raw}))
	for _, c := range []struct{ name, text, want string }{
		{"username", "ana", "cannot be trusted"},
		{"client_ca_certificate_pem", certificate, ""},
		{"skip_cert_verification", "true", ""},
	} {
		blob, err := Open(Config{Type: "http", Lookup: unset, Attributes: map[string]string{"address": running.URL, "retry_max": "0", c.name: c.text}})
		require.NoError(t, err)
		_, _, err = blob.Get(t.Context())
		if c.want != "" {
			require.ErrorContains(t, err, c.want)
		} else {
			require.NoError(t, err)
		}
	}
}

// A history is read from the serial that is there now, with room for gaps.
func TestHTTPHistory(t *testing.T) {
	var answers []func(http.ResponseWriter)
	answers = append(answers, status(200, `{"serial":9}`), status(200, `{"serial":8}`), status(404), status(404), status(200, `{"serial":5}`),
		status(404), status(200, `{"serial":9}`), status(200, "<html>"))
	blob, s := told(t, nil, answers...)
	serials, err := blob.History(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []uint64{8, 5}, serials)
	require.Len(t, s.asked, len(answers))
	assert.Equal(t, "/brand/versions/8?env=prod", s.asked[1].URL.String())
}

// Terraform itself is a client of the test's server: it speaks the protocol.
func TestTerraformAgrees(t *testing.T) {
	t.Parallel()
	terraform, err := exec.LookPath("terraform")
	if err != nil {
		t.Skip("terraform is not on the PATH")
	}
	handler, err := server.New(server.Config{User: "ana", Password: "hunter2"})
	require.NoError(t, err)
	running := httptest.NewServer(handler)
	defer running.Close()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "main.tf"), fmt.Appendf(nil, `
terraform {
  backend "http" {
    address        = "%[1]s/tf"
    lock_address   = "%[1]s/tf"
    unlock_address = "%[1]s/tf"
  }
}
resource "terraform_data" "one" { input = "from terraform" }
`, running.URL), 0o600))
	run := func(args ...string) string {
		cmd := exec.Command(terraform, args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "CHECKPOINT_DISABLE=1", "TF_HTTP_USERNAME=ana", "TF_HTTP_PASSWORD=hunter2", "TF_IN_AUTOMATION=1", "TF_DATA_DIR="+filepath.Join(dir, "data"))
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", out)
		return string(out)
	}
	run("init", "-no-color")
	run("apply", "-no-color", "-auto-approve")
	assert.Contains(t, run("state", "pull"), "from terraform")
	asked := handler.Requests()
	for _, want := range []string{"LOCK /tf", "POST /tf", "UNLOCK /tf", "GET /tf"} {
		assert.Contains(t, asked, want)
	}
}
