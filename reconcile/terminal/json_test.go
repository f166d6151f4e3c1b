package terminal

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestJSON(t *testing.T) {
	var object, line bytes.Buffer
	v := map[string]any{"a": "<b> & c", "d": []int{1}}
	require.NoError(t, WriteJSON(&object, v))
	assert.Equal(t, "{\n  \"a\": \"<b> & c\",\n  \"d\": [\n    1\n  ]\n}\n", object.String())
	require.NoError(t, WriteJSONLine(&line, v))
	assert.Equal(t, "{\"a\":\"<b> & c\",\"d\":[1]}\n", line.String())
	assert.Error(t, WriteJSON(&object, func() {}))
}
