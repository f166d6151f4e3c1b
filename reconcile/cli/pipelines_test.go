//go:build unix

package cli_test

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"livery/testdata/stateserver/server"
)

// TestPipelines plays an ordinary week with the very commands of the pipelines in
// examples/ci: whatever order merges, approvals and repeated runs come in, what is live
// is what the tip of the branch declares, and the state knows it.
func TestPipelines(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not here")
	}
	for name, host := range map[string]func(*testing.T, *team) host{"GitHub": newGitHub, "GitLab": newGitLab} {
		t.Run(name, func(t *testing.T) {
			for name, week := range weeks {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					team := newTeam(t)
					week(t, team, host(t, team))
				})
			}
		})
	}
}

// host is a service that runs pipelines: what a pull request is checked by, and two jobs
// on the main branch, with what the first leaves for the second.
type host interface {
	// check runs what a pull request is checked by; from a fork it has no secrets.
	check(r *run, fork bool) (output string)
	// plan runs the first job for a push of a commit, and says whether there is
	// something to apply.
	plan(r *run) (changes bool)
	// apply runs the second one, once somebody has approved.
	apply(r *run) (output string, err error)
	// comments says whether check writes a comment too, which then ends its output: what
	// it needs for that may not be on this machine.
	comments() bool
}

// run is one run of a pipeline. A run that is started again keeps its commit.
type run struct {
	commit    string
	artifacts map[string][]byte
}

var weeks = map[string]func(*testing.T, *team, host){
	"two merges before the first run": func(t *testing.T, team *team, h host) {
		first := team.merge("Add Thai", look("en", "A")+look("th", "B"))
		second := team.merge("Take Thai out", look("en", "A"))
		for _, r := range []*run{first, second} {
			if h.plan(r) {
				_, err := h.apply(r)
				require.NoError(t, err)
			}
		}
		team.settled(h, map[string]string{"en_US": "A"})
	},
	"a language goes while its run waits for approval": func(t *testing.T, team *team, h host) {
		first := team.merge("Add Thai", look("en", "A")+look("th", "B"))
		require.True(t, h.plan(first))
		second := team.merge("Take Thai out", look("en", "A"))
		_, err := h.apply(first) // what was approved is sent, and nothing else
		require.NoError(t, err)
		require.Equal(t, map[string]string{"en_US": "A", "th_TH": "B"}, team.live())
		require.True(t, h.plan(second))
		_, err = h.apply(second)
		require.NoError(t, err)
		team.settled(h, map[string]string{"en_US": "A", "th_TH": ""})
	},
	"somebody applies while a run waits for approval": func(t *testing.T, team *team, h host) {
		r := team.merge("Change a title", look("en", "B"))
		require.True(t, h.plan(r))
		team.merge("Change it again", look("en", "C"))
		team.livery("apply", "-auto-approve")
		out, err := h.apply(r)
		require.Error(t, err)
		assert.Contains(t, out, "Saved plan is stale")
		require.Equal(t, map[string]string{"en_US": "C"}, team.live())
		assert.False(t, h.plan(r), "started again, it plans the tip")
		team.settled(h, map[string]string{"en_US": "C"})
	},
	"a pull request": func(t *testing.T, team *team, h host) {
		base := team.merge("Title A", look("en", "A"))
		require.True(t, h.plan(base))
		_, err := h.apply(base)
		require.NoError(t, err)
		team.git(team.clone, "checkout", "--quiet", "-b", "proposal")
		asked := len(team.kept.Requests())
		for _, title := range []string{"B", "C"} { // pushed to twice
			r := team.merge("Title "+title, look("en", title))
			out := h.check(r, false)
			assert.Contains(t, out, "Plan: 0 to add, 1 to change")
			if h.comments() {
				assert.Contains(t, out, "**1 to change**, 0 to add", "the comment")
				assert.Contains(t, out, "| titleText | A | "+title+" |", "the comment")
			}
			assert.Contains(t, string(r.artifacts["preview.html"]), "<html", "the page can be looked at")
		}
		read := len(team.kept.Requests())
		team.git(team.clone, "checkout", "--quiet", "-b", "fork", "main")
		r := team.merge("Title D", look("en", "D"))
		out := h.check(r, true)
		assert.Contains(t, out, "Diff: 0 to add, 1 to change", "compared with the base")
		assert.NotContains(t, out, "Plan:")
		assert.NotContains(t, out, "### livery", "nothing is written to the pull request")
		assert.Contains(t, string(r.artifacts["preview.html"]), "<html", "the page can be looked at")
		for _, request := range team.kept.Requests()[read:] {
			assert.NotContains(t, request, "/projects/7/", "a fork does not ask for the state")
		}
		for _, request := range team.kept.Requests()[asked:] {
			assert.True(t, strings.HasPrefix(request, "GET "), "a proposal only reads: %s", request)
		}
		team.git(team.clone, "checkout", "--quiet", "main")
		team.settled(h, map[string]string{"en_US": "A"})
	},
	"a revert": func(t *testing.T, team *team, h host) {
		for _, title := range []string{"A", "B", "A"} {
			r := team.merge("Title "+title, look("en", title))
			require.True(t, h.plan(r))
			_, err := h.apply(r)
			require.NoError(t, err)
			team.settled(h, map[string]string{"en_US": title})
		}
	},
	"an old run is started again": func(t *testing.T, team *team, h host) {
		old := team.merge("Title A", look("en", "A"))
		require.True(t, h.plan(old))
		_, err := h.apply(old)
		require.NoError(t, err)
		newer := team.merge("Title B", look("en", "B"))
		require.True(t, h.plan(newer))
		_, err = h.apply(newer)
		require.NoError(t, err)

		out, err := h.apply(old) // its second job alone, with the plan of then
		require.Error(t, err)
		assert.Contains(t, out, "Saved plan is stale")
		assert.False(t, h.plan(old), "the tip is planned, and it is live")
		team.settled(h, map[string]string{"en_US": "B"})
	},
}

// look is the HCL of one page.
func look(locale, title string) string {
	return fmt.Sprintf("locale %q { title_text = %q }\n", locale, title)
}

// team is a repository with a protected main branch, a state server, and a service that
// remembers what is live.
type team struct {
	t             *testing.T
	origin, clone string
	service       string // the base URL
	kept          *server.Server
	states        string // the address of the state server

	mu     sync.Mutex
	titles map[string]string // what is live, by locale
}

func newTeam(t *testing.T) *team {
	dir := t.TempDir()
	tm := &team{t: t, origin: filepath.Join(dir, "origin.git"), clone: filepath.Join(dir, "clone"), titles: make(map[string]string)}
	service := httptest.NewServer(http.HandlerFunc(tm.serve))
	t.Cleanup(service.Close)
	tm.service = service.URL
	var err error
	tm.kept, err = server.New(server.Config{ETags: true})
	require.NoError(t, err)
	states := httptest.NewServer(tm.kept)
	t.Cleanup(states.Close)
	tm.states = states.URL

	tm.git(dir, "init", "--quiet", "--bare", "--initial-branch=main", "origin.git")
	tm.git(tm.origin, "config", "uploadpack.allowAnySHA1InWant", "true")
	// The branch is protected: people merge to it, and no pipeline may push.
	hook := "#!/bin/sh\n[ -n \"$MERGED\" ] || { echo 'the branch is protected' >&2; exit 1; }\n"
	require.NoError(t, os.MkdirAll(filepath.Join(tm.origin, "hooks"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(tm.origin, "hooks", "pre-receive"), []byte(hook), 0o700))
	tm.git(dir, "clone", "--quiet", "origin.git", "clone")
	tm.git(tm.clone, "checkout", "--quiet", "-B", "main")
	return tm
}

// serve is the service.
func (tm *team) serve(w http.ResponseWriter, r *http.Request) {
	if strings.HasSuffix(r.URL.Path, "/generate-token") {
		expires := time.Now().Add(time.Hour).UnixMilli()
		fmt.Fprintf(w, `{"code":"SUCCESS","message":"OK","data":{"token":"a-token-for-tests","expiredTime":%d},"transactionId":"t0"}`, expires)
		return
	}
	var page struct {
		Locale    string  `json:"locale"`
		TitleText *string `json:"titleText"`
	}
	if err := json.NewDecoder(r.Body).Decode(&page); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	tm.mu.Lock()
	defer tm.mu.Unlock()
	tm.titles[page.Locale] = ""
	if page.TitleText != nil {
		tm.titles[page.Locale] = *page.TitleText
	}
	io.WriteString(w, `{"code":"SUCCESS","message":"OK","data":null,"transactionId":"t1"}`)
}

func (tm *team) live() map[string]string {
	tm.mu.Lock()
	defer tm.mu.Unlock()
	return maps.Clone(tm.titles)
}

// merge brings the look of the branch to what is given, and is the run that follows.
func (tm *team) merge(message, looks string) *run {
	tm.t.Helper()
	stack := fmt.Sprintf("account { base_url = %q }\nlivery {\n  backend \"http\" {}\n}\n", tm.service) + looks
	require.NoError(tm.t, os.WriteFile(filepath.Join(tm.clone, "main.livery.hcl"), []byte(stack), 0o600))
	tm.command(tm.clone, nil, "livery", "fmt")
	tm.git(tm.clone, "add", "main.livery.hcl")
	tm.git(tm.clone, "commit", "--quiet", "--allow-empty", "-m", message)
	tm.git(tm.clone, "push", "--quiet", "origin", "HEAD")
	return &run{commit: strings.TrimSpace(tm.git(tm.clone, "rev-parse", "HEAD"))}
}

// settled demands that these titles are live, and that the tip has nothing to change.
func (tm *team) settled(h host, want map[string]string) {
	tm.t.Helper()
	assert.Equal(tm.t, want, tm.live())
	tip := &run{commit: strings.TrimSpace(tm.git(tm.clone, "rev-parse", "HEAD"))}
	assert.False(tm.t, h.plan(tip), "the tip is live, and the state knows it")
	listed := tm.livery("state", "list")
	for locale, title := range want {
		assert.Equal(tm.t, title != "", strings.Contains(listed, "locale."+locale), "%s in the state: %s", locale, listed)
	}
}

// keys are what runs with a person's rights have in their environment.
func (tm *team) keys() []string {
	return []string{"LIVERY_ACCESS_KEY=sampleaccesskey", "LIVERY_SECRET_KEY=samplesecretkey"}
}

// livery is run by somebody of the team, in their own clone.
func (tm *team) livery(args ...string) string {
	tm.t.Helper()
	env := append(tm.keys(), "LIVERY_STATE_HTTP_ADDRESS="+tm.states+"/projects/7/terraform/state/livery")
	return tm.command(tm.clone, env, "livery", args...)
}

func (tm *team) git(dir string, args ...string) string {
	tm.t.Helper()
	return tm.command(dir, []string{"MERGED=1"}, "git", args...)
}

func (tm *team) command(dir string, env []string, name string, args ...string) string {
	tm.t.Helper()
	c := exec.Command(name, args...)
	c.Dir, c.Env = dir, append(cleanEnvironment(), env...)
	out, err := c.CombinedOutput()
	require.NoError(tm.t, err, "%s %s: %s", name, args, out)
	return string(out)
}

// cleanEnvironment is that of a machine where nobody set anything up.
func cleanEnvironment() []string {
	env := slices.DeleteFunc(os.Environ(), func(line string) bool {
		return strings.HasPrefix(line, "LIVERY_") || strings.HasPrefix(line, "GIT_") || strings.HasPrefix(line, "GITHUB_") || strings.HasPrefix(line, "CI")
	})
	return append(env, "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null",
		"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.com")
}

// checkout is what a runner does before a job: an empty directory, and one commit or the
// tip of a branch in it, with this many commits of its history.
func (tm *team) checkout(what, depth string) string {
	tm.t.Helper()
	dir := tm.t.TempDir()
	tm.git(dir, "init", "--quiet")
	tm.git(dir, "remote", "add", "origin", "file://"+tm.origin)
	tm.git(dir, "fetch", "--quiet", "--depth="+depth, "origin", what)
	tm.git(dir, "checkout", "--quiet", "--detach", "FETCH_HEAD")
	return dir
}

// example decodes a pipeline of examples/ci.
func example(t *testing.T, name string, into any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root(t), "examples", "ci", name))
	require.NoError(t, err)
	require.NoError(t, yaml.Unmarshal(text, into))
}

// keep and give carry files from one job to the next.
func (r *run) keep(t *testing.T, dir, name string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	require.NoError(t, err)
	if r.artifacts == nil {
		r.artifacts = make(map[string][]byte)
	}
	r.artifacts[name] = data
}

func (r *run) give(t *testing.T, dir string) {
	t.Helper()
	for name, data := range r.artifacts {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), data, 0o600))
	}
}
