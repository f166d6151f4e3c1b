package markdown_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile/markdown"
)

func pictures(pairs *markdown.Pairs) *markdown.Report {
	return &markdown.Report{Kind: markdown.Preview, Key: "brands/acme", Title: "brands/acme", Pairs: pairs, Version: "0.1.0", FullURL: "https://ci.example/run/7"}
}

func TestPictures(t *testing.T) {
	p := &markdown.Pairs{Against: "what was last confirmed", LeftOut: 2, List: []markdown.Pair{
		{Screen: "Result, passed", Documents: []string{"en_US", "th_TH"}, Fields: []string{"mobileResultPage.successDesc", "titleText"}, Before: "en_US.a.before.png", After: "en_US.a.after.png"},
	}}
	r := pictures(p)
	const head = "<!-- livery:preview brands/acme -->\n### livery preview: brands/acme\n\n**3 screens differ** from what was last confirmed.\n\n" +
		"Without pictures: 2 screens more.\n\n| screen | language | before | after | fields |\n|---|---|---|---|---|\n"
	assert.Equal(t, head+"| Result, passed | en\\_US, th\\_TH | `en_US.a.before.png` | `en_US.a.after.png` | mobileResultPage.successDesc<br>titleText |\n\n_livery 0.1.0_\n", r.Write(65536))
	p.URL = "https://ci.example/files/"
	assert.Contains(t, r.Write(65536), "| ![Result, passed, before](<https://ci.example/files/en_US.a.before.png>) | ![Result, passed, after](<https://ci.example/files/en_US.a.after.png>) |")

	assert.Contains(t, pictures(&markdown.Pairs{Against: "origin/main"}).Write(1000), "\n**No screen differs** from origin/main.\n\n_livery")
	failed := pictures(nil)
	failed.Failures = []markdown.Failure{{Summary: "No browser", Detail: "Install one."}}
	assert.Contains(t, failed.Write(1000), "\n**No preview:** 1 error.\n\n**No browser**<br>Install one.\n")
}

// Whatever stands in it, and however short it must be, the table is one.
func TestPicturesWithinLimits(t *testing.T) {
	p := &markdown.Pairs{Against: nasty[3]}
	for i := range 100 {
		word := nasty[i%len(nasty)]
		pair := markdown.Pair{Screen: word, Before: fmt.Sprintf("%d %s.before.png", i, word), After: fmt.Sprintf("%d %s.after.png", i, word)}
		for j := range i%20 + 1 {
			pair.Documents = append(pair.Documents, nasty[j%len(nasty)])
			pair.Fields = append(pair.Fields, nasty[j%len(nasty)])
		}
		p.List = append(p.List, pair)
	}
	for _, url := range []string{"", "https://ci.example/a|b>c`d)e", "pictures"} {
		p.URL = url
		rows := 0
		for _, limit := range []int{1000, 2000, 10240, 65536, 1000000} {
			source := pictures(p).Write(limit)
			require.LessOrEqual(t, len(utf16.Encode([]rune(source))), limit)
			got := parse(t, source)
			assert.GreaterOrEqual(t, got.rows, rows, "more room, fewer rows")
			rows = got.rows
			assert.LessOrEqual(t, got.tables, 1)
			assert.Equal(t, 1, got.headings)
			assert.Empty(t, strings.ReplaceAll(strings.ReplaceAll(got.raw, "<br>", ""), "<!-- livery:preview brands/acme -->\n", ""), "HTML that people wrote")
			if rows < 100 {
				assert.Equal(t, []string{"https://ci.example/run/7"}, got.links)
				assert.Contains(t, source, fmt.Sprintf("Shortened to fit: %d screens not shown.", 100-rows))
			}
			if url == "" {
				assert.Empty(t, got.images)
			} else {
				assert.Len(t, got.images, 2*rows)
			}
		}
		assert.Equal(t, 100, rows)
	}
}
