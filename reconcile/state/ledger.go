package state

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"livery/schema"
)

// What has happened is written at the latest after this long or this many
// changes, whichever comes first. A crash in between loses nothing: the stored
// state still holds the doubt.
const (
	checkpointAfter = time.Second
	checkpointEvery = 50
)

// errClosed keeps a straggler from writing after the lock has been released.
var errClosed = errors.New("the state has been closed already")

// errSerials says that the serial cannot grow any more.
var errSerials = errors.New("its serial is the largest that there can be. livery adds one with every run, so somebody has set it: " +
	"put back a copy with the serial that the history shows")

// Ledger is an open state. Every method may be called by several goroutines.
// Once a write has failed nothing more is written; what happens after that is
// still kept in memory, for UnsavedState. A write that has begun is not given up
// when its context ends: an answer of the service must not be lost to an
// interrupt.
type Ledger struct {
	blob Blob
	opts Options
	lock *heldLock

	writing  sync.Mutex // held while the blob is written; guards what is up to mu
	revision Revision
	original original

	mu           sync.Mutex // guards the rest; may be taken while writing is held
	current      *Snapshot
	priorDoubt   priorDoubt                    // what Intend found, for Revert
	sent         map[schema.Locale]sentRequest // what the stored state does not tell of
	serialBumped bool                          // the serial is this run's already
	stored       bool                          // and has been written
	dirty        int                           // changes not written yet
	unsaved      []schema.Address              // what they were about
	lastWrite    time.Time                     // last write, or when it was opened
	failed       error                         // why nothing is written any more
	timer        *time.Timer                   // writes what no later change takes along; nil when not needed
}

// original is what was there when a state was opened, until it is archived.
type original struct {
	data   []byte // nil when there was nothing
	serial uint64
}

// archive keeps what was found before the first write of the run overwrites it,
// so that a crash at any moment leaves it there or in the history. The later
// writes overwrite only what this run has written itself.
func (o *original) archive(ctx context.Context, blob Blob) error {
	if o.data == nil {
		return nil
	}
	data := o.data
	o.data = nil
	return blob.Archive(ctx, o.serial, data)
}

// WriteError says that the state could not be stored, or will not be, because the
// lock is lost.
type WriteError struct {
	Where string
	Err   error
}

// Error implements error.
func (e *WriteError) Error() string {
	text := fmt.Sprintf("saving the state to %s: %v. Nothing more is written by this run. ", e.Where, e.Err)
	if errors.Is(e.Err, ErrStale) || errors.Is(e.Err, ErrLockLost) {
		// The doubts were stored before anything was sent, and a write that
		// overlooked them would itself have been stale: they are in there.
		return text + fmt.Sprintf("Once no other run is under way, plan again: what this run could not record shows up with \"!\". "+
			"An apply settles it that begins %s from now; \"livery apply -reapply\" then sends everything again, in doubt or not",
			schema.Plural(int(LongestFlight/time.Minute), "minute"))
	}
	return text + "Mend the cause; then, if this run had applied anything, store its copy with " +
		"\"livery state push errored.livery.state.json\" before the next plan"
}

// Unwrap gives the cause.
func (e *WriteError) Unwrap() error { return e.Err }

// Snapshot is a copy of what is true now, written or not.
func (l *Ledger) Snapshot() *Snapshot {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.current.Clone()
}

// Bind says whose pages the run is about. It must come before the first change.
// The account of an empty state is set, a fingerprint that the state does not
// know is filled in; both are stored with the first change, not for their own
// sake. The error is an *AccountError when the state is somebody else's.
func (l *Ledger) Bind(a Account) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	have := &l.current.Account
	if l.current.Empty() {
		*have = a
		return nil
	}
	if err := l.current.CheckAccount(a); err != nil {
		return err
	}
	if have.BaseURL == "" {
		have.BaseURL = a.BaseURL
	}
	if have.AccessKeySHA256 == "" {
		have.AccessKeySHA256 = a.AccessKeySHA256
	}
	return nil
}

// CheckAccount reports whether the state is about the pages of a. The error is an
// *AccountError; an empty state belongs to nobody yet.
func (s *Snapshot) CheckAccount(a Account) error {
	if s.Empty() || s.Account.same(a) {
		return nil
	}
	return &AccountError{Recorded: s.Account, Configured: a}
}

// Intend records in one write that bodies are about to be sent. Nothing may be
// sent unless it returns nil; after an error nothing is recorded.
func (l *Ledger) Intend(ctx context.Context, bodies map[schema.Locale][]byte) error {
	if len(bodies) == 0 {
		return nil
	}
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	for loc, body := range bodies {
		if _, err := decodeBody(loc, body); err != nil {
			return fmt.Errorf("recording what is about to be sent: the body of %s: %w", loc.AddressOf(), err)
		}
	}
	if err := l.recordDoubt(bodies); err != nil {
		return err
	}
	if err := l.Flush(ctx); err != nil {
		l.mu.Lock()
		defer l.mu.Unlock()
		for loc := range bodies {
			l.priorDoubt.restore(l.current, loc)
		}
		l.dirty--
		return fmt.Errorf("nothing was sent, since it could not be recorded first: %w", err)
	}
	return nil
}

func (l *Ledger) recordDoubt(bodies map[schema.Locale][]byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.failed != nil {
		return l.failed
	}
	for loc, body := range bodies {
		l.priorDoubt.replace(l.current, loc, body)
	}
	l.dirty++
	return nil
}

// Sending says that a request with the body of the last Intend is about to be sent,
// for the first time or again. Nothing may be sent unless it returns nil: it looks
// whether the lock is still this run's. What it knows of that is some seconds old
// (see lookAge), or of this moment where Capabilities say SystemLocks.
func (l *Ledger) Sending(ctx context.Context, loc schema.Locale) error {
	err := l.lock.check(ctx)
	if err != nil && !errors.Is(err, ErrLockLost) {
		return &AccessError{"looking at the lock of", l.blob.String(), err}
	}
	l.mu.Lock()
	failed, record := l.failed, l.current.Locales[loc]
	if err == nil && failed == nil && record != nil && record.InDoubt != nil {
		l.sent[loc] = sentRequest{record.InDoubt, l.opts.Now()}
	}
	l.mu.Unlock()
	if err == nil && failed == nil {
		return nil
	}
	l.writing.Lock() // whoever has just failed may be finding out why
	defer l.writing.Unlock()
	return l.fail(ctx, err)
}

// fail ends all writing for that reason, unless it has ended; it returns why. l.writing
// is held.
func (l *Ledger) fail(ctx context.Context, err error) error {
	l.mu.Lock()
	if l.failed != nil {
		defer l.mu.Unlock()
		return l.failed
	}
	l.failed = &WriteError{Where: l.blob.String(), Err: err} // nothing is sent any more
	sent, lineage := maps.Clone(l.sent), l.current.Lineage
	l.mu.Unlock()
	if errors.Is(err, ErrStale) || errors.Is(err, ErrLockLost) {
		err = l.lock.leaveMark(context.WithoutCancel(ctx), err, sent, lineage, l.opts.Now())
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.failed = &WriteError{Where: l.blob.String(), Err: err}
	return l.failed
}

// Confirm records that the service has taken body, which ends the doubt, unless
// requests of another run may arrive after it: then the body that was in doubt before
// stays so. Times are kept to the second.
func (l *Ledger) Confirm(ctx context.Context, loc schema.Locale, body []byte, transactionID string, at time.Time) error {
	d, err := decodeBody(loc, body)
	if err != nil {
		return fmt.Errorf("recording the confirmed body of %s: %w", loc.AddressOf(), err)
	}
	return l.change(ctx, loc.AddressOf(), func() bool {
		left := l.priorDoubt.settle(l.current.Locales[loc], loc, l.sent[loc].at)
		record := Confirmed(d, at.UTC().Truncate(time.Second), printable(transactionID))
		record.InDoubt, record.InFlightUntil, record.PreventDestroy = left.InDoubt, left.InFlightUntil, left.PreventDestroy
		l.current.Locales[loc] = record
		return true
	})
}

// Clear records that the service has confirmed the body that takes a document
// back to the default look: there is nothing left to know about the locale, unless
// requests of another run may arrive after it.
func (l *Ledger) Clear(ctx context.Context, loc schema.Locale, transactionID string, at time.Time) error {
	return l.change(ctx, loc.AddressOf(), func() bool {
		_, known := l.current.Locales[loc]
		record := l.priorDoubt.settle(l.current.Locales[loc], loc, l.sent[loc].at)
		record.PreventDestroy = false
		l.current.Locales[loc] = record
		if record.isEmpty() {
			delete(l.current.Locales, loc)
		}
		return known
	})
}

// Revert records that the body of the last Intend was certainly not accepted.
// A doubt that is older than that stays. Without an Intend in this run, it does
// nothing.
func (l *Ledger) Revert(ctx context.Context, loc schema.Locale) error {
	return l.change(ctx, loc.AddressOf(), func() bool {
		if _, ok := l.priorDoubt[loc]; !ok {
			return false
		}
		l.priorDoubt.restore(l.current, loc)
		return true
	})
}

// Forget drops a record; nothing happens when there is none.
func (l *Ledger) Forget(ctx context.Context, a schema.Address) error {
	return l.change(ctx, a, func() bool {
		n := len(l.current.Locales) + len(l.current.Sessions)
		switch a.Kind {
		case schema.LocaleAddress:
			delete(l.priorDoubt, schema.Locale(a.Name))
			delete(l.current.Locales, schema.Locale(a.Name))
		case schema.SessionAddress:
			delete(l.current.Sessions, a.Name)
		}
		return len(l.current.Locales)+len(l.current.Sessions) < n
	})
}

// RecordSession records a session definition under its name.
func (l *Ledger) RecordSession(ctx context.Context, s schema.Session, at time.Time) error {
	return l.change(ctx, s.Address(), func() bool {
		l.current.Sessions[s.Name] = &SessionRecord{
			Definition: cloneSession(s), RecordedAt: at.UTC().Truncate(time.Second), PreventDestroy: l.current.PreventsDestroy(s.Address()),
		}
		return true
	})
}

// change makes one change of an address, of which edit says whether it was any,
// and writes a checkpoint when one is due. While another goroutine writes, it does not wait:
// the next checkpoint takes the change along.
func (l *Ledger) change(ctx context.Context, a schema.Address, edit func() bool) error {
	l.mu.Lock()
	if edit() {
		l.dirty++
		l.unsaved = append(l.unsaved, a)
	}
	failed := l.failed
	due := l.dirty >= checkpointEvery || l.dirty > 0 && l.opts.Now().Sub(l.lastWrite) >= checkpointAfter
	l.mu.Unlock()
	if failed != nil {
		return failed
	}
	if !due || !l.writing.TryLock() {
		l.writeLater(ctx)
		return nil
	}
	defer l.writing.Unlock()
	return l.write(ctx)
}

// writeLater writes what has happened before long, even if nothing happens after
// it: a request may take its time, and the confirmations before it must not wait.
func (l *Ledger) writeLater(ctx context.Context) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.dirty == 0 || l.timer != nil || l.failed != nil {
		return
	}
	l.timer = time.AfterFunc(checkpointAfter, func() {
		l.mu.Lock()
		l.timer = nil
		l.mu.Unlock()
		_ = l.Flush(ctx) // a failure is kept, and returned by whatever comes next
	})
}

// Flush writes what is not written yet.
func (l *Ledger) Flush(ctx context.Context) error {
	l.writing.Lock()
	defer l.writing.Unlock()
	return l.write(ctx)
}

// write stores the snapshot if it has changed. l.writing is held.
func (l *Ledger) write(ctx context.Context) error {
	l.mu.Lock()
	if l.dirty == 0 || l.failed != nil {
		defer l.mu.Unlock()
		if l.dirty == 0 {
			return nil
		}
		return l.failed
	}
	if err := l.stamp(); err != nil {
		defer l.mu.Unlock()
		l.failed = &WriteError{Where: l.blob.String(), Err: err}
		return l.failed
	}
	data, changes, written := l.current.Encode(), l.dirty, l.unsaved
	l.unsaved = nil
	l.mu.Unlock()

	ctx = context.WithoutCancel(ctx)
	archiveErr := l.original.archive(ctx, l.blob)
	began := time.Now()
	revision, err := l.blob.Put(ctx, data, l.revision)
	if archiveErr != nil && err == nil && l.opts.OnArchiveError != nil {
		l.opts.OnArchiveError(fmt.Errorf("keeping serial %d of the state %s in its history: %w", l.original.serial, l.blob, archiveErr))
	}

	if err != nil {
		l.mu.Lock()
		l.unsaved = append(written, l.unsaved...)
		l.mu.Unlock()
		return l.fail(ctx, err)
	}
	l.lock.sawAt(began)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.revision, l.stored = revision, true
	l.dirty -= changes
	l.lastWrite = l.opts.Now()
	maps.DeleteFunc(l.sent, func(loc schema.Locale, _ sentRequest) bool {
		record := l.current.Locales[loc]
		return (record == nil || record.InDoubt == nil) && !slices.Contains(l.unsaved, loc.AddressOf())
	})
	return nil
}

// stamp prepares the snapshot before it is written: the serial grows once a run or, where
// no serial may come twice, with every write.
func (l *Ledger) stamp() error {
	grows := !l.serialBumped || l.blob.Capabilities().UniqueSerials && l.stored
	if grows && l.current.Serial >= maxSerial {
		return errSerials
	}
	if grows {
		l.current.Serial++
	}
	if !l.serialBumped {
		l.serialBumped = true
		l.current.Run = l.opts.run()
	}
	l.stored = false
	if l.current.Lineage == "" {
		l.current.Lineage = l.opts.Random()
	}
	l.current.LiveryVersion = l.opts.Version
	l.current.dropPastMark(l.opts.Now())
	return nil
}

// Close writes what is not written yet, releases the lock, even when the write
// fails, and closes the place. Calling it again does nothing.
func (l *Ledger) Close(ctx context.Context) error {
	defer l.blob.Close()
	err := l.Flush(ctx)
	if unlockErr := l.lock.release(); err == nil {
		err = unlockErr
	} else if unlockErr != nil {
		err = errors.Join(err, unlockErr)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.timer != nil {
		l.timer.Stop()
		l.timer = nil
	}
	if l.failed == nil {
		l.failed = errClosed
	}
	return err
}

// UnsavedAddresses lists what has become of which is not stored, because a write has
// failed; sorted. Of a document among them that was to be sent, the stored state
// says that it is in doubt, whether it was confirmed, refused or not even tried.
func (l *Ledger) UnsavedAddresses() []schema.Address {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.failed == nil {
		return nil
	}
	list := slices.Clone(l.unsaved)
	slices.SortFunc(list, schema.Address.Compare)
	return slices.Compact(list)
}

// UnsavedState is the encoded snapshot when a write has failed and something is not
// stored; nil otherwise. Its serial is one more than that of any state this run
// may have stored, and than that of the mark of a broken lock, so that it can be pushed.
func (l *Ledger) UnsavedState() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.failed == nil || l.dirty == 0 {
		return nil
	}
	s := *l.current
	s.Serial = min(s.Serial+1, maxSerial)
	s.bump(l.blob)
	return s.Encode()
}
