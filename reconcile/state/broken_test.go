package state

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/schema"
)

// at opens a blob at a time after noon, with a lock of its own name.
func at(t testing.TB, blob Blob, id string, after time.Duration) *Ledger {
	t.Helper()
	l, err := Open(t.Context(), blob, Options{Lock: true, Random: func() string { return id }, Now: func() time.Time { return noon.Add(after) }})
	require.NoError(t, err)
	return l
}

// send intends a look and says that it is being sent.
func send(t testing.TB, l *Ledger, loc schema.Locale, title string) {
	t.Helper()
	require.NoError(t, l.Intend(t.Context(), map[schema.Locale][]byte{loc: body(t, loc, title)}))
	require.NoError(t, l.Sending(t.Context(), loc))
}

func breakLock(t testing.TB, blob Blob, id string, after time.Duration) *Snapshot {
	t.Helper()
	s, err := ForceUnlock(t.Context(), blob, id, Options{Now: func() time.Time { return noon.Add(after) }, Version: "0.1.0"})
	require.NoError(t, err)
	return s
}

// What was in doubt when a lock was broken stays so until it is sent after the flight.
func TestDoubtOutlastsTheFlight(t *testing.T) {
	blob := applied(t, en, th)
	blob.can.SystemLocks = true
	old := at(t, blob, "old", 0)
	send(t, old, en, "old")
	marked := breakLock(t, blob, "old", time.Second)
	require.NotNil(t, marked)
	assert.Equal(t, &BrokenLock{"old", noon.Add(time.Second)}, marked.BrokenLock)
	in, until := marked.InFlight(noon)
	assert.Equal(t, []schema.Address{en.AddressOf()}, in, "of the others nothing is under way")
	assert.Equal(t, noon.Add(time.Second+LongestFlight), until)
	require.ErrorIs(t, old.Sending(t.Context(), en), ErrTakenAway)
	require.NoError(t, old.Close(t.Context()), "nothing is left to write")
	assert.Equal(t, "old", blob.stored().BrokenLock.ID)

	early := at(t, blob, "early", time.Minute)
	send(t, early, en, "early")
	send(t, early, th, "early")
	require.NoError(t, early.Confirm(t.Context(), en, body(t, en, "early"), "t", noon))
	require.NoError(t, early.Confirm(t.Context(), th, body(t, th, "early"), "t", noon))
	require.NoError(t, early.Close(t.Context()))
	s := blob.stored()
	assert.Equal(t, "early", title(s.Locales[en]), "it was confirmed")
	assert.Equal(t, string(body(t, en, "old")), string(s.Locales[en].InDoubt), "and this may come after it")
	assert.Nil(t, s.Locales[th].InDoubt)

	early = at(t, blob, "reset", time.Minute)
	send(t, early, en, "reset")
	require.NoError(t, early.Clear(t.Context(), en, "t", noon))
	require.NoError(t, early.Close(t.Context()))
	s = blob.stored()
	require.NotNil(t, s.Locales[en], "there is something left to know")
	assert.Nil(t, s.Locales[en].Document())
	assert.Equal(t, until, s.Locales[en].InFlightUntil)

	late := at(t, blob, "late", time.Second+LongestFlight)
	send(t, late, en, "late")
	require.NoError(t, late.Confirm(t.Context(), en, body(t, en, "late"), "t", noon))
	require.NoError(t, late.Close(t.Context()))
	assert.Equal(t, "late", title(blob.stored().Locales[en]))
	assert.Nil(t, blob.stored().Locales[en].InDoubt)
	late = at(t, blob, "later", time.Hour)
	require.NoError(t, late.Forget(t.Context(), th.AddressOf()))
	require.NoError(t, late.Close(t.Context()))
	assert.Nil(t, blob.stored().BrokenLock, "nobody needs to know of it any more")
}

// A run that has not recorded yet what it will send is stopped by the mark, even where
// there was no state.
func TestMarkStopsTheFirstWrite(t *testing.T) {
	for name, blob := range map[string]*memory{"new": {}, "serials are unique": {can: Capabilities{UniqueSerials: true}}, "applied": applied(t, en)} {
		old := at(t, blob, "old", 0)
		before := old.Snapshot().Serial
		marked := breakLock(t, blob, "old", 0)
		assert.NotEmpty(t, marked.Lineage, name)
		assert.False(t, blob.locked(), name)
		require.Error(t, old.Intend(t.Context(), map[schema.Locale][]byte{en: body(t, en, "old")}), name)
		_ = old.Close(t.Context())
		assert.Equal(t, "old", blob.stored().BrokenLock.ID, name)
		if name == "applied" {
			assert.Equal(t, before, blob.stored().Serial, "what the old run has saved elsewhere can still be pushed")
		}
	}
}

func TestForceUnlockAgainstTheHolder(t *testing.T) {
	blob := applied(t, en)
	old := at(t, blob, "old", 0)
	writes := 0
	blob.during = func() { // the holder writes first
		if writes++; writes == 1 {
			send(t, old, en, "old")
		}
	}
	marked := breakLock(t, blob, "old", 0)
	blob.during = nil
	assert.NotNil(t, marked.Locales[en].InDoubt, "what it wrote is in the mark")
	assert.False(t, marked.Locales[en].InFlightUntil.IsZero())

	_, err := ForceUnlock(t.Context(), blob, "old", Options{})
	require.Error(t, err, "it is not locked any more")

	dead := applied(t, en)
	at(t, dead, "dead", 0)
	s, err := ForceUnlock(t.Context(), dead, "dead", Options{HolderDead: func(LockInfo) bool { return true }})
	require.NoError(t, err)
	assert.Nil(t, s, "nothing of it is under way")
	assert.Nil(t, dead.stored().BrokenLock)

	damaged := &memory{data: []byte("{")}
	_, err = damaged.Lock(t.Context(), LockInfo{ID: "x"})
	require.NoError(t, err)
	s, err = ForceUnlock(t.Context(), damaged, "x", Options{})
	require.NoError(t, err, "or nobody could repair it")
	assert.Nil(t, s)

	full := applied(t, en)
	at(t, full, "old", 0)
	full.fail = func(int) error { return errDisk }
	_, err = ForceUnlock(t.Context(), full, "old", Options{})
	require.ErrorIs(t, err, errDisk)
	assert.True(t, full.locked(), "without a mark the lock stays")
}

// A run whose lock went without a mark, or over whose state somebody wrote without a
// lock, doubts again what others have made of what it had sent.
func TestWhoLosesTheLockLeavesAMark(t *testing.T) {
	for name, unlocked := range map[string]bool{"the lock is gone": false, "others wrote without it": true} {
		blob := applied(t, en, th)
		old := at(t, blob, "old", 0)
		send(t, old, en, "old")
		require.NoError(t, old.Intend(t.Context(), map[schema.Locale][]byte{th: body(t, th, "old")}))
		if !unlocked {
			require.NoError(t, blob.Break(t.Context(), "old"))
		}
		other, err := Open(t.Context(), blob, Options{Now: func() time.Time { return noon }})
		require.NoError(t, err)
		send(t, other, en, "other")
		send(t, other, th, "other")
		require.NoError(t, other.Confirm(t.Context(), en, body(t, en, "other"), "t", noon))
		require.NoError(t, other.Confirm(t.Context(), th, body(t, th, "other"), "t", noon))
		require.NoError(t, other.Close(t.Context()))

		err = old.Confirm(t.Context(), en, body(t, en, "old"), "t", noon)
		require.NoError(t, err)
		if !unlocked {
			old.lock.sawAt(time.Time{})
			require.ErrorIs(t, old.Sending(t.Context(), th), ErrLockLost)
		}
		err = old.Flush(t.Context())
		require.Error(t, err)
		assert.NotErrorIs(t, err, ErrTakenAway, "nobody knows that")
		assert.Contains(t, err.Error(), "livery apply -reapply")
		s := blob.stored()
		assert.Equal(t, "other", title(s.Locales[en]), name)
		assert.NotNil(t, s.Locales[en].InDoubt, name)
		assert.Equal(t, noon.Add(LongestFlight), s.Locales[en].InFlightUntil, name)
		assert.Nil(t, s.Locales[th].InDoubt, "it was never sent")
		assert.Equal(t, unlocked, s.BrokenLock == nil, name)
	}
}

// A look costs a request in most places, so there is one in five seconds; a write is one.
func TestLooksAreFew(t *testing.T) {
	for _, system := range []bool{false, true} {
		blob := &memory{can: Capabilities{SystemLocks: system}}
		l := at(t, blob, "mine", 0)
		send(t, l, en, "A")
		for range 99 {
			require.NoError(t, l.Sending(t.Context(), en))
		}
		if system {
			assert.Equal(t, 100, blob.looks, "nobody has to be asked")
		} else {
			assert.Zero(t, blob.looks, "the write has just told")
			l.lock.sawAt(time.Now().Add(-lookAge))
			require.NoError(t, l.Sending(t.Context(), en))
			require.NoError(t, l.Sending(t.Context(), en))
			assert.Equal(t, 1, blob.looks)
			l.lock.sawAt(time.Now().Add(time.Hour))
			require.NoError(t, l.Sending(t.Context(), en), "a clock that was put back proves nothing")
			assert.Equal(t, 2, blob.looks)
		}
	}
}

// Where nobody can tell whose the lock is nothing is sent; what is known is written.
func TestLookFails(t *testing.T) {
	blob := &memory{can: Capabilities{SystemLocks: true}}
	l := at(t, blob, "mine", 0)
	send(t, l, en, "A")
	require.NoError(t, l.Confirm(t.Context(), en, body(t, en, "A"), "t", noon))
	blob.lookErr = errors.New("no answer")
	var access *AccessError
	require.ErrorAs(t, l.Sending(t.Context(), en), &access)
	require.NoError(t, l.Close(t.Context()))
	assert.Equal(t, "A", title(blob.stored().Locales[en]))
}

// The session that had a lock may have ended, and its process live.
func TestTakenOverFromWhoMayLive(t *testing.T) {
	for name, c := range map[string]struct {
		can    Capabilities
		dead   bool
		marked bool
	}{
		"a session ended":   {marked: true},
		"its process ended": {dead: true},
		"the system's lock": {can: Capabilities{SystemLocks: true}},
	} {
		blob := applied(t, en)
		l := at(t, blob, "old", 0)
		send(t, l, en, "old")
		blob.holder, blob.can, blob.stale = nil, c.can, &LockInfo{ID: "old"}
		l, err := Open(t.Context(), blob, Options{Lock: true, HolderDead: func(LockInfo) bool { return c.dead }})
		require.NoError(t, err)
		in, _ := l.Snapshot().InFlight(time.Now())
		assert.Equal(t, c.marked, len(in) == 1, name)
	}
}

// What a state says of broken locks is read as it was written, and goes along when it
// is pushed over.
func TestMarksAreKept(t *testing.T) {
	blob := applied(t, en, th)
	old := at(t, blob, "old", 0)
	send(t, old, en, "old")
	copied := blob.stored()
	marked := breakLock(t, blob, "old", 0)
	read, err := Decode(marked.Encode())
	require.NoError(t, err)
	assertSame(t, marked, read)
	assertSame(t, marked, marked.Clone())

	copied.Serial++
	l := at(t, blob, "push", 0)
	require.NoError(t, l.Replace(t.Context(), copied))
	require.NoError(t, l.Close(t.Context()))
	s := blob.stored()
	assert.Equal(t, marked.BrokenLock, s.BrokenLock)
	assert.Equal(t, marked.Locales[en].InFlightUntil, s.Locales[en].InFlightUntil)

	to := new(memory)
	from, there := at(t, blob, "from", 0), at(t, to, "to", 0)
	_, err = Move(t.Context(), from, there)
	require.NoError(t, err)
	assertSame(t, s, to.stored())
}

// Many workers that find the lock lost at once hear the same.
func TestAllWorkersHearWhy(t *testing.T) {
	blob := &memory{can: Capabilities{SystemLocks: true}}
	l := at(t, blob, "old", 0)
	send(t, l, en, "old")
	breakLock(t, blob, "old", 0)
	var wrong atomic.Int64
	done := make(chan struct{})
	for range 8 {
		go func() {
			if !errors.Is(l.Sending(t.Context(), en), ErrTakenAway) {
				wrong.Add(1)
			}
			done <- struct{}{}
		}()
	}
	for range 8 {
		<-done
	}
	assert.Zero(t, wrong.Load(), fmt.Sprint(l.Sending(t.Context(), en)))
}
