package previewserver

import (
	"context"
	"time"

	"livery/schema/preview"
)

// ScreenshotsWithin is Screenshots with another timeout.
func ScreenshotsWithin(ctx context.Context, timeout time.Duration, browser string, g *preview.Gallery, dir string) (int, error) {
	s := screenshotter{browser: browser, timeout: timeout, progress: func(int, int) {}}
	return s.run(ctx, sheetPages(g.Sheets, dir))
}
