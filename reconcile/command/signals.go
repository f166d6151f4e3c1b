package command

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// lastWords is how long a run has after the second signal to record what it knows
// and to release its lock.
const lastWords = 3 * time.Second

// stopSignals are those that ask a run to end. A hangup that nohup has switched off
// stays without effect.
func stopSignals() []os.Signal {
	list := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		list = append(list, syscall.SIGHUP)
	}
	return list
}

// watchSignals gives the context of a run, which the first signal ends. The second
// one ends r.atOnce; gaveUp is closed when the run has not ended soon after that, or
// with a third signal: a read of a pipe or an evaluation knows no context. What may be
// in flight by then was recorded as in doubt before it was sent.
func (r *Run) watchSignals() (ctx context.Context, gaveUp <-chan struct{}, release func()) {
	ctx, first := context.WithCancel(context.Background())
	atOnce, second := context.WithCancel(context.Background())
	r.atOnce = atOnce
	signals := make(chan os.Signal, 3)
	signal.Notify(signals, stopSignals()...)
	// Nobody reads these: a reader of the output that has gone makes a write Fail, and
	// must not end a run that holds a lock.
	broken := make(chan os.Signal, 1)
	signal.Notify(broken, syscall.SIGPIPE)
	late, released := make(chan struct{}), make(chan struct{})
	go func() {
		for _, end := range []func(){first, second} {
			select {
			case <-signals:
				end()
			case <-released:
				return
			}
		}
		select {
		case <-signals:
			close(late)
		case <-time.After(lastWords):
			close(late)
		case <-released:
		}
	}()
	return ctx, late, func() {
		if !r.IsProcess {
			signal.Stop(signals)
			signal.Stop(broken)
		}
		close(released)
		first()
		second()
	}
}

// Interruptible lets the first signal close stop, for what has not begun, and the
// second one end the context, for everything. One of many runs is silent about it.
func (r *Run) Interruptible(ctx context.Context) (until context.Context, stop <-chan struct{}, release func()) {
	until, cancel := context.WithCancel(context.WithoutCancel(ctx))
	unhook := context.AfterFunc(r.atOnce, cancel)
	released, silent := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(silent)
		for _, said := range []struct {
			signal <-chan struct{}
			text   string
		}{
			{ctx.Done(), "Interrupt received.\nPlease wait: requests in flight are finished and recorded.\nGracefully shutting down..."},
			{r.atOnce.Done(), "Two interrupts received. Stopping at once; what was in flight stays recorded as in doubt."},
		} {
			select {
			case <-said.signal:
				if r.below == "" {
					r.View.Interrupt(said.text)
				}
			case <-released:
				return
			}
		}
	}()
	return until, ctx.Done(), func() {
		close(released)
		<-silent
		unhook()
		cancel()
	}
}

// readerGone reports that nothing has failed but a write to stdout, whose reader
// has gone: "| head" has seen enough, and needs no error.
func readerGone(err error) bool {
	for err != nil {
		if joined, ok := err.(interface{ Unwrap() []error }); ok && len(joined.Unwrap()) == 1 {
			err = joined.Unwrap()[0]
			continue
		}
		if failed, ok := err.(*fs.PathError); ok {
			return failed.Path == os.Stdout.Name() && errors.Is(failed.Err, syscall.EPIPE)
		}
		err = errors.Unwrap(err)
	}
	return false
}
