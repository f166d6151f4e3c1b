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

	"livery/schema"
)

const (
	redirectsMax = 5
	sniffMax     = 512 // bytes that tell a type
)

// downloadLink downloads a link. It tries again until something begins to arrive.
func (c *Client) downloadLink(ctx context.Context, m Medium, w io.Writer) (string, int64, error) {
	u, err := c.connection.checkLink(m.URL)
	if err != nil {
		return "", 0, fmt.Errorf("the link to it %w", err)
	}
	pauses := newPauses()
	for left := c.retries; ; left-- {
		typ, n, err := c.connection.downloadOnce(ctx, m, u, w)
		temporary, ok := errors.AsType[temporaryError](err)
		if !ok || left == 0 || ctx.Err() != nil {
			return typ, n, err
		}
		c.log.DebugContext(ctx, "downloading again", slog.String("medium", m.Name), slog.String("because", temporary.Error()))
		if err := sleep(ctx, max(pauses.NextBackOff(), temporary.wait)); err != nil {
			return "", 0, err
		}
	}
}

// temporaryError is a failure before anything has arrived that may be over soon.
type temporaryError struct {
	error
	wait time.Duration // what Retry-After asks for
}

// Unwrap gives the failure.
func (e temporaryError) Unwrap() error { return e.error }

func (c *connection) downloadOnce(ctx context.Context, m Medium, u *url.URL, w io.Writer) (typ string, n int64, err error) {
	start := time.Now()
	tryCtx, cancel := context.WithTimeoutCause(ctx, imagesTimeout, fmt.Errorf("not there within %s", imagesTimeout))
	defer cancel()
	resp, err := c.followRedirects(tryCtx, u)
	if err == nil {
		defer func() { _ = resp.Body.Close() }()
		typ, n, err = copyMedium(w, resp)
	}
	if err != nil && tryCtx.Err() != nil {
		err = contextError(tryCtx)
	}
	c.log.LogAttrs(ctx, levelTrace, "download", slog.String("medium", m.Name), slog.String("host", u.Host),
		slog.Int64("bytes", n), slog.String("type", typ), slog.Duration("took", time.Since(start)), slog.Any("error", err))
	return typ, n, err
}

// followRedirects asks for a link, and for those that it leads to.
func (c *connection) followRedirects(ctx context.Context, u *url.URL) (*http.Response, error) {
	for range redirectsMax + 1 {
		resp, err := c.get(ctx, u)
		if err != nil {
			return nil, err
		}
		if resp.StatusCode == http.StatusOK {
			return resp, nil
		}
		_ = resp.Body.Close()
		to := resp.Header.Get("Location")
		if resp.StatusCode < 300 || resp.StatusCode >= 400 || to == "" {
			return nil, statusError(u, resp)
		}
		next, err := u.Parse(to)
		if err == nil && next.Scheme != u.Scheme {
			return nil, fmt.Errorf("%s: the link leads from %s to %s", u.Host, u.Scheme, next.Scheme)
		}
		if err == nil {
			next, err = c.checkLink(next.String())
		}
		if err != nil {
			return nil, fmt.Errorf("%s: the link leads to what is no usable address", u.Host)
		}
		u = next
	}
	return nil, fmt.Errorf("%s: the link leads on and on", u.Host)
}

// get asks for one link, and for nothing that it leads to.
func (c *connection) get(ctx context.Context, u *url.URL) (*http.Response, error) {
	if _, inProcess := c.transport.(handlerTransport); inProcess && !schema.IsLoopback(u.Hostname()) {
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
	case err != nil && isPermanent(err):
		return nil, fmt.Errorf("%s: %w", u.Host, err)
	case err != nil:
		return nil, temporaryError{fmt.Errorf("%s: %w", u.Host, err), 0}
	case transient(resp.StatusCode):
		_ = resp.Body.Close()
		return nil, temporaryError{statusError(u, resp), retryAfter(resp.Header, c.clock.now())}
	}
	return resp, nil
}

func statusError(u *url.URL, resp *http.Response) error {
	hint := ""
	switch resp.StatusCode {
	case http.StatusForbidden, http.StatusNotFound, http.StatusGone:
		hint = "; the service's links live for a day, and end when the data is cleared"
	}
	return fmt.Errorf("%s answers HTTP %s%s", u.Host, statusText(resp.StatusCode), hint)
}

// copyMedium copies a response once its beginning shows what it is.
func copyMedium(w io.Writer, resp *http.Response) (string, int64, error) {
	if resp.ContentLength > mediumMax {
		return "", 0, errTooBig
	}
	body := bufio.NewReader(io.LimitReader(resp.Body, mediumMax+1))
	head, err := body.Peek(sniffMax)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", 0, err
	}
	typ := sniffType(head)
	if typ == "" {
		return "", 0, errNotMedia
	}
	n, err := io.Copy(w, body)
	if err == nil && n > mediumMax {
		err = errTooBig
	}
	return typ, n, err
}
