package report_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile"
	"livery/reconcile/report"
	"livery/schema"
)

func lineOf(file string, line int) hcl.Range {
	return hcl.Range{Filename: file, Start: hcl.Pos{Line: line, Column: 5, Byte: 10}, End: hcl.Pos{Line: line, Column: 9, Byte: 14}}
}

func origin(kind schema.OriginKind, path string, at hcl.Range, rest ...schema.Step) *schema.Origin {
	return &schema.Origin{Kind: kind, Path: path, Range: at, Chain: append([]schema.Step{{Kind: kind, Path: path, Range: at}}, rest...)}
}

// planFrom is a plan of one changed colour, which stands at line 30 of a theme.
func planFrom(o *schema.Origin) *reconcile.Plan {
	return &reconcile.Plan{Changes: []reconcile.Change{{
		Address: schema.Address{Kind: schema.LocaleAddress, Name: "en_US"}, Action: reconcile.Update,
		Fields: []reconcile.FieldChange{{
			Path: "mobileLoadingPage.progressColor", Kind: schema.Colour, Before: json.RawMessage(`"#0052cc"`), After: json.RawMessage(`"#0b5fff"`),
			Range: lineOf("themes.livery.hcl", 30), Origin: o,
		}},
	}}}
}

func TestPlanNamesTheOrigin(t *testing.T) {
	token := origin(schema.FromToken, "color.primary", lineOf("brand.tokens.json", 12))
	derived := *token
	derived.Derived = true
	for name, tt := range map[string]struct {
		origin *schema.Origin
		want   string
	}{
		"literal":       {nil, "# themes.livery.hcl:30"},
		"same line":     {origin(schema.FromTheme, "theme.base", lineOf("themes.livery.hcl", 30)), "# themes.livery.hcl:30"},
		"other line":    {origin(schema.FromLocal, "local.a", lineOf("themes.livery.hcl", 3)), "# themes.livery.hcl:30, from local.a (themes.livery.hcl:3)"},
		"other file":    {origin(schema.FromVariable, "var.brand", lineOf("brand.auto.liveryvars.hcl", 3)), "# themes.livery.hcl:30, from var.brand (brand.auto.liveryvars.hcl:3)"},
		"below":         {&schema.Origin{Kind: schema.FromLiteral, Range: lineOf("themes.livery.hcl", 31)}, "# themes.livery.hcl:30"},
		"whole file":    {origin(schema.FromTexts, "", lineOf("note.txt", 1)), "# themes.livery.hcl:30, from note.txt:1"},
		"flag":          {origin(schema.FromVariable, "var.brand", hcl.Range{}, schema.Step{Kind: schema.FromVariable, Path: "-var"}), "# themes.livery.hcl:30, from var.brand (-var)"},
		"token":         {token, "# brand.tokens.json:12 color.primary (themes.livery.hcl:30)"},
		"derived token": {&derived, "# themes.livery.hcl:30, from color.primary (brand.tokens.json:12)"},
		"odd name":      {origin(schema.FromLocal, "local.a[\"\x1b\u202e\"]", lineOf("a", 1)), `# themes.livery.hcl:30, from local.a["\x1b\u202e"] (a:1)`},
	} {
		t.Run(name, func(t *testing.T) {
			var text strings.Builder
			require.NoError(t, report.WritePlan(&text, planFrom(tt.origin), report.PlanText{}))
			assert.Contains(t, text.String(), "progressColor = \"#0052cc\" -> \"#0b5fff\"   "+tt.want+"\n")
		})
	}
}

func TestPlanJSONHasTheOrigin(t *testing.T) {
	flag := origin(schema.FromVariable, "var.brand", hcl.Range{}, schema.Step{Kind: schema.FromVariable, Path: "-var"})
	flag.Derived = true
	const stretch = `{"filename":"themes.livery.hcl","start":{"line":30,"column":5,"byte":10},"end":{"line":30,"column":9,"byte":14}}`
	for name, tt := range map[string]struct {
		origin *schema.Origin
		want   string
	}{
		"literal": {nil, `{"kind":"literal","path":"","range":` + stretch + `,"derived":false,"chain":[]}`},
		"theme": {
			origin(schema.FromTheme, "theme.base", lineOf("themes.livery.hcl", 30)),
			`{"kind":"theme","path":"theme.base","range":` + stretch + `,"derived":false,"chain":[{"kind":"theme","path":"theme.base","range":` + stretch + `}]}`,
		},
		"flag": {flag, `{"kind":"variable","path":"var.brand","range":null,"derived":true,"chain":[` +
			`{"kind":"variable","path":"var.brand","range":null},{"kind":"variable","path":"-var","range":null}]}`},
	} {
		t.Run(name, func(t *testing.T) {
			var text strings.Builder
			require.NoError(t, (&report.Told{Plan: planFrom(tt.origin)}).WriteJSON(&text, "", time.Time{}))
			var read struct {
				Changes []struct {
					Fields []struct{ Origin json.RawMessage }
				}
			}
			require.NoError(t, json.Unmarshal([]byte(text.String()), &read))
			assert.Equal(t, tt.want, string(read.Changes[0].Fields[0].Origin))
		})
	}
}
