package liveness

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"livery/reconcile"
	"livery/schema"
)

var errNoID = errors.New("there is no id of a session")

// endpoint is where one call of a session goes.
type endpoint struct {
	name   string // the service's name of it
	method string
	path   string
	key    string // what the session's id is called; "" where there is none yet
	risk   risk
}

// risk is why a call must not be made twice.
type risk uint8

const (
	riskNone    risk = iota // it is free and destroys nothing
	riskBilled              // each call may cost money
	riskDeleted             // it deletes for good
)

// openEndpoint is the call that opens sessions of an API.
func openEndpoint(api schema.SessionAPI) endpoint {
	switch api {
	case schema.H5Token:
		return endpoint{name: "Get Token", method: http.MethodPost, path: "/openapi/liveness/v2/h5/token"}
	case schema.H5URL:
		return endpoint{name: "Generate URL", method: http.MethodPost,
			path: "/intl/openapi/identity-risk/idvs-h5/ekyc/v1/generate-liveness-detection-url"}
	case schema.SDKLicense:
		return endpoint{name: "License Authorization", method: http.MethodPost, path: "/openapi/liveness/v1/auth-license", risk: riskBilled}
	}
	panic("liveness: no API of sessions: " + string(api))
}

// resultEndpoint is the call that tells what came of a session.
func resultEndpoint(api schema.SessionAPI) endpoint {
	switch api {
	case schema.H5Token:
		return endpoint{name: "Get Result", method: http.MethodPost, path: "/openapi/liveness/v4/h5/get-result", key: "signatureId"}
	case schema.H5URL:
		return endpoint{name: "Get Result", method: http.MethodPost,
			path: "/intl/openapi/identity-risk/idvs-h5/ekyc/v1/get-result", key: "signatureId"}
	case schema.SDKLicense:
		return endpoint{name: "Detection Result", method: http.MethodPost,
			path: "/openapi/liveness/v3/detection-result", key: "livenessId", risk: riskBilled}
	}
	panic("liveness: no API of sessions: " + string(api))
}

// clearEndpoint is the call that deletes what the service keeps of a session. The
// three generations of the API agree neither on the method nor on the path.
func clearEndpoint(api schema.SessionAPI) endpoint {
	const name = "PII Data Retention"
	switch api {
	case schema.H5Token:
		return endpoint{name, http.MethodGet, "/liveness/h5/ext/v1/clear-data", "signatureId", riskDeleted}
	case schema.H5URL:
		return endpoint{name, http.MethodPost, "/intl/openapi/identity-risk/idvs-h5/ekyc/v1/clear-data", "signatureId", riskDeleted}
	case schema.SDKLicense:
		return endpoint{name, http.MethodGet, "/liveness/ext/v1/clear-data", "livenessId", riskDeleted}
	}
	panic("liveness: no API of sessions: " + string(api))
}

// newSessionRequest is a request to the endpoint. What it says is about a person, or holds
// what opens a session, so none of it is public.
func (c *Client) newSessionRequest(e endpoint) request {
	return request{
		name: e.name, method: e.method, path: e.path,
		retries: c.retries, repeatable: e.risk == riskNone, writes: e.risk != riskNone,
	}
}

// sendSession makes a call of a session and says of a failure what it means for this
// call. With a refusal comes the reply that holds it.
func (c *Client) sendSession(ctx context.Context, e endpoint, r request) (reply, error) {
	got, err := c.send(ctx, r)
	if refusal, ok := errors.AsType[*reconcile.Refusal](err); ok {
		refusal.Hint = sessionHint(e, refusal)
		return got, refusal
	}
	if _, ok := errors.AsType[*reconcile.InDoubt](err); ok {
		return got, fmt.Errorf("%s: %w; %s", e.name, err, e.risk.warning())
	}
	return got, err
}

// Clear deletes what the service keeps of a person in one session, for good. It
// is never repeated unless the service certainly did nothing: the error holds a
// *reconcile.InDoubt when the deletion may have happened, and is a
// *reconcile.Refusal when the service says no.
func (c *Client) Clear(ctx context.Context, api schema.SessionAPI, id string) (transactionID string, err error) {
	e := clearEndpoint(api)
	if id == "" {
		return "", errNoID
	}
	r := c.newSessionRequest(e)
	r.query = url.Values{e.key: {id}}
	got, err := c.sendSession(ctx, e, r)
	if err != nil {
		return "", err
	}
	return c.redactor.sanitize(got.TransactionID), nil
}

// warning says what may have happened when no response came back.
func (r risk) warning() string {
	switch r {
	case riskBilled:
		return "the call may have been billed, so it was not repeated"
	case riskDeleted:
		return "the deletion may have happened, and it was not repeated"
	case riskNone:
	}
	panic("liveness: a call without risk is never in doubt")
}

// sessionHint says what to do about a refusal in a call of a session. It reads
// the service's sentences, which may change, and serves display only.
func sessionHint(e endpoint, r *reconcile.Refusal) string {
	switch {
	case r.Code == codeError && e.risk == riskBilled:
		return "The service failed by itself; by its documents such an answer is free. The call was not repeated, since a success is billed."
	case r.Code == codeError && e.risk == riskDeleted:
		return "The service failed by itself, so the data may be deleted or not. The deletion was not repeated; whether to ask for it once more is up to you."
	case r.Code == codeBusy:
		return "Too many requests, or the day's free quota is used up. Try again later."
	case r.Code == codeParameter:
		return parameterHint(e, r)
	}
	return r.Hint
}

func parameterHint(e endpoint, r *reconcile.Refusal) string {
	says := func(words string) bool { return strings.Contains(normalize(r.Message), words) }
	switch {
	case says("failedreturnurl"), says("failreturnurl"):
		return "Check the session's fail_return_url: an absolute URL with a host."
	case says("returnurl"):
		return "Check the session's return_url: an absolute URL with a host."
	case says("product level"):
		return "Check the session's product_level; which levels an account may use is agreed with ADVANCE.AI."
	case says("try count"):
		return "Check the session's try_count: it must be 1 or more."
	case isUnfinished(r.Code, r.Message):
		return "The session is still open: wait until the user is through or its hour is over."
	case says("signatureid"), e.risk == riskDeleted:
		return "Check the id, and that the session is one of this account."
	case says("should not be empty"):
		return "The service misses a value that it needs."
	}
	return r.Hint
}

// isUnfinished reports the one sentence that tells the state of a session under
// the code of a bad parameter. Nothing else in the response does.
func isUnfinished(code, message string) bool {
	return code == codeParameter && normalize(message) == "transaction is not finished"
}

// objectWriter puts a JSON object together in the order in which its members are
// added; what is not declared is left out.
type objectWriter struct{ text []byte }

func (m *objectWriter) add(name string, value any) {
	if s, ok := value.(string); ok && s == "" {
		return
	}
	before := ","
	if len(m.text) == 0 {
		before = "{"
	}
	m.text = append(m.text, before+encodeJSON(name)+":"+encodeJSON(value)...)
}

func (m *objectWriter) object() json.RawMessage {
	if len(m.text) == 0 {
		return json.RawMessage("{}")
	}
	return append(m.text, '}')
}

// encodeJSON is a string, a number or a bool as JSON, with nothing escaped that
// need not be.
func encodeJSON(v any) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic("liveness: a value that cannot be JSON") // those three always can
	}
	return strings.TrimSuffix(b.String(), "\n")
}
