package stacks_test

import (
	"context"
	"fmt"
	"io/fs"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile/stacks"
)

const locale = "locale \"en\" {}\n"

func tree(files map[string]string) fstest.MapFS {
	t := make(fstest.MapFS)
	for name, text := range files {
		t[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return t
}

func TestFind(t *testing.T) {
	for name, test := range map[string]struct {
		files map[string]string
		want  []string
	}{
		"nothing":                {map[string]string{"a/readme.md": ""}, nil},
		"the root":               {map[string]string{"main.livery.hcl": locale}, []string{"."}},
		"each block that counts": {map[string]string{"a/x.livery.hcl": "livery {}\n", "b/x.livery.hcl": "account {}\n", "c/x.livery.hcl": locale, "d/x.livery.hcl": "removed { from = locale.en }\n"}, []string{"a", "b", "c", "d"}},
		"JSON":                   {map[string]string{"a/x.livery.json": `{"locale": {"en": {}}}`, "b/x.livery.json": `{"theme": {"t": {}}}`}, []string{"a"}},
		"a library": {map[string]string{
			"shared/x.livery.hcl": "variable \"v\" {}\nlocals {}\ntheme \"t\" {}\nsession \"s\" { api = \"h5_url\" }\n", "a/x.livery.hcl": locale}, []string{"a"}},
		"one file of several":           {map[string]string{"a/a.livery.hcl": "locals {}\n", "a/b.livery.hcl": locale}, []string{"a"}},
		"a label that is missing":       {map[string]string{"a/x.livery.hcl": "locale {}\n"}, []string{"a"}},
		"one that does not parse":       {map[string]string{"a/x.livery.hcl": "}}", "b/x.livery.json": "{", "c/x.livery.hcl": "theme \"t\" {\nlocale \"en\" {}\n", "d/x.livery.json": `{"theme": {}, "locale": {`}, []string{"a", "b", "c", "d"}},
		"a library that does not parse": {map[string]string{"a/x.livery.hcl": "theme \"t\" {", "b/x.livery.json": `{"theme": {`, "c/x.livery.hcl": "locals {", "c/y.livery.hcl": locale, "d/x.livery.hcl": "check \"c\" {"}, []string{"c"}},
		"a stack with a library's blocks that does not parse": {map[string]string{
			"a/x.livery.hcl": "locals {}\nlocale en {", "b/x.livery.hcl": "locals {}\n  locale \"en\" {", "c/x.livery.hcl": "\ufefflocale \"en\" {}\nlocals {",
			"d/x.livery.hcl": "locals {\n  locale = 1", "e/x.livery.hcl": "locals {\n  localeen {"}, []string{"a", "b", "c"}},
		"bytes decide the order": {map[string]string{"b/x.livery.hcl": locale, "a/z/x.livery.hcl": locale, "a-b/x.livery.hcl": locale, "a/x.livery.hcl": locale, "B/x.livery.hcl": locale}, []string{"B", "a", "a-b", "a/z", "b"}},
		"not entered":            {map[string]string{".git/x.livery.hcl": locale, "a/node_modules/x/x.livery.hcl": locale, ".x.livery.hcl": locale}, nil},
		"ignored": {map[string]string{
			".liveryignore": "# old things\nold/\n/top\nwith/slash\nkept*\n!kept2\n\n", "old/x.livery.hcl": locale, "a/old/x.livery.hcl": locale,
			"top/x.livery.hcl": locale, "a/top/x.livery.hcl": locale, "with/slash/x.livery.hcl": locale, "kept1/x.livery.hcl": locale, "kept2/x.livery.hcl": locale,
		}, []string{"a/top", "kept2"}},
		"ignored further down":   {map[string]string{"a/.liveryignore": "/b\n", "a/b/x.livery.hcl": locale, "b/x.livery.hcl": locale}, []string{"b"}},
		"what is in a directory": {map[string]string{".liveryignore": "a/**\n", "a/x.livery.hcl": locale, "a/b/x.livery.hcl": locale}, []string{"a"}},
		"words that only look like a block": {map[string]string{
			"a/x.livery.hcl": "/*\nlocale \"en\" {}\n*/\nlocals {}\n", "b/x.livery.hcl": "locals {\n  a = <<-EOT\nlocale \"en\" {}\nEOT\n}\n",
			"c/x.livery.hcl": "theme \"a\" {\nlocale {}\n}\n", "d/x.livery.hcl": "locals {\n  a = {\nlocale {}\n  }\n}\n", "e/x.livery.hcl": "locals {}\nlocale\"en\"{}\n",
			"f/x.livery.hcl": "locals {\n  a = \"\nlocale \"en\" {}\n", "g/x.livery.hcl": "# locale\nlocale = 1\n", "h/x.livery.hcl": "locals {}\r\nremoved {\r\n",
		}, []string{"d", "e", "f", "h"}},
		"braces are letters":                 {map[string]string{".liveryignore": "{a,b}\r\n", "{a,b}/x.livery.hcl": locale, "a/x.livery.hcl": locale}, []string{"a"}},
		"classes of letters":                 {map[string]string{".liveryignore": "[[:lower:][:digit:]]b\n", "ab/x.livery.hcl": locale, "1b/x.livery.hcl": locale, "Ab/x.livery.hcl": locale}, []string{"Ab"}},
		"the root cannot be ignored":         {map[string]string{".liveryignore": "/\n//\n!/\n", "a/x.livery.hcl": locale}, []string{"a"}},
		"a pattern's letters in a directory": {map[string]string{"[ab]/.liveryignore": "/x\n", "[ab]/x/x.livery.hcl": locale, "a/x/x.livery.hcl": locale}, []string{"a/x"}},
	} {
		t.Run(name, func(t *testing.T) {
			found, err := stacks.Find(context.Background(), tree(test.files))
			require.NoError(t, err)
			assert.Equal(t, test.want, found)
		})
	}
}

func TestFindFollowsNoLinks(t *testing.T) {
	files := tree(map[string]string{"a/x.livery.hcl": locale})
	files["b"] = &fstest.MapFile{Data: []byte("a"), Mode: fs.ModeSymlink}
	found, err := stacks.Find(context.Background(), files)
	require.NoError(t, err)
	assert.Equal(t, []string{"a"}, found)
}

// closed is a tree of which one name cannot be opened.
type closed struct {
	fs.FS
	name string
}

func (c closed) Open(name string) (fs.File, error) {
	if name == c.name {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return c.FS.Open(name)
}

func TestFindHasNoHoles(t *testing.T) {
	files := tree(map[string]string{"a/x.livery.hcl": locale, "b/x.livery.hcl": locale, "b/.liveryignore": "c\n"})
	for _, name := range []string{"a", "b/.liveryignore"} {
		_, err := stacks.Find(context.Background(), closed{files, name})
		assert.ErrorIs(t, err, fs.ErrPermission)
		assert.ErrorContains(t, err, name)
	}
	found, err := stacks.Find(context.Background(), closed{files, "a/x.livery.hcl"})
	require.NoError(t, err)
	assert.Equal(t, []string{"a", "b"}, found, "what cannot be read is the fault of its stack")
	_, err = stacks.Find(context.Background(), tree(map[string]string{"a/.liveryignore": "ok\n[a\n"}))
	assert.EqualError(t, err, `a/.liveryignore: line 2: "[a" is not a pattern of gitignore`)
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = stacks.Find(ended, files)
	assert.ErrorIs(t, err, context.Canceled)
}

func TestChoose(t *testing.T) {
	all := []string{".", "brands/acme", "brands/acme/staging", "brands/globex", "labs"}
	for name, test := range map[string]struct{ with, without, want []string }{
		"all":                     {nil, nil, all},
		"one":                     {[]string{"brands/acme"}, nil, []string{"brands/acme"}},
		"as a shell completes it": {[]string{"./brands/acme/"}, nil, []string{"brands/acme"}},
		"a level":                 {[]string{"brands/*"}, nil, []string{"brands/acme", "brands/globex"}},
		"all levels":              {[]string{"brands/**"}, []string{"**/staging"}, []string{"brands/acme", "brands/globex"}},
		"alternatives":            {[]string{"{labs,brands/globex}"}, nil, []string{"brands/globex", "labs"}},
		"only without":            {nil, []string{"."}, all[1:]},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := stacks.Choose(all, test.with, test.without)
			require.NoError(t, err)
			assert.Equal(t, test.want, got)
		})
	}
	for _, pattern := range []string{"nobody", "brands/{a", "", "./"} {
		_, err := stacks.Choose(all, []string{pattern}, nil)
		assert.Error(t, err, pattern)
		_, err = stacks.Choose(all, nil, []string{pattern})
		assert.Error(t, err, pattern)
	}
}

func TestShards(t *testing.T) {
	all := []string{"a", "b", "c", "d", "e"}
	for n := 1; n <= 7; n++ {
		var together []string
		for i := 1; i <= n; i++ {
			together = append(together, stacks.Shard{Number: i, Of: n}.Take(all)...)
		}
		slices.Sort(together)
		assert.Equal(t, all, together, "%d parts", n)
	}
	assert.Equal(t, all, stacks.Shard{}.Take(all))
	shard, err := stacks.ParseShard("2/5")
	require.NoError(t, err)
	assert.Equal(t, "2/5", shard.String())
	assert.Equal(t, []string{"b"}, shard.Take(all))
	for _, text := range []string{"", "1", "0/3", "4/3", "1/1001", "a/3", "1/b", "-1/3", "1/2/3"} {
		_, err := stacks.ParseShard(text)
		assert.Error(t, err, text)
	}
}

func TestEachKeepsTheOrderAndTheBound(t *testing.T) {
	list := make([]string, 50)
	for i := range list {
		list[i] = fmt.Sprint(i)
	}
	for _, jobs := range []int{0, 1, 3, 100} {
		var told []string
		var under, most atomic.Int32
		stacks.Each(list, jobs, func(path string) string {
			most.Store(max(most.Load(), under.Add(1)))
			defer under.Add(-1)
			runtime.Gosched()
			return path + "!"
		}, func(path, result string) {
			assert.Equal(t, path+"!", result)
			told = append(told, path)
		})
		assert.Equal(t, list, told)
		assert.LessOrEqual(t, int(most.Load()), max(jobs, 1))
	}
	stacks.Each(nil, 2, func(string) int { panic("nothing to do") }, func(string, int) {})
}
