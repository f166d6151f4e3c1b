package state

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"livery/schema"
)

// decoder is Decode, or gives what it gives.
type decoder = func(data []byte, likely ...schema.Document) (*Snapshot, error)

// Options says how a state is opened.
type Options struct {
	Lock        bool
	LockTimeout time.Duration // how long to wait for a lock that is taken
	OnLockWait  func()        // called once, when the lock has to be waited for; may be nil
	OnWait      func(Wait)    // called while the lock is waited for, every ten seconds; may be nil

	Operation, Info, Version, Who string // for the lock; all but Info are also recorded in the state

	// IdentifyHolder adds to the lock what tells this process from others; nil adds nothing.
	IdentifyHolder func(LockInfo) LockInfo
	// HolderDead reports whether a holder is certainly gone, so that its lock is broken
	// and taken; nil never does. OnStaleLock is told of a lock that was left behind
	// and taken; may be nil.
	HolderDead  func(LockInfo) bool
	OnStaleLock func(LockInfo)

	// OnArchiveError is told, at most once, that the state which the run has overwritten
	// could not be kept in the history; may be nil. The run goes on: what it has
	// to record matters more than what is already superseded.
	OnArchiveError func(error)

	Now    func() time.Time // nil: the system's clock
	Random func() string    // gives UUIDs; nil: version 4 from the system's source

	// Likely are documents that may be what is recorded, as in almost every run: those
	// that are so to the byte need not be read. See Decode.
	Likely []schema.Document

	// Decode reads the stored bytes; nil means Decode. See Prefetch.
	Decode decoder

	// Repair opens a damaged state as if there were none, so that a good copy
	// can be put in its place with Replace.
	Repair bool
}

// run is what the state records of this run: nothing when nobody says what it is.
func (o Options) run() Run {
	if o.Operation == "" && o.Who == "" {
		return Run{}
	}
	return Run{Operation: o.Operation, Who: printable(o.Who), At: o.Now().UTC().Truncate(time.Second)}
}

func (o Options) withDefaults() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Random == nil {
		o.Random = uuid
	}
	if o.Decode == nil {
		o.Decode = Decode
	}
	return o
}

// AccessError says that the place where a state is kept does not do what it must.
type AccessError struct {
	Doing string // such as "reading" or "locking"
	Where string
	Err   error
}

// Error implements error.
func (e *AccessError) Error() string {
	return fmt.Sprintf("%s the state %s: %v", e.Doing, e.Where, e.Err)
}

// Unwrap gives the cause.
func (e *AccessError) Unwrap() error { return e.Err }

// Open locks a state and reads it. The error is a *LockedError when the lock is
// still taken after the timeout; one of Decode's is wrapped together with the
// place.
func Open(ctx context.Context, blob Blob, opts Options) (*Ledger, error) {
	opts = opts.withDefaults()
	l := &Ledger{blob: blob, opts: opts, priorDoubt: make(priorDoubt), sent: make(map[schema.Locale]sentRequest), lastWrite: opts.Now()}
	if err := l.open(ctx); err != nil {
		blob.Close()
		return nil, err
	}
	return l, nil
}

func (l *Ledger) open(ctx context.Context) (err error) {
	l.lock = &heldLock{blob: l.blob}
	var stale *LockInfo
	if l.opts.Lock {
		l.lock.id = l.opts.Random()
		opts := l.opts
		opts.OnStaleLock = func(i LockInfo) {
			stale = &i
			if l.opts.OnStaleLock != nil {
				l.opts.OnStaleLock(i)
			}
		}
		if l.lock.unlock, err = acquire(ctx, l.blob, l.lock.id, opts); err != nil {
			return err
		}
	}
	var data []byte
	l.current, data, l.revision, err = read(ctx, l.blob, l.opts.Decode, l.opts.Likely...)
	if damaged := (*DamagedError)(nil); l.opts.Repair && errors.As(err, &damaged) {
		l.current, data, err = emptySnapshot(), nil, nil // it has no serial to be kept under
	}
	if err != nil {
		return errors.Join(err, l.lock.release())
	}
	l.original = original{data, l.current.Serial}
	if stale != nil && !l.blob.Capabilities().SystemLocks && (l.opts.HolderDead == nil || !l.opts.HolderDead(*stale)) {
		l.current.markBroken(stale.ID, l.opts.Now()) // its session has ended; the process may live
	}
	return nil
}

// Read gives what is stored without locking; an empty Snapshot without lineage
// when there is nothing yet.
func Read(ctx context.Context, blob Blob) (*Snapshot, error) {
	s, _, _, err := read(ctx, blob, Decode)
	return s, err
}

// Prefetch begins to read and decode a state, while something else is done that
// takes as long. get gives the bytes that the state most likely has, nil for none.
// The function that Prefetch returns decodes what is read later: what was prefetched
// if the bytes are still the same, else the bytes anew.
func Prefetch(get func() []byte) decoder {
	var early []byte
	var apart *stored
	done := make(chan struct{})
	go func() {
		defer close(done)
		data := get()
		if s, err := takeApart(data); err == nil { // else whoever reads it later is told
			early, apart = data, s
		}
	}()
	return func(data []byte, likely ...schema.Document) (*Snapshot, error) {
		<-done
		if apart != nil && bytes.Equal(data, early) {
			s := apart
			apart = nil // it is handed out once: its owner changes it
			return s.decode(likely)
		}
		return Decode(data, likely...)
	}
}

// read gives the revision even of a state that it cannot decode.
func read(ctx context.Context, blob Blob, decode decoder, likely ...schema.Document) (*Snapshot, []byte, Revision, error) {
	data, revision, err := blob.Get(ctx)
	if err != nil {
		return nil, nil, "", &AccessError{"reading", blob.String(), err}
	}
	if revision == "" {
		return emptySnapshot(), nil, "", nil
	}
	s, err := decode(data, likely...)
	if err != nil {
		return nil, nil, revision, fmt.Errorf("reading the state %s: %w", blob, err)
	}
	return s, data, revision, nil
}

// acquire asks for the lock until it is free or the timeout is over. The pauses
// grow, so that a short run next door is hardly noticed and a long one is not
// pestered.
func acquire(ctx context.Context, blob Blob, id string, opts Options) (func() error, error) {
	info := LockInfo{
		ID: id, Operation: opts.Operation, Info: opts.Info, Who: opts.Who, Version: opts.Version,
		Created: opts.Now().UTC(), Path: blob.String(),
	}
	if opts.IdentifyHolder != nil {
		info = opts.IdentifyHolder(info)
	}
	try := func() (func() error, error) {
		unlock, err := lockOrTakeOver(ctx, blob, info, opts)
		if held := (*LockedError)(nil); err != nil && !errors.As(err, &held) {
			return nil, &AccessError{"locking", blob.String(), err}
		}
		return unlock, err
	}
	// The timeout runs on the real clock: opts.Now may stand still.
	deadline := time.Now().Add(opts.LockTimeout)
	unlock, err := try()
	if held := (*LockedError)(nil); opts.LockTimeout <= 0 || !errors.As(err, &held) {
		return unlock, err
	}
	if opts.OnLockWait != nil {
		opts.OnLockWait()
	}
	if opts.OnWait != nil {
		defer Report(func(elapsed time.Duration) { opts.OnWait(Wait{"waiting for the lock of", blob.String(), elapsed}) })()
	}
	for pause := 100 * time.Millisecond; ; pause = min(2*pause, 2*time.Second) {
		left := time.Until(deadline)
		if left <= 0 {
			return nil, err
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("waiting for the lock of the state %s: %w", blob, context.Cause(ctx))
		case <-time.After(min(pause, left)):
		}
		unlock, err = try()
		if held := (*LockedError)(nil); !errors.As(err, &held) {
			return unlock, err
		}
	}
}

// lockOrTakeOver takes the lock, if need be from a holder that is gone. Two runs that
// find the same dead holder get along: who comes second breaks an ID that is not
// there any more, and finds the lock held by the first.
func lockOrTakeOver(ctx context.Context, blob Blob, info LockInfo, opts Options) (func() error, error) {
	unlock, err := blob.Lock(ctx, info)
	var gone *LockInfo
	if held := (*LockedError)(nil); errors.As(err, &held) && held.Info.ID != "" && opts.HolderDead != nil && opts.HolderDead(held.Info) {
		if blob.Break(ctx, held.Info.ID) != nil {
			return nil, err
		}
		gone = &held.Info
		unlock, err = blob.Lock(ctx, info)
	}
	if err != nil {
		return nil, err
	}
	if stale, ok := blob.StaleHolder(); ok && gone == nil {
		gone = &stale
	}
	if gone != nil && opts.OnStaleLock != nil {
		opts.OnStaleLock(*gone)
	}
	return unlock, nil
}

// uuid is a random UUID, version 4.
func uuid() string {
	var b [16]byte
	rand.Read(b[:]) // never fails: the program ends instead
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
