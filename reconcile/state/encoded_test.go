package state

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A document that was read is handed on as it stands, and one that was confirmed since
// is what was confirmed.
func TestEncoded(t *testing.T) {
	blob := applied(t, en)
	l, _ := opened(t, blob)
	stored := l.Snapshot().Locales[en]
	made, err := stored.Document.MarshalJSON()
	require.NoError(t, err)
	assert.Equal(t, string(made), string(stored.Encoded()))
	stored.Document = nil
	assert.Nil(t, stored.Encoded(), "nothing is confirmed")

	require.NoError(t, l.Confirm(t.Context(), en, body(t, en, "Next"), "tx", noon))
	assert.Contains(t, string(l.Snapshot().Locales[en].Encoded()), "Next")
	require.NoError(t, l.Close(t.Context()))
	assert.Contains(t, string(blob.stored().Locales[en].Encoded()), "Next")
}
