package backend

import (
	"context"
	"strconv"

	"livery/reconcile/state"
)

// pgHistory is the history of a state: a row for each serial.
type pgHistory struct{ database *pgDatabase }

// Archive implements state.Blob.
func (h *pgHistory) Archive(ctx context.Context, serial uint64, data []byte) error {
	_, err := retryWithConn(ctx, h.database, func(ctx context.Context) (none struct{}, err error) {
		if err := h.database.createTables(ctx); err != nil {
			return none, err
		}
		if _, err := h.database.query(ctx, "INSERT INTO @history VALUES ('default', $1, $2) ON CONFLICT (name, serial) DO UPDATE SET data = EXCLUDED.data", serial, data); err != nil {
			return none, err
		}
		kept, err := h.serials(ctx)
		if err != nil {
			return none, err
		}
		for _, old := range state.Outdated(kept, serial) {
			if _, err := h.database.query(ctx, "DELETE FROM @history WHERE name = 'default' AND serial = $1", old); err != nil {
				return none, err
			}
		}
		return none, nil
	})
	return err
}

func (h *pgHistory) serials(ctx context.Context) ([]uint64, error) {
	result, err := h.database.query(ctx, "SELECT serial FROM @history WHERE name = 'default' ORDER BY serial DESC")
	if isMissing(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var list []uint64
	for _, row := range result.Rows {
		serial, err := strconv.ParseUint(string(row[0]), 10, 64)
		if err != nil {
			return nil, err
		}
		list = append(list, serial)
	}
	return list, nil
}

// History implements state.Blob.
func (h *pgHistory) History(ctx context.Context) ([]uint64, error) {
	return retryWithConn(ctx, h.database, h.serials)
}

// ReadArchive implements state.Blob.
func (h *pgHistory) ReadArchive(ctx context.Context, serial uint64) ([]byte, error) {
	return retryWithConn(ctx, h.database, func(ctx context.Context) ([]byte, error) {
		result, err := h.database.fetch(ctx, "SELECT data FROM @history WHERE name = 'default' AND serial = $1", serial)
		if isMissing(err) || err == nil && len(result.Rows) == 0 {
			return nil, state.ErrNotKept
		}
		if err != nil {
			return nil, err
		}
		return result.Rows[0][0], nil
	})
}
