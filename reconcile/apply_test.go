package reconcile_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile"
	"livery/reconcile/state"
	"livery/schema"
)

// seven are documents to be created, in the order of the plan.
const seven = `
locale "all" {
  for_each   = toset(["ar_AE", "en", "fr_FR", "hi", "ja_JP", "th", "zh"])
  code       = each.key
  title_text = self.code
}`

var sevenLocales = []string{"ar_AE", "en_US", "fr_FR", "hi_IN", "ja_JP", "th_TH", "zh_CN"}

// carry applies seven documents. The ledger is closed and what is stored is
// given back.
func carry(t testing.TB, ctx context.Context, api reconcile.API, how reconcile.ApplyOptions) (*reconcile.Outcome, *state.Snapshot) {
	t.Helper()
	b := new(blob)
	ledger, err := open(b, atNoon)
	require.NoError(t, err)
	plan, err := reconcile.NewPlan(desiredBy(t, seven), ledger.Snapshot(), options())
	require.NoError(t, err)
	how.Now = time.Now
	outcome, err := reconcile.Apply(ctx, plan, api, ledger, how)
	require.NoError(t, err)
	require.NoError(t, ledger.Close(context.Background()))
	return outcome, b.stored(t)
}

func names(changes []*reconcile.Change) []string {
	list := []string{}
	for _, c := range changes {
		list = append(list, c.Address.Name)
	}
	return list
}

func failed(o *reconcile.Outcome) []string {
	list := []string{}
	for _, f := range o.Failures {
		list = append(list, f.Change.Address.Name)
	}
	return list
}

// recorded lists the locales that a state knows, those in doubt with a question
// mark.
func recorded(s *state.Snapshot) []string {
	list := []string{}
	for _, a := range s.Addresses() {
		if a.Kind == schema.LocaleAddress && s.Locales[schema.Locale(a.Name)].InDoubt != nil {
			a.Name += "?"
		}
		list = append(list, a.Name)
	}
	return list
}

func TestStopLetsRequestsInFlightFinish(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stop := make(chan struct{})
		var mu sync.Mutex
		var asked []string
		api := pushes(func(ctx context.Context, r reconcile.Request) (reconcile.Receipt, error) {
			mu.Lock()
			asked = append(asked, r.Address.Name)
			mu.Unlock()
			time.Sleep(10 * time.Second)
			require.NoError(t, ctx.Err(), "what is in flight is not disturbed")
			return taken(ctx, r)
		})
		go func() {
			time.Sleep(15 * time.Second) // the first three are done, the next three under way
			close(stop)
		}()
		outcome, s := carry(t, t.Context(), api, reconcile.ApplyOptions{Parallelism: 3, Stop: stop})
		assert.ElementsMatch(t, sevenLocales[:6], asked)
		assert.ElementsMatch(t, sevenLocales[:6], names(outcome.Confirmed))
		assert.Equal(t, sevenLocales[6:], names(outcome.NotTried))
		assert.Empty(t, outcome.Failures)
		assert.True(t, outcome.Stopped)
		assert.False(t, outcome.OK())
		assert.Equal(t, sevenLocales[:6], recorded(s), "what was not tried is not in doubt")
	})
}

func TestStopBeforeTheFirst(t *testing.T) {
	stop := make(chan struct{})
	close(stop)
	api := pushes(func(context.Context, reconcile.Request) (reconcile.Receipt, error) { panic("nothing may be sent") })
	outcome, s := carry(t, t.Context(), api, reconcile.ApplyOptions{Parallelism: 3, Stop: stop})
	assert.Equal(t, sevenLocales, names(outcome.NotTried))
	assert.True(t, outcome.Stopped)
	assert.Empty(t, recorded(s))
}

// What was in doubt before stays so when it is not tried.
func TestStopLeavesOlderDoubts(t *testing.T) {
	b := new(blob)
	lost := pushes(func(context.Context, reconcile.Request) (reconcile.Receipt, error) {
		return reconcile.Receipt{}, &reconcile.InDoubt{Err: errInjected}
	})
	_, outcome := run(t, b, lost, desiredBy(t, `locale "en" { title_text = "older" }`), options())
	require.Equal(t, []string{"en_US"}, failed(outcome))
	older := b.stored(t).Locales["en_US"].InDoubt

	ledger, err := open(b, atNoon)
	require.NoError(t, err)
	plan, err := reconcile.NewPlan(desiredBy(t, seven), ledger.Snapshot(), options())
	require.NoError(t, err)
	stop := make(chan struct{})
	close(stop)
	outcome, err = reconcile.Apply(t.Context(), plan, pushes(taken), ledger, reconcile.ApplyOptions{Stop: stop, Now: atNoon})
	require.NoError(t, err)
	require.NoError(t, ledger.Close(t.Context()))
	assert.Len(t, outcome.NotTried, 7)
	assert.Equal(t, []string{"en_US?"}, recorded(b.stored(t)))
	assert.Equal(t, string(older), string(b.stored(t).Locales["en_US"].InDoubt), "the body that may be live")
}

func TestContextEndsRequestsInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		api := pushes(func(ctx context.Context, r reconcile.Request) (reconcile.Receipt, error) {
			select {
			case <-ctx.Done():
				return reconcile.Receipt{}, &reconcile.InDoubt{Err: context.Cause(ctx)}
			case <-time.After(10 * time.Second):
				return taken(ctx, r)
			}
		})
		go func() {
			time.Sleep(15 * time.Second)
			cancel(errors.New("two interrupts"))
		}()
		outcome, s := carry(t, ctx, api, reconcile.ApplyOptions{Parallelism: 3})
		assert.ElementsMatch(t, sevenLocales[:3], names(outcome.Confirmed))
		assert.Equal(t, sevenLocales[3:6], failed(outcome))
		assert.Equal(t, sevenLocales[6:], names(outcome.NotTried))
		assert.True(t, outcome.Stopped)
		assert.Equal(t, []string{"ar_AE", "en_US", "fr_FR", "hi_IN?", "ja_JP?", "th_TH?"}, recorded(s))
	})
}

func TestContextThatHasEnded(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	b := new(blob)
	ledger, err := open(b, atNoon)
	require.NoError(t, err)
	plan, err := reconcile.NewPlan(desiredBy(t, seven), ledger.Snapshot(), options())
	require.NoError(t, err)
	_, err = reconcile.Apply(ctx, plan, pushes(taken), ledger, reconcile.ApplyOptions{Now: atNoon})
	assert.ErrorIs(t, err, context.Canceled)
	require.NoError(t, ledger.Close(t.Context()))
	assert.Nil(t, b.data, "nothing was begun")
}

// A refusal that concerns everybody stops the rest; with one at a time, not one
// more is sent, however fast the refusal comes.
func TestFatalRefusalStopsTheRest(t *testing.T) {
	for range 20 {
		var asked int
		api := pushes(func(context.Context, reconcile.Request) (reconcile.Receipt, error) {
			asked++
			return reconcile.Receipt{}, &reconcile.Refusal{Code: "IAM_FAILED", Message: "no", Fatal: true}
		})
		outcome, s := carry(t, t.Context(), api, reconcile.ApplyOptions{Parallelism: 1})
		require.Equal(t, 1, asked)
		require.Equal(t, sevenLocales[:1], failed(outcome))
		require.Equal(t, sevenLocales[1:], names(outcome.NotTried))
		require.False(t, outcome.Stopped, "nobody interrupted it")
		require.Empty(t, recorded(s))
	}
}

func TestRefusalDoesNotStopTheOthers(t *testing.T) {
	api := pushes(func(ctx context.Context, r reconcile.Request) (reconcile.Receipt, error) {
		switch r.Address.Name {
		case "en_US":
			return reconcile.Receipt{}, &reconcile.Refusal{Code: "PARAMETER_ERROR", Message: "no"}
		case "hi_IN":
			return reconcile.Receipt{}, errors.New("no route to host")
		case "th_TH":
			return reconcile.Receipt{}, fmt.Errorf("wrapped: %w", &reconcile.InDoubt{Err: errInjected})
		}
		return taken(ctx, r)
	})
	for _, parallelism := range []int{-1, 0, 1, 3, 100} {
		outcome, s := carry(t, t.Context(), api, reconcile.ApplyOptions{Parallelism: parallelism})
		assert.Equal(t, []string{"en_US", "hi_IN", "th_TH"}, failed(outcome))
		assert.Equal(t, reconcile.Summary{Add: 4}, outcome.Summary)
		assert.Empty(t, outcome.NotTried)
		assert.False(t, outcome.OK())
		assert.Equal(t, []string{"ar_AE", "fr_FR", "ja_JP", "th_TH?", "zh_CN"}, recorded(s))
	}
}

// Never more than asked for, and never fewer while there is work.
func TestParallelism(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		under, most := 0, 0
		api := pushes(func(ctx context.Context, r reconcile.Request) (reconcile.Receipt, error) {
			mu.Lock()
			under++
			most = max(most, under)
			mu.Unlock()
			time.Sleep(time.Second)
			mu.Lock()
			under--
			mu.Unlock()
			return taken(ctx, r)
		})
		began := time.Now()
		outcome, _ := carry(t, t.Context(), api, reconcile.ApplyOptions{Parallelism: 3})
		assert.True(t, outcome.OK())
		assert.Equal(t, 3, most)
		assert.Equal(t, 3*time.Second, time.Since(began), "seven by threes, on the test's own clock")
	})
}

// A state that cannot be written stops the rest; what was confirmed is in
// UnsavedState, and nothing else is.
func TestStateThatCannotBeWritten(t *testing.T) {
	b := new(blob)
	b.ask = func(call string) failure {
		if call == "put" && b.writes > 0 { // the doubts were written
			return failsBefore
		}
		return succeeds
	}
	ledger, err := open(b, ticking(2*time.Second)) // every change is written
	require.NoError(t, err)
	plan, err := reconcile.NewPlan(desiredBy(t, seven), ledger.Snapshot(), options())
	require.NoError(t, err)
	asked := 0
	api := pushes(func(ctx context.Context, r reconcile.Request) (reconcile.Receipt, error) {
		asked++
		return taken(ctx, r)
	})
	outcome, err := reconcile.Apply(t.Context(), plan, api, ledger, reconcile.ApplyOptions{Parallelism: 1, Now: atNoon})
	require.NoError(t, err)
	var write *state.WriteError
	require.ErrorAs(t, outcome.StateErr, &write)
	assert.Equal(t, 1, asked, "what could not be owned up to is not sent")
	assert.Equal(t, sevenLocales[:1], names(outcome.Confirmed))
	assert.Equal(t, sevenLocales[1:], names(outcome.NotTried))
	assert.False(t, outcome.OK())
	truth, err := state.Decode(ledger.UnsavedState())
	require.NoError(t, err)
	assert.Equal(t, []string{"ar_AE"}, recorded(truth))
	assert.ErrorIs(t, ledger.Close(t.Context()), errInjected)
	assert.Equal(t, []string{"ar_AE?", "en_US?", "fr_FR?", "hi_IN?", "ja_JP?", "th_TH?", "zh_CN?"}, recorded(b.stored(t)))
}

func TestNothingIsSentUnlessRecorded(t *testing.T) {
	b := &blob{ask: func(call string) failure {
		if call == "put" {
			return failsBefore
		}
		return succeeds
	}}
	ledger, err := open(b, atNoon)
	require.NoError(t, err)
	plan, err := reconcile.NewPlan(desiredBy(t, seven), ledger.Snapshot(), options())
	require.NoError(t, err)
	api := pushes(func(context.Context, reconcile.Request) (reconcile.Receipt, error) { panic("nothing may be sent") })
	outcome, err := reconcile.Apply(t.Context(), plan, api, ledger, reconcile.ApplyOptions{Now: atNoon})
	require.ErrorIs(t, err, errInjected)
	assert.ErrorContains(t, err, "record what is about to be sent")
	assert.Nil(t, outcome)
	assert.Nil(t, ledger.UnsavedState())
	assert.NoError(t, ledger.Close(t.Context()))
}

func TestEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := pushes(func(ctx context.Context, r reconcile.Request) (reconcile.Receipt, error) {
			switch r.Address.Name {
			case "en_US":
				time.Sleep(25 * time.Second)
			case "hi_IN":
				time.Sleep(time.Second)
				return reconcile.Receipt{}, &reconcile.Refusal{Code: "PARAMETER_ERROR", Message: "no"}
			}
			return taken(ctx, r)
		})
		told := map[string][]string{}
		var inside bool
		outcome, _ := carry(t, t.Context(), api, reconcile.ApplyOptions{Parallelism: 2, Observe: func(e reconcile.Event) {
			assert.False(t, inside, "two at once")
			inside = true
			runtime.Gosched() // lets another one in, if it may
			inside = false
			line := string(e.Step)
			if e.Step != reconcile.Started {
				line += " " + e.Elapsed.Round(time.Second).String()
			}
			if e.Err != nil {
				line += " " + e.Err.Error()
			}
			told[e.Change.Address.Name] = append(told[e.Change.Address.Name], strings.TrimSpace(line+" "+e.TransactionID))
		}})
		require.Len(t, outcome.Failures, 1)
		for _, name := range sevenLocales {
			want := []string{"started", "finished 0s t"}
			switch name {
			case "en_US":
				want = []string{"started", "still 10s", "still 20s", "finished 25s t"}
			case "hi_IN":
				want = []string{"started", "failed 1s PARAMETER_ERROR: no"}
			}
			assert.Equal(t, want, told[name], name)
		}
	})
}

// Changes that send nothing are made too, in the state alone.
func TestLocalChanges(t *testing.T) {
	session := `session "%s" {
  api        = "h5_token"
  region     = "%s"
  return_url = "https://www.example.com/done"
}
`
	b := new(blob)
	_, outcome := run(t, b, pushes(taken), desiredBy(t, fmt.Sprintf(session+session, "kept", "PHL", "gone", "PHL")+`locale "en" {}`), options())
	require.True(t, outcome.OK())
	panics := pushes(func(context.Context, reconcile.Request) (reconcile.Receipt, error) { panic("nothing may be sent") })
	serial := b.stored(t).Serial

	_, outcome = run(t, b, panics, desiredBy(t, fmt.Sprintf(session+session, "kept", "IDN", "new", "PHL")+"removed { from = locale.en }\n"), options())
	assert.True(t, outcome.OK())
	assert.Equal(t, reconcile.Summary{Add: 1, Change: 1, Destroy: 1, Forget: 1}, outcome.Summary)
	s := b.stored(t)
	assert.Equal(t, []string{"kept", "new"}, recorded(s))
	assert.Equal(t, serial+1, s.Serial)

	_, outcome = run(t, b, panics, desiredBy(t, fmt.Sprintf(session+session, "kept", "IDN", "new", "PHL")), options())
	assert.True(t, outcome.OK())
	assert.Equal(t, serial+1, b.stored(t).Serial, "an empty plan writes nothing")
}

func TestStalePlan(t *testing.T) {
	b := new(blob)
	ledger, err := open(b, atNoon)
	require.NoError(t, err)
	plan, err := reconcile.NewPlan(desiredBy(t, seven), ledger.Snapshot(), options())
	require.NoError(t, err)
	outcome, err := reconcile.Apply(t.Context(), plan, pushes(taken), ledger, reconcile.ApplyOptions{Now: atNoon})
	require.NoError(t, err)
	require.True(t, outcome.OK())

	var stale *reconcile.StalePlanError
	_, err = reconcile.Apply(t.Context(), plan, pushes(taken), ledger, reconcile.ApplyOptions{Now: atNoon})
	require.ErrorAs(t, err, &stale)
	assert.Equal(t, reconcile.StalePlanError{Plan: reconcile.Base{}, State: reconcile.Base{Lineage: "lineage", Serial: 1}, Done: true}, *stale)
	assert.EqualError(t, err, "the plan was made from serial 0, the state is at serial 1")
	require.NoError(t, ledger.Close(t.Context()))
}

// A plan is done when a later state holds all that it leads to, confirmed since, and no more.
func TestPlanIsDone(t *testing.T) {
	const src = "locale \"en\" { \n title_text = \"Hi\" \n}\n" + open1
	made := plan(t, src, applied(t, "locale \"th\" {}\n"+open2))
	for name, test := range map[string]struct {
		change func(*state.Snapshot)
		done   bool
	}{
		"all of it":         {func(*state.Snapshot) {}, true},
		"not a later state": {func(s *state.Snapshot) { s.Serial = 1 }, false},
		"another lineage":   {func(s *state.Snapshot) { s.Lineage = "other" }, false},
		"in doubt":          {func(s *state.Snapshot) { s.Locales["en_US"].InDoubt = json.RawMessage("{}") }, false},
		"another look":      {func(s *state.Snapshot) { s.Locales["en_US"] = applied(t, seven).Locales["en_US"] }, false},
		"not there":         {func(s *state.Snapshot) { delete(s.Locales, "en_US") }, false},
		"more than that":    {func(s *state.Snapshot) { s.Locales["vi_VN"] = s.Locales["en_US"] }, false},
		"not destroyed":     {func(s *state.Snapshot) { s.Locales["th_TH"] = s.Locales["en_US"] }, false},
		"from before":       {func(s *state.Snapshot) { s.Locales["en_US"].AppliedAt = noon.AddDate(0, 0, -1) }, false},
		"another session":   {func(s *state.Snapshot) { delete(s.Sessions, "a") }, false},
		"guarded since":     {func(s *state.Snapshot) { s.Locales["en_US"].PreventDestroy = true }, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := applied(t, src)
			s.Serial = 2
			test.change(s)
			stale, ok := errors.AsType[*reconcile.StalePlanError](made.CheckBase(s))
			require.True(t, ok || !test.done)
			assert.Equal(t, test.done, ok && stale.Done)
		})
	}
}

// What is sent again looks the same where it was not: only a new transaction tells.
func TestPlanToSendAgainIsDone(t *testing.T) {
	const src = "locale \"en\" {}\n"
	before := applied(t, src)
	again := plan(t, src, before, func(o *reconcile.Options) { o.Reapply = true })
	for transaction, done := range map[string]bool{before.Locales["en_US"].TransactionID: false, "another": true} {
		s := applied(t, src)
		s.Serial = 2
		s.Locales["en_US"].TransactionID = transaction
		stale, ok := errors.AsType[*reconcile.StalePlanError](again.CheckBase(s))
		require.True(t, ok)
		assert.Equal(t, done, stale.Done, transaction)
	}
}

// What is sent is exactly the bytes of the plan.
func TestBytesOfThePlan(t *testing.T) {
	sent := map[schema.Address]string{}
	var mu sync.Mutex
	api := pushes(func(ctx context.Context, r reconcile.Request) (reconcile.Receipt, error) {
		mu.Lock()
		defer mu.Unlock()
		sent[r.Address] = string(r.Body)
		return taken(ctx, r)
	})
	b := new(blob)
	plan, outcome := run(t, b, api, desiredBy(t, seven), options())
	require.True(t, outcome.OK())
	require.Len(t, sent, 7)
	for _, c := range plan.Changes {
		assert.Equal(t, string(c.Body), sent[c.Address])
	}
	assert.True(t, slices.IsSortedFunc(plan.Changes, func(x, y reconcile.Change) int { return x.Address.Compare(y.Address) }))
}
