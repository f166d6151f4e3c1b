package state

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestOpenLocksAndReads(t *testing.T) {
	blob := &memory{data: frozen(t, "v1-full.json")}
	l, err := Open(t.Context(), blob, Options{
		Lock: true, Operation: "apply", Info: "main", Who: "ana@studio", Version: "0.2.0",
		Now: func() time.Time { return noon }, Random: func() string { return "id-1" },
	})
	require.NoError(t, err)
	assert.Equal(t, &LockInfo{
		ID: "id-1", Operation: "apply", Info: "main", Who: "ana@studio", Version: "0.2.0", Created: noon, Path: "memory",
	}, blob.holder)
	assert.EqualValues(t, 7, l.Snapshot().Serial)
	require.NoError(t, l.Close(t.Context()))
	require.NoError(t, l.Close(t.Context()), "closing twice")
	assert.False(t, blob.locked())
	assert.Empty(t, blob.writes, "nothing changed, nothing is written")
}

func TestOpenWithoutLock(t *testing.T) {
	blob := new(memory)
	first, err := Open(t.Context(), blob, Options{Lock: true})
	require.NoError(t, err)
	second, err := Open(t.Context(), blob, Options{})
	require.NoError(t, err)
	require.NoError(t, second.Close(t.Context()))
	assert.True(t, blob.locked(), "it releases only what it took")
	require.NoError(t, first.Close(t.Context()))
	assert.Regexp(t, `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, uuid())
}

func TestOpenReleasesWhatItCannotRead(t *testing.T) {
	blob := &memory{data: []byte(`{"version": 1`)}
	_, err := Open(t.Context(), blob, Options{Lock: true})
	var damaged *DamagedError
	require.ErrorAs(t, err, &damaged)
	require.ErrorContains(t, err, "reading the state memory")
	assert.False(t, blob.locked())
	_, err = Read(t.Context(), blob)
	require.ErrorAs(t, err, &damaged)
}

func TestRepair(t *testing.T) {
	blob := &memory{data: []byte(`{"version": 1`)}
	l, err := Open(t.Context(), blob, Options{Lock: true, Repair: true, Version: "0.1.0"})
	require.NoError(t, err)
	good, err := Decode(frozen(t, "v1-full.json"))
	require.NoError(t, err)
	require.NoError(t, l.Replace(t.Context(), good))
	require.NoError(t, l.Close(t.Context()))
	assertSame(t, good, blob.stored())

	blob.data = []byte(`{"version": 2, "livery_version": "9.0.0"}`)
	_, err = Open(t.Context(), blob, Options{Repair: true})
	var newer *NewerError
	require.ErrorAs(t, err, &newer, "a newer state is not damaged")
}

func TestReadOfNothing(t *testing.T) {
	s, err := Read(t.Context(), new(memory))
	require.NoError(t, err)
	assert.True(t, s.Empty())
	assert.Empty(t, s.Lineage)
	assert.NotNil(t, s.Locales)
	assert.NotNil(t, s.Sessions)
}

func TestLockTimeout(t *testing.T) {
	tests := []struct {
		name              string
		timeout, released time.Duration
		got               bool
		after             time.Duration
		waited            int
	}{
		{"not waiting", 0, time.Second, false, 0, 0},
		{"released in time", 10 * time.Second, 5 * time.Second, true, 0, 1},
		{"released too late", 10 * time.Second, time.Minute, false, 10 * time.Second, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				blob := new(memory)
				unlock, err := blob.Lock(t.Context(), LockInfo{ID: "first"})
				require.NoError(t, err)
				go func() {
					time.Sleep(tt.released)
					_ = unlock()
				}()
				waited, began := 0, time.Now()
				l, err := Open(t.Context(), blob, Options{
					Lock: true, LockTimeout: tt.timeout, OnLockWait: func() { waited++ },
					Now: func() time.Time { return noon }, // the timeout does not depend on it
				})
				assert.Equal(t, tt.waited, waited)
				if tt.got {
					require.NoError(t, err)
					require.NoError(t, l.Close(t.Context()))
				} else {
					var held *LockedError
					require.ErrorAs(t, err, &held)
					assert.Equal(t, "first", held.Info.ID)
					assert.Equal(t, tt.after, time.Since(began), "on the fake clock")
				}
				assert.LessOrEqual(t, blob.locks, 20, "the holder is not pestered")
				time.Sleep(tt.released)
				synctest.Wait()
			})
		})
	}
}

func TestInterruptedWhileWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		blob := new(memory)
		_, err := blob.Lock(t.Context(), LockInfo{ID: "first"})
		require.NoError(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		_, err = Open(ctx, blob, Options{Lock: true, LockTimeout: time.Hour})
		require.ErrorIs(t, err, context.DeadlineExceeded)
	})
}

// unlockable cannot lock at all.
type unlockable struct{ memory }

func (*unlockable) Lock(context.Context, LockInfo) (func() error, error) {
	return nil, errors.New("no locks here")
}

func TestLockThatFailsIsNotWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		_, err := Open(t.Context(), new(unlockable), Options{Lock: true, LockTimeout: time.Hour})
		require.ErrorContains(t, err, "locking the state memory: no locks here")
		assert.Zero(t, time.Since(began))
	})
}

// A lock of a holder that is gone is taken over, and told of.
func TestDeadHolder(t *testing.T) {
	gone := LockInfo{ID: "gone", Operation: "apply", Who: "ana@studio", PID: 7, ProcessStart: "then"}
	blob := &memory{holder: &gone}
	var told []LockInfo
	l, err := Open(t.Context(), blob, Options{
		Lock: true, Operation: "plan",
		IdentifyHolder: func(i LockInfo) LockInfo { i.ProcessStart = "now"; return i },
		HolderDead:     func(i LockInfo) bool { return i.ProcessStart == "then" },
		OnStaleLock:    func(i LockInfo) { told = append(told, i) },
	})
	require.NoError(t, err)
	assert.Equal(t, []LockInfo{gone}, told)
	assert.Equal(t, "now", blob.holder.ProcessStart)
	require.NoError(t, l.Close(t.Context()))
	assert.False(t, blob.locked())
}

func TestHolderThatMayLive(t *testing.T) {
	for name, o := range map[string]Options{
		"nobody judges": {Lock: true},
		"it lives":      {Lock: true, HolderDead: func(LockInfo) bool { return false }},
	} {
		t.Run(name, func(t *testing.T) {
			blob := &memory{holder: &LockInfo{ID: "alive"}}
			o.OnStaleLock = func(LockInfo) { t.Error("told") }
			_, err := Open(t.Context(), blob, o)
			var held *LockedError
			require.ErrorAs(t, err, &held)
			assert.Equal(t, "alive", blob.holder.ID)
		})
	}
}

// quick is a place where somebody else takes a dead holder's lock first.
type quick struct{ *memory }

func (q quick) Break(ctx context.Context, id string) error {
	q.holder = &LockInfo{ID: "quicker"}
	return q.memory.Break(ctx, id)
}

func TestDeadHolderThatAnotherRunTookOver(t *testing.T) {
	blob := quick{&memory{holder: &LockInfo{ID: "gone"}}}
	_, err := Open(t.Context(), blob, Options{
		Lock: true, HolderDead: func(i LockInfo) bool { return i.ID == "gone" }, OnStaleLock: func(LockInfo) { t.Error("told") },
	})
	var held *LockedError
	require.ErrorAs(t, err, &held)
	assert.Equal(t, "quicker", blob.holder.ID, "its lock is left alone")
}

func TestLockThatEndedWithItsHolder(t *testing.T) {
	for _, left := range []*LockInfo{nil, {ID: "gone"}} {
		var told []LockInfo
		l, err := Open(t.Context(), &memory{stale: left}, Options{Lock: true, OnStaleLock: func(i LockInfo) { told = append(told, i) }})
		require.NoError(t, err)
		require.NoError(t, l.Close(t.Context()))
		if left == nil {
			assert.Empty(t, told)
			continue
		}
		assert.Equal(t, []LockInfo{*left}, told)
	}
}
