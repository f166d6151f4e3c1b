// Package previewserver shows previews to people: as a page that follows the files while
// somebody edits them, and as pictures taken by a browser.
//
// It does not know how a picture is drawn (package schema/preview) nor where the
// files and the state are; it is given a function that draws, and what to watch.
package previewserver

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"livery/schema/preview"
)

// Snapshot is what a Render has made of the files as they are.
type Snapshot struct {
	Gallery preview.Gallery
	Faulty  bool     // the files have errors, so the gallery shows what could be read
	Watch   []string // files that the picture depends on, and directories where others may appear
}

// Render reads the files and draws. It may be called again at any time, but not
// twice at once.
type Render func(ctx context.Context) (Snapshot, error)

// Config says what to serve.
type Config struct {
	Render Render
	Listen net.Addr // that the server is reached at: other names for it are refused
	Log    *slog.Logger
}

// Server serves one gallery to browsers. What it shows last without errors stays
// on the screen while the files have some.
type Server struct {
	cfg  Config
	born string // tells the revisions of one run from those of another

	mu       sync.Mutex
	good     *preview.Gallery // the last picture of files without errors
	page     []byte
	number   int
	watch    []string
	changed  chan struct{} // closed when there is a new page
	shutdown chan struct{}
}

// Addresses of what is served.
const (
	stylesPath = "/gallery.css"
	scriptPath = "/gallery.js"
	eventsPath = "/events"
)

// New draws the first picture. The error is Render's.
func New(ctx context.Context, cfg Config, now time.Time) (*Server, error) {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{cfg: cfg, born: strconv.FormatInt(now.UnixNano(), 36), changed: make(chan struct{}), shutdown: make(chan struct{})}
	if err := s.Redraw(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

// Redraw draws anew and tells the browsers if the picture is another one.
func (s *Server) Redraw(ctx context.Context) error {
	picture, err := s.cfg.Render(ctx)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.watch = picture.Watch
	g := picture.Gallery
	switch {
	case !picture.Faulty:
		good := g
		s.good = &good
	case s.good != nil:
		g.Sheets, g.Broken = s.good.Sheets, "What you see is the last picture without them; it is renewed when they are mended."
	default:
		g.Broken = "What you see is what could be read of them."
	}
	revision := s.revision(s.number)
	page := g.Page(preview.Live{Styles: stylesPath, Script: scriptPath, Events: eventsPath, Revision: revision})
	if bytes.Equal(page, s.page) {
		return nil
	}
	s.number++ // and the page is given the number that it has earned
	s.page = bytes.Replace(page, []byte(revision), []byte(s.revision(s.number)), 1)
	close(s.changed)
	s.changed = make(chan struct{})
	return nil
}

// revision names a page. All are of one length, for one to take another's place.
func (s *Server) revision(number int) string { return fmt.Sprintf("%s.%08d", s.born, number) }

// current is the page, its revision, and what is closed when there is another.
func (s *Server) current() (page []byte, revision string, changed <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.page, s.revision(s.number), s.changed
}

// Close ends the streams of the browsers, which would wait for ever otherwise.
func (s *Server) Close() { close(s.shutdown) }

// ServeHTTP answers a browser. A request under another name than that of the
// place that is listened on is refused: a page from elsewhere could have this
// machine's address under a name of its own, and read along.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Content-Security-Policy", s.policy())
	switch {
	case !s.called(r.Host):
		http.Error(w, "this preview is not served under that name", http.StatusForbidden)
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		h.Set("Allow", "GET, HEAD")
		http.Error(w, "a preview is only looked at", http.StatusMethodNotAllowed)
	case r.URL.Path == "/":
		page, _, _ := s.current()
		answer(w, "text/html", page)
	case r.URL.Path == stylesPath:
		answer(w, "text/css", []byte(preview.GalleryStyles()))
	case r.URL.Path == scriptPath:
		answer(w, "text/javascript", []byte(preview.Script()))
	case r.URL.Path == eventsPath:
		s.events(w, r)
	default:
		http.NotFound(w, r)
	}
}

func (s *Server) policy() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return preview.ContentPolicy(s.good != nil && s.good.Images)
}

func answer(w http.ResponseWriter, kind string, data []byte) {
	w.Header().Set("Content-Type", kind+"; charset=utf-8")
	_, _ = w.Write(data) // a browser that has gone needs nothing
}

// called reports whether a Host header names the place that is listened on. Names
// are taken for this machine only: an address cannot be made to mean another.
func (s *Server) called(host string) bool {
	name, port, err := net.SplitHostPort(host)
	if err != nil {
		name, port = host, "80"
	}
	listenHost, listenPort, err := net.SplitHostPort(s.cfg.Listen.String())
	if err != nil || port != listenPort {
		return false
	}
	name = strings.Trim(name, "[]")
	if name == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(name)
	if err != nil {
		return false
	}
	listen, err := netip.ParseAddr(listenHost)
	return err == nil && (addr == listen || listen.IsUnspecified() || addr.IsLoopback() && listen.IsLoopback())
}

// pulse is how often a silent stream shows that it still lives.
const pulse = 15 * time.Second

// events tells a browser the revision that there is, and each one that comes.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	control := http.NewResponseController(w)
	w.Header().Set("Content-Type", "text/event-stream")
	tick := time.NewTicker(pulse)
	defer tick.Stop()
	told := ""
	for {
		_, revision, changed := s.current()
		text := ": still here\n\n"
		if revision != told {
			text, told = "retry: 500\nevent: picture\ndata: "+revision+"\n\n", revision
		}
		if _, err := w.Write([]byte(text)); err != nil || control.Flush() != nil {
			return
		}
		select {
		case <-changed:
		case <-tick.C:
		case <-s.shutdown:
			return
		case <-r.Context().Done():
			return
		}
	}
}
