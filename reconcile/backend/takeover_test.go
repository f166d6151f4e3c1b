package backend

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile/process"
	"livery/reconcile/state"
)

// deadHolder is a run that finds the lock of a process that was killed. Where that
// can be told for certain it goes on, and says whose lock it was.
func deadHolder(t *testing.T, s *site) {
	if process.ID() == "" {
		t.Skip("on this system nothing tells a process from a later one of its number")
	}
	holder := start(t, "hold", s.arg(t))
	var told []state.LockInfo
	opts := state.Options{
		Lock: true, LockTimeout: time.Minute, Operation: "plan", IdentifyHolder: IdentifyHolder, HolderDead: HolderDead,
		OnStaleLock: func(i state.LockInfo) { told = append(told, i) },
	}
	once := opts
	once.LockTimeout = 0
	_, err := state.Open(t.Context(), s.open(), once)
	var held *state.LockedError
	require.ErrorAs(t, err, &held, "it lives")
	kill(t, holder)
	ledger, err := state.Open(t.Context(), s.open(), opts)
	require.NoError(t, err)
	require.Len(t, told, 1)
	assert.Equal(t, "other-process", told[0].ID)
	assert.Equal(t, holder.Process.Pid, told[0].PID)
	require.NoError(t, ledger.Close(t.Context()))
	ledger, err = state.Open(t.Context(), s.open(), once)
	require.NoError(t, err)
	require.NoError(t, ledger.Close(t.Context()))
	assert.Len(t, told, 1, "what is released in order is not taken over")
}
