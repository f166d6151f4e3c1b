package syntax

import (
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"livery/schema/jsontext"
)

// marked takes the marks « and » out of a source text and returns the ranges that
// stand between them.
func marked(t *testing.T, filename, text string) ([]byte, []hcl.Range) {
	var src []byte
	var ranges []hcl.Range
	for text != "" {
		before, rest, found := strings.Cut(text, "«")
		src = append(src, before...)
		if !found {
			break
		}
		inside, rest, found := strings.Cut(rest, "»")
		require.True(t, found)
		rng := hcl.Range{Filename: filename}
		rng.Start.Byte = len(src)
		rng.Start.Line = strings.Count(string(src), "\n") + 1
		src = append(src, inside...)
		rng.End.Byte = len(src)
		ranges = append(ranges, rng)
		text = rest
	}
	return src, ranges
}

func TestReplace(t *testing.T) {
	text, null := cty.StringVal, cty.NullVal(cty.String)
	for name, test := range map[string]struct {
		file, src string
		value     cty.Value
		want      string
	}{
		"text":                        {"a.livery.hcl", "a = «\"x\"» # c\nb = 1", text("y"), "a = \"y\" # c\nb = 1"},
		"escapes":                     {"a.livery.hcl", "a = «\"x\"»\n", text("\"\\\n${a} %{b} $${c} {second}"), "a = \"\\\"\\\\\\n$${a} %%{b} \\u0024$${c} {second}\"\n"},
		"same value, other spelling":  {"a.livery.hcl", "a = «\"caf\\u00e9\"»\n", text("café"), "a = \"caf\\u00e9\"\n"},
		"number":                      {"a.livery.hcl", "a = [«1», 2]\n", cty.NumberFloatVal(1.5), "a = [1.5, 2]\n"},
		"negative number":             {"a.livery.hcl", "a = «-1»\n", cty.NumberIntVal(-20), "a = -20\n"},
		"same number, other spelling": {"a.livery.hcl", "a = «1.50»\n", cty.NumberFloatVal(1.5), "a = 1.50\n"},
		"truth value":                 {"a.livery.hcl", "a = f(«true»)\n", cty.False, "a = f(false)\n"},
		"null":                        {"a.livery.hcl", "a = «\"x\"»\n", null, "a = null\n"},
		"wrapped":                     {"a.livery.hcl", "a = «\"${\"x\"}\"»\n", text("y"), "a = \"y\"\n"},
		"in an expression":            {"a.livery.hcl", "a = lighten(«\"#fff\"», b ? c : 1)\n", text("#000"), "a = lighten(\"#000\", b ? c : 1)\n"},

		"heredoc":                      {"a.livery.hcl", "a = «<<EOT\nx\nEOT»\nb = 1\n", text("${y}\n\n z\n"), "a = <<EOT\n$${y}\n\n z\nEOT\nb = 1\n"},
		"indented heredoc":             {"a.livery.hcl", "a {\n  b = «<<-E\n\n    x\n      y\n  E»\n}\n", text("1\n\n  2\n"), "a {\n  b = <<-E\n    1\n\n      2\n  E\n}\n"},
		"empty indented heredoc":       {"a.livery.hcl", "  b = «<<-E\n  E»\n", text("1\n"), "  b = <<-E\n    1\n  E\n"},
		"heredoc with tabs":            {"a.livery.hcl", "b = «<<-E\n\tx\nE»\n", text("1\n2\n"), "b = <<-E\n\t1\n\t2\nE\n"},
		"heredoc, emptied":             {"a.livery.hcl", "b = «<<E\nx\nE»\n", text(""), "b = <<E\nE\n"},
		"heredoc without a line end":   {"a.livery.hcl", "b = «<<E\nx\nE»\n", text("1\n2"), "b = \"1\\n2\"\n"},
		"heredoc that would end early": {"a.livery.hcl", "b = «<<E\nx\nE»\n", text("1\nE\n"), "b = \"1\\nE\\n\"\n"},
		"heredoc all indented":         {"a.livery.hcl", "b = «<<-E\n  x\nE»\n", text(" 1\n"), "b = \" 1\\n\"\n"},
		"heredoc, signs":               {"a.livery.hcl", "b = «<<E\nx\nE»\n", text("$${\n"), "b = <<E\n$$${\nE\n"},
		"heredoc, Windows":             {"a.livery.hcl", "b = «<<-E\r\n  x\r\nE»\r\nc = 1\r\n", text("1\n2\n"), "b = <<-E\r\n  1\r\n  2\r\nE\r\nc = 1\r\n"},
		"heredoc, Windows, same":       {"a.livery.hcl", "b = «<<E\r\n$${x}\r\nE»\r\n", text("${x}\n"), "b = <<E\r\n$${x}\r\nE\r\n"},
		"heredoc to number":            {"a.livery.hcl", "b = «<<E\nx\nE»\n", cty.NumberIntVal(1), "b = 1\n"},
		"heredoc in a list":            {"a.livery.hcl", "b = [«<<E\nx\nE»\n, 1]\n", text("y"), "b = [\"y\"\n, 1]\n"},
		"byte order mark":              {"a.livery.hcl", ByteOrderMark + "a = «\"x\"»", text("y"), ByteOrderMark + "a = \"y\""},

		"JSON":                          {"texts/en.json", "\ufeff{\"a\": «\"x\"», \"b\":  1}", text("é<\"\n${a}"), "\ufeff{\"a\": \"é<\\\"\\n${a}\", \"b\":  1}"},
		"JSON, escaped before":          {"texts/en.json", `{"a": «"\u00e9"»}`, text("ü😀"), `{"a": "\u00fc\ud83d\ude00"}`},
		"JSON, partly escaped before":   {"texts/en.json", `{"a": «"\u00e9é"»}`, text("ü"), `{"a": "ü"}`},
		"JSON, template":                {"a.livery.json", `{"locals": {"a": «"x"»}}`, text("${a} %{b}"), `{"locals": {"a": "$${a} %%{b}"}}`},
		"JSON, template escaped":        {"a.livery.json", `{"locals": {"a": «"$${x}"», "b": "$${x}"}}`, text("${x}"), `{"locals": {"a": "$${x}", "b": "$${x}"}}`},
		"JSON, template of signs":       {"a.livery.json", `{"locals": {"a": «"x"»}}`, text("$${"), `{"locals": {"a": "$$${"}}`},
		"JSON, template of a mark":      {"a.livery.json", `{"locals": {"a": «"x"»}}`, text("\ufeff"), `{"locals": {"a": "${\"\\ufeff\"}"}}`},
		"JSON, default of a variable":   {"a.livery.json", `{"variable": {"v": {"default": «"x"»}}}`, text("${a}"), `{"variable": {"v": {"default": "${a}"}}}`},
		"JSON, variables":               {"a.liveryvars.json", `{"a": «"x"»}`, text("${a}"), `{"a": "${a}"}`},
		"JSON, character that swallows": {"texts/en.json", `{"a": «"x"»}`, text("\u0600"), `{"a": "\u0600"}`},
		"JSON, number":                  {"texts/en.json", `{"a": [«1», 2]}`, cty.True, `{"a": [true, 2]}`},
		"JSON, null":                    {"texts/en.json", `{"a": «null»}`, text("x"), `{"a": "x"}`},
	} {
		t.Run(name, func(t *testing.T) {
			src, at := marked(t, test.file, test.src)
			got, err := NewPatch(test.file, src, Replace(at[0], test.value)).Apply(src)
			require.NoError(t, err)
			assert.Equal(t, test.want, string(got))
		})
	}
}

func TestAdd(t *testing.T) {
	path := func(p string) []string { return strings.Split(p, ".") }
	after := [][]string{path("theme"), path("title"), path("sample.title"), path("sample.successDesc")}
	const hclFile, jsonFile = "a.livery.hcl", "texts/en.json"
	for name, test := range map[string]struct {
		file, src string
		paths     []string // each behind those in after and the paths before it
		want      string
	}{
		"behind a predecessor":        {hclFile, "«a» {\n  title = 1 # c\n  z     = 2\n}\n", []string{"x"}, "a {\n  title = 1 # c\n  x     = 0\n  z     = 2\n}\n"},
		"too long to align":           {hclFile, "«a» {\n  title = 1\n}\n", []string{"title_text"}, "a {\n  title = 1\n  title_text = 0\n}\n"},
		"the nearest predecessor":     {hclFile, "«a» {\n  title = 1\n  theme = 1\n}\n", []string{"x"}, "a {\n  title = 1\n  x     = 0\n  theme = 1\n}\n"},
		"first":                       {hclFile, "«a» { # c\n\n  # d\n  z = 2\n}\n", []string{"x"}, "a { # c\n  x = 0\n\n  # d\n  z = 2\n}\n"},
		"first, aligned":              {hclFile, "«a» {\n  longer = 2\n}\n", []string{"x"}, "a {\n  x      = 0\n  longer = 2\n}\n"},
		"empty":                       {hclFile, "«a» {}\n", []string{"x", "long"}, "a {\n  x    = 0\n  long = 0\n}\n"},
		"empty on two lines":          {hclFile, "  «a» {\n  }", []string{"x"}, "  a {\n    x = 0\n  }"},
		"with a comment only":         {hclFile, "«a» { /* c */ }", []string{"x"}, "a {\n  x = 0\n  /* c */\n}"},
		"one line":                    {hclFile, "«a» { title = 1 /* c */ }\r\n", []string{"x"}, "a {\r\n  title = 1 /* c */\r\n  x     = 0\r\n}\r\n"},
		"one line, first":             {hclFile, "«a» {z=1}\n", []string{"x"}, "a {\n  x = 0\n  z=1\n}\n"},
		"one line, page":              {hclFile, "«a» { theme = 1 }\n", []string{"sample.x"}, "a {\n  theme = 1\n\n  sample {\n    x = 0\n  }\n}\n"},
		"in a page":                   {hclFile, "«a» {\n  sample {\n\ttitle = 1\n  }\n}\n", []string{"sample.x"}, "a {\n  sample {\n\ttitle = 1\n\tx     = 0\n  }\n}\n"},
		"a page":                      {hclFile, "«a» {\n  theme = 1\n  z     = 1\n  other {\n  }\n}\n", []string{"sample.x", "sample.yy"}, "a {\n  theme = 1\n  z     = 1\n\n  sample {\n    x  = 0\n    yy = 0\n  }\n\n  other {\n  }\n}\n"},
		"behind a page":               {hclFile, "«a» {\n  sample {\n  }\n}\n", []string{"x"}, "a {\n  sample {\n  }\n\n  x = 0\n}\n"},
		"behind a heredoc":            {hclFile, "«a» {\n  title = <<E\nx\nE\n}\n", []string{"x"}, "a {\n  title = <<E\nx\nE\n  x     = 0\n}\n"},
		"file":                        {hclFile, "# c\n«»a = 1", []string{"x"}, "# c\na = 1\nx = 0"},
		"empty file":                  {hclFile, "«»", []string{"x", "sample.x"}, "x = 0\n\nsample {\n  x = 0\n}\n"},
		"file of a comment":           {hclFile, ByteOrderMark + "# c«»", []string{"x"}, ByteOrderMark + "# c\n\nx = 0\n"},
		"comment behind, no line end": {hclFile, "«»title = 1 # c", []string{"x"}, "title = 1 # c\nx     = 0"},

		"JSON":                   {jsonFile, "«{\n\t\"title\" : 1,\n\t\"z\" : 2\n}»\n", []string{"x"}, "{\n\t\"title\" : 1,\n\t\"x\" : 0,\n\t\"z\" : 2\n}\n"},
		"JSON, last":             {jsonFile, "«{\r\n  \"title\": 1\r\n}»", []string{"x"}, "{\r\n  \"title\": 1,\r\n  \"x\": 0\r\n}"},
		"JSON, first":            {jsonFile, "«{\n  \"z\": 1\n}»", []string{"x", "y"}, "{\n  \"x\": 0,\n  \"y\": 0,\n  \"z\": 1\n}"},
		"JSON, one line":         {jsonFile, "«{\"title\":1,\"z\":2}»", []string{"x"}, "{\"title\":1,\"x\":0,\"z\":2}"},
		"JSON, one line, blanks": {jsonFile, "«{ \"z\": 2 }»", []string{"x", "y"}, "{ \"x\": 0, \"y\": 0, \"z\": 2 }"},
		"JSON, one line, first":  {jsonFile, "«{\"z\": 2}»", []string{"x"}, "{\"x\": 0, \"z\": 2}"},
		"JSON, empty":            {jsonFile, "«{}»\n", []string{"x", "y"}, "{\n  \"x\": 0,\n  \"y\": 0\n}\n"},
		"JSON, empty within":     {jsonFile, "{\n    \"b\": 1,\n    \"a\": «{}»\n}", []string{"x"}, "{\n    \"b\": 1,\n    \"a\": {\n        \"x\": 0\n    }\n}"},
		"JSON, empty on a line":  {jsonFile, "{\"b\": 1, \"a\": «{}»}", []string{"x", "y"}, "{\"b\": 1, \"a\": {\"x\": 0, \"y\": 0}}"},
		"JSON, page":             {jsonFile, "«{\n  \"title\": {\n    \"x\": 1\n  },\n  \"z\": {}\n}»", []string{"sample.x", "sample.y"}, "{\n  \"title\": {\n    \"x\": 1\n  },\n  \"sample\": {\n    \"x\": 0,\n    \"y\": 0\n  },\n  \"z\": {}\n}"},
		"JSON, page on a line":   {jsonFile, "«{\"title\":1}»", []string{"sample.x", "sample.y"}, "{\"title\":1,\"sample\":{\"x\":0,\"y\":0}}"},
		"JSON, in a page":        {jsonFile, "«{\"sample\": [{\"success_desc\": 1}]}»", []string{"sample.x"}, "{\"sample\": [{\"success_desc\": 1, \"x\": 0}]}"},
		"JSON, lines between":    {jsonFile, "«{\n  \"title\": 1,\n\n  \"z\": 1\n}»", []string{"x"}, "{\n  \"title\": 1,\n  \"x\": 0,\n\n  \"z\": 1\n}"},
		"JSON, whole file":       {jsonFile, " {\"title\": 1}«»", []string{"x"}, " {\"title\": 1, \"x\": 0}"},
	} {
		t.Run(name, func(t *testing.T) {
			src, at := marked(t, test.file, test.src)
			var edits []Edit
			before := after
			for _, p := range test.paths {
				edits = append([]Edit{Add(at[0], path(p), cty.Zero, before...)}, edits...)
				before = append(before[:len(before):len(before)], path(p))
			}
			got, err := NewPatch(test.file, src, edits...).Apply(src)
			require.NoError(t, err)
			assert.Equal(t, test.want, string(got))
			if laidOut, _ := Format(src, test.file); string(laidOut) == string(src) && name != "too long to align" {
				laidOut, _ = Format(got, test.file)
				assert.Equal(t, string(laidOut), string(got), "a file that was laid out still is")
			}
		})
	}
}

func TestRemove(t *testing.T) {
	const hclFile, jsonFile = "a.livery.hcl", "texts/en.json"
	for name, test := range map[string]struct{ file, src, want string }{
		"attribute":                {hclFile, "a {\n  b = 1\n  «c» = 2 # x\n  # y\n  d = 3\n}\n", "a {\n  b = 1\n  # y\n  d = 3\n}\n"},
		"by its value":             {hclFile, "b = 1\nc = «<<E\nx\nE»\nd = 3\n", "b = 1\nd = 3\n"},
		"between blank lines":      {hclFile, "b = 1\n\n«c» = 2\n\nd = 3\n", "b = 1\n\nd = 3\n"},
		"first in a block":         {hclFile, "a {\r\n  «c» = 2\r\n\r\n  d = 3\r\n}\r\n", "a {\r\n  d = 3\r\n}\r\n"},
		"last in a block":          {hclFile, "a {\n  b = 1\n\n  «c» = 2\n}\n", "a {\n  b = 1\n}\n"},
		"several":                  {hclFile, "a = 1\n\n«b» = 2\n\n«c» = 3\n\nd = 4\n", "a = 1\n\nd = 4\n"},
		"all":                      {hclFile, ByteOrderMark + "«b» = 2\n\n«c» = 3\n", ByteOrderMark},
		"no line end":              {hclFile, "b = 2\n\n«c» = 3", "b = 2"},
		"on one line":              {hclFile, "a { «b» = 1 }\n", "a {}\n"},
		"behind a comment":         {hclFile, "/* x */ «b» = 1\nc = 2\n", "/* x */\nc = 2\n"},
		"block":                    {hclFile, "a {\n}\n\n«b» \"x\" {\n  c = 1\n}\n\nc {\n}\n", "a {\n}\n\nc {\n}\n"},
		"block at the end":         {hclFile, "a {\n}\n\n«b» \"x\" {\n  c = 1\n}\n", "a {\n}\n"},
		"its own comment":          {hclFile, "a {\r\n  b = 1\r\n  # x\r\n  // y\r\n  «c» = 2\r\n  d = 3\r\n}\r\n", "a {\r\n  b = 1\r\n  d = 3\r\n}\r\n"},
		"comment of a group":       {hclFile, "a {\n  # x\n  «c» = 2\n  d = 3\n}\n", "a {\n  # x\n  d = 3\n}\n"},
		"group with its comment":   {hclFile, "a {\n  b = 1\n\n  # x\n  «c» = 2\n  «d» = 3\n}\n", "a {\n  b = 1\n}\n"},
		"comment above a blank":    {hclFile, "# x\n\n«c» = 2\nd = 3\n", "# x\n\nd = 3\n"},
		"comment of a block":       {hclFile, "# x\n\n/* y\n*/\n# z\n«b» \"x\" {\n}\n\nc {\n}\n", "# x\n\nc {\n}\n"},
		"comment behind another":   {hclFile, "b = 1 # x\n«c» = 2\n", "b = 1 # x\n"},
		"comment":                  {hclFile, "a = 1\n«# x»\nb = 1\n", "a = 1\nb = 1\n"},
		"comment behind":           {hclFile, "a = 1 «// x»\r\nb = 1\r\n", "a = 1\r\nb = 1\r\n"},
		"comment of several lines": {hclFile, "a {\n  «/* x\n y */»\n  b = 1\n}\n", "a {\n  b = 1\n}\n"},
		"comment before":           {hclFile, "  «/* x */» a = 1\n", "  a = 1\n"},
		"comment within":           {hclFile, "a = f(1, «/* x */» 2)\n", "a = f(1, 2)\n"},
		"comment in a list":        {hclFile, "a = [\n  1, «# x»\n  2\n]\n", "a = [\n  1,\n  2\n]\n"},

		"JSON":                {jsonFile, "{\n  \"a\": 1,\n  «\"b\"»: {\"x\": 1},\n  \"c\": 3\n}\n", "{\n  \"a\": 1,\n  \"c\": 3\n}\n"},
		"JSON, last":          {jsonFile, "{\n  \"a\": 1,\n  \"b\": «2»\n}\n", "{\n  \"a\": 1\n}\n"},
		"JSON, first":         {jsonFile, "{«\"a\"»: 1, \"b\": 2}", "{\"b\": 2}"},
		"JSON, several":       {jsonFile, "{«\"a\"»: 1, \"b\": 2, «\"c\"»: 3, «\"d\"»: 4}", "{\"b\": 2}"},
		"JSON, all":           {jsonFile, "{\n  «\"a\"»: 1,\n  «\"b\"»: 2\n}\n", "{}\n"},
		"JSON, from an array": {jsonFile, "[1, «2», 3]", "[1, 3]"},
	} {
		t.Run(name, func(t *testing.T) {
			src, at := marked(t, test.file, test.src)
			var edits []Edit
			for _, rng := range at {
				edits = append([]Edit{Remove(rng)}, edits...)
			}
			got, err := NewPatch(test.file, src, edits...).Apply(src)
			require.NoError(t, err)
			assert.Equal(t, test.want, string(got))
		})
	}
}

// What is left empty goes as well, up to the block or the key that the edit names.
func TestRemoveWith(t *testing.T) {
	const hclFile, jsonFile = "a.livery.hcl", "a.json"
	for name, test := range map[string]struct{ file, src, want string }{ // the first is the block
		"emptied":             {hclFile, "a = 1\n\n# x\n«locals» {\n  «b» = 1\n\n  # y\n  «c» = 2\n}\n\nd {\n}\n", "a = 1\n\nd {\n}\n"},
		"not emptied":         {hclFile, "«locals» {\n  «b» = 1\n  c   = 2\n}\n", "locals {\n  c   = 2\n}\n"},
		"JSON, emptied":       {jsonFile, "{«\"v\"»: {«\"a\"»: {}, «\"b\"»: {\"x\": 1}}, \"l\": 1}", "{\"l\": 1}"},
		"JSON, not emptied":   {jsonFile, "{«\"v\"»: {«\"a\"»: {}, \"b\": {}}, \"l\": 1}", "{\"v\": {\"b\": {}}, \"l\": 1}"},
		"JSON, an element":    {jsonFile, "{«\"v\"»: [{«\"a\"»: {}}, {\"b\": {}}], \"l\": 1}", "{\"v\": [{\"b\": {}}], \"l\": 1}"},
		"JSON, the array":     {jsonFile, "{\"l\": 1, «\"v\"»: [{«\"a\"»: {}}, {«\"b\"»: {}}]}", "{\"l\": 1}"},
		"JSON, by its value":  {jsonFile, "{\"l\": {«\"v\"»: [«{}», «{}»]}}", "{\"l\": {}}"},
		"JSON, the only one":  {jsonFile, "{\n  «\"v\"»: {«\"a\"»: {}}\n}\n", "{}\n"},
		"JSON, the one value": {jsonFile, "{\"l\": 1, «\"v\"»: «{}»}", "{\"l\": 1}"},
	} {
		t.Run(name, func(t *testing.T) {
			src, at := marked(t, test.file, test.src)
			var edits []Edit
			for _, rng := range at[1:] {
				edits = append([]Edit{RemoveWith(rng, at[0])}, edits...)
			}
			got, err := NewPatch(test.file, src, edits...).Apply(src)
			require.NoError(t, err)
			assert.Equal(t, test.want, string(got))
		})
	}
}

func TestEditsTogether(t *testing.T) {
	src, at := marked(t, "a.livery.hcl", "# «»head\r\n«a» {\r\n  title = «\"x\"»\r\n  «b»     = 1\r\n\r\n  «# livery:ignore x»\r\n  theme = theme.«day».x\r\n}\r\n")
	edits := []Edit{
		Remove(at[4]), Rewrite(at[5], "night"), Remove(at[3]), Replace(at[2], cty.StringVal("y")),
		Add(at[1], []string{"page", "c"}, cty.True, []string{"theme"}), Add(at[1], []string{"n"}, cty.False, []string{"title"}),
	}
	want := "# head\r\na {\r\n  title = \"y\"\r\n  n     = false\r\n\r\n  theme = theme.night.x\r\n\r\n  page {\r\n    c = true\r\n  }\r\n}\r\n"
	for range edits {
		edits = append(edits[1:], edits[0])
		got, err := NewPatch("a.livery.hcl", src, edits...).Apply(src)
		require.NoError(t, err)
		assert.Equal(t, want, string(got))
	}

	src, at = marked(t, "en.json", "{\"a\": «1», \"b\": 2, «\"c\"»: «{}», «\"d\"»: 4}")
	got, err := NewPatch("en.json", src, Remove(at[3]), Replace(at[0], cty.True), Rewrite(at[1], `"e"`),
		Add(at[2], []string{"x"}, cty.Zero), Add(hcl.Range{}, []string{"f"}, cty.Zero, []string{"c"})).Apply(src)
	require.NoError(t, err)
	assert.Equal(t, `{"a": true, "b": 2, "e": {"x": 0}, "f": 0}`, string(got))
}

func TestEditsRefused(t *testing.T) {
	x := cty.StringVal("x")
	replace := func(at ...hcl.Range) []Edit { return []Edit{Replace(at[0], x)} }
	add := func(path ...string) func(...hcl.Range) []Edit {
		return func(at ...hcl.Range) []Edit { return []Edit{Add(at[0], path, x)} }
	}
	remove := func(at ...hcl.Range) []Edit { return []Edit{Remove(at[0])} }
	rewrite := func(text string) func(...hcl.Range) []Edit {
		return func(at ...hcl.Range) []Edit { return []Edit{Rewrite(at[0], text)} }
	}
	const hclFile, jsonFile = "a.livery.hcl", "a.livery.json"
	for name, test := range map[string]struct {
		file, src string
		edits     func(...hcl.Range) []Edit
		want      error
		at        string
	}{
		"reference":          {hclFile, "\na = «local.x»\n", replace, ErrNotLiteral, "a.livery.hcl:2: "},
		"interpolation":      {hclFile, "a = «\"${x} y\"»\n", replace, ErrNotLiteral, "a.livery.hcl:1: "},
		"heredoc template":   {hclFile, "a = «<<E\n%{if x}y%{endif}\nE»\n", replace, ErrNotLiteral, ":1: "},
		"function":           {hclFile, "a = «f(1)»\n", replace, ErrNotLiteral, ":1: "},
		"list":               {hclFile, "a = «[1]»\n", replace, ErrNotLiteral, ":1: "},
		"inside the quotes":  {hclFile, "a = \"«x»\"\n", replace, ErrNotLiteral, ":1: "},
		"part of a literal":  {hclFile, "a = «\"x»\"\n", replace, ErrNotLiteral, ":1: "},
		"no literal":         {hclFile, "«a» = 1\n", replace, ErrNotLiteral, ":1: "},
		"broken":             {hclFile, "a = «1»\nb =\n", replace, ErrSyntax, ":2: "},
		"broken JSON":        {jsonFile, "{\"a\": «1»\n,}", replace, ErrSyntax, "a.livery.json:2: "},
		"JSON interpolation": {jsonFile, "{\"a\": «\"${x}\"»}", replace, ErrNotLiteral, ":1: "},
		"JSON object":        {jsonFile, "{\"a\": «{}»}", replace, ErrNotLiteral, ":1: "},
		"JSON key":           {jsonFile, "{«\"a\"»: {}}", replace, ErrNotLiteral, ":1: "},

		"exists":             {hclFile, "«a» {\n  b = 1\n}\n", add("b"), ErrExists, ":2: "},
		"no block":           {hclFile, "a {\n  «b» = 1\n}\n", add("c"), ErrNotFound, ":2: "},
		"attribute in place": {hclFile, "«a» {\n  b = 1\n}\n", add("b", "c"), ErrExists, ":2: "},
		"labels in place":    {hclFile, "«a» {\n  b \"x\" {\n  }\n}\n", add("b", "c"), ErrExists, ":2: "},
		"no name":            {hclFile, "«a» {\n}\n", add("b c"), ErrValue, ":1: "},
		"no path":            {hclFile, "«a» {\n}\n", add(), ErrNotFound, ":1: "},
		"JSON exists":        {jsonFile, "«{\"successDesc\": 1}»", add("success_desc"), ErrExists, ":1: "},
		"JSON no object":     {jsonFile, "{\"a\": «[1, 2]»}", add("b"), ErrNotFound, ":1: "},
		"JSON no path":       {jsonFile, "«{}»", add(), ErrNotFound, ":1: "},

		"nothing to remove":      {hclFile, "a = «1 + 2»\nb = [«1»]", func(at ...hcl.Range) []Edit { return []Edit{Remove(at[1])} }, ErrNotFound, ":2: "},
		"JSON nothing to remove": {jsonFile, "«{}»", remove, ErrNotFound, ":1: "},
		"end of the file":        {hclFile, "a = 1\n«»", remove, ErrNotFound, ":2: "},

		"half a token":    {hclFile, "a = lo«cal».x\n", rewrite("b"), ErrNotFound, ":1: "},
		"breaks":          {hclFile, "a = «local».x\n", rewrite("("), ErrValue, ":1: "},
		"swallows":        {hclFile, "a = «1» + 2\n", rewrite("1 # "), ErrValue, ":1: "},
		"glues":           {hclFile, "a = b«.»c\n", rewrite("x"), ErrValue, ":1: "},
		"JSON swallows":   {jsonFile, "{\"a\": «1», \"b\": 2}", rewrite("{"), ErrValue, ":1: "},
		"JSON half a key": {jsonFile, "{\"«a»\": 1}", rewrite("b"), ErrNotFound, ":1: "},

		"no value":      {hclFile, "a = «1»\n", func(at ...hcl.Range) []Edit { return []Edit{Replace(at[0], cty.EmptyObjectVal)} }, ErrValue, ":1: "},
		"unknown value": {hclFile, "a = «1»\n", func(at ...hcl.Range) []Edit { return []Edit{Replace(at[0], cty.UnknownVal(cty.String))} }, ErrValue, ":1: "},
		"long number": {hclFile, "a = «\"x\"»\n", func(at ...hcl.Range) []Edit {
			return []Edit{Replace(at[0], cty.StringVal(strings.Repeat("1", jsontext.MaxDigits+1)))}
		}, ErrValue, ":1: "},

		"twice":               {hclFile, "a = «1»\n", func(at ...hcl.Range) []Edit { return []Edit{Replace(at[0], x), Replace(at[0], x)} }, ErrOverlap, ":1: "},
		"within what goes":    {hclFile, "«a» {\n  b = «1»\n}\n", func(at ...hcl.Range) []Edit { return []Edit{Replace(at[1], x), Remove(at[0])} }, ErrOverlap, ""},
		"to what goes":        {hclFile, "«a» {\n}\n", func(at ...hcl.Range) []Edit { return []Edit{Add(at[0], []string{"x"}, x), Remove(at[0])} }, ErrOverlap, ""},
		"removed twice":       {hclFile, "«a» {\n  «b» = 1\n}\n", func(at ...hcl.Range) []Edit { return []Edit{Remove(at[1]), Remove(at[0])} }, ErrOverlap, ""},
		"JSON removed twice":  {jsonFile, "{«\"a\"»: «1»}", func(at ...hcl.Range) []Edit { return []Edit{Remove(at[1]), Remove(at[0])} }, ErrOverlap, ""},
		"added twice":         {hclFile, "«a» {\n}\n", func(at ...hcl.Range) []Edit { return append(add("x")(at...), add("x")(at...)...) }, ErrOverlap, ":1: "},
		"as block and value":  {hclFile, "«a» {\n}\n", func(at ...hcl.Range) []Edit { return append(add("x")(at...), add("x", "y")(at...)...) }, ErrOverlap, ":1: "},
		"JSON to what goes":   {jsonFile, "{\"a\": «{}»}", func(at ...hcl.Range) []Edit { return append(add("x")(at...), Remove(at[0])) }, ErrOverlap, ""},
		"JSON within removed": {jsonFile, "{«\"a\"»: [«1»], \"b\": 1}", func(at ...hcl.Range) []Edit { return []Edit{Remove(at[0]), Replace(at[1], x)} }, ErrOverlap, ""},
	} {
		t.Run(name, func(t *testing.T) {
			src, at := marked(t, test.file, test.src)
			got, err := NewPatch(test.file, src, test.edits(at...)...).Apply(src)
			require.Nil(t, got)
			require.ErrorIs(t, err, test.want)
			var refused *EditError
			require.ErrorAs(t, err, &refused)
			assert.Contains(t, err.Error(), test.file)
			assert.Contains(t, err.Error(), test.at)
		})
	}
}

func TestPatchOfAnotherFile(t *testing.T) {
	src, at := marked(t, "a.livery.hcl", "a = «1»\n")
	patch := NewPatch("a.livery.hcl", src, Replace(at[0], cty.True))
	_, err := patch.Apply([]byte("a = 1 \n"))
	require.ErrorIs(t, err, ErrChanged)
	assert.Equal(t, "a.livery.hcl:1: the file has changed since it was read", err.Error())
}
