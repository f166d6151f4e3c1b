package liveness

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/cenkalti/backoff/v5"

	"livery/reconcile"
)

// busyRetriesMax is how often a call is repeated after a SERVICE_BUSY that does
// not say when to come back: behind that code may be a quota for the day.
const busyRetriesMax = 2

// retrier is a call and its repetitions, and what is known of them together.
type retrier struct {
	request
	triesLeft       int // further tries
	tokenRenewed    bool
	busyRetries int
	pauses     *backoff.ExponentialBackOff
	doubt      error // why an earlier try may have been taken
}

func newRetrier(r request) *retrier {
	return &retrier{request: r, triesLeft: r.retries, pauses: &backoff.ExponentialBackOff{
		InitialInterval: 500 * time.Millisecond, Multiplier: 2, RandomizationFactor: 0.5, MaxInterval: 10 * time.Second,
	}}
}

// send makes a call and repeats it until an answer settles it or the tries are
// used up. The errors of a call that writes are those of reconcile.API; any
// other call gives no *InDoubt. With a refusal comes the reply that holds it.
func (c *Client) send(ctx context.Context, r request) (reply, error) {
	s := newRetrier(r)
	for {
		tok, err := c.prepare(ctx, r)
		if err != nil {
			return reply{}, s.finalError(err)
		}
		got := c.classify(r, c.roundTrip(ctx, r, tok))
		if got.outcome == confirmed {
			c.throttle.reset()
			return got, nil
		}
		pause, again := s.retry(got)
		if wait := max(got.wait, pause); got.throttlesAll && wait > 0 { // even if this call is not repeated
			again = c.throttleAll(wait, got.Code) && again
		}
		if !again || (got.outcome >= lost && ctx.Err() != nil) {
			return got, s.refusalError(got)
		}
		if err := contextError(ctx); err != nil {
			return got, s.finalError(err)
		}
		c.log.DebugContext(ctx, "trying again", slog.String("call", r.name), slog.String("object", r.object),
			slog.String("because", c.redactor.Redact(got.err.Error())), slog.Duration("after", pause), slog.Int("tries_left", s.triesLeft))
		if got.outcome == unauthorised {
			c.tokens.reject(tok)
			continue
		}
		if got.throttlesAll {
			continue // the gate is closed
		}
		if err := sleep(ctx, pause); err != nil {
			return got, s.finalError(err)
		}
	}
}

// throttleAll makes every request wait; false once there is no patience left.
func (c *Client) throttleAll(d time.Duration, code string) bool {
	anew, patience := c.throttle.pause(d)
	if anew && c.onThrottle != nil {
		c.onThrottle(d, code)
	}
	return patience
}

// prepare waits until a try may be made and gives the token to make it with.
func (c *Client) prepare(ctx context.Context, r request) (token, error) {
	var tok token
	if !r.login {
		var err error
		if tok, err = c.tokens.current(ctx); err != nil {
			return token{}, err
		}
	}
	return tok, c.throttle.wait(ctx)
}

// retry decides whether to try again, and after which pause.
func (s *retrier) retry(got reply) (time.Duration, bool) {
	if got.outcome == lost && s.writes {
		s.doubt = got.err
	}
	switch got.outcome {
	case refused:
		return 0, false
	case unauthorised:
		first := !s.tokenRenewed && !s.login
		s.tokenRenewed = true
		return 0, first
	case lost:
		_, flood := errors.AsType[tooLongError](got.err)
		if !s.repeatable || (flood && s.responseLimit > 0) {
			return 0, false // another answer of that length is not worth its way
		}
	case busy:
		if got.serverFailed && !s.repeatable {
			return 0, false
		}
	case unsent:
		if isPermanent(got.err) {
			return 0, false
		}
	}
	if got.Code == codeBusy && got.wait == 0 {
		if s.busyRetries++; s.busyRetries > busyRetriesMax {
			return 0, false
		}
	}
	if s.triesLeft == 0 {
		return 0, false
	}
	s.triesLeft--
	pause := s.pauses.NextBackOff()
	if got.wait > 0 {
		pause = got.wait
	}
	return pause, true
}

// refusalError gives the error of a series that ends with got.
func (s *retrier) refusalError(got reply) error {
	refusal, ok := got.err.(*reconcile.Refusal)
	if !ok {
		return s.finalError(got.err)
	}
	if got.outcome == unauthorised {
		refusal.Fatal = true
	}
	if got.aboutContent {
		s.doubt = nil // the same bytes were judged: the earlier try fared no better
	}
	return s.finalError(refusal)
}

// finalError gives the error of a series that ends with err. While an earlier try may
// have been taken nothing but a judgement of the document itself is certain:
// not a full balance, not an answer that never came.
func (s *retrier) finalError(err error) error {
	refusal, isRefusal := errors.AsType[*reconcile.Refusal](err)
	switch {
	case s.doubt == nil && isRefusal:
		own := *refusal // that of a login is shared by all who waited for it
		return &own
	case s.doubt == nil:
		return fmt.Errorf("%s: %w", s.name, err)
	case isRefusal:
		// Not wrapped: the refusal is of a later try, and must not be taken for the end of the doubt.
		return &reconcile.InDoubt{Err: fmt.Errorf("%w; a later try was refused: %v", s.doubt, refusal)}
	case errors.Is(err, s.doubt):
		return &reconcile.InDoubt{Err: err}
	default:
		return &reconcile.InDoubt{Err: fmt.Errorf("%w; a later try failed: %w", s.doubt, err)}
	}
}
