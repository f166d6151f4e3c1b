package simulator_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile/simulator"
)

const (
	tokenPath     = "/openapi/auth/ticket/v1/generate-token"
	configurePath = "/openapi/liveness/v1/h5/configureUI"
	sampleKey     = "sampleaccesskey"
	sampleSecret  = "samplesecretkey"
)

// clock is a time that only the test moves.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

// newClock stands at the timestamp of the documents' token example.
func newClock() *clock { return &clock{time.UnixMilli(1665993522952)} }

type envelope struct {
	Code            string          `json:"code"`
	Message         string          `json:"message"`
	Data            json.RawMessage `json:"data"`
	Extra           json.RawMessage `json:"extra"`
	TransactionID   string          `json:"transactionId"`
	PricingStrategy string          `json:"pricingStrategy"`
}

func (e envelope) said() string { return e.Code + ": " + e.Message }

var hexID = regexp.MustCompile(`^[0-9a-f]{16}$`)

// readEnvelope fails the test unless the answer has exactly the documented form.
func readEnvelope(t testing.TB, body []byte) envelope {
	t.Helper()
	var members map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(body, &members), "%s", body)
	require.Len(t, members, 6)
	var e envelope
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	require.NoError(t, dec.Decode(&e))
	require.NotEmpty(t, e.Code)
	require.NotEmpty(t, e.Message)
	require.Equal(t, "null", string(e.Extra))
	require.Regexp(t, hexID, e.TransactionID)
	billed := e.Code == "SUCCESS" && e.PricingStrategy == "PAY" // only what succeeds costs anything
	require.True(t, billed || e.PricingStrategy == "FREE", e.PricingStrategy)
	return e
}

func build(t testing.TB, c simulator.Config) *simulator.Simulator {
	t.Helper()
	s, err := simulator.New(c)
	require.NoError(t, err)
	return s
}

// endpoint sends one request and expects an envelope under status 200.
func endpoint(t testing.TB, s http.Handler, method, path, token, body string) envelope {
	t.Helper()
	w := httptest.NewRecorder()
	s.ServeHTTP(w, newRequest(method, path, token, body))
	require.Equal(t, http.StatusOK, w.Code)
	require.Equal(t, "application/json;charset=UTF-8", w.Header().Get("Content-Type"))
	return readEnvelope(t, w.Body.Bytes())
}

func newRequest(method, path, token, body string) *http.Request {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("X-ACCESS-TOKEN", token)
	}
	return r
}

func signature(key, secret, timestamp string) string {
	sum := sha256.Sum256([]byte(key + secret + timestamp))
	return hex.EncodeToString(sum[:])
}

// tokenBody is a correct token request.
func tokenBody(key, secret string, at time.Time) string {
	timestamp := strconv.FormatInt(at.UnixMilli(), 10)
	return fmt.Sprintf(`{"accessKey":%q,"timestamp":%q,"signature":%q}`, key, timestamp, signature(key, secret, timestamp))
}

// login gets a token for the sample account.
func login(t testing.TB, s http.Handler, at time.Time) string {
	t.Helper()
	return loginAs(t, s, sampleKey, sampleSecret, at)
}

func loginAs(t testing.TB, s http.Handler, key, secret string, at time.Time) string {
	t.Helper()
	e := endpoint(t, s, http.MethodPost, tokenPath, "", tokenBody(key, secret, at))
	require.Equal(t, "SUCCESS: OK", e.said())
	var data struct{ Token string }
	require.NoError(t, json.Unmarshal(e.Data, &data))
	require.NotEmpty(t, data.Token)
	return data.Token
}

// started is a simulator with a still clock and a token for it.
func started(t testing.TB, c simulator.Config) (*simulator.Simulator, string) {
	t.Helper()
	at := newClock()
	if c.Now == nil {
		c.Now = at.now
	}
	s := build(t, c)
	return s, login(t, s, c.Now())
}

func push(t testing.TB, s http.Handler, token, body string) envelope {
	t.Helper()
	return endpoint(t, s, http.MethodPost, configurePath, token, body)
}

func TestRoutes(t *testing.T) {
	s, token := started(t, simulator.Config{})
	for name, tc := range map[string]struct{ method, path, want string }{
		"no such path":      {http.MethodPost, "/openapi/liveness/v1/h5/configureui", "CLIENT_ERROR: HTTP 404 - Not Found"},
		"the root":          {http.MethodGet, "/", "CLIENT_ERROR: HTTP 404 - Not Found"},
		"wrong method":      {http.MethodGet, configurePath, "CLIENT_ERROR: HTTP 405 - Method Not Allowed"},
		"another":           {http.MethodPut, tokenPath, "CLIENT_ERROR: HTTP 405 - Method Not Allowed"},
		"no token at all":   {http.MethodPost, configurePath, "IAM_FAILED: Access denied: Token not found or expired"},
		"query is no path":  {http.MethodPost, configurePath + "?x=1", "IAM_FAILED: Access denied: Token not found or expired"},
		"trailing slash":    {http.MethodPost, configurePath + "/", "CLIENT_ERROR: HTTP 404 - Not Found"},
		"doubled separator": {http.MethodPost, "/" + configurePath, "CLIENT_ERROR: HTTP 404 - Not Found"},
	} {
		t.Run(name, func(t *testing.T) {
			e := endpoint(t, s, tc.method, tc.path, "", `{"locale":"en"}`)
			assert.Equal(t, tc.want, e.said())
			assert.Equal(t, "null", string(e.Data))
		})
	}
	assert.Zero(t, s.Pushes())
	assert.Equal(t, "SUCCESS: OK", push(t, s, token, `{"locale":"en"}`).said())
}

// The paths and methods are held against the list of the API's operations.
func TestRoutesAreDocumented(t *testing.T) {
	var list struct {
		Endpoints []struct{ ID, Method, Path string }
	}
	readJSON(t, "endpoints.json", &list)
	require.Len(t, list.Endpoints, 11)
	s, token := started(t, simulator.Config{})
	for _, e := range list.Endpoints {
		said := endpoint(t, s, e.Method, e.Path, "", `{}`).said()
		if e.ID == "token.generate" {
			assert.Equal(t, "PARAMETER_ERROR: Parameter should not be empty", said)
		} else {
			assert.Equal(t, "IAM_FAILED: Access denied: Token not found or expired", said, e.ID)
		}
		other := http.MethodGet
		if e.Method == http.MethodGet {
			other = http.MethodPost
		}
		assert.Equal(t, "CLIENT_ERROR: HTTP 405 - Method Not Allowed", endpoint(t, s, other, e.Path, token, `{}`).said(), e.ID)
	}
}

func readJSON(t testing.TB, name string, into any) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("../../testdata/api", name))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, into))
}

func TestDateIsTheConfiguredClock(t *testing.T) {
	at := newClock()
	s := build(t, simulator.Config{Now: at.now})
	for _, path := range []string{"/nowhere", tokenPath, configurePath} {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, newRequest(http.MethodPost, path, "", "{}"))
		date, err := http.ParseTime(w.Header().Get("Date"))
		require.NoError(t, err)
		assert.Equal(t, at.at.Unix(), date.Unix(), path)
	}
}

func TestTransactionsDiffer(t *testing.T) {
	s, token := started(t, simulator.Config{})
	first, second := push(t, s, token, `{"locale":"en"}`), push(t, s, token, `{"locale":"en"}`)
	assert.NotEqual(t, first.TransactionID, second.TransactionID)
}

// toOurDays lets the time of a bubble pass. It begins in 2000, when a timestamp
// in milliseconds had 12 digits, and the service wants 13.
func toOurDays() { time.Sleep(time.Until(newClock().at)) }

func TestLatency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		toOurDays()
		s := build(t, simulator.Config{Latency: 50 * time.Millisecond})
		begun := time.Now()
		token := login(t, s, time.Now())
		push(t, s, token, `{"locale":"en"}`)
		endpoint(t, s, http.MethodGet, "/nowhere", "", "")
		assert.Equal(t, 150*time.Millisecond, time.Since(begun))
	})
}

func TestLatencyEndsWithTheCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		toOurDays()
		s := build(t, simulator.Config{Latency: time.Hour})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		begun := time.Now()
		r := newRequest(http.MethodPost, tokenPath, "", tokenBody(sampleKey, sampleSecret, time.Now())).WithContext(ctx)
		assert.PanicsWithValue(t, http.ErrAbortHandler, func() { s.ServeHTTP(httptest.NewRecorder(), r) })
		assert.Equal(t, time.Second, time.Since(begun))
	})
}

func TestLogTellsNoSecrets(t *testing.T) {
	var out bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
	at := newClock()
	s := build(t, simulator.Config{Log: log, Now: at.now})
	token := login(t, s, at.at)
	push(t, s, token, `{"locale":"en"}`)
	push(t, s, "forged."+token, `{"locale":"en"}`)
	endpoint(t, s, http.MethodGet, configurePath+"?secret="+token, "", "")

	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	require.Len(t, lines, 4)
	assert.Contains(t, lines[1], `"method":"POST","path":"`+configurePath+`","code":"SUCCESS"`)
	assert.Contains(t, lines[2], `"code":"IAM_FAILED"`)
	assert.Contains(t, lines[3], `"code":"CLIENT_ERROR"`)
	for _, hidden := range []string{sampleSecret, token, signature(sampleKey, sampleSecret, "1665993522952")} {
		assert.NotContains(t, out.String(), hidden)
	}
}

func TestNewRefuses(t *testing.T) {
	for name, tc := range map[string]struct {
		config simulator.Config
		want   string
	}{
		"negative latency":  {simulator.Config{Latency: -1}, "negative"},
		"unknown semantics": {simulator.Config{Semantics: "mrege"}, "did you mean merge"},
		"half an account":   {simulator.Config{Accounts: []simulator.Account{{AccessKey: "k"}}}, "both"},
		"account twice": {simulator.Config{Accounts: []simulator.Account{
			{AccessKey: "k", SecretKey: "s1"}, {AccessKey: "k", SecretKey: "s2"}}}, "twice"},
		"auto-complete": {simulator.Config{AutoComplete: "atack"}, "did you mean attack"},
		"page base":     {simulator.Config{PageBase: "127.0.0.1:8585"}, "no base of links"},
		"page scheme":   {simulator.Config{PageBase: "ftp://127.0.0.1"}, "no base of links"},
		"page query":    {simulator.Config{PageBase: "http://127.0.0.1/?x"}, "no base of links"},
		"zero fault":    {simulator.Config{Faults: []simulator.Fault{{}}}, "ParseFault"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := simulator.New(tc.config)
			assert.ErrorContains(t, err, tc.want)
		})
	}
}

// Two witnesses are worth something only as long as neither copies from the
// other, so the simulator may read the tables of schema and must not let it judge.
// What it draws for people to look at is no testimony, nor is how it reads its own file.
func TestWitnessIsIndependent(t *testing.T) {
	facts := map[string]bool{
		"Locale": true, "Locales": true, "LocaleInfo": true, "Pages": true, "Field": true, "Kind": true, "Refusal": true, "TipsMax": true,
		"Text": true, "TipText": true, "Colour": true, "ImageURL": true, "Bool": true, "Tips": true,
	}
	drawing := map[string]bool{"Document": true, "FieldByPath": true, "PageByKey": true}
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	for _, name := range files {
		draws := name == "page_draw.go" || name == "assets.go"
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		require.NoError(t, err)
		for _, spec := range file.Imports {
			assert.False(t, strings.HasPrefix(spec.Path.Value, `"livery/`) && spec.Path.Value != `"livery/schema"` &&
				spec.Path.Value != `"livery/schema/wording"` && // spelling hints for settings, not for requests
				(!draws || spec.Path.Value != `"livery/schema/preview"`) &&
				(name != "store.go" || spec.Path.Value != `"livery/schema/jsontext"`), "%s imports %s", name, spec.Path.Value)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			selector, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if x, ok := selector.X.(*ast.Ident); ok && x.Name == "schema" {
				assert.True(t, facts[selector.Sel.Name] || draws && drawing[selector.Sel.Name], "%s uses schema.%s", name, selector.Sel.Name)
			} else if selector.Sel.Name == "Parse" {
				assert.Equal(t, "url", fmt.Sprint(selector.X), "%s calls Parse", name)
			}
			return true
		})
	}
}
