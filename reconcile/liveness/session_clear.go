package liveness

import (
	"context"
	"errors"
	"net/url"

	"livery/schema"
)

var errNoID = errors.New("there is no id of a session")

// Clear deletes what the service keeps of a person in one session, for good. It
// is never repeated unless the service certainly did nothing: the error holds a
// *reconcile.InDoubt when the deletion may have happened, and is a
// *reconcile.Refusal when the service says no.
func (c *Client) Clear(ctx context.Context, api schema.SessionAPI, id string) (transactionID string, err error) {
	e := clearEndpoint(api)
	if id == "" {
		return "", errNoID
	}
	r := c.newSessionRequest(e)
	r.query = url.Values{e.key: {id}}
	got, err := c.sendSession(ctx, e, r)
	if err != nil {
		return "", err
	}
	return c.sanitize(got.TransactionID), nil
}
