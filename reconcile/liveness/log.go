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

// veil masks our own secrets in what others say. Ours are masked by type; this
// is for a service, or something before it, that echoes what it was sent.
type veil struct {
	mu    sync.Mutex
	words []string
	kept  int // how many of the words, from the first, are never dropped
}

// veilMax bounds what is remembered by a client that lives for long.
const veilMax = 32

func (v *veil) add(word string) {
	quoted, err := json.Marshal(word)
	if len(word) < 4 || err != nil {
		return // masking every single letter would hide nothing but the sentence
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, w := range []string{word, string(quoted[1 : len(quoted)-1])} {
		if !slices.Contains(v.words, w) {
			v.words = append(v.words, w)
		}
	}
	if len(v.words) > veilMax {
		v.words = slices.Delete(v.words, v.kept, v.kept+1)
	}
}

func (v *veil) over(s string) string {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, w := range v.words {
		s = strings.ReplaceAll(s, w, mask)
	}
	return s
}

// legible is a text of the service's as it may be shown.
func (c *Client) legible(s string) string { return plain(c.veil.over(s)) }

// traceRequest logs what is sent. The token is masked by its type; a body that
// is not public is not logged at all.
func (c *Client) traceRequest(ctx context.Context, r call, req *http.Request, tok token, body []byte) {
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
		attrs = append(attrs, slog.String("body", c.veil.over(string(body))))
	}
	c.log.LogAttrs(ctx, levelTrace, "request", attrs...)
}

// traceAnswer logs what came back; of an answer that is not public nothing but
// its status and length.
func (c *Client) traceAnswer(ctx context.Context, r call, got heard, took time.Duration) {
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
				headers = append(headers, slog.String(name, c.veil.over(value)))
			}
		}
		attrs = append(attrs, slog.Group("headers", headers...))
		attrs = append(attrs, slog.String("body", c.veil.over(string(got.body))))
	}
	if got.err != nil {
		attrs = append(attrs, slog.String("error", c.veil.over(got.err.Error())))
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
