package stack

import (
	"fmt"
	"path"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/schema/cache"
)

// Stacks that share what was made of files are as they would be alone, however many are
// loaded at a time; a file that changes in between is another one.
func TestStacksShareFiles(t *testing.T) {
	files := fstest.MapFS{
		"shared/look.livery.hcl": {Data: []byte("variable \"brand\" {}\ntheme \"base\" {\n  title_text = jsondecode(file(\"../../shared/texts.json\")).title_text\n" +
			"  mobile_camera_page {\n    background_color = tokens(\"../../shared/tokens.json\")[var.brand]\n  }\n}\ntheme \"unused\" {\n  colour = 1\n}\n")},
		"shared/texts.json":  {Data: []byte(`{"title_text": "Welcome", "titleText": "Welcome back", "subtitle": 1}`)},
		"shared/tokens.json": {Data: []byte(`{"a": {"$type": "color", "$value": "#112233"}, "b": {"$type": "color", "$value": "#445566"}}`)},
	}
	for _, brand := range []string{"a", "b"} {
		files["brands/"+brand+"/main.livery.hcl"] = &fstest.MapFile{Data: []byte("livery {\n  include = [\"../../shared/*.livery.hcl\"]\n}\nlocale \"en\" {\n  theme = theme.base\n  texts = jsondecode(file(\"../../shared/texts.json\"))\n}\n")}
		files["brands/"+brand+"/brand.auto.liveryvars.hcl"] = &fstest.MapFile{Data: fmt.Appendf(nil, "brand = %q\n", brand)}
	}
	load := func(brand string, shared *cache.Cache) (string, *Stack) {
		s, diags := Load(Options{FS: files, Dir: "brands/" + brand, Shared: shared, Name: func(name string) string { return path.Join("brands", brand, name) }})
		return stackJSON(t, s) + fmt.Sprint(diagLines(diags), diagLines(s.Notices)), s
	}
	shared := new(cache.Cache)
	for range 2 {
		var group sync.WaitGroup
		for i := range 8 {
			group.Go(func() {
				brand := []string{"a", "b"}[i%2]
				alone, _ := load(brand, nil)
				together, _ := load(brand, shared)
				assert.Equal(t, alone, together)
				assert.Contains(t, together, "title", "it is a stack with something in it")
			})
		}
		group.Wait()
		_, a := load("a", shared)
		_, b := load("b", shared)
		require.Contains(t, a.Module.Files, "shared/look.livery.hcl")
		assert.Same(t, a.Module.Files["shared/look.livery.hcl"], b.Module.Files["shared/look.livery.hcl"], "it is parsed once")
		assert.NotSame(t, a.Module.Files["brands/a/main.livery.hcl"], b.Module.Files["brands/b/main.livery.hcl"])
		files["shared/texts.json"] = &fstest.MapFile{Data: []byte(`{"title_text": "Another title"}`)}
		files["shared/tokens.json"] = &fstest.MapFile{Data: []byte(`{"a": {"$type": "color", "$value": "#000000"}, "b": {"$type": "color", "$value": "#445566"}}`)}
	}
}
