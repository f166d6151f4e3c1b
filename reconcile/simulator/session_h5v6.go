package simulator

import "net/http"

// tokenPage is where the page of a Get Token session lies.
const tokenPage = "/h5/"

// The codes that sessions of the H5 APIs are answered with.
const (
	regionWrong       = "REGION_WRONG"
	resultNotFound    = "RESULT_NOT_FOUND"
	signatureNotExist = "SIGNATURE_NOT_EXIST"
	livenessNoResult  = "LIVENESS_NO_RESULT"
)

func (s sessionCalls) h5v6Calls() []endpoint {
	return []endpoint{
		{group: "get_token", method: http.MethodPost, path: "/openapi/liveness/v2/h5/token", illegal: inputIllegal, serve: s.sessionToken},
		{group: "get_result", method: http.MethodPost, path: "/openapi/liveness/v4/h5/get-result",
			illegal: inputIllegal, serve: s.tokenResult, dataOf: rejectedPicture},
		{group: "clear_data", method: http.MethodGet, path: "/liveness/h5/ext/v1/clear-data",
			serve: s.clearToken, messages: map[string]string{serverError: "server error", parameterFault: parameterIllegal}},
	}
}

func (s sessionCalls) sessionToken(q request) response {
	f := q.form
	region := f.text("region")
	in := input{ReturnURL: f.link("returnUrl"), FailReturnURL: f.link("failedReturnUrl")}
	tries := f.integer("tryCount", true, triesOffered)
	f.text("userId") // nothing ever reads it, so it is not kept
	f.word("productLevel", "STANDARD", "PRO")
	switch {
	case f.wrong:
		return refuse(inputIllegal)
	case in.ReturnURL == "" || region == "":
		return refuse(parameterMissing)
	case !isCountry(region):
		return withCode(regionWrong)
	case !isNavigable(in.ReturnURL):
		return refuse(returnURLIllegal)
	case tries <= 0:
		return refuse(triesIllegal)
	case in.FailReturnURL != "" && !isNavigable(in.FailReturnURL):
		return refuse(failReturnURLIllegal)
	}
	return s.open(q, tokenPage, session{API: h5v6, Input: in, Tries: tries})
}

// tokenOutcome is the data of a Get Result answer, images in base64. A picture
// that there is none of is null.
type tokenOutcome struct {
	Image         *string `json:"image"`
	ImageFar      *string `json:"imageFar"`
	ImageNear     *string `json:"imageNear"`
	FarImageTime  *int64  `json:"farImageTime"`
	NearImageTime *int64  `json:"nearImageTime"`
	AuditImageURL *string `json:"auditImageUrl"`
	Score         *int    `json:"score"`
	CameraType    string  `json:"cameraType"`
	Video         *string `json:"video"`
	MultiDevice   *bool   `json:"multiDevice,omitempty"`
	UseSlaveURL   *bool   `json:"useSlaveUrl,omitempty"`
	AttackType    *int    `json:"attackType"`
}

func (s sessionCalls) tokenResult(q request) response {
	f := q.form
	id := f.link("signatureId")
	if f.wrong {
		return refuse(inputIllegal)
	}
	if id == "" {
		return refuse(parameterMissing)
	}
	v, ok := s.store.session(q.account, h5v6, id)
	how := v.outcomeAt(q.now)
	switch {
	case !ok:
		return withCode(signatureNotExist)
	case v.Cleared:
		return withCode(resultNotFound)
	case !how.hasResult():
		return withCode(livenessNoResult)
	}
	far := inBase64(mediaFar)
	return succeed(tokenOutcome{
		Image: &far, ImageFar: &far, ImageNear: new(inBase64(mediaNear)), Video: new(inBase64(mediaVideo)),
		FarImageTime: new(v.farTime()), NearImageTime: new(v.nearTime()),
		Score: new(how.score()), CameraType: "WEB_CAMERA", AttackType: how.attackType(),
	})
}

// rejectedPicture is what comes with the five codes that find fault with the
// picture: the picture. No check here ends with them, only a fault does.
func rejectedPicture(q request, code string) any {
	image := inBase64(mediaFar)
	data := tokenOutcome{Image: &image, ImageFar: &image, FarImageTime: new(q.now.UnixMilli()), CameraType: "WEB_CAMERA"}
	switch code {
	case "TOO_MANY_FACES_DETECTED":
		return data
	case "NO_FACE_DETECTED", "INVALID_FACE_DETECTED", "FACE_OCCLUDED", "FACE_QUALITY_TOO_POOR":
		data.MultiDevice, data.UseSlaveURL = new(false), new(false)
		return data
	default:
		return nil
	}
}

// clearToken also ends a session that is still open: the documents do not
// forbid it, and nothing personal may outlive the wish to be forgotten.
func (s sessionCalls) clearToken(q request) response {
	id := q.query.Get("signatureId")
	v, ok := s.store.session(q.account, h5v6, id)
	if !ok {
		return refuse(parameterIllegal)
	}
	return s.clear(q, id, v)
}
