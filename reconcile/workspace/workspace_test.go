package workspace_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile"
	"livery/reconcile/inspect"
	"livery/reconcile/linting"
	"livery/reconcile/scaffold"
	"livery/reconcile/state"
	"livery/reconcile/workspace"
	"livery/schema"
)

// files writes files below a new directory and gives the directory.
func files(t *testing.T, texts map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range texts {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	return dir
}

// open makes a workspace with these variables of the environment.
func open(t *testing.T, dir string, env map[string]string) *workspace.Workspace {
	t.Helper()
	w := workspace.New(workspace.Config{
		Dir: workspace.Directory(dir), Version: "0.0.0", Now: time.Now, Getenv: func(name string) string { return env[name] },
	})
	t.Cleanup(w.Close)
	return w
}

// stackOf is a stack of one locale that reads its colour from a file beside it.
func stackOf(locale string) string {
	return fmt.Sprintf(`
account { base_url = "simulator" }
locale %q {
  mobile_result_page { success_desc = trimspace(file("texts/done.txt")) }
}
`, locale)
}

var locking = workspace.Locking{Lock: true}

// apply plans and applies, and fails the test unless all of it is done.
func apply(w *workspace.Workspace) error {
	ctx := context.Background()
	op, err := w.PlanToApply(ctx, workspace.PlanOptions{Locking: locking})
	if err != nil {
		return err
	}
	result, err := op.Apply(ctx, workspace.ApplyOptions{Parallelism: 2})
	switch {
	case err != nil:
	case !result.OK():
		err = errors.New(result.Diagnostics.Error())
	}
	return errors.Join(err, op.Close(ctx))
}

// Many stacks are at work in one process at the same time, each with its files, its
// state and its simulator beside it, wherever the process is.
func TestWorkspacesBesideEachOther(t *testing.T) {
	locales := []string{"en_US", "th_TH", "in_ID", "vi_VN"}
	dirs := make([]string, len(locales))
	for i, locale := range locales {
		dirs[i] = files(t, map[string]string{"main.livery.hcl": stackOf(locale), "texts/done.txt": "Done in " + locale})
	}
	elsewhere := t.TempDir()
	t.Chdir(elsewhere)
	var group sync.WaitGroup
	failed := make([]error, len(dirs))
	for i, dir := range dirs {
		w := open(t, dir, nil)
		group.Go(func() { failed[i] = apply(w) })
	}
	group.Wait()
	for i, locale := range locales {
		require.NoError(t, failed[i], locale)
		w := open(t, dirs[i], nil)
		s, err := w.State().Snapshot(t.Context())
		require.NoError(t, err)
		require.Len(t, s.Addresses(), 1)
		assert.Equal(t, "locale."+locale, s.Addresses()[0].String())
		field := schema.FieldByPath("mobileResultPage.successDesc")
		assert.Equal(t, "Done in "+locale, s.Locales[schema.Locale(locale)].Document().At(field).Text())
		assert.FileExists(t, filepath.Join(dirs[i], ".livery", "simulator.json"))
		op, err := w.Plan(t.Context(), workspace.PlanOptions{Locking: locking})
		require.NoError(t, err)
		assert.True(t, op.Plan.Empty(), "%s: the second plan is empty", locale)
		require.NoError(t, op.Close(t.Context()))
	}
	left, err := os.ReadDir(elsewhere)
	require.NoError(t, err)
	assert.Empty(t, left, "nothing is written where the process is")
}

// Names are relative to the workspace in everything that is read and written.
func TestRelativeNames(t *testing.T) {
	dir := files(t, map[string]string{
		"main.livery.hcl": stackOf("en_US"), "texts/done.txt": "Done", "keys/access": "key\n", "keys/secret": "secret\r\n",
	})
	t.Chdir(t.TempDir())
	w := open(t, dir, map[string]string{"LIVERY_ACCESS_KEY_FILE": "keys/access", "LIVERY_SECRET_KEY_FILE": "keys/secret"})
	op, err := w.Plan(t.Context(), workspace.PlanOptions{})
	require.NoError(t, err)
	require.NoError(t, op.Close(t.Context()))
	acc, err := w.Account(op.Stack.Account)
	require.NoError(t, err)
	assert.Equal(t, "key", acc.AccessKey)
	assert.Equal(t, schema.Secret("secret"), acc.SecretKey)
	require.NoError(t, w.SavePlan("saved.plan", op.Plan))
	assert.FileExists(t, filepath.Join(dir, "saved.plan"))
	plan, err := w.LoadPlan("saved.plan")
	require.NoError(t, err)
	assert.Equal(t, op.Plan.Summary(), plan.Summary())
	assert.Equal(t, "main.livery.hcl", plan.Changes[0].Fields[0].Range.Filename, "ranges name files relative to the workspace")
	_, err = w.LoadPlan("none.plan")
	assert.EqualError(t, err, "Failed to load plan: stat none.plan: no such file or directory.")
	_, err = w.Dir.ReadFile("texts")
	assert.EqualError(t, err, "read texts: it is not a regular file")
	data, err := inspect.NewPreview(w, inspect.PreviewOptions{}).Data(t.Context())
	require.NoError(t, err)
	assert.Contains(t, data.Watch, filepath.Join(dir, "texts", "done.txt"))
}

// A saved plan is carried out once: then the state has moved on.
func TestSavedPlan(t *testing.T) {
	dir := files(t, map[string]string{"main.livery.hcl": stackOf("en_US"), "texts/done.txt": "Done"})
	w := open(t, dir, nil)
	op, err := w.Plan(t.Context(), workspace.PlanOptions{Locking: locking})
	require.NoError(t, err)
	require.NoError(t, op.Close(t.Context()))
	saved, err := w.OpenPlan(t.Context(), "p", op.Plan, locking, 1)
	require.NoError(t, err)
	result, err := saved.Apply(t.Context(), workspace.ApplyOptions{Parallelism: 1})
	require.NoError(t, err)
	assert.True(t, result.OK(), "%v", result.Diagnostics)
	require.NoError(t, saved.Close(t.Context()))
	_, err = w.OpenPlan(t.Context(), "p", op.Plan, locking, 1)
	assertFailure(t, err, "Saved plan is stale")

	elsewhere := open(t, dir, map[string]string{"LIVERY_ACCESS_KEY": "another", "LIVERY_SECRET_KEY": "secret"})
	_, err = elsewhere.OpenPlan(t.Context(), "p", op.Plan, locking, 1)
	assertFailure(t, err, "Saved plan is for another account")
	op.Plan.Errored = true
	_, err = w.OpenPlan(t.Context(), "p", op.Plan, locking, 1)
	assertFailure(t, err, "Cannot apply incomplete plan")
}

// One account may be written in several ways.
func TestSavedPlanOfAnAccountInAnotherSpelling(t *testing.T) {
	dir := files(t, map[string]string{"main.livery.hcl": "account { base_url = \"http://localhost:1\" }\nlocale \"en\" {}\n"})
	keys := map[string]string{"LIVERY_ACCESS_KEY": "key", "LIVERY_SECRET_KEY": "secret"}
	op, err := open(t, dir, keys).Plan(t.Context(), workspace.PlanOptions{Locking: locking})
	require.NoError(t, err)
	require.NoError(t, op.Close(t.Context()))
	for url, refused := range map[string]bool{"HTTP://LocalHost:1/": false, "http://localhost:2": true} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "main.livery.hcl"), fmt.Appendf(nil, "account { base_url = %q }\nlocale \"en\" {}\n", url), 0o600))
		saved, err := open(t, dir, keys).OpenPlan(t.Context(), "p", op.Plan, locking, 1)
		if refused {
			assertFailure(t, err, "Saved plan is for another account")
		} else if assert.NoError(t, err) {
			require.NoError(t, saved.Close(t.Context()))
		}
	}
}

func assertFailure(t *testing.T, err error, summary string) {
	t.Helper()
	var failure *workspace.Failure
	require.ErrorAs(t, err, &failure)
	assert.Equal(t, summary, failure.Summary)
}

// The plan for an earlier state brings that back, and says that the files stay.
func TestRollback(t *testing.T) {
	dir := files(t, map[string]string{"main.livery.hcl": stackOf("en_US"), "texts/done.txt": "Done"})
	w := open(t, dir, nil)
	require.NoError(t, apply(w))
	before, err := w.State().Snapshot(t.Context())
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "texts", "done.txt"), []byte("Finished"), 0o600))
	require.NoError(t, apply(w))
	op, err := w.Rollback(t.Context(), before.Serial, workspace.PlanOptions{Locking: locking})
	require.NoError(t, err)
	require.NoError(t, op.Close(t.Context()))
	require.Len(t, op.Plan.Changes, 1)
	assert.JSONEq(t, `"Done"`, string(op.Plan.Changes[0].Fields[0].After))
	require.NotEmpty(t, op.Diagnostics)
	assert.Equal(t, "The configuration is not rolled back", op.Diagnostics[len(op.Diagnostics)-1].Summary)
	_, err = w.Rollback(t.Context(), 9999, workspace.PlanOptions{})
	assertFailure(t, err, "No such serial")
}

// A state that is elsewhere than the configuration says is not begun anew, moves when
// somebody approves, and stays where it was.
func TestMigrate(t *testing.T) {
	dir := files(t, map[string]string{"main.livery.hcl": stackOf("en_US"), "texts/done.txt": "Done"})
	w := open(t, dir, nil)
	require.NoError(t, apply(w))
	backend := "livery {\n  backend \"local\" { path = \"kept/state.json\" }\n}\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "backend.livery.hcl"), []byte(backend), 0o600))
	assertFailure(t, apply(w), "Backend configuration changed")

	var asked workspace.Move
	answer := false
	opts := workspace.MigrateOptions{Locking: locking, Approve: func(_ context.Context, m workspace.Move) (bool, error) {
		asked = m
		return answer, nil
	}}
	_, err := w.State().Migrate(t.Context(), opts)
	require.ErrorIs(t, err, workspace.ErrDeclined)
	assert.NoFileExists(t, filepath.Join(dir, "kept", "state.json"))
	assert.Equal(t, "livery.state.json", asked.From)
	assert.Equal(t, "kept/state.json", asked.To)
	answer = true
	m, err := w.State().Migrate(t.Context(), opts)
	require.NoError(t, err)
	require.NotNil(t, m.Moved)
	assert.Equal(t, 1, m.Moved.Addresses)
	assert.FileExists(t, filepath.Join(dir, "kept", "state.json"))
	assert.FileExists(t, filepath.Join(dir, "livery.state.json"))
	require.NoError(t, apply(w), "the new backend is the one that is used")
}

// What was confirmed and cannot be recorded is saved beside the stack.
func TestErroredState(t *testing.T) {
	dir := files(t, map[string]string{"main.livery.hcl": stackOf("en_US"), "texts/done.txt": "Done"})
	w := open(t, dir, nil)
	path := filepath.Join(dir, "livery.state.json")
	w.Events.Change = func(e reconcile.Event) {
		if e.Step == reconcile.Started { // somebody else writes the state meanwhile
			other := &state.Snapshot{Lineage: "another", Serial: 7}
			assert.NoError(t, os.WriteFile(path, other.Encode(), 0o600))
		}
	}
	op, err := w.PlanToApply(t.Context(), workspace.PlanOptions{Locking: locking})
	require.NoError(t, err)
	result, err := op.Apply(t.Context(), workspace.ApplyOptions{Parallelism: 1})
	require.NoError(t, err)
	require.False(t, result.OK())
	require.NotEmpty(t, result.Diagnostics)
	assert.Equal(t, "Failed to save state", result.Diagnostics[0].Summary)
	assert.Contains(t, result.Diagnostics[0].Detail, "This run has applied: locale.en_US.")
	_ = op.Close(t.Context()) // it says again what the diagnostics said
	kept, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Contains(t, string(kept), "another", "the other's state is not overwritten")
	saved, err := os.ReadFile(filepath.Join(dir, "errored.livery.state.json"))
	require.NoError(t, err)
	assert.Contains(t, string(saved), "en_US")
}

// Forgetting and pushing change the state alone.
func TestStateOperations(t *testing.T) {
	dir := files(t, map[string]string{"main.livery.hcl": stackOf("en_US"), "texts/done.txt": "Done"})
	w := open(t, dir, nil)
	require.NoError(t, apply(w))
	before, err := w.State().Snapshot(t.Context())
	require.NoError(t, err)
	err = w.State().Forget(t.Context(), []string{"locale.en_US", "locale.th_TH"}, locking, func(schema.Address) { t.Error("none is forgotten unless all are there") })
	assertFailure(t, err, "No such address")
	other := *before
	other.Lineage = "another"
	_, err = w.State().Push(t.Context(), "other.json", other.Encode(), locking)
	assertFailure(t, err, "Cannot push this file")
	var gone []schema.Address
	require.NoError(t, w.State().Forget(t.Context(), []string{"locale.en_US"}, locking, func(a schema.Address) { gone = append(gone, a) }))
	assert.Len(t, gone, 1)
	now, err := w.State().Snapshot(t.Context())
	require.NoError(t, err)
	assert.Empty(t, now.Addresses())
	before.Serial = now.Serial + 1
	pushed, err := w.State().Push(t.Context(), "new.json", before.Encode(), locking)
	require.NoError(t, err)
	assert.Len(t, pushed.Addresses(), 1)
	history, err := w.State().History(t.Context())
	require.NoError(t, err)
	assert.GreaterOrEqual(t, len(history.Entries), 2)
}

// A first stack plans; what is there is never overwritten.
func TestInit(t *testing.T) {
	w := open(t, t.TempDir(), nil)
	done, err := scaffold.Init(w.Dir, "brand", scaffold.Options{})
	require.NoError(t, err)
	assert.Equal(t, []string{filepath.Join("brand", "main.livery.hcl"), filepath.Join("brand", ".gitignore")}, done.Written)
	op, err := open(t, w.Dir.Path("brand"), nil).Plan(t.Context(), workspace.PlanOptions{})
	require.NoError(t, err)
	assert.Equal(t, 1, op.Plan.Summary().Add)
	require.NoError(t, op.Close(t.Context()))
	again, err := scaffold.Init(w.Dir, "brand", scaffold.Options{})
	require.NoError(t, err)
	assert.Empty(t, again.Written)
	assert.Equal(t, []string{filepath.Join("brand", "main.livery.hcl")}, again.Existing)
}

// Findings name files as seen from where people are.
func TestPrefix(t *testing.T) {
	dir := files(t, map[string]string{"a/main.livery.hcl": "locale \"xx\" {}\n", "b/main.livery.hcl": "locale \"en\" {}\n"})
	linted, err := linting.Lint(open(t, dir, nil), linting.Options{Files: []string{"a/main.livery.hcl"}})
	require.NoError(t, err)
	require.True(t, linted.Diagnostics.HasErrors())
	assert.Equal(t, "a/main.livery.hcl", linted.Diagnostics[0].Subject.Filename)
	assert.Contains(t, linted.Sources, "a/main.livery.hcl")
	_, err = open(t, filepath.Join(dir, "a"), nil).Plan(t.Context(), workspace.PlanOptions{})
	var invalid *workspace.InvalidError
	require.ErrorAs(t, err, &invalid)
	assert.Equal(t, "main.livery.hcl", invalid.Diagnostics[0].Subject.Filename)
}

// One file that cannot be written leaves all as they are, and so does one that has changed.
func TestRewriteIsAllOrNothing(t *testing.T) {
	dir := workspace.Directory(t.TempDir())
	require.NoError(t, dir.WriteFile("a", []byte("old"), 0o600))
	require.NoError(t, os.Symlink("a", dir.Path("link")))
	was := func(name string) string {
		data, err := dir.ReadFile(name)
		require.NoError(t, err)
		return string(data)
	}
	old, changed := map[string][]byte{"a": []byte("old"), "z": nil}, map[string][]byte{"a": []byte("new"), "z": []byte("new")}
	require.NoError(t, dir.WriteFile("z", []byte("meanwhile"), 0o600))
	require.ErrorContains(t, dir.Rewrite(old, changed), "it has changed meanwhile")
	require.ErrorContains(t, dir.Rewrite(map[string][]byte{"a": []byte("older"), "z": []byte("meanwhile")}, changed), "it has changed meanwhile")
	assert.Equal(t, []string{"old", "meanwhile"}, []string{was("a"), was("z")})
	require.NoError(t, os.Remove(dir.Path("z")))
	require.NoError(t, dir.Rewrite(old, changed))
	require.NoError(t, dir.Rewrite(map[string][]byte{"link": []byte("new")}, map[string][]byte{"link": []byte("newer"), "below/b": []byte("b")}))
	assert.Equal(t, []string{"newer", "new", "b"}, []string{was("a"), was("z"), was("below/b")})
	entries, err := os.ReadDir(dir.Path("."))
	require.NoError(t, err)
	assert.Len(t, entries, 4, "nothing else is left")
}
