package backend

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile/state"
)

// moves brings a state and its history from a disk to the place and back.
func moves(t *testing.T, s *site) {
	origin := Local(statePath(t))
	var revision state.Revision
	for serial := uint64(1); serial <= 4; serial++ {
		if serial > 1 {
			require.NoError(t, origin.Archive(t.Context(), serial-1, stateOf(serial-1)))
		}
		var err error
		revision, err = origin.Put(t.Context(), stateOf(serial), revision)
		require.NoError(t, err)
	}
	moved := moveAll(t, origin, s.open())
	assert.EqualValues(t, 4, moved.Serial)
	if s.keeps {
		assert.Equal(t, []uint64{1, 2, 3}, moved.Missing, "it keeps what was written to it, and nothing else")
	} else {
		assert.Equal(t, 3, moved.Archived)
	}
	assert.True(t, moveAll(t, origin, s.open()).Existed, "twice is once")

	home := Local(statePath(t))
	moveAll(t, s.open(), home)
	for _, place := range []state.Blob{origin, s.open(), home} {
		data, _, err := place.Get(t.Context())
		require.NoError(t, err)
		assert.Equal(t, string(stateOf(4)), string(data))
	}
	if !s.keeps {
		assert.Equal(t, []uint64{3, 2, 1}, serialsOf(t, home))
		data, err := home.ReadArchive(t.Context(), 2)
		require.NoError(t, err)
		assert.Equal(t, string(stateOf(2)), string(data))
	}
}

// stateOf is a state in which nothing but its serial is said.
func stateOf(serial uint64) []byte {
	return (&state.Snapshot{LiveryVersion: "0.1.0", Serial: serial, Lineage: "ours"}).Encode()
}

func moveAll(t *testing.T, from, to state.Blob) *state.Moved {
	t.Helper()
	open := func(blob state.Blob) *state.Ledger {
		l, err := state.Open(t.Context(), blob, state.Options{Lock: true, Version: "0.1.0", Operation: "init -migrate-state"})
		require.NoError(t, err)
		return l
	}
	a, b := open(from), open(to)
	moved, err := state.Move(t.Context(), a, b)
	require.NoError(t, err)
	require.NoError(t, a.Close(t.Context()))
	require.NoError(t, b.Close(t.Context()))
	return moved
}
