package state

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// kept is a place with the states of some serials, the last of them current.
func kept(t *testing.T, lineage string, serials ...uint64) *memory {
	t.Helper()
	blob := &memory{past: map[uint64][]byte{}}
	for _, serial := range serials {
		s, err := Decode(frozen(t, "v1-full.json"))
		require.NoError(t, err)
		s.Serial, s.Lineage = serial, lineage
		blob.past[serial] = s.Encode()
		blob.data = s.Encode()
	}
	delete(blob.past, serials[len(serials)-1])
	return blob
}

// move opens both places and moves.
func move(t *testing.T, from, to Blob) (*Moved, error) {
	t.Helper()
	open := func(blob Blob) *Ledger {
		l, err := Open(t.Context(), blob, Options{Lock: true, Version: "0.1.0", Operation: "init -migrate-state"})
		require.NoError(t, err)
		return l
	}
	a, b := open(from), open(to)
	m, err := Move(t.Context(), a, b)
	require.NoError(t, a.Close(t.Context()))
	require.NoError(t, b.Close(t.Context()))
	return m, err
}

func TestMove(t *testing.T) {
	from, to := kept(t, "ours", 3, 4, 5), new(memory)
	from.past[1] = kept(t, "theirs", 1).data
	from.past[2] = []byte("{")
	before := string(from.data)
	m, err := move(t, from, to)
	require.NoError(t, err)
	assert.Equal(t, &Moved{Serial: 5, Addresses: 6, Archived: 2, Missing: []uint64{2}}, m)
	assertSame(t, from.stored(), to.stored())
	assert.Equal(t, []uint64{4, 3}, keptSerials(t, to))
	assert.Equal(t, from.past[4], to.past[4])
	assert.Equal(t, before, string(from.data), "the old place stays as it was")
	assert.Empty(t, from.writes)

	m, err = move(t, from, to)
	require.NoError(t, err)
	assert.True(t, m.Existed)
	assert.Len(t, to.writes, 1, "twice is once")
}

// What the new place held of the same lineage is older: it becomes history.
func TestMoveOverAnOlderState(t *testing.T) {
	from, to := kept(t, "ours", 5), kept(t, "ours", 2)
	_, err := move(t, from, to)
	require.NoError(t, err)
	assert.EqualValues(t, 5, to.stored().Serial)
	assert.Equal(t, []uint64{2}, keptSerials(t, to))
}

func TestMoveRefuses(t *testing.T) {
	other := kept(t, "ours", 5)
	s := other.stored()
	delete(s.Locales, en)
	other.data = s.Encode()
	emptied := kept(t, "ours", 9)
	s = emptySnapshot()
	s.Lineage, s.Serial = "ours", 9
	emptied.data = s.Encode()
	for name, tt := range map[string]struct {
		from, to *memory
		want     string
	}{
		"another lineage":        {kept(t, "ours", 5), kept(t, "theirs", 1), `its lineage is "theirs"`},
		"a newer state":          {kept(t, "ours", 5), kept(t, "ours", 6), "a newer state, serial 6"},
		"a newer one, all gone":  {kept(t, "ours", 5), emptied, "a newer state, serial 9"},
		"another of that serial": {kept(t, "ours", 5), other, "different states with the serial 5"},
		"nothing to move":        {new(memory), kept(t, "ours", 5), "there is no state"},
	} {
		t.Run(name, func(t *testing.T) {
			before := string(tt.to.data)
			_, err := move(t, tt.from, tt.to)
			require.ErrorContains(t, err, tt.want)
			assert.Equal(t, before, string(tt.to.data))
			assert.Empty(t, tt.to.past)
		})
	}
}

// versioned is a place that keeps versions by itself, and none of those that it
// is given.
type versioned struct{ *memory }

func (versioned) Archive(context.Context, uint64, []byte) error { return nil }

func TestMoveToAPlaceThatKeepsVersionsByItself(t *testing.T) {
	to := versioned{new(memory)}
	m, err := move(t, kept(t, "ours", 3, 4, 5), to)
	require.NoError(t, err)
	assert.Equal(t, []uint64{3, 4}, m.Missing)
	assert.EqualValues(t, 5, to.stored().Serial)
}

func TestMoveToAPlaceThatFails(t *testing.T) {
	from := kept(t, "ours", 5)
	to := &memory{fail: func(int) error { return errDisk }}
	a, err := Open(t.Context(), from, Options{})
	require.NoError(t, err)
	b, err := Open(t.Context(), to, Options{})
	require.NoError(t, err)
	_, err = Move(t.Context(), a, b)
	require.ErrorIs(t, err, errDisk)
	assert.Nil(t, b.UnsavedState(), "nothing of it is lost: it is where it was")
}

// forgetful is a place that gives back something else than it was given.
type forgetful struct{ *memory }

func (f forgetful) Put(ctx context.Context, data []byte, r Revision) (Revision, error) {
	s, err := Decode(data)
	if err != nil {
		return "", err
	}
	delete(s.Locales, en)
	return f.memory.Put(ctx, s.Encode(), r)
}

func TestMoveReadsBack(t *testing.T) {
	_, err := move(t, kept(t, "ours", 5), forgetful{new(memory)})
	require.ErrorContains(t, err, "read back as something else")
}
