package previewserver

import (
	"context"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"livery/schema/preview"
)

// Sizes in CSS pixels.
const (
	pixelRatio   = 2    // of device pixels
	margin       = 28   // around a frame, for its shadow
	windowWidth  = 1336 // a desktop frame with its margin
	windowHeight = 800  // most frames; a window grows with what is in it
)

// pageOf is a document with all screens of a sheet on top of each other. One is
// seen at a time: so what stands in one never moves the pixels of another, and all
// are laid out, with their pictures read, before the first is taken.
func pageOf(s *preview.Sheet) string {
	info := s.Document.Locale.Info()
	var b strings.Builder
	b.WriteString(`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>livery</title>` +
		`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">` +
		"<style>" + preview.Styles() + "body{margin:0;background:#f1f3f6}" +
		"section{position:absolute;top:0;left:0;padding:" + strconv.Itoa(margin) + "px;visibility:hidden}section.seen{visibility:visible}" +
		"*,::before,::after{animation:none!important;transition:none!important;caret-color:#0000!important}</style></head><body>\n")
	for _, screen := range preview.Screens() {
		fmt.Fprintf(&b, "<section lang=\"%s\" dir=\"%s\">%s</section>\n", html.EscapeString(info.BCP47), info.Direction(),
			screen.HTML(s.Document, preview.Drawing{Link: preview.SampleLink}))
	}
	b.WriteString("</body></html>\n")
	return b.String()
}

// measure waits until everything is in place, and gives the size of each screen.
const measure = `document.fonts.ready.then(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))).then(() =>
	Array.from(document.querySelectorAll("section"), (s) => ({ width: s.offsetWidth, height: s.offsetHeight })))`

// pageSize is that of a screen with its margin.
type pageSize struct{ Width, Height int64 }

// showScreen makes one screen the only one that is seen.
func showScreen(i int) chromedp.Action[chromedp.Void] {
	return chromedp.Evaluate[chromedp.Void](`document.querySelectorAll("section").forEach((s, i) => s.classList.toggle("seen", i === ` + strconv.Itoa(i) + `))`)
}

// setViewport sets the size of the window. The density must be set before anything is
// laid out: it decides where letters may stand.
func setViewport(of pageSize) chromedp.Action[chromedp.Void] {
	return chromedp.EmulateViewport(of.Width, of.Height, chromedp.EmulateScale(pixelRatio))
}

// runTab takes pictures of sheets until there are no more.
func (s *screenshotter) runTab(ctx context.Context, next <-chan *preview.Sheet) error {
	ctx, shut := chromedp.NewContext(ctx)
	defer shut()
	for captureSheet := range next {
		if err := s.captureSheet(ctx, captureSheet); err != nil {
			return fmt.Errorf("taking screenshots of %s: %w", captureSheet.Document.Locale, err)
		}
	}
	return nil
}

func (s *screenshotter) captureSheet(ctx context.Context, captureSheet *preview.Sheet) error {
	dir := filepath.Join(s.dir, string(captureSheet.Document.Locale))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	screens := preview.Screens()
	sizes, err := loadPage(ctx, pageOf(captureSheet))
	if err != nil {
		return fmt.Errorf("the page did not load: %w", err)
	}
	if len(sizes) != len(screens) {
		return fmt.Errorf("the page did not load: %d of its %d screens are there", len(sizes), len(screens))
	}
	for i, screen := range screens {
		if err := chromedp.Do(ctx, showScreen(i)); err != nil {
			return err
		}
		picture, err := chromedp.Call(ctx, page.CaptureScreenshot, capture(sizes[i]))
		if err != nil {
			return err
		}
		if err := s.save(filepath.Join(dir, screen.Name+".png"), picture.Data); err != nil {
			return err
		}
	}
	return nil
}

// loadPage gives a tab a document, as text: a browser that is confined to its own files
// could not read one of ours. The window is then as large as the largest screen.
func loadPage(ctx context.Context, text string) ([]pageSize, error) {
	if err := chromedp.Do(ctx, setViewport(pageSize{windowWidth, windowHeight})); err != nil {
		return nil, err
	}
	tree, err := chromedp.Call(ctx, page.GetFrameTree, cdp.Empty{})
	if err != nil {
		return nil, err
	}
	if _, err := chromedp.Call(ctx, page.SetDocumentContent, page.SetDocumentContentParams{FrameID: tree.FrameTree.Frame.ID, HTML: text}); err != nil {
		return nil, err
	}
	sizes, err := chromedp.Run(ctx, chromedp.Evaluate[[]pageSize](measure, chromedp.EvalAwaitPromise))
	if err != nil {
		return nil, err
	}
	largest := pageSize{windowWidth, windowHeight}
	for _, one := range sizes {
		largest = pageSize{max(largest.Width, one.Width), max(largest.Height, one.Height)}
	}
	return sizes, chromedp.Do(ctx, setViewport(largest))
}

// capture asks for the picture of a screen. Packing the pixels tightly would take
// twice the time of everything else, for two thirds of the bytes.
func capture(of pageSize) page.CaptureScreenshotParams {
	quick := true
	return page.CaptureScreenshotParams{
		Format:           page.CaptureScreenshotFormatPng,
		Clip:             &page.Viewport{Width: float64(of.Width), Height: float64(of.Height), Scale: 1},
		OptimizeForSpeed: &quick,
	}
}
