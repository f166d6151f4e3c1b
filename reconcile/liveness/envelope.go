package liveness

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode"
)

// envelope is what every response of the service is wrapped in.
type envelope struct {
	Code          string          `json:"code"`
	Message       string          `json:"message"`
	Data          json.RawMessage `json:"data"`
	TransactionID string          `json:"transactionId"`
	Pricing       string          `json:"pricingStrategy"`
}

const success = "SUCCESS"

// decodeEnvelope reads a response; false when it is none: not a JSON object,
// cut off, or without a code. Names are matched exactly, since encoding/json
// alone would let a "Code" overrule the "code".
func decodeEnvelope(body []byte) (envelope, bool) {
	var members map[string]json.RawMessage
	if json.Unmarshal(body, &members) != nil {
		return envelope{}, false
	}
	var e envelope
	if json.Unmarshal(members["code"], &e.Code) != nil || e.Code == "" {
		return envelope{}, false
	}
	e.Message = stringMember(members["message"])
	e.TransactionID = stringMember(members["transactionId"])
	e.Pricing = stringMember(members["pricingStrategy"])
	if data := members["data"]; !bytes.Equal(data, []byte("null")) {
		e.Data = data
	}
	return e, true
}

// stringMember is a member that should be a string; anything else is shown as it
// is written rather than lost.
func stringMember(raw json.RawMessage) string {
	if len(raw) == 0 || string(raw) == "null" {
		return ""
	}
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return string(raw)
	}
	return s
}

// messageMax is how much of a sentence of the service's is shown, in runes.
const messageMax = 500

// singleLine makes a sentence of the service's fit to be shown: on one line, with no
// control or formatting characters, and of bounded length.
func singleLine(s string) string {
	var b strings.Builder
	n := 0
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
			r = ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r):
			continue
		}
		if n++; n > messageMax {
			b.WriteString("…")
			break
		}
		b.WriteRune(r)
	}
	return strings.TrimSpace(b.String())
}

// normalize is the form in which sentences of the service are compared; its
// documents disagree on the final period.
func normalize(s string) string {
	return strings.ToLower(strings.TrimSuffix(strings.TrimSpace(s), "."))
}
