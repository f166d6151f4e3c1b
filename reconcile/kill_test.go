package reconcile_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile"
	"livery/reconcile/simulator"
	"livery/reconcile/state"
	"livery/schema"
)

// killRounds is how many processes are killed, at moments that the seed decides.
const (
	killRounds = 20
	killSeed   = 1
)

// TestKilledProcess runs the command itself and kills it, with no chance to say
// a word, while it applies. After every death the state is honest about what is
// live, and the next run sets everything right.
func TestKilledProcess(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	for name, start := range engines() {
		t.Run(name, func(t *testing.T) {
			rounds := killRounds
			if name != "local" && os.Getenv("LIVERY_E2E") == "" {
				rounds = 4
			}
			endProcesses(t, start(t)(t), rounds, []os.Signal{os.Kill})
		})
	}
}

// TestSignalledProcess does the same with the signals that ask a process to end,
// once and twice. It says itself how it ends, and leaves no lock.
func TestSignalledProcess(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	for name, start := range engines() {
		t.Run(name, func(t *testing.T) {
			rounds := killRounds
			if name != "local" && os.Getenv("LIVERY_E2E") == "" {
				rounds = 4
			}
			endProcesses(t, start(t)(t), rounds, []os.Signal{syscall.SIGHUP}, []os.Signal{syscall.SIGTERM},
				[]os.Signal{os.Interrupt, syscall.SIGHUP}, []os.Signal{syscall.SIGHUP, syscall.SIGHUP})
		})
	}
}

// endProcesses ends one process after another by the signals of each in turn.
func endProcesses(t *testing.T, store *backing, rounds int, signals ...[]os.Signal) {
	w := newEnv(t, simulator.Merge)
	server := w.listen(t, "127.0.0.1:0")
	defer func() { server.Close() }()
	p := process{dir: t.TempDir(), url: server.URL, store: store}

	random := rand.New(rand.NewPCG(killSeed, killSeed))
	deaths := 0
	for round := range rounds {
		p.write(t, round)
		before := p.stored(t)
		if p.endedAfter(t, time.Duration(random.IntN(300))*time.Millisecond, signals[round%len(signals)]) {
			deaths++
		}
		server.Close() // the service finishes what it had begun
		w.checkTruth(t, p.stored(t), before)
		server = w.listen(t, server.Listener.Addr().String())
		if round%3 > 0 {
			continue // the next one finds what this one has left behind
		}
		p.run(t, 0, "apply", "-auto-approve", "-no-color")
		p.run(t, 0, "plan", "-detailed-exitcode", "-no-color")
		for _, d := range p.declared(t, round).Documents {
			assert.Equal(t, declared(t, d), w.shown(d.Locale), "round %d: %s", round, d.Locale)
		}
		for _, record := range p.stored(t).Locales {
			assert.Nil(t, record.InDoubt)
		}
	}
	t.Logf("%d of %d processes were ended", deaths, rounds)
	assert.NotZero(t, deaths, "no process was ended in time; the test shows nothing")
}

// listen puts the service on the network.
func (w *env) listen(t testing.TB, at string) *httptest.Server {
	t.Helper()
	listener, err := net.Listen("tcp", at)
	require.NoError(t, err)
	server := &httptest.Server{Listener: listener, Config: &http.Server{Handler: w.witness(20 * time.Millisecond)}}
	server.Start()
	return server
}

// witness stands in front of the service, is slow, and keeps what was confirmed.
func (w *env) witness(delay time.Duration) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // the caller has died half-way
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		time.Sleep(delay)
		answer := httptest.NewRecorder()
		w.ServeHTTP(answer, r)
		var document struct{ Locale schema.Locale }
		if json.Unmarshal(body, &document) == nil && document.Locale != "" && strings.Contains(answer.Body.String(), `"SUCCESS"`) {
			w.mu.Lock()
			w.confirmed[document.Locale] = append(w.confirmed[document.Locale], string(body))
			w.mu.Unlock()
		}
		time.Sleep(delay)
		for name, values := range answer.Header() {
			rw.Header()[name] = values
		}
		_, _ = rw.Write(answer.Body.Bytes())
	})
}

// checkTruth holds the state of a process that may be dead against what is live.
func (w *env) checkTruth(t *testing.T, s, before *state.Snapshot) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, info := range schema.Locales() {
		loc := info.Value
		record := s.Locales[loc]
		if record == nil {
			assert.Empty(t, w.shown(loc), "%s is live and the state knows nothing of it", loc)
			continue
		}
		if record.Document() != nil {
			assert.True(t, w.hasConfirmed(t, *record.Document()), "the state claims of %s what was never confirmed", loc)
		}
		if record.InDoubt == nil {
			assert.Equal(t, declared(t, *record.Document()), w.shown(loc), "%s is said to be certain and is not what is live", loc)
		}
		if was := before.Locales[loc]; was != nil && was.HasDocument() {
			assert.NotNil(t, record.Document(), "what was known of %s is lost", loc)
		}
	}
}

// process is the command in a directory of its own.
type process struct {
	dir, url string
	store    *backing // of its state
}

// source is a stack that differs in every round: some documents change, some
// come, some go.
func (p process) source(round int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "livery {\n  backend %q {}\n}\n", p.store.kind)
	fmt.Fprintf(&b, "account {\n  base_url = %q\n  retries  = 0\n}\n", p.url)
	for i, info := range schema.Locales()[:12] {
		switch (i + round) % 4 {
		case 0: // not declared
		case 1:
			fmt.Fprintf(&b, "locale %q { title_text = \"stays\" }\n", info.Value)
		case 2:
			fmt.Fprintf(&b, "locale %q { title_text = \"round %d\" }\n", info.Value, round)
		case 3:
			fmt.Fprintf(&b, "locale %q {\n  mobile_tips_page {\n    tip { text = \"round %d\" }\n  }\n}\n", info.Value, round)
		}
	}
	return b.String()
}

func (p process) write(t testing.TB, round int) {
	t.Helper()
	require.NoError(t, os.WriteFile(filepath.Join(p.dir, "main.livery.hcl"), []byte(p.source(round)), 0o600))
}

func (p process) declared(t testing.TB, round int) reconcile.Desired {
	t.Helper()
	return desiredBy(t, p.source(round))
}

func (p process) stored(t testing.TB) *state.Snapshot {
	t.Helper()
	data, _, err := p.store.open().Get(t.Context())
	require.NoError(t, err)
	if data == nil {
		return new(state.Snapshot)
	}
	s, err := state.Decode(data)
	require.NoError(t, err, "a death leaves a whole state")
	return s
}

func (p process) command(args ...string) *exec.Cmd {
	c := exec.Command(os.Args[0], args...)
	c.Dir = p.dir
	c.Env = append(p.store.environment(), asCommand+"=1", "LIVERY_ACCESS_KEY=sampleaccesskey", "LIVERY_SECRET_KEY=samplesecretkey", "HOME="+p.dir, "PATH="+os.Getenv("PATH"))
	return c
}

func (p process) run(t testing.TB, code int, args ...string) {
	t.Helper()
	c := p.command(args...)
	out, err := c.CombinedOutput()
	require.Equal(t, code, c.ProcessState.ExitCode(), "%v: %v\n%s", args, err, out)
}

// endedAfter applies and sends signals to the process after a while; false when it
// was faster.
func (p process) endedAfter(t testing.TB, d time.Duration, signals []os.Signal) bool {
	t.Helper()
	c := p.command("apply", "-auto-approve", "-no-color", "-parallelism=3")
	var complaints bytes.Buffer
	stdout, err := c.StdoutPipe()
	require.NoError(t, err)
	c.Stderr = &complaints
	require.NoError(t, c.Start())
	killed := signals[0] == os.Kill
	if !killed {
		_, err = io.ReadFull(stdout, make([]byte, 1)) // it shows the plan, so it minds signals by now
		require.NoError(t, err)
	}
	for _, signal := range signals {
		time.Sleep(d)
		if err := c.Process.Signal(signal); !errors.Is(err, os.ErrProcessDone) {
			require.NoError(t, err)
		}
		d = 10 * time.Millisecond
	}
	said, err := io.ReadAll(stdout)
	require.NoError(t, err)
	if err = c.Wait(); err == nil {
		return false
	}
	if killed {
		require.Equal(t, -1, c.ProcessState.ExitCode(), "%s", said)
		return true
	}
	require.Equal(t, 1, c.ProcessState.ExitCode(), "%v: %v\n%s\n%s", signals, err, said, complaints.String())
	unlock, err := p.store.open().Lock(t.Context(), state.LockInfo{ID: "after-the-signals", Operation: "test"})
	require.NoError(t, err, "%v", signals)
	require.NoError(t, unlock())
	return true
}
