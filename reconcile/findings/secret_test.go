package findings

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/schema/stack"
)

// requireSilent loads a stack that has a fault, and holds that no form of its findings tells
// the word that must not be told.
func requireSilent(t *testing.T, files map[string]string, env map[string]string) {
	t.Helper()
	disk := fstest.MapFS{}
	for name, text := range files {
		disk["stack/"+name] = &fstest.MapFile{Data: []byte(text), Mode: fs.FileMode(0o644)}
	}
	s, diags := stack.Load(stack.Options{FS: disk, Dir: "stack", Env: func(name string) (string, bool) { value, set := env[name]; return value, set }})
	require.NotEmpty(t, append(diags, s.Notices...), "the files have a fault")
	for i := range forms {
		assert.NotContains(t, string(render(t, i, append(diags, s.Notices...), s.Sources)), "S3CR3T", forms[i].file)
	}
	for _, d := range diags {
		assert.NotContains(t, d.Summary+d.Detail, "S3CR3T", "reports of other packages show the words as they are")
	}
}

// A secret with a slip of the pen is still a secret.
func TestNoSecretIsTold(t *testing.T) {
	for _, line := range []string{
		"secret_key = \"S3CR3TVALUE", "secret_key: \"S3CR3TVALUE\"", "secret_key : S3CR3TVALUE", "secret_key \"S3CR3TVALUE\"", "secret_key = 'S3CR3TVALUE'",
		"secret_key = “S3CR3TVALUE”", "secret_key = `S3CR3TVALUE`", "secret_key = S3CR3TVALUE", "secret_key = S3CR3T.VALUE", "secret_key = S3CR3T/VALUE+a==", "secret_key = $S3CR3TVALUE",
		"secret_key = tonumber(\"S3CR3TVALUE\")", "secret_key = file(\"S3CR3TVALUE\")", "secret_key = \"a${S3CR3TVALUE}\"", "secret_key = \"ab\\\"S3CR3TVALUE", "secret_key = \"S3CR3T VALUE\" \"b\"",
		"secretKey = \"S3CR3TVALUE\"", "secret-key = \"S3CR3TVALUE\"", "SECRET_KEY = \"S3CR3TVALUE\"", "secret_kye = \"S3CR3TVALUE\"", "scret_key = \"S3CR3TVALUE\"", "client_secret = \"S3CR3TVALUE\"",
		"secret_key == \"S3CR3TVALUE\"", "secret_key = <<EOT S3CR3TVALUE", "secret_key = <<EOT\nS3CR3TVALUE\n", "secret_key {\n value = \"S3CR3TVALUE\"\n}", "secret_key = #S3CR3TVALUE", "secret_key =\n \"S3CR3TVALUE\"",
		"\"secret_key\" = \"S3CR3TVALUE\"", "'secret_key' = \"S3CR3TVALUE\"", "secret key = \"S3CR3TVALUE\"", "account.secret_key = \"S3CR3TVALUE\"", "set secret_key = \"S3CR3TVALUE\"",
	} {
		t.Run(line, func(t *testing.T) {
			requireSilent(t, map[string]string{"main.livery.hcl": "account {\n  " + line + "\n}\nlocale \"en\" {\n}\n"}, nil)
		})
	}
	for _, line := range []string{
		"password = \"S3CR3TVALUE", "password: \"S3CR3TVALUE\"", "address = \"https://u:S3CR3TVALUE@h/x", "address = https://u:S3CR3TVALUE@h/x", "conn_str = \"postgres://u:S3CR3TVALUE@h/x", "conn_str = \"host=x password=S3CR3TVALUE",
	} {
		t.Run(line, func(t *testing.T) {
			requireSilent(t, map[string]string{"main.livery.hcl": "livery {\n  backend \"http\" {\n    " + line + "\n  }\n}\nlocale \"en\" {\n}\n"}, nil)
		})
	}
}

// Neither is the value of a variable that is sensitive, or that the account's key is made of.
func TestNoSensitiveValueIsTold(t *testing.T) {
	values := map[string][]string{
		"a.auto.liveryvars.hcl":  {"s = \"S3CR3TVALUE\n", "s = \"S3CR3TVALUE\" x\n", "s = \"A\"\ns = \"S3CR3TVALUE\"\n", "S = \"S3CR3TVALUE\"\n", "s = S3CR3TVALUE\n", "s: 'S3CR3TVALUE'\n", "s \"S3CR3TVALUE\"\n", "s = {a = \"S3CR3TVALUE\", b = {}, c = [}\n", "s = \"S3CR3TVALUE\"\n"},
		"a.auto.liveryvars.json": {`{"s": "S3CR3TVALUE"}`, `{"s": "S3CR3TVALUE",}`, `{"s": "S3CR3TVALUE}`, `{"s": S3CR3TVALUE}`},
	}
	for _, declared := range []string{
		"variable \"s\" {\n  type = map(string)\n  sensitive = true\n}\n",
		"variable \"s\" {\n  type = map(string)\n}\nlocals {\n  key = var.s[\"a\"]\n}\naccount {\n  secret_key = local.key\n}\n",
		"variable \"s\" {\n  sensitive = true\n  type = string\n  validation {\n    condition = length(var.s) < 2\n    error_message = \"Too long.\"\n  }\n}\n",
	} {
		for name, texts := range values {
			for _, text := range texts {
				t.Run(text, func(t *testing.T) {
					requireSilent(t, map[string]string{"main.livery.hcl": declared + "locale \"en\" {\n  nothing = 1\n}\n", name: text}, nil)
				})
			}
		}
	}
	account := "variable \"s\" {\n}\naccount {\n  secret_key = var.s\n}\nlocale \"en\" {\n}\n"
	for _, more := range []string{
		"variable \"o\" {\n  default = 1\n  validation {\n    condition = var.o > 5\n    error_message = \"bad ${nonsensitive(var.s)}\"\n  }\n}\n",
		"locals {\n  m = { for k in [var.s, var.s] : k => 1 }\n}\nlocale \"th\" {\n  title_text = local.m.x\n}\n",
	} {
		requireSilent(t, map[string]string{"main.livery.hcl": account + more}, map[string]string{"LIVERY_VAR_s": "S3CR3TVALUE"})
	}
	requireSilent(t, map[string]string{"main.livery.hcl": strings.Replace(account, "secret_key", "base_url = \"https://h/${var.s}\"\n  secret_key", 1)}, map[string]string{"LIVERY_VAR_s": "S3CR3TVALUE"})
}
