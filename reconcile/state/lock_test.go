package state

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/schema"
)

// Whoever cannot release a lock is told which one it is, and how to be rid of it.
func TestFailedReleaseNamesTheLock(t *testing.T) {
	blob := &memory{unlockErr: errors.New("the server is gone")}
	l, _ := opened(t, blob)
	id := blob.holder.ID
	err := l.Close(t.Context())
	var failed *UnlockError
	require.ErrorAs(t, err, &failed)
	assert.Equal(t, "memory", failed.Where)
	for _, want := range []string{"Error releasing the state lock\n\n", "the server is gone", id, "livery force-unlock " + id} {
		assert.Contains(t, err.Error(), want)
	}
	require.NoError(t, l.Close(t.Context()), "it is tried once")

	blob = &memory{unlockErr: errors.New("the server is gone"), fail: func(int) error { return errDisk }}
	l, _ = opened(t, blob)
	require.ErrorIs(t, l.Intend(t.Context(), map[schema.Locale][]byte{en: body(t, en, "A")}), errDisk)
	require.ErrorAs(t, l.Close(t.Context()), &failed)
}
