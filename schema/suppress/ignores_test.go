package suppress_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/schema"
	"livery/schema/lint"
	"livery/schema/rule"
	"livery/schema/stack"
	"livery/schema/suppress"
)

// judged gives what is shown and what is suppressed of a stack of one file, a line each.
func judged(t *testing.T, name, src string, now time.Time) (shown, suppressed []string) {
	t.Helper()
	fsys := fstest.MapFS{"stack/" + name: &fstest.MapFile{Data: []byte(src)}}
	s, diags := stack.Load(stack.Options{FS: fsys, Dir: "stack", Version: "0.1.0"})
	ignores := suppress.IgnoresOf(s, now)
	found := ignores.Apply(append(diags, lint.Stack(s)...))
	if !diags.HasErrors() {
		found = append(found, ignores.Unused(func(rule.ID) bool { return true })...)
	}
	for _, d := range schema.SortFindings(found) {
		f := schema.FindingOf(d)
		line := fmt.Sprintf("%s %d", f.Rule, d.Subject.Start.Line)
		if f.Rule == rule.BadIgnore {
			line += " " + d.Detail
		}
		if _, expired, ok := strings.Cut(d.Detail, "The ignore of "); ok {
			line += " expired " + expired
		}
		if f.Rule != rule.BadIgnore && len(f.Addresses) == 1 {
			line += " " + f.Address().String()
		}
		shown = append(shown, line)
	}
	for _, d := range schema.SortFindings(ignores.Suppressed) {
		f := schema.FindingOf(d)
		require.NotNil(t, f.Suppression)
		suppressed = append(suppressed, fmt.Sprintf("%s %d %s: %s", f.Rule, d.Subject.Start.Line, f.Suppression.By, f.Suppression.Reason))
	}
	return shown, suppressed
}

const link = `"http://cdn.example.com/ok.png"`

func TestIgnoreComments(t *testing.T) {
	hidden := "insecure-link 3 comment: soon"
	for name, test := range map[string]struct {
		src               string
		shown, suppressed []string
	}{
		"on the line":          {"{\n mobile_result_page {\n success_icon_link = " + link + ` # livery:ignore insecure-link reason="soon"` + "\n}\n}", nil, []string{hidden}},
		"slashes, two rules":   {"{\n mobile_result_page {\n success_icon_link = " + link + ` // livery:ignore contrast,insecure-link reason="soon"` + "\n}\n}", []string{"unused-ignore 3"}, []string{hidden}},
		"above the attribute":  {"{\n mobile_result_page {\n" + `# livery:ignore insecure-link reason="soon"` + "\n success_icon_link = " + link + "\n}\n}", nil, []string{"insecure-link 4 comment: soon"}},
		"several lines":        {"{\n mobile_result_page {\n" + `/* livery:ignore insecure-link` + "\n" + `until=2027-01-31 reason="soon" */` + "\n# more\n\n success_icon_link = " + link + "\n}\n}", nil, []string{"insecure-link 7 comment: soon"}},
		"above the block":      {"{\n" + `/* livery:ignore insecure-link reason="soon" */ mobile_result_page {` + "\n success_icon_link = " + link + "\n}\n}", nil, []string{hidden}},
		"a line for the block": {"{ # x\n" + `mobile_result_page { # livery:ignore contrast reason="no"` + "\n success_icon_link = " + link + "\n}\n}", []string{"unused-ignore 2", "insecure-link 3 locale.en_US"}, nil},
		"no item below":        {"{\n title_text = \"Hello\"\n# livery:ignore contrast reason=\"x\"\n}", []string{"unused-ignore 3"}, nil},
		"quotation marks":      {"{\n mobile_result_page {\n success_icon_link = " + link + ` # livery:ignore insecure-link reason="the \"old\" one"` + "\n}\n}", nil, []string{`insecure-link 3 comment: the "old" one`}},
		"unused":               {"{\n" + `# livery:ignore insecure-link reason="soon"` + "\n title_text = \"Hello\"\n}", []string{"unused-ignore 2"}, nil},
		"in a heredoc":         {"{\n title_text = <<-EOT\n # livery:ignore insecure-link\n EOT\n}", []string{"whitespace 2 locale.en_US"}, nil},
		"in a text":            {"{\n title_text = \"# livery:ignore insecure-link\"\n}", nil, nil},
		"no reason":            {"{ # livery:ignore insecure-link\n}", []string{`bad-ignore 1 It gives no reason. Say in reason="..." why this is right as it is: whoever reads it next will want to know.`}, nil},
		"blank reason":         {"{ # livery:ignore insecure-link reason=\" \"\n}", []string{`bad-ignore 1 It gives no reason. Say in reason="..." why this is right as it is: whoever reads it next will want to know.`}, nil},
		"no rule":              {"{ # livery:ignore reason=\"x\"\n}", []string{`bad-ignore 1 It names no rule: write the one that a finding shows in brackets.`}, nil},
		"unknown rule":         {"{ # livery:ignore contrst reason=\"x\"\n}", []string{`bad-ignore 1 There is no rule "contrst". Did you mean "contrast"?`}, nil},
		"ignored itself":       {"{ # livery:ignore bad-ignore reason=\"x\"\n}", []string{`bad-ignore 1 bad-ignore cannot be ignored: what hides findings must not be hidden itself.`}, nil},
		"fixed rule":           {"{ # livery:ignore colour-format reason=\"x\"\n}", []string{`bad-ignore 1 colour-format cannot be ignored: what it finds cannot be sent to the service.`}, nil},
		"no date":              {"{ # livery:ignore contrast until=2027-02-30 reason=\"x\"\n}", []string{`bad-ignore 1 "2027-02-30" is no date; write one as 2027-01-31.`}, nil},
		"no quotes":            {"{ # livery:ignore contrast reason=why\n}", []string{`bad-ignore 1 A reason stands in quotes, as in reason="the logo is fixed".`}, nil},
		"misspelt":             {"{ # livery:ignore contrast reson=\"why\"\n}", []string{`bad-ignore 1 "reson" is none of what may follow the rules: until=2027-01-31 and reason="...".`}, nil},
		"another directive":    {"{ # livery:ignore-next-line contrast reason=\"why\"\n}", []string{`bad-ignore 1 It is written livery:ignore or livery:ignore-file, with a blank behind it.`}, nil},
		"file, too late":       {"{}\n# livery:ignore-file contrast reason=\"why\"\n", []string{`bad-ignore 2 livery:ignore-file is about the whole file, so it stands before the first block.`}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			shown, suppressed := judged(t, "main.livery.hcl", `locale "en" `+test.src+"\n", time.Unix(0, 0))
			assert.Equal(t, test.shown, shown)
			assert.Equal(t, test.suppressed, suppressed)
		})
	}
	t.Run("the whole file", func(t *testing.T) {
		shown, suppressed := judged(t, "main.livery.hcl", "# livery:ignore-file insecure-link reason=\"soon\"\n\nlocale \"en\" {\nmobile_result_page {\nsuccess_icon_link = "+link+"\n}\n}\n", time.Unix(0, 0))
		assert.Empty(t, shown)
		assert.Equal(t, []string{"insecure-link 5 comment: soon"}, suppressed)
	})
}

func TestIgnoreUntil(t *testing.T) {
	src := "locale \"en\" {\nmobile_result_page {\nsuccess_icon_link = " + link + " # livery:ignore insecure-link until=2027-01-31 reason=\"soon\"\n}\n}\n"
	for now, want := range map[string][]string{
		"2027-01-30T12:00:00Z":      nil,
		"2027-01-31T23:59:59Z":      nil,
		"2027-01-31T23:30:00-02:00": {"insecure-link 3 expired 2027-01-31 has expired. locale.en_US"}, // in UTC it is the next day
		"2027-02-01T00:00:00Z":      {"insecure-link 3 expired 2027-01-31 has expired. locale.en_US"},
	} {
		at, err := time.Parse(time.RFC3339, now)
		require.NoError(t, err)
		shown, _ := judged(t, "main.livery.hcl", src, at)
		assert.Equal(t, want, shown, now)
	}
}

func TestIgnoreBlocks(t *testing.T) {
	stack := func(ignore string) string {
		return `{"livery": {"lint": {"ignore": [` + ignore + `]}},
"theme": {"base": {"mobile_result_page": {"next_step_button_background_color": "#fff", "next_step_button_text_color": "#eee"}}},
"locale": {"en": {"theme": "${theme.base}"}, "th": {"theme": "${theme.base}"}}}`
	}
	for ignore, want := range map[string]struct{ shown, suppressed []string }{
		"\n{\"rule\": \"contrast\",\n\"reason\": \"soon\"},\n{\"rule\": \"whitespace\", \"reason\": \"x\"},\n{\"rule\": \"markup\"}": {
			[]string{`bad-ignore 5 It gives no reason. Say in reason="..." why this is right as it is: whoever reads it next will want to know.`}, []string{"contrast 6 block: soon"},
		},
		`{"rule": "contrast", "reason": "soon"}`:                                                           {nil, []string{"contrast 2 block: soon"}},
		`{"rule": "contrast", "reason": "soon", "locale": "th"}`:                                           {[]string{"contrast 2 locale.en_US"}, []string{"contrast 2 block: soon"}},
		`{"rule": "contrast", "reason": "soon", "path": "mobileResultPage"}`:                               {nil, []string{"contrast 2 block: soon"}},
		`{"rule": "contrast", "reason": "soon", "path": "mobile_result_page"}`:                             {nil, []string{"contrast 2 block: soon"}},
		`{"rule": "contrast", "reason": "soon", "path": "mobile_result_page.next_step_button_text_color"}`: {nil, []string{"contrast 2 block: soon"}},
		`{"rule": "contrast", "reason": "soon", "path": "mobile_tips_page.tips[0].icon_link"}`:             {[]string{"unused-ignore 1", "contrast 2"}, nil},
		`{"rule": "contrast", "reason": "soon", "path": "mobileTipsPage.tips[0].txt"}`:                     {[]string{`bad-ignore 1 The API has no field and no page "mobileTipsPage.tips[0].txt".`, "contrast 2"}, nil},
		`{"rule": "contrast", "reason": "soon", "path": "mobileTipsPage[0]"}`:                              {[]string{`bad-ignore 1 The API has no field and no page "mobileTipsPage[0]". Did you mean "mobileTipsPage"?`, "contrast 2"}, nil},
		`{"rule": "contrast", "reason": "soon", "path": "mobileTipsPage"}`:                                 {[]string{"unused-ignore 1", "contrast 2"}, nil},
		`{"rule": "contrast", "reason": "soon", "locale": "xx"}`:                                           {[]string{`bad-ignore 1 "xx" is not one of the 32 locale values of the service.`, "contrast 2"}, nil},
		`{"rule": "contrast", "reason": "soon", "path": "mobileResultPage.sucessDesc"}`:                    {[]string{`bad-ignore 1 The API has no field and no page "mobileResultPage.sucessDesc". Did you mean "mobileResultPage.successDesc"?`, "contrast 2"}, nil},
		`{"rule": "contrast"}`: {[]string{`bad-ignore 1 It gives no reason. Say in reason="..." why this is right as it is: whoever reads it next will want to know.`, "contrast 2"}, nil},
		`{"rule": "contrast", "reason": "soon", "until": "1969-12-31"}`: {[]string{"contrast 2 expired 1969-12-31 has expired."}, nil},
	} {
		t.Run(ignore, func(t *testing.T) {
			shown, suppressed := judged(t, "main.livery.json", stack(ignore), time.Unix(0, 0))
			assert.Equal(t, want.shown, shown)
			assert.Equal(t, want.suppressed, suppressed)
		})
	}
}
