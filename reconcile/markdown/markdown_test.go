package markdown_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/hashicorp/hcl/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"

	"livery/reconcile"
	"livery/reconcile/markdown"
	"livery/schema"
)

// nasty are texts that hosts would read as something else.
var nasty = []string{
	"plain words here", "- gone", "+ come", "| a | b |", "`code` ``more``", "**bold** _it_ ~~no~~", "[link](https://evil.example/x)", "![img](https://evil.example/p.png)",
	"<script>alert(1)</script> & <b>", "@everyone and #123", "see https://evil.example/a|b now", "www.evil.example/x", "one\ntwo\r\nthree", "# heading", "```\nfence",
	"ab\u202egnp", "สวัสดีครับ ยินดีต้อนรับ", "👨‍👩‍👧 family 🇹🇭", "</details> <!-- x -->", "\\| \\` \\\\", "1. list", "> quote", "a\u0000b\u001b[31m", "$math$ {{x}}",
}

func plan(documents, fields int) *reconcile.Plan {
	p := &reconcile.Plan{}
	for d := range documents {
		c := reconcile.Change{Address: schema.Locales()[d%32].Value.AddressOf(), Action: reconcile.Update}
		for i, f := range schema.Fields()[:fields] {
			change := reconcile.FieldChange{
				Path: f.Path(), Kind: f.Kind, Before: quoted(nasty[i%len(nasty)]), After: quoted(nasty[(i+d*(i%3))%len(nasty)] + " x"),
				Range: hcl.Range{Filename: "texts/[a]_" + nasty[i%len(nasty)] + ".json", Start: hcl.Pos{Line: i}},
			}
			if f.Kind == schema.Colour || f.Kind == schema.ImageURL || f.Kind == schema.Bool {
				change.Before, change.After = quoted("#0f6b5c"), quoted(fmt.Sprintf("#%06x", d*i))
			}
			if f.Kind == schema.Tips {
				change.Before, change.After = json.RawMessage("null"), json.RawMessage(`[{"text":"@a | b","iconLink":"https://x.example/"}]`)
			}
			c.Fields = append(c.Fields, change)
		}
		p.Changes = append(p.Changes, c)
	}
	return p
}

func quoted(s string) json.RawMessage {
	raw, err := json.Marshal(s)
	if err != nil {
		panic(err) // a text
	}
	return raw
}

func report(p *reconcile.Plan) *markdown.Report {
	return &markdown.Report{
		Kind: markdown.Plan, Key: "brands/acme", Title: "brands/acme", Plan: p, Version: "0.1.0", FullURL: "https://ci.example/run/7",
		Link: func(file string, line int) string {
			return fmt.Sprintf("https://git.example/blob/1/%s#L%d", file, line)
		},
	}
}

// parsed is what a host makes of a report.
type parsed struct {
	tables, rows  int
	links, images []string
	headings      int
	raw           string // HTML
	lists, quotes int
}

func parse(t *testing.T, source string) parsed {
	t.Helper()
	md := goldmark.New(goldmark.WithExtensions(extension.GFM))
	src := []byte(source)
	var p parsed
	columns := 0
	err := ast.Walk(md.Parser().Parse(text.NewReader(src)), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *extast.Table:
			p.tables++
			columns = len(n.Alignments)
		case *extast.TableRow:
			p.rows++
			assert.Equal(t, columns, n.ChildCount(), "the cells of a row: %s", n.Text(src)) //nolint:staticcheck // the text is for the message
		case *ast.Link:
			p.links = append(p.links, string(n.Destination))
		case *ast.AutoLink:
			p.links = append(p.links, string(n.URL(src)))
		case *ast.Image:
			p.images = append(p.images, string(n.Destination))
		case *ast.Heading:
			p.headings++
		case *ast.List:
			p.lists++
		case *ast.Blockquote:
			p.quotes++
		case *ast.RawHTML:
			p.raw += string(n.Segments.Value(src))
		case *ast.HTMLBlock:
			p.raw += string(n.Lines().Value(src))
		case *ast.FencedCodeBlock, *ast.CodeBlock:
			assert.Fail(t, "a block of code")
		}
		return ast.WalkContinue, nil
	})
	require.NoError(t, err)
	return p
}

// Whatever people wrote, and whatever the limit, a host sees our tables and folds, all of
// them closed, and nothing that people wrote as anything but words.
func TestReportAtEveryLength(t *testing.T) {
	for _, size := range []struct{ documents, fields int }{{1, 5}, {3, 40}, {26, 150}} {
		r := report(plan(size.documents, min(size.fields, len(schema.Fields()))))
		for _, text := range nasty {
			r.Warnings = append(r.Warnings, markdown.Failure{Summary: text, Detail: text, File: text})
		}
		full := r.Write(1 << 30)
		for _, limit := range []int{1000, 1500, 2500, 5000, 10240, 32768, 65536, 1 << 30} {
			source := r.Write(limit)
			assert.LessOrEqual(t, len(utf16.Encode([]rune(source))), limit)
			assert.LessOrEqual(t, len(source), 4*limit)
			assert.Regexp(t, fmt.Sprintf(`^<!-- livery:plan brands/acme -->\n### livery plan: brands/acme\n\n\*\*%d to change\*\*, 0 to add, 0 to destroy\.`, size.documents), source[:min(len(source), 200)])
			p := parse(t, source)
			assert.Equal(t, strings.Count(source, "<details>"), strings.Count(source, "</details>"))
			assert.Equal(t, 1, p.headings)
			assert.Empty(t, p.images)
			assert.Zero(t, p.quotes)
			for _, to := range p.links {
				assert.Regexp(t, `^https://(git|ci)\.example/`, to)
			}
			assert.Empty(t, strings.NewReplacer("<br>", "", "<del>", "", "</del>", "", "<ins>", "", "</ins>", "", "<details>", "", "</details>", "").
				Replace(withoutSummaries(p.raw)), "HTML that is not ours")
			for _, text := range []string{"@everyone", " #123", "\u202e"} {
				assert.False(t, strings.Contains(source, text), "%q stands in it at %d", text, strings.Index(source, text))
			}
			if strings.Contains(source, "| document |") {
				assert.GreaterOrEqual(t, p.rows, size.documents)
			}
			if source != full {
				assert.Contains(t, source, "[All of it](<https://ci.example/run/7>)")
			}
		}
	}
}

func withoutSummaries(raw string) string {
	var kept []string
	for line := range strings.Lines(raw) {
		if before, _, ok := strings.Cut(line, "<summary>"); ok {
			line = before
		}
		if !strings.HasPrefix(line, "<!-- livery:") {
			kept = append(kept, strings.TrimSpace(line))
		}
	}
	return strings.Join(kept, "")
}

func FuzzText(f *testing.F) {
	for _, s := range nasty {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if strings.ContainsRune(s, '\ufffd') || !json.Valid(quoted(s)) {
			t.Skip()
		}
		source := "| a |\n|---|\n| x" + markdown.Text(s) + " |\n"
		p := parse(t, source)
		assert.Equal(t, 1, p.tables, source)
		assert.Equal(t, 1, p.rows, source)
		assert.Empty(t, p.links, source)
		assert.Empty(t, p.images, source)
		assert.Empty(t, strings.ReplaceAll(p.raw, "<br>", ""), source)
	})
}

func TestReport(t *testing.T) {
	r := report(&reconcile.Plan{Changes: []reconcile.Change{
		{Address: schema.Locale("en_US").AddressOf(), Action: reconcile.Update, Fields: []reconcile.FieldChange{
			{Path: "mobileResultPage.successDesc", Kind: schema.Text, Before: quoted("You are verified"), After: quoted("You are all set"),
				Range: hcl.Range{Filename: "texts/en.json", Start: hcl.Pos{Line: 21}}},
			{Path: "mobileLoadingPage.progressColor", Kind: schema.Colour, Before: quoted("#0f6b5c"), After: json.RawMessage("null")},
		}},
		{Address: schema.Locale("th_TH").AddressOf(), Action: reconcile.Reapply, Reason: reconcile.ReasonInDoubt},
		{Address: schema.Locale("vi_VN").AddressOf(), Action: reconcile.NoOp},
	}})
	r.State, r.Problems, r.Footer = "The state was at serial 3.", map[schema.Address]int{schema.Locale("en_US").AddressOf(): 2}, "Apply it with livery apply."
	want := `<!-- livery:plan brands/acme -->
### livery plan: brands/acme

**2 to change**, 0 to add, 0 to destroy. In doubt, since the last answer never arrived: locale.th\_TH. The state was at serial 3.

| document | language | action | fields | problems |
|---|---|---|---|---|
| locale.en\_US | English (United States) | update | 2 | 2 |
| locale.th\_TH | Thai (Thailand) | apply again, in doubt | 0 |  |

**update in en\_US**

| field | before | after | from |
|---|---|---|---|
| mobileLoadingPage.progressColor | ` + "`#0f6b5c`" + ` | _(API default)_ |  |
| mobileResultPage.successDesc | You are verified | You are all set<br>You are <del>verified</del><ins>all set</ins> | [texts/en.json:21](<https://git.example/blob/1/texts/en.json#L21>) |

_Apply it with livery apply. livery 0.1.0_
`
	assert.Equal(t, want, r.Write(65536))
}

// A session has no look that it could go back to, and nothing of it is sent.
func TestReportOfSessions(t *testing.T) {
	change := func(name string, action reconcile.Action) reconcile.Change {
		return reconcile.Change{Address: schema.Session{Name: name}.Address(), Action: action, Fields: []reconcile.FieldChange{
			{Path: "region", Kind: schema.RedirectURL, Before: quoted("PHL"), After: quoted("THA")},
		}}
	}
	r := report(&reconcile.Plan{Changes: []reconcile.Change{
		change("a", reconcile.Delete), change("b", reconcile.Delete), change("c", reconcile.Create), change("d", reconcile.Forget), change("e", reconcile.Record),
	}})
	got := r.Write(65536)
	for _, line := range []string{
		"| session.a |  | destroy, in the state only | 1 |  |", "| session.c |  | create, in the state only | 1 |  |", "| session.d |  | forget | 1 |  |", "| session.e |  | record in the state | 1 |  |",
		"**session.b: destroy, in the state only**", "**session.c: create, in the state only**",
	} {
		assert.Contains(t, got, line+"\n")
	}
	assert.NotContains(t, got, "default")
	r.Kind = markdown.Diff
	got = r.Write(65536)
	assert.Contains(t, got, "**session.a: destroy**\n")
	assert.NotContains(t, got, "in the state only")
}

// A report of errors says how many there are, whatever there is room for.
func TestReportOfErrors(t *testing.T) {
	r := report(nil)
	r.Fates = []reconcile.Fate{{Title: "Not tried", Changes: []*reconcile.Change{{Address: schema.Locale("vi_VN").AddressOf()}}}}
	r.Warnings = []markdown.Failure{{Summary: "Beware", Detail: "Of it."}}
	for i := range 50 {
		r.Failures = append(r.Failures, markdown.Failure{Summary: "Text too long", Detail: strings.Repeat("@a ", 40), File: "a.livery.hcl", Line: i})
	}
	for _, limit := range []int{1000, 5000, 100000} {
		source := r.Write(limit)
		assert.LessOrEqual(t, len(utf16.Encode([]rune(source))), limit)
		assert.Contains(t, source, "**No plan:** 50 errors.")
		assert.NotContains(t, source, "@a")
		parse(t, source)
	}
	assert.Contains(t, r.Write(1000), "Left out for their length: ")
	assert.Contains(t, r.Write(100000), "\n- **Not tried:** locale.vi\\_VN\n\n**Text too long** ")
	assert.Contains(t, r.Write(100000), "\n**Warning: Beware**<br>Of it.\n")
	assert.NotContains(t, r.Write(100000), "Left out")
}

func TestReportOfNothing(t *testing.T) {
	r := report(&reconcile.Plan{Changes: []reconcile.Change{{Address: schema.Locale("vi_VN").AddressOf(), Action: reconcile.NoOp}}})
	assert.Equal(t, "<!-- livery:plan brands/acme -->\n### livery plan: brands/acme\n\n**No changes.** The configuration matches the last applied documents.\n\n_livery 0.1.0_\n", r.Write(1000))
	r.Key = "a b/<!-- é"
	assert.Equal(t, "<!-- livery:plan a-b/------ -->", r.Marker())
}
