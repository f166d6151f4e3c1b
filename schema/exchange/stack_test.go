package exchange

import (
	"encoding/json"
	"fmt"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"livery/schema"
	"livery/schema/stack"
	"livery/schema/syntax"
)

func read(t require.TestingT, name, text string) *Body {
	body, diags := ReadBody([]byte(text), name, "")
	require.False(t, diags.HasErrors(), "%v", diags)
	return body
}

func TestImportStack(t *testing.T) {
	en := read(t, "en.json", `{"locale":"en","titleText":"Say \"hi\" <b>","mobileTipsPage":{"tips":[{"iconLink":"https://e.com/a.png","text":"Light"},{"text":"Glasses off"}],"startButtonText":"Go"},
		"mobileResultPage":{"isShow":true,"successDesc":"In","backgroundColor":"#FFF","successIconLink":"https://e.com/en.png"},"newPage":{"a":1,"b":"x"}}`)
	th := read(t, "th.json", `{"locale":"th","titleText":"สวัสดี","mobileTipsPage":{"startButtonText":5},
		"mobileResultPage":{"isShow":true,"successDesc":null,"backgroundColor":"#ffffff","successIconLink":"https://e.com/th.png"},"newPage":{"a":1,"b":"y"}}`)
	src, texts, diags := ImportStack([]*Body{en, th}, "../texts")
	require.Empty(t, diags)
	assert.Equal(t, `# What all languages have in common.
theme "base" {
  mobile_result_page {
    background_color = "#ffffff"
    is_show          = true
  }

  extra = {
    newPage = {
      a = 1
    }
  }
}

# English (United States), from en.json
locale "en_US" {
  theme = theme.base
  texts = jsondecode(file("../texts/en_US.json"))

  mobile_result_page {
    success_icon_link = "https://e.com/en.png"
  }

  extra = {
    newPage = {
      b = "x"
    }
  }
}

# Thai (Thailand), from th.json
locale "th_TH" {
  theme = theme.base
  texts = jsondecode(file("../texts/th_TH.json"))

  mobile_result_page {
    success_icon_link = "https://e.com/th.png"
  }

  mobile_tips_page {
    start_button_text = 5
  }

  extra = {
    newPage = {
      b = "y"
    }
  }
}
`, string(src))
	assert.Len(t, texts, 2)
	assert.Equal(t, `{
  "titleText": "Say \"hi\" <b>",
  "mobileResultPage": {
    "successDesc": "In"
  },
  "mobileTipsPage": {
    "tips": [
      { "text": "Light", "iconLink": "https://e.com/a.png" },
      { "text": "Glasses off" }
    ],
    "startButtonText": "Go"
  }
}
`, string(texts["../texts/en_US.json"]))
}

func TestImportStackOfOne(t *testing.T) {
	src, texts, diags := ImportStack([]*Body{read(t, "en.json", `{"locale":"en","mobileResultPage":{"isShow":true}}`)}, "texts")
	require.Empty(t, diags)
	assert.Empty(t, texts)
	assert.Equal(t, "# English (United States), from en.json\nlocale \"en_US\" {\n  mobile_result_page {\n    is_show = true\n  }\n}\n", string(src))
}

func TestImportStackRefusesALocaleTwice(t *testing.T) {
	_, _, diags := ImportStack([]*Body{read(t, "a.json", `{"locale":"en"}`), read(t, "b.json", `{"locale":"en_US"}`)}, "texts")
	require.Len(t, diags, 1)
	assert.Contains(t, diags[0].Detail, "a.json and b.json are both en_US")
}

// drawBodies makes valid bodies that have some values in common.
func drawBodies(t *rapid.T) []string {
	text := rapid.StringMatching(`[a-z${}%"\\ é字\n<&]{1,9}`)
	link := rapid.SampledFrom([]string{"https://e.com/a.png", "https://e.com/b.png"})
	var bodies []string
	locales := rapid.Permutation(schema.Locales()).Draw(t, "locales")[:rapid.IntRange(1, 4).Draw(t, "documents")]
	fields := rapid.SliceOfNDistinct(rapid.SampledFrom(schema.Fields()), 0, 15, (*schema.Field).Number).Draw(t, "fields")
	seen := make(map[schema.Locale]bool)
	for _, info := range locales {
		locale, _ := schema.ParseLocale(string(info.Value))
		if seen[locale] {
			continue
		}
		seen[locale] = true
		root := map[string]any{"locale": locale}
		pages := map[string]map[string]any{"": root}
		for _, f := range fields {
			if !rapid.Bool().Draw(t, "declared") {
				continue
			}
			if pages[f.Page] == nil {
				pages[f.Page] = make(map[string]any)
				root[f.Page] = pages[f.Page]
			}
			var value any
			switch f.Kind {
			case schema.Text:
				value = text.Draw(t, "text")
			case schema.Colour:
				value = rapid.SampledFrom([]string{"#000000", "#FFF", "#ffffff"}).Draw(t, "colour")
			case schema.ImageURL:
				value = link.Draw(t, "link")
			case schema.Bool:
				value = rapid.Bool().Draw(t, "flag")
			case schema.Tips:
				value = []any{map[string]any{"text": text.Draw(t, "tip"), "iconLink": link.Draw(t, "icon")}, map[string]any{"text": text.Draw(t, "tip")}}
			}
			pages[f.Page][f.Key] = value
		}
		for i := range rapid.IntRange(0, 2).Draw(t, "extras") {
			root[fmt.Sprint("new", i)] = map[string]any{"a": rapid.IntRange(0, 1).Draw(t, "extra"), "b": text.Draw(t, "extra text")}
		}
		data, err := json.Marshal(root)
		require.NoError(t, err)
		bodies = append(bodies, string(data))
	}
	return bodies
}

// What is split over a theme, texts and blocks evaluates to the documents that went in.
func TestImportedStacksEvaluateBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var bodies []*Body
		want := make(map[schema.Locale]string)
		for i, text := range drawBodies(t) {
			var d schema.Document
			require.NoError(t, json.Unmarshal([]byte(text), &d))
			want[d.Locale] = string(d.Body())
			bodies = append(bodies, read(t, fmt.Sprint(i, ".json"), text))
		}
		src, texts, diags := ImportStack(bodies, "texts")
		require.Empty(t, diags)
		formatted, diags := syntax.Format(src, "main.livery.hcl")
		require.Empty(t, diags)
		require.Equal(t, string(src), string(formatted))

		files := fstest.MapFS{"stack/main.livery.hcl": {Data: src}}
		for name, text := range texts {
			files["stack/"+name] = &fstest.MapFile{Data: text}
		}
		s, diags := stack.Load(stack.Options{FS: files, Dir: "/stack"})
		require.False(t, diags.HasErrors(), "%s\n%v", src, diags)
		got := make(map[schema.Locale]string)
		for _, d := range s.Documents {
			got[d.Locale] = string(d.Body())
		}
		require.Equal(t, want, got, "%s", src)

		for _, b := range bodies {
			for f := range b.Values {
				if f.Kind == schema.Text {
					require.NotContains(t, string(src), f.HCLName()+" ", "words stand in files")
				}
			}
		}
	})
}
