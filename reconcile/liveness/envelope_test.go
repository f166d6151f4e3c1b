package liveness

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDecodeEnvelope(t *testing.T) {
	for name, tc := range map[string]struct {
		body string
		want envelope
		ok   bool
	}{
		"a success":              {`{"code":"SUCCESS","message":"OK","data":null,"extra":null,"transactionId":"t","pricingStrategy":"FREE"}`, envelope{Code: "SUCCESS", Message: "OK", TransactionID: "t", Pricing: "FREE"}, true},
		"data":                   {`{"code":"SUCCESS","data":{"a":1}}`, envelope{Code: "SUCCESS", Data: json.RawMessage(`{"a":1}`)}, true},
		"a code alone":           {` {"code":"ERROR"} `, envelope{Code: "ERROR"}, true},
		"a message of no string": {`{"code":"ERROR","message":{"a":1},"transactionId":7}`, envelope{Code: "ERROR", Message: `{"a":1}`, TransactionID: "7"}, true},
		"nulls":                  {`{"code":"ERROR","message":null,"transactionId":null}`, envelope{Code: "ERROR"}, true},
		"another spelling":       {`{"Code":"SUCCESS","code":"ERROR"}`, envelope{Code: "ERROR"}, true},
		"only another spelling":  {`{"CODE":"SUCCESS"}`, envelope{}, false},
		"no code":                {`{"message":"OK"}`, envelope{}, false},
		"an empty code":          {`{"code":""}`, envelope{}, false},
		"a null code":            {`{"code":null}`, envelope{}, false},
		"a number":               {`{"code":200}`, envelope{}, false},
		"cut off":                {`{"code":"SUCCESS","message":"O`, envelope{}, false},
		"more than one":          {`{"code":"SUCCESS"}{"code":"ERROR"}`, envelope{}, false},
		"a list":                 {`[{"code":"SUCCESS"}]`, envelope{}, false},
		"null":                   {`null`, envelope{}, false},
		"a page":                 {`<html>SUCCESS</html>`, envelope{}, false},
		"nothing":                {``, envelope{}, false},
	} {
		t.Run(name, func(t *testing.T) {
			got, ok := decodeEnvelope([]byte(tc.body))
			assert.Equal(t, tc.ok, ok)
			assert.Equal(t, tc.want, got)
		})
	}
}

func TestSentencesAreMadeFitToBeShown(t *testing.T) {
	for in, want := range map[string]string{
		" OK ":                     "OK",
		"two\nlines":               "two lines",
		"\x1b[31mred\x07":          "[31mred",
		"turned\u202e around":      "turned around",
		strings.Repeat("ü", 501):   strings.Repeat("ü", 500) + "…",
		strings.Repeat("ü", 500):   strings.Repeat("ü", 500),
		"not \xff UTF-8":           "not \uFFFD UTF-8",
		"Server error. \u00a0 end": "Server error.   end",
	} {
		assert.Equal(t, want, singleLine(in))
	}
}

func FuzzEnvelope(f *testing.F) {
	for _, seed := range []string{
		`{"code":"SUCCESS","message":"OK","data":null,"transactionId":"t"}`, `{"code":"ERROR","message":3}`,
		`{"code":"SUCCESS"`, `[]`, `null`, `"SUCCESS"`, "{\"code\":\"\xff\"}", `{"code":"SUCCESS","Code":"ERROR","data":[1,{}]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		e, ok := decodeEnvelope(body)
		if !ok {
			assert.Equal(t, envelope{}, e, "what is no envelope holds nothing")
			return
		}
		var members map[string]any
		require.NoError(t, json.Unmarshal(body, &members), "an envelope is JSON")
		require.Equal(t, members["code"], e.Code, "the code is the answer's own")
		row, known := findCode(e.Code)
		require.Equal(t, e.Code == success, known && row.class == classSuccess, "only SUCCESS is a success")

		again, err := json.Marshal(e)
		require.NoError(t, err)
		back, ok := decodeEnvelope(again)
		require.True(t, ok, "an envelope written again is one")
		assert.Equal(t, e.Code, back.Code)
		assert.Equal(t, e.Message, back.Message)
		assert.Equal(t, e.TransactionID, back.TransactionID)
	})
}
