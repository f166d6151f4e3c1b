package backend

import (
	"bytes"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile/state"
)

// site is an empty place of a test's own.
type site struct {
	config Config // how livery is told of it
	server string // where its server listens; "" where there is none

	restart func(t *testing.T)        // ends the server and starts it anew with what it has kept
	wrong   func(t *testing.T) Config // of somebody who may not; nil where everybody may

	dies  bool // the lock dies with its holder
	keeps bool // it keeps versions by itself
	weak  bool // only the lock keeps writers apart
	dear  bool // it takes long to be asked
	terse bool // it says little of who has the lock
}

// open opens the place; two openings stand for two processes.
func (s *site) open() state.Blob {
	blob, err := Open(s.config)
	if err != nil {
		panic(err) // the test has made the configuration
	}
	return blob
}

// conformance is what every backend must pass.
func conformance(t *testing.T, fresh func(t *testing.T) *site) {
	t.Run("nothing there", func(t *testing.T) {
		blob := fresh(t).open()
		data, revision, err := blob.Get(t.Context())
		require.NoError(t, err)
		assert.Nil(t, data)
		assert.Empty(t, revision)
		assert.NotEmpty(t, blob.String())
		exists, err := blob.Exists(t.Context())
		require.NoError(t, err)
		assert.False(t, exists)
	})
	t.Run("what is put is got", func(t *testing.T) { putIsGot(t, fresh(t).open) })
	t.Run("it exists once it is put", func(t *testing.T) { existsOncePut(t, fresh(t).open) })
	t.Run("conditional write", func(t *testing.T) { conditionalWrite(t, fresh(t).open) })
	if !fresh(t).weak {
		t.Run("one of many writers wins", func(t *testing.T) { oneWriterWins(t, fresh(t).open) })
	}
	t.Run("eight writers at once", func(t *testing.T) { writersTakeTurns(t, fresh(t).open) })
	t.Run("lock", func(t *testing.T) { lockExcludes(t, fresh(t).open) })
	t.Run("one of many lockers wins", func(t *testing.T) { oneLockerWins(t, fresh(t).open) })
	t.Run("break", func(t *testing.T) { breakLock(t, fresh(t).open) })
	t.Run("broken lock stops its holder", func(t *testing.T) { brokenLock(t, fresh(t).open) })
	t.Run("whose the lock is", func(t *testing.T) { lookedAt(t, fresh(t).open) })
	t.Run("history", func(t *testing.T) { historyIsKept(t, fresh(t).open) })
	if !fresh(t).keeps {
		t.Run("history has an end", func(t *testing.T) { historyEnds(t, fresh(t).open) })
		t.Run("history of a state that was started anew", func(t *testing.T) { historyStartsAnew(t, fresh(t).open) })
	}
	t.Run("reading needs no lock", func(t *testing.T) {
		s := fresh(t)
		_, err := s.open().Lock(t.Context(), someone("1"))
		require.NoError(t, err)
		_, _, err = s.open().Get(t.Context())
		require.NoError(t, err)
	})
	t.Run("holder is killed", func(t *testing.T) { holderIsKilled(t, fresh(t)) })
	t.Run("a state moves in and out", func(t *testing.T) { moves(t, fresh(t)) })
	if !fresh(t).terse {
		t.Run("a dead holder's lock is taken over", func(t *testing.T) { deadHolder(t, fresh(t)) })
	}
	t.Run("a large state", func(t *testing.T) { largeState(t, fresh(t).open) })
	t.Run("closed", func(t *testing.T) { closing(t, fresh(t).open) })
	t.Run("cancelled", func(t *testing.T) { cancelled(t, fresh(t).open()) })
	t.Run("no update is lost", func(t *testing.T) { interleave(t, fresh) })
	if fresh(t).server != "" {
		overTheNetwork(t, fresh)
	}
}

func someone(id string) state.LockInfo {
	return state.LockInfo{
		ID: id, Operation: "apply", Who: "ana@studio", Version: "0.1.0",
		Created: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC),
	}
}

// closing gives back connections; neither what is stored nor a lock ends with it.
func closing(t *testing.T, open func() state.Blob) {
	blob := open()
	revision, err := blob.Put(t.Context(), []byte("1"), "")
	require.NoError(t, err)
	blob.Close()
	unlock, err := blob.Lock(t.Context(), someone("id-1"))
	require.NoError(t, err)
	blob.Close()
	blob.Close()
	_, err = open().Lock(t.Context(), someone("id-2"))
	var held *state.LockedError
	require.ErrorAs(t, err, &held)
	_, err = blob.Put(t.Context(), []byte("2"), revision)
	require.NoError(t, err, "the holder writes")
	require.NoError(t, unlock())
	blob.Close()
	data, _, err := blob.Get(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "2", string(data))
}

func putIsGot(t *testing.T, open func() state.Blob) {
	first := open()
	text := []byte("{\"text\": \"สวัสดี\"}\n")
	revision, err := first.Put(t.Context(), text, "")
	require.NoError(t, err)
	require.NotEmpty(t, revision)
	data, got, err := open().Get(t.Context())
	require.NoError(t, err)
	assert.Equal(t, text, data)
	assert.Equal(t, revision, got)
	large := make([]byte, 1<<20)
	_, err = first.Put(t.Context(), large, revision)
	require.NoError(t, err)
	data, _, err = open().Get(t.Context())
	require.NoError(t, err)
	assert.Equal(t, large, data)
}

func existsOncePut(t *testing.T, open func() state.Blob) {
	put(t, open(), "first")
	exists, err := open().Exists(t.Context())
	require.NoError(t, err)
	assert.True(t, exists)
}

func conditionalWrite(t *testing.T, open func() state.Blob) {
	mine, theirs := open(), open()
	_, err := mine.Put(t.Context(), []byte("x"), "of another place")
	require.ErrorIs(t, err, state.ErrStale)
	r1, err := mine.Put(t.Context(), []byte("1"), "")
	require.NoError(t, err)
	_, err = theirs.Put(t.Context(), []byte("2"), "")
	require.ErrorIs(t, err, state.ErrStale, "something is there by now")
	r2, err := theirs.Put(t.Context(), []byte("2"), r1)
	require.NoError(t, err)
	assert.NotEqual(t, r1, r2)
	_, err = mine.Put(t.Context(), []byte("3"), r1)
	require.ErrorIs(t, err, state.ErrStale)
	data, revision, err := mine.Get(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "2", string(data))
	assert.Equal(t, r2, revision)
}

func oneWriterWins(t *testing.T, open func() state.Blob) {
	base, err := open().Put(t.Context(), []byte("base"), "")
	require.NoError(t, err)
	var group sync.WaitGroup
	errs := make([]error, 16)
	for i := range errs {
		group.Go(func() { _, errs[i] = open().Put(t.Context(), fmt.Append(nil, i), base) })
	}
	group.Wait()
	won := -1
	for i, err := range errs {
		if err == nil {
			require.Negative(t, won, "two writers were told that they won")
			won = i
		} else {
			require.ErrorIs(t, err, state.ErrStale)
		}
	}
	data, _, err := open().Get(t.Context())
	require.NoError(t, err)
	assert.Equal(t, fmt.Sprint(won), string(data))
}

// writersTakeTurns lets writers wait for the lock, and each add to what is there.
func writersTakeTurns(t *testing.T, open func() state.Blob) {
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			blob := open()
			for range 3 {
				unlock := waitForLock(t, blob, fmt.Sprint("writer-", i))
				data, revision, err := blob.Get(t.Context())
				if assert.NoError(t, err) {
					_, err = blob.Put(t.Context(), append(bytes.Clone(data), byte('0'+i)), revision)
					assert.NoError(t, err)
				}
				assert.NoError(t, unlock())
			}
		})
	}
	group.Wait()
	data, _, err := open().Get(t.Context())
	require.NoError(t, err)
	for i := range 8 {
		assert.Equal(t, 3, bytes.Count(data, []byte{byte('0' + i)}), "of writer %d, in %q", i, data)
	}
}

func waitForLock(t *testing.T, blob state.Blob, id string) func() error {
	for {
		unlock, err := blob.Lock(t.Context(), someone(id))
		var held *state.LockedError
		if err == nil {
			return unlock
		}
		if !assert.ErrorAs(t, err, &held) {
			return func() error { return nil }
		}
		time.Sleep(time.Millisecond)
	}
}

func lockExcludes(t *testing.T, open func() state.Blob) {
	mine, theirs := open(), open()
	unlock, err := mine.Lock(t.Context(), someone("id-1"))
	require.NoError(t, err)
	for _, other := range []state.Blob{mine, theirs} {
		_, err = other.Lock(t.Context(), someone("id-2"))
		var held *state.LockedError
		require.ErrorAs(t, err, &held)
		assert.Equal(t, "id-1", held.Info.ID)
		assert.Equal(t, "ana@studio", held.Info.Who)
		assert.Equal(t, "apply", held.Info.Operation)
		assert.NotEmpty(t, held.Info.Path)
		assert.True(t, held.Info.Created.Equal(someone("").Created))
	}
	r, err := mine.Put(t.Context(), []byte("1"), "")
	require.NoError(t, err, "the holder writes")
	require.NoError(t, unlock())
	require.NoError(t, unlock(), "releasing twice")
	again, err := theirs.Lock(t.Context(), someone("id-2"))
	require.NoError(t, err)
	require.NoError(t, unlock(), "a release that comes late must not touch the next holder's lock")
	_, err = mine.Lock(t.Context(), someone("id-3"))
	var held *state.LockedError
	require.ErrorAs(t, err, &held)
	_, err = theirs.Put(t.Context(), []byte("2"), r)
	require.NoError(t, err)
	require.NoError(t, again())
}

func oneLockerWins(t *testing.T, open func() state.Blob) {
	for round := range 5 {
		var group sync.WaitGroup
		unlocks := make([]func() error, 8)
		for i := range unlocks {
			group.Go(func() {
				unlock, err := open().Lock(t.Context(), someone(fmt.Sprint(round, i)))
				var held *state.LockedError
				if err != nil && assert.ErrorAs(t, err, &held) {
					assert.NotEmpty(t, held.Info.ID, "whoever holds the lock has said who it is")
				}
				unlocks[i] = unlock
			})
		}
		group.Wait()
		var won []func() error
		for _, unlock := range unlocks {
			if unlock != nil {
				won = append(won, unlock)
			}
		}
		require.Len(t, won, 1)
		require.NoError(t, won[0]())
	}
}

func breakLock(t *testing.T, open func() state.Blob) {
	other := open()
	require.ErrorContains(t, other.Break(t.Context(), "id-1"), "not locked")
	unlock, err := open().Lock(t.Context(), someone("id-1"))
	require.NoError(t, err)
	for _, wrong := range []string{"", "id-2"} {
		require.ErrorContains(t, other.Break(t.Context(), wrong), "id-1", "the error names the right one")
	}
	require.NoError(t, other.Break(t.Context(), "id-1"))
	require.ErrorContains(t, other.Break(t.Context(), "id-1"), "not locked")
	next, err := other.Lock(t.Context(), someone("id-3"))
	require.NoError(t, err)
	require.NoError(t, unlock(), "the old holder goes quietly")
	_, err = open().Lock(t.Context(), someone("id-4"))
	var held *state.LockedError
	require.ErrorAs(t, err, &held, "and leaves the new holder's lock alone")
	assert.Equal(t, "id-3", held.Info.ID)
	require.NoError(t, next())
}

func brokenLock(t *testing.T, open func() state.Blob) {
	mine, theirs := open(), open()
	unlock, err := mine.Lock(t.Context(), someone("id-1"))
	require.NoError(t, err)
	r, err := mine.Put(t.Context(), []byte("1"), "")
	require.NoError(t, err)
	require.NoError(t, theirs.Break(t.Context(), "id-1"))
	_, err = mine.Put(t.Context(), []byte("2"), r)
	require.ErrorIs(t, err, state.ErrLockLost)
	next, err := theirs.Lock(t.Context(), someone("id-2"))
	require.NoError(t, err)
	_, err = mine.Put(t.Context(), []byte("3"), r)
	require.ErrorIs(t, err, state.ErrLockLost, "somebody else's lock is not ours")
	data, _, err := theirs.Get(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "1", string(data))
	require.NoError(t, unlock())
	require.NoError(t, next())
	after, err := mine.Lock(t.Context(), someone("id-3"))
	require.NoError(t, err)
	_, err = mine.Put(t.Context(), []byte("4"), r)
	require.NoError(t, err, "a new lock is a new start")
	require.NoError(t, after())
}

// numbered is a state as far as a server that keeps versions looks into it.
func numbered(serial uint64) []byte { return fmt.Appendf(nil, `{"serial":%d}`, serial) }

func historyIsKept(t *testing.T, open func() state.Blob) {
	mine, theirs := open(), open()
	serials, err := mine.History(t.Context())
	require.NoError(t, err)
	assert.Empty(t, serials)
	_, err = mine.ReadArchive(t.Context(), 1)
	require.ErrorIs(t, err, state.ErrNotKept, "nothing is")

	r, err := mine.Put(t.Context(), numbered(1), "")
	require.NoError(t, err)
	require.NoError(t, mine.Archive(t.Context(), 1, numbered(1)))
	require.NoError(t, mine.Archive(t.Context(), 1, numbered(1)), "twice is once")
	r, err = mine.Put(t.Context(), numbered(2), r)
	require.NoError(t, err, "to archive is not to write")
	require.NoError(t, theirs.Archive(t.Context(), 2, numbered(2)))
	_, err = mine.Put(t.Context(), numbered(3), r)
	require.NoError(t, err)

	serials, err = mine.History(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []uint64{2, 1}, serials, "what is there now is not history")
	for _, serial := range []uint64{1, 2} {
		data, err := theirs.ReadArchive(t.Context(), serial)
		require.NoError(t, err)
		assert.Equal(t, string(numbered(serial)), string(data))
	}
	_, err = mine.ReadArchive(t.Context(), 4)
	require.ErrorIs(t, err, state.ErrNotKept)
	data, _, err := mine.Get(t.Context())
	require.NoError(t, err)
	assert.Equal(t, string(numbered(3)), string(data))
}

func historyEnds(t *testing.T, open func() state.Blob) {
	blob := open()
	var revision state.Revision
	var want []uint64
	for serial := uint64(1); serial <= state.HistoryMax+3; serial++ {
		data := fmt.Append(nil, serial)
		if serial > 1 {
			require.NoError(t, blob.Archive(t.Context(), serial-1, fmt.Append(nil, serial-1)))
		}
		var err error
		revision, err = blob.Put(t.Context(), data, revision)
		require.NoError(t, err)
		want = append([]uint64{serial}, want...)
	}
	serials, err := open().History(t.Context())
	require.NoError(t, err)
	assert.Equal(t, want[1:1+state.HistoryMax], serials)
	_, err = blob.ReadArchive(t.Context(), 1)
	require.ErrorIs(t, err, state.ErrNotKept)
}

// Whoever deletes a state begins again with serial 1. What the one before has
// left must not take its place in the history.
func historyStartsAnew(t *testing.T, open func() state.Blob) {
	blob := open()
	for serial := uint64(101); serial <= 100+state.HistoryMax; serial++ {
		require.NoError(t, blob.Archive(t.Context(), serial, []byte("old")))
	}
	for serial := uint64(1); serial <= 3; serial++ {
		require.NoError(t, blob.Archive(t.Context(), serial, []byte("new")))
	}
	serials, err := blob.History(t.Context())
	require.NoError(t, err)
	require.Len(t, serials, state.HistoryMax)
	assert.Equal(t, []uint64{3, 2, 1}, serials[len(serials)-3:])
	assert.Equal(t, uint64(117), serials[0], "the highest went first")
}

// lookedAt asks a place whose the lock is, and takes it away as force-unlock does.
func lookedAt(t *testing.T, open func() state.Blob) {
	mine, theirs := open(), open()
	require.NoError(t, mine.CheckLock(t.Context()), "there is nothing to lose")
	_, err := theirs.FindLock(t.Context(), "id-1")
	require.ErrorContains(t, err, "not locked")
	unlock, err := mine.Lock(t.Context(), someone("id-1"))
	require.NoError(t, err)
	require.NoError(t, mine.CheckLock(t.Context()))
	_, err = theirs.FindLock(t.Context(), "id-2")
	require.ErrorContains(t, err, "id-1", "the error names the right one")
	holder, err := theirs.FindLock(t.Context(), "id-1")
	require.NoError(t, err)
	assert.Equal(t, "id-1", holder.ID)
	require.NoError(t, mine.CheckLock(t.Context()), "to look for it takes nothing away")

	marked, err := state.ForceUnlock(t.Context(), theirs, "id-1", state.Options{})
	require.NoError(t, err)
	assert.Equal(t, "id-1", marked.BrokenLock.ID)
	require.ErrorIs(t, mine.CheckLock(t.Context()), state.ErrLockLost)
	_, err = mine.Put(t.Context(), []byte("{}"), "")
	require.Error(t, err, "its first write is not the first")
	next, err := theirs.Lock(t.Context(), someone("id-3"))
	require.NoError(t, err)
	require.ErrorIs(t, mine.CheckLock(t.Context()), state.ErrLockLost)
	require.NoError(t, unlock())
	require.NoError(t, mine.CheckLock(t.Context()), "it has none any more")
	require.NoError(t, theirs.CheckLock(t.Context()))
	s, err := state.Read(t.Context(), open())
	require.NoError(t, err)
	assert.Equal(t, "id-1", s.BrokenLock.ID)
	require.NoError(t, next())
}
