package tokens

import (
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"
	"golang.org/x/tools/txtar"

	"livery/schema"
	"livery/schema/rule"
	"livery/schema/syntax"
)

var update = flag.Bool("update", false, "write what the files of testdata want")

// TestFiles reads the files of each archive in testdata: all of them over each other, or
// what a line of the comment names, as in "read a.json b.json" and "read r.resolver.json
// theme=dark". The last file, want, holds every token with its value or its fault.
func TestFiles(t *testing.T) {
	archives, err := filepath.Glob("testdata/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, archives)
	for _, path := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			require.NoError(t, err)
			fsys := fstest.MapFS{}
			var all []string
			want := ""
			for _, f := range archive.Files {
				if f.Name == "want" {
					want = string(f.Data)
					continue
				}
				fsys["stack/"+f.Name] = &fstest.MapFile{Data: f.Data}
				all = append(all, f.Name)
			}
			var got strings.Builder
			for _, source := range sourcesOf(string(archive.Comment), all) {
				if len(source.Names)+len(source.Inputs) != len(all) || len(source.Inputs) > 0 {
					fmt.Fprintf(&got, "read %s\n", strings.TrimSpace(strings.Join(source.Names, " ")+" "+inputsOf(source)))
				}
				describe(&got, fsys, source)
			}
			if *update {
				archive.Files = slices.DeleteFunc(archive.Files, func(f txtar.File) bool { return f.Name == "want" })
				archive.Files = append(archive.Files, txtar.File{Name: "want", Data: []byte(got.String())})
				require.NoError(t, os.WriteFile(path, txtar.Format(archive), 0o644))
				return
			}
			assert.Equal(t, want, got.String())
		})
	}
}

func sourcesOf(comment string, all []string) []Source {
	var sources []Source
	for line := range strings.Lines(comment) {
		words := strings.Fields(line)
		if len(words) < 2 || words[0] != "read" {
			continue
		}
		source := Source{Inputs: make(map[string]string)}
		for _, word := range words[1:] {
			if name, context, ok := strings.Cut(word, "="); ok {
				source.Inputs[name] = context
			} else {
				source.Names = append(source.Names, word)
			}
		}
		sources = append(sources, source)
	}
	if sources == nil {
		return []Source{{Names: all}}
	}
	return sources
}

func inputsOf(source Source) string {
	var words []string
	for _, name := range slices.Sorted(maps.Keys(source.Inputs)) {
		words = append(words, name+"="+source.Inputs[name])
	}
	return strings.Join(words, " ")
}

func describe(b *strings.Builder, fsys fstest.MapFS, source Source) {
	reader := NewReader(syntax.NewFiles(fsys, "stack"), func(name string) string { return name })
	set, err := reader.Read(source)
	var failed *Error
	switch {
	case errors.As(err, &failed):
		for _, d := range failed.Faults {
			fmt.Fprintf(b, "! %s %s: %s: %s\n", d.Subject, schema.FindingOf(d).Rule, d.Summary, d.Detail)
		}
	case err != nil:
		fmt.Fprintf(b, "! %v\n", err)
	default:
		describeValue(b, nil, set.Value())
		for _, d := range schema.SortFindings(set.Doubts(func(...rule.ID) bool { return true })) {
			fmt.Fprintf(b, "? %s %s: %s\n", d.Subject, schema.FindingOf(d).Rule, d.Detail)
		}
	}
}

func describeValue(b *strings.Builder, path []string, v cty.Value) {
	if v.IsKnown() && v.Type().IsObjectType() && !v.IsMarked() && !v.IsNull() && v.LengthInt() > 0 && !wears(v) {
		for _, name := range slices.Sorted(maps.Keys(v.AsValueMap())) {
			describeValue(b, append(slices.Clone(path), name), v.GetAttr(name))
		}
		return
	}
	v, faults := Split(v)
	if v.IsWhollyKnown() {
		fmt.Fprintf(b, "%s = %s\n", strings.Join(path, "."), syntax.Expression(v))
	}
	for _, f := range faults {
		d := f.Diagnostic(schema.Subject{})
		fmt.Fprintf(b, "%s ! %s %s: %s: %s\n", strings.Join(path, "."), d.Subject, schema.FindingOf(d).Rule, d.Summary, d.Detail)
	}
}

// wears reports whether an object is the value of a token rather than a group, which no
// plain value tells: tests write composite values with a member "composite".
func wears(v cty.Value) bool { return v.Type().HasAttribute("composite") }
