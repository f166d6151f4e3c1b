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
	spacing = 20 * time.Millisecond // between those who go on after a pause
)

// throttle makes every request of a client wait when one of them is told to. It
// reads the process's own clock, since it measures durations and no dates.
type throttle struct {
	limit   int // how many pauses in a row there may be without a success
	onBegin func(d time.Duration, code string)

	mu          sync.Mutex
	until       time.Time
	queued      int // how many are waiting for until
	consecutive int // pauses since a request last succeeded
}

// pause makes every request wait for d from now, unless they wait for longer
// already; began says that none of them did. Nobody waits for a service that only
// ever asks to wait: beyond the limit there is no pause, and allowed is false.
func (t *throttle) pause(d time.Duration) (began, allowed bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	if began = !t.until.After(now); began {
		t.consecutive++
	}
	if t.consecutive > t.limit {
		return false, false
	}
	if until := now.Add(d); until.After(t.until) {
		t.until, t.queued = until, 0
	}
	return began, true
}

// pauseAll makes every request wait; false when that has happened too often.
func (t *throttle) pauseAll(d time.Duration, code string) bool {
	began, allowed := t.pause(d)
	if began && t.onBegin != nil {
		t.onBegin(d, code)
	}
	return allowed
}

// reset notes that a request has succeeded.
func (t *throttle) reset() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.consecutive = 0
}

// wait returns when there is no pause, or when it is over. Those who waited for the
// same instant go on one after the other, so that they do not cause the next pause
// together; where there is another pause by then, they wait again.
func (t *throttle) wait(ctx context.Context) error {
	for {
		d := t.delay()
		if d <= 0 {
			return contextError(ctx)
		}
		if err := sleep(ctx, d); err != nil {
			return err
		}
	}
}

// delay queues the caller and gives how long it has to wait; 0 without a pause.
func (t *throttle) delay() time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	d := time.Until(t.until)
	if d <= 0 || t.consecutive > t.limit {
		return 0
	}
	d += time.Duration(t.queued) * spacing
	t.queued++
	return d
}

// sleep waits for d or for the end of ctx.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
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
