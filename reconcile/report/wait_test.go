package report

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile/state"
)

// What is waited for is said beside what a program reads, and within a stream of events.
func TestWait(t *testing.T) {
	wait := state.Wait{Doing: "reading", Where: "https://state.example.com/\x1b[31m", Elapsed: 10 * time.Second}
	for _, asJSON := range []bool{false, true} {
		var stdout, stderr bytes.Buffer
		v := &View{Stdout: &stdout, Stderr: &stderr, Now: time.Now, JSON: asJSON}
		v.Events().Wait(wait)
		assert.Empty(t, stdout.String())
		assert.Equal(t, "Still reading the state https://state.example.com/\\x1b[31m... [10s elapsed]\n", stderr.String())
	}
	var stdout, stderr bytes.Buffer
	v := &View{Stdout: &stdout, Stderr: &stderr, Now: time.Now, JSON: true}
	v.Begin("1.2.3")
	stdout.Reset()
	v.Events().LockWait()
	v.Events().Wait(wait)
	assert.Empty(t, stderr.String())
	var types []any
	for lines := json.NewDecoder(&stdout); lines.More(); {
		var line map[string]any
		require.NoError(t, lines.Decode(&line))
		types = append(types, line["type"])
	}
	assert.Equal(t, []any{"state_lock_acquire", "state_progress"}, types)
}
