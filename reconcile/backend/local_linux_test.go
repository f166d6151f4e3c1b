package backend

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
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

// asOther lets another user, of no group, do something.
func asOther(t *testing.T, do func()) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("only root can play two users")
	}
	runtime.LockOSThread() // and never unlocked if going back fails: then the thread ends with the test
	require.NoError(t, syscall.Setfsuid(65534))
	defer func() {
		require.NoError(t, syscall.Setfsuid(0))
		runtime.UnlockOSThread()
	}()
	do()
}

// Two users share a directory. The lock of the one is for the other what the state
// itself is, and what is left behind is in nobody's way.
func TestTwoUsers(t *testing.T) {
	path := statePath(t)
	require.NoError(t, os.Chmod(filepath.Dir(path), 0o777))
	for dir := filepath.Dir(path); dir != os.TempDir() && dir != "/"; dir = filepath.Dir(dir) {
		require.NoError(t, os.Chmod(dir, 0o777))
	}
	put(t, Local(path), "one")
	require.NoError(t, os.Chmod(path, 0o664))
	unlock, err := Local(path).Lock(t.Context(), someone("id-1"))
	require.NoError(t, err)
	for _, name := range []string{lockPath(path), lockPath(path) + ".info"} {
		info, err := os.Stat(name)
		require.NoError(t, err)
		assert.Equal(t, os.FileMode(0o664), info.Mode().Perm(), name)
	}
	asOther(t, func() {
		_, err := Local(path).Lock(t.Context(), someone("id-2"))
		var held *state.LockedError
		require.ErrorAs(t, err, &held)
		assert.Equal(t, "ana@studio", held.Info.Who)
	})
	require.NoError(t, os.Chmod(lockPath(path), 0o600)) // as an earlier version left it
	asOther(t, func() {
		_, err := Local(path).Lock(t.Context(), someone("id-2"))
		require.ErrorContains(t, err, "another user's")
		assert.NotContains(t, err.Error(), "-lock=false", "the lock is held")
	})
	require.NoError(t, os.Chmod(lockPath(path), 0o644))
	require.NoError(t, unlock())

	kill(t, start(t, "hold", path))
	asOther(t, func() {
		unlock, err := Local(path).Lock(t.Context(), someone("id-2"))
		require.NoError(t, err, "what a dead run of another user left")
		require.NoError(t, unlock())
	})
}

func TestHistoryIsForWhomTheStateIs(t *testing.T) {
	path := statePath(t)
	put(t, Local(path), "one")
	require.NoError(t, os.Chmod(path, 0o640))
	require.NoError(t, Local(path).Archive(t.Context(), 1, []byte("one")))
	info, err := os.Stat(pastOf(path).name(1))
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o640), info.Mode().Perm())
}
