package liveness

import (
	"context"
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"livery/schema"
)

const levelTrace = slog.Level(-8)

// Secret is text that must never be seen: it is masked by its type.
type Secret = schema.Secret

// redactor masks secrets in text from outside: the service, or something before it,
// may repeat what it was sent. In our own text secrets are masked by their type.
type redactor struct {
	mu        sync.Mutex
	secrets   []string
	permanent int // how many of the secrets, from the first, are never dropped
}

// redactorMax is how many secrets a client that runs for long remembers.
const redactorMax = 32

func (r *redactor) add(secret string) {
	quoted, err := json.Marshal(secret)
	if len(secret) < 4 || err != nil {
		return // masking every single letter would hide the sentence alone
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, w := range []string{secret, string(quoted[1 : len(quoted)-1])} {
		if !slices.Contains(r.secrets, w) {
			r.secrets = append(r.secrets, w)
		}
	}
	if len(r.secrets) > redactorMax {
		r.secrets = slices.Delete(r.secrets, r.permanent, r.permanent+1)
	}
}

// Redact masks the secrets in a text.
func (r *redactor) Redact(s string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, w := range r.secrets {
		s = strings.ReplaceAll(s, w, schema.Hidden)
	}
	return s
}

// sanitize makes a text of the service's fit to be shown.
func (r *redactor) sanitize(s string) string { return singleLine(r.Redact(s)) }

// logRequest logs what is sent. The token is masked by its type; a body that
// is not public is not logged at all.
func (c *connection) logRequest(ctx context.Context, r request, req *http.Request, tok token, body []byte) {
	if !c.log.Enabled(ctx, levelTrace) {
		return
	}
	headers := make([]any, 0, len(req.Header))
	for _, name := range slices.Sorted(maps.Keys(req.Header)) {
		if name == tokenHeader {
			headers = append(headers, slog.Any(name, tok.value))
			continue
		}
		headers = append(headers, slog.String(name, req.Header.Get(name)))
	}
	attrs := []slog.Attr{
		slog.String("call", r.name), slog.String("object", r.object),
		slog.String("method", req.Method), slog.String("host", req.URL.Host), slog.String("path", req.URL.Path),
		slog.Group("headers", headers...), slog.Int("bytes", len(body)),
	}
	if r.public {
		attrs = append(attrs, slog.String("body", c.redactor.Redact(string(body))))
	}
	c.log.LogAttrs(ctx, levelTrace, "request", attrs...)
}

// logResponse logs what came back; of a response that is not public nothing but
// its status and length.
func (c *connection) logResponse(ctx context.Context, r request, got response, took time.Duration) {
	if !c.log.Enabled(ctx, levelTrace) {
		return
	}
	attrs := []slog.Attr{
		slog.String("call", r.name), slog.String("object", r.object),
		slog.Int("status", got.status), slog.Int("bytes", len(got.body)), slog.Duration("took", took),
	}
	if r.public {
		var headers []any
		for _, name := range []string{"Content-Length", "Content-Type", "Date", "Location", "Retry-After", "Server"} {
			if value := got.header.Get(name); value != "" {
				headers = append(headers, slog.String(name, c.redactor.Redact(value)))
			}
		}
		attrs = append(attrs, slog.Group("headers", headers...))
		attrs = append(attrs, slog.String("body", c.redactor.Redact(string(got.body))))
	}
	if got.err != nil {
		attrs = append(attrs, slog.String("error", c.redactor.Redact(got.err.Error())))
	}
	c.log.LogAttrs(ctx, levelTrace, "answer", attrs...)
}
