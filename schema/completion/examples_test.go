package completion

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"livery/schema/function"
	"livery/schema/langserver"
)

// Every function has an example, and no example is of anything else.
func TestEveryFunctionHasAnExample(t *testing.T) {
	table := function.Table(nil, nil, nil)
	for name := range table {
		assert.NotEmpty(t, example(&langserver.View{}, name), name)
	}
	for _, call := range examples() {
		name, _, _ := strings.Cut(call, "(")
		assert.Contains(t, table, name)
	}
}
