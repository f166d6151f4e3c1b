package simulator_test

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"image/jpeg"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile/simulator"
)

func TestTokenResultAnswers(t *testing.T) {
	for outcome, want := range map[string]struct {
		score  float64
		attack any
	}{"pass": {99, nil}, "fail": {32, nil}, "attack": {0, 1.0}} {
		for _, auto := range []string{"", outcome} {
			at := newClock()
			s, token := started(t, simulator.Config{Now: at.now, AutoComplete: auto})
			o := open(t, s, token, getTokenPath, getTokenBody)
			if auto == "" {
				assert.Equal(t, "LIVENESS_NO_RESULT: This token has no detection result", endpoint(t, s, http.MethodPost, tokenResultPath, token, idBody(o.SignatureID)).said())
				finish(t, s, o, outcome)
			}
			e := endpoint(t, s, http.MethodPost, tokenResultPath, token, idBody(o.SignatureID))
			require.Equal(t, ok, e.said())
			assert.Equal(t, "FREE", e.PricingStrategy)
			data := membersOf(t, e.Data)
			for _, image := range []string{"image", "imageFar", "imageNear"} {
				raw, err := base64.StdEncoding.DecodeString(data[image].(string))
				require.NoError(t, err)
				assert.True(t, strings.HasPrefix(data[image].(string), "/9j/"), "as the samples begin")
				_, err = jpeg.Decode(bytes.NewReader(raw))
				require.NoError(t, err)
			}
			assert.Equal(t, data["image"], data["imageFar"])
			assert.NotEqual(t, data["imageFar"], data["imageNear"])
			video, err := base64.StdEncoding.DecodeString(data["video"].(string))
			require.NoError(t, err)
			assert.Equal(t, "video/webm", http.DetectContentType(video))
			for _, name := range []string{"image", "imageFar", "imageNear", "video"} {
				delete(data, name)
			}
			ended := float64(at.at.UnixMilli())
			assert.Empty(t, cmp.Diff(map[string]any{
				"farImageTime": ended - 4000, "nearImageTime": ended - 1000, "auditImageUrl": nil,
				"score": want.score, "cameraType": "WEB_CAMERA", "attackType": want.attack,
			}, data))
		}
	}
}

func TestURLResultAnswers(t *testing.T) {
	at := newClock()
	s, token := started(t, simulator.Config{Now: at.now, Callback: noCallbacks()})
	var given map[string]any
	require.NoError(t, json.Unmarshal([]byte(generateBody), &given))
	given["ignoreFailWhenJump"] = false
	for outcome, want := range map[string]struct {
		result, reason string
		score          float64
	}{"pass": {"PASS", "SUCCESS", 99}, "fail": {"FAIL", "LIVENESS_ATTACK", 32}, "attack": {"FAIL", "LIVENESS_ATTACK", 0}, "timeout": {"INCOMPLETE", "USER_TIMEOUT", -1}, "": {"INCOMPLETE", "", -1}} {
		t.Run(outcome, func(t *testing.T) {
			o := open(t, s, token, generatePath, generateBody)
			if outcome != "" {
				finish(t, s, o, outcome)
			}
			e := endpoint(t, s, http.MethodPost, urlResultPath, token, idBody(o.SignatureID))
			require.Equal(t, ok, e.said())
			assert.Equal(t, "FREE", e.PricingStrategy)
			data := membersOf(t, e.Data)
			face, _ := data["faceDetail"].(map[string]any)
			delete(data, "faceDetail")
			var reason any
			if want.reason != "" {
				reason = want.reason
			}
			assert.Empty(t, cmp.Diff(map[string]any{
				"signatureId": o.SignatureID, "overallResult": want.result, "idvResult": want.result, "errorCode": reason,
				"countryCodeIso3": "PHL", "inputParameters": given,
			}, data))
			if want.score < 0 {
				assert.Nil(t, face)
				return
			}
			for _, link := range []string{"faceImageFar", "faceImageNear", "auditImageUrl"} {
				assert.Equal(t, http.StatusOK, browse(t, s, http.MethodGet, face[link].(string), "").Code)
				delete(face, link)
			}
			assert.Empty(t, cmp.Diff(map[string]any{"faceResult": want.result, "faceLivenessScore": want.score, "eventDetails": []any{
				map[string]any{"event": "FE_DOCUMENT_SCAN", "result": want.result, "createTimestmap": float64(at.at.UnixMilli())},
			}}, face))

			e = endpoint(t, s, http.MethodPost, urlResultPath, token, `{"signatureId":"`+o.SignatureID+`","returnImageType":"BASE64"}`)
			face = membersOf(t, e.Data)["faceDetail"].(map[string]any)
			for _, name := range []string{"faceImageFar", "faceImageNear"} {
				raw, err := base64.StdEncoding.DecodeString(face[name].(string))
				require.NoError(t, err)
				assert.Equal(t, "image/jpeg", http.DetectContentType(raw))
			}
			assert.Contains(t, face["auditImageUrl"], "http://")
		})
	}
	// What was not given is null, but for the scheme, which has a default.
	o := open(t, s, token, generatePath, `{"returnUrl":"https://a.example/","failReturnUrl":"https://b.example/","bizId":"b","userId":"u","region":"NGA","iframeEnabled":true}`)
	e := endpoint(t, s, http.MethodPost, urlResultPath, token, idBody(o.SignatureID))
	assert.Empty(t, cmp.Diff(map[string]any{
		"returnUrl": "https://a.example/", "failReturnUrl": "https://b.example/", "callbackUrl": nil, "bizId": "b", "userId": "u", "region": "NGA", "language": nil,
		"prefersColorScheme": "light", "ignoreFailWhenJump": false, "bizCode": nil, "productLevel": nil, "iframeEnabled": true,
	}, membersOf(t, e.Data)["inputParameters"]))
}

func TestDetectionResultAnswers(t *testing.T) {
	at := newClock()
	s, token := started(t, simulator.Config{Now: at.now})
	ended := float64(at.at.UnixMilli())
	for id, want := range map[string]struct {
		score  string
		attack any
	}{"sim-pass": {"99.0", nil}, "sim-pass-of-somebody": {"99.0", nil}, "sim-fail-2": {"32.0", nil}, "sim-attack": {"0.0", 1.0}} {
		for _, shape := range []string{"IMAGE_URL", "IMAGE_BASE64"} {
			e := endpoint(t, s, http.MethodPost, detectionPath, token, `{"livenessId":"`+id+`","resultType":"`+shape+`"}`)
			require.Equal(t, ok, e.said())
			assert.Equal(t, "PAY", e.PricingStrategy)
			assert.Contains(t, string(e.Data), `"livenessScore":`+want.score+`,`)
			data := membersOf(t, e.Data)
			assert.Len(t, data, 9)
			assert.Equal(t, want.attack, data["attackType"])
			assert.Nil(t, data["attackSubType"])
			pictures := []any{data["imageFarUrl"], data["imageNearUrl"]}
			if want.attack != nil {
				assert.Nil(t, data["auditImageUrl"])
				assert.Nil(t, data["farImageTime"])
				assert.Nil(t, data["nearImageTime"])
			} else {
				pictures = append(pictures, data["auditImageUrl"])
				assert.Equal(t, ended-4000, data["farImageTime"])
				assert.Equal(t, ended-1000, data["nearImageTime"])
			}
			if shape == "IMAGE_URL" {
				pictures = append(pictures, data["detectionResult"])
			} else {
				raw, err := base64.StdEncoding.DecodeString(data["detectionResult"].(string))
				require.NoError(t, err)
				assert.Equal(t, "image/jpeg", http.DetectContentType(raw))
			}
			for _, link := range pictures {
				assert.Equal(t, http.StatusOK, browse(t, s, http.MethodGet, link.(string), "").Code)
			}
		}
	}
}

// The five codes that find fault with the picture bring it along.
func TestFacelessResults(t *testing.T) {
	for _, code := range []string{"TOO_MANY_FACES_DETECTED", "NO_FACE_DETECTED", "INVALID_FACE_DETECTED", "FACE_OCCLUDED", "FACE_QUALITY_TOO_POOR"} {
		s, token := started(t, simulator.Config{Faults: parseFaults(t, "get_result."+code+":2")})
		e := endpoint(t, s, http.MethodPost, tokenResultPath, token, idBody("f302f5d2454a85c2"))
		assert.Equal(t, code, e.Code)
		data := membersOf(t, e.Data)
		assert.NotEmpty(t, data["image"])
		assert.NotEmpty(t, data["imageFar"])
		for _, name := range []string{"imageNear", "nearImageTime", "auditImageUrl", "score", "video", "attackType"} {
			v, there := data[name]
			assert.True(t, there, name)
			assert.Nil(t, v, name)
		}
		_, there := data["multiDevice"]
		assert.Equal(t, code != "TOO_MANY_FACES_DETECTED", there)
		e = endpoint(t, s, http.MethodPost, urlResultPath, token, idBody("f302f5d2454a85c2"))
		assert.Equal(t, code, e.Code)
		assert.Equal(t, "null", string(e.Data), "the newer API has no such data")
	}
}

func TestFaultsOfSessions(t *testing.T) {
	requests := map[string]func(http.Handler, string) envelope{
		"get_token": func(s http.Handler, token string) envelope {
			return endpoint(t, s, http.MethodPost, getTokenPath, token, getTokenBody)
		},
		"generate_url": func(s http.Handler, token string) envelope {
			return endpoint(t, s, http.MethodPost, generatePath, token, generateBody)
		},
		"auth_license": func(s http.Handler, token string) envelope {
			return endpoint(t, s, http.MethodPost, licencePath, token, licenceBody)
		},
		"get_result": func(s http.Handler, token string) envelope {
			return endpoint(t, s, http.MethodPost, urlResultPath, token, idBody("x"))
		},
		"detection_result": func(s http.Handler, token string) envelope {
			return endpoint(t, s, http.MethodPost, detectionPath, token, detectionBody)
		},
		"clear_data": func(s http.Handler, token string) envelope {
			return endpoint(t, s, http.MethodPost, clearURLPath+"?signatureId=x", token, "")
		},
	}
	for group, send := range requests {
		s, token := started(t, simulator.Config{Callback: noCallbacks(), Faults: parseFaults(t, group+".RETRY_LATER:1")})
		for other, send := range requests {
			if other != group {
				assert.NotEqual(t, "RETRY_LATER", send(s, token).Code, "%s befalls %s", group, other)
			}
		}
		assert.Equal(t, ok, push(t, s, token, `{"locale":"en"}`).said(), group)
		assert.Equal(t, "RETRY_LATER", send(s, token).Code, group)
		assert.NotEqual(t, "RETRY_LATER", send(s, token).Code, group)
	}
	for spec, tc := range map[string]struct{ method, path, want string }{
		"clear_data.ERROR:1":                         {http.MethodGet, clearTokenPath, "ERROR: server error"},
		"clear_data.ERROR:1:7":                       {http.MethodGet, clearSDKPath, "ERROR: server error"},
		"clear_data.ERROR:1@0":                       {http.MethodPost, clearURLPath, "ERROR: Server error"},
		"clear_data.PARAMETER_ERROR:1":               {http.MethodGet, clearSDKPath, illegal},
		"clear_data.REQUEST_IN_PROCESSING:1":         {http.MethodPost, clearURLPath, "REQUEST_IN_PROCESSING: Your request is currently being processed. Please do not submit it repeatedly"},
		"detection_result.LIVENESS_ID_NOT_EXISTED:1": {http.MethodPost, detectionPath, "LIVENESS_ID_NOT_EXISTED: Liveness id does not exist"},
		"auth_license.ACCESS_DENIED:1":               {http.MethodPost, licencePath, "ACCESS_DENIED: Access denied"},
		"auth_license.SERVICE_DISABLED:1":            {http.MethodPost, licencePath, "SERVICE_DISABLED: Service disabled"},
		"get_token.ERROR:1":                          {http.MethodPost, getTokenPath, "ERROR: Server error"},
		"generate_url.ERROR:1":                       {http.MethodPost, generatePath, "ERROR: Server error"},
		"get_result.ERROR:1":                         {http.MethodPost, tokenResultPath, "ERROR: Server error"},
		"get_result.ERROR:1@0":                       {http.MethodPost, urlResultPath, "ERROR: Server error."},
		"detection_result.RESULT_NOT_FOUND:1":        {http.MethodPost, detectionPath, "RESULT_NOT_FOUND: The requested resource was not found or has been deleted"},
	} {
		s, token := started(t, simulator.Config{Faults: parseFaults(t, spec)})
		assert.Equal(t, tc.want, endpoint(t, s, tc.method, tc.path, token, "").said(), spec)
	}
}

func TestMedia(t *testing.T) {
	at := newClock()
	s, token := started(t, simulator.Config{Now: at.now, AutoComplete: "pass", Callback: noCallbacks(), PageBase: "https://sim.example/behind"})
	o := open(t, s, token, generatePath, generateBody)
	e := endpoint(t, s, http.MethodPost, urlResultPath, token, idBody(o.SignatureID))
	face := membersOf(t, e.Data)["faceDetail"].(map[string]any)
	link := func(name string) string {
		u := face[name].(string)
		require.Regexp(t, regexp.MustCompile(`^https://sim\.example/behind/media/[0-9a-f]{32}/[A-Za-z.]+\?expires=[0-9]+$`), u)
		return strings.Replace(u, "/behind", "", 1)
	}
	w := browse(t, s, http.MethodGet, link("faceImageFar"), "")
	require.Equal(t, http.StatusOK, w.Code)
	assert.Equal(t, "image/jpeg", w.Header().Get("Content-Type"))
	assert.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"))
	picture, err := jpeg.Decode(w.Body)
	require.NoError(t, err)
	assert.Equal(t, 96, picture.Bounds().Dx())
	w = browse(t, s, http.MethodGet, link("auditImageUrl"), "")
	assert.Equal(t, "application/zip", w.Header().Get("Content-Type"))
	z, err := zip.NewReader(bytes.NewReader(w.Body.Bytes()), int64(w.Body.Len()))
	require.NoError(t, err)
	require.Len(t, z.File, 2)
	for _, f := range z.File {
		r, err := f.Open()
		require.NoError(t, err)
		_, err = jpeg.Decode(r)
		require.NoError(t, err)
		require.NoError(t, r.Close())
	}

	good := link("faceImageFar")
	for name, bad := range map[string]string{
		"no such name":    strings.Replace(good, "faceImageFar.jpg", "../../etc/passwd", 1),
		"another id":      strings.Replace(good, "/media/", "/media/0", 1),
		"no id":           "/media//faceImageFar.jpg",
		"nothing":         "/media/",
		"a later end":     strings.Replace(good, "expires=1", "expires=2", 1),
		"no end":          strings.TrimSuffix(good, good[strings.Index(good, "?"):]),
		"an end in words": good[:strings.Index(good, "?")] + "?expires=never",
	} {
		assert.Equal(t, http.StatusNotFound, browse(t, s, http.MethodGet, bad, "").Code, name)
	}
	assert.Equal(t, http.StatusMethodNotAllowed, browse(t, s, http.MethodPost, good, "").Code)

	end := at.at.Add(24 * time.Hour).Truncate(time.Second)
	at.at = end.Add(-time.Nanosecond)
	assert.Equal(t, http.StatusOK, browse(t, s, http.MethodGet, good, "").Code)
	at.at = end
	assert.Equal(t, http.StatusGone, browse(t, s, http.MethodGet, good, "").Code)
	token = login(t, s, at.at)
	e = endpoint(t, s, http.MethodPost, urlResultPath, token, idBody(o.SignatureID))
	face = membersOf(t, e.Data)["faceDetail"].(map[string]any)
	assert.Equal(t, http.StatusOK, browse(t, s, http.MethodGet, link("faceImageFar"), "").Code, "asked again, the links are fresh")
}
