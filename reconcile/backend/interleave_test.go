package backend

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"livery/reconcile/state"
	"livery/schema"
)

// How many schedules two processes go through: few in a normal run, fewer where each
// step goes over a network, and all of them with LIVERY_E2E=1.
const (
	interleavings       = 1000
	interleavingsLocal  = 100
	interleavingsRemote = 25
	interleavingSeed    = 7
)

// runner is one of two that use the same state, one step at a time.
type runner struct {
	name      string
	runs      int
	ledger    *state.Ledger // nil when nothing is open
	id        string        // of its lock
	locked    bool
	broken    bool
	intended  map[schema.Locale]string
	confirmed map[schema.Locale]string // and not known to be stored
}

// schedule is two processes in one place, and what must be true of it.
type schedule struct {
	t      *testing.T
	site   *site
	random *rand.Rand
	both   [2]*runner
	titles int
	kept   int
	stored map[schema.Locale][]string // what may be recorded: what is known to be stored, and what came after it
}

// interleave lets two processes work on one state in random turns: open, intend,
// confirm, flush, close, and break each other's locks. What a run was told is
// stored is stored; any other run is told that it is stale or has lost its lock.
func interleave(t *testing.T, fresh func(t *testing.T) *site) {
	s := fresh(t)
	rounds := interleavings
	switch {
	case os.Getenv("LIVERY_E2E") != "":
	case s.dear:
		rounds = interleavingsRemote
	default:
		rounds = interleavingsLocal
	}
	w := &schedule{t: t, site: s, random: rand.New(rand.NewPCG(interleavingSeed, 0)), stored: make(map[schema.Locale][]string)}
	told := 0
	for range rounds {
		w.both = [2]*runner{{name: "a"}, {name: "b"}}
		for range 8 + w.random.IntN(12) {
			i := w.random.IntN(2)
			if !w.step(w.both[i], w.both[1-i]) {
				told++
			}
		}
		for _, p := range w.both {
			if p.ledger != nil && !w.end(p, p.ledger.Close(t.Context())) {
				told++
			}
		}
		w.holds()
	}
	require.Greater(t, told, rounds/20, "hardly any run was told that it had lost; this shows nothing")
	require.Greater(t, w.kept, rounds/5, "hardly anything was kept; this shows nothing")
}

// step lets p do one thing. It is false when p was told that it has lost.
func (w *schedule) step(p, other *runner) bool {
	ctx := w.t.Context()
	if p.ledger == nil {
		if other.ledger != nil && other.locked && w.random.IntN(4) == 0 {
			blob := w.site.open()
			require.NoError(w.t, blob.Break(ctx, other.id))
			blob.Close()
			other.locked, other.broken = false, true
			return true
		}
		w.begin(p, other)
		return true
	}
	loc := []schema.Locale{"en_US", "th_TH", "vi_VN"}[w.random.IntN(3)]
	switch w.random.IntN(7) {
	case 0, 1:
		w.titles++
		title := fmt.Sprintf("%s%d", p.name, w.titles)
		if !w.end(p, p.ledger.Intend(ctx, map[schema.Locale][]byte{loc: bodyOf(loc, title)})) {
			return false
		}
		p.intended[loc] = title
	case 2, 3, 4:
		for _, loc := range slices.Sorted(maps.Keys(p.intended)) {
			title := p.intended[loc]
			delete(p.intended, loc)
			p.confirmed[loc] = title
			if w.stored[loc] == nil {
				w.stored[loc] = []string{""}
			}
			w.stored[loc] = append(w.stored[loc], title) // it may be stored by itself any time
			err := p.ledger.Confirm(ctx, loc, bodyOf(loc, title), "t", time.Unix(1, 0))
			if err != nil {
				return w.end(p, err)
			}
		}
	case 5:
		return w.end(p, p.ledger.Flush(ctx))
	case 6:
		if !w.end(p, p.ledger.Close(ctx)) {
			return false
		}
		p.ledger, p.locked = nil, false
	}
	return true
}

func (w *schedule) begin(p, other *runner) {
	p.runs++
	w.titles++
	p.id = fmt.Sprintf("%s-%d", p.name, w.titles)
	lock := w.random.IntN(5) > 0
	ledger, err := state.Open(w.t.Context(), w.site.open(), state.Options{
		Lock: lock, Now: func() time.Time { return time.Unix(1, 0) }, Random: func() string { return p.id },
	})
	var held *state.LockedError
	if lock && other.locked {
		require.ErrorAs(w.t, err, &held)
		require.Equal(w.t, other.id, held.Info.ID)
		return
	}
	require.NoError(w.t, err)
	p.ledger, p.locked, p.broken = ledger, lock, false
	p.intended, p.confirmed = make(map[schema.Locale]string), make(map[schema.Locale]string)
}

// end takes what a write said. After a success all that p has confirmed is stored.
func (w *schedule) end(p *runner, err error) bool {
	if err != nil {
		told := errors.Is(err, state.ErrStale) || p.broken && errors.Is(err, state.ErrLockLost) ||
			!p.locked && strings.Contains(err.Error(), "only the holder of the lock") // which not every server insists on
		require.True(w.t, told, "%v", err)
		_ = p.ledger.Close(w.t.Context()) // it says the same again
		p.ledger, p.locked = nil, false
		return false
	}
	for loc, title := range p.confirmed {
		list := w.stored[loc]
		if i := slices.Index(list, title); i >= 0 {
			w.stored[loc] = list[i:]
		}
		delete(p.confirmed, loc)
		w.kept++
	}
	return true
}

// holds reads the state as the next run would.
func (w *schedule) holds() {
	blob := w.site.open()
	defer blob.Close() // a thousand rounds would run out of connections
	s, err := state.Read(w.t.Context(), blob)
	require.NoError(w.t, err)
	for loc, list := range w.stored {
		title := ""
		if r := s.Locales[loc]; r != nil && r.Document() != nil {
			title = r.Document().At(schema.FieldByPath("titleText")).Text()
		}
		require.Contains(w.t, list, title, "an update of %s is lost", loc)
		w.stored[loc] = []string{title}
	}
}

func bodyOf(loc schema.Locale, title string) []byte {
	return fmt.Appendf(nil, `{"locale":%q,"titleText":%q}`, loc, title)
}
