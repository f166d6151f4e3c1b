package backend

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"sync"

	"livery/reconcile/state"
)

// lockRow is the row of the lock, locked in a transaction that has just begun.
type lockRow struct {
	id         string // "" when nobody has it
	info       string
	generation int64
}

func (p *pgBlob) lockRow(ctx context.Context) (lockRow, error) {
	rows, err := p.script(ctx, "BEGIN; SELECT id, info, generation FROM @locks WHERE name = 'default' FOR UPDATE")
	if err != nil {
		return lockRow{}, err
	}
	if len(rows) == 0 {
		return lockRow{}, fmt.Errorf("the table of locks of %s is empty; drop the schema's table %slocks, so that it is made anew", p.name, p.schema+".")
	}
	generation, err := strconv.ParseInt(string(rows[0][2]), 10, 64)
	return lockRow{string(rows[0][0]), string(rows[0][1]), generation}, err
}

// tryAdvisoryLock takes the advisory lock of a generation for this session, and reports
// whether it could.
func (p *pgBlob) tryAdvisoryLock(ctx context.Context, generation int64) (bool, error) {
	rows, err := p.script(ctx, fmt.Sprintf("SELECT pg_try_advisory_lock(%d, %d)", p.key(), int32(generation)))
	return err == nil && string(rows[0][0]) == "t", err
}

// Lock implements state.Blob.
func (p *pgBlob) Lock(ctx context.Context, info state.LockInfo) (func() error, error) {
	info = identified(info, p.name)
	hold, err := retry(ctx, p.retry, func() (hold *pgHold, err error) {
		err = p.withConn(ctx, func(ctx context.Context) error {
			if err := p.createTables(ctx); err != nil {
				return err
			}
			hold, err = p.tryLock(ctx, info)
			return err
		})
		return hold, err
	})
	if err != nil {
		return nil, err
	}
	return sync.OnceValue(func() error { return p.release(hold) }), nil
}

// tryLock takes the lock, or says who has it.
func (p *pgBlob) tryLock(ctx context.Context, info state.LockInfo) (*pgHold, error) {
	row, err := p.lockRow(ctx)
	if err != nil {
		return nil, err
	}
	var staleHolder *state.LockInfo
	if row.id != "" && row.id != info.ID { // else the answer to an earlier try was lost
		free := false
		if row.id != p.heldID() { // to its own session every lock is free
			if free, err = p.tryAdvisoryLock(ctx, row.generation); err != nil {
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
	if _, err := p.tryAdvisoryLock(ctx, hold.generation); err != nil { // nobody else knows of it yet
		return nil, err
	}
	if _, err := p.query(ctx, "UPDATE @locks SET id = $1, info = $2, generation = $3 WHERE name = 'default'", info.ID, string(content), hold.generation); err != nil {
		return nil, err
	}
	// A machine that is gone without a word should be noticed within a minute.
	if _, err := p.script(ctx, "COMMIT; SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3"); err != nil {
		return nil, err
	}
	hold.session = p.conn
	p.held, p.staleHolder = hold, staleHolder
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
func (p *pgBlob) StaleHolder() (state.LockInfo, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.staleHolder == nil {
		return state.LockInfo{}, false
	}
	return *p.staleHolder, true
}

// reacquire gets the advisory lock back after the connection was lost. That is right
// as long as the row is ours: whoever took the lock over in between has changed it.
func (p *pgBlob) reacquire(ctx context.Context) error {
	if p.held == nil || p.held.session == p.conn {
		return nil
	}
	row, err := p.lockRow(ctx)
	if err != nil {
		return err
	}
	if row.id != p.held.id {
		return state.ErrLockLost
	}
	got, err := p.tryAdvisoryLock(ctx, row.generation)
	if err != nil {
		return err
	}
	if got { // else the server still takes our session of before for living
		p.held.session = p.conn
	}
	_, err = p.script(ctx, "COMMIT")
	return err
}

// release releases a lock and ends the session: a run has no more to do.
func (p *pgBlob) release(hold *pgHold) error {
	ctx := context.Background()
	_, err := retry(ctx, p.retry, func() (none struct{}, err error) {
		return none, p.withConn(ctx, func(ctx context.Context) error {
			_, err := p.query(ctx, "UPDATE @locks SET id = '', info = '' WHERE name = 'default' AND id = $1", hold.id)
			return err
		})
	})
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.held == hold {
		p.held = nil
		if p.conn != nil {
			_ = p.conn.Close(ctx) // which frees the advisory lock
		}
	}
	return err
}

// Break implements state.Blob.
func (p *pgBlob) Break(ctx context.Context, id string) error {
	_, err := retry(ctx, p.retry, func() (none struct{}, err error) {
		return none, p.withConn(ctx, func(ctx context.Context) error {
			row, err := p.lockRow(ctx)
			if isMissing(err) || err == nil && row.id == "" {
				return notLockedError(p.name)
			}
			if err != nil {
				return err
			}
			if err := checkLockID(p.name, id, row.id); err != nil {
				return err
			}
			_, err = p.script(ctx, "UPDATE @locks SET id = '', info = '' WHERE name = 'default'; COMMIT")
			return err
		})
	})
	return err
}
