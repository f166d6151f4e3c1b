package preview

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
	"livery/schema/rule"
)

// sample is a value of a field that no default has.
func sample(t *testing.T, f *schema.Field, at string) schema.Value {
	t.Helper()
	var raw cty.Value
	switch f.Kind {
	case schema.Colour:
		raw = cty.StringVal("#12ab34")
	case schema.ImageURL:
		raw = cty.StringVal("https://cdn.example/" + f.Key + ".png")
	case schema.Bool:
		raw = cty.BoolVal(f.Unset != "true")
	case schema.Tips:
		raw = cty.TupleVal([]cty.Value{cty.ObjectVal(map[string]cty.Value{
			"icon_link": cty.StringVal("https://cdn.example/tip.png"), "text": cty.StringVal("Tip of " + f.Page),
		})})
	default:
		raw = cty.StringVal("Words of " + f.Key)
	}
	v, diags := f.Parse(raw, schema.Subject{Range: hcl.Range{Filename: at, Start: hcl.Pos{Line: 7}}})
	require.True(t, v.Declared(), "%s: %v", f.Path(), diags)
	return v
}

// full declares every field.
func full(t *testing.T, loc schema.Locale) schema.Document {
	t.Helper()
	d := schema.Document{Locale: loc}
	for _, f := range schema.Fields() {
		if f.Kind != schema.Bool {
			d.Set(f, sample(t, f, "main.livery.hcl"))
		}
	}
	return d
}

var marks = regexp.MustCompile(` (data-[a-z]+|title)="[^"]*"`)

// visible is everything that a person sees of a document: the screens without the
// marks that only programs read.
func visible(d schema.Document) string {
	var b strings.Builder
	for _, s := range Screens() {
		b.WriteString(marks.ReplaceAllString(s.HTML(d, Drawing{}), ""))
	}
	return b.String()
}

func TestEveryFieldIsSeen(t *testing.T) {
	bare := schema.Document{Locale: "en_US"}
	without := visible(bare)
	for _, f := range schema.Fields() {
		d := schema.Document{Locale: "en_US"}
		d.Set(f, sample(t, f, "x"))
		assert.NotEqual(t, without, visible(d), "%s changes nothing that anybody sees", f.Path())
		assert.Contains(t, drawnOf(full(t, "en_US")), `data-field="`+f.Path()+`"`, "nothing is marked as driven by %s", f.Path())
	}
}

func drawnOf(d schema.Document) string {
	var b strings.Builder
	for _, s := range Screens() {
		b.WriteString(s.HTML(d, Drawing{}))
	}
	return b.String()
}

func TestEveryPageIsDrawn(t *testing.T) {
	var drawn []string
	names := make(map[string]bool)
	for _, s := range Screens() {
		assert.False(t, names[s.Name], "two screens are called %s", s.Name)
		names[s.Name] = true
		drawn = append(drawn, s.Page)
		p := schema.PageByKey(s.Page)
		require.NotNil(t, p, s.Name)
		assert.Equal(t, p.Device, s.Device, s.Name)
	}
	for _, p := range schema.Pages() {
		if p.Key != "" {
			assert.Contains(t, drawn, p.Key)
		}
	}
}

// Each element shows one field, so that its colour or text is that field's.
func TestValuesStandOnTheirElements(t *testing.T) {
	d := full(t, "en_US")
	html := drawnOf(d)
	for _, f := range schema.Fields() {
		switch f.Kind {
		case schema.Colour:
			assert.Regexp(t, `data-field="`+regexp.QuoteMeta(f.Path())+`" style="(color|background-color|border-color):#12ab34"`, html)
		case schema.Text:
			assert.Regexp(t, `data-field="`+regexp.QuoteMeta(f.Path())+`" data-at="main.livery.hcl:7">Words of `+f.Key+`<`, html)
		case schema.ImageURL:
			assert.Regexp(t, `data-field="`+regexp.QuoteMeta(f.Path())+`" data-at="main.livery.hcl:7"><span class="ph"[^>]*>`+f.Key+`.png<`, html)
		}
	}
}

func TestDefaultsAndStandIns(t *testing.T) {
	html := drawnOf(schema.Document{Locale: "th_TH"})
	for _, f := range schema.Fields() {
		if f.Kind == schema.Text && f.Default != "" {
			text, _, _ := strings.Cut(f.Default, "{second}")
			text, _, _ = strings.Cut(text, "'")
			assert.Contains(t, html, text, "the documented default of %s", f.Path())
		}
	}
	assert.Contains(t, html, `class="t standin" data-field="mobileTipsPage.titleText" lang="en" dir="ltr"`, "words of ours are in English")
}

func TestSwitches(t *testing.T) {
	set := func(key string, on bool) schema.Document {
		d := schema.Document{Locale: "en_US"}
		f := schema.FieldByPath("mobileResultPage." + key)
		v, _ := f.Parse(cty.BoolVal(on), schema.Subject{})
		d.Set(f, v)
		return d
	}
	screen := func(name string, d schema.Document) string {
		i := slices.IndexFunc(Screens(), func(s Screen) bool { return s.Name == name })
		return Screens()[i].HTML(d, Drawing{})
	}
	for _, c := range []struct {
		key, screen, text string
		on, shown         bool
	}{
		{"isShow", "phone-passed", "This page is not shown", false, true},
		{"isShow", "phone-passed", "This page is not shown", true, false},
		{"showScore", "phone-passed", "Score 99", true, true},
		{"showScore", "phone-failed", "Score 32", true, true},
		{"showScore", "phone-passed", "Score 99", false, false},
		{"faceShow", "phone-passed", "portrait", true, true},
		{"faceShow", "phone-passed", "portrait", false, false},
		{"closeCountdownLogic", "phone-passed", "Go to next process", true, false},
		{"closeCountdownLogic", "phone-passed", "Go to next process", false, true},
		{"nextStepButtonInvisibleBeforeTryCountUseUp", "phone-failed", `class="untried" hidden`, true, true},
		{"nextStepButtonInvisibleBeforeTryCountUseUp", "phone-failed", `class="untried"`, false, false},
	} {
		html := screen(c.screen, set(c.key, c.on))
		assert.Equal(t, c.shown, strings.Contains(html, c.text), "%s=%v on %s: %s", c.key, c.on, c.screen, html)
	}
	assert.Contains(t, screen("phone-passed", schema.Document{Locale: "en_US"}), `after <span data-second>5</span> seconds`)
}

func TestNothingHostileGetsThrough(t *testing.T) {
	hostile := `"><script>alert(1)</script></template><!--{{.}}`
	d := schema.Document{Locale: "en_US"}
	for _, f := range schema.Fields() {
		var raw cty.Value
		switch f.Kind {
		case schema.Text:
			raw = cty.StringVal(hostile)
		case schema.ImageURL:
			raw = cty.StringVal(`https://cdn.example/a%22%3E<script>'"()`)
		default:
			continue
		}
		if v, _ := f.Parse(raw, schema.Subject{Range: hcl.Range{Filename: `"><script>.hcl`}}); v.Declared() {
			d.Set(f, v)
		}
	}
	g := Gallery{Title: hostile, Subject: hostile, Images: true, Sheets: []Sheet{{Document: d, Applied: &d, Note: hostile}},
		Problems: []Problem{{Level: rule.Error, Rule: rule.Contrast, Text: hostile, At: hostile, Path: "titleText", Locale: "en_US"}}}
	html := pageOf(g.Parts(nil))
	assert.Equal(t, 1, strings.Count(html, "<script"), "only our own")
	assert.NotContains(t, html, "</template><!--")
	assert.Contains(t, html, "&lt;script&gt;")
	for _, c := range []string{"red", "#12ab3g", "#fff", "#FFFFFF", "#12345;", ""} {
		assert.Empty(t, cssColour(schema.Value{}), c)
	}
}

func TestOneFile(t *testing.T) {
	applied := schema.Document{Locale: "en_US"}
	g := Gallery{Title: "T", Sheets: []Sheet{{Document: full(t, "en_US"), Applied: &applied}, {Document: full(t, "ar_AE")}}}
	first := g.HTML()
	assert.Equal(t, string(first), string(g.HTML()), "the same gallery gives the same bytes")
	html := string(first)
	assert.Empty(t, regexp.MustCompile(`<link rel="stylesheet|(src|href)="https?:|url\("?https?:`).FindString(html), "nothing is fetched")
	for _, part := range []string{
		`data-page="mobileResultPage" data-screen="phone-passed" data-locale="ar_AE" data-device="mobile" lang="ar-AE" dir="rtl"`,
		`lang="en-US" dir="ltr" data-changed`, "<template>",
	} {
		assert.True(t, strings.Contains(html, part), part)
	}
	assert.True(t, strings.Contains(html, "livery's reading of the page"), "it says what it is")
}

func TestOneFileIsSmallEnough(t *testing.T) {
	var g Gallery
	for _, row := range schema.Locales() {
		d := schema.Document{Locale: row.Value}
		for _, f := range schema.Fields() {
			v := sample(t, f, "themes.livery.hcl")
			if f.Kind == schema.Text { // as long as the service takes, in letters of three bytes
				v, _ = f.Parse(cty.StringVal(strings.Repeat("ความยาว", 14)), schema.Subject{Range: v.Range()})
			}
			d.Set(f, v)
		}
		g.Sheets = append(g.Sheets, Sheet{Document: d, Applied: &schema.Document{Locale: row.Value}})
	}
	size := len(g.HTML())
	t.Logf("%d bytes for %d languages, every field declared and changed", size, len(g.Sheets))
	assert.Less(t, size, 2<<20)
}

func TestWhatChangedIsMarked(t *testing.T) {
	f := schema.FieldByPath("mobileLoadingPage.progressColor")
	before, after := schema.Document{Locale: "en_US"}, schema.Document{Locale: "en_US"}
	v, _ := f.Parse(cty.StringVal("#0055ff"), schema.Subject{})
	before.Set(f, v)
	after.Set(f, sample(t, f, "main.livery.hcl"))
	s := Sheet{Document: after, Applied: &before}
	for _, screen := range Screens() {
		drawn := s.screen(screen, Drawing{})
		html, changed := drawn.HTML, drawn.changed
		assert.Equal(t, screen.Name == "phone-loading", changed, screen.Name)
		if changed {
			assert.Contains(t, html, `data-changed="#0055ff"`)
			assert.Contains(t, html, `<template><div class="device mobile">`)
		} else {
			assert.NotContains(t, html, "data-changed")
		}
	}
	// A title is on every screen, and counts on the first of each device.
	title := schema.FieldByPath("titleText")
	after = schema.Document{Locale: "en_US"}
	after.Set(title, sample(t, title, ""))
	d := (&Sheet{Document: after, Applied: &schema.Document{Locale: "en_US"}}).draw(Drawing{}, nil, nil)
	assert.Equal(t, []string{"phone-tips", "pc-tips"}, d.changed)
}

func TestPictures(t *testing.T) {
	d := full(t, "en_US")
	insecure := schema.FieldByPath("mobileResultPage.successIconLink")
	v, _ := insecure.Parse(cty.StringVal("http://cdn.example/plain.png"), schema.Subject{})
	d.Set(insecure, v)
	var with, without string
	for _, s := range Screens() {
		with += s.HTML(d, Drawing{Images: true})
		without += s.HTML(d, Drawing{})
	}
	assert.NotContains(t, without, "<img")
	assert.Contains(t, with, `<img src="https://cdn.example/backgroundLink.png"`)
	assert.NotContains(t, with, `src="http:`, "a browser would block it on the real page too")
	assert.Contains(t, with, ">plain.png<")
	assert.Contains(t, ContentPolicy(true), "img-src data: https:")
	assert.NotContains(t, ContentPolicy(false), "https:")
	assert.NotContains(t, ContentPolicy(true), "script-src 'self' 'unsafe")
}

func TestFindingsBecomeProblems(t *testing.T) {
	rng := hcl.Range{Filename: "main.livery.hcl", Start: hcl.Pos{Line: 4}}
	at := schema.Subject{Address: schema.Locale("th_TH").AddressOf(), Path: "mobileTipsPage.tips[1].text", Range: rng}
	list := Problems(hcl.Diagnostics{schema.Diagnose(rule.TipLength, at, "Tip too long", "Shorten it.")})
	require.Len(t, list, 1)
	assert.Equal(t, "mobileTipsPage.tips", list[0].Path)
	assert.Equal(t, "th_TH · main.livery.hcl:4", list[0].where())
	assert.Equal(t, rule.Error, list[0].Level)
	assert.True(t, list[0].Fault)
	hard := schema.Diagnose(rule.Contrast, at, "Text hard to read", "Choose another colour.")
	schema.SetLevel(hard, rule.Error)
	assert.False(t, Problems(hcl.Diagnostics{hard})[0].Fault, "a look is no fault of the files, however bad")
	schema.SetLevel(hard, rule.Notice)
	assert.Empty(t, Problems(hcl.Diagnostics{hard}), "notices are for lint")
	g := Gallery{Problems: list, Broken: "As it was."}
	html := string(g.HTML())
	assert.NotContains(t, html, "<body data-too-long")
	g.TooLong = rule.Off
	assert.Contains(t, string(g.HTML()), `<body data-too-long="off">`)
	assert.Contains(t, html, `href="#locale=th_TH&amp;screen=phone-tips&amp;field=mobileTipsPage.tips"`)
	assert.Contains(t, html, "As it was.")
}

func TestPressable(t *testing.T) {
	how := Drawing{Pressable: true, Link: "https://liveness.example/h5/?token=1"}
	all := ""
	for _, s := range Screens() {
		all += s.HTML(schema.Document{Locale: "en_US"}, how)
	}
	for _, do := range []string{"start", "again", "next", "confirm", "refresh", "copy", "photo"} {
		assert.Contains(t, all, fmt.Sprintf(`data-do="%s"`, do))
	}
	assert.Contains(t, all, "<path d=", "the code of the link itself")
	assert.Contains(t, all, "https://liveness.example/h5/?token=1")
	assert.NotContains(t, drawnOf(schema.Document{Locale: "en_US"}), "<button", "pictures of buttons cannot be pressed")
}

func BenchmarkGallery(b *testing.B) {
	var g Gallery
	for _, row := range schema.Locales() {
		g.Sheets = append(g.Sheets, Sheet{Document: schema.Document{Locale: row.Value}})
	}
	b.ReportAllocs()
	for b.Loop() {
		b.SetBytes(int64(len(g.HTML())))
	}
}

// A field is told to be seen where it is: not on a page that people skip.
func TestScreensOf(t *testing.T) {
	titles := func(d schema.Document, path string) []string {
		var list []string
		for _, s := range ScreensOf(d)[schema.FieldByPath(path)] {
			list = append(list, s.Title)
		}
		return list
	}
	d := schema.Document{Locale: "en_US"}
	assert.Equal(t, []string{"Result, passed", "Result, failed"}, titles(d, "mobileResultPage.backgroundColor"))
	assert.Equal(t, []string{"Result, passed"}, titles(d, "mobileResultPage.successDesc"))
	assert.Len(t, titles(d, "titleText"), len(Screens()))
	show := schema.FieldByPath("mobileResultPage.isShow")
	off, _ := show.Parse(cty.False, schema.Subject{})
	d.Set(show, off)
	assert.Empty(t, titles(d, "mobileResultPage.successDesc"))
	assert.Equal(t, []string{"Result, passed", "Result, failed"}, titles(d, "mobileResultPage.isShow"), "it is why nothing is seen")
}

// A problem must lead to where its field can be seen.
func TestScreensOfFields(t *testing.T) {
	for _, f := range schema.Fields() {
		i := slices.IndexFunc(Screens(), func(s Screen) bool { return s.Name == ScreenOf(f.Path()) })
		require.GreaterOrEqual(t, i, 0, f.Path())
		assert.Contains(t, Screens()[i].HTML(full(t, "en_US"), Drawing{}), `data-field="`+f.Path()+`"`)
	}
}

// What was there before is told as it was written, quotation marks and all.
func TestShown(t *testing.T) {
	f := schema.FieldByPath("titleText")
	v, diags := f.Parse(cty.StringVal(`say "yes"`), schema.Subject{})
	require.Empty(t, diags)
	assert.Equal(t, `say "yes"`, Shown(v))
}

// What several languages share is shown as shared, and as that of the block it stands in.
func TestAProblemOfATheme(t *testing.T) {
	at := schema.Subject{Address: schema.Locale("th_TH").AddressOf(), Path: "mobileTipsPage.startButtonTextColor", Range: hcl.Range{Filename: "theme.livery.hcl", Start: hcl.Pos{Line: 4}}}
	d := schema.Diagnose(rule.Contrast, at, "Text hard to read", "Choose another colour.")
	find := func(block string, languages ...schema.Locale) Problem {
		schema.Amend(d, func(f *schema.Finding) {
			f.Block, f.Addresses = block, nil
			for _, l := range languages {
				f.Addresses = append(f.Addresses, l.AddressOf())
			}
		})
		list := Problems(hcl.Diagnostics{d})
		require.Len(t, list, 1)
		return list[0]
	}
	shared := find(`theme "base"`, "en_US", "th_TH")
	assert.Equal(t, `theme "base" · 2 languages · theme.livery.hcl:4`, shared.where())
	assert.Empty(t, shared.Locale, "it leads to all of them")
	assert.Equal(t, `theme "base" · th_TH · theme.livery.hcl:4`, find(`theme "base"`, "th_TH").where())
	assert.Equal(t, "th_TH · theme.livery.hcl:4", find(`locale "th"`, "th_TH").where())
}

// What is not documented looks like it, and is no background to judge a colour by.
func TestUnknownBackgroundsAreMarked(t *testing.T) {
	const mark = "background not documented"
	for _, s := range Screens() {
		surface := schema.FieldByPath(s.Page + ".backgroundColor")
		drawn := s.HTML(schema.Document{Locale: "en_US"}, Drawing{})
		if strings.HasSuffix(s.Name, "loading") || s.Name == "phone-uploading" {
			assert.Nil(t, surface)
			assert.Contains(t, drawn, mark, s.Name)
		}
		if strings.Contains(drawn, mark) {
			assert.Contains(t, drawn, `class="page unknown `, s.Name)
		}
		assert.NotContains(t, s.HTML(schema.Document{Locale: "en_US"}, Drawing{Plain: true}), mark, s.Name)
	}
}

// The way to the words or digits is told step by step.
func TestTheWayToTheLiteral(t *testing.T) {
	f := schema.FieldByPath("mobileTipsPage.startButtonTextColor")
	v := sample(t, f, "main.livery.hcl").From(&schema.Origin{Derived: true, Chain: []schema.Step{
		{Kind: schema.FromLocal, Path: "local.brand", Range: hcl.Range{Filename: "main.livery.hcl", Start: hcl.Pos{Line: 3}}},
		{Kind: schema.FromVariable, Path: "TF_VAR_brand"},
	}})
	d := schema.Document{Locale: "en_US"}
	d.Set(f, v)
	s := Sheet{Document: d, Contrasts: []Contrast{{Text: f, Background: schema.FieldByPath("mobileTipsPage.startButtonBackgroundColor"), Ratio: 3.2, Low: true}}}
	html := s.screen(Screens()[0], Drawing{}).HTML
	assert.Contains(t, html, "data-at=\"main.livery.hcl:7\" data-from=\"local.brand\tmain.livery.hcl:3\nTF_VAR_brand\" data-computed")
	assert.Contains(t, html, `data-contrast="3.20" data-on="mobileTipsPage.startButtonBackgroundColor" data-low`)
}
