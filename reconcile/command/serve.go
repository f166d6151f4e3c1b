package command

import (
	"context"
	"net"

	"livery/reconcile/localserver"
)

// Serve answers until ctx ends.
func Serve(ctx context.Context, listener net.Listener, server localserver.Server) error {
	if err := server.Serve(ctx, listener); err != nil {
		return Fail("The server stopped", "%v.", err)
	}
	return nil
}
