package state

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/schema"
)

func TestOutdated(t *testing.T) {
	upTo := func(from, to uint64) []uint64 {
		var list []uint64
		for s := from; s <= to; s++ {
			list = append(list, s)
		}
		return list
	}
	assert.Empty(t, Outdated(nil, 7))
	assert.Empty(t, Outdated(upTo(1, HistoryMax), HistoryMax))
	assert.Equal(t, []uint64{1, 2}, Outdated(upTo(1, HistoryMax+2), HistoryMax+2), "the oldest go")
	started := append(upTo(1, 2), upTo(31, 30+HistoryMax)...)
	assert.Equal(t, []uint64{30 + HistoryMax, 29 + HistoryMax}, Outdated(started, 2), "first what an earlier state left")
	assert.Empty(t, Outdated(append(upTo(1, HistoryMax), upTo(1, HistoryMax)...), 7), "listed twice is kept once")
}

// intends makes a run of one document and leaves it open.
func intends(t *testing.T, blob *memory, what string) (*Ledger, func(time.Duration)) {
	t.Helper()
	l, passed := opened(t, blob)
	require.NoError(t, l.Intend(t.Context(), map[schema.Locale][]byte{en: body(t, en, what)}))
	return l, func(d time.Duration) { passed.Add(int64(d)) }
}

func TestWhatIsOverwrittenIsKept(t *testing.T) {
	blob := new(memory)
	var written [][]byte
	for run := range 3 {
		l, pass := intends(t, blob, fmt.Sprint(run))
		for range 3 { // as many checkpoints
			pass(time.Minute)
			require.NoError(t, l.Confirm(t.Context(), en, body(t, en, fmt.Sprint(run)), "tx", noon))
		}
		require.NoError(t, l.Close(t.Context()))
		written = append(written, blob.data)
	}
	assert.Equal(t, 2, blob.archives, "once a run, and not for what was never there")
	assert.Equal(t, map[uint64][]byte{1: written[0], 2: written[1]}, blob.past, "to the byte")
}

func TestRunThatWritesNothingArchivesNothing(t *testing.T) {
	blob := applied(t, en)
	l, _ := opened(t, blob)
	require.NoError(t, l.Close(t.Context()))
	assert.Zero(t, blob.archives)
}

// Whatever call a run dies at, each state that was ever stored is the current
// one or in the history.
func TestHistoryAfterADeath(t *testing.T) {
	for _, dies := range []string{"at the archive", "at the write", "after the write"} {
		t.Run(dies, func(t *testing.T) {
			blob := applied(t, en)
			before := blob.data
			switch dies {
			case "at the archive":
				blob.during = func() { t.Fatal("it wrote before it had archived") }
				assert.Panics(t, func() { dieAtArchive(t, blob) })
			case "at the write":
				blob.fail = func(int) error { return errDisk }
				l, _ := opened(t, blob)
				require.NoError(t, l.Forget(t.Context(), en.AddressOf()))
				require.ErrorIs(t, l.Flush(t.Context()), errDisk)
			default:
				intends(t, blob, "next")
			}
			kept := [][]byte{blob.data, blob.past[1]}
			assert.Contains(t, kept, before)
		})
	}
}

type mortal struct{ *memory }

func (mortal) Archive(context.Context, uint64, []byte) error { panic("killed") }

func dieAtArchive(t *testing.T, blob *memory) {
	l, err := Open(t.Context(), mortal{blob}, Options{})
	require.NoError(t, err)
	_ = l.Intend(t.Context(), map[schema.Locale][]byte{en: body(t, en, "next")})
}

func TestHistoryThatCannotBeKept(t *testing.T) {
	blob := applied(t, en)
	blob.archiveErr = errDisk
	var told []error
	l, err := Open(t.Context(), blob, Options{OnArchiveError: func(err error) { told = append(told, err) }})
	require.NoError(t, err)
	for _, what := range []string{"A", "B"} {
		require.NoError(t, l.Intend(t.Context(), map[schema.Locale][]byte{en: body(t, en, what)}))
		require.NoError(t, l.Confirm(t.Context(), en, body(t, en, what), "tx", noon))
	}
	require.NoError(t, l.Close(t.Context()))
	assert.Equal(t, "B", title(blob.stored().Locales[en]), "the run goes on")
	require.Len(t, told, 1, "and says it once")
	require.ErrorIs(t, told[0], errDisk)
	assert.ErrorContains(t, told[0], "serial 1 of the state memory")

	l, err = Open(t.Context(), blob, Options{}) // nobody listens
	require.NoError(t, err)
	require.NoError(t, l.Forget(t.Context(), en.AddressOf()))
	require.NoError(t, l.Close(t.Context()))
}

// What was not overwritten is not lost either.
func TestNothingIsToldOfAHistoryThatIsNotNeeded(t *testing.T) {
	blob := applied(t, en)
	blob.archiveErr, blob.fail = ErrLockLost, func(int) error { return ErrLockLost }
	l, err := Open(t.Context(), blob, Options{OnArchiveError: func(error) { t.Error("told") }})
	require.NoError(t, err)
	require.NoError(t, l.Forget(t.Context(), en.AddressOf()))
	require.ErrorIs(t, l.Close(t.Context()), ErrLockLost)
}

func TestDamagedStateHasNoSerial(t *testing.T) {
	blob := &memory{data: []byte("{")}
	l, err := Open(t.Context(), blob, Options{Repair: true})
	require.NoError(t, err)
	good, err := Decode(frozen(t, "v1-full.json"))
	require.NoError(t, err)
	require.NoError(t, l.Replace(t.Context(), good))
	require.NoError(t, l.Close(t.Context()))
	assert.Zero(t, blob.archives)
}

func TestRunIsRecorded(t *testing.T) {
	blob := new(memory)
	now := noon.Add(300 * time.Millisecond).In(time.FixedZone("", 3600))
	change := func(o Options, what string) Run {
		o.Now = func() time.Time { return now }
		l, err := Open(t.Context(), blob, o)
		require.NoError(t, err)
		require.NoError(t, l.Intend(t.Context(), map[schema.Locale][]byte{en: body(t, en, what)}))
		now = now.Add(time.Minute)
		require.NoError(t, l.Confirm(t.Context(), en, body(t, en, what), "tx", now))
		require.NoError(t, l.Close(t.Context()))
		return blob.stored().Run
	}
	assert.Equal(t, Run{"apply", "ana@studio", noon}, change(Options{Operation: "apply", Who: "ana@studio"}, "A"), "when it began to write")
	assert.Equal(t, Run{"state rm", "", noon.Add(time.Minute)}, change(Options{Operation: "state rm"}, "B"))
	assert.Equal(t, Run{}, change(Options{}, "C"), "the run before does not answer for this one")
	assert.NotContains(t, string(blob.data), `"run"`)
}

// A pushed file says itself who made it; and who wrote it makes no difference to
// whether two are the same.
func TestPushedRunStays(t *testing.T) {
	blob := applied(t, en)
	pushed := blob.stored()
	pushed.Serial, pushed.Run = 9, Run{"apply", "ana@studio", noon}
	pushed.Locales[th] = pushed.Locales[en]
	delete(pushed.Locales, en)
	pushed.Locales[th].Document().Locale = th
	push := func() int {
		l, err := Open(t.Context(), blob, Options{Operation: "state push", Who: "ben@train"})
		require.NoError(t, err)
		require.NoError(t, l.Replace(t.Context(), pushed))
		require.NoError(t, l.Close(t.Context()))
		return len(blob.writes)
	}
	writes := push()
	assert.Equal(t, pushed.Run, blob.stored().Run)
	assert.Equal(t, []uint64{1}, keptSerials(t, blob))
	pushed.Run.Who = "somebody else"
	assert.Equal(t, writes, push())
}

func keptSerials(t *testing.T, blob *memory) []uint64 {
	t.Helper()
	serials, err := blob.History(t.Context())
	require.NoError(t, err)
	return serials
}

func TestReadHistory(t *testing.T) {
	snapshot := func(serial uint64, lineage string) []byte {
		s := emptySnapshot()
		s.Serial, s.Lineage = serial, lineage
		return s.Encode()
	}
	blob := &memory{data: snapshot(5, "ours"), past: map[uint64][]byte{
		5: snapshot(5, "ours"), // a run died before it wrote
		4: snapshot(4, "ours"),
		3: []byte("{"),
		2: snapshot(2, "theirs"),
		1: snapshot(7, "ours"),
	}}
	h, err := ReadHistory(t.Context(), blob)
	require.NoError(t, err)
	assert.Equal(t, "ours", h.Lineage)
	assert.Equal(t, []uint64{2}, h.OtherLineage)
	var serials []uint64
	for _, e := range h.Entries {
		serials = append(serials, e.Serial)
		assert.Equal(t, e.Err == nil, e.Snapshot != nil)
	}
	assert.Equal(t, []uint64{5, 4, 3, 1}, serials)
	assert.True(t, h.Entries[0].Current)
	assert.False(t, h.Entries[1].Current)
	assert.ErrorContains(t, h.Entries[2].Err, "serial 3 in the history cannot be read: line 1")
	assert.NotContains(t, h.Entries[2].Err.Error(), "state push", "that advice is about another state")
	assert.ErrorContains(t, h.Entries[3].Err, "says that it is serial 7")
	_, err = ReadArchive(t.Context(), blob, 9)
	require.ErrorIs(t, err, ErrNotKept)
}

// A state that was begun anew may have reached the serial of one that the state
// before it has left.
func TestStrangerOfTheSameSerial(t *testing.T) {
	blob := kept(t, "ours", 5)
	blob.past[5] = kept(t, "theirs", 5).data
	h, err := ReadHistory(t.Context(), blob)
	require.NoError(t, err)
	assert.Len(t, h.Entries, 1)
	assert.Equal(t, []uint64{5}, h.OtherLineage)
}

func TestReadHistoryOfNothing(t *testing.T) {
	h, err := ReadHistory(t.Context(), new(memory))
	require.NoError(t, err)
	assert.Empty(t, h.Entries)
}

// The state itself may be gone or damaged; what is kept is all the more welcome.
func TestReadHistoryWithoutAState(t *testing.T) {
	for _, data := range [][]byte{nil, []byte("{")} {
		blob := &memory{data: data, past: map[uint64][]byte{7: frozen(t, "v1-full.json"), 2: frozen(t, "v1-empty.json")}}
		h, err := ReadHistory(t.Context(), blob)
		require.NoError(t, err)
		kept := h.Entries[len(h.Entries)-1]
		assert.EqualValues(t, 7, kept.Serial)
		assert.Equal(t, kept.Snapshot.Lineage, h.Lineage)
		assert.Equal(t, []uint64{2}, h.OtherLineage)
		assert.Len(t, h.Entries, 1+min(1, len(data)))
	}
}

func TestUnsavedAddresses(t *testing.T) {
	blob := new(memory)
	l, passed := opened(t, blob)
	require.NoError(t, l.Intend(t.Context(), map[schema.Locale][]byte{en: body(t, en, "A"), th: body(t, th, "B"), vi: body(t, vi, "C")}))
	passed.Add(int64(time.Minute))
	require.NoError(t, l.Confirm(t.Context(), vi, body(t, vi, "C"), "tx", noon))
	blob.fail = func(int) error { return ErrLockLost }
	require.NoError(t, l.Confirm(t.Context(), th, body(t, th, "B"), "tx", noon))
	assert.Empty(t, l.UnsavedAddresses(), "it is only not written yet")
	passed.Add(int64(time.Minute))
	require.ErrorIs(t, l.Revert(t.Context(), en), ErrLockLost)
	require.Error(t, l.Revert(t.Context(), en))
	assert.Equal(t, []schema.Address{en.AddressOf(), th.AddressOf()}, l.UnsavedAddresses())
	require.Error(t, l.Close(t.Context()))
	assert.NotNil(t, blob.stored().Locales[en].InDoubt)
	assert.NotNil(t, blob.stored().Locales[th].InDoubt)
	assert.Nil(t, blob.stored().Locales[vi].InDoubt)
}
