package config

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"livery/schema/syntax"
)

// The declarations of a file depend on nothing else, keep the order in which they are
// written, and say where they stand.
func TestDeclarationsOf(t *testing.T) {
	const src = "theme \"b\" {\n  mobile_result_page {}\n}\nlocals {\n  z = 1\n  a = 2\n}\nvariable \"v\" {\n  type = string\n}\nlocale \"en\" {}\nlocale \"x\" \"y\" {}\nwrong {}\n"
	declared := DeclarationsOf(syntax.NewFile([]byte(src), "a.livery.hcl"))
	var got []string
	for _, b := range declared.Blocks {
		got = append(got, src[b.DefRange.Start.Byte:b.DefRange.End.Byte])
	}
	assert.Equal(t, []string{`theme "b"`, "locals", `variable "v"`, `locale "en"`, `locale "x" "y"`}, got)
	assert.Equal(t, "mobile_result_page", declared.Blocks[0].Blocks[0].Type)
	assert.Equal(t, "z", declared.Blocks[1].Attributes[0].Name)
	assert.Equal(t, "v", declared.Blocks[2].Variable.Name)
	assert.Len(t, declared.faults, 1)
	again := DeclarationsOf(syntax.NewFile([]byte(src), "a.livery.hcl"))
	assert.Equal(t, declared.comments(), again.comments())
	declared.comments, again.comments = nil, nil // functions are never equal
	assert.Equal(t, declared, again)
}
