package inspect_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/hashicorp/hcl/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile/inspect"
	"livery/reconcile/workspace"
	"livery/schema"
	"livery/testdata/gittest"
)

func open(dir string) *workspace.Workspace {
	return workspace.New(workspace.Config{Dir: workspace.Directory(dir), Version: "0.0.0", Now: time.Now, Getenv: func(string) string { return "" }})
}

const twoFiles = `
theme "base" {
  mobile_tips_page { start_button_background_color = "#00483c" }
}

locale "th" {
  theme = theme.base
  title_text = "ตรวจใบหน้า"
}

locale "ar_AE" { theme = theme.base }
`

// The summary of what changes since a commit is that of the files, whatever was changed
// before: it is the same as that of a preview that was just opened.
func TestSummaryOfABase(t *testing.T) {
	r := gittest.New(t)
	r.Write("main.livery.hcl", twoFiles)
	r.Write("en.livery.hcl", "locale \"en\" { title_text = \"Face check\" }\n")
	r.Commit("first")
	shown := inspect.PreviewOptions{Base: "HEAD"}
	kept := inspect.NewPreview(open(r.Dir), shown)
	for _, c := range []struct {
		name, content string
		changed, same int
	}{
		{"en.livery.hcl", "locale \"en\" { title_text = \"Face check\" }\n", 0, 3},
		{"en.livery.hcl", "locale \"en\" { title_text = \"Look\" }\n", 1, 2},
		{"en.livery.hcl", "\n\nlocale \"en\" { title_text = \"Look\" }\n", 1, 2}, // elsewhere
		{"main.livery.hcl", strings.Replace(twoFiles, "#00483c", "#6b2fb3", 1), 3, 0},
		{"main.livery.hcl", strings.Replace(twoFiles, "ar_AE", "ja_JP", 1), 1, 1}, // one is new, one is gone
		{"main.livery.hcl", twoFiles, 1, 2},
		{"en.livery.hcl", "locale \"en\" { title_text = \"Face check\" }\n", 0, 3},
	} {
		r.Write(c.name, c.content)
		got, err := kept.Data(t.Context())
		require.NoError(t, err)
		assert.True(t, got.Gallery.ChangedOnly, "what did not change is left out at first")
		assert.Equal(t, []int{c.changed, c.same}, []int{got.Gallery.Summary.Changed, got.Gallery.Summary.Same}, c.content)
		isOn := strings.Contains(string(got.Gallery.HTML()), `id="only" checked`)
		assert.Equal(t, c.changed > 0, isOn, "where something changes, the switch is on")
		fresh, err := inspect.NewPreview(open(r.Dir), shown).Data(t.Context())
		require.NoError(t, err)
		assert.Empty(t, cmp.Diff(fresh.Gallery.Summary, got.Gallery.Summary, cmpopts.IgnoreUnexported(hcl.Range{})))
	}
}

// The language that others are translated from comes first, then each by its name; a list
// of them names each in its own words.
func TestOrderOfLanguages(t *testing.T) {
	dir := t.TempDir()
	var text strings.Builder
	text.WriteString("livery {\n  texts {\n    source = \"th\"\n  }\n}\n")
	for _, name := range []string{"vi_VN", "ja_JP", "th", "en", "ar_AE"} {
		text.WriteString("locale \"" + name + "\" { title_text = \"x\" }\n")
	}
	require.NoError(t, os.WriteFile(dir+"/main.livery.hcl", []byte(text.String()), 0o600))
	d, err := inspect.NewPreview(open(dir), inspect.PreviewOptions{}).Data(t.Context())
	require.NoError(t, err)
	require.Empty(t, d.Diagnostics)
	var order []schema.Locale
	for _, s := range d.Gallery.Sheets {
		order = append(order, s.Document.Locale)
	}
	assert.Equal(t, []schema.Locale{"th_TH", "ar_AE", "en_US", "ja_JP", "vi_VN"}, order)
	_, index, _ := strings.Cut(string(d.Gallery.HTML()), `id="index">`)
	at := -1
	for _, own := range []string{"ไทย", "العربية", "English", "日本語", "Tiếng Việt"} {
		next := strings.Index(index, own)
		assert.Greater(t, next, at, "%s stands elsewhere", own)
		at = next
	}
}
