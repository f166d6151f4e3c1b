//go:build unix

package cli_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
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

func (g *gitHub) comments() bool { return true }

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
		case "github.event.pull_request.head.repo.full_name != github.repository":
			if !fork {
				continue
			}
		default:
			g.t.Fatalf("the condition %q is not known here", s.If)
		}
		action, _, _ := strings.Cut(s.Uses, "@")
		depth := cmp.Or(s.With["fetch-depth"], "1")
		switch {
		case action == "actions/checkout" && s.With["ref"] == "${{ github.ref }}":
			dir = g.team.checkout("refs/heads/main", depth)
		case action == "actions/checkout":
			dir = g.team.checkout(r.commit, depth)
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
	api       string // its address
	notes     []gitLabNote
}

type gitLabJob struct {
	Script        []string
	Environment   string
	Rules         []struct{ If string }
	ResourceGroup string `yaml:"resource_group"`
	Artifacts     struct{ Paths []string }
}

type gitLabNote struct {
	ID     int    `json:"id"`
	Body   string `json:"body"`
	Author struct {
		ID int `json:"id"`
	} `json:"author"`
}

const (
	noteToken = "a-project-access-token"
	bot       = 99 // the user that the token is
)

func newGitLab(t *testing.T, tm *team) host {
	g := &gitLab{t: t, team: tm}
	var p struct {
		Variables                                             map[string]string
		Format, Validate, Lint, Compare, Plan, Comment, Apply gitLabJob
	}
	example(t, "gitlab-ci.yml", &p)
	g.variables = p.Variables
	g.jobs = map[string]gitLabJob{"format": p.Format, "validate": p.Validate, "lint": p.Lint,
		"compare": p.Compare, "plan": p.Plan, "comment": p.Comment, "apply": p.Apply}
	require.Equal(t, "production", p.Apply.Environment)
	require.NotEmpty(t, p.Apply.ResourceGroup, "applies take turns")
	// People have written more than a page of comments, one of them what livery begins with.
	for range 120 {
		g.write(1, "<!-- livery:plan . -->\nIs this it?")
	}
	api := httptest.NewServer(g)
	t.Cleanup(api.Close)
	g.api = api.URL
	return g
}

func (g *gitLab) write(author int, body string) {
	note := gitLabNote{ID: len(g.notes) + 1, Body: body}
	note.Author.ID = author
	g.notes = append(g.notes, note)
}

// ServeHTTP is GitLab's API: states, and the comments of one merge request, which their
// authors alone may edit.
func (g *gitLab) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	const notes = "/projects/7/merge_requests/3/notes"
	if strings.Contains(r.URL.Path, "/terraform/state/") {
		g.team.kept.ServeHTTP(w, r)
		return
	}
	if r.Header.Get("PRIVATE-TOKEN") != noteToken {
		http.Error(w, `{"message":"401 Unauthorized"}`, http.StatusUnauthorized)
		return
	}
	var sent gitLabNote
	if r.Method != http.MethodGet {
		if err := json.NewDecoder(r.Body).Decode(&sent); err != nil || sent.Body == "" {
			http.Error(w, `{"error":"body is missing"}`, http.StatusBadRequest)
			return
		}
	}
	switch id, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Path, notes+"/")); {
	case r.Method == http.MethodGet && r.URL.Path == "/user":
		fmt.Fprintf(w, `{"id":%d}`, bot)
	case r.Method == http.MethodGet && r.URL.Path == notes && r.FormValue("sort") == "asc" && r.FormValue("per_page") == "100":
		page, _ := strconv.Atoi(r.FormValue("page"))
		first := min(max(page-1, 0)*100, len(g.notes))
		json.NewEncoder(w).Encode(g.notes[first:min(first+100, len(g.notes))])
	case r.Method == http.MethodPost && r.URL.Path == notes:
		g.write(bot, sent.Body)
	case r.Method == http.MethodPut && id > 0 && id <= len(g.notes) && g.notes[id-1].Author.ID == bot:
		g.notes[id-1].Body = sent.Body
	default:
		http.Error(w, `{"message":"404 Not found"}`, http.StatusNotFound)
	}
}

func (g *gitLab) comments() bool {
	for _, tool := range []string{"curl", "jq"} {
		if _, err := exec.LookPath(tool); err != nil {
			return false
		}
	}
	return true
}

func (g *gitLab) check(r *run, fork bool) string {
	g.t.Helper()
	base := strings.TrimSpace(g.team.git(g.team.clone, "merge-base", "main", r.commit))
	env := []string{"CI_MERGE_REQUEST_IID=3", "CI_MERGE_REQUEST_PROJECT_ID=7", "CI_MERGE_REQUEST_DIFF_BASE_SHA=" + base}
	if fork { // its pipeline runs in its own project, which has neither state nor secrets
		env = append(env, "CI_PROJECT_ID=8", "CI_MERGE_REQUEST_SOURCE_PROJECT_ID=8")
	} else {
		env = append(env, "CI_PROJECT_ID=7", "CI_MERGE_REQUEST_SOURCE_PROJECT_ID=7", "LIVERY_NOTE_TOKEN="+noteToken)
	}
	output := ""
	for _, name := range []string{"format", "validate", "lint", "compare", "plan", "comment"} {
		if !g.runs(name, env) || name == "comment" && !g.comments() {
			continue
		}
		dir, out, err := g.job(name, r, env...)
		require.NoError(g.t, err, out)
		output += out
		for _, name := range g.jobs[name].Artifacts.Paths {
			r.keep(g.t, dir, name)
		}
		if name == "comment" {
			require.Equal(g.t, 121, len(g.notes), "one comment, however often it runs")
			output += g.notes[120].Body
		}
	}
	return output
}

func (g *gitLab) plan(r *run) bool {
	g.t.Helper()
	env := []string{"CI_COMMIT_BRANCH=main", "CI_PROJECT_ID=7", "LIVERY_NOTE_TOKEN=" + noteToken}
	require.True(g.t, g.runs("plan", env))
	for _, name := range []string{"compare", "comment"} {
		require.False(g.t, g.runs(name, env), "%s is for merge requests", name)
	}
	dir, out, err := g.job("plan", r, env...)
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

var gitLabTerm = regexp.MustCompile(`^\$(\w+)(?: (==|!=) \$(\w+))?$`)

// runs says whether the rules of a job let it run.
func (g *gitLab) runs(name string, env []string) bool {
	g.t.Helper()
	env = append(env, "CI_DEFAULT_BRANCH=main")
	for _, rule := range g.jobs[name].Rules {
		holds := true
		for _, term := range strings.Split(rule.If, " && ") {
			found := gitLabTerm.FindStringSubmatch(term)
			require.NotNil(g.t, found, "the rule %q is not known here", term)
			left, right := variable(env, found[1]), variable(env, found[3])
			switch found[2] {
			case "":
				holds = holds && left != ""
			case "==":
				holds = holds && left == right
			default:
				holds = holds && left != right
			}
		}
		if holds {
			return true
		}
	}
	return len(g.jobs[name].Rules) == 0
}

// variable is the value of a variable, which is empty where there is none.
func variable(env []string, name string) string {
	for _, line := range env {
		if value, found := strings.CutPrefix(line, name+"="); found {
			return value
		}
	}
	return ""
}

// job runs the script of a job in one shell, on a checkout of the commit.
func (g *gitLab) job(name string, r *run, env ...string) (dir, output string, err error) {
	g.t.Helper()
	dir = g.team.checkout(r.commit, "1")
	if name == "apply" || name == "comment" {
		r.give(g.t, dir)
	}
	env = append(env, "CI_API_V4_URL="+g.api, "CI_DEFAULT_BRANCH=main", "CI_JOB_TOKEN=job-token", "NO_PROXY=127.0.0.1")
	for key, value := range g.variables {
		env = append(env, key+"="+os.Expand(value, func(name string) string { return variable(env, name) }))
	}
	require.NotEmpty(g.t, g.jobs[name].Script)
	c := exec.Command("sh", "-e", "-c", strings.Join(g.jobs[name].Script, "\n"))
	c.Dir, c.Env = dir, append(cleanEnvironment(), env...)
	out, err := c.CombinedOutput()
	return dir, string(out), err
}
