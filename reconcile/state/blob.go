package state

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"livery/schema"
)

// Revision names the content that a Blob held when it was read. It is opaque;
// "" says that there was nothing.
type Revision string

// ErrStale says that a conditional write lost: somebody else wrote first.
var ErrStale = errors.New("the state there was changed since it was read, and was not overwritten")

// ErrLockLost says that the lock is not held any more by the run that took it. What
// wraps it says what is known of the reason.
var ErrLockLost = errors.New("this run does not hold the lock of the state any more, and nothing was overwritten")

// ErrTakenAway is ErrLockLost where the state itself says that force-unlock did it.
var ErrTakenAway = fmt.Errorf("%w: it was taken away with force-unlock", ErrLockLost)

// ErrNotKept says that a state is not, or not any more, in the history.
var ErrNotKept = errors.New("that state is not kept in the history")

// HistoryMax is how many superseded states a place keeps.
const HistoryMax = 20

// Capabilities say what an engine does by itself or cannot do. They are a value of
// every Blob, not a method that only some have: what wraps a Blob hands them on.
type Capabilities struct {
	// Locks: a lock keeps others out. Without it there is only the conditional
	// write between two runs.
	Locks bool
	// UniqueSerials: each write is kept under its serial, as GitLab does, and a
	// serial that is there already is refused.
	UniqueSerials bool
	// SystemLocks: a lock is the operating system's, so that it ends with the process
	// that holds it and not before, and CheckLock asks nobody else.
	SystemLocks bool
}

// Blob is one place where a state can be kept. The conditional write is what
// guarantees that nothing is lost; the lock is a courtesy that explains itself.
// An implementation is safe for use by several goroutines.
type Blob interface {
	// Capabilities say what this place can do. They do not change.
	Capabilities() Capabilities

	// Get reads what is there; nil and "" if there is nothing yet.
	Get(ctx context.Context) ([]byte, Revision, error)

	// Exists reports whether there is a state, without making anything. It costs
	// no more than Get.
	Exists(ctx context.Context) (bool, error)

	// Put writes data if what is there is still ifRevision, whole or not at
	// all. Otherwise the error is ErrStale. It is ErrLockLost when this Blob
	// held the lock and Break took it away.
	Put(ctx context.Context, data []byte, ifRevision Revision) (Revision, error)

	// Lock takes the lock without waiting; the error is a *LockedError when
	// somebody else holds it. The function that is returned releases it; it
	// may be called more than once. Without Capabilities.Locks it always succeeds.
	Lock(ctx context.Context, info LockInfo) (unlock func() error, err error)

	// CheckLock is ErrLockLost when the lock that this Blob took is not its own any
	// more, and nil when it took none. It is true of the moment at which the place
	// was asked. With SystemLocks that is now; pg and s3 are asked with one request,
	// an http server, whose protocol has no such question, with one that tries to
	// lock again under another name, and a second one if that succeeds.
	CheckLock(ctx context.Context) error

	// StaleHolder is who had the lock that this Blob took last, if that process
	// ended without releasing it. Engines whose locks outlive their holders never
	// know one.
	StaleHolder() (LockInfo, bool)

	// FindLock gives the holder of the lock with that ID; the error is Break's. From
	// then on, Put writes also where a server lets only that holder write.
	FindLock(ctx context.Context, id string) (LockInfo, error)

	// Break takes the lock with the given ID away from its holder.
	Break(ctx context.Context, id string) error

	// Archive keeps a state that is about to be overwritten, under its serial. The
	// last HistoryMax are kept. Doing it twice is doing it once. A place that
	// keeps versions by itself does nothing.
	Archive(ctx context.Context, serial uint64, data []byte) error

	// History lists the serials that ReadArchive gives, newest first.
	History(ctx context.Context) ([]uint64, error)

	// ReadArchive gives an archived state; the error is ErrNotKept when that serial is
	// not (any more) there.
	ReadArchive(ctx context.Context, serial uint64) ([]byte, error)

	// Close gives back the connections to the place, but for those that a lock
	// needs. Whatever is asked for afterwards opens new ones.
	Close()

	// String names the place in messages. It holds no secrets.
	String() string
}

// Outdated lists which of the kept serials have to go after latest was archived,
// so that HistoryMax are left. A serial above latest was left by a state that was
// here before and was started anew: such ones go first, or else the new history
// would never have room. After them go the oldest.
func Outdated(kept []uint64, latest uint64) []uint64 {
	order := slices.Clone(kept)
	slices.SortFunc(order, func(a, b uint64) int {
		if a > latest || b > latest {
			return cmp.Compare(b, a)
		}
		return cmp.Compare(a, b)
	})
	order = slices.Compact(order)
	return order[:max(len(order)-HistoryMax, 0)]
}

// LockInfo says who holds a lock. Its JSON is Terraform's, and what else helps
// to find the holder.
type LockInfo struct {
	ID        string
	Operation string
	Info      string
	Who       string
	Version   string
	Created   time.Time
	Path      string
	PID       int    `json:",omitempty"`
	Host      string `json:",omitempty"`
	// ProcessStart tells the process from others that had or will have its PID. Lock files
	// call it Birth.
	ProcessStart string `json:"Birth,omitempty"`
}

// String is the table that people know from Terraform, without a heading. What is
// not known has no row; it is "" where nothing is.
func (i LockInfo) String() string {
	var b strings.Builder
	row := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "  %-10s %s\n", name+":", printable(value))
		}
	}
	row("ID", i.ID)
	row("Path", i.Path)
	row("Operation", i.Operation)
	row("Who", i.Who)
	row("Version", i.Version)
	if !i.Created.IsZero() {
		row("Created", i.Created.UTC().String())
	}
	if i.ID != "" || i.Info != "" {
		fmt.Fprintf(&b, "  %-10s %s\n", "Info:", printable(i.Info))
	}
	if i.PID != 0 {
		row("Process", fmt.Sprintf("%d on %s", i.PID, i.Host))
	}
	return b.String()
}

// printable drops what could steer a terminal or reorder a line: others wrote the
// lock, and people choose the names of their machines.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if !schema.IsVisible(string(r)) {
			return -1
		}
		return r
	}, s)
}

// LockedError says that somebody else is using the state. Info is empty when
// the holder left no word about itself.
type LockedError struct {
	Info LockInfo
	Err  error
}

// Error implements error. The first line is a summary, and a blank line follows.
func (e *LockedError) Error() string {
	id, table := "ID", e.Info.String()
	if e.Info.ID != "" {
		id = printable(e.Info.ID)
	}
	if table != "" {
		table = "Lock Info:\n" + table
	}
	return fmt.Sprintf(`Error acquiring the state lock

Error message: %v
%s
livery acquires a state lock to protect the state from being written
by multiple users at the same time. Wait until the other run is done and
try again, or let livery wait with "-lock-timeout=60s". If that run is gone
for good, release its lock with "livery force-unlock %s".
To look without waiting, "livery plan -lock=false" compares with what is
stored by now.`, e.Err, table, id)
}

// Unwrap gives the cause.
func (e *LockedError) Unwrap() error { return e.Err }
