package simulator

import (
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"
	"time"
)

// The three APIs that sessions are opened with, as the data file names them.
const (
	h5v6  = "h5v6"
	h5v10 = "h5v10"
	sdk   = "sdk"
)

// outcome is how a session ended; "" while it has not.
type outcome string

const (
	passed   outcome = "pass"
	failed   outcome = "fail"
	attacked outcome = "attack"
	timedOut outcome = "timeout" // the user gave up or was too slow: there is no result
)

// sessionLife is how long the page of a session may be walked through.
const sessionLife = 3600 * time.Second

// What an account's list of sessions is bounded by. The service's own bounds
// are not documented; the data file is written whole each time.
const (
	sessionsMax = 4096
	sessionKept = 30 * 24 * time.Hour
)

// session is what is remembered of one check. Neither its token nor its
// pictures are: of the one a hash is kept, the others are drawn anew.
type session struct {
	API     string  `json:"api"`
	Opened  int64   `json:"opened_at"` // Unix time in milliseconds
	Seal    string  `json:"seal,omitempty"`
	Input   input   `json:"input,omitzero"`
	Outcome outcome `json:"outcome,omitempty"`
	Ended   int64   `json:"ended_at,omitempty"` // the same
	Cleared bool    `json:"cleared,omitempty"`  // nothing but this and the first two is left
	Tries   int     `json:"tries,omitempty"`    // how often the user may fail
}

// triesOffered is how often a user may fail where the request does not say. The
// documents say once, of a parameter that they call outdated; more than once shows
// what a page offers after a failure.
const triesOffered = 3

// input is what a session was opened with, as far as anything later reads it.
// Its members and their order are those of the documents' inputParameters.
type input struct {
	ReturnURL     string  `json:"returnUrl"`
	FailReturnURL string  `json:"failReturnUrl"`
	CallbackURL   *string `json:"callbackUrl"`
	BizID         string  `json:"bizId"`
	UserID        string  `json:"userId"`
	Region        string  `json:"region"`
	Language      *string `json:"language"`
	ColourScheme  string  `json:"prefersColorScheme"`
	IgnoreFail    bool    `json:"ignoreFailWhenJump"` // in the documents' answer alone
	BizCode       *string `json:"bizCode"`
	ProductLevel  *string `json:"productLevel"`
	IframeEnabled *bool   `json:"iframeEnabled,omitempty"`
	LivenessType  *string `json:"livenessType,omitempty"`
}

// ParseAutoComplete reads how sessions end on their own: pass, fail or attack,
// or "" for sessions that wait until their page was walked through.
func ParseAutoComplete(s string) (string, error) {
	if s == "" {
		return "", nil
	}
	return s, checkWord(s, string(passed), string(failed), string(attacked))
}

// expires is when the page's link ends.
func (v session) expires() time.Time { return time.UnixMilli(v.Opened).Add(sessionLife) }

// outcomeAt is how the session has ended by now.
func (v session) outcomeAt(now time.Time) outcome {
	if v.Outcome == "" && !now.Before(v.expires()) {
		return timedOut
	}
	return v.Outcome
}

// hasResult reports whether there are pictures and a score.
func (o outcome) hasResult() bool { return o == passed || o == failed || o == attacked }

// score is the anti-spoofing score; below 50 the documents suspect an attack.
func (o outcome) score() int {
	switch o {
	case passed:
		return 99
	case failed:
		return 32
	default:
		return 0
	}
}

// attackType is 1, a presentation attack, when the score is 0.
func (o outcome) attackType() *int {
	if o != attacked {
		return nil
	}
	return new(1)
}

// farTime and nearTime are when the two pictures would have been taken.
func (v session) farTime() int64  { return v.Ended - 4000 }
func (v session) nearTime() int64 { return v.Ended - 1000 }

// failURL is where a user goes who has not passed. Get Token may leave it out.
func (v session) failURL() string { return cmp.Or(v.Input.FailReturnURL, v.Input.ReturnURL) }

// isFramed reports whether the page tells its parent instead of going to a
// target itself. One generation has a member for that, the other marks each
// return URL.
func (v session) isFramed(target string) bool {
	if v.API == h5v10 {
		return v.Input.IframeEnabled != nil && *v.Input.IframeEnabled
	}
	u, err := url.Parse(target)
	return err == nil && u.Query().Get("isLivenessIframe") == "true"
}

// opened is the data of a response that opens a session.
type opened struct {
	SignatureID string `json:"signatureId"`
	URL         string `json:"url"`
	ExpiredTime int64  `json:"expiredTime,omitempty"` // of Generate URL alone
}

// sessionCalls answers the calls that open sessions, ask for results and clear them.
type sessionCalls struct {
	store        *store
	callbacks    *callbacks
	autoComplete outcome
	pageBase     string // where links to pages and pictures begin
}

// open begins a session of one of the H5 APIs, whose pages lie at a path.
func (s sessionCalls) open(q request, page string, v session) response {
	id, token := randomHex(8), randomHex(32)
	v.Opened, v.Seal = q.now.UnixMilli(), fingerprint(token)
	if s.autoComplete != "" {
		v.Outcome, v.Ended = s.autoComplete, v.Opened
	}
	if err := s.store.putSession(q.account, id, v, q.now); err != nil {
		return withCode(serverError)
	}
	s.callbacks.notify(id, v)
	data := opened{SignatureID: id, URL: s.pageBase + page + "?token=" + token + "&signatureId=" + id}
	if v.API == h5v10 {
		data.ExpiredTime = v.expires().UnixMilli()
	}
	a := succeed(data)
	a.transaction = id // as the documents print it
	return a
}

// clear drops everything personal. What stays, if anything, says only that
// there was something.
func (s sessionCalls) clear(q request, id string, v session) response {
	if v.API == h5v10 {
		return stored(s.store.deleteSession(q.account, id))
	}
	return stored(s.store.putSession(q.account, id, session{API: v.API, Opened: v.Opened, Cleared: true}, q.now))
}

// stored is the response to what only had to be stored.
func stored(err error) response {
	if err != nil {
		return withCode(serverError)
	}
	return succeed(nil)
}

// fingerprint is the SHA-256 of a text that must not be kept itself: an access key, the
// token of a page, the id of somebody else.
func fingerprint(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// randomHex is n random bytes in hexadecimal.
func randomHex(n int) string {
	b := make([]byte, n)
	rand.Read(b) // never fails: the runtime aborts instead
	return hex.EncodeToString(b)
}

// isValid reports whether a session of the data file is one that we could have
// written.
func (v session) isValid(id string) bool {
	length := 16
	if v.API == sdk {
		length = 64 // the hash of an id that is not ours
	}
	return slices.Contains([]string{h5v6, h5v10, sdk}, v.API) &&
		slices.Contains([]outcome{"", passed, failed, attacked, timedOut}, v.Outcome) &&
		len(id) == length && strings.Trim(id, "0123456789abcdef") == "" && (v.Cleared || len(v.Seal) == 64)
}
