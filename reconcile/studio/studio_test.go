package studio_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"livery/reconcile/inspect"
	"livery/reconcile/studio"
	"livery/reconcile/workspace"
	"livery/schema"
)

// workspaceOf writes files into a new directory, which is a repository of its own.
func workspaceOf(t testing.TB, archive string) (w *workspace.Workspace, dir string) {
	t.Helper()
	dir = t.TempDir()
	return workspaceIn(t, dir, archive), dir
}

func workspaceIn(t testing.TB, dir, archive string) *workspace.Workspace {
	t.Helper()
	require.NoError(t, os.Mkdir(filepath.Join(dir, ".git"), 0o700))
	for _, f := range txtar.Parse([]byte(archive)).Files {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, f.Name)), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o600))
	}
	return workspace.New(workspace.Config{
		Dir: workspace.Directory(dir), Version: "0.0.0", Now: time.Now, Getenv: func(string) string { return "" },
	})
}

func studioOf(t testing.TB, archive string) (*studio.Studio, string) {
	t.Helper()
	w, dir := workspaceOf(t, archive)
	return openStudio(w), dir
}

func openStudio(w *workspace.Workspace) *studio.Studio {
	return studio.New(w, inspect.PreviewOptions{})
}

func element(t testing.TB, s *studio.Studio, locale schema.Locale, field string) *studio.Element {
	t.Helper()
	e, err := s.Element(locale, field)
	require.NoError(t, err)
	return e
}

// filesIn are all files of a directory but those of its repository.
func filesIn(t testing.TB, dir string) map[string]string {
	t.Helper()
	files := make(map[string]string)
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		way, _ := filepath.Rel(dir, path)
		files[filepath.ToSlash(way)] = string(data)
		return err
	}))
	return files
}

// raw is a value as a page sends it.
func raw(v any) json.RawMessage {
	text, _ := json.Marshal(v)
	return text
}

// save saves changes as a person does: drawn, looked at, written.
func save(t testing.TB, s *studio.Studio, changes ...studio.Change) *studio.Saved {
	t.Helper()
	drawn, err := s.Draw(t.Context(), changes)
	require.NoError(t, err)
	require.Empty(t, drawn.Stops)
	review, err := s.Review(changes)
	require.NoError(t, err)
	saved, err := s.Save(t.Context(), changes, review.Digest)
	require.NoError(t, err)
	return saved
}

// refusal is why something was refused.
func refusal(t testing.TB, err error) *studio.Refusal {
	t.Helper()
	refused := new(studio.Refusal)
	require.ErrorAs(t, err, &refused)
	return refused
}

// places is a stack with a value in every kind of place.
const places = `-- main.livery.hcl --
variable "brand" {
  type = string
}

variable "accent" {
  default = "#AA5500"
}

locals {
  ink     = "#101820"
  dark    = lighten(var.brand, 0.2)
  palette = { paper = "#fafafa" }
  t       = tokens("tokens.json")
}

theme "base" {
  # What everybody wears.
  mobile_tips_page {
    title_text_color              = local.ink # ours
    start_button_background_color = var.brand
    start_button_text_color       = local.dark
    background_color              = local.palette.paper
    tip {
      text = "Light"
    }
    tip {
      text      = "Glasses"
      icon_link = "https://cdn.example/a.png"
    }
  }
  mobile_loading_page {
    progress_color     = var.accent
    loading_text_color = tokens("tokens.json").color.text
  }
  mobile_result_page { show_score = true }
}

locale "en" {
  theme      = theme.base
  title_text = "Face check"
}

locale "th" {
  theme = theme.base
  texts = jsondecode(file("texts/th.json"))
  mobile_result_page {
    success_desc = <<-EOT
      ผ่านแล้ว
    EOT
  }
}
-- more.livery.json --
{
  "locale": {
    "vi": {
      "theme": "${theme.base}",
      "title_text": "Pemeriksaan wajah",
      "mobile_tips_page": {"title_text_color": "${local.ink}"}
    }
  }
}
-- brand.auto.liveryvars.hcl --
# The brand.

brand = "#00483c"
-- texts/th.json --
{
  "titleText": "ตรวจใบหน้า",
  "mobileResultPage": {
    "failedDesc": "ไม่ผ่าน"
  }
}
-- tokens.json --
{
  "color": {
    "ink": { "$type": "color", "$value": { "colorSpace": "srgb", "components": [0.1, 0.1, 0.1] } },
    "text": { "$type": "color", "$value": "{color.ink}" }
  }
}
`

// An element says what it is, where it comes from, who shares it and where it can be
// written.
func TestElement(t *testing.T) {
	s, _ := studioOf(t, places)
	for _, c := range []struct {
		locale schema.Locale
		field  string
		value  any
		reach  string
		ways   []string // kind, label, at, fields, languages
	}{
		{"en_US", "mobileTipsPage.startButtonBackgroundColor", "#00483c", "var.brand, brand.auto.liveryvars.hcl:3: 6 fields in 3 languages", []string{
			"origin var.brand brand.auto.liveryvars.hcl:3 6 3", "theme theme.base main.livery.hcl:20 3 3", "locale locale.en_US main.livery.hcl:38 1 1",
		}},
		{"en_US", "mobileTipsPage.titleTextColor", "#101820", "local.ink, main.livery.hcl:10: 3 fields in 3 languages", []string{
			"origin local.ink main.livery.hcl:10 3 3", "theme theme.base main.livery.hcl:19 2 2", "locale locale.en_US main.livery.hcl:38 1 1",
		}},
		{"vi_VN", "mobileTipsPage.titleTextColor", "#101820", "local.ink, main.livery.hcl:10: 3 fields in 3 languages", []string{
			"origin local.ink main.livery.hcl:10 3 3", "locale locale.vi_VN more.livery.json:6 1 1",
		}},
		{"en_US", "titleText", "Face check", "locale.en_US, main.livery.hcl:40: 1 field in 1 language", []string{"origin locale.en_US main.livery.hcl:40 1 1"}},
		{"th_TH", "titleText", "ตรวจใบหน้า", "locale.th_TH, texts/th.json:2: 1 field in 1 language", []string{"origin locale.th_TH texts/th.json:2 1 1"}},
		{"en_US", "mobileLoadingPage.progressColor", "#aa5500", "var.accent, main.livery.hcl:6: 3 fields in 3 languages", []string{
			"origin var.accent main.livery.hcl:6 3 3", "theme theme.base main.livery.hcl:32 3 3", "locale locale.en_US main.livery.hcl:38 1 1",
		}},
		{"th_TH", "mobileLoadingPage.loadingTextColor", "#1a1a1a", "color.text, tokens.json:4: 3 fields in 3 languages", []string{
			"origin color.text tokens.json:4 3 3", "origin color.ink tokens.json:3 3 3", "theme theme.base main.livery.hcl:33 3 3", "locale locale.th_TH main.livery.hcl:43 1 1",
		}},
		{"th_TH", "mobileLoadingPage.loadingText", nil, "", []string{"theme theme.base main.livery.hcl:16 3 3", "locale locale.th_TH texts/th.json 1 1"}},
		{"en_US", "mobileTipsPage.tips[1].text", "Glasses", "theme.base, main.livery.hcl:27: 3 fields in 3 languages", []string{
			"origin theme.base main.livery.hcl:27 3 3", "locale locale.en_US main.livery.hcl:38 1 1",
		}},
		{"en_US", "mobileResultPage.showScore", true, "theme.base, main.livery.hcl:35: 3 fields in 3 languages", []string{
			"origin theme.base main.livery.hcl:35 3 3", "locale locale.en_US main.livery.hcl:38 1 1",
		}},
	} {
		t.Run(string(c.locale)+" "+c.field, func(t *testing.T) {
			e := element(t, s, c.locale, c.field)
			assert.Equal(t, c.value, e.Value)
			assert.Equal(t, c.reach, e.Reach.Text)
			var ways []string
			for _, w := range e.Ways {
				ways = append(ways, fmt.Sprintf("%s %s %s %d %d", w.Kind, w.Label, w.At, w.Fields, w.Languages))
				assert.Empty(t, w.Stops)
			}
			assert.Equal(t, c.ways, ways)
			if len(e.Ways) > 0 {
				assert.Equal(t, e.Ways[0].ID, e.Preset)
			}
		})
	}

	e := element(t, s, "th_TH", "titleText")
	assert.Equal(t, "title_text", e.Name)
	assert.Equal(t, "text", e.Kind)
	assert.Equal(t, 100, e.Limit)
	assert.Equal(t, 10, e.Length)
	assert.Equal(t, "Liveness Detection", e.Default)
	assert.Equal(t, studio.Language{Tag: "th-TH", Direction: "ltr"}, e.Languages)
	assert.Equal(t, "texts/th.json:2", e.Origin[len(e.Origin)-1].At)
}

// What a function computes is not overwritten: the element names what it is made of.
func TestComputed(t *testing.T) {
	s, dir := studioOf(t, places)
	was := filesIn(t, dir)
	e := element(t, s, "en_US", "mobileTipsPage.startButtonTextColor")
	assert.Equal(t, "lighten(var.brand, 0.2) makes this value: change what it is made of.", e.Computed)
	assert.Equal(t, []studio.Input{{
		Stop:   studio.Stop{Text: "var.brand", At: "brand.auto.liveryvars.hcl:3"},
		Locale: "en_US", Field: "mobileTipsPage.startButtonBackgroundColor",
	}}, e.Inputs)
	assert.Empty(t, e.Ways)
	assert.Empty(t, e.Preset)
	for _, where := range []string{"", "origin:var.brand", "theme:theme.base", "locale:locale.en_US"} {
		_, err := s.Draw(t.Context(), []studio.Change{{Locale: "en_US", Field: e.Field, Value: raw("#123456"), Where: where}})
		assert.Equal(t, "A computed value", refusal(t, err).Summary)
	}
	assert.Equal(t, was, filesIn(t, dir))
}

// What chooses between values, reads a file of words or is a template is not overwritten
// either, and what is no HCL or JSON is written by nobody: the element says where it stands.
func TestMadeElsewhere(t *testing.T) {
	s, _ := studioOf(t, `-- main.livery.hcl --
variable "on" {
  default = true
}
theme "base" {
  title_text = file("words.txt")
  mobile_result_page {
    success_desc     = "%{ if var.on }{second} s%{ else }no%{ endif }"
    failed_desc      = coalesce(null, "fell through")
    next_step_button_text = upper("abc")
    background_color = var.on ? "#111111" : "#222222"
  }
  mobile_loading_page {
    loading_text = <<-EOT
      %{ if var.on }yes%{ endif }
    EOT
  }
}
locale "en" {
  theme = theme.base
  texts = yamldecode(file("en.yaml"))
}
-- more.livery.json --
{"locale": {"th": {"theme": "${theme.base}", "title_text": "%{ if true }ja%{ endif }"}}}
-- words.txt --
Words
-- en.yaml --
mobileTimeoutPage:
  tryAgainButtonText: Again
`)
	for _, c := range []struct {
		locale   schema.Locale
		field    string
		computed string
		ways     []string // id, and whether it is open
		inputs   []string
	}{
		{"en_US", "titleText", "", []string{"origin:theme.base false", "locale:locale.en_US true"}, nil},
		{"en_US", "mobileResultPage.successDesc", `"%{ if var.on }{second} s%{ else }no%{ endif }" makes this value: change what it is made of.`, nil, []string{"var.on main.livery.hcl:1"}},
		{"en_US", "mobileResultPage.failedDesc", "", []string{"origin:theme.base true", "locale:locale.en_US true"}, nil},
		{"en_US", "mobileResultPage.backgroundColor", "", []string{"origin:theme.base true", "locale:locale.en_US true"}, nil},
		{"en_US", "mobileLoadingPage.loadingText", `<<-EOT %{ if var.on }yes%{ endif } EOT makes this value: change what it is made of.`, nil, []string{"var.on main.livery.hcl:1"}},
		{"en_US", "mobileResultPage.nextStepButtonText", `upper("abc") makes this value: change what it is made of.`, nil, nil},
		{"th_TH", "titleText", `"%{ if true }ja%{ endif }" makes this value: change what it is made of.`, nil, nil},
		{"en_US", "mobileTimeoutPage.tryAgainButtonText", "", []string{"origin:locale.en_US false", "locale:locale.en_US true"}, nil},
	} {
		t.Run(string(c.locale)+" "+c.field, func(t *testing.T) {
			e := element(t, s, c.locale, c.field)
			var ways, inputs []string
			for _, w := range e.Ways {
				ways = append(ways, fmt.Sprintf("%s %t", w.ID, w.Stops == ""))
			}
			for _, i := range e.Inputs {
				inputs = append(inputs, i.Text+" "+i.At)
			}
			assert.Equal(t, c.computed, e.Computed)
			assert.Equal(t, c.ways, ways)
			assert.Equal(t, c.inputs, inputs)
		})
	}
}

// Each way writes in its own place and nowhere else.
func TestWays(t *testing.T) {
	for _, c := range []struct {
		about         string
		change        studio.Change
		file          string
		before, after string
	}{
		{"a variable", studio.Change{Locale: "en_US", Field: "mobileTipsPage.startButtonBackgroundColor", Value: raw("#6b2fb3"), Where: "origin:var.brand"},
			"brand.auto.liveryvars.hcl", `"#00483c"`, `"#6b2fb3"`},
		{"a default, in capitals as it was", studio.Change{Locale: "en_US", Field: "mobileLoadingPage.progressColor", Value: raw("#6b2fb3"), Where: "origin:var.accent"},
			"main.livery.hcl", `"#AA5500"`, `"#6B2FB3"`},
		{"in a theme, instead of a name", studio.Change{Locale: "en_US", Field: "mobileTipsPage.titleTextColor", Value: raw("#6b2fb3"), Where: "theme:theme.base"},
			"main.livery.hcl", `local.ink # ours`, `"#6b2fb3" # ours`},
		{"another name in a theme", studio.Change{Locale: "en_US", Field: "mobileTipsPage.titleTextColor", Reference: "local.palette.paper", Where: "theme:theme.base"},
			"main.livery.hcl", `local.ink # ours`, `local.palette.paper # ours`},
		{"a name for a local", studio.Change{Locale: "en_US", Field: "mobileTipsPage.titleTextColor", Reference: "var.brand", Where: "origin:local.ink"},
			"main.livery.hcl", `= "#101820"`, `= var.brand`},
		{"in JSON, instead of a name", studio.Change{Locale: "vi_VN", Field: "mobileTipsPage.titleTextColor", Value: raw("#6b2fb3"), Where: "locale:locale.vi_VN"},
			"more.livery.json", `"${local.ink}"`, `"#6b2fb3"`},
		{"another name in JSON", studio.Change{Locale: "vi_VN", Field: "mobileTipsPage.titleTextColor", Reference: "var.brand", Where: "locale:locale.vi_VN"},
			"more.livery.json", `"${local.ink}"`, `"${var.brand}"`},
		{"a name in JSON that is not there yet", studio.Change{Locale: "vi_VN", Field: "mobileTipsPage.startButtonBackgroundColor", Reference: "var.accent", Where: "locale:locale.vi_VN"},
			"more.livery.json", `{"title_text_color"`, `{"start_button_background_color": "${var.accent}", "title_text_color"`},
		{"a text of JSON with what is special there", studio.Change{Locale: "vi_VN", Field: "titleText", Value: raw(`A "${x}"`), Where: "origin:locale.vi_VN"},
			"more.livery.json", `"Pemeriksaan wajah"`, `"A \"$${x}\""`},
		{"a file of texts", studio.Change{Locale: "th_TH", Field: "titleText", Value: raw("ยิ้ม"), Where: "origin:locale.th_TH"},
			"texts/th.json", `"ตรวจใบหน้า"`, `"ยิ้ม"`},
		{"null in a file of texts", studio.Change{Locale: "th_TH", Field: "titleText", Value: raw(nil), Where: "origin:locale.th_TH"},
			"texts/th.json", `"ตรวจใบหน้า"`, `null`},
		{"a text that is not there yet", studio.Change{Locale: "th_TH", Field: "mobileLoadingPage.loadingText", Value: raw("กำลังโหลด"), Where: "locale:locale.th_TH"},
			"texts/th.json", `ตรวจใบหน้า",`, "ตรวจใบหน้า\",\n  \"mobileLoadingPage\": {\n    \"loadingText\": \"กำลังโหลด\"\n  },"},
		{"a colour of one language", studio.Change{Locale: "en_US", Field: "mobileTipsPage.startButtonBackgroundColor", Value: raw("#6b2fb3"), Where: "locale:locale.en_US"},
			"main.livery.hcl", "title_text = \"Face check\"\n", "title_text = \"Face check\"\n\n  mobile_tips_page {\n    start_button_background_color = \"#6b2fb3\"\n  }\n"},
		{"a name for one language", studio.Change{Locale: "en_US", Field: "mobileTipsPage.startButtonBackgroundColor", Reference: "local.ink", Where: "locale:locale.en_US"},
			"main.livery.hcl", "title_text = \"Face check\"\n", "title_text = \"Face check\"\n\n  mobile_tips_page {\n    start_button_background_color = local.ink\n  }\n"},
		{"a heredoc", studio.Change{Locale: "th_TH", Field: "mobileResultPage.successDesc", Value: raw("เรียบร้อย\n"), Where: "origin:locale.th_TH"},
			"main.livery.hcl", "ผ่านแล้ว", "เรียบร้อย"},
		{"a heredoc, typed without its last line feed", studio.Change{Locale: "th_TH", Field: "mobileResultPage.successDesc", Value: raw("เรียบร้อย\nแล้ว"), Where: "origin:locale.th_TH"},
			"main.livery.hcl", "ผ่านแล้ว", "เรียบร้อย\n      แล้ว"},
		{"an alias of tokens", studio.Change{Locale: "en_US", Field: "mobileLoadingPage.loadingTextColor", Value: raw("#6b2fb3"), Where: "origin:color.text"},
			"tokens.json", `"{color.ink}"`, `"#6b2fb3"`},
		{"a token in object form", studio.Change{Locale: "en_US", Field: "mobileLoadingPage.loadingTextColor", Value: raw("#333333"), Where: "origin:color.ink"},
			"tokens.json", `{ "colorSpace": "srgb", "components": [0.1, 0.1, 0.1] }`, `{ "colorSpace": "srgb", "components": [0.2, 0.2, 0.2], "hex": "#333333" }`},
		{"a tip", studio.Change{Locale: "en_US", Field: "mobileTipsPage.tips[0].text", Value: raw("Find light"), Where: "origin:theme.base"},
			"main.livery.hcl", `"Light"`, `"Find light"`},
		{"the picture of a tip", studio.Change{Locale: "en_US", Field: "mobileTipsPage.tips[1].iconLink", Value: raw("https://cdn.example/b.png"), Where: "origin:theme.base"},
			"main.livery.hcl", `a.png`, `b.png`},
		{"a tip of one language, which has the whole list then", studio.Change{Locale: "en_US", Field: "mobileTipsPage.tips[1].text", Value: raw("No hats"), Where: "locale:locale.en_US"},
			"main.livery.hcl", "title_text = \"Face check\"\n", "title_text = \"Face check\"\n\n  mobile_tips_page {\n    tip {\n      text = \"Light\"\n    }\n\n    tip {\n      icon_link = \"https://cdn.example/a.png\"\n      text      = \"No hats\"\n    }\n  }\n"},
		{"a switch", studio.Change{Locale: "en_US", Field: "mobileResultPage.showScore", Value: raw(false), Where: "origin:theme.base"},
			"main.livery.hcl", `= true`, `= false`},
		{"the API's default", studio.Change{Locale: "en_US", Field: "mobileTipsPage.titleTextColor", Value: raw(nil), Where: "origin:local.ink"},
			"main.livery.hcl", `= "#101820"`, `= null`},
	} {
		t.Run(c.about, func(t *testing.T) {
			s, dir := studioOf(t, places)
			was := filesIn(t, dir)
			require.Contains(t, was[c.file], c.before)
			saved := save(t, s, c.change)
			assert.Equal(t, &studio.Saved{Files: []string{c.file}, Undo: 1}, saved)
			want := filesIn(t, dir)
			require.Equal(t, strings.Replace(was[c.file], c.before, c.after, 1), want[c.file])
			want[c.file] = was[c.file]
			assert.Equal(t, was, want, "another file")

			now := filesIn(t, dir)
			saved, err := s.Undo()
			require.NoError(t, err)
			assert.Equal(t, &studio.Saved{Files: []string{c.file}, Redo: 1}, saved)
			assert.Equal(t, was, filesIn(t, dir))
			_, err = s.Redo()
			require.NoError(t, err)
			assert.Equal(t, now, filesIn(t, dir))
		})
	}
}
