package lsp_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const designed = `
-- main.livery.hcl --
locals {
  design = tokens("brand.tokens.json")
  brand  = local.design.color
}

theme "base" {
  mobile_loading_page {
    progress_color     = local.design.color.primary
    loading_text_color = local.brand.old
  }
}

locale "en" {
  theme = theme.base
  mobile_result_page {
    background_color = local.design.color.deep
  }
}

locale "th" {
  theme = theme.base
}
-- brand.tokens.json --
{
  "color": {
    "$type": "color",
    "base": { "$value": "#0B5FFF", "$description": "The blue of the logo." },
    "primary": { "$value": "{color.base}" },
    "old": { "$value": "#ffffff", "$deprecated": "Use color.primary." },
    "deep": {
      "$value": {
        "colorSpace": "oklch",
        "components": [0.5, 0.1, 200],
        "hex": "#00717d"
      }
    },
    "wide": { "$value": { "colorSpace": "display-p3", "components": [0, 1, 0] } }
  },
  "size": { "$type": "dimension", "$value": { "value": 4, "unit": "px" } }
}
`

func (c *client) hovered(p obj) string {
	c.t.Helper()
	r, ok := c.result("textDocument/hover", p).(obj)
	if !ok {
		return ""
	}
	return r["contents"].(obj)["value"].(string)
}

func TestTokenFiles(t *testing.T) {
	c := conversation(t, designed, "main.livery.hcl", "brand.tokens.json")
	var ranges []any
	list := c.result("textDocument/documentColor", c.doc("brand.tokens.json")).([]any)
	for _, found := range list {
		ranges = append(ranges, found.(obj)["range"])
	}
	assert.Equal(t, []any{rng(3, 25, 3, 32), rng(4, 28, 4, 40), rng(5, 24, 5, 31), rng(7, 16, 11, 7), rng(13, 24, 13, 79)}, ranges)
	assert.InDelta(t, 0x5f/255.0, list[1].(obj)["color"].(obj)["green"], 0.001)

	ways := func(at obj, red, green, blue, alpha float64) []any {
		p := c.doc("brand.tokens.json")
		p["range"], p["color"] = at, obj{"red": red, "green": green, "blue": blue, "alpha": alpha}
		return c.result("textDocument/colorPresentation", p).([]any)
	}
	got := ways(rng(3, 25, 3, 32), 1, 0, 0, 1)
	require.Len(t, got, 1)
	assert.Equal(t, `#FF0000`, got[0].(obj)["textEdit"].(obj)["newText"])
	assert.Empty(t, ways(rng(4, 28, 4, 40), 1, 0, 0, 1), "an alias")
	got = ways(rng(7, 16, 11, 7), 1, 0, 0, 0.5)
	require.Len(t, got, 1)
	assert.Equal(t, `{ "colorSpace": "oklch", "components": [0.628, 0.2577, 29.2339], "alpha": 0.5, "hex": "#ff0000" }`, got[0].(obj)["textEdit"].(obj)["newText"])

	text := c.hovered(c.where("brand.tokens.json", "primary", 1))
	for _, part := range []string{"**token** `color.primary` color", "#0b5fff", "color.base, brand.tokens.json:4", "Worn by en_US, th_TH: 2 fields."} {
		assert.Contains(t, text, part)
	}
	assert.Contains(t, c.hovered(c.where("brand.tokens.json", "#0B5F", 1)), "The blue of the logo.")
	assert.Contains(t, c.hovered(c.where("brand.tokens.json", "#ffff", 1)), "Deprecated. Use color.primary.")
	assert.Contains(t, c.hovered(c.where("main.livery.hcl", "color.prim", 1)), "color.base, brand.tokens.json:4")
	assert.Contains(t, c.hovered(c.where("main.livery.hcl", "brand.ol", 1)), "Deprecated. Use color.primary.")
}

func TestTokensLeadToEachOther(t *testing.T) {
	c := conversation(t, designed, "main.livery.hcl", "brand.tokens.json")
	first := func(p obj) (string, any) {
		l := c.result("textDocument/definition", p).([]any)
		require.NotEmpty(t, l)
		return strings.TrimPrefix(l[0].(obj)["uri"].(string), c.uri("")+"/"), l[0].(obj)["range"]
	}
	for word, want := range map[string]any{"color.prim": rng(4, 27, 4, 41), "local.brand.ol": rng(5, 23, 5, 32), "design.col": rng(1, 11, 1, 12)} {
		name, where := first(c.where("main.livery.hcl", word, 1))
		assert.Equal(t, "brand.tokens.json", name, word)
		assert.Equal(t, want, where, word)
	}
	_, where := first(c.where("brand.tokens.json", "{color.ba", 1))
	assert.Equal(t, rng(3, 24, 3, 33), where)
	p := c.where("brand.tokens.json", "primary", 1)
	p["context"] = obj{"includeDeclaration": false}
	uses := c.result("textDocument/references", p).([]any)
	require.Len(t, uses, 1)
	assert.Equal(t, rng(7, 25, 7, 51), uses[0].(obj)["range"])
	m := c.ask("textDocument/prepareRename", c.where("main.livery.hcl", "color.prim", 1))
	assert.Equal(t, -32803, code(m))
	assert.Contains(t, m["error"].(obj)["message"], "design tool")
}

func TestCompletionInTokenFiles(t *testing.T) {
	c := conversation(t, designed, "main.livery.hcl")
	require.NotEmpty(t, c.labels(c.where("main.livery.hcl", "progress_color     = ", 1)))
	complete := func(text string) []string {
		t.Helper()
		i := strings.Index(text, "|")
		c.open("brand.tokens.json", text[:i]+text[i+1:])
		p := c.doc("brand.tokens.json")
		p["position"] = obj{"line": 0, "character": i}
		return c.labels(p)
	}
	assert.Contains(t, complete(`{"color": {"base": {"$value": "#0b5fff"}, "primary": {"$value": "{col|"`), "{color.base}")
	assert.Contains(t, complete(`{"color": {"$type": "|"`), "fontFamily")
	assert.Contains(t, complete(`{"color": {"base": {"$value": {"colorSpace": "|"`), "display-p3")
	assert.Contains(t, complete(`{"color": {"base": {"$|"`), "$value")
}

func TestSymbolsOfTokens(t *testing.T) {
	c := start(t, designed)
	c.initialize(obj{"textDocument": obj{"documentSymbol": obj{"hierarchicalDocumentSymbolSupport": true}}})
	c.open("brand.tokens.json")
	group := c.result("textDocument/documentSymbol", c.doc("brand.tokens.json")).([]any)[0].(obj)
	base := group["children"].([]any)[1].(obj)
	assert.Equal(t, []any{"base", `"#0B5FFF"`, nil}, []any{base["name"], base["detail"], base["children"]})
}
