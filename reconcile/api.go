package reconcile

import (
	"context"
	"fmt"
	"strings"
	"time"

	"livery/schema"
)

// API is the service as far as a plan is concerned. It has one method, because
// the service can be written and never read.
//
// Push returns a Receipt only when the service has confirmed the document. An
// error is one of three kinds, told apart by errors.As: *Refusal when the
// service answered that it does not take the document, *InDoubt when the
// document may have arrived but no answer did, and any other error when it was
// certainly not accepted.
type API interface {
	Push(ctx context.Context, r Request) (Receipt, error)
}

// Request is one document on its way to the service: exactly these bytes.
type Request struct {
	Address schema.Address
	Body    []byte
	// Sending is asked before each try, the first and those after it; with an error
	// there is no such try, and the error is the reason. Nil allows all of them. No
	// try takes longer than state.RequestTimeout.
	Sending func(context.Context) error
}

// Receipt is the service's word that it has taken a document.
type Receipt struct {
	TransactionID string
	At            time.Time
}

// Refusal is an answer other than success.
type Refusal struct {
	Code          string // the envelope's code; "" when there was no envelope
	Message       string // the service's own sentence
	Hint          string // ours: what to do about it; may be ""
	TransactionID string
	Path          string // the field that the message names, or ""
	Fatal         bool   // no other request of the run can succeed
}

// Error implements error.
func (r *Refusal) Error() string {
	if r.Code == "" {
		return r.Message
	}
	return fmt.Sprintf("%s: %s", r.Code, r.Message)
}

// Text is the service's sentence, what to do about it, and the transaction.
func (r *Refusal) Text() string {
	text := strings.TrimSuffix(r.Error(), ".") + "."
	if r.Hint != "" {
		text += " " + r.Hint
	}
	if r.TransactionID != "" {
		text += fmt.Sprintf(" (transaction %s)", r.TransactionID)
	}
	return text
}

// InDoubt says that a document was sent and no answer came back, so nobody
// knows which look is live.
type InDoubt struct{ Err error }

// Error implements error.
func (d *InDoubt) Error() string { return "no usable answer came back: " + d.Err.Error() }

// Unwrap gives the cause.
func (d *InDoubt) Unwrap() error { return d.Err }
