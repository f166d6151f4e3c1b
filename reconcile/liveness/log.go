package liveness

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

const levelTrace = slog.Level(-8)

// redactor masks our own secrets in what others say. Ours are masked by type; this
// is for a service, or something before it, that echoes what it was sent.
type redactor struct {
	mu    sync.Mutex
	secrets []string
	permanent  int // how many of the words, from the first, are never dropped
}

// redactorMax bounds what is remembered by a client that lives for long.
const redactorMax = 32

func (v *redactor) add(word string) {
	quoted, err := json.Marshal(word)
	if len(word) < 4 || err != nil {
		return // masking every single letter would hide nothing but the sentence
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, w := range []string{word, string(quoted[1 : len(quoted)-1])} {
		if !slices.Contains(v.secrets, w) {
			v.secrets = append(v.secrets, w)
		}
	}
	if len(v.secrets) > redactorMax {
		v.secrets = slices.Delete(v.secrets, v.permanent, v.permanent+1)
	}
}

func (v *redactor) Redact(s string) string {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, w := range v.secrets {
		s = strings.ReplaceAll(s, w, mask)
	}
	return s
}

// sanitize is a text of the service's as it may be shown.
func (c *Client) sanitize(s string) string { return singleLine(c.redactor.Redact(s)) }

// logRequest logs what is sent. The token is masked by its type; a body that
// is not public is not logged at all.
func (c *Client) logRequest(ctx context.Context, r request, req *http.Request, tok token, body []byte) {
	if !c.log.Enabled(ctx, levelTrace) {
		return
	}
	headers := make([]any, 0, len(req.Header))
	for _, name := range sortedNames(req.Header) {
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

// logResponse logs what came back; of an answer that is not public nothing but
// its status and length.
func (c *Client) logResponse(ctx context.Context, r request, got response, took time.Duration) {
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

func sortedNames(h http.Header) []string {
	names := make([]string, 0, len(h))
	for name := range h {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
