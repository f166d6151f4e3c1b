//go:build unix

package cli_test

import (
	"bytes"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/testdata/stateserver/server"
)

// A second signal ends a run that hangs where nothing can wake it: it writes its plan
// to somebody who does not read. What it has not sent is not in the state.
func TestSecondSignalEndsWhateverHangs(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "main.livery.hcl"),
		[]byte("account { base_url = \"simulator\" }\nlocale \"en\" { title_text = \"Hello\" }\n"), 0o600))
	reader, writer, err := os.Pipe()
	require.NoError(t, err)
	defer reader.Close()
	require.NoError(t, writer.SetWriteDeadline(time.Now().Add(time.Second)))
	for err == nil { // until it is full
		_, err = writer.Write(make([]byte, 4096))
	}
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)

	c := exec.Command("livery", "apply", "-auto-approve")
	c.Dir, c.Stdout, c.Env = dir, writer, append(cleanEnvironment(), "HOME="+dir)
	require.NoError(t, c.Start())
	defer func() { _ = c.Process.Kill() }() // it has ended, unless the test failed
	require.Eventually(t, func() bool {
		_, err := os.Stat(filepath.Join(dir, ".livery.state.json.lock.info"))
		return err == nil
	}, patience, 5*time.Millisecond)
	require.NoError(t, c.Process.Signal(syscall.SIGTERM))
	require.NoError(t, c.Process.Signal(syscall.SIGHUP))
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	select {
	case <-ended:
	case <-time.After(patience):
		t.Fatal("two signals did not end it")
	}
	require.Equal(t, 1, c.ProcessState.ExitCode())
	require.NoFileExists(t, filepath.Join(dir, "livery.state.json"))
}

// A run whose reader has gone releases its lock like any other, and says nothing:
// whoever has seen enough needs no error.
func TestReaderGone(t *testing.T) {
	handler, err := server.New(server.Config{ETags: true})
	require.NoError(t, err)
	place := httptest.NewServer(handler)
	defer place.Close()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "main.livery.hcl"),
		[]byte("livery {\n  backend \"http\" {}\n}\naccount { base_url = \"simulator\" }\nlocale \"en\" { title_text = \"Hello\" }\n"), 0o600))
	livery := func(stdout *os.File, args ...string) (code int, stderr string) {
		c := exec.Command("livery", args...)
		var said bytes.Buffer
		c.Dir, c.Stdout, c.Stderr = dir, stdout, &said
		c.Env = append(cleanEnvironment(), "HOME="+dir, "LIVERY_STATE_HTTP_ADDRESS="+place.URL+"/s", "LIVERY_STATE_HTTP_LOCK_ADDRESS="+place.URL+"/s")
		_ = c.Run() // the code tells
		return c.ProcessState.ExitCode(), said.String()
	}
	reader, writer, err := os.Pipe()
	require.NoError(t, err)
	defer writer.Close()
	require.NoError(t, reader.Close())

	code, stderr := livery(nil, "apply", "-auto-approve")
	require.Zero(t, code, stderr)
	for _, args := range [][]string{{"plan", "-reapply"}, {"schema"}, {"version"}, {"apply"}, {"state", "pull"}} {
		code, stderr := livery(writer, args...)
		assert.NotEqual(t, -1, code, "%v", args)
		assert.Empty(t, stderr, "%v", args)
		code, stderr = livery(nil, "plan")
		assert.Zero(t, code, "%v has left its lock: %s", args, stderr)
	}
}
