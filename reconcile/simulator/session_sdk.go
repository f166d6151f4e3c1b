package simulator

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// What the documents say of licences, in seconds.
const (
	licenceDefault = 600
	licenceMax     = 86400
)

// livenessNotExisted is the code of an id that no SDK has made.
const livenessNotExisted = "LIVENESS_ID_NOT_EXISTED"

// livenessIDMax bounds the ids that are looked at, in bytes.
const livenessIDMax = 128

func (s sessionCalls) sdkCalls() []endpoint {
	return []endpoint{
		{group: "auth_license", method: http.MethodPost, path: "/openapi/liveness/v1/auth-license", illegal: parameterIllegal, serve: authLicence},
		{group: "detection_result", method: http.MethodPost, path: "/openapi/liveness/v3/detection-result", illegal: parameterIllegal, serve: s.detectionResult,
			messages: map[string]string{livenessNotExisted: "Liveness id does not exist", parameterFault: parameterIllegal}},
		{group: "clear_data", method: http.MethodGet, path: "/liveness/ext/v1/clear-data", serve: s.clearLiveness,
			messages: map[string]string{serverError: "server error", parameterFault: parameterIllegal}},
	}
}

// authLicence issues a licence. There is no SDK here that would ask about it
// later, so none is remembered.
func authLicence(q request) response {
	f := q.form
	seconds := f.integer("licenseEffectiveSeconds", false, licenceDefault)
	f.link("applicationId")
	if f.wrong || seconds <= 0 || seconds > licenceMax {
		return refuse(parameterIllegal)
	}
	random := make([]byte, 96)
	rand.Read(random) // never fails: the runtime aborts instead
	a := succeed(struct {
		License         string `json:"license"`
		ExpireTimestamp int64  `json:"expireTimestamp"`
	}{base64.StdEncoding.EncodeToString(random), q.now.Add(time.Duration(seconds) * time.Second).UnixMilli()})
	a.pricing = pay
	return a
}

// detection is the data of a Detection Result answer.
type detection struct {
	DetectionResult string      `json:"detectionResult"`
	LivenessScore   json.Number `json:"livenessScore"`
	AuditImageURL   *string     `json:"auditImageUrl"`
	ImageFarURL     string      `json:"imageFarUrl"`
	FarImageTime    *int64      `json:"farImageTime"`
	ImageNearURL    string      `json:"imageNearUrl"`
	NearImageTime   *int64      `json:"nearImageTime"`
	AttackType      *int        `json:"attackType"`
	AttackSubType   *int        `json:"attackSubType"`
}

func (s sessionCalls) detectionResult(q request) response {
	f := q.form
	livenessID, shape := f.link("livenessId"), f.word("resultType", "IMAGE_URL", "IMAGE_BASE64")
	if f.wrong || livenessID == "" {
		return refuse(parameterIllegal)
	}
	how, ok := livenessOutcome(livenessID)
	if !ok {
		return withCode(livenessNotExisted)
	}
	id, v, err := s.store.liveness(q, livenessID, how)
	switch {
	case err != nil:
		return withCode(serverError)
	case v.Cleared:
		return withCode(resultNotFound)
	}
	a := succeed(s.detection(q, id, v, shape == "IMAGE_BASE64"))
	a.pricing = pay
	return a
}

func (s sessionCalls) detection(q request, id string, v session, embedded bool) detection {
	link, far, near := v.mediaLinks(s.pageBase, id, q.now), v.farTime(), v.nearTime()
	d := detection{
		DetectionResult: link(mediaFar), ImageFarURL: link(mediaFar), ImageNearURL: link(mediaNear),
		AttackType: v.Outcome.attackType(), LivenessScore: json.Number(fmt.Sprintf("%d.0", v.Outcome.score())),
	}
	if v.Outcome != attacked { // of an attack the documents print neither times nor audit images
		audit := link(mediaAudit)
		d.AuditImageURL, d.FarImageTime, d.NearImageTime = &audit, &far, &near
	}
	if embedded {
		d.DetectionResult = inBase64(mediaFar)
	}
	return d
}

// livenessOutcome is how the check behind a liveness id ended. No SDK is here to
// make ids, so they are made up: the beginning says what became of them.
func livenessOutcome(livenessID string) (outcome, bool) {
	if len(livenessID) > livenessIDMax {
		return "", false
	}
	for _, how := range []outcome{passed, failed, attacked} {
		if strings.HasPrefix(livenessID, "sim-"+string(how)) {
			return how, true
		}
	}
	return "", false
}

func (s sessionCalls) clearLiveness(q request) response {
	livenessID := q.query.Get("livenessId")
	if _, ok := livenessOutcome(livenessID); !ok {
		return refuse(parameterIllegal)
	}
	return s.clear(q, fingerprint(livenessID), session{API: sdk, Opened: q.now.UnixMilli()})
}
