package reconcile_test

import (
	"os"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"livery/reconcile"
	"livery/reconcile/state"
	"livery/schema"
	"livery/schema/stack"
	"livery/testdata/bench/corpus"
)

// everything is what a stack with all documents and every field set declares.
func everything(b *testing.B) reconcile.Desired {
	b.Helper()
	bodies, err := corpus.Bodies(os.DirFS("../examples/acme/texts"))
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

// confirmed is the state after everything was applied.
func confirmed(desired reconcile.Desired) *state.Snapshot {
	s := &state.Snapshot{Serial: 1, Lineage: "bench", Locales: make(map[schema.Locale]*state.LocaleRecord)}
	for _, d := range desired.Documents {
		s.Locales[d.Locale] = state.Confirmed(&d, time.Unix(0, 0), "")
	}
	return s
}

func benchmarkPlan(b *testing.B, desired reconcile.Desired, applied *state.Snapshot, want reconcile.Summary) {
	b.ReportAllocs()
	for b.Loop() {
		plan, err := reconcile.NewPlan(desired, applied, reconcile.Options{Version: "0.1.0"})
		if err != nil || plan.Summary() != want {
			b.Fatal(err, plan)
		}
	}
}

// BenchmarkPlanFirst compares with a state that knows nothing.
func BenchmarkPlanFirst(b *testing.B) {
	desired := everything(b)
	benchmarkPlan(b, desired, &state.Snapshot{}, reconcile.Summary{Add: len(desired.Documents)})
}

// BenchmarkPlanUnchanged compares with a state that knows everything.
func BenchmarkPlanUnchanged(b *testing.B) {
	desired := everything(b)
	benchmarkPlan(b, desired, confirmed(desired), reconcile.Summary{Unchanged: len(desired.Documents)})
}

// BenchmarkEncodeBodies writes the requests of all documents.
func BenchmarkEncodeBodies(b *testing.B) {
	desired := everything(b)
	total := 0
	for _, d := range desired.Documents {
		total += len(d.Body())
	}
	b.SetBytes(int64(total))
	b.ReportAllocs()
	for b.Loop() {
		for _, d := range desired.Documents {
			if len(d.Body()) == 0 {
				b.Fatal("empty body")
			}
		}
	}
}

// BenchmarkEncodePlan saves the plan that creates all documents.
func BenchmarkEncodePlan(b *testing.B) {
	plan, err := reconcile.NewPlan(everything(b), &state.Snapshot{}, reconcile.Options{Version: "0.1.0"})
	require.NoError(b, err)
	b.SetBytes(int64(len(plan.Encode())))
	b.ReportAllocs()
	for b.Loop() {
		if len(plan.Encode()) == 0 {
			b.Fatal("empty plan")
		}
	}
}
