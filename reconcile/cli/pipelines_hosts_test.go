//go:build unix

package cli_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// gitHub runs the workflow for GitHub. It knows of its language what the jobs for the
// main branch use, and stops at anything else.
type gitHub struct {
	t    *testing.T
	team *team
	jobs map[string]struct {
		Environment string
		Steps       []gitHubStep
	}
	env map[string]string
}

type gitHubStep struct {
	Name, ID, If, Uses, Run string
	With, Env               map[string]string
}

func newGitHub(t *testing.T, tm *team) host {
	g := &gitHub{t: t, team: tm}
	var w struct {
		Concurrency struct {
			Group  string
			Cancel string `yaml:"cancel-in-progress"`
		}
		Env  map[string]string
		Jobs map[string]struct {
			Environment string
			Steps       []gitHubStep
		}
	}
	example(t, "github-actions.yml", &w)
	g.jobs, g.env = w.Jobs, w.Env
	// Runs on main take turns; that is why the weeks above never have two at once.
	assert.Equal(t, "livery-${{ github.event_name == 'pull_request' && github.ref || 'production' }}", w.Concurrency.Group)
	assert.Equal(t, "${{ github.event_name == 'pull_request' }}", w.Concurrency.Cancel)
	return g
}

func (g *gitHub) check(r *run, fork bool) string {
	g.t.Helper()
	_, out, err := g.job("check", r, fork)
	require.NoError(g.t, err, out)
	return out
}

func (g *gitHub) plan(r *run) bool {
	g.t.Helper()
	outputs, out, err := g.job("plan", r, false)
	require.NoError(g.t, err, out)
	require.Contains(g.t, []string{"true", "false"}, outputs["changes"], out)
	return outputs["changes"] == "true"
}

func (g *gitHub) apply(r *run) (string, error) {
	g.t.Helper()
	require.Equal(g.t, "production", g.jobs["apply"].Environment, "an apply can be approved")
	_, out, err := g.job("apply", r, false)
	return out, err
}

// job runs the steps of a job until one fails.
func (g *gitHub) job(name string, r *run, fork bool) (outputs map[string]string, output string, err error) {
	g.t.Helper()
	dir, temp := "", g.t.TempDir()
	file := func(name string) string { return filepath.Join(temp, name) }
	require.NoError(g.t, os.WriteFile(file("gh"), []byte(gh), 0o700))
	for _, name := range []string{"output", "path", "summary"} {
		require.NoError(g.t, os.WriteFile(file(name), nil, 0o600))
	}
	require.NotEmpty(g.t, g.jobs[name].Steps)
	for _, s := range g.jobs[name].Steps {
		switch s.If {
		case "":
		case "failure()":
			continue // what is kept after a failure is for people
		case "github.event.pull_request.head.repo.full_name == github.repository":
			if fork {
				continue
			}
		default:
			g.t.Fatalf("the condition %q is not known here", s.If)
		}
		action, _, _ := strings.Cut(s.Uses, "@")
		switch {
		case action == "actions/checkout" && s.With["ref"] == "${{ github.ref }}":
			dir = g.team.checkout("refs/heads/main")
		case action == "actions/checkout":
			dir = g.team.checkout(r.commit)
		case action == "actions/upload-artifact" && s.With["if-no-files-found"] == "ignore": // people look at it, no job does
		case action == "actions/upload-artifact":
			r.keep(g.t, dir, s.With["path"])
		case action == "actions/download-artifact":
			r.give(g.t, dir)
		case action != "":
			g.t.Fatalf("the action %q is not known here", action)
		case strings.Contains(s.Run, "curl"):
			continue // livery is on the PATH already
		default:
			c := exec.Command("bash", "-e", "-c", s.Run)
			c.Dir = dir
			c.Env = append(cleanEnvironment(), "RUNNER_TEMP="+temp, "GITHUB_OUTPUT="+file("output"), "GITHUB_PATH="+file("path"), "GITHUB_STEP_SUMMARY="+file("summary"),
				"GITHUB_REPOSITORY=design/pages", "PATH="+temp+":"+os.Getenv("PATH"))
			if s.Env["AWS_ACCESS_KEY_ID"] != "" && !fork { // what the workflow has for S3
				c.Env = append(c.Env, "LIVERY_STATE_HTTP_ADDRESS="+g.team.states+"/projects/7/terraform/state/livery")
			}
			for _, env := range []map[string]string{g.env, s.Env} {
				for key, value := range env {
					c.Env = append(c.Env, key+"="+g.evaluate(value))
				}
			}
			text, err := c.CombinedOutput()
			output += string(text)
			if err != nil {
				return nil, output, err
			}
		}
	}
	if comment, err := os.ReadFile(filepath.Join(dir, "comment")); err == nil {
		output += string(comment)
	}
	written, err := os.ReadFile(file("output"))
	require.NoError(g.t, err)
	outputs = make(map[string]string)
	for line := range strings.Lines(string(written)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		outputs[key] = value
	}
	return outputs, output, nil
}

var gitHubSecret = regexp.MustCompile(`^\$\{\{ (?:secrets|vars)\.(\w+) \}\}$`)

// evaluate gives the value of an entry of env: a constant, or a secret of the repository.
func (g *gitHub) evaluate(value string) string {
	if value == "${{ github.token }}" || value == "${{ github.event.pull_request.number }}" {
		return "7"
	}
	found := gitHubSecret.FindStringSubmatch(value)
	if found == nil {
		require.NotContains(g.t, value, "${{")
		return value
	}
	for _, line := range g.team.keys() {
		if key, secret, _ := strings.Cut(line, "="); key == found[1] {
			return secret
		}
	}
	return ""
}

// gitLab runs the pipeline for GitLab.
type gitLab struct {
	t         *testing.T
	team      *team
	variables map[string]string
	jobs      map[string]gitLabJob
}

type gitLabJob struct {
	Script        []string
	Environment   string
	ResourceGroup string `yaml:"resource_group"`
	Artifacts     struct{ Paths []string }
}

func newGitLab(t *testing.T, tm *team) host {
	g := &gitLab{t: t, team: tm}
	var p struct {
		Variables                           map[string]string
		Format, Validate, Lint, Plan, Apply gitLabJob
	}
	example(t, "gitlab-ci.yml", &p)
	g.variables = p.Variables
	g.jobs = map[string]gitLabJob{"format": p.Format, "validate": p.Validate, "lint": p.Lint, "plan": p.Plan, "apply": p.Apply}
	require.Equal(t, "production", p.Apply.Environment)
	require.NotEmpty(t, p.Apply.ResourceGroup, "applies take turns")
	return g
}

func (g *gitLab) check(r *run, fork bool) string {
	g.t.Helper()
	project := "7"
	if fork {
		project = "8" // its pipeline runs in its own project, which has no state
	}
	output := ""
	for _, name := range []string{"format", "validate", "lint", "plan"} {
		dir, out, err := g.job(name, r, "CI_MERGE_REQUEST_IID=3", "CI_PROJECT_ID="+project)
		require.NoError(g.t, err, out)
		output += out
		for _, name := range g.jobs[name].Artifacts.Paths {
			r.keep(g.t, dir, name)
		}
	}
	return output
}

func (g *gitLab) plan(r *run) bool {
	g.t.Helper()
	dir, out, err := g.job("plan", r, "CI_COMMIT_BRANCH=main", "CI_PROJECT_ID=7")
	require.NoError(g.t, err, out)
	for _, name := range g.jobs["plan"].Artifacts.Paths {
		r.keep(g.t, dir, name)
	}
	return !strings.Contains(out, "No changes.")
}

func (g *gitLab) apply(r *run) (string, error) {
	g.t.Helper()
	_, out, err := g.job("apply", r, append(g.team.keys(), "CI_COMMIT_BRANCH=main", "CI_PROJECT_ID=7")...)
	return out, err
}

// job runs the script of a job in one shell, on a checkout of the commit.
func (g *gitLab) job(name string, r *run, env ...string) (dir, output string, err error) {
	g.t.Helper()
	dir = g.team.checkout(r.commit)
	if name == "apply" {
		r.give(g.t, dir)
	}
	env = append(env, "CI_API_V4_URL="+g.team.states, "CI_DEFAULT_BRANCH=main", "CI_JOB_TOKEN=job-token")
	predefined := func(name string) string {
		for _, line := range env {
			if value, found := strings.CutPrefix(line, name+"="); found {
				return value
			}
		}
		return ""
	}
	for key, value := range g.variables {
		env = append(env, key+"="+os.Expand(value, predefined))
	}
	require.NotEmpty(g.t, g.jobs[name].Script)
	c := exec.Command("sh", "-e", "-c", strings.Join(g.jobs[name].Script, "\n"))
	c.Dir, c.Env = dir, append(cleanEnvironment(), env...)
	out, err := c.CombinedOutput()
	return dir, string(out), err
}
