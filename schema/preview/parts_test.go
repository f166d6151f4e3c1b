package preview

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
	"livery/schema/rule"
)

func ids(parts []Part) []string {
	var list []string
	for _, p := range parts {
		list = append(list, p.ID)
	}
	return list
}

// A page gets what has become another, and only that; what is taken from an earlier
// drawing is what would be drawn.
func TestWhatIsSentAfterAChange(t *testing.T) {
	field := func(path string) *schema.Field {
		f := schema.FieldByPath(path)
		require.NotNil(t, f, path)
		return f
	}
	words := func(path, text string, line int) schema.Value {
		v, diags := field(path).Parse(cty.StringVal(text), schema.Subject{Range: hcl.Range{Filename: "a.livery.hcl", Start: hcl.Pos{Line: line}}})
		require.Empty(t, diags)
		return v
	}
	base := func() *Gallery {
		g := &Gallery{Title: "T"}
		for _, loc := range []schema.Locale{"en_US", "th_TH", "ar_AE"} {
			applied := full(t, loc)
			g.Sheets = append(g.Sheets, Sheet{Document: full(t, loc), Applied: &applied})
		}
		return g
	}
	every := len(Screens())
	for _, c := range []struct {
		name    string
		change  func(*Gallery)
		screens []string
		count   int // of screens, where they are too many to be named
		other   []string
		order   []string
	}{
		{name: "nothing", change: func(*Gallery) {}},
		{
			name: "one text of one language",
			change: func(g *Gallery) {
				g.Sheets[1].Document.Set(field("mobileTipsPage.titleText"), words("mobileTipsPage.titleText", "Others", 7))
			},
			screens: []string{"th_TH.phone-tips"}, other: []string{"index"},
		},
		{
			name: "the same text on another line",
			change: func(g *Gallery) {
				g.Sheets[1].Document.Set(field("mobileTipsPage.titleText"), words("mobileTipsPage.titleText", "Words of titleText", 8))
			},
			screens: []string{"th_TH.phone-tips"},
		},
		{
			name: "what was applied",
			change: func(g *Gallery) {
				g.Sheets[2].Applied.Set(field("mobileTipsPage.titleText"), words("mobileTipsPage.titleText", "Others", 7))
			},
			screens: []string{"ar_AE.phone-tips"}, other: []string{"index"},
		},
		{name: "a title", change: func(g *Gallery) { g.Title = "U" }, other: []string{"title"}},
		{name: "a problem", change: func(g *Gallery) { g.Problems = []Problem{{Text: "x"}} }, other: []string{"findings"}},
		{name: "files that cannot be read", change: func(g *Gallery) { g.Unread = "gone" }, other: []string{"findings"}},
		{name: "the level of a rule", change: func(g *Gallery) { g.TooLong = rule.Off }, other: []string{"tooLong"}},
		{name: "a note", change: func(g *Gallery) { g.Sheets[0].Note = "N" }, order: []string{"en_US", "th_TH", "ar_AE"}},
		{name: "a language less", change: func(g *Gallery) { g.Sheets = g.Sheets[:2] }, other: []string{"index"}, order: []string{"en_US", "th_TH"}},
		{
			name: "another order", change: func(g *Gallery) { g.Sheets[0], g.Sheets[2] = g.Sheets[2], g.Sheets[0] },
			other: []string{"index"}, order: []string{"ar_AE", "th_TH", "en_US"},
		},
		{
			name: "a language more", change: func(g *Gallery) { g.Sheets = append(g.Sheets, Sheet{Document: schema.Document{Locale: "vi_VN"}}) },
			count: every, other: []string{"index"}, order: []string{"en_US", "th_TH", "ar_AE", "vi_VN"},
		},
		{name: "no language", change: func(g *Gallery) { g.Sheets = nil }, other: []string{"index"}, order: []string{""}},
		{name: "pictures", change: func(g *Gallery) { g.Images = true }, count: -1},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := base().Parts(nil)
			g := base()
			c.change(g)
			after := g.Parts(before)
			assert.Empty(t, cmp.Diff(g.Parts(nil).Hashes(), after.Hashes()), "taken from an earlier drawing")
			u := after.Since(before.Hashes())
			switch {
			case c.count > 0:
				assert.Len(t, u.Screens, c.count)
			case c.count == 0:
				assert.Equal(t, c.screens, ids(u.Screens))
			}
			var other []string
			for _, one := range []struct{ name, html string }{{"title", u.Title}, {"index", u.Index}, {"findings", u.Findings}, {"tooLong", u.TooLong}} {
				if one.html != "" {
					other = append(other, one.name)
				}
			}
			assert.Equal(t, c.other, other)
			assert.Equal(t, c.order, ids(u.Order))
			assert.Equal(t, c.name == "nothing", after.Hashes().Same(before.Hashes()))

			all := after.Since(nil)
			assert.Len(t, all.Screens, every*len(g.Sheets))
			assert.NotEmpty(t, all.Order)
			assert.NotEmpty(t, all.Title)
		})
	}
}

// Whichever field becomes another, in the document or in what was applied, what is taken from
// an earlier drawing is as if it were drawn anew.
func TestScreensTakenFromBefore(t *testing.T) {
	gallery := func() *Gallery {
		applied := full(t, "th_TH")
		return &Gallery{Sheets: []Sheet{{Document: full(t, "th_TH"), Applied: &applied}}}
	}
	before := gallery().Parts(nil)
	taken := 0
	for _, f := range schema.Fields() {
		for about, change := range map[string]func(s *Sheet){
			"another": func(s *Sheet) {
				if v := s.Document.At(f); f.Kind == schema.Bool {
					turned, _ := f.Parse(cty.BoolVal(!v.Flag()), schema.Subject{}) // one is not documented, and warns
					s.Document.Set(f, turned)
				} else {
					s.Document.Set(f, sample(t, f, "other.livery.hcl"))
				}
			},
			"gone":             func(s *Sheet) { s.Document.Set(f, schema.Value{}) },
			"applied and gone": func(s *Sheet) { s.Applied.Set(f, schema.Value{}) },
			"read on another": func(s *Sheet) {
				s.Contrasts = []Contrast{{Text: f, Background: schema.Fields()[1], Ratio: 2}}
			},
		} {
			g := gallery()
			change(&g.Sheets[0])
			after := g.Parts(before)
			assert.Empty(t, cmp.Diff(g.Parts(nil).Hashes(), after.Hashes()), "%s: %s", f.Path(), about)
			for i := range after.sheets[0].screens {
				if &after.sheets[0].screens[i].seen[0] == &before.sheets[0].screens[i].seen[0] {
					taken++
				}
			}
		}
	}
	assert.Greater(t, taken, len(schema.Fields())*4*len(Screens())/2, "most screens show one field not")
}

// A page is put together of what an update holds.
func TestAPageIsItsParts(t *testing.T) {
	g := &Gallery{Title: "T", Sheets: []Sheet{{Document: full(t, "en_US")}, {Document: full(t, "ar_AE")}}}
	p := g.Parts(nil)
	page, u := pageOf(p), p.Since(nil)
	for _, part := range u.Screens {
		assert.Contains(t, page, part.HTML, part.ID)
	}
	for _, html := range []string{u.Title, u.Index, u.Findings} {
		assert.Contains(t, page, html)
	}
}

// A long list of problems is sent as pieces of the one that the page shows.
func TestALongListIsSentInPieces(t *testing.T) {
	about := func(texts ...string) []Problem {
		list := make([]Problem, len(texts))
		for i, text := range texts {
			list[i] = Problem{Text: text + strings.Repeat(" and more", 400)}
		}
		return list
	}
	shown := []string{"a", "b", "c", "c", "d", "e", "f", "g"}
	whole := func(texts []string) (list []string) {
		for _, p := range about(texts...) {
			list = append(list, p.html())
		}
		return list
	}
	before := (&Gallery{Problems: about(shown...)}).Parts(nil)
	for _, c := range []struct {
		name   string
		now    []string
		others int // that are sent
	}{
		{"one is another", []string{"a", "b", "x", "c", "d", "e", "f", "g"}, 1},
		{"one is gone", []string{"b", "c", "c", "d", "e", "f", "g"}, 0},
		{"some have come", []string{"x", "a", "b", "c", "c", "y", "d", "e", "f", "g", "z"}, 3},
		{"another order", []string{"g", "f", "e", "d", "c", "b", "c", "a"}, 0},
		{"one twice more", []string{"a", "b", "c", "c", "c", "c", "d", "e", "f", "g"}, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			u := (&Gallery{Problems: about(c.now...)}).Parts(before).Since(before.Hashes())
			require.Empty(t, u.Findings)
			var got []string
			others := 0
			had := whole(shown)
			for _, piece := range u.Problems {
				if run, ok := piece.(*[2]int); ok {
					got = append(got, had[run[0]:run[0]+run[1]]...)
					continue
				}
				others++
				got = append(got, piece.(string))
			}
			assert.Equal(t, whole(c.now), got)
			assert.Equal(t, c.others, others)
		})
	}
	g := &Gallery{Problems: about(shown[1:]...), Unread: "gone"}
	u := g.Parts(before).Since(before.Hashes())
	assert.Contains(t, u.Findings, "gone", "with other faults it is sent whole")
	assert.Empty(t, u.Problems)
	assert.Empty(t, before.Since(before.Hashes()).Problems)
}

// pageOf is the whole page as it is served.
func pageOf(p *Parts) string {
	l := Live{Styles: "s", Script: "x"}
	return string(p.Opening(l)) + string(p.Closing(l, p))
}
