package reconcile_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"livery/reconcile"
	"livery/reconcile/cli"
	"livery/reconcile/command"
	"livery/reconcile/liveness"
	"livery/reconcile/simulator"
	"livery/reconcile/state"
	"livery/schema"
	"livery/schema/stack"
	"livery/testdata/engine"
)

// asCommand makes the test binary the livery command, so that it can be killed.
const asCommand = "LIVERY_TEST_AS_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		os.Exit(cli.Main(os.Args[1:], command.System()))
	}
	engine.HearHangups()
	goleak.VerifyTestMain(m)
}

// noon is when the tests take place.
var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func atNoon() time.Time { return noon }

// account is the one that the simulator knows by itself.
var account = state.Account{BaseURL: "http://127.0.0.1", AccessKeySHA256: state.Fingerprint("sampleaccesskey")}

// desiredBy is what a configuration declares; files beside it are given as name and
// content.
func desiredBy(t testing.TB, src string, files ...string) reconcile.Desired {
	t.Helper()
	dir := fstest.MapFS{"main.livery.hcl": {Data: []byte(src)}}
	for i := 0; i < len(files); i += 2 {
		dir[files[i]] = &fstest.MapFile{Data: []byte(files[i+1])}
	}
	loaded, diags := stack.Load(stack.Options{FS: dir, Dir: ".", Version: "0.1.0", Need: stack.NeedDocuments, Env: func(string) (string, bool) { return "", false }})
	require.False(t, diags.HasErrors(), "%v", diags)
	desired := reconcile.Desired{Documents: loaded.Documents, Sessions: loaded.Sessions}
	for _, r := range loaded.Removed {
		desired.Removed = append(desired.Removed, r.Address)
	}
	return desired
}

// options are those of a plan without flags.
func options(change ...func(*reconcile.Options)) reconcile.Options {
	o := reconcile.Options{Account: account, Version: "0.1.0", Now: noon}
	for _, f := range change {
		f(&o)
	}
	return o
}

func address(t testing.TB, s string) schema.Address {
	t.Helper()
	a, err := schema.ParseAddress(s)
	require.NoError(t, err)
	return a
}

// changeOf is what a plan does to an address.
func changeOf(t testing.TB, p *reconcile.Plan, s string) *reconcile.Change {
	t.Helper()
	for i := range p.Changes {
		if p.Changes[i].Address == address(t, s) {
			return &p.Changes[i]
		}
	}
	require.Fail(t, "not in the plan", s)
	return nil
}

// service is the simulator and a client for it, in one process.
type service struct {
	*simulator.Simulator
	client *liveness.Client
}

func newService(t testing.TB, semantics simulator.Semantics) service {
	t.Helper()
	sim, err := simulator.New(simulator.Config{Semantics: semantics, Now: atNoon})
	require.NoError(t, err)
	client, err := liveness.New(liveness.Config{
		BaseURL: account.BaseURL, AccessKey: "sampleaccesskey", SecretKey: "samplesecretkey",
		Retries: 0, Transport: liveness.HandlerTransport(sim), Now: atNoon,
	})
	require.NoError(t, err)
	return service{sim, client}
}

// shown is the look that a locale's page has: without the values that say what
// is so anyway, nil where nothing says anything.
func (s service) shown(l schema.Locale) map[string]any {
	doc, _ := s.Document("sampleaccesskey", l)
	return plain(doc)
}

// declared is the same of a document, by way of its request.
func declared(t testing.TB, d schema.Document) map[string]any {
	t.Helper()
	var body map[string]any
	require.NoError(t, json.Unmarshal(d.Body(), &body))
	return plain(body)
}

// plain takes away what makes no difference on a page: the identity, nulls,
// empty pages, and the two bools where they say what is so anyway.
func plain(object map[string]any) map[string]any {
	out := map[string]any{}
	for key, v := range object {
		switch v := v.(type) {
		case nil:
		case map[string]any:
			if page := plain(v); len(page) > 0 {
				out[key] = page
			}
		case bool:
			if key == "isShow" && v || key == "showScore" && !v {
				continue
			}
			out[key] = v
		default:
			if key != "locale" {
				out[key] = v
			}
		}
	}
	return out
}

// blob is a place as apply sees it. ask, when it is there, decides how
// every call ends. It keeps a state in memory, or in a real place.
type blob struct {
	memory
	real *backing // nil for memory
	ask  func(call string) failure
}

// store is where the blob keeps the state.
func (b *blob) store() state.Blob {
	if b.real != nil {
		return b.real.blob
	}
	return &b.memory
}

// failure is how a call ends.
type failure string

const (
	succeeds     failure = "well"
	failsBefore  failure = "fails before" // it has no effect
	failsAfter   failure = "fails after"  // it has its effect, and the answer is lost
	killedBefore failure = "killed before"
	killedAfter  failure = "killed after"
	refused      failure = "refused" // these are of pushes only
	refusedAll   failure = "refused for all"
	unsent       failure = "not sent"
)

var errInjected = errors.New("as the test wants it")

func (f failure) takesEffect() bool { return f == succeeds || f == failsAfter || f == killedAfter }

func (f failure) err() error {
	if f == succeeds {
		return nil
	}
	return fmt.Errorf("%s: %w", f, errInjected)
}

func (b *blob) failure(call string) failure {
	if b.ask == nil {
		return succeeds
	}
	return b.ask(call)
}

func (b *blob) String() string { return b.store().String() }

func (b *blob) Close() { b.store().Close() }

func (b *blob) Get(ctx context.Context) ([]byte, state.Revision, error) {
	if f := b.failure("get"); f != succeeds {
		return nil, "", f.err()
	}
	return b.store().Get(ctx)
}

func (b *blob) Put(ctx context.Context, data []byte, ifRevision state.Revision) (state.Revision, error) {
	f := b.failure("put")
	if !f.takesEffect() {
		return "", f.err()
	}
	revision, err := b.store().Put(ctx, data, ifRevision)
	return revision, errors.Join(err, f.err())
}

func (b *blob) Lock(ctx context.Context, info state.LockInfo) (func() error, error) {
	f := b.failure("lock")
	if !f.takesEffect() {
		return nil, f.err()
	}
	unlock, err := b.store().Lock(ctx, info)
	if err != nil {
		return nil, err
	}
	if b.real != nil {
		b.real.unlock = unlock
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	return func() error {
		f := b.failure("unlock")
		if !f.takesEffect() {
			return f.err()
		}
		return errors.Join(unlock(), f.err())
	}, nil
}

func (b *blob) Archive(ctx context.Context, serial uint64, data []byte) error {
	f := b.failure("archive")
	if !f.takesEffect() {
		return f.err()
	}
	return errors.Join(b.store().Archive(ctx, serial, data), f.err())
}

func (b *blob) History(ctx context.Context) ([]uint64, error) { return b.store().History(ctx) }

func (b *blob) ReadArchive(ctx context.Context, serial uint64) ([]byte, error) {
	return b.store().ReadArchive(ctx, serial)
}

func (b *blob) CheckLock(ctx context.Context) error { return b.store().CheckLock(ctx) }

func (b *blob) FindLock(ctx context.Context, id string) (state.LockInfo, error) {
	return b.store().FindLock(ctx, id)
}

func (b *blob) Break(ctx context.Context, id string) error { return b.store().Break(ctx, id) }

func (b *blob) Capabilities() state.Capabilities { return b.store().Capabilities() }

func (b *blob) Exists(ctx context.Context) (bool, error) { return b.store().Exists(ctx) }

func (b *blob) StaleHolder() (state.LockInfo, bool) { return b.store().StaleHolder() }

// restarted is the place as the next process finds it: what the system frees when a
// process dies is free, and what it does not free is broken by somebody.
func (b *blob) restarted() {
	if b.real == nil {
		b.held = false
		return
	}
	b.real.restart()
}

// stored is the state as the next run finds it.
func (b *blob) stored(t testing.TB) *state.Snapshot {
	t.Helper()
	data, _, err := b.store().Get(context.Background())
	require.NoError(t, err)
	if data == nil {
		return &state.Snapshot{}
	}
	s, err := state.Decode(data)
	require.NoError(t, err)
	return s
}

// memory is a place in memory.
type memory struct {
	mu     sync.Mutex
	data   []byte
	writes int
	past   map[uint64][]byte
	held   bool
}

func (m *memory) String() string { return "memory" }

func (m *memory) Close() {}

func (m *memory) Capabilities() state.Capabilities { return state.Capabilities{Locks: true} }

func (m *memory) Exists(context.Context) (bool, error) { return m.data != nil, nil }

func (m *memory) StaleHolder() (state.LockInfo, bool) { return state.LockInfo{}, false }

func (m *memory) Get(context.Context) ([]byte, state.Revision, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.data, m.revision(), nil
}

func (m *memory) revision() state.Revision {
	if m.data == nil {
		return ""
	}
	return state.Revision(fmt.Sprint(m.writes))
}

func (m *memory) Put(_ context.Context, data []byte, ifRevision state.Revision) (state.Revision, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if ifRevision != m.revision() {
		return "", state.ErrStale
	}
	m.data = data
	m.writes++
	return m.revision(), nil
}

func (m *memory) Lock(_ context.Context, info state.LockInfo) (func() error, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.held {
		return nil, &state.LockedError{Info: info, Err: errors.New("held")}
	}
	m.held = true
	return func() error {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.held = false
		return nil
	}, nil
}

func (m *memory) CheckLock(context.Context) error { return nil }

func (m *memory) FindLock(context.Context, string) (state.LockInfo, error) {
	panic("no test breaks its lock")
}

func (m *memory) Break(context.Context, string) error { panic("no test breaks its lock") }

func (m *memory) Archive(_ context.Context, serial uint64, data []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.past == nil {
		m.past = make(map[uint64][]byte)
	}
	m.past[serial] = data
	return nil
}

func (m *memory) History(context.Context) ([]uint64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	list := slices.Sorted(maps.Keys(m.past))
	slices.Reverse(list)
	return list, nil
}

func (m *memory) ReadArchive(_ context.Context, serial uint64) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if data, ok := m.past[serial]; ok {
		return data, nil
	}
	return nil, state.ErrNotKept
}

// ticking is a clock that moves by step whenever it is read.
func ticking(step time.Duration) func() time.Time {
	var mu sync.Mutex
	now := noon
	return func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		now = now.Add(step)
		return now
	}
}

func open(b *blob, now func() time.Time, change ...func(*state.Options)) (*state.Ledger, error) {
	o := state.Options{Lock: true, Version: "0.1.0", Now: now, Random: func() string { return "lineage" }}
	for _, f := range change {
		f(&o)
	}
	ledger, err := state.Open(context.Background(), b, o)
	if err != nil {
		return nil, err
	}
	return ledger, ledger.Bind(account)
}

// run plans and applies, and gives both; everything must go well.
func run(t testing.TB, b *blob, api reconcile.API, desired reconcile.Desired, o reconcile.Options) (*reconcile.Plan, *reconcile.Outcome) {
	t.Helper()
	ledger, err := open(b, atNoon)
	require.NoError(t, err)
	plan, err := reconcile.NewPlan(desired, ledger.Snapshot(), o)
	require.NoError(t, err)
	requireHonest(t, plan, ledger.Snapshot())
	outcome, err := reconcile.Apply(t.Context(), plan, api, ledger, reconcile.ApplyOptions{Parallelism: 2, Now: atNoon})
	require.NoError(t, err)
	require.NoError(t, ledger.Close(t.Context()))
	return plan, outcome
}

// pushes is an API made of a function.
type pushes func(context.Context, reconcile.Request) (reconcile.Receipt, error)

func (p pushes) Push(ctx context.Context, r reconcile.Request) (reconcile.Receipt, error) {
	return p(ctx, r)
}

// taken confirms every document.
func taken(_ context.Context, _ reconcile.Request) (reconcile.Receipt, error) {
	return reconcile.Receipt{TransactionID: "t", At: noon}, nil
}
