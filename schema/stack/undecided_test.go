package stack_test

import (
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/schema"
	"livery/schema/stack"
)

// undecided loads files without a value for any variable and gives what is not known of
// the first document, by path.
func undecided(t *testing.T, files map[string]string) (*stack.Stack, map[string]schema.Undecided) {
	t.Helper()
	fsys := make(fstest.MapFS)
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	s, _ := stack.Load(stack.Options{FS: fsys})
	require.NotEmpty(t, s.Documents)
	return s, s.Documents[0].Undecided()
}

const result = "mobileResultPage.successDesc"

// An expression counts by what it refers to, whatever the names and the layout.
func TestSameUndecidedValue(t *testing.T) {
	document := func(value string) string {
		return "variable \"a\" {}\nvariable \"b\" {}\nlocale \"en\" {\n  mobile_result_page {\n    success_desc = " + value + "\n  }\n}\n"
	}
	for name, c := range map[string]struct {
		before, after map[string]string
		same          bool
	}{
		"layout":        {map[string]string{"a.livery.hcl": document(`join(" ",[var.a, "x"])`)}, map[string]string{"b.livery.hcl": "\n\n" + document("join(\n\" \" , [ var.a,\"x\" ])")}, true},
		"other text":    {map[string]string{"a.livery.hcl": document(`"${var.a} x"`)}, map[string]string{"a.livery.hcl": document(`"${var.a} y"`)}, false},
		"other name":    {map[string]string{"a.livery.hcl": document(`var.a`)}, map[string]string{"a.livery.hcl": document(`var.b`)}, false},
		"into a local":  {map[string]string{"a.livery.hcl": document(`"${var.a} x"`)}, map[string]string{"a.livery.hcl": document(`local.t`), "b.livery.hcl": "locals {\n  t = \"${var.a} x\"\n}"}, true},
		"within a text": {map[string]string{"a.livery.hcl": document(`"${var.a} x"`)}, map[string]string{"a.livery.hcl": document(`"${local.t} x"`), "b.livery.hcl": "locals {\n  t = var.a\n}"}, true},
		"a local beside it": {
			map[string]string{"a.livery.hcl": document(`"${var.a} ${local.t}"`), "b.livery.hcl": "locals {\n  t = \"1\"\n}"},
			map[string]string{"a.livery.hcl": document(`"${var.a} ${local.t}"`), "b.livery.hcl": "locals {\n  t = \"2\"\n}"}, false,
		},
		"another member": {
			map[string]string{"a.livery.hcl": document(`local.t.a`), "b.livery.hcl": "locals {\n  t = { a = var.a, b = \"1\" }\n}"},
			map[string]string{"a.livery.hcl": document(`local.t.a`), "b.livery.hcl": "locals {\n  t = { a = var.a, b = \"2\" }\n}"}, true,
		},
		"a file": {
			map[string]string{"a.livery.hcl": document(`"${var.a} ${file("x.txt")}"`), "x.txt": "1"},
			map[string]string{"a.livery.hcl": document(`"${var.a} ${file("x.txt")}"`), "x.txt": "2"}, false,
		},
		"JSON": {
			map[string]string{"a.livery.json": `{"variable": {"a": {}}, "locale": {"en": {"mobile_result_page": {"success_desc": "${var.a} ${file(\"x.txt\")}"}}}}`, "x.txt": "1"},
			map[string]string{"a.livery.json": `{"variable": {"a": {}}, "locale": {"en": {"mobile_result_page": {"success_desc": "${var.a} ${file(\"x.txt\")}"}}}}`, "x.txt": "2"}, false,
		},
		"JSON alone": {
			map[string]string{"a.livery.hcl": document(`var.a`)},
			map[string]string{"a.livery.json": `{"variable": {"a": {}}, "locale": {"en": {"mobile_result_page": {"success_desc": "${var.a}"}}}}`}, true,
		},
		"a theme": {
			map[string]string{"a.livery.hcl": document(`var.a`)},
			map[string]string{"a.livery.hcl": "variable \"a\" {}\ntheme \"t\" {\n  mobile_result_page {\n    success_desc = var.a\n  }\n}\nlocale \"en\" {\n  theme = theme.t\n}\n"}, true,
		},
		"a field of a theme": {
			map[string]string{"a.livery.hcl": document(`"${theme.t.mobile_result_page.success_desc}!"`), "b.livery.hcl": "theme \"t\" {\n  mobile_result_page {\n    success_desc = var.a\n  }\n}\n"},
			map[string]string{"a.livery.hcl": document(`"${theme.t.mobile_result_page.success_desc}!"`), "b.livery.hcl": "theme \"t\" {\n  mobile_result_page {\n    success_desc = var.b\n  }\n}\n"}, false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, before := undecided(t, c.before)
			_, after := undecided(t, c.after)
			require.Contains(t, before, result)
			require.Contains(t, after, result)
			require.NotEmpty(t, before[result].Digest)
			assert.Equal(t, c.same, before[result].Digest == after[result].Digest, "%v\n%v", before[result], after[result])
		})
	}
}

// What a later layer says takes the place of what an earlier one leaves open, and the
// other way round.
func TestUndecidedLayers(t *testing.T) {
	files := func(block string) map[string]string {
		return map[string]string{"a.livery.hcl": `
variable "a" {}
theme "open" {
  mobile_result_page { success_desc = var.a }
}
theme "known" {
  mobile_result_page { success_desc = "known" }
}
locale "en" {
` + block + `
}`}
	}
	for block, want := range map[string][]string{
		`theme = [theme.open, theme.known]`:                                 nil,
		`theme = [theme.known, theme.open]`:                                 {result},
		"theme = theme.open\nmobile_result_page { success_desc = \"own\" }": nil,
		`theme = var.a ? theme.open : theme.known`:                          {result},
		`extra = { x = var.a }`:                                             {"extra"},
	} {
		_, open := undecided(t, files(block))
		var paths []string
		for path := range open {
			paths = append(paths, path)
		}
		assert.Equal(t, want, paths, block)
	}
	_, open := undecided(t, files(`texts = jsondecode(file(var.a))`))
	assert.Len(t, open, len(schema.Fields()))
	assert.Equal(t, []string{"a"}, open[result].Variables)
	assert.Equal(t, `jsondecode(file(var.a))`, open[result].Expression)
}

// Documents and sessions of which not even the names are known are listed.
func TestOpenBlocks(t *testing.T) {
	s, _ := undecided(t, map[string]string{"a.livery.hcl": `
variable "a" {}
locale "en" {}
locale "more" {
  for_each = var.a
  code     = each.key
}
session "web" {
  api = var.a
}
session "app" {
  api    = "h5_token"
  region = var.a
}`})
	require.Len(t, s.Open, 2)
	assert.Equal(t, schema.Address{Kind: schema.LocaleAddress}, s.Open[0].Address)
	assert.Equal(t, "for_each", s.Open[0].Path)
	assert.Equal(t, "session.web", s.Open[1].Address.String())
	require.Len(t, s.Sessions, 1)
	require.Len(t, s.Sessions[0].Undecided, 1)
	assert.Equal(t, "region", s.Sessions[0].Undecided[0].Path)
}
