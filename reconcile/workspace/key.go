package workspace

import (
	"context"
	"errors"

	"livery/reconcile/state"
	"livery/schema/stack"
)

// ReplaceKey makes the state say that it is about the pages of the access key that is
// configured: a new one of the same account. Changed is false if it said so before.
func (s *State) ReplaceKey(ctx context.Context, lock Locking, approve func(context.Context, *state.AccountError) (bool, error)) (changed bool, err error) {
	loaded, diags, err := s.workspace.Load(stack.NeedAccount)
	if err != nil {
		return false, err
	}
	if diags.HasErrors() {
		return false, &InvalidError{diags, loaded.Sources}
	}
	acc, err := s.workspace.Account(loaded.Account)
	if err != nil {
		return false, err
	}
	ledger, err := s.workspace.open(ctx, loaded.Backend, access{Locking: lock, operation: "state replace-key"})
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, ledger.Close(context.WithoutCancel(ctx))) }()
	now := ledger.Snapshot()
	keys := &state.AccountError{Recorded: now.Account, Configured: s.workspace.accountOf(loaded, now.Account.BaseURL, acc).Recorded()}
	switch {
	case keys.Configured.AccessKeySHA256 == "":
		return false, Failf("No access key", "The new access key must be known: set it in the account block or as LIVERY_ACCESS_KEY. The secret key is not needed.")
	case now.Empty():
		return false, Failf("Nothing is recorded", "The state holds no locale and no session, so it belongs to no account yet. The next apply records its account.")
	case !keys.IsOfKey():
		return false, keys
	case keys.Recorded.AccessKeySHA256 == keys.Configured.AccessKeySHA256:
		return false, nil
	}
	if approve != nil {
		if yes, err := approve(ctx, keys); err != nil || !yes {
			return false, errors.Join(err, ErrDeclined)
		}
	}
	return true, state.ReplaceKey(context.WithoutCancel(ctx), ledger, keys.Configured)
}
