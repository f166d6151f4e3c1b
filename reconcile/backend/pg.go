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

// pgBlob keeps the state in a table of PostgreSQL, one state a schema. Reading
// makes nothing there; the schema and its tables come with the first lock or write.
//
// A write is one statement that compares the revision and, for whoever holds the
// lock, the lock as well. The lock is a row that says whose it is, and an advisory
// lock of the holder's session that says whether the holder is alive: a row without
// it is taken over. Each lock has its own generation, and so an advisory lock of its
// own: one that was broken is in nobody's way, even while its session lives on.
type pgBlob struct {
	config  *pgconn.Config
	name    string // for messages
	schema  string // quoted
	retry   retryPolicy
	timeout time.Duration // of one operation

	mu          sync.Mutex // a connection does one thing at a time
	conn        *pgconn.PgConn
	reached     bool // the server was there once: if it is not now, it may be restarting
	tablesExist bool // the tables are there
	held        *pgHold
	staleHolder *state.LockInfo // of the holder before, if it died with the lock
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
	config.MaxProtocolMessageBodyLen = maxSize + 1<<20
	if config.ConnectTimeout == 0 || config.ConnectTimeout > requestTimeout {
		config.ConnectTimeout = requestTimeout
	}
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "livery"
	}
	return &pgBlob{
		config: config, name: fmt.Sprintf("postgres://%s/%s (schema %s)", serverOf(config), config.Database, s["schema_name"]),
		schema: `"` + s["schema_name"] + `"`, // the name was judged and holds no quotes
		retry:  retryPolicy{tries: 6, first: 100 * time.Millisecond, most: 2 * time.Second}, timeout: requestTimeout,
	}, nil
}

func serverOf(c *pgconn.Config) string {
	return net.JoinHostPort(c.Host, strconv.Itoa(int(c.Port)))
}

// Capabilities implements state.Blob.
func (p *pgBlob) Capabilities() state.Capabilities { return state.Capabilities{Locks: true} }

// String implements state.Blob.
func (p *pgBlob) String() string { return p.name }

// Close implements state.Blob.
func (p *pgBlob) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.conn != nil && p.held == nil { // a lock ends with its session
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = p.conn.Close(ctx) // the server ends it otherwise
		p.conn = nil
	}
}

// withConn does something with a connection, a new one if there is none that works.
func (p *pgBlob) withConn(ctx context.Context, do func(context.Context) error) error {
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
			return p.classifyConnectError(ctx, err)
		}
		p.conn, p.reached = conn, true
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
func (p *pgBlob) query(ctx context.Context, sql string, parameters ...any) (*pgconn.Result, error) {
	return p.exec(ctx, nil, sql, parameters)
}

// fetch is query for columns of bytes and text, which come as they are.
func (p *pgBlob) fetch(ctx context.Context, sql string, parameters ...any) (*pgconn.Result, error) {
	return p.exec(ctx, []int16{1}, sql, parameters)
}

func (p *pgBlob) exec(ctx context.Context, results []int16, sql string, parameters []any) (*pgconn.Result, error) {
	values, formats := make([][]byte, len(parameters)), make([]int16, len(parameters))
	for i, v := range parameters {
		if data, ok := v.([]byte); ok {
			values[i], formats[i] = data, 1
		} else {
			values[i] = fmt.Append([]byte{}, v) // nil would be NULL
		}
	}
	result := p.conn.ExecParams(ctx, p.qualified(sql), values, nil, formats, results).Read()
	return result, p.classify(ctx, result.Err)
}

// qualified puts the schema where a statement has an @.
func (p *pgBlob) qualified(sql string) string { return strings.ReplaceAll(sql, "@", p.schema+".") }

// script runs statements without parameters, and gives the rows of the last.
func (p *pgBlob) script(ctx context.Context, sql string) ([][][]byte, error) {
	results, err := p.conn.Exec(ctx, p.qualified(sql)).ReadAll()
	if err != nil || len(results) == 0 {
		return nil, p.classify(ctx, err)
	}
	return results[len(results)-1].Rows, nil
}

// createTables sees to it that the tables are there.
func (p *pgBlob) createTables(ctx context.Context) error {
	if p.tablesExist {
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
	p.tablesExist = true
	return nil
}

// key is the first half of the names of our advisory locks; the second is the
// generation.
func (p *pgBlob) key() int32 {
	h := fnv.New32a()
	_, _ = h.Write([]byte("livery " + p.schema)) // a hash takes everything
	return int32(h.Sum32())
}

// Get implements state.Blob.
func (p *pgBlob) Get(ctx context.Context) ([]byte, state.Revision, error) {
	type content struct {
		data     []byte
		revision state.Revision
	}
	c, err := retry(ctx, p.retry, func() (c content, err error) {
		err = p.withConn(ctx, func(ctx context.Context) error {
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
func (p *pgBlob) Exists(ctx context.Context) (bool, error) { return exists(ctx, p) }

// Put implements state.Blob.
func (p *pgBlob) Put(ctx context.Context, data []byte, ifRevision state.Revision) (state.Revision, error) {
	if len(data) > maxSize {
		return "", tooLargeError(p.name)
	}
	return putVerified(ctx, p.retry, data, ifRevision, p.Get, func() (revision state.Revision, err error) {
		err = p.withConn(ctx, func(ctx context.Context) error {
			revision, err = p.put(ctx, data, ifRevision)
			return err
		})
		return revision, err
	})
}

// put writes once. Revisions are random: none comes twice, even in a place that was
// deleted and made anew.
func (p *pgBlob) put(ctx context.Context, data []byte, ifRevision state.Revision) (state.Revision, error) {
	if err := p.createTables(ctx); err != nil {
		return "", err
	}
	if err := p.reacquire(ctx); err != nil {
		return "", err
	}
	revision := state.Revision(rand.Text())
	parameters := []any{data, revision, p.heldID(), ifRevision}
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
	} else if id := p.heldID(); id != "" && (len(now.Rows) == 0 || string(now.Rows[0][0]) != id) {
		return "", state.ErrLockLost
	}
	return "", state.ErrStale
}

// heldID is the ID of the lock that this value took, or "".
func (p *pgBlob) heldID() string {
	if p.held == nil {
		return ""
	}
	return p.held.id
}
