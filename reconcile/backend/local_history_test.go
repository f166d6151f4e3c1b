package backend

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile/state"
)

func TestTwoStatesInOneDirectory(t *testing.T) {
	dir := t.TempDir()
	usual, other := Local(filepath.Join(dir, "livery.state.json")), Local(filepath.Join(dir, "staging.json"))
	require.NoError(t, usual.Archive(t.Context(), 1, []byte("usual")))
	require.NoError(t, other.Archive(t.Context(), 1, []byte("other")))
	require.NoError(t, other.Archive(t.Context(), 2, []byte("other")))
	history := filepath.Join(dir, ".livery", "history")
	assert.Equal(t, []string{"1.json", "staging.json.1.json", "staging.json.2.json"}, names(t, history))
	assert.Equal(t, []uint64{1}, serialsOf(t, usual))
	assert.Equal(t, []uint64{2, 1}, serialsOf(t, other))
	data, err := usual.ReadArchive(t.Context(), 1)
	require.NoError(t, err)
	assert.Equal(t, "usual", string(data))
	if runtime.GOOS != "windows" {
		info, err := os.Stat(filepath.Join(history, "1.json"))
		require.NoError(t, err)
		assert.Equal(t, os.FileMode(0o600), info.Mode().Perm(), "a state is nobody else's")
	}
}

func serialsOf(t *testing.T, blob state.Blob) []uint64 {
	t.Helper()
	serials, err := blob.History(t.Context())
	require.NoError(t, err)
	return serials
}

func TestForeignFilesInTheHistory(t *testing.T) {
	path := statePath(t)
	require.NoError(t, Local(path).Archive(t.Context(), 7, []byte("seven")))
	history := filepath.Join(filepath.Dir(path), ".livery", "history")
	for _, name := range []string{"007.json", "7", "x.7.json", "-1.json", "+8.json", "99999999999999999999.json", ".7.json.1.tmp", "notes.txt"} {
		require.NoError(t, os.WriteFile(filepath.Join(history, name), nil, 0o600))
	}
	assert.Equal(t, []uint64{7}, serialsOf(t, Local(path)))
	require.NoError(t, Local(path).Archive(t.Context(), 7, []byte("seven")))
	assert.NotContains(t, names(t, history), ".7.json.1.tmp", "what a killed process left is swept")
	assert.Contains(t, names(t, history), "notes.txt")
}

func TestHistoryOfALinkedState(t *testing.T) {
	dir := t.TempDir()
	target, link := filepath.Join(dir, "kept", "livery.state.json"), filepath.Join(dir, "livery.state.json")
	require.NoError(t, os.Symlink(target, link))
	require.NoError(t, Local(link).Archive(t.Context(), 1, []byte("one")))
	assert.Equal(t, []uint64{1}, serialsOf(t, Local(target)), "the history lies beside what the link points to")
}

func TestArchiveWithoutTheLock(t *testing.T) {
	path := statePath(t)
	blob := Local(path)
	unlock, err := blob.Lock(t.Context(), someone("id-1"))
	require.NoError(t, err)
	require.NoError(t, Local(path).Break(t.Context(), "id-1"))
	require.ErrorIs(t, blob.Archive(t.Context(), 1, []byte("one")), state.ErrLockLost)
	assert.Empty(t, serialsOf(t, blob))
	require.NoError(t, unlock())
}

func TestHistoryThatCannotBeKept(t *testing.T) {
	path := statePath(t)
	require.NoError(t, os.WriteFile(filepath.Join(filepath.Dir(path), ".livery"), nil, 0o600))
	require.ErrorContains(t, Local(path).Archive(t.Context(), 1, []byte("one")), ".livery")
	_, err := Local(path).History(t.Context())
	require.Error(t, err)
}
