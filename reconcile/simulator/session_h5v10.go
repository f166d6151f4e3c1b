package simulator

import (
	"cmp"
	"net/http"
)

// urlPage is where the page of a Generate URL session lies.
const urlPage = "/idvs/"

// intlPath is what the paths of the newer API have in common.
const intlPath = "/intl/openapi/identity-risk/idvs-h5/ekyc/v1/"

// The sentences of a refused clearing.
const (
	signatureEmpty   = "SignatureId is empty"
	signatureUnknown = "SignatureId is not exist"
	unfinished       = "Transaction is not finished"
)

func (s sessionCalls) h5v10Calls() []endpoint {
	return []endpoint{
		{group: "generate_url", method: http.MethodPost, path: intlPath + "generate-liveness-detection-url", illegal: inputIllegal, serve: s.generateURL},
		{group: "get_result", method: http.MethodPost, path: intlPath + "get-result", illegal: inputIllegal, serve: s.urlResult,
			messages: map[string]string{serverError: "Server error."}},
		{group: "clear_data", method: http.MethodPost, path: intlPath + "clear-data",
			serve: s.clearURL, messages: map[string]string{parameterFault: signatureEmpty}},
	}
}

func (s sessionCalls) generateURL(q request) response {
	f := q.form
	in := input{
		ReturnURL: f.link("returnUrl"), FailReturnURL: f.link("failReturnUrl"), CallbackURL: present(f.link("callbackUrl")), BizID: f.text("bizId"), UserID: f.text("userId"),
		Region: f.text("region"), Language: f.optional("language"), ColourScheme: f.word("prefersColorScheme", "light", "dark"),
		BizCode: f.optional("bizCode"), ProductLevel: f.optional("productLevel"),
		IframeEnabled: f.flag("iframeEnabled"), LivenessType: f.optional("livenessType"),
	}
	in.ColourScheme = cmp.Or(in.ColourScheme, "light")
	if a := in.check(f.wrong); a.code != "" {
		return a
	}
	return s.open(q, urlPage, session{API: h5v10, Input: in})
}

// check finds the first fault of a Generate URL request, in the order of the
// documents' table as far as they have one.
func (in input) check(wrong bool) response {
	switch {
	case wrong:
		return refuse(inputIllegal)
	case in.ReturnURL == "" || in.FailReturnURL == "" || in.BizID == "" || in.UserID == "" || in.Region == "":
		return refuse(parameterMissing)
	case !isCountry(in.Region):
		return withCode(regionWrong)
	case in.BizCode != nil && (len(*in.BizCode) > 32 || !isAlphanumeric(*in.BizCode)),
		in.CallbackURL != nil && !isCallable(*in.CallbackURL):
		return refuse(inputIllegal)
	case !isNavigable(in.ReturnURL):
		return refuse(returnURLIllegal)
	case in.ProductLevel != nil && *in.ProductLevel != "STANDARD" && *in.ProductLevel != "PRO":
		return refuse(levelIllegal)
	case !isNavigable(in.FailReturnURL):
		return refuse(failReturnURLIllegal)
	}
	return response{}
}

// urlOutcome is the data of a Get Result answer.
type urlOutcome struct {
	SignatureID     string      `json:"signatureId"`
	OverallResult   string      `json:"overallResult"`
	IDVResult       string      `json:"idvResult"`
	ErrorCode       *string     `json:"errorCode"`
	FaceDetail      *faceDetail `json:"faceDetail"`
	CountryCodeISO3 string      `json:"countryCodeIso3"`
	InputParameters input       `json:"inputParameters"`
}

type faceDetail struct {
	FaceResult        string  `json:"faceResult"`
	FaceImageFar      string  `json:"faceImageFar"`
	FaceImageNear     string  `json:"faceImageNear"`
	AuditImageURL     string  `json:"auditImageUrl"`
	FaceLivenessScore int     `json:"faceLivenessScore"`
	EventDetails      []event `json:"eventDetails"`
}

// event is printed once in the documents, misspelt, and never explained.
type event struct {
	Event           string `json:"event"`
	Result          string `json:"result"`
	CreateTimestamp int64  `json:"createTimestmap"`
}

func (s sessionCalls) urlResult(q request) response {
	f := q.form
	id, shape := f.link("signatureId"), f.word("returnImageType", "URL", "BASE64")
	switch {
	case f.wrong:
		return refuse(inputIllegal)
	case id == "":
		return refuse(parameterMissing)
	}
	v, ok := s.store.session(q.account, h5v10, id)
	if !ok {
		return withCode(signatureNotExist)
	}
	how := v.outcomeAt(q.now)
	result, reason := how.overallResult()
	data := urlOutcome{
		SignatureID: id, OverallResult: result, IDVResult: result, ErrorCode: reason,
		CountryCodeISO3: v.Input.Region, InputParameters: v.Input,
	}
	if how.hasResult() {
		data.FaceDetail = s.faceDetail(q, id, v, shape == "BASE64")
	}
	return succeed(data)
}

// overallResult is the result and the reason as the documents pair them. What the
// service says before the user is done they leave open; here it is INCOMPLETE
// without a reason.
func (o outcome) overallResult() (string, *string) {
	switch o {
	case passed:
		return "PASS", new(success)
	case failed, attacked:
		return "FAIL", new("LIVENESS_ATTACK")
	case timedOut:
		return "INCOMPLETE", new("USER_TIMEOUT")
	}
	return "INCOMPLETE", nil
}

func (s sessionCalls) faceDetail(q request, id string, v session, embedded bool) *faceDetail {
	result, _ := v.Outcome.overallResult()
	link := v.mediaLinks(s.pageBase, id, q.now)
	d := &faceDetail{
		FaceResult: result, FaceImageFar: link(mediaFar), FaceImageNear: link(mediaNear), AuditImageURL: link(mediaAudit),
		FaceLivenessScore: v.Outcome.score(), EventDetails: []event{{"FE_DOCUMENT_SCAN", result, v.Ended}},
	}
	if embedded {
		d.FaceImageFar, d.FaceImageNear = inBase64(mediaFar), inBase64(mediaNear)
	}
	return d
}

// clearURL forgets the session altogether, for this API has no words for a
// result that was deleted, only for a signature that is not there.
func (s sessionCalls) clearURL(q request) response {
	id := q.query.Get("signatureId")
	if id == "" {
		return refuse(signatureEmpty)
	}
	v, ok := s.store.session(q.account, h5v10, id)
	switch {
	case !ok:
		return refuse(signatureUnknown)
	case v.outcomeAt(q.now) == "":
		return refuse(unfinished)
	}
	return s.clear(q, id, v)
}
