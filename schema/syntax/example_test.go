package syntax_test

import (
	"errors"
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"livery/schema/syntax"
)

// A text is replaced and a colour is added behind it. Who brings the edits along has the
// ranges from the parser; here they are looked up by hand.
func ExamplePatch() {
	src := []byte(`locale "en" {
  title_text = "Welcome"   # shown first
  theme      = theme.day
}
`)
	file, _ := hclsyntax.ParseConfig(src, "main.livery.hcl", hcl.InitialPos)
	block := file.Body.(*hclsyntax.Body).Blocks[0]
	title := block.Body.Attributes["title_text"].Expr.Range()

	patch := syntax.NewPatch("main.livery.hcl", src,
		syntax.Replace(title, cty.StringVal("Look into the ${camera}")),
		syntax.Add(block.DefRange(), []string{"sample", "button_color"}, cty.StringVal("#0a7"), []string{"theme"}),
	)
	edited, err := patch.Apply(src)
	fmt.Printf("%s%v\n\n", edited, err)

	_, err = patch.Apply(edited) // these are other bytes than the patch was made for
	fmt.Println(errors.Is(err, syntax.ErrChanged), err)

	theme := block.Body.Attributes["theme"].Expr.Range()
	_, err = syntax.NewPatch("main.livery.hcl", src, syntax.Replace(theme, cty.StringVal("night"))).Apply(src)
	fmt.Println(err)
	// Output:
	// locale "en" {
	//   title_text = "Look into the $${camera}"   # shown first
	//   theme      = theme.day
	//
	//   sample {
	//     button_color = "#0a7"
	//   }
	// }
	// <nil>
	//
	// true main.livery.hcl:1: the file has changed since it was read
	// main.livery.hcl:3: only a literal can be replaced: a text without ${…}, a number, true, false or null
}
