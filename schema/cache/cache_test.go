package cache

import (
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestCacheMakesOnce(t *testing.T) {
	s := new(Cache)
	var made atomic.Int64
	use := func(key, src string, weight int) string {
		return Get(s, key, []byte(src), weight, func() string {
			made.Add(1)
			return key + src
		})
	}
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() { assert.Equal(t, "ax", use("a", "x", 1)) })
	}
	group.Wait()
	assert.EqualValues(t, 1, made.Load())
	assert.Equal(t, "ay", use("a", "y", 1), "other bytes make another thing")
	assert.EqualValues(t, 2, made.Load())
	assert.Equal(t, 1, s.size)

	var none *Cache
	assert.Equal(t, 7, Get(none, "a", nil, 1, func() int { return 7 }))
}

// However many files there are, what is kept stays small, and what everybody uses stays.
func TestCacheIsBounded(t *testing.T) {
	s := new(Cache)
	made := 0
	common := func() int {
		return Get(s, "common", nil, maxSize/4, func() int {
			made++
			return made
		})
	}
	for i := range 1000 {
		assert.Equal(t, 1, common())
		Get(s, strconv.Itoa(i), nil, maxSize/10, func() int { return i })
		assert.LessOrEqual(t, s.size, maxSize)
		assert.Len(t, s.known, s.order.Len())
	}
	Get(s, "huge", nil, maxSize, func() int { return 0 })
	assert.NotContains(t, s.known, "huge")
}
