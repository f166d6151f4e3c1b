//go:build unix

package cli_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile/simulator"
	"livery/schema"
	"livery/testdata/stateserver/server"
)

// watched is a simulator that counts what reaches it.
type watched struct {
	*httptest.Server
	opened, logins, documents atomic.Int32
}

func watch(t *testing.T) *watched {
	t.Helper()
	s, err := simulator.New(simulator.Config{})
	require.NoError(t, err)
	w := &watched{}
	w.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/generate-token") {
			w.logins.Add(1)
		} else {
			w.documents.Add(1)
		}
		s.ServeHTTP(rw, r)
	}))
	w.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			w.opened.Add(1)
		}
	}
	w.Start()
	t.Cleanup(w.Close)
	return w
}

// transcript is what a command has said so far.
type transcript struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *transcript) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *transcript) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// While a person decides, connections are opened, as many as there will be requests at a
// time, and the account is not touched. After a yes there is one login.
func TestNothingIsSentBeforeTheApproval(t *testing.T) {
	var stack strings.Builder
	for _, row := range schema.Locales()[:12] {
		fmt.Fprintf(&stack, "locale %q { title_text = \"Hello\" }\n", row.Value)
	}
	for answer, want := range map[string]struct{ code, logins, documents int32 }{"no": {1, 0, 0}, "yes": {0, 1, 12}} {
		t.Run(answer, func(t *testing.T) {
			service, dir := watch(t), t.TempDir()
			require.NoError(t, os.WriteFile(filepath.Join(dir, "main.livery.hcl"), []byte(stack.String()), 0o600))
			var said transcript
			c := exec.Command("livery", "apply", "-parallelism=5")
			c.Dir, c.Stdout, c.Stderr = dir, &said, &said
			c.Env = append(cleanEnvironment(), "HOME="+dir, "LIVERY_BASE_URL="+service.URL, "LIVERY_ACCESS_KEY=sampleaccesskey", "LIVERY_SECRET_KEY=samplesecretkey")
			stdin, err := c.StdinPipe()
			require.NoError(t, err)
			require.NoError(t, c.Start())
			defer func() { _ = c.Process.Kill() }() // it has ended, unless the test failed
			require.Eventually(t, func() bool {
				return service.opened.Load() == 5 && strings.Contains(said.String(), "Enter a value")
			}, patience, time.Millisecond, "%s", &said)
			assert.Zero(t, service.logins.Load()+service.documents.Load())
			assert.NoFileExists(t, filepath.Join(dir, "livery.state.json"))
			_, err = io.WriteString(stdin, answer+"\n")
			require.NoError(t, err)
			_ = c.Wait() // the code tells
			assert.EqualValues(t, want.code, c.ProcessState.ExitCode(), "%s", &said)
			assert.Equal(t, want.logins, service.logins.Load())
			assert.Equal(t, want.documents, service.documents.Load())
		})
	}
}

// A login that is refused leaves the state as it was, so that a saved plan can be
// applied once the key is right.
func TestARefusedLoginRecordsNothing(t *testing.T) {
	service, dir := watch(t), t.TempDir()
	livery := func(secret string, args ...string) (int, string) {
		c := exec.Command("livery", args...)
		c.Dir = dir
		c.Env = append(cleanEnvironment(), "HOME="+dir, "LIVERY_BASE_URL="+service.URL, "LIVERY_ACCESS_KEY=sampleaccesskey", "LIVERY_SECRET_KEY="+secret)
		said, _ := c.CombinedOutput() // the code tells
		return c.ProcessState.ExitCode(), string(said)
	}
	write := func(title string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "main.livery.hcl"), []byte(`locale "en" { title_text = "`+title+`" }`), 0o600))
	}
	write("Hello")
	code, said := livery("samplesecretkey", "apply", "-auto-approve")
	require.Zero(t, code, said)
	before, err := os.ReadFile(filepath.Join(dir, "livery.state.json"))
	require.NoError(t, err)

	write("Welcome")
	code, said = livery("samplesecretkey", "plan", "-out=p")
	require.Zero(t, code, said)
	for _, args := range [][]string{{"apply", "p"}, {"apply", "-auto-approve"}} {
		code, said = livery("mistyped", args...)
		require.Equal(t, 1, code, said)
		assert.Contains(t, said, "The login was refused")
		after, err := os.ReadFile(filepath.Join(dir, "livery.state.json"))
		require.NoError(t, err)
		assert.Equal(t, string(before), string(after))
	}
	require.EqualValues(t, 1, service.documents.Load())
	code, said = livery("samplesecretkey", "apply", "p")
	require.Zero(t, code, said)
	after, err := os.ReadFile(filepath.Join(dir, "livery.state.json"))
	require.NoError(t, err)
	var state struct {
		Locales map[string]struct{ Document struct{ TitleText string } }
	}
	require.NoError(t, json.Unmarshal(after, &state))
	assert.Equal(t, "Welcome", state.Locales["en_US"].Document.TitleText)
}

// A saved plan is approved: its connections are opened while the state is.
func TestConnectionsOfASavedPlan(t *testing.T) {
	service, dir := watch(t), t.TempDir()
	store, err := server.New(server.Config{ETags: true})
	require.NoError(t, err)
	var holds atomic.Bool
	place := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		assert.Eventually(t, func() bool { return !holds.Load() || service.opened.Load() > 0 }, patience, time.Millisecond)
		store.ServeHTTP(w, r)
	}))
	defer place.Close()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "main.livery.hcl"),
		[]byte("livery {\n  backend \"http\" {}\n}\nlocale \"en\" { title_text = \"Hello\" }\n"), 0o600))
	for _, args := range [][]string{{"plan", "-out=p"}, {"apply", "p"}} {
		holds.Store(args[0] == "apply")
		c := exec.Command("livery", args...)
		c.Dir = dir
		c.Env = append(cleanEnvironment(), "HOME="+dir, "LIVERY_BASE_URL="+service.URL, "LIVERY_ACCESS_KEY=sampleaccesskey", "LIVERY_SECRET_KEY=samplesecretkey",
			"LIVERY_STATE_HTTP_ADDRESS="+place.URL+"/s", "LIVERY_STATE_HTTP_LOCK_ADDRESS="+place.URL+"/s")
		said, err := c.CombinedOutput()
		require.NoError(t, err, "%s", said)
	}
	assert.EqualValues(t, 1, service.documents.Load())
}
