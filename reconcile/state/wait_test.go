package state

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// slowBlob takes its time.
type slowBlob struct{ *memory }

func (s slowBlob) Get(ctx context.Context) ([]byte, Revision, error) {
	time.Sleep(25 * time.Second)
	return s.memory.Get(ctx)
}

func (s slowBlob) ReadArchive(context.Context, uint64) ([]byte, error) {
	time.Sleep(15 * time.Second)
	return nil, ErrNotKept
}

// Whoever waits is told within ten seconds what for, and hears nothing after it is over.
func TestObserve(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told []Wait
		blob := Observe(slowBlob{new(memory)}, func(w Wait) { told = append(told, w) })
		_, _, err := blob.Get(t.Context())
		require.NoError(t, err)
		unlock, err := blob.Lock(t.Context(), LockInfo{ID: "id-1"})
		require.NoError(t, err)
		time.Sleep(time.Minute)
		require.NoError(t, unlock())
		assert.Equal(t, []Wait{{"reading", "memory", 10 * time.Second}, {"reading", "memory", 20 * time.Second}}, told)

		told = nil
		var group sync.WaitGroup
		for range 8 {
			group.Go(func() { _, _ = blob.ReadArchive(t.Context(), 1) })
		}
		group.Wait()
		assert.Equal(t, []Wait{{"reading the history of", "memory", 10 * time.Second}}, told, "once for all that are read at a time")
	})
	b := new(memory)
	assert.Same(t, b, Observe(b, nil))
}

func TestWaitForLock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		blob := new(memory)
		_, err := blob.Lock(t.Context(), LockInfo{ID: "theirs"})
		require.NoError(t, err)
		var told []Wait
		_, err = Open(t.Context(), blob, Options{Lock: true, LockTimeout: 25 * time.Second, OnWait: func(w Wait) { told = append(told, w) }})
		var held *LockedError
		require.ErrorAs(t, err, &held)
		assert.Equal(t, []Wait{{"waiting for the lock of", "memory", 10 * time.Second}, {"waiting for the lock of", "memory", 20 * time.Second}}, told)
	})
}
