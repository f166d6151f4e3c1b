package liveness

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	waitMax = 60 * time.Second      // no Retry-After is believed beyond this
	spacing = 20 * time.Millisecond // between those who set off again after a wait
)

// throttle makes every request of a client wait when one of them is told to. It
// reads the process's own clock: what it measures are spans, not dates.
type throttle struct {
	limit int // how often in a row it is closed before everybody gives up

	mu    sync.Mutex
	until time.Time
	queued  int // how many are waiting for until
	consecutive   int // how often it was closed since a request last succeeded
}

// pause closes the gate for d from now, unless it is closed for longer already.
// anew says that it was open. Nobody waits for a service that only ever asks to
// wait: behind the limit the gate stays open and patience is false.
func (g *throttle) pause(d time.Duration) (anew, patience bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	if anew = !g.until.After(now); anew {
		g.consecutive++
	}
	if g.consecutive > g.limit {
		return false, false
	}
	if until := now.Add(d); until.After(g.until) {
		g.until, g.queued = until, 0
	}
	return anew, true
}

// reset notes that a request has succeeded.
func (g *throttle) reset() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.consecutive = 0
}

// wait returns once the gate is open. Those who waited for the same instant
// set off one after the other, so that they do not bring about the next wait
// together; who finds the gate closed again stays.
func (g *throttle) wait(ctx context.Context) error {
	for {
		d := g.delay()
		if d <= 0 {
			return contextError(ctx)
		}
		if err := sleep(ctx, d); err != nil {
			return err
		}
	}
}

// delay is how long the caller has to wait, and takes a turn for it.
func (g *throttle) delay() time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	d := time.Until(g.until)
	if d <= 0 || g.consecutive > g.limit {
		return 0
	}
	d += time.Duration(g.queued) * spacing
	g.queued++
	return d
}

// sleep waits for d or for the end of ctx.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return contextError(ctx)
	}
}

// contextError is the error of a context that has ended, with its cause; nil
// for one that has not.
func contextError(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if err == nil || cause == err {
		return err
	}
	return fmt.Errorf("%w: %w", err, cause)
}

// retryAfter reads the header: seconds with or without an s, or an HTTP date,
// which is compared with the service's own clock. The wait is at most waitMax;
// 0 for none, one in the past and what cannot be read.
func retryAfter(h http.Header, serviceNow time.Time) time.Duration {
	s := strings.TrimSpace(h.Get("Retry-After"))
	if s == "" {
		return 0
	}
	var d time.Duration
	if strings.Trim(s, "0123456789") == "" {
		seconds, err := strconv.Atoi(s)
		if err != nil || seconds > int(waitMax/time.Second) {
			return waitMax // a number too large to read is too long to wait
		}
		d = time.Duration(seconds) * time.Second
	} else if span, err := time.ParseDuration(s); err == nil {
		d = span
	} else if at, err := http.ParseTime(s); err == nil {
		d = at.Sub(serviceNow)
	}
	return min(max(d, 0), waitMax)
}
