package function

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	hcljson "github.com/hashicorp/hcl/v2/json"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"livery/schema/limit"
	"livery/schema/syntax"
	"livery/schema/tokens"
)

// evaluateWithin evaluates an expression on a budget, with the numbers 0 to 1023 and a
// text of a thousand letters at hand.
func evaluateWithin(t *testing.T, budget *Budget, src string) (cty.Value, hcl.Diagnostics) {
	t.Helper()
	expr, diags := hclsyntax.ParseExpression([]byte(src), "test.hcl", hcl.InitialPos)
	require.Empty(t, diags, src)
	return budget.Value(expr, contextOn(budget))
}

func contextOn(budget *Budget) *hcl.EvalContext {
	numbers := make([]cty.Value, 1024)
	for i := range numbers {
		numbers[i] = cty.NumberIntVal(int64(i))
	}
	return &hcl.EvalContext{
		Functions: Table(syntax.NewFiles(stackFiles(), "/stack"), tokens.NewReader(syntax.NewFiles(stackFiles(), "/stack"), same), budget),
		Variables: map[string]cty.Value{"local": cty.ObjectVal(map[string]cty.Value{
			"l": cty.ListVal(numbers), "t": cty.StringVal(strings.Repeat("a", 1000)), "s": cty.StringVal("%{for a in range(1000)}%{for b in range(1000)}x%{endfor}%{endfor}"),
		})},
	}
}

// doubled is a value that is small here and endless when all of it is looked at: each
// loop puts what is there twice into a list.
func doubled() string {
	const n = 60
	return strings.Repeat("[for a in [", n) + "[1, 2]" + strings.Repeat("] : [a, a]]", n)
}

// None of these would end without a bound, or fit into a machine. Where time is what a
// thing costs, it is a thousand times what the budget of a file's constants allows.
func TestBudgetEnds(t *testing.T) {
	loop := func(inner string) string {
		return "[for x in range(1000) : [for y in range(1000) : [for z in range(1000) : " + inner + "]]]"
	}
	tests := map[string]string{
		"loops":                        loop("x"),
		"loops that keep nothing":      loop("x if false"),
		"loops of objects":             "{for x in local.l : x => {for y in local.l : y => {for z in local.l : z => 1}}}",
		"loops of groups":              "{for x in local.l : 1 => {for y in local.l : 1 => {for z in local.l : 1 => 1...}...}...}",
		"splats":                       loop("local.l[*]"),
		"splats of splats":             "[for x in local.l : [for y in local.l : local.l[*]]][*][*]",
		"constant lists":               loop("[" + strings.Repeat("[],", 1000) + "]"),
		"constant objects":             loop("{a = {}, b = {}}"),
		"a loop in a condition":        "length(" + loop("x") + ") > 1 ? 1 : 2",
		"a loop in an index":           loop("x") + "[0][0][0]",
		"a loop in a key":              "{(tostring(length(" + loop("x") + "))) = 1}",
		"a loop that is tried":         "try(" + loop("x") + ", 1)",
		"a loop that is asked":         "can(" + loop("x") + ")",
		"texts":                        `"%{for x in range(1000)}%{for y in range(1000)}%{for z in range(1000)}x%{endfor}%{endfor}%{endfor}"`,
		"long texts":                   loop(`"${local.t}${local.t}"`),
		"joined texts":                 loop(`join("", [local.t, local.t])`),
		"a template":                   "templatestring(local.s, {})",
		"calls":                        loop("contains(local.l, -1)"),
		"conversions":                  loop("tolist([for c in local.l : tostring(c)])"),
		"branches":                     loop(`true ? local.l : [""]`),
		"comparisons":                  loop("local.l == local.l"),
		"regular expressions":          loop(`regexall("(a*)*b", local.t)`),
		"replacements":                 loop(`replace(local.t, "/(a*)*b/", "")`),
		"decoded texts":                loop(`jsondecode("[1, 2, 3]")`),
		"doubled values compared":      doubled() + " == " + doubled(),
		"doubled values that differ":   doubled() + " != " + doubled(),
		"a doubled value in a call":    "length(" + doubled() + ")",
		"a doubled value in a branch":  "true ? " + doubled() + " : []",
		"a doubled value as arguments": "concat(" + doubled() + "...)",
	}
	for name, src := range tests {
		t.Run(name, func(t *testing.T) {
			budget := NewConstantBudget()
			v, diags := evaluateWithin(t, budget, src)
			assert.Empty(t, diags, "the budget says it, once")
			assert.False(t, v.IsKnown())
			require.NotNil(t, budget.Fault())
			assert.Equal(t, "Too much to evaluate", budget.Fault().Summary)
			assert.Equal(t, 1, budget.Fault().Subject.Start.Line)
			v, diags = evaluateWithin(t, budget, "1 + 1")
			assert.Empty(t, diags)
			assert.False(t, v.IsKnown(), "nothing is evaluated any more")
		})
	}
}

// The string of a JSON file is a template too.
func TestBudgetEndsInJSON(t *testing.T) {
	file, diags := hcljson.Parse([]byte(`{"a": {"b": [1, "${[for x in range(1000) : [for y in range(1000) : y]]}"]}}`), "test.json")
	require.Empty(t, diags)
	attributes, _ := file.Body.JustAttributes()
	budget := NewConstantBudget()
	_, diags = budget.Value(attributes["a"].Expr, contextOn(budget))
	assert.Empty(t, diags)
	assert.NotNil(t, budget.Fault())
}

// An expression of the JSON syntax has the value that the library gives it.
func TestBudgetReadsJSON(t *testing.T) {
	for _, src := range []string{
		`"x"`, `"${local.l[1]}"`, `"a ${local.l[1]}"`, `1`, `true`, `null`, `[]`, `{}`, `[1, "a", null, {"b": "${local.l[2]}"}]`, `{"a-b": {"${local.l[3]}": 1}}`,
		`{"a": 1, "a": 2}`, `"${"`, `"${nosuch}"`, `{"${nosuch}": 1}`,
	} {
		file, diags := hcljson.Parse([]byte(`{"a": `+src+`}`), "test.json")
		require.Empty(t, diags)
		attributes, _ := file.Body.JustAttributes()
		expr := attributes["a"].Expr
		for _, ctx := range []*hcl.EvalContext{nil, contextOn(NewConstantBudget())} {
			want, wantDiags := expr.Value(ctx)
			got, gotDiags := NewConstantBudget().Value(expr, ctx)
			require.Equal(t, wantDiags.HasErrors(), gotDiags.HasErrors(), src)
			if wantDiags.HasErrors() {
				assert.Equal(t, wantDiags[0].Detail, gotDiags[0].Detail, src)
				assert.Equal(t, wantDiags[0].Subject, gotDiags[0].Subject, src)
			} else {
				assert.True(t, want.RawEquals(got), "%s: %#v, not %#v", src, got, want)
			}
		}
	}
}

// The fault is about the expression that took most, not the one that came last.
func TestBudgetNamesTheDearest(t *testing.T) {
	budget := NewConstantBudget()
	ctx := contextOn(budget)
	for line, src := range []string{"1", "[for x in range(100) : 1]", "2", "[for x in local.l : 1]", "[for x in range(10) : 1]"} {
		expr, diags := hclsyntax.ParseExpression([]byte(src), "test.hcl", hcl.Pos{Line: line + 1, Column: 1})
		require.Empty(t, diags)
		for range 20 {
			budget.Value(expr, ctx)
		}
	}
	require.NotNil(t, budget.Fault())
	assert.Equal(t, 4, budget.Fault().Subject.Start.Line)
}

func TestBudgetEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	budget := NewBudget(ctx)
	_, diags := evaluateWithin(t, budget, "[for x in local.l : x]")
	require.Empty(t, diags)
	require.Nil(t, budget.Fault())
	cancel()
	_, diags = evaluateWithin(t, budget, "[for x in local.l : x]")
	require.Empty(t, diags)
	assert.Equal(t, "Interrupted", budget.Fault().Summary)
}

// What has gone wrong within a call is said in a sentence about the call.
func TestArithmeticFaults(t *testing.T) {
	tests := map[string]string{
		`log(0, 0)`:                      `Call to function "log" failed: the result is not a number.`,
		`log(-1, 10)`:                    `Call to function "log" failed: the result is not a number.`,
		`log(2, 1)`:                      `Call to function "log" failed: the result is infinite.`,
		`pow(-1, 0.5)`:                   `Call to function "pow" failed: the result is not a number.`,
		`pow(10, 400)`:                   `Call to function "pow" failed: the result is infinite.`,
		`pow(0, -1)`:                     `Call to function "pow" failed: the result is infinite.`,
		`sum([1/0, -1/0])`:               "The divisor is 0. If it may be, ask first, as in n == 0 ? 0 : 100 / n.",
		`1 / 0`:                          "The divisor is 0. If it may be, ask first, as in n == 0 ? 0 : 100 / n.",
		`0 / 0`:                          "The divisor is 0. If it may be, ask first, as in n == 0 ? 0 : 100 / n.",
		`1 % "0"`:                        "The divisor is 0. If it may be, ask first, as in n == 0 ? 0 : 100 / n.",
		`"inf" + 1`:                      "This text stands for no number: a number is infinite.",
		`-"Infinity"`:                    "This text stands for no number: a number is infinite.",
		`"1e999999999" + 1`:              "This text stands for no number: a number has an exponent of more than 4 digits.",
		`1e9999 * 1e9999 * 1e9999`:       "The result has more than 20000 digits.",
		`1 / 1e9999 / 1e9999 / 1e9999`:   "The result has more than 20000 digits.",
		`tonumber("inf")`:                `Invalid value for "v" parameter: a number is infinite.`,
		`[for n in [0] : 1 / n]`:         "The divisor is 0. If it may be, ask first, as in n == 0 ? 0 : 100 / n.",
		`upper("${log(0, 0)}")`:          `Call to function "log" failed: the result is not a number.`,
		`templatefile("l.txt", {l = 1})`: "",
	}
	for src, want := range tests {
		_, diags := evaluateWithin(t, NewBudget(t.Context()), src)
		require.NotEmpty(t, diags, src)
		if want != "" {
			assert.Equal(t, want, diags[0].Detail, src)
		}
		assert.NotNil(t, diags[0].Subject, src)
	}
	for src, want := range map[string]string{`0 == 0 ? 0 : 1 / 0`: "0", `try(1 / 0, 7)`: "7", `4 / 2`: "2", `-"5"`: "-5", `5 % 3`: "2"} {
		v, diags := evaluateWithin(t, NewBudget(t.Context()), src)
		require.Empty(t, diags, src)
		assert.Equal(t, want, show(v), src)
	}
}

// nasty are arguments that nobody thinks of.
var nasty = []string{
	`null`, `"a"`, `""`, `"0"`, `"é\u0301😀"`, `0`, `-1`, `0.5`, `-1e300`, `1e-300`, `true`, `[]`, `{}`, `[null]`, `[[]]`, `[1, "a", true, null, []]`, `["a", "b"]`, `{a = 1}`, `{a = null, b = []}`,
	`tolist([])`, `toset([])`, `tomap({})`, `tolist([1, 2])`, `toset(["a"])`, `tomap({a = "b"})`, `var.s`, `var.u`, `[var.u]`, `toset([var.u])`, `{a = var.u}`, `{(var.u) = 1}`, `[var.s]`, `var.none`,
	`"%"`, `"%s%[9]d%*d"`, `"("`, `"/(/"`, `"["`, `"{a: *a}"`, `"../../.."`, `"\u0000"`,
}

// Every function takes every argument, and says what is wrong with it in words.
func TestFunctionsTakeAnything(t *testing.T) {
	ctx := contextOn(NewBudget(t.Context()))
	ctx.Variables["var"] = cty.ObjectVal(map[string]cty.Value{
		"s": cty.StringVal("sekret").Mark(Sensitive), "u": cty.UnknownVal(cty.String), "none": cty.DynamicVal,
	})
	var calls []string
	for name, f := range ctx.Functions {
		for i, a := range nasty {
			b, c := nasty[(i*7+len(name))%len(nasty)], nasty[(i*11+3)%len(nasty)]
			calls = append(calls, fmt.Sprintf("%s(%s)", name, a), fmt.Sprintf("%s(%s, %s)", name, a, b), fmt.Sprintf("%s(%s, %s, %s)", name, a, b, c))
			if f.VarParam() != nil || len(f.Params()) == 2 {
				for j := i % 3; j < len(nasty); j += 3 {
					calls = append(calls, fmt.Sprintf("%s(%s, %s)", name, a, nasty[j]))
				}
			}
		}
	}
	slices.Sort(calls)
	for _, src := range slices.Compact(calls) {
		expr, diags := hclsyntax.ParseExpression([]byte(src), "test.hcl", hcl.InitialPos)
		require.Empty(t, diags, src)
		budget := NewBudget(t.Context())
		_, diags = budget.Value(expr, ctx)
		require.Nil(t, budget.Fault(), src)
		for _, d := range diags {
			text := d.Summary + d.Detail
			assert.NotContains(t, text, "panic", src)
			assert.NotContains(t, text, "goroutine", src)
			assert.NotContains(t, text, "cannot deal with these arguments", src)
			assert.NotContains(t, text, "sekret", src)
		}
	}
}

// What files hold is made once, and drawn for once, however many expressions ask for it.
func TestFilesAreDecodedOnce(t *testing.T) {
	budget := NewBudget(t.Context())
	ctx := contextOn(budget)
	list := "[" + strings.Repeat(`{"a": 1},`, 999) + `{"a": 1}]`
	files := fstest.MapFS{
		"stack/a.json": {Data: []byte(list)}, "stack/same.json": {Data: []byte(list)}, "stack/a.csv": {Data: []byte("a\n" + strings.Repeat("1\n", 1000))},
		"stack/a.tpl": {Data: []byte("%{for i in range(1000)}${x}%{endfor}")}, "stack/tokens.json": {Data: []byte(`{"c": {"$type": "color", "$value": "#0B5FFF"}}`)},
	}
	ctx.Functions = Table(syntax.NewFiles(files, "stack"), tokens.NewReader(syntax.NewFiles(files, "stack"), same), budget)
	value := func(src string) (v cty.Value, drawn int) {
		expr, diags := hclsyntax.ParseExpression([]byte(src), "test.hcl", hcl.InitialPos)
		require.Empty(t, diags)
		before := budget.memory
		v, diags = budget.Value(expr, ctx)
		require.Empty(t, diags)
		return v, before - budget.memory
	}
	for _, src := range []string{
		`jsondecode(file("a.json"))`, `yamldecode(file("a.json"))`, `csvdecode(file("a.csv"))`, `templatefile("a.tpl", {x = 1})`, `tokens("tokens.json")`,
	} {
		first, drawn := value(src)
		assert.Positive(t, drawn, src)
		again, drawn := value(src)
		assert.Zero(t, drawn, src)
		assert.True(t, first.RawEquals(again), src)
	}
	_, drawn := value(`jsondecode(file("same.json"))`)
	assert.Less(t, drawn, 20_000, "the text is read, and known already")
	one, _ := value(`templatefile("a.tpl", {x = 1})`)
	two, _ := value(`templatefile("a.tpl", {x = 2})`)
	assert.False(t, one.RawEquals(two), "other arguments, another text")
	for range 2 {
		_, diags := evaluateWithin(t, budget, `jsondecode("[")`)
		assert.True(t, diags.HasErrors(), "faults are remembered too")
	}
	secret, _ := value(`jsondecode(sensitive("[1]"))`)
	plain, _ := value(`jsondecode("[1]")`)
	assert.True(t, secret.IsMarked())
	assert.False(t, plain.IsMarked())
}

// What an expression costs does not change what it means: it has the value, or the fault,
// that the library gives it alone.
func FuzzBudget(f *testing.F) {
	for _, src := range []string{
		`[for a, b in {x = 1} : "${a}-${b}" if b > 0]`, `{for a in ["x", "y", "x"] : a => 1...}`, `local.t == "a" ? [1, "b"] : ["c"]`, `{a = {b = [1, 2]}}.a.b[*]`,
		`[{a = 1}, {a = 2}][*].a`, `"%{if true}a%{else}b%{endif}%{for x in [1, 2]}${x}%{endfor}"`, `-(-1) + 2 * 3 % 2`, `!(1 < 2 || false) && true`, `{(1) = 2, "a" = 3, b = 4}`,
		`try(nosuch.a, upper("b"))`, `can([1][3])`, `concat([[1], [2]]...)`, `<<A
${1} x
A
`, `merge({a = 1}, {b = 2}).b`, `sensitive("a")`, `"${"a"}"`, `[1, 2].0`,
	} {
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src string) {
		if len(src) > 200 || strings.Count(src, "for") > 2 || limit.Check([]byte("a = "+src), "a.hcl") != nil || strings.Contains(src, "range") {
			return // without a bound it may take for ever
		}
		expr, diags := hclsyntax.ParseExpression([]byte(src), "test.hcl", hcl.InitialPos)
		if diags.HasErrors() {
			return
		}
		budget := NewBudget(t.Context())
		ctx := contextOn(budget)
		got, gotDiags := budget.Value(expr, ctx)
		if budget.Fault() != nil || slices.ContainsFunc(gotDiags, func(d *hcl.Diagnostic) bool { return d.Severity == hcl.DiagError }) {
			return // it may be refused for more reasons; TestArithmeticFaults knows them
		}
		want, wantDiags := expr.Value(ctx)
		if wantDiags.HasErrors() {
			t.Fatalf("%s: %v, but the library has a fault: %v", src, got.GoString(), wantDiags)
		}
		if !want.RawEquals(got) {
			t.Fatalf("%s: %s, but the library says %s", src, got.GoString(), want.GoString())
		}
	})
}
