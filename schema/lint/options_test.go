package lint_test

import (
	"fmt"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"

	"livery/schema"
	"livery/schema/lint"
	"livery/schema/stack"
)

// A rule that is on and has nothing to go by says so: its silence would be taken for praise.
func TestNothingToLookFor(t *testing.T) {
	const en, vi, th = "locale \"en\" { title_text = \"Show your face\" }\n", "locale \"vi\" { title_text = \"Cho xem khuôn mặt\" }\n", "locale \"th\" { title_text = \"แสดงใบหน้า\" }\n"
	glossary, file := "rule \"glossary\" {\n level = \"warning\"\n", "rule \"glossary\" {\n level = \"error\"\n file = \"terms.csv\"\n"
	for name, test := range map[string]struct {
		rule, locales, terms string
		want                 []string
	}{
		"glossary without a file":   {glossary, en + vi, "", []string{"3 glossary warning Nothing to look for"}},
		"no file of that name":      {file, en + vi, "", []string{"5 unreadable-file error Cannot read a file"}},
		"no column for the source":  {file, en + vi, "word,vi\nface,khuôn mặt\n", []string{"5 glossary error Glossary without terms"}},
		"no row":                    {file, en + vi, "term,vi\n", []string{"5 glossary error Glossary without terms"}},
		"no column for a language":  {file, en + vi + th, "term,vi\nface,khuôn mặt\n", []string{"5 glossary error Glossary without a language"}},
		"an empty column":           {file, en + vi + th, "term,vi,th\nface,khuôn mặt,\n", []string{"5 glossary error Glossary without a language"}},
		"a good one":                {file, en + vi + th, "term,vi,th\nface,khuôn mặt,ใบหน้า\n", nil},
		"off":                       {"rule \"glossary\" {\n level = \"off\"\n", en + vi, "", nil},
		"no words":                  {"rule \"forbidden-words\" {\n level = \"notice\"\n words = []\n", en, "", []string{"3 forbidden-words notice Nothing to look for"}},
		"tokens are checked apart":  {"rule \"token-parity\" {\n level = \"warning\"\n", en, "", nil},
		"nothing, and no languages": {"rule \"forbidden-words\" {\n level = \"warning\"\n", "", "", []string{"3 forbidden-words warning Nothing to look for"}},
	} {
		t.Run(name, func(t *testing.T) {
			fsys := fstest.MapFS{"stack/main.livery.hcl": {Data: []byte("livery {\n lint {\n" + test.rule + "}\n rule \"end-punctuation\" { level = \"off\" }\n rule \"untranslated\" { level = \"off\" }\n}\n}\n" + test.locales)}}
			if test.terms != "" {
				fsys["stack/terms.csv"] = &fstest.MapFile{Data: []byte(test.terms)}
			}
			s, diags := stack.Load(stack.Options{FS: fsys, Dir: "stack"})
			assert.False(t, diags.HasErrors(), "%s", diags)
			var got []string
			for _, d := range lint.Stack(s) {
				got = append(got, fmt.Sprintf("%d %s %s %s", d.Subject.Start.Line, schema.FindingOf(d).Rule, schema.LevelOf(d), d.Summary))
			}
			assert.Equal(t, test.want, got)
		})
	}
	s, _ := stack.Load(stack.Options{FS: fstest.MapFS{"stack/main.livery.hcl": {Data: []byte("livery {\n lint {\nrule \"token-parity\" { level = \"warning\" }\n rule \"token-contrast\" { level = \"notice\" }\n}\n}\n")}}, Dir: "stack"})
	assert.Equal(t, []string{"warning token-parity  :3", "notice token-contrast  :4"}, findings(lint.Tokens(s, nil)))
}
