package stacks_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile/stacks"
	"livery/reconcile/workspace"
	"livery/testdata/gittest"
)

// repository is one of a test, in which stacks are chosen.
type repository struct{ gittest.Repository }

func newRepository(t *testing.T, files map[string]string) repository {
	t.Helper()
	r := repository{gittest.New(t)}
	r.write(files)
	r.commit()
	r.Git("checkout", "--quiet", "-b", "work")
	return r
}

// write writes files; those without content are removed.
func (r repository) write(files map[string]string) {
	r.T.Helper()
	for name, content := range files {
		if content == "" {
			require.NoError(r.T, os.Remove(filepath.Join(r.Dir, filepath.FromSlash(name))))
		} else {
			r.Write(name, content)
		}
	}
}

func (r repository) commit() {
	r.T.Helper()
	r.Commit("a commit")
}

func (r repository) selectStacks(s stacks.Selection, below ...string) (*stacks.Selected, error) {
	dir := filepath.Join(append([]string{r.Dir}, below...)...)
	w := workspace.New(workspace.Config{Dir: workspace.Directory(dir), Getenv: func(string) string { return "" }})
	return s.Select(r.T.Context(), w, os.DirFS(dir))
}

// brands is a tree in which three stacks share some of what they read.
func brands() map[string]string {
	return map[string]string{
		"shared/look.livery.hcl":        "theme \"base\" {\n  title_text = \"A\"\n}\n",
		"shared/words/texts.livery.hcl": "locals {\n  texts = { for name in fileset(\"texts\", \"*.json\") : trimsuffix(name, \".json\") => jsondecode(file(\"texts/${name}\")) }\n}\n",
		"shared/tokens.resolver.json":   `{"version": "2025.10", "sets": {"a": {"sources": [{"$ref": "colours.json"}]}}, "resolutionOrder": [{"$ref": "#/sets/a"}]}`,
		"shared/colours.json":           `{"brand": {"$type": "color", "$value": "#112233"}}`,
		"shared/notes.md":               "Nobody reads this.\n",
		"brands/acme/main.livery.hcl": "livery {\n  include = [\"../../shared/words/*.livery.hcl\", \"../../shared/look.livery.hcl\"]\n}\n" +
			"locale \"all\" {\n  for_each = local.texts\n  code = each.key\n  theme = theme.base\n  texts = each.value\n}\n",
		"brands/acme/texts/en.json":           `{"title_text": "Acme"}`,
		"brands/acme/texts/readme.md":         "for translators\n",
		"brands/globex/main.livery.hcl":       "livery {\n  include = [\"../../shared/look.livery.hcl\"]\n}\nvariable \"x\" {\n  default = 1\n}\nlocale \"en\" {\n  theme = theme.base\n}\n",
		"brands/globex/a.auto.liveryvars.hcl": "x = 2\n",
		"labs/main.livery.hcl": "locale \"en\" {\n  title_text = fileexists(\"../shared/maybe.txt\") ? \"a\" : templatefile(\"t.tpl\", {})\n  mobile_camera_page {\n" +
			"    background_color = tokens(\"../shared/tokens.resolver.json\").brand\n    tips_text_color = csvdecode(file(\"t.csv\"))[0].c\n  }\n}\n",
		"labs/t.tpl":          "${file(\"inner.txt\")}",
		"labs/inner.txt":      "inner",
		"labs/t.csv":          "c\n#223344\n",
		"old/main.livery.hcl": "locale \"en\" {}\n",
	}
}

func TestAffected(t *testing.T) {
	for name, test := range map[string]struct {
		change map[string]string
		want   map[string][]string
		gone   []stacks.Gone
	}{
		"nothing":              {nil, nil, nil},
		"what nobody reads":    {map[string]string{"shared/notes.md": "x", "brands/acme/texts/readme.md": "x", "brands/acme/texts/more.md": "x", "shared/words/new.txt": "x"}, nil, nil},
		"a text of one":        {map[string]string{"brands/acme/texts/en.json": `{"title_text": "B"}`}, map[string][]string{"brands/acme": {"brands/acme/texts/en.json (through shared/words/texts.livery.hcl)"}}, nil},
		"a new file of a set":  {map[string]string{"brands/acme/texts/th.json": `{}`}, map[string][]string{"brands/acme": {"brands/acme/texts/th.json (through shared/words/texts.livery.hcl)"}}, nil},
		"a file of a set gone": {map[string]string{"brands/acme/texts/en.json": ""}, map[string][]string{"brands/acme": {"brands/acme/texts/en.json (through shared/words/texts.livery.hcl)"}}, nil},
		"a comment in a library": {map[string]string{"shared/look.livery.hcl": "# A comment\n" + brands()["shared/look.livery.hcl"]},
			map[string][]string{"brands/acme": {"shared/look.livery.hcl"}, "brands/globex": {"shared/look.livery.hcl"}}, nil},
		"a new library of a glob":       {map[string]string{"shared/words/more.livery.hcl": "locals {\n  a = 1\n}\n"}, map[string][]string{"brands/acme": {"shared/words/more.livery.hcl"}}, nil},
		"a library gone":                {map[string]string{"shared/look.livery.hcl": ""}, map[string][]string{"brands/acme": {"shared/look.livery.hcl"}, "brands/globex": {"shared/look.livery.hcl"}}, nil},
		"values":                        {map[string]string{"brands/globex/a.auto.liveryvars.hcl": "x = 3\n"}, map[string][]string{"brands/globex": {"brands/globex/a.auto.liveryvars.hcl"}}, nil},
		"values gone":                   {map[string]string{"brands/globex/a.auto.liveryvars.hcl": ""}, map[string][]string{"brands/globex": {"brands/globex/a.auto.liveryvars.hcl"}}, nil},
		"values that are new":           {map[string]string{"labs/a.auto.liveryvars.json": "{}\n"}, map[string][]string{"labs": {"labs/a.auto.liveryvars.json"}}, nil},
		"tokens of a resolver":          {map[string]string{"shared/colours.json": `{"brand": {"$type": "color", "$value": "#112244"}}`}, map[string][]string{"labs": {"shared/colours.json (through shared/tokens.resolver.json)"}}, nil},
		"a file that may be":            {map[string]string{"shared/maybe.txt": "x"}, map[string][]string{"labs": {"shared/maybe.txt"}}, nil},
		"a file of a template":          {map[string]string{"labs/inner.txt": "x"}, map[string][]string{"labs": {"labs/inner.txt (through labs/t.tpl)"}}, nil},
		"a table and a template":        {map[string]string{"labs/t.csv": "c\n#000000\n", "labs/t.tpl": "x"}, map[string][]string{"labs": {"labs/t.csv", "labs/t.tpl"}}, nil},
		"a stack gone":                  {map[string]string{"old/main.livery.hcl": ""}, nil, []stacks.Gone{{Path: "old"}}},
		"a stack gone, its state not":   {map[string]string{"old/main.livery.hcl": "", "old/livery.state.json": "{}"}, nil, []stacks.Gone{{Path: "old", State: "old/livery.state.json"}}},
		"a stack that is a library now": {map[string]string{"old/main.livery.hcl": "locals {}\n"}, nil, []stacks.Gone{{Path: "old"}}},
		"a stack in another directory":  {map[string]string{"old/main.livery.hcl": "", "new/main.livery.hcl": "locale \"en\" {}\n"}, map[string][]string{"new": {"new/main.livery.hcl"}}, []stacks.Gone{{Path: "old"}}},
		"a stack ignored":               {map[string]string{".liveryignore": "old\n"}, nil, []stacks.Gone{{Path: "old"}}},
		"a stack broken":                {map[string]string{"labs/main.livery.hcl": "locale \"en\" {"}, map[string][]string{"labs": {"labs/main.livery.hcl"}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRepository(t, brands())
			r.write(test.change)
			for _, how := range []string{"as they are", "committed"} {
				if how == "committed" {
					r.commit()
				}
				got, err := r.selectStacks(stacks.Selection{Base: "main", Jobs: 2})
				require.NoError(t, err)
				want := test.want
				if want == nil {
					want = map[string][]string{}
				}
				assert.Equal(t, want, got.Changes.Why, how)
				assert.Len(t, got.Paths, len(want), how)
				assert.Equal(t, test.gone, got.Changes.Gone, how)
			}
		})
	}
}

// What main has done since is not ours.
func TestAffectedSinceTheBranchLeft(t *testing.T) {
	r := newRepository(t, brands())
	r.Git("checkout", "--quiet", "main")
	r.write(map[string]string{"shared/look.livery.hcl": "theme \"base\" {}\n"})
	r.commit()
	r.Git("checkout", "--quiet", "work")
	r.write(map[string]string{"labs/inner.txt": "x"})
	got, err := r.selectStacks(stacks.Selection{Base: "main"})
	require.NoError(t, err)
	assert.Equal(t, []string{"labs"}, got.Paths)
	got, err = r.selectStacks(stacks.Selection{Base: "main"}, "brands")
	require.NoError(t, err)
	assert.Empty(t, got.Paths)
	r.write(map[string]string{"shared/look.livery.hcl": "theme \"base\" {}\n"})
	got, err = r.selectStacks(stacks.Selection{Base: "main", Shard: stacks.Shard{Number: 2, Of: 2}}, "brands")
	require.NoError(t, err)
	assert.Equal(t, []string{"globex"}, got.Paths)
	assert.Equal(t, 2, got.Of)
	got, err = r.selectStacks(stacks.Selection{Base: "main", With: []string{"acme"}}, "brands")
	require.NoError(t, err)
	assert.Equal(t, []string{"acme"}, got.Paths)
}

// What no commit has is not known to be as it was.
func TestAffectedByWhatNoCommitHas(t *testing.T) {
	files := map[string]string{"repo/.gitignore": "generated.json\n", "repo/a/main.livery.hcl": "locale \"en\" {\n  texts = jsondecode(file(\"generated.json\"))\n}\n",
		"repo/b/main.livery.hcl": "locale \"en\" {\n  texts = jsondecode(file(\"../../outside.json\"))\n}\n", "repo/c/main.livery.hcl": "locale \"en\" {}\n"}
	r := newRepository(t, files)
	require.NoError(t, os.RemoveAll(filepath.Join(r.Dir, ".git")))
	inside := repository{gittest.Repository{T: t, Dir: filepath.Join(r.Dir, "repo")}}
	inside.Git("init", "--quiet", "--initial-branch=main")
	inside.commit()
	inside.write(map[string]string{"a/generated.json": "{}", "../outside.json": "{}"})
	got, err := inside.selectStacks(stacks.Selection{Base: "main"})
	require.NoError(t, err)
	assert.Equal(t, map[string][]string{"a": {"a/generated.json"}, "b": {"../outside.json is outside the repository"}}, got.Changes.Why)
}

// What a check looks at counts, whether or not a document does.
func TestAffectedByWhatACheckReads(t *testing.T) {
	r := newRepository(t, map[string]string{"words.txt": "Acme", "a/main.livery.hcl": "locale \"en\" {}\ncheck \"words\" {\n  assert {\n    level = \"notice\"\n" +
		"    condition = file(\"../words.txt\") != \"\"\n    error_message = \"There are no words.\"\n  }\n}\n", "b/main.livery.hcl": "locale \"en\" {}\n"})
	r.write(map[string]string{"words.txt": "Globex"})
	got, err := r.selectStacks(stacks.Selection{Base: "main"})
	require.NoError(t, err)
	assert.Equal(t, map[string][]string{"a": {"words.txt"}}, got.Changes.Why)
}

// Where all reasons are asked for, files are among them that only the commit looked at.
func TestAffectedByWhatIsNotReadAnyMore(t *testing.T) {
	r := newRepository(t, brands())
	r.write(map[string]string{
		"shared/look.livery.hcl":        "theme \"base\" {}\n",
		"shared/notes.md":               "x",
		"labs/inner.txt":                "x",
		"labs/t.tpl":                    "no file\n",
		"brands/globex/main.livery.hcl": "locale \"en\" {}\n",
	})
	got, err := r.selectStacks(stacks.Selection{Base: "main", Explain: true, Without: []string{"brands/acme"}})
	require.NoError(t, err)
	assert.Equal(t, map[string][]string{
		"brands/globex": {"brands/globex/main.livery.hcl", "shared/look.livery.hcl"},
		"labs":          {"labs/inner.txt (through labs/t.tpl)", "labs/t.tpl"},
	}, got.Changes.Why)
	got, err = r.selectStacks(stacks.Selection{Base: "main", With: []string{"labs"}})
	require.NoError(t, err)
	assert.Equal(t, map[string][]string{"labs": {"labs/t.tpl"}}, got.Changes.Why)
}

func TestAffectedThroughLinks(t *testing.T) {
	r := newRepository(t, map[string]string{"a/main.livery.hcl": "locale \"en\" {\n  texts = jsondecode(file(\"en.json\"))\n}\n", "shared/en.json": "{}", "shared/th.json": "{}"})
	require.NoError(t, os.Symlink("../shared/en.json", filepath.Join(r.Dir, "a", "en.json")))
	r.commit()
	r.Git("branch", "--force", "main")
	r.write(map[string]string{"shared/en.json": `{"title_text": "x"}`})
	got, err := r.selectStacks(stacks.Selection{Base: "main"})
	require.NoError(t, err)
	assert.Equal(t, map[string][]string{"a": {"shared/en.json"}}, got.Changes.Why)
	r.write(map[string]string{"shared/en.json": "{}", "a/en.json": ""})
	require.NoError(t, os.Symlink("../shared/th.json", filepath.Join(r.Dir, "a", "en.json")))
	got, err = r.selectStacks(stacks.Selection{Base: "main"})
	require.NoError(t, err)
	assert.Equal(t, map[string][]string{"a": {"a/en.json"}}, got.Changes.Why)
}

// A clone that lacks the base says what helps, or runs everything.
func TestBaseThatIsNotHere(t *testing.T) {
	r := newRepository(t, brands())
	r.commit()
	shallow := repository{gittest.Repository{T: t, Dir: filepath.Join(t.TempDir(), "shallow")}}
	r.Git("clone", "--quiet", "--depth=1", "--branch=work", "file://"+r.Dir, shallow.Dir)
	_, err := shallow.selectStacks(stacks.Selection{Base: "origin/main"})
	assert.ErrorContains(t, err, "fetch-depth: 0")
	assert.NotContains(t, err.Error(), "two-dots")
	got, err := shallow.selectStacks(stacks.Selection{Base: "origin/main", MissingAll: true})
	require.NoError(t, err)
	assert.Equal(t, []string{"brands/acme", "brands/globex", "labs", "old"}, got.Paths)
	assert.Equal(t, "origin/main is not in this clone", got.Changes.Unavailable)
	_, err = r.selectStacks(stacks.Selection{Base: strings.Repeat("0", 40)})
	assert.ErrorContains(t, err, "git knows no commit")
	_, err = r.selectStacks(stacks.Selection{Base: "-x", MissingAll: true})
	assert.ErrorContains(t, err, "not the name of a commit")
}
