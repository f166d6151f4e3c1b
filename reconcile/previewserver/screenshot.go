package previewserver

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/chromedp"
	"golang.org/x/sync/errgroup"

	"livery/schema/preview"
)

// browserTimeout is how long a browser may be silent before it is given up: starting one
// on a busy machine takes some seconds, a picture a fraction of one.
const browserTimeout = 2 * time.Minute

// maxTabs is how many pages are drawn at once: while one tab turns a picture into a
// file, the other draws.
const maxTabs = 2

// Screenshots writes a picture of every screen of every sheet to a directory, as
// LOCALE/SCREEN.png at two pixels to a point, and reports how many it wrote, also
// when it was stopped. The browser is the path of a Chromium. It gets documents that
// need nothing from anywhere, and a profile of its own that is gone afterwards. What
// is in the directory already stays, unless it has the name of a picture. The
// progress is told after each picture, by one at a time.
func Screenshots(ctx context.Context, browser string, g *preview.Gallery, dir string, progress func(done, all int)) (int, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return 0, fmt.Errorf("writing screenshots: %w", err)
	}
	s := screenshotter{browser: browser, timeout: browserTimeout, progress: progress}
	return s.run(ctx, sheetPages(g.Sheets, dir))
}

// sheetPages are all screens of each sheet.
func sheetPages(sheets []preview.Sheet, dir string) []shotPage {
	pages := make([]shotPage, len(sheets))
	for i := range sheets {
		d := sheets[i].Document
		p := &pages[i]
		p.subject = string(d.Locale)
		for _, screen := range preview.Screens() {
			p.paths = append(p.paths, filepath.Join(dir, string(d.Locale), screen.Name+".png"))
		}
		p.html = func() string {
			var sides []side
			for _, screen := range preview.Screens() {
				sides = append(sides, side{screen, d})
			}
			return pageOf(sides)
		}
	}
	return pages
}

// screenshotter is a browser that takes pictures of pages.
type screenshotter struct {
	browser  string
	timeout  time.Duration
	progress func(done, all int)

	output   outputLog
	watchdog *time.Timer // ends the work unless it is reset in time

	mu        sync.Mutex
	done, all int
}

// errTimeout is why the work of a browser that does not answer ends.
var errTimeout = errors.New("no answer")

// run works from the first page to the last. When it returns, the browser has ended and
// has left nothing.
func (s *screenshotter) run(ctx context.Context, pages []shotPage) (n int, err error) {
	if len(pages) == 0 {
		return 0, nil
	}
	for i := range pages {
		s.all += len(pages[i].paths)
	}
	tempDir, err := os.MkdirTemp(tempParent(os.TempDir()), "livery-*")
	if err != nil {
		return 0, fmt.Errorf("starting the browser: %w", err)
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	s.watchdog = time.AfterFunc(s.timeout, func() { stop(errTimeout) })
	defer s.watchdog.Stop()
	err = s.runTabs(ctx, tempDir, pages)
	var exit *exec.ExitError
	switch cause := context.Cause(ctx); {
	case err == nil:
	case errors.Is(cause, errTimeout):
		err = fmt.Errorf("waiting for the browser %s: it has not answered for %v", s.browser, s.timeout)
	case cause != nil:
		err = cause
	case errors.As(err, &exit):
		err = fmt.Errorf("the browser %s ended too early: %w", s.browser, exit)
	}
	return s.done, errors.Join(err, removeAll(tempDir))
}

// runTabs starts the browser and has its tabs take one page after the other.
func (s *screenshotter) runTabs(ctx context.Context, tempDir string, pages []shotPage) error {
	ctx, quit := chromedp.NewExecAllocator(ctx, s.options(tempDir)...)
	defer quit() // returns when the browser has ended and its profile is gone
	ctx, shut := chromedp.NewContext(ctx, chromedp.WithErrorf(discardLog), chromedp.WithLogf(discardLog))
	defer shut()
	if err := chromedp.Do(ctx); err != nil {
		return s.startError(err)
	}
	next := make(chan *shotPage, len(pages))
	for i := range pages {
		next <- &pages[i]
	}
	close(next)
	group, ctx := errgroup.WithContext(ctx)
	for range min(maxTabs, len(pages)) {
		group.Go(func() error { return s.runTab(ctx, next) })
	}
	return group.Wait()
}

// discardLog drops what the browser's library logs: what matters is also returned as
// an error.
func discardLog(string, ...any) {}

// options make a browser that fetches nothing of its own accord and draws alike
// wherever it runs. Its profile is made and removed by the library; what else it
// writes, such as its singleton socket, goes into tempDir.
func (s *screenshotter) options(tempDir string) []chromedp.ExecAllocatorOption {
	list := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(s.browser), chromedp.CombinedOutput(&s.output),
		chromedp.Env("TMPDIR="+tempDir), chromedp.DisableGPU, chromedp.Flag("lang", "en-US"), chromedp.Flag("font-render-hinting", "none"))
	for _, name := range []string{"disable-component-update", "disable-quic", "disable-domain-reliability", "no-pings", "disable-lcd-text"} {
		list = append(list, chromedp.Flag(name, true))
	}
	return list
}

// startError tells why a browser did not start, in its own words if it had any.
func (s *screenshotter) startError(err error) error {
	if output := s.output.reason(); output != "" {
		return fmt.Errorf("starting the browser %s: it says %q", s.browser, output)
	}
	if line, _, long := strings.Cut(err.Error(), "\n"); long {
		err = errors.New(strings.TrimSuffix(line, ":")) // below stands what it said, which is nothing
	}
	return fmt.Errorf("starting the browser %s: %w", s.browser, err)
}

// tempParent is where the browser's temporary directory is made: in the system's one,
// unless its path is so long that a socket below it would exceed the system's limit.
func tempParent(temp string) string {
	const longest, tempDir = 103, len("/livery-1234567890/org.chromium.Chromium.123456/SingletonSocket")
	if info, err := os.Stat("/tmp"); len(temp)+tempDir > longest && err == nil && info.IsDir() {
		return "/tmp"
	}
	return temp
}

// removeAll removes a directory that processes may still write to while they end.
func removeAll(dir string) error {
	err := os.RemoveAll(dir)
	for wait := time.Millisecond; err != nil && wait < time.Second; wait *= 2 {
		time.Sleep(wait)
		err = os.RemoveAll(dir)
	}
	if err != nil {
		return fmt.Errorf("removing what the browser left: %w", err)
	}
	return nil
}

// save writes a picture, and counts it.
func (s *screenshotter) save(path string, data []byte) error {
	if err := writeWhole(path, data); err != nil {
		return fmt.Errorf("writing a screenshot: %w", err)
	}
	s.watchdog.Reset(s.timeout)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.done++
	s.progress(s.done, s.all)
	return nil
}

// writeWhole writes a file whole or not at all, by a rename.
func writeWhole(path string, data []byte) error {
	temp, err := os.CreateTemp(filepath.Dir(path), ".livery-*")
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name()) // nothing is left once it is renamed
	_, err = temp.Write(data)
	err = errors.Join(err, temp.Chmod(0o644), temp.Close())
	if err == nil {
		err = os.Rename(temp.Name(), path)
	}
	return err
}

// outputLog keeps what a browser says while it starts.
type outputLog struct {
	mu   sync.Mutex
	text []byte
}

// Write never fails.
func (r *outputLog) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	const most = 16 << 10
	r.text = append(r.text, p[:min(len(p), most-len(r.text))]...)
	return len(p), nil
}

// reason is the line that tells most: the one that the browser itself calls fatal,
// or else the last. Before it, scripts and libraries complain of what does no harm.
// Where in its source a browser stood is left out.
func (r *outputLog) reason() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	best := ""
	for line := range strings.Lines(string(r.text)) {
		if line = strings.TrimSpace(line); line != "" && !strings.Contains(best, ":FATAL:") {
			best = line
		}
	}
	if place, rest, ok := strings.Cut(best, "] "); ok && strings.HasPrefix(place, "[") {
		best = rest
	}
	const most = 300 // bytes: a sentence, not a report
	return strings.ToValidUTF8(best[:min(len(best), most)], "")
}
