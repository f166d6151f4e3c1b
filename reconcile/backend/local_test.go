package backend

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile/state"
)

// roleVariable makes the test binary play another process.
const roleVariable = "BACKEND_TEST_ROLE"

func TestMain(m *testing.M) {
	if role := os.Getenv(roleVariable); role != "" {
		if err := play(role, os.Args[len(os.Args)-1]); err != nil {
			fmt.Println("error:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// play does what a role says and keeps at it until its input ends or it is
// killed.
func play(role, path string) error {
	ctx := context.Background()
	blob, err := placeOf(path)
	if err != nil {
		return err
	}
	switch role {
	case "hold":
		if _, err := blob.Lock(ctx, someone("other-process")); err != nil {
			return err
		}
		fmt.Println("locked")
		_, err := io.Copy(io.Discard, os.Stdin)
		return err
	case "write":
		_, revision, err := blob.Get(ctx)
		for i := 0; err == nil; i++ {
			revision, err = blob.Put(ctx, whole(i), revision)
			blob.(*localBlob).lastPut = "" // so that every write makes a backup
			if i == 0 && err == nil {
				fmt.Println("writing")
			}
		}
		return err
	case "small":
		return writeBeyondLimit(ctx, blob)
	}
	return fmt.Errorf("no role %q", role)
}

// placeOf is the place that an argument says: a description in JSON, or the path of
// a file.
func placeOf(arg string) (state.Blob, error) {
	if !strings.HasPrefix(arg, "{") {
		return Local(arg), nil
	}
	c := Config{Lookup: func(name string) (string, error) { return os.Getenv(name), nil }}
	var told struct {
		Type       string
		Attributes map[string]string
	}
	if err := json.Unmarshal([]byte(arg), &told); err != nil {
		return nil, err
	}
	c.Type, c.Attributes = told.Type, told.Attributes
	return Open(c)
}

// arg is what placeOf understands.
func (s *site) arg(t *testing.T) string {
	t.Helper()
	data, err := json.Marshal(map[string]any{"Type": s.config.Type, "Attributes": s.config.Attributes})
	require.NoError(t, err)
	return string(data)
}

// whole is a content of which one can tell that nothing is missing.
func whole(i int) []byte {
	line := fmt.Sprintf("state %d\n", i)
	return []byte(strings.Repeat(line, 1+20000/len(line)))
}

func assertWhole(t *testing.T, data []byte) {
	t.Helper()
	lines := strings.SplitAfter(strings.TrimSuffix(string(data), "\n"), "\n")
	var i int
	_, err := fmt.Sscanf(lines[0], "state %d", &i)
	require.NoError(t, err)
	require.Equal(t, len(whole(i)), len(data))
}

// start runs a role in another process and waits for its first line.
func start(t *testing.T, role, path string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0], path)
	cmd.Env = append(os.Environ(), roleVariable+"="+role)
	_, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	require.NotContains(t, line, "error")
	return cmd
}

func kill(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	require.NoError(t, cmd.Process.Kill())
	_ = cmd.Wait()
}

func statePath(t *testing.T) string { return filepath.Join(t.TempDir(), "livery.state.json") }

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	list := []string{}
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

func put(t *testing.T, blob state.Blob, text string) {
	t.Helper()
	_, revision, err := blob.Get(t.Context())
	require.NoError(t, err)
	_, err = blob.Put(t.Context(), []byte(text), revision)
	require.NoError(t, err)
}

func content(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(data)
}

func TestLocalConforms(t *testing.T) {
	conformance(t, func(t *testing.T) *site {
		return &site{config: Config{Attributes: map[string]string{"path": statePath(t)}, Lookup: unset}, dies: true}
	})
}

// unset is an environment without a variable.
func unset(string) (string, error) { return "", nil }

func TestBackup(t *testing.T) {
	path := statePath(t)
	blob := Local(path)
	put(t, blob, "one")
	assert.Equal(t, []string{"livery.state.json"}, names(t, filepath.Dir(path)))
	put(t, blob, "two")
	assert.Equal(t, "one", content(t, path+".backup"))

	_, revision, err := blob.Get(t.Context())
	require.NoError(t, err)
	for _, text := range []string{"three", "four", "five"} { // the checkpoints of one run
		revision, err = blob.Put(t.Context(), []byte(text), revision)
		require.NoError(t, err)
	}
	assert.Equal(t, "five", content(t, path))
	assert.Equal(t, "two", content(t, path+".backup"), "what was there before the run")
	assert.Equal(t, []string{"livery.state.json", "livery.state.json.backup"}, names(t, filepath.Dir(path)))
}

func TestBackupThatIsTheStateItself(t *testing.T) {
	path := statePath(t)
	put(t, Local(path), "one")
	require.NoError(t, os.Link(path, path+".backup")) // as after a crash between the two renames
	put(t, Local(path), "two")
	assert.Equal(t, "two", content(t, path))
	assert.Equal(t, "one", content(t, path+".backup"))
	assert.Equal(t, []string{"livery.state.json", "livery.state.json.backup"}, names(t, filepath.Dir(path)))
}

func TestMode(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no such modes there")
	}
	path := statePath(t)
	blob := Local(path)
	put(t, blob, "one")
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode())
	require.NoError(t, os.Chmod(path, 0o640))
	put(t, blob, "two")
	for _, name := range []string{path, path + ".backup"} {
		info, err = os.Stat(name)
		require.NoError(t, err)
		assert.Equal(t, os.FileMode(0o640), info.Mode(), name)
	}
}

func TestMissingDirectoryIsMade(t *testing.T) {
	path := filepath.Join(t.TempDir(), "prod", "sg", "livery.state.json")
	put(t, Local(path), "one")
	assert.Equal(t, "one", content(t, path))
	_, _, err := Local(filepath.Join(path, "livery.state.json")).Get(t.Context())
	require.ErrorContains(t, err, path)
}

func TestSymbolicLink(t *testing.T) {
	real, link := statePath(t), statePath(t)
	require.NoError(t, os.Symlink(real, link))
	put(t, Local(link), "one") // the target is not there yet
	put(t, Local(link), "two")
	assert.Equal(t, "two", content(t, real))
	assert.Equal(t, "one", content(t, real+".backup"))
	assert.Equal(t, []string{"livery.state.json"}, names(t, filepath.Dir(link)))
	info, err := os.Lstat(link)
	require.NoError(t, err)
	assert.NotZero(t, info.Mode()&os.ModeSymlink)

	unlock, err := Local(link).Lock(t.Context(), someone("1"))
	require.NoError(t, err)
	_, err = Local(real).Lock(t.Context(), someone("2"))
	var held *state.LockedError
	require.ErrorAs(t, err, &held, "one state has one lock, whatever it is called")
	require.NoError(t, unlock())

	loop := filepath.Join(t.TempDir(), "loop")
	require.NoError(t, os.Symlink(loop, loop))
	_, _, err = Local(loop).Get(t.Context())
	require.ErrorContains(t, err, "symbolic links")
}

func TestRefusedFiles(t *testing.T) {
	dir := t.TempDir()
	large := filepath.Join(dir, "large")
	require.NoError(t, os.WriteFile(large, nil, 0o600))
	require.NoError(t, os.Truncate(large, maxSize+1))
	for path, want := range map[string]string{dir: "a directory", os.DevNull: "a device", large: "larger than 64 MB"} {
		_, _, err := Local(path).Get(t.Context())
		require.ErrorContains(t, err, want)
		require.ErrorContains(t, err, path)
	}
	_, err := Local(dir).Put(t.Context(), []byte("x"), "")
	require.ErrorContains(t, err, "a directory")
	_, err = Local(filepath.Join(dir, "new")).Put(t.Context(), make([]byte, maxSize+1), "")
	require.ErrorContains(t, err, "larger than 64 MB")
	assert.Equal(t, []string{"large"}, names(t, dir))
}

func TestFailedBackupChangesNothing(t *testing.T) {
	path := statePath(t)
	blob := Local(path)
	put(t, blob, "one")
	require.NoError(t, os.MkdirAll(filepath.Join(path+".backup", "in the way"), 0o700))
	_, revision, err := blob.Get(t.Context())
	require.NoError(t, err)
	_, err = blob.Put(t.Context(), []byte("two"), revision)
	require.ErrorContains(t, err, ".backup")
	assert.Equal(t, "one", content(t, path))
	assert.Equal(t, []string{"livery.state.json", "livery.state.json.backup"}, names(t, filepath.Dir(path)))
}

func TestReadOnlyDirectory(t *testing.T) {
	if os.Geteuid() == 0 || runtime.GOOS == "windows" {
		t.Skip("nothing is read-only for this user")
	}
	path := statePath(t)
	put(t, Local(path), "one")
	dir := filepath.Dir(path)
	require.NoError(t, os.Chmod(dir, 0o500))
	t.Cleanup(func() { _ = os.Chmod(dir, 0o700) })
	blob := Local(path)
	data, revision, err := blob.Get(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "one", string(data))
	_, err = blob.Put(t.Context(), []byte("two"), revision)
	require.ErrorIs(t, err, os.ErrPermission)
	require.ErrorContains(t, err, dir)
	_, err = blob.Lock(t.Context(), someone("1"))
	require.ErrorIs(t, err, os.ErrPermission)
	require.ErrorContains(t, err, "-lock=false")
}

func TestLockFiles(t *testing.T) {
	path := statePath(t)
	dir := filepath.Dir(path)
	unlock, err := Local(path).Lock(t.Context(), someone("id-1"))
	require.NoError(t, err)
	assert.Equal(t, []string{".livery.state.json.lock", ".livery.state.json.lock.info"}, names(t, dir))
	var info map[string]any
	require.NoError(t, json.Unmarshal([]byte(content(t, filepath.Join(dir, ".livery.state.json.lock.info"))), &info))
	for _, member := range []string{"ID", "Operation", "Info", "Who", "Version", "Created", "Path"} {
		assert.Contains(t, info, member)
	}
	assert.EqualValues(t, os.Getpid(), info["PID"])
	assert.Equal(t, path, info["Path"])
	require.NoError(t, unlock())
	assert.Empty(t, names(t, dir))
}

func TestLockWithoutInfo(t *testing.T) {
	path := statePath(t)
	blob := Local(path)
	unlock, err := blob.Lock(t.Context(), someone("id-1"))
	require.NoError(t, err)
	require.NoError(t, os.Remove(lockPath(path)+".info"))
	_, err = Local(path).Lock(t.Context(), someone("id-2"))
	var held *state.LockedError
	require.ErrorAs(t, err, &held, "tidying the info away unlocks nothing")
	require.ErrorContains(t, Local(path).Break(t.Context(), "id-1"), lockPath(path))
	put(t, blob, "one")
	require.NoError(t, unlock())
	assert.Equal(t, []string{"livery.state.json"}, names(t, filepath.Dir(path)))
}

// Where directories cannot be locked, only the lock file itself keeps others
// out, although every holder removes it.
func TestLockFileAlone(t *testing.T) {
	name := lockPath(statePath(t))
	var holders, taken atomic.Int64
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for taken.Load() < 60 {
				file, err := lockFile(name, 0o600)
				var held *state.LockedError
				if errors.As(err, &held) {
					continue
				}
				if !assert.NoError(t, err) {
					return
				}
				assert.EqualValues(t, 1, holders.Add(1), "two hold the lock")
				time.Sleep(100 * time.Microsecond) // for the others to run into it
				taken.Add(1)
				holders.Add(-1)
				assert.NoError(t, (&fileLock{name: name, file: file}).free())
			}
		})
	}
	group.Wait()
}

func TestTwoProcesses(t *testing.T) {
	path := statePath(t)
	other := start(t, "hold", path)
	_, err := Local(path).Lock(t.Context(), someone("mine"))
	var held *state.LockedError
	require.ErrorAs(t, err, &held)
	assert.Equal(t, "other-process", held.Info.ID)
	assert.Equal(t, other.Process.Pid, held.Info.PID)

	kill(t, other) // it cannot tidy up
	require.FileExists(t, lockPath(path)+".info")
	unlock, err := Local(path).Lock(t.Context(), someone("mine"))
	require.NoError(t, err, "the dead hold nothing")
	_, err = Local(path).Lock(t.Context(), someone("third"))
	require.ErrorAs(t, err, &held)
	assert.Equal(t, "mine", held.Info.ID)
	require.NoError(t, unlock())
	assert.Empty(t, names(t, filepath.Dir(path)))
}

func TestBreakLockOfDeadProcess(t *testing.T) {
	path := statePath(t)
	kill(t, start(t, "hold", path))
	require.ErrorContains(t, Local(path).Break(t.Context(), "wrong"), "other-process")
	require.NoError(t, Local(path).Break(t.Context(), "other-process"))
	assert.Empty(t, names(t, filepath.Dir(path)))
}

func TestBreakLockOfLiveProcess(t *testing.T) {
	path := statePath(t)
	start(t, "hold", path)
	require.NoError(t, Local(path).Break(t.Context(), "other-process"))
	unlock, err := Local(path).Lock(t.Context(), someone("mine"))
	require.NoError(t, err)
	require.NoError(t, unlock())
}

// A process that is killed while it writes leaves a whole state and a whole
// backup, and the next write takes its litter away.
func TestKilledWhileWriting(t *testing.T) {
	path := statePath(t)
	for range 5 {
		writer := start(t, "write", path)
		for range 200 {
			data, _, err := Local(path).Get(t.Context())
			require.NoError(t, err)
			assertWhole(t, data)
		}
		kill(t, writer)
		data, _, err := Local(path).Get(t.Context())
		require.NoError(t, err)
		assertWhole(t, data)
		if backup, err := os.ReadFile(path + ".backup"); err == nil {
			assertWhole(t, backup)
		}
	}
	require.NoError(t, os.WriteFile(filepath.Join(filepath.Dir(path), ".livery.state.json.123.tmp"), []byte("half"), 0o600))
	put(t, Local(path), string(whole(1)))
	assert.Equal(t, []string{"livery.state.json", "livery.state.json.backup"}, names(t, filepath.Dir(path)))
}
