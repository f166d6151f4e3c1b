package stack

import (
	"bytes"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"
	"golang.org/x/tools/txtar"

	"livery/schema/config"
	"livery/testdata/bench/corpus"
)

// reloads loads a stack again and asserts that it is what loading it anew gives.
func reloads(t *testing.T, last *Stack, opts Options, what string) *Stack {
	t.Helper()
	fresh, freshDiags := Load(opts)
	again, diags := last.Reload(opts)
	require.Equal(t, diagLines(freshDiags), diagLines(diags), what)
	require.Equal(t, diagLines(fresh.Notices), diagLines(again.Notices), what)
	require.Equal(t, stackJSON(t, fresh), stackJSON(t, again), what)
	for i := range fresh.Documents {
		require.True(t, reflect.DeepEqual(fresh.Documents[i], again.Documents[i]), "%s: %s", what, fresh.Documents[i].Locale)
	}
	require.Equal(t, fresh.Sources, again.Sources, what)
	require.Equal(t, fresh.Dependencies, again.Dependencies, what)
	require.True(t, maps.EqualFunc(fresh.Variables, again.Variables, func(a, b cty.Value) bool { return a.RawEquals(b) }), what)
	return again
}

// kept names the documents that were not evaluated again.
func kept(last, again *Stack) []string {
	var names []string
	for key, r := range again.memory.documents {
		if last.memory.documents[key] == r {
			names = append(names, string(key.locale))
		}
	}
	slices.Sort(names)
	return names
}

func TestReloadEvaluatesWhatHasChanged(t *testing.T) {
	texts := func(name string) string {
		return "locale \"" + name + "\" {\n  theme = theme.base\n  texts = jsondecode(file(\"" + name + ".json\"))\n}\n"
	}
	shared := func(name string) string {
		return "locale \"" + name + "\" {\n  title_text = jsondecode(file(\"shared.json\")).a\n  extra = { a = templatefile(\"shared.tpl\", {}) }\n}\n"
	}
	files := map[string]string{
		"zh.livery.hcl":         shared("zh_CN"),
		"zt.livery.hcl":         shared("zh_TW"),
		"shared.json":           `{"a": "S"}`,
		"shared.tpl":            `${file("inner.txt")}`,
		"inner.txt":             "I",
		"main.livery.hcl":       "variable \"title\" {\n  default = \"a\"\n}\nlocals {\n  link = tokens(\"tokens.json\").link\n}\n",
		"theme.livery.hcl":      "theme \"base\" {\n  title_text = var.title\n}\n",
		"en.livery.hcl":         texts("en"),
		"de.livery.hcl":         texts("de_DE"),
		"fr.livery.hcl":         "locale \"fr_FR\" {\n  extra = { a = tokens(\"more.json\").a }\n}\n",
		"it.livery.hcl":         "locale \"it_IT\" {\n  extra = { a = tokens(\"more.json\").a, b = fileexists(\"b\") }\n}\n",
		"each.livery.hcl":       "locale \"each\" {\n  for_each = toset([\"es_ES\", \"pt_PT\"])\n  code = each.key\n  title_text = var.title\n}\n",
		"en.json":               `{"titleText": "A"}`,
		"de_DE.json":            `{"titleText": "B"}`,
		"tokens.json":           `{"link": {"$type": "color", "$value": "#ffffff"}}`,
		"more.json":             `{"a": {"$type": "number", "$value": 1}}`,
		"a.auto.liveryvars.hcl": "",
	}
	all := []string{"de_DE", "en_US", "es_ES", "fr_FR", "pt_PT", "zh_CN", "zh_TW"} // whether a file is there is asked again
	without := all[:5]                                                             // the two that share their files
	for name, test := range map[string]struct {
		file, src string
		kept      []string
	}{
		"nothing":               {kept: all},
		"a document":            {"en.livery.hcl", "\n" + texts("en"), []string{"de_DE", "es_ES", "fr_FR", "pt_PT", "zh_CN", "zh_TW"}},
		"texts":                 {"de_DE.json", `{"titleText": "C"}`, []string{"en_US", "es_ES", "fr_FR", "pt_PT", "zh_CN", "zh_TW"}},
		"texts are gone":        {"de_DE.json", "", []string{"en_US", "es_ES", "fr_FR", "pt_PT", "zh_CN", "zh_TW"}},
		"tokens of one":         {"more.json", `{"a": {"$type": "number", "$value": 2}}`, []string{"de_DE", "en_US", "es_ES", "pt_PT", "zh_CN", "zh_TW"}},
		"tokens of a local":     {"tokens.json", `{"link": {"$type": "color", "$value": "#fffffe"}}`, nil},
		"texts of two":          {"shared.json", `{"a": "T"}`, without},
		"a template":            {"shared.tpl", "J", without},
		"what a template reads": {"inner.txt", "J", without},
		"a theme":               {"theme.livery.hcl", "theme \"base\" {\n}\n", nil},
		"the place of a theme":  {"theme.livery.hcl", "\n" + files["theme.livery.hcl"], nil},
		"a default":             {"main.livery.hcl", strings.Replace(files["main.livery.hcl"], `"a"`, `"b"`, 1), nil},
		"a value":               {"a.auto.liveryvars.hcl", "title = \"c\"\n", nil},
		"a new document":        {"ja.livery.hcl", "locale \"ja\" {\n}\n", all},
		"a name twice":          {"zz.livery.hcl", "locale \"en_US\" {\n}\n", all},
		"a new theme":           {"zz.livery.hcl", "theme \"other\" {\n}\n", nil},
		"a broken file":         {"zz.livery.hcl", "locals {", nil},
	} {
		t.Run(name, func(t *testing.T) {
			fsys := make(fstest.MapFS)
			for file, text := range files {
				fsys[file] = &fstest.MapFile{Data: []byte(text)}
			}
			opts := Options{FS: fsys, Dir: ".", Need: NeedDocuments}
			first, _ := Load(opts)
			switch {
			case test.src != "":
				fsys[test.file] = &fstest.MapFile{Data: []byte(test.src)}
			case test.file != "":
				delete(fsys, test.file)
			}
			again := reloads(t, first, opts, name)
			assert.Equal(t, test.kept, kept(first, again))
			sameNames := reflect.ValueOf(first.memory.names.themes).Pointer() == reflect.ValueOf(again.memory.names.themes).Pointer()
			assert.Equal(t, test.kept != nil, sameNames, "the locals and themes were evaluated again, or not")
			reloads(t, again, opts, name+", and then nothing")
		})
	}
}

// What a broken file says stays when another one changes, and the file with it.
func TestReloadKeepsBrokenFiles(t *testing.T) {
	fsys := fstest.MapFS{"main.livery.hcl": {Data: []byte(`locale "en" {
  texts = jsondecode(file("en.json"))
}
locale "de_DE" {
  texts = jsondecode(file("de.json"))
}
`)}}
	fsys["en.json"], fsys["de.json"] = &fstest.MapFile{Data: []byte(`{"titleText": "A"}`)}, &fstest.MapFile{Data: []byte(`{"titleText": "B"`)}
	opts := Options{FS: fsys, Dir: "."}
	last := reloads(t, new(Stack), opts, "as it is")
	require.Contains(t, last.Sources, "de.json")
	fsys["en.json"] = &fstest.MapFile{Data: []byte(`{"titleText": "C"}`)}
	reloads(t, last, opts, "another file has changed")
}

func TestReloadWithOtherInputs(t *testing.T) {
	fsys := fstest.MapFS{"main.livery.hcl": {Data: []byte("variable \"a\" {}\nlocale \"en\" {\n  title_text = var.a\n}\n")}}
	env := ""
	opts := Options{FS: fsys, Dir: ".", Env: func(string) (string, bool) { return env, env != "" }}
	last, _ := Load(opts)
	for _, change := range []func(){
		func() { env = "x" },
		func() { opts.Need = NeedDocuments },
		func() { opts.Assignments = []config.Assignment{{Name: "a", Value: "x"}} },
		func() { opts.Assignments, env = nil, "" },
		func() { opts.Ask = func(string, string, bool) (string, bool) { return "y", true } },
	} {
		change()
		again := reloads(t, last, opts, "changed")
		assert.Empty(t, kept(last, again))
		last = again
	}
}

// The sources of all tests, with every file moved by a line and taken away.
func TestReloadOfSources(t *testing.T) {
	names, err := filepath.Glob("../../testdata/source/*.txtar")
	require.NoError(t, err)
	for _, name := range names {
		archive, err := txtar.ParseFile(name)
		require.NoError(t, err)
		opts := optionsOf(t, archive)
		first, _ := Load(opts)
		reloads(t, first, opts, name)
		files := opts.FS.(fstest.MapFS)
		for _, file := range slices.Sorted(maps.Keys(files)) {
			before := files[file]
			files[file] = &fstest.MapFile{Data: append([]byte("\n"), before.Data...)}
			again := reloads(t, first, opts, name+": "+file+" moved")
			delete(files, file)
			reloads(t, again, opts, name+": "+file+" gone")
			files[file] = before
		}
	}
}

func TestReloadAfterRandomEdits(t *testing.T) {
	bodies, err := corpus.Bodies(os.DirFS("../../examples/acme/texts"))
	require.NoError(t, err)
	written, err := corpus.Livery(bodies[:4], Simulator)
	require.NoError(t, err)
	plain := make(fstest.MapFS)
	for _, f := range written {
		plain["acme/"+f.Name] = &fstest.MapFile{Data: f.Data}
	}
	acme := make(fstest.MapFS)
	examples := os.DirFS("../../examples")
	require.NoError(t, fs.WalkDir(examples, "acme", func(name string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		data, err := fs.ReadFile(examples, name)
		acme[name] = &fstest.MapFile{Data: data}
		return err
	}))
	for name, original := range map[string]fstest.MapFS{"plain": plain, "acme": acme} {
		t.Run(name, func(t *testing.T) {
			random := rand.New(rand.NewPCG(1, 2))
			files := maps.Clone(original)
			opts := Options{FS: files, Dir: "acme", Version: "0.1.0", Need: NeedDocuments}
			last, _ := Load(opts)
			count := 0
			for range 40 {
				file := slices.Sorted(maps.Keys(original))[random.IntN(len(original))]
				edit(random, files, original, file)
				again := reloads(t, last, opts, file)
				count += len(kept(last, again))
				last = again
			}
			assert.NotZero(t, count)
		})
	}
}

// edit changes a file as people do.
func edit(random *rand.Rand, files, original fstest.MapFS, name string) {
	now, ok := files[name]
	if !ok || random.IntN(4) == 0 {
		files[name] = original[name]
		return
	}
	lines := bytes.SplitAfter(now.Data, []byte("\n"))
	i := random.IntN(len(lines))
	switch random.IntN(6) {
	case 0:
		lines = slices.Insert(slices.Clone(lines), i, []byte("\n"))
	case 1:
		lines = slices.Delete(slices.Clone(lines), i, i+1)
	case 2:
		lines = slices.Insert(slices.Clone(lines), i, lines[i])
	case 3:
		lines = slices.Clone(lines)
		lines[i] = bytes.Replace(lines[i], []byte("e"), []byte("é"), 1)
	case 4:
		lines = slices.Clone(lines)
		lines[i] = bytes.Replace(lines[i], []byte(`"`), nil, 1)
	default:
		delete(files, name)
		return
	}
	files[name] = &fstest.MapFile{Data: bytes.Join(lines, nil)}
}
