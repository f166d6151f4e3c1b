package lsp_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// conversation is a client with an archive of which files are open.
func conversation(t *testing.T, archive string, open ...string) *client {
	t.Helper()
	c := start(t, archive)
	c.initialize(obj{"workspace": obj{"workspaceEdit": obj{"documentChanges": true}}})
	for _, name := range open {
		c.open(name)
		c.findings(name, 1)
	}
	return c
}

// where is a question about the place behind the n-th of a word in a file of the client's.
func (c *client) where(file, word string, n int) obj {
	c.t.Helper()
	src, err := os.ReadFile(filepath.Join(c.dir, file))
	require.NoError(c.t, err)
	p := c.doc(file)
	p["position"] = at(c.t.(*testing.T), "-- "+file+" --\n"+string(src), file, word, n)
	return p
}

// offered are the titles of the actions at a place, of a kind or of all.
func (c *client) offered(file, word string, n int, only ...string) (titles []string, actions []obj) {
	c.t.Helper()
	p := c.where(file, word, n)
	p["range"] = obj{"start": p["position"], "end": p["position"]}
	p["context"] = obj{"diagnostics": []any{}, "only": only}
	for _, a := range c.result("textDocument/codeAction", p).([]any) {
		titles, actions = append(titles, a.(obj)["title"].(string)), append(actions, a.(obj))
	}
	return titles, actions
}

// edited is what a workspace edit makes of the files on disk, by their names.
func (c *client) edited(edit any) map[string]string {
	c.t.Helper()
	files := make(map[string]string)
	for _, change := range edit.(obj)["documentChanges"].([]any) {
		name := strings.TrimPrefix(change.(obj)["textDocument"].(obj)["uri"].(string), c.uri("")+"/")
		src, err := os.ReadFile(filepath.Join(c.dir, name))
		require.NoError(c.t, err)
		files[name] = applied(string(src), change.(obj)["edits"].([]any))
	}
	return files
}

// applied makes edits in a text whose characters are one UTF-16 unit each.
func applied(text string, edits []any) string {
	lines := strings.SplitAfter(text, "\n")
	offset := func(p any) int {
		n := 0
		for _, line := range lines[:int(p.(obj)["line"].(float64))] {
			n += len(line)
		}
		if int(p.(obj)["line"].(float64)) == len(lines) {
			return n
		}
		line := lines[int(p.(obj)["line"].(float64))]
		return n + len(string([]rune(line)[:int(p.(obj)["character"].(float64))]))
	}
	slices.SortFunc(edits, func(a, b any) int {
		return offset(b.(obj)["range"].(obj)["start"]) - offset(a.(obj)["range"].(obj)["start"])
	})
	for _, e := range edits {
		r := e.(obj)["range"].(obj)
		text = text[:offset(r["start"])] + e.(obj)["newText"].(string) + text[offset(r["end"]):]
	}
	return text
}

const colourful = `
-- main.livery.hcl --
# Our pages.
theme "base" {
  mobile_loading_page {
    progress_color = "#0B5FFF"
  }
  mobile_result_page {
    background_color = darken("#0b5fff", 0.1)
  }
}

locale "en" {
  theme      = theme.base
  title_text = "Hello #0b5fff"
}
`

func TestExtractAColour(t *testing.T) {
	c := conversation(t, colourful, "main.livery.hcl")
	titles, actions := c.offered("main.livery.hcl", "#0B5F", 1, "refactor")
	require.Equal(t, []string{"Extract #0b5fff to local.progress_color (2 places)"}, titles)
	assert.Equal(t, `locals {
  progress_color = "#0B5FFF"
}

# Our pages.
theme "base" {
  mobile_loading_page {
    progress_color = local.progress_color
  }
  mobile_result_page {
    background_color = darken(local.progress_color, 0.1)
  }
}

locale "en" {
  theme      = theme.base
  title_text = "Hello #0b5fff"
}
`, c.edited(actions[0]["edit"])["main.livery.hcl"])
	titles, _ = c.offered("main.livery.hcl", "Hello", 1, "refactor")
	assert.Empty(t, titles)
}

func TestExtractIntoLocals(t *testing.T) {
	c := conversation(t, `
-- main.livery.hcl --
locals {
  progress_color = "#ffffff"
}
locale "en" {
  mobile_loading_page {
    progress_color = "#0b5fff"
  }
}
`, "main.livery.hcl")
	_, actions := c.offered("main.livery.hcl", "#0b5f", 1, "refactor.extract")
	require.Len(t, actions, 1)
	assert.Equal(t, `locals {
  progress_color = "#ffffff"
  progress_color_2 = "#0b5fff"
}
locale "en" {
  mobile_loading_page {
    progress_color = local.progress_color_2
  }
}
`, c.edited(actions[0]["edit"])["main.livery.hcl"])
	titles, _ := c.offered("main.livery.hcl", "#ffff", 1, "refactor.extract")
	assert.Empty(t, titles, "it is a local already")
}

const shared = `
-- brands/a/main.livery.hcl --
livery {
  include = ["../../shared/*.livery.hcl"]
}
locals {
  dark = true
}
locale "en" {
  theme = theme.base
  mobile_result_page {
    background_color = local.brand
  }
}
-- brands/b/main.livery.hcl --
livery {
  include = ["../../shared/*.livery.hcl"]
}
locals {
  light = true
}
locale "en" {
  theme      = theme.base
  title_text = "The colour is ${local.brand}"
}
-- brands/b/more.livery.json --
{"locale": {"th": {"theme": "theme.base", "title_text": "${local.brand} ${var.tone}"}}}
-- brands/b/prod.liveryvars.hcl --
tone = "dark"
-- brands/c/main.livery.hcl --
locals {
  brand = "#000000"
}
locale "en" {
  title_text = local.brand
}
-- shared/themes.livery.hcl --
# The one colour.
locals {
  # of the brand
  brand = true ? "#0b5fff" : "#000000"
  red   = "#ff0000"
}
variable "tone" {
  type    = string
  default = "light"
}
theme "base" {
  mobile_loading_page {
    progress_color     = local.brand
    loading_text_color = darken(local["brand"], 0.1)
  }
}
`

func TestInlineALocal(t *testing.T) {
	c := conversation(t, shared, "brands/a/main.livery.hcl")
	titles, _ := c.offered("brands/b/more.livery.json", "local.bra", 1, "refactor.inline")
	assert.Empty(t, titles, "JSON refers to it")
	require.NoError(t, os.Remove(filepath.Join(c.dir, "brands/b/more.livery.json")))
	_, actions := c.offered("brands/a/main.livery.hcl", "local.bra", 1, "refactor.inline")
	require.Len(t, actions, 1)
	assert.Equal(t, "Inline local.brand", actions[0]["title"])
	files := c.edited(actions[0]["edit"])
	assert.Contains(t, files["brands/a/main.livery.hcl"], `background_color = (true ? "#0b5fff" : "#000000")`)
	assert.Contains(t, files["brands/b/main.livery.hcl"], `is ${(true ? "#0b5fff" : "#000000")}"`, "a stack that is not open")
	assert.Contains(t, files["shared/themes.livery.hcl"], "locals {\n  red   = \"#ff0000\"\n}")
	assert.Contains(t, files["shared/themes.livery.hcl"], `darken((true ? "#0b5fff" : "#000000"), 0.1)`)
	assert.Len(t, files, 3)
}

// What leads to a name or a field is found in all stacks that share its file, once.
func TestReferencesInStacksThatShareAFile(t *testing.T) {
	c := conversation(t, shared, "shared/themes.livery.hcl")
	theme := c.where("shared/themes.livery.hcl", "theme \"ba", 1)
	users := []string{"brands/a/main.livery.hcl:8", "brands/b/main.livery.hcl:8", "brands/b/more.livery.json:1"}
	assert.ElementsMatch(t, users, c.referred(theme, false))
	assert.ElementsMatch(t, append(users, "shared/themes.livery.hcl:11"), c.referred(theme, true))
	assert.ElementsMatch(t, []string{"brands/b/prod.liveryvars.hcl:1", "brands/b/more.livery.json:1"}, c.referred(c.where("shared/themes.livery.hcl", "variable \"to", 1), false))

	a := "locale \"en\" {\n  theme = theme.base\n  mobile_loading_page {\n    progress_color = \"#ffffff\"\n  }\n}\n"
	require.NoError(t, os.WriteFile(filepath.Join(c.dir, "brands/b/main.livery.hcl"), []byte("livery {\n  include = [\"../../shared/*.livery.hcl\"]\n}\n"+a), 0o644))
	c.notify("workspace/didChangeWatchedFiles", obj{"changes": []obj{{"uri": c.uri("brands/b/main.livery.hcl"), "type": 2}}})
	field := c.where("shared/themes.livery.hcl", "progress_co", 1)
	assert.Contains(t, c.referred(field, false), "brands/b/main.livery.hcl:7", "a field that takes its place")
}

// A name is changed in all stacks that share a file in which it stands, and in no other.
func TestRenameInStacksThatShareAFile(t *testing.T) {
	c := conversation(t, shared, "brands/a/main.livery.hcl")
	rename := func(file, word, to string) obj {
		p := c.where(file, word, 1)
		p["newName"] = to
		return c.ask("textDocument/rename", p)
	}
	files := c.edited(rename("brands/a/main.livery.hcl", "local.bra", "sea")["result"])
	assert.Contains(t, files["brands/a/main.livery.hcl"], "background_color = local.sea\n")
	assert.Contains(t, files["brands/b/main.livery.hcl"], "is ${local.sea}\"")
	assert.Contains(t, files["brands/b/more.livery.json"], `"${local.sea} ${var.tone}"`)
	assert.Contains(t, files["shared/themes.livery.hcl"], "  sea = true ?")
	assert.Contains(t, files["shared/themes.livery.hcl"], `darken(local["sea"], 0.1)`)
	assert.Len(t, files, 4)

	files = c.edited(rename("shared/themes.livery.hcl", "variable \"to", "mood")["result"])
	assert.Equal(t, "mood = \"dark\"\n", files["brands/b/prod.liveryvars.hcl"])
	assert.Contains(t, files["brands/b/more.livery.json"], "${var.mood}")

	files = c.edited(rename("brands/a/main.livery.hcl", "theme.ba", "ground")["result"])
	assert.Contains(t, files["brands/b/more.livery.json"], `"theme": "theme.ground"`)
	assert.Len(t, files, 4)

	for _, refused := range []struct{ file, word, to, why string }{
		{"brands/a/main.livery.hcl", "local.bra", "light", `There is a local "light" already.`},
		{"brands/a/main.livery.hcl", "local.bra", "not a name", `"not a name" is no valid name`},
		{"brands/a/main.livery.hcl", "background_co", "x", "catalogue"},
		{"brands/a/main.livery.hcl", "mobile_result", "x", "catalogue"},
		{"brands/a/main.livery.hcl", "locale \"e", "x", "the code that the service gives it"},
	} {
		m := rename(refused.file, refused.word, refused.to)
		require.Equal(t, -32803, code(m), refused.word)
		assert.Contains(t, m["error"].(obj)["message"], refused.why)
	}
	require.NoError(t, os.WriteFile(filepath.Join(c.dir, "brands/b/broken.livery.hcl"), []byte("locale \"th\" {\n"), 0o644))
	m := rename("brands/a/main.livery.hcl", "local.bra", "sea")
	require.Equal(t, -32803, code(m))
	assert.Contains(t, m["error"].(obj)["message"], "broken.livery.hcl does not parse")
}

const translated = `
-- main.livery.hcl --
livery {
  texts {
    source = "en"
  }
}

locale "en" {
  title_text = "Hello, you"
  mobile_tips_page {
    background_color = "#ffffff"
    title_text_color = "#eeeeee"
  }
}

locale "th" {
  title_text = "สวัสดี"
}
-- livery.texts.lock --
# livery texts lock, version 1. Each text and the words it was translated from.

[th_TH]

titleText
  "Hello"
`

func TestAcceptATranslation(t *testing.T) {
	c := conversation(t, translated, "main.livery.hcl")
	titles, actions := c.offered("main.livery.hcl", "สวัส", 1, "quickfix")
	i := slices.Index(titles, "Accept as translation of “Hello, you”")
	require.GreaterOrEqual(t, i, 0, titles)
	assert.Equal(t, map[string]string{"livery.texts.lock": strings.Replace(translated[strings.Index(translated, "# livery texts"):], `"Hello"`, `"Hello, you"`, 1)}, c.edited(actions[i]["edit"]))
}

func TestIgnoreHere(t *testing.T) {
	c := conversation(t, translated, "main.livery.hcl")
	titles, actions := c.offered("main.livery.hcl", "#eeee", 1, "quickfix")
	i := slices.Index(titles, "Ignore contrast here…")
	require.GreaterOrEqual(t, i, 0, titles)
	after := c.edited(actions[i]["edit"])["main.livery.hcl"]
	assert.Contains(t, after, "\n    # livery:ignore contrast reason=\"\"\n    title_text_color = \"#eeeeee\"\n")
	c.change("main.livery.hcl", 2, obj{"text": after})
	assert.Contains(t, codes(c.findings("main.livery.hcl", 2)), "bad-ignore")
}

func TestWhatAFindingIsRelatedTo(t *testing.T) {
	c := conversation(t, `
-- main.livery.hcl --
locale "en" {
  title_text = "Hello"
  title_text = "Hello again"
  mobile_tips_page {
    background_color = "#ffffff"
    title_text_color = "#eeeeee"
  }
}
locale "th" {
  mobile_tips_page {
    background_color = "#ffffff"
    title_text_color = "#eeeeee"
  }
}
locale "th_TH" {
}
theme "base" {
}
-- themes.livery.hcl --
theme "base" {
}
session "web" {
  api = "sdk_license"
  locale "th" {
  }
  locale "th_TH" {
  }
}
-- en.json --
{}
`)
	related := func(file string) (found []string) {
		for _, f := range c.findings(file, 1) {
			list, _ := f.(obj)["relatedInformation"].([]any)
			for _, r := range list {
				at := r.(obj)["location"].(obj)
				name := strings.TrimPrefix(at["uri"].(string), c.uri("")+"/")
				found = append(found, fmt.Sprintf("%s %s %v: %s", f.(obj)["code"], name, at["range"].(obj)["start"].(obj)["line"], r.(obj)["message"]))
			}
		}
		return found
	}
	c.open("main.livery.hcl")
	assert.Equal(t, []string{
		"syntax main.livery.hcl 1: The first one is here.",
		"contrast main.livery.hcl 10: It stands on #ffffff.",
		"duplicate-locale main.livery.hcl 8: The first one is here.",
	}, slices.DeleteFunc(related("main.livery.hcl"), func(s string) bool { return strings.HasPrefix(s, "contrast main.livery.hcl 4") }))
	c.open("themes.livery.hcl")
	assert.Equal(t, []string{"duplicate main.livery.hcl 16: The first one is here.", "duplicate-locale themes.livery.hcl 4: The first one is here."}, related("themes.livery.hcl"))
}

// What was meant takes the place of the word that is wrong, and of nothing else.
func TestDidYouMeanPlaces(t *testing.T) {
	for about, c := range map[string]struct{ file, archive, wrong, after string }{
		"a key of a texts file":  {"en.json", "-- en.json --\n{\"mobile_result_page\": {\"sucess_dsc\": \"x\"}}\n", "sucess_dsc", "{\"mobile_result_page\": {\"success_desc\": \"x\"}}\n"},
		"a page of a texts file": {"en.json", "-- en.json --\n{\"mobileTipsPge\": {\"a\": \"b\"}}\n", "mobileTipsPge", "{\"mobileTipsPage\": {\"a\": \"b\"}}\n"},
		"the root of a name": {"more.livery.hcl", "-- en.json --\n{}\n-- more.livery.hcl --\nlocale \"th\" {\n  title_text = loca.x\n}\nlocals {\n  x = \"a\"\n}\n", "loca.",
			"locale \"th\" {\n  title_text = local.x\n}\nlocals {\n  x = \"a\"\n}\n"},
		"a theme as a text":      {"more.livery.hcl", "-- en.json --\n{}\n-- more.livery.hcl --\nlocale \"th\" {\n  theme = \"base\"\n}\ntheme \"base\" {}\n", "ba", "locale \"th\" {\n  theme = theme.base\n}\ntheme \"base\" {}\n"},
		"a theme without a root": {"more.livery.hcl", "-- en.json --\n{}\n-- more.livery.hcl --\nlocale \"th\" {\n  theme = base\n}\ntheme \"base\" {}\n", "ba", "locale \"th\" {\n  theme = theme.base\n}\ntheme \"base\" {}\n"},
		"a reference":            {"more.livery.json", "-- en.json --\n{}\n-- more.livery.json --\n{\"theme\": {\"base\": {}}, \"locale\": {\"th\": {\"theme\": \"theme.bsae\"}}}\n", "bsa", "{\"theme\": {\"base\": {}}, \"locale\": {\"th\": {\"theme\": \"theme.base\"}}}\n"},
		"a token": {"brand.tokens.json", "-- en.json --\n{}\n-- more.livery.hcl --\nlocals {\n  d = tokens(\"brand.tokens.json\")\n}\nlocale \"th\" {\n  title_text = local.d.b\n}\n-- brand.tokens.json --\n{\"colour\": {\"$type\": \"fontFamily\", \"$value\": \"x\"}, \"b\": {\"$value\": \"{color}\"}}\n", "{co",
			"{\"colour\": {\"$type\": \"fontFamily\", \"$value\": \"x\"}, \"b\": {\"$value\": \"{colour}\"}}\n"},
		"a rule in a comment": {"more.livery.hcl", "-- en.json --\n{}\n-- more.livery.hcl --\n# livery:ignore hedroom reason=\"x\"\nlocals {\n  x = \"a\"\n}\n", "hedroom",
			"# livery:ignore headroom reason=\"x\"\nlocals {\n  x = \"a\"\n}\n"},
	} {
		t.Run(about, func(t *testing.T) {
			client := conversation(t, c.archive+"-- main.livery.hcl --\nlocale \"en\" {\n  texts = jsondecode(file(\"en.json\"))\n}\n", "main.livery.hcl", c.file)
			titles, actions := client.offered(c.file, c.wrong, 1, "quickfix")
			i := slices.IndexFunc(titles, func(title string) bool { return strings.HasPrefix(title, "Change to ") })
			require.GreaterOrEqual(t, i, 0, "%v", titles)
			assert.Equal(t, c.after, client.edited(actions[i]["edit"])[c.file])
		})
	}
}
