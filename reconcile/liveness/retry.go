package liveness

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/cenkalti/backoff/v5"

	"livery/reconcile"
)

// busyRetriesMax is how often a request is repeated after a SERVICE_BUSY that does
// not say when to come back: behind that code may be a quota for the day.
const busyRetriesMax = 2

// retrier decides about the repetitions of a request, and keeps what is known of
// all its tries together.
type retrier struct {
	request
	triesLeft    int
	tokenRenewed bool
	busyRetries  int
	pauses       *backoff.ExponentialBackOff
	doubt        error // why an earlier try may have been taken
}

// newPauses gives the pauses between tries: half a second at first, then twice as
// long each, and none so regular that many clients come back together.
func newPauses() *backoff.ExponentialBackOff {
	return &backoff.ExponentialBackOff{
		InitialInterval: 500 * time.Millisecond, Multiplier: 2, RandomizationFactor: 0.5, MaxInterval: 10 * time.Second,
	}
}

// send sends a request and repeats it until a response decides it or the tries are
// used up. The errors of a request that writes are those of reconcile.API; any
// other gives no *InDoubt. With a refusal comes the reply that holds it.
func (c *Client) send(ctx context.Context, r request) (reply, error) {
	tries := &retrier{request: r, triesLeft: r.retries, pauses: newPauses()}
	for {
		tok, err := c.prepare(ctx, r)
		if err != nil {
			return reply{}, tries.finalError(err)
		}
		got := c.classifier.classify(r, c.connection.roundTrip(ctx, r, tok))
		if got.outcome == confirmed {
			c.throttle.reset()
			return got, nil
		}
		pause, again := tries.retry(got)
		if wait := max(got.wait, pause); got.throttlesAll && wait > 0 { // even if this request is not repeated
			again = c.throttle.pauseAll(wait, got.Code) && again
		}
		if !again || (got.outcome >= lost && ctx.Err() != nil) {
			return got, tries.refusalError(got)
		}
		if err := contextError(ctx); err != nil {
			return got, tries.finalError(err)
		}
		c.log.DebugContext(ctx, "trying again", slog.String("call", r.name), slog.String("object", r.object),
			slog.String("because", c.redactor.Redact(got.err.Error())), slog.Duration("after", pause), slog.Int("tries_left", tries.triesLeft))
		if err := c.beforeNext(ctx, got, tok, pause); err != nil {
			return got, tries.finalError(err)
		}
	}
}

// beforeNext does what has to be done after an unsuccessful try and before the next.
func (c *Client) beforeNext(ctx context.Context, got reply, tok token, pause time.Duration) error {
	switch {
	case got.outcome == unauthorised:
		c.tokens.reject(tok)
		return nil
	case got.throttlesAll:
		return nil // prepare waits
	default:
		return sleep(ctx, pause)
	}
}

// prepare waits until a try may be made and gives the token to make it with. What
// allows the try is asked last: waiting takes time.
func (c *Client) prepare(ctx context.Context, r request) (token, error) {
	var tok token
	if !r.login {
		var err error
		if tok, err = c.tokens.current(ctx); err != nil {
			return token{}, err
		}
	}
	if err := c.throttle.wait(ctx); err != nil || r.sending == nil {
		return tok, err
	}
	return tok, r.sending(ctx)
}

// retry decides after an unsuccessful try whether there is another, and after which
// pause.
func (t *retrier) retry(got reply) (time.Duration, bool) {
	if got.outcome == lost && t.writes {
		t.doubt = got.err
	}
	if got.outcome == unauthorised {
		first := !t.tokenRenewed && !t.login
		t.tokenRenewed = true
		return 0, first
	}
	if got.Code == codeBusy && got.wait == 0 {
		t.busyRetries++
	}
	if !t.repeats(got) || t.busyRetries > busyRetriesMax || t.triesLeft == 0 {
		return 0, false
	}
	t.triesLeft--
	return cmp.Or(got.wait, t.pauses.NextBackOff()), true
}

// repeats reports whether a request may be sent again after a try, as far as that
// does not depend on the tries before.
func (t *retrier) repeats(got reply) bool {
	switch got.outcome {
	case lost:
		_, long := errors.AsType[tooLongError](got.err)
		return t.repeatable && !(long && t.responseLimit > 0) // a second one of that length would be as useless
	case busy:
		return t.repeatable || !got.serverFailed
	case unsent:
		return !isPermanent(got.err)
	}
	return false
}

// refusalError gives the error of a request whose last try came to got.
func (t *retrier) refusalError(got reply) error {
	refusal, ok := got.err.(*reconcile.Refusal)
	if !ok {
		return t.finalError(got.err)
	}
	if got.outcome == unauthorised {
		refusal.Fatal = true
	}
	if got.aboutContent {
		t.doubt = nil // the earlier try sent the same bytes, so it was refused as well
	}
	return t.finalError(refusal)
}

// finalError gives the error of a request whose last try failed with err. While an
// earlier try may have been taken, only a refusal of the content itself is certain,
// since it would have met the earlier try too; a used up balance or a lost response
// says nothing about that.
func (t *retrier) finalError(err error) error {
	refusal, isRefusal := errors.AsType[*reconcile.Refusal](err)
	switch {
	case t.doubt == nil && isRefusal:
		own := *refusal // that of a login is shared by all who waited for it
		return &own
	case t.doubt == nil:
		return fmt.Errorf("%s: %w", t.name, err)
	case isRefusal:
		// Not wrapped: the refusal is of a later try, and must not be taken for the end of the doubt.
		return &reconcile.InDoubt{Err: fmt.Errorf("%w; a later try was refused: %v", t.doubt, refusal)}
	case errors.Is(err, t.doubt):
		return &reconcile.InDoubt{Err: err}
	default:
		return &reconcile.InDoubt{Err: fmt.Errorf("%w; a later try failed: %w", t.doubt, err)}
	}
}
