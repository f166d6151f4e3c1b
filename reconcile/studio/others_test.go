package studio_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"

	"livery/reconcile/studio"
	"livery/reconcile/workspace"
)

// Who changes what several stacks include is told which, and stops none of them.
func TestOtherStacks(t *testing.T) {
	root := t.TempDir()
	c := workspaceIn(t, root, `-- shared/base.livery.hcl --
theme "base" {
  title_text = "Shared"
  mobile_tips_page {
    title_text_color = "#111111"
    tip {
      text = "Short"
    }
  }
}
-- brands/a/main.livery.hcl --
livery {
  include = ["../../shared/*.livery.hcl"]
}
locals {
  mine = "#aa0000"
}
locale "en" {
  theme      = theme.base
  title_text = "A"
}
-- brands/b/main.livery.hcl --
livery {
  include = ["../../shared/*.livery.hcl"]
}
locale "zh_CN" {
  theme = theme.base
}
-- brands/broken/main.livery.hcl --
livery {
  include = ["../../shared/*.livery.hcl"]
}
locale "xx" {}
-- brands/alone/main.livery.hcl --
locale "en" {}
`).Config
	c.Dir = workspace.Directory(filepath.Join(root, "brands", "a"))
	s := openStudio(workspace.New(c))
	const tip, colour = "mobileTipsPage.tips[0].text", "mobileTipsPage.titleTextColor"

	e := element(t, s, "en_US", colour)
	assert.Equal(t, "theme.base, ../../shared/base.livery.hcl:4: 1 field in 1 language, and in other stacks: brands/b, brands/broken", e.Reach.Text)
	assert.Equal(t, ", and in other stacks: brands/b, brands/broken", e.Ways[0].Also)
	assert.Empty(t, e.Ways[1].Also, "its own block")
	assert.Empty(t, element(t, s, "en_US", "titleText").Ways[0].Also)

	was := filesIn(t, filepath.Join(root, "shared"))
	for about, c := range map[string]struct {
		change studio.Change
		why    string
	}{
		"too long for another": {studio.Change{Locale: "en_US", Field: tip, Value: raw("Find a place with good light, please"), Where: "origin"},
			"This would stop the next apply of brands/b, which reads the same file: shared/base.livery.hcl:6: Tip too long"},
		"a name that another does not have": {studio.Change{Locale: "en_US", Field: colour, Reference: "local.mine", Where: "origin"},
			"This would stop the next apply of brands/b, which reads the same file: shared/base.livery.hcl:4: Unknown reference"},
	} {
		t.Run(about, func(t *testing.T) {
			_, err := s.Save(t.Context(), []studio.Change{c.change}, "")
			assert.Contains(t, refusal(t, err).Detail, c.why)
			assert.Equal(t, was, filesIn(t, filepath.Join(root, "shared")))
		})
	}
	save(t, s, studio.Change{Locale: "en_US", Field: colour, Value: raw("#222222"), Where: "origin"}) // one that was broken before stops nothing
}
