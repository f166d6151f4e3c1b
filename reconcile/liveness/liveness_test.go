package liveness

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSecretShowsItselfNowhere(t *testing.T) {
	s := Secret("hunter2hunter2")
	type holder struct {
		Key  Secret
		Keys []Secret
	}
	h := holder{s, []Secret{s}}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%10.3s", "%t"} {
		for _, v := range []any{s, &s, h, &h, []any{s}, map[Secret]Secret{s: s}, fmt.Errorf("wrapped "+verb, s)} {
			out := fmt.Sprintf(verb, v)
			assert.NotContains(t, out, "hunter2")
			assert.NotContains(t, out, fmt.Sprintf("%x", "hunter2"))
		}
	}
	out, err := json.Marshal(&h)
	require.NoError(t, err)
	assert.NotContains(t, string(out), "hunter2")
	assert.Contains(t, string(out), `"Key":"(sensitive value)"`)

	var log bytes.Buffer
	for _, handler := range []slog.Handler{slog.NewTextHandler(&log, nil), slog.NewJSONHandler(&log, nil)} {
		slog.New(handler).Info("x", "secret", s, "holder", h, "any", []any{s})
	}
	assert.NotContains(t, log.String(), "hunter2")
	assert.Contains(t, log.String(), "(sensitive value)")
	assert.Equal(t, "hunter2hunter2", string(s), "a conversion, and nothing else, gives it")
}

func TestNewRefusesWhatCannotWork(t *testing.T) {
	good := Config{BaseURL: "https://api.advance.ai", AccessKey: "a", SecretKey: "s"}
	_, err := New(good)
	require.NoError(t, err)
	for want, change := range map[string]func(*Config){
		"https://":   func(c *Config) { c.BaseURL = "x" },
		"access key": func(c *Config) { c.AccessKey = "" },
		"secret key": func(c *Config) { c.SecretKey = "" },
		"not 59s":    func(c *Config) { c.TokenTTL = 59 * time.Second },
		"not 24h":    func(c *Config) { c.TokenTTL = 24*time.Hour + time.Second },
	} {
		cfg := good
		change(&cfg)
		_, err := New(cfg)
		assert.ErrorContains(t, err, want)
	}
}

func TestPushSendsTheseBytesAndNothingElse(t *testing.T) {
	at := time.UnixMilli(1665993522952)
	f := &fakeService{}
	c := newClient(t, f, func(cfg *Config) { cfg.Now = func() time.Time { return at } })
	receipt, _, _, err := push(t, c)
	require.NoError(t, err)
	assert.Equal(t, "t1", receipt.TransactionID)
	assert.Equal(t, at, receipt.At)
	require.Len(t, f.pushes, 1)
	got := f.pushes[0]
	assert.Equal(t, "/openapi/liveness/v1/h5/configureUI", got.path)
	assert.Equal(t, "token-1", got.token)
	assert.Equal(t, "livery/test", got.agent)
	assert.Equal(t, "application/json", got.contentType)
	assert.Equal(t, string(document.Body), got.body)
	assert.Equal(t, []map[string]any{{
		"accessKey": accessKey, "timestamp": "1665993522952",
		"signature": "02209bbeaf0d0a3dd587f6a1ba22f84c98d142e3b545e77db7e4906ca56349f5",
	}}, f.logins, "the documents' own example")
}

func TestTokenLifeIsAskedForAsAString(t *testing.T) {
	f := &fakeService{}
	c := newClient(t, f, func(cfg *Config) { cfg.TokenTTL = 120*time.Second + 5 })
	_, _, _, err := push(t, c)
	require.NoError(t, err)
	require.Len(t, f.logins, 1)
	assert.Equal(t, "120", f.logins[0]["periodSecond"])
}
