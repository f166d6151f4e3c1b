package liveness

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// request is one call of the API. It may be sent several times.
type request struct {
	name   string // the API's name of it
	object string // what it is about, for the log; may be ""
	method string
	path   string
	query  url.Values
	body   func() []byte               // made anew for every try, since a timestamp ages; nil for none
	field  func(message string) string // the path of the field that a refusal is about; nil when there are none

	sending func(context.Context) error // asked before each try, which an error prevents; nil allows all

	retries    int  // further tries after the first
	repeatable bool // may be sent again when the first may have arrived
	writes     bool // changes something at the service: a lost response leaves a doubt
	public     bool // may be logged: neither request nor response holds a secret or a person's data
	login      bool // the one that fetches the token

	responseLimit int64         // of the response, in bytes; 0 for responseMax
	timeout       time.Duration // for one try, its response included; 0 for requestTimeout
}

// outcome is what one try came to.
type outcome uint8

const (
	confirmed    outcome = iota + 1 // the service says so
	refused                         // the service, or something before it, says no, and will again
	busy                            // not taken; come back later
	unauthorised                    // the token is not accepted
	lost                            // may have been taken; nobody said
	unsent                          // certainly never arrived
)

// reply is the judgement of one try.
type reply struct {
	outcome outcome
	envelope
	at           time.Time     // the service's clock; zero when the response did not say
	wait         time.Duration // what Retry-After asks for; 0 when nothing
	throttlesAll bool          // all requests have to wait
	serverFailed bool          // busy by a failure of the service, so not to be repeated blindly
	aboutContent bool          // a refusal of what was sent, not of the sender or the moment
	err          error         // why it is not confirmed
}

// classifier judges what came back from a try.
type classifier struct {
	base     *url.URL
	clock    *clock
	redactor *redactor
}

// classify tells what a try came to. Where there is an envelope, its code decides, but
// only a 200 makes a success of it: a 202 has only been noted, a 206 is a part of an
// answer, and what a gateway puts into a 5xx may be of another request.
func (c classifier) classify(sent request, got response) reply {
	if got.status == 0 {
		if !got.sent {
			return reply{outcome: unsent, err: got.err}
		}
		return reply{outcome: lost, err: got.err}
	}
	var r reply
	now := c.clock.ofService()
	if at, err := http.ParseTime(got.header.Get("Date")); err == nil {
		r.at, now = at, at
	}
	r.wait = retryAfter(got.header, now)
	if e, ok := decodeEnvelope(got.body); ok && got.err == nil {
		r.envelope = e
	}
	row, known := findCode(r.Code)
	switch {
	case row.class == classSuccess && got.status != http.StatusOK:
		return c.classifyStatus(r, got) // neither the code nor the status is trusted alone
	case got.status >= 300 && got.status < 400:
		return reply{outcome: refused, err: c.redirectRefusal(got.status, got.header), at: r.at, wait: r.wait}
	case known, r.Code != "" && !transient(got.status):
		return c.classifyEnvelope(sent, r, row)
	}
	return c.classifyStatus(r, got)
}

func (c classifier) classifyEnvelope(sent request, r reply, row code) reply {
	if row.class == classSuccess {
		r.outcome = confirmed
		return r
	}
	refusal := c.refusal(r.envelope)
	if sent.field != nil && row.name == codeParameter {
		refusal.Path = sent.field(refusal.Message)
	}
	r.err, r.aboutContent = refusal, row.aboutContent
	switch row.class {
	case classWait:
		r.outcome, r.serverFailed = busy, row.idempotent
		r.throttlesAll = !row.idempotent || r.wait > 0
	case classRenew:
		r.outcome = unauthorised
	default:
		r.outcome = refused
	}
	return r
}

// transient reports a status of something before the service, or of a service
// that failed before it could say more.
func transient(status int) bool { return status == http.StatusTooManyRequests || status >= 500 }

// classifyStatus decides where no envelope does. Behind a gateway's 5xx the
// service may well have taken the request, so only a 429 and the other 4xx say
// that it did not, and not even these beside a code that says it did.
func (c classifier) classifyStatus(r reply, got response) reply {
	switch {
	case r.Code == success:
		r.outcome, r.err = lost, fmt.Errorf("HTTP %s with the code %s, which only an HTTP 200 confirms", statusText(got.status), success)
	case got.status == http.StatusTooManyRequests:
		r.outcome, r.throttlesAll, r.err = busy, true, statusRefusal(got.status)
	case got.status >= 400 && got.status < 500:
		r.outcome, r.err = refused, statusRefusal(got.status)
	default:
		r.outcome, r.err = lost, c.unexpectedResponse(r, got)
		r.throttlesAll = got.status == http.StatusServiceUnavailable || (got.status >= 500 && r.wait > 0)
	}
	return r
}

// unexpectedResponse describes a response that is none of the service's. What it
// holds is not shown: it may be anything.
func (c classifier) unexpectedResponse(r reply, got response) error {
	what := "an empty body"
	kind := c.redactor.sanitize(got.header.Get("Content-Type"))
	switch {
	case r.Code != "":
		what = "the unknown code " + c.redactor.sanitize(r.Code)
	case len(got.body) > 0 && kind != "":
		what = fmt.Sprintf("%d bytes of %s", len(got.body), shorten(kind))
	case len(got.body) > 0:
		what = fmt.Sprintf("%d bytes", len(got.body))
	}
	if got.err != nil {
		return fmt.Errorf("HTTP %s, but the answer could not be read: %w", statusText(got.status), got.err)
	}
	return fmt.Errorf("HTTP %s with %s, which is not an answer of the service", statusText(got.status), what)
}
