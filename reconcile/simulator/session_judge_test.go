package simulator_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile/simulator"
)

type bodyCase struct{ body, want string }

func forms(want string) map[string]bodyCase {
	return map[string]bodyCase{
		"no JSON":   {`returnUrl=x`, badRequest},
		"empty":     {``, badRequest},
		"not UTF-8": {"{\"region\":\"\xff\"}", badRequest},
		"a list":    {`[]`, want},
		"null":      {`null`, want},
		"a text":    {`"x"`, want},
	}
}

func tryBodies(t *testing.T, path string, cases ...map[string]bodyCase) {
	t.Helper()
	s, token := started(t, simulator.Config{Callback: noCallbacks()})
	for _, list := range cases {
		for name, tc := range list {
			e := endpoint(t, s, http.MethodPost, path, token, tc.body)
			assert.Equal(t, tc.want, e.said(), name)
			assert.Equal(t, tc.want == ok, string(e.Data) != "null", name)
		}
	}
}

// The return URLs that the rules of the API name, and a few that hurt.
func links(t *testing.T, body, member, refusal string) map[string]bodyCase {
	cases := map[string]bodyCase{}
	for _, link := range []string{
		"javascript:alert(1)", "JavaScript://host/%0aalert(1)", "data:text/html,x", "data://host/x", "file:///etc/passwd", "file://host/x",
		"about:blank", "about://host", "blob:https://host/x", "intent://host/x", "vbscript://host/x", "myapp:", "myapp://", "https://", "https:///x", "//host/x", "/x", "x",
		"https://host/\\npath", "https://host/\npath", "https://host/\tpath", "https://host/\x00", "https://host/a b", " https://host/", "https://[::1",
		"https://host/" + strings.Repeat("x", 2048-12), "   ",
	} {
		cases[member+" refused "+link] = bodyCase{with(t, body, member, link), refusal}
	}
	for _, link := range []string{
		"https://example.com/callback", "http://localhost:3000/done?x=1#y", "myapp://callback/success", "alipays://platformapi/startapp?id=1",
		"https://host/" + strings.Repeat("x", 2048-13), "https://例え.jp/ปลาย",
	} {
		cases[member+" taken "+link] = bodyCase{with(t, body, member, link), ok}
	}
	return cases
}

func TestGetTokenJudges(t *testing.T) {
	const full = `{"returnUrl":"https://a.example/","region":"IDN","userId":"u","failedReturnUrl":"https://b.example/","tryCount":"3","productLevel":"PRO"}`
	tryBodies(t, getTokenPath, forms(inputError), links(t, full, "returnUrl", returnError), links(t, full, "failedReturnUrl", failReturnError), map[string]bodyCase{
		"as printed":           {getTokenBody, ok},
		"iframe as printed":    {iframeBody, ok},
		"everything":           {full, ok},
		"unknown member":       {with(t, full, "callbackUrl", 1), ok},
		"no return":            {with(t, full, "returnUrl", nil), emptyError},
		"empty return":         {with(t, full, "returnUrl", ""), emptyError},
		"null region":          {`{"returnUrl":"https://a.example/","region":null}`, emptyError},
		"empty region":         {with(t, full, "region", ""), emptyError},
		"region small":         {with(t, full, "region", "idn"), regionError},
		"region of two":        {with(t, full, "region", "ID"), regionError},
		"region of nobody":     {with(t, full, "region", "ZZZ"), regionError},
		"region a number":      {with(t, full, "region", "360"), regionError},
		"region with a blank":  {with(t, full, "region", " IDN"), regionError},
		"region before URL":    {with(t, with(t, full, "returnUrl", "x"), "region", "ZZZ"), regionError},
		"region no text":       {with(t, full, "region", 360), inputError},
		"return no text":       {with(t, full, "returnUrl", true), inputError},
		"fail return no text":  {with(t, full, "failedReturnUrl", []any{}), inputError},
		"user no text":         {with(t, full, "userId", 1), inputError},
		"user too long":        {with(t, full, "userId", strings.Repeat("x", 513)), inputError},
		"no fail return":       {with(t, full, "failedReturnUrl", ""), ok},
		"tries none":           {with(t, full, "tryCount", 0), "PARAMETER_ERROR: try count must > 0"},
		"tries fewer":          {with(t, full, "tryCount", "-1"), "PARAMETER_ERROR: try count must > 0"},
		"tries a word":         {with(t, full, "tryCount", "many"), inputError},
		"tries a half":         {with(t, full, "tryCount", 1.5), inputError},
		"tries beyond number":  {`{"returnUrl":"https://a.example/","region":"IDN","tryCount":1e999}`, inputError},
		"tries a flag":         {with(t, full, "tryCount", true), inputError},
		"tries empty":          {with(t, full, "tryCount", ""), ok},
		"level of nobody":      {with(t, full, "productLevel", "GOLD"), inputError},
		"level STANDARD":       {with(t, full, "productLevel", "STANDARD"), ok},
		"return before tries":  {with(t, with(t, full, "returnUrl", "x"), "tryCount", 0), returnError},
		"tries before fail":    {with(t, with(t, full, "failedReturnUrl", "x"), "tryCount", 0), "PARAMETER_ERROR: try count must > 0"},
		"deeper than a parser": {`{"x":` + strings.Repeat("[", 20000) + strings.Repeat("]", 20000) + `}`, badRequest},
	})
}

func TestGenerateURLJudges(t *testing.T) {
	cases := map[string]bodyCase{
		"as printed":          {generateBody, ok},
		"region small":        {with(t, generateBody, "region", "phl"), regionError},
		"region of nobody":    {with(t, generateBody, "region", "XXX"), regionError},
		"level of nobody":     {with(t, generateBody, "productLevel", "GOLD"), "PARAMETER_ERROR: Product level is wrong"},
		"level no text":       {with(t, generateBody, "productLevel", 1), inputError},
		"callback of an app":  {with(t, generateBody, "callbackUrl", "myapp://x/y"), inputError},
		"callback no URL":     {with(t, generateBody, "callbackUrl", "x"), inputError},
		"callback script":     {with(t, generateBody, "callbackUrl", "javascript:alert(1)"), inputError},
		"callback empty":      {with(t, generateBody, "callbackUrl", ""), ok},
		"no callback":         {with(t, generateBody, "callbackUrl", nil), ok},
		"scheme of nobody":    {with(t, generateBody, "prefersColorScheme", "sepia"), inputError},
		"scheme dark":         {with(t, generateBody, "prefersColorScheme", "dark"), ok},
		"code of 32":          {with(t, generateBody, "bizCode", strings.Repeat("a", 32)), ok},
		"code of 33":          {with(t, generateBody, "bizCode", strings.Repeat("a", 33)), inputError},
		"code with a slip":    {with(t, generateBody, "bizCode", "a_b"), inputError},
		"code in Thai":        {with(t, generateBody, "bizCode", "ก"), inputError},
		"iframe a text":       {with(t, generateBody, "iframeEnabled", "true"), inputError},
		"iframe":              {with(t, generateBody, "iframeEnabled", true), ok},
		"type of an account":  {with(t, generateBody, "livenessType", "login"), ok},
		"language of nobody":  {with(t, generateBody, "language", "klingon"), ok},
		"language a number":   {with(t, generateBody, "language", 1), inputError},
		"user too long":       {with(t, generateBody, "userId", strings.Repeat("x", 513)), inputError},
		"member of the other": {with(t, generateBody, "failedReturnUrl", "x"), ok},
		"return before level": {with(t, with(t, generateBody, "returnUrl", "x"), "productLevel", "GOLD"), returnError},
	}
	for _, member := range []string{"returnUrl", "failReturnUrl", "bizId", "userId", "region"} {
		cases["without "+member] = bodyCase{with(t, generateBody, member, nil), emptyError}
		cases["empty "+member] = bodyCase{with(t, generateBody, member, ""), emptyError}
		cases[member+" a number"] = bodyCase{with(t, generateBody, member, 1), inputError}
	}
	tryBodies(t, generatePath, forms(inputError), links(t, generateBody, "returnUrl", returnError), links(t, generateBody, "failReturnUrl", failReturnError), cases)
}

func TestAuthLicence(t *testing.T) {
	at := newClock()
	s, token := started(t, simulator.Config{Now: at.now})
	for body, seconds := range map[string]time.Duration{licenceBody: 600, `{}`: 600, `{"licenseEffectiveSeconds":null}`: 600, `{"licenseEffectiveSeconds":1}`: 1, `{"licenseEffectiveSeconds":86400}`: 86400} {
		e := endpoint(t, s, http.MethodPost, licencePath, token, body)
		require.Equal(t, ok, e.said())
		assert.Equal(t, "PAY", e.PricingStrategy)
		members := membersOf(t, e.Data)
		assert.Len(t, members, 2)
		assert.EqualValues(t, at.at.Add(seconds*time.Second).UnixMilli(), members["expireTimestamp"], body)
		random, err := base64.StdEncoding.DecodeString(members["license"].(string))
		require.NoError(t, err)
		assert.Len(t, random, 96)
	}
	cases := forms(illegal)
	for name, v := range map[string]any{"none": 0, "fewer": -1, "too many": 86401, "a text": "600", "a half": 0.5, "a flag": true} {
		cases[name] = bodyCase{with(t, licenceBody, "licenseEffectiveSeconds", v), illegal}
	}
	cases["ids a list"] = bodyCase{with(t, licenceBody, "applicationId", []any{"a"}), illegal}
	tryBodies(t, licencePath, cases)
}

func TestResultRequests(t *testing.T) {
	unknown := "SIGNATURE_NOT_EXIST: This signatureId is not exist"
	tryBodies(t, tokenResultPath, forms(inputError), map[string]bodyCase{
		"none": {`{}`, emptyError}, "empty": {`{"signatureId":""}`, emptyError}, "a number": {`{"signatureId":1}`, inputError}, "unknown": {idBody("f302f5d2454a85c2"), unknown},
	})
	tryBodies(t, urlResultPath, forms(inputError), map[string]bodyCase{
		"none": {`{}`, emptyError}, "empty": {`{"signatureId":""}`, emptyError}, "a number": {`{"signatureId":1}`, inputError}, "unknown": {idBody("f302f5d2454a85c2"), unknown},
		"kind of nobody": {`{"signatureId":"x","returnImageType":"PNG"}`, inputError}, "kind a number": {`{"signatureId":"x","returnImageType":1}`, inputError},
	})
	noID := "LIVENESS_ID_NOT_EXISTED: Liveness id does not exist"
	tryBodies(t, detectionPath, forms(illegal), map[string]bodyCase{
		"none": {`{}`, illegal}, "empty": {`{"livenessId":""}`, illegal}, "a number": {`{"livenessId":1}`, illegal}, "unknown": {with(t, detectionBody, "livenessId", "ddsd-9e6"), noID},
		"in capitals": {with(t, detectionBody, "livenessId", "SIM-pass"), noID}, "too long": {with(t, detectionBody, "livenessId", "sim-pass"+strings.Repeat("x", 128)), noID},
		"kind of nobody": {with(t, detectionBody, "resultType", "URL"), illegal}, "kind a number": {with(t, detectionBody, "resultType", 1), illegal},
		"a signature instead": {`{"signatureId":"sim-pass"}`, illegal}, "as printed": {detectionBody, ok}, "bare": {`{"livenessId":"sim-pass"}`, ok},
	})
}

func FuzzSessionBodies(f *testing.F) {
	paths := []string{getTokenPath, generatePath, licencePath, tokenResultPath, urlResultPath, detectionPath}
	for i, seed := range []string{getTokenBody, generateBody, licenceBody, idBody("x"), `{"signatureId":"x","returnImageType":"BASE64"}`, detectionBody} {
		f.Add(uint8(i), []byte(seed))
	}
	f.Add(uint8(0), []byte(iframeBody))
	f.Add(uint8(1), []byte(`{"returnUrl":"javascript://h/%0a","failReturnUrl":"x://","bizId":1e999}`))
	sentences := map[string]bool{
		ok: true, emptyError: true, inputError: true, illegal: true, badRequest: true, regionError: true, returnError: true, failReturnError: true,
		"PARAMETER_ERROR: try count must > 0": true, "PARAMETER_ERROR: Product level is wrong": true, "SIGNATURE_NOT_EXIST: This signatureId is not exist": true,
		"LIVENESS_ID_NOT_EXISTED: Liveness id does not exist": true,
	}
	f.Fuzz(func(t *testing.T, which uint8, body []byte) {
		s, token := started(t, simulator.Config{Callback: noCallbacks(), PageBase: "http://sim.example"})
		path := paths[int(which)%len(paths)]
		e := endpoint(t, s, http.MethodPost, path, token, string(body))
		require.True(t, sentences[e.said()], e.said())
		require.Equal(t, e.Code == "SUCCESS", string(e.Data) != "null")
		if e.Code != "SUCCESS" || path != getTokenPath && path != generatePath {
			return
		}
		// Whatever was taken, the page never sends anybody to a place that runs code.
		var o opened
		require.NoError(t, json.Unmarshal(e.Data, &o))
		require.Equal(t, http.StatusOK, browse(t, s, http.MethodGet, o.URL, "").Code)
		location := finish(t, s, o, "pass").Header().Get("Location")
		if u, err := url.Parse(location); assert.NoError(t, err) && u.Scheme != "" {
			require.NotEmpty(t, u.Host)
			require.NotContains(t, []string{"javascript", "data", "vbscript", "blob", "file", "about", "intent"}, u.Scheme)
		}
		require.NoError(t, s.Shutdown(t.Context()))
	})
}
