package source

import (
	"maps"

	"github.com/zclconf/go-cty/cty/function"
)

// functions is everything that an expression may call: the functions of
// Terraform that are pure or read files beside the stack, and livery's own. None
// reads the clock, the network or a random source. The table is made once a
// load, not at start-up, since many commands evaluate nothing.
func functions(fs *files) map[string]function.Function {
	all := make(map[string]function.Function, 128)
	for _, part := range []map[string]function.Function{
		textFunctions(), collectionFunctions(), encodeFunctions(), typeFunctions(), colourFunctions(), fileFunctions(fs),
	} {
		maps.Copy(all, part)
	}
	maps.Copy(all, templateFunctions(fs, all))
	return all
}
