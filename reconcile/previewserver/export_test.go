package previewserver

import (
	"context"
	"time"

	"livery/schema/preview"
)

// FaultyPeriod is how long a file may stay half written before that is said.
const FaultyPeriod = faultyPeriod

// ScreenshotsWithin is Screenshots with another timeout.
func ScreenshotsWithin(ctx context.Context, timeout time.Duration, browser string, g *preview.Gallery, dir string) (int, error) {
	s := screenshotter{browser: browser, timeout: timeout, progress: func(int, int) {}}
	return s.run(ctx, sheetPages(g.Sheets, dir))
}
