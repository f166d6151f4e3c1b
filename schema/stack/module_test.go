package stack

import (
	"path/filepath"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"livery/schema"
	"livery/schema/config"
	"livery/schema/rule"
	"livery/schema/syntax"
)

// filesOf is every file of the sources, by name.
func filesOf(s *config.Sources) map[string]*syntax.File {
	files := make(map[string]*syntax.File)
	for _, list := range [][]*config.Declarations{s.Own, s.Included} {
		for _, d := range list {
			files[d.File.Name] = d.File
		}
	}
	for _, v := range s.Values {
		if v.File != nil {
			files[v.File.Name] = v.File
		}
	}
	return files
}

func reloadedFiles() fstest.MapFS {
	return fstest.MapFS{
		"stack/main.livery.hcl":           {Data: []byte("livery {\n  include = [\"../shared/*.livery.hcl\"]\n}\nvariable \"title\" {}\nlocale \"en\" {\n  theme      = theme.base\n  title_text = var.title\n}\n")},
		"stack/theme.livery.json":         {Data: []byte(`{"theme": {"base": {"mobile_result_page": {"success_desc": "Done"}}}}`)},
		"stack/broken.livery.hcl":         {Data: []byte("locals {\n  a = \n}\n")},
		"stack/brand.auto.liveryvars.hcl": {Data: []byte("title = \"Welcome\"\n")},
		"stack/extra.liveryvars.hcl":      {Data: []byte("nothing = 1\n")},
		"shared/s.livery.hcl":             {Data: []byte("theme \"shared\" {}\n")},
	}
}

// A file is parsed again only when its bytes have changed; everything else of the
// result is that of loading anew.
func TestReload(t *testing.T) {
	const other = "theme \"base\" {\n  title_text = \"\"\n}\n"
	tests := map[string]struct {
		name    string // of the file that is written
		src     string // "": removed
		changed string // the name in ranges of the file that is parsed
	}{
		"nothing":           {},
		"the same bytes":    {name: "stack/theme.livery.json", src: `{"theme": {"base": {"mobile_result_page": {"success_desc": "Done"}}}}`},
		"own file":          {name: "stack/theme.livery.json", src: `{"theme": {"base": {"mobile_result_page": {"success_desc": "Fine"}}}}`, changed: "theme.livery.json"},
		"of one length":     {name: "shared/s.livery.hcl", src: "theme \"sharee\" {}\n", changed: "../shared/s.livery.hcl"},
		"included file":     {name: "shared/s.livery.hcl", src: "theme \"base\" {}\n", changed: "../shared/s.livery.hcl"},
		"file of values":    {name: "stack/brand.auto.liveryvars.hcl", src: "title = \"Hello\"\n", changed: "brand.auto.liveryvars.hcl"},
		"-var-file":         {name: "stack/extra.liveryvars.hcl", src: "title = \"Hello\"\n", changed: "extra.liveryvars.hcl"},
		"new file":          {name: "stack/new.livery.hcl", src: other, changed: "new.livery.hcl"},
		"fault mended":      {name: "stack/broken.livery.hcl", src: "locals {}\n", changed: "broken.livery.hcl"},
		"file that is gone": {name: "stack/broken.livery.hcl"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			files := reloadedFiles()
			opts := Options{FS: files, Dir: "stack", Need: NeedDocuments, Assignments: []config.Assignment{{File: "extra.liveryvars.hcl"}}}
			first, _ := Load(opts)
			switch {
			case test.src != "":
				files[test.name] = &fstest.MapFile{Data: []byte(test.src)}
			case test.name != "":
				delete(files, test.name)
			}
			again, diags := first.Reload(opts)
			fresh, freshDiags := Load(opts)
			assert.Equal(t, stackJSON(t, fresh), stackJSON(t, again))
			assert.Equal(t, diagLines(freshDiags), diagLines(diags))
			assert.Equal(t, fresh.Sources, again.Sources)

			before := filesOf(first.Module.Sources)
			var parsed []string
			for name, file := range filesOf(again.Module.Sources) {
				if before[name] != file {
					parsed = append(parsed, name)
				}
			}
			if test.changed == "" {
				assert.Empty(t, parsed)
			} else {
				assert.Equal(t, []string{test.changed}, parsed)
			}
		})
	}
}

// A file that could not be read is read again.
func TestReloadOfUnreadableFile(t *testing.T) {
	files := fstest.MapFS{"stack/main.livery.hcl": {Data: []byte(soundLocale)}}
	first, diags := Load(Options{FS: lockedFS{files}, Dir: "stack"})
	require.True(t, diags.HasErrors())
	again, diags := first.Reload(Options{FS: files, Dir: "stack"})
	require.Empty(t, diags)
	require.Len(t, again.Documents, 1)
}

// What a function reads may change without any file of configuration.
func TestReloadReadsTextsAnew(t *testing.T) {
	files := fstest.MapFS{
		"stack/main.livery.hcl": {Data: []byte("locale \"en\" {\n  texts = jsondecode(file(\"en.json\"))\n}\n")},
		"stack/en.json":         {Data: []byte(`{"titleText": "a"}`)},
	}
	opts := Options{FS: files, Dir: "stack"}
	first, _ := Load(opts)
	files["stack/en.json"] = &fstest.MapFile{Data: []byte(`{"titleText": "b"}`)}
	again, _ := first.Reload(opts)
	title := schema.FieldByPath("titleText")
	assert.Equal(t, "a", first.Documents[0].At(title).Text())
	assert.Equal(t, "b", again.Documents[0].At(title).Text())
}

// A module is evaluated any number of times, also at once, and each time gives what
// loading gives, with every finding in its place.
func TestEvaluateAgain(t *testing.T) {
	names, err := filepath.Glob("../../testdata/source/*.txtar")
	require.NoError(t, err)
	for _, name := range names {
		archive, err := txtar.ParseFile(name)
		require.NoError(t, err)
		opts := optionsOf(t, archive)
		want := sectionOf(archive, jsonSection) + sectionOf(archive, diagsSection)
		sources := config.Read(config.Options{FS: opts.FS, Dir: opts.Dir, Assignments: opts.Assignments}, nil)
		module := sources.Module()
		got := make([]string, 4)
		var group sync.WaitGroup
		for i := range got {
			group.Go(func() {
				inputs := Inputs{
					FS: opts.FS, Dir: opts.Dir, Values: sources.Values,
					Env: opts.Env, Version: opts.Version, Need: opts.Need, Ask: opts.Ask,
				}
				stack, diags := Evaluate(module, inputs)
				got[i] = stackJSON(t, stack) + diagLines(diags)
				for _, d := range diags { // whoever has them may change them
					schema.SetLevel(d, rule.Notice)
				}
			})
		}
		group.Wait()
		for _, text := range got {
			require.Equal(t, want, text, name)
		}
	}
}

// Evaluations of one module with other inputs know nothing of each other.
func TestEvaluateWithOtherInputs(t *testing.T) {
	module := config.Read(config.Options{FS: fstest.MapFS{"stack/main.livery.hcl": {Data: []byte(
		"livery {\n  required_version = \">= 2.0.0\"\n}\nvariable \"title\" {\n  sensitive = true\n}\nvariable \"n\" {\n  type    = number\n  default = 1\n}\nlocale \"en\" {\n  title_text = nonsensitive(var.title)\n}\n")}}, Dir: "stack"}, nil).Module()
	title := schema.FieldByPath("titleText")
	asked := 0
	ask := func(string, string, bool) (string, bool) { asked++; return "asked", true }
	for _, test := range []struct {
		inputs Inputs
		title  string
		diags  []string
	}{
		{Inputs{Version: "2.0.0", Need: NeedDocuments, Ask: ask}, "asked", nil},
		{Inputs{Version: "2.0.0", Need: NeedDocuments, Ask: ask}, "asked", nil},
		{Inputs{Version: "2.0.0", Values: []config.Values{{Name: "title", Text: "given"}}}, "given", nil},
		{Inputs{Version: "2.0.0", Env: func(string) (string, bool) { return "1", true }}, "1", nil},
		{Inputs{Version: "1.0.0"}, "", []string{"Unsupported livery version"}},
		{Inputs{Version: "2.0.0", Need: NeedDocuments, Values: []config.Values{{Name: "n", Text: "x"}}}, "", []string{"Invalid value for a variable", "No value for required variable"}},
		{Inputs{Version: "2.0.0"}, "", nil},
	} {
		test.inputs.FS = fstest.MapFS{}
		stack, diags := Evaluate(module, test.inputs)
		var summaries []string
		for _, d := range diags {
			summaries = append(summaries, d.Summary)
		}
		assert.Equal(t, test.diags, summaries)
		assert.Equal(t, test.title, stack.Documents[0].At(title).Text())
	}
	assert.Equal(t, 2, asked, "each evaluation asks for itself")
}
