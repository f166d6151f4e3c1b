package liveness

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile"
	"livery/schema"
)

var update = flag.Bool("update", false, "rewrite what the transcripts want")

const (
	transcripts = "../../testdata/api/transcripts"
	loginPath   = "/openapi/auth/ticket/v1/generate-token"
)

// transcriptTime is the time that the documents' signature was made at.
var transcriptTime = time.UnixMilli(1665993522952)

// wire is a request or a response as a transcript has it: a first line, headers
// that matter, an empty line, and the body.
type wire struct {
	first  string
	header http.Header
	body   string
}

func parseWire(t *testing.T, text []byte) wire {
	t.Helper()
	head, body, _ := strings.Cut(string(text), "\n\n")
	lines := strings.Split(strings.TrimSpace(head), "\n")
	w := wire{first: lines[0], header: make(http.Header), body: strings.TrimSpace(body)}
	for _, line := range lines[1:] {
		name, value, ok := strings.Cut(line, ": ")
		require.True(t, ok, line)
		w.header.Set(name, value)
	}
	return w
}

// asked is what a transcript asks of the client: one of the five.
type asked struct {
	Login *struct {
		SecretKey string `json:"secret_key"` // "" for the documents' own
	}
	Push *struct{}
	Open *struct {
		API     schema.SessionAPI // the request is made of the transcript's own body
		Session *schema.Session   // the request is made of this, and has to come to the same
		Locale  schema.Locale
		UserID  string `json:"user_id"`
		BizID   string `json:"biz_id"`
	}
	Result *struct {
		API        schema.SessionAPI
		ID         string
		Base64     bool
		ResultType string `json:"result_type"`
	}
	Clear *struct {
		API schema.SessionAPI
		ID  string
	}
	SendsOtherwise bool `json:"sends_otherwise"` // the client cannot be made to send this request
}

// transcript is a file of testdata/api/transcripts.
type transcript struct {
	path            string
	archive         *txtar.Archive
	endpoint        string
	request, answer wire
	call            asked
}

func readTranscript(t *testing.T, path string) transcript {
	t.Helper()
	archive, err := txtar.ParseFile(path)
	require.NoError(t, err)
	tr := transcript{path: path, archive: archive}
	tr.endpoint, _, _ = strings.Cut(strings.TrimSuffix(filepath.Base(path), ".txtar"), "-")
	tr.request, tr.answer = parseWire(t, tr.section(t, "request")), parseWire(t, tr.section(t, "answer"))
	require.NoError(t, json.Unmarshal(tr.section(t, "call"), &tr.call))
	require.NotEmpty(t, strings.TrimSpace(string(archive.Comment)), "a transcript says what it shows")
	return tr
}

func (tr transcript) section(t *testing.T, name string) []byte {
	t.Helper()
	i := slices.IndexFunc(tr.archive.Files, func(f txtar.File) bool { return f.Name == name })
	require.GreaterOrEqual(t, i, 0, "%s has no section %s", tr.path, name)
	return tr.archive.Files[i].Data
}

func allTranscripts(t *testing.T) []transcript {
	t.Helper()
	paths, err := filepath.Glob(transcripts + "/*.txtar")
	require.NoError(t, err)
	require.Greater(t, len(paths), 100)
	var list []transcript
	for _, path := range paths {
		list = append(list, readTranscript(t, path))
	}
	return list
}

// player is a service that gives one response to everything but the login, which
// it lets pass unless it is what the transcript is about.
type player struct {
	t        *testing.T
	login    bool
	answer   wire
	received []*http.Request
	bodies   []string
}

func (p *player) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	assert.NoError(p.t, err)
	w.Header()["Date"] = nil
	if r.URL.Path == loginPath && !p.login {
		issue(1, w, r)
		return
	}
	p.received, p.bodies = append(p.received, r), append(p.bodies, string(body))
	for name := range p.answer.header {
		w.Header().Set(name, p.answer.header.Get(name))
	}
	assert.Equal(p.t, "200", p.answer.first)
	_, _ = io.WriteString(w, p.answer.body)
}

// wanted is what the client makes of a response.
type wanted struct {
	Token    string        `json:"token,omitempty"`
	Receipt  string        `json:"receipt,omitempty"` // the transaction's id
	Opened   *wantedOpened `json:"opened,omitempty"`
	Result   *wantedResult `json:"result,omitempty"`
	Cleared  string        `json:"cleared,omitempty"` // the transaction's id
	Error    *wantedError  `json:"error,omitempty"`
	Requests int           `json:"requests"` // how often the client sent it, two repetitions allowed
}

type wantedOpened struct {
	SignatureID   string    `json:"signature_id,omitempty"`
	URL           string    `json:"url,omitempty"`
	License       string    `json:"license,omitempty"`
	ExpiresAt     time.Time `json:"expires_at"`
	TransactionID string    `json:"transaction_id"`
	Billed        bool      `json:"billed"`
}

type wantedResult struct {
	Outcome       string          `json:"outcome"`
	Pending       bool            `json:"pending"`
	Code          string          `json:"code"`
	Message       string          `json:"message"`
	Score         *float64        `json:"score"`
	AttackType    *int            `json:"attack_type"`
	Media         []wantedMedium  `json:"media"`
	Data          json.RawMessage `json:"data"`
	Explain       []string        `json:"explain"`
	TransactionID string          `json:"transaction_id"`
	Billed        bool            `json:"billed"`
}

type wantedMedium struct {
	Name  string `json:"name"`
	URL   string `json:"url,omitempty"`
	Type  string `json:"type,omitempty"`
	Bytes int    `json:"bytes,omitempty"`
	Fault string `json:"fault,omitempty"`
}

type wantedError struct {
	Text          string `json:"text"`
	Code          string `json:"code"`
	Hint          string `json:"hint"`
	Path          string `json:"path,omitempty"`
	Fatal         bool   `json:"fatal,omitempty"`
	InDoubt       bool   `json:"in_doubt,omitempty"`
	TransactionID string `json:"transaction_id"`
}

func wantError(err error) *wantedError {
	w := &wantedError{Text: err.Error(), InDoubt: isDoubt(err)}
	if r, ok := errors.AsType[*reconcile.Refusal](err); ok {
		w.Code, w.Hint, w.Path, w.Fatal, w.TransactionID = r.Code, r.Hint, r.Path, r.Fatal, r.TransactionID
	}
	return w
}

// play asks the client what the transcript says and puts down what it makes of
// the response.
func (tr transcript) play(t *testing.T, c *Client) (w wanted) {
	t.Helper()
	var err error
	ctx := t.Context()
	switch call := tr.call; {
	case call.Login != nil:
		var tok token
		tok, err = c.fetchToken(ctx)
		w.Token = string(tok.value)
	case call.Push != nil:
		var receipt reconcile.Receipt
		receipt, err = c.Push(ctx, reconcile.Request{Address: document.Address, Body: []byte(tr.request.body)})
		w.Receipt = receipt.TransactionID
	case call.Open != nil:
		var o Opened
		if o, err = c.Open(ctx, tr.openRequest(t)); err == nil {
			w.Opened = &wantedOpened{o.SignatureID, o.URL, string(o.License), o.ExpiresAt.UTC(), o.TransactionID, o.Billed}
		}
	case call.Result != nil:
		var r Result
		if r, err = c.Result(ctx, ResultRequest(*call.Result)); err == nil {
			w.Result = wantResult(r)
		}
	case call.Clear != nil:
		w.Cleared, err = c.Clear(ctx, call.Clear.API, call.Clear.ID)
	default:
		t.Fatal("the transcript asks for nothing")
	}
	if err != nil {
		w.Error = wantError(err)
	}
	return w
}

// openRequest is made of the declared session, or of the request's own body
// when nobody can declare what is wrong with it.
func (tr transcript) openRequest(t *testing.T) OpenRequest {
	t.Helper()
	open := tr.call.Open
	if open.Session != nil {
		r, err := NewOpenRequest(*open.Session, open.Locale, Visitor{open.UserID, open.BizID})
		require.NoError(t, err)
		assert.Empty(t, r.Unused)
		return r
	}
	method, path, _ := strings.Cut(tr.request.first, " ")
	e := openEndpoint(open.API)
	assert.Equal(t, e.method+e.path, method+path)
	return OpenRequest{API: open.API, Method: method, Path: path, Body: []byte(tr.request.body)}
}

func wantResult(r Result) *wantedResult {
	w := &wantedResult{
		Outcome: r.Outcome, Pending: r.Pending, Code: r.Code, Message: r.Message, Score: r.Score, AttackType: r.AttackType,
		Data: r.Data, Explain: r.Explain(), TransactionID: r.TransactionID, Billed: r.Billed,
	}
	for _, m := range r.Media {
		medium := wantedMedium{Name: m.Name, URL: m.URL, Type: m.Type, Bytes: len(m.Data)}
		if err := m.Fault(); err != nil {
			medium.Fault = err.Error()
		}
		w.Media = append(w.Media, medium)
	}
	return w
}

// checkSent holds what the client sent against the transcript's request.
func (tr transcript) checkSent(t *testing.T, r *http.Request, body string) {
	t.Helper()
	method, target, _ := strings.Cut(tr.request.first, " ")
	path, _, _ := strings.Cut(target, "?")
	assert.Equal(t, method, r.Method)
	assert.Equal(t, path, r.URL.Path)
	for name := range tr.request.header {
		assert.Equal(t, tr.request.header.Get(name), r.Header.Get(name), name)
	}
	if tr.call.SendsOtherwise {
		return
	}
	assert.Equal(t, target, r.RequestURI)
	if tr.request.body == "" {
		assert.Empty(t, body)
		assert.Empty(t, r.Header.Get("Content-Type"))
		return
	}
	assert.JSONEq(t, tr.request.body, body)
}

func (tr transcript) client(t *testing.T, p *player) *Client {
	t.Helper()
	return newClient(t, p, func(cfg *Config) {
		cfg.Retries, cfg.Now = 2, func() time.Time { return transcriptTime }
		if tr.call.Login != nil && tr.call.Login.SecretKey != "" {
			cfg.SecretKey = Secret(tr.call.Login.SecretKey)
		}
	})
}

func TestTranscripts(t *testing.T) {
	for _, tr := range allTranscripts(t) {
		t.Run(strings.TrimSuffix(filepath.Base(tr.path), ".txtar"), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := &player{t: t, login: tr.call.Login != nil, answer: tr.answer}
				got := tr.play(t, tr.client(t, p))
				got.Requests = len(p.received)
				require.NotEmpty(t, p.received)
				for i, r := range p.received {
					tr.checkSent(t, r, p.bodies[i])
				}
				var text bytes.Buffer
				enc := json.NewEncoder(&text)
				enc.SetEscapeHTML(false)
				enc.SetIndent("", "  ")
				require.NoError(t, enc.Encode(got))
				if *update {
					tr.rewrite(t, text.Bytes())
				}
				assert.Equal(t, string(tr.section(t, "want")), text.String())
			})
		})
	}
}

func (tr transcript) rewrite(t *testing.T, want []byte) {
	t.Helper()
	for i := range tr.archive.Files {
		if tr.archive.Files[i].Name == "want" {
			tr.archive.Files[i].Data = want
		}
	}
	require.NoError(t, os.WriteFile(tr.path, txtar.Format(tr.archive), 0o644))
}

// endpointRow is a row of testdata/api/endpoints.json, as far as it is read here.
type endpointRow struct {
	ID, Method, Path string
	ErrorCodes       []string `json:"error_codes"`
}

func endpointRows(t *testing.T) []endpointRow {
	t.Helper()
	raw, err := os.ReadFile("../../testdata/api/endpoints.json")
	require.NoError(t, err)
	var d struct{ Endpoints []endpointRow }
	require.NoError(t, json.Unmarshal(raw, &d))
	require.Len(t, d.Endpoints, 11)
	return d.Endpoints
}

// Every row has its transcripts, and every transcript is one of a row.
func TestTranscriptsCoverTheDocuments(t *testing.T) {
	have, told := make(map[string]bool), make(map[string]bool)
	targets := make(map[string]string)
	for _, tr := range allTranscripts(t) {
		e, ok := decodeEnvelope([]byte(tr.answer.body))
		require.True(t, ok, tr.path)
		have[tr.endpoint+" "+e.Code] = true
		told[tr.endpoint+" "+normalize(e.Message)] = true
		target, _, _ := strings.Cut(tr.request.first, "?")
		targets[tr.endpoint] = target
	}
	rows := endpointRows(t)
	for _, row := range rows {
		assert.Equal(t, row.Method+" "+row.Path, targets[row.ID])
		assert.True(t, have[row.ID+" "+success], row.ID)
		for _, code := range row.ErrorCodes {
			if name, _, _ := strings.Cut(code, " "); !strings.HasPrefix(name, "+") {
				assert.True(t, have[row.ID+" "+name], "%s %s", row.ID, name)
			}
		}
	}
	assert.Len(t, targets, len(rows), "no transcript of anything else")
	d := documented(t)
	for _, c := range d.EnvelopeCodes {
		for _, api := range c.APIs {
			if slices.ContainsFunc(rows, func(r endpointRow) bool { return r.ID == api }) {
				assert.True(t, have[api+" "+c.Code], "%s %s", api, c.Code)
			}
		}
	}
	for _, c := range d.ConfigureUI.Constants {
		assert.True(t, told["h5v6.configure_ui "+normalize(c.Message)], c.Constant)
	}
}

// The codes of the glossary may come from any call. Which of them are repeated,
// and how often, depends on whether the call may be made twice.
func TestGlossaryOfEveryCall(t *testing.T) {
	glossary := documented(t).glossary(t)
	for _, tr := range allTranscripts(t) {
		e, _ := decodeEnvelope([]byte(tr.answer.body))
		if e.Code != success || !strings.HasSuffix(tr.path, "-success.txtar") || tr.call.Login != nil {
			continue
		}
		for _, said := range glossary {
			t.Run(fmt.Sprintf("%s/%s/%s", tr.endpoint, said.code, said.message), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					p := &player{t: t, answer: wire{first: "200", body: encodeJSON(map[string]any{
						"code": said.code, "message": said.message, "data": nil, "transactionId": "t9", "pricingStrategy": "FREE",
					})}}
					got := tr.play(t, tr.client(t, p))
					require.NotNil(t, got.Error)
					row, known := findCode(said.code)
					require.True(t, known)
					assert.Equal(t, said.code, got.Error.Code)
					assert.Equal(t, said.code+": "+singleLine(said.message), got.Error.Text)
					assert.Equal(t, "t9", got.Error.TransactionID)
					assert.NotEmpty(t, got.Error.Hint)
					assert.False(t, got.Error.InDoubt, "the service has answered")
					assert.Equal(t, row.class == classFatal || row.class == classRenew, got.Error.Fatal)
					assert.Len(t, p.received, triesOf(tr, row))
				})
			})
		}
	}
}

// triesOf is how often a call is made that always gets this code, two
// repetitions allowed.
func triesOf(tr transcript, row code) int {
	once := tr.call.Clear != nil || (tr.call.Open != nil && tr.endpoint == "sdk.auth_license") || tr.endpoint == "sdk.detection_result"
	switch {
	case row.class == classRenew:
		return 2
	case row.class == classWait && !(row.idempotent && once):
		return 3
	}
	return 1
}

type saying struct{ code, message string }

func (d documentedErrors) glossary(t *testing.T) []saying {
	t.Helper()
	var list []saying
	for _, c := range d.EnvelopeCodes {
		if c.Code == success || !slices.ContainsFunc(c.APIs, func(api string) bool { return strings.HasPrefix(api, "glossary") }) {
			continue
		}
		for _, message := range c.Messages {
			if !isUnfinished(c.Code, message) { // which says something of one session
				list = append(list, saying{c.Code, message})
			}
		}
	}
	require.Greater(t, len(list), 30)
	return list
}
