package studio_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile/inspect"
	"livery/reconcile/studio"
	"livery/schema"
)

func brand(value string) studio.Change {
	return studio.Change{Locale: "en_US", Field: "mobileTipsPage.startButtonBackgroundColor", Value: raw(value), Where: "origin:var.brand"}
}

const brandFile = "brand.auto.liveryvars.hcl"

// write writes a file as another program does.
func write(t *testing.T, dir, name, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
}

// What changed underneath is never overwritten: neither between looking and saving, nor
// between saving and taking back.
func TestChangedUnderneath(t *testing.T) {
	s, dir := studioOf(t, places)
	changes := []studio.Change{brand("#6b2fb3")}
	review, err := s.Review(changes)
	require.NoError(t, err)
	require.Len(t, review.Files, 1)
	assert.Equal(t, brandFile, review.Files[0].Name)
	assert.Contains(t, review.Files[0].Diff, "-brand = \"#00483c\"\n+brand = \"#6b2fb3\"\n")

	write(t, dir, brandFile, "# Theirs.\nbrand = \"#112233\"\n")
	_, err = s.Save(t.Context(), changes, review.Digest)
	refused := refusal(t, err)
	assert.Equal(t, studio.Conflict, refused.Reason)
	assert.Contains(t, refused.Detail, "has changed since you looked at the differences")
	assert.Equal(t, "# Theirs.\nbrand = \"#112233\"\n", filesIn(t, dir)[brandFile])

	save(t, s, changes...) // looked at again, it is written into what is there now
	assert.Equal(t, "# Theirs.\nbrand = \"#6b2fb3\"\n", filesIn(t, dir)[brandFile])

	write(t, dir, brandFile, "# Theirs again.\nbrand = \"#445566\"\n")
	_, err = s.Undo()
	assert.Equal(t, studio.Conflict, refusal(t, err).Reason)
	assert.Equal(t, "# Theirs again.\nbrand = \"#445566\"\n", filesIn(t, dir)[brandFile])
	_, err = s.Undo()
	assert.Equal(t, "Nothing was written: "+brandFile+" was changed since by somebody else. As long as it is not as this visit left it, undo would take their work away: change it by hand.", refusal(t, err).Detail)
	require.NoError(t, os.Remove(filepath.Join(dir, brandFile)))
	_, err = s.Undo()
	assert.Equal(t, studio.Conflict, refusal(t, err).Reason)
	write(t, dir, brandFile, "# Theirs.\nbrand = \"#6b2fb3\"\n")
	_, err = s.Undo() // it is not forgotten
	require.NoError(t, err)
	assert.Equal(t, "# Theirs.\nbrand = \"#112233\"\n", filesIn(t, dir)[brandFile])
}

// A file that the stack reads and that is not written counts too: what was looked at is
// what is judged.
func TestChangedBeside(t *testing.T) {
	s, dir := studioOf(t, places)
	review, err := s.Review([]studio.Change{brand("#6b2fb3")})
	require.NoError(t, err)
	write(t, dir, "tokens.json", `{"color": {"ink": {"$type": "color", "$value": "#000000"}, "text": {"$type": "color", "$value": "#111111"}}}`)
	was := filesIn(t, dir)
	_, err = s.Save(t.Context(), []studio.Change{brand("#6b2fb3")}, review.Digest)
	assert.Equal(t, studio.Conflict, refusal(t, err).Reason)
	assert.Equal(t, was, filesIn(t, dir))
}

// Two windows, and two runs, do not write over each other.
func TestTwoWindows(t *testing.T) {
	w, dir := workspaceOf(t, places)
	one, two := openStudio(w), openStudio(w)
	first, err := one.Review([]studio.Change{brand("#111111")})
	require.NoError(t, err)
	second, err := two.Review([]studio.Change{brand("#222222")})
	require.NoError(t, err)
	_, err = one.Save(t.Context(), []studio.Change{brand("#111111")}, first.Digest)
	require.NoError(t, err)
	_, err = two.Save(t.Context(), []studio.Change{brand("#222222")}, second.Digest)
	assert.Equal(t, studio.Conflict, refusal(t, err).Reason)
	assert.Contains(t, filesIn(t, dir)[brandFile], "#111111")
}

// What would stop an apply is not saved, and stands beside the picture.
func TestStops(t *testing.T) {
	for about, c := range map[string]studio.Change{
		"no colour":          {Locale: "en_US", Field: "mobileTipsPage.startButtonBackgroundColor", Value: raw("#12"), Where: "origin:var.brand"},
		"a text too long":    {Locale: "en_US", Field: "titleText", Value: raw(string(make([]rune, 101))), Where: "origin:locale.en_US"},
		"no link":            {Locale: "en_US", Field: "mobileTipsPage.tips[1].iconLink", Value: raw("javascript:alert(1)"), Where: "origin:theme.base"},
		"a name of a circle": {Locale: "en_US", Field: "mobileTipsPage.titleTextColor", Reference: "local.ink", Where: "origin:local.ink"},
	} {
		t.Run(about, func(t *testing.T) {
			s, dir := studioOf(t, places)
			was := filesIn(t, dir)
			drawn, err := s.Draw(t.Context(), []studio.Change{c})
			require.NoError(t, err)
			assert.NotEmpty(t, drawn.Stops)
			assert.NotEmpty(t, drawn.Problems)
			review, err := s.Review([]studio.Change{c})
			require.NoError(t, err)
			_, err = s.Save(t.Context(), []studio.Change{c}, review.Digest)
			assert.Equal(t, "Not saved", refusal(t, err).Summary)
			assert.Equal(t, was, filesIn(t, dir))
		})
	}
}

// A language that is not shown is sent all the same.
func TestALanguageThatIsNotShownStops(t *testing.T) {
	w, dir := workspaceOf(t, `-- main.livery.hcl --
theme "base" {
  mobile_tips_page {
    tip {
      text = "Short"
    }
  }
}
locale "en" {
  theme = theme.base
}
locale "zh_CN" {
  theme = theme.base
}
`)
	s, was := studio.New(w, inspect.PreviewOptions{Locales: []schema.Locale{"en_US"}}), filesIn(t, dir)
	_, err := s.Save(t.Context(), []studio.Change{{Locale: "en_US", Field: "mobileTipsPage.tips[0].text", Value: raw("Find a place with good light, please"), Where: "origin"}}, "")
	assert.Contains(t, refusal(t, err).Detail, "This would stop the next apply: main.livery.hcl:4: ")
	assert.Equal(t, was, filesIn(t, dir))
}

// What lint is told to take for an error stops an apply, and so a save.
func TestLintStops(t *testing.T) {
	s, _ := studioOf(t, places+"-- lint.livery.hcl --\nlivery {\n  lint {\n    rule \"contrast\" {\n      level = \"error\"\n    }\n  }\n}\n")
	ink := studio.Change{Locale: "en_US", Field: "mobileTipsPage.titleTextColor", Value: raw("#f9f9f9"), Where: "origin:local.ink"}
	drawn, err := s.Draw(t.Context(), []studio.Change{ink})
	require.NoError(t, err)
	assert.Contains(t, drawn.Stops, "contrast")
	assert.False(t, drawn.IsBroken)
}

// A request that means nothing is refused in words.
func TestNonsense(t *testing.T) {
	s, dir := studioOf(t, places)
	was := filesIn(t, dir)
	for _, c := range []struct {
		change  studio.Change
		summary string
	}{
		{studio.Change{Locale: "xx", Field: "titleText"}, "No such language"},
		{studio.Change{Locale: "ja_JP", Field: "titleText", Value: raw("x")}, "No such language"},
		{studio.Change{Locale: "en_US", Field: "../../etc/passwd"}, "No such field"},
		{studio.Change{Locale: "en_US", Field: "mobileTipsPage.tips[99999999999999999999].text"}, "No such field"},
		{studio.Change{Locale: "en_US", Field: "mobileTipsPage.tips[-1].text"}, "No such field"},
		{studio.Change{Locale: "en_US", Field: "mobileTipsPage.tips[4].text", Value: raw("x"), Where: "origin:theme.base"}, "No such field"},
		{studio.Change{Locale: "en_US", Field: "titleText[0].text", Value: raw("x"), Where: "origin:theme.base"}, "No such field"},
		{studio.Change{Locale: "en_US", Field: "mobileTipsPage.tips[0", Value: raw("x"), Where: "origin:theme.base"}, "No such field"},
		{studio.Change{Locale: "en_US", Field: "mobileTipsPage.tips[0]text", Value: raw("x"), Where: "origin:theme.base"}, "No such field"},
		{studio.Change{Locale: "en_US", Field: "mobileTipsPage.tips[0]", Value: raw(nil), Where: "origin:theme.base"}, "Not this tip"},
		{studio.Change{Locale: "en_US", Field: "mobileTipsPage.tips[0]", Value: raw(nil), Where: "locale:locale.en_US"}, "Not this tip"},
		{studio.Change{Locale: "en_US", Field: "mobileTipsPage.tips[3]", Value: raw(nil), Where: "origin:theme.base"}, "Not this tip"},
		{studio.Change{Locale: "en_US", Field: "mobileTipsPage.tips[1]", Value: raw("x"), Where: "origin:theme.base"}, "Wrong type of value"},
		{studio.Change{Locale: "en_US", Field: "mobileTipsPage.tips", Value: raw("x"), Where: "origin:theme.base"}, "Wrong type of value"},
		{studio.Change{Locale: "en_US", Field: "mobileTipsPage.tips[3].text", Value: raw("x"), Where: "origin:theme.other"}, "Nowhere to write it"},
		{studio.Change{Locale: "en_US", Field: "titleText", Value: raw("x"), Where: "origin:/etc/passwd"}, "Nowhere to write it"},
		{studio.Change{Locale: "en_US", Field: "titleText", Value: raw(7), Where: "origin:locale.en_US"}, "Wrong type of value"},
		{studio.Change{Locale: "en_US", Field: "titleText", Where: "origin:locale.en_US"}, "Wrong type of value"},
		{studio.Change{Locale: "en_US", Field: "mobileResultPage.showScore", Value: raw("yes"), Where: "origin:theme.base"}, "Wrong type of value"},
		{studio.Change{Locale: "en_US", Field: "mobileTipsPage.titleTextColor", Reference: `file("/etc/passwd")`, Where: "theme:theme.base"}, "No such colour"},
		{studio.Change{Locale: "en_US", Field: "titleText", Reference: "var.brand", Where: "origin:locale.en_US"}, "No such colour"},
		{studio.Change{Locale: "en_US", Field: "mobileLoadingPage.loadingTextColor", Value: raw(nil), Where: "origin:color.text"}, "A token has a value"},
		{studio.Change{Locale: "en_US", Field: "mobileLoadingPage.loadingTextColor", Value: raw(nil), Where: "origin:color.ink"}, "A token has a value"},
		{studio.Change{Locale: "en_US", Field: "mobileTipsPage.startButtonBackgroundColor", Reference: "local.ink", Where: "origin:var.brand"}, "No name can stand there"},
	} {
		_, err := s.Draw(t.Context(), []studio.Change{c.change})
		assert.Equal(t, c.summary, refusal(t, err).Summary, "%+v", c.change)
	}
	_, err := s.Draw(t.Context(), make([]studio.Change, studio.MaxChanges+1))
	assert.Equal(t, "Too many changes", refusal(t, err).Summary)
	_, err = s.Undo()
	assert.Equal(t, "Nothing to undo", refusal(t, err).Summary)
	assert.Equal(t, was, filesIn(t, dir))
}

// A stack with errors is looked at, and not changed from here.
func TestBrokenStack(t *testing.T) {
	s, _ := studioOf(t, places+"-- more.livery.hcl --\nlocale \"ja_JP\" {\n  title_text = 7 +\n}\n")
	_, err := s.Element("en_US", "titleText")
	assert.Contains(t, refusal(t, err).Detail, "more.livery.hcl:2")
}

// Files that may not be written are not offered, and not written by those who ask for them
// all the same: what lies outside of the repository, in another one, or behind a link, and
// what nobody may write.
func TestClosedFiles(t *testing.T) {
	const shared = "-- stack/main.livery.hcl --\nlivery {\n  include = [\"../lib/*.livery.hcl\"]\n}\nlocale \"en\" {\n  theme = theme.base\n  title_text = \"Title\"\n}\n" +
		"-- lib/base.livery.hcl --\ntheme \"base\" {\n  mobile_loading_page { progress_color = \"#00483c\" }\n}\n"
	field := "mobileLoadingPage.progressColor"
	for about, c := range map[string]struct {
		prepare func(t *testing.T, dir string)
		why     string
	}{
		"the same repository":             {func(*testing.T, string) {}, ""},
		"no repository":                   {func(t *testing.T, dir string) { require.NoError(t, os.Remove(filepath.Join(dir, ".git"))) }, "outside of the stack's repository"},
		"a repository of the stack alone": {func(t *testing.T, dir string) { require.NoError(t, os.Mkdir(filepath.Join(dir, "stack/.git"), 0o700)) }, "outside of the stack's repository"},
		"another repository":              {func(t *testing.T, dir string) { write(t, dir, "lib/.git", "gitdir: ../.git/modules/lib\n") }, "in another repository"},
		"a file that is a link": {func(t *testing.T, dir string) {
			require.NoError(t, os.Rename(filepath.Join(dir, "lib/base.livery.hcl"), filepath.Join(dir, "elsewhere")))
			require.NoError(t, os.Symlink("../elsewhere", filepath.Join(dir, "lib/base.livery.hcl")))
		}, "through a link"},
		"a directory that is a link": {func(t *testing.T, dir string) {
			require.NoError(t, os.Rename(filepath.Join(dir, "lib"), filepath.Join(dir, "elsewhere")))
			require.NoError(t, os.Symlink("elsewhere", filepath.Join(dir, "lib")))
		}, "through a link"},
		"a file that nobody may write": {func(t *testing.T, dir string) {
			require.NoError(t, os.Chmod(filepath.Join(dir, "lib/base.livery.hcl"), 0o400))
		}, "Nobody may write"},
	} {
		t.Run(about, func(t *testing.T) {
			w, dir := workspaceOf(t, shared)
			c.prepare(t, dir)
			w.Dir = w.Dir + "/stack"
			s, file := openStudio(w), filepath.Join(dir, "lib/base.livery.hcl")
			was, err := os.ReadFile(file)
			require.NoError(t, err)
			e := element(t, s, "en_US", field)
			require.NotEmpty(t, e.Ways)
			assert.Equal(t, "theme.base", e.Ways[0].Label)
			change := studio.Change{Locale: "en_US", Field: field, Value: raw("#6b2fb3"), Where: e.Ways[0].ID}
			if c.why == "" {
				assert.Empty(t, e.Ways[0].Stops)
				save(t, s, change)
				now, err := os.ReadFile(file)
				require.NoError(t, err)
				assert.Contains(t, string(now), "#6b2fb3")
				return
			}
			assert.Contains(t, e.Ways[0].Stops, c.why)
			assert.Equal(t, "locale:locale.en_US", e.Preset, "the first way that is open")
			_, err = s.Draw(t.Context(), []studio.Change{change})
			assert.Contains(t, refusal(t, err).Detail, c.why)
			_, err = s.Save(t.Context(), []studio.Change{change}, "")
			assert.Error(t, err)
			now, err := os.ReadFile(file)
			require.NoError(t, err)
			assert.Equal(t, string(was), string(now))
		})
	}
}

// A file that becomes a link after it was looked at is not written either.
func TestBecomesALink(t *testing.T) {
	s, dir := studioOf(t, places)
	review, err := s.Review([]studio.Change{brand("#6b2fb3")})
	require.NoError(t, err)
	outside := filepath.Join(t.TempDir(), "outside")
	require.NoError(t, os.Rename(filepath.Join(dir, brandFile), outside))
	require.NoError(t, os.Symlink(outside, filepath.Join(dir, brandFile)))
	_, err = s.Save(t.Context(), []studio.Change{brand("#6b2fb3")}, review.Digest)
	refusal(t, err)
	data, err := os.ReadFile(outside)
	require.NoError(t, err)
	assert.Contains(t, string(data), "#00483c")
}

// What the system says when it cannot write is said, and nothing is lost: the changes can
// be saved once there is room.
func TestNoRoom(t *testing.T) {
	s, dir := studioOf(t, places)
	was := filesIn(t, dir)
	changes := []studio.Change{brand("#6b2fb3")}
	for _, failure := range []error{syscall.ENOSPC, syscall.EROFS, syscall.EACCES} {
		restore := studio.FailWrites(s, &fs.PathError{Op: "write", Path: brandFile, Err: failure})
		review, err := s.Review(changes)
		require.NoError(t, err)
		_, err = s.Save(t.Context(), changes, review.Digest)
		refused := refusal(t, err)
		assert.Equal(t, studio.Failed, refused.Reason)
		assert.Contains(t, refused.Detail, failure.Error())
		assert.Contains(t, refused.Detail, "Nothing was written")
		assert.Equal(t, was, filesIn(t, dir))
		restore()
	}
	save(t, s, changes...)
	restore := studio.FailWrites(s, errors.New("no space left on device"))
	_, err := s.Undo()
	assert.Equal(t, studio.Failed, refusal(t, err).Reason)
	restore()
	_, err = s.Undo()
	require.NoError(t, err)
	assert.Equal(t, was, filesIn(t, dir))
}
