package backend

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"

	smithy "github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// errLost says that the condition of a write does not hold.
var errLost = errors.New("the object is another by now")

// absentError says that there is no such object.
type absentError struct{ error }

func isAbsent(err error) bool {
	var absent *absentError
	return errors.As(err, &absent)
}

// classify says what became of a request that did not end well.
func (p *s3Store) classify(ctx context.Context, err error) error {
	var response *smithyhttp.ResponseError
	var unsent *smithyhttp.RequestSendError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &response) && response.HTTPStatusCode() >= http.StatusMultipleChoices:
		p.reached.Store(true)
		return p.classifyResponse(response)
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return &unansweredError{fmt.Errorf("the server %s gave no answer within %s", p.server, p.retry.timeout)}
	case ctx.Err() != nil:
		return &unansweredError{context.Cause(ctx)}
	case errors.Is(err, errUpgrade):
		return &unansweredError{fmt.Errorf("the server %s: %w", p.server, errUpgrade)}
	case errors.As(err, &unsent):
		return p.classifySendError(unsent)
	case strings.Contains(err.Error(), "credentials"): // the SDK has no type for it
		return &deniedError{"no credentials for S3 are found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or whatever else AWS lets one log in with"}
	}
	var broken *net.OpError
	if errors.As(err, &broken) || errors.As(err, &response) || errors.Is(err, io.ErrUnexpectedEOF) {
		return &unansweredError{fmt.Errorf("the connection to %s broke before all of the answer was there", p.server)}
	}
	return err
}

// classifySendError is what it means that there is no answer at all.
func (p *s3Store) classifySendError(err error) error {
	var opening *net.OpError
	if errors.As(err, &opening) && opening.Op == "dial" {
		err = fmt.Errorf("the server %s cannot be reached: %w. Check endpoint and region, and that it runs", p.server, opening.Err)
		if p.reached.Load() {
			return &unsentError{err}
		}
		return err
	}
	return &unansweredError{fmt.Errorf("the connection to %s broke before it had answered", p.server)}
}

// classifyResponse is what an answer means that is no success.
func (p *s3Store) classifyResponse(response *smithyhttp.ResponseError) error {
	code, message := "", ""
	var apiErr smithy.APIError
	if errors.As(response, &apiErr) {
		code, message = apiErr.ErrorCode(), apiErr.ErrorMessage()
	}
	switch status := response.HTTPStatusCode(); {
	case code == "NoSuchBucket":
		return fmt.Errorf("the server %s has no bucket %q: make it, or correct bucket and region", p.server, p.bucket)
	case status == http.StatusNotFound:
		return &absentError{errors.New("there is no such object")}
	case status == http.StatusPreconditionFailed, status == http.StatusConflict:
		return errLost
	case slices.Contains([]string{"InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken", "TokenRefreshRequired"}, code):
		return &deniedError{fmt.Sprintf("the server %s does not take these credentials (%s): check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or the profile, and log in again if they have expired", p.server, code)}
	case status == http.StatusForbidden, status == http.StatusUnauthorized:
		return &deniedError{fmt.Sprintf("the server %s does not let these credentials do that with %s: they need s3:GetObject, s3:PutObject and s3:DeleteObject there, and s3:ListBucket on the bucket, without which an object that is not there looks like one that is forbidden", p.server, p)}
	case status == http.StatusMovedPermanently, status == http.StatusTemporaryRedirect, code == "AuthorizationHeaderMalformed":
		return fmt.Errorf("the bucket %q is in another region: correct region", p.bucket)
	case status == http.StatusNotImplemented:
		return fmt.Errorf("the server %s does not know conditional writes (If-Match, If-None-Match), without which two runs could overwrite each other's state; use another, or another backend", p.server)
	case status >= 500, status == http.StatusTooManyRequests, code == "SlowDown", code == "RequestTimeout":
		return &unansweredError{fmt.Errorf("the server %s answers %d (%s)", p.server, status, code)}
	default:
		return fmt.Errorf("the server %s answers %d (%s): %s", p.server, status, code, message)
	}
}
