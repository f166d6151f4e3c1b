// Package cache keeps what is made of the bytes of files, for as long as a run lasts and
// within a limit.
//
// It does not know what is made of them.
package cache

import (
	"bytes"
	"container/list"
	"sync"
)

// maxSize is how many bytes the things that are kept may take together, by estimate.
const maxSize = 16 << 20

// Cache keeps what was made of files that several stacks of a run read, so that each is
// parsed and decoded once. What was not used for longest is dropped first, so a run over
// many stacks takes no more memory than one over a few. It is safe for concurrent use; a
// nil Cache keeps nothing.
type Cache struct {
	mu    sync.Mutex
	known map[string]*list.Element // of kept, by key
	order list.List                // what was used last is in front
	size  int
}

type kept struct {
	key    string
	src    []byte
	weight int
	value  func() any
}

// Get gives what work makes of the bytes of a file, which must depend on the key and the
// bytes alone and not be changed; weight is an estimate of its size in bytes.
func Get[V any](s *Cache, key string, src []byte, weight int, work func() V) V {
	if s == nil || weight > maxSize/2 {
		return work()
	}
	return s.entry(key, src, weight, func() any { return work() })().(V)
}

func (s *Cache) entry(key string, src []byte, weight int, work func() any) func() any {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at, ok := s.known[key]; ok {
		if e := at.Value.(kept); bytes.Equal(e.src, src) {
			s.order.MoveToFront(at)
			return e.value
		}
		s.drop(at)
	}
	if s.known == nil {
		s.known = make(map[string]*list.Element)
	}
	e := kept{key, src, weight, sync.OnceValue(work)}
	s.known[key] = s.order.PushFront(e)
	for s.size += weight; s.size > maxSize; {
		s.drop(s.order.Back())
	}
	return e.value
}

func (s *Cache) drop(at *list.Element) {
	e := s.order.Remove(at).(kept)
	s.size -= e.weight
	delete(s.known, e.key)
}
