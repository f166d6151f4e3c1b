package simulator_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile/simulator"
)

// printedIDs are the ids in the documents' requests that stand for a session.
var printedIDs = strings.NewReplacer(
	"f302f5d2454a85c2", "SESSION", "ac66706068e737b5", "SESSION", "ddsd-9e6-dcc9-4ca1-bdfe-9f001c05f1b1", "SESSION",
)

// exchange is a transcript as far as a server is concerned.
type exchange struct {
	method, target, body string
	want                 envelope
}

func readExchange(t *testing.T, path string) exchange {
	t.Helper()
	archive, err := txtar.ParseFile(path)
	require.NoError(t, err)
	section := func(name string) (head, body string) {
		i := slices.IndexFunc(archive.Files, func(f txtar.File) bool { return f.Name == name })
		require.GreaterOrEqual(t, i, 0, "%s has no section %s", path, name)
		head, body, _ = strings.Cut(string(archive.Files[i].Data), "\n\n")
		return head, strings.TrimSpace(body)
	}
	head, body := section("request")
	first, _, _ := strings.Cut(head, "\n")
	x := exchange{body: printedIDs.Replace(body)}
	x.method, x.target, _ = strings.Cut(printedIDs.Replace(strings.TrimSpace(first)), " ")
	_, answer := section("answer")
	require.NoError(t, json.Unmarshal([]byte(answer), &x.want), path)
	return x
}

// scene is what must have gone before, so that an answer is deserved.
type scene struct {
	why   string
	fault string
	set   func(t *testing.T, s http.Handler, token string) (id string)
	clock func(c *clock)
}

// sessionThat opens a session with the documents' request and lets it end; "" leaves
// it open.
func sessionThat(path, body, ends string) func(*testing.T, http.Handler, string) string {
	return func(t *testing.T, s http.Handler, token string) string {
		o := open(t, s, token, path, body)
		if ends != "" {
			finish(t, s, o, ends)
		}
		return o.SignatureID
	}
}

func liveness(id string) func(*testing.T, http.Handler, string) string {
	return func(*testing.T, http.Handler, string) string { return id }
}

func cleared(set func(*testing.T, http.Handler, string) string, method, target string) func(*testing.T, http.Handler, string) string {
	return func(t *testing.T, s http.Handler, token string) string {
		id := set(t, s, token)
		require.Equal(t, ok, endpoint(t, s, method, target+id, token, "").said())
		return id
	}
}

// scenes are the exchanges that a request alone does not lead to.
func scenes() map[string]scene {
	v6 := func(ends string) func(*testing.T, http.Handler, string) string {
		return sessionThat(getTokenPath, getTokenBody, ends)
	}
	v10 := func(ends string) func(*testing.T, http.Handler, string) string {
		return sessionThat(generatePath, generateBody, ends)
	}
	broken := "a failure of the server, which is nobody's request"
	refused := "a standing of the account that the simulator's accounts cannot have"
	list := map[string]scene{
		"token.generate-account_disabled": {why: refused, fault: "token.ACCOUNT_DISABLED:1"},
		"token.generate-parameter_error-timestamp": {
			why:   "the same request as the documents' good one, sent too late",
			clock: func(c *clock) { c.at = c.at.Add(300*time.Second + time.Millisecond) },
		},
		"sdk.auth_license-access_denied":    {why: refused, fault: "auth_license.ACCESS_DENIED:1"},
		"sdk.auth_license-service_disabled": {why: refused, fault: "auth_license.SERVICE_DISABLED:1"},
		"sdk.clear_data-error":              {why: broken, fault: "clear_data.ERROR:1"},
		"h5v6.clear_data-error":             {why: broken, fault: "clear_data.ERROR:1"},
		"h5v10.clear_data-error":            {why: broken, fault: "clear_data.ERROR:1"},
		"h5v6.get_token-error":              {why: broken, fault: "get_token.ERROR:1"},
		"h5v6.get_result-error":             {why: broken, fault: "get_result.ERROR:1"},
		"h5v10.generate_url-error":          {why: broken, fault: "generate_url.ERROR:1"},
		"h5v10.get_result-error":            {why: broken, fault: "get_result.ERROR:1"},
		"h5v10.clear_data-request_in_processing": {
			why: "a deletion that is under way: here each is done at once", fault: "clear_data.REQUEST_IN_PROCESSING:1",
		},

		"sdk.detection_result-success":          {why: "an id of the SDK", set: liveness("sim-pass-1")},
		"sdk.detection_result-success-base64":   {why: "an id of the SDK", set: liveness("sim-pass-1")},
		"sdk.detection_result-success-attack":   {why: "an id of the SDK", set: liveness("sim-attack-1")},
		"sdk.detection_result-success-no_audit": {why: "an id of the SDK; here audit images are always there, but for an attack", set: liveness("sim-fail-1")},
		"sdk.detection_result-result_not_found": {
			why: "a result that was deleted", set: cleared(liveness("sim-pass-1"), http.MethodGet, clearSDKPath+"?livenessId="),
		},
		"sdk.detection_result-parameter_error": {why: "an id of the SDK", set: liveness("sim-pass-1")},
		"sdk.clear_data-success":               {why: "an id of the SDK", set: liveness("sim-pass-1")},

		"h5v6.get_result-success":            {why: "a session that has ended", set: v6("pass")},
		"h5v6.get_result-success-attack":     {why: "a session that has ended", set: v6("attack")},
		"h5v6.get_result-success-whole":      {why: "a session that has ended", set: v6("fail")},
		"h5v6.get_result-liveness_no_result": {why: "a session that is open", set: v6("")},
		"h5v6.get_result-result_not_found": {
			why: "a session that was cleared", set: cleared(v6("pass"), http.MethodGet, clearTokenPath+"?signatureId="),
		},
		"h5v6.clear_data-success": {why: "a session that has ended", set: v6("pass")},

		"h5v10.get_result-success":                 {why: "a session that has ended", set: v10("pass")},
		"h5v10.get_result-success-base64":          {why: "a session that has ended", set: v10("pass")},
		"h5v10.get_result-success-liveness_attack": {why: "a session that has ended", set: v10("attack")},
		"h5v10.get_result-success-user_timeout":    {why: "a session that has ended", set: v10("timeout")},
		"h5v10.get_result-success-open":            {why: "a session that is open", set: v10("")},
		"h5v10.clear_data-success":                 {why: "a session that has ended", set: v10("pass")},
		"h5v10.clear_data-parameter_error-unfinished": {
			why: "a session that is open", set: v10(""),
		},
	}
	for _, code := range []string{"too_many_faces_detected", "no_face_detected", "invalid_face_detected", "face_occluded", "face_quality_too_poor"} {
		list["h5v6.get_result-"+code] = scene{why: "a code that the service has given up", fault: "get_result." + strings.ToUpper(code) + ":1"}
	}
	return list
}

// unplayed are the exchanges that nothing here leads to, and why.
func unplayed() map[string]string {
	const unfounded = "the error code is the verdict of the service's own judgement, which the simulator has no ground for"
	return map[string]string{
		"h5v10.get_result-success-error":             unfounded,
		"h5v10.get_result-success-parameter_error":   unfounded,
		"h5v10.get_result-success-risk_strategy_hit": unfounded,
		"h5v10.get_result-success-strategy_hit":      unfounded,
	}
}

// verdict is what a result says of a session, which an envelope alone does not.
func verdict(t *testing.T, e envelope) map[string]any {
	t.Helper()
	if e.Code != "SUCCESS" || string(e.Data) == "null" {
		return nil
	}
	data := membersOf(t, e.Data)
	maps.DeleteFunc(data, func(name string, _ any) bool { return name != "overallResult" && name != "errorCode" })
	return data
}

// The simulator answers the documents' requests as they print the answers.
func TestTranscripts(t *testing.T) {
	paths, err := filepath.Glob("../../testdata/api/transcripts/*.txtar")
	require.NoError(t, err)
	require.Greater(t, len(paths), 100)
	set, skipped := scenes(), unplayed()
	for _, path := range paths {
		name := strings.TrimSuffix(filepath.Base(path), ".txtar")
		t.Run(name, func(t *testing.T) {
			x := readExchange(t, path)
			before, special := set[name]
			delete(set, name)
			if why, ok := skipped[name]; ok {
				require.False(t, special)
				delete(skipped, name)
				t.Log("not played: " + why)
				return
			}
			require.True(t, special || !strings.Contains(x.target+x.body, "SESSION"), "nobody has opened this session")
			got := play(t, x, before)
			assert.Equal(t, x.want.said(), got.said(), before.why)
			assert.Equal(t, x.want.PricingStrategy, got.PricingStrategy)
			assert.Equal(t, verdict(t, x.want), verdict(t, got))
			assert.Equal(t, string(x.want.Data) == "null", string(got.Data) == "null")
		})
	}
	assert.Empty(t, set, "scenes of no transcript")
	assert.Empty(t, skipped, "exceptions of no transcript")
}

// play sets the scene and sends the request.
func play(t *testing.T, x exchange, before scene) envelope {
	t.Helper()
	at := newClock()
	c := simulator.Config{Now: at.now, Callback: noCallbacks()}
	if before.fault != "" {
		fault, err := simulator.ParseFault(before.fault)
		require.NoError(t, err)
		c.Faults = append(c.Faults, fault)
	}
	s, token := build(t, c), ""
	if x.target != tokenPath {
		token = login(t, s, at.at)
	}
	if before.set != nil {
		id := before.set(t, s, token)
		x.target, x.body = strings.ReplaceAll(x.target, "SESSION", id), strings.ReplaceAll(x.body, "SESSION", id)
	}
	if before.clock != nil {
		before.clock(at)
	}
	return endpoint(t, s, x.method, x.target, token, x.body)
}
