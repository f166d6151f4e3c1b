package reconcile_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile"
	"livery/schema"
)

// How often the state is written is what an apply costs where it is kept far
// away: once before the first request, then every second or fifty changes, and
// what is left at the end.
func TestCheckpointCost(t *testing.T) {
	var many, named strings.Builder
	for _, info := range schema.Locales() {
		fmt.Fprintf(&many, "locale %q { title_text = \"A\" }\n", info.Value)
	}
	for i := range 120 {
		fmt.Fprintf(&named, "session \"s%d\" {\n  api = \"h5_token\"\n  region = \"THA\"\n  return_url = \"https://www.example.com/done\"\n}\n", i)
	}
	documents := len(schema.Locales())
	for _, tt := range []struct {
		name, src string
		each      time.Duration // that a request takes
		writes    int
	}{
		{"nothing to do", "", 0, 0},
		{"at once", many.String(), 0, 2},
		{"a quarter of a second each", many.String(), time.Second / 4, 1 + documents/4 + 1},
		{"a second each", many.String(), time.Second, 1 + documents},
		{"a minute each", many.String(), time.Minute, 1 + documents},
		{"nothing to send, many changes", named.String(), 0, 120/50 + 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var passed atomic.Int64
			now := func() time.Time { return noon.Add(time.Duration(passed.Load())) }
			b := new(blob)
			ledger, err := open(b, now)
			require.NoError(t, err)
			plan, err := reconcile.NewPlan(desiredBy(t, tt.src), ledger.Snapshot(), options())
			require.NoError(t, err)
			before := 0
			api := pushes(func(ctx context.Context, r reconcile.Request) (reconcile.Receipt, error) {
				if before == 0 {
					before = b.writes
				}
				passed.Add(int64(tt.each))
				return taken(ctx, r)
			})
			outcome, err := reconcile.Apply(t.Context(), plan, api, ledger, reconcile.ApplyOptions{Parallelism: 1, Now: now})
			require.NoError(t, err)
			require.True(t, outcome.OK())
			require.NoError(t, ledger.Close(t.Context()))
			assert.Equal(t, tt.writes, b.writes)
			if tt.src == many.String() {
				assert.Equal(t, 1, before, "once before the first request")
			}
			assert.Empty(t, b.past, "there was nothing to keep")
		})
	}
}
