// Package liveness is the client of ADVANCE.AI's service. It logs in, sends one
// request at a time for each caller, repeats it as the responses ask, and turns
// what comes back into one of three results: the service took it, the service did
// not, or nobody knows.
//
// The HTTP status is never trusted alone: the code in the response's envelope
// decides. One token serves all requests of a client, and when the service
// tells one of them to wait, all of them do.
//
// Besides documents it knows the sessions of the three APIs: it opens them,
// asks what came of them, fetches their pictures and has their data deleted.
// What costs money or destroys is never repeated on a guess.
//
// It does not know plans or the state, nor what is in a document: it sends
// bytes. It does not know what the service made of them either; a success
// proves that they were accepted, not that a page looks as wished.
package liveness

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"livery/reconcile"
	"livery/schema"
)

// Limits of a token's life, and the number of repetitions unless told otherwise.
const (
	TokenTTLMin    = time.Minute
	TokenTTLMax    = 24 * time.Hour
	defaultTTL     = time.Hour
	defaultRetries = 5
)

// Config is what a client is made of.
type Config struct {
	BaseURL   string // https, or plain http to this machine; a path is kept as a prefix
	AccessKey string
	SecretKey Secret
	KeysFrom  string            // what people look at when the keys are wrong; "" for "the keys"
	TokenTTL  time.Duration     // TokenTTLMin to TokenTTLMax, in whole seconds; 0 is the service's default of an hour
	Retries   int               // further tries after the first, per request; 5 when negative
	Parallel  int               // idle connections to keep
	Transport http.RoundTripper // nil for one of its own; see HandlerTransport
	Log       *slog.Logger      // nil for silence; at slog.Level(-8) bodies and headers too, secrets never
	Now       func() time.Time  // nil for time.Now
	UserAgent string            // livery/VERSION
	// OnThrottle is told when the service makes all requests wait, for how long and
	// by which code; nil for nobody. It may be called by several goroutines.
	OnThrottle func(d time.Duration, code string)
}

// Client talks to the service on behalf of one account. It may be used by many
// goroutines at once.
type Client struct {
	connection  connection
	connector   *connector // nil where the transport is not one of its own
	classifier  classifier
	credentials credentials
	tokens      tokenSource
	throttle    throttle
	retries     int
	clock       *clock
	redactor    *redactor
	log         *slog.Logger
}

var _ reconcile.API = (*Client)(nil)

// New makes a client. It does not talk to the service yet. The error says what
// is wrong with the configuration.
func New(cfg Config) (*Client, error) {
	if why := schema.CheckURL(cfg.BaseURL, schema.ServiceBase); why != "" {
		return nil, errors.New("the base URL " + why)
	}
	switch {
	case cfg.AccessKey == "":
		return nil, errors.New("there is no access key")
	case cfg.SecretKey == "":
		return nil, errors.New("there is no secret key")
	case cfg.TokenTTL != 0 && (cfg.TokenTTL < TokenTTLMin || cfg.TokenTTL > TokenTTLMax):
		return nil, fmt.Errorf("a token can live from %s to %s, not %s", TokenTTLMin, TokenTTLMax, cfg.TokenTTL)
	}
	base, err := url.Parse(cfg.BaseURL)
	if err != nil {
		panic("liveness: a checked base URL does not parse") // CheckURL has parsed it
	}
	log := cmp.Or(cfg.Log, slog.New(slog.DiscardHandler))
	clock, redactor := &clock{now: cfg.Now}, &redactor{}
	if clock.now == nil {
		clock.now = time.Now
	}
	transport, connector := cfg.Transport, (*connector)(nil)
	if transport == nil {
		transport, connector = newTransport(cfg.Parallel)
	}
	_, sockets := transport.(*http.Transport)
	_, inProcess := transport.(handlerTransport)
	c := &Client{
		connection:  connection{base, cmp.Or(cfg.UserAgent, "livery"), transport, sockets || inProcess, clock, redactor, log},
		connector:   connector,
		classifier:  classifier{base, clock, redactor},
		credentials: credentials{cfg.AccessKey, cfg.SecretKey, cmp.Or(cfg.KeysFrom, "the keys"), cfg.TokenTTL, clock, redactor},
		retries:     cfg.Retries, clock: clock, redactor: redactor, log: log,
	}
	if c.retries < 0 {
		c.retries = defaultRetries
	}
	c.throttle.limit, c.throttle.onBegin = max(c.retries, 1), cfg.OnThrottle
	c.tokens = tokenSource{fetch: c.fetchToken, now: clock.now}
	redactor.add(string(cfg.SecretKey))
	redactor.permanent = len(redactor.secrets)
	return c, nil
}

// Push sends a document, exactly its bytes, and repeats it while the responses
// ask for that. Errors are those of reconcile.API; a cancelled ctx gives an
// *InDoubt when the document may already have arrived.
func (c *Client) Push(ctx context.Context, r reconcile.Request) (reconcile.Receipt, error) {
	got, err := c.send(ctx, request{
		name: "ConfigureUI", object: r.Address.String(),
		method: http.MethodPost, path: "/openapi/liveness/v1/h5/configureUI",
		body: func() []byte { return r.Body }, field: refusedField,
		sending: r.Sending, retries: c.retries, repeatable: true, writes: true, public: true,
	})
	if err != nil {
		return reconcile.Receipt{}, err
	}
	return reconcile.Receipt{TransactionID: c.redactor.sanitize(got.TransactionID), At: c.clock.now()}, nil
}

// Login gets a token, so that keys which do not work are known before anything
// else is done. The error is a *reconcile.Refusal when the service refuses them.
func (c *Client) Login(ctx context.Context) error {
	_, err := c.tokens.current(ctx)
	return err
}

// shorten is enough of a text to recognise it by.
func shorten(s string) string {
	if len(s) > 40 {
		return strings.ToValidUTF8(s[:40], "") + "…"
	}
	return s
}

// origin is the scheme and host of a redirect's target, which may be relative
// to base; "" when it cannot be read. The rest of it may hold anything.
func origin(base *url.URL, location string) string {
	if location == "" {
		return ""
	}
	u, err := base.Parse(location)
	if err != nil || u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host
}
