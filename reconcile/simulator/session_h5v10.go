package simulator

import "net/http"

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

func (s *Simulator) h5v10Calls() []call {
	return []call{
		{group: "generate_url", method: http.MethodPost, path: intlPath + "generate-liveness-detection-url", serve: s.generateURL},
		{group: "get_result", method: http.MethodPost, path: intlPath + "get-result", serve: s.urlResult,
			says: map[string]string{serverError: "Server error."}},
		{
			group: "clear_data", method: http.MethodPost, path: intlPath + "clear-data",
			serve: s.clearURL, says: map[string]string{parameterFault: signatureEmpty},
		},
	}
}

func (s *Simulator) generateURL(q request) answer {
	f, fault := readForm(q.body, inputIllegal)
	if fault.code != "" {
		return fault
	}
	in := input{
		ReturnURL: f.link("returnUrl"), FailReturnURL: f.link("failReturnUrl"), BizID: f.text("bizId"), UserID: f.text("userId"),
		Region: f.text("region"), Language: f.optional("language"), ColourScheme: f.word("prefersColorScheme", "light", "dark"),
		BizCode: f.optional("bizCode"), ProductLevel: f.optional("productLevel"),
		IframeEnabled: f.flag("iframeEnabled"), LivenessType: f.optional("livenessType"),
	}
	if callback := f.link("callbackUrl"); callback != "" {
		in.CallbackURL = &callback
	}
	if in.ColourScheme == "" {
		in.ColourScheme = "light"
	}
	if a := in.judge(f.wrong); a.code != "" {
		return a
	}
	id, link, v, err := s.open(q, urlPage, session{API: h5v10, Input: in})
	if err != nil {
		return s.unkept(err)
	}
	a := accepted(struct {
		SignatureID string `json:"signatureId"`
		URL         string `json:"url"`
		ExpiredTime int64  `json:"expiredTime"`
	}{id, link, v.expires().UnixMilli()})
	a.transaction = id // as the documents print it
	return a
}

// judge finds the first fault of a Generate URL request, in the order of the
// documents' table as far as they have one.
func (in input) judge(wrong bool) answer {
	switch {
	case wrong:
		return refused(inputIllegal)
	case in.ReturnURL == "" || in.FailReturnURL == "" || in.BizID == "" || in.UserID == "" || in.Region == "":
		return refused(parameterMissing)
	case !country(in.Region):
		return coded(regionWrong)
	case in.BizCode != nil && (len(*in.BizCode) > 32 || !alphanumeric(*in.BizCode)),
		in.CallbackURL != nil && !callable(*in.CallbackURL):
		return refused(inputIllegal)
	case !navigable(in.ReturnURL):
		return refused(returnURLIllegal)
	case in.ProductLevel != nil && *in.ProductLevel != "STANDARD" && *in.ProductLevel != "PRO":
		return refused(levelIllegal)
	case !navigable(in.FailReturnURL):
		return refused(failReturnURLIllegal)
	}
	return answer{}
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

func (s *Simulator) urlResult(q request) answer {
	f, fault := readForm(q.body, inputIllegal)
	if fault.code != "" {
		return fault
	}
	id, shape := f.link("signatureId"), f.word("returnImageType", "URL", "BASE64")
	switch {
	case f.wrong:
		return refused(inputIllegal)
	case id == "":
		return refused(parameterMissing)
	}
	v, ok := s.session(q.account, h5v10, id)
	if !ok {
		return coded(signatureNotExist)
	}
	how := v.standing(q.now)
	result, reason := how.overall()
	data := urlOutcome{
		SignatureID: id, OverallResult: result, IDVResult: result, ErrorCode: reason,
		CountryCodeISO3: v.Input.Region, InputParameters: v.Input,
	}
	if how.resulted() {
		data.FaceDetail = s.faceDetail(q, id, v, shape == "BASE64")
	}
	return accepted(data)
}

// overall is the result and the reason as the documents pair them. What the
// service says before the user is done they leave open; here it is INCOMPLETE
// without a reason.
func (o outcome) overall() (string, *string) {
	result, reason := "INCOMPLETE", ""
	switch o {
	case passed:
		result, reason = "PASS", success
	case failed, attacked:
		result, reason = "FAIL", "LIVENESS_ATTACK"
	case timedOut:
		reason = "USER_TIMEOUT"
	default:
		return result, nil
	}
	return result, &reason
}

func (s *Simulator) faceDetail(q request, id string, v session, embedded bool) *faceDetail {
	result, _ := v.Outcome.overall()
	link := s.mediaLinks(id, v, q.now)
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
func (s *Simulator) clearURL(q request) answer {
	id := q.query.Get("signatureId")
	if id == "" {
		return refused(signatureEmpty)
	}
	v, ok := s.session(q.account, h5v10, id)
	switch {
	case !ok:
		return refused(signatureUnknown)
	case v.standing(q.now) == "":
		return refused(unfinished)
	}
	if err := s.clear(q.account, id, v, q.now); err != nil {
		return s.unkept(err)
	}
	return accepted(nil)
}
