//go:build unix

package cli_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The pipelines for many stacks make an apply job for each that a push reaches, and for all
// where it is not known where the push began.
func TestPipelinesOfStacks(t *testing.T) {
	for _, tool := range []string{"git", "jq", "bash"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(tool + " is not here")
		}
	}
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS(filepath.Join(root(t), "examples", "brands"))))
	run := func(script string, env ...string) string {
		c := exec.Command("bash", "-euc", script)
		c.Dir = dir
		c.Env = append(append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null",
			"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.com"), env...)
		out, err := c.CombinedOutput()
		require.NoError(t, err, "%s", out)
		return strings.TrimSpace(string(out))
	}
	run("git init --quiet --initial-branch=main && git add . && git commit --quiet -m first")
	before := run("git rev-parse HEAD")
	run("echo '# new' >> west/brand.livery.hcl && git commit --quiet -a -m second")
	all := []string{"north/production", "north/staging", "south/production", "south/staging", "west/production", "west/staging"}

	var github struct {
		Jobs struct {
			Stacks struct {
				Steps []struct{ ID, Run string }
			}
		}
	}
	example(t, "github-actions-stacks.yml", &github)
	var gitlab struct{ Stacks struct{ Script []string } }
	example(t, "gitlab-ci-stacks.yml", &gitlab)
	for name, test := range map[string]struct {
		before, source string
		want           []string
	}{
		"a push":                          {before, "push", []string{"west/production", "west/staging"}},
		"a push that began nowhere":       {strings.Repeat("0", 40), "push", all},
		"a run that a person has started": {"", "web", all},
		"nothing":                         {run("git rev-parse HEAD"), "push", nil},
	} {
		t.Run(name, func(t *testing.T) {
			for _, step := range github.Jobs.Stacks.Steps {
				if step.ID != "stacks" {
					continue
				}
				out := filepath.Join(t.TempDir(), "output")
				run(step.Run, "BEFORE="+test.before, "GITHUB_OUTPUT="+out)
				data, err := os.ReadFile(out)
				require.NoError(t, err)
				value, ok := strings.CutPrefix(strings.TrimSpace(string(data)), "paths=")
				require.True(t, ok, "%s", data)
				var paths []string
				require.NoError(t, json.Unmarshal([]byte(value), &paths))
				assert.ElementsMatch(t, test.want, paths)
			}

			run(strings.Join(gitlab.Stacks.Script, "\n"), "CI_COMMIT_BEFORE_SHA="+test.before, "CI_PIPELINE_SOURCE="+test.source, "LIVERY_IMAGE=livery")
			data, err := os.ReadFile(filepath.Join(dir, "jobs.yml"))
			require.NoError(t, err)
			var jobs map[string]struct {
				Environment string
				Variables   struct{ STACK string }
				Script      []string
			}
			require.NoError(t, json.Unmarshal(data, &jobs))
			var paths []string
			for name, job := range jobs {
				if job.Variables.STACK == "" {
					assert.Equal(t, "nothing", name)
					continue
				}
				assert.Equal(t, "apply "+job.Variables.STACK, name)
				assert.Equal(t, job.Variables.STACK, job.Environment)
				paths = append(paths, job.Variables.STACK)
			}
			assert.ElementsMatch(t, test.want, paths)
			assert.NotEmpty(t, jobs, "an empty pipeline is refused")
		})
	}
}

// The plan of many stacks is written to the merge request as that of one is, which is tried
// where there is one.
func TestCommentOfStacks(t *testing.T) {
	var one, many struct{ Comment map[string]any }
	example(t, "gitlab-ci.yml", &one)
	example(t, "gitlab-ci-stacks.yml", &many)
	require.NotEmpty(t, one.Comment)
	assert.Equal(t, one.Comment, many.Comment)
}
