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

// unpromisedMax is how often a call is repeated after a SERVICE_BUSY that does
// not say when to come back: behind that code may be a quota for the day.
const unpromisedMax = 2

// series is a call and its repetitions, and what is known of them together.
type series struct {
	call
	left       int // further tries
	renewed    bool
	unpromised int
	pauses     *backoff.ExponentialBackOff
	doubt      error // why an earlier try may have been taken
}

func newSeries(r call) *series {
	return &series{call: r, left: r.retries, pauses: &backoff.ExponentialBackOff{
		InitialInterval: 500 * time.Millisecond, Multiplier: 2, RandomizationFactor: 0.5, MaxInterval: 10 * time.Second,
	}}
}

// send makes a call and repeats it until an answer settles it or the tries are
// used up. The errors of a call that writes are those of reconcile.API; any
// other call gives no *InDoubt. With a refusal comes the reply that holds it.
func (c *Client) send(ctx context.Context, r call) (reply, error) {
	s := newSeries(r)
	for {
		tok, err := c.ready(ctx, r)
		if err != nil {
			return reply{}, s.end(err)
		}
		got := c.judge(r, c.roundTrip(ctx, r, tok))
		if got.outcome == confirmed {
			c.gate.reached()
			return got, nil
		}
		pause, again := s.next(got)
		if wait := max(got.wait, pause); got.everyone && wait > 0 { // even if this call is not repeated
			again = c.hold(wait, got.Code) && again
		}
		if !again || (got.outcome >= lost && ctx.Err() != nil) {
			return got, s.close(got)
		}
		if err := interrupted(ctx); err != nil {
			return got, s.end(err)
		}
		c.log.DebugContext(ctx, "trying again", slog.String("call", r.name), slog.String("object", r.object),
			slog.String("because", c.veil.over(got.err.Error())), slog.Duration("after", pause), slog.Int("tries_left", s.left))
		if got.outcome == unauthorised {
			c.tokens.reject(tok)
			continue
		}
		if got.everyone {
			continue // the gate is closed
		}
		if err := sleep(ctx, pause); err != nil {
			return got, s.end(err)
		}
	}
}

// hold makes every request wait; false once there is no patience left.
func (c *Client) hold(d time.Duration, code string) bool {
	anew, patience := c.gate.hold(d)
	if anew && c.waiting != nil {
		c.waiting(d, code)
	}
	return patience
}

// ready waits until a try may be made and gives the token to make it with.
func (c *Client) ready(ctx context.Context, r call) (token, error) {
	var tok token
	if !r.login {
		var err error
		if tok, err = c.tokens.current(ctx); err != nil {
			return token{}, err
		}
	}
	return tok, c.gate.pass(ctx)
}

// next decides whether to try again, and after which pause.
func (s *series) next(got reply) (time.Duration, bool) {
	if got.outcome == lost && s.writes {
		s.doubt = got.err
	}
	switch got.outcome {
	case refused:
		return 0, false
	case unauthorised:
		first := !s.renewed && !s.login
		s.renewed = true
		return 0, first
	case lost:
		_, flood := errors.AsType[tooLong](got.err)
		if !s.repeatable || (flood && s.limit > 0) {
			return 0, false // another answer of that length is not worth its way
		}
	case busy:
		if got.failed && !s.repeatable {
			return 0, false
		}
	case unsent:
		if hopeless(got.err) {
			return 0, false
		}
	}
	if got.Code == codeBusy && got.wait == 0 {
		if s.unpromised++; s.unpromised > unpromisedMax {
			return 0, false
		}
	}
	if s.left == 0 {
		return 0, false
	}
	s.left--
	pause := s.pauses.NextBackOff()
	if got.wait > 0 {
		pause = got.wait
	}
	return pause, true
}

// close gives the error of a series that ends with got.
func (s *series) close(got reply) error {
	refusal, ok := got.err.(*reconcile.Refusal)
	if !ok {
		return s.end(got.err)
	}
	if got.outcome == unauthorised {
		refusal.Fatal = true
	}
	if got.settles {
		s.doubt = nil // the same bytes were judged: the earlier try fared no better
	}
	return s.end(refusal)
}

// end gives the error of a series that ends with err. While an earlier try may
// have been taken nothing but a judgement of the document itself is certain:
// not a full balance, not an answer that never came.
func (s *series) end(err error) error {
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
