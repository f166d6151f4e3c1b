package liveness

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"
)

const (
	dialTimeout    = 10 * time.Second
	requestTimeout = 30 * time.Second // for one try, its response included
	responseMax    = 1 << 20          // bytes
	tokenHeader    = "X-Access-Token"
)

// newTransport makes what all calls go through, and what opens its connections. There is no http.Client above
// it, so that no redirect is followed nor even read: the token would go along.
// It keeps to HTTP/1.1, one request at a time on a connection, so
// that a connection that breaks leaves exactly one document in doubt.
func newTransport(parallel int) (*http.Transport, *connector) {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	c := &connector{
		dialer: net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second},
		tls:    &tls.Config{MinVersion: tls.VersionTLS12},
		maxAge: spareMax,
	}
	return &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         c.dial(false),
		DialTLSContext:      c.dial(true), // not through a proxy
		TLSHandshakeTimeout: dialTimeout,
		TLSClientConfig:     c.tls,
		Protocols:           protocols,
		MaxIdleConns:        max(parallel, 1),
		MaxIdleConnsPerHost: max(parallel, 1),
		IdleConnTimeout:     90 * time.Second,

		MaxResponseHeaderBytes: 256 << 10,
	}, c
}

// response is what came back from one try, as it was read.
type response struct {
	status int // 0 when no response began
	header http.Header
	body   []byte
	err    error // what broke; with a status, while the body was read
	sent   bool  // without a status: whether the request may have arrived
}

// tooLongError is a response beyond the limit, in bytes, of its request.
type tooLongError int64

// Error implements error.
func (t tooLongError) Error() string {
	return fmt.Sprintf("the answer is longer than %d MiB", int64(t)>>20)
}

// connection is the way to the service. It makes single tries, and follows the links
// that the service gives.
type connection struct {
	base           *url.URL
	agent          string
	transport      http.RoundTripper
	tracesRequests bool // the transport tells how far a request got
	clock          *clock
	redactor       *redactor
	log            *slog.Logger
}

// roundTrip makes one try and reads its response whole, so that the connection
// can be used again.
func (c *connection) roundTrip(ctx context.Context, r request, tok token) response {
	timeout, limit := cmp.Or(r.timeout, requestTimeout), cmp.Or(r.responseLimit, responseMax)
	tryCtx, cancel := context.WithTimeoutCause(ctx, timeout, fmt.Errorf("no answer within %s", timeout))
	defer cancel()
	trace := requestTrace{}
	trace.reports.Store(c.tracesRequests)
	var body []byte
	if r.body != nil {
		body = r.body()
	}
	req := c.httpRequest(httptrace.WithClientTrace(tryCtx, trace.hooks()), r, tok, body)
	c.logRequest(ctx, r, req, tok, body)
	start := time.Now()
	got := c.exchange(req, &trace, limit)
	if got.err != nil && tryCtx.Err() != nil && ctx.Err() == nil {
		got.err = context.Cause(tryCtx)
	} else if got.err != nil && ctx.Err() != nil {
		got.err = contextError(ctx)
	}
	c.logResponse(ctx, r, got, time.Since(start))
	return got
}

func (c *connection) httpRequest(ctx context.Context, r request, tok token, body []byte) *http.Request {
	u := c.base.JoinPath(r.path)
	u.RawQuery = r.query.Encode()
	var reader io.Reader
	switch {
	case body != nil:
		reader = bytes.NewReader(body)
	case r.method == http.MethodGet && !r.repeatable:
		reader = unrepeatableBody{}
	}
	req, err := http.NewRequestWithContext(ctx, r.method, u.String(), reader)
	if err != nil {
		panic("liveness: a request that cannot be made: " + r.name) // the method is ours and the URL was checked
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", c.agent)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if !r.login {
		req.Header.Set(tokenHeader, string(tok.value))
	}
	return req
}

// unrepeatableBody is the empty body of a request that must not be made twice. To
// net/http a GET without any body may be: when the response on a connection that
// it used before is lost, it would send the GET again and tell nobody.
type unrepeatableBody struct{}

// Read implements io.Reader.
func (unrepeatableBody) Read([]byte) (int, error) { return 0, io.EOF }

func (c *connection) exchange(req *http.Request, trace *requestTrace, limit int64) response {
	resp, err := c.transport.RoundTrip(req)
	if err != nil {
		return response{err: fmt.Errorf("%s: %w", req.URL.Host, err), sent: trace.mayHaveArrived(err)}
	}
	defer func() { _ = resp.Body.Close() }()
	got := response{status: resp.StatusCode, header: resp.Header, sent: true}
	if resp.StatusCode == http.StatusSwitchingProtocols {
		got.err = errors.New("the server wants to speak another protocol") // reading on would outlast the deadline
		return got
	}
	got.body, got.err = io.ReadAll(io.LimitReader(resp.Body, limit+1))
	if int64(len(got.body)) > limit {
		got.body, got.err = nil, tooLongError(limit)
	}
	return got
}

// requestTrace follows a request on its way out, to tell after a failure whether
// the service may have got it. Its fields are set from the transport's own
// goroutines, perhaps after the transport has returned.
type requestTrace struct {
	reports   atomic.Bool // the transport reports what it does
	connected atomic.Bool
	broken    atomic.Bool // the last connection broke while the request was written
	written   atomic.Bool
}

func (t *requestTrace) hooks() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn: func(string) { t.reports.Store(true) },
		GotConn: func(httptrace.GotConnInfo) {
			t.reports.Store(true)
			t.broken.Store(false)
			t.connected.Store(true)
		},
		WroteRequest: func(info httptrace.WroteRequestInfo) {
			if info.Err != nil {
				t.broken.Store(true)
			} else {
				t.written.Store(true)
			}
		},
	}
}

// mayHaveArrived reports whether the service may have got the request. Only one that
// was not written to its end has certainly not arrived.
func (t *requestTrace) mayHaveArrived(err error) bool {
	switch {
	case t.written.Load():
		return true
	case t.connected.Load():
		return !t.broken.Load()
	case t.reports.Load():
		return false
	}
	op, ok := errors.AsType[*net.OpError](err) // a transport that reports nothing
	return !ok || op.Op != "dial"
}

// isPermanent reports an error that another try will meet again: a certificate that
// is not trusted now will not be in a second.
func isPermanent(err error) bool {
	_, ok := errors.AsType[*tls.CertificateVerificationError](err)
	return ok
}
