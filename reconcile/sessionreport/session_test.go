package sessionreport

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile/session"
	"livery/reconcile/terminal"
	"livery/schema"
)

func TestWriteOpened(t *testing.T) {
	o := session.Opened{API: schema.SDKLicense, Unused: []string{"-user-id", "-locale"}}
	o.License, o.TransactionID, o.Billed = "hunter2", "t1", true
	o.ExpiresAt = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	var text, object bytes.Buffer
	require.NoError(t, WriteOpened(&text, o, true, terminal.Style{}))
	assert.Contains(t, text.String(), "Sessions of sdk_license take no -user-id and no -locale.")
	assert.Contains(t, text.String(), "licence      hunter2\nexpires      2026-01-02T03:04:05Z\ntransaction  t1\n")
	assert.Contains(t, text.String(), "This call was billed")
	assert.NotContains(t, text.String(), "url", "an SDK session has no page")
	require.NoError(t, WriteOpenedJSON(&object, o))
	assert.JSONEq(t, `{"license": "hunter2", "expires_at": "2026-01-02T03:04:05Z", "transaction_id": "t1", "billed": true,
		"warnings": ["Sessions of sdk_license take no -user-id and no -locale."]}`, object.String())
}

func TestWriteResult(t *testing.T) {
	score := 12.5
	r := session.Result{Saved: []session.Medium{{Name: "image_far", File: "out/image_far.jpg", Type: "image/jpeg", Size: 7}, {Name: "video"}}}
	r.Outcome, r.Score, r.Code, r.Message, r.TransactionID = "FAIL", &score, "SUCCESS", "OK", "t1"
	var text bytes.Buffer
	require.NoError(t, WriteResult(&text, r, terminal.Style{}))
	assert.Equal(t, `outcome      FAIL
score        12.5
code         SUCCESS OK
             The liveness score is 12.5 of 100; below 50 the service takes it for a possible attack.
saved        out/image_far.jpg (image/jpeg, 7 bytes)
media        video (not saved; -out=DIR saves it)
transaction  t1
`, text.String())
	text.Reset()
	require.NoError(t, WriteResult(&text, session.Result{}, terminal.Style{}))
	assert.Contains(t, text.String(), "outcome      none yet\n")
}

func TestExportForms(t *testing.T) {
	e := &session.Export{Serial: 7, Sessions: []session.Exported{{Name: "sign-up", API: schema.H5Token, Requests: []session.Request{
		{Method: "POST", Path: "/p", Body: []byte(`{"a": "it's"}`)},
		{Locale: "th_TH", Body: []byte(`{}`), Language: "th_TH"},
	}}}}
	env, err := ExportEnv(e)
	require.NoError(t, err)
	assert.Equal(t, `# Written by livery from serial 7 of the state. Do not edit.
LIVERY_STATE_SERIAL=7
LIVERY_SESSION_SIGN_UP_API=h5_token
LIVERY_SESSION_SIGN_UP_PATH=/p
LIVERY_SESSION_SIGN_UP_DEFAULT_BODY='{"a":"it\u0027s"}'
LIVERY_SESSION_SIGN_UP_TH_TH_BODY='{}'
LIVERY_SESSION_SIGN_UP_TH_TH_LANGUAGE=th_TH
`, string(env))
	docker, err := ExportDocker(e)
	require.NoError(t, err)
	assert.Contains(t, string(docker), "LIVERY_SESSION_SIGN_UP_DEFAULT_BODY={\"a\":\"it's\"}\n", "docker keeps quotes")
	object, err := ExportJSON(e)
	require.NoError(t, err)
	script, err := ExportTypeScript(e)
	require.NoError(t, err)
	assert.Equal(t, "// Written by livery from serial 7 of the state. Do not edit.\nexport const livery = "+
		string(bytes.TrimSpace(object))+" as const;\n", string(script))
}
