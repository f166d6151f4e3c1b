package stack

import (
	"bytes"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"
	"golang.org/x/tools/txtar"

	"livery/schema"
	"livery/schema/origin"
)

const originsSection = "want.origins"

// place is a value as the tests of origins see it.
type place struct {
	name   string // of its document or session and its field
	value  schema.Value
	at     hcl.Range
	origin *schema.Origin
	parse  func(raw cty.Value) schema.Value // as the value was judged; nil for one that was not
}

// places lists every value of a stack, the elements of tips one by one.
func places(s *Stack) []place {
	var list []place
	for _, d := range s.Documents {
		at := schema.Subject{Locale: d.Locale}
		parse := func(f *schema.Field) func(cty.Value) schema.Value {
			return func(raw cty.Value) schema.Value {
				v, _ := f.Parse(raw, at)
				return v
			}
		}
		for _, f := range schema.Fields() {
			name, v := d.Locale.AddressOf().String()+" "+f.Path(), d.At(f)
			list = append(list, place{name, v, v.Range(), v.Origin(), nil})
			if f.Kind != schema.Tips {
				list[len(list)-1].parse = parse(f)
			}
			for i, tip := range v.Tips() {
				name := fmt.Sprintf("%s[%d]", name, i)
				list = append(list, place{name + ".iconLink", tip.Icon, tip.Icon.Range(), tip.Icon.Origin(), parse(f.Item("icon_link"))})
				list = append(list, place{name + ".text", tip.Text, tip.Text.Range(), tip.Text.Origin(), parse(f.Item("text"))})
			}
		}
		for _, k := range d.ExtraKeys() {
			extra, _ := d.ExtraAt(k)
			list = append(list, place{d.Locale.AddressOf().String() + " " + k.Path(), schema.Value{}, extra.Range, extra.Origin, nil})
		}
	}
	for _, session := range s.Sessions {
		for i, a := range schema.Attributes() {
			v := session.Defaults.At(i)
			list = append(list, place{session.Address().String() + " " + a.Name, v, v.Range(), v.Origin(), func(raw cty.Value) schema.Value {
				v, _ := a.Parse(raw, session.API, schema.Subject{})
				return v
			}})
		}
	}
	return slices.DeleteFunc(list, func(p place) bool { return p.at.Filename == "" || p.value.IsNull() })
}

func (p place) String() string {
	lineOf := func(r hcl.Range) string {
		if r.Filename == "" {
			return "-"
		}
		return fmt.Sprintf("%s:%d", r.Filename, r.Start.Line)
	}
	if p.origin == nil {
		return fmt.Sprintf("%s | %s literal", p.name, lineOf(p.at))
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s | %s %s %s %s", p.name, lineOf(p.at), p.origin.Kind, orDash(p.origin.Path), lineOf(p.origin.Range))
	if p.origin.Derived {
		b.WriteString(" derived")
	}
	for _, step := range p.origin.Chain {
		fmt.Fprintf(&b, " | %s %s %s", step.Kind, orDash(step.Path), lineOf(step.Range))
	}
	return b.String()
}

// TestOrigins compares with the section want.origins of an archive, which has one line for
// each value: where it stands, its origin, the chain. For all archives it holds that an
// origin stands in the file that it names, and that what stands there is the value.
func TestOrigins(t *testing.T) {
	names, err := filepath.Glob("../../testdata/source/*.txtar")
	require.NoError(t, err)
	golden := 0
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			require.NoError(t, err)
			opts := optionsOf(t, archive)
			stack, diags := Load(opts)
			for _, p := range places(stack) {
				if diags.HasErrors() {
					break // the parser makes something up for what it cannot read
				}
				checkPlace(t, opts.FS.(fstest.MapFS), p)
			}
			want := sectionOf(archive, originsSection)
			if want == "" {
				return
			}
			golden++
			require.Empty(t, diagLines(diags))
			var lines strings.Builder
			for _, p := range places(stack) {
				fmt.Fprintln(&lines, p)
			}
			if *update {
				i := slices.IndexFunc(archive.Files, func(f txtar.File) bool { return f.Name == originsSection })
				archive.Files[i].Data = []byte(lines.String())
				require.NoError(t, os.WriteFile(name, txtar.Format(archive), 0o644))
				return
			}
			assert.Equal(t, want, lines.String())
		})
	}
	assert.Positive(t, golden)
}

func checkPlace(t *testing.T, files fstest.MapFS, p place) {
	t.Helper()
	if p.origin == nil {
		checkBytes(t, files, p, p.at)
		return
	}
	require.NotEmpty(t, p.origin.Kind, p)
	for _, step := range append(p.origin.Chain, schema.Step{Range: p.origin.Range}) {
		if step.Range.Filename == "" {
			assert.Equal(t, schema.FromVariable, p.origin.Kind, p)
			continue
		}
		src := sourceOf(t, files, step.Range)
		assert.LessOrEqual(t, step.Range.Start.Byte, step.Range.End.Byte, p)
		assert.LessOrEqual(t, step.Range.End.Byte, len(src), p)
		assert.Equal(t, bytes.Count(src[:step.Range.Start.Byte], []byte("\n"))+1, step.Range.Start.Line, p)
	}
	if !p.origin.Derived && p.origin.Kind != schema.FromToken && p.origin.Range.Filename != "" {
		checkBytes(t, files, p, p.origin.Range)
	}
}

func sourceOf(t *testing.T, files fstest.MapFS, rng hcl.Range) []byte {
	t.Helper()
	file := files[path.Join("team/stack", rng.Filename)]
	require.NotNil(t, file, rng)
	return file.Data
}

// checkBytes asserts that what stands in a range is the value.
func checkBytes(t *testing.T, files fstest.MapFS, p place, rng hcl.Range) {
	t.Helper()
	if p.parse == nil {
		return
	}
	src := rng.SliceBytes(sourceOf(t, files, rng))
	if strings.HasSuffix(rng.Filename, ".json") {
		raw, err := schema.JSONValue(src)
		require.NoError(t, err, "%s: %s", p, src)
		assert.True(t, p.value.Equal(p.parse(raw)), "%s: %s", p, src)
		return
	}
	if p.origin != nil && p.origin.Kind == schema.FromTexts {
		assert.True(t, p.value.Equal(p.parse(cty.StringVal(string(src)))), "%s: %s", p, src)
		return
	}
	src = bytes.ReplaceAll(src, []byte("\r\n"), []byte("\n")) // as a heredoc of a Windows file is read
	expr, diags := hclsyntax.ParseExpression(append(bytes.Clone(src), '\n'), rng.Filename, hcl.InitialPos)
	require.False(t, diags.HasErrors(), "%s: %s", p, src)
	raw, diags := expr.Value(nil)
	if word := hcl.ExprAsKeyword(expr); word != "" { // a key of an object
		raw, diags = cty.StringVal(word), nil
	}
	require.False(t, diags.HasErrors(), "%s: %s", p, src)
	assert.True(t, p.value.Equal(p.parse(raw)), "%s: %s", p, src)
}

// An origin is found, and its chain has an end, however the stack is built.
func TestOriginsOfHostileStacks(t *testing.T) {
	locale := func(expr string) string { return "locale \"en\" { title_text = " + expr + " }\n" }
	row := func(n int, line string) string {
		var b strings.Builder
		b.WriteString("locals {\n")
		for i := range n {
			fmt.Fprintf(&b, "a%d = %s\n", i, strings.ReplaceAll(line, "next", fmt.Sprintf("local.a%d", i+1)))
		}
		fmt.Fprintf(&b, "a%d = \"end\"\n}\n", n)
		return b.String()
	}
	for name, src := range map[string]string{
		"row":        row(400, "next") + locale("local.a0"),
		"choices":    row(150, "next == \"x\" ? next : next") + locale("local.a0"),
		"tries":      row(150, "try(next, next)") + locale("local.a0"),
		"templates":  row(60, "\"${trimspace(next)}${substr(next, 0, 0)}\"") + locale("local.a0"),
		"nested":     locale(strings.Repeat("try(", 8) + "\"x\"" + strings.Repeat(")", 8)),
		"no element": "locale \"x\" {\n for_each = {}\n code = each.key\n title_text = each.value.title\n}\n",
		"odd keys":   locale("{ (\"a b\") = \"x\" }[\"a b\"]"),
		"shadowed":   locale("[for local in [\"x\"] : local][0]"),
	} {
		t.Run(name, func(t *testing.T) {
			files := fstest.MapFS{"main.livery.hcl": {Data: []byte(src)}}
			stack, diags := Load(Options{FS: files, Dir: ".", Need: NeedDocuments})
			require.Empty(t, diagLines(diags))
			for _, p := range places(stack) {
				if p.origin != nil {
					assert.LessOrEqual(t, len(p.origin.Chain), origin.MaxSteps+1)
				}
			}
		})
	}
}
