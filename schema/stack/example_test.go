package stack_test

import (
	"fmt"
	"testing/fstest"

	"livery/schema"
	"livery/schema/config"
	"livery/schema/stack"
)

// A module is declared once and evaluated with other inputs.
func Example() {
	files := fstest.MapFS{"acme/main.livery.hcl": {Data: []byte(`
variable "title" { default = "Welcome" }

locale "en" {
  title_text = var.title
}
`)}}
	sources := config.Read(config.Options{FS: files, Dir: "acme"}, nil)
	module := sources.Module()
	for _, values := range [][]config.Values{nil, {{Name: "title", Text: "Hello"}}} {
		evaluated, diags := stack.Evaluate(module, stack.Inputs{FS: files, Dir: "acme", Values: values})
		title := evaluated.Documents[0].At(schema.FieldByPath("titleText"))
		fmt.Println(title.Text(), len(diags))
	}
	// Output:
	// Welcome 0
	// Hello 0
}
