package workspace

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"livery/reconcile/state"
	"livery/schema"
	"livery/schema/config"
	"livery/schema/stack"
	"livery/schema/wording"
)

// State is the state of a workspace, for those who look at it or change it by hand.
type State struct{ workspace *Workspace }

// stored finds where the state is kept. Faults in the configuration do not stand
// in the way of looking at it.
func (s *State) stored() (state.Blob, error) {
	loaded, _, err := s.workspace.Load(stack.NeedNothing)
	if err != nil {
		return nil, err
	}
	return s.workspace.backends().blob(loaded.Backend)
}

// Snapshot reads the state, without locking it.
func (s *State) Snapshot(ctx context.Context) (*state.Snapshot, error) {
	loaded, _, err := s.workspace.Load(stack.NeedNothing)
	if err != nil {
		return nil, err
	}
	return s.SnapshotAt(ctx, loaded.Backend)
}

// SnapshotAt reads the state that a loaded stack names.
func (s *State) SnapshotAt(ctx context.Context, b config.Backend) (*state.Snapshot, error) {
	blob, err := s.workspace.backends().blob(b)
	if err != nil {
		return nil, err
	}
	defer blob.Close()
	snapshot, err := state.Read(ctx, blob)
	if err != nil || snapshot.Lineage == "" { // where nothing is there is nothing to be taken for what is live
		return snapshot, err
	}
	return snapshot, s.workspace.backends().checkMoved(ctx, b, blob, func() *state.Snapshot { return snapshot })
}

// History reads the current state and those before it that are kept.
func (s *State) History(ctx context.Context) (*state.History, error) {
	loaded, _, err := s.workspace.Load(stack.NeedNothing)
	if err != nil {
		return nil, err
	}
	blob, err := s.workspace.backends().blob(loaded.Backend)
	if err != nil {
		return nil, err
	}
	defer blob.Close()
	h, err := state.ReadHistory(ctx, blob)
	if err == nil && len(h.Entries) > 0 && h.Entries[0].Snapshot != nil {
		newest := h.Entries[0].Snapshot
		err = s.workspace.backends().checkMoved(ctx, loaded.Backend, blob, func() *state.Snapshot { return newest })
	}
	return h, err
}

// Serials lists the states that are kept.
func (s *State) Serials(ctx context.Context) ([]uint64, error) {
	blob, err := s.stored()
	if err != nil {
		return nil, err
	}
	defer blob.Close()
	return blob.History(ctx)
}

// Unlock takes the lock with that ID away from whoever holds it. What it gives is the
// state with the mark that this leaves, nil where none was needed.
func (s *State) Unlock(ctx context.Context, id string, approve Approve) (*state.Snapshot, error) {
	blob, err := s.stored()
	if err != nil {
		return nil, err
	}
	defer blob.Close()
	if err := approve.check(ctx); err != nil {
		return nil, err
	}
	marked, err := state.ForceUnlock(ctx, blob, id, s.workspace.stateOptions(access{operation: "force-unlock"}))
	if err != nil {
		return nil, Failf("Failed to unlock state", "%s.", capital(err.Error()))
	}
	return marked, nil
}

// Forget takes addresses out of the state, without touching the live page. Each
// that is forgotten is told to forgotten.
func (s *State) Forget(ctx context.Context, names []string, lock Locking, forgotten func(schema.Address)) (err error) {
	loaded, _, err := s.workspace.Load(stack.NeedNothing)
	if err != nil {
		return err
	}
	ledger, err := s.workspace.open(ctx, loaded.Backend, access{Locking: lock, operation: "state rm"})
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
func (s *State) Push(ctx context.Context, name string, data []byte, lock Locking) (pushed *state.Snapshot, err error) {
	snapshot, err := state.Decode(data)
	if err != nil {
		return nil, Failf("Cannot push this file", "%s: %v.", name, err)
	}
	loaded, _, err := s.workspace.Load(stack.NeedNothing)
	if err != nil {
		return nil, err
	}
	blob, err := s.workspace.backends().blobToWrite(loaded.Backend)
	if err != nil {
		return nil, err
	}
	ledger, err := state.Open(ctx, blob, s.workspace.stateOptions(access{Locking: lock, operation: "state push", repair: true}))
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
			if near := wording.Nearest(address.String(), words); near != "" {
				detail += fmt.Sprintf(" Did you mean %s?", near)
			}
			return nil, Failf("No such address", "%s \"livery state list\" shows what is.", detail)
		}
		list = append(list, address)
	}
	return list, nil
}
