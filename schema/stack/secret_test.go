package stack

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/hashicorp/hcl/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/schema"
	"livery/schema/config"
	"livery/schema/rule"
)

const sekret = "sk-live-0123456789"

// secretStack loads an account whose secret key is the given expression.
func secretStack(expression string, opts Options, more map[string]string) (*Stack, hcl.Diagnostics) {
	fsys := fstest.MapFS{"stack/main.livery.hcl": {Data: []byte(`
variable "s" {}
variable "null" { default = null }
variable "in_git" { default = "` + sekret + `" }
variable "env" { default = "prod" }
variable "map" { type = map(string) }
locals {
  literal  = "` + sekret + `"
  fallback = coalesce(var.s, local.literal)
  outside  = var.s
  env      = "prod"
  all      = { prod = "` + sekret + `" }
}
theme "t" { title_text = "` + sekret + `" }
account {
  secret_key = ` + expression + `
}
`)}}
	for name, text := range more {
		fsys["stack/"+name] = &fstest.MapFile{Data: []byte(text)}
	}
	opts.FS, opts.Dir = fsys, "stack"
	return Load(opts)
}

func environment(pairs ...string) func(string) (string, bool) {
	env := make(map[string]string)
	for _, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		env[name] = value
	}
	return func(name string) (string, bool) {
		value, set := env[name]
		return value, set
	}
}

func rulesOf(diags hcl.Diagnostics) []rule.ID {
	var rules []rule.ID
	for _, d := range diags {
		rules = append(rules, schema.FindingOf(d).Rule)
	}
	return rules
}

func TestSecretKeyInAFileIsRefused(t *testing.T) {
	files := map[string]string{"key.txt": sekret, "prod.txt": sekret, "key.json": `{"key": "` + sekret + `"}`}
	outside := environment("LIVERY_VAR_s=from outside")
	tests := map[string]struct {
		expression string
		env        func(string) (string, bool)
		more       map[string]string
		assign     []config.Assignment
	}{
		"literal":                            {expression: `"` + sekret + `"`},
		"in parentheses":                     {expression: `("` + sekret + `")`},
		"put together":                       {expression: `join("-", ["sk", "live", "0123456789"])`},
		"a number":                           {expression: `123456`},
		"heredoc":                            {expression: "<<EOT\n" + sekret + "\nEOT"},
		"marked":                             {expression: `sensitive("` + sekret + `")`},
		"decoded":                            {expression: `jsondecode("\"sk\"")`},
		"a local":                            {expression: `local.literal`},
		"a theme":                            {expression: `theme.t.title_text`},
		"a default":                          {expression: `var.in_git`},
		"a default through a template":       {expression: `"${var.in_git}"`},
		"a file":                             {expression: `file("key.txt")`, more: files},
		"a file by a variable":               {expression: `file("${var.env}.txt")`, more: files, assign: []config.Assignment{{Name: "env", Value: "prod"}}},
		"a file of JSON":                     {expression: `jsondecode(file("key.json")).key`, more: files},
		"an auto file":                       {expression: `var.s`, more: map[string]string{"x.auto.liveryvars.hcl": `s = "` + sekret + `"`}},
		"an auto file of JSON":               {expression: `var.s`, more: map[string]string{"x.auto.liveryvars.json": `{"s": "` + sekret + `"}`}},
		"an auto file over the environment":  {expression: `var.s`, env: outside, more: map[string]string{"x.auto.liveryvars.hcl": `s = "` + sekret + `"`}},
		"a var file":                         {expression: `var.s`, more: map[string]string{"x.liveryvars.hcl": `s = "` + sekret + `"`}, assign: []config.Assignment{{File: "x.liveryvars.hcl"}}},
		"a fallback":                         {expression: `coalesce(var.null, "` + sekret + `")`, assign: []config.Assignment{{Name: "null", Value: ""}}},
		"a fallback that is not used":        {expression: `coalesce(var.s, "` + sekret + `")`, env: outside},
		"a fallback in a local":              {expression: `local.fallback`, env: outside},
		"a fallback of try":                  {expression: `try(var.map["a"], "` + sekret + `")`, assign: []config.Assignment{{Name: "map", Value: `{a = "outside"}`}}},
		"a branch":                           {expression: `var.s == "" ? "` + sekret + `" : var.s`, env: outside},
		"a map of literals":                  {expression: `{ prod = "` + sekret + `" }[var.s]`, env: environment("LIVERY_VAR_s=prod")},
		"a mixture with a default":           {expression: `"${var.s}${var.in_git}"`, env: outside},
		"a for expression over a default":    {expression: `[for x in [var.in_git] : x][0]`},
		"a variable that a file sets to it":  {expression: `var.env`, more: map[string]string{"x.auto.liveryvars.hcl": `env = "` + sekret + `"`}},
		"a variable set again by a var file": {expression: `var.s`, assign: []config.Assignment{{Name: "s", Value: "outside"}, {File: "x.liveryvars.hcl"}}, more: map[string]string{"x.liveryvars.hcl": `s = "` + sekret + `"`}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, diags := secretStack(test.expression, Options{Env: test.env, Assignments: test.assign, Need: NeedNothing}, test.more)
			assert.Contains(t, rulesOf(diags), rule.LiteralSecret)
			assert.NotContains(t, fmt.Sprint(diags), sekret, "the message does not repeat it")
		})
	}
}

func TestSecretKeyInJSONIsRefused(t *testing.T) {
	for name, expression := range map[string]string{
		"literal": sekret, "fallback": `${coalesce(var.s, \"` + sekret + `\")}`, "file": `${file(\"key.txt\")}`, "local": "${local.a}", "default": "${var.d}",
	} {
		t.Run(name, func(t *testing.T) {
			fsys := fstest.MapFS{"stack/key.txt": {Data: []byte(sekret)}, "stack/main.livery.json": {Data: []byte(
				`{"variable": {"s": {}, "d": {"default": "` + sekret + `"}}, "locals": {"a": "` + sekret + `"}, "account": {"secret_key": "` + expression + `"}}`)}}
			_, diags := Load(Options{FS: fsys, Dir: "stack", Env: environment("LIVERY_VAR_s=outside")})
			assert.Equal(t, []rule.ID{rule.LiteralSecret}, rulesOf(diags))
		})
	}
}

func TestSecretKeyFromOutsideIsTaken(t *testing.T) {
	tests := map[string]struct {
		expression, want string
		opts             Options
	}{
		"the environment":         {`var.s`, "out", Options{Env: environment("LIVERY_VAR_s=out")}},
		"-var":                    {`var.s`, "out", Options{Assignments: []config.Assignment{{Name: "s", Value: "out"}}}},
		"-var over a default":     {`var.in_git`, "out", Options{Assignments: []config.Assignment{{Name: "in_git", Value: "out"}}}},
		"-var over an auto file":  {`var.s`, "out", Options{Assignments: []config.Assignment{{Name: "s", Value: "out"}}}},
		"a local":                 {`local.outside`, "out", Options{Env: environment("LIVERY_VAR_s=out")}},
		"a template":              {`"${var.s}"`, "out", Options{Env: environment("LIVERY_VAR_s=out")}},
		"a function":              {`trimspace(var.s)`, "out", Options{Env: environment("LIVERY_VAR_s= out ")}},
		"a map of many":           {`var.map[local.env]`, "out", Options{Env: environment(`LIVERY_VAR_map={prod = "out"}`)}},
		"an answer":               {`var.s`, "out", Options{Need: NeedAccount, Ask: func(name, _ string, _ bool) (string, bool) { return "out", name == "s" }}},
		"null":                    {`null`, "", Options{}},
		"a default of null":       {`var.null`, "", Options{}},
		"a variable with nothing": {`var.s`, "", Options{}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			stack, diags := secretStack(test.expression, test.opts, nil)
			assert.NotContains(t, rulesOf(diags), rule.LiteralSecret)
			assert.Equal(t, test.want, string(stack.Account.SecretKey))
		})
	}
}

// What a key depends on is sensitive, whether or not its variable says so.
func TestSecretKeyIsNeverShown(t *testing.T) {
	env := environment("LIVERY_VAR_s="+sekret, "LIVERY_VAR_map={")
	stack, diags := secretStack(`upper(var.s, 1)`, Options{Env: env}, map[string]string{"more.livery.hcl": `
locale "en" { title_text = var.s }
locale "th" { title_text = "${var.s} ${nothing}" }
locale "vi" { title_text = tonumber(var.s) }
`})
	require.True(t, diags.HasErrors())
	assert.Contains(t, rulesOf(diags), rule.SensitiveValue)
	assert.NotContains(t, fmt.Sprint(diags), sekret)
	for _, d := range diags {
		for ctx := d.EvalContext; ctx != nil; ctx = ctx.Parent() {
			for name, v := range ctx.Variables {
				if !v.ContainsMarked() {
					assert.NotContains(t, v.GoString(), sekret, name)
				}
			}
		}
	}
	assert.True(t, stack.Variables["s"].IsMarked())
}

// Documents and sessions are public, so none may hold the secret key, on whatever way it
// got into the stack and in whatever form.
func TestSecretsInDocuments(t *testing.T) {
	const secret = "s3cr&t-of the/account"
	files := map[string]string{
		"plain":  "a=1\x0bSECRET=" + secret + "\x0bb=2",
		"query":  url.QueryEscape(secret),
		"base64": base64.StdEncoding.EncodeToString([]byte("A=1, SECRET=" + secret + ", B=2")),
		"padded": base64.URLEncoding.EncodeToString([]byte("x" + secret)),
		"json":   `{"mobile_loading_page": {"loading_text": "` + secret + `"}}`,
		"other":  "s3cr&t-of the other account",
	}
	tests := map[string]struct {
		body  string
		holds bool
	}{
		"a text":              {`locale "en" { extra = { a = file("plain") } }`, true},
		"escaped for a URL":   {`locale "en" { extra = { a = { b = "https://example.com/?q=${file("query")}" } } }`, true},
		"in base64":           {`locale "en" { extra = { a = [file("base64")] } }`, true},
		"in base64 for a URL": {`locale "en" { extra = { a = file("padded") } }`, true},
		"texts":               {`locale "en" { texts = jsondecode(file("json")) }`, true},
		"a theme":             {"theme \"a\" {\n  extra = { a = file(\"plain\") }\n}\n", true},
		"a session":           {"session \"a\" {\n  api = \"h5_token\"\n  return_url = \"https://example.com/${file(\"query\")}\"\n}\n", true},
		"of the account":      {"variable \"k\" {\n  sensitive = true\n}\naccount {\n  secret_key = var.k\n}\nlocale \"en\" {\n  extra = { a = \"key-of-the-stack\" }\n}\n", true},
		"something else":      {`locale "en" { extra = { a = file("other") } }`, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			fsys := fstest.MapFS{"stack/main.livery.hcl": {Data: []byte(test.body)}}
			for name, text := range files {
				fsys["stack/"+name] = &fstest.MapFile{Data: []byte(text)}
			}
			_, diags := Load(Options{FS: fsys, Dir: "stack", Secrets: []schema.Secret{secret, "short"}, Env: environment("LIVERY_VAR_k=key-of-the-stack")})
			assert.Equal(t, test.holds, slices.Contains(rulesOf(diags), rule.SensitiveValue), "%v", diags)
			for _, d := range diags {
				assert.NotContains(t, d.Detail, secret)
			}
		})
	}
}
