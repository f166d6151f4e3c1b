package backend

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile/state"
)

// limit stands in for a full disk: no file of the process may grow beyond it.
const limit = 4096

// writeBeyondLimit is played by another process.
func writeBeyondLimit(ctx context.Context, blob state.Blob) error {
	signal.Ignore(syscall.SIGXFSZ)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: limit, Max: limit}); err != nil {
		return err
	}
	_, revision, err := blob.Get(ctx)
	if err != nil {
		return err
	}
	_, err = blob.Put(ctx, bytes.Repeat([]byte("x"), 10*limit), revision)
	if !errors.Is(err, syscall.EFBIG) {
		return fmt.Errorf("the write should have failed half way, but: %w", err)
	}
	fmt.Println(err)
	return nil
}

func TestDiskFullWhileWriting(t *testing.T) {
	path := statePath(t)
	put(t, Local(path), "one")
	cmd := start(t, "small", path)
	require.NoError(t, cmd.Wait())
	assert.Equal(t, "one", content(t, path))
	assert.Equal(t, []string{"livery.state.json"}, names(t, filepath.Dir(path)))
}

func TestNamedPipe(t *testing.T) {
	path := statePath(t)
	require.NoError(t, syscall.Mkfifo(path, 0o600))
	_, _, err := Local(path).Get(t.Context())
	require.ErrorContains(t, err, "a named pipe")
	_, err = Local(path).Put(t.Context(), []byte("x"), "")
	require.ErrorContains(t, err, "a named pipe")
	info, err := os.Lstat(path)
	require.NoError(t, err)
	assert.NotZero(t, info.Mode()&os.ModeNamedPipe)
}
