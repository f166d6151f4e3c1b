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

	"livery/schema"
	"livery/schema/preview"
)

// Sizes in CSS pixels.
const (
	pixelRatio   = 2    // of device pixels
	margin       = 28   // around a frame, for its shadow
	windowWidth  = 1336 // a desktop frame with its margin
	windowHeight = 800  // most frames; a window grows with what is in it
)

// shotPage is a page that pictures are taken of, one of each of its sections.
type shotPage struct {
	subject string // whom an error is about
	html    func() string
	paths   []string // of the files, one for each section
}

// side is a screen of a document.
type side struct {
	screen   preview.Screen
	document schema.Document
}

// pageOf is a document with screens on top of each other. One is seen at a time: so
// what stands in one never moves the pixels of another, and all are laid out, with
// their pictures read, before the first is taken.
func pageOf(sides []side) string {
	var b strings.Builder
	b.WriteString(`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>livery</title>` +
		`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">` +
		"<style>" + preview.Styles() + "body{margin:0;background:#f1f3f6}" +
		"section{position:absolute;top:0;left:0;padding:" + strconv.Itoa(margin) + "px;visibility:hidden}section.seen{visibility:visible}" +
		preview.StillStyles + "</style></head><body>\n")
	for _, s := range sides {
		info := s.document.Locale.Info()
		fmt.Fprintf(&b, "<section lang=\"%s\" dir=\"%s\">%s</section>\n", html.EscapeString(info.BCP47), info.Direction(),
			s.screen.HTML(s.document, preview.Drawing{Link: preview.SampleLink}))
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

// density is how many device pixels a page has to one of its own: fewer where it is so
// large that browsers would leave some of it black.
func density(of pageSize) float64 {
	const most = 16_000 // device pixels, a little less than a texture has
	return min(pixelRatio, most/float64(max(of.Width, of.Height)))
}

// setViewport sets the size of the window. The density must be set before anything is
// laid out: it decides where letters may stand.
func setViewport(of pageSize) chromedp.Action[chromedp.Void] {
	return chromedp.EmulateViewport(of.Width, of.Height, chromedp.EmulateScale(density(of)))
}

// runTab takes pictures of pages until there are no more.
func (s *screenshotter) runTab(ctx context.Context, next <-chan *shotPage) error {
	ctx, shut := chromedp.NewContext(ctx)
	defer shut()
	for p := range next {
		if err := s.capturePage(ctx, p); err != nil {
			return fmt.Errorf("taking screenshots of %s: %w", p.subject, err)
		}
	}
	return nil
}

func (s *screenshotter) capturePage(ctx context.Context, p *shotPage) error {
	if err := os.MkdirAll(filepath.Dir(p.paths[0]), 0o755); err != nil {
		return err
	}
	sizes, err := loadPage(ctx, p.html())
	if err != nil {
		return fmt.Errorf("the page did not load: %w", err)
	}
	if len(sizes) != len(p.paths) {
		return fmt.Errorf("the page did not load: %d of its %d screens are there", len(sizes), len(p.paths))
	}
	for i, path := range p.paths {
		if err := chromedp.Do(ctx, showScreen(i)); err != nil {
			return err
		}
		picture, err := chromedp.Call(ctx, page.CaptureScreenshot, capture(sizes[i]))
		if err != nil {
			return err
		}
		if err := s.save(path, picture.Data); err != nil {
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
