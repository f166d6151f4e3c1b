package session

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"

	"livery/reconcile/liveness"
	"livery/schema"
)

// Request is a request that opens a session.
type Request struct {
	Locale   schema.Locale // "" for no locale in particular
	Method   string
	Path     string
	Body     json.RawMessage
	Language string // what the page's URL gets as its language; "" for nothing
}

// placeholders stand in a request for what belongs to one session.
var placeholders = liveness.Visitor{UserID: "{user_id}", BizID: "{biz_id}"}

// Requests gives the requests that open a session in the locales, "" for none in
// particular. With {user_id} and {biz_id} it marks what belongs to one session.
func Requests(s schema.Session, locales ...schema.Locale) ([]Request, error) {
	list := make([]Request, 0, len(locales))
	for _, locale := range locales {
		r, err := liveness.NewOpenRequest(s, locale, placeholders)
		if err != nil {
			return nil, &Error{Headline: "Incomplete session", Err: err}
		}
		list = append(list, Request{locale, r.Method, r.Path, r.Body, r.Language})
	}
	return list, nil
}

// Locales are those in which the requests of a session differ: none in
// particular, then each that has a block of its own.
func Locales(s schema.Session) []schema.Locale { return append([]schema.Locale{""}, s.Locales()...) }

// Opening is a session that can be opened.
type Opening struct{ request liveness.OpenRequest }

// NewOpening checks that a session can be opened in a locale. Ids that the API
// demands and nobody has given are made up.
func NewOpening(s schema.Session, locale schema.Locale, visitor liveness.Visitor) (Opening, error) {
	if s.API == schema.H5URL {
		var random [6]byte
		_, _ = rand.Read(random[:]) // never fails
		if visitor.BizID == "" {
			visitor.BizID = "livery-" + hex.EncodeToString(random[:])
		}
		if visitor.UserID == "" {
			visitor.UserID = "livery-" + hex.EncodeToString(random[:3])
		}
	}
	request, err := liveness.NewOpenRequest(s, locale, visitor)
	if err != nil {
		return Opening{}, &Error{Headline: "Incomplete session", Err: err}
	}
	return Opening{request}, nil
}

// Opened is a session that the service has opened.
type Opened struct {
	liveness.Opened
	API     schema.SessionAPI
	Visitor liveness.Visitor // as far as it was sent
	Unused  []string         // what was given and the API does not take, as in [liveness.OpenRequest]
}

// Open opens the session.
func (o Opening) Open(ctx context.Context, service Service) (Opened, error) {
	opened, err := service.Open(ctx, o.request)
	if err != nil {
		headline := "The session was not opened"
		if inDoubt(err) {
			headline = "The session may be opened or not"
		}
		return Opened{}, &Error{Headline: headline, Err: err}
	}
	return Opened{opened, o.request.API, o.request.Visitor, o.request.Unused}, nil
}
