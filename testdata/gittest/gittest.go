// Package gittest makes repositories for tests, with the git that is installed.
package gittest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Repository is a repository of one test. What fails in it ends the test.
type Repository struct {
	T   *testing.T
	Dir string // of the work tree, without symbolic links
}

// New makes a repository without commits, with the arguments of "git init". The test is
// skipped where git is not installed; nothing that a machine has set up for git reaches it.
func New(t *testing.T, args ...string) Repository {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not here")
	}
	for _, name := range []string{"GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"} {
		t.Setenv(name, os.DevNull)
	}
	for _, who := range []string{"AUTHOR", "COMMITTER"} {
		t.Setenv("GIT_"+who+"_NAME", "a")
		t.Setenv("GIT_"+who+"_EMAIL", "a@example.com")
	}
	// What git would do in the background would still be at it when the test is over.
	t.Setenv("GIT_CONFIG_COUNT", "1")
	t.Setenv("GIT_CONFIG_KEY_0", "maintenance.auto")
	t.Setenv("GIT_CONFIG_VALUE_0", "false")
	dir, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	r := Repository{t, dir}
	r.Git(append([]string{"init", "--quiet", "--initial-branch=main"}, args...)...)
	return r
}

// Git runs git in the work tree, and is what it printed.
func (r Repository) Git(args ...string) string {
	r.T.Helper()
	c := exec.Command("git", args...)
	c.Dir = r.Dir
	out, err := c.CombinedOutput()
	require.NoError(r.T, err, "git %s: %s", args, out)
	return strings.TrimSpace(string(out))
}

// Write writes a file of the work tree, named with slashes.
func (r Repository) Write(name, content string) {
	r.T.Helper()
	path := filepath.Join(r.Dir, filepath.FromSlash(name))
	require.NoError(r.T, os.MkdirAll(filepath.Dir(path), 0o700))
	require.NoError(r.T, os.WriteFile(path, []byte(content), 0o600))
}

// Commit commits the work tree as it is, and is the commit's name.
func (r Repository) Commit(message string) string {
	r.T.Helper()
	r.Git("add", "--all")
	r.Git("commit", "--quiet", "--allow-empty", "-m", message)
	return r.Git("rev-parse", "HEAD")
}
