package simulator_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile/simulator"
)

func parseFaults(t testing.TB, specs ...string) []simulator.Fault {
	t.Helper()
	faults := make([]simulator.Fault, len(specs))
	for i, spec := range specs {
		f, err := simulator.ParseFault(spec)
		require.NoError(t, err)
		require.Equal(t, spec, f.String())
		faults[i] = f
	}
	return faults
}

// listening is a simulator behind a real connection, with a token.
func listening(t *testing.T, specs ...string) (*simulator.Simulator, *httptest.Server, string) {
	t.Helper()
	s, token := started(t, simulator.Config{Faults: parseFaults(t, specs...)})
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	server.Client().CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return s, server, token
}

func post(t *testing.T, server *httptest.Server, path, token, body string) (*http.Response, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+path, strings.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("X-ACCESS-TOKEN", token)
	return server.Client().Do(r)
}

// answered posts a document and returns the answer and its whole body.
func answered(t *testing.T, server *httptest.Server, token string) (*http.Response, []byte) {
	t.Helper()
	resp, err := post(t, server, configurePath, token, `{"locale":"en","titleText":"A"}`)
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp, body
}

func codes(t *testing.T, specs []string, n int) []string {
	t.Helper()
	s, token := started(t, simulator.Config{Faults: parseFaults(t, specs...)})
	var got []string
	for range n {
		got = append(got, push(t, s, token, `{"locale":"en"}`).Code)
	}
	return got
}

func TestEveryCodeCanBeProvoked(t *testing.T) {
	var file struct {
		Codes []struct {
			Code     string
			Messages []string
		} `json:"envelope_codes"`
	}
	readJSON(t, "errors.json", &file)
	require.Len(t, file.Codes, 24)
	for _, c := range file.Codes {
		t.Run(c.Code, func(t *testing.T) {
			s, token := started(t, simulator.Config{Faults: parseFaults(t, c.Code+":1", "token."+c.Code+":1@1")})
			assert.Equal(t, c.Code+": "+c.Messages[0], push(t, s, token, `{"locale":"en"}`).said())
			assert.Zero(t, s.Pushes(), "a fault takes no document")
			assert.Equal(t, "SUCCESS: OK", push(t, s, token, `{"locale":"en"}`).said())
			e := endpoint(t, s, http.MethodPost, tokenPath, "", tokenBody(sampleKey, sampleSecret, newClock().at))
			assert.Equal(t, c.Code+": "+c.Messages[0], e.said())
			assert.Equal(t, "null", string(e.Data))
		})
	}
}

func TestFaultsAreCounted(t *testing.T) {
	const ok, busy, later, iam = "SUCCESS", "SERVICE_BUSY", "RETRY_LATER", "IAM_FAILED"
	for name, tc := range map[string]struct {
		specs []string
		want  []string
	}{
		"once":                 {[]string{"SERVICE_BUSY:1"}, []string{busy, ok, ok}},
		"the fourth":           {[]string{"SERVICE_BUSY:1@3"}, []string{ok, ok, ok, busy, ok}},
		"no offset":            {[]string{"SERVICE_BUSY:2@0"}, []string{busy, busy, ok}},
		"always":               {[]string{"SERVICE_BUSY:*"}, []string{busy, busy, busy, busy}},
		"always from third":    {[]string{"SERVICE_BUSY:*@2"}, []string{ok, ok, busy, busy}},
		"one after another":    {[]string{"SERVICE_BUSY:2", "RETRY_LATER:1"}, []string{busy, busy, later, ok}},
		"with a gap":           {[]string{"SERVICE_BUSY:1", "RETRY_LATER:1@3"}, []string{busy, ok, ok, later, ok}},
		"first wins":           {[]string{"SERVICE_BUSY:1@1", "RETRY_LATER:*"}, []string{later, busy, later}},
		"others do not count":  {[]string{"token.IAM_FAILED:1@9", "IAM_FAILED:1@1"}, []string{ok, iam, ok}},
		"lower than its share": {[]string{"SERVICE_BUSY:1@0", "SERVICE_BUSY:1@0"}, []string{busy, busy, ok}},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, tc.want, codes(t, tc.specs, len(tc.want)))
		})
	}
}

// A request that misses the call does not use its faults up.
func TestFaultsCountOnlyTheirCall(t *testing.T) {
	s, token := started(t, simulator.Config{Faults: parseFaults(t, "SERVICE_BUSY:1")})
	endpoint(t, s, http.MethodGet, configurePath, token, "")
	endpoint(t, s, http.MethodPost, "/nowhere", token, "")
	login(t, s, newClock().at)
	assert.Equal(t, "SERVICE_BUSY", push(t, s, token, `{"locale":"en"}`).Code)
}

func TestRetryAfterIsVerbatim(t *testing.T) {
	for spec, want := range map[string]string{
		"SERVICE_BUSY:1":                                "",
		"SERVICE_BUSY:1:10s":                            "10s",
		"RETRY_LATER:1@0:10":                            "10",
		"RETRY_LATER:*:Wed, 21 Oct 2026 07:28:00 GMT":   "Wed, 21 Oct 2026 07:28:00 GMT",
		"HTTP_429:1:7":                                  "7",
		"HTTP_503:1:Wed, 21 Oct 2026 07:28:00 GMT":      "Wed, 21 Oct 2026 07:28:00 GMT",
		"HTTP_502:1":                                    "",
		"PARAMETER_ERROR:2:not a time: it is passed on": "not a time: it is passed on",
	} {
		t.Run(spec, func(t *testing.T) {
			_, server, token := listening(t, spec)
			resp, _ := answered(t, server, token)
			assert.Equal(t, want, resp.Header.Get("Retry-After"))
		})
	}
}

func TestBareAnswers(t *testing.T) {
	for spec, tc := range map[string]struct {
		status int
		body   string
	}{
		"GARBAGE:1":  {200, "<html>"},
		"EMPTY:1":    {200, ""},
		"HTTP_429:1": {429, "Too Many Requests"},
		"HTTP_500:1": {500, "Internal Server Error"},
		"HTTP_502:1": {502, "Bad Gateway"},
		"HTTP_503:1": {503, "Service Unavailable"},
	} {
		t.Run(spec, func(t *testing.T) {
			s, server, token := listening(t, spec)
			resp, body := answered(t, server, token)
			assert.Equal(t, tc.status, resp.StatusCode)
			assert.Contains(t, string(body), tc.body)
			assert.Equal(t, tc.body == "", len(body) == 0)
			assert.Equal(t, newClock().at.UTC().Format(http.TimeFormat), resp.Header.Get("Date"))
			assert.Zero(t, s.Pushes())

			resp, body = answered(t, server, token)
			assert.Equal(t, 200, resp.StatusCode)
			assert.Equal(t, "SUCCESS", readEnvelope(t, body).Code)
		})
	}
}

func TestRedirect(t *testing.T) {
	s, server, token := listening(t, "REDIRECT:1:https://elsewhere.example:8443/x?y=1")
	resp, body := answered(t, server, token)
	assert.Equal(t, http.StatusFound, resp.StatusCode)
	assert.Equal(t, "https://elsewhere.example:8443/x?y=1", resp.Header.Get("Location"))
	assert.Empty(t, body)
	assert.Zero(t, s.Pushes())
}

func TestBrokenConnections(t *testing.T) {
	for spec, taken := range map[string]bool{"LOST:1": true, "DROP:1": false} {
		t.Run(spec, func(t *testing.T) {
			s, server, token := listening(t, spec)
			resp, err := post(t, server, configurePath, token, `{"locale":"en","titleText":"A"}`)
			if err == nil {
				resp.Body.Close()
			}
			require.Error(t, err)
			_, ok := s.Document(sampleKey, "en_US")
			assert.Equal(t, taken, ok)
			_, body := answered(t, server, token)
			assert.Equal(t, "SUCCESS", readEnvelope(t, body).Code)
		})
	}
}

// What the service would refuse is refused too when nobody hears of it.
func TestLostTakesOnlyWhatIsRight(t *testing.T) {
	s, server, token := listening(t, "LOST:2")
	for token, body := range map[string]string{token: `{"locale":"xx"}`, "none": `{"locale":"en"}`} {
		resp, err := post(t, server, configurePath, token, body)
		if err == nil {
			resp.Body.Close()
		}
		require.Error(t, err)
	}
	assert.Zero(t, s.Pushes())
}

func TestLostToken(t *testing.T) {
	s := build(t, simulator.Config{Now: newClock().now, Faults: parseFaults(t, "token.LOST:1")})
	server := httptest.NewServer(s)
	defer server.Close()
	resp, err := post(t, server, tokenPath, "", tokenBody(sampleKey, sampleSecret, newClock().at))
	if err == nil {
		resp.Body.Close()
	}
	require.Error(t, err)
	login(t, s, newClock().at)
}

func TestHugeNeverEnds(t *testing.T) {
	s, server, token := listening(t, "HUGE:1")
	resp, err := post(t, server, configurePath, token, `{"locale":"en"}`)
	require.NoError(t, err)
	defer resp.Body.Close()
	n, err := io.CopyN(io.Discard, resp.Body, 8<<20)
	require.NoError(t, err)
	assert.EqualValues(t, 8<<20, n)
	assert.Zero(t, s.Pushes())
}

func TestSlow(t *testing.T) {
	for spec, want := range map[string]time.Duration{"SLOW:1": 20 * time.Second, "SLOW:1:250ms": 250 * time.Millisecond, "SLOW:1@0:2m": 2 * time.Minute} {
		t.Run(spec, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				toOurDays()
				s := build(t, simulator.Config{Faults: parseFaults(t, spec), Latency: time.Second})
				token := login(t, s, time.Now())
				begun := time.Now()
				assert.Equal(t, "SUCCESS", push(t, s, token, `{"locale":"en"}`).Code)
				assert.Equal(t, want+time.Second, time.Since(begun))
			})
		})
	}
}

// Who gives up on a slow answer cannot know that the document was taken.
func TestSlowTakesTheDocumentFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		toOurDays()
		s := build(t, simulator.Config{Faults: parseFaults(t, "SLOW:1")})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		r := newRequest(http.MethodPost, configurePath, login(t, s, time.Now()), `{"locale":"en"}`).WithContext(ctx)
		assert.PanicsWithValue(t, http.ErrAbortHandler, func() { s.ServeHTTP(httptest.NewRecorder(), r) })
		assert.Equal(t, 1, s.Pushes())
	})
}

func TestParseFaultRefuses(t *testing.T) {
	for spec, want := range map[string]string{
		"":                        "write CODE:N",
		"SERVICE_BUSY":            "write CODE:N",
		"SERVICE_BUSY:":           "how often",
		"SERVICE_BUSY:0":          "how often",
		"SERVICE_BUSY:-1":         "how often",
		"SERVICE_BUSY:x":          "how often",
		"SERVICE_BUSY:1@":         "go well first",
		"SERVICE_BUSY:1@-1":       "go well first",
		"SERVICE_BUSY:1@*":        "go well first",
		"SERVICE_BUSY:1:":         "printable",
		"SERVICE_BUSY:1:1\r\nX: ": "printable",
		"SERVICE_BUZY:1":          "did you mean SERVICE_BUSY",
		"service_busy:1":          "did you mean SERVICE_BUSY",
		"LOSST:1":                 "did you mean LOST",
		"NONSENSE_OF_ALL_KINDS:1": "envelope code such as",
		"token.IAM_FAILD:1":       "did you mean IAM_FAILED",
		"session.IAM_FAILED:1":    `"session" is no prefix; the prefixes are token, get_token, generate_url, auth_license, get_result, detection_result, clear_data`,
		"get_resultat.ERROR:1":    "did you mean get_result",
		".IAM_FAILED:1":           `"" is no prefix`,
		"HTTP_200:1":              "from 400 to 599",
		"HTTP_0503:1":             "from 400 to 599",
		"HTTP_x:1":                "from 400 to 599",
		"REDIRECT:1":              "where to",
		"SLOW:1:soon":             "no delay",
		"SLOW:1:-1s":              "no delay",
		"LOST:1:10s":              "no value",
		"GARBAGE:1:x":             "no value",
	} {
		f, err := simulator.ParseFault(spec)
		assert.ErrorContains(t, err, want, "%q", spec)
		assert.Equal(t, simulator.Fault{}, f)
	}
}

func FuzzParseFault(f *testing.F) {
	for _, seed := range []string{"SERVICE_BUSY:2:10s", "LOST:1@3", "token.IAM_FAILED:*", "REDIRECT:1:https://e.example/", "SLOW:1:9s", "HTTP_503:1:x:y", "a.b:c@d:e", "get_result.NO_FACE_DETECTED:1", "clear_data.LOST:2"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, spec string) {
		fault, err := simulator.ParseFault(spec)
		if err != nil {
			require.Equal(t, simulator.Fault{}, fault)
			return
		}
		again, err := simulator.ParseFault(fault.String())
		require.NoError(t, err)
		require.Equal(t, fault, again)
		_, err = simulator.New(simulator.Config{Faults: []simulator.Fault{fault}})
		require.NoError(t, err)
	})
}

var errNotServed = errors.New("not served")

type brokenBody struct{}

func (brokenBody) Read([]byte) (int, error) { return 0, errNotServed }

func TestBodyThatBreaksOff(t *testing.T) {
	s, token := started(t, simulator.Config{})
	r := httptest.NewRequest(http.MethodPost, configurePath, brokenBody{})
	r.Header.Set("X-ACCESS-TOKEN", token)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	assert.Equal(t, "CLIENT_ERROR: HTTP 400 - Bad Request", readEnvelope(t, w.Body.Bytes()).said())
	assert.Zero(t, s.Pushes())
}
