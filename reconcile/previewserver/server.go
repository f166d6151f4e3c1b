// Package previewserver shows previews to people in two ways.
//
// # The page that follows the files
//
// A [Server] serves the gallery to browsers on this machine. [Server.Follow] watches
// the files and renders again when one changes; the browsers are told by server-sent
// events. While the files have errors, the last valid pages stay on the screen.
//
// With an [Editing], those who have its address can change the files from the page.
//
// # Screenshots
//
// [Screenshots] has a Chromium take a picture of each screen.
//
// # What it does not know
//
// How a page is drawn (package schema/preview), and where the files and the state
// are: it is given a function that renders, and absolute paths to watch. Nothing
// depends on the directory of the process.
package previewserver

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"livery/schema/preview"
)

// Snapshot is what a Render has made of the files as they are now.
type Snapshot struct {
	Gallery   preview.Gallery
	HasErrors bool     // the files have errors, so the gallery shows what could be read
	Watch     []string // absolute paths of files that the pages depend on, and of directories where others may appear
}

// Render reads the files and draws. It may be called again at any time, but not
// twice at once.
type Render func(ctx context.Context) (Snapshot, error)

// Config says what to serve.
type Config struct {
	Render  Render
	Log     *slog.Logger
	Editing *Editing // nil where files are only looked at
	Editor  string   // the address that opens a file in an editor, with {path} and {line}; "" for none
	Dir     string   // the absolute path that names of files are relative to
}

// Server serves one gallery to browsers. The last valid pages stay on the screen
// while the files have errors.
type Server struct {
	cfg     Config
	startID string // tells the revisions of one run from those of another

	mu         sync.Mutex
	lastValid  *preview.Gallery // the last picture of files without errors
	parts      *preview.Parts
	shown      []preview.Hashes // of the last revisions, the newest last
	pageNumber int              // of the newest
	watch      []string
	changed    chan struct{} // closed when there is a new page
	shutdown   chan struct{}
}

// Addresses of what is served.
const (
	stylesPath  = "/gallery.css"
	scriptPath  = "/gallery.js"
	eventsPath  = "/events"
	screensPath = "/screens"
)

// remembered is how many revisions a page may be behind to get only what has changed.
const remembered = 64

// New renders for the first time. The error is Render's.
func New(ctx context.Context, cfg Config, now time.Time) (*Server, error) {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{cfg: cfg, startID: strconv.FormatInt(now.UnixNano(), 36), changed: make(chan struct{}), shutdown: make(chan struct{})}
	if err := s.Redraw(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

// Redraw renders again, and tells the browsers if something has changed. The error is
// Render's; the page says it too, beside the last picture, if there is one.
func (s *Server) Redraw(ctx context.Context) error {
	snapshot, err := s.cfg.Render(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil && s.lastValid == nil {
		return err
	}
	g := snapshot.Gallery
	switch {
	case err != nil:
		g = *s.lastValid
		g.Unread = err.Error()
	case !snapshot.HasErrors:
		lastValid := g
		s.lastValid = &lastValid
	case s.lastValid != nil:
		g.Sheets, g.Broken = s.lastValid.Sheets, "What you see is the last picture without them; it is renewed when they are mended."
	default:
		g.Broken = "What you see is what could be read of them."
	}
	if err == nil {
		s.watch = snapshot.Watch
	}
	s.parts = g.Parts(s.parts)
	hashes := s.parts.Hashes()
	if len(s.shown) > 0 && hashes.Same(s.shown[len(s.shown)-1]) {
		return err
	}
	s.pageNumber++ // only a picture that differs gets a new revision
	s.shown = append(s.shown, hashes)
	if len(s.shown) > remembered {
		s.shown = s.shown[1:]
	}
	close(s.changed)
	s.changed = make(chan struct{})
	return err
}

// revision names a picture.
func (s *Server) revision(pageNumber int) string {
	return s.startID + "." + strconv.Itoa(pageNumber)
}

// current is the newest revision, and what is closed when there is another.
func (s *Server) current() (revision string, changed <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.revision(s.pageNumber), s.changed
}

// page is the whole page.
func (s *Server) page() []byte {
	s.mu.Lock()
	parts, revision := s.parts, s.revision(s.pageNumber)
	s.mu.Unlock()
	return parts.Page(preview.Live{Styles: stylesPath, Script: scriptPath, Events: eventsPath, Screens: screensPath, Revision: revision, Editor: s.cfg.Editor, Dir: s.cfg.Dir})
}

// known is what a page shows that shows a revision; nil for one that is not known, such as
// one of an earlier run. The caller holds the lock.
func (s *Server) known(revision string) preview.Hashes {
	for i, hashes := range s.shown {
		if revision == s.revision(s.pageNumber-len(s.shown)+1+i) {
			return hashes
		}
	}
	return nil
}

// since is what a page takes that shows a revision; everything for one that is not known.
func (s *Server) since(revision string) *preview.Update {
	s.mu.Lock()
	defer s.mu.Unlock()
	update := s.parts.Since(s.known(revision))
	update.Revision = s.revision(s.pageNumber)
	return update
}

// Close ends the streams of the browsers, which would wait for ever otherwise.
func (s *Server) Close() { close(s.shutdown) }

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Content-Security-Policy", s.policy())
	editing := s.cfg.Editing
	if editing != nil {
		h.Set("X-Frame-Options", "DENY")
	}
	switch {
	case editing != nil && !editing.guard.isOwnHost(r):
		http.Error(w, "this server is not known by that name", http.StatusMisdirectedRequest)
	case editing != nil && strings.HasPrefix(r.URL.Path, editPath):
		s.serveEditing(w, r)
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		h.Set("Allow", "GET, HEAD")
		http.Error(w, "a preview is only looked at", http.StatusMethodNotAllowed)
	case editing != nil && r.URL.Path == "/" && r.URL.Query().Has("edit"):
		editing.guard.enter(w, r)
	case r.URL.Path == "/":
		writeBody(w, "text/html", s.page())
	case r.URL.Path == stylesPath && editing != nil && editing.guard.isEditor(r):
		writeBody(w, "text/css", []byte(preview.GalleryStyles()+preview.EditingStyles()))
	case r.URL.Path == scriptPath && editing != nil && editing.guard.isEditor(r):
		writeBody(w, "text/javascript", []byte(preview.EditingScript()))
	case r.URL.Path == stylesPath:
		writeBody(w, "text/css", []byte(preview.GalleryStyles()))
	case r.URL.Path == scriptPath:
		writeBody(w, "text/javascript", []byte(preview.Script()))
	case r.URL.Path == screensPath:
		data, err := json.Marshal(s.since(r.URL.Query().Get("since")))
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		writeBody(w, "application/json", data)
	case r.URL.Path == eventsPath:
		s.serveEvents(w, r)
	default:
		http.NotFound(w, r)
	}
}

func (s *Server) policy() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return preview.ContentPolicy(s.lastValid != nil && s.lastValid.Images)
}

func writeBody(w http.ResponseWriter, kind string, data []byte) {
	w.Header().Set("Content-Type", kind+"; charset=utf-8")
	_, _ = w.Write(data) // a browser that has gone needs nothing
}

// heartbeat is how often a silent stream shows that it still lives.
const heartbeat = 15 * time.Second

// serveEvents tells a browser the revision that there is, and each one that comes.
func (s *Server) serveEvents(w http.ResponseWriter, r *http.Request) {
	control := http.NewResponseController(w)
	w.Header().Set("Content-Type", "text/event-stream")
	tick := time.NewTicker(heartbeat)
	defer tick.Stop()
	sent := ""
	for {
		revision, changed := s.current()
		text := ": still here\n\n"
		if revision != sent {
			text, sent = "retry: 500\nevent: picture\ndata: "+revision+"\n\n", revision
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
