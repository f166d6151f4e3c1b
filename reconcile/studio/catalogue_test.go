package studio_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"livery/reconcile"
	"livery/reconcile/studio"
	"livery/reconcile/workspace"
	"livery/schema"
)

// written is what every field of the catalogue holds, by its path: literals of JSON, which
// are those of HCL too.
type written map[string]string

func everything() written {
	w := make(written)
	for i, f := range schema.Fields() {
		if f.Kind == schema.Tips {
			for n := range schema.TipsMax {
				w[fmt.Sprintf("%s[%d].text", f.Path(), n)] = fmt.Sprintf(`"Tip %d of %d"`, n, i)
				w[fmt.Sprintf("%s[%d].iconLink", f.Path(), n)] = fmt.Sprintf(`"https://cdn.example/%d-%d.png"`, i, n)
			}
			continue
		}
		w[f.Path()] = literal(f, i)
	}
	return w
}

func literal(f *schema.Field, i int) string {
	switch f.Kind {
	case schema.Colour:
		return fmt.Sprintf(`"#a0b%03x"`, i)
	case schema.ImageURL:
		return fmt.Sprintf(`"https://cdn.example/%d.png"`, i)
	case schema.Bool:
		return "true"
	default:
		return fmt.Sprintf(`"Words %d"`, i)
	}
}

// pages writes each page by the words for a page, a field and a list of tips.
func (w written) pages(page func(p *schema.Page, fields []string) string, field func(f *schema.Field, value string) string, tips func(f *schema.Field, list [][2]string) string) []string {
	var list []string
	for _, p := range schema.Pages() {
		var fields []string
		for i := range p.Fields {
			f := &p.Fields[i]
			if f.Kind != schema.Tips {
				fields = append(fields, field(f, w[f.Path()]))
				continue
			}
			var all [][2]string
			for n := range schema.TipsMax {
				all = append(all, [2]string{w[fmt.Sprintf("%s[%d].text", f.Path(), n)], w[fmt.Sprintf("%s[%d].iconLink", f.Path(), n)]})
			}
			fields = append(fields, tips(f, all))
		}
		list = append(list, page(p, fields))
	}
	return list
}

func (w written) native() string {
	return strings.Join(w.pages(
		func(p *schema.Page, fields []string) string {
			if p.Key == "" {
				return strings.Join(fields, "")
			}
			return fmt.Sprintf("  %s {\n%s  }\n", p.HCLName(), strings.Join(fields, ""))
		},
		func(f *schema.Field, value string) string { return fmt.Sprintf("    %s = %s\n", f.HCLName(), value) },
		func(_ *schema.Field, list [][2]string) string {
			var b strings.Builder
			for _, tip := range list {
				fmt.Fprintf(&b, "    tip {\n      text = %s\n      icon_link = %s\n    }\n", tip[0], tip[1])
			}
			return b.String()
		}), "")
}

// json writes the pages as JSON with these names.
func (w written) json(page func(*schema.Page) string, field func(*schema.Field) string, icon string) string {
	list := w.pages(
		func(p *schema.Page, fields []string) string {
			if p.Key == "" {
				return strings.Join(fields, ",\n")
			}
			return fmt.Sprintf("%q: {\n%s\n}", page(p), strings.Join(fields, ",\n"))
		},
		func(f *schema.Field, value string) string { return fmt.Sprintf("  %q: %s", field(f), value) },
		func(f *schema.Field, list [][2]string) string {
			var tips []string
			for _, tip := range list {
				tips = append(tips, fmt.Sprintf("{\"text\": %s, %q: %s}", tip[0], icon, tip[1]))
			}
			return fmt.Sprintf("  %q: [%s]", field(f), strings.Join(tips, ", "))
		})
	return "{" + strings.Join(list, ",\n") + "}\n"
}

const account = "-- account.livery.hcl --\naccount {\n  base_url = \"simulator\"\n}\n"

// forms are the places that a value can stand in.
var forms = map[string]func(w written) string{
	"a theme": func(w written) string {
		return "-- main.livery.hcl --\ntheme \"t\" {\n" + w.native() + "}\nlocale \"en\" {\n  theme = theme.t\n}\n"
	},
	"a document in JSON": func(w written) string {
		own := w.json((*schema.Page).HCLName, (*schema.Field).HCLName, "icon_link")
		return "-- main.livery.json --\n{\"locale\": {\"en\": " + own + "}}\n"
	},
	"a file of texts for each of several": func(w written) string {
		own := w.json(func(p *schema.Page) string { return p.Key }, func(f *schema.Field) string { return f.Key }, "iconLink")
		return "-- main.livery.hcl --\nlocale \"all\" {\n  for_each = toset([\"en\", \"th\"])\n  code = each.key\n  texts = jsondecode(file(\"${each.key}.json\"))\n}\n-- th.json --\n{}\n-- en.json --\n" + own
	},
	"a variable": func(w written) string {
		uses := make(written)
		var values strings.Builder
		for path := range w {
			name := strings.NewReplacer(".", "_", "[", "_", "]", "_").Replace(path)
			uses[path] = "var.all." + name
		}
		for _, path := range paths() {
			name := strings.NewReplacer(".", "_", "[", "_", "]", "_").Replace(path)
			fmt.Fprintf(&values, "  %s = %s # a comment\n", name, w[path])
		}
		return "-- main.livery.hcl --\nvariable \"all\" {\n  type = any\n}\nlocale \"en\" {\n" + uses.native() + "}\n-- x.auto.liveryvars.hcl --\nall = {\n" + values.String() + "}\n"
	},
}

// paths are those of everything, in the order of the catalogue.
func paths() (list []string) {
	for _, f := range schema.Fields() {
		if f.Kind != schema.Tips {
			list = append(list, f.Path())
			continue
		}
		for n := range schema.TipsMax {
			list = append(list, fmt.Sprintf("%s[%d].text", f.Path(), n), fmt.Sprintf("%s[%d].iconLink", f.Path(), n))
		}
	}
	return list
}

// together is how many fields are changed in one save: each would take too long alone.
const together = 24

// Every field of the catalogue, in each place that it can stand in: changed, it is drawn; saved,
// its literal alone is another one; the plan has this change and no other; undone, every
// byte is as it was.
func TestEveryField(t *testing.T) {
	for name, form := range forms {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, dir := workspaceOf(t, account+form(everything()))
			t.Cleanup(w.Close)
			apply(t, w)
			s, before := openStudio(w), filesIn(t, dir)
			for paths := range slices.Chunk(paths(), together) {
				will, want, plan := everything(), make(map[string]string), []string(nil)
				var changes []studio.Change
				for _, path := range paths {
					e := element(t, s, "en_US", path)
					require.NotEmpty(t, e.Ways, path)
					require.Equal(t, studio.AtOrigin, e.Ways[0].Kind, path)
					require.Equal(t, 1, e.Ways[0].Fields, path)
					will[path] = other(e)
					changes = append(changes, studio.Change{Locale: e.Locale, Field: path, Value: json.RawMessage(will[path]), Where: e.Preset})
					plan = append(plan, cut(path))
				}
				drawn, err := s.Draw(t.Context(), changes)
				require.NoError(t, err)
				require.Empty(t, drawn.Stops)
				for _, path := range paths {
					require.Equal(t, will[path], string(valueOf(drawn, path)), path)
				}
				save(t, s, changes...)
				for _, f := range txtar.Parse([]byte(form(will))).Files {
					want[f.Name] = string(f.Data)
				}
				now := filesIn(t, dir)
				for name := range want {
					require.Equal(t, want[name], now[name])
				}
				require.Equal(t, slices.Compact(plan), planned(t, w))
				_, err = s.Undo()
				require.NoError(t, err)
				require.Equal(t, before, filesIn(t, dir))
			}
			assert.Empty(t, planned(t, w))
		})
	}
}

// cut is the path of the field that a path leads to.
func cut(path string) string {
	field, _, _ := strings.Cut(path, "[")
	return field
}

// other is another value for an element, as it is sent and as it is written.
func other(e *studio.Element) string {
	text, _ := e.Value.(string)
	switch e.Kind {
	case "bool":
		return "false"
	case "colour":
		return `"#c0d` + text[4:] + `"`
	case "image_url":
		return `"` + strings.Replace(text, "cdn", "cdn2", 1) + `"`
	default:
		return `"Other ` + text + `"`
	}
}

// valueOf is what a drawn page shows, as JSON.
func valueOf(d *studio.Drawn, path string) []byte {
	for _, sheet := range d.Gallery.Sheets {
		if sheet.Document.Locale != "en_US" {
			continue
		}
		v := sheet.Document.At(schema.FieldByPath(cut(path)))
		if n := strings.IndexByte(path, '['); n >= 0 {
			tip := v.Tips()[path[n+1]-'0']
			if v = tip.Text; strings.HasSuffix(path, "iconLink") {
				v = tip.Icon
			}
		}
		return v.AppendJSON(nil)
	}
	return nil
}

func apply(t *testing.T, w *workspace.Workspace) {
	t.Helper()
	op, err := w.PlanToApply(t.Context(), workspace.PlanOptions{})
	require.NoError(t, err)
	result, err := op.Apply(t.Context(), workspace.ApplyOptions{Parallelism: 1})
	require.NoError(t, err)
	require.True(t, result.OK(), "%v", result.Diagnostics)
	require.NoError(t, op.Close(t.Context()))
}

// planned are the paths of the fields that a plan changes.
func planned(t *testing.T, w *workspace.Workspace) (list []string) {
	t.Helper()
	op, err := w.Plan(t.Context(), workspace.PlanOptions{})
	require.NoError(t, err)
	for _, c := range op.Plan.Changes {
		if c.Action != reconcile.NoOp {
			for _, f := range c.Fields {
				list = append(list, f.Path)
			}
		}
	}
	require.NoError(t, op.Close(t.Context()))
	return list
}
