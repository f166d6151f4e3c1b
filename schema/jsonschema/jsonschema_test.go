package jsonschema_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/hashicorp/hcl/v2"
	validator "github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"livery/schema"
	"livery/schema/jsonschema"
	"livery/schema/rule"
	"livery/schema/stack"
)

func compile(t testing.TB, name string) *validator.Schema {
	t.Helper()
	text, err := jsonschema.Of(name)
	require.NoError(t, err)
	doc, err := validator.UnmarshalJSON(bytes.NewReader(text))
	require.NoError(t, err)
	c := validator.NewCompiler()
	require.NoError(t, c.AddResource(name+".json", doc))
	s, err := c.Compile(name + ".json")
	require.NoError(t, err)
	return s
}

func fits(t testing.TB, s *validator.Schema, text string) error {
	t.Helper()
	value, err := validator.UnmarshalJSON(strings.NewReader(text))
	require.NoError(t, err, text)
	return s.Validate(value)
}

func TestEverySchemaIsOne(t *testing.T) {
	for _, name := range jsonschema.Names() {
		t.Run(name, func(t *testing.T) {
			first, err := jsonschema.Of(name)
			require.NoError(t, err)
			again, err := jsonschema.Of(name)
			require.NoError(t, err)
			assert.Equal(t, string(first), string(again))
			assert.True(t, bytes.HasSuffix(first, []byte("}\n")))
			assert.Equal(t, 2020, compile(t, name).DraftVersion)
		})
	}
	_, err := jsonschema.Of("nothing")
	assert.Error(t, err)
}

// errorsOf are the errors of a stack of one file and its texts.
func errorsOf(files map[string]string) hcl.Diagnostics {
	fsys := make(fstest.MapFS)
	for name, text := range files {
		fsys["stack/"+name] = &fstest.MapFile{Data: []byte(text)}
	}
	_, diags := stack.Load(stack.Options{FS: fsys, Dir: "stack", Version: "0.1.0"})
	return slices.DeleteFunc(diags, func(d *hcl.Diagnostic) bool { return d.Severity != hcl.DiagError })
}

// What the schema says of a texts file is what livery says of it.
func TestTexts(t *testing.T) {
	s := compile(t, "texts")
	long := strings.Repeat("x", 101)
	for text, valid := range map[string]bool{
		`{}`: true,
		`{"$schema": "texts.schema.json", "titleText": "Hello"}`:              true,
		`{"title_text": "Hello", "mobileResultPage": {"successDesc": "Yes"}}`: true,
		`{"mobile_result_page": {"success_desc": "Yes", "isShow": false}}`:    true,
		`{"mobileResultPage": {"successDesc": null}}`:                         true,
		`{"mobileResultPage": null}`:                                          true,
		`{"mobileTipsPage": {"tips": [{"text": "Find good light"}]}}`:         true,
		`{"mobileTipsPage": {"tip": [{"icon_link": "https://a.example/x"}]}}`: true,
		`{"mobileTipsPage": {"tips": []}}`:                                    false,
		`{"mobileTipsPage": {"tips": [{"txet": "x"}]}}`:                       false,
		`{"titleText": "a\nb"}`:                                               true,
		`{"titleText": "a\tb"}`:                                               false,
		`{"titleText": ""}`:                                                   false,
		`{"titleText": ["a"]}`:                                                false,
		`{"titleText": "` + long + `"}`:                                       false,
		`{"titleText": "` + long[1:] + `"}`:                                   true,
		`{"titelText": "Hello"}`:                                              false,
		`{"mobileResultPage": {"sucessDesc": "Yes"}}`:                         false,
		`{"mobileResultPage": "Yes"}`:                                         false,
		`{"mobileResultPage": {"backgroundColor": "#0b5fff"}}`:                true,
		`{"mobileResultPage": {"backgroundColor": "blue"}}`:                   false,
		`{"mobileResultPage": {"backgroundLink": "ftp://a.example/x"}}`:       false,
		`{"mobileResultPage": {"isShow": "perhaps"}}`:                         false,
		`{"mobileTipsPage": {"tips": [{"text": "` + long[:52] + `"}]}}`:       false,
		`{"mobileResultPage": {"$schema": "x"}}`:                              false,
	} {
		t.Run(text, func(t *testing.T) {
			diags := errorsOf(map[string]string{"main.livery.hcl": "locale \"en\" {\n  texts = jsondecode(file(\"en.json\"))\n}\n", "en.json": text})
			assert.Equal(t, valid, !diags.HasErrors(), "%v", diags)
			err := fits(t, s, text)
			assert.Equal(t, valid, err == nil, "%v", err)
		})
	}
}

// Every name that the schema of a stack has is one that livery knows.
func TestStackKnowsNoOtherNames(t *testing.T) {
	unknown := func(members []string) (found []string) {
		for _, d := range errorsOf(map[string]string{"main.livery.json": "{" + strings.Join(members, ",\n") + "}"}) {
			id := schema.FindingOf(d).Rule
			otherAPI := strings.Contains(d.Detail, "it belongs to") // a session is of one API
			if (id == rule.UnknownField || id == rule.UnknownBlock) && !otherAPI {
				found = append(found, d.Detail)
			}
		}
		return found
	}
	all := members(t, compile(t, "stack").AnyOf[0], 0)
	assert.Empty(t, unknown(all))
	assert.Len(t, unknown(append(all, `"acount": {}`)), 1, "the test can fail")
}

// members writes an object with every member that a schema has.
func members(t *testing.T, s *validator.Schema, depth int) []string {
	require.Less(t, depth, 20)
	for s.Ref != nil {
		s = s.Ref
	}
	if len(s.AnyOf) > 0 && s.Properties == nil {
		return members(t, s.AnyOf[0], depth+1)
	}
	var list []string
	for name, member := range s.Properties {
		if name != "//" && name != "lifecycle" { // destroy = true is a fault of its own
			list = append(list, fmt.Sprintf("%q: %s", name, example(t, member, depth+1)))
		}
	}
	if named, ok := s.AdditionalProperties.(*validator.Schema); ok {
		list = append(list, `"en": `+example(t, named, depth+1))
	}
	slices.Sort(list)
	return list
}

func example(t *testing.T, s *validator.Schema, depth int) string {
	for s.Ref != nil {
		s = s.Ref
	}
	if len(s.AnyOf) > 0 {
		return example(t, s.AnyOf[0], depth+1)
	}
	switch {
	case s.Types == nil:
		return "null"
	case slices.Equal(s.Types.ToStrings(), []string{"object"}):
		return "{" + strings.Join(members(t, s, depth+1), ",\n") + "}"
	case slices.Contains(s.Types.ToStrings(), "array"):
		return "[]"
	case s.Enum != nil:
		return fmt.Sprintf("%q", s.Enum.Values[0])
	}
	return "null"
}

// The JSON stacks of the other tests, which livery takes, fit the schema.
func TestStacksOfOthers(t *testing.T) {
	s := compile(t, "stack")
	for _, name := range []string{"language_json.txtar", "json_forms.txtar"} {
		archive, err := txtar.ParseFile(filepath.Join("..", "..", "testdata", "source", name))
		require.NoError(t, err)
		for _, f := range archive.Files {
			if strings.HasSuffix(f.Name, ".livery.json") {
				assert.NoError(t, fits(t, s, string(f.Data)), "%s: %s", name, f.Name)
			}
		}
	}
	for text, valid := range map[string]bool{
		`{"locale": {"en": {"title_text": "Hello"}}}`:                     true,
		`{"locale": {"en": {"titleText": "Hello"}}}`:                      false,
		`{"locale": [{"en": [{"title_text": "${var.title}"}]}]}`:          true,
		`[{"locale": {"en": {}}}, {"account": {}}]`:                       true,
		`{"session": {"s": {"api": "h5_tokne"}}}`:                         false,
		`{"livery": {"lint": {"rule": {"contrast": {"level": "eror"}}}}}`: false,
		`{"livery": {"lint": {"rule": {"contrast": {"ratio": 3}}}}}`:      true,
		`{"livery": {"lint": {"rule": {"contrast": {"ratio": 30}}}}}`:     false,
		`{"livery": {"backend": {"s3": {"bucket": "b", "key": "k"}}}}`:    true,
		`{"livery": {"backend": {"s4": {}}}}`:                             false,
		`{"account": {"secret_key": "literal"}}`:                          false,
		`{"check": {"c": {"for_each": "documents", "locales": ["th"], "assert": {"condition": "${true}", "error_message": "x", "level": "notice"}}}}`: true,
		`{"check": {"c": {"assert": [{"condition": true, "error_message": "x", "field": "titleText"}]}}}`:                                             true,
		`{"check": {"c": {"assert": {"condition": "${true}"}}}}`:                                                                                      false,
		`{"check": {"c": {"assert": {"condition": true, "error_message": "x", "level": "off"}}}}`:                                                     false,
		`{"check": {"c": {"assert": {"condition": true, "error_message": "x", "field": "titelText"}}}}`:                                               false,
		`{"check": {"c": {}}}`: false,
		`{"theme": {"a": {"mobile_loading_page": {"progress_color": "bl"}}}}`:  false,
		`{"theme": {"a": {"mobile_loading_page": {"progress_color": null}}}}`:  true,
		`{"theme": {"a": {"mobile_loading_page": [{"//": "why", "x": "y"}]}}}`: false,
	} {
		err := fits(t, s, text)
		assert.Equal(t, valid, err == nil, "%s: %v", text, err)
	}
}

func TestVariables(t *testing.T) {
	s := compile(t, "vars")
	assert.NoError(t, fits(t, s, `{"//": "why", "brand": "#0b5fff", "sizes": [1, 2], "more": {"a b": 1}}`))
	assert.Error(t, fits(t, s, `{"not a name": 1}`))
	assert.Error(t, fits(t, s, `[]`))
}

func TestTokens(t *testing.T) {
	s := compile(t, "tokens")
	for text, valid := range map[string]bool{
		`{"a": {"$type": "color", "$value": "#0b5fff"}}`:      true,
		`{"a": {"$type": "color", "b": {"$value": "{c.d}"}}}`: true,
		`{"a": {"$type": "color", "$value": {"colorSpace": "oklch", "components": [0.5, 0.1, "none"], "alpha": 0.5, "hex": "#0b5fff"}}}`: true,
		`{"a": {"$type": "color", "$value": {"colorSpace": "srgb", "components": [1, 0]}}}`:                                              false,
		`{"a": {"$type": "color", "$value": {"colorSpace": "cmyk", "components": [1, 0, 0]}}}`:                                           false,
		`{"a": {"$type": "color", "$value": "blue"}}`:                                                                                    false,
		`{"a": {"$type": "colour", "$value": "#0b5fff"}}`:                                                                                false,
		`{"a": {"$value": 1, "$deprecated": "use b"}, "$extensions": {"x": 1}}`:                                                          true,
		`{"a": "blue"}`: false,
		`{"a": {"$extends": "{b}", "$root": {"$type": "number", "$value": 1}}}`: true,
	} {
		err := fits(t, s, text)
		assert.Equal(t, valid, err == nil, "%s: %v", text, err)
	}
	examples, err := filepath.Glob(filepath.Join("..", "..", "examples", "*", "*.tokens.json"))
	require.NoError(t, err)
	for _, name := range examples {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		assert.NoError(t, fits(t, s, string(text)), name)
	}
}
