package studio_test

import (
	"cmp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile/studio"
	"livery/schema"
)

// lists is a stack with a list of tips in every kind of place, some of whose tips lack a part.
const lists = account + `-- main.livery.hcl --
variable "steps" {
  type = any
}

locals {
  hats = [
    { text = "No hat" },
    { icon_link = "https://cdn.example/b.png" }, # a picture
  ]
}

theme "base" {
  mobile_tips_page {
    title_text = "Before you begin"
    tip {
      text = "Light" # first
    }

    # The second.
    tip { icon_link = "https://cdn.example/a.png" }
  }
}

theme "plain" {
  title_text = "Face check"
}

locale "en" {
  theme = theme.base
  pc_tips_page {
    tips = local.hats
  }
}

locale "th" {
  theme = theme.plain
  texts = jsondecode(file("th.json"))
}

locale "ko_KR" {
  theme = theme.plain
  pc_tips_page { tips = var.steps }
}

locale "id" {
  theme = theme.plain
  pc_tips_page {
    tips = [{ text = "Terang" } /* enough, but no glare */, # the second:
      { text = "Topi" }]
  }
}

locale "ms_MY" {
  mobile_tips_page {
    tip = null
  }
}

locale "ja_JP" {
  title_text = "顔認証"
}
-- more.livery.json --
{
  "locale": {
    "vi": {
      "mobile_tips_page": {
        "tip": [
          {"text": "Sáng"},
          {"text": "Kính"}
        ]
      },
      "pc_tips_page": {"tips": null}
    },
    "fil_PH": {
      "pc_tips_page": {"tip": {"text": "Ilaw"}}
    }
  }
}
-- steps.auto.liveryvars.hcl --
steps = [{ text = "Terang" }, { text = "Topi", icon_link = "https://cdn.example/c.png" }]
-- th.json --
{
  "pcTipsPage": {
    "tips": [
      { "text": "แสง" },
      { "iconLink": "https://cdn.example/d.png" }
    ]
  }
}
`

// A tip more, a tip less, a part that a tip lacks, a list that is not there yet: each is
// written where the list stands, and nothing else becomes another.
func TestTips(t *testing.T) {
	const mobile, pc = "mobileTipsPage.tips", "pcTipsPage.tips"
	for _, c := range []struct {
		about         string
		locale        schema.Locale
		field         string // of the first change
		value         any
		where         string
		preset        string // "" for the same
		file          string
		before, after string
		more          []studio.Change
	}{
		{about: "a part of a block", locale: "en_US", field: mobile + "[0].iconLink", value: "https://cdn.example/n.png", where: "origin:theme.base",
			file: "main.livery.hcl", before: "      text = \"Light\" # first\n", after: "      icon_link = \"https://cdn.example/n.png\"\n      text = \"Light\" # first\n"},
		{about: "a part of a block on one line", locale: "en_US", field: mobile + "[1].text", value: "Glasses", where: "origin:theme.base",
			file: "main.livery.hcl", before: "tip { icon_link = \"https://cdn.example/a.png\" }", after: "tip {\n      text = \"Glasses\"\n      icon_link = \"https://cdn.example/a.png\"\n    }"},
		{about: "blocks more, beside another text of the last one", locale: "en_US", field: mobile + "[2].text", value: "Smile", where: "origin:theme.base",
			file: "main.livery.hcl", before: "    tip { icon_link = \"https://cdn.example/a.png\" }\n",
			after: "    tip { icon_link = \"https://cdn.example/z.png\" }\n\n    tip {\n      icon_link = \"https://cdn.example/n.png\"\n      text      = \"Smile\"\n    }\n\n    tip {\n      text = \"Look\"\n    }\n",
			more: []studio.Change{
				{Locale: "en_US", Field: mobile + "[2].iconLink", Value: raw("https://cdn.example/n.png"), Where: "origin:theme.base"},
				{Locale: "en_US", Field: mobile + "[3].text", Value: raw("Look"), Where: "origin:theme.base"},
				{Locale: "en_US", Field: mobile + "[1].iconLink", Value: raw("https://cdn.example/z.png"), Where: "origin:theme.base"},
			}},
		{about: "a block less", locale: "en_US", field: mobile + "[1]", value: nil, where: "origin:theme.base",
			file: "main.livery.hcl", before: "\n    # The second.\n    tip { icon_link = \"https://cdn.example/a.png\" }\n", after: ""},
		{about: "no blocks", locale: "en_US", field: mobile, value: nil, where: "origin:theme.base",
			file: "main.livery.hcl", before: "\n    tip {\n      text = \"Light\" # first\n    }\n\n    # The second.\n    tip { icon_link = \"https://cdn.example/a.png\" }\n", after: "\n    tip = null\n"},
		{about: "a part of an object in a local", locale: "en_US", field: pc + "[0].iconLink", value: "https://cdn.example/n.png", where: "origin:locale.en_US",
			file: "main.livery.hcl", before: `{ text = "No hat" }`, after: `{ text = "No hat", icon_link = "https://cdn.example/n.png" }`},
		{about: "an object more in a local", locale: "en_US", field: pc + "[2].text", value: "Smile", where: "origin:locale.en_US",
			file: "main.livery.hcl", before: `b.png" }, # a picture`, after: "b.png\" },\n    { text = \"Smile\" }, # a picture"},
		{about: "an object less in a local", locale: "en_US", field: pc + "[1]", value: nil, where: "origin:locale.en_US",
			file: "main.livery.hcl", before: ",\n    { icon_link = \"https://cdn.example/b.png\" }", after: ""},
		{about: "an object more in a variable", locale: "ko_KR", field: pc + "[2].text", value: "Senyum", where: "origin:locale.ko_KR",
			file: "steps.auto.liveryvars.hcl", before: `c.png" }]`, after: `c.png" }, { text = "Senyum" }]`},
		{about: "an object less in a variable", locale: "ko_KR", field: pc + "[1]", value: nil, where: "origin:locale.ko_KR",
			file: "steps.auto.liveryvars.hcl", before: `, { text = "Topi", icon_link = "https://cdn.example/c.png" }`, after: ""},
		{about: "no list in a variable", locale: "ko_KR", field: pc, value: nil, where: "origin:locale.ko_KR",
			file: "steps.auto.liveryvars.hcl", before: `[{ text = "Terang" }, { text = "Topi", icon_link = "https://cdn.example/c.png" }]`, after: "null"},
		{about: "a part in a file of texts", locale: "th_TH", field: pc + "[1].text", value: "หมวก", where: "origin:locale.th_TH",
			file: "th.json", before: `{ "iconLink": "https://cdn.example/d.png" }`, after: `{ "text": "หมวก", "iconLink": "https://cdn.example/d.png" }`},
		{about: "a tip more in a file of texts", locale: "th_TH", field: pc + "[2].iconLink", value: "https://cdn.example/n.png", where: "origin:locale.th_TH",
			file: "th.json", before: "d.png\" }\n", after: "d.png\" },\n      { \"iconLink\": \"https://cdn.example/n.png\" }\n"},
		{about: "a tip less in a file of texts", locale: "th_TH", field: pc + "[1]", value: nil, where: "origin:locale.th_TH",
			file: "th.json", before: ",\n      { \"iconLink\": \"https://cdn.example/d.png\" }", after: ""},
		{about: "a list for a theme", locale: "th_TH", field: mobile + "[0].text", value: "แสง", where: "theme:theme.plain",
			file: "main.livery.hcl", before: "  title_text = \"Face check\"\n", after: "  title_text = \"Face check\"\n\n  mobile_tips_page {\n    tip {\n      text = \"แสง\"\n    }\n  }\n"},
		{about: "a list for a file of texts", locale: "th_TH", field: mobile + "[0].text", value: "แสง", where: "locale:locale.th_TH", preset: "theme:theme.plain",
			file: "th.json", before: "{\n  \"pcTips", after: "{\n  \"mobileTipsPage\": {\n    \"tips\": [\n      { \"text\": \"แสง\", \"iconLink\": \"https://cdn.example/n.png\" }\n    ]\n  },\n  \"pcTips",
			more: []studio.Change{{Locale: "th_TH", Field: mobile + "[0].iconLink", Value: raw("https://cdn.example/n.png"), Where: "locale:locale.th_TH"}}},
		{about: "a whole list of its own, shorter by one", locale: "en_US", field: mobile + "[1]", value: nil, where: "locale:locale.en_US", preset: "origin:theme.base",
			file: "main.livery.hcl", before: "  pc_tips_page {\n    tips = local.hats\n", after: "\n  mobile_tips_page {\n    tip {\n      text = \"Light\"\n    }\n  }\n\n  pc_tips_page {\n    tips = local.hats\n"},
		{about: "no list of its own", locale: "en_US", field: mobile, value: nil, where: "locale:locale.en_US", preset: "origin:theme.base",
			file: "main.livery.hcl", before: "  pc_tips_page {\n    tips = local.hats\n", after: "\n  mobile_tips_page {\n    tip = null\n  }\n\n  pc_tips_page {\n    tips = local.hats\n"},
		{about: "a part in JSON", locale: "vi_VN", field: mobile + "[0].iconLink", value: "https://cdn.example/n.png", where: "origin:locale.vi_VN",
			file: "more.livery.json", before: `{"text": "Sáng"}`, after: `{"icon_link": "https://cdn.example/n.png", "text": "Sáng"}`},
		{about: "a tip more in JSON, with what is special there", locale: "vi_VN", field: mobile + "[2].text", value: "${x}", where: "origin:locale.vi_VN",
			file: "more.livery.json", before: "{\"text\": \"Kính\"}", after: "{\"text\": \"Kính\"},\n          { \"text\": \"$${x}\" }"},
		{about: "a tip less in JSON", locale: "vi_VN", field: mobile + "[1]", value: nil, where: "origin:locale.vi_VN",
			file: "more.livery.json", before: ",\n          {\"text\": \"Kính\"}", after: ""},
		{about: "no list in JSON", locale: "vi_VN", field: mobile, value: nil, where: "origin:locale.vi_VN",
			file: "more.livery.json", before: "[\n          {\"text\": \"Sáng\"},\n          {\"text\": \"Kính\"}\n        ]", after: "null"},
		{about: "a tip more than one in JSON", locale: "fil_PH", field: pc + "[1].text", value: "Sumbrero", where: "origin:locale.fil_PH",
			file: "more.livery.json", before: `{"tip": {"text": "Ilaw"}}`, after: `{"tip": [{"text": "Ilaw"}, { "text": "Sumbrero" }]}`},
		{about: "a part of the one in JSON", locale: "fil_PH", field: pc + "[0].iconLink", value: "https://cdn.example/n.png", where: "origin:locale.fil_PH",
			file: "more.livery.json", before: `{"text": "Ilaw"}`, after: `{"icon_link": "https://cdn.example/n.png", "text": "Ilaw"}`},
		{about: "no list instead of one in JSON", locale: "fil_PH", field: pc, value: nil, where: "origin:locale.fil_PH",
			file: "more.livery.json", before: `{"text": "Ilaw"}`, after: `null`},
		{about: "an object less, with a comment before its comma", locale: "in_ID", field: pc + "[1]", value: nil, where: "origin:locale.in_ID",
			file: "main.livery.hcl", before: ", # the second:\n      { text = \"Topi\" }", after: ""},
		{about: "a list instead of null in JSON", locale: "vi_VN", field: pc + "[0].text", value: "Sáng", where: "origin:locale.vi_VN",
			file: "more.livery.json", before: `{"tips": null}`, after: "{\"tips\": [\n        { \"text\": \"Sáng\" }\n      ]}"},
		{about: "a list instead of null", locale: "ms_MY", field: mobile + "[0].text", value: "Terang", where: "origin:locale.ms_MY",
			file: "main.livery.hcl", before: "    tip = null\n", after: "    tip {\n      text = \"Terang\"\n    }\n"},
		{about: "a list of a language without a theme", locale: "ja_JP", field: mobile + "[0].iconLink", value: "https://cdn.example/n.png", where: "locale:locale.ja_JP",
			file: "main.livery.hcl", before: "  title_text = \"顔認証\"\n", after: "  title_text = \"顔認証\"\n\n  mobile_tips_page {\n    tip {\n      icon_link = \"https://cdn.example/n.png\"\n    }\n  }\n"},
	} {
		t.Run(c.about, func(t *testing.T) {
			t.Parallel()
			w, dir := workspaceOf(t, lists)
			t.Cleanup(w.Close)
			apply(t, w)
			s, was := openStudio(w), filesIn(t, dir)
			require.Contains(t, was[c.file], c.before)
			about := c.field
			if strings.HasSuffix(about, "]") {
				about = cut(about)
			}
			e := element(t, s, c.locale, about)
			assert.Equal(t, cmp.Or(c.preset, c.where), e.Preset, "%+v", e.Ways)
			saved := save(t, s, append([]studio.Change{{Locale: c.locale, Field: c.field, Value: raw(c.value), Where: c.where}}, c.more...)...)
			assert.Equal(t, []string{c.file}, saved.Files)
			want := filesIn(t, dir)
			require.Equal(t, strings.Replace(was[c.file], c.before, c.after, 1), want[c.file])
			want[c.file] = was[c.file]
			assert.Equal(t, was, want, "another file")
			assert.Equal(t, []string{cut(c.field)}, slices.Compact(planned(t, w)))
			_, err := s.Undo()
			require.NoError(t, err)
			assert.Equal(t, was, filesIn(t, dir))
		})
	}
}
