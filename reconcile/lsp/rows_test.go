package lsp_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"

	"livery/schema/completion"
)

const languages = `
-- main.livery.hcl --
livery {
  texts {
    source = "en"
  }
}

variable "name" {
  type    = string
  default = "Acme"
}

locals {
  brand = "#0b5fff"
  deep  = local.brand
}

theme "base" {
  mobile_loading_page {
    progress_color = local.deep
  }
  mobile_tips_page {
    tip {
      text = "Find good light"
    }
  }
}

locale "en" {
  theme       = theme.base
  title_text  = "Hello"
  mobile_result_page {
    success_desc   = "Done"
    failed_desc      = "👋 ไม่ดี"
    countdown_text = "In {second}, ${var.name}"
  }
}

locale "th" {
  texts = jsondecode(file("th.json"))
}

locale "zh_CN" {
  mobile_tips_page {
    tip {
      text = "请找一个光线好的地方"
    }
  }
}

session "s" {
  api = "h5_token"
}
-- th.json --
{
  "title_text": "สวัสดี",
  "mobile_result_page": { "success_desc": "Done" }
}
-- more.livery.json --
{"locale": {"vi": {"title_text": "Xin chào, ${var.name}", "mobile_result_page": {"success_desc": "Xong rồi"}}}}
-- livery.texts.lock --
# livery texts lock, version 1. Each text and the words it was translated from.

[th_TH]

titleText
  "Good day"
`

func TestHoverTellsOfTexts(t *testing.T) {
	c := conversation(t, languages, "main.livery.hcl", "th.json")
	inEvery := "In every language:\n\n- `en_US`: Hello\n- `th_TH`: สวัสดี *stale*\n- `vi_VN`: Xin chào, Acme\n- `zh_CN`:  *missing*\n"
	assert.Contains(t, c.hovered(c.where("main.livery.hcl", "Hel", 1)), inEvery)
	assert.Contains(t, c.hovered(c.where("th.json", "title_te", 1)), inEvery)
	assert.Contains(t, c.hovered(c.where("th.json", "Do", 1)), "- `th_TH`: Done *same as source*")
	text := c.hovered(c.where("main.livery.hcl", "success_de", 1))
	assert.Contains(t, text, "Length: 4 of 100.\n", "all counts are alike")
	assert.Contains(t, c.hovered(c.where("main.livery.hcl", "failed_de", 1)), "Length: 8 of 100 (8 UTF-16 code units, as the service counts; 7 code points, 5 characters as people see them, 20 bytes).")
	assert.Contains(t, c.hovered(c.where("more.livery.json", "Xong", 1)), "In every language")
	assert.Contains(t, c.hovered(c.where("main.livery.hcl", "Find go", 1)), "In every language:\n\n- `en_US`: Find good light\n")
}

func TestHoverLeadsDown(t *testing.T) {
	c := conversation(t, languages, "main.livery.hcl")
	assert.Contains(t, c.hovered(c.where("main.livery.hcl", "local.de", 1)), "- local.deep, main.livery.hcl:14\n- local.brand, main.livery.hcl:13\n")
	assert.Contains(t, c.hovered(c.where("main.livery.hcl", "var.na", 1)), "- var.name, main.livery.hcl:7\n")
	assert.Contains(t, c.hovered(c.where("main.livery.hcl", "theme \"ba", 1)), "Worn by en_US.")
	assert.Contains(t, c.hovered(c.where("main.livery.hcl", "zh_", 1)), "at most 25")
}

func TestTheValueOfEachDocument(t *testing.T) {
	var b strings.Builder
	b.WriteString("\n-- main.livery.hcl --\ntheme \"base\" {\n  title_text = \"Hello\"\n}\n")
	codes := strings.Fields("en th vi id ms fr de es it pt nl pl tr ru ja ko zh_CN zh_TW zh_HK ar hi bn ur tl")
	for _, code := range codes {
		b.WriteString("locale \"" + code + "\" {\n  theme = theme.base\n}\n")
	}
	c := conversation(t, b.String(), "main.livery.hcl")
	text := c.hovered(c.where("main.livery.hcl", "title_te", 1))
	assert.Regexp(t, "(?m)^- and \\d+ more$", text)
	assert.Equal(t, 5, strings.Count(text, ", from main.livery.hcl:2"))
}

func TestHintsOfEveryKind(t *testing.T) {
	c := conversation(t, languages, "main.livery.hcl")
	hints := func(file string) (labels []string) {
		p := c.doc(file)
		p["range"] = rng(0, 0, 100, 0)
		for _, h := range c.result("textDocument/inlayHint", p).([]any) {
			assert.Equal(t, true, h.(obj)["paddingLeft"])
			labels = append(labels, h.(obj)["label"].(string))
		}
		return labels
	}
	assert.Equal(t, []string{"15/51", "5/100", "4/100", "8/100", "≤ 17/100", "10/25"}, hints("main.livery.hcl"))
	assert.Equal(t, []string{"6/100", "4/100"}, hints("th.json"))
	assert.Equal(t, []string{"≤ 14/100", "8/100"}, hints("more.livery.json"))
	c.change("main.livery.hcl", 2, obj{"text": "locale \"en\" {\n  title_text = \"" + strings.Repeat("a", 104) + "\"\n}\n"})
	assert.Equal(t, []string{"104/100 too long"}, hints("main.livery.hcl"))
	c.notify("workspace/didChangeConfiguration", obj{"settings": obj{"livery": obj{"inlayHints": obj{"length": "near"}}}})
	c.change("main.livery.hcl", 3, obj{"text": "locale \"en\" {\n  title_text = \"" + strings.Repeat("a", 85) + "\"\n  page_title = \"x\"\n}\n"})
	assert.Equal(t, []string{"85/100"}, hints("main.livery.hcl"))
	c.notify("workspace/didChangeConfiguration", obj{"settings": obj{"livery": obj{"inlayHints": obj{"length": "off"}}}})
	assert.Empty(t, hints("main.livery.hcl"))
}

func TestDefinitionOfTranslations(t *testing.T) {
	c := conversation(t, languages, "main.livery.hcl", "th.json")
	lines := func(p obj) (found []any) {
		for _, l := range c.result("textDocument/definition", p).([]any) {
			found = append(found, l.(obj)["range"].(obj)["start"].(obj)["line"])
		}
		return found
	}
	assert.Equal(t, []any{29.0}, lines(c.where("th.json", "สวัส", 1)), "of a stale text the source's")
	assert.Equal(t, []any{31.0}, lines(c.where("th.json", "success_de", 1)))
	assert.Contains(t, lines(c.where("main.livery.hcl", "locale \"zh_", 1)), 29.0, "of a locale the texts that it misses")
}

// A text of the source leads to its translations, and to the labels of those that miss it.
func TestReferencesOfTranslations(t *testing.T) {
	c := conversation(t, languages, "main.livery.hcl", "th.json")
	from := func(file, word string) []string {
		return c.referred(c.where(file, word, 1), false)
	}
	title := []string{"th.json:2", "more.livery.json:1", "main.livery.hcl:42"}
	assert.ElementsMatch(t, title, from("main.livery.hcl", "Hel"), "stale, made from it, and missing")
	assert.ElementsMatch(t, title, from("main.livery.hcl", "title_te"))
	assert.ElementsMatch(t, []string{"main.livery.hcl:45", "main.livery.hcl:38", "more.livery.json:1"}, from("main.livery.hcl", "Find go"), "a tip")
	assert.Empty(t, from("th.json", "สวัส"), "no text is made from a translation")
}

// A stale translation leads to its source also where it takes a theme's place.
func TestDefinitionOfStaleOverrides(t *testing.T) {
	c := conversation(t, `
-- main.livery.hcl --
livery {
  texts {
    source = "en"
  }
}
theme "base" {
  title_text = "Words"
  mobile_result_page {
    failed_desc = "Words"
  }
}
locale "en" {
  theme      = theme.base
  title_text = "Hello"
  mobile_result_page {
    failed_desc = "Hello"
  }
}
locale "th" {
  theme      = theme.base
  title_text = "สวัสดี"
  mobile_result_page {
    failed_desc = "ไทย"
  }
}
-- livery.texts.lock --
# livery texts lock, version 1. Each text and the words it was translated from.

[th_TH]

titleText
  "Good day"
`, "main.livery.hcl")
	lead := func(word string) (lines []any) {
		for _, l := range c.result("textDocument/definition", c.where("main.livery.hcl", word, 3)).([]any) {
			lines = append(lines, l.(obj)["range"].(obj)["start"].(obj)["line"])
		}
		return lines
	}
	assert.Equal(t, []any{6.0, 13.0}, lead("title_te"))
	assert.Equal(t, []any{8.0}, lead("failed_de"))
}

func TestLabelsOfSeveralLanguages(t *testing.T) {
	c := conversation(t, `
-- main.livery.hcl --
livery {
  texts {
    source = "en"
  }
}
locale "en" {
  title_text = "Hello"
}
locale "many" {
  for_each = toset(["th", "ur_PK", "zh_CN"])
  code     = each.key
}
locale "one" {
  code = "vi"
}
`, "main.livery.hcl")
	text := c.hovered(c.where("main.livery.hcl", "\"man", 1))
	assert.Contains(t, text, "**locale** `many` stands for 3 languages:")
	for _, line := range []string{
		"- **th_TH** Thai (Thailand), also written `th`, left to right, tips up to 51\n",
		"- **ur_PK** Urdu (Pakistan), right to left, tips up to 51\n",
		"left to right, tips up to 25\n",
	} {
		assert.Contains(t, text, line)
	}
	assert.Contains(t, c.hovered(c.where("main.livery.hcl", "\"on", 1)), "**vi_VN**")
	assert.Equal(t, []string{"main.livery.hcl:9", "main.livery.hcl:13"}, c.referred(c.where("main.livery.hcl", "Hel", 1), false))
	assert.NotEmpty(t, c.result("textDocument/definition", c.where("main.livery.hcl", "\"man", 1)), "what they miss")
}

func TestSemanticModifiers(t *testing.T) {
	c := conversation(t, designed, "main.livery.hcl")
	data := c.result("textDocument/semanticTokens/full", c.doc("main.livery.hcl")).(obj)["data"].([]any)
	line, found := 0, make(map[int][]any)
	for i := 0; i < len(data); i += 5 {
		line += int(data[i].(float64))
		found[line] = append(found[line], data[i+4])
	}
	assert.Equal(t, []any{0.0, 0.0, 8.0, 8.0, 8.0}, found[7], "local.design.color.primary is read-only") // the name, local and what leads to the token
	assert.Equal(t, []any{0.0, 0.0, 10.0, 10.0}, found[8], "a deprecated token")
	assert.Contains(t, found[1], 4.0, "tokens() is of the default library")
}

// The words of JSON are what they are in HCL.
func TestSemanticTokensOfJSON(t *testing.T) {
	for name, want := range map[string]struct{ source, words string }{
		"more.livery.json": {`{"locals": {"c": "#0b5fff"}, "locale": {"th": {"title_text": "ไทย", "mobile_result_page": {"is_show": true}}}}`,
			"locals keyword 0, c variable 1, #0b5fff regexp 0, locale keyword 0, th enumMember 1, title_text property 0, ไทย string 0, mobile_result_page keyword 0, is_show property 0, true keyword 0"},
		"th.json": {`{"titleText": "ไทย", "mobileResultPage": {"successDesc": null}}`,
			"titleText property 0, ไทย string 0, mobileResultPage keyword 0, successDesc property 0, null keyword 0"},
		"more.tokens.json": {`{"a": {"$type": "color", "$value": "#fff"}, "b": {"$value": "{a}"}, "n": {"$type": "number", "$value": 1}}`,
			"a property 1, $type keyword 0, color string 0, $value keyword 0, #fff regexp 0, b property 1, $value keyword 0, {a} variable 8, n property 1, $type keyword 0, number string 0, $value keyword 0, 1 number 0"},
	} {
		t.Run(name, func(t *testing.T) {
			c := conversation(t, "-- main.livery.hcl --\nlocals {\n  t = tokens(\"more.tokens.json\")\n}\nlocale \"en\" {\n  texts = jsondecode(file(\"th.json\"))\n}\n-- more.tokens.json --\n{}\n-- th.json --\n{}\n", "main.livery.hcl")
			c.open(name, want.source)
			legend := completion.TokenTypes()
			data := c.result("textDocument/semanticTokens/full", c.doc(name)).(obj)["data"].([]any)
			units, column := utf16.Encode([]rune(want.source)), 0
			var words []string
			for i := 0; i < len(data); i += 5 {
				column += int(data[i+1].(float64))
				word := string(utf16.Decode(units[column : column+int(data[i+2].(float64))]))
				words = append(words, fmt.Sprintf("%s %s %v", word, legend[int(data[i+3].(float64))], data[i+4]))
			}
			assert.Equal(t, want.words, strings.Join(words, ", "))
		})
	}
}

func TestCompletionOfEveryKind(t *testing.T) {
	c := conversation(t, languages, "main.livery.hcl")
	items := func(text string) map[string]obj {
		t.Helper()
		i := strings.Index(text, "|")
		c.open("new.livery.hcl", text[:i]+text[i+1:])
		before := text[:i]
		p := c.doc("new.livery.hcl")
		p["position"] = obj{"line": strings.Count(before, "\n"), "character": utf16Length(before[strings.LastIndexByte(before, '\n')+1:])}
		found := make(map[string]obj)
		for _, item := range c.result("textDocument/completion", p).(obj)["items"].([]any) {
			found[item.(obj)["label"].(string)] = item.(obj)
		}
		return found
	}
	top := items("|")
	assert.Contains(t, top, "account")
	assert.Contains(t, top, "check")
	assert.NotContains(t, top, "livery", "there is one already")
	page := items("locale \"fr\" {\n  mobile_result_page {\n    success_desc = \"a\"\n    |\n    failed_desc = \"b\"\n  }\n}\n")
	assert.NotContains(t, page, "success_desc", "it is set above")
	assert.NotContains(t, page, "failed_desc", "it is set below")
	assert.Contains(t, page["countdown_text"]["detail"], "at most 100")
	look := items("locale \"fr\" {\n  mobile_result_page {\n  }\n  |\n}\n")
	assert.NotContains(t, look, "mobile_result_page")
	assert.Contains(t, look, "mobile_tips_page")
	colour := items("locale \"fr\" {\n  mobile_result_page {\n    background_color = |\n  }\n}\n")["local.brand"]
	assert.Equal(t, []any{16.0, "#0b5fff"}, []any{colour["kind"], colour["documentation"]})
	quoted := items("locale \"fr\" {\n  mobile_result_page {\n    background_color = \"|\"\n  }\n}\n")
	assert.Equal(t, "${local.brand}", quoted["local.brand"]["textEdit"].(obj)["newText"])
	assert.NotContains(t, quoted, "null", "the quotation marks stay")
	assert.Equal(t, "h5_token", items("session \"x\" {\n  api = \"|\"\n}\n")["h5_token"]["textEdit"].(obj)["newText"])
	assert.Equal(t, "\"h5_token\"", items("session \"x\" {\n  api = |\n}\n")["h5_token"]["textEdit"].(obj)["newText"])
	assert.Contains(t, items("livery {\n  lint {\n    rule \"ellipsis\" {\n      style = \"|\"\n"), "dots")
	assert.Contains(t, items("locale \"fr\" {\n  title_text = self.|\n}\n"), "code")
	assert.Contains(t, items("locale \"fr\" {\n  title_text = var.|\n}\n"), "name")

	p := c.doc("th.json")
	c.open("th.json", "{\n  \"title_text\": \"x\",\n  \n}\n")
	p["position"] = obj{"line": 2, "character": 2}
	labels := c.labels(p)
	assert.Contains(t, labels, "mobile_result_page")
	assert.NotContains(t, labels, "mobileResultPage")
}

func TestFunctionsHaveExamples(t *testing.T) {
	c := conversation(t, colourful, "main.livery.hcl")
	help := c.result("textDocument/signatureHelp", c.where("main.livery.hcl", "darken(", 1)).(obj)["signatures"].([]any)[0].(obj)
	assert.Equal(t, "darken(colour, amount)", help["label"])
	assert.Len(t, help["parameters"], 2)
	const shown = "```hcl\ndarken(\"#0b5fff\", 0.1) # \"#004ad7\"\n```"
	assert.Contains(t, help["documentation"].(obj)["value"], shown)
	assert.Contains(t, c.hovered(c.where("main.livery.hcl", "darken", 1)), shown)
}
