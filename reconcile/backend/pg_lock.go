package backend

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"sync"

	"github.com/jackc/pgx/v5/pgconn"

	"livery/reconcile/state"
)

// pgLock is the lock of a state: a row and an advisory lock of the holder's session. It is
// guarded by the database's mutex, as that session is the database's connection.
type pgLock struct {
	database    *pgDatabase
	held        *pgHold
	staleHolder *state.LockInfo // of the holder before, if it died with the lock
}

// pgHold is a lock that this value took, even after it was broken.
type pgHold struct {
	id         string
	generation int64
	session    *pgconn.PgConn // that has the advisory lock; nil when none of ours has
}

// lockRow is the row of the lock, locked in a transaction that has just begun.
type lockRow struct {
	id         string // "" when nobody has it
	info       string
	generation int64
}

func (l *pgLock) lockRow(ctx context.Context) (lockRow, error) {
	rows, err := l.database.script(ctx, "BEGIN; SELECT id, info, generation FROM @locks WHERE name = 'default' FOR UPDATE")
	if err != nil {
		return lockRow{}, err
	}
	if len(rows) == 0 {
		return lockRow{}, fmt.Errorf("the table of locks of %s is empty; drop the schema's table %slocks, so that it is made anew", l.database.name, l.database.schema+".")
	}
	generation, err := strconv.ParseInt(string(rows[0][2]), 10, 64)
	return lockRow{string(rows[0][0]), string(rows[0][1]), generation}, err
}

// tryAdvisoryLock takes the advisory lock of a generation for this session, and reports
// whether it could.
func (l *pgLock) tryAdvisoryLock(ctx context.Context, generation int64) (bool, error) {
	rows, err := l.database.script(ctx, fmt.Sprintf("SELECT pg_try_advisory_lock(%d, %d)", l.database.advisoryKey(), int32(generation)))
	return err == nil && string(rows[0][0]) == "t", err
}

// Lock implements state.Blob.
func (l *pgLock) Lock(ctx context.Context, info state.LockInfo) (func() error, error) {
	info = identified(info, l.database.name)
	hold, err := retryWithConn(ctx, l.database, func(ctx context.Context) (*pgHold, error) {
		if err := l.database.checkSession(ctx); err != nil {
			return nil, err
		}
		if err := l.database.createTables(ctx); err != nil {
			return nil, err
		}
		return l.tryLock(ctx, info)
	})
	if err != nil {
		return nil, err
	}
	return sync.OnceValue(func() error { return l.release(hold) }), nil
}

// tryLock takes the lock, or says who has it.
func (l *pgLock) tryLock(ctx context.Context, info state.LockInfo) (*pgHold, error) {
	row, err := l.lockRow(ctx)
	if err != nil {
		return nil, err
	}
	var staleHolder *state.LockInfo
	if row.id != "" && row.id != info.ID { // else the answer to an earlier try was lost
		free := false
		if row.id != l.heldID() { // to its own session every lock is free
			if free, err = l.tryAdvisoryLock(ctx, row.generation); err != nil {
				return nil, err
			}
		}
		if !free {
			return nil, &state.LockedError{Info: row.holder(), Err: errors.New("another session has the lock")}
		}
		before := row.holder()
		staleHolder = &before
	}
	content, err := json.Marshal(info)
	if err != nil {
		return nil, err
	}
	hold := &pgHold{id: info.ID, generation: row.generation + 1}
	if _, err := l.tryAdvisoryLock(ctx, hold.generation); err != nil { // nobody else knows of it yet
		return nil, err
	}
	if _, err := l.database.query(ctx, "UPDATE @locks SET id = $1, info = $2, generation = $3 WHERE name = 'default'", info.ID, string(content), hold.generation); err != nil {
		return nil, err
	}
	// A machine that is gone without a word should be noticed within a minute.
	if _, err := l.database.script(ctx, "COMMIT; SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3"); err != nil {
		return nil, err
	}
	hold.session = l.database.conn
	l.held, l.staleHolder = hold, staleHolder
	return hold, nil
}

// holder is who has the lock, in its own words.
func (r lockRow) holder() state.LockInfo {
	var info state.LockInfo
	if err := json.Unmarshal([]byte(r.info), &info); err != nil {
		info.ID = r.id // somebody has edited it; there is just less to say
	}
	return info
}

// StaleHolder implements state.Blob.
func (l *pgLock) StaleHolder() (state.LockInfo, bool) {
	l.database.mu.Lock()
	defer l.database.mu.Unlock()
	if l.staleHolder == nil {
		return state.LockInfo{}, false
	}
	return *l.staleHolder, true
}

// reacquire gets the advisory lock back after the connection was lost. That is right
// as long as the row is ours: whoever took the lock over in between has changed it.
func (l *pgLock) reacquire(ctx context.Context) error {
	if l.held == nil || l.held.session == l.database.conn {
		return nil
	}
	row, err := l.lockRow(ctx)
	if err != nil {
		return err
	}
	if row.id != l.held.id {
		return errRowLost
	}
	got, err := l.tryAdvisoryLock(ctx, row.generation)
	if err != nil {
		return err
	}
	if got { // else the server still takes our session of before for living
		l.held.session = l.database.conn
	}
	_, err = l.database.script(ctx, "COMMIT")
	return err
}

// release releases a lock and ends the session: a run has no more to do.
func (l *pgLock) release(hold *pgHold) error {
	ctx := context.Background()
	_, err := retryWithConn(ctx, l.database, func(ctx context.Context) (*pgconn.Result, error) {
		return l.database.query(ctx, "UPDATE @locks SET id = '', info = '' WHERE name = 'default' AND id = $1", hold.id)
	})
	l.database.mu.Lock()
	defer l.database.mu.Unlock()
	if l.held == hold {
		l.held = nil
		if l.database.conn != nil {
			_ = l.database.conn.Close(ctx) // which frees the advisory lock
		}
	}
	return err
}

// errRowLost says that the row of the lock is not this run's any more.
var errRowLost = fmt.Errorf("%w: the row in the table of locks does not name this run", state.ErrLockLost)

// checkRow is errRowLost when a lock was taken and its row names somebody else, or nobody.
func (l *pgLock) checkRow(ctx context.Context) error {
	now, err := l.database.query(ctx, "SELECT id FROM @locks WHERE name = 'default'")
	if err == nil && l.held != nil && (len(now.Rows) == 0 || string(now.Rows[0][0]) != l.held.id) {
		err = errRowLost
	}
	return err
}

// CheckLock implements state.Blob. A session that was lost is made anew, if nobody has
// taken the lock over since.
func (l *pgLock) CheckLock(ctx context.Context) error {
	_, err := retryWithConn(ctx, l.database, func(ctx context.Context) (struct{}, error) {
		if l.held == nil {
			return struct{}{}, nil
		}
		if err := l.reacquire(ctx); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, l.checkRow(ctx)
	})
	return err
}

// FindLock implements state.Blob.
func (l *pgLock) FindLock(ctx context.Context, id string) (state.LockInfo, error) {
	return retryWithConn(ctx, l.database, func(ctx context.Context) (state.LockInfo, error) { return l.findLock(ctx, id) })
}

// findLock gives the holder, and leaves its row locked.
func (l *pgLock) findLock(ctx context.Context, id string) (state.LockInfo, error) {
	row, err := l.lockRow(ctx)
	if isMissing(err) || err == nil && row.id == "" {
		err = notLockedError(l.database.name)
	}
	if err == nil {
		err = checkLockID(l.database.name, id, row.id)
	}
	return row.holder(), err
}

// Break implements state.Blob.
func (l *pgLock) Break(ctx context.Context, id string) error {
	_, err := retryWithConn(ctx, l.database, func(ctx context.Context) ([][][]byte, error) {
		if _, err := l.findLock(ctx, id); err != nil {
			return nil, err
		}
		return l.database.script(ctx, "UPDATE @locks SET id = '', info = '' WHERE name = 'default'; COMMIT")
	})
	return err
}

// heldID is the ID of the lock that this value took, or "".
func (l *pgLock) heldID() string {
	if l.held == nil {
		return ""
	}
	return l.held.id
}
