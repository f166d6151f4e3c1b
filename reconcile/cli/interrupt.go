package cli

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// interruptible lets the first signal stop what has not begun and the second
// one everything.
func (a *app) interruptible(parent context.Context) (context.Context, <-chan struct{}, func()) {
	ctx, cancel := context.WithCancel(parent)
	stop := make(chan struct{})
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	done := make(chan struct{})
	go func() {
		select {
		case <-signals:
			close(stop)
			a.view.Interrupt("Interrupt received.\nPlease wait: requests in flight are finished and recorded.\nGracefully shutting down...")
		case <-done:
			return
		}
		select {
		case <-signals:
			a.view.Interrupt("Two interrupts received. Stopping at once; what was in flight stays recorded as in doubt.")
			cancel()
		case <-done:
		}
	}()
	return ctx, stop, func() { signal.Stop(signals); close(done); cancel() }
}
