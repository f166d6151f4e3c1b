package liveness

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/schema"
)

// sessionCalls is every call of a session, and whether it may be made twice.
func sessionCalls(t *testing.T) []sessionCase {
	t.Helper()
	var list []sessionCase
	for _, api := range schema.SessionAPIs() {
		list = append(list,
			sessionCase{"open " + string(api), openEndpoint(api), func(ctx context.Context, c *Client) (any, error) { return c.Open(ctx, openRequest(t, api)) }},
			sessionCase{"result " + string(api), resultEndpoint(api), func(ctx context.Context, c *Client) (any, error) {
				return c.Result(ctx, ResultRequest{API: api, ID: "the-id"})
			}},
			sessionCase{"clear " + string(api), clearEndpoint(api), func(ctx context.Context, c *Client) (any, error) { return c.Clear(ctx, api, "the-id") }},
		)
	}
	return list
}

type sessionCase struct {
	name string
	endpoint
	do func(context.Context, *Client) (any, error)
}

func TestRisksAreThoseOfTheDocuments(t *testing.T) {
	want := map[string]risk{
		"open sdk_license": riskBilled, "result sdk_license": riskBilled,
		"clear h5_token": riskDeleted, "clear h5_url": riskDeleted, "clear sdk_license": riskDeleted,
	}
	paths := make(map[string]string)
	for _, row := range endpointRows(t) {
		paths[row.Path] = row.Method
	}
	for _, tc := range sessionCalls(t) {
		assert.Equal(t, want[tc.name], tc.risk, tc.name)
		assert.Equal(t, paths[tc.path], tc.method, tc.name)
	}
}

// What costs money or destroys is made once, whatever happens to its response.
func TestALostAnswer(t *testing.T) {
	for name, lost := range map[string]handler{
		"hung up": hangsUp, "a gateway that fails": writes(502, "text/html", "<h1>bad</h1>"),
		"a page": writes(200, "text/html", "<h1>hello</h1>"), "cut off": breaksOff,
	} {
		for _, tc := range sessionCalls(t) {
			t.Run(name+"/"+tc.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					f := &fakeService{push: lost}
					_, err := tc.do(t.Context(), newClient(t, f, func(cfg *Config) { cfg.Retries = 2 }))
					require.Error(t, err)
					_, sent := f.counts()
					assert.Contains(t, err.Error(), tc.endpoint.name)
					if tc.risk == riskNone {
						assert.Equal(t, 3, sent)
						assert.False(t, isDoubt(err), "nothing could have happened: %v", err)
						return
					}
					assert.Equal(t, 1, sent)
					assert.True(t, isDoubt(err), "%v", err)
					assert.Contains(t, err.Error(), tc.risk.warning())
				})
			})
		}
	}
}

func TestWhatNeverArrivedIsSentAgain(t *testing.T) {
	for _, tc := range sessionCalls(t) {
		synctest.Test(t, func(t *testing.T) {
			f := told(`{"signatureId":"s","url":"https://e.com/","license":"l","score":90,"livenessScore":90,"overallResult":"PASS"}`, "FREE")
			c := newClient(t, f, func(cfg *Config) { cfg.Transport = &failing{next: cfg.Transport, errs: []error{errDial, errDial, nil}} })
			_, err := tc.do(t.Context(), c)
			assert.NoError(t, err, tc.name)
			_, sent := f.counts()
			assert.Equal(t, 1, sent, tc.name)
		})
	}
}

func TestInterruptedInFlight(t *testing.T) {
	for _, tc := range sessionCalls(t) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			f := &fakeService{push: func(_ int, _ http.ResponseWriter, r *http.Request) { cancel(); <-r.Context().Done() }}
			_, err := tc.do(ctx, newClient(t, f))
			assert.ErrorIs(t, err, context.Canceled, tc.name)
			assert.Equal(t, tc.risk != riskNone, isDoubt(err), "%s: %v", tc.name, err)
		})
	}
}

// net/http repeats a GET by itself when the response on a used connection is
// lost. One that deletes must not be.
func TestADeletionIsNotRepeatedByTheTransport(t *testing.T) {
	for _, api := range schema.SessionAPIs() {
		var deletions atomic.Int32
		s := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == loginPath {
				issue(1, w, r) // on the connection that the deletion will use again
				return
			}
			deletions.Add(1)
			assert.Empty(t, r.TransferEncoding)
			assert.Zero(t, r.ContentLength)
			assert.Equal(t, clearEndpoint(api).key+"=an+id%26more", r.URL.RawQuery)
			conn, _, err := w.(http.Hijacker).Hijack()
			if assert.NoError(t, err) {
				_ = conn.Close()
			}
		}))
		_, err := clientOf(t, s, 5).Clear(t.Context(), api, "an id&more")
		assert.True(t, isDoubt(err), "%v", err)
		assert.EqualValues(t, 1, deletions.Load(), api)
	}
}

func TestNoIDNoRequest(t *testing.T) {
	f := &fakeService{}
	c := newClient(t, f)
	for _, api := range schema.SessionAPIs() {
		_, err := c.Clear(t.Context(), api, "")
		assert.ErrorIs(t, err, errNoID)
		_, err = c.Result(t.Context(), ResultRequest{API: api})
		assert.ErrorIs(t, err, errNoID)
	}
	logins, sent := f.counts()
	assert.Zero(t, logins+sent)
}

// Of what opens a session, of a person and of our own keys nothing is shown,
// whatever the response.
func TestNoSecretOfASessionIsEverShown(t *testing.T) {
	data := map[string]any{
		"signatureId": "s", "url": "https://h5.advance.ai/idvs/?token=page-s3cr3t", "license": "licence-s3cr3t", "expireTimestamp": 1,
		"image": "cGljdHVyZS1zM2NyM3Q=", "detectionResult": "https://cdn.example/x?sign=link-s3cr3t", "score": 12, "livenessScore": 90,
		"overallResult": "PASS", "errorCode": "SUCCESS",
	}
	for _, code := range []string{success, "PARAMETER_ERROR", "ERROR", "IAM_FAILED", "RETRY_LATER", "the-very-token"} {
		for _, status := range []int{200, 503} {
			for _, tc := range sessionCalls(t) {
				synctest.Test(t, func(t *testing.T) {
					var log bytes.Buffer
					h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
						body, _ := io.ReadAll(r.Body)
						if r.URL.Path == loginPath {
							_, _ = io.WriteString(w, `{"code":"SUCCESS","data":{"token":"the-very-token","expiredTime":null}}`)
							return
						}
						w.Header().Set("Location", "https://the-very-token.example/")
						w.Header().Set("Server", "the-very-token")
						w.WriteHeader(status)
						_ = json.NewEncoder(w).Encode(map[string]any{
							"code": code, "message": "not with the-very-token", "data": data, "transactionId": "the-very-token", "extra": string(body),
						})
					})
					c := newClient(t, h, func(cfg *Config) {
						cfg.Log = slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: levelTrace}))
					})
					got, err := tc.do(t.Context(), c)
					shown := log.String() + fmt.Sprint(err)
					require.Contains(t, shown, tc.path, "the log holds what was sent")
					if r, ok := got.(Result); ok {
						shown += string(r.Data) + fmt.Sprint(r.Explain(), r.Code, r.Message, r.TransactionID)
					}
					for _, secret := range []string{
						"the-very-token", "page-s3cr3t", "licence-s3cr3t", "link-s3cr3t", "cGljdHVyZS", "picture-s3cr3t", secretKey, "u-1", "b-1",
					} {
						if at := strings.Index(shown, secret); at >= 0 {
							t.Errorf("%s, %s: %q is shown: …%s…", tc.name, code, secret, shown[max(0, at-100):min(len(shown), at+60)])
						}
					}
				})
			}
		}
	}
}
