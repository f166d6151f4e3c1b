package lint_test

import (
	"fmt"
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

// checked are the findings of a stack that are about its checks, one a line: what it weighs,
// where, about what, and the words.
func checked(t *testing.T, files map[string]string, secrets ...schema.Secret) []string {
	t.Helper()
	s, _ := stack.Load(optionsOf(files, secrets...))
	return checkLines(lint.Stack(s))
}

func optionsOf(files map[string]string, secrets ...schema.Secret) stack.Options {
	fsys := fstest.MapFS{"stack/readme.txt": {}}
	for name, text := range files {
		fsys["stack/"+name] = &fstest.MapFile{Data: []byte(text)}
	}
	return stack.Options{FS: fsys, Dir: "stack", Secrets: secrets, Env: func(string) (string, bool) { return "", false }}
}

func checkLines(diags hcl.Diagnostics) []string {
	var shown []string
	for _, d := range diags {
		f := schema.FindingOf(d)
		row, _ := rule.ByID(f.Rule)
		if f.Rule != rule.Check && !row.Fixed {
			continue
		}
		var addresses []string
		for _, a := range f.Addresses {
			addresses = append(addresses, a.String())
		}
		shown = append(shown, strings.Join(strings.Fields(fmt.Sprintf("%s %s %d %s %s: %s", schema.LevelOf(d), f.Rule, d.Subject.Start.Line, strings.Join(addresses, ","), f.Check, d.Detail)), " "))
	}
	return shown
}

// assertThat is a check with one assert, on lines 1 to 6; for_each may be "".
func assertThat(forEach, condition, message string) string {
	if forEach != "" {
		forEach = "for_each = " + forEach
	}
	return fmt.Sprintf("check \"c\" {\n  %s\n  assert {\n    condition = %s\n    error_message = %s\n  }\n}\n", forEach, condition, message)
}

const twoLocales = "locale \"th\" { title_text = \"ยืนยัน\" }\nlocale \"vi\" {\n  mobile_result_page { is_show = false }\n}\n"

const oneSession = `session "onboarding" {
  api             = "h5_url"
  region          = "SGP"
  return_url      = "https://shop.example.com/done"
  fail_return_url = "https://shop.example.com/retry"
  locale "th" {
    region          = "THA"
    fail_return_url = null
  }
}
`

func TestChecks(t *testing.T) {
	tests := map[string]struct {
		src  string
		want []string
	}{
		"true":                {assertThat("documents", `each.key != "x"`, `"m"`) + twoLocales, nil},
		"once":                {assertThat("", "length(documents) == 3", `"There are ${length(documents)}."`) + twoLocales, []string{"warning check 4 c: There are 2."}},
		"every document":      {assertThat("documents", "false", `"no"`) + twoLocales, []string{"warning check 4 locale.th_TH,locale.vi_VN c: no"}},
		"words of their own":  {assertThat("documents", "false", `each.key`) + twoLocales, []string{"warning check 4 locale.th_TH c: th_TH", "warning check 4 locale.vi_VN c: vi_VN"}},
		"undeclared is null":  {assertThat("documents", "each.value.title_text != null && each.value.mobile_tips_page.tips == null", `"no"`) + twoLocales, []string{"warning check 4 locale.vi_VN c: no"}},
		"what is sent":        {assertThat("documents", "each.value.mobile_result_page.is_show", `"hidden"`) + twoLocales, []string{"warning check 4 locale.vi_VN c: hidden"}},
		"another document":    {assertThat("", `documents["th_TH"].title_text == documents["vi_VN"].title_text`, `"differ"`) + twoLocales, []string{"warning check 4 c: differ"}},
		"some documents":      {assertThat("{ for k, d in documents : k => d if d.title_text == null }", "false", `"no"`) + twoLocales, []string{"warning check 4 locale.vi_VN c: no"}},
		"no documents":        {assertThat("documents", "false", `"no"`), nil},
		"sessions":            {assertThat("sessions", `each.value.api == "h5_token" || each.value.callback_url != null`, `"${each.key} has no callback."`) + oneSession, []string{"warning check 4 session.onboarding c: onboarding has no callback."}},
		"session of a locale": {assertThat("sessions", `each.value.locales["th_TH"].region == "THA" && each.value.locales["th_TH"].fail_return_url == null && each.value.locales["th_TH"].return_url == each.value.return_url && each.value.region == "SGP"`, `"no"`) + oneSession, nil},
		"a map":               {assertThat("{ a = 1, b = 3 }", "each.value < 2", `"${each.key} is ${each.value}."`), []string{"warning check 4 c: b is 3."}},
		"a set":               {assertThat(`toset(["th_TH", "en_US"])`, "contains(keys(documents), each.value)", `"${each.key} is missing."`) + twoLocales, []string{"warning check 4 c: en_US is missing."}},
		"a list":              {assertThat(`["a"]`, "false", `"no"`), []string{"error wrong-type 2 : for_each takes a map or a set of strings. Turn a list into a set with toset([...])."}},
		"null":                {assertThat("null", "false", `"no"`), []string{"error wrong-type 2 : for_each takes a map or a set of strings. Turn a list into a set with toset([...])."}},
		"can":                 {assertThat("", `can(documents["xx"].title_text)`, `"no"`) + twoLocales, []string{"warning check 4 c: no"}},
		"try":                 {assertThat("", `try(documents["xx"].title_text, "default") == "default"`, `"no"`) + twoLocales, nil},
		"no bool":             {assertThat("documents", "each.key", `"no"`) + twoLocales, []string{"error wrong-type 4 locale.th_TH,locale.vi_VN : A condition must be true or false."}},
		"null condition":      {assertThat("", "null", `"no"`), []string{"error wrong-type 4 : A condition must be true or false. This one is null."}},
		"fails":               {assertThat("documents", "length(each.value.title_text) < 9", `"no"`) + twoLocales, []string{`error expression 4 locale.vi_VN : Invalid value for "value" parameter: argument must not be null.`}},
		"no such field":       {assertThat("documents", "each.value.titel_text == null", `"no"`) + twoLocales, []string{`error expression 4 locale.th_TH,locale.vi_VN : each.value has no titel_text. Did you mean "title_text"?`}},
		"no such name":        {assertThat("documents", "local.brand != null", `"no"`) + twoLocales, []string{"error reference 4 locale.th_TH,locale.vi_VN : Nothing declares the local value local.brand."}},
		"each of nothing":     {assertThat("", "each.key != null", `"no"`), []string{"error reference 4 : each.key and each.value exist only in a locale with for_each, and in a check with it."}},
		"no value":            {"variable \"v\" {}\nlocals { l = var.v }\n" + assertThat("", "local.l == 1", `"no"`), []string{"error expression 6 : The condition is not known: var.v has no value. Use -var v=VALUE, a *.auto.liveryvars.hcl file or the environment variable LIVERY_VAR_v."}},
		"no value of a field": {"variable \"v\" {}\nlocale \"en\" { title_text = var.v }\nlocale \"th\" {}\n" + assertThat("documents", "each.value.title_text == null", `"no"`), []string{"error expression 7 locale.en_US : The condition is not known: var.v has no value. Use -var v=VALUE, a *.auto.liveryvars.hcl file or the environment variable LIVERY_VAR_v."}},
		"no value elsewhere":  {"variable \"v\" {}\nlocale \"en\" { title_text = var.v }\n" + assertThat("", `documents["en_US"].title_text == null`, `"no"`), []string{"error expression 6 : The condition depends on something that is not known."}},
		"no elements":         {"variable \"v\" {}\n" + assertThat("var.v", "false", `"no"`), []string{"error expression 3 : The for_each is not known: var.v has no value. Use -var v=VALUE, a *.auto.liveryvars.hcl file or the environment variable LIVERY_VAR_v."}},
		"message no text":     {assertThat("documents", "false", "each.value.mobile_result_page") + twoLocales, []string{"warning check 4 locale.th_TH,locale.vi_VN c: The condition is false.", "error wrong-type 5 locale.th_TH,locale.vi_VN : error_message takes a string in quotes."}},
		"message of null":     {assertThat("documents", "each.value.title_text == null", `"${each.value.title_text} is there."`) + twoLocales, []string{"warning check 4 locale.th_TH c: ยืนยัน is there."}},
		"follows a fault":     {"locals { x = nothing.here }\n" + assertThat("", "local.x == 1", `"no"`), nil},
		"turned off":          {"livery {\n  lint {\n    rule \"check\" { level = \"off\" }\n  }\n}\n" + assertThat("", "nothing.here", `"no"`), nil},
		"raised":              {"livery {\n  lint {\n    rule \"check\" { level = \"error\" }\n  }\n}\n" + assertThat("", "false", `"no"`), []string{"error check 9 c: no"}},
		"keeps its own level": {"livery {\n  lint {\n    rule \"check\" { level = \"error\" }\n  }\n}\n" + strings.Replace(assertThat("", "false", `"no"`), "  }", "    level = \"notice\"\n  }", 1), []string{"notice check 9 c: no"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, test.want, checked(t, map[string]string{"main.livery.hcl": test.src}))
		})
	}
}

// Where a field is named the finding points at its line in the document, and documents that
// share the line share the finding, though its words name one of them.
func TestCheckedField(t *testing.T) {
	button := func(more string) string {
		return "check \"button\" {\n  for_each = documents\n" + more + "  assert {\n    condition = each.value.mobile_timeout_page.background_color == \"#ffffff\"\n    error_message = \"${each.key}: not white, but ${each.value.mobile_timeout_page.background_color == null ? \"nothing\" : each.value.mobile_timeout_page.background_color}.\"\n    field = \"mobileTimeoutPage.backgroundColor\"\n  }\n}\n"
	}
	documents := "theme \"t\" {\n  mobile_timeout_page { background_color = \"#000000\" }\n}\nlocale \"vi\" { theme = theme.t }\nlocale \"th\" { theme = theme.t }\nlocale \"ja_JP\" {\n  theme = theme.t\n  mobile_timeout_page { background_color = \"#111111\" }\n}\nlocale \"en\" {\n  theme = theme.t\n  mobile_timeout_page { background_color = null }\n}\n"
	want := []string{
		"warning check 2 locale.th_TH,locale.vi_VN button: th_TH: not white, but #000000.",
		"warning check 8 locale.ja_JP button: ja_JP: not white, but #111111.",
		"warning check 12 locale.en_US button: en_US: not white, but nothing.",
	}
	got := checked(t, map[string]string{"a.livery.hcl": documents, "b.livery.hcl": button("")})
	assert.Equal(t, want, got)
	got = checked(t, map[string]string{"a.livery.hcl": documents, "b.livery.hcl": button("  locales = [\"vi\", \"th_TH\"]\n")})
	assert.Equal(t, want[:1], got)
	got = checked(t, map[string]string{"a.livery.hcl": "locals { some = [\"ja_JP\"] }\n" + documents, "b.livery.hcl": button("  locales = local.some\n")})
	assert.Equal(t, []string{strings.Replace(want[1], " 8 ", " 9 ", 1)}, got)
	got = checked(t, map[string]string{"a.livery.hcl": "locals { some = [\"jaa_JP\"] }\n" + documents, "b.livery.hcl": button("  locales = local.some\n")})
	assert.Equal(t, []string{"error unknown-locale 3 : \"jaa_JP\" is not one of the 32 locale values of the service. Did you mean \"ja_JP\"?"}, got)
	session := assertThat("sessions", `each.value.return_url == each.value.fail_return_url`, `"They differ."`)
	session = strings.Replace(session, "  }", "    field = \"fail_return_url\"\n  }", 1)
	assert.Equal(t, []string{"warning check 5 session.onboarding c: They differ."}, checked(t, map[string]string{"a.livery.hcl": oneSession, "b.livery.hcl": session}))
}

// A check says the same in the JSON syntax, where documents may stand alone.
func TestChecksInJSON(t *testing.T) {
	for _, forEach := range []string{"documents", "${documents}"} {
		got := checked(t, map[string]string{
			"a.livery.hcl": twoLocales,
			"b.livery.json": `{"check": {"title": {
  "for_each": "` + forEach + `", "locales": ["vi"],
  "assert": [
    {"condition": "${each.value.title_text != null}", "error_message": "${each.key} has no title.", "level": "error", "field": "titleText"},
    {"condition": "each.value.title_text", "error_message": "no"}
  ]
}}}`,
		})
		assert.Equal(t, []string{
			"error check 4 locale.vi_VN title: vi_VN has no title.",
			"error wrong-type 5 locale.vi_VN : A condition must be true or false.",
		}, got)
	}
}

// One policy is for all who include it.
func TestIncludedChecks(t *testing.T) {
	opts := optionsOf(map[string]string{"main.livery.hcl": "livery { include = [\"../shared/*.livery.hcl\"] }\n" + twoLocales})
	opts.FS.(fstest.MapFS)["shared/policy.livery.hcl"] = &fstest.MapFile{Data: []byte("locals { most = 1 }\n" + assertThat("", "length(documents) <= local.most", `"Too many."`))}
	s, diags := stack.Load(opts)
	require.Empty(t, diags)
	found := lint.Stack(s)
	assert.Equal(t, []string{"warning check 5 c: Too many."}, checkLines(found))
	assert.Equal(t, "../shared/policy.livery.hcl", found[0].Subject.Filename)
}

// Only asserts that are errors stop an apply; faults of the others are lint's.
func TestStoppingChecks(t *testing.T) {
	src := "check \"c\" {\n  for_each = documents\n  assert {\n    condition = nothing.here\n    error_message = \"no\"\n  }\n  assert {\n    condition = each.value.title_text != null\n    error_message = \"no title\"\n    level = \"error\"\n  }\n}\n" + twoLocales
	s := load(t, src)
	assert.Equal(t, []string{"error check 8 locale.vi_VN c: no title"}, checkLines(lint.Stopping(s)))
	assert.Len(t, checkLines(lint.Stack(s)), 2)
	assert.Len(t, checkLines(lint.Stack(s)), 2, "asking again changes nothing")
	assert.Empty(t, lint.Stopping(load(t, assertThat("nothing.here", "false", `"no"`))))
	assert.Nil(t, load(t, twoLocales).Evaluation(), "a stack without checks keeps nothing for them")
}

// What is sensitive, or holds the secret key of the account, is in no words.
func TestChecksTellNoSecrets(t *testing.T) {
	const key = "0123456789-secret"
	secret := "variable \"v\" {\n  default = \"" + key + "\"\n  sensitive = true\n}\n"
	for name, src := range map[string]string{
		"sensitive message":      secret + assertThat("", "false", `"x ${var.v}"`),
		"sensitive condition":    secret + assertThat("", `var.v == "y"`, `"x"`),
		"sensitive no bool":      secret + assertThat("", `var.v`, `"x"`),
		"sensitive elements":     secret + assertThat("toset([var.v])", "false", `"x ${each.key}"`),
		"sensitive keys":         secret + assertThat("{ (var.v) = 1 }", "false", `"x ${each.key}"`),
		"sensitive value":        secret + assertThat("{ a = var.v }", "false", `"x ${each.value}"`),
		"sensitive fault":        secret + assertThat("", `tonumber(var.v) == 1`, `"x"`),
		"file":                   assertThat("", "false", `"x ${file("key.txt")}"`),
		"file in the condition":  assertThat("", `tonumber(file("key.txt")) == 1`, `"x"`),
		"file in elements":       assertThat(`{ a = file("key.txt") }`, "false", `"x ${each.value}"`),
		"file in keys":           assertThat(`{ (file("key.txt")) = 1 }`, "false", `"x ${each.key}"`),
		"file in what is no map": assertThat(`file("key.txt")`, "false", `"x"`),
		"file as a path":         assertThat("", `file(file("key.txt")) == "1"`, `"x"`),
	} {
		t.Run(name, func(t *testing.T) {
			s, diags := stack.Load(optionsOf(map[string]string{"main.livery.hcl": src, "key.txt": key}, key))
			require.False(t, diags.HasErrors(), "%s", diags)
			found := lint.Stack(s)
			require.NotEmpty(t, found)
			for _, d := range found {
				assert.NotContains(t, d.Summary+d.Detail, key)
				if d.Expression == nil {
					continue
				}
				for _, ref := range d.Expression.Variables() {
					if v, _ := ref.TraverseAbs(d.EvalContext); !v.ContainsMarked() { // it is shown
						assert.NotContains(t, fmt.Sprintf("%#v", v), key)
					}
				}
			}
		})
	}
}

// Whatever stands in a check, lint comes to an end, says the same again, and what stops an
// apply is among what it says.
func FuzzCheck(f *testing.F) {
	for _, seed := range [][3]string{
		{"documents", `each.value.title_text != null`, `"${each.key}: no title"`}, {"sessions", "false", "each.key"},
		{`{ a = documents, b = null }`, `each.value["th_TH"] == 1`, `5`}, {"toset([1])", "var.v", "var.v"}, {"documents[0]", "!each.value", "null"},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	f.Fuzz(func(t *testing.T, forEach, condition, message string) {
		src := "variable \"v\" {}\n" + strings.Replace(assertThat(forEach, condition, message), "  }", "    level = \"error\"\n  }", 1) + twoLocales + oneSession
		s, diags := stack.Load(optionsOf(map[string]string{"main.livery.hcl": src}))
		if diags.HasErrors() {
			return
		}
		found := checkLines(lint.Stack(s))
		assert.Equal(t, found, checkLines(lint.Stack(s)))
		assert.Subset(t, found, checkLines(lint.Stopping(s)))
	})
}
