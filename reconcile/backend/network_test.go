package backend

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile/state"
)

// road is the network between livery and a server, which can be bad.
type road struct {
	listener net.Listener
	to       string

	mu      sync.Mutex
	open    map[net.Conn]bool
	left    int           // bytes towards the server until the connection is cut; -1 for no cut
	mute    int           // how many answers from now one is lost, and the connection with it; 0 for none
	delay   time.Duration // of everything
	severed int           // how many connections were cut
}

func newRoad(t *testing.T, to string) *road {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	r := &road{listener: l, to: to, left: -1, open: make(map[net.Conn]bool)}
	var travelling sync.WaitGroup
	travelling.Go(func() {
		for {
			from, err := l.Accept()
			if err != nil {
				return
			}
			travelling.Go(func() { r.carry(from) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		r.cut()
		travelling.Wait()
	})
	return r
}

func (r *road) carry(from net.Conn) {
	to, err := net.Dial("tcp", r.to)
	if err != nil {
		from.Close()
		return
	}
	r.mu.Lock()
	r.open[from], r.open[to] = true, true
	r.mu.Unlock()
	var both sync.WaitGroup
	both.Go(func() { r.pump(to, from, r.towards) })
	both.Go(func() { r.pump(from, to, r.back) })
	both.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.open, from)
	delete(r.open, to)
}

// pump copies until one end is closed, or pass lets less through than there was.
func (r *road) pump(to, from net.Conn, pass func(n int) int) {
	defer from.Close()
	defer to.Close()
	buffer := make([]byte, 4096)
	for {
		n, err := from.Read(buffer)
		if n > 0 {
			r.mu.Lock()
			delay := r.delay
			r.mu.Unlock()
			time.Sleep(delay)
			passed := pass(n)
			if _, err := to.Write(buffer[:passed]); err != nil || passed < n {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

func (r *road) towards(n int) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.left < 0 {
		return n
	}
	if passed := r.left; passed < n {
		r.left = -1
		r.severed++
		return passed
	}
	r.left -= n
	return n
}

func (r *road) back(n int) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.mute == 0 {
		return n
	}
	if r.mute--; r.mute > 0 {
		return n
	}
	r.severed++
	return 0
}

func (r *road) cut() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for c := range r.open {
		c.Close()
	}
}

func (r *road) cuts() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.severed
}

func (r *road) set(change func(*road)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(r)
}

// by is the same place, by way of another address.
func (s *site) by(address string) *site {
	moved := *s
	moved.config.Attributes = maps.Clone(s.config.Attributes)
	for name, text := range moved.config.Attributes {
		moved.config.Attributes[name] = strings.ReplaceAll(text, s.server, address)
	}
	return &moved
}

// hurried makes a place impatient, so that a test need not wait.
func hurried(blob state.Blob, timeout time.Duration) state.Blob {
	switch b := blob.(type) {
	case *httpBlob:
		b.client.retry.timeout = timeout
	case *pgBlob:
		b.database.retry.timeout = timeout
	case *s3Blob:
		b.store.retry.timeout, b.store.retry.first, b.store.retry.most = timeout, 0, 0
	}
	return blob
}

// overTheNetwork is what the backends with a server must pass.
func overTheNetwork(t *testing.T, fresh func(t *testing.T) *site) {
	t.Run("server is restarted", func(t *testing.T) { serverRestarts(t, fresh(t)) })
	t.Run("connection is cut while a write is on its way", func(t *testing.T) { cutOnTheWay(t, fresh(t)) })
	t.Run("answer to a write is lost", func(t *testing.T) { answerIsLost(t, fresh(t)) })
	t.Run("server is slow", func(t *testing.T) { slowServer(t, fresh(t)) })
	t.Run("server says nothing", func(t *testing.T) { silentServer(t, fresh(t)) })
	t.Run("server is gone", func(t *testing.T) { serverIsGone(t, fresh(t)) })
	t.Run("credentials are wrong", func(t *testing.T) {
		s := fresh(t)
		if s.wrong == nil {
			t.Skip("everybody may")
		}
		wrongCredentials(t, s)
	})
}

func serverRestarts(t *testing.T, s *site) {
	blob, other := s.open(), s.open()
	unlock, err := blob.Lock(t.Context(), someone("id-1"))
	require.NoError(t, err)
	revision, err := blob.Put(t.Context(), []byte("1"), "")
	require.NoError(t, err)
	s.restart(t)
	revision, err = blob.Put(t.Context(), []byte("2"), revision)
	require.NoError(t, err, "nobody else came in between")
	_, err = other.Lock(t.Context(), someone("id-2"))
	var held *state.LockedError
	require.ErrorAs(t, err, &held, "and nobody else gets in")
	assert.Equal(t, "id-1", held.Info.ID)
	s.restart(t)
	data, now, err := other.Get(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "2", string(data))
	assert.Equal(t, revision, now)
	require.NoError(t, unlock())
}

// locked and written is how an apply begins.
func lockedAndWritten(t *testing.T, blob state.Blob) (state.Revision, func() error) {
	t.Helper()
	unlock, err := blob.Lock(t.Context(), someone("id-1"))
	require.NoError(t, err)
	revision, err := blob.Put(t.Context(), []byte("before"), "")
	require.NoError(t, err)
	return revision, unlock
}

func cutOnTheWay(t *testing.T, s *site) {
	r := newRoad(t, s.server)
	blob := s.by(r.listener.Addr().String()).open()
	revision, unlock := lockedAndWritten(t, blob)
	for i, after := range []int{0, 100, 5000, 60_000} {
		text := whole(i)
		text = append(text, bytes.Repeat([]byte("."), 100_000)...)
		cuts := r.cuts()
		r.set(func(r *road) { r.left = after })
		var err error
		revision, err = blob.Put(t.Context(), text, revision)
		require.NoError(t, err, "what did not arrive is sent again")
		require.Greater(t, r.cuts(), cuts, "the connection was not cut; this shows nothing")
		data, now, err := s.open().Get(t.Context())
		require.NoError(t, err)
		require.Equal(t, text, data)
		require.Equal(t, now, revision)
	}
	require.NoError(t, unlock())
}

func answerIsLost(t *testing.T, s *site) {
	r := newRoad(t, s.server)
	blob := s.by(r.listener.Addr().String()).open()
	revision, unlock := lockedAndWritten(t, blob)
	// Which answer of several is lost depends on how many requests it takes: so each
	// is, in turn.
	for n := range 6 {
		text := fmt.Appendf(nil, "%d", n)
		r.set(func(r *road) { r.mute = 1 + n })
		var err error
		revision, err = blob.Put(t.Context(), text, revision)
		require.NoError(t, err)
		r.set(func(r *road) { r.mute = 0 })
		data, now, err := s.open().Get(t.Context())
		require.NoError(t, err)
		require.Equal(t, string(text), string(data))
		require.Equal(t, now, revision)
	}
	cuts := r.cuts()
	require.Positive(t, cuts)
	other := s.open()
	for n := range 6 {
		r.set(func(r *road) { r.mute = 1 + n })
		require.NoError(t, unlock(), "no lock is left behind")
		r.set(func(r *road) { r.mute = 0 })
		again, err := other.Lock(t.Context(), someone("id-2"))
		require.NoError(t, err)
		require.NoError(t, again())
		r.set(func(r *road) { r.mute = 1 + n })
		unlock, err = blob.Lock(t.Context(), someone(fmt.Sprint("again-", n)))
		require.NoError(t, err, "a lock whose answer was lost is ours all the same")
		r.set(func(r *road) { r.mute = 0 })
	}
	require.Greater(t, r.cuts(), cuts)
	require.NoError(t, unlock())
}

func slowServer(t *testing.T, s *site) {
	r := newRoad(t, s.server)
	r.set(func(r *road) { r.delay = 20 * time.Millisecond })
	blob := s.by(r.listener.Addr().String()).open()
	_, unlock := lockedAndWritten(t, blob)
	require.NoError(t, unlock())
	data, _, err := blob.Get(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "before", string(data))
}

// A server that takes a connection and says nothing must not keep a run for ever.
func silentServer(t *testing.T, s *site) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var talking sync.WaitGroup
	talking.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			talking.Go(func() { _, _ = io.Copy(io.Discard, c); c.Close() })
		}
	})
	t.Cleanup(talking.Wait)
	t.Cleanup(func() { l.Close() })
	address := l.Addr().String()
	blob := hurried(s.by(address).open(), 50*time.Millisecond)
	_, _, err = blob.Get(t.Context())
	require.ErrorContains(t, err, "no answer within 50ms")
	require.NotErrorIs(t, err, context.Canceled)
	_, err = blob.Put(t.Context(), []byte("1"), "")
	require.ErrorContains(t, err, "no answer within 50ms")
	_, err = blob.Lock(t.Context(), someone("id-1"))
	require.ErrorContains(t, err, "no answer within 50ms")
	require.ErrorContains(t, blob.Break(t.Context(), "id-1"), "no answer within 50ms")
}

func serverIsGone(t *testing.T, s *site) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := l.Addr().String()
	require.NoError(t, l.Close())
	blob := s.by(address).open()
	_, _, err = blob.Get(t.Context())
	require.ErrorContains(t, err, address+" cannot be reached")
	_, err = blob.Put(t.Context(), []byte("1"), "")
	require.ErrorContains(t, err, address+" cannot be reached")
	_, err = blob.Lock(t.Context(), someone("id-1"))
	require.ErrorContains(t, err, address+" cannot be reached")
}

func wrongCredentials(t *testing.T, s *site) {
	blob, err := Open(s.wrong(t))
	require.NoError(t, err)
	operations := map[string]error{}
	_, _, operations["get"] = blob.Get(t.Context())
	_, operations["put"] = blob.Put(t.Context(), []byte("1"), "")
	_, operations["lock"] = blob.Lock(t.Context(), someone("id-1"))
	operations["break"] = blob.Break(t.Context(), "id-1")
	for name, err := range operations {
		require.ErrorIs(t, err, fs.ErrPermission, name)
		assert.NotContains(t, err.Error(), "hunter2", name)
	}
}

func holderIsKilled(t *testing.T, s *site) {
	holder := start(t, "hold", s.arg(t))
	blob := s.open()
	_, err := blob.Lock(t.Context(), someone("mine"))
	var held *state.LockedError
	require.ErrorAs(t, err, &held)
	assert.Equal(t, "other-process", held.Info.ID)
	if !s.terse {
		assert.Equal(t, holder.Process.Pid, held.Info.PID)
		assert.NotEmpty(t, held.Info.Host)
	}
	kill(t, holder)
	if !s.dies {
		_, err = blob.Lock(t.Context(), someone("mine"))
		require.ErrorAs(t, err, &held, "the lock outlives its holder")
		require.NoError(t, blob.Break(t.Context(), "other-process"))
	}
	var unlock func() error
	for deadline := time.Now().Add(3 * time.Minute); ; time.Sleep(10 * time.Millisecond) {
		unlock, err = blob.Lock(t.Context(), someone("mine"))
		if err == nil || !errors.As(err, &held) || time.Now().After(deadline) {
			break // the server may need a moment to see that a connection is closed
		}
	}
	require.NoError(t, err, "the dead hold nothing")
	_, err = blob.Put(t.Context(), []byte("1"), "")
	require.NoError(t, err)
	require.NoError(t, unlock())
}

func largeState(t *testing.T, open func() state.Blob) {
	text := bytes.Repeat([]byte("0123456789abcdef"), 5<<20/16)
	blob := open()
	revision, err := blob.Put(t.Context(), text, "")
	require.NoError(t, err)
	text[0] = '!'
	_, err = blob.Put(t.Context(), text, revision)
	require.NoError(t, err)
	data, _, err := open().Get(t.Context())
	require.NoError(t, err)
	assert.True(t, bytes.Equal(text, data))
	_, err = blob.Put(t.Context(), make([]byte, maxSize+1), revision)
	require.ErrorContains(t, err, "larger than 64 MB")
}

func cancelled(t *testing.T, blob state.Blob) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err := blob.Get(ctx)
	require.ErrorIs(t, err, context.Canceled)
	_, err = blob.Put(ctx, []byte("x"), "")
	require.ErrorIs(t, err, context.Canceled)
	_, err = blob.Lock(ctx, someone("1"))
	require.ErrorIs(t, err, context.Canceled)
	data, _, err := blob.Get(t.Context())
	require.NoError(t, err)
	assert.Nil(t, data)
}
