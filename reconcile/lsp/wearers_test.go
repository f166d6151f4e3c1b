package lsp_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// What is said of a shared theme, of its fields and of the tokens behind them is true of all
// stacks that read the file, whichever is asked.
func TestHoverTellsOfStacksThatShareAFile(t *testing.T) {
	c := conversation(t, `
-- shared/themes.livery.hcl --
theme "base" {
  mobile_loading_page {
    progress_color = tokens("../../shared/brand.tokens.json").color.sea
  }
}
-- shared/brand.tokens.json --
{ "color": { "$type": "color", "sea": { "$value": "#123456" }, "dry": { "$value": "#654321" } } }
-- brands/a/main.livery.hcl --
livery {
  include = ["../../shared/*.livery.hcl"]
}
-- brands/b/main.livery.hcl --
livery {
  include = ["../../shared/*.livery.hcl"]
}
theme "dark" {
  extends = [theme.base]
}
locale "asia" {
  for_each = toset(["th", "vi"])
  code     = each.key
  theme    = each.key == "th" ? theme.base : theme.dark
}
-- brands/b/more.livery.json --
{"locale": {"id": {"theme": "theme.base"}}}
-- brands/c/main.livery.hcl --
livery {
  include = ["../../shared/*.livery.hcl"]
}
locale "en" {
  theme = theme.base
}
`, "shared/themes.livery.hcl")
	c.referred(c.where("shared/themes.livery.hcl", "theme \"ba", 1), false) // by now the stacks are known
	theme := c.hovered(c.where("shared/themes.livery.hcl", "theme \"ba", 1))
	assert.Equal(t, "**theme** `base`\n\nAlso in `brands/b`, `brands/c`.\n", theme, "the first of the stacks has no use for it")
	assert.Contains(t, c.hovered(c.where("shared/themes.livery.hcl", "progress_co", 1)), "Also in `brands/b`, `brands/c`.\n")
	c.open("shared/brand.tokens.json")
	assert.Contains(t, c.hovered(c.where("shared/brand.tokens.json", "se", 1)), "\nAlso in `brands/b`, `brands/c`.\n")
	assert.Contains(t, c.hovered(c.where("shared/brand.tokens.json", "dr", 1)), "No document wears it.")

	c.open("brands/b/main.livery.hcl")
	assert.Equal(t, "**theme** `base`\n\nExtended by dark.\n\nWorn by in_ID, th_TH, vi_VN.\n\nAlso in `brands/c`.\n", c.hovered(c.where("brands/b/main.livery.hcl", "[theme.ba", 1)))
	assert.Equal(t, "**theme** `dark`\n\nWorn by th_TH, vi_VN.\n", c.hovered(c.where("brands/b/main.livery.hcl", "theme \"da", 1)))
}
