package lint_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/hashicorp/hcl/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/schema"
	"livery/schema/lint"
	"livery/schema/rule"
	"livery/schema/stack"
)

// load loads a stack of one file, which may have findings but no errors.
func load(t *testing.T, src string) *stack.Stack {
	t.Helper()
	stack, diags := stack.Load(stack.Options{FS: fstest.MapFS{"stack/main.livery.hcl": {Data: []byte(src)}}, Dir: "stack"})
	require.False(t, diags.HasErrors(), "%s", diags)
	return stack
}

// findings shows each finding as severity, address, path and line.
func findings(diags hcl.Diagnostics) []string {
	shown := make([]string, 0, len(diags))
	for _, d := range diags {
		finding := schema.FindingOf(d)
		shown = append(shown, fmt.Sprintf("%s %s %s %s:%d", schema.LevelOf(d), finding.Rule, finding.Address(), finding.Path, d.Subject.Start.Line))
	}
	return shown
}

// of gives the findings of one rule.
func of(id rule.ID, diags hcl.Diagnostics) hcl.Diagnostics {
	return slices.DeleteFunc(diags, func(d *hcl.Diagnostic) bool { return schema.FindingOf(d).Rule != id })
}

// contrasts judges a stack of one file and gives what contrast says of it.
func contrasts(t *testing.T, src string) hcl.Diagnostics {
	t.Helper()
	return of(rule.Contrast, lint.Stack(load(t, src)))
}

// result is a locale whose result page holds the given lines.
func result(lines string) string {
	return "locale \"en\" {\n  mobile_result_page {\n" + lines + "\n  }\n}\n"
}

func TestContrast(t *testing.T) {
	tests := map[string]struct {
		src  string
		want []string
	}{
		"a button": {
			result("next_step_button_background_color = \"#ffffff\"\nnext_step_button_text_color = \"#eeeeee\""),
			[]string{"warning contrast locale.en_US mobileResultPage.nextStepButtonTextColor:4"},
		},
		"the page": {
			result("background_color = \"#000\"\nliveness_result_text_color = \"#111\"\ncountdown_text_color = \"#fff\""),
			[]string{"warning contrast locale.en_US mobileResultPage.livenessResultTextColor:4"},
		},
		"a button on a page":                  {result("background_color = \"#fff\"\nnext_step_button_text_color = \"#fff\""), nil},
		"a button whose background is unset":  {result("next_step_button_text_color = \"#ffffff\""), nil},
		"a page whose background is cleared":  {result("background_color = null\nliveness_result_text_color = \"#fff\""), nil},
		"a text that is unset":                {result("background_color = \"#fff\""), nil},
		"just enough":                         {result("background_color = \"#ffffff\"\nliveness_result_text_color = \"#767676\""), nil},
		"just too little":                     {result("background_color = \"#ffffff\"\nliveness_result_text_color = \"#777777\""), []string{"warning contrast locale.en_US mobileResultPage.livenessResultTextColor:4"}},
		"either may be the lighter":           {result("background_color = \"#777777\"\nliveness_result_text_color = \"#ffffff\""), []string{"warning contrast locale.en_US mobileResultPage.livenessResultTextColor:4"}},
		"a page without background":           {"locale \"en\" {\n  mobile_loading_page {\n    loading_text_color = \"#fff\"\n    progress_color = \"#fff\"\n  }\n}\n", nil},
		"a link in its own box":               {"locale \"en\" {\n  mobile_multi_device_process_page {\n    qr_code_page_liveness_link_background_color = \"#fff\"\n    qr_code_page_liveness_link_text_color = \"#fff\"\n  }\n}\n", []string{"warning contrast locale.en_US mobileMultiDeviceProcessPage.qrCodePageLivenessLinkTextColor:4"}},
		"a text of a page without background": {"locale \"en\" {\n  mobile_multi_device_process_page {\n    refresh_page_bold_text_color = \"#fff\"\n  }\n}\n", nil},
		"tips on their own area": {
			"locale \"en\" {\n  mobile_tips_page {\n    background_color = \"#fff\"\n    tips_area_background_color = \"#000\"\n    tips_text_color = \"#fff\"\n    title_text_color = \"#fff\"\n  }\n}\n",
			[]string{"warning contrast locale.en_US mobileTipsPage.titleTextColor:6"},
		},
		"tips on the page": {
			"locale \"en\" {\n  mobile_tips_page {\n    background_color = \"#fff\"\n    tips_text_color = \"#fff\"\n  }\n}\n",
			[]string{"warning contrast locale.en_US mobileTipsPage.tipsTextColor:4"},
		},
		"a theme that several use is told once": {
			"theme \"t\" {\n  mobile_result_page {\n    background_color = \"#fff\"\n    liveness_result_text_color = \"#fff\"\n  }\n}\nlocale \"en\" { theme = theme.t }\nlocale \"th\" { theme = theme.t }\n",
			[]string{"warning contrast locale.en_US mobileResultPage.livenessResultTextColor:4"},
		},
		"a theme that nobody uses": {
			"theme \"t\" {\n  mobile_result_page {\n    background_color = \"#fff\"\n    liveness_result_text_color = \"#fff\"\n  }\n}\n", nil,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			assert.ElementsMatch(t, test.want, findings(contrasts(t, test.src)))
		})
	}
}

func TestContrastTellsTheFigures(t *testing.T) {
	diags := contrasts(t, result("background_color = \"#FFF\"\nliveness_result_text_color = \"#777777\""))
	require.Len(t, diags, 1)
	assert.Contains(t, diags[0].Detail, "#777777 stands on backgroundColor #ffffff with a contrast of 4.47; 4.5 is the least")
	assert.Equal(t, "locale \"en\"", schema.FindingOf(diags[0]).Block)
}

// A line that several documents share is one finding; a line of their own is their own.
func TestSharedLine(t *testing.T) {
	src := "theme \"t\" {\n  mobile_result_page {\n    background_color = \"#fff\"\n    liveness_result_text_color = \"#999\"\n  }\n}\n" +
		"locale \"vi\" { theme = theme.t }\nlocale \"th\" { theme = theme.t }\n" +
		"locale \"ar_AE\" {\n  theme = theme.t\n  mobile_result_page { liveness_result_text_color = \"#888\" }\n}\n"
	diags := contrasts(t, src)
	require.Len(t, diags, 2)
	shared, own := schema.FindingOf(diags[0]), schema.FindingOf(diags[1])
	assert.Equal(t, []schema.Address{{Kind: "locale", Name: "th_TH"}, {Kind: "locale", Name: "vi_VN"}}, shared.Addresses)
	assert.Equal(t, map[string]any{
		"text": "#999999", "background": "#ffffff", "background_path": "mobileResultPage.backgroundColor", "ratio": 2.84, "least": 4.5, "proposal": "#767676",
	}, shared.Data)
	assert.Equal(t, []schema.Address{{Kind: "locale", Name: "ar_AE"}}, own.Addresses)
}

func TestLevels(t *testing.T) {
	bad := result("background_color = \"#ffffff\"\nliveness_result_text_color = \"#767676\"\ncountdown_text_color = \"#777777\"")
	row := func(lines string) string {
		return "livery {\n  lint {\n    rule \"contrast\" {\n" + lines + "\n    }\n  }\n}\n"
	}
	tests := map[string]struct {
		rule string
		want []string
	}{
		"as it is":        {"", []string{"warning"}},
		"error":           {row("level = \"error\""), []string{"error"}},
		"warning":         {row("level = \"warning\""), []string{"warning"}},
		"notice":          {row("level = \"notice\""), []string{"notice"}},
		"off":             {row("level = \"off\""), nil},
		"a lower ratio":   {row("ratio = 3"), nil},
		"a higher ratio":  {row("ratio = 7"), []string{"warning", "warning"}},
		"both":            {row("ratio = 4.55\nlevel = \"error\""), []string{"error", "error"}},
		"ratio as a text": {row("ratio = \"7\""), []string{"warning", "warning"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, finding := range findings(contrasts(t, test.rule+bad)) {
				severity, _, _ := cut(finding)
				got = append(got, severity)
			}
			assert.Equal(t, test.want, got)
		})
	}
}

func cut(finding string) (severity, row, rest string) {
	_, _ = fmt.Sscan(finding, &severity, &row, &rest)
	return severity, row, rest
}

// The order is that of the file, whatever order the documents come in.
func TestOrder(t *testing.T) {
	src := ""
	for _, code := range []string{"vi", "th", "en", "zh", "id"} {
		src += "locale \"" + code + "\" {\n  mobile_result_page {\n    countdown_text_color = \"#fff\"\n    liveness_result_text_color = \"#fff\"\n    background_color = \"#fff\"\n  }\n}\n"
	}
	first := findings(contrasts(t, src))
	require.Len(t, first, 10)
	assert.Equal(t, "warning contrast locale.vi_VN mobileResultPage.countdownTextColor:3", first[0])
	assert.Equal(t, "warning contrast locale.in_ID mobileResultPage.livenessResultTextColor:32", first[9])
	for range 20 {
		assert.Equal(t, first, findings(contrasts(t, src)))
	}
}

func TestMissing(t *testing.T) {
	details := func(diags hcl.Diagnostics) (list []string) {
		for _, d := range diags {
			finding := schema.FindingOf(d)
			list = append(list, fmt.Sprintf("%s %s %s", finding.Address(), finding.Path, d.Detail))
			assert.Equal(t, rule.Warning, finding.Level)
		}
		return list
	}
	loaded := load(t, "locale \"en\" { title_text = \"Check\" }\nlocale \"th\" {}\nlocale \"vi\" { title_text = null }\n")
	assert.Equal(t, []string{
		"locale.th_TH titleText titleText has no text here, and 1 of 3 languages have one: people will see the API's default.",
		"locale.vi_VN titleText titleText has no text here, and 1 of 3 languages have one: people will see the API's default.",
	}, details(lint.Missing(loaded.Documents)))
	assert.Empty(t, lint.Missing(loaded.Documents[:1]), "one language alone misses nothing")

	// Tips are missing one by one, or all together.
	tips := func(words ...string) string {
		var b strings.Builder
		for _, w := range words {
			fmt.Fprintf(&b, "    tip {\n      text = %q\n      icon_link = \"https://cdn.example.com/a.png\"\n    }\n", w)
		}
		return "{\n  mobile_tips_page {\n" + b.String() + "  }\n}\n"
	}
	loaded = load(t, "locale \"en\" "+tips("Find light", "Take off glasses")+"locale \"vi\" "+tips("Tìm nơi sáng")+"locale \"th\" {}\n")
	list, second := " mobileTipsPage.tips mobileTipsPage.tips has no text here, and %s: people will see the API's default.", " mobileTipsPage.tips[1].text mobileTipsPage.tips[1].text has no text here, and %s: people will see fewer tips."
	assert.Equal(t, []string{"locale.th_TH" + fmt.Sprintf(list, "2 of 3 languages have one"), "locale.vi_VN" + fmt.Sprintf(second, "1 of 3 languages have one")},
		details(lint.Missing(loaded.Documents)))
	assert.Equal(t, []string{"locale.vi_VN" + fmt.Sprintf(second, "the source en_US has one"), "locale.th_TH" + fmt.Sprintf(list, "the source en_US has one")},
		details(lint.Stack(loaded)))
}

// Without a source language nobody knows what is missing; who has two languages is told
// which rules do not run.
func TestSource(t *testing.T) {
	two := "locale \"th\" { title_text = \"ยืนยันตัวตน\" }\nlocale \"vi\" {}\n"
	assert.Empty(t, lint.Stack(load(t, two)))
	assert.Contains(t, lint.WithoutSource(load(t, two)), rule.Missing)
	assert.NotContains(t, lint.WithoutSource(load(t, two)), rule.Glossary, "that is off")
	assert.Empty(t, lint.WithoutSource(load(t, "locale \"th\" {}\n")), "one language has nothing to be compared with")
	named := load(t, "livery {\n  texts { source = \"th\" }\n}\n"+two)
	assert.Empty(t, lint.WithoutSource(named))
	assert.Equal(t, []string{"warning missing locale.vi_VN titleText:5"}, findings(lint.Stack(named)))
	assert.Empty(t, lint.WithoutSource(load(t, two+"locale \"en\" {}\n")), "en_US is the source if it is declared")
	lost := load(t, "livery {\n  texts { source = \"ja_JP\" }\n}\n"+two)
	assert.Equal(t, []string{"error reference  :2"}, findings(lint.Stack(lost)))
	assert.Equal(t, []string{"error reference  :2"}, findings(lint.Stopping(lost)), "it stops an apply as well")
}

// A stack with errors gets every rule on what could be understood, and none of them falls
// over what could not.
func TestFaultyStack(t *testing.T) {
	for _, src := range []string{
		"theme {}\nvariable {}\nsession {}\nlocale {}\nlocals \"x\" {}\nlivery \"x\" {}\n", "theme \"a b\" {}\nvariable \"\" {}\n",
		"locale \"en\" {\n  mobile_tips_page {\n    tip {}\n  }\n}\n", "session \"s\" {\n  locale {}\n}\nlocale \"en\" {}\n", "theme \"a\" \"b\" {}\n",
		"locale \"en\" {\n  theme = theme\n}\n", "locals { x = local[\"y\"].z }\nlocals { y = var[0] }\n", "locale \"en\" {", "locals { t = tokens(\"none.json\") }\n",
	} {
		s, diags := stack.Load(stack.Options{FS: fstest.MapFS{"stack/main.livery.hcl": {Data: []byte(src)}}, Dir: "stack"})
		assert.True(t, diags.HasErrors(), src)
		assert.NotPanics(t, func() { lint.Stack(s) }, src)
	}
	s, diags := stack.Load(stack.Options{FS: fstest.MapFS{"stack/main.livery.hcl": {Data: []byte("locale \"xx\" {}\nlocale \"en\" { title_text = \" a\" }\n")}}, Dir: "stack"})
	assert.True(t, diags.HasErrors())
	assert.Equal(t, []string{"warning whitespace locale.en_US titleText:2"}, findings(lint.Stack(s)))
}

// Of a value that is not known nothing is said: neither that it is missing, nor that what
// lies below it is what people see.
func TestUndecided(t *testing.T) {
	src := "variable \"words\" {}\nvariable \"colour\" {}\n" +
		"theme \"base\" {\n  mobile_timeout_page {\n    try_again_button_background_color = \"#ffffff\"\n    try_again_button_text_color       = \"#eeeeee\"\n  }\n}\n" +
		"locale \"en\" { title_text = \"Identity check\" }\n" +
		"locale \"vi\" {\n  theme      = theme.base\n  title_text = var.words\n  mobile_timeout_page { try_again_button_text_color = var.colour }\n}\n"
	assert.Empty(t, findings(lint.Stack(load(t, src))))
}

// A colour that no page can show is found before somebody wears it, and stops nothing till then.
func TestUnusedGamut(t *testing.T) {
	for _, test := range []struct {
		token, level string
		loading      []string
		beside       []string
	}{
		{"good", "error", nil, []string{"error gamut  :3"}},
		{"good", "notice", nil, []string{"notice gamut  :3"}},
		{"good", "off", nil, []string{}},
		{"loud", "error", []string{"error gamut locale.en_US mobileLoadingPage.progressColor:3"}, []string{}},
		{"loud", "warning", []string{"warning gamut locale.en_US mobileLoadingPage.progressColor:3"}, []string{}},
	} {
		s, diags := stack.Load(stack.Options{Dir: "stack", FS: fstest.MapFS{
			"stack/main.livery.hcl":   {Data: []byte("livery {\n  lint {\n    rule \"gamut\" { level = \"" + test.level + "\" }\n  }\n}\nlocals { t = tokens(\"brand.tokens.json\") }\nlocale \"en\" {\n  mobile_loading_page { progress_color = local.t." + test.token + " }\n}\n")},
			"stack/brand.tokens.json": {Data: []byte("{\n\"good\": { \"$type\": \"color\", \"$value\": \"#0b5fff\" },\n\"loud\": { \"$type\": \"color\", \"$value\": { \"colorSpace\": \"display-p3\", \"components\": [1, 0, 0] } }\n}\n")},
		}})
		assert.ElementsMatch(t, test.loading, findings(diags), test)
		assert.Equal(t, test.beside, findings(lint.Beside(s, diags)), test)
		assert.Empty(t, lint.Stopping(s), test)
	}
}
