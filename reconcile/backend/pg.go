package backend

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"hash/fnv"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"livery/reconcile/state"
)

// pgPlace keeps the state in a table of PostgreSQL, one state a schema. Reading
// makes nothing there; the schema and its tables come with the first lock or write.
//
// A write is one statement that compares the revision and, for whoever holds the
// lock, the lock as well. The lock is a row that says whose it is, and an advisory
// lock of the holder's session that says whether the holder is alive: a row without
// it is taken over. Each lock has its own generation, and so an advisory lock of its
// own: one that was broken is in nobody's way, even while its session lives on.
type pgPlace struct {
	config  *pgconn.Config
	name    string // for messages
	schema  string // quoted
	retry   retrying
	timeout time.Duration // of one operation

	mu   sync.Mutex // a connection does one thing at a time
	conn *pgconn.PgConn
	met  bool // the server was there once: if it is not now, it may be restarting
	made bool // the tables are there
	held *pgHold
	left *state.LockInfo // of the holder before, if it died with the lock
}

// pgHold is a lock that this value took, even after it was broken.
type pgHold struct {
	id         string
	generation int64
	session    *pgconn.PgConn // that has the advisory lock; nil when none of ours has
}

func openPG(s settings) (state.Blob, error) {
	config, err := pgconn.ParseConfig(s["conn_str"]) // PGHOST and its like fill the gaps
	if err != nil {
		// What the library says repeats the string, password and all.
		return nil, errors.New(`conn_str, or one of the variables PGHOST, PGPORT, PGSERVICE, PGSSLMODE and their like, cannot be understood; a connection string is such as "postgres://livery@db.example.com/livery?sslmode=verify-full", with special characters in %-encoding`)
	}
	config.MaxProtocolMessageBodyLen = largest + 1<<20
	if config.ConnectTimeout == 0 || config.ConnectTimeout > hurry {
		config.ConnectTimeout = hurry
	}
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "livery"
	}
	return &pgPlace{
		config: config, name: fmt.Sprintf("postgres://%s/%s (schema %s)", serverOf(config), config.Database, s["schema_name"]),
		schema: `"` + s["schema_name"] + `"`, // the name was judged and holds no quotes
		retry:  retrying{tries: 6, first: 100 * time.Millisecond, most: 2 * time.Second}, timeout: hurry,
	}, nil
}

func serverOf(c *pgconn.Config) string {
	return net.JoinHostPort(c.Host, strconv.Itoa(int(c.Port)))
}

// Capabilities implements state.Blob.
func (p *pgPlace) Capabilities() state.Capabilities { return state.Capabilities{Locks: true} }

// String implements state.Blob.
func (p *pgPlace) String() string { return p.name }

// Close implements state.Blob.
func (p *pgPlace) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.conn != nil && p.held == nil { // a lock ends with its session
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = p.conn.Close(ctx) // the server ends it otherwise
		p.conn = nil
	}
}

// with does something with a connection, a new one if there is none that works.
func (p *pgPlace) with(ctx context.Context, do func(context.Context) error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, p.timeout)
	defer cancel()
	if p.conn == nil || p.conn.IsClosed() {
		conn, err := pgconn.ConnectConfig(ctx, p.config)
		if err != nil {
			return p.unconnected(ctx, err)
		}
		p.conn, p.met = conn, true
	}
	err := do(ctx)
	if !p.conn.IsClosed() && p.conn.TxStatus() != 'I' {
		if _, rollback := p.conn.Exec(ctx, "ROLLBACK").ReadAll(); rollback != nil {
			_ = p.conn.Close(context.WithoutCancel(ctx)) // there is nothing more that it could do
		}
	}
	return err
}

// query runs one statement with parameters. A []byte goes as it is, as bytea.
func (p *pgPlace) query(ctx context.Context, sql string, parameters ...any) (*pgconn.Result, error) {
	return p.ask(ctx, nil, sql, parameters)
}

// fetch is query for columns of bytes and text, which come as they are.
func (p *pgPlace) fetch(ctx context.Context, sql string, parameters ...any) (*pgconn.Result, error) {
	return p.ask(ctx, []int16{1}, sql, parameters)
}

func (p *pgPlace) ask(ctx context.Context, results []int16, sql string, parameters []any) (*pgconn.Result, error) {
	values, formats := make([][]byte, len(parameters)), make([]int16, len(parameters))
	for i, v := range parameters {
		if data, ok := v.([]byte); ok {
			values[i], formats[i] = data, 1
		} else {
			values[i] = fmt.Append([]byte{}, v) // nil would be NULL
		}
	}
	result := p.conn.ExecParams(ctx, p.qualified(sql), values, nil, formats, results).Read()
	return result, p.explain(ctx, result.Err)
}

// qualified puts the schema where a statement has an @.
func (p *pgPlace) qualified(sql string) string { return strings.ReplaceAll(sql, "@", p.schema+".") }

// script runs statements without parameters, and gives the rows of the last.
func (p *pgPlace) script(ctx context.Context, sql string) ([][][]byte, error) {
	results, err := p.conn.Exec(ctx, p.qualified(sql)).ReadAll()
	if err != nil || len(results) == 0 {
		return nil, p.explain(ctx, err)
	}
	return results[len(results)-1].Rows, nil
}

// make sees to it that the tables are there.
func (p *pgPlace) make(ctx context.Context) error {
	if p.made {
		return nil
	}
	found, err := p.query(ctx, "SELECT to_regnamespace($1) IS NOT NULL, to_regclass($2) IS NOT NULL", p.schema, p.schema+".history")
	if err != nil {
		return err
	}
	create := ""
	if string(found.Rows[0][0]) != "t" { // even IF NOT EXISTS needs the right to create one
		create = "CREATE SCHEMA IF NOT EXISTS " + p.schema + ";"
	}
	if string(found.Rows[0][1]) != "t" {
		// One transaction, which keeps others from making the same at the same time.
		create = fmt.Sprintf("SELECT pg_advisory_xact_lock(%d, 0);", p.key()) + create + `
			CREATE TABLE IF NOT EXISTS @states (name text PRIMARY KEY, data bytea NOT NULL, revision text NOT NULL);
			CREATE TABLE IF NOT EXISTS @locks (name text PRIMARY KEY, id text NOT NULL, info text NOT NULL, generation bigint NOT NULL);
			INSERT INTO @locks VALUES ('default', '', '', 0) ON CONFLICT DO NOTHING;
			CREATE TABLE IF NOT EXISTS @history (name text, serial numeric(20), data bytea NOT NULL, PRIMARY KEY (name, serial));`
		if _, err := p.script(ctx, create); err != nil {
			return fmt.Errorf("making the tables of the state: %w", err)
		}
	}
	p.made = true
	return nil
}

// key is the first half of the names of our advisory locks; the second is the
// generation.
func (p *pgPlace) key() int32 {
	h := fnv.New32a()
	_, _ = h.Write([]byte("livery " + p.schema)) // a hash takes everything
	return int32(h.Sum32())
}

// Get implements state.Blob.
func (p *pgPlace) Get(ctx context.Context) ([]byte, state.Revision, error) {
	type content struct {
		data     []byte
		revision state.Revision
	}
	c, err := again(ctx, p.retry, func() (c content, err error) {
		err = p.with(ctx, func(ctx context.Context) error {
			result, err := p.fetch(ctx, "SELECT data, revision FROM @states WHERE name = 'default'")
			if isMissing(err) {
				return nil
			}
			if err == nil && len(result.Rows) == 1 {
				c = content{result.Rows[0][0], state.Revision(result.Rows[0][1])}
			}
			return err
		})
		return c, err
	})
	return c.data, c.revision, err
}

// Exists implements state.Blob.
func (p *pgPlace) Exists(ctx context.Context) (bool, error) { return exists(ctx, p) }

// Put implements state.Blob.
func (p *pgPlace) Put(ctx context.Context, data []byte, ifRevision state.Revision) (state.Revision, error) {
	if len(data) > largest {
		return "", tooLarge(p.name)
	}
	return settle(ctx, p.retry, data, ifRevision, p.Get, func() (revision state.Revision, err error) {
		err = p.with(ctx, func(ctx context.Context) error {
			revision, err = p.put(ctx, data, ifRevision)
			return err
		})
		return revision, err
	})
}

// put writes once. Revisions are random: none comes twice, even in a place that was
// deleted and made anew.
func (p *pgPlace) put(ctx context.Context, data []byte, ifRevision state.Revision) (state.Revision, error) {
	if err := p.make(ctx); err != nil {
		return "", err
	}
	if err := p.reclaim(ctx); err != nil {
		return "", err
	}
	revision := state.Revision(rand.Text())
	parameters := []any{data, revision, p.holding(), ifRevision}
	// Whoever breaks the lock changes its row, and waits until this is done.
	sql := `WITH mine AS (SELECT 1 FROM @locks WHERE name = 'default' AND (id = $3 OR $3 = '') FOR SHARE)
		UPDATE @states SET data = $1, revision = $2 WHERE name = 'default' AND revision = $4 AND EXISTS (SELECT 1 FROM mine)`
	if ifRevision == "" {
		parameters = parameters[:3]
		sql = `WITH mine AS (SELECT 1 FROM @locks WHERE name = 'default' AND (id = $3 OR $3 = '') FOR SHARE)
			INSERT INTO @states SELECT 'default', $1::bytea, $2 WHERE EXISTS (SELECT 1 FROM mine) ON CONFLICT DO NOTHING`
	}
	result, err := p.query(ctx, sql, parameters...)
	if err != nil {
		return "", err
	}
	if result.CommandTag.RowsAffected() == 1 {
		return revision, nil
	}
	if now, err := p.query(ctx, "SELECT id FROM @locks WHERE name = 'default'"); err != nil {
		return "", err
	} else if id := p.holding(); id != "" && (len(now.Rows) == 0 || string(now.Rows[0][0]) != id) {
		return "", state.ErrLockLost
	}
	return "", state.ErrStale
}

// holding is the ID of the lock that this value took, or "".
func (p *pgPlace) holding() string {
	if p.held == nil {
		return ""
	}
	return p.held.id
}
