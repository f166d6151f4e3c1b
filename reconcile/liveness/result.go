package liveness

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"livery/schema"
)

// What a session can come to.
const (
	Pass       = "PASS"
	Fail       = "FAIL"
	Incomplete = "INCOMPLETE"
)

// scorePass is the score, of 100, below which the service speaks of a possible
// attack.
const scorePass = 50

// Limits of a response that holds images: 64 MiB of them take a third more in
// base64, and their time on a slow line.
const (
	imagesLimit   = 96 << 20
	imagesTimeout = 5 * time.Minute
)

// ResultRequest asks what came of one session.
type ResultRequest struct {
	API        schema.SessionAPI
	ID         string // signature id, or liveness id of the SDK
	Base64     bool   // images in the response itself; sessions of h5_token know no other form
	ResultType string // of sdk_license: IMAGE_URL or IMAGE_BASE64, unless Base64 is set; "" leaves it to the service
}

// Result is what came of a session.
type Result struct {
	Outcome       string // Pass, Fail or Incomplete; "" while there is none
	Pending       bool   // there is no outcome yet: ask again later
	Code          string // the envelope's code; for h5_url the error code in its data
	Message       string // the service's own sentence; "" where it is about the call alone
	Score         *float64
	AttackType    *int
	Media         []Medium
	Data          json.RawMessage // without the media and links to them, fit to be shown; nil for none
	TransactionID string
	Billed        bool
}

// Result asks what came of a session. A user who is not through yet and one who
// failed are results, not errors. For sdk_license each response may be billed, so
// the call is repeated only after a response that is certainly a refusal. The
// error is a *reconcile.Refusal when the service says no, and holds a
// *reconcile.InDoubt when the call may have been billed in vain.
func (c *Client) Result(ctx context.Context, r ResultRequest) (Result, error) {
	e := resultEndpoint(r.API)
	if r.ID == "" {
		return Result{}, errNoID
	}
	sent := c.newSessionRequest(e)
	body, images := r.body(e)
	sent.body = func() []byte { return body }
	if images {
		sent.responseLimit, sent.timeout = imagesLimit, imagesTimeout
	}
	got, err := c.sendSession(ctx, e, sent)
	if err != nil && outcomeOfCode(r.API, got.envelope) == "" {
		return Result{}, err
	}
	result, err := c.parseEnvelope(r.API, got.envelope)
	if err != nil {
		return result, c.unusableResponse(e, got, err)
	}
	return result, nil
}

// body is the request, and whether the response will hold images.
func (r ResultRequest) body(e endpoint) (json.RawMessage, bool) {
	images := r.Base64
	var m objectWriter
	m.add(e.key, r.ID)
	switch r.API {
	case schema.H5Token:
		images = true
	case schema.H5URL:
		if r.Base64 {
			m.add("returnImageType", "BASE64")
		}
	case schema.SDKLicense:
		form := r.ResultType
		if r.Base64 {
			form = "IMAGE_BASE64"
		}
		m.add("resultType", form)
		images = form == "IMAGE_BASE64"
	}
	return m.object(), images
}

// pending stands for the outcome that is not there yet.
const pending = "PENDING"

// outcomeOfCode is what an envelope other than SUCCESS says of the session; "" when
// it is about the call alone.
func outcomeOfCode(api schema.SessionAPI, e envelope) string {
	switch {
	case e.Code == "LIVENESS_NO_RESULT", isUnfinished(e.Code, e.Message):
		return pending
	case api == schema.H5Token && isFaceCode(e.Code):
		return Fail
	}
	return ""
}

// isFaceCode reports the codes by which older pages said that a picture was of no
// use. Their responses hold the picture.
func isFaceCode(code string) bool {
	return slices.Contains([]string{"TOO_MANY_FACES_DETECTED", "NO_FACE_DETECTED", "INVALID_FACE_DETECTED",
		"FACE_OCCLUDED", "FACE_QUALITY_TOO_POOR"}, code)
}

// parseEnvelope makes a result of a response.
func (c *Client) parseEnvelope(api schema.SessionAPI, e envelope) (Result, error) {
	r := Result{
		Code: c.redactor.sanitize(e.Code), Message: c.redactor.sanitize(e.Message),
		TransactionID: c.redactor.sanitize(e.TransactionID), Billed: e.billed(),
	}
	data, err := c.parseResult(e.Data)
	if err != nil {
		return r, err
	}
	r.Data, r.Media = data.json, data.media
	end := outcomeOfCode(api, e)
	if end == "" {
		if r.Data == nil {
			return r, errors.New("its answer holds no data")
		}
		switch api {
		case schema.H5Token:
			r.Score, r.AttackType = data.score("score"), data.integer("attackType")
			end = outcomeOfScore(r.Score, pending)
		case schema.SDKLicense:
			r.Score, r.AttackType = data.score("livenessScore"), data.integer("attackType")
			end = outcomeOfScore(r.Score, Incomplete) // asking again would be billed again
		case schema.H5URL:
			r.Score, r.AttackType = data.score("faceDetail.faceLivenessScore"), data.integer("faceDetail.livenessAttackType")
			end = r.overallOutcome(data)
		}
	}
	if r.Pending = end == pending; !r.Pending {
		r.Outcome = end
	}
	return r, nil
}

func outcomeOfScore(score *float64, none string) string {
	switch {
	case score == nil:
		return none
	case *score >= scorePass:
		return Pass
	}
	return Fail
}

// overallOutcome reads the outcome that the service gives itself. INCOMPLETE without a
// reason is a user who may still come back; with one, of time or of a failure,
// it is the end.
func (r *Result) overallOutcome(s resultData) string {
	word := s.text("overallResult")
	if word == "" {
		word = s.text("idvResult") // its older name
	}
	code := s.text("errorCode")
	if code != "" {
		if code != r.Code {
			r.Message = "" // it is about the call, not about the session
		}
		r.Code = code
	}
	switch {
	case word == Pass, word == Fail:
		return word
	case word == Incomplete && code != "" && code != success:
		return word
	}
	return pending
}

// Explain says in plain words what is behind a result: a low score, an attack,
// the code. It is empty where there is nothing to add, as after a pass.
func (r Result) Explain() []string {
	var lines []string
	if r.Score != nil && *r.Score < scorePass {
		lines = append(lines, fmt.Sprintf("The liveness score is %s of 100; below %d the service takes it for a possible attack.",
			strconv.FormatFloat(*r.Score, 'f', -1, 64), scorePass))
	}
	if r.AttackType != nil {
		lines = append(lines, explainAttack(*r.AttackType))
	}
	lines = append(lines, r.explainCode()...)
	switch {
	case r.Pending:
		lines = append(lines, "There is no result yet: the user is not through, or the service is still judging.")
	case r.Outcome == Incomplete && r.Code == success:
		lines = append(lines, "The answer holds no score, so there is no verdict.")
	}
	return lines
}

// explainCode says what the code behind an outcome means.
func (r Result) explainCode() []string {
	if r.Outcome == "" || r.Code == success {
		return nil
	}
	if isFaceCode(r.Code) {
		row, _ := findCode(r.Code)
		return []string{toSentence(row.meaning), row.hint}
	}
	for _, row := range resultCodes {
		if row.outcome == r.Outcome && row.code == r.Code {
			return []string{row.explanation}
		}
	}
	if r.Code == "" {
		return []string{"The service gives no reason."}
	}
	return []string{fmt.Sprintf("The service gives the reason %s, which none of its documents explains.", r.Code)}
}

// explainAttack says what an attack type means.
func explainAttack(kind int) string {
	switch kind {
	case 1:
		return "Presentation attack: something was held up to the camera in place of a live face, such as a photo, a screen or a mask."
	case 2:
		return "Injection attack: the pictures did not come from the device's camera but were fed in behind it."
	case 3:
		return "Unsure attack: the service sees signs of an attack and cannot tell of which kind."
	}
	return fmt.Sprintf("Attack of type %d, which no document of the service explains.", kind)
}

// resultRow is a row of the table of error codes in results.
type resultRow struct {
	outcome, code string
	explanation   string // ours; "" where there is nothing to explain
}

// resultCodes is every code that a result of h5_url may hold.
var resultCodes = [...]resultRow{
	{Pass, success, ""},
	{Fail, "LIVENESS_ATTACK", "The face does not pass for a live one."},
	{Fail, "STRATEGY_HIT", "A security policy of the service rejected the session (a code that it has given up)."},
	{Fail, "RISK_STRATEGY_HIT", "The service's risk rules rejected the session: it looks like an attack, whatever the score says."},
	{Incomplete, codeParameter, "The service's page sent data that its own server does not take: a fault on the service's side. Open a new session."},
	{Incomplete, "USER_TIMEOUT", "The user did not finish within the hour. Open a new session."},
	{Incomplete, codeError, "The service failed while it judged the session. Open a new session; if it happens again, give the transaction id to the service's support."},
}

// toSentence makes a sentence of a few words.
func toSentence(words string) string { return strings.ToUpper(words[:1]) + words[1:] + "." }
