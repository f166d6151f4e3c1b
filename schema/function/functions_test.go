package function

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"livery/schema/syntax"
	"livery/schema/tokens"
)

// stackFiles is what lies beside the stack that these tests evaluate in.
func stackFiles() fstest.MapFS {
	files := map[string]string{
		"stack/tpl.txt":      "héllo ${name}\n",
		"stack/ab.txt":       "${a} ${b}",
		"stack/rec.txt":      `${templatefile("rec.txt",{})}`,
		"stack/l.txt":        "%{for x in l}${x}\n%{endfor}",
		"stack/bin":          "\xff\xfe",
		"stack/d/a.txt":      "",
		"stack/d/sub/b.txt":  "",
		"stack/d/c.json":     "",
		"stack/d/.hid":       "",
		"shared/tokens.json": `{"brand": {"$type": "color", "main": {"$value": "#0B5FFF"}}}`,
	}
	fsys := make(fstest.MapFS, len(files))
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

// evaluateIn gives the value of an expression in the stack, with one sensitive
// variable and two templates at hand.
func evaluateIn(t *testing.T, f *syntax.Files, src string) (cty.Value, hcl.Diagnostics) {
	t.Helper()
	expr, diags := hclsyntax.ParseExpression([]byte(src), "test.hcl", hcl.InitialPos)
	require.Empty(t, diags, src)
	budget := NewBudget(context.Background())
	return budget.Value(expr, &hcl.EvalContext{
		Functions: Table(f, tokens.NewReader(f, same), budget),
		Variables: map[string]cty.Value{
			"var":   cty.ObjectVal(map[string]cty.Value{"s": cty.StringVal("sekret").Mark(Sensitive), "u": cty.UnknownVal(cty.String)}),
			"local": cty.ObjectVal(map[string]cty.Value{"t": cty.StringVal("hi ${n}"), "tb": cty.StringVal("hi ${")}),
		},
	})
}

func evaluateOne(t *testing.T, src string) (cty.Value, hcl.Diagnostics) {
	t.Helper()
	return evaluateIn(t, syntax.NewFiles(stackFiles(), "/stack"), src)
}

// show writes a value as the console of Terraform does, on one line.
func show(v cty.Value) string {
	switch t := v.Type(); {
	case v.IsMarked():
		return "(sensitive value)"
	case v.IsNull() && t == cty.DynamicPseudoType:
		return "null"
	case v.IsNull():
		return "null of " + t.FriendlyName()
	case !v.IsKnown():
		return "(known after apply)"
	case t == cty.String || t == cty.Number || t == cty.Bool:
		return syntax.Expression(v)
	case t.IsListType():
		return "tolist([" + showElements(v) + "])"
	case t.IsSetType():
		return "toset([" + showElements(v) + "])"
	case t.IsTupleType():
		return "[" + showElements(v) + "]"
	case t.IsMapType():
		return "tomap({" + showMembers(v) + "})"
	default:
		return "{" + showMembers(v) + "}"
	}
}

func showElements(v cty.Value) string {
	if v.LengthInt() == 0 {
		return ""
	}
	var b strings.Builder
	for it := v.ElementIterator(); it.Next(); {
		_, element := it.Element()
		b.WriteString(" " + show(element) + ",")
	}
	return b.String() + " "
}

func showMembers(v cty.Value) string {
	if v.LengthInt() == 0 {
		return ""
	}
	var b strings.Builder
	for it := v.ElementIterator(); it.Next(); {
		k, element := it.Element()
		fmt.Fprintf(&b, " %q = %s", k.AsString(), show(element))
	}
	return b.String() + " "
}

// The answers are those of Terraform 1.11.4's console.
func TestFunctionsAnswerAsTerraform(t *testing.T) {
	for _, test := range []struct{ expression, want string }{
		{`startswith("hello","he")`, `true`},
		{`alltrue([])`, `true`},
		{`alltrue([true,"false"])`, `false`},
		{`alltrue([true,null])`, `false`},
		{`anytrue([null,true])`, `true`},
		{`anytrue([])`, `false`},
		{`anytrue([null])`, `false`},
		{`one([])`, `null`},
		{`one(["a"])`, `"a"`},
		{`one(toset(["x"]))`, `"x"`},
		{`sum([1,2,3.5])`, `6.5`},
		{`sum(["1","2"])`, `3`},
		{`sum(toset([1,2]))`, `3`},
		{`index(["a","b"],"b")`, `1`},
		{`lookup({a="b"},"a")`, `"b"`},
		{`lookup({a="b"},"z","d")`, `"d"`},
		{`lookup({a="b"},"z",1)`, `1`},
		{`lookup({a=1,b="x"},"a","d")`, `1`},
		{`lookup(tomap({a="b"}),"z",1)`, `"1"`},
		{`lookup({a=null},"a","d")`, `null`},
		{`replace("a1b22","/[0-9]+/","<$0>")`, `"a<1>b<22>"`},
		{`replace("abc","b","")`, `"ac"`},
		{`replace("a.b.c",".","-")`, `"a-b-c"`},
		{`replace("a/b/c","/","-")`, `"a-b-c"`},
		{`replace("abc","//","x")`, `"xaxbxcx"`},
		{`replace("hello","/(?P<x>l+)/","[$x]")`, `"he[ll]o"`},
		{`replace("abc","","-")`, `"-a-b-c-"`},
		{`urlencode("a b&c=ü/?~*'()")`, `"a+b%26c%3D%C3%BC%2F%3F~%2A%27%28%29"`},
		{`basename("a/b/c.txt")`, `"c.txt"`},
		{`basename("")`, `"."`},
		{`basename("/")`, `"/"`},
		{`dirname("a/b/c.txt")`, `"a/b"`},
		{`dirname("c")`, `"."`},
		{`dirname("")`, `"."`},
		{`dirname("/a/b/")`, `"/a/b"`},
		{`fileexists("tpl.txt")`, `true`},
		{`fileexists("nope")`, `false`},
		{`fileset("d","*")`, `toset([ ".hid", "a.txt", "c.json", ])`},
		{`fileset("d","**")`, `toset([ ".hid", "a.txt", "c.json", "sub/b.txt", ])`},
		{`fileset(".","d/*.txt")`, `toset([ "d/a.txt", ])`},
		{`fileset("d","**/*.txt")`, `toset([ "a.txt", "sub/b.txt", ])`},
		{`fileset("nope","*")`, `toset([])`},
		{`fileset("d","{a,c}.*")`, `toset([ "a.txt", "c.json", ])`},
		{`templatefile("tpl.txt",{name="Bob"})`, `"héllo Bob\n"`},
		{`templatefile("l.txt",{l=["a","b"]})`, `"a\nb\n"`},
		{`templatestring(local.t,{n="Bob"})`, `"hi Bob"`},
		{`tostring(1.5)`, `"1.5"`},
		{`tostring(true)`, `"true"`},
		{`tonumber("1.5")`, `1.5`},
		{`tobool("true")`, `true`},
		{`tobool("1")`, `true`},
		{`tolist(["a",1])`, `tolist([ "a", "1", ])`},
		{`toset(["a","a",1])`, `toset([ "1", "a", ])`},
		{`tomap({a=1,b="x"})`, `tomap({ "a" = "1" "b" = "x" })`},
		{`sensitive("a")`, `(sensitive value)`},
		{`nonsensitive("a")`, `"a"`},
		{`nonsensitive(sensitive("a"))`, `"a"`},
		{`issensitive("a")`, `false`},
		{`issensitive(sensitive("a"))`, `true`},
		{`issensitive([sensitive("a")])`, `false`},
		{`coalesce("","b")`, `"b"`},
		{`coalesce(null,"b")`, `"b"`},
		{`coalesce(1,"b")`, `"1"`},
		{`coalesce([],["a"])`, `tolist([])`},
		{`coalescelist([],["a"])`, `[ "a", ]`},
		{`length("👨‍👩‍👧‍👦é")`, `2`},
		{`length([1,2])`, `2`},
		{`length({a=1})`, `1`},
		{`length(toset([]))`, `0`},
		{`strcontains("hello","ell")`, `true`},
		{`endswith("hello","lo")`, `true`},
		{`parseint("ff",16)`, `255`},
		{`indent(2,"a\nb")`, `"a\n  b"`},
		{`join(",",["a","b"],["c"])`, `"a,b,c"`},
		{`format("%5s|%-5s|%05d|%.2f|%x|%t|%q|%v|%#v","a","b",3,1.234,255,true,"q",[1],{a=1})`, `"    a|b    |00003|1.23|ff|true|\"q\"|[1]|{\"a\":1}"`},
		{`format("%[2]s %[1]s","a","b")`, `"b a"`},
		{`formatlist("%s-%s",["a","b"],"c")`, `tolist([ "a-c", "b-c", ])`},
		{`distinct(["a","b","a"])`, `tolist([ "a", "b", ])`},
		{`distinct([1,"1"])`, `tolist([ "1", ])`},
		{`concat(["a"],[1])`, `[ "a", 1, ]`},
		{`flatten([["a"],[["b"],"c"]])`, `[ "a", "b", "c", ]`},
		{`jsonencode({a="<b>&é\u2028",b=[1,true,null]})`, `"{\"a\":\"\\u003cb\\u003e\\u0026é\\u2028\",\"b\":[1,true,null]}"`},
		{`jsondecode("{\"a\":[1,null]}")`, `{ "a" = [ 1, null, ] }`},
		{`yamldecode("a: 1\nb: [x, null]\n")`, `{ "a" = 1 "b" = [ "x", null, ] }`},
		{`yamlencode({a=1,b=["x"],c="yes"})`, `"\"a\": 1\n\"b\":\n- \"x\"\n\"c\": \"yes\"\n"`},
		{`csvdecode("a,b\n1,2\n3,4")`, `tolist([ { "a" = "1" "b" = "2" }, { "a" = "3" "b" = "4" }, ])`},
		{`can(tonumber("x"))`, `false`},
		{`try(tonumber("x"),"d")`, `"d"`},
		{`regex("[a-z]+","123abc")`, `"abc"`},
		{`regexall("[a-z]","a1b2")`, `tolist([ "a", "b", ])`},
		{`regexall("(?P<l>[a-z])","a1b2")`, `tolist([ { "l" = "a" }, { "l" = "b" }, ])`},
		{`title("hello world-x")`, `"Hello World-X"`},
		{`trim("?!hello?!","!?")`, `"hello"`},
		{`substr("héllo",1,3)`, `"éll"`},
		{`substr("hello",-2,-1)`, `"lo"`},
		{`strrev("añ")`, `"ña"`},
		{`chomp("a\n\n")`, `"a"`},
		{`sort(["b","a"])`, `tolist([ "a", "b", ])`},
		{`split(",","a,,b")`, `tolist([ "a", "", "b", ])`},
		{`signum(-2)`, `-1`},
		{`pow(2,10)`, `1024`},
		{`log(16,2)`, `4`},
		{`max(1,3,2)`, `3`},
		{`ceil(1.2)`, `2`},
		{`abs(-1.5)`, `1.5`},
		{`element(["a","b"],3)`, `"b"`},
		{`compact(["a","",null])`, `tolist([ "a", ])`},
		{`contains(["a"],"a")`, `true`},
		{`keys({b=1,a=2})`, `[ "a", "b", ]`},
		{`values({b=1,a=2})`, `[ 2, 1, ]`},
		{`merge({a=1},{b=2})`, `{ "a" = 1 "b" = 2 }`},
		{`merge({a=1},null)`, `{ "a" = 1 }`},
		{`reverse(["a","b"])`, `[ "b", "a", ]`},
		{`setintersection(["a","b"],["b"])`, `toset([ "b", ])`},
		{`setsubtract(["a","b"],["b"])`, `toset([ "a", ])`},
		{`setunion(["a"],["b"])`, `toset([ "a", "b", ])`},
		{`slice(["a","b","c"],1,2)`, `[ "b", ]`},
		{`zipmap(["a","b"],[1,2])`, `{ "a" = 1 "b" = 2 }`},
	} {
		t.Run(test.expression, func(t *testing.T) {
			v, diags := evaluateOne(t, test.expression)
			require.Empty(t, diags)
			assert.Equal(t, test.want, show(v))
		})
	}
}

// The faults are those of Terraform 1.11.4's console.
func TestFunctionsRefuseAsTerraform(t *testing.T) {
	for _, test := range []struct{ expression, want string }{
		{`one(["a","b"])`, `Invalid value for "list" parameter: must be a list, set, or tuple value with either zero or one elements.`},
		{`one("a")`, `Invalid value for "list" parameter: must be a list, set, or tuple value with either zero or one elements.`},
		{`one(null)`, `Invalid value for "list" parameter: argument must not be null.`},
		{`one({a=1})`, `Invalid value for "list" parameter: must be a list, set, or tuple value with either zero or one elements.`},
		{`sum([])`, `Invalid value for "list" parameter: cannot sum an empty list.`},
		{`sum(["a"])`, `Invalid value for "list" parameter: argument must be list, set, or tuple of number values.`},
		{`sum([1,null])`, `Invalid value for "list" parameter: argument must be list, set, or tuple of number values.`},
		{`sum("a")`, `Invalid value for "list" parameter: cannot sum noniterable.`},
		{`sum([[1]])`, `Invalid value for "list" parameter: argument must be list, set, or tuple of number values.`},
		{`index(["a"],"z")`, `Call to function "index" failed: item not found.`},
		{`index([],"z")`, `Call to function "index" failed: cannot search an empty list.`},
		{`index("a","z")`, `Call to function "index" failed: argument must be a list or tuple.`},
		{`index({a=1},1)`, `Call to function "index" failed: argument must be a list or tuple.`},
		{`index(["1"],1)`, `Call to function "index" failed: item not found.`},
		{`index([1],"1")`, `Call to function "index" failed: item not found.`},
		{`lookup({a="b"},"z")`, `Invalid value for "inputMap" parameter: the given object has no attribute "z".`},
		{`lookup(tomap({a="b"}),"z")`, `Call to function "lookup" failed: lookup failed to find key "z".`},
		{`lookup(tomap({a="b"}),"z",[1])`, `Invalid value for "default" parameter: the default value must have the same type as the map elements.`},
		{`lookup({a="b"},"a","c","d")`, `Call to function "lookup" failed: lookup() takes two or three arguments, got 4.`},
		{`lookup("x","a")`, `Invalid value for "inputMap" parameter: lookup() requires a map as the first argument.`},
		{`lookup(null,"a")`, `Invalid value for "inputMap" parameter: argument must not be null.`},
		{`replace("abc","/(/","x")`, "Call to function \"replace\" failed: error parsing regexp: missing closing ): `(`."},
		{`file("bin")`, `Call to function "file" failed: contents of "bin" are not valid UTF-8.`},
		{`fileexists("d")`, `Call to function "fileexists" failed: "d" is a directory, not a file.`},
		{`fileset("d","[")`, `Call to function "fileset" failed: failed to glob pattern "d/[": syntax error in pattern.`},
		{`templatefile("tpl.txt",{})`, `Invalid value for "vars" parameter: vars map does not contain key "name", referenced at tpl.txt:1,9-13.`},
		{`templatefile("tpl.txt",{nome="x"})`, `Invalid value for "vars" parameter: vars map does not contain key "name", referenced at tpl.txt:1,9-13.`},
		{`templatefile("tpl.txt",{"a-b.c"=1,name="x"})`, `Invalid value for "vars" parameter: invalid template variable name "a-b.c": must start with a letter, followed by zero or more letters, digits, and underscores.`},
		{`templatefile("tpl.txt",{"1a"=1,name="x"})`, `Invalid value for "vars" parameter: invalid template variable name "1a": must start with a letter, followed by zero or more letters, digits, and underscores.`},
		{`templatefile("tpl.txt","x")`, `Invalid value for "vars" parameter: invalid vars value: must be a map.`},
		{`templatefile("tpl.txt",null)`, `Invalid value for "vars" parameter: argument must not be null.`},
		{`templatestring(local.t,{})`, `Invalid value for "vars" parameter: vars map does not contain key "n", referenced at <templatestring argument>:1,6-7.`},
		{`templatestring("x",{})`, `Invalid value for "template" parameter: invalid template expression: templatestring is only for rendering templates retrieved dynamically from elsewhere, and so does not support providing a literal template; consider using a template string expression instead.`},
		{`tostring([1])`, `Invalid value for "v" parameter: cannot convert tuple to string.`},
		{`tonumber("x")`, `Invalid value for "v" parameter: cannot convert "x" to number; given string must be a decimal representation of a number.`},
		{`tonumber("")`, `Invalid value for "v" parameter: cannot convert "" to number; given string must be a decimal representation of a number.`},
		{`tonumber(true)`, `Invalid value for "v" parameter: cannot convert bool to number.`},
		{`tobool("True")`, `Invalid value for "v" parameter: cannot convert "True" to bool; only the strings "true" or "false" are allowed.`},
		{`tobool(1)`, `Invalid value for "v" parameter: cannot convert number to bool.`},
		{`tolist("a")`, `Invalid value for "v" parameter: cannot convert string to list of any single type.`},
		{`tolist({a=1})`, `Invalid value for "v" parameter: cannot convert object to list of any single type.`},
		{`tomap(["a"])`, `Invalid value for "v" parameter: cannot convert tuple to map of any single type.`},
		{`tomap({a=1,b=[1]})`, `Invalid value for "v" parameter: cannot convert object to map of any single type.`},
		{`coalesce(null,null)`, `Call to function "coalesce" failed: no non-null, non-empty-string arguments.`},
		{`coalesce("","")`, `Call to function "coalesce" failed: no non-null, non-empty-string arguments.`},
		{`coalesce()`, `Call to function "coalesce" failed: all arguments must have the same type.`},
		{`coalesce("a",[1])`, `Call to function "coalesce" failed: all arguments must have the same type.`},
		{`length(1)`, `Call to function "length" failed: argument must be a string, a collection type, or a structural type.`},
		{`length(null)`, `Invalid value for "value" parameter: argument must not be null.`},
		{`length(true)`, `Call to function "length" failed: argument must be a string, a collection type, or a structural type.`},
		{`parseint("x",10)`, `Invalid value for "number" parameter: cannot parse "x" as a base 10 integer.`},
		{`parseint("10",1)`, `Invalid value for "base" parameter: base must be a whole number between 2 and 62 inclusive.`},
		{`parseint(10,10)`, `Invalid value for "number" parameter: first argument must be a string, not number.`},
		{`indent(1.5,"a\nb")`, `Call to function "indent" failed: value must be a whole number, between -9223372036854775808 and 9223372036854775807.`},
		{`range(2000)`, `Call to function "range" failed: more than 1024 values were generated; either decrease the difference between start and end or use a smaller step.`},
		{`join(",",["a",null])`, `Invalid value for "lists" parameter: element 1 is null; cannot concatenate null values.`},
		{`format("%s")`, `Call to function "format" failed: not enough arguments for "%s" at 0: need index 1 but have 0 total.`},
		{`format("%s","a","b")`, `Invalid value for "args" parameter: too many arguments; only 1 used by format string.`},
		{`format("%d",1.5)`, `Call to function "format" failed: unsupported value for "%d" at 0: an integer is required.`},
		{`format("%z",1)`, `Call to function "format" failed: unsupported format verb 'z' in "%z" at offset 0.`},
		{`concat([],"a")`, `Invalid value for "seqs" parameter: all arguments must be lists or tuples; got string.`},
		{`concat()`, `Call to function "concat" failed: at least one argument is required.`},
		{`flatten("a")`, `Call to function "flatten" failed: can only flatten lists, sets and tuples.`},
		{`jsondecode("{")`, `Call to function "jsondecode" failed: EOF.`},
		{`jsondecode("")`, `Call to function "jsondecode" failed: EOF.`},
		{`jsondecode("{} x")`, `Call to function "jsondecode" failed: extraneous data after JSON object.`},
		{`yamldecode("a: [")`, `Call to function "yamldecode" failed: on line 1, column 1: did not find expected node content.`},
		{`csvdecode("a,a\n1,2")`, `Call to function "csvdecode" failed: duplicate column name "a".`},
		{`csvdecode("a,b\n1")`, `Call to function "csvdecode" failed: CSV parse error on line 2: wrong number of fields.`},
		{`csvdecode("")`, `Call to function "csvdecode" failed: missing header line.`},
		{`regex("x","a")`, `Call to function "regex" failed: pattern did not match any part of the given string.`},
		{`regex("(","a")`, `Invalid value for "pattern" parameter: invalid regexp pattern: missing closing ) in (.`},
		{`min()`, `Call to function "min" failed: must pass at least one number.`},
		{`element([],0)`, `Call to function "element" failed: cannot use element function with an empty list.`},
		{`merge("a")`, `Call to function "merge" failed: arguments must be maps or objects, got "string".`},
	} {
		t.Run(test.expression, func(t *testing.T) {
			_, diags := evaluateOne(t, test.expression)
			require.True(t, diags.HasErrors())
			assert.Equal(t, test.want, strings.Join(strings.Fields(diags[0].Detail), " "))
		})
	}
}

func same(name string) string { return name }
