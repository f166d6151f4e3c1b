package completion

import (
	"fmt"
	"strings"

	"livery/schema/langserver"
	"livery/schema/syntax"
)

// examples are calls of the functions, one of each.
func examples() []string {
	return []string{
		`abs(-3)`,
		`alltrue([true, false])`,
		`anytrue([true, false])`,
		`basename("texts/en.json")`,
		`can(tonumber("a"))`,
		`ceil(1.2)`,
		`chomp("Hello\n")`,
		`coalesce(null, "a")`,
		`coalescelist([], ["a"])`,
		`compact(["a", "", "b"])`,
		`concat(["a"], ["b"])`,
		`contains(["en", "th"], "th")`,
		`contrast("#777777", "#ffffff")`,
		`csvdecode("key,text\na,Hello")`,
		`darken("#0b5fff", 0.1)`,
		`dirname("texts/en.json")`,
		`distinct(["a", "b", "a"])`,
		`element(["a", "b"], 2)`,
		`endswith("en_US", "_US")`,
		`file("texts/en.json")`,
		`fileexists("texts/en.json")`,
		`fileset("texts", "*.json")`,
		`flatten([["a"], ["b"]])`,
		`floor(1.8)`,
		`format("%s has %d", "en", 3)`,
		`formatlist("texts/%s.json", ["en", "th"])`,
		`indent(2, "a\nb")`,
		`index(["a", "b"], "b")`,
		`issensitive("a")`,
		`join(", ", ["a", "b"])`,
		`jsondecode("{\"a\": 1}")`,
		`jsonencode({ a = 1 })`,
		`keys({ a = 1, b = 2 })`,
		`length(["a", "b"])`,
		`lighten("#0b5fff", 0.1)`,
		`log(100, 10)`,
		`lookup({ a = 1 }, "b", 0)`,
		`lower("Hello")`,
		`max(1, 3, 2)`,
		`merge({ a = 1 }, { b = 2 })`,
		`min(1, 3, 2)`,
		`mix("#0b5fff", "#ffffff", 0.25)`,
		`nonsensitive("a")`,
		`one(["a"])`,
		`parseint("ff", 16)`,
		`pow(2, 10)`,
		`range(3)`,
		`readable_on("#0b5fff")`,
		`regex("[a-z]+", "12ab")`,
		`regexall("[a-z]", "a1b")`,
		`replace("a-b", "-", "_")`,
		`reverse(["a", "b"])`,
		`sensitive("a")`,
		`setintersection(["a", "b"], ["b"])`,
		`setsubtract(["a", "b"], ["b"])`,
		`setunion(["a"], ["b"])`,
		`signum(-3)`,
		`slice(["a", "b", "c"], 0, 2)`,
		`sort(["b", "a"])`,
		`split(",", "a,b")`,
		`startswith("en_US", "en")`,
		`strcontains("Hello", "ell")`,
		`strrev("abc")`,
		`substr("Hello", 0, 4)`,
		`sum([1, 2])`,
		`templatefile("texts/hello.txt", { name = "Acme" })`,
		`templatestring(local.hello, { name = "Acme" })`,
		`title("hello there")`,
		`tobool("true")`,
		`tokens("brand.tokens.json")`,
		`tolist(["a", "b"])`,
		`tomap({ a = 1 })`,
		`tonumber("3")`,
		`toset(["a", "a"])`,
		`tostring(3)`,
		`trim("--a--", "-")`,
		`trimprefix("en_US", "en_")`,
		`trimspace("  a ")`,
		`trimsuffix("en_US", "_US")`,
		`try(local.colours.brand, "#0b5fff")`,
		`upper("Hello")`,
		`urlencode("a b")`,
		`values({ a = 1, b = 2 })`,
		`yamldecode("a: 1")`,
		`yamlencode({ a = 1 })`,
		`zipmap(["a", "b"], [1, 2])`,
	}
}

// example is a call of a function with what it gives, where that needs nothing that only
// another stack has; "" for a function without one.
func example(v *langserver.View, name string) string {
	for _, call := range examples() {
		if !strings.HasPrefix(call, name+"(") {
			continue
		}
		e := v.Explored
		if e == nil {
			return call
		}
		value, diags := e.Value([]byte(call), "example")
		if diags.HasErrors() || value.ContainsMarked() || !value.IsWhollyKnown() {
			return call
		}
		if text := syntax.Expression(value); len(text) <= 80 && !strings.Contains(text, "\n") {
			return fmt.Sprintf("%s # %s", call, text)
		}
		return call
	}
	return ""
}
