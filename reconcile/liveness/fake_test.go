package liveness

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"livery/reconcile"
	"livery/schema"
)

const (
	accessKey = "sampleaccesskey"
	secretKey = "samplesecretkey"
)

// handler is what the fake service does with one request; n counts from 1.
type handler func(n int, w http.ResponseWriter, r *http.Request)

// fakeService is a service of two calls that does as it is told and remembers.
type fakeService struct {
	login, push handler // nil: yes

	mu     sync.Mutex
	logins []map[string]any
	pushes []pushed
}

type pushed struct {
	path, token, agent, contentType, body string
	at                                    time.Time
}

func (f *fakeService) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	if r.URL.Path == "/openapi/auth/ticket/v1/generate-token" {
		var login map[string]any
		_ = json.Unmarshal(body, &login)
		f.mu.Lock()
		f.logins = append(f.logins, login)
		n := len(f.logins)
		f.mu.Unlock()
		if f.login == nil {
			issue(n, w, r)
			return
		}
		f.login(n, w, r)
		return
	}
	f.mu.Lock()
	f.pushes = append(f.pushes, pushed{r.URL.Path, r.Header.Get("X-ACCESS-TOKEN"), r.UserAgent(), r.Header.Get("Content-Type"), string(body), time.Now()})
	n := len(f.pushes)
	f.mu.Unlock()
	if f.push == nil {
		says(success, "OK")(n, w, r)
		return
	}
	f.push(n, w, r)
}

func (f *fakeService) counts() (logins, pushes int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.logins), len(f.pushes)
}

// issue gives the n-th token, good for an hour.
func issue(n int, w http.ResponseWriter, _ *http.Request) { issueFor(n, w, time.Hour) }

func issueFor(n int, w http.ResponseWriter, life time.Duration) {
	_, _ = fmt.Fprintf(w, `{"code":"SUCCESS","message":"OK","data":{"token":"token-%d","expiredTime":%d},"transactionId":"login"}`,
		n, time.Now().Add(life).UnixMilli())
}

func says(code, message string) handler { return saysWith(200, "", code, message) }

func saysWith(status int, retryAfter, code, message string) handler {
	return func(_ int, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json;charset=UTF-8")
		if retryAfter != "" {
			w.Header().Set("Retry-After", retryAfter)
		}
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(map[string]any{"code": code, "message": message, "data": nil, "extra": nil, "transactionId": "t1", "pricingStrategy": "FREE"})
	}
}

func writes(status int, contentType, body string) handler {
	return func(_ int, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func hangsUp(int, http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

// inTurn answers the n-th request by the n-th response, and the last from then on.
func inTurn(answers ...handler) handler {
	return func(n int, w http.ResponseWriter, r *http.Request) {
		answers[min(n, len(answers))-1](n, w, r)
	}
}

// newClient is a client of h in this process.
func newClient(t *testing.T, h http.Handler, change ...func(*Config)) *Client {
	t.Helper()
	cfg := Config{
		BaseURL: "http://localhost", AccessKey: accessKey, SecretKey: secretKey,
		Retries: -1, Parallel: 10, UserAgent: "livery/test",
	}
	if h != nil {
		cfg.Transport = HandlerTransport(h)
	}
	for _, f := range change {
		f(&cfg)
	}
	c, err := New(cfg)
	require.NoError(t, err)
	return c
}

var document = reconcile.Request{
	Address: schema.Address{Kind: schema.LocaleAddress, Name: "en_US"},
	Body:    []byte(`{"titleText":"<b>&  ü","locale":"en_US"}`),
}

// push pushes the document and sorts the error.
func push(t *testing.T, c *Client) (receipt reconcile.Receipt, refusal *reconcile.Refusal, doubt *reconcile.InDoubt, err error) {
	t.Helper()
	receipt, err = c.Push(t.Context(), document)
	errors.As(err, &refusal)
	errors.As(err, &doubt)
	return receipt, refusal, doubt, err
}

// failing is a transport that fails in turn: a nil error lets the request through.
type failing struct {
	next http.RoundTripper
	errs []error
	n    int
}

func (f *failing) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Path == "/openapi/auth/ticket/v1/generate-token" {
		return f.next.RoundTrip(r)
	}
	f.n++
	if err := f.errs[min(f.n, len(f.errs))-1]; err != nil {
		return nil, err
	}
	return f.next.RoundTrip(r)
}
