package liveness

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/schema"
)

func TestResultRequests(t *testing.T) {
	for name, tc := range map[string]struct {
		request ResultRequest
		body    string
		images  bool
	}{
		"get token":                   {ResultRequest{API: schema.H5Token, ID: "i"}, `{"signatureId":"i"}`, true},
		"get token, any form":         {ResultRequest{API: schema.H5Token, ID: "i", Base64: true, ResultType: "IMAGE_URL"}, `{"signatureId":"i"}`, true},
		"generate URL":                {ResultRequest{API: schema.H5URL, ID: "i"}, `{"signatureId":"i"}`, false},
		"generate URL, images":        {ResultRequest{API: schema.H5URL, ID: "i", Base64: true}, `{"signatureId":"i","returnImageType":"BASE64"}`, true},
		"licence":                     {ResultRequest{API: schema.SDKLicense, ID: "i"}, `{"livenessId":"i"}`, false},
		"licence, links":              {ResultRequest{API: schema.SDKLicense, ID: "i", ResultType: "IMAGE_URL"}, `{"livenessId":"i","resultType":"IMAGE_URL"}`, false},
		"licence, images as declared": {ResultRequest{API: schema.SDKLicense, ID: "i", ResultType: "IMAGE_BASE64"}, `{"livenessId":"i","resultType":"IMAGE_BASE64"}`, true},
		"licence, images as asked":    {ResultRequest{API: schema.SDKLicense, ID: "i", ResultType: "IMAGE_URL", Base64: true}, `{"livenessId":"i","resultType":"IMAGE_BASE64"}`, true},
	} {
		body, images := tc.request.body(resultEndpoint(tc.request.API))
		assert.Equal(t, tc.body, string(body), name)
		assert.Equal(t, tc.images, images, name)
	}
}

// resultOf asks for a result whose response holds data.
func resultOf(t *testing.T, api schema.SessionAPI, data string) (Result, error) {
	t.Helper()
	return newClient(t, told(data, "FREE")).Result(t.Context(), ResultRequest{API: api, ID: "i"})
}

func TestOutcomes(t *testing.T) {
	const token, url, sdk = schema.H5Token, schema.H5URL, schema.SDKLicense
	for name, tc := range map[string]struct {
		api     schema.SessionAPI
		data    string
		outcome string // "" for pending
		code    string
	}{
		"just enough":                    {token, `{"score":50}`, Pass, success},
		"not quite enough":               {token, `{"score":49.999}`, Fail, success},
		"a score in a string":            {token, `{"score":"50.5"}`, Pass, success},
		"no score yet":                   {token, `{"score":null}`, "", success},
		"no number":                      {token, `{"score":"NaN"}`, "", success},
		"beyond the scale":               {token, `{"score":1e9}`, "", success},
		"below the scale":                {token, `{"score":-1}`, "", success},
		"a score somewhere else":         {token, `{"data":{"score":99}}`, "", success},
		"a paid score":                   {sdk, `{"livenessScore":50.0}`, Pass, success},
		"a paid score that is low":       {sdk, `{"livenessScore":0.0,"attackType":1}`, Fail, success},
		"a paid answer without a score":  {sdk, `{"livenessScore":null}`, Incomplete, success},
		"passed":                         {url, `{"overallResult":"PASS","errorCode":"SUCCESS"}`, Pass, success},
		"passed, under the older name":   {url, `{"idvResult":"PASS","errorCode":"SUCCESS"}`, Pass, success},
		"the newer name counts":          {url, `{"idvResult":"PASS","overallResult":"FAIL","errorCode":"LIVENESS_ATTACK"}`, Fail, "LIVENESS_ATTACK"},
		"passed with a low score":        {url, `{"overallResult":"PASS","errorCode":"SUCCESS","faceDetail":{"faceLivenessScore":3}}`, Pass, success},
		"too slow":                       {url, `{"overallResult":"INCOMPLETE","errorCode":"USER_TIMEOUT"}`, Incomplete, "USER_TIMEOUT"},
		"a reason that nobody explains":  {url, `{"overallResult":"FAIL","errorCode":"NEW_REASON"}`, Fail, "NEW_REASON"},
		"still open":                     {url, `{"overallResult":"INCOMPLETE","errorCode":null}`, "", success},
		"still open, with a code for it": {url, `{"overallResult":"INCOMPLETE","errorCode":"SUCCESS"}`, "", success},
		"nothing said":                   {url, `{}`, "", success},
		"a word that nobody explains":    {url, `{"overallResult":"PROCESSING"}`, "", success},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := resultOf(t, tc.api, tc.data)
			require.NoError(t, err)
			assert.Equal(t, tc.outcome, r.Outcome)
			assert.Equal(t, tc.outcome == "", r.Pending)
			assert.Equal(t, tc.code, r.Code)
			assert.Equal(t, tc.outcome == Pass, len(r.Explain()) == 0 || tc.code == success && tc.outcome == Pass, "%v", r.Explain())
			for _, line := range r.Explain() {
				assert.Regexp(t, `^[A-Z].*\.$`, line)
			}
		})
	}
}

func TestExplanations(t *testing.T) {
	score := func(f float64) *float64 { return &f }
	kind := func(n int) *int { return &n }
	for name, tc := range map[string]struct {
		result Result
		want   []string
	}{
		"passed":       {Result{Outcome: Pass, Code: success, Score: score(99)}, nil},
		"a low score":  {Result{Outcome: Fail, Code: success, Score: score(49.96)}, []string{"score is 49.96 of 100"}},
		"presentation": {Result{Outcome: Fail, Code: success, Score: score(0), AttackType: kind(1)}, []string{"score is 0 of 100", "Presentation attack"}},
		"injection":    {Result{Outcome: Fail, Code: success, AttackType: kind(2)}, []string{"Injection attack"}},
		"unsure":       {Result{Outcome: Fail, Code: success, AttackType: kind(3)}, []string{"Unsure attack"}},
		"something":    {Result{Outcome: Fail, Code: success, AttackType: kind(9)}, []string{"type 9"}},
		"a face":       {Result{Outcome: Fail, Code: "FACE_OCCLUDED"}, []string{"Face covered.", "open a new session"}},
		"a risk":       {Result{Outcome: Fail, Code: "RISK_STRATEGY_HIT"}, []string{"risk rules"}},
		"a timeout":    {Result{Outcome: Incomplete, Code: "USER_TIMEOUT"}, []string{"did not finish within the hour"}},
		"unknown":      {Result{Outcome: Fail, Code: "NEW"}, []string{"the reason NEW"}},
		"no reason":    {Result{Outcome: Fail}, []string{"gives no reason"}},
		"no score":     {Result{Outcome: Incomplete, Code: success}, []string{"holds no score"}},
		"pending":      {Result{Pending: true, Code: "LIVENESS_NO_RESULT"}, []string{"no result yet"}},
	} {
		got := tc.result.Explain()
		if assert.Len(t, got, len(tc.want), "%s: %v", name, got) {
			for i, want := range tc.want {
				assert.Contains(t, got[i], want, name)
			}
		}
	}
}

func TestASessionThatIsNotOverIsNoError(t *testing.T) {
	for _, said := range []saying{{"LIVENESS_NO_RESULT", "This token has no detection result."}, {"PARAMETER_ERROR", "transaction is not finished"}} {
		for _, api := range schema.SessionAPIs() {
			r, err := newClient(t, &fakeService{push: says(said.code, said.message)}).Result(t.Context(), ResultRequest{API: api, ID: "i"})
			require.NoError(t, err)
			assert.True(t, r.Pending)
			assert.Empty(t, r.Outcome)
			assert.Equal(t, said.code, r.Code)
			assert.Nil(t, r.Data)
		}
	}
	_, err := newClient(t, &fakeService{push: says("PARAMETER_ERROR", "Transaction is not finished")}).Clear(t.Context(), schema.H5URL, "i")
	assert.ErrorContains(t, err, "Transaction is not finished", "to a deletion it is one")
}

func TestASuccessWithoutData(t *testing.T) {
	for _, api := range schema.SessionAPIs() {
		for _, data := range []string{"null", `"PASS"`, `[{"score":99}]`} {
			r, err := newClient(t, told(data, "PAY")).Result(t.Context(), ResultRequest{API: api, ID: "i"})
			require.ErrorContains(t, err, "the service reports success, but its ")
			assert.ErrorContains(t, err, "(transaction t-7); it was billed")
			assert.Empty(t, r.Outcome)
		}
	}
}

const (
	jpegHead = "\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"
	pngHead  = "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
	webmHead = "\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81\x04\x42\xf3\x81\x08\x42\x82\x84webm"
	zipHead  = "PK\x03\x04\x14\x00\x00\x00\x00\x00"
	mp4Head  = "\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom"
	iso5Head = "\x00\x00\x00\x1cftypiso5\x00\x00\x00\x01isomiso5hlsf"
	heicHead = "\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"
	avifHead = "\x00\x00\x00\x18ftypavif\x00\x00\x00\x00mif1avif"
	qtHead   = "\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00qt  "
)

func in64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

func TestSift(t *testing.T) {
	long := strings.Repeat("abcd", 100)
	for name, tc := range map[string]struct {
		data  string
		clean string
		media []Medium
	}{
		"nothing to sift": {`{"b":1.50,"a":[true,null,"x",{}],"score":1e2}`, `{"b":1.50,"a":[true,null,"x",{}],"score":1e2}`, nil},
		"an image":        {`{"image":"` + in64(jpegHead) + `"}`, `{"image":"(image: image/jpeg, 22 bytes)"}`, []Medium{{Name: "image", Data: []byte(jpegHead), Type: "image/jpeg"}}},
		"in other letters": {`{"image":"` + strings.TrimRight(base64.URLEncoding.EncodeToString([]byte(jpegHead)), "=") + `"}`, `{"image":"(image: image/jpeg, 22 bytes)"}`,
			[]Medium{{Name: "image", Data: []byte(jpegHead), Type: "image/jpeg"}}},
		"on many lines": {`{"image":"` + in64(pngHead)[:8] + `\r\n` + in64(pngHead)[8:] + `\n"}`, `{"image":"(image: image/png, 16 bytes)"}`, []Medium{{Name: "image", Data: []byte(pngHead), Type: "image/png"}}},
		"as an address": {`{"note":"data:image/png;base64,` + in64(pngHead) + `"}`, `{"note":"(note: image/png, 16 bytes)"}`, []Medium{{Name: "note", Data: []byte(pngHead), Type: "image/png"}}},
		"a link":        {`{"faceDetail":{"faceVideoUrl":"https://e.com/v?sign=x"}}`, `{"faceDetail":{"faceVideoUrl":"(video: a link)"}}`, []Medium{{Name: "video", URL: "https://e.com/v?sign=x"}}},
		"names twice": {`{"image":"https://e.com/1","faceImage":"HTTPS://e.com/2"}`, `{"image":"(image: a link)","faceImage":"(image_2: a link)"}`,
			[]Medium{{Name: "image", URL: "https://e.com/1"}, {Name: "image_2", URL: "HTTPS://e.com/2"}}},
		"a list":            {`{"auditImages":["https://e.com/1",{"thumbPhoto":"https://e.com/2"}]}`, `{"auditImages":["(audit_images: a link)",{"thumbPhoto":"(thumb_photo: a link)"}]}`, []Medium{{Name: "audit_images", URL: "https://e.com/1"}, {Name: "thumb_photo", URL: "https://e.com/2"}}},
		"unheard-of":        {`{"selfVideoWebm":"` + in64(webmHead) + `"}`, `{"selfVideoWebm":"(self_video_webm: video/webm, 28 bytes)"}`, []Medium{{Name: "self_video_webm", Data: []byte(webmHead), Type: "video/webm"}}},
		"only sounds so":    {`{"imageQuality":"GOOD","farImageTime":17,"imageFarTime":"1713247589908"}`, `{"imageQuality":"GOOD","farImageTime":17,"imageFarTime":"1713247589908"}`, nil},
		"an ordinary link":  {`{"returnUrl":"https://e.com/done"}`, `{"returnUrl":"https://e.com/done"}`, nil},
		"long and nameless": {`{"../../etc":"` + in64(zipHead+strings.Repeat("x", 300)) + `"}`, `{"../../etc":"(______etc: application/zip, 310 bytes)"}`, []Medium{{Name: "______etc", Data: []byte(zipHead + strings.Repeat("x", 300)), Type: "application/zip"}}},
		"letters":           {`{"note":"a <b> & \u001b[31m c"}`, `{"note":"a <b> & \u001b[31m c"}`, nil},
		"our token":         {`{"token-1":"not token-1"}`, `{"(sensitive value)":"not (sensitive value)"}`, nil},
		"what lets in":      {`{"url":"https://e.com/?Token=x","license":"l","token":"t"}`, `{"url":"(sensitive value)","license":"(sensitive value)","token":"(sensitive value)"}`, nil},
		"empty":             {`{"image":"","video":null}`, `{"image":"","video":null}`, nil},
		"a sentence":        {`{"note":"` + strings.Repeat("ab ", 200) + `"}`, `{"note":"` + strings.Repeat("ab ", 200) + `"}`, nil},
		"a bulk":            {`{"note":"` + long + `"}`, `{"note":"(note: 400 characters left out)"}`, []Medium{{Name: "note"}}},
		"no image":          {`{"image":"` + in64("<svg>") + `"}`, `{"image":"(image: 8 characters left out)"}`, []Medium{{Name: "image"}}},
		"no base64":         {`{"image":"/9j/4AAXXXXXXXXXX"}`, `{"image":"(image: 17 characters left out)"}`, []Medium{{Name: "image"}}},
		"a link to nothing": {`{"image":"https://"}`, `{"image":"(image: a link that is no usable address)"}`, []Medium{{Name: "image"}}},
		"a plain link":      {`{"image":"http://e.com/x"}`, `{"image":"(image: a link that is not https)"}`, []Medium{{Name: "image"}}},
	} {
		t.Run(name, func(t *testing.T) {
			c := newClient(t, nil)
			c.redactor.add("token-1")
			s, err := c.parseResult(json.RawMessage(tc.data))
			require.NoError(t, err)
			assert.Equal(t, tc.clean, string(s.json))
			require.Len(t, s.media, len(tc.media))
			for i, want := range tc.media {
				got := s.media[i]
				assert.Equal(t, want.URL == "" && want.Data == nil, got.Fault() != nil, "%v", got.Fault())
				got.fault = nil
				assert.Equal(t, want, got)
			}
		})
	}
}

func FuzzSift(f *testing.F) {
	for _, seed := range []string{`{"image":"` + in64(jpegHead) + `"}`, `{"a":[{"b":[[]]}],"c":{}}`, `{"":""}`, `{"auditImages":["https://e.com/",1]}`, `{"\u0000":"\ud800"}`} {
		f.Add([]byte(seed))
	}
	c, err := New(Config{BaseURL: "https://api.advance.ai", AccessKey: "a", SecretKey: "s"})
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, data []byte) {
		if !json.Valid(data) {
			return
		}
		s, err := c.parseResult(data)
		if err != nil {
			return
		}
		if len(data) == 0 {
			return
		}
		require.True(t, json.Valid(s.json), "%s", s.json)
		names := make(map[string]bool)
		for _, m := range s.media {
			require.Regexp(t, `^[a-z0-9_]+$`, m.Name, "it becomes the name of a file")
			require.False(t, names[m.Name], "two media of one name")
			names[m.Name] = true
			require.True(t, (m.Fault() != nil) != (m.URL != "" || len(m.Data) > 0))
		}
		again, err := c.parseResult(s.json)
		require.NoError(t, err)
		for _, m := range again.media {
			require.NotContains(t, m.URL, "://", "no link is left")
			require.Empty(t, m.Data, "no picture is left")
		}
	})
}

func TestAnswersWithImagesMayBeLong(t *testing.T) {
	picture := in64(jpegHead + strings.Repeat("x", 3<<20))
	long := func(_ int, w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintf(w, `{"code":"SUCCESS","transactionId":"t","data":{"score":90,"livenessScore":90,"overallResult":"PASS","image":%q}}`, picture)
	}
	for _, api := range schema.SessionAPIs() {
		r, err := newClient(t, &fakeService{push: long}).Result(t.Context(), ResultRequest{API: api, ID: "i", Base64: true})
		require.NoError(t, err)
		require.Len(t, r.Media, 1)
		assert.Len(t, r.Media[0].Data, 3<<20+len(jpegHead))
		assert.Less(t, len(r.Data), 200)
	}
	_, err := newClient(t, &fakeService{push: long}, func(cfg *Config) { cfg.Retries = 0 }).Result(t.Context(), ResultRequest{API: schema.H5URL, ID: "i"})
	assert.ErrorContains(t, err, "longer than 1 MiB", "without images it is too long")
}

func TestALongAnswerIsNotAskedForTwice(t *testing.T) {
	f := &fakeService{push: func(_ int, w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, padded(2<<20+1)) }}
	c := newClient(t, f)
	_, err := c.send(t.Context(), request{name: "Get Result", method: http.MethodPost, path: "/x", retries: 5, repeatable: true, responseLimit: 2 << 20})
	assert.ErrorContains(t, err, "longer than 2 MiB")
	_, sent := f.counts()
	assert.Equal(t, 1, sent)
}
