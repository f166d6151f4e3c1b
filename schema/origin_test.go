package schema_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
)

// An origin changes nothing that is sent or compared, nor the value that it is added to.
func TestValueFromOrigin(t *testing.T) {
	f := schema.FieldByPath("mobileTipsPage.tips")
	text := cty.ObjectVal(map[string]cty.Value{"text": cty.StringVal("Stay still")})
	plain, diags := f.Parse(cty.TupleVal([]cty.Value{text, text}), schema.Subject{})
	assert.Empty(t, diags)
	whole := &schema.Origin{Kind: schema.FromTexts, Path: "mobileTipsPage.tips"}
	marked := plain.From(whole).TipsFrom(f, func(i int, member *schema.Field) *schema.Origin {
		return &schema.Origin{Kind: schema.FromTexts, Path: fmt.Sprintf("mobileTipsPage.tips[%d].%s", i, member.Key)}
	})

	assert.Equal(t, whole, marked.Origin())
	assert.Equal(t, "mobileTipsPage.tips[1].text", marked.Tips()[1].Text.Origin().Path)
	assert.Nil(t, marked.Tips()[0].Icon.Origin(), "a member that is not declared comes from nowhere")
	assert.Nil(t, plain.Tips()[0].Text.Origin(), "the value that it was made from stays as it was")
	assert.True(t, plain.Equal(marked))
}
