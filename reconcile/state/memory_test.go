package state

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"
)

// memory is a Blob without a disk. It keeps everything that was ever written.
type memory struct {
	mu      sync.Mutex
	data    []byte
	writes  [][]byte
	past    map[uint64][]byte
	holder  *LockInfo
	took    *LockInfo // the lock that was taken last
	looks   int       // how often somebody looked at it
	lookErr error     // why it cannot be looked at; nil: it can
	locks   int
	can     Capabilities
	stale   *LockInfo // the holder before, when a lock is taken

	archives int // how often it was asked to keep something

	fail       func(n int) error // asked before the n-th write, counted from 1; nil: none fails
	unlockErr  error             // why no lock can be released; nil: it can
	archiveErr error             // why nothing can be archived; nil: it can
	during     func()            // called while a write is under way
}

var errDisk = errors.New("no space left on device")

func (m *memory) String() string { return "memory" }

func (m *memory) Close() {}

func (m *memory) Capabilities() Capabilities { return m.can }

func (m *memory) Exists(context.Context) (bool, error) { return m.data != nil, nil }

func (m *memory) revision() Revision {
	if m.data == nil {
		return ""
	}
	return Revision(fmt.Sprintf("%d:%x", len(m.writes), len(m.data)))
}

func (m *memory) Get(context.Context) ([]byte, Revision, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.data, m.revision(), nil
}

func (m *memory) Put(ctx context.Context, data []byte, ifRevision Revision) (Revision, error) {
	if m.during != nil {
		m.during()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	if m.fail != nil {
		if err := m.fail(len(m.writes) + 1); err != nil {
			return "", err
		}
	}
	if ifRevision != m.revision() {
		return "", ErrStale
	}
	m.data = data
	m.writes = append(m.writes, data)
	return m.revision(), nil
}

func (m *memory) Lock(_ context.Context, info LockInfo) (func() error, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.locks++
	if m.holder != nil {
		return nil, &LockedError{Info: *m.holder, Err: errors.New("resource temporarily unavailable")}
	}
	m.holder, m.took = &info, &info
	return func() error {
		m.mu.Lock()
		defer m.mu.Unlock()
		if m.unlockErr != nil {
			return m.unlockErr
		}
		m.holder = nil
		return nil
	}, nil
}

func (m *memory) StaleHolder() (LockInfo, bool) {
	if m.stale == nil {
		return LockInfo{}, false
	}
	return *m.stale, true
}

func (m *memory) CheckLock(context.Context) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.looks++
	if m.lookErr != nil {
		return m.lookErr
	}
	if m.took != nil && m.holder != m.took {
		return ErrLockLost
	}
	return nil
}

func (m *memory) FindLock(_ context.Context, id string) (LockInfo, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.holder == nil || m.holder.ID != id {
		return LockInfo{}, errors.New("memory: no such lock")
	}
	return *m.holder, nil
}

func (m *memory) Break(_ context.Context, id string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.holder == nil || m.holder.ID != id {
		return errors.New("memory: no such lock")
	}
	m.holder = nil
	return nil
}

func (m *memory) Archive(_ context.Context, serial uint64, data []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.archives++
	if m.archiveErr != nil {
		return m.archiveErr
	}
	if m.past == nil {
		m.past = make(map[uint64][]byte)
	}
	m.past[serial] = data
	for _, old := range Outdated(slices.Collect(maps.Keys(m.past)), serial) {
		delete(m.past, old)
	}
	return nil
}

func (m *memory) History(context.Context) ([]uint64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	list := slices.Sorted(maps.Keys(m.past))
	slices.Reverse(list)
	return list, nil
}

func (m *memory) ReadArchive(_ context.Context, serial uint64) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if data, ok := m.past[serial]; ok {
		return data, nil
	}
	return nil, ErrNotKept
}

func (m *memory) locked() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.holder != nil
}

// stored decodes what is there.
func (m *memory) stored() *Snapshot {
	s, err := Read(context.Background(), m)
	if err != nil {
		panic(err)
	}
	return s
}

// noon is when the tests take place.
var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
