package lsp_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const brand = `
-- main.livery.hcl --
livery {
  texts {
    source = "en"
  }
}

variable "brand" {
  type        = string
  description = "The brand's colour."
  default     = "#0B5FFF"
}

locals {
  danger = "#d92d20"
  design = tokens("brand.tokens.json")
}

theme "base" {
  mobile_loading_page {
    progress_color     = var.brand
    loading_text_color = "#FFFFFF"
  }
  mobile_result_page {
    background_color           = local.design.color.surface
    liveness_result_text_color = darken(local.danger, 0.1)
  }
}

locale "en" {
  theme = theme.base
  texts = jsondecode(file("texts/en.json"))
}

locale "th" {
  theme      = theme.base
  title_text = "สวัสดี 👋 " # ยินดี
  mobile_result_page {
    success_desc = "Done"
  }
}
-- texts/en.json --
{
  "titleText": "Hello",
  "mobileResultPage": {
    "successDesc": "Done"
  }
}
-- brand.tokens.json --
{
  "color": {
    "$type": "color",
    "base": { "$value": "#ffffff" },
    "surface": { "$value": "{color.base}" }
  }
}
`

// at is the position behind the n-th (from 1) of a word in a file of the archive.
func at(t *testing.T, archive, file, word string, n int) obj {
	t.Helper()
	_, src, ok := strings.Cut(archive, "-- "+file+" --\n")
	require.True(t, ok)
	src, _, _ = strings.Cut(src, "\n-- ")
	for line, text := range strings.Split(src, "\n") {
		from := 0
		for {
			i := strings.Index(text[from:], word)
			if i < 0 {
				break
			}
			from += i + len(word)
			if n--; n == 0 {
				return obj{"line": line, "character": utf16Length(text[:from])}
			}
		}
	}
	require.FailNow(t, "no such word", word)
	return nil
}

func utf16Length(s string) (n int) {
	for _, r := range s {
		if n++; r >= 0x10000 {
			n++
		}
	}
	return n
}

func opened(t *testing.T) *client {
	c := start(t, brand)
	c.initialize(obj{"workspace": obj{"workspaceEdit": obj{"documentChanges": true}}, "textDocument": obj{"documentSymbol": obj{"hierarchicalDocumentSymbolSupport": true}}})
	c.open("main.livery.hcl")
	c.findings("main.livery.hcl", 1)
	return c
}

func (c *client) here(file, word string, n int) obj {
	p := c.doc(file)
	p["position"] = at(c.t.(*testing.T), brand, file, word, n)
	return p
}

func (c *client) labels(p obj) (labels []string) {
	c.t.Helper()
	for _, item := range c.result("textDocument/completion", p).(obj)["items"].([]any) {
		labels = append(labels, item.(obj)["label"].(string))
	}
	return labels
}

func TestHover(t *testing.T) {
	c := opened(t)
	for word, want := range map[string][]string{
		"success_desc":               {"mobileResultPage.successDesc", "4 of 100", "`th_TH`: `\"Done\"`", "same as source"},
		"var.brand":                  {"variable", "The brand's colour.", "#0B5FFF"},
		"theme.base":                 {"theme", "Worn by en_US, th_TH"},
		"darken":                     {"darken(", "```hcl"},
		"\"th":                       {"Thai", "left to right", "51"},
		"local.design.color.surface": {"#ffffff"},
		"progress_color":             {"mobileLoadingPage.progressColor", "#0b5fff"},
	} {
		p := c.here("main.livery.hcl", word, 1)
		r, ok := c.result("textDocument/hover", p).(obj)
		require.True(t, ok, word)
		for _, part := range want {
			assert.Contains(t, r["contents"].(obj)["value"], part, word)
		}
	}
	assert.Contains(t, c.result("textDocument/hover", c.here("texts/en.json", "Done", 1)).(obj)["contents"].(obj)["value"], "In every language")
}

func TestColours(t *testing.T) {
	c := opened(t)
	var ranges []any
	list := c.result("textDocument/documentColor", c.doc("main.livery.hcl")).([]any)
	for _, found := range list {
		ranges = append(ranges, found.(obj)["range"])
	}
	assert.Equal(t, []any{
		rng(9, 17, 9, 24), rng(13, 12, 13, 19), rng(19, 25, 19, 34), rng(20, 26, 20, 33),
		rng(23, 33, 23, 59), rng(24, 33, 24, 58), rng(24, 40, 24, 52),
	}, ranges)
	assert.InDelta(t, 0x5f/255.0, list[2].(obj)["color"].(obj)["green"], 0.001)
	ways := c.result("textDocument/colorPresentation", obj{"textDocument": obj{"uri": c.uri("main.livery.hcl")}, "color": obj{"red": 0x0b / 255.0, "green": 0x5f / 255.0, "blue": 1, "alpha": 1}, "range": rng(20, 26, 20, 33)}).([]any)
	require.Len(t, ways, 2)
	assert.Equal(t, obj{"label": "#0B5FFF", "textEdit": obj{"range": rng(20, 26, 20, 33), "newText": "#0B5FFF"}}, ways[0])
	assert.Equal(t, obj{"label": "var.brand", "textEdit": obj{"range": rng(20, 25, 20, 34), "newText": "var.brand"}}, ways[1], "a name has no quotation marks")
	assert.Empty(t, c.result("textDocument/colorPresentation", obj{"textDocument": obj{"uri": c.uri("main.livery.hcl")}, "color": obj{"red": 1, "green": 1, "blue": 1, "alpha": 1}, "range": rng(19, 25, 19, 34)}))
	assert.Len(t, c.result("textDocument/documentColor", c.doc("brand.tokens.json")), 2)
}

// While somebody types in a file of JSON, the colours that are there stay.
func TestColoursOfUnfinishedJSON(t *testing.T) {
	c := opened(t)
	c.open("more.livery.json", `{"locals": {"a": "#0b5fff", "#abc": "b", "c": "#fff8", "d": "#zzz", "e": "#`)
	var ranges []any
	for _, found := range c.result("textDocument/documentColor", c.doc("more.livery.json")).([]any) {
		ranges = append(ranges, found.(obj)["range"])
	}
	assert.Equal(t, []any{rng(0, 18, 0, 25), rng(0, 47, 0, 52)}, ranges)
}

func TestParametersThatCannotBeRead(t *testing.T) {
	c := opened(t)
	fault := c.ask("textDocument/hover", obj{"textDocument": obj{"uri": 7}})["error"].(obj)
	assert.InDelta(t, -32602, fault["code"], 0)
	assert.Equal(t, "the parameters cannot be read: textDocument.uri cannot be a number", fault["message"])
}

func TestNavigation(t *testing.T) {
	c := opened(t)
	first := func(method string, p obj) (string, any) {
		l := c.result(method, p).([]any)
		require.NotEmpty(t, l)
		return strings.TrimPrefix(l[0].(obj)["uri"].(string), c.uri("")+"/"), l[0].(obj)["range"]
	}
	file, where := first("textDocument/definition", c.here("main.livery.hcl", "var.brand", 1))
	assert.Equal(t, []any{"main.livery.hcl", rng(6, 10, 6, 15)}, []any{file, where})
	file, _ = first("textDocument/definition", c.here("main.livery.hcl", "texts/en", 1))
	assert.Equal(t, "texts/en.json", file)
	file, where = first("textDocument/definition", c.here("main.livery.hcl", "color.surface", 1))
	assert.Equal(t, []any{"brand.tokens.json", rng(4, 27, 4, 41)}, []any{file, where})
	p := c.here("main.livery.hcl", "theme.base", 1)
	p["context"] = obj{"includeDeclaration": true}
	assert.Len(t, c.result("textDocument/references", p), 3)
	p["newName"] = "ground"
	edit := c.result("textDocument/rename", p).(obj)["documentChanges"].([]any)
	assert.Len(t, edit[0].(obj)["edits"], 3)
	p["newName"] = "not a name"
	assert.Equal(t, -32803, code(c.ask("textDocument/rename", p)))
	assert.Equal(t, -32803, code(c.ask("textDocument/prepareRename", c.here("main.livery.hcl", "locale \"th", 1))))
}

func TestHints(t *testing.T) {
	c := opened(t)
	p := c.doc("main.livery.hcl")
	p["range"] = rng(0, 0, 100, 0)
	var labels []any
	for _, h := range c.result("textDocument/inlayHint", p).([]any) {
		labels = append(labels, h.(obj)["label"], h.(obj)["position"])
	}
	assert.Equal(t, []any{"10/100", obj{"line": 35.0, "character": 27.0}, "4/100", obj{"line": 37.0, "character": 25.0}}, labels)
	p = c.doc("texts/en.json")
	p["range"] = rng(0, 0, 100, 0)
	assert.Len(t, c.result("textDocument/inlayHint", p), 2)
}

func TestActions(t *testing.T) {
	c := opened(t)
	p := c.doc("main.livery.hcl")
	p["range"], p["context"] = rng(35, 0, 35, 30), obj{"diagnostics": []any{}}
	var titles []any
	for _, a := range c.result("textDocument/codeAction", p).([]any) {
		titles = append(titles, a.(obj)["title"])
	}
	assert.Contains(t, titles, "Ignore whitespace here…")
	p["context"] = obj{"only": []string{"source.fixAll"}}
	all := c.result("textDocument/codeAction", p).([]any)
	require.Len(t, all, 1)
	edit := all[0].(obj)["edit"].(obj)["documentChanges"].([]any)[0].(obj)["edits"].([]any)
	var texts []any
	for _, e := range edit {
		texts = append(texts, e.(obj)["newText"])
	}
	assert.Equal(t, []any{"local.design.color.base", ""}, texts)
}

func TestCompletion(t *testing.T) {
	c := opened(t)
	complete := func(text string) []string {
		t.Helper()
		i := strings.Index(text, "|")
		c.notify("textDocument/didOpen", obj{"textDocument": obj{"uri": c.uri("new.livery.hcl"), "languageId": "livery", "version": 1, "text": text[:i] + text[i+1:]}})
		before := text[:i]
		line := strings.Count(before, "\n")
		p := c.doc("new.livery.hcl")
		p["position"] = obj{"line": line, "character": utf16Length(before[strings.LastIndexByte(before, '\n')+1:])}
		return c.labels(p)
	}
	assert.Contains(t, complete("|"), "locale")
	assert.Contains(t, complete("lo|"), "locals")
	assert.Contains(t, complete("locale \"|\""), "vi_VN")
	assert.NotContains(t, complete("locale \"|\""), "th_TH")
	assert.Contains(t, complete("locale \"vi\" {\n  |\n}\n"), "mobile_result_page")
	assert.Contains(t, complete("locale \"vi\" {\n  mobile_result_page {\n    succ|\n  }\n}\n"), "success_desc")
	assert.Contains(t, complete("locale \"vi\" {\n  theme = |\n}\n"), "theme.base")
	assert.Equal(t, "local.danger", complete("locale \"vi\" {\n  mobile_result_page {\n    background_color = |\n  }\n}\n")[0])
	assert.Contains(t, complete("locale \"vi\" {\n  mobile_result_page {\n    background_color = local.design.color.|\n  }\n}\n"), "surface")
	assert.Contains(t, complete("session \"s\" {\n  api = \"|\n"), "h5_url")
	assert.Contains(t, complete("livery {\n  lint {\n    rule \"con|\" {\n"), "contrast")
	assert.Contains(t, complete("livery {\n  lint {\n    rule \"contrast\" {\n      |"), "ratio")
	assert.Contains(t, complete("# livery:ignore |"), "contrast")
	assert.Contains(t, complete("locale \"vi\" {\n  mobile_result_page {\n    countdown_text = \"in {|"), "{second}")
	for _, text := range []string{"|", "Wait |", "Wait |\"\n  }\n}\n"} {
		assert.Equal(t, []string{"{second}"}, complete("locale \"vi\" {\n  mobile_result_page {\n    countdown_text = \""+text), text)
	}
	assert.Empty(t, complete("locale \"vi\" {\n  mobile_result_page {\n    countdown_text = \"in {second} |"))
	assert.Contains(t, complete("locale \"vi\" {\n  mobile_result_page {\n    is_show = |"), "true")
	const documents = `documents["en_US"]`
	assert.Contains(t, complete("check \"c\" {\n  assert {\n    condition = |\n  }\n}\n"), documents)
	assert.NotContains(t, complete("locale \"vi\" {\n  mobile_result_page {\n    background_color = |\n  }\n}\n"), documents)
}

func TestStructure(t *testing.T) {
	c := opened(t)
	symbols := c.result("textDocument/documentSymbol", c.doc("main.livery.hcl")).([]any)
	assert.Equal(t, "theme base", symbols[3].(obj)["name"])
	assert.Len(t, symbols[3].(obj)["children"], 2)
	assert.NotEmpty(t, c.result("workspace/symbol", obj{"query": "base"}))
	assert.NotEmpty(t, c.result("textDocument/foldingRange", c.doc("main.livery.hcl")))
	assert.NotEmpty(t, c.result("textDocument/documentLink", c.doc("main.livery.hcl")))
	p := c.doc("main.livery.hcl")
	p["positions"] = []obj{at(t, brand, "main.livery.hcl", "succ", 1)}
	inner := c.result("textDocument/selectionRange", p).([]any)[0].(obj)
	assert.Equal(t, rng(37, 4, 37, 16), inner["range"])
	assert.NotEmpty(t, c.result("textDocument/semanticTokens/full", c.doc("main.livery.hcl")).(obj)["data"])
	p = c.doc("main.livery.hcl")
	p["position"] = at(t, brand, "main.livery.hcl", "darken(local.danger, ", 1)
	help := c.result("textDocument/signatureHelp", p).(obj)
	assert.Equal(t, 1.0, help["activeParameter"])
}

func TestFormatting(t *testing.T) {
	c := start(t, oneStack)
	c.initialize(obj{})
	c.open("main.livery.hcl", "locale \"en\" {\n  title_text = \"Hello\"\n  theme=theme.base\n}\n")
	got := c.result("textDocument/formatting", c.doc("main.livery.hcl")).([]any)
	require.Len(t, got, 1)
	assert.Equal(t, rng(2, 0, 3, 0), got[0].(obj)["range"])
	c.open("main.livery.hcl", "locale \"en\" {\n")
	assert.Nil(t, c.result("textDocument/formatting", c.doc("main.livery.hcl")))
}

// Editors send all of their JSON; what no stack reads is none of ours.
func TestForeignJSON(t *testing.T) {
	c := opened(t)
	c.open("package.json", `{"name": "x", "colour": "#ff0000", "mobileResultPage": {"successDesc": "Hi"}}`)
	p := c.doc("package.json")
	p["range"], p["position"], p["positions"] = rng(0, 0, 1, 0), obj{"line": 0, "character": 64}, []obj{{"line": 0, "character": 64}}
	p["context"] = obj{}
	for _, method := range []string{
		"formatting", "rangeFormatting", "documentSymbol", "foldingRange", "selectionRange", "documentLink", "hover", "definition", "completion",
		"references", "documentHighlight", "documentColor", "inlayHint", "semanticTokens/full", "codeAction",
	} {
		assert.Empty(t, c.result("textDocument/"+method, p), method)
	}
	assert.Equal(t, []any{}, c.result("textDocument/documentColor", p), "the protocol has no null there")
	assert.NotEmpty(t, c.result("textDocument/documentSymbol", c.doc("texts/en.json")))
}

// A token's line is found whoever wears it, and so is a group of tokens.
func TestDefinitionOfTokensThatNobodyWears(t *testing.T) {
	archive := "-- main.livery.hcl --\nlocals {\n  colours = tokens(\"b.tokens.json\").color\n  light   = local.colours.light\n}\n" +
		"theme \"alone\" {\n  mobile_result_page {\n    background_color = local.light.surface\n  }\n}\nlocale \"en\" {\n}\n" +
		"-- b.tokens.json --\n{\n  \"color\": {\n    \"$type\": \"color\",\n    \"light\": {\n      \"surface\": { \"$value\": \"#ffffff\" }\n    }\n  }\n}\n"
	c := start(t, archive)
	c.initialize(obj{})
	c.open("main.livery.hcl")
	for word, line := range map[string]float64{"local.light.surface": 4, "local.colours.light": 3} {
		p := c.doc("main.livery.hcl")
		p["position"] = at(t, archive, "main.livery.hcl", word, 1)
		list := c.result("textDocument/definition", p).([]any)
		require.Len(t, list, 1, word)
		assert.Equal(t, c.uri("b.tokens.json"), list[0].(obj)["uri"])
		assert.Equal(t, line, list[0].(obj)["range"].(obj)["start"].(obj)["line"], word)
	}
}

// What people wrote is shown as it stands: nothing of it is drawn, or ends its quotes.
func TestHoverShowsTextsLetterForLetter(t *testing.T) {
	archive := "-- main.livery.hcl --\nvariable \"x\" {\n  description = \"a ![b](https://c.example/d.png)\"\n}\n" +
		"locale \"en\" {\n  title_text = \"*Hi* `there` <b>\"\n}\nlocale \"th\" {\n  title_text = \"x\"\n}\n"
	c := start(t, archive)
	c.initialize(obj{})
	c.open("main.livery.hcl")
	said := func(word string) string {
		p := c.doc("main.livery.hcl")
		p["position"] = at(t, archive, "main.livery.hcl", word, 1)
		return c.result("textDocument/hover", p).(obj)["contents"].(obj)["value"].(string)
	}
	text := said("title_text")
	assert.Contains(t, text, "\\*Hi\\* \\`there\\` \\<b>")
	assert.Contains(t, text, "`` \"*Hi* `there` <b>\" ``")
	assert.Contains(t, said("variable \"x"), `a !\[b\](https://c.example/d.png)`)
}

// What a for_each gives is a colour where it is used as nothing else.
func TestColoursOfForEach(t *testing.T) {
	marked := func(source string) (seen []string) {
		c := conversation(t, "-- main.livery.hcl --\n"+source, "main.livery.hcl")
		lines := strings.Split(source, "\n")
		for _, found := range c.result("textDocument/documentColor", c.doc("main.livery.hcl")).([]any) {
			at := found.(obj)["range"].(obj)
			line := at["start"].(obj)["line"].(float64)
			seen = append(seen, lines[int(line)][int(at["start"].(obj)["character"].(float64)):int(at["end"].(obj)["character"].(float64))])
		}
		return seen
	}
	const block = `locale "sea" {
  for_each = { th = "#111111", vi = "#222222" }
  code     = each.key
  mobile_result_page {
    background_color = each.value
    success_desc     = %s
  }
}
`
	assert.Equal(t, []string{"#111111", "#222222"}, marked(fmt.Sprintf(block, `"#333333"`)))
	assert.Empty(t, marked(fmt.Sprintf(block, "each.value")), "a text as well")
	assert.Equal(t, []string{"#111111", "#222222"}, marked(fmt.Sprintf(block, "each.key")), "keys are no colours")
	assert.Equal(t, []string{"#111111", "#333333"}, marked(`locale "sea" {
  for_each = { th = { tint = "#111111", words = "#222222" }, vi = { tint = "#333333", words = "#444444" } }
  code     = each.key
  mobile_result_page {
    background_color = each.value.tint
    success_desc     = "${each.value["words"]}."
  }
}
`), "what stands under one key")
}

// A name is offered for a literal where it can stand there: not in values of variables, and
// not where it gets its own value.
func TestNamesForColours(t *testing.T) {
	c := conversation(t, `-- main.livery.hcl --
locals {
  ink   = "#0b5fff"
  alias = local.ink
  other = "#0b5fff"
}
variable "tone" {
  default = "#0b5fff"
}
locale "en" {
  mobile_result_page {
    background_color = "#0b5fff"
  }
}
-- more.livery.json --
{"locale": {"th": {"mobile_result_page": {"background_color": "#0b5fff"}}}}
-- a.auto.liveryvars.hcl --
tone = "#0b5fff"
`, "main.livery.hcl", "more.livery.json", "a.auto.liveryvars.hcl")
	offered := func(file string, at obj) (texts []string) {
		p := c.doc(file)
		p["range"], p["color"] = at, obj{"red": 0x0b / 255.0, "green": 0x5f / 255.0, "blue": 1, "alpha": 1}
		for _, way := range c.result("textDocument/colorPresentation", p).([]any) {
			texts = append(texts, way.(obj)["textEdit"].(obj)["newText"].(string))
		}
		return texts
	}
	assert.Equal(t, []string{"#0b5fff", "local.alias", "local.ink", "local.other", "var.tone"}, offered("main.livery.hcl", rng(10, 24, 10, 31)))
	assert.Equal(t, []string{"#0b5fff", "local.other", "var.tone"}, offered("main.livery.hcl", rng(1, 11, 1, 18)), "in a local none that refers to it")
	assert.Equal(t, []string{"#0b5fff"}, offered("main.livery.hcl", rng(6, 13, 6, 20)), "in a variable")
	assert.Equal(t, []string{"#0b5fff", "${local.alias}", "${local.ink}", "${local.other}", "${var.tone}"}, offered("more.livery.json", rng(0, 63, 0, 70)))
	assert.Equal(t, []string{"#0b5fff"}, offered("a.auto.liveryvars.hcl", rng(0, 8, 0, 15)))
}

// In the JSON syntax an expression stands in quotation marks, and texts are none.
func TestColoursOfJSONConfiguration(t *testing.T) {
	c := conversation(t, `-- main.livery.json --
{"locals": {"c": "#0b5fff", "d": "${darken(local.c, 0.1)}", "e": "${local.c} "},
 "locale": {"en": {
  "title_text": "#123456",
  "mobile_result_page": {
   "background_color": "${local.c}",
   "liveness_result_text_color": "${true ? local.c : local.d}"
  }
 }}
}
`, "main.livery.json")
	var ranges []any
	for _, found := range c.result("textDocument/documentColor", c.doc("main.livery.json")).([]any) {
		ranges = append(ranges, found.(obj)["range"])
	}
	assert.Equal(t, []any{rng(0, 18, 0, 25), rng(0, 34, 0, 57), rng(4, 24, 4, 34), rng(5, 34, 5, 61)}, ranges)
}
