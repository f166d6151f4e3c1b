package config

import (
	"fmt"
	"io/fs"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
	"livery/schema/rule"
)

// moduleOf is the module of a stack whose main file holds src.
func moduleOf(src string, more map[string]string) *Module {
	files := fstest.MapFS{"stack/main.livery.hcl": {Data: []byte(src)}}
	for name, src := range more {
		files[name] = &fstest.MapFile{Data: []byte(src)}
	}
	return Read(Options{FS: files, Dir: "stack"}, nil).Module()
}

// Every fault is found without evaluating anything, and stands where it was written.
func TestFaults(t *testing.T) {
	tests := map[string]struct {
		src  string
		more map[string]string
		want []string // line and summary of each
	}{
		"nothing":                {src: "locale \"en\" {\n  title_text = var.missing\n}\n"},
		"unknown block":          {src: "\nlocal \"a\" {}\n", want: []string{"2 Unknown block"}},
		"unknown field":          {src: "livery {\n  backend = 1\n}\n", want: []string{"2 Unknown field"}},
		"no label":               {src: "theme {\n  x = 1\n}\n", want: []string{"1 Wrong number of labels"}},
		"two labels":             {src: "locals \"a\" {}\n", want: []string{"1 Wrong number of labels"}},
		"not a name":             {src: "variable \"1a\" {\n  wrong = 1\n}\n", want: []string{"1 Not a valid name"}},
		"two themes":             {src: "theme \"a\" {}\ntheme \"a\" {}\n", want: []string{"2 Declared twice"}},
		"two locals":             {src: "locals {\n  a = 1\n}\nlocals {\n  a = 2\n}\n", want: []string{"5 Declared twice"}},
		"two livery blocks":      {src: "livery {}\nlivery {}\n", want: []string{"2 Declared twice"}},
		"two locales of a name":  {src: "locale \"en\" {}\nlocale \"en\" {}\n"}, // only their codes tell
		"block in locals":        {src: "locals {\n  a {}\n}\n", want: []string{"2 Unknown block"}},
		"version":                {src: "livery {\n  required_version = \"one\"\n}\n", want: []string{"2 Not a version constraint"}},
		"not a constant":         {src: "livery {\n  required_version = var.a\n}\n", want: []string{"2 Variables not allowed"}},
		"unknown backend":        {src: "livery {\n  backend \"disk\" {}\n}\n", want: []string{"2 Unknown backend"}},
		"two backends":           {src: "livery {\n  backend \"local\" {}\n  backend \"local\" {}\n}\n", want: []string{"3 Declared twice"}},
		"secret of a backend":    {src: "livery {\n  backend \"http\" {\n    password = \"x\"\n  }\n}\n", want: []string{"3 Secret in a file"}},
		"unknown rule":           {src: "livery {\n  lint {\n    rule \"no_such\" {}\n  }\n}\n", want: []string{"3 Unknown rule"}},
		"level":                  {src: "livery {\n  lint {\n    rule \"contrast\" {\n      level = \"loud\"\n    }\n  }\n}\n", want: []string{"4 Not a valid word"}},
		"default":                {src: "variable \"n\" {\n  type    = number\n  default = \"x\"\n}\n", want: []string{"3 Invalid value for a variable"}},
		"null default":           {src: "variable \"n\" {\n  nullable = false\n  default  = null\n}\n", want: []string{"3 Invalid value for a variable"}},
		"half a validation":      {src: "variable \"n\" {\n  validation {\n    condition = true\n  }\n}\n", want: []string{"2 Incomplete validation"}},
		"nothing to include":     {src: "livery {\n  include = [\"../none/*.livery.hcl\"]\n}\n", want: []string{"2 Include without files"}},
		"included locale":        {src: "livery {\n  include = [\"../s/*.livery.hcl\"]\n}\n", more: map[string]string{"s/a.livery.hcl": "theme \"a\" {}\nlocale \"en\" {}\n"}, want: []string{"2 Block not allowed in an included file"}},
		"JSON field":             {more: map[string]string{"stack/a.livery.json": "{\n  \"locales\": {}\n}\n"}, want: []string{"2 Unknown field"}},
		"JSON labels":            {more: map[string]string{"stack/a.livery.json": "{\n  \"theme\": 1\n}\n"}, want: []string{"2 Incorrect JSON value type", "2 Missing block label"}},
		"twice in two of files":  {src: "theme \"a\" {}\n", more: map[string]string{"stack/n.livery.json": "{\n  \"theme\": {\"a\": {}}\n}\n"}, want: []string{"2 Declared twice"}},
		"a file that is not HCL": {src: "theme \"a\" {\n", want: []string{"1 Block without an end"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, d := range schema.SortFindings(moduleOf(test.src, test.more).Faults) {
				got = append(got, fmt.Sprintf("%d %s", d.Subject.Start.Line, d.Summary))
			}
			assert.Equal(t, test.want, got)
		})
	}
}

func TestSettings(t *testing.T) {
	settings := moduleOf(`livery {
  required_version = ">= 1.2.0"
  backend "http" {
    address = "https://example.com/state"
  }
  lint {
    rule "contrast" {
      level = "error"
    }
  }
}
`, nil).Settings
	assert.Equal(t, "http", settings.Backend.Type)
	assert.Equal(t, map[string]string{"address": "https://example.com/state"}, settings.Backend.Attributes)
	assert.False(t, settings.Backend.Unclear)
	assert.Equal(t, map[rule.ID]rule.Level{"contrast": rule.Error}, settings.Levels)
	for version, refused := range map[string]bool{"1.2.0": false, "1.2.0-dev": false, "1.1.9": true, "": false} {
		var f Faults
		settings.CheckVersion(&f, version)
		assert.Equal(t, refused, f.Diagnostics.HasErrors(), version)
	}
}

// A place for the state that is not known for certain is said to be so.
func TestBackendThatIsNotCertain(t *testing.T) {
	assert.True(t, moduleOf("livery {\n  backnd \"http\" {}\n}\n", nil).Settings.Backend.Unclear)
	assert.True(t, moduleOf("locals {\n", nil).Settings.Backend.Guessed)
	assert.False(t, moduleOf("locals {}\n", nil).Settings.Backend.Guessed)
}

func TestVariable(t *testing.T) {
	v := moduleOf(`variable "sizes" {
  type     = object({ small = optional(number, 1), large = number })
  nullable = false
  default  = { large = "3" }
}
`, nil).Variables["sizes"]
	one := cty.ObjectVal(map[string]cty.Value{"small": cty.NumberIntVal(1), "large": cty.NumberIntVal(3)})
	assert.True(t, v.Default.RawEquals(one))
	assert.False(t, v.Literal)
	var f Faults
	assert.True(t, v.Convert(&f, cty.NullVal(cty.DynamicPseudoType), v.DefRange).RawEquals(one), "the default stands for null")
	assert.Empty(t, f.Diagnostics)
	assert.False(t, v.Convert(&f, cty.True, v.DefRange).IsKnown())
	assert.Len(t, f.Diagnostics, 1)
}

// Files are read in an order that does not depend on the file system, and those whose
// bytes are the same are taken over.
func TestReadAgain(t *testing.T) {
	files := fstest.MapFS{
		"stack/a.livery.hcl":          {Data: []byte("livery {\n  include = [\"../s/*.livery.hcl\"]\n}\n")},
		"stack/b.livery.json":         {Data: []byte("{}")},
		"stack/.hidden.livery.hcl":    {Data: []byte("wrong {}\n")},
		"stack/z.auto.liveryvars.hcl": {Data: []byte("a = 1\n")},
		"s/shared.livery.hcl":         {Data: []byte("theme \"a\" {}\n")},
	}
	opts := Options{FS: files, Dir: "stack", Name: func(file string) string { return "shown/" + file }, Assignments: []Assignment{{Name: "a", Value: "2"}}}
	first := Read(opts, nil)
	names := func(list []*Declarations) (names []string) {
		for _, d := range list {
			names = append(names, d.File.Name)
		}
		return names
	}
	assert.Equal(t, []string{"shown/a.livery.hcl", "shown/b.livery.json"}, names(first.Own))
	assert.Equal(t, []string{"shown/../s/shared.livery.hcl"}, names(first.Included))
	require.Len(t, first.Values, 2)
	assert.Equal(t, Values{Name: "a", Text: "2"}, first.Values[1], "what is given by hand comes last")

	files["stack/b.livery.json"] = &fstest.MapFile{Data: []byte("{ }"), Mode: fs.ModePerm}
	again := Read(opts, first)
	assert.Same(t, first.Own[0], again.Own[0])
	assert.NotSame(t, first.Own[1], again.Own[1])
	assert.True(t, slices.Equal(first.Included, again.Included))
	assert.Same(t, first.Values[0].File, again.Values[0].File)
}
