package workspace

import (
	"context"
	"errors"

	"livery/reconcile/state"
	"livery/schema/config"
	"livery/schema/stack"
)

// Move is a state on its way from one backend to another, before it is moved.
type Move struct {
	Serial         uint64
	Addresses      int
	From, To       string // where the two are
	FromType, Type string // of the backends
}

// Migration is what came of moving a state.
type Migration struct {
	From, To string       // where the two are
	Moved    *state.Moved // nil when there was nothing to move
	Same     bool         // because the state is where it was
}

// MigrateOptions say how a state is moved.
type MigrateOptions struct {
	Locking // of both backends
	// Approve asks a person; nil asks nobody.
	Approve func(ctx context.Context, m Move) (bool, error)
}

// configured is the backend that the configuration names, which must have no
// errors: one of them may be about the backend.
func (s *State) configured() (config.Backend, state.Blob, error) {
	loaded, diags, err := s.workspace.Load(stack.NeedNothing)
	if err != nil {
		return config.Backend{}, nil, err
	}
	if loaded.Empty {
		return config.Backend{}, nil, Failf("No configuration files", "This directory holds no *.livery.hcl or *.livery.json file that says where the state is kept.")
	}
	if diags.HasErrors() {
		return config.Backend{}, nil, &InvalidError{diags, loaded.Sources}
	}
	blob, err := s.workspace.backends().blob(loaded.Backend)
	return loaded.Backend, blob, err
}

// Reconfigure makes the backend that the configuration names the one that is used,
// and gives its name. What any other holds stays as it is.
func (s *State) Reconfigure() (string, error) {
	b, blob, err := s.configured()
	if err != nil {
		return "", err
	}
	return blob.String(), s.note(b, blob)
}

// note is remember for those who cannot do without.
func (s *State) note(b config.Backend, blob state.Blob) error {
	if err := s.workspace.backends().remember(b, blob); err != nil {
		return Failf("Cannot note where the state is kept", "%v.", err)
	}
	return nil
}

// Migrate moves the state from where it was kept to where the configuration says
// now. The old one stays as it was. What was moved is returned also with an error
// that came after it.
func (s *State) Migrate(ctx context.Context, opts MigrateOptions) (*Migration, error) {
	b, blob, err := s.configured()
	if err != nil {
		return nil, err
	}
	m, err := s.migrate(ctx, opts, b, blob)
	if err != nil {
		return m, err
	}
	return m, s.note(b, blob)
}

func (s *State) migrate(ctx context.Context, opts MigrateOptions, b config.Backend, blob state.Blob) (m *Migration, err error) {
	last, err := s.workspace.backends().last()
	if err != nil {
		return nil, err
	}
	now := s.workspace.backends().recordOf(b, blob)
	m = &Migration{From: last.Name, To: now.Name}
	if last.same(now) {
		m.Same = true
		return m, nil
	}
	old, err := s.workspace.backends().openLast(last)
	if err != nil {
		return nil, err
	}
	m.From = old.String()
	how := s.workspace.stateOptions(access{Locking: opts.Locking, operation: "init -migrate-state"})
	from, err := state.Open(ctx, old, how)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, from.Close(context.WithoutCancel(ctx))) }()
	if from.IsNew() {
		return m, nil
	}
	to, err := state.Open(ctx, blob, how)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, to.Close(context.WithoutCancel(ctx))) }()
	if err := state.CheckMove(from, to); err != nil {
		return nil, Failf("The state cannot be moved", "%v. Nothing was changed. \"livery init -reconfigure\" goes on with what is there and leaves the old state behind.", err)
	}
	if opts.Approve != nil {
		here := from.Snapshot()
		what := Move{Serial: here.Serial, Addresses: len(here.Addresses()), From: last.Name, To: now.Name, FromType: last.Type, Type: now.Type}
		yes, err := opts.Approve(ctx, what)
		if err == nil && !yes {
			err = ErrDeclined
		}
		if err != nil {
			return nil, err
		}
	}
	m.Moved, err = state.Move(context.WithoutCancel(ctx), from, to)
	if err != nil {
		return nil, err
	}
	return m, nil
}
