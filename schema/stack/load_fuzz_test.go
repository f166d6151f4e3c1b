package stack

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/hashicorp/hcl/v2"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"livery/schema"
	"livery/schema/exchange"
	"livery/schema/syntax"
)

// FuzzLoad loads any bytes as a stack. Whatever they are, it ends with findings
// that stand where something is, with documents that are valid, and with the
// same of both the next time.
func FuzzLoad(f *testing.F) {
	names, err := filepath.Glob("../../testdata/source/*.txtar")
	require.NoError(f, err)
	for _, name := range names {
		archive, err := txtar.ParseFile(name)
		require.NoError(f, err)
		for _, file := range archive.Files {
			if syntax.IsConfiguration(file.Name) {
				f.Add(file.Data, strings.HasSuffix(file.Name, ".json"))
			}
		}
	}
	f.Fuzz(func(t *testing.T, src []byte, isJSON bool) {
		name := "main.livery.hcl"
		if isJSON {
			name = "main.livery.json"
		}
		opts := Options{
			FS: fstest.MapFS{
				"stack/" + name:        {Data: src},
				"stack/texts/en.json":  {Data: []byte(`{"titleText": "a", "mobileResultPage": {"successDesc": ""}}`)},
				"stack/t.tpl":          {Data: []byte("a ${name} b")},
				"shared/x.livery.hcl":  {Data: []byte("theme \"shared\" { title_text = \"x\" }\nvariable \"shared\" {}\n")},
				"shared/broken.livery": {Data: []byte("{")},
			},
			Dir: "stack", Version: "0.1.0", Need: Need(len(src) % 3),
			Env: environment("LIVERY_VAR_brand=#0b5fff", "LIVERY_VAR_s=s"),
		}
		stack, diags := Load(opts)
		checkRanges(t, stack, diags)
		for _, d := range stack.Documents {
			checkDocument(t, d)
		}
		reloads(t, stack, opts, "the next time")
		if !diags.HasErrors() {
			checkWriting(t, stack)
		}
	})
}

// checkDocument asserts that every value of a document would be judged as it was.
func checkDocument(t *testing.T, d schema.Document) {
	t.Helper()
	for _, field := range schema.Fields() {
		v := d.At(field)
		if !v.Declared() || field.Kind == schema.Tips {
			continue // a tip with a fault stays in its list, so that the others keep their numbers
		}
		again, diags := field.Parse(v.Cty(), schema.Subject{Locale: d.Locale})
		for _, diag := range diags {
			require.NotEqual(t, hcl.DiagError, diag.Severity, "%s: %s", field.Path(), diag)
		}
		require.True(t, v.Equal(again), "%s: %s and %s", field.Path(), v, again)
	}
}

// checkWriting asserts that documents without a fault survive being written.
func checkWriting(t *testing.T, s *Stack) {
	t.Helper()
	for _, want := range s.Documents {
		body := draftOf(t, want)
		var b bytes.Buffer
		require.NoError(t, exchange.WriteLocale(&b, string(want.Locale), body))
		again, diags := Load(Options{FS: fstest.MapFS{"stack/main.livery.hcl": {Data: b.Bytes()}}, Dir: "stack"})
		require.False(t, diags.HasErrors(), "%s\n%s", diags, b.String())
		require.Len(t, again.Documents, 1)
		require.True(t, want.Equal(again.Documents[0].Look), b.String())
	}
}
