package reconcile_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile"
	"livery/reconcile/state"
	"livery/schema"
)

// race is a run whose lock is broken while it lives, and the runs that come after.
type race struct {
	store *backing
	live  map[schema.Locale]string // the title that each page has
	calls int                      // of the run whose lock is broken
	at    []int                    // before which of them somebody breaks in
	now   time.Time
	alien int  // runs that have broken in
	taken bool // the lock was taken away
	late  int  // requests that came after that
}

// titled declares three pages of one title.
func titled(t testing.TB, title string) reconcile.Desired {
	return desiredBy(t, fmt.Sprintf(`locale "each" {
  for_each   = toset(["en_US", "th_TH", "vi_VN"])
  code       = each.key
  title_text = %q
}`, title))
}

// apply is one run; each of its requests is told to arrive, before and after it does.
func (r *race) apply(t testing.TB, b *blob, title string, arrive func(call string)) *reconcile.Outcome {
	ledger, err := open(b, func() time.Time { return r.now }, func(o *state.Options) { o.Random = nil })
	if err != nil {
		return nil
	}
	plan, err := reconcile.NewPlan(titled(t, title), ledger.Snapshot(), options())
	require.NoError(t, err)
	api := pushes(func(_ context.Context, request reconcile.Request) (reconcile.Receipt, error) {
		var body struct{ TitleText string }
		if err := json.Unmarshal(request.Body, &body); err != nil {
			return reconcile.Receipt{}, err
		}
		arrive("push")
		r.live[schema.Locale(request.Address.Name)] = body.TitleText
		arrive("answer")
		return reconcile.Receipt{TransactionID: "t", At: r.now}, nil
	})
	outcome, _ := reconcile.Apply(t.Context(), plan, api, ledger, reconcile.ApplyOptions{Parallelism: 1, Now: func() time.Time { return r.now }})
	_ = ledger.Close(t.Context()) // whoever has lost its lock says so
	return outcome
}

// other is a run of somebody else, from its lock to its release.
func (r *race) other(t testing.TB, title string) *reconcile.Outcome {
	return r.apply(t, &blob{real: &backing{blob: r.store.open()}}, title, func(string) {})
}

// checkHonest holds what the state claims without doubt against what is live.
func (r *race) checkHonest(t testing.TB) *state.Snapshot {
	t.Helper()
	s := (&blob{real: r.store}).stored(t)
	for _, loc := range []schema.Locale{"en_US", "th_TH", "vi_VN"} {
		switch record := s.Locales[loc]; {
		case record == nil:
			assert.Empty(t, r.live[loc], "%s is live and the state knows nothing of it", loc)
		case record.InDoubt == nil:
			assert.Equal(t, r.live[loc], record.Document().At(schema.FieldByPath("titleText")).Text(), "%s is said to be certain", loc)
		}
	}
	return s
}

// breakIn takes the lock away from the run, if it has it, and makes another run.
func (r *race) breakIn(t testing.TB) {
	r.alien++
	b := r.store.open()
	defer b.Close()
	for range 2 { // whoever is told that it is not locked any more has lost nothing
		_, err := state.ForceUnlock(t.Context(), b, r.holder(t), state.Options{Now: func() time.Time { return r.now }})
		r.taken = r.taken || err == nil
		if err != nil {
			require.ErrorContains(t, err, "locked")
		}
	}
	title := fmt.Sprintf("other %d", r.alien)
	outcome := r.other(t, title)
	require.NotNil(t, outcome)
	require.True(t, outcome.OK(), "%+v", outcome)
}

// holder is the ID of the lock as it is.
func (r *race) holder(t testing.TB) string {
	b := r.store.open()
	defer b.Close()
	_, err := b.FindLock(t.Context(), "")
	require.Error(t, err)
	_, id, _ := strings.Cut(err.Error(), "with the ID ")
	return id
}

// run lets the run go, and whoever breaks in.
func (r *race) run(t testing.TB) {
	r.store.blob = r.store.open()
	b := &blob{real: r.store}
	step := func(call string) {
		r.calls++
		for _, n := range r.at {
			if r.calls == n {
				r.breakIn(t)
			}
		}
		if call == "push" && r.taken {
			r.late++
		}
	}
	b.ask = func(call string) failure { step(call); return succeeds }
	r.apply(t, b, "first", step)
	b.ask = nil
}

// TestForceUnlockOfALivingRun takes the lock away from a run that lives, before and
// after everything that it does, and lets another run pass in that moment. Whatever
// the two have sent, in whatever order it arrived: the state claims nothing without
// doubt that is not live, and once the flight is over one ordinary apply settles it.
func TestForceUnlockOfALivingRun(t *testing.T) {
	for name, start := range engines() {
		t.Run(name, func(t *testing.T) {
			store := start(t)
			late := 0
			for before, again := range map[string]int{"": 0, "before": 2} { // the lock is broken at two calls
				for n := 1; ; n++ {
					r := &race{store: store(t), live: map[schema.Locale]string{}, at: []int{n, n + again}, now: noon}
					if before != "" {
						require.True(t, r.other(t, before).OK())
					}
					r.run(t)
					late += r.late
					if r.calls < n {
						break
					}
					t.Run(fmt.Sprintf("%s/call %d", before, n), func(t *testing.T) { r.check(t) })
				}
			}
			assert.NotZero(t, late, "no request came late; this shows nothing")
		})
	}
}

func (r *race) check(t *testing.T) {
	r.checkHonest(t)
	if r.store.open().Capabilities().SystemLocks {
		assert.LessOrEqual(t, r.late, 1, "nothing is sent but what was under way")
	}
	r.now = r.now.Add(time.Second)
	early := r.other(t, "early")
	require.True(t, early.OK())
	r.checkHonest(t)

	r.now = r.now.Add(state.LongestFlight)
	require.True(t, r.other(t, "last").OK())
	s := r.checkHonest(t)
	for loc, record := range s.Locales {
		assert.Nil(t, record.InDoubt, "%s is settled", loc)
		assert.Equal(t, "last", r.live[loc])
	}
	plan, err := reconcile.NewPlan(titled(t, "last"), s, options())
	require.NoError(t, err)
	assert.True(t, plan.Empty(), "%+v", plan.Changes)
}
