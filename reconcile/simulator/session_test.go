package simulator_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile/simulator"
)

const (
	getTokenPath    = "/openapi/liveness/v2/h5/token"
	tokenResultPath = "/openapi/liveness/v4/h5/get-result"
	clearTokenPath  = "/liveness/h5/ext/v1/clear-data"
	generatePath    = "/intl/openapi/identity-risk/idvs-h5/ekyc/v1/generate-liveness-detection-url"
	urlResultPath   = "/intl/openapi/identity-risk/idvs-h5/ekyc/v1/get-result"
	clearURLPath    = "/intl/openapi/identity-risk/idvs-h5/ekyc/v1/clear-data"
	licencePath     = "/openapi/liveness/v1/auth-license"
	detectionPath   = "/openapi/liveness/v3/detection-result"
	clearSDKPath    = "/liveness/ext/v1/clear-data"
)

// The requests as the documents print them.
const (
	getTokenBody = `{"returnUrl": "https://www.example.com","region":"IDN"}`
	iframeBody   = `{"returnUrl":"https://www.example-success.com/?id=123&isLivenessIframe=true","tryCount":1000,"region":"IDN",` +
		`"failedReturnUrl":"https://www.example-fail.com/?id=123&isLivenessIframe=true"}`
	generateBody = `{
        "returnUrl": "https://www.example.com",
        "failReturnUrl":"https://www.example.com/fail",
        "callbackUrl": "https://www.example.com/callback",
        "bizId": "7ac66c0f148de9519b8bd264312c4d64",
        "userId":"8e44f0089b076e18a718eb9ca3d94674",
        "region":"PHL",
        "language": "en-US",
        "prefersColorScheme":"light",
        "bizCode":"WhiteCard",
        "productLevel": "STANDARD",
        "livenessType": "DISTANT_NEAR"
    }`
	licenceBody   = `{"licenseEffectiveSeconds": 600,"applicationId": "appId1,appId2" }`
	detectionBody = `{"livenessId": "sim-pass-1","resultType": "IMAGE_URL"}`
)

const (
	emptyError      = "PARAMETER_ERROR: Parameter should not be empty"
	inputError      = "PARAMETER_ERROR: Parameter error,please check you input."
	badRequest      = "CLIENT_ERROR: HTTP 400 - Bad Request"
	regionError     = "REGION_WRONG: Region is wrong"
	returnError     = "PARAMETER_ERROR: Invalid returnUrl,please check your returnUrl"
	failReturnError = "PARAMETER_ERROR: Invalid failedReturnUrl, please check your failedReturnUrl"
	ok              = "SUCCESS: OK"
)

// noCallbacks is a client that reaches nobody and is content.
func noCallbacks() *http.Client { return newHook(http.StatusOK).client() }

// with changes one member of a body; a nil value takes it out.
func with(t testing.TB, body, member string, v any) string {
	t.Helper()
	var members map[string]any
	require.NoError(t, json.Unmarshal([]byte(body), &members))
	if members[member] = v; v == nil {
		delete(members, member)
	}
	return bodyOf(t, members)
}

// opened is what an opening call answers.
type opened struct {
	SignatureID string
	URL         string
	ExpiredTime int64
}

func open(t testing.TB, s http.Handler, token, path, body string) opened {
	t.Helper()
	e := endpoint(t, s, http.MethodPost, path, token, body)
	require.Equal(t, ok, e.said())
	require.Equal(t, "FREE", e.PricingStrategy)
	var o opened
	require.NoError(t, json.Unmarshal(e.Data, &o))
	require.Equal(t, e.TransactionID, o.SignatureID, "the samples print the same id twice")
	return o
}

func idBody(id string) string { return `{"signatureId": "` + id + `"}` }

// browse sends a request as a browser would and keeps its answer.
func browse(t testing.TB, s http.Handler, method, link, form string) *httptest.ResponseRecorder {
	t.Helper()
	u, err := url.Parse(link)
	require.NoError(t, err)
	r := httptest.NewRequest(method, u.RequestURI(), strings.NewReader(form))
	if form != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

// finish walks through the page of a session.
func finish(t testing.TB, s http.Handler, o opened, outcome string) *httptest.ResponseRecorder {
	t.Helper()
	w := browse(t, s, http.MethodPost, o.URL, "outcome="+outcome)
	require.Equal(t, http.StatusSeeOther, w.Code, w.Body.String())
	return w
}

func membersOf(t testing.TB, data []byte) map[string]any {
	t.Helper()
	var members map[string]any
	require.NoError(t, json.Unmarshal(data, &members), "%s", data)
	return members
}

func TestParseAutoComplete(t *testing.T) {
	for _, word := range []string{"", "pass", "fail", "attack"} {
		got, err := simulator.ParseAutoComplete(word)
		require.NoError(t, err)
		assert.Equal(t, word, got)
	}
	for word, want := range map[string]string{"atack": "did you mean attack", "timeout": "none of pass, fail and attack", "PASS": "none of"} {
		_, err := simulator.ParseAutoComplete(word)
		assert.ErrorContains(t, err, want)
	}
}

func TestOpeningAnswers(t *testing.T) {
	at := newClock()
	s, token := started(t, simulator.Config{Now: at.now, PageBase: "http://sim.example:9000/"})
	first := open(t, s, token, getTokenPath, getTokenBody)
	assert.Regexp(t, regexp.MustCompile(`^http://sim\.example:9000/h5/\?token=[0-9a-f]{64}&signatureId=`+first.SignatureID+`$`), first.URL)
	second := open(t, s, token, generatePath, generateBody)
	assert.Regexp(t, regexp.MustCompile(`^http://sim\.example:9000/idvs/\?token=[0-9a-f]{64}&signatureId=`+second.SignatureID+`$`), second.URL)
	assert.Equal(t, at.at.Add(time.Hour).UnixMilli(), second.ExpiredTime)
	assert.NotEqual(t, first.SignatureID, second.SignatureID)

	for path, want := range map[string][]string{getTokenPath: {"signatureId", "url"}, generatePath: {"signatureId", "url", "expiredTime"}} {
		e := endpoint(t, s, http.MethodPost, path, token, map[string]string{getTokenPath: iframeBody, generatePath: generateBody}[path])
		require.Equal(t, ok, e.said())
		members := membersOf(t, e.Data)
		assert.Len(t, members, len(want))
		for _, name := range want {
			assert.Contains(t, members, name)
		}
	}
	plain, _ := started(t, simulator.Config{})
	assert.True(t, strings.HasPrefix(open(t, plain, login(t, plain, newClock().at), getTokenPath, getTokenBody).URL, "http://127.0.0.1:8585/h5/?"))
}

func TestExpiry(t *testing.T) {
	at := newClock()
	s, token := started(t, simulator.Config{Now: at.now, Callback: noCallbacks()})
	first, second := open(t, s, token, getTokenPath, getTokenBody), open(t, s, token, generatePath, generateBody)
	at.at = at.at.Add(time.Hour - time.Millisecond)
	token = login(t, s, at.at)
	for _, o := range []opened{first, second} {
		assert.Equal(t, http.StatusOK, browse(t, s, http.MethodGet, o.URL, "").Code)
	}
	result := func(id string) map[string]any {
		e := endpoint(t, s, http.MethodPost, urlResultPath, token, idBody(id))
		require.Equal(t, ok, e.said())
		return membersOf(t, e.Data)
	}
	assert.Nil(t, result(second.SignatureID)["errorCode"])
	assert.Equal(t, "PARAMETER_ERROR: Transaction is not finished", endpoint(t, s, http.MethodPost, clearURLPath+"?signatureId="+second.SignatureID, token, "").said())

	at.at = at.at.Add(time.Millisecond)
	for _, o := range []opened{first, second} {
		assert.Equal(t, http.StatusGone, browse(t, s, http.MethodGet, o.URL, "").Code)
		assert.Equal(t, http.StatusGone, browse(t, s, http.MethodPost, o.URL, "outcome=pass").Code)
	}
	assert.Equal(t, "INCOMPLETE", result(second.SignatureID)["overallResult"])
	assert.Equal(t, "USER_TIMEOUT", result(second.SignatureID)["errorCode"])
	assert.Nil(t, result(second.SignatureID)["faceDetail"])
	assert.Equal(t, "LIVENESS_NO_RESULT", endpoint(t, s, http.MethodPost, tokenResultPath, token, idBody(first.SignatureID)).Code)
	assert.Equal(t, ok, endpoint(t, s, http.MethodPost, clearURLPath+"?signatureId="+second.SignatureID, token, "").said())
}

// A result outlives the link to the page.
func TestResultsStay(t *testing.T) {
	at := newClock()
	s, token := started(t, simulator.Config{Now: at.now})
	o := open(t, s, token, getTokenPath, getTokenBody)
	finish(t, s, o, "pass")
	at.at = at.at.Add(29 * 24 * time.Hour)
	token = login(t, s, at.at)
	assert.Equal(t, ok, endpoint(t, s, http.MethodPost, tokenResultPath, token, idBody(o.SignatureID)).said())
	at.at = at.at.Add(2 * 24 * time.Hour)
	token = login(t, s, at.at)
	open(t, s, token, getTokenPath, getTokenBody)
	assert.Equal(t, "SIGNATURE_NOT_EXIST", endpoint(t, s, http.MethodPost, tokenResultPath, token, idBody(o.SignatureID)).Code, "old sessions are forgotten")
}

func TestOnlyTheNewestSessionsStay(t *testing.T) {
	at, path := newClock(), filepath.Join(t.TempDir(), "simulator.json")
	full := map[string]any{}
	for i := range 4096 {
		full[fmt.Sprintf("%016x", i)] = map[string]any{"api": "h5v6", "opened_at": at.at.UnixMilli() - 5000 + int64(i), "cleared": true}
	}
	sum := sha256.Sum256([]byte(sampleKey))
	file := map[string]any{"version": 1, "accounts": map[string]any{}, "sessions": map[string]any{hex.EncodeToString(sum[:]): full}}
	require.NoError(t, os.WriteFile(path, []byte(bodyOf(t, file)), 0o600))

	s, token := started(t, simulator.Config{Now: at.now, Data: path, AutoComplete: "pass"})
	for range 2 {
		o := open(t, s, token, getTokenPath, getTokenBody)
		assert.Equal(t, ok, endpoint(t, s, http.MethodPost, tokenResultPath, token, idBody(o.SignatureID)).said())
	}
	for i, want := range map[int]string{0: "SIGNATURE_NOT_EXIST", 1: "SIGNATURE_NOT_EXIST", 2: "RESULT_NOT_FOUND", 4095: "RESULT_NOT_FOUND"} {
		assert.Equal(t, want, endpoint(t, s, http.MethodPost, tokenResultPath, token, idBody(fmt.Sprintf("%016x", i))).Code, i)
	}
}

func TestAccountsAndAPIsAreSeparate(t *testing.T) {
	at := newClock()
	s := build(t, simulator.Config{Now: at.now, AutoComplete: "pass", Callback: noCallbacks(), Accounts: []simulator.Account{{AccessKey: "a", SecretKey: "x"}, {AccessKey: "b", SecretKey: "y"}}})
	mine, theirs := loginAs(t, s, "a", "x", at.at), loginAs(t, s, "b", "y", at.at)
	first, second := open(t, s, mine, getTokenPath, getTokenBody), open(t, s, mine, generatePath, generateBody)
	for _, tc := range []struct{ path, token, id, want string }{
		{tokenResultPath, theirs, first.SignatureID, "SIGNATURE_NOT_EXIST"},
		{urlResultPath, theirs, second.SignatureID, "SIGNATURE_NOT_EXIST"},
		{tokenResultPath, mine, second.SignatureID, "SIGNATURE_NOT_EXIST"},
		{urlResultPath, mine, first.SignatureID, "SIGNATURE_NOT_EXIST"},
		{tokenResultPath, mine, first.SignatureID, "SUCCESS"},
		{urlResultPath, mine, second.SignatureID, "SUCCESS"},
	} {
		assert.Equal(t, tc.want, endpoint(t, s, http.MethodPost, tc.path, tc.token, idBody(tc.id)).Code, tc)
	}
	for _, token := range []string{theirs, mine} { // mine with the other API's id
		id := map[string]string{theirs: first.SignatureID, mine: second.SignatureID}[token]
		assert.Equal(t, illegal, endpoint(t, s, http.MethodGet, clearTokenPath+"?signatureId="+id, token, "").said())
	}
	assert.Equal(t, "PARAMETER_ERROR: SignatureId is not exist", endpoint(t, s, http.MethodPost, clearURLPath+"?signatureId="+second.SignatureID, theirs, "").said())

	// Liveness ids are made up, so each account has its own of the same name.
	require.Equal(t, ok, endpoint(t, s, http.MethodGet, clearSDKPath+"?livenessId=sim-pass-1", theirs, "").said())
	assert.Equal(t, ok, endpoint(t, s, http.MethodPost, detectionPath, mine, detectionBody).said())
	assert.Equal(t, "RESULT_NOT_FOUND", endpoint(t, s, http.MethodPost, detectionPath, theirs, detectionBody).Code)
}

func TestClearing(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "simulator.json")
	at := newClock()
	s, token := started(t, simulator.Config{Now: at.now, Data: path, Callback: noCallbacks()})
	const personal = "https://www.example.com/of/somchai"
	first := open(t, s, token, getTokenPath, with(t, with(t, getTokenBody, "returnUrl", personal), "userId", "somchai"))
	second := open(t, s, token, generatePath, with(t, with(t, generateBody, "userId", "somchai"), "returnUrl", personal))
	assert.Equal(t, "PARAMETER_ERROR: Transaction is not finished", endpoint(t, s, http.MethodPost, clearURLPath+"?signatureId="+second.SignatureID, token, "").said())
	finish(t, s, first, "pass")
	finish(t, s, second, "pass")
	e := endpoint(t, s, http.MethodPost, urlResultPath, token, idBody(second.SignatureID))
	picture := membersOf(t, e.Data)["faceDetail"].(map[string]any)["faceImageFar"].(string)
	e = endpoint(t, s, http.MethodPost, detectionPath, token, with(t, detectionBody, "livenessId", "sim-pass-somchai"))
	another := membersOf(t, e.Data)["imageFarUrl"].(string)

	clear := func(method, path string) string { t.Helper(); return endpoint(t, s, method, path, token, "").said() }
	assert.Equal(t, ok, clear(http.MethodGet, clearTokenPath+"?signatureId="+first.SignatureID))
	assert.Equal(t, ok, clear(http.MethodPost, clearURLPath+"?signatureId="+second.SignatureID))
	assert.Equal(t, ok, clear(http.MethodGet, clearSDKPath+"?livenessId=sim-pass-somchai"))

	gone := func(s http.Handler, token string) {
		t.Helper()
		assert.Equal(t, "RESULT_NOT_FOUND: The requested resource was not found or has been deleted", endpoint(t, s, http.MethodPost, tokenResultPath, token, idBody(first.SignatureID)).said())
		assert.Equal(t, "SIGNATURE_NOT_EXIST: This signatureId is not exist", endpoint(t, s, http.MethodPost, urlResultPath, token, idBody(second.SignatureID)).said())
		e := endpoint(t, s, http.MethodPost, detectionPath, token, with(t, detectionBody, "livenessId", "sim-pass-somchai"))
		assert.Equal(t, "RESULT_NOT_FOUND: The requested resource was not found or has been deleted", e.said())
		assert.Equal(t, "FREE", e.PricingStrategy)
		for _, link := range []string{first.URL, second.URL, picture, another} {
			assert.Equal(t, http.StatusNotFound, browse(t, s, http.MethodGet, link, "").Code, link)
		}
	}
	gone(s, token)
	// What is left of a session signs no links, not even with an empty key.
	expires := at.at.Add(time.Hour).Unix()
	mac := hmac.New(sha256.New, nil)
	_, _ = fmt.Fprintf(mac, "media %s %d", first.SignatureID, expires)
	forged := fmt.Sprintf("/media/%x/faceImageFar.jpg?expires=%d", mac.Sum(nil)[:16], expires)
	assert.Equal(t, http.StatusNotFound, browse(t, s, http.MethodGet, forged, "").Code)
	again, token2 := started(t, simulator.Config{Now: at.now, Data: path})
	gone(again, token2)
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 1)
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	for _, hidden := range []string{"somchai", personal, second.SignatureID, "outcome", "seal", "PHL"} {
		assert.NotContains(t, string(data), hidden)
	}

	assert.Equal(t, ok, clear(http.MethodGet, clearTokenPath+"?signatureId="+first.SignatureID), "again")
	assert.Equal(t, "PARAMETER_ERROR: SignatureId is not exist", clear(http.MethodPost, clearURLPath+"?signatureId="+second.SignatureID), "again")
	assert.Equal(t, ok, clear(http.MethodGet, clearSDKPath+"?livenessId=sim-pass-somchai"), "again")
	assert.Equal(t, illegal, clear(http.MethodGet, clearTokenPath))
	assert.Equal(t, illegal, clear(http.MethodGet, clearTokenPath+"?signatureId=f302f5d2454a85c2"))
	assert.Equal(t, illegal, clear(http.MethodGet, clearSDKPath))
	assert.Equal(t, illegal, clear(http.MethodGet, clearSDKPath+"?livenessId=ddsd-9e6"))
	assert.Equal(t, "PARAMETER_ERROR: SignatureId is empty", clear(http.MethodPost, clearURLPath))
	assert.Equal(t, "PARAMETER_ERROR: SignatureId is empty", endpoint(t, s, http.MethodPost, clearURLPath, token, idBody("x")).said(), "the id belongs into the query")

	// A Get Token session that is still open ends with its data.
	third := open(t, s, token, getTokenPath, getTokenBody)
	assert.Equal(t, ok, clear(http.MethodGet, clearTokenPath+"?signatureId="+third.SignatureID))
	assert.Equal(t, http.StatusNotFound, browse(t, s, http.MethodPost, third.URL, "outcome=pass").Code)
}

func TestSessionsSurviveARestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "simulator.json")
	s, token := started(t, simulator.Config{Data: path, Callback: noCallbacks()})
	push(t, s, token, `{"locale":"en","titleText":"A"}`)
	ended, waiting := open(t, s, token, generatePath, generateBody), open(t, s, token, getTokenPath, getTokenBody)
	finish(t, s, ended, "fail")
	licence := membersOf(t, endpoint(t, s, http.MethodPost, licencePath, token, licenceBody).Data)["license"].(string)
	e := endpoint(t, s, http.MethodPost, detectionPath, token, with(t, detectionBody, "livenessId", "sim-attack-7"))
	picture := membersOf(t, e.Data)["imageFarUrl"].(string)

	again, token2 := started(t, simulator.Config{Data: path, Callback: noCallbacks()})
	e = endpoint(t, again, http.MethodPost, urlResultPath, token2, idBody(ended.SignatureID))
	assert.Equal(t, "FAIL", membersOf(t, e.Data)["overallResult"])
	assert.Equal(t, "LIVENESS_NO_RESULT", endpoint(t, again, http.MethodPost, tokenResultPath, token2, idBody(waiting.SignatureID)).Code)
	finish(t, again, waiting, "pass")
	assert.Equal(t, "SUCCESS", endpoint(t, again, http.MethodPost, tokenResultPath, token2, idBody(waiting.SignatureID)).Code)
	assert.Equal(t, http.StatusOK, browse(t, again, http.MethodGet, picture, "").Code)
	assert.Len(t, shownDocuments(again), 1, "documents and sessions share the file")

	data, err := os.ReadFile(path)
	require.NoError(t, err)
	for _, hidden := range []string{tokenOf(t, ended.URL), tokenOf(t, waiting.URL), licence, "sim-attack-7", sampleSecret, token} {
		assert.NotContains(t, string(data), hidden)
	}
}

func tokenOf(t testing.TB, link string) string {
	t.Helper()
	u, err := url.Parse(link)
	require.NoError(t, err)
	require.NotEmpty(t, u.Query().Get("token"))
	return u.Query().Get("token")
}

// What cannot be kept is not promised.
func TestUnwritableDataRefusesSessions(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	s, token := started(t, simulator.Config{Data: filepath.Join(dir, "simulator.json"), Callback: noCallbacks()})
	first, second := open(t, s, token, getTokenPath, getTokenBody), open(t, s, token, generatePath, generateBody)
	finish(t, s, second, "pass")
	require.NoError(t, os.RemoveAll(dir))
	require.NoError(t, os.WriteFile(dir, nil, 0o600))
	for _, tc := range []struct{ method, path, body, want string }{
		{http.MethodPost, getTokenPath, getTokenBody, "ERROR: Server error"},
		{http.MethodPost, generatePath, generateBody, "ERROR: Server error"},
		{http.MethodPost, detectionPath, detectionBody, "ERROR: Server error"},
		{http.MethodGet, clearTokenPath + "?signatureId=" + first.SignatureID, "", "ERROR: server error"},
		{http.MethodPost, clearURLPath + "?signatureId=" + second.SignatureID, "", "ERROR: Server error"},
		{http.MethodGet, clearSDKPath + "?livenessId=sim-pass-1", "", "ERROR: server error"},
	} {
		e := endpoint(t, s, tc.method, tc.path, token, tc.body)
		assert.Equal(t, tc.want, e.said(), tc.path)
		assert.Equal(t, "FREE", e.PricingStrategy)
	}
	assert.Equal(t, http.StatusInternalServerError, browse(t, s, http.MethodPost, first.URL, "outcome=pass").Code)
	assert.Equal(t, "LIVENESS_NO_RESULT", endpoint(t, s, http.MethodPost, tokenResultPath, token, idBody(first.SignatureID)).Code)
	assert.Equal(t, "SUCCESS", endpoint(t, s, http.MethodPost, urlResultPath, token, idBody(second.SignatureID)).Code)
}
