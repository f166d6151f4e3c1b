package simulator

import (
	"cmp"
	"crypto/subtle"
	"encoding/json"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/language"

	"livery/schema"
)

// pagePolicy lets a page run its own script and show what was judged: colours are
// written into style attributes, glyphs are part of the styles. There is no
// form-action, which would stop the way to the return URL too, and no
// frame-ancestors, since a page may stand in anybody's iframe.
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; img-src data:; base-uri 'none'"

// pageFormMax bounds the form of a page, in bytes.
const pageFormMax = 64 << 10

// pages answers browsers: with the pages of sessions and with pictures.
type pages struct {
	store     *store
	callbacks *callbacks
	base      string // where links to them begin
	latency   time.Duration
	now       func() time.Time
	log       *slog.Logger
}

// route finds what answers a browser rather than a client. The label stands
// for the path in the log, since links to pictures are secrets.
func (p pages) route(path string) (label string, methods []string, serve func(http.ResponseWriter, *http.Request) int) {
	methods = []string{http.MethodGet, http.MethodHead}
	switch {
	case path == tokenPage || path == urlPage:
		return path, append(methods, http.MethodPost), p.servePage
	case path == tokenPage+"session.js" || path == urlPage+"session.js":
		return path, methods, file("text/javascript", sessionScript)
	case path == tokenPage+"session.css" || path == urlPage+"session.css":
		return path, methods, file("text/css", sessionStyles())
	case strings.HasPrefix(path, mediaPath):
		return mediaPath, methods, p.media
	default:
		return "", nil, nil
	}
}

// serve answers a browser if what it asks for is a page, a script or a
// picture, and reports whether it was.
func (p pages) serve(w http.ResponseWriter, r *http.Request) bool {
	label, methods, serve := p.route(r.URL.Path)
	if serve == nil {
		return false
	}
	if !sleep(r.Context(), p.latency) {
		panic(http.ErrAbortHandler)
	}
	h := w.Header()
	h.Set("Date", p.now().UTC().Format(http.TimeFormat))
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin") // the address of the page holds its token; a form of its own names its origin
	h.Set("Content-Security-Policy", pagePolicy)
	status := http.StatusMethodNotAllowed
	if slices.Contains(methods, r.Method) {
		status = serve(w, r)
	} else {
		h.Set("Allow", strings.Join(methods, ", "))
		writeText(w, status, "Method not allowed.")
	}
	level := slog.LevelInfo
	if r.Method == http.MethodGet && asksForJSON(r) {
		level = slog.LevelDebug // a page that waits for another asks every second
	}
	p.log.Log(r.Context(), level, "page", "method", r.Method, "path", label, "status", status)
	return true
}

// file serves what a page needs beside itself.
func file(kind, text string) func(http.ResponseWriter, *http.Request) int {
	return func(w http.ResponseWriter, _ *http.Request) int {
		return writeBody(w, kind, []byte(text))
	}
}

func writeBody(w http.ResponseWriter, kind string, data []byte) int {
	w.Header().Set("Content-Type", kind+"; charset=utf-8")
	_, _ = w.Write(data) // a browser that has gone needs nothing
	return http.StatusOK
}

// writeText says one sentence and returns its status.
func writeText(w http.ResponseWriter, status int, sentence string) int {
	http.Error(w, sentence, status)
	return status
}

// servePage shows the page of a session, or takes how the user has ended it. A wrong
// token and an unknown id are the same.
func (p pages) servePage(w http.ResponseWriter, r *http.Request) int {
	api := h5v6
	if r.URL.Path == urlPage {
		api = h5v10
	}
	query, now := r.URL.Query(), p.now()
	id := query.Get("signatureId")
	seal := []byte(fingerprint(query.Get("token")))
	account, v, ok := p.store.find(func(other string, v session) bool {
		return other == id && v.API == api && subtle.ConstantTimeCompare([]byte(v.Seal), seal) == 1
	})
	if !ok {
		return writeText(w, http.StatusNotFound, "There is no such session.")
	}
	if v.Outcome == "" && v.outcomeAt(now) != "" {
		return writeText(w, http.StatusGone, "This link has expired.")
	}
	if r.Method == http.MethodPost {
		return p.endSession(w, r, account, id, now)
	}
	return p.writePage(w, r, account, id, v)
}

// endSession ends a session as the user chose and sends the user on. A session
// that has ended before keeps its outcome, so a button pressed twice does no
// harm.
func (p pages) endSession(w http.ResponseWriter, r *http.Request, account, id string, now time.Time) int {
	r.Body = http.MaxBytesReader(w, r.Body, pageFormMax)
	if err := r.ParseForm(); err != nil {
		return writeText(w, http.StatusBadRequest, "The form cannot be read.")
	}
	how := outcome(r.PostForm.Get("outcome"))
	if !how.hasResult() && how != timedOut {
		return writeText(w, http.StatusBadRequest, "Choose pass, fail, attack or timeout.")
	}
	v, ended, err := p.store.complete(account, id, how, now)
	switch {
	case err != nil:
		return writeText(w, http.StatusInternalServerError, "The result cannot be kept.")
	case v.Outcome == "":
		return writeText(w, http.StatusGone, "This session has ended.")
	case ended:
		p.callbacks.notify(id, v)
	}
	e := v.ending()
	if asksForJSON(r) {
		return e.write(w)
	}
	if e.Next != "" {
		http.Redirect(w, r, e.Next, http.StatusSeeOther)
		return http.StatusSeeOther
	}
	// To the page itself, which then tells its parent. Not by http.Redirect,
	// which makes a path of it that whoever stands in front may have changed.
	w.Header().Set("Location", "?"+r.URL.Query().Encode())
	w.WriteHeader(http.StatusSeeOther)
	return http.StatusSeeOther
}

// ending is how a session has ended and where its user goes then. All of it is
// empty while it has not.
type ending struct {
	Outcome outcome `json:"outcome"`
	Next    string  `json:"next"` // "" if there is no place that is safe to go to
	Info    string  `json:"info"` // what the parent of an iframe is told, which then decides instead
}

func (v session) ending() ending {
	e := ending{Outcome: v.Outcome}
	if v.Outcome == "" {
		return e
	}
	target, info := v.failURL(), "failedNext"
	if v.Outcome == passed {
		target, info = v.Input.ReturnURL, "successNext"
	}
	if !isNavigable(target) { // the data file may have been edited
		target = ""
	}
	if v.isFramed(target) {
		e.Info = info
	} else {
		e.Next = target
	}
	return e
}

// asksForJSON reports whether it is the page's own script that asks.
func asksForJSON(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept"), "application/json")
}

func (e ending) write(w http.ResponseWriter) int {
	return writeBody(w, "application/json", must(json.Marshal(e)))
}

// writePage draws the page, or tells its script how far the session is.
func (p pages) writePage(w http.ResponseWriter, r *http.Request, account, id string, v session) int {
	if asksForJSON(r) {
		return v.ending().write(w)
	}
	query := r.URL.Query()
	view := sessionView{
		ID: id, Scheme: cmp.Or(v.Input.ColourScheme, "light"), Tries: v.Tries, Ending: v.ending(),
		HandedOver: query.Has(handOverMark),
	}
	if v.API == h5v6 {
		view.Language = tokenLanguage(query.Get("language"))
		view.Body = p.store.document(account, view.Language.Value)
		if view.Body == nil {
			view.Plain = "This page has the default look: nothing was pushed for its language yet."
		}
	} else {
		view.Language = urlLanguage(v.Input.Language, r.Header.Get("Accept-Language"))
		view.Plain = "This page has the default look: whether what is pushed reaches the pages of h5_url is not documented, so it does not here."
	}
	query.Del(handOverMark)
	view.Link = p.base + r.URL.Path + "?" + query.Encode() + "&" + handOverMark + "=1"
	return writeBody(w, "text/html", view.html())
}

// tokenLanguage is the document that a Get Token page shows: the one that
// language= in its address names, else the English one. Which one the service
// takes then is not documented.
func tokenLanguage(asked string) schema.LocaleInfo {
	name, ok := canonical(asked)
	if !ok {
		name = "en_US"
	}
	return name.Info()
}

// urlLanguage follows the documented order of a Generate URL page: the request,
// the browser, then en.
func urlLanguage(asked *string, browser string) schema.LocaleInfo {
	rows := append([]schema.LocaleInfo{schema.Locale("en_US").Info()}, schema.Locales()...) // the first is what none matches
	supported := make([]language.Tag, len(rows))
	for i, row := range rows {
		supported[i] = language.Make(row.BCP47)
	}
	matcher := language.NewMatcher(supported)
	var wanted []language.Tag
	if asked != nil {
		wanted = append(wanted, language.Make(*asked))
	}
	if tags, _, err := language.ParseAcceptLanguage(browser); err == nil {
		wanted = append(wanted, tags...)
	}
	for _, tag := range wanted {
		if _, i, confidence := matcher.Match(tag); confidence > language.Low {
			return rows[i]
		}
	}
	return rows[0]
}
