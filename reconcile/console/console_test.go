package console_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"livery/reconcile/console"
	"livery/reconcile/terminal"
	"livery/schema"
	"livery/schema/stack"
)

func explore(t *testing.T) *stack.Evaluation {
	t.Helper()
	files := fstest.MapFS{
		"main.livery.hcl": {Data: []byte("variable \"brand\" { default = \"#0b5fff\" }\nvariable \"token\" {\n  default = \"hunter22\"\n  sensitive = true\n}\nlocale \"th\" { title_text = \"สวัสดี\" }\n")},
		"key.txt":         {Data: []byte("0123456789-secret")},
	}
	e, diags := new(stack.Stack).Explore(stack.Options{FS: files, Dir: ".", Secrets: []schema.Secret{"0123456789-secret"}})
	require.False(t, diags.HasErrors(), "%s", diags)
	return e
}

// lines gives lines, and notes the prompts behind which they were typed.
func lines(text string, prompts *[]string) func(string) (string, error) {
	list := strings.Split(text, "\n")
	return func(prompt string) (string, error) {
		*prompts = append(*prompts, prompt)
		if len(list) == 0 {
			return "", io.EOF
		}
		line := list[0]
		list = list[1:]
		return line, nil
	}
}

func TestConsole(t *testing.T) {
	tests := map[string]struct {
		typed, out, fault string
	}{
		"a value":                 {"upper(var.brand)", "\"#0B5FFF\"\n", ""},
		"several":                 {"1\n2", "1\n2\n", ""},
		"blanks and comments":     {"\n# what for\n  \n1", "1\n", ""},
		"exit":                    {"1\n exit \n2", "1\n", ""},
		"brackets over lines":     {"[\n1,\n\n2\n]", "[\n  1,\n  2,\n]\n", ""},
		"a text over lines":       {"<<E\na\nE\n1", "\"a\\n\"\n1\n", ""},
		"a bracket in a text":     {"\"(\"\n1", "\"(\"\n1\n", ""},
		"help":                    {"help", "Type an expression", ""},
		"sensitive":               {"{a = var.token, b = 1}", "{\n  \"a\" = (sensitive value)\n  \"b\" = 1\n}\n", ""},
		"the secret key":          {"file(\"key.txt\")\n[file(\"key.txt\")]", "(sensitive value)\n(sensitive value)\n", ""},
		"a document":              {"documents[\"th_TH\"].title_text", "\"สวัสดี\"\n", ""},
		"what would act":          {`"\u001b[2J"`, "\"\\x1b[2J\"\n", ""},
		"one that is wrong":       {"1\nvar.brnad\n2", "1\n2\n", "<console-input> line 2"},
		"wrong in a later line":   {"1\n[\n1,\nvar.brnad\n]", "1\n", "<console-input> line 4"},
		"an end within brackets":  {"[1,", "", "<console-input> line 1"},
		"more than it may cost":   {"[for a in range(1000) : [for b in range(1000) : [for c in range(1000) : c]]]\n1", "1\n", "Too much to evaluate"},
		"too deep to be read":     {strings.Repeat("-", 100_000) + "1\n1", "1\n", "<console-input> line 1"},
		"closed before it opened": {"]\n1", "1\n", "<console-input> line 1"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var out, errs bytes.Buffer
			var prompts []string
			c := console.Console{Stack: explore(t), Stdout: &out, Stderr: &errs, Line: lines(test.typed, &prompts)}
			clean, err := c.Run()
			require.NoError(t, err)
			assert.Equal(t, test.fault == "", clean)
			if name == "help" {
				assert.Contains(t, out.String(), test.out)
			} else {
				assert.Equal(t, test.out, out.String())
			}
			assert.Contains(t, errs.String(), test.fault)
			if test.fault == "" {
				assert.Empty(t, errs.String())
			}
			assert.Equal(t, "> ", prompts[0])
		})
	}
}

func TestPromptsOfOneExpression(t *testing.T) {
	var out bytes.Buffer
	var prompts []string
	c := console.Console{Stack: explore(t), Stdout: &out, Stderr: &out, Line: lines("[\n1\n]", &prompts)}
	_, err := c.Run()
	require.NoError(t, err)
	assert.Equal(t, []string{"> ", ": ", ": ", "> "}, prompts)
}

func TestInputThatFails(t *testing.T) {
	gone := errors.New("gone")
	c := console.Console{Stack: explore(t), Stdout: io.Discard, Stderr: io.Discard, Line: func(string) (string, error) { return "", gone }}
	_, err := c.Run()
	assert.ErrorIs(t, err, gone)
}

func TestFormat(t *testing.T) {
	tests := map[string]struct {
		value cty.Value
		want  string
	}{
		"unknown":        {cty.UnknownVal(cty.String), "(not yet known)"},
		"null":           {cty.NullVal(cty.DynamicPseudoType), "null"},
		"no text":        {cty.NullVal(cty.String), "tostring(null)"},
		"number":         {cty.NumberFloatVal(1.5), "1.5"},
		"list":           {cty.ListVal([]cty.Value{cty.True}), "tolist([\n  true,\n])"},
		"empty list":     {cty.ListValEmpty(cty.String), "tolist([])"},
		"empty tuple":    {cty.EmptyTupleVal, "[]"},
		"empty object":   {cty.EmptyObjectVal, "{}"},
		"map":            {cty.MapVal(map[string]cty.Value{"b": cty.StringVal("x"), "a": cty.StringVal("y")}), "tomap({\n  \"a\" = \"y\"\n  \"b\" = \"x\"\n})"},
		"nested":         {cty.TupleVal([]cty.Value{cty.ObjectVal(map[string]cty.Value{"a": cty.False})}), "[\n  {\n    \"a\" = false\n  },\n]"},
		"sensitive part": {cty.TupleVal([]cty.Value{cty.StringVal("x").Mark(1)}), "[\n  (sensitive value),\n]"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { assert.Equal(t, test.want, console.Format(test.value, terminal.Style{})) })
	}
	swatch := console.Format(cty.StringVal("#0b5fff"), terminal.Style{Colour: true, TrueColour: true})
	assert.Equal(t, "\x1b[48;2;11;95;255m  \x1b[0m \"#0b5fff\"", swatch)
}

func TestComplete(t *testing.T) {
	names := []string{"contrast(", "darken(", "documents[\"en_US\"]", "documents[\"th_TH\"]", "lighten(", "local.brand", "local.brand_deep", "lookup(", "var.brand"}
	tests := []struct {
		line string
		pos  int
		want string // with | for the cursor; "" if there is nothing to complete
	}{
		{"var.", 4, "var.brand|"},
		{"loc", 3, "local.brand|"},
		{"local.brand", 11, ""}, // two begin so
		{"lighten(va", 10, "lighten(var.brand|"},
		{"[va", 3, "[var.brand|"},
		{"lig(1)", 3, "lighten(|(1)"},
		{"doc", 3, "documents[\"|"},
		{"documents[\"t", 12, "documents[\"th_TH\"]|"},
		{"nothing", 7, ""},
		{"", 0, ""},
		{"1 + ", 4, ""},
		{"ส", 3, ""},
	}
	for _, test := range tests {
		t.Run(test.line, func(t *testing.T) {
			line, pos, ok := console.Complete(names, test.line, test.pos)
			assert.Equal(t, test.want != "", ok)
			if ok {
				assert.Equal(t, test.want, line[:pos]+"|"+line[pos:])
			}
		})
	}
}
