package engine

import (
	"os"
	"os/signal"
	"syscall"
)

// HearHangups has the processes that tests start mind SIGHUP, also where the tests were
// started with nohup: what a process ignores, those that it starts ignore too, and what it
// listens to they do not.
func HearHangups() {
	if signal.Ignored(syscall.SIGHUP) {
		signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP)
	}
}
