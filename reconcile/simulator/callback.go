package simulator

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"sync"
	"time"
)

// What a callback is bounded by. The documents promise neither a number of
// tries nor that a callback arrives at all.
const (
	callbackTimeout = 10 * time.Second // for each try
	callbacksMax    = 64               // under way at once; what goes beyond is dropped
)

// callbacks tells servers in the background that a session is complete.
type callbacks struct {
	client *http.Client
	log    *slog.Logger
	ctx    context.Context // of the tries: it ends when nobody waits for them any more
	cancel context.CancelFunc
	once   bool // to this machine alone, and with one try

	mu      sync.Mutex
	closed  bool
	untold  []error
	running int
	group   sync.WaitGroup
}

// newCallbacks takes a client for its transport and its timeout. A redirect is
// not followed, since the notification was meant for one address only.
func newCallbacks(client *http.Client, log *slog.Logger, once bool) *callbacks {
	own := *cmp.Or(client, &http.Client{})
	own.Timeout = cmp.Or(own.Timeout, callbackTimeout)
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	c := &callbacks{client: &own, log: log, once: once}
	c.ctx, c.cancel = context.WithCancel(context.Background())
	return c
}

// notify tells the caller's server that a session is complete, if it asked to
// be told. Of a session without a result nobody is told.
func (c *callbacks) notify(id string, v session) {
	if target := v.Input.CallbackURL; target != nil && isCallable(*target) && v.Outcome.hasResult() {
		c.start(id, *target)
	}
}

// start posts in the background, unless there is too much to do already.
func (c *callbacks) start(id, target string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed || c.running >= callbacksMax {
		c.log.Warn("callback dropped", "under_way", c.running)
		return
	}
	c.running++
	c.group.Go(func() {
		c.deliver(id, target)
		c.mu.Lock()
		defer c.mu.Unlock()
		c.running--
	})
}

// deliver tries until the server says 200. The log names the host alone, for
// the query of a callback URL carries the caller's own authorisation.
func (c *callbacks) deliver(id, target string) {
	body := must(json.Marshal(struct {
		SignatureID string `json:"signatureId"`
		Type        string `json:"type"`
	}{id, "COMPLETED"}))
	host, local := "", false
	if u, err := url.Parse(target); err == nil {
		host, local = u.Host, isThisMachine(u.Hostname())
	}
	if c.once {
		err := errElsewhere
		if local {
			err = c.post(target, body)
		}
		if err != nil {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.untold = append(c.untold, fmt.Errorf("%s: %w", host, err))
		}
		return
	}
	pauses := [...]time.Duration{time.Second, 5 * time.Second}
	for try := 0; ; try++ {
		err := c.post(target, body)
		if err == nil {
			c.log.Info("callback delivered", "host", host, "tries", try+1)
			return
		}
		c.log.Warn("callback failed", "host", host, "try", try+1, "error", err)
		if try == len(pauses) || !sleep(c.ctx, pauses[try]) {
			return
		}
	}
}

var errElsewhere = errors.New("it is not on this machine, which the simulator that is built in does not leave")

func isThisMachine(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

// Untold are the callbacks that did not arrive, of a Simulator for one process. It is
// complete after Shutdown.
func (s *Simulator) Untold() []error {
	s.callbacks.mu.Lock()
	defer s.callbacks.mu.Unlock()
	return slices.Clone(s.callbacks.untold)
}

func (c *callbacks) post(target string, body []byte) error {
	r, err := http.NewRequestWithContext(c.ctx, http.MethodPost, target, bytes.NewReader(body))
	if err != nil {
		return errors.New("the URL cannot be used")
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "livery-simulator")
	resp, err := c.client.Do(r)
	if err != nil {
		var wrapped *url.Error // names the whole URL
		if errors.As(err, &wrapped) {
			err = wrapped.Err
		}
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK { // the body of a 101 is the connection, whose reads know no deadline
		return fmt.Errorf("it answered with status %d", resp.StatusCode)
	}
	_, _ = io.CopyN(io.Discard, resp.Body, 4<<10) // so that the connection can be used again
	return nil
}

// Shutdown waits for the callbacks that are under way and begins no others.
// When ctx ends first it gives them up and returns the error of ctx. Requests
// are still answered afterwards. A Simulator that has opened no session with a
// callback URL need not be shut down.
func (s *Simulator) Shutdown(ctx context.Context) error {
	c := s.callbacks
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	stop := context.AfterFunc(ctx, c.cancel)
	c.group.Wait()
	var err error
	if !stop() {
		err = ctx.Err()
	}
	c.cancel()
	c.client.CloseIdleConnections()
	return err
}
