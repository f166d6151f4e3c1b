package liveness

// class says what a code asks of the one who gets it.
type class uint8

const (
	classSuccess class = iota + 1
	classNever         // fix the input or the account; repeating changes nothing
	classWait          // wait, and repeat a bounded number of times
	classRenew         // fetch a new token, repeat exactly once, then stop the run
	classFatal         // stop the run: no other request will work
)

// code is what the documents say of one code.
type code struct {
	name         string
	class        class
	meaning      string
	hint         string // what to do about it, for people
	idempotent   bool   // the wait is for calls that may be made twice only
	aboutContent bool   // it judges what was sent, so an earlier try was judged alike
	price        price
}

// price says whether a response costs money, as far as the documents do.
type price uint8

const (
	priceFree    price = iota
	priceByCall        // the envelope's pricingStrategy says so, response by response
	priceUnknown       // the documents do not say
)

// codes is every code that the documents of the service name.
// code_test.go holds it against testdata/api/errors.json.
var codes = [...]code{
	{name: success, class: classSuccess, meaning: "the call did what it says", price: priceByCall},
	{name: codeError, class: classWait, meaning: "unclassified failure on the server", idempotent: true,
		hint: "The service failed by itself. Try again later; if it stays, give the transaction id to the service's support."},
	{name: "EMPTY_PARAMETER_ERROR", class: classNever, meaning: "a mandatory parameter is missing or empty", aboutContent: true,
		hint: "The service misses a value that it needs."},
	{name: "INSUFFICIENT_BALANCE", class: classNever, meaning: "prepaid balance used up",
		hint: "The account's prepaid balance is used up: top it up, or ask your contact at ADVANCE.AI."},
	{name: codeBusy, class: classWait, meaning: "rate limit, or the daily free quota is used up",
		hint: "Too many requests, or the day's free quota is used up. Try again later, with a smaller -parallelism."},
	{name: codeIAM, class: classRenew, meaning: "access denied: token or key unknown/expired, or the account is not authorised (country, domain), expired or disabled",
		hint: "A new token was refused as well. Check that the access key and the secret key are those of this account and still valid, " +
			"that the account is active, and that it is enabled for the liveness API, your country and this base URL; only ADVANCE.AI can enable it."},
	{name: codeParameter, class: classNever, meaning: "a parameter is wrong; for ConfigureUI the message is one of configure_ui.constants", aboutContent: true,
		hint: "The service does not take a value of what it was sent."},
	{name: "OVER_QUERY_LIMIT", class: classNever, meaning: "free query quota of the (test) account is used up",
		hint: "The account's quota of free queries is used up: ask your contact at ADVANCE.AI to raise it."},
	{name: "CLIENT_ERROR", class: classNever, meaning: "the HTTP request itself is wrong (path, method, type)",
		hint: "The service has no such address: check the base URL, and whether this host offers this API."},
	{name: "RETRY_LATER", class: classWait, meaning: "query failed for now",
		hint: "The service could not answer for now. Try again later."},
	{name: "ACCESS_DENIED", class: classFatal, meaning: "the account may not use this product",
		hint: "The account is not enabled for this product: ask your contact at ADVANCE.AI."},
	{name: "SERVICE_DISABLED", class: classFatal, meaning: "the product is off for the account",
		hint: "The product is switched off for this account: ask your contact at ADVANCE.AI."},
	{name: "ACCOUNT_DISABLED", class: classFatal, meaning: "the account is disabled",
		hint: "The account is disabled: ask your contact at ADVANCE.AI."},
	{name: "LIVENESS_ID_NOT_EXISTED", class: classNever, meaning: "unknown livenessId",
		hint: "Check the liveness id."},
	{name: "RESULT_NOT_FOUND", class: classNever, meaning: "the result never existed or was deleted",
		hint: "Results are kept for a limited time, and are gone once cleared."},
	{name: "REGION_WRONG", class: classNever, meaning: "region is not an ISO alpha-3 code or not allowed",
		hint: "Check the session's region, three capital letters such as PHL, and whether the account may use it."},
	{name: "SIGNATURE_NOT_EXIST", class: classNever, meaning: "unknown signatureId",
		hint: "Check the signature id, and that the session was opened by this account."},
	{name: "LIVENESS_NO_RESULT", class: classNever, meaning: "the session has no detection result (yet)",
		hint: "The session has not been finished yet."},
	{name: "TOO_MANY_FACES_DETECTED", class: classNever, meaning: "more than one face",
		hint: "Only the user's own face may be in the picture: open a new session and try alone."},
	{name: "NO_FACE_DETECTED", class: classNever, meaning: "no face",
		hint: "The camera saw no face: open a new session, and look into the camera in good light."},
	{name: "INVALID_FACE_DETECTED", class: classNever, meaning: "face too big, small or incomplete",
		hint: "The whole face has to be in the frame, from the front: open a new session and hold the phone at arm's length."},
	{name: "FACE_OCCLUDED", class: classNever, meaning: "face covered",
		hint: "Nothing may cover the face, no mask, hand or dark glasses: open a new session and try without."},
	{name: "FACE_QUALITY_TOO_POOR", class: classNever, meaning: "image quality too low",
		hint: "The picture was too poor to judge: open a new session, in better light, with a clean lens and a steady hand."},
	{name: "REQUEST_IN_PROCESSING", class: classNever, meaning: "the same deletion is already running", price: priceUnknown,
		hint: "Wait, and look again; do not ask a second time."},
}

// The codes that code branches on.
const (
	codeError     = "ERROR"
	codeBusy      = "SERVICE_BUSY"
	codeIAM       = "IAM_FAILED"
	codeParameter = "PARAMETER_ERROR"
)

// findCode finds a code; false for one that no document names.
func findCode(name string) (code, bool) {
	for _, c := range codes {
		if c.name == name {
			return c, true
		}
	}
	return code{name: name, class: classNever}, false
}
