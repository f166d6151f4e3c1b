package function

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/schema/syntax"
)

// Where livery knows better than Terraform or has nothing to do with it.
func TestFunctionsDifferFromTerraform(t *testing.T) {
	for _, test := range []struct{ expression, want, fault string }{
		{expression: `file("tpl.txt") == "héllo $${name}\n"`, want: `true`},
		{expression: `file("../shared/tokens.json") != ""`, want: `true`},
		{expression: `tostring(null)`, want: `null of string`},
		{expression: `toset(null)`, want: `null of set of dynamic`},
		{expression: `fileset("d","../*.txt")`, want: `toset([ "../ab.txt", "../l.txt", "../rec.txt", "../tpl.txt", ])`},
		{expression: `format("%s",null)`, fault: `Call to function "format" failed: unsupported value for "%s" at 0: null value cannot be formatted.`},
		{expression: `file("nope")`, fault: `Invalid value for "path" parameter: no file exists at "nope"; files are named relative to the stack.`},
		{expression: `file("d")`, fault: `Invalid value for "path" parameter: failed to read file: d is a directory.`},
		{expression: `file("/stack/tpl.txt")`, fault: `Invalid value for "path" parameter: failed to read file: the path is absolute; name files relative to the stack.`},
		{expression: `fileexists("/stack/tpl.txt")`, fault: `Call to function "fileexists" failed: the path is absolute; name files relative to the stack.`},
		{expression: `fileset("/", "*")`, fault: `Invalid value for "path" parameter: the path is absolute; name files relative to the stack.`},
		{expression: `fileset(".", "/*")`, fault: `Invalid value for "pattern" parameter: the pattern is absolute; it is relative to the path before it.`},
		{expression: `templatefile("nope",{})`, fault: `Invalid value for "path" parameter: no file exists at "nope"; files are named relative to the stack.`},
		{expression: `templatefile("rec.txt",{})`, fault: `Call to function "templatefile" failed: rec.txt:1,3-16: Error in function call; Call to function "templatefile" failed: cannot recursively call templatefile from inside another template function.`},
		{expression: `templatestring(local.tb,{})`, fault: `Invalid value for "template" parameter: invalid template: <templatestring argument>:1,6-6: Missing expression; Expected the start of an expression, but found the end of the file.`},
		{expression: `indent(-1,"a\nb")`, fault: `Invalid value for "spaces" parameter: must not be negative.`},
		{expression: `tokens("../shared/tokens.json").brand.main`, want: `"#0b5fff"`},
		{expression: `tokens("nope")`, fault: `Invalid value for "path" parameter: no file exists at "nope"; files are named relative to the stack.`},
	} {
		t.Run(test.expression, func(t *testing.T) {
			v, diags := evaluateOne(t, test.expression)
			if test.fault != "" {
				require.True(t, diags.HasErrors())
				assert.Equal(t, test.fault, diags[0].Detail)
				return
			}
			require.Empty(t, diags)
			assert.Equal(t, test.want, show(v))
		})
	}
}

// What Terraform has and livery has not is called by its name, with a way out.
func TestMissingFunctionsAreExplained(t *testing.T) {
	for expression, want := range map[string]string{
		`sha256("a")`:           `There is no function named "sha256": livery has no hashing.`,
		`filebase64sha512("a")`: `There is no function named "filebase64sha512": livery has no hashing.`,
		`base64gzip("a")`:       `There is no function named "base64gzip": livery does not encode bytes.`,
		`filebase64("a")`:       `There is no function named "filebase64": livery does not encode bytes.`,
		`formatdate("a", "b")`:  `There is no function named "formatdate": livery has no dates.`,
		`chunklist([], 1)`:      `There is no function named "chunklist": use slice.`,
		`transpose({})`:         `There is no function named "transpose": use a for expression.`,
		`uper("a")`:             `There is no function named "uper". Did you mean "upper"?`,
		`frobnicate("a")`:       `There is no function named "frobnicate".`,
	} {
		t.Run(expression, func(t *testing.T) {
			_, diags := evaluateOne(t, expression)
			require.Len(t, diags, 1)
			ExplainUnknown(diags[0])
			assert.Equal(t, want, diags[0].Detail)
		})
	}
}

// Whatever is asked of a function, it answers soon and in little memory.
func TestFunctionsHaveLimits(t *testing.T) {
	long := `join("", [for i in range(1000) : "0123456789"])` // 10 kB
	longer := `replace(` + long + `, "0", ` + long + `)`      // 10 MB
	for _, test := range []struct{ expression, want string }{
		{`format("%99999999d", 1)`, "longer than 10 MB"},
		{`format("%.99999999f", 1)`, "longer than 10 MB"},
		{`format("%999999999999999999999s", "a")`, "longer than 10 MB"},
		{`formatlist("%9999999s", [1, 2, 3])`, "longer than 10 MB"},
		{`formatlist("%[1]s%[1]s", ` + longer + `, [1, 2, 3])`, "longer than 10 MB"},
		{`join(` + long + `, range(1024), range(1024))`, "longer than 10 MB"},
		{`indent(20000000, "a")`, "longer than 10 MB"},
		{`indent(9000, replace(` + long + `, "0", "\n"))`, ""},
		{`indent(90000, replace(` + long + `, "0", "\n"))`, "longer than 10 MB"},
		{`replace(` + long + `, "", ` + long + `)`, "longer than 10 MB"},
		{`replace(` + long + `, "/./", ` + long + `)`, "longer than 10 MB"},
		{`replace(` + long + `, "/(.*)/", "$1$1")`, ""},
		{`flatten([for i in range(400) : range(400)])`, "more than 100000 elements"},
		{`concat([for i in range(400) : range(400)]...)`, "more than 100000 elements"},
		{`regexall("(a*)*b", ` + long + `)`, ""},
		{`regexall("(x{1000}|y{1000}|z{1000}){1}[0-9]?", ` + longer + `)`, "too large for a text of this length"},
		{`parseint(` + longer + `, 10)`, "more than 10000 digits"},
		{`tonumber("1e999999999")`, "exponent of more than 4 digits"},
		{`jsondecode("[1e999999999]")`, "exponent of more than 4 digits"},
		{`jsondecode(join("", [for i in range(1000) : "["]))`, "nested more than 100 deep"},
		{`yamldecode("a: 1e999999999")`, "exponent of more than 4 digits"},
		{`yamldecode("a: '#0e123456'")`, ""},
		{`yamldecode(join("", [for i in range(1024) : "["]))`, "nested more than 1000 deep"},
		{`yamldecode(join("", [for i in range(1024) : "- "]))`, "nested more than 100 deep"},
		{`yamldecode("a: &a [x]\nb: *a\nc: *a\n")`, ""},
		{`yamldecode(join("\n", concat(["k0: &k0 [x]"], [for i in range(1, 30) : format("k%d: &k%d [*k%d, *k%d, *k%d]", i, i, i - 1, i - 1, i - 1)])))`, "so many anchors and aliases"},
		{`range(2000)`, "more than 1024 values"},
		{strings.Repeat("try(", 60) + "1" + strings.Repeat(")", 60), ""},
		{strings.Repeat("can(try(", 30) + "1" + strings.Repeat("))", 30), ""},
		{strings.Repeat("try(", 60) + "1 + true" + strings.Repeat(")", 60), "no expression succeeded"},
		{`urlencode(replace(` + longer + `, "1", "é"))`, "longer than 10 MB"},
	} {
		t.Run(test.expression, func(t *testing.T) {
			_, diags := evaluateOne(t, test.expression)
			if test.want == "" {
				require.Empty(t, diags)
				return
			}
			require.True(t, diags.HasErrors())
			assert.Contains(t, diags[0].Detail, test.want)
		})
	}
}

// A message that quotes its argument must not quote a secret.
func TestFunctionsKeepSecrets(t *testing.T) {
	for _, src := range []string{
		`file(var.s)`, `fileset(var.s, "[")`, `fileset(".", "[${var.s}")`, `fileexists("d/../${var.s}/../d")`,
		`tokens(var.s)`, `templatefile(var.s, {})`, `templatefile("tpl.txt", {(var.s) = 1, "${var.s}.x" = 1})`, `templatestring(var.s, var.s)`,
		`tonumber(var.s)`, `tobool(var.s)`, `parseint(var.s, 10)`, `lookup({}, var.s)`, `lookup(tomap({a = "b"}), var.s)`,
		`replace("a", "/(${var.s}/", "x")`, `regex("(${var.s}", "a")`, `regexall("(${var.s}", "a")`,
		`lighten(var.s, 0.1)`, `mix("#000", var.s, 0.1)`, `contrast(var.s, "#fff")`, `readable_on(var.s)`,
	} {
		t.Run(src, func(t *testing.T) {
			v, diags := evaluateOne(t, src)
			if !diags.HasErrors() {
				assert.True(t, v.ContainsMarked())
			}
			for _, d := range diags {
				assert.NotContains(t, d.Summary+d.Detail, "sekret")
			}
		})
	}
}

// Unknown and sensitive arguments pass through the wrappers unharmed.
func TestFunctionsPassOnWhatIsNotKnown(t *testing.T) {
	for _, test := range []struct{ expression, want string }{
		{`tostring(var.u)`, "(known after apply)"},
		{`replace(var.u, "a", "b")`, "(known after apply)"},
		{`file(var.u)`, "(known after apply)"},
		{`tokens(var.u)`, "(known after apply)"},
		{`jsondecode(var.u)`, "(known after apply)"},
		{`format("%s-%s", var.u, "a")`, "(known after apply)"},
		{`join(",", [var.u, "a"])`, "(known after apply)"},
		{`join("-", [var.u], [null])`, "(known after apply)"},
		{`lighten(var.u, 0.1)`, "(known after apply)"},
		{`lookup({a = var.u}, "a")`, "(known after apply)"},
		{`lookup({a = 1}, var.u, 2)`, "(known after apply)"},
		{`length([var.u])`, "1"},
		{`length(var.u)`, "(known after apply)"},
		{`coalesce("", var.u)`, "(known after apply)"},
		{`alltrue([tobool(var.u), false])`, "false"},
		{`alltrue([tobool(var.u)])`, "(known after apply)"},
		{`replace(var.u, var.s, "b")`, "(sensitive value)"},
		{`upper(var.s)`, "(sensitive value)"},
		{`tostring(var.s)`, "(sensitive value)"},
		{`lookup({a = var.s, b = 1}, "b")`, "1"},
		{`lookup({a = var.s, b = 1}, "a")`, "(sensitive value)"},
		{`length([var.s])`, "1"},
		{`length(var.s)`, "(sensitive value)"},
		{`nonsensitive(var.s)`, `"sekret"`},
		{`issensitive(upper(var.s))`, "true"},
		{`templatestring(var.s, {})`, "(sensitive value)"},
	} {
		t.Run(test.expression, func(t *testing.T) {
			v, diags := evaluateOne(t, test.expression)
			require.Empty(t, diags)
			assert.Equal(t, test.want, show(v))
		})
	}
}

// Editors show the descriptions; templatefile's inner functions are the same.
func TestFunctionsDescribeThemselves(t *testing.T) {
	fs := Table(syntax.NewFiles(stackFiles(), "stack"), nil, NewBudget(t.Context()))
	for name, f := range fs {
		assert.NotEmpty(t, f.Description(), name)
	}
	for _, name := range []string{"timestamp", "uuid", "bcrypt", "plantimestamp", "abspath", "pathexpand", "cidrsubnet", "rsadecrypt"} {
		assert.NotContains(t, fs, name)
	}
	assert.Len(t, fs, 86)
}

// replace with a pattern is ReplaceAllString, limits aside.
func FuzzReplacePattern(f *testing.F) {
	f.Add("a1b22", "[0-9]*", "<$0>")
	f.Add("aaa", "a|", "${1}x")
	f.Fuzz(func(t *testing.T, str, pattern, with string) {
		got, err := NewBudget(t.Context()).replacePattern(str, pattern, with)
		if err != nil {
			return
		}
		assert.Equal(t, regexp.MustCompile(pattern).ReplaceAllString(str, with), got)
	})
}
