package backend

import (
	"context"
	"strconv"

	"livery/reconcile/state"
)

// Archive implements state.Blob.
func (p *pgBlob) Archive(ctx context.Context, serial uint64, data []byte) error {
	_, err := retry(ctx, p.retry, func() (none struct{}, err error) {
		return none, p.withConn(ctx, func(ctx context.Context) error {
			if err := p.createTables(ctx); err != nil {
				return err
			}
			if _, err := p.query(ctx, "INSERT INTO @history VALUES ('default', $1, $2) ON CONFLICT (name, serial) DO UPDATE SET data = EXCLUDED.data", serial, data); err != nil {
				return err
			}
			kept, err := p.serials(ctx)
			if err != nil {
				return err
			}
			for _, old := range state.Outdated(kept, serial) {
				if _, err := p.query(ctx, "DELETE FROM @history WHERE name = 'default' AND serial = $1", old); err != nil {
					return err
				}
			}
			return nil
		})
	})
	return err
}

func (p *pgBlob) serials(ctx context.Context) ([]uint64, error) {
	result, err := p.query(ctx, "SELECT serial FROM @history WHERE name = 'default' ORDER BY serial DESC")
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
func (p *pgBlob) History(ctx context.Context) ([]uint64, error) {
	return retry(ctx, p.retry, func() (list []uint64, err error) {
		err = p.withConn(ctx, func(ctx context.Context) error {
			list, err = p.serials(ctx)
			return err
		})
		return list, err
	})
}

// ReadArchive implements state.Blob.
func (p *pgBlob) ReadArchive(ctx context.Context, serial uint64) ([]byte, error) {
	return retry(ctx, p.retry, func() (data []byte, err error) {
		err = p.withConn(ctx, func(ctx context.Context) error {
			result, err := p.fetch(ctx, "SELECT data FROM @history WHERE name = 'default' AND serial = $1", serial)
			if isMissing(err) || err == nil && len(result.Rows) == 0 {
				return state.ErrNotKept
			}
			if err == nil {
				data = result.Rows[0][0]
			}
			return err
		})
		return data, err
	})
}
