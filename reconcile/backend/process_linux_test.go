package backend

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile/state"
)

func TestSign(t *testing.T) {
	identified := IdentifyHolder(state.LockInfo{ID: "id-1"})
	assert.Equal(t, os.Getpid(), identified.PID)
	assert.NotEmpty(t, identified.Host)
	assert.NotEmpty(t, identified.ProcessStart)
	assert.Equal(t, identified, IdentifyHolder(identified))
	other := state.LockInfo{ID: "id-1", PID: 7, Host: "elsewhere"}
	assert.Equal(t, other, IdentifyHolder(other), "what is said already stays")
	assert.NotContains(t, identified.String(), identified.ProcessStart, "people have no use for it")
}

// holder starts a process that holds the lock of a state and gives what it says
// of itself.
func holder(t *testing.T) (state.LockInfo, *exec.Cmd) {
	t.Helper()
	path := statePath(t)
	cmd := start(t, "hold", path)
	info, err := readInfo(lockPath(path))
	require.NoError(t, err)
	require.Equal(t, cmd.Process.Pid, info.PID)
	return info, cmd
}

// birth takes apart when a process began, and in which reckoning.
func birth(i state.LockInfo) (world, began string) {
	last := strings.LastIndexByte(i.ProcessStart, ' ')
	return i.ProcessStart[:last], i.ProcessStart[last+1:]
}

func TestDead(t *testing.T) {
	assert.False(t, HolderDead(IdentifyHolder(state.LockInfo{})), "this very process")
	info, cmd := holder(t)
	assert.False(t, HolderDead(info), "it lives")
	require.NoError(t, cmd.Process.Kill())
	require.Eventually(t, func() bool { return HolderDead(info) }, directoryTimeout, directoryTimeout/1000, "only its exit code is left, which nobody has asked for")
	_ = cmd.Wait()
	assert.True(t, HolderDead(info))
}

// Whatever is not certain counts as alive.
func TestNotCertainlyDead(t *testing.T) {
	info, cmd := holder(t)
	kill(t, cmd)
	require.True(t, HolderDead(info))
	world, began := birth(info)
	for name, doubt := range map[string]func(*state.LockInfo){
		"another machine":             func(i *state.LockInfo) { i.Host = "elsewhere" },
		"no birth":                    func(i *state.LockInfo) { i.ProcessStart = "" },
		"no number":                   func(i *state.LockInfo) { i.PID = 0 },
		"all processes of a group":    func(i *state.LockInfo) { i.PID = -i.PID },
		"another boot":                func(i *state.LockInfo) { i.ProcessStart = strings.Replace(i.ProcessStart, "linux ", "linux 0", 1) },
		"another container":           func(i *state.LockInfo) { i.ProcessStart = strings.Replace(i.ProcessStart, "pid:[", "pid:[0", 1) },
		"another reckoning of time":   func(i *state.LockInfo) { i.ProcessStart = strings.Replace(i.ProcessStart, " time", " times", 1) },
		"a birth that is none":        func(i *state.LockInfo) { i.ProcessStart = "yesterday" },
		"an older word on the birth":  func(i *state.LockInfo) { i.ProcessStart = world },
		"another system's processes":  func(i *state.LockInfo) { i.ProcessStart = "plan9 " + began },
		"this process, if it said so": func(i *state.LockInfo) { *i = IdentifyHolder(state.LockInfo{}) },
	} {
		t.Run(name, func(t *testing.T) {
			doubtful := info
			doubt(&doubtful)
			assert.False(t, HolderDead(doubtful))
		})
	}
}

func TestNumberThatWasGivenAgain(t *testing.T) {
	info := IdentifyHolder(state.LockInfo{})
	world, _ := birth(info)
	info.ProcessStart = world + " 1"
	assert.True(t, HolderDead(info), "a process of this number lives, and began at another time")
}

func TestWhatADeadHolderLeft(t *testing.T) {
	path := statePath(t)
	cmd := start(t, "hold", path)
	kill(t, cmd)
	blob := Local(path)
	unlock, err := blob.Lock(t.Context(), someone("id-2"))
	require.NoError(t, err)
	left, ok := blob.StaleHolder()
	require.True(t, ok)
	assert.Equal(t, "other-process", left.ID)
	assert.Equal(t, cmd.Process.Pid, left.PID)
	require.NoError(t, unlock())
	unlock, err = blob.Lock(t.Context(), someone("id-3"))
	require.NoError(t, err)
	_, ok = blob.StaleHolder()
	assert.False(t, ok, "the last one went in order")
	require.NoError(t, unlock())
}
