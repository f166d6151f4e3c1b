package schema_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
	"livery/schema/rule"
	"livery/schema/wording"
)

func TestOverlay(t *testing.T) {
	theme := document(t, "", "titleText", "theme", "mobileLoadingPage.progressColor", "#111", "mobileLoadingPage.loadingText", "theme").Look
	declare(t, &theme, tipsPath, cty.TupleVal([]cty.Value{tip("text", "1"), tip("text", "2")}))
	extra(&theme, "new", "a", "1")
	extra(&theme, "new", "b", "1")

	locale := document(t, "en_US", "titleText", "locale").Look
	declare(t, &locale, "mobileLoadingPage.progressColor", cty.NullVal(cty.String))
	declare(t, &locale, tipsPath, cty.TupleVal([]cty.Value{tip("text", "3")}))
	extra(&locale, "new", "a", "null")

	d := schema.Document{Locale: "en_US"}
	d.Overlay(theme)
	d.Overlay(locale)
	raw, err := d.MarshalJSON()
	require.NoError(t, err)
	assert.Equal(t, `{"titleText":"locale","locale":"en_US","mobileLoadingPage":{"loadingText":"theme"},"mobileResultPage":{"showScore":false,"isShow":true},`+
		`"mobileTipsPage":{"tips":[{"text":"3"}]},"new":{"b":1}}`, string(raw))
	again, err := schema.Document{Look: theme}.MarshalJSON()
	require.NoError(t, err)
	assert.Contains(t, string(again), `"progressColor":"#111111"`, "what lies below is not changed")
}

// A name in extra is a value or a page, never both.
func TestOverlayOfUnknownNames(t *testing.T) {
	for name, tc := range map[string]struct {
		below, above [3]string
		want         string
	}{
		"a page over a value": {[3]string{"", "new", "5"}, [3]string{"new", "a", "1"}, `"new":{"a":1}}`},
		"a value over a page": {[3]string{"new", "a", "1"}, [3]string{"", "new", "5"}, `"new":5}`},
		"null over a page":    {[3]string{"new", "a", "1"}, [3]string{"", "new", "null"}, `"isShow":true}}`},
		"another page":        {[3]string{"new", "a", "1"}, [3]string{"old", "a", "2"}, `"new":{"a":1},"old":{"a":2}}`},
	} {
		t.Run(name, func(t *testing.T) {
			var below, above schema.Look
			extra(&below, tc.below[0], tc.below[1], tc.below[2])
			extra(&above, tc.above[0], tc.above[1], tc.above[2])
			below.Overlay(above)
			raw, err := schema.Document{Locale: "en_US", Look: below}.MarshalJSON()
			require.NoError(t, err)
			assert.True(t, strings.HasSuffix(string(raw), tc.want), "%s", raw)
			_, _ = members(t, raw)
		})
	}
}

func TestLookEquality(t *testing.T) {
	build := func(change func(*schema.Look)) schema.Look {
		l := document(t, "", "titleText", "a").Look
		change(&l)
		return l
	}
	nothing := build(func(*schema.Look) {})
	for name, tc := range map[string]struct {
		change func(*schema.Look)
		equal  bool
	}{
		"the same":                  {func(*schema.Look) {}, true},
		"a null":                    {func(l *schema.Look) { declare(t, l, colourPath, cty.NullVal(cty.String)) }, true},
		"isShow as it is unasked":   {func(l *schema.Look) { declare(t, l, "mobileResultPage.isShow", cty.True) }, true},
		"showScore as unasked":      {func(l *schema.Look) { declare(t, l, "pcResultPage.showScore", cty.False) }, true},
		"isShow the other way":      {func(l *schema.Look) { declare(t, l, "mobileResultPage.isShow", cty.False) }, false},
		"a bool that may be absent": {func(l *schema.Look) { declare(t, l, "mobileResultPage.faceShow", cty.False) }, false},
		"a colour":                  {func(l *schema.Look) { declare(t, l, colourPath, cty.StringVal("#fff")) }, false},
		"another text":              {func(l *schema.Look) { declare(t, l, "titleText", cty.StringVal("b")) }, false},
		"an unknown member":         {func(l *schema.Look) { extra(l, "", "a", "1") }, false},
		"an unknown null":           {func(l *schema.Look) { extra(l, "", "a", "null") }, true},
		"tips":                      {func(l *schema.Look) { declare(t, l, tipsPath, cty.TupleVal([]cty.Value{tip("text", "a")})) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			l := build(tc.change)
			assert.Equal(t, tc.equal, l.Equal(nothing))
			assert.Equal(t, tc.equal, nothing.Equal(l))
			assert.True(t, l.Equal(l))
		})
	}
}

func TestColoursAreEqualInAnySpelling(t *testing.T) {
	a := document(t, "en_US", colourPath, "#FFF")
	for _, s := range []string{"#fff", "#ffffff", "#FFFFFF", "#FfFfFf"} {
		assert.True(t, a.Equal(document(t, "en_US", colourPath, s).Look), s)
	}
	assert.False(t, a.Equal(document(t, "en_US", colourPath, "#ffffffff").Look))
}

func TestTipEquality(t *testing.T) {
	f := fieldAt(t, tipsPath)
	value := func(tips ...cty.Value) schema.Value {
		v, diags := f.Parse(cty.TupleVal(tips), schema.Subject{})
		require.False(t, diags.HasErrors())
		return v
	}
	a, b := tip("text", "a"), tip("text", "b")
	assert.True(t, value(a, b).Equal(value(a, b)))
	assert.False(t, value(a, b).Equal(value(b, a)), "order is what people see")
	assert.False(t, value(a).Equal(value(a, b)))
	assert.False(t, value(a).Equal(value(tip("text", "a", "icon_link", "https://e.example/a"))))
	assert.Equal(t, "2 tips", value(a, b).String())
}

func TestEmptyAndHas(t *testing.T) {
	var l schema.Look
	page := schema.PageByKey("mobileTipsPage")
	assert.True(t, l.Empty())
	assert.False(t, l.Has(page))
	declare(t, &l, "mobileTipsPage.titleText", cty.NullVal(cty.String))
	extra(&l, "mobileTipsPage", "x", "null")
	assert.True(t, l.Empty())
	assert.False(t, l.Has(page))
	extra(&l, "mobileTipsPage", "x", "1")
	assert.False(t, l.Empty())
	assert.True(t, l.Has(page))
	assert.Equal(t, []schema.ExtraKey{{Page: "mobileTipsPage", Key: "x"}}, l.ExtraKeys())
}

func TestValueString(t *testing.T) {
	for path, tc := range map[string]struct {
		in   cty.Value
		want string
	}{
		"titleText": {cty.StringVal("say \"ไทย\"\n\\n"), `"say \"ไทย\"\n\\n"`},
		boolPath:    {cty.False, "false"},
		colourPath:  {cty.StringVal("#FFF"), `"#ffffff"`},
	} {
		v, diags := fieldAt(t, path).Parse(tc.in, schema.Subject{})
		require.Empty(t, diags)
		assert.Equal(t, tc.want, v.String())
		assert.True(t, v.Cty().RawEquals(cty.StringVal(v.Text())) || v.Kind() == schema.Bool)
	}
	ids, _ := attribute(t, "application_ids").Parse(cty.TupleVal([]cty.Value{cty.StringVal("a"), cty.StringVal(`b"`)}), schema.SDKLicense, schema.Subject{})
	assert.Equal(t, `["a", "b\""]`, ids.String())
	count, _ := attribute(t, "try_count").Parse(cty.NumberIntVal(3), schema.H5Token, schema.Subject{})
	assert.Equal(t, "3", count.String())
	assert.True(t, count.Cty().RawEquals(cty.NumberIntVal(3)))
}

// Rules have one name each, and a level that says what stops an apply.
func TestRules(t *testing.T) {
	seen := map[rule.ID]bool{}
	for _, c := range rule.All() {
		assert.False(t, seen[c.ID], c.ID)
		seen[c.ID] = true
		assert.NotEmpty(t, c.Help, c.ID)
		assert.NotEmpty(t, c.Why, c.ID)
		assert.Contains(t, rule.Levels(), c.Level, c.ID)
		assert.True(t, !c.Fixed || c.Level == rule.Error, "%s cannot be lowered from less than an error", c.ID)
		d := schema.Diagnose(c.ID, schema.Subject{}, "a", "b")
		assert.Equal(t, c.Level, schema.LevelOf(d), c.ID)
		assert.Equal(t, c.Level != rule.Error, d.Severity == hcl.DiagWarning, c.ID)
		assert.Nil(t, d.Subject, "no range, no subject")
	}
	_, ok := rule.ByID("no-such-rule")
	assert.False(t, ok)
	assert.Equal(t, hcl.DiagError, schema.Diagnose("no-such-rule", schema.Subject{}, "a", "b").Severity)
	assert.Equal(t, schema.Finding{}, schema.FindingOf(&hcl.Diagnostic{}))
}

func TestNearest(t *testing.T) {
	names := []string{"success_desc", "failed_desc", "is_show"}
	assert.Equal(t, "success_desc", wording.Nearest("sucess_desc", names))
	assert.Equal(t, "is_show", wording.Nearest("isshow", names))
	assert.Empty(t, wording.Nearest("colour", names))
	assert.Empty(t, wording.Nearest("x", nil))
}

func TestSecretsNeverShow(t *testing.T) {
	s := schema.Secret("hunter2")
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("m", "secret", s, "in", struct{ S schema.Secret }{s})
	raw, err := json.Marshal(map[string]any{"s": s, "list": []schema.Secret{s}, "p": &s})
	require.NoError(t, err)
	shown := []string{log.String(), string(raw), fmt.Sprint(s), s.String(), s.GoString()}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%10.3s", "%t"} {
		shown = append(shown, fmt.Sprintf(verb, s), fmt.Sprintf(verb, struct{ S schema.Secret }{s}), fmt.Sprintf(verb, []schema.Secret{s}), fmt.Sprintf(verb, map[string]schema.Secret{"k": s}))
	}
	for _, text := range shown {
		assert.NotContains(t, strings.ToLower(text), "hunter2")
		assert.NotContains(t, strings.ToLower(text), "68756e74", "nor in hex")
		assert.NotContains(t, text, "hun")
	}
}
