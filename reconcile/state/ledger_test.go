package state

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/schema"
)

const (
	en schema.Locale = "en_US"
	th schema.Locale = "th_TH"
	vi schema.Locale = "vi_VN"
)

// body is a request whose title tells it from others.
func body(t testing.TB, loc schema.Locale, title string) []byte {
	t.Helper()
	return declared(t, loc, "titleText", title).Body()
}

func title(r *LocaleRecord) string {
	if r == nil || r.Document() == nil {
		return ""
	}
	return r.Document().At(schema.FieldByPath("titleText")).Text()
}

// opened opens blob with a clock that stands still unless it is moved.
func opened(t testing.TB, blob Blob) (*Ledger, *atomic.Int64) {
	t.Helper()
	var passed atomic.Int64
	l, err := Open(t.Context(), blob, Options{
		Lock: true, Version: "0.1.0",
		Now: func() time.Time { return noon.Add(time.Duration(passed.Load())) },
	})
	require.NoError(t, err)
	return l, &passed
}

// applied is a blob that holds one confirmed document a locale.
func applied(t testing.TB, locales ...schema.Locale) *memory {
	t.Helper()
	blob := new(memory)
	l, _ := opened(t, blob)
	require.NoError(t, l.Bind(Account{BaseURL: "https://api.example.com", AccessKeySHA256: "0123456789abcdef"}))
	for _, loc := range locales {
		require.NoError(t, l.Intend(t.Context(), map[schema.Locale][]byte{loc: body(t, loc, "first")}))
		require.NoError(t, l.Confirm(t.Context(), loc, body(t, loc, "first"), "tx-first", noon))
	}
	require.NoError(t, l.Close(t.Context()))
	blob.writes = blob.writes[len(blob.writes)-1:]
	return blob
}

func TestApply(t *testing.T) {
	blob := new(memory)
	l, _ := opened(t, blob)
	require.NoError(t, l.Bind(Account{BaseURL: "https://api.example.com"}))
	require.NoError(t, l.Intend(t.Context(), map[schema.Locale][]byte{en: body(t, en, "A"), th: body(t, th, "B"), vi: body(t, vi, "C")}))
	stored := blob.stored()
	require.Len(t, blob.writes, 1, "one write for all")
	for _, loc := range []schema.Locale{en, th, vi} {
		assert.Nil(t, stored.Locales[loc].Document())
		assert.NotNil(t, stored.Locales[loc].InDoubt)
	}
	assert.Equal(t, string(body(t, en, "A")), string(stored.Locales[en].InDoubt))

	at := noon.Add(1500 * time.Millisecond).In(time.FixedZone("", 7*3600))
	require.NoError(t, l.Confirm(t.Context(), en, body(t, en, "A"), "tx-1", at))
	require.NoError(t, l.Revert(t.Context(), th))
	require.NoError(t, l.RecordSession(t.Context(), schema.Session{Name: "s", API: schema.H5URL}, at))
	require.NoError(t, l.Close(t.Context()))
	assert.Nil(t, l.UnsavedState())

	stored = blob.stored()
	assert.Equal(t, []string{"locale.en_US", "locale.vi_VN", "session.s"}, addresses(stored))
	assert.Equal(t, "A", title(stored.Locales[en]))
	assert.Equal(t, "tx-1", stored.Locales[en].TransactionID)
	assert.Equal(t, noon.Add(time.Second), stored.Locales[en].AppliedAt)
	assert.Nil(t, stored.Locales[en].InDoubt)
	assert.NotNil(t, stored.Locales[vi].InDoubt, "nobody said what became of it")
	assert.Equal(t, noon.Add(time.Second), stored.Sessions["s"].RecordedAt)
	assert.Equal(t, "https://api.example.com", stored.Account.BaseURL)
	assert.Equal(t, "0.1.0", stored.LiveryVersion)
	assertSame(t, l.Snapshot(), stored)
}

func addresses(s *Snapshot) []string {
	list := []string{}
	for _, a := range s.Addresses() {
		list = append(list, a.String())
	}
	return list
}

func TestSerialAndLineage(t *testing.T) {
	blob := new(memory)
	lineage := ""
	for run := uint64(1); run <= 3; run++ {
		l, passed := opened(t, blob)
		for i := range 3 {
			passed.Add(int64(time.Minute))
			require.NoError(t, l.Intend(t.Context(), map[schema.Locale][]byte{en: body(t, en, fmt.Sprint(run, i))}))
			require.NoError(t, l.Confirm(t.Context(), en, body(t, en, fmt.Sprint(run, i)), "", noon))
		}
		require.NoError(t, l.Close(t.Context()))
		stored := blob.stored()
		assert.Equal(t, run, stored.Serial, "one more a run, however often it is written")
		if lineage == "" {
			lineage = stored.Lineage
		}
		assert.Equal(t, lineage, stored.Lineage)
		assert.Len(t, lineage, 36)
	}
	n := len(blob.writes)
	l, _ := opened(t, blob)
	require.NoError(t, l.Bind(Account{"https://api.example.com", "fedcba9876543210"}))
	require.NoError(t, l.Revert(t.Context(), en))
	require.NoError(t, l.Forget(t.Context(), th.AddressOf()))
	require.NoError(t, l.Intend(t.Context(), nil))
	require.NoError(t, l.Flush(t.Context()))
	require.NoError(t, l.Close(t.Context()))
	assert.Len(t, blob.writes, n, "nothing changed, nothing is written")
}

func TestOlderDoubtStays(t *testing.T) {
	blob := applied(t, en)
	l, _ := opened(t, blob)
	require.NoError(t, l.Intend(t.Context(), map[schema.Locale][]byte{en: body(t, en, "lost")}))
	require.NoError(t, l.Close(t.Context())) // the answer never came

	l, _ = opened(t, blob)
	require.NoError(t, l.Intend(t.Context(), map[schema.Locale][]byte{en: body(t, en, "next")}))
	assert.Equal(t, string(body(t, en, "next")), string(blob.stored().Locales[en].InDoubt))
	require.NoError(t, l.Revert(t.Context(), en))
	require.NoError(t, l.Revert(t.Context(), en), "twice says no more than once")
	require.NoError(t, l.Close(t.Context()))
	stored := blob.stored()
	assert.Equal(t, string(body(t, en, "lost")), string(stored.Locales[en].InDoubt), "nobody knows yet whether that one is live")
	assert.Equal(t, "first", title(stored.Locales[en]))

	l, _ = opened(t, blob)
	require.NoError(t, l.Confirm(t.Context(), en, body(t, en, "next"), "tx", noon))
	require.NoError(t, l.Close(t.Context()))
	assert.Nil(t, blob.stored().Locales[en].InDoubt, "a confirmation ends every doubt")
}

func TestUnsentAfterConfirm(t *testing.T) {
	blob := new(memory)
	for _, title := range []string{"lost", "next"} {
		l, _ := opened(t, blob)
		require.NoError(t, l.Intend(t.Context(), map[schema.Locale][]byte{en: body(t, en, title)}))
		if title == "next" {
			require.NoError(t, l.Confirm(t.Context(), en, body(t, en, title), "tx", noon))
			require.NoError(t, l.Revert(t.Context(), en))
		}
		require.NoError(t, l.Close(t.Context()))
	}
	assert.Equal(t, "next", title(blob.stored().Locales[en]))
	assert.Nil(t, blob.stored().Locales[en].InDoubt, "what is confirmed brings no older doubt back")
}

func TestDoubtIsKeptWithoutBlanks(t *testing.T) {
	blob := new(memory)
	l, _ := opened(t, blob)
	require.NoError(t, l.Intend(t.Context(), map[schema.Locale][]byte{en: []byte("{\n  \"locale\": \"en\"\n}")}))
	for _, s := range []*Snapshot{l.Snapshot(), blob.stored()} {
		assert.Equal(t, `{"locale":"en"}`, string(s.Locales[en].InDoubt))
	}
}

func TestUnsentGoesBackToTheLastIntend(t *testing.T) {
	l, _ := opened(t, new(memory))
	require.NoError(t, l.Intend(t.Context(), map[schema.Locale][]byte{en: body(t, en, "lost in this run")}))
	require.NoError(t, l.Intend(t.Context(), map[schema.Locale][]byte{en: body(t, en, "refused")}))
	require.NoError(t, l.Revert(t.Context(), en))
	assert.Equal(t, string(body(t, en, "lost in this run")), string(l.Snapshot().Locales[en].InDoubt))
}

func TestClearAndForget(t *testing.T) {
	blob := applied(t, en, th, vi)
	l, _ := opened(t, blob)
	require.NoError(t, l.RecordSession(t.Context(), schema.Session{Name: "s", API: schema.H5Token}, noon))
	require.NoError(t, l.Intend(t.Context(), map[schema.Locale][]byte{en: (&schema.Document{Locale: en}).Body()}))
	require.NoError(t, l.Clear(t.Context(), en, "tx", noon))
	require.NoError(t, l.Forget(t.Context(), th.AddressOf()))
	require.NoError(t, l.Close(t.Context()))
	assert.Equal(t, []string{"locale.vi_VN", "session.s"}, addresses(blob.stored()))
	l, _ = opened(t, blob)
	require.NoError(t, l.Forget(t.Context(), schema.Address{Kind: schema.SessionAddress, Name: "s"}))
	require.NoError(t, l.Close(t.Context()))
	assert.Equal(t, []string{"locale.vi_VN"}, addresses(blob.stored()))
}

func TestBind(t *testing.T) {
	here, key := "https://api.example.com", "0123456789abcdef"
	tests := []struct {
		name             string
		recorded, config Account
		want             Account
		refused          bool
	}{
		{"the same", Account{here, key}, Account{here, key}, Account{here, key}, false},
		{"spelt differently", Account{here, key}, Account{"https://API.example.com/", key}, Account{here, key}, false},
		{"no credentials", Account{here, key}, Account{here, ""}, Account{here, key}, false},
		{"fingerprint filled in", Account{here, ""}, Account{here, key}, Account{here, key}, false},
		{"account filled in", Account{}, Account{here, key}, Account{here, key}, false},
		{"other host", Account{here, key}, Account{"https://sg.example.com", key}, Account{here, key}, true},
		{"other host, no credentials", Account{here, key}, Account{"https://sg.example.com", ""}, Account{here, key}, true},
		{"other key", Account{here, key}, Account{here, "fedcba9876543210"}, Account{here, key}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, err := Decode(frozen(t, "v1-full.json"))
			require.NoError(t, err)
			s.Account = tt.recorded
			blob := &memory{data: s.Encode()}
			l, _ := opened(t, blob)
			err = l.Bind(tt.config)
			assert.Equal(t, tt.want, l.Snapshot().Account)
			if tt.refused {
				var other *AccountError
				require.ErrorAs(t, err, &other)
				assert.ErrorContains(t, err, tt.config.BaseURL)
				assert.ErrorContains(t, err, tt.recorded.BaseURL)
			} else {
				require.NoError(t, err)
			}
			require.NoError(t, l.Close(t.Context()))
			assert.Empty(t, blob.writes, "binding alone is no change")
		})
	}
	blob := &memory{data: frozen(t, "v1-empty.json")}
	l, _ := opened(t, blob)
	require.NoError(t, l.Bind(Account{"https://other.example.com", key}), "an empty state is nobody's")
	assert.Equal(t, "https://other.example.com", l.Snapshot().Account.BaseURL)
}

func TestCheckpoints(t *testing.T) {
	blob := new(memory)
	l, passed := opened(t, blob)
	record := func(i int) {
		require.NoError(t, l.RecordSession(t.Context(), schema.Session{Name: fmt.Sprint("s", i), API: schema.H5Token}, noon))
	}
	for i := range checkpointEvery - 1 {
		record(i)
	}
	assert.Empty(t, blob.writes)
	record(checkpointEvery)
	assert.Len(t, blob.writes, 1, "after so many changes")
	record(0)
	assert.Len(t, blob.writes, 1)
	passed.Add(int64(checkpointAfter))
	record(1)
	assert.Len(t, blob.writes, 2, "after so long")
	record(2)
	require.NoError(t, l.Flush(t.Context()))
	assert.Len(t, blob.writes, 3)
	require.NoError(t, l.Close(t.Context()))
	assert.Len(t, blob.writes, 3, "all is written already")
	assert.EqualValues(t, 1, blob.stored().Serial)
}

func TestParallelRun(t *testing.T) {
	blob := applied(t, en)
	l, passed := opened(t, blob)
	bodies := make(map[schema.Locale][]byte)
	for _, info := range schema.Locales() {
		bodies[info.Value] = body(t, info.Value, "next")
	}
	require.NoError(t, l.Intend(t.Context(), bodies))
	var group sync.WaitGroup
	for i, info := range schema.Locales() {
		group.Go(func() {
			passed.Add(int64(time.Second / 2))
			switch i % 3 {
			case 0:
				assert.NoError(t, l.Revert(t.Context(), info.Value))
			default:
				assert.NoError(t, l.Confirm(t.Context(), info.Value, bodies[info.Value], "tx", noon))
			}
			l.Snapshot()
			l.UnsavedState()
		})
		group.Go(func() {
			assert.NoError(t, l.RecordSession(t.Context(), schema.Session{Name: fmt.Sprint("s", i), API: schema.H5Token}, noon))
		})
	}
	group.Wait()
	require.NoError(t, l.Close(t.Context()))
	stored := blob.stored()
	assertSame(t, l.Snapshot(), stored)
	for i, info := range schema.Locales() {
		r := stored.Locales[info.Value]
		switch {
		case i%3 != 0:
			assert.Equal(t, "next", title(r), info.Value)
			assert.Nil(t, r.InDoubt)
		case info.Value == en:
			assert.Equal(t, "first", title(r))
		default:
			assert.Nil(t, r, info.Value)
		}
	}
	assert.Len(t, stored.Sessions, len(schema.Locales()))
}

// A slow write holds up nobody, and what happens meanwhile is written later.
func TestChangesDuringAWrite(t *testing.T) {
	blob := new(memory)
	l, passed := opened(t, blob)
	require.NoError(t, l.Intend(t.Context(), map[schema.Locale][]byte{en: body(t, en, "A"), th: body(t, th, "B")}))
	blob.during = func() {
		blob.during = nil
		passed.Add(int64(time.Hour))
		assert.NoError(t, l.Confirm(t.Context(), th, body(t, th, "B"), "tx", noon))
		assert.Equal(t, "B", title(l.Snapshot().Locales[th]))
	}
	passed.Add(int64(time.Hour))
	require.NoError(t, l.Confirm(t.Context(), en, body(t, en, "A"), "tx", noon))
	assert.Nil(t, blob.stored().Locales[th].Document())
	require.NoError(t, l.Close(t.Context()))
	assert.Equal(t, "B", title(blob.stored().Locales[th]))
}

// The run fails, or is killed, at every write there is. What is stored then
// claims nothing that was not confirmed, doubts everything that was sent, and
// what could not be stored can be pushed.
func TestFailureAtEveryWrite(t *testing.T) {
	locales := []schema.Locale{en, th, vi}
	for _, cause := range []error{errDisk, ErrStale, ErrLockLost} {
		for n := 1; ; n++ {
			blob := applied(t, en)
			base := blob.stored()
			blob.fail = func(i int) error {
				if i == n+1 { // one write is there before the run
					return cause
				}
				return nil
			}
			l, passed := opened(t, blob)
			confirmed := map[schema.Locale]string{en: "first"}
			sent := map[schema.Locale]bool{}
			var failed error
			note := func(err error) {
				if failed == nil {
					failed = err
				} else {
					require.ErrorIs(t, err, cause, "and nothing is written any more")
				}
			}
			for _, loc := range locales {
				next := body(t, loc, "next")
				if err := l.Intend(t.Context(), map[schema.Locale][]byte{loc: next}); err != nil {
					note(err)
					continue
				}
				sent[loc] = true
				passed.Add(int64(time.Minute))
				note(l.Confirm(t.Context(), loc, next, "tx", noon))
				confirmed[loc] = "next"
			}
			stored := blob.stored()
			for _, loc := range locales {
				r := stored.Locales[loc]
				if claim := title(r); claim != confirmed[loc] {
					require.True(t, sent[loc], "%s", loc)
					require.NotNil(t, r, "%s", loc)
					require.NotNil(t, r.InDoubt, "write %d: %s was sent, and the state claims %q without a doubt", n, loc, claim)
				}
			}
			closed := l.Close(t.Context())
			require.False(t, blob.locked(), "the lock is released whatever happens")
			if failed == nil && closed == nil {
				require.Greater(t, n, 3, "every write has failed once")
				require.Nil(t, l.UnsavedState())
				break
			}
			require.ErrorIs(t, failed, cause)
			assert.ErrorContains(t, failed, "plan")
			checkUnsavedState(t, blob, l, base, confirmed, errors.Is(cause, errDisk))
		}
	}
}

func checkUnsavedState(t *testing.T, blob *memory, l *Ledger, base *Snapshot, confirmed map[schema.Locale]string, pushable bool) {
	t.Helper()
	copied := l.UnsavedState()
	if copied == nil {
		for loc, want := range confirmed {
			require.Equal(t, want, title(blob.stored().Locales[loc]), "all is stored, it says")
		}
		return
	}
	s, err := Decode(copied)
	require.NoError(t, err)
	require.Equal(t, base.Lineage, s.Lineage)
	for loc, want := range confirmed {
		require.Equal(t, want, title(s.Locales[loc]))
		require.Nil(t, s.Locales[loc].InDoubt)
	}
	if pushable {
		blob.fail = nil
		next, _ := opened(t, blob)
		require.NoError(t, next.Replace(t.Context(), s))
		require.NoError(t, next.Close(t.Context()))
		assertSame(t, s, blob.stored())
	}
}

func TestFailedIntendLeavesNoTrace(t *testing.T) {
	blob := applied(t, en)
	blob.fail = func(int) error { return errDisk }
	l, _ := opened(t, blob)
	before := l.Snapshot()
	err := l.Intend(t.Context(), map[schema.Locale][]byte{en: body(t, en, "next"), th: body(t, th, "next")})
	require.ErrorIs(t, err, errDisk)
	require.ErrorContains(t, err, "nothing was sent")
	require.ErrorContains(t, err, "memory")
	assert.Equal(t, before.Addresses(), l.Snapshot().Addresses())
	assert.Nil(t, l.Snapshot().Locales[en].InDoubt)
	assert.Nil(t, l.UnsavedState(), "there is nothing to rescue")
	require.NoError(t, l.Close(t.Context()))
}

func TestIntendRefuses(t *testing.T) {
	blob := new(memory)
	l, _ := opened(t, blob)
	for want, text := range map[string]string{"not a JSON object": "[]", "the document of th_TH": `{"locale": "th"}`, "unexpected end": "{"} {
		require.ErrorContains(t, l.Intend(t.Context(), map[schema.Locale][]byte{en: []byte(text)}), want)
		require.ErrorContains(t, l.Confirm(t.Context(), en, []byte(text), "", noon), want)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, l.Intend(ctx, map[schema.Locale][]byte{en: body(t, en, "A")}), context.Canceled)
	assert.True(t, l.Snapshot().Empty())
	assert.Empty(t, blob.writes)
}

// What the service has confirmed is written even when the run was interrupted.
func TestInterrupt(t *testing.T) {
	blob := new(memory)
	l, passed := opened(t, blob)
	ctx, cancel := context.WithCancel(t.Context())
	require.NoError(t, l.Intend(ctx, map[schema.Locale][]byte{en: body(t, en, "A"), th: body(t, th, "B")}))
	cancel()
	passed.Add(int64(time.Minute))
	require.NoError(t, l.Confirm(ctx, en, body(t, en, "A"), "tx", noon))
	assert.Equal(t, "A", title(blob.stored().Locales[en]))
	require.NoError(t, l.Confirm(ctx, th, body(t, th, "B"), "tx", noon))
	require.NoError(t, l.Close(ctx))
	assert.Equal(t, "B", title(blob.stored().Locales[th]))
	assert.False(t, blob.locked())
}

func TestNothingIsWrittenAfterClose(t *testing.T) {
	blob := applied(t, en)
	l, passed := opened(t, blob)
	require.NoError(t, l.Close(t.Context()))
	passed.Add(int64(time.Minute))
	require.Error(t, l.Confirm(t.Context(), th, body(t, th, "late"), "tx", noon))
	require.Error(t, l.Intend(t.Context(), map[schema.Locale][]byte{th: body(t, th, "late")}))
	assert.Len(t, blob.writes, 1)
	assert.Contains(t, string(l.UnsavedState()), "late", "but it is not forgotten")
}

func TestStaleWrite(t *testing.T) {
	blob := applied(t, en)
	mine, _ := opened(t, blob)
	require.NoError(t, mine.Forget(t.Context(), en.AddressOf()))
	theirs, err := Open(t.Context(), blob, Options{})
	require.NoError(t, err)
	require.NoError(t, theirs.RecordSession(t.Context(), schema.Session{Name: "theirs", API: schema.H5Token}, noon))
	require.NoError(t, theirs.Close(t.Context()))
	err = mine.Close(t.Context())
	require.ErrorIs(t, err, ErrStale)
	require.ErrorContains(t, err, "plan again")
	assert.Equal(t, []string{"locale.en_US", "session.theirs"}, addresses(blob.stored()))
	assert.False(t, blob.locked())
}

func TestSecretsHaveNoPlace(t *testing.T) {
	blob := new(memory)
	l, _ := opened(t, blob)
	require.NoError(t, l.Bind(Account{"https://api.example.com", Fingerprint("sampleaccesskey")}))
	require.NoError(t, l.Intend(t.Context(), map[schema.Locale][]byte{en: body(t, en, "A")}))
	require.NoError(t, l.Close(t.Context()))
	assert.False(t, strings.Contains(string(blob.data), "sampleaccesskey"))
}

// Where each write is filed under its serial, none comes twice; elsewhere a run has
// one.
func TestSerials(t *testing.T) {
	for files, want := range map[bool][]uint64{false: {1, 1, 1}, true: {1, 2, 3}} {
		blob := &memory{can: Capabilities{UniqueSerials: files}}
		l, _ := opened(t, blob)
		for _, loc := range []schema.Locale{en, th, vi} {
			require.NoError(t, l.Intend(t.Context(), map[schema.Locale][]byte{loc: body(t, loc, "A")}))
		}
		var serials []uint64
		for _, data := range blob.writes {
			s, err := Decode(data)
			require.NoError(t, err)
			serials = append(serials, s.Serial)
		}
		assert.Equal(t, want, serials)
		pushed := l.Snapshot()
		pushed.Serial = 9
		require.NoError(t, l.Replace(t.Context(), pushed))
		assert.EqualValues(t, 9, blob.stored().Serial, "what is pushed keeps its own")
		require.NoError(t, l.Intend(t.Context(), map[schema.Locale][]byte{en: body(t, en, "B")}))
		require.NoError(t, l.Close(t.Context()))
		assert.EqualValues(t, 10, blob.stored().Serial)
	}
}

// A serial that cannot grow is never followed by a smaller one.
func TestSerialsAreUsedUp(t *testing.T) {
	for _, unique := range []bool{false, true} {
		blob := kept(t, "ours", maxSerial)
		blob.can.UniqueSerials = unique
		before := blob.data
		l, _ := opened(t, blob)
		err := l.Intend(t.Context(), map[schema.Locale][]byte{en: body(t, en, "A")})
		require.ErrorIs(t, err, errSerials)
		require.ErrorContains(t, err, "nothing was sent")
		require.NoError(t, l.Close(t.Context()))
		assert.Equal(t, before, blob.data)
	}
}

// What this run records can be read again, whatever the service and the machine call things.
func TestWordsThatActAreNotRecorded(t *testing.T) {
	blob := new(memory)
	l, err := Open(t.Context(), blob, Options{Operation: "apply", Who: "ana\x1b[2J@studio\n"})
	require.NoError(t, err)
	require.NoError(t, l.Intend(t.Context(), map[schema.Locale][]byte{en: body(t, en, "A")}))
	require.NoError(t, l.Confirm(t.Context(), en, body(t, en, "A"), "tx\u202e\r1", noon))
	require.NoError(t, l.Close(t.Context()))
	assert.Equal(t, "ana[2J@studio", blob.stored().Run.Who)
	assert.Equal(t, "tx1", blob.stored().Locales[en].TransactionID)
}
