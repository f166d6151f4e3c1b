package gallery

import (
	"context"
	"errors"

	"livery/schema/preview"
)

// Screenshots is filled in below.
func Screenshots(ctx context.Context, browser string, g *preview.Gallery, dir string, progress func(done, all int)) (int, error) {
	return 0, errors.New("pending")
}
