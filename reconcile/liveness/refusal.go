package liveness

import (
	"fmt"
	"net/http"
	"strings"
	"sync"

	"livery/reconcile"
	"livery/schema"
)

// refusalPaths maps the service's sentences about fields to their paths, or to
// the page where the key of the field is not published.
var refusalPaths = sync.OnceValue(func() map[string]string {
	paths := make(map[string]string, 48)
	add := func(r schema.Refusal, path string) {
		if r.Message != "" {
			paths[normalize(r.Message)] = path
		}
	}
	for _, p := range schema.Pages() {
		for i := range p.Fields {
			f := &p.Fields[i]
			add(f.Refusal, f.Path())
			for j := range f.Items {
				add(f.Items[j].Refusal, f.Items[j].Path())
			}
		}
		for _, r := range p.Unkeyed {
			add(r, p.Key)
		}
	}
	return paths
})

// refusedField is the path of the field that a sentence is about, or "". The
// sentences may change without notice, so it serves display and no decision.
func refusedField(message string) string { return refusalPaths()[normalize(message)] }

// refusal turns an envelope into an error that people can act on.
func (c classifier) refusal(e envelope) *reconcile.Refusal {
	row, known := findCode(e.Code)
	hint := row.hint
	if !known {
		hint = "No document of the service names this code."
	}
	return &reconcile.Refusal{
		Code:          c.redactor.sanitize(e.Code),
		Message:       c.redactor.sanitize(e.Message),
		Hint:          hint,
		TransactionID: c.redactor.sanitize(e.TransactionID),
		Fatal:         row.class == classFatal,
	}
}

// statusRefusal is the refusal by a response that holds no envelope.
func statusRefusal(status int) *reconcile.Refusal {
	r := &reconcile.Refusal{Message: fmt.Sprintf("HTTP %s, without an answer of the service", statusText(status))}
	switch status {
	case http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusGone:
		r.Hint = "Nothing answers at this address: check the base URL."
	case http.StatusUnauthorized, http.StatusForbidden:
		r.Hint = "Something between here and the service, such as a firewall or a proxy, may refuse the request; check the base URL."
	case http.StatusProxyAuthRequired:
		r.Hint = "The proxy asks for a login: check HTTPS_PROXY."
	case http.StatusTooManyRequests:
		r.Hint = "Too many requests. Try again later, with a smaller -parallelism."
	}
	return r
}

// redirectRefusal is the refusal to follow a redirect, which would carry the
// token to another place.
func (c classifier) redirectRefusal(status int, h http.Header) *reconcile.Refusal {
	r := &reconcile.Refusal{
		Message: fmt.Sprintf("HTTP %s: the answer is a redirect, and redirects are never followed", statusText(status)),
		Hint:    "Check the base URL: it names a place that sends requests elsewhere.",
	}
	if to := origin(c.base, h.Get("Location")); to != "" {
		r.Message = fmt.Sprintf("HTTP %s: the answer is a redirect to %s, and redirects are never followed", statusText(status), c.redactor.sanitize(to))
	}
	return r
}

func statusText(status int) string {
	return strings.TrimSpace(fmt.Sprintf("%d %s", status, http.StatusText(status)))
}
