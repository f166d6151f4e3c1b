package backend_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"livery/reconcile"
	"livery/reconcile/backend"
	"livery/reconcile/state"
	"livery/schema/stack"
	"livery/testdata/bench/corpus"
	"livery/testdata/engine"
	"livery/testdata/stateserver/server"
)

// places are the backends that are measured: each opens a place that is empty, on
// a server of its own. Where there is no such server, it is left out.
var places = []struct {
	name string
	open func(b *testing.B) map[string]string // gives the settings
}{
	{"local", func(b *testing.B) map[string]string {
		return map[string]string{"path": filepath.Join(b.TempDir(), "livery.state.json")}
	}},
	{"http", func(b *testing.B) map[string]string {
		s, err := server.New(server.Config{ETags: true})
		require.NoError(b, err)
		listening := httptest.NewServer(s)
		b.Cleanup(listening.Close)
		at := listening.URL + "/brand"
		return map[string]string{"address": at, "lock_address": at, "unlock_address": at}
	}},
	{"s3", func(b *testing.B) map[string]string {
		s := engine.StartS3(b, "../..")
		for name, text := range s.Environment() {
			b.Setenv(name, text)
		}
		return map[string]string{"bucket": s.Bucket, "key": "livery.state.json", "endpoint": s.Endpoint(), "use_path_style": "true"}
	}},
	{"pg", func(b *testing.B) map[string]string {
		return map[string]string{"conn_str": engine.StartPostgres(b).URL()}
	}},
}

// slow is a place that takes its time for every call.
type slow struct {
	state.Blob
	latency time.Duration
	calls   int
}

func (s *slow) wait() {
	s.calls++
	time.Sleep(s.latency)
}

func (s *slow) Get(ctx context.Context) ([]byte, state.Revision, error) {
	s.wait()
	return s.Blob.Get(ctx)
}

func (s *slow) Put(ctx context.Context, data []byte, r state.Revision) (state.Revision, error) {
	s.wait()
	return s.Blob.Put(ctx, data, r)
}

func (s *slow) Lock(ctx context.Context, info state.LockInfo) (func() error, error) {
	s.wait()
	unlock, err := s.Blob.Lock(ctx, info)
	return func() error { s.wait(); return unlock() }, err
}

func (s *slow) Archive(ctx context.Context, serial uint64, data []byte) error {
	s.wait()
	return s.Blob.Archive(ctx, serial, data)
}

// everything is what a stack with all documents and every field set declares.
func everything(b *testing.B) reconcile.Desired {
	b.Helper()
	bodies, err := corpus.Bodies(os.DirFS("../../examples/acme/texts"))
	require.NoError(b, err)
	files, err := corpus.Livery(bodies, stack.Simulator)
	require.NoError(b, err)
	fsys := make(fstest.MapFS)
	for _, f := range files {
		fsys[f.Name] = &fstest.MapFile{Data: f.Data}
	}
	loaded, diags := stack.Load(stack.Options{FS: fsys, Dir: ".", Version: "0.1.0", Need: stack.NeedDocuments})
	require.False(b, diags.HasErrors(), "%v", diags)
	return reconcile.Desired{Documents: loaded.Documents}
}

// prompt is a service that takes everything at once, so that what is measured is
// the place of the state.
type prompt struct{}

func (prompt) Push(context.Context, reconcile.Request) (reconcile.Receipt, error) {
	return reconcile.Receipt{TransactionID: "t", At: time.Unix(0, 0)}, nil
}

// BenchmarkApply applies all documents again and again: lock, read, keep the state
// before, record what is about to be sent, send, record what was confirmed, unlock.
func BenchmarkApply(b *testing.B) {
	desired := everything(b)
	for _, place := range places {
		for _, latency := range []time.Duration{0, 20 * time.Millisecond, 100 * time.Millisecond} {
			b.Run(fmt.Sprintf("%s/%s", place.name, latency), func(b *testing.B) {
				kept, err := backend.Open(backend.Config{
					Type: place.name, Attributes: place.open(b), Lookup: func(string) (string, error) { return "", nil },
				})
				require.NoError(b, err)
				blob := &slow{Blob: kept, latency: latency}
				applyAll(b, blob, desired) // the first time there is nothing to keep
				blob.calls = 0
				for b.Loop() {
					applyAll(b, blob, desired)
				}
				b.ReportMetric(float64(blob.calls)/float64(b.N), "calls/op")
			})
		}
	}
}

func applyAll(b *testing.B, blob state.Blob, desired reconcile.Desired) {
	ctx := b.Context()
	ledger, err := state.Open(ctx, blob, state.Options{Lock: true, Version: "0.1.0", Operation: "apply"})
	require.NoError(b, err)
	plan, err := reconcile.NewPlan(desired, ledger.Snapshot(), reconcile.Options{Reapply: true, Version: "0.1.0"})
	require.NoError(b, err)
	outcome, err := reconcile.Apply(ctx, plan, prompt{}, ledger, reconcile.ApplyOptions{Parallelism: 10, Now: time.Now})
	require.NoError(b, err)
	require.True(b, outcome.OK(), "%v", outcome.StateErr)
	require.NoError(b, ledger.Close(ctx))
}
