package backend

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"time"

	"github.com/cenkalti/backoff/v5"

	"livery/reconcile/state"
)

// requestTimeout is how long a server may take for one request, repetitions included. A
// dead one must not keep a run for ever, and none needs as long for a state.
const requestTimeout = 30 * time.Second

// errUpgrade says that a server wants to speak another protocol. It may have done what
// was asked all the same.
var errUpgrade = errors.New("it answers 101 (Switching Protocols), which nobody asked for")

// refuseUpgrade closes the body of an answer after which the library hands out the bare
// connection: reading that knows no deadline.
func refuseUpgrade(response *http.Response, err error) (*http.Response, error) {
	if err == nil && response.StatusCode == http.StatusSwitchingProtocols {
		_ = response.Body.Close()
		return nil, errUpgrade
	}
	return response, err
}

// unsentError says that a request did not reach the server, or that the server
// put it off: it had no effect, and may be made again.
type unsentError struct{ err error }

func (e *unsentError) Error() string { return e.err.Error() }
func (e *unsentError) Unwrap() error { return e.err }

// unansweredError says that a request was sent and nobody knows what became of it.
type unansweredError struct{ err error }

func (e *unansweredError) Error() string { return e.err.Error() }
func (e *unansweredError) Unwrap() error { return e.err }

// deniedError says that whoever asks may not do that there.
type deniedError struct{ text string }

func (e *deniedError) Error() string { return e.text }

// Is makes it what it is on a disk.
func (e *deniedError) Is(target error) bool { return target == fs.ErrPermission }

// retryPolicy is how often something that may be repeated is tried, how long the
// pauses are, each twice the one before, and how long the tries may take together.
type retryPolicy struct {
	tries       uint
	first, most time.Duration
	timeout     time.Duration // without the pauses
}

// retry does what may be done twice until it is done, it fails in another way than by a
// transport error, or its time is over.
func retry[T any](ctx context.Context, r retryPolicy, op func(context.Context) (T, error)) (T, error) {
	left := r.timeout
	pauses := &backoff.ExponentialBackOff{InitialInterval: max(r.first, time.Millisecond), Multiplier: 2, RandomizationFactor: 0.2, MaxInterval: max(r.most, time.Millisecond)}
	result, err := backoff.Retry(ctx, func() (T, error) {
		tryCtx, cancel := context.WithTimeout(ctx, left)
		defer cancel()
		start := time.Now()
		result, err := op(tryCtx)
		left -= time.Since(start)
		if err == nil || isTransportError(err) && ctx.Err() == nil && left > 0 {
			return result, err
		}
		return result, backoff.Permanent(err)
	}, backoff.WithBackOff(pauses), backoff.WithMaxTries(max(r.tries, 1)), backoff.WithMaxElapsedTime(0))
	var permanent *backoff.PermanentError
	if errors.As(err, &permanent) { // of the last try
		err = permanent.Unwrap()
	}
	return result, err
}

func isTransportError(err error) bool {
	var unsent *unsentError
	var unanswered *unansweredError
	return errors.As(err, &unsent) || errors.As(err, &unanswered)
}

// readFunc gives what is at a place.
type readFunc func(context.Context) ([]byte, state.Revision, error)

// putVerified writes by put. Where its answer is lost, it finds out by reading what
// became of it, and puts again only what certainly did not arrive.
func putVerified(ctx context.Context, r retryPolicy, data []byte, ifRevision state.Revision, get readFunc, put func(context.Context) (state.Revision, error)) (state.Revision, error) {
	doubt := false // an earlier try may still arrive, and make a later one stale
	return retry(ctx, r, func(ctx context.Context) (state.Revision, error) {
		revision, err := put(ctx)
		var unanswered *unansweredError
		classifyTransportError := errors.As(err, &unanswered)
		if !classifyTransportError && !(doubt && errors.Is(err, state.ErrStale)) {
			return revision, err
		}
		doubt = true
		there, now, getErr := get(context.WithoutCancel(ctx))
		switch {
		case getErr != nil:
			return "", fmt.Errorf("%v, and whether the state was written is unknown, since it cannot be read either: %v", err, getErr) // it is not to be tried again
		case there != nil && bytes.Equal(there, data):
			return now, nil
		case now != ifRevision || !classifyTransportError:
			return "", state.ErrStale
		}
		return "", err
	})
}

// exists reports whether a place holds anything, where there is no cheaper way than
// to read it.
func exists(ctx context.Context, b state.Blob) (bool, error) {
	_, revision, err := b.Get(ctx)
	if err != nil {
		return false, &state.AccessError{Doing: "reading", Where: b.String(), Err: err}
	}
	return revision != "", nil
}

// identified adds to a LockInfo what only the place and the machine know.
func identified(info state.LockInfo, path string) state.LockInfo {
	info.Path = path
	return IdentifyHolder(info)
}

// readLimited reads what a server sends, up to what a state can be.
func readLimited(r io.Reader, place string) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxSize+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxSize {
		return nil, tooLargeError(place)
	}
	return data, nil
}

// checkLockID is why a lock with holder's ID is not broken by giving id, or nil.
func checkLockID(place, id, holder string) error {
	switch {
	case id == "":
		return fmt.Errorf("the ID of the lock is needed; the state %s is locked with the ID %s", place, holder)
	case id != holder:
		return fmt.Errorf("lock ID %q does not match the existing lock; the state %s is locked with the ID %s", id, place, holder)
	}
	return nil
}

// notLockedError says that there is nothing to break.
func notLockedError(place string) error { return fmt.Errorf("the state %s is not locked", place) }
