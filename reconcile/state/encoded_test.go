package state

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/schema"
)

// A document that was read is handed on as it stands, and one that was confirmed since
// is what was confirmed.
func TestEncoded(t *testing.T) {
	blob := applied(t, en)
	l, _ := opened(t, blob)
	stored := l.Snapshot().Locales[en]
	made, err := stored.Document().MarshalJSON()
	require.NoError(t, err)
	assert.Equal(t, string(made), string(stored.Encoded()))
	assert.Nil(t, new(LocaleRecord).Encoded(), "nothing is confirmed")

	require.NoError(t, l.Confirm(t.Context(), en, body(t, en, "Next"), "tx", noon))
	assert.Contains(t, string(l.Snapshot().Locales[en].Encoded()), "Next")
	require.NoError(t, l.Close(t.Context()))
	assert.Contains(t, string(blob.stored().Locales[en].Encoded()), "Next")
}

// A document that is stored as it would be encoded now is not read, and all the same
// what it would have been.
func TestLikelyDocuments(t *testing.T) {
	blob := applied(t, en, th)
	eager := blob.stored()
	likely := []schema.Document{*eager.Locales[en].Document(), {Locale: th}}
	lazy, err := Decode(blob.data, likely...)
	require.NoError(t, err)
	assert.Nil(t, lazy.Locales[en].document)
	assert.NotNil(t, lazy.Locales[th].document, "it is another one")
	assert.True(t, lazy.Locales[en].HasDocument())
	assert.Equal(t, string(eager.Locales[en].Encoded()), string(lazy.Locales[en].Encoded()))
	assertSame(t, eager, lazy)
	assertSame(t, eager, lazy.Clone())
	assert.Nil(t, lazy.Locales[en].document, "nobody has asked for it")
	assert.True(t, eager.Locales[en].Document().Equal(lazy.Locales[en].Document().Look))

	broken := bytes.Replace(blob.data, []byte(`"document": {`), []byte(`"document": {"locale": "xx_XX",`), 1)
	_, err = Decode(broken, likely...)
	assert.ErrorAs(t, err, new(*DamagedError))
}
