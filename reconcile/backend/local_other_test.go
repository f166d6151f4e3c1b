//go:build !linux

package backend

import (
	"context"
	"errors"

	"livery/reconcile/state"
)

func writeBeyondLimit(context.Context, state.Blob) error {
	return errors.New("only tried on Linux")
}
