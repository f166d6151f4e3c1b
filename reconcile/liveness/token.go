package liveness

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"livery/reconcile"
)

// token is what the service gives for the keys, and takes with requests for a while.
type token struct {
	value      Secret
	renewAt    time.Time // by this machine's clock, some time before it expires
	generation int       // which token of this client it is, from 1
}

// tokenSource keeps the one token that all requests share. The first request that
// finds it expired fetches the next; the others wait for that.
type tokenSource struct {
	fetch func(context.Context) (token, error)
	now   func() time.Time

	mu         sync.Mutex
	held       token
	generation int // the generation of the last token that was fetched
	fetching   *tokenFetch
	refusal    error       // the keys were refused: asking again would only lock the account
	lastFailed atomic.Bool // the last fetch failed
}

// tokenFetch is a fetch under way; the rest may be read once done is closed.
type tokenFetch struct {
	done      chan struct{}
	err       error
	cancelled bool // the one who fetched was cancelled, which is no failure of the others
}

// current is the token to use, fetched when there is none. Those who wait share
// the failure of the one who fetches, unless that one was cancelled.
func (t *tokenSource) current(ctx context.Context) (token, error) {
	for {
		t.mu.Lock()
		if t.held.value != "" && t.now().Before(t.held.renewAt) {
			defer t.mu.Unlock()
			return t.held, nil
		}
		if t.refusal != nil {
			defer t.mu.Unlock()
			return token{}, t.refusal
		}
		f := t.fetching
		if f == nil {
			f = &tokenFetch{done: make(chan struct{})}
			t.fetching = f
			t.mu.Unlock()
			return t.fetchFor(ctx, f)
		}
		t.mu.Unlock()
		select {
		case <-f.done:
		case <-ctx.Done():
			return token{}, contextError(ctx)
		}
		if f.err != nil && !f.cancelled {
			return token{}, f.err
		}
	}
}

// fetchFor fetches the next token on behalf of all who wait for f.
func (t *tokenSource) fetchFor(ctx context.Context, f *tokenFetch) (token, error) {
	tok, err := t.fetch(ctx)
	t.mu.Lock()
	defer t.mu.Unlock()
	if err == nil {
		t.generation++
		tok.generation = t.generation
		t.held = tok
	}
	if keysRefused(err) {
		t.refusal = err
	}
	f.err, f.cancelled = err, ctx.Err() != nil
	if !f.cancelled {
		t.lastFailed.Store(err != nil)
	}
	t.fetching = nil
	close(f.done)
	return tok, err
}

// keysRefused reports that the service itself said, and not for the moment alone,
// that there is no token for these keys.
func keysRefused(err error) bool {
	r, ok := errors.AsType[*reconcile.Refusal](err)
	if !ok || r.Code == "" {
		return false
	}
	row, known := findCode(r.Code)
	return known && row.class != classWait
}

// reject says that the service did not accept a token. Of the many requests
// that were sent with it only the first has an effect.
func (t *tokenSource) reject(tok token) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.held.generation == tok.generation {
		t.held.value = ""
	}
}

// clock is this machine's, and knows how far the service's differs.
type clock struct {
	now  func() time.Time
	skew atomic.Int64 // how far the service's clock is ahead, in nanoseconds
}

// ofService is the time by the service's clock, as far as it is known.
func (c *clock) ofService() time.Time { return c.now().Add(time.Duration(c.skew.Load())) }

// credentials are an account's keys, and what is asked and answered with them.
type credentials struct {
	accessKey string
	secretKey Secret
	from      string // as people know the keys
	ttl       time.Duration
	clock     *clock
	redactor  *redactor
}

// fetchToken logs in. A timestamp that the service refuses is corrected by the
// difference of the clocks, once; the correction is kept.
func (c *Client) fetchToken(ctx context.Context) (token, error) {
	got, err := c.send(ctx, c.login())
	if !timestampRefused(err) {
		return c.credentials.parseToken(got, err)
	}
	if got.at.IsZero() {
		return token{}, clockRefusal(err, "The service does not take the time of this machine: set its clock (NTP).")
	}
	skew := got.at.Sub(c.clock.now())
	c.clock.skew.Store(int64(skew))
	c.log.DebugContext(ctx, "correcting the timestamp by the difference of the clocks", "skew", skew)
	got, err = c.send(ctx, c.login())
	if timestampRefused(err) {
		return token{}, clockRefusal(err, describeSkew(skew))
	}
	return c.credentials.parseToken(got, err)
}

func timestampRefused(err error) bool {
	r, ok := errors.AsType[*reconcile.Refusal](err)
	return ok && r.Code == codeParameter && normalize(r.Message) == "timestamp error"
}

func clockRefusal(err error, hint string) error {
	r, _ := errors.AsType[*reconcile.Refusal](err)
	r.Fatal, r.Hint = true, hint
	return r
}

func describeSkew(skew time.Duration) string {
	direction, off := "behind", skew.Round(time.Second)
	if off < 0 {
		direction, off = "ahead of", -off
	}
	if off == 0 {
		return "The service does not take the time of this machine, although it agrees with its own."
	}
	return fmt.Sprintf("The clock of this machine is %s %s the service's: set it (NTP).", off, direction)
}

// login is the call that fetches a token. After a fetch that failed in spite of
// all its tries the next ones get a single try: many documents should not wait
// for the same dead service one after the other.
func (c *Client) login() request {
	retries := c.retries
	if c.tokens.lastFailed.Load() {
		retries = 0
	}
	return request{
		name: "the login", method: http.MethodPost, path: "/openapi/auth/ticket/v1/generate-token",
		body: c.credentials.loginBody, retries: retries, repeatable: true, login: true,
	}
}

func (c credentials) loginBody() []byte {
	timestamp := strconv.FormatInt(c.clock.ofService().UnixMilli(), 10)
	signature := sign(c.accessKey, c.secretKey, timestamp)
	c.redactor.add(signature)
	period := ""
	if c.ttl > 0 {
		period = strconv.Itoa(int(c.ttl / time.Second))
	}
	body, err := json.Marshal(struct {
		AccessKey    string `json:"accessKey"`
		Timestamp    string `json:"timestamp"`
		Signature    string `json:"signature"`
		PeriodSecond string `json:"periodSecond,omitempty"`
	}{c.accessKey, timestamp, signature, period})
	if err != nil {
		panic("liveness: a login that cannot be JSON") // strings always can
	}
	return body
}

// sign is the lower-case hex SHA-256 of the three, with nothing between them.
func sign(accessKey string, secretKey Secret, timestamp string) string {
	sum := sha256.Sum256([]byte(accessKey + string(secretKey) + timestamp))
	return hex.EncodeToString(sum[:])
}

// parseToken reads the token out of a successful login. No refusal of a login can
// be overcome by another request of the run.
func (c credentials) parseToken(got reply, err error) (token, error) {
	if r, ok := errors.AsType[*reconcile.Refusal](err); ok {
		r.Fatal = true
		r.Hint = c.loginHint(r)
		return token{}, r
	}
	if err != nil {
		return token{}, err
	}
	var data struct {
		Token       string          `json:"token"`
		ExpiredTime json.RawMessage `json:"expiredTime"`
	}
	if json.Unmarshal(got.Data, &data) != nil || !isHeaderSafe(data.Token) {
		return token{}, errors.New("the login: the service's answer holds no usable token")
	}
	c.redactor.add(data.Token)
	life := c.lifetime(data.ExpiredTime, got.at)
	return token{value: Secret(data.Token), renewAt: c.clock.now().Add(life - min(life/10, time.Minute))}, nil
}

// lifetime is how long a token lasts, reckoned by the service's clock as far as
// it is known, since expiredTime is in it. Where that makes no sense the life
// that was asked for is believed.
func (c credentials) lifetime(expired json.RawMessage, at time.Time) time.Duration {
	asked := cmp.Or(c.ttl, defaultTTL)
	if at.IsZero() {
		at = c.clock.ofService()
	}
	if life := parseMillis(expired, time.Time{}).Sub(at); life > 0 && life <= TokenTTLMax+time.Hour {
		return life
	}
	return asked
}

// isHeaderSafe reports whether a token can stand in a header.
func isHeaderSafe(token string) bool {
	return token != "" && strings.IndexFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) < 0
}

// loginHint says what to do about a refused login, where a code means something
// else than in other responses.
func (c credentials) loginHint(r *reconcile.Refusal) string {
	switch {
	case r.Code == codeParameter && normalize(r.Message) == "signature error":
		return "The secret key is not the one of the access key: check " + c.from + "."
	case r.Code == codeParameter:
		return "The service does not take the login: check " + c.from + "."
	case r.Code == codeIAM:
		return "Check " + c.from + ": that the access key is right and belongs to this base URL, that the account is active, " +
			"and that it is enabled for the API; only ADVANCE.AI can enable it."
	default:
		return r.Hint
	}
}
