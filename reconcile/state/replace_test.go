package state

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestReplace(t *testing.T) {
	blob := applied(t, en, th)
	current := blob.stored()
	current.Serial = 5
	with := func(edit func(*Snapshot)) *Snapshot {
		s := current.Clone()
		edit(s)
		return s
	}
	tests := []struct {
		name   string
		push   *Snapshot
		want   string
		writes int
	}{
		{"the same", current, "", 0},
		{"the same by another version", with(func(s *Snapshot) { s.LiveryVersion = "0.0.1" }), "", 0},
		{"newer", with(func(s *Snapshot) { s.Serial = 9; delete(s.Locales, th) }), "", 1},
		{"older", with(func(s *Snapshot) { s.Serial = 4 }), "cannot import state with serial 4 over newer state with serial 5", 0},
		{"same serial", with(func(s *Snapshot) { delete(s.Locales, th) }), "cannot overwrite existing state with serial 5 with a different state that has the same serial", 0},
		{"other lineage", with(func(s *Snapshot) { s.Lineage, s.Serial = "zzz", 9 }), fmt.Sprintf("cannot import state with lineage %q over unrelated state with lineage %q", "zzz", current.Lineage), 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			blob := &memory{data: current.Encode()}
			l, _ := opened(t, blob)
			err := l.Replace(t.Context(), tt.push)
			require.NoError(t, l.Close(t.Context()))
			assert.Len(t, blob.writes, tt.writes)
			if tt.want != "" {
				require.EqualError(t, err, tt.want)
				assertSame(t, current, blob.stored())
				return
			}
			require.NoError(t, err)
			want := tt.push.Clone()
			want.LiveryVersion = "0.1.0"
			assertSame(t, want, blob.stored())
		})
	}
}

func TestReplaceOfNothing(t *testing.T) {
	for _, blob := range []*memory{{}, {data: frozen(t, "v1-empty.json")}} {
		pushed, err := Decode(frozen(t, "v1-full.json"))
		require.NoError(t, err)
		pushed.Serial = 1
		l, _ := opened(t, blob)
		require.NoError(t, l.Replace(t.Context(), pushed), "anything may replace an empty state")
		assert.EqualValues(t, 1, blob.stored().Serial)
		require.NoError(t, l.Forget(t.Context(), en.AddressOf()))
		require.NoError(t, l.Close(t.Context()))
		assert.EqualValues(t, 2, blob.stored().Serial, "what comes after it is a change of its own")
		assert.Equal(t, pushed.Lineage, blob.stored().Lineage)
	}
}

func TestFailedReplace(t *testing.T) {
	blob := applied(t, en)
	before := blob.stored()
	blob.fail = func(int) error { return errDisk }
	l, _ := opened(t, blob)
	pushed := before.Clone()
	pushed.Serial += 3
	delete(pushed.Locales, en)
	require.ErrorIs(t, l.Replace(t.Context(), pushed), errDisk)
	assertSame(t, before, l.Snapshot())
	assert.Nil(t, l.UnsavedState())
	require.Error(t, l.Replace(t.Context(), pushed))
	require.NoError(t, l.Close(t.Context()))
}
