package previewserver

import (
	"context"
	"time"

	"livery/schema/preview"
)

// ScreenshotsWithin is Screenshots with another patience.
func ScreenshotsWithin(ctx context.Context, patience time.Duration, browser string, g *preview.Gallery, dir string) (int, error) {
	s := studio{browser: browser, dir: dir, patience: patience, progress: func(int, int) {}}
	return s.open(ctx, g.Sheets)
}
