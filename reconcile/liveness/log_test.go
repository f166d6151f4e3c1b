package liveness

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/schema"
)

// echo is a service that tells everything it was told, wherever it can.
type echo struct {
	code        string
	status      int
	signatures  []string
	loginCode   string
	contentType string
}

func (e *echo) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	told := fmt.Sprintf("%s %q", body, r.Header)
	code := e.code
	data := any(nil)
	if strings.HasSuffix(r.URL.Path, "generate-token") {
		var login struct{ Signature string }
		_ = json.Unmarshal(body, &login)
		e.signatures = append(e.signatures, login.Signature)
		told += login.Signature + secretKey
		code = e.loginCode
		data = map[string]any{"token": "the-very-token", "expiredTime": nil}
	}
	w.Header().Set("Server", told)
	w.Header().Set("Content-Type", e.contentType+r.Header.Get("X-ACCESS-TOKEN"))
	w.Header().Set("Location", "https://"+secretKey+".example/"+r.Header.Get("X-ACCESS-TOKEN"))
	w.WriteHeader(e.status)
	if e.contentType != "" {
		_, _ = io.WriteString(w, told+secretKey)
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"code": code, "message": told + secretKey, "data": data, "transactionId": told})
}

func TestNoSecretIsEverShown(t *testing.T) {
	for name, e := range map[string]*echo{
		"accepted":      {code: success, loginCode: success, status: 200},
		"refused":       {code: "PARAMETER_ERROR", loginCode: success, status: 200},
		"unknown":       {code: "the-very-token", loginCode: success, status: 200},
		"token refused": {code: "IAM_FAILED", loginCode: success, status: 200},
		"told to wait":  {code: "RETRY_LATER", loginCode: success, status: 429},
		"failing":       {code: "the-very-token", loginCode: success, status: 500},
		"login refused": {loginCode: "PARAMETER_ERROR", status: 200},
		"login busy":    {loginCode: "SERVICE_BUSY", status: 200},
		"no envelope":   {status: 200, contentType: "text/html"},
		"redirect":      {status: 302, contentType: "text/html"},
		"not found":     {status: 404, contentType: "text/html"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var log bytes.Buffer
				c := newClient(t, e, func(cfg *Config) {
					cfg.Log = slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.Level(-8)}))
				})
				receipt, refusal, _, err := push(t, c)
				seen := log.String() + fmt.Sprintf("%+v %v", receipt, err)
				if refusal != nil {
					seen += fmt.Sprintf("%+v", *refusal)
				}
				require.NotEmpty(t, e.signatures)
				require.Contains(t, seen, "generate-token", "the log holds what was sent")
				for _, secret := range append([]string{secretKey, "the-very-token"}, e.signatures...) {
					if at := strings.Index(seen, secret); at >= 0 {
						t.Errorf("%q is shown: …%s…", secret, seen[max(0, at-100):min(len(seen), at+100)])
					}
				}
			})
		})
	}
}

func TestTraceShowsWhatMayBeSeen(t *testing.T) {
	var log bytes.Buffer
	logger := func(level slog.Level) func(*Config) {
		return func(cfg *Config) {
			cfg.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: level}))
		}
	}
	_, _, _, err := push(t, newClient(t, &fakeService{}, logger(slog.LevelDebug)))
	require.NoError(t, err)
	assert.Empty(t, log.String(), "bodies are for TRACE")
	_, _, _, err = push(t, newClient(t, &fakeService{}, logger(slog.Level(-8))))
	require.NoError(t, err)
	for _, want := range []string{
		"configureUI", "titleText", `X-Access-Token="(sensitive value)"`, "locale.en_US", "status=200", "transactionId", "Content-Type",
	} {
		assert.Contains(t, log.String(), want)
	}
	assert.NotContains(t, log.String(), accessKey)
}

func TestVeilStaysBounded(t *testing.T) {
	var v redactor
	v.add("the secret key")
	v.permanent = len(v.secrets)
	for i := range 1000 {
		v.add(fmt.Sprintf("token-%04d", i))
	}
	assert.Len(t, v.secrets, redactorMax)
	assert.Equal(t, schema.Hidden+" token-0000 "+schema.Hidden, v.Redact("the secret key token-0000 token-0999"))
	v.add(`some "quotes"`)
	assert.Equal(t, schema.Hidden+" "+schema.Hidden, v.Redact(`some "quotes" some \"quotes\"`))
}
