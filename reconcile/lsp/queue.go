package lsp

import (
	"encoding/json"
	"sync"
)

// entry is what came in: a message, a fault of one, or the end; or where the stacks are.
type entry struct {
	message     message
	fault       *rpcError
	end, failed bool
	found       *found
}

// queue holds what came in and was not looked at. It has no bound: a reader that waited
// could not hear that something is cancelled.
type queue struct {
	ready chan struct{}

	mu      sync.Mutex
	entries []entry
	waiting map[string]bool // by the id of a request that was not answered yet: whether it was cancelled
}

func newQueue() *queue {
	return &queue{ready: make(chan struct{}, 1), waiting: make(map[string]bool)}
}

func (q *queue) put(e entry) {
	q.mu.Lock()
	q.entries = append(q.entries, e)
	if e.message.Method != "" && e.message.ID != nil {
		q.waiting[string(e.message.ID)] = false
	}
	q.mu.Unlock()
	select {
	case q.ready <- struct{}{}:
	default:
	}
}

// take gives the next entry; false if there is none.
func (q *queue) take() (entry, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.entries) == 0 {
		return entry{}, false
	}
	e := q.entries[0]
	q.entries = q.entries[1:]
	return e, true
}

// cancel notes that nobody waits for an answer any more.
func (q *queue) cancel(id json.RawMessage) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if _, waits := q.waiting[string(id)]; waits {
		q.waiting[string(id)] = true
	}
}

// isCancelled reports whether nobody waits for the answer to a request any more.
func (q *queue) isCancelled(id json.RawMessage) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.waiting[string(id)]
}

// answering forgets a request, and reports whether it was cancelled.
func (q *queue) answering(id json.RawMessage) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	was := q.waiting[string(id)]
	delete(q.waiting, string(id))
	return was
}
