package simulator

import (
	"bytes"
	"cmp"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/text/language"

	"livery/schema"
)

// pageTitle is the title of a page that no document gives another.
const pageTitle = "Liveness Detection"

// pageFormMax bounds the form of a page, in bytes.
const pageFormMax = 64 << 10

// sessionPage is what a user opens, as plain as can be. It has no script of its
// own and no style.
var sessionPage = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("session").Parse(`<!doctype html>
<html lang="{{.Language}}"{{if .RTL}} dir="rtl"{{end}}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="{{.Scheme}}">
<title>{{.Title}}</title>
</head>
<body{{with .Info}} data-info="{{.}}"{{end}}>
<main>
<h1>{{.Title}}</h1>
<p>Session {{.ID}}, language {{.Language}}</p>
{{if .Outcome}}<p>This session has ended: {{.Outcome}}.</p>
{{with .Next}}<p><a href="{{.}}" rel="noreferrer">Continue</a></p>
{{end}}{{else}}<p>No camera is used here. How does the check end?</p>
<form method="post">
<button name="outcome" value="pass">Pass</button>
<button name="outcome" value="fail">Fail</button>
<button name="outcome" value="attack">Attack</button>
<button name="outcome" value="timeout">Time out</button>
</form>
{{end}}</main>
{{if .Info}}<script src="session.js"></script>
{{end}}</body>
</html>
`))
})

// sessionScript tells the parent of an iframe how the check ended. The message
// has no secret in it, and which origin the parent has is not known.
const sessionScript = `"use strict";
if (window.parent !== window) {
  window.parent.postMessage(JSON.stringify({ info: document.body.dataset.info }), "*");
}
`

// sessionView is what a page shows.
type sessionView struct {
	ID       string
	Title    string
	Language string // a BCP 47 tag
	RTL      bool
	Scheme   string
	Outcome  outcome
	Info     string       // what the parent of an iframe is told, if there is one
	Next     template.URL // where the user goes on, otherwise
}

// browsed finds what answers a browser rather than a client. The label stands
// for the path in the log, since links to pictures are secrets.
func (s *Simulator) browsed(path string) (label string, methods []string, serve func(http.ResponseWriter, *http.Request) int) {
	methods = []string{http.MethodGet, http.MethodHead}
	switch {
	case path == tokenPage || path == urlPage:
		return path, append(methods, http.MethodPost), s.visit
	case path == tokenPage+"session.js" || path == urlPage+"session.js":
		return path, methods, script
	case strings.HasPrefix(path, mediaPath):
		return mediaPath, methods, s.media
	default:
		return "", nil, nil
	}
}

// browse answers a browser if what it asks for is a page, a script or a
// picture, and reports whether it was.
func (s *Simulator) browse(w http.ResponseWriter, r *http.Request) bool {
	label, methods, serve := s.browsed(r.URL.Path)
	if serve == nil {
		return false
	}
	if !wait(r, s.latency) {
		panic(http.ErrAbortHandler)
	}
	h := w.Header()
	h.Set("Date", s.now().UTC().Format(http.TimeFormat))
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer") // the address of the page holds its token
	// There is no form-action: it would stop the way to the return URL too.
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; base-uri 'none'")
	status := http.StatusMethodNotAllowed
	if slices.Contains(methods, r.Method) {
		status = serve(w, r)
	} else {
		h.Set("Allow", strings.Join(methods, ", "))
		bareText(w, status, "Method not allowed.")
	}
	s.log.Info("page", "method", r.Method, "path", label, "status", status)
	return true
}

func script(w http.ResponseWriter, _ *http.Request) int {
	w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	_, _ = w.Write([]byte(sessionScript))
	return http.StatusOK
}

// bareText says one sentence and returns its status.
func bareText(w http.ResponseWriter, status int, sentence string) int {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(sentence + "\n"))
	return status
}

// visit shows the page of a session, or takes how the user has ended it.
func (s *Simulator) visit(w http.ResponseWriter, r *http.Request) int {
	api := h5v6
	if r.URL.Path == urlPage {
		api = h5v10
	}
	query, now := r.URL.Query(), s.now()
	id := query.Get("signatureId")
	account, v, ok := s.visited(api, id, query.Get("token"))
	if !ok {
		return bareText(w, http.StatusNotFound, "There is no such session.")
	}
	if v.Outcome == "" && v.standing(now) != "" {
		return bareText(w, http.StatusGone, "This link has expired.")
	}
	if r.Method == http.MethodPost {
		return s.walkThrough(w, r, account, id, now)
	}
	return s.show(w, r, account, id, v)
}

// walkThrough ends a session as the user chose and sends the user on. A session
// that has ended before keeps its outcome, so a button pressed twice does no
// harm.
func (s *Simulator) walkThrough(w http.ResponseWriter, r *http.Request, account, id string, now time.Time) int {
	r.Body = http.MaxBytesReader(w, r.Body, pageFormMax)
	if err := r.ParseForm(); err != nil {
		return bareText(w, http.StatusBadRequest, "The form cannot be read.")
	}
	how := outcome(r.PostForm.Get("outcome"))
	if !how.resulted() && how != timedOut {
		return bareText(w, http.StatusBadRequest, "Choose pass, fail, attack or timeout.")
	}
	v, err := s.complete(account, id, how, now)
	switch {
	case err != nil:
		s.unkept(err)
		return bareText(w, http.StatusInternalServerError, "The result cannot be kept.")
	case v.Outcome == "":
		return bareText(w, http.StatusGone, "This session has ended.")
	}
	next, framed := v.next()
	if !framed && next != "" {
		http.Redirect(w, r, next, http.StatusSeeOther)
		return http.StatusSeeOther
	}
	// To the page itself, which then tells its parent. Not by http.Redirect,
	// which makes a path of it that whoever stands in front may have changed.
	w.Header().Set("Location", "?"+r.URL.Query().Encode())
	w.WriteHeader(http.StatusSeeOther)
	return http.StatusSeeOther
}

// next is where a user goes after the check, "" if there is no place that is
// safe to go to, and whether the parent of an iframe decides instead. The data
// file may have been edited, so the target is judged again.
func (v session) next() (target string, framed bool) {
	target = v.failsTo()
	if v.Outcome == passed {
		target = v.Input.ReturnURL
	}
	if !navigable(target) {
		return "", v.framed("")
	}
	return target, v.framed(target)
}

func (s *Simulator) show(w http.ResponseWriter, r *http.Request, account, id string, v session) int {
	view := sessionView{ID: id, Title: pageTitle, Scheme: cmp.Or(v.Input.ColourScheme, "light"), Outcome: v.Outcome}
	if v.API == h5v6 {
		row := tokenLanguage(r.URL.Query().Get("language"))
		view.Language, view.RTL = row.BCP47, row.RTL
		view.Title = cmp.Or(s.title(account, row.Value), pageTitle)
	} else {
		row := urlLanguage(v.Input.Language, r.Header.Get("Accept-Language"))
		view.Language, view.RTL = row.BCP47, row.RTL
	}
	if v.Outcome != "" {
		next, framed := v.next()
		switch {
		case framed && v.Outcome == passed:
			view.Info = "successNext"
		case framed:
			view.Info = "failedNext"
		default:
			view.Next = template.URL(next) //nolint:gosec // judged by navigable: html/template knows no app's scheme
		}
	}
	var page bytes.Buffer
	if err := sessionPage().Execute(&page, view); err != nil {
		panic("simulator: a page that cannot be drawn: " + err.Error())
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(page.Bytes())
	return http.StatusOK
}

// title is the root titleText of an account's document.
func (s *Simulator) title(account string, l schema.Locale) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	title, _ := s.store.documents[account][l]["titleText"].(string)
	return title
}

// tokenLanguage is the document that a Get Token page shows: the one that
// language= in its address names, else the English one. Which one the service
// takes then is not documented.
func tokenLanguage(asked string) schema.LocaleInfo {
	name, ok := canonical(asked)
	if !ok {
		name = "en_US"
	}
	return rowOf(name)
}

func rowOf(l schema.Locale) schema.LocaleInfo {
	for _, row := range schema.Locales() {
		if row.Value == l {
			return row
		}
	}
	panic("simulator: no such locale: " + string(l))
}

// urlLanguage follows the documented order of a Generate URL page: the request,
// the browser, then en.
func urlLanguage(asked *string, browser string) schema.LocaleInfo {
	rows := []schema.LocaleInfo{rowOf("en_US")}
	for _, row := range schema.Locales() {
		if row.Value != rows[0].Value {
			rows = append(rows, row)
		}
	}
	supported := make([]language.Tag, len(rows))
	for i, row := range rows {
		supported[i] = language.Make(row.BCP47)
	}
	matcher := language.NewMatcher(supported)
	var wanted []language.Tag
	if asked != nil {
		wanted = append(wanted, language.Make(*asked))
	}
	tags, _, err := language.ParseAcceptLanguage(browser)
	if err == nil {
		wanted = append(wanted, tags...)
	}
	for _, tag := range wanted {
		if _, i, confidence := matcher.Match(tag); confidence > language.Low {
			return rows[i]
		}
	}
	return rows[0]
}
