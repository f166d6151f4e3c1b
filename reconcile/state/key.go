package state

import "context"

// IsOfKey reports whether both are at one base URL, so that they may be one account with
// two access keys. Whether they are, only its owner knows.
func (e *AccountError) IsOfKey() bool {
	return (Account{BaseURL: e.Recorded.BaseURL}).same(Account{BaseURL: e.Configured.BaseURL})
}

// ReplaceKey records that the pages are reached with another access key of the same account
// from now on. The error is an *AccountError at another base URL.
func ReplaceKey(ctx context.Context, l *Ledger, a Account) error {
	l.mu.Lock()
	if err := (&AccountError{Recorded: l.current.Account, Configured: a}); !err.IsOfKey() {
		l.mu.Unlock()
		return err
	}
	l.current.Account.AccessKeySHA256 = a.AccessKeySHA256
	l.dirty++
	l.mu.Unlock()
	return l.Flush(ctx)
}
