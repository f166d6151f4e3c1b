package syntax

import (
	"bytes"
	"cmp"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	hcljson "github.com/hashicorp/hcl/v2/json"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"
	"golang.org/x/tools/txtar"

	"livery/schema/limit"
)

// literalAt is a literal as the evaluator sees it: the other witness of what the
// editor finds.
type literalAt struct {
	rng   hcl.Range
	value cty.Value
}

func literalsOf(src []byte, filename string) []literalAt {
	var found []literalAt
	switch {
	case strings.HasSuffix(filename, ".json"):
		text := bytes.TrimPrefix(src, []byte(ByteOrderMark))
		start := hcl.Pos{Line: 1, Column: 1, Byte: len(src) - len(text)}
		expr, diags := hcljson.ParseExpressionWithStartPos(text, filename, start)
		if diags.HasErrors() {
			return nil
		}
		var ctx *hcl.EvalContext // none: a string is what it is
		if IsConfiguration(filename) {
			ctx = &hcl.EvalContext{}
		}
		found = literalsOfJSON(expr, ctx, 0)
	default:
		file, diags := hclsyntax.ParseConfig(src, filename, hcl.InitialPos)
		if diags.HasErrors() {
			return nil
		}
		found = literalsOfNative(file.Body.(*hclsyntax.Body))
	}
	slices.SortStableFunc(found, func(a, b literalAt) int { return cmp.Compare(a.rng.Start.Byte, b.rng.Start.Byte) })
	return found
}

func literalsOfNative(body *hclsyntax.Body) []literalAt {
	var found []literalAt
	within := make(map[hclsyntax.Node]bool)
	_ = hclsyntax.VisitAll(body, func(node hclsyntax.Node) hcl.Diagnostics {
		expr, ok := node.(hclsyntax.Expression)
		if !ok || within[node] {
			return nil
		}
		switch e := expr.(type) {
		case *hclsyntax.LiteralValueExpr:
		case *hclsyntax.TemplateExpr:
			for _, part := range e.Parts {
				within[part] = true
			}
			if slices.ContainsFunc(e.Parts, func(p hclsyntax.Expression) bool {
				_, literal := p.(*hclsyntax.LiteralValueExpr)
				return !literal
			}) {
				return nil
			}
		default:
			return nil
		}
		if v, diags := expr.Value(nil); !diags.HasErrors() {
			found = append(found, literalAt{expr.Range(), v})
		}
		return nil
	})
	return found
}

func literalsOfJSON(expr hcl.Expression, ctx *hcl.EvalContext, depth int) []literalAt {
	var found []literalAt
	if list, diags := hcl.ExprList(expr); !diags.HasErrors() {
		for _, e := range list {
			found = append(found, literalsOfJSON(e, ctx, depth+1)...)
		}
		return found
	}
	if pairs, diags := hcl.ExprMap(expr); !diags.HasErrors() {
		for _, pair := range pairs {
			inner := ctx
			if key, _ := pair.Key.Value(nil); depth == 0 && key.AsString() == "variable" {
				inner = nil
			}
			found = append(found, literalsOfJSON(pair.Value, inner, depth+1)...)
		}
		return found
	}
	if v, diags := expr.Value(ctx); !diags.HasErrors() {
		found = append(found, literalAt{expr.Range(), v})
	}
	return found
}

var editedNames = []string{"main.livery.hcl", "main.livery.json", "a.liveryvars.json", "en.json"}

func addSources(f *testing.F, add func(src string, kind uint8)) {
	paths, err := filepath.Glob("../../examples/*/*.livery.*")
	require.NoError(f, err)
	archives, err := filepath.Glob("../../testdata/source/*.txtar")
	require.NoError(f, err)
	require.NotEmpty(f, archives)
	for _, path := range paths {
		src, err := os.ReadFile(path)
		require.NoError(f, err)
		add(string(src), 0)
	}
	for _, path := range archives {
		archive, err := txtar.ParseFile(path)
		require.NoError(f, err)
		for _, file := range archive.Files {
			for kind, name := range editedNames {
				if _, suffix, _ := strings.Cut(name, "."); strings.HasSuffix(file.Name, "."+suffix) {
					add(string(file.Data), uint8(kind))
				}
			}
		}
	}
	for _, src := range []string{
		"a = <<-E\r\n    x\r\n\r\n      y\r\n  E\r\nb = \"\\u00e9\"\r\n", ByteOrderMark + "a = [\"$${x}\", -1, true, null] # c", "a {\n  b = <<E\nE\n}\n",
		"a { b = \"x\" }\nc {}\nd \"e\" {\n}", "a = \"${\"x\"}\" == <<E\n$${x}\nE\n", "x = {\n\"a\" = 1, b : \"c\"}\n/* d */ e = 2 // f", "a = <<-E\n\t\u00a0x\n\t y\nE\n",
	} {
		add(src, 0)
	}
	for _, src := range []string{
		`{"a": "\u00e9\ud83d\ude00", "b": [1, -2.5e3, true, null, {}]}`, ByteOrderMark + "{\r\n\t\"a\" : \"$${x} %%{y}\",\r\n\t\"b\":{\"c\":\"\"}\r\n}\r\n",
		"{\"variable\": {\"a\": {\"default\": \"${x}\"}}, \"a\": \"\u0061\u0301\u200d\"}", `{"a":{"a":1,"a":2},"locals":["x",{"b":"y"}]}`,
	} {
		for kind := range editedNames {
			add(src, uint8(kind))
		}
	}
}

// A literal that is replaced is read as the value that was asked for, everything else
// stays, and the way back leads to the value that was there.
func FuzzEdit(f *testing.F) {
	texts := []string{"", "x", "a\nb\n", " a\n  b\n", "${x}\n", "$${", "%%{if}", "\"\\\r\n", "\u0600", "e\u0301\u200d😀", "E\n", "\n\n", "\t", "\x00\ufeff", "\n\u0301"}
	n := 0
	addSources(f, func(src string, kind uint8) {
		f.Add(src, kind, uint16(n), texts[n%len(texts)])
		n++
	})
	f.Fuzz(func(t *testing.T, text string, kind uint8, pick uint16, to string) {
		src, filename := []byte(text), editedNames[int(kind)%len(editedNames)]
		if limit.Check(src, filename) != nil || len(src) > 1<<16 {
			return
		}
		if _, digits := limit.LongNumber([]byte(to)); digits != "" || len(to) > 1<<10 {
			return
		}
		found := literalsOf(src, filename)
		if len(found) == 0 {
			return
		}
		at := int(pick) % len(found)
		was, want := found[at], cty.StringVal(strings.ToValidUTF8(to, ""))
		same, err := NewPatch(filename, src, Replace(was.rng, was.value)).Apply(src)
		if errors.Is(err, ErrSyntax) && kind != 0 {
			return // the parser of HCL takes more for JSON than JSON allows
		}
		require.NoError(t, err)
		require.Equal(t, text, string(same))

		edited, err := NewPatch(filename, src, Replace(was.rng, want)).Apply(src)
		require.NoError(t, err)
		after := literalsOf(edited, filename)
		require.Len(t, after, len(found))
		now := after[at]
		require.Equal(t, unixText(want), unixText(now.value), "%s", edited)
		require.Equal(t, was.rng.Start.Byte, now.rng.Start.Byte)
		require.Equal(t, text[:was.rng.Start.Byte], string(edited[:was.rng.Start.Byte]))
		require.Equal(t, text[was.rng.End.Byte:], string(edited[now.rng.End.Byte:]))
		for i := range found {
			if i != at {
				require.True(t, found[i].value.RawEquals(after[i].value))
			}
		}

		back, err := NewPatch(filename, edited, Replace(now.rng, was.value)).Apply(edited)
		require.NoError(t, err)
		restored := literalsOf(back, filename)
		require.Len(t, restored, len(found))
		require.Equal(t, unixText(was.value), unixText(restored[at].value), "%s", back)
	})
}

// unixText is a value without its Windows line ends, which come from the file.
func unixText(v cty.Value) string {
	if v.IsNull() || v.Type() != cty.String {
		return Expression(v)
	}
	return strings.ReplaceAll(v.AsString(), "\r\n", "\n")
}

// What is added can be read, and is gone without a trace but for white space when it is
// taken out again.
func FuzzAddRemove(f *testing.F) {
	n := 0
	addSources(f, func(src string, kind uint8) {
		f.Add(src, kind, uint16(n), n%2 == 0)
		n++
	})
	f.Fuzz(func(t *testing.T, text string, kind uint8, pick uint16, nested bool) {
		src, filename := []byte(text), editedNames[int(kind)%len(editedNames)]
		if len(src) > 1<<16 {
			return
		}
		file, err := openEditable(src, filename)
		if err != nil {
			return
		}
		within, after := placesOf(file)
		if len(within) == 0 {
			return
		}
		path := []string{"added_here"}
		if nested {
			path = []string{"added_page", "added_here"}
		}
		want := cty.StringVal("added ${value}\n")
		if len(after) > 0 {
			after = after[int(pick)%len(after):][:1]
		}
		patch := NewPatch(filename, src, Add(within[int(pick)%len(within)], path, want, after...))
		added, err := patch.Apply(src)
		if errors.Is(err, ErrExists) || errors.Is(err, ErrValue) && limit.Check([]byte(strings.Repeat("[", strings.Count(text, "["))), filename) != nil {
			return
		}
		require.NoError(t, err)
		i := slices.IndexFunc(literalsOf(added, filename), func(l literalAt) bool { return l.value.RawEquals(want) })
		require.GreaterOrEqual(t, i, 0, "%s", added)

		rng := literalsOf(added, filename)[i].rng
		if nested {
			rng.Start.Byte = bytes.Index(added, []byte("added_page"))
			if kind := int(kind) % len(editedNames); kind != 0 {
				rng.Start.Byte--
			}
		}
		removed, err := NewPatch(filename, added, Remove(rng)).Apply(added)
		require.NoError(t, err, "%s", added)
		require.Equal(t, bare(t, src, filename), bare(t, removed, filename), "%s\n%s", added, removed)
	})
}

// placesOf are the bodies and objects of a file, and names that are in them.
func placesOf(file editable) (within []hcl.Range, names [][]string) {
	at := func(start int) hcl.Range {
		return hcl.Range{Start: hcl.Pos{Byte: start}, End: hcl.Pos{Byte: start + 1}}
	}
	switch f := file.(type) {
	case *nativeFile:
		within = append(within, hcl.Range{})
		for start, body := range f.bodies {
			if start != root {
				within = append(within, at(start))
			}
			for _, item := range body.items {
				names = append(names, []string{item.name})
			}
		}
	case *jsonFile:
		for start, item := range f.values {
			if item.IsObject() {
				within = append(within, at(start))
			}
			if item.Name != "" {
				names = append(names, []string{item.Name})
			}
		}
	}
	slices.SortFunc(within, func(a, b hcl.Range) int { return cmp.Compare(a.Start.Byte, b.Start.Byte) })
	slices.SortFunc(names, func(a, b []string) int { return cmp.Compare(a[0], b[0]) })
	return within, names
}

// bare is what is written in a file but for white space.
func bare(t *testing.T, src []byte, filename string) string {
	file, err := openEditable(src, filename)
	require.NoError(t, err)
	var b strings.Builder
	for _, s := range file.tokens() {
		token := src[s.start:s.end]
		if c := token[0]; strings.HasSuffix(filename, ".json") && (c == '{' || c == '[') {
			token = token[:1] // it is empty
		}
		b.Write(token)
		b.WriteByte(' ')
	}
	return b.String()
}
