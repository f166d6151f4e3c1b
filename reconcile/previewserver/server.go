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
	// Judge tells what is wrong with a gallery that was not judged yet. It is called at most
	// once, after the pictures are shown, and not while Render is.
	Judge func() ([]preview.Problem, error)
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
// while the files have errors. Pictures are shown before it is known what is wrong with
// them, which takes longer.
type Server struct {
	cfg     Config
	startID string // tells the revisions of one run from those of another

	work sync.Mutex // held to render and to judge

	mu         sync.Mutex
	judge      func() ([]preview.Problem, error) // what is wrong with the newest; nil if that is known
	lastValid  *preview.Gallery                  // the last picture of files without errors
	parts      *preview.Parts
	shown      []preview.Hashes // of the last revisions, the newest last
	pageNumber int              // of the newest
	whole      bool             // a picture has been judged
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

// Redraw renders again, and tells the browsers if something has changed. What is wrong is
// not known at once; see judgeNewest. The error is Render's; the page says it too, beside the
// last picture, if there is one.
func (s *Server) Redraw(ctx context.Context) error {
	_, err := s.redraw(ctx, func(Snapshot, error) bool { return true })
	return err
}

// redraw is Redraw for what is wanted of a snapshot. It reports whether it was.
func (s *Server) redraw(ctx context.Context, wanted func(Snapshot, error) bool) (bool, error) {
	s.work.Lock()
	defer s.work.Unlock()
	snapshot, err := s.cfg.Render(ctx)
	if s.parts != nil && !wanted(snapshot, err) {
		return false, err
	}
	g := snapshot.Gallery
	if err == nil && g.Unjudged && (snapshot.HasErrors || s.parts != nil && s.parts.IsFaulty()) {
		g.Problems, err = snapshot.Judge() // that files have errors is said with the errors, or not any more
		g.Unjudged = false
	}
	valid := s.lastValid
	switch {
	case err != nil && valid == nil:
		return true, err
	case err != nil:
		g = *valid
		g.Unread, g.Unjudged = err.Error(), false
	case !snapshot.HasErrors:
		if g.Unjudged && valid != nil {
			g.Problems = valid.Problems
		}
		copied := g
		valid = &copied
	case valid != nil:
		g.Sheets, g.Broken = valid.Sheets, "What you see is the last picture without them; it is renewed when they are mended."
	default:
		g.Broken = "What you see is what could be read of them."
	}
	parts := g.Parts(s.parts)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lastValid, s.judge = valid, nil
	if g.Unjudged {
		s.judge = snapshot.Judge
	} else {
		s.whole = true
	}
	if err == nil {
		s.watch = snapshot.Watch
	}
	s.show(parts)
	return true, err
}

// judgeNewest adds what is wrong with the newest picture, if that is not known yet. The
// first picture keeps its revision then: until it is judged nobody has the whole of it.
func (s *Server) judgeNewest() {
	s.work.Lock()
	defer s.work.Unlock()
	if s.judge == nil {
		return
	}
	g := *s.lastValid
	var err error
	if g.Problems, err = s.judge(); err != nil {
		g.Unread = err.Error()
	}
	g.Unjudged = false
	parts := s.parts.Judged(&g)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.judge, s.lastValid = nil, &g
	if first := !s.whole; first {
		s.shown, s.whole = nil, true
		s.pageNumber--
	}
	s.show(parts)
}

// judgeFirst judges the first picture: who asks for its parts gets all of them.
func (s *Server) judgeFirst() {
	s.mu.Lock()
	whole := s.whole
	s.mu.Unlock()
	if !whole {
		s.judgeNewest()
	}
}

// show makes these parts the newest picture. The caller holds the locks.
func (s *Server) show(parts *preview.Parts) {
	s.parts = parts
	hashes := parts.Hashes()
	if len(s.shown) > 0 && hashes.Same(s.shown[len(s.shown)-1]) {
		return
	}
	s.pageNumber++ // only a picture that differs gets a new revision
	s.shown = append(s.shown, hashes)
	if len(s.shown) > remembered {
		s.shown = s.shown[1:]
	}
	close(s.changed)
	s.changed = make(chan struct{})
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

// servePage sends the beginning of the newest picture, and the rest of it when it is known
// what is wrong.
func (s *Server) servePage(w http.ResponseWriter) {
	s.mu.Lock()
	parts, revision := s.parts, s.revision(s.pageNumber)
	s.mu.Unlock()
	live := preview.Live{Styles: stylesPath, Script: scriptPath, Events: eventsPath, Screens: screensPath, Revision: revision, Editor: s.cfg.Editor, Dir: s.cfg.Dir}
	writeBody(w, "text/html", parts.Opening(live))
	_ = http.NewResponseController(w).Flush() // who cannot flush sends it all at once
	s.judgeNewest()
	s.mu.Lock()
	judged := s.parts
	s.mu.Unlock()
	_, _ = w.Write(parts.Closing(live, judged)) // a browser that has gone needs nothing
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
		http.Error(w, "this server is not known by that name", http.StatusForbidden)
	case editing != nil && strings.HasPrefix(r.URL.Path, editPath):
		s.serveEditing(w, r)
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		h.Set("Allow", "GET, HEAD")
		http.Error(w, "a preview is only looked at", http.StatusMethodNotAllowed)
	case editing != nil && r.URL.Path == "/" && r.URL.Query().Has("token"):
		editing.guard.enter(w, r)
	case r.URL.Path == "/":
		s.servePage(w)
	case r.URL.Path == stylesPath && editing != nil && editing.guard.isEditor(r):
		writeBody(w, "text/css", []byte(preview.GalleryStyles()+preview.EditingStyles()))
	case r.URL.Path == scriptPath && editing != nil && editing.guard.isEditor(r):
		writeBody(w, "text/javascript", []byte(preview.EditingScript()))
	case r.URL.Path == stylesPath:
		writeBody(w, "text/css", []byte(preview.GalleryStyles()))
	case r.URL.Path == scriptPath:
		writeBody(w, "text/javascript", []byte(preview.Script()))
	case r.URL.Path == screensPath:
		s.judgeFirst()
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
