package state

import (
	"context"
	"sync"
	"time"
)

// reportInterval is how often people are told that something still goes on.
const reportInterval = 10 * time.Second

// Wait is what has not ended yet.
type Wait struct {
	Doing   string // what goes before "the state", such as "reading"
	Where   string // the place, as messages name it
	Elapsed time.Duration
}

// Report tells every ten seconds, until stop is called, for how long something has been
// going on.
func Report(tell func(elapsed time.Duration)) (stop func()) {
	over := make(chan struct{})
	var running sync.WaitGroup
	running.Go(func() {
		tick := time.NewTicker(reportInterval)
		defer tick.Stop()
		for elapsed := reportInterval; ; elapsed += reportInterval {
			select {
			case <-over:
				return
			case <-tick.C:
				tell(elapsed)
			}
		}
	})
	return func() { close(over); running.Wait() }
}

// Observe is a Blob whose slow operations are told of, every ten seconds. Of several at
// a time, one is.
func Observe(b Blob, tell func(Wait)) Blob {
	if tell == nil {
		return b
	}
	return &observedBlob{Blob: b, tell: tell}
}

type observedBlob struct {
	Blob
	tell    func(Wait)
	telling sync.Mutex // held by the operation that is told of
}

func (o *observedBlob) start(doing string) (stop func()) {
	if !o.telling.TryLock() {
		return func() {}
	}
	told := Report(func(elapsed time.Duration) { o.tell(Wait{doing, o.String(), elapsed}) })
	return func() { told(); o.telling.Unlock() }
}

// Get implements Blob.
func (o *observedBlob) Get(ctx context.Context) ([]byte, Revision, error) {
	defer o.start("reading")()
	return o.Blob.Get(ctx)
}

// Exists implements Blob.
func (o *observedBlob) Exists(ctx context.Context) (bool, error) {
	defer o.start("reading")()
	return o.Blob.Exists(ctx)
}

// Put implements Blob.
func (o *observedBlob) Put(ctx context.Context, data []byte, ifRevision Revision) (Revision, error) {
	defer o.start("writing")()
	return o.Blob.Put(ctx, data, ifRevision)
}

// Lock implements Blob.
func (o *observedBlob) Lock(ctx context.Context, info LockInfo) (func() error, error) {
	defer o.start("locking")()
	unlock, err := o.Blob.Lock(ctx, info)
	if err != nil {
		return nil, err
	}
	return func() error {
		defer o.start("unlocking")()
		return unlock()
	}, nil
}

// CheckLock implements Blob.
func (o *observedBlob) CheckLock(ctx context.Context) error {
	defer o.start("looking at the lock of")()
	return o.Blob.CheckLock(ctx)
}

// FindLock implements Blob.
func (o *observedBlob) FindLock(ctx context.Context, id string) (LockInfo, error) {
	defer o.start("looking at the lock of")()
	return o.Blob.FindLock(ctx, id)
}

// Break implements Blob.
func (o *observedBlob) Break(ctx context.Context, id string) error {
	defer o.start("unlocking")()
	return o.Blob.Break(ctx, id)
}

// Archive implements Blob.
func (o *observedBlob) Archive(ctx context.Context, serial uint64, data []byte) error {
	defer o.start("writing the history of")()
	return o.Blob.Archive(ctx, serial, data)
}

// History implements Blob.
func (o *observedBlob) History(ctx context.Context) ([]uint64, error) {
	defer o.start("reading the history of")()
	return o.Blob.History(ctx)
}

// ReadArchive implements Blob.
func (o *observedBlob) ReadArchive(ctx context.Context, serial uint64) ([]byte, error) {
	defer o.start("reading the history of")()
	return o.Blob.ReadArchive(ctx, serial)
}
