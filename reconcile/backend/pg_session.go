package backend

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5/pgconn"
)

// checkSession refuses a pooler that lends a session for one transaction or statement,
// as pgbouncer does unless its pool_mode is session. The next one to be lent that
// session would have the advisory lock as well.
//
// Nobody tells who is in between, but only a session that is ours while it rests hears
// what another sends it then.
func (d *pgDatabase) checkSession(ctx context.Context) error {
	if d.sessionLasts {
		return nil
	}
	own, err := d.processOf(ctx, d.conn, "SELECT pg_backend_pid()")
	if err != nil {
		return err
	}
	// A pooler has to name a process of its own invention when it lets somebody in.
	if d.sessionLasts = own == d.conn.PID(); d.sessionLasts {
		return nil
	}
	other, err := pgconn.ConnectConfig(ctx, d.config)
	if err != nil {
		return d.classifyConnectError(ctx, err)
	}
	defer func() { _ = other.Close(ctx) }() // the server ends it otherwise
	channel := "livery_" + rand.Text()
	if _, err := d.script(ctx, fmt.Sprintf("LISTEN %q", channel)); err != nil {
		return err
	}
	others, err := d.processOf(ctx, other, fmt.Sprintf("SELECT pg_backend_pid() FROM pg_notify('%s', '')", channel))
	if err != nil {
		return err
	}
	if others != own {
		heard, cancel := context.WithTimeout(ctx, d.retry.timeout/3)
		defer cancel()
		if err = d.conn.WaitForNotification(heard); err != nil && !pgconn.Timeout(err) || ctx.Err() != nil {
			return d.classify(ctx, err)
		}
	}
	if others == own || err != nil {
		return fmt.Errorf("what answers at %s is a pool of connections that lends each for one transaction or one statement, as pgbouncer does with pool_mode=transaction or statement: a lock there keeps nobody out, and two runs could overwrite each other's state. Connect to PostgreSQL itself, or set pool_mode=session for this database", d.server())
	}
	d.sessionLasts = true
	_, err = d.script(ctx, "UNLISTEN *")
	return err
}

// processOf asks for the number of the server's process that answers.
func (d *pgDatabase) processOf(ctx context.Context, conn *pgconn.PgConn, sql string) (uint32, error) {
	results, err := conn.Exec(ctx, sql).ReadAll()
	if err != nil {
		return 0, d.classify(ctx, err)
	}
	if len(results) != 1 || len(results[0].Rows) != 1 {
		return 0, errors.New("the server does not say which of its processes answers")
	}
	pid, err := strconv.ParseUint(string(results[0].Rows[0][0]), 10, 32)
	return uint32(pid), err
}
