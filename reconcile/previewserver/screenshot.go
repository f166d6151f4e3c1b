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

// patience is how long a browser may be silent before it is given up: starting one
// on a busy machine takes some seconds, a picture a fraction of one.
const patience = 30 * time.Second

// tabs is how many sheets are drawn at once: while one tab turns a picture into a
// file, the other draws.
const tabs = 2

// Screenshots writes a picture of every screen of every sheet to a directory, as
// LOCALE/SCREEN.png at two pixels to a point, and reports how many it wrote, also
// when it was stopped. The browser is the path of a Chromium. It gets documents that
// need nothing from anywhere, and a profile of its own that is gone afterwards. What
// is in the directory already stays, unless it has the name of a picture. The
// progress is told after each picture, by one at a time.
func Screenshots(ctx context.Context, browser string, g *preview.Gallery, dir string, progress func(done, all int)) (int, error) {
	s := studio{browser: browser, dir: dir, patience: patience, progress: progress}
	return s.open(ctx, g.Sheets)
}

// studio is a browser that takes pictures of sheets.
type studio struct {
	browser  string
	dir      string
	patience time.Duration
	progress func(done, all int)

	said  remarks
	alive *time.Timer // ends the work unless it is set back in time

	mu        sync.Mutex
	done, all int
}

// errSilent is why the work of a browser that does not answer ends.
var errSilent = errors.New("no answer")

// open works from the first sheet to the last. When it returns, the browser has
// ended and has left nothing.
func (s *studio) open(ctx context.Context, sheets []preview.Sheet) (n int, err error) {
	if len(sheets) == 0 {
		return 0, nil
	}
	s.all = len(sheets) * len(preview.Screens())
	if err := os.MkdirAll(s.dir, 0o755); err != nil {
		return 0, fmt.Errorf("writing screenshots: %w", err)
	}
	room, err := os.MkdirTemp(roomy(os.TempDir()), "livery-*")
	if err != nil {
		return 0, fmt.Errorf("starting the browser: %w", err)
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	s.alive = time.AfterFunc(s.patience, func() { stop(errSilent) })
	defer s.alive.Stop()
	err = s.work(ctx, room, sheets)
	var exit *exec.ExitError
	switch cause := context.Cause(ctx); {
	case err == nil:
	case errors.Is(cause, errSilent):
		err = fmt.Errorf("waiting for the browser %s: it has not answered for %v", s.browser, s.patience)
	case cause != nil:
		err = cause
	case errors.As(err, &exit):
		err = fmt.Errorf("the browser %s ended too early: %w", s.browser, exit)
	}
	return s.done, errors.Join(err, sweep(room))
}

// work starts the browser and has its tabs take one sheet after the other.
func (s *studio) work(ctx context.Context, room string, sheets []preview.Sheet) error {
	ctx, quit := chromedp.NewExecAllocator(ctx, s.options(room)...)
	defer quit() // returns when the browser has ended and its profile is gone
	ctx, shut := chromedp.NewContext(ctx, chromedp.WithErrorf(unsaid), chromedp.WithLogf(unsaid))
	defer shut()
	if err := chromedp.Do(ctx); err != nil {
		return s.notStarted(err)
	}
	next := make(chan *preview.Sheet, len(sheets))
	for i := range sheets {
		next <- &sheets[i]
	}
	close(next)
	group, ctx := errgroup.WithContext(ctx)
	for range min(tabs, len(sheets)) {
		group.Go(func() error { return s.tab(ctx, next) })
	}
	return group.Wait()
}

// unsaid keeps the remarks of the browser's library from people's terminals: what
// matters comes back as an error.
func unsaid(string, ...any) {}

// options make a browser that fetches nothing of its own accord and draws alike
// wherever it runs. Its profile is made and removed by the library; what else it
// puts down, such as the socket by which it finds itself, goes into the room.
func (s *studio) options(room string) []chromedp.ExecAllocatorOption {
	list := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(s.browser), chromedp.CombinedOutput(&s.said),
		chromedp.Env("TMPDIR="+room), chromedp.DisableGPU, chromedp.Flag("lang", "en-US"), chromedp.Flag("font-render-hinting", "none"))
	for _, name := range []string{"disable-component-update", "disable-quic", "disable-domain-reliability", "no-pings", "disable-lcd-text"} {
		list = append(list, chromedp.Flag(name, true))
	}
	return list
}

// notStarted tells why a browser did not start, in its own words if it had any.
func (s *studio) notStarted(err error) error {
	if said := s.said.reason(); said != "" {
		return fmt.Errorf("starting the browser %s: it says %q", s.browser, said)
	}
	if line, _, long := strings.Cut(err.Error(), "\n"); long {
		err = errors.New(strings.TrimSuffix(line, ":")) // below stands what it said, which is nothing
	}
	return fmt.Errorf("starting the browser %s: %w", s.browser, err)
}

// roomy is where the browser's room is made: in the directory for temporary files,
// unless its path is so long that no socket could stand in a room there.
func roomy(temp string) string {
	const longest, room = 103, len("/livery-1234567890/org.chromium.Chromium.123456/SingletonSocket")
	if info, err := os.Stat("/tmp"); len(temp)+room > longest && err == nil && info.IsDir() {
		return "/tmp"
	}
	return temp
}

// sweep removes a directory that processes may still write to while they end.
func sweep(dir string) error {
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

// file puts a picture in its place so that no half of one is ever seen, and counts it.
func (s *studio) file(path string, data []byte) error {
	temp, err := os.CreateTemp(filepath.Dir(path), ".livery-*")
	if err != nil {
		return fmt.Errorf("writing a screenshot: %w", err)
	}
	defer os.Remove(temp.Name()) // nothing is left once it is renamed
	_, err = temp.Write(data)
	err = errors.Join(err, temp.Chmod(0o644), temp.Close())
	if err == nil {
		err = os.Rename(temp.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("writing a screenshot: %w", err)
	}
	s.alive.Reset(s.patience)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.done++
	s.progress(s.done, s.all)
	return nil
}

// remarks keeps what a browser says while it starts.
type remarks struct {
	mu   sync.Mutex
	text []byte
}

// Write never fails.
func (r *remarks) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	const most = 16 << 10
	r.text = append(r.text, p[:min(len(p), most-len(r.text))]...)
	return len(p), nil
}

// reason is the line that tells most: the one that the browser itself calls fatal,
// or else the last. Before it, scripts and libraries complain of what does no harm.
// Where in its source a browser stood is left out.
func (r *remarks) reason() string {
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
