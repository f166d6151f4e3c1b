package simulator

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
)

// The envelope codes that the calls themselves give.
const (
	success        = "SUCCESS"
	serverError    = "ERROR"
	clientFault    = "CLIENT_ERROR"
	parameterFault = "PARAMETER_ERROR"
	iamFailed      = "IAM_FAILED"
)

// The sentences of a refused parameter that no field is named in.
const (
	parameterMissing = "Parameter should not be empty"
	parameterIllegal = "Parameter error, please check your request whether has illegal parameters"
)

// Whether a request is billed.
const (
	free = "FREE"
	pay  = "PAY"
)

// response is what the service says; the rest of the envelope is added when it
// is written.
type response struct {
	code        string
	message     string // "": the call's sentence for the code
	data        any
	pricing     string // "": free
	transaction string // "": a random one
}

// envelope is the form of every answer, members in the documented order.
type envelope struct {
	Code            string `json:"code"`
	Message         string `json:"message"`
	Data            any    `json:"data"`
	Extra           any    `json:"extra"`
	TransactionID   string `json:"transactionId"`
	PricingStrategy string `json:"pricingStrategy"`
}

func succeed(data any) response { return response{code: success, message: "OK", data: data} }

// withCode leaves the sentence to the call.
func withCode(code string) response { return response{code: code} }

func refuse(message string) response { return response{code: parameterFault, message: message} }

// clientError is the service's way of saying what others say by HTTP status.
func clientError(status int) response {
	return response{code: clientFault, message: fmt.Sprintf("HTTP %d - %s", status, http.StatusText(status))}
}

func (a response) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	// A caller that has hung up is the only thing that can go wrong here.
	_ = enc.Encode(envelope{a.code, a.message, a.data, nil, a.transaction, cmp.Or(a.pricing, free)})
}

// documentedCode is an envelope code and the first sentence that the
// documents give for it.
type documentedCode struct{ code, message string }

// documentedCodes lists every envelope code of the API.
func documentedCodes() []documentedCode {
	return []documentedCode{
		{success, "OK"},
		{serverError, "Server error"},
		{"EMPTY_PARAMETER_ERROR", parameterMissing},
		{"INSUFFICIENT_BALANCE", "Insufficient balance, please top up or contact your sales manager for help"},
		{"SERVICE_BUSY", "Rate limit is exceeded, please retry after the suggested time in HTTP Header. Retry-After :10s"},
		{iamFailed, "Access denied"},
		{parameterFault, parameterMissing},
		{"OVER_QUERY_LIMIT", "Quota exceeded. you have exceeded free query quota, please contact your sales manager for help"},
		{clientFault, "HTTP 400 - Bad Request"},
		{"RETRY_LATER", "Query failed, please retry after the suggested time in HTTP Header. Retry-After :10s"},
		{"ACCESS_DENIED", "Access denied"},
		{"SERVICE_DISABLED", "Service disabled"},
		{"ACCOUNT_DISABLED", "Account Disabled"},
		{livenessNotExisted, "Liveness Id does not exist"},
		{resultNotFound, "The requested resource was not found or has been deleted"},
		{regionWrong, "Region is wrong"},
		{signatureNotExist, "This signatureId is not exist"},
		{livenessNoResult, "This token has no detection result"},
		{"TOO_MANY_FACES_DETECTED", "Multiple faces detected from the image,please only keep one face in the image."},
		{"NO_FACE_DETECTED", "No face detected from the image."},
		{"INVALID_FACE_DETECTED", "The face is too big,small,incomplete,please show your front-view face."},
		{"FACE_OCCLUDED", "Face should not be occluded,please try again."},
		{"FACE_QUALITY_TOO_POOR", "Face quality is too low,please try again."},
		{"REQUEST_IN_PROCESSING", "Your request is currently being processed. Please do not submit it repeatedly"},
	}
}

// firstMessage is the sentence that goes with a code; "" for a code that is
// none.
func firstMessage(code string) string {
	known := documentedCodes()
	if i := slices.IndexFunc(known, func(a documentedCode) bool { return a.code == code }); i >= 0 {
		return known[i].message
	}
	return ""
}
