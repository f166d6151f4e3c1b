//go:build unix

package cli_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// gh is a stand-in for the command line of GitHub: it keeps one comment in a file, and
// notes each call.
const gh = `#!/bin/sh
echo "$2 $3 $4 $5" >> calls
case "$*" in
*--paginate*) [ -f comment ] && echo 42 ;;
*POST*|*PATCH*) for arg in "$@"; do case $arg in body=@*) cp "${arg#body=@}" comment ;; esac; done ;;
esac
exit 0
`

// TestAction runs the steps of the GitHub action as a runner does: what was planned is
// told in an output, and shown in one comment that the next run edits.
func TestAction(t *testing.T) {
	script := filepath.Join(root(t), ".github", "actions", "livery", "run")
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS(filepath.Join(root(t), "examples", "quickstart"))))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "gh"), []byte(gh), 0o700))
	output := filepath.Join(dir, "output")
	step := func(name string, env ...string) (string, error) {
		c := exec.Command("bash", script, name)
		c.Dir = dir
		c.Env = append(cleanEnvironment(), "PATH="+dir+":"+os.Getenv("PATH"), "RUNNER_TEMP="+dir, "GITHUB_OUTPUT="+output, "GITHUB_PATH="+filepath.Join(dir, "path"),
			"GITHUB_REPOSITORY=design/pages", "LIVERY_ACTION_PLAN=livery.plan", "LIVERY_ACTION_KEY=brands/a<b", "LIVERY_ACTION_PULL=7")
		c.Env = append(c.Env, env...)
		out, err := c.CombinedOutput()
		return string(out), err
	}
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		return string(text)
	}

	out, err := step("check")
	require.NoError(t, err, out)
	for _, round := range []string{"POST", "PATCH"} {
		out, err = step("plan")
		require.NoError(t, err, out)
		assert.Equal(t, "changes=true\n", read("output"))
		out, err = step("comment")
		require.NoError(t, err, out)
		assert.Contains(t, read("calls"), round)
		comment := read("comment")
		assert.True(t, strings.HasPrefix(comment, "<!-- livery:plan brands/a-b -->\n### livery plan: "), comment)
		assert.Contains(t, comment, "**1 to add**, 0 to change, 0 to destroy.")
		require.NoError(t, os.Remove(output))
	}

	out, err = step("install", "LIVERY_ACTION_URL=https://example.com/livery")
	require.Error(t, err)
	assert.Contains(t, out, "url needs sha256")

	require.NoError(t, os.WriteFile(filepath.Join(dir, "main.livery.hcl"), []byte("locale \"en\" { titel_text = 1 }\n"), 0o600))
	out, err = step("check")
	require.Error(t, err)
	assert.Contains(t, out, "::error ")
	_, err = step("plan")
	require.Error(t, err)
	assert.NoFileExists(t, output, "a plan that failed says nothing of changes")
}
