package stack

import (
	"runtime/debug"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/hashicorp/hcl/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/schema/config"
	"livery/schema/limit"
)

// attack is a text that would overflow a stack if it were let through.
type attack struct{ name, before, unit, after string }

func (a attack) text(n int) string { return a.before + strings.Repeat(a.unit, n) + a.after }

// The units that nest, or that make the tree of an expression as deep as it is
// long, and the tricks to hide them.
var attacks = []attack{
	{"brackets", "a = ", "[", ""},
	{"parentheses", "a = ", "(", ""},
	{"braces", "a = ", "{", ""},
	{"braces with keys", "a = ", "{a=", ""},
	{"blocks", "", "a{", ""},
	{"blocks on lines", "", "a {\n", ""},
	{"interpolations", "a = ", `"${`, ""},
	{"directives", `a = "`, "%{if true}", `"`},
	{"directives with else", `a = "`, "%{if a}%{else}", `"`},
	{"loops", `a = "`, "%{for a in b}", `"`},
	{"negations", "a = ", "!", "true"},
	{"minuses", "a = ", "-", "1"},
	{"minuses with blanks", "a = ", "- ", "1"},
	{"conditionals", "a = ", "b?c:", "d"},
	{"conditions in conditions", "a = ", "b?", ""},
	{"conditionals of strings", "a = ", `"b"?"c":`, `"d"`},
	{"conditionals of calls", "a = ", `f()?[]:`, `{}`},
	{"sums", "a = 1", "+1", ""},
	{"sums in parentheses", "a = (1", "\n+1", ")"},
	{"sums of strings", `a = ""`, `+""`, ""},
	{"sums of parentheses", "a = (1)", "+(1)", ""},
	{"sums of calls", "a = f(1,2)", "+f(1,2)", ""},
	{"sums of templates", `a = "${1}"`, `+"${1}"`, ""},
	{"sums of heredocs", "a = (1", "+<<A\nA\n", ")"},
	{"comparisons", "a = b", "==b", ""},
	{"conjunctions", "a = b", "&&b", ""},
	{"indexes", "a = x", "[0]", ""},
	{"indexes of strings", "a = x", `["a"]`, ""},
	{"attributes", "a = x", ".a", ""},
	{"legacy indexes", "a = x", ".0", ""},
	{"splats", "a = x", ".*", ""},
	{"full splats", "a = x", "[*]", ""},
	{"splats of splats", "a = x", ".*.a", ""},
	{"heredocs", "a = ", "<<A\n${", ""},
	{"flush heredocs", "a = ", "<<-A\n${", ""},
	{"calls", "a = ", "f(", ""},
	{"for in lists", "a = ", "[for x in ", ""},
	{"for in objects", "a = ", "{for x in ", ""},
	{"sums in a for with line feeds", "a = {for k, v in x : k => 1", " +\n1", "}"},
	{"closers in strings", "a = ", `["]",`, ""},
	{"closers in comments", "a = ", "[/*]*/", ""},
	{"closers in line comments", "a = ", "[//]\n", ""},
	{"closers in heredocs", "a = ", "[<<A\n]\nA\n,", ""},
	{"wrong closers", "a = ", "[)", ""},
	{"braces that close nothing", "a = ", "(}", ""},
	{"braces that close brackets", "a = ", "{b=[}", ""},
	{"behind a broken template", `a = "${(}" `, "[", ""},
	{"behind a broken string", "a = \"\n\" ", "[", ""},
	{"behind a broken escape", "a = \"\\\n\" ", "[", ""},
	{"behind half a comment", "a = /* ", "[", ""},
	{"behind what is no heredoc", "a = <<*\n", "[", "\n*\n"},
	{"behind an escaped template", `a = "$${" + `, "[", ""},
	{"behind an empty heredoc", "a = [<<A\nA\n,", "[", ""},
	{"behind an open heredoc", "a = <<A\n${", "[", ""},
	{"half comments", "a = ", "/*", ""},
	{"half comments on lines", "", "/*\n", ""},
	{"half heredocs", "a = ", "<<", ""},
	{"half heredocs in a list", "a = [", "<<A,", ""},
	{"closing braces", "", "}", ""},
	{"closing braces on lines", "", "}\n", ""},
	{"quotation marks", "a = ", `"`, ""},
	{"digits", "a = ", "9", ""},
	{"digits in a string", `a = -"`, "9", `"`},
	{"digits of an exponent", "a = 1e", "9", ""},
	{"digits of a negative exponent", "a = 1e-", "9", ""},
	{"names", "", "a ", ""},
	{"labels", "a ", `"b" `, "{}"},
	{"empty attributes", "", "a =\n", ""},
	{"question marks", "a = ", "?", ""},
	{"dollars", `a = "`, "$", `"`},
	{"escaped templates", `a = "`, "$${", `"`},
	{"colons", "a = b", "::b", "()"},
	{"broken directives", "a = <<A\n", "x\n%{}", ""},
	{"directives that end nothing", "a = <<A\n", "x\n%{endif}", ""},
	{"lines of a heredoc", "a = <<A\n", "x\n", "A\n"},
}

var jsonAttacks = []attack{
	{"lists", `{"a":`, "[", ""},
	{"objects", "", `{"a":`, ""},
	{"lists alone", "", "[", ""},
	{"both", "", `[{"a":`, ""},
	{"brackets in a template", `{"locals":{"a":"${`, "[", `}"}}`},
	{"negations in a template", `{"locals":{"a":"${`, "!", `true}"}}`},
	{"minuses in a template", `{"locals":{"a":"${`, "-", `1}"}}`},
	{"conditionals in a template", `{"locals":{"a":"${`, "b?c:", `d}"}}`},
	{"sums in a template", `{"locals":{"a":"${1`, "+1", `}"}}`},
	{"attributes in a template", `{"locals":{"a":"${x`, ".a", `}"}}`},
	{"templates in a template", `{"locals":{"a":"`, `${\"`, `"}}`},
	{"directives in a template", `{"locals":{"a":"`, "%{if true}", `"}}`},
	{"escaped beginning", `{"locals":{"a":"\u0024\u007b`, "[", `}"}}`},
	{"escaped negations", `{"locals":{"a":"${`, `\u0021`, `true}"}}`},
	{"in a key", `{"locals":{"a":{"${`, "[", `}":1}}}`},
	{"in a type", `{"variable":{"a":{"type":"`, "list(", `"}}}`},
	{"negations in a type", `{"variable":{"a":{"type":"`, "!", `"}}}`},
	{"conditionals in a type", `{"variable":{"a":{"type":"`, "b?c:", `"}}}`},
	{"attributes in a theme", `{"locale":{"en":{"theme":"theme.a`, ".a", `"}}}`},
	{"indexes in a theme", `{"locale":{"en":{"theme":"theme.a`, "[0]", `"}}}`},
	{"brackets in a theme", `{"locale":{"en":{"theme":"`, "[", `"}}}`},
	{"negations in a theme", `{"locale":{"en":{"theme":"${`, "!", `}"}}}`},
	{"brackets in from", `{"removed":{"from":"`, "[", `"}}`},
	{"behind a character that swallows", "{\"a\":\"x\u0600\" \"", `","[`, ""},
	{"behind a line feed in a string", "{\"a\":\"\n\",", `"[",[`, ""},
	{"closers in strings", "", `["]",`, ""},
	{"digits", `{"a":`, "9", "}"},
	{"digits of an exponent", `{"a":1e`, "9", "}"},
	{"commas", `{"a":[`, ",", "]}"},
	{"quotation marks", `{"a":`, `"`, "}"},
	{"keys", "{", `"a":1,`, "}"},
	{"dollars", `{"locals":{"a":"`, "$$$$$$$$", `"}}`},
	{"lines", `{"locals":{"a":"`, `x\nx\nx\n`, `"}}`},
}

// loadText loads a stack of one file.
func loadText(name, text string) hcl.Diagnostics {
	_, diags := Load(Options{FS: fstest.MapFS{"stack/" + name: {Data: []byte(text)}}, Dir: "stack"})
	return diags
}

// TestAttacks would end the whole test binary if one of them came through, or
// never end itself.
func TestAttacks(t *testing.T) {
	defer debug.SetMaxStack(debug.SetMaxStack(smallStack))
	for _, a := range attacks {
		t.Run(a.name, func(t *testing.T) {
			assert.True(t, loadText("main.livery.hcl", a.text(100_000)).HasErrors(), "must not load")
		})
	}
	for _, a := range jsonAttacks {
		t.Run("JSON "+a.name, func(t *testing.T) {
			assert.True(t, loadText("main.livery.json", a.text(100_000)).HasErrors(), "must not load")
		})
	}
}

// smallStack is a sixteenth of what a stack may grow to, so that an attack need
// not be large to be seen.
const smallStack = 64 << 20

// What reaches the parsers on other ways is held to the same measure: files that
// functions read, and values from outside.
func TestAttacksOnFunctions(t *testing.T) {
	defer debug.SetMaxStack(debug.SetMaxStack(smallStack))
	nested := map[string]string{
		"brackets": "[", "braces": "{", "objects": `{"a":`, "keys": "{a=", "parentheses": "(", "negations": "!", "minuses": "-", "lists": "- ", "questions": "? ",
		"templates": "${", "strings": `"${`, "directives": "%{if true}", "conditionals": "b?c:", "digits": "9", "dollars": "$", "quotes": `"`, "anchors": "&a [*a,", "lines": "\n", "tags": "! ",
	}
	calls := []string{
		`jsondecode(file("f"))`, `yamldecode(file("f"))`, `csvdecode(file("f"))`, `templatefile("f", {})`, `tokens("f")`, `templatestring(local.f, {})`,
		`tonumber(file("f"))`, `-file("f")`, `regexall(file("f"), "a")`, `regex("a", file("f"))`, `jsondecode(jsonencode(file("f")))`, `format(file("f"))`,
	}
	for name, unit := range nested {
		src := strings.Repeat(unit, 600_000/len(unit))
		for _, call := range calls {
			t.Run(name+"/"+call, func(t *testing.T) {
				_, diags := Load(Options{Dir: "stack", FS: fstest.MapFS{
					"stack/f":               {Data: []byte(src)},
					"stack/main.livery.hcl": {Data: []byte("locals {\n  f = file(\"f\")\n}\nlocale \"en\" { title_text = " + call + " }\n")},
				}})
				assert.True(t, diags.HasErrors(), "neither a text nor short enough for one")
			})
		}
	}
}

func TestAttacksOnVariables(t *testing.T) {
	defer debug.SetMaxStack(debug.SetMaxStack(smallStack))
	stack := fstest.MapFS{"stack/main.livery.hcl": {Data: []byte("variable \"a\" { type = any }\nvariable \"n\" { type = number }\nlocale \"en\" { title_text = var.a }\n")}}
	for _, a := range attacks {
		value := strings.TrimPrefix(a.text(60_000), "a = ")
		for name, opts := range map[string]Options{
			"-var":        {Assignments: []config.Assignment{{Name: "a", Value: value}}},
			"number":      {Assignments: []config.Assignment{{Name: "n", Value: value}}},
			"environment": {Env: environment("LIVERY_VAR_a=" + value)},
			"answer":      {Need: NeedAccount, Ask: func(string, string, bool) (string, bool) { return value, true }},
		} {
			t.Run(a.name+"/"+name, func(t *testing.T) {
				opts.FS, opts.Dir = stack, "stack"
				_, diags := Load(opts)
				assert.True(t, diags.HasErrors(), "must not load")
			})
		}
	}
}

// The most that is let through still leaves room on the stack: every bracket
// that may be open, with the longest expression at each of them.
func TestWorstThatIsAllowed(t *testing.T) {
	defer debug.SetMaxStack(debug.SetMaxStack(4 * smallStack))
	for _, unit := range []string{strings.Repeat("!", 500-2) + "(", strings.Repeat("b?c:", (500-2)/2) + "(", strings.Repeat("1+", 500-2) + "(", strings.Repeat("-", 500-2) + `"${`} {
		opened := 100 - 1
		closer := ")"
		if strings.HasSuffix(unit, "{") {
			opened, closer = opened/2, `}"`
		}
		text := "locals {\n  a = " + strings.Repeat(unit, opened-1) + "1" + strings.Repeat(closer, opened-1) + "\n}\n"
		require.Nil(t, limit.Check([]byte(text), "main.livery.hcl"), unit[:4])
		loadText("main.livery.hcl", text)
	}
}

func TestGuardLetsPass(t *testing.T) {
	deep := strings.Repeat("[", 40) + strings.Repeat("]", 40)
	many := strings.Repeat("  { icon = \"https://a-b.c/d.png\", text = \"a-b (c) [d] {e}\" },\n", 3000)
	lines := strings.Repeat("  format_1 = a.b.c == 1 ? \"x\" : \"y\" # [(\n", 3000)
	tests := map[string]string{
		"forty brackets":           "a = " + deep,
		"a long list":              "a = [\n" + many + "]\n",
		"a long object":            "a = {\n" + lines + "}\n",
		"a long block":             "a {\n" + lines + "}\n",
		"a long file":              strings.Repeat("locale \"en\" {\n  title_text = \"${a.b}-${c}\"\n}\n", 5000),
		"a heredoc full of braces": "a = <<EOT\n" + strings.Repeat("[[[{{{ ((( }}} $${ %%{ \"\n", 1000) + "EOT\n",
		"a comment of anything":    "/* " + strings.Repeat("[", 1000) + " */\n# " + strings.Repeat("(", 1000) + "\n",
		"a data link":              "a = \"" + strings.Repeat("0123456789abcdef", 1000) + "\"\n",
		"a name with digits":       "a = local.x1e99999\nb = 1e9999\n",
		"colours":                  "a = \"#1e999999\"\n",
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			require.Nil(t, limit.Check([]byte(text), "main.livery.hcl"))
		})
	}
	t.Run("JSON", func(t *testing.T) {
		text := `{"a": "` + strings.Repeat("[({", 1000) + `", "b": [` + strings.Repeat(`"{second} \"${a.b}\" ]",`, 3000) + `1e9999]}`
		require.Nil(t, limit.Check([]byte(text), "main.livery.json"))
	})
}
