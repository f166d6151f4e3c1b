package liveness

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/cenkalti/backoff/v5"
)

const (
	redirectsMax = 5
	sniffed      = 512 // bytes that tell a type
)

// fetch downloads a link. It tries again until something begins to arrive.
func (c *Client) fetch(ctx context.Context, m Medium, w io.Writer) (string, int64, error) {
	u, err := c.link(m.URL)
	if err != nil {
		return "", 0, fmt.Errorf("the link to it %w", err)
	}
	pauses := &backoff.ExponentialBackOff{InitialInterval: 500 * time.Millisecond, Multiplier: 2, RandomizationFactor: 0.5, MaxInterval: 10 * time.Second}
	for left := c.retries; ; left-- {
		typ, n, err := c.fetchOnce(ctx, m, u, w)
		passing, ok := errors.AsType[passingFault](err)
		if !ok || left == 0 || ctx.Err() != nil {
			return typ, n, err
		}
		c.log.DebugContext(ctx, "downloading again", slog.String("medium", m.Name), slog.String("because", passing.Error()))
		if err := sleep(ctx, max(pauses.NextBackOff(), passing.wait)); err != nil {
			return "", 0, err
		}
	}
}

// passingFault is a failure before anything has arrived that may be over soon.
type passingFault struct {
	error
	wait time.Duration // what Retry-After asks for
}

// Unwrap gives the failure.
func (p passingFault) Unwrap() error { return p.error }

func (c *Client) fetchOnce(ctx context.Context, m Medium, u *url.URL, w io.Writer) (typ string, n int64, err error) {
	start := time.Now()
	tryCtx, cancel := context.WithTimeoutCause(ctx, imagesPatience, fmt.Errorf("not there within %s", imagesPatience))
	defer cancel()
	resp, err := c.follow(tryCtx, u)
	if err == nil {
		defer func() { _ = resp.Body.Close() }()
		typ, n, err = copyMedium(w, resp)
	}
	if err != nil && tryCtx.Err() != nil {
		err = interrupted(tryCtx)
	}
	c.log.LogAttrs(ctx, levelTrace, "download", slog.String("medium", m.Name), slog.String("host", u.Host),
		slog.Int64("bytes", n), slog.String("type", typ), slog.Duration("took", time.Since(start)), slog.Any("error", err))
	return typ, n, err
}

// follow asks for a link, and for those that it leads to.
func (c *Client) follow(ctx context.Context, u *url.URL) (*http.Response, error) {
	for range redirectsMax + 1 {
		resp, err := c.askFor(ctx, u)
		if err != nil {
			return nil, err
		}
		if resp.StatusCode == http.StatusOK {
			return resp, nil
		}
		_ = resp.Body.Close()
		to := resp.Header.Get("Location")
		if resp.StatusCode < 300 || resp.StatusCode >= 400 || to == "" {
			return nil, statusFault(u, resp)
		}
		next, err := u.Parse(to)
		if err == nil && next.Scheme != u.Scheme {
			return nil, fmt.Errorf("%s: the link leads from %s to %s", u.Host, u.Scheme, next.Scheme)
		}
		if err == nil {
			next, err = c.link(next.String())
		}
		if err != nil {
			return nil, fmt.Errorf("%s: the link leads to what is no usable address", u.Host)
		}
		u = next
	}
	return nil, fmt.Errorf("%s: the link leads on and on", u.Host)
}

// askFor asks for one link, and for nothing that it leads to.
func (c *Client) askFor(ctx context.Context, u *url.URL) (*http.Response, error) {
	if _, inProcess := c.transport.(handlerTransport); inProcess && !loopback(u.Hostname()) {
		// Whoever runs the service in this process does not expect to reach the network.
		return nil, fmt.Errorf("the link leads to %s, away from the service in this process", u.Host)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		panic("liveness: a link that was judged cannot be asked for")
	}
	req.Header.Set("Accept", "image/*, video/*, application/zip")
	req.Header.Set("User-Agent", c.agent)
	resp, err := c.transport.RoundTrip(req)
	switch {
	case err != nil && hopeless(err):
		return nil, fmt.Errorf("%s: %w", u.Host, err)
	case err != nil:
		return nil, passingFault{fmt.Errorf("%s: %w", u.Host, err), 0}
	case transient(resp.StatusCode):
		_ = resp.Body.Close()
		return nil, passingFault{statusFault(u, resp), retryAfter(resp.Header, c.now())}
	}
	return resp, nil
}

func statusFault(u *url.URL, resp *http.Response) error {
	hint := ""
	switch resp.StatusCode {
	case http.StatusForbidden, http.StatusNotFound, http.StatusGone:
		hint = "; the service's links live for a day, and end when the data is cleared"
	}
	return fmt.Errorf("%s answers HTTP %s%s", u.Host, statusText(resp.StatusCode), hint)
}

// copyMedium copies an answer once its beginning shows what it is.
func copyMedium(w io.Writer, resp *http.Response) (string, int64, error) {
	if resp.ContentLength > mediumMax {
		return "", 0, errTooBig
	}
	body := bufio.NewReader(io.LimitReader(resp.Body, mediumMax+1))
	head, err := body.Peek(sniffed)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", 0, err
	}
	typ := sniff(head)
	if typ == "" {
		return "", 0, errNoMedium
	}
	n, err := io.Copy(w, body)
	if err == nil && n > mediumMax {
		err = errTooBig
	}
	return typ, n, err
}
