package reconcile_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile"
	"livery/reconcile/simulator"
	"livery/reconcile/state"
	"livery/schema"
)

// What the fault walk changes: two documents are created, two updated, of which
// one is in doubt, two deleted, one stays, one is forgotten, and sessions come
// and go.
const (
	walkBefore = `
locale "en" {
  title_text = "Before"
  mobile_loading_page { progress_color = "#111111" }
  pc_result_page { title_text_color = "#222222" }
  extra = { newPage = { newColour = "#000" } }
}
locale "vi" { title_text = "Trước" }
locale "th" {
  mobile_tips_page {
    tip { text = "หาแสงที่ดี" }
  }
}
locale "ja_JP" {
  mobile_result_page { is_show = false }
}
locale "ko_KR" { title_text = "그대로" }
locale "fr_FR" { title_text = "Oublié" }
session "gone" {
  api             = "h5_url"
  region          = "PHL"
  return_url      = "https://www.example.com/done"
  fail_return_url = "https://www.example.com/retry"
}`
	// walkDoubt was sent after that, and its answer never came.
	walkDoubt = `
locale "vi" {
  title_text = "Giữa"
  mobile_tips_page { title_text = "Mẹo" }
  extra = { doubtful = { x = 1 } }
}`
	walkAfter = `
locale "en" {
  title_text = "After"
  mobile_loading_page { loading_text = "Wait" }
}
locale "vi" { title_text = "Sau" }
locale "hi" {
  mobile_result_page { show_score = true }
}
locale "zh" { title_text = "新" }
locale "ko_KR" { title_text = "그대로" }
removed { from = locale.fr_FR }
session "new" {
  api        = "h5_token"
  region     = "THA"
  return_url = "https://www.example.com/done"
}`
)

// env is a service, a state and a process that may die. It sees to it that
// the n-th call fails, and witnesses what the service has confirmed.
type env struct {
	service
	blob *blob

	mu         sync.Mutex
	steps      int
	at         int // which step; 0 for none
	failure    failure
	failedCall string // the call that met it
	unkept     bool   // it was told that the history has a gap
	dead       bool
	confirmed  map[schema.Locale][]string // every body that was confirmed, oldest first
	unknown    map[schema.Locale]bool     // the last push of it had no answer
}

func newEnv(t testing.TB, semantics simulator.Semantics) *env {
	return newEnvAt(t, semantics, nil)
}

// newEnvAt is a world whose state is in a real place.
func newEnvAt(t testing.TB, semantics simulator.Semantics, real *backing) *env {
	w := &env{service: newService(t, semantics), blob: &blob{real: real}, confirmed: map[schema.Locale][]string{}, unknown: map[schema.Locale]bool{}}
	w.blob.ask = w.next
	return w
}

// next counts a call and says what becomes of it. Nothing of a process that was
// killed reaches the world any more.
func (w *env) next(call string) failure {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.dead {
		return killedBefore
	}
	w.steps++
	if w.steps != w.at || !possible(call, w.failure) {
		return succeeds
	}
	w.failedCall = call
	w.dead = w.failure == killedBefore || w.failure == killedAfter
	return w.failure
}

// possible keeps refusals to pushes.
func possible(call string, f failure) bool {
	return call == "push" || f != refused && f != refusedAll && f != unsent
}

// Push implements reconcile.API.
func (w *env) Push(ctx context.Context, r reconcile.Request) (reconcile.Receipt, error) {
	loc := schema.Locale(r.Address.Name)
	f := w.next("push")
	switch f {
	case refused, refusedAll:
		return reconcile.Receipt{}, &reconcile.Refusal{Code: "PARAMETER_ERROR", Message: "no", Fatal: f == refusedAll}
	case unsent:
		return reconcile.Receipt{}, f.err()
	}
	var receipt reconcile.Receipt
	var err error
	if f.takesEffect() {
		receipt, err = w.client.Push(ctx, r)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if f != succeeds || w.dead || err != nil {
		w.unknown[loc] = true
		return reconcile.Receipt{}, &reconcile.InDoubt{Err: fmt.Errorf("%w (%w)", errInjected, err)}
	}
	w.confirmed[loc] = append(w.confirmed[loc], string(r.Body))
	w.unknown[loc] = false
	return receipt, nil
}

// restart is a new process after the death of the one before: its lock is gone
// with it, and nothing fails.
func (w *env) restart(at int, f failure) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.steps, w.at, w.failure, w.failedCall, w.dead = 0, at, f, "", false
	w.blob.restarted()
}

// attempt is one run of apply, as the command line makes it. What it gives is
// the state that could not be written.
func (w *env) attempt(t testing.TB, desired reconcile.Desired, parallelism int, now func() time.Time) (outcome *reconcile.Outcome, unsaved []byte, err error) {
	ledger, err := open(w.blob, now, func(o *state.Options) { o.OnArchiveError = func(error) { w.unkept = true } })
	if err != nil {
		return nil, nil, err
	}
	plan, err := reconcile.NewPlan(desired, ledger.Snapshot(), options())
	require.NoError(t, err)
	outcome, err = reconcile.Apply(t.Context(), plan, w, ledger, reconcile.ApplyOptions{Parallelism: parallelism, Now: now})
	if w.died() {
		return outcome, nil, errInjected // nobody is left to close the ledger
	}
	unsaved = ledger.UnsavedState()
	if closed := ledger.Close(t.Context()); err == nil {
		err = closed
	}
	return outcome, unsaved, err
}

func (w *env) died() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.dead
}

// prepare makes the state that the walk begins with.
func (w *env) prepare(t testing.TB) {
	t.Helper()
	before, doubt := desiredBy(t, walkBefore), desiredBy(t, walkDoubt)
	_, outcome := run(t, w.blob, w, before, options())
	require.True(t, outcome.OK())
	w.restart(1, failsAfter) // the push is the only step that is asked of it below
	w.blob.ask = nil
	_, outcome = run(t, w.blob, w, doubt, options(func(o *reconcile.Options) { o.Targets = []schema.Address{{Kind: schema.LocaleAddress, Name: "vi_VN"}} }))
	require.Len(t, outcome.Failures, 1)
	w.blob.ask = w.next
	require.NotNil(t, w.blob.stored(t).Locales["vi_VN"].InDoubt)
}

// checkHonest holds a state against the truth: it claims only what was confirmed, it
// has lost nothing of that, and where it says nothing of a doubt it is right.
func (w *env) checkHonest(t *testing.T, s *state.Snapshot, before *state.Snapshot) {
	t.Helper()
	for _, info := range schema.Locales() {
		loc := info.Value
		record := s.Locales[loc]
		shown, ever := w.Document("sampleaccesskey", loc)
		if record == nil {
			if loc != "fr_FR" {
				assert.Empty(t, plain(shown), "%s is live and the state knows nothing of it", loc)
			}
			if before.Locales[loc] != nil && loc != "fr_FR" {
				assert.Contains(t, w.confirmed[loc], string(resetOf(t, before.Locales[loc])), "%s is lost", loc)
			}
			continue
		}
		if record.Document() != nil {
			assert.True(t, w.hasConfirmed(t, *record.Document()), "the state claims of %s what was never confirmed", loc)
		}
		if record.InDoubt == nil {
			assert.True(t, ever)
			assert.Equal(t, declared(t, *record.Document()), plain(shown), "%s is said to be certain and is not what is live", loc)
			assert.False(t, w.unknown[loc], "what became of %s is unknown and the state does not say so", loc)
			last := w.confirmed[loc][len(w.confirmed[loc])-1]
			assert.True(t, sameDocument(t, last, *record.Document()), "the state of %s is older than what was confirmed last", loc)
		}
	}
	for loc, record := range before.Locales {
		if after := s.Locales[loc]; record.Document() != nil && after != nil {
			assert.True(t, after.HasDocument(), "what was known of %s is lost", loc)
		}
	}
}

// checkHistory holds the history against the truth: what was overwritten is in it,
// unless just that call failed, and the run must have said so.
func (w *env) checkHistory(t *testing.T, after, before *state.Snapshot) {
	t.Helper()
	if w.failedCall == "archive" && w.failure == failsBefore {
		serials, err := w.blob.History(t.Context())
		require.NoError(t, err)
		assert.True(t, w.blob.keepsVersions() || !slices.Contains(serials, before.Serial))
		assert.True(t, w.unkept, "the history has a gap, and nobody said so")
		return
	}
	if after.Serial > before.Serial {
		data, err := w.blob.ReadArchive(t.Context(), before.Serial)
		require.NoError(t, err)
		past, err := state.Decode(data)
		require.NoError(t, err)
		assert.Equal(t, string(before.Encode()), string(past.Encode()))
	}
}

// resetOf is the request that deletes what is recorded.
func resetOf(t testing.TB, r *state.LocaleRecord) []byte {
	t.Helper()
	s := &state.Snapshot{Locales: map[schema.Locale]*state.LocaleRecord{r.Document().Locale: r}}
	plan, err := reconcile.NewPlan(reconcile.Desired{}, s, options())
	require.NoError(t, err)
	return plan.Changes[0].Body
}

func (w *env) hasConfirmed(t testing.TB, d schema.Document) bool {
	return slices.ContainsFunc(w.confirmed[d.Locale], func(body string) bool { return sameDocument(t, body, d) })
}

func sameDocument(t testing.TB, body string, d schema.Document) bool {
	var read schema.Document
	require.NoError(t, read.UnmarshalJSON([]byte(body)))
	return read.Locale == d.Locale && read.Equal(d.Look)
}

// checkConverges runs once more, without a fault, and then there is nothing to do and
// every page is as declared.
func (w *env) checkConverges(t *testing.T, desired reconcile.Desired) {
	t.Helper()
	w.restart(0, succeeds)
	outcome, _, err := w.attempt(t, desired, 2, atNoon)
	require.NoError(t, err)
	require.True(t, outcome.OK(), "%+v", outcome)
	plan, err := reconcile.NewPlan(desired, w.blob.stored(t), options())
	require.NoError(t, err)
	assert.True(t, plan.Empty(), "%+v", plan.Changes)
	want := map[schema.Locale]map[string]any{}
	for _, d := range desired.Documents {
		want[d.Locale] = declared(t, d)
	}
	for _, info := range schema.Locales() {
		if info.Value == "fr_FR" {
			assert.Equal(t, map[string]any{"titleText": "Oublié"}, w.shown(info.Value), "what is forgotten stays as it was")
			continue
		}
		page := want[info.Value]
		if page == nil {
			page = map[string]any{}
		}
		assert.Equal(t, page, w.shown(info.Value), "%s", info.Value)
	}
	assert.Equal(t, []string{"new"}, slices.Collect(maps.Keys(w.blob.stored(t).Sessions)))
}

// TestFaultWalk lets every call that apply makes go wrong in turn, in every way.
func TestFaultWalk(t *testing.T) {
	desired := desiredBy(t, walkAfter)
	for _, way := range []struct {
		semantics   simulator.Semantics
		parallelism int
		written     string
		step        time.Duration // of the clock, which decides when the state is written
	}{
		{simulator.Replace, 1, "written at the end", 0},
		{simulator.Replace, 3, "written at once", 2 * time.Second},
		{simulator.Merge, 1, "written at once", 2 * time.Second},
		{simulator.Merge, 3, "written at the end", 0},
	} {
		if testing.Short() && (way.semantics != simulator.Merge || way.parallelism == 1) {
			continue
		}
		for _, f := range []failure{failsBefore, failsAfter, killedBefore, killedAfter, refused, refusedAll, unsent} {
			t.Run(fmt.Sprintf("%s/%d at a time/%s/%s", way.semantics, way.parallelism, way.written, f), func(t *testing.T) {
				t.Parallel()
				walk(t, func(t *testing.T) *env { return newEnv(t, way.semantics) }, desired, way.parallelism, way.step, f)
			})
		}
	}
}

// walk lets the first step go wrong, then the second, until all went well.
func walk(t *testing.T, fresh func(*testing.T) *env, desired reconcile.Desired, parallelism int, step time.Duration, f failure) {
	failedCall := map[string]int{}
	for n := 1; ; n++ {
		w := fresh(t)
		w.prepare(t)
		before := w.blob.stored(t)
		w.restart(n, f)
		outcome, unsaved, err := w.attempt(t, desired, parallelism, ticking(step))
		if w.failedCall == "" && w.steps < n {
			require.NoError(t, err)
			require.True(t, outcome.OK())
			break
		}
		if w.failedCall == "" {
			continue // the fate is not one of that call
		}
		failedCall[w.failedCall]++
		t.Run(fmt.Sprintf("step %d %s", n, w.failedCall), func(t *testing.T) {
			after := w.blob.stored(t)
			w.checkHonest(t, after, before)
			w.checkHistory(t, after, before)
			if !w.died() {
				w.checkSurvived(t, f, outcome, err, unsaved, before)
			}
			if unsaved != nil && n%2 == 0 { // every other time somebody pushes it, as the message says
				w.pushUnsaved(t, unsaved, before)
			}
			w.checkConverges(t, desired)
		})
	}
	assert.NotZero(t, failedCall["push"], "no push has met its fate")
	if f != refused && f != refusedAll && f != unsent {
		assert.GreaterOrEqual(t, failedCall["put"], 2)
		assert.Equal(t, []int{1, 1, 1}, []int{failedCall["get"], failedCall["lock"], failedCall["archive"]})
	}
}

// checkSurvived is what holds when the process lived on: what it says is true too.
func (w *env) checkSurvived(t *testing.T, f failure, outcome *reconcile.Outcome, err error, unsaved []byte, before *state.Snapshot) {
	t.Helper()
	if outcome == nil {
		require.Error(t, err, "nothing was begun, and nobody says why")
		return
	}
	s := w.blob.stored(t)
	if f != failsAfter || w.failedCall != "put" { // what was stored behind its back it cannot know
		var said []schema.Locale
		for _, c := range outcome.InDoubt {
			said = append(said, schema.Locale(c.Address.Name))
		}
		assert.ElementsMatch(t, doubtsOf(s), said, "what the state doubts is said")
	}
	if unsaved != nil {
		assert.Error(t, outcome.StateErr)
		truth, err := state.Decode(unsaved)
		require.NoError(t, err)
		w.checkHonest(t, truth, before)
		s = truth
	}
	assert.Equal(t, w.failedCall == "unlock" || w.failedCall == "archive", outcome.OK(), "%+v", outcome)
	assert.Equal(t, w.failedCall != "push" && w.failedCall != "archive", err != nil, "a failure of the state ends the run with an error: %v", err)
	for _, c := range outcome.Confirmed {
		if c.Body != nil {
			assert.Contains(t, w.confirmed[schema.Locale(c.Address.Name)], string(c.Body), "%s is said to be confirmed", c.Address)
		}
	}
	// Exactly what nobody knows is in doubt.
	var want []schema.Locale
	for loc, unknown := range w.unknown {
		if unknown {
			want = append(want, loc)
		}
	}
	assert.ElementsMatch(t, want, doubtsOf(s))
}

func doubtsOf(s *state.Snapshot) []schema.Locale {
	var list []schema.Locale
	for loc, record := range s.Locales {
		if record.InDoubt != nil {
			list = append(list, loc)
		}
	}
	return list
}

// pushUnsaved stores what could not be written, as state push does.
func (w *env) pushUnsaved(t *testing.T, unsaved []byte, before *state.Snapshot) {
	t.Helper()
	truth, err := state.Decode(unsaved)
	require.NoError(t, err)
	w.restart(0, succeeds)
	ledger, err := open(w.blob, atNoon)
	require.NoError(t, err)
	require.NoError(t, ledger.Replace(t.Context(), truth))
	require.NoError(t, ledger.Close(t.Context()))
	w.checkHonest(t, w.blob.stored(t), before)
}
