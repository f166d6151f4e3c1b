package backend

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile/state"
)

func variables(pairs ...string) func(string) (string, error) {
	return func(name string) (string, error) {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1], nil
			}
		}
		return "", nil
	}
}

// The configuration wins over livery's own variables, and these over the engine's.
func TestWhereSettingsComeFrom(t *testing.T) {
	lookup := variables(
		"LIVERY_STATE_HTTP_ADDRESS", "https://a.example.com/x", "TF_HTTP_ADDRESS", "https://b.example.com/x",
		"TF_HTTP_USERNAME", "ana", "TF_HTTP_PASSWORD", "hunter2", "LIVERY_STATE_HTTP_RETRY_MAX", "7", "LIVERY_STATE_LOCAL_PATH", "kept.json",
	)
	blob, err := Open(Config{Type: "http", Lookup: lookup, Attributes: map[string]string{"username": "bo"}})
	require.NoError(t, err)
	h := blob.(*httpBlob)
	assert.Equal(t, "https://a.example.com/x", h.String())
	assert.Equal(t, "bo", h.client.username)
	assert.Equal(t, "hunter2", string(h.client.password))
	assert.EqualValues(t, 8, h.client.retry.tries)
	assert.Equal(t, "POST", h.updateMethod)
	assert.False(t, blob.Capabilities().Locks)

	blob, err = Open(Config{Lookup: lookup})
	require.NoError(t, err)
	assert.Equal(t, "kept.json", blob.String())
	blob, err = Open(Config{Lookup: unset})
	require.NoError(t, err)
	assert.Equal(t, "livery.state.json", blob.String())
}

// A name never shows what a URL of the environment may hold.
func TestNamesHoldNoSecrets(t *testing.T) {
	blob, err := Open(Config{Type: "http", Lookup: variables("TF_HTTP_ADDRESS", "https://ana:hunter2@state.example.com/brand?token=hunter2")})
	require.NoError(t, err)
	assert.Equal(t, "https://state.example.com/brand", blob.String())
	h := blob.(*httpBlob)
	assert.Equal(t, "ana", h.client.username)
	assert.Equal(t, "hunter2", string(h.client.password))
	assert.Equal(t, "token=hunter2", h.address.RawQuery)
	blob, err = Open(Config{Type: "pg", Lookup: variables("PG_CONN_STR", "postgres://ana:hunter2@db.example.com:6543/brand")})
	require.NoError(t, err)
	assert.Equal(t, "postgres://db.example.com:6543/brand (schema livery_remote_state)", blob.String())
	blob, err = Open(Config{Type: "s3", Lookup: variables("LIVERY_STATE_S3_BUCKET", "brand", "LIVERY_STATE_S3_KEY", "a/b.json")})
	require.NoError(t, err)
	assert.Equal(t, "s3://brand/a/b.json", blob.String())
}

func TestSettingsThatCannotBeUsed(t *testing.T) {
	for _, c := range []struct {
		kind       string
		attributes map[string]string
		env        []string
		want       string
	}{
		{"http", nil, nil, "needs address: write it in the backend block, or set LIVERY_STATE_HTTP_ADDRESS or TF_HTTP_ADDRESS"},
		{"http", nil, []string{"TF_HTTP_ADDRESS", "hunter2"}, "TF_HTTP_ADDRESS takes an absolute URL"},
		{"http", map[string]string{"address": "http://x.example.com", "retry_wait_min": "31"}, nil, "retry_wait_min is longer"},
		{"http", map[string]string{"address": "http://x.example.com"}, []string{"LIVERY_STATE_HTTP_RETRY_MAX", "many"}, "LIVERY_STATE_HTTP_RETRY_MAX takes a whole number from 0 to 20"},
		{"http", map[string]string{"address": "http://x.example.com", "client_certificate_pem": "-----BEGIN -----END "}, nil, "only of use together"},
		{"http", map[string]string{"address": "http://x.example.com", "client_certificate_pem": "-----BEGIN -----END "}, []string{"TF_HTTP_CLIENT_PRIVATE_KEY_PEM", "-----BEGIN hunter2-----END "}, "no pair"},
		{"http", map[string]string{"address": "http://x.example.com", "client_ca_certificate_pem": "-----BEGIN -----END "}, nil, "holds no certificate"},
		{"s3", map[string]string{"bucket": "brand"}, nil, "needs key: write it in the backend block, or set LIVERY_STATE_S3_KEY"},
		{"s3", map[string]string{"bucket": "brand", "key": "k"}, []string{"LIVERY_STATE_S3_ENDPOINT", "https://a:hunter2@s3.example.com"}, "endpoint takes a URL without user and password"},
		{"pg", nil, nil, "needs conn_str: write it in the backend block, or set LIVERY_STATE_PG_CONN_STR, PG_CONN_STR, PGHOST, PGSERVICE or PGDATABASE"},
		{"pg", nil, []string{"PG_CONN_STR", "postgres://ana:hunter2@db.example.com:port/"}, "conn_str"},
		{"pg", nil, []string{"PG_CONN_STR", "postgres://ana:hunter2@db.example.com/x?sslmode=nonsense"}, "conn_str"},
		{"pg", nil, []string{"PG_CONN_STR", "postgres://ana:p@hunter2@db.example.com/x"}, "%40 for @"},
		{"pg", nil, []string{"PG_CONN_STR", "postgres://ana:12/hunter2@db.example.com/x"}, "%40 for @"},
		{"pg", nil, []string{"PG_CONN_STR", "host='p@hunter2' dbname=x"}, "names a host that is the name of none"},
		{"pg", nil, []string{"PG_CONN_STR", "host=db,p@hunter2 dbname=x"}, "names a host that is the name of none"},
		{"pg", nil, []string{"PG_CONN_STR", "host=db password=a hunter2 dbname=x"}, "cannot be understood"},
		{"http", nil, []string{"TF_HTTP_ADDRESS", "https://ana:12/hunter2@state.example.com/x"}, "TF_HTTP_ADDRESS holds an @ after the host"},
		{"http", nil, []string{"TF_HTTP_ADDRESS", "https://ana:12?hunter2@state.example.com/x"}, "TF_HTTP_ADDRESS holds an @ after the host"},
		{"http", nil, []string{"TF_HTTP_ADDRESS", "https://ana:hunter2@state.example.com:/x"}, "TF_HTTP_ADDRESS has no valid port"},
		{"s3", map[string]string{"bucket": "brand", "key": "k"}, []string{"LIVERY_STATE_S3_ENDPOINT", "https://a:12/hunter2@s3.example.com"}, "holds an @ after the host"},
	} {
		_, err := Open(Config{Type: c.kind, Attributes: c.attributes, Lookup: variables(c.env...)})
		require.ErrorContains(t, err, c.want)
		assert.NotContains(t, err.Error(), "hunter2")
	}
	_, err := Open(Config{Lookup: func(string) (string, error) { return "", errors.New("unreadable") }})
	require.ErrorContains(t, err, "unreadable")
}

// shelf is a place of which a test decides how writes end.
type shelf struct {
	data             string
	revisionAfterPut []string
	ends             []error
	reads            error
	between          string // what somebody else writes before it is read back
	late             int    // with which try the first one arrives
}

func (s *shelf) put(context.Context) (state.Revision, error) {
	err := s.ends[len(s.revisionAfterPut)]
	s.revisionAfterPut = append(s.revisionAfterPut, "try")
	if len(s.revisionAfterPut) == s.late {
		s.data = "ours"
	}
	if err == nil {
		s.data = "ours"
	}
	return revisionOf([]byte("ours")), err
}

func (s *shelf) get(context.Context) ([]byte, state.Revision, error) {
	if s.between != "" {
		s.data = s.between
	}
	return []byte(s.data), revisionOf([]byte(s.data)), s.reads
}

func TestSettle(t *testing.T) {
	classifyTransportError, unsent := &unansweredError{errors.New("cut")}, &unsentError{errors.New("refused")}
	other := errors.New("not allowed")
	for name, c := range map[string]struct {
		shelf shelf
		tries int
		want  error
	}{
		"well":                          {shelf{ends: []error{nil}}, 1, nil},
		"not sent, then well":           {shelf{ends: []error{unsent, nil}}, 2, nil},
		"lost and not there, then well": {shelf{ends: []error{classifyTransportError, nil}}, 2, nil},
		"lost and there":                {shelf{ends: []error{classifyTransportError}, between: "ours"}, 1, nil},
		"lost and another there":        {shelf{ends: []error{classifyTransportError}, between: "theirs"}, 1, state.ErrStale},
		"lost, and arrives late":        {shelf{ends: []error{classifyTransportError, state.ErrStale}, late: 2}, 2, nil},
		"lost, and others were quicker": {shelf{ends: []error{classifyTransportError, state.ErrStale}}, 2, state.ErrStale},
		"stale":                         {shelf{ends: []error{state.ErrStale}, between: "ours"}, 1, state.ErrStale},
		"refused":                       {shelf{ends: []error{other}, between: "ours"}, 1, other},
		"lost every time":               {shelf{ends: []error{classifyTransportError, classifyTransportError, classifyTransportError}}, 3, classifyTransportError},
		"never sent":                    {shelf{ends: []error{unsent, unsent, unsent}}, 3, unsent},
	} {
		t.Run(name, func(t *testing.T) {
			s := c.shelf
			if s.data == "" {
				s.data = "before"
			}
			revision, err := putVerified(t.Context(), retryPolicy{tries: 3, timeout: time.Minute}, []byte("ours"), revisionOf([]byte("before")), s.get, s.put)
			require.ErrorIs(t, err, c.want)
			assert.Len(t, s.revisionAfterPut, c.tries)
			if c.want == nil {
				assert.Equal(t, revisionOf([]byte("ours")), revision)
			}
		})
	}
	s := shelf{ends: []error{classifyTransportError, nil}, reads: errors.New("gone")}
	_, err := putVerified(t.Context(), retryPolicy{tries: 3, timeout: time.Minute}, []byte("ours"), "", s.get, s.put)
	require.ErrorContains(t, err, "whether the state was written is unknown")
	assert.Len(t, s.revisionAfterPut, 1, "nobody writes twice who cannot look")
}
