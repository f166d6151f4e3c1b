// Package function is what expressions of livery may call: the functions of Terraform
// that are pure or read files beside the stack, and livery's own for colours and tokens.
//
// None reads the clock, the network or a random source: the same files and arguments
// give the same value. It knows nothing of fields, documents or stacks.
//
// A [Budget] gives expressions their values and bounds what all of them together cost.
package function

import (
	"maps"

	"github.com/zclconf/go-cty/cty/function"

	"livery/schema/syntax"
	"livery/schema/tokens"
)

// Table is everything that an expression may call: the functions of
// Terraform that are pure or read files beside the stack, and livery's own. None
// reads the clock, the network or a random source. The table is made once a
// load, not at start-up, since many commands evaluate nothing. What texts hold that
// functions evaluate draws on the budget. The reader is whose tokens they see.
func Table(files *syntax.Files, reader *tokens.Reader, budget *Budget) map[string]function.Function {
	all := make(map[string]function.Function, 128)
	for _, part := range []map[string]function.Function{
		textFunctions(budget), collectionFunctions(), encodeFunctions(files, budget), typeFunctions(), colourFunctions(), fileFunctions(files, reader, budget),
	} {
		maps.Copy(all, part)
	}
	maps.Copy(all, templateFunctions(files, budget, all))
	return all
}
