package backend

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile/state"
	"livery/testdata/stateserver/server"
)

// badAnswer is what a server sends on the bare connection, and then keeps open.
type badAnswer struct {
	name, head string
	trickle    string // sent again and again afterwards; "" for silence
	want       string // of the error
}

func badAnswers() []badAnswer {
	const late = "no answer within"
	list := []badAnswer{
		{"another protocol", "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n", "", "101 (Switching Protocols)"},
		{"another protocol that talks", "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n", "x", "101 (Switching Protocols)"},
		{"half a body", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", "", late},
		{"half a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n{", "", late},
		{"a body that trickles", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\n \r\n", late},
		{"a fault that trickles", "HTTP/1.1 500 Oh\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\n \r\n", ""},
		{"half a head", "HTTP/1.1 200 OK\r\nETag:", "", late},
	}
	for _, status := range []int{100, 102, 103, 199} {
		head := fmt.Sprintf("HTTP/1.1 %d Wait\r\n\r\n", status)
		list = append(list, badAnswer{fmt.Sprint(status), head, "", late}, badAnswer{fmt.Sprint(status, " without end"), head, head, ""})
	}
	return list
}

// send plays the answer on the connection of a request until the test is over.
func (b *badAnswer) send(w http.ResponseWriter, r *http.Request, over <-chan struct{}) {
	_, _ = io.Copy(io.Discard, r.Body)
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, b.head); err != nil {
		return
	}
	for tick := time.NewTicker(time.Millisecond); ; {
		select {
		case <-over:
			tick.Stop()
			return
		case <-tick.C:
			if _, err := io.WriteString(conn, b.trickle); err != nil {
				return
			}
		}
	}
}

// A body that does not end ends with the time of its request: nothing keeps a run for ever.
func TestBodiesEnd(t *testing.T) {
	var bad atomic.Pointer[badAnswer]
	over := make(chan struct{})
	answer := func(w http.ResponseWriter, r *http.Request) bool {
		b := bad.Load()
		if b != nil {
			b.send(w, r, over)
		}
		return b == nil
	}
	states, err := server.New(server.Config{ETags: true})
	require.NoError(t, err)
	running := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if answer(w, r) {
			states.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(running.Close)
	openS3 := inFront(t, answer)
	t.Cleanup(func() { close(over) })
	number := 0
	for kind, open := range map[string]func() state.Blob{
		"http": func() state.Blob {
			number++
			at := fmt.Sprintf("%s/%d", running.URL, number)
			blob, err := Open(Config{Type: "http", Lookup: unset, Attributes: map[string]string{"address": at, "lock_address": at, "retry_wait_min": "0", "retry_wait_max": "0"}})
			require.NoError(t, err)
			return blob
		},
		"s3": func() state.Blob {
			number++
			return openS3(map[string]string{"key": fmt.Sprint(number)})
		},
	} {
		for _, b := range badAnswers() {
			t.Run(kind+"/"+b.name, func(t *testing.T) {
				bad.Store(nil)
				blob := open()
				unlock, err := blob.Lock(t.Context(), someone("id-1"))
				require.NoError(t, err)
				revision, err := blob.Put(t.Context(), []byte("1"), "")
				require.NoError(t, err)
				bad.Store(&b)
				timeout := 30 * time.Millisecond
				if strings.Contains(b.want, "101") {
					timeout = time.Minute // it is not waited for
				}
				hurried(blob, timeout)
				fails := func(err error) { assert.ErrorContains(t, err, b.want) }
				_, _, err = blob.Get(t.Context())
				fails(err)
				_, err = blob.Put(t.Context(), []byte("2"), revision)
				fails(err)
				_, err = blob.Lock(t.Context(), someone("id-2"))
				fails(err)
				fails(blob.Break(t.Context(), "id-1"))
				_, err = blob.History(t.Context())
				fails(err)
				_, err = blob.ReadArchive(t.Context(), 1)
				fails(err)
				fails(unlock())
			})
		}
	}
}

// A server that is slow to say nothing gets the time of one request, however often it is
// asked again.
func TestTimeIsOfAllTries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, policy := range []retryPolicy{
			{tries: 4, first: 200 * time.Millisecond, most: 5 * time.Second, timeout: requestTimeout},
			{tries: 21, first: time.Second, most: 2 * time.Second, timeout: requestTimeout},
		} {
			start, answers := time.Now(), time.Duration(0)
			_, err := retry(t.Context(), policy, func(ctx context.Context) (int, error) {
				began := time.Now()
				defer func() { answers += time.Since(began) }()
				select {
				case <-ctx.Done():
				case <-time.After(25 * time.Second):
				}
				return 0, &unansweredError{errors.New("503")}
			})
			require.ErrorContains(t, err, "503")
			assert.Equal(t, requestTimeout, answers, "all tries together")
			assert.Less(t, time.Since(start), requestTimeout+2*policy.most, "and a pause between")
		}
	})
}
