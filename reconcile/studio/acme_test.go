package studio_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile/studio"
	"livery/reconcile/workspace"
	"livery/schema"
)

// A stack as people write one, with derived colours, tokens, several themes and languages in
// one block: every element can be described, and what is preset can be drawn.
func TestExample(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS("../../examples/acme")))
	w := workspace.New(workspace.Config{
		Dir: workspace.Directory(dir), Version: "0.1.0", Now: time.Now, Getenv: func(string) string { return "" },
	})
	s, kinds := openStudio(w), make(map[string]int)
	for _, locale := range []schema.Locale{"th_TH", "ja_JP"} {
		var changes []studio.Change
		for _, f := range schema.Fields() {
			e := element(t, s, locale, f.Path())
			for _, way := range e.Ways {
				kinds[way.Kind]++
				assert.NotZero(t, way.Languages, "%s %s %s", locale, f.Path(), way.ID)
				assert.Equal(t, "", way.Stops)
			}
			switch {
			case f.Kind == schema.Tips:
				continue
			case e.Computed != "":
				kinds["computed"]++
				assert.NotEmpty(t, e.Inputs, "%s %s", locale, f.Path())
				continue
			}
			require.NotEmpty(t, e.Preset, "%s %s", locale, f.Path())
			value := raw(nil)
			if strings.HasPrefix(e.Ways[0].At, "tokens.json") {
				value = raw(e.Value) // a token has one
			}
			changes = append(changes, studio.Change{Locale: locale, Field: f.Path(), Value: value, Where: e.Preset})
		}
		_, err := s.Review(changes)
		require.NoError(t, err, locale)
	}
	e := element(t, s, "en_US", "mobileLoadingPage.progressColor")
	assert.Equal(t, "var.brand, brand.auto.liveryvars.hcl:3: 132 fields in 12 languages", e.Reach.Text, "as many as a plan changes")
	for _, kind := range []string{studio.AtOrigin, studio.InTheme, studio.InLocale, "computed"} {
		assert.NotZero(t, kinds[kind], kind)
	}
}

// What the page for designers says: the brand colour is one line, changed for all languages
// and taken back.
func TestTheBrandThereAndBack(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS("../../examples/acme")))
	s, was := openStudio(workspace.New(workspace.Config{
		Dir: workspace.Directory(dir), Version: "0.1.0", Now: time.Now, Getenv: func(string) string { return "" },
	})), filesIn(t, dir)
	e := element(t, s, "th_TH", "mobileLoadingPage.progressColor")
	saved := save(t, s, studio.Change{Locale: e.Locale, Field: e.Field, Value: raw("#6b2fb3"), Where: e.Preset})
	assert.Equal(t, []string{"brand.auto.liveryvars.hcl"}, saved.Files)
	assert.Equal(t, strings.Replace(was["brand.auto.liveryvars.hcl"], "#0f6b5c", "#6b2fb3", 1), filesIn(t, dir)["brand.auto.liveryvars.hcl"])
	assert.Equal(t, "#6b2fb3", element(t, s, "en_US", e.Field).Value)
	_, err := s.Undo()
	require.NoError(t, err)
	assert.Equal(t, was, filesIn(t, dir))
}
