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

func (p *pgPlace) lockRow(ctx context.Context) (lockRow, error) {
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

// advisory takes the advisory lock of a generation for this session, and reports
// whether it could.
func (p *pgPlace) advisory(ctx context.Context, generation int64) (bool, error) {
	rows, err := p.script(ctx, fmt.Sprintf("SELECT pg_try_advisory_lock(%d, %d)", p.key(), int32(generation)))
	return err == nil && string(rows[0][0]) == "t", err
}

// Lock implements state.Blob.
func (p *pgPlace) Lock(ctx context.Context, info state.LockInfo) (func() error, error) {
	info = signed(info, p.name)
	hold, err := again(ctx, p.retry, func() (hold *pgHold, err error) {
		err = p.with(ctx, func(ctx context.Context) error {
			if err := p.make(ctx); err != nil {
				return err
			}
			hold, err = p.take(ctx, info)
			return err
		})
		return hold, err
	})
	if err != nil {
		return nil, err
	}
	return sync.OnceValue(func() error { return p.letGo(hold) }), nil
}

// take takes the lock, or says who has it.
func (p *pgPlace) take(ctx context.Context, info state.LockInfo) (*pgHold, error) {
	row, err := p.lockRow(ctx)
	if err != nil {
		return nil, err
	}
	var left *state.LockInfo
	if row.id != "" && row.id != info.ID { // else the answer to an earlier try was lost
		free := false
		if row.id != p.holding() { // to its own session every lock is free
			if free, err = p.advisory(ctx, row.generation); err != nil {
				return nil, err
			}
		}
		if !free {
			return nil, &state.LockedError{Info: row.holder(), Err: errors.New("another session has the lock")}
		}
		before := row.holder()
		left = &before
	}
	words, err := json.Marshal(info)
	if err != nil {
		return nil, err
	}
	hold := &pgHold{id: info.ID, generation: row.generation + 1}
	if _, err := p.advisory(ctx, hold.generation); err != nil { // nobody else knows of it yet
		return nil, err
	}
	if _, err := p.query(ctx, "UPDATE @locks SET id = $1, info = $2, generation = $3 WHERE name = 'default'", info.ID, string(words), hold.generation); err != nil {
		return nil, err
	}
	// A machine that is gone without a word should be noticed within a minute.
	if _, err := p.script(ctx, "COMMIT; SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3"); err != nil {
		return nil, err
	}
	hold.session = p.conn
	p.held, p.left = hold, left
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
func (p *pgPlace) StaleHolder() (state.LockInfo, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.left == nil {
		return state.LockInfo{}, false
	}
	return *p.left, true
}

// reclaim gets the advisory lock back after the connection was lost. That is right
// as long as the row is ours: whoever took the lock over in between has changed it.
func (p *pgPlace) reclaim(ctx context.Context) error {
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
	got, err := p.advisory(ctx, row.generation)
	if err != nil {
		return err
	}
	if got { // else the server still takes our session of before for living
		p.held.session = p.conn
	}
	_, err = p.script(ctx, "COMMIT")
	return err
}

// letGo releases a lock and ends the session: a run has no more to do.
func (p *pgPlace) letGo(hold *pgHold) error {
	ctx := context.Background()
	_, err := again(ctx, p.retry, func() (none struct{}, err error) {
		return none, p.with(ctx, func(ctx context.Context) error {
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
func (p *pgPlace) Break(ctx context.Context, id string) error {
	_, err := again(ctx, p.retry, func() (none struct{}, err error) {
		return none, p.with(ctx, func(ctx context.Context) error {
			row, err := p.lockRow(ctx)
			if isMissing(err) || err == nil && row.id == "" {
				return notLocked(p.name)
			}
			if err != nil {
				return err
			}
			if err := faultOfID(p.name, id, row.id); err != nil {
				return err
			}
			_, err = p.script(ctx, "UPDATE @locks SET id = '', info = '' WHERE name = 'default'; COMMIT")
			return err
		})
	})
	return err
}
