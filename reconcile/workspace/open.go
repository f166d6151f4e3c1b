package workspace

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/user"
	"syscall"
	"time"

	"livery/reconcile/backend"
	"livery/reconcile/state"
	"livery/schema"
	"livery/schema/config"
)

// Locking says how the state is kept to one run at a time.
type Locking struct {
	Lock    bool
	Timeout time.Duration // how long to wait for a lock that is taken
}

// access is how a state is opened.
type access struct {
	Locking
	operation string
	readOnly  bool                                                      // the state is looked at and not written
	repair    bool                                                      // also when it is damaged
	decode    func([]byte, ...schema.Document) (*state.Snapshot, error) // nil unless the state was prefetched
	likely    []schema.Document                                         // what may be recorded
}

// open opens the state.
func (w *Workspace) open(ctx context.Context, b config.Backend, how access) (*state.Ledger, error) {
	open := w.backends().blobToWrite
	if how.readOnly {
		open = w.backends().blob
	}
	blob, err := open(b)
	if err != nil {
		return nil, err
	}
	if w.Claim != nil {
		if err := w.Claim(w.backends().key(b, blob), blob.String()); err != nil {
			blob.Close()
			return nil, err
		}
	}
	if how.readOnly && how.Lock {
		// A plan must work on a bare, even read-only checkout: where there is no
		// state yet there is nothing to protect.
		if how.Lock, err = blob.Exists(ctx); err != nil {
			return nil, err
		}
	}
	if how.Lock && !blob.Capabilities().Locks && w.Events.NoLock != nil {
		w.Events.NoLock(blob.String())
	}
	ledger, err := w.ledger(ctx, blob, how)
	if err != nil {
		return nil, err
	}
	if err := w.backends().checkMoved(ctx, b, blob, ledger.Snapshot); err != nil {
		return nil, errors.Join(err, ledger.Close(ctx))
	}
	if !how.readOnly {
		if err := w.backends().remember(b, blob); err != nil {
			w.Log.Debug("where the state is kept cannot be noted", "error", err.Error())
		}
	}
	return ledger, nil
}

// ledger opens the state at a place.
func (w *Workspace) ledger(ctx context.Context, blob state.Blob, how access) (*state.Ledger, error) {
	ledger, err := state.Open(ctx, blob, w.stateOptions(how))
	if how.readOnly && how.Lock && (errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS)) {
		how.Lock = false // what cannot be written here needs no protection from here
		return state.Open(ctx, blob, w.stateOptions(how))
	}
	return ledger, err
}

func (w *Workspace) stateOptions(how access) state.Options {
	return state.Options{
		Lock: how.Lock, LockTimeout: how.Timeout, Operation: how.operation, Version: w.Version, Who: who(), Now: w.Now,
		Decode: how.decode, Likely: how.likely, Repair: how.repair, IdentifyHolder: backend.IdentifyHolder, HolderDead: backend.HolderDead,
		OnLockWait: w.Events.LockWait, OnWait: w.Events.Wait, OnStaleLock: w.Events.StaleLock, OnArchiveError: w.Events.ArchiveError,
	}
}

// who names the person and the machine in a lock.
func who() string {
	name := "somebody"
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	host, err := os.Hostname()
	if err != nil {
		host = "this machine"
	}
	return name + "@" + host
}
