package preview

import (
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/stretchr/testify/assert"

	"livery/schema"
)

func TestSummary(t *testing.T) {
	line := func(file string, n int) hcl.Range { return hcl.Range{Filename: file, Start: hcl.Pos{Line: n}} }
	g := Gallery{
		Title: "t", Sheets: []Sheet{{Document: schema.Document{Locale: "th_TH"}}},
		Summary: &Summary{
			New: []schema.Locale{"ja_JP"}, Gone: []schema.Locale{"ms_MY"}, Changed: 2, Same: 1,
			Groups: []Group{
				{[]schema.Locale{"en_US", "th_TH"}, []Change{{"mobileLoadingPage.progressColor", "#0b5fff", "", line("a.livery.hcl", 3)}}},
				{[]schema.Locale{"th_TH"}, []Change{{"titleText", `"</script>`, "<b>", hcl.Range{}}, {"extra.member", "", "1", line("a.livery.hcl", 9)}}},
			},
		},
	}
	page := string(g.HTML())
	for _, want := range []string{
		"<p>2 languages changed, 1 language new, 1 language gone, 1 language as before.</p>",
		`<h3>New: <a href="#locale=ja_JP">Japanese (Japan)</a></h3>`,
		`<h3>Gone: <a href="#locale=ms_MY">Malay (Malaysia)</a></h3>`,
		"<h3>In all 2</h3>",
		`<li><a href="#locale=en_US&amp;screen=phone-loading&amp;field=mobileLoadingPage.progressColor">mobileLoadingPage.progressColor</a> <span class="swatch" style="background-color:#0b5fff"></span><del><bdi>#0b5fff</bdi></del> → <ins><bdi>the API&#39;s default</bdi></ins> <small>a.livery.hcl:3</small></li>`,
		`<h3>In 1 language: <a href="#locale=th_TH">Thai (Thailand)</a></h3>`,
		`<del><bdi>&#34;&lt;/script&gt;</bdi></del> → <ins><bdi>&lt;b&gt;</bdi></ins></li>`,
		`<li>extra.member <del><bdi>the API&#39;s default</bdi></del> → <ins><bdi>1</bdi></ins> <small>a.livery.hcl:9</small></li>`,
	} {
		assert.Contains(t, page, want)
	}

	before := g.Parts(nil)
	g.Summary = nil
	after := g.Parts(before)
	assert.NotContains(t, string(g.HTML()), "What changes</h2>")
	assert.NotEqual(t, before.Hashes()["summary"], after.Hashes()["summary"])
}
