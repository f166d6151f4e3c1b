// Package simulator is the liveness service itself, as an http.Handler, for
// trying and testing without an account. It answers the eleven calls of the API
// as its documents describe them, remembers the documents and sessions that it
// accepts, serves the pages of sessions and the pictures of results, calls back,
// and can be told to misbehave.
//
// It is a second witness to what the service does. It shares no checking code
// with the client or with the values of schema; of schema it uses only facts: the
// catalogue, the locale table and the wording of the refusals. Pages are for
// people and prove nothing: they are drawn as schema/preview draws them.
//
// # Sessions
//
// A session ends when its page was walked through, or at once with
// Config.AutoComplete. There is no camera: controls under the page, which are none
// of the service's, ask what it would have seen. A pass is recorded at once, a
// failure when the user goes on or has no try left, a time-out when the user gives
// up. The controls are a form, so a POST of outcome=pass, fail, attack or timeout to
// the page's address does the same; whoever accepts JSON is told how the session has
// ended instead of being redirected. SDK sessions have no page here: liveness ids
// that begin with sim-pass, sim-fail or sim-attack are known. An account keeps its
// newest 4096 sessions, for 30 days.
//
// # What the documents leave open
//
// There it follows the likeliest reading. Fields without a documented check and
// unknown members are stored as they come; a locale outside the list is an illegal
// parameter; the two texts and two icons of the failure dialogs whose keys nobody
// has published have guessed keys. Whether a POST replaces or merges is a setting.
//
// While the user is busy, Get Result of the newer API says INCOMPLETE without an
// errorCode. ConfigureUI does not reach the pages of that API. A page without
// language= is English. With Get Token a session that is open may be cleared, and
// ends; a second clearing succeeds, or finds no such signature in the newer API. The
// rules for return URLs are those of Generate URL for Get Token too.
//
// A page has no tips where a document says nothing of them, offers three tries where
// tryCount is absent, counts down five seconds, is the phone's where the catalogue
// has no other, and goes back to the camera from the failure dialog, which is no try.
//
// It does not know what the real service does there, and it does not notice another
// process that writes the same data file.
package simulator

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"time"

	"livery/schema"
)

// bodyMax is the largest request body that is read, in bytes.
const bodyMax = 1 << 20

// Config says how the simulated service behaves. The zero Config is a service
// that knows the documents' sample account and forgets everything on exit.
type Config struct {
	Accounts  []Account        // none: the documents' sample keys
	Data      string           // file that remembers documents and sessions between runs; "": memory only
	Latency   time.Duration    // added to every answer
	Faults    []Fault          // what goes wrong, in the order in which it does
	Semantics Semantics        // "": Replace
	Now       func() time.Time // nil: time.Now
	Log       *slog.Logger     // nil: silent. Neither secrets nor tokens are logged

	AutoComplete string       // how sessions end at once, as ParseAutoComplete reads it; "": by their page
	PageBase     string       // where the links of sessions begin; "": http://127.0.0.1:8585
	Callback     *http.Client // posts to callback URLs, by its transport and timeout; nil: the default ones

	// OneProcess is for a process that ends soon, whose user does not expect to reach the
	// network: callbacks go to this machine alone, and are tried once. Untold says which
	// did not arrive.
	OneProcess bool
}

// Simulator is the service. It is safe for concurrent use.
type Simulator struct {
	latency   time.Duration
	now       func() time.Time
	log       *slog.Logger
	endpoints []endpoint
	tokens    tokenCalls
	pages     pages
	callbacks *callbacks
	faults    faults
	store     *store
}

// New makes a service and reads the data file if there is one. The error names
// the setting or the file that is wrong.
func New(c Config) (*Simulator, error) {
	log := cmp.Or(c.Log, slog.New(slog.DiscardHandler))
	s := &Simulator{latency: c.Latency, now: c.Now, log: log, tokens: tokenCalls{key: make([]byte, 64)}}
	rand.Read(s.tokens.key) // never fails: the runtime aborts instead
	if s.now == nil {
		s.now = time.Now
	}
	if c.Latency < 0 {
		return nil, fmt.Errorf("simulator: the latency is %v; it cannot be negative", c.Latency)
	}
	semantics, badSemantics := ParseSemantics(string(cmp.Or(c.Semantics, Replace)))
	accounts, badAccounts := indexAccounts(c.Accounts)
	ending, badEnding := ParseAutoComplete(c.AutoComplete)
	base, badBase := parsePageBase(c.PageBase)
	if err := cmp.Or(badSemantics, badAccounts, badEnding, badBase); err != nil {
		return nil, fmt.Errorf("simulator: %w", err)
	}
	s.tokens.accounts = accounts
	for _, f := range c.Faults {
		if f.times == 0 {
			return nil, errors.New("simulator: an empty fault; faults are made by ParseFault")
		}
		s.faults.list = append(s.faults.list, activeFault{Fault: f})
	}
	var err error
	if s.store, err = openStore(c.Data, log); err != nil {
		return nil, err
	}
	s.callbacks = newCallbacks(c.Callback, log, c.OneProcess)
	s.pages = pages{s.store, s.callbacks, base, s.latency, s.now, log}
	configure := configureCalls{s.store, semantics, documentedChecks()}
	sessions := sessionCalls{s.store, s.callbacks, outcome(ending), base}
	s.endpoints = slices.Concat(s.tokens.endpoints(), configure.endpoints(),
		sessions.h5v6Calls(), sessions.h5v10Calls(), sessions.sdkCalls())
	return s, nil
}

// Document is what the page of an account would show now: the remembered body
// without its locale, its nulls and its empty pages. It is false when the
// account has never configured the locale.
func (s *Simulator) Document(accessKey string, l schema.Locale) (map[string]any, bool) {
	doc := s.store.document(fingerprint(accessKey), l)
	if doc == nil {
		return nil, false
	}
	shown := withoutNulls(doc).(map[string]any)
	for key, v := range shown {
		if page, ok := v.(map[string]any); ok && len(page) == 0 {
			delete(shown, key)
		}
	}
	return shown, true
}

// Pushes is the number of documents accepted so far, including those whose
// answer a fault has swallowed.
func (s *Simulator) Pushes() int { return int(s.store.pushes.Load()) }

// endpoint is one operation of the API. A group of calls is a type of its own with
// a method that lists them.
type endpoint struct {
	group  string // what a fault calls it: "" for ConfigureUI, else one of faultGroups
	method string
	path   string
	open   bool // needs no access token
	// illegal is the message for a body that is no JSON object. Endpoints without one
	// read the body themselves.
	illegal  string
	serve    func(request) response
	messages map[string]string         // sentences by code, where they are not the usual ones
	dataOf   func(request, string) any // what comes with a code that a fault gives; nil: nothing
}

// message is what the call says with a code.
func (c endpoint) message(code string) string {
	if s, ok := c.messages[code]; ok {
		return s
	}
	return firstMessage(code)
}

// faultResponse is the answer that a fault has chosen.
func (c endpoint) faultResponse(code string, now time.Time) response {
	a := withCode(code)
	if c.dataOf != nil {
		a.data = c.dataOf(request{now: now}, code)
	}
	return a
}

// request is what a call is asked, stripped of HTTP.
type request struct {
	account string // fingerprint of the caller's access key; "" in open calls
	query   url.Values
	body    []byte
	form    *form // the body's members, where the endpoint has its message for a body without
	now     time.Time
}

// route finds the call of a request, or the answer for want of one.
func (s *Simulator) route(r *http.Request) (endpoint, response) {
	missed := clientError(http.StatusNotFound)
	for _, c := range s.endpoints {
		if c.path != r.URL.Path {
			continue
		}
		if c.method == r.Method {
			return c, response{}
		}
		missed = clientError(http.StatusMethodNotAllowed)
	}
	return endpoint{}, missed
}

// ServeHTTP answers one request. The HTTP status is 200 whatever the envelope
// says, unless a fault is due. A connection that is to break, or whose caller
// has gone, is given up by panicking with http.ErrAbortHandler, which net/http
// expects.
func (s *Simulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.pages.serve(w, r) {
		return
	}
	c, a := s.route(r)
	var f Fault
	delay := s.latency
	if c.serve != nil {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyMax))
		f = s.faults.next(c.group)
		delay += f.delay
		switch {
		case f.effect == otherCode:
			a = c.faultResponse(f.code, s.now())
		case !f.isServed():
		case err != nil:
			a = clientError(http.StatusBadRequest)
		default:
			a = s.respond(c, r, body)
		}
	}
	a.message, a.transaction = cmp.Or(a.message, c.message(a.code)), cmp.Or(a.transaction, randomHex(8))
	s.log.Info("request", "method", r.Method, "path", r.URL.Path,
		"code", a.code, "transaction_id", a.transaction, "fault", f.code)
	if !sleep(r.Context(), delay) {
		panic(http.ErrAbortHandler)
	}
	// Clients learn from this header that their clock differs from ours.
	w.Header().Set("Date", s.now().UTC().Format(http.TimeFormat))
	if f.effect.breaks() {
		f.write(w, r)
		return
	}
	if f.effect == otherCode && f.value != "" {
		w.Header().Set("Retry-After", f.value)
	}
	a.write(w)
}

// respond lets a call judge a request, once the caller is known.
func (s *Simulator) respond(c endpoint, r *http.Request, body []byte) response {
	q := request{query: r.URL.Query(), body: body, now: s.now()}
	if !c.open {
		account, ok := s.tokens.authenticate(r.Header.Get("X-ACCESS-TOKEN"), q.now)
		if !ok {
			return response{code: iamFailed, message: "Access denied: Token not found or expired"}
		}
		q.account = account
	}
	if c.illegal != "" {
		var fault response
		if q.form, fault = readForm(body, c.illegal); fault.code != "" {
			return fault
		}
	}
	return c.serve(q)
}

// sleep waits; false when ctx ends before.
func sleep(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}

// must gives a value that can only be missing by a mistake of ours.
func must[T any](v T, err error) T {
	mustSucceed(err)
	return v
}

func mustSucceed(err error) {
	if err != nil {
		panic("simulator: " + err.Error())
	}
}
