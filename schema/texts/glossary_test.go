package texts_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/schema"
	"livery/schema/texts"
)

// Rows are known by the lines on which they begin, whatever the cells above hold.
func TestReadGlossary(t *testing.T) {
	terms, fault := texts.ReadGlossary([]byte("\ufeffTerm, th ,vi_VN,remark\nface,หน้า,\"khuôn\nmặt\",x\n\nlamp, ,đèn\n"), "terms.csv", "en_US")
	require.Nil(t, fault)
	assert.Equal(t, []texts.Term{
		{Line: 2, Words: map[schema.Locale]string{"en_US": "face", "th_TH": "หน้า", "vi_VN": "khuôn\nmặt"}},
		{Line: 5, Words: map[schema.Locale]string{"en_US": "lamp", "th_TH": "", "vi_VN": "đèn"}},
	}, terms)
	for src, want := range map[string]string{
		"":                        "1: Not a glossary",
		"term,vi\nface,\"a\" b\n": "2: Invalid CSV",
		"term,\"vi\nface":         "1: Invalid CSV",
	} {
		_, fault := texts.ReadGlossary([]byte(src), "terms.csv", "en_US")
		require.NotNil(t, fault, src)
		assert.Equal(t, want, string(rune('0'+fault.Subject.Start.Line))+": "+fault.Summary)
	}
}
