package cli

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"
)

// serveUntilInterrupted answers until ctx ends; ending ends answers that
// would go on for ever.
func serveUntilInterrupted(ctx context.Context, listener net.Listener, handler http.Handler, ending ...func()) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	for _, end := range ending {
		server.RegisterOnShutdown(end)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		<-ctx.Done()
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		if server.Shutdown(grace) != nil {
			_ = server.Close() // whoever still waits has waited long enough
		}
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fail("The server stopped", "%v.", err)
	}
	<-done
	return nil
}
