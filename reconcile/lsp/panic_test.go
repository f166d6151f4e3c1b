package lsp

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
)

// A fault of ours in one request is an answer, and the next one is answered.
func TestAPanicIsAnInternalError(t *testing.T) {
	s, _ := quietServer(t, t.TempDir(), "main.livery.hcl", "locale \"en\" {\n}\n")
	s.requests["livery/fault"] = func(*server, json.RawMessage) (any, error) { panic("a fault") }
	_, err := s.result(message{ID: json.RawMessage("1"), Method: "livery/fault"})
	assert.Equal(t, codeInternal, err.(*rpcError).Code)
	_, err = s.result(message{ID: json.RawMessage("2"), Method: "workspace/symbol", Params: json.RawMessage(`{"query": ""}`)})
	assert.NoError(t, err)
}
