package schema_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
)

// An origin changes nothing that is sent or compared, and a list hands its own on to the
// elements that have none.
func TestValueFromOrigin(t *testing.T) {
	f := schema.FieldByPath("mobileTipsPage.tips")
	text := cty.ObjectVal(map[string]cty.Value{"text": cty.StringVal("Stay still")})
	plain, diags := f.Parse(cty.TupleVal([]cty.Value{text, text}), schema.Subject{})
	assert.Empty(t, diags)
	own := &schema.Origin{Kind: schema.FromLocal, Path: "local.tip"}
	whole := &schema.Origin{Kind: schema.FromTexts, Path: "mobileTipsPage.tips"}
	tips := plain.Tips()
	tips[1].Text = tips[1].Text.From(own)
	marked := plain.From(whole)

	assert.Equal(t, whole, marked.Origin())
	assert.Equal(t, whole, marked.Tips()[0].Text.Origin())
	assert.Equal(t, own, marked.Tips()[1].Text.Origin())
	assert.Nil(t, marked.Tips()[0].Icon.Origin(), "a member that is not declared comes from nowhere")
	assert.Nil(t, plain.Tips()[0].Text.Origin(), "the value that it was made from stays as it was")
	assert.True(t, plain.Equal(marked))
}
