package lint_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"livery/schema"
	"livery/schema/config"
	"livery/schema/lint"
	"livery/schema/stack"
)

// Whatever changes between two runs, what was kept of the first says the same as a run that
// knows nothing.
func TestMemorySaysWhatAFreshRunSays(t *testing.T) {
	files := map[string]string{
		"settings.livery.hcl": "livery {\n  texts {\n    source = \"en\"\n    keep = [\"Acme\"]\n  }\n  lint {\n    rule \"glossary\" {\n      level = \"warning\"\n      file = \"terms.csv\"\n    }\n    rule \"contrast\" { ratio = 4.5 }\n  }\n}\n",
		"main.livery.hcl": "locals { brand = \"#777777\" }\n" +
			"theme \"base\" {\n  mobile_result_page {\n    background_color = \"#888888\"\n    liveness_result_text_color = local.brand\n  }\n}\n",
		"terms.csv":        "term,th_TH\nlight,แสง\n",
		config.DefaultLock: "[th_TH]\n\nmobileTipsPage.titleText\n  \"Find light\"\n",
	}
	for l, title := range map[string]string{"en": "Find light", "th": "หา", "vi": "Find light", "ar_AE": "ж"} {
		files[l+".livery.hcl"] = fmt.Sprintf("locale %q {\n  theme = theme.base\n  mobile_tips_page {\n    title_text = \"%s, Acme...\"\n    start_button_text = \"Go  on…\"\n  }\n  mobile_camera_page {\n    wait_text = \"Wait\"\n  }\n}\n", l, title)
	}
	words := [][]string{ // each may stand in the place of another of its row
		{"Find", "light", "Acme", "Go", "Wait", "แสง", "ж", "...", "…", "  "}, {"#777777", "#767676", "#888888", "local.brand"},
		{"4.5", "7"}, {"title_text", "wait_text", "start_button_text"}, {"\n", "\n\n", "\n# a comment\n"},
		{"mobile_result_page {\n", "mobile_result_page {\n    is_show = false\n"}, {"  theme = theme.base\n", "\n"},
	}
	random := rand.New(rand.NewPCG(1, 2))
	names := slices.Sorted(maps.Keys(files))
	kept := new(stack.Stack)
	for i := range 300 {
		edited := maps.Clone(files)
		for done := 0; done < 1+random.IntN(2); {
			name, row := names[random.IntN(len(names))], words[random.IntN(len(words))]
			before, after, found := strings.Cut(edited[name], row[random.IntN(len(row))])
			if found {
				edited[name] = before + row[random.IntN(len(row))] + after
				done++
			}
		}
		if random.IntN(8) == 0 { // the theme gets another name of the same length
			from, to := "base", "bass"
			if random.IntN(2) == 0 {
				from, to = to, from
			}
			for name, text := range edited {
				edited[name] = strings.ReplaceAll(text, from, to)
			}
		}
		disk := make(fstest.MapFS)
		for name, text := range edited {
			disk["stack/"+name] = &fstest.MapFile{Data: []byte(text)}
		}
		opts := stack.Options{FS: disk, Dir: "stack"}
		kept, _ = kept.Reload(opts)
		fresh, diags := stack.Load(opts)
		require.Equal(t, told(fresh), told(kept), "after %d edits: %q", i, edited)
		if !diags.HasErrors() && random.IntN(2) == 0 {
			files = edited // and goes on from there, else back
		}
	}
}

// told is all that is found, as far as anybody sees it.
func told(s *stack.Stack) []string {
	var list []string
	for _, d := range lint.Stack(s) {
		f := schema.FindingOf(d)
		list = append(list, fmt.Sprintf("%v %s %s | %v %v %v %v %v %v", d.Subject, d.Summary, d.Detail, f.Level, f.Rule, f.Addresses, f.Block, f.Data, f.Related))
	}
	return list
}
