package backend

import (
	"bytes"
	"cmp"
	"context"
	"crypto/md5" // Terraform's protocol has it as a checksum
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"

	"livery/reconcile/state"
	"livery/schema"
	"livery/schema/storage"
)

// httpBlob keeps the state behind a server that speaks the protocol of
// Terraform's backend of that name: GET, POST and DELETE at one address, LOCK and
// UNLOCK at others.
//
// The protocol has no conditional write. A server that gives a strong ETag is
// taken at its word, and asked with If-Match; where there is none, a write reads
// first and compares, which leaves a gap of one request that only the lock closes.
type httpBlob struct {
	client       *httpClient
	address      *url.URL
	updateMethod string
	*httpLock
	givesETags atomic.Bool // the server has given an ETag
}

// httpClient makes requests, and says what it means when there is no answer.
type httpClient struct {
	http     *http.Client
	username string
	password schema.Secret
	retry    retryPolicy
}

func openHTTP(s storage.Settings) (state.Blob, error) {
	c := &httpClient{
		username: s["username"], password: schema.Secret(s["password"]),
		retry: retryPolicy{tries: 1 + uint(s.Number("retry_max")), first: s.Seconds("retry_wait_min"), most: s.Seconds("retry_wait_max"), timeout: requestTimeout},
	}
	l := &httpLock{client: c, lockMethod: s["lock_method"], unlockMethod: s["unlock_method"]}
	h := &httpBlob{client: c, updateMethod: s["update_method"], httpLock: l}
	if s.Number("retry_wait_min") > s.Number("retry_wait_max") {
		return nil, errors.New("retry_wait_min is longer than retry_wait_max")
	}
	// In Terraform a lock without an address to release it stays for ever.
	s["unlock_address"] = cmp.Or(s["unlock_address"], s["lock_address"])
	for name, to := range map[string]**url.URL{"address": &h.address, "lock_address": &l.lock, "unlock_address": &l.unlock} {
		if s[name] == "" {
			continue
		}
		u, err := url.Parse(s[name])
		if err != nil {
			return nil, fmt.Errorf("%s is not a URL", name) // it was judged, and may hold a secret
		}
		if u.User != nil { // only an environment can say so
			password, _ := u.User.Password()
			c.username, c.password = cmp.Or(c.username, u.User.Username()), cmp.Or(c.password, schema.Secret(password))
			u.User = nil
		}
		*to = u
	}
	transport, err := transportOf(s)
	if err != nil {
		return nil, err
	}
	c.http = &http.Client{Transport: transport, CheckRedirect: followSameServer}
	l.place = h.String()
	return h, nil
}

func transportOf(s storage.Settings) (*http.Transport, error) {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.DisableCompression = true                                                         // a packed answer has an ETag of its own with some servers
	t.TLSClientConfig = &tls.Config{InsecureSkipVerify: s.On("skip_cert_verification")} // whoever sets it is told what it means
	if pem := s["client_ca_certificate_pem"]; pem != "" {
		t.TLSClientConfig.RootCAs = x509.NewCertPool()
		if !t.TLSClientConfig.RootCAs.AppendCertsFromPEM([]byte(pem)) {
			return nil, errors.New("client_ca_certificate_pem holds no certificate")
		}
	}
	certificate, key := s["client_certificate_pem"], s["client_private_key_pem"]
	if (certificate == "") != (key == "") {
		return nil, errors.New("client_certificate_pem and client_private_key_pem are only of use together; set both, or neither")
	}
	if certificate != "" {
		pair, err := tls.X509KeyPair([]byte(certificate), []byte(key))
		if err != nil {
			return nil, errors.New("client_certificate_pem and client_private_key_pem are no pair of a certificate and its key")
		}
		t.TLSClientConfig.Certificates = []tls.Certificate{pair}
	}
	return t, nil
}

// followSameServer follows a redirect only where it leads to the same server with the
// same request: neither the password nor the state is anybody else's business.
func followSameServer(next *http.Request, before []*http.Request) error {
	switch first := before[0]; {
	case next.URL.Host != first.URL.Host || next.URL.Scheme != first.URL.Scheme:
		return fmt.Errorf("it redirects to %s://%s; if that is right, write that address in the configuration", next.URL.Scheme, next.URL.Host)
	case next.Method != first.Method:
		return errors.New("it answers with a redirect that would lose the request; write the address that it redirects to")
	case len(before) >= 5:
		return errors.New("it redirects without end")
	}
	return nil
}

// Close implements state.Blob.
func (h *httpBlob) Close() { h.client.http.CloseIdleConnections() }

// String implements state.Blob. What follows a question mark may be a token.
func (h *httpBlob) String() string { return withoutQuery(h.address) }

func withoutQuery(u *url.URL) string {
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}

// httpResponse is what a server said, read to its end.
type httpResponse struct {
	status int
	etag   string // only a strong one, which names the bytes
	body   []byte
}

func (a *httpResponse) isSuccess() bool { return a.status >= 200 && a.status < 300 }

// send makes one request. An answer that says "later" is a transport error.
func (c *httpClient) send(ctx context.Context, method string, u *url.URL, body []byte, header ...string) (*httpResponse, error) {
	request, err := http.NewRequestWithContext(ctx, method, u.String(), bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("%s is no request that can be made of %s", method, withoutQuery(u))
	}
	if body != nil {
		sum := md5.Sum(body) // see above
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Content-MD5", base64.StdEncoding.EncodeToString(sum[:]))
	}
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	if c.username != "" {
		request.SetBasicAuth(c.username, string(c.password))
	}
	response, err := refuseUpgrade(c.http.Do(request))
	if err != nil {
		return nil, c.classifyTransportError(ctx, u, err)
	}
	defer response.Body.Close()
	a := &httpResponse{status: response.StatusCode, etag: response.Header.Get("ETag")}
	if strings.HasPrefix(a.etag, "W/") {
		a.etag = ""
	}
	if a.body, err = readLimited(response.Body, withoutQuery(u)); err != nil {
		return nil, c.classifyTransportError(ctx, u, err)
	}
	return a, retryableError(a, u)
}

// sendRetried makes a request that may be made twice.
func (c *httpClient) sendRetried(ctx context.Context, method string, u *url.URL, body []byte) (*httpResponse, error) {
	return retry(ctx, c.retry, func(ctx context.Context) (*httpResponse, error) { return c.send(ctx, method, u, body) })
}

// retryableError makes an error of an answer after which the same may be asked again.
func retryableError(a *httpResponse, u *url.URL) error {
	switch {
	case a.status == http.StatusTooManyRequests:
		return &unsentError{fmt.Errorf("%s answers that it is asked too much (429); try again later", withoutQuery(u))}
	case a.status >= 500 && a.status != http.StatusNotImplemented:
		return &unansweredError{fmt.Errorf("%s answers %d (%s); its log says why", withoutQuery(u), a.status, http.StatusText(a.status))}
	}
	return nil
}

// classifyTransportError says why there is no answer. The words of the library hold the whole URL.
func (c *httpClient) classifyTransportError(ctx context.Context, u *url.URL, err error) error {
	var outer *url.Error
	if errors.As(err, &outer) {
		err = outer.Err
	}
	var opening *net.OpError
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.Is(err, errUpgrade):
		return &unansweredError{fmt.Errorf("%s: %w", withoutQuery(u), err)}
	case errors.As(err, &certificate):
		return fmt.Errorf("the certificate of %s cannot be trusted: %v; client_ca_certificate_pem names who vouches for it", u.Host, certificate.Err) // it is said, not asked
	case errors.As(err, &opening) && opening.Op == "dial" && errors.Is(ctx.Err(), context.DeadlineExceeded):
		return &unsentError{fmt.Errorf("%s gave no answer within %s", withoutQuery(u), c.retry.timeout)}
	case errors.As(err, &opening) && opening.Op == "dial":
		return &unsentError{fmt.Errorf("the server %s cannot be reached: %w. Check the address, and that it runs", u.Host, opening.Err)}
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return &unansweredError{fmt.Errorf("%s gave no answer within %s", withoutQuery(u), c.retry.timeout)}
	case ctx.Err() != nil:
		return &unansweredError{context.Cause(ctx)}
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return &unansweredError{fmt.Errorf("%s ended the connection before it had answered", withoutQuery(u))}
	case errors.As(err, &opening):
		return &unansweredError{fmt.Errorf("the connection to %s broke: %w", u.Host, opening.Err)}
	}
	return fmt.Errorf("%s: %w", withoutQuery(u), err)
}

// statusError is what an answer means that is none of those that an operation knows.
func statusError(a *httpResponse, u *url.URL) error {
	switch a.status {
	case http.StatusUnauthorized:
		return &deniedError{fmt.Sprintf("the server %s wants to know who asks (401): set LIVERY_STATE_HTTP_USERNAME and LIVERY_STATE_HTTP_PASSWORD, or correct them", u.Host)}
	case http.StatusForbidden:
		return &deniedError{fmt.Sprintf("the server %s does not let this user do that (403): check username and password, and what the user may do there", u.Host)}
	case http.StatusNotFound:
		return fmt.Errorf("there is nothing at %s (404): check the address", withoutQuery(u))
	case http.StatusMethodNotAllowed, http.StatusNotImplemented:
		return fmt.Errorf("%s does not take this method (%d): check the address and the methods in the configuration", withoutQuery(u), a.status)
	}
	return fmt.Errorf("%s answers %d (%s), which is not of the protocol: is it a server for Terraform's http backend?", withoutQuery(u), a.status, http.StatusText(a.status))
}
