package workspace

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"slices"
	"syscall"
	"time"

	"livery/reconcile/backend"
	"livery/reconcile/state"
	"livery/schema"
	"livery/schema/stack"
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
	readOnly  bool                                  // the state is looked at and not written
	repair    bool                                  // also when it is damaged
	decode    func([]byte) (*state.Snapshot, error) // nil unless the state was prefetched
}

// blob is where the state is kept. What the configuration does not say of it, the
// environment may.
func (w *Workspace) blob(b stack.Backend) (state.Blob, error) {
	if b.Unclear {
		return nil, Failf("Cannot tell where the state is kept", "The configuration has faults that concern its backend, and another place must not be taken for it. \"livery validate\" shows them.")
	}
	blob, err := backend.Open(backend.Config{Type: b.Type, Attributes: b.Attributes, Dir: w.Dir, Lookup: w.secretFromEnv})
	if err != nil {
		return nil, Failf("Cannot use the backend", "%v.", err)
	}
	return blob, nil
}

// blobToWrite is blob, and refuses a backend that is only guessed.
func (w *Workspace) blobToWrite(b stack.Backend) (state.Blob, error) {
	if b.Guessed {
		return nil, Failf("Cannot tell where the state is kept", "A file of the configuration does not parse, and it may be the one that says where the state is kept. Nothing was written. \"livery validate\" shows the fault.")
	}
	return w.blob(b)
}

// open opens the state.
func (w *Workspace) open(ctx context.Context, b stack.Backend, how access) (*state.Ledger, error) {
	open := w.blobToWrite
	if how.readOnly {
		open = w.blob
	}
	blob, err := open(b)
	if err != nil {
		return nil, err
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
	ledger, err := state.Open(ctx, blob, w.stateOptions(how))
	if how.readOnly && how.Lock && (errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS)) {
		how.Lock = false // what cannot be written here needs no protection from here
		ledger, err = state.Open(ctx, blob, w.stateOptions(how))
	}
	if err != nil {
		return nil, err
	}
	if ledger.IsNew() {
		if err := w.checkMoved(ctx, b, blob); err != nil {
			return nil, errors.Join(err, ledger.Close(ctx))
		}
	}
	if !how.readOnly {
		if err := w.remember(b, blob); err != nil {
			w.Log.Debug("where the state is kept cannot be noted", "error", err.Error())
		}
	}
	return ledger, nil
}

func (w *Workspace) stateOptions(how access) state.Options {
	return state.Options{
		Lock: how.Lock, LockTimeout: how.Timeout, Operation: how.operation, Version: w.Version, Who: who(), Now: w.Now,
		Decode: how.decode, Repair: how.repair, IdentifyHolder: backend.IdentifyHolder, HolderDead: backend.HolderDead,
		OnLockWait: w.Events.LockWait, OnStaleLock: w.Events.StaleLock, OnArchiveError: w.Events.ArchiveError,
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

// stored finds where the state is kept. Faults in the configuration do not stand
// in the way of looking at it.
func (w *Workspace) stored() (state.Blob, error) {
	loaded, _, err := w.Load(stack.NeedNothing)
	if err != nil {
		return nil, err
	}
	return w.blob(loaded.Backend)
}

// Snapshot reads the state, without locking it.
func (w *Workspace) Snapshot(ctx context.Context) (*state.Snapshot, error) {
	blob, err := w.stored()
	if err != nil {
		return nil, err
	}
	defer blob.Close()
	return state.Read(ctx, blob)
}

// SnapshotAt reads the state that a loaded stack names.
func (w *Workspace) SnapshotAt(ctx context.Context, b stack.Backend) (*state.Snapshot, error) {
	blob, err := w.blob(b)
	if err != nil {
		return nil, err
	}
	defer blob.Close()
	return state.Read(ctx, blob)
}

// History reads the current state and those before it that are kept.
func (w *Workspace) History(ctx context.Context) (*state.History, error) {
	blob, err := w.stored()
	if err != nil {
		return nil, err
	}
	defer blob.Close()
	return state.ReadHistory(ctx, blob)
}

// Serials lists the states that are kept.
func (w *Workspace) Serials(ctx context.Context) ([]uint64, error) {
	blob, err := w.stored()
	if err != nil {
		return nil, err
	}
	defer blob.Close()
	return blob.History(ctx)
}

// Unlock takes the lock with that ID away from whoever holds it.
func (w *Workspace) Unlock(ctx context.Context, id string, approve Approve) error {
	blob, err := w.stored()
	if err != nil {
		return err
	}
	defer blob.Close()
	if err := approve.check(ctx); err != nil {
		return err
	}
	if err := blob.Break(ctx, id); err != nil {
		return Failf("Failed to unlock state", "%v.", err)
	}
	return nil
}

// Forget takes addresses out of the state, without touching the live page. Each
// that is forgotten is told to forgotten.
func (w *Workspace) Forget(ctx context.Context, names []string, lock Locking, forgotten func(schema.Address)) (err error) {
	loaded, _, err := w.Load(stack.NeedNothing)
	if err != nil {
		return err
	}
	ledger, err := w.open(ctx, loaded.Backend, access{Locking: lock, operation: "state rm"})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, ledger.Close(ctx)) }()
	list, err := FindAddresses(ledger.Snapshot(), names)
	if err != nil {
		return err
	}
	for _, address := range list {
		if err := ledger.Forget(ctx, address); err != nil {
			return err
		}
		forgotten(address)
	}
	return nil
}

// Push puts another state in the place of the current one, and gives it back as it
// was written. The name is that of data in messages.
func (w *Workspace) Push(ctx context.Context, name string, data []byte, lock Locking) (s *state.Snapshot, err error) {
	snapshot, err := state.Decode(data)
	if err != nil {
		return nil, Failf("Cannot push this file", "%s: %v.", name, err)
	}
	loaded, _, err := w.Load(stack.NeedNothing)
	if err != nil {
		return nil, err
	}
	blob, err := w.blobToWrite(loaded.Backend)
	if err != nil {
		return nil, err
	}
	ledger, err := state.Open(ctx, blob, w.stateOptions(access{Locking: lock, operation: "state push", repair: true}))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, ledger.Close(ctx)) }()
	if err := ledger.Replace(ctx, snapshot); err != nil {
		return nil, Failf("Cannot push this file", "%v.", err)
	}
	return ledger.Snapshot(), nil
}

// FindAddresses parses addresses, each of which must be in the state.
func FindAddresses(s *state.Snapshot, names []string) ([]schema.Address, error) {
	known := s.Addresses()
	var list []schema.Address
	for _, name := range names {
		address, err := schema.ParseAddress(name)
		if err != nil {
			return nil, Failf("Invalid address", "%v.", err)
		}
		if !slices.Contains(known, address) {
			words := make([]string, 0, len(known))
			for _, k := range known {
				words = append(words, k.String())
			}
			detail := fmt.Sprintf("%s is not in the state.", address)
			if near := schema.Nearest(address.String(), words); near != "" {
				detail += fmt.Sprintf(" Did you mean %s?", near)
			}
			return nil, Failf("No such address", "%s \"livery state list\" shows what is.", detail)
		}
		list = append(list, address)
	}
	return list, nil
}
