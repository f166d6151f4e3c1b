package backend

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"hash/fnv"
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"livery/reconcile/state"
	"livery/schema"
	"livery/schema/storage"
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
	database *pgDatabase
	*pgLock
	*pgHistory
}

// pgDatabase runs statements over the one connection that a state has, and knows what the
// answers mean.
type pgDatabase struct {
	config *pgconn.Config
	name   string // for messages
	schema string // quoted
	retry  retryPolicy

	mu           sync.Mutex // a connection does one thing at a time
	conn         *pgconn.PgConn
	reached      bool // the server was there once: if it is not now, it may be restarting
	tablesExist  bool // the tables are there
	sessionLasts bool // a session is its connection's until it is closed
}

func openPG(s storage.Settings) (state.Blob, error) {
	config, err := pgconn.ParseConfig(s["conn_str"]) // PGHOST and its like fill the gaps
	if err != nil {
		// What the library says repeats the string, password and all.
		return nil, errors.New(`conn_str, or one of the variables PGHOST, PGPORT, PGSERVICE, PGSSLMODE and their like, cannot be understood; a connection string is such as "postgres://livery@db.example.com/livery?sslmode=verify-full", with special characters in %-encoding`)
	}
	for _, host := range append([]*pgconn.FallbackConfig{{Host: config.Host}}, config.Fallbacks...) {
		if !schema.IsHost(host.Host) && !filepath.IsAbs(host.Host) { // a directory has a socket
			return nil, errors.New("conn_str, or the variable PGHOST, names a host that is the name of none; it is not repeated here, since it may be a part of the password. Special characters of a password are written in %-encoding in a URL, and in quotes elsewhere")
		}
	}
	config.MaxProtocolMessageBodyLen = maxSize + 1<<20
	if config.ConnectTimeout == 0 || config.ConnectTimeout > requestTimeout {
		config.ConnectTimeout = requestTimeout
	}
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "livery"
	}
	d := &pgDatabase{
		config: config, name: fmt.Sprintf("postgres://%s/%s (schema %s)", serverOf(config), config.Database, s["schema_name"]),
		schema: `"` + s["schema_name"] + `"`, // the name was judged and holds no quotes
		retry:  retryPolicy{tries: 6, first: 100 * time.Millisecond, most: 2 * time.Second, timeout: requestTimeout},
	}
	return &pgBlob{d, &pgLock{database: d}, &pgHistory{d}}, nil
}

func serverOf(c *pgconn.Config) string {
	return net.JoinHostPort(c.Host, strconv.Itoa(int(c.Port)))
}

// Capabilities implements state.Blob.
func (p *pgBlob) Capabilities() state.Capabilities { return state.Capabilities{Locks: true} }

// String implements state.Blob.
func (p *pgBlob) String() string { return p.database.name }

// Close implements state.Blob.
func (p *pgBlob) Close() {
	d := p.database
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.conn != nil && p.held == nil { // a lock ends with its session
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = d.conn.Close(ctx) // the server ends it otherwise
		d.conn = nil
	}
}

// withConn does something with a connection, a new one if there is none that works.
func withConn[T any](ctx context.Context, d *pgDatabase, do func(context.Context) (T, error)) (none T, err error) {
	if ctx.Err() != nil {
		return none, context.Cause(ctx)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.conn == nil || d.conn.IsClosed() {
		conn, err := pgconn.ConnectConfig(ctx, d.config)
		if err != nil {
			return none, d.classifyConnectError(ctx, err)
		}
		d.conn, d.reached = conn, true
	}
	result, err := do(ctx)
	if !d.conn.IsClosed() && d.conn.TxStatus() != 'I' {
		if _, rollback := d.conn.Exec(ctx, "ROLLBACK").ReadAll(); rollback != nil {
			_ = d.conn.Close(context.WithoutCancel(ctx)) // there is nothing more that it could do
		}
	}
	return result, err
}

// retryWithConn is withConn for what may be done twice.
func retryWithConn[T any](ctx context.Context, d *pgDatabase, do func(context.Context) (T, error)) (T, error) {
	return retry(ctx, d.retry, func(ctx context.Context) (T, error) { return withConn(ctx, d, do) })
}

// query runs one statement with parameters. A []byte goes as it is, as bytea.
func (d *pgDatabase) query(ctx context.Context, sql string, parameters ...any) (*pgconn.Result, error) {
	return d.exec(ctx, nil, sql, parameters)
}

// fetch is query for columns of bytes and text, which come as they are.
func (d *pgDatabase) fetch(ctx context.Context, sql string, parameters ...any) (*pgconn.Result, error) {
	return d.exec(ctx, []int16{1}, sql, parameters)
}

func (d *pgDatabase) exec(ctx context.Context, results []int16, sql string, parameters []any) (*pgconn.Result, error) {
	values, formats := make([][]byte, len(parameters)), make([]int16, len(parameters))
	for i, v := range parameters {
		if data, ok := v.([]byte); ok {
			values[i], formats[i] = data, 1
		} else {
			values[i] = fmt.Append([]byte{}, v) // nil would be NULL
		}
	}
	result := d.conn.ExecParams(ctx, d.qualified(sql), values, nil, formats, results).Read()
	return result, d.classify(ctx, result.Err)
}

// qualified puts the schema where a statement has an @.
func (d *pgDatabase) qualified(sql string) string { return strings.ReplaceAll(sql, "@", d.schema+".") }

// script runs statements without parameters, and gives the rows of the last.
func (d *pgDatabase) script(ctx context.Context, sql string) ([][][]byte, error) {
	results, err := d.conn.Exec(ctx, d.qualified(sql)).ReadAll()
	if err != nil || len(results) == 0 {
		return nil, d.classify(ctx, err)
	}
	return results[len(results)-1].Rows, nil
}

// createTables sees to it that the tables are there.
func (d *pgDatabase) createTables(ctx context.Context) error {
	if d.tablesExist {
		return nil
	}
	found, err := d.query(ctx, "SELECT to_regnamespace($1) IS NOT NULL, to_regclass($2) IS NOT NULL", d.schema, d.schema+".history")
	if err != nil {
		return err
	}
	create := ""
	if string(found.Rows[0][0]) != "t" { // even IF NOT EXISTS needs the right to create one
		create = "CREATE SCHEMA IF NOT EXISTS " + d.schema + ";"
	}
	if string(found.Rows[0][1]) != "t" {
		// One transaction, which keeps others from making the same at the same time. Whoever had
		// to wait has to look at the catalogue again: PostgreSQL remembers that the schema was
		// not there until the session locks a table.
		create = fmt.Sprintf("SELECT pg_advisory_xact_lock(%d, 0); SELECT FROM pg_catalog.pg_namespace LIMIT 1;", d.advisoryKey()) + create + `
			CREATE TABLE IF NOT EXISTS @states (name text PRIMARY KEY, data bytea NOT NULL, revision text NOT NULL);
			CREATE TABLE IF NOT EXISTS @locks (name text PRIMARY KEY, id text NOT NULL, info text NOT NULL, generation bigint NOT NULL);
			INSERT INTO @locks VALUES ('default', '', '', 0) ON CONFLICT DO NOTHING;
			CREATE TABLE IF NOT EXISTS @history (name text, serial numeric(20), data bytea NOT NULL, PRIMARY KEY (name, serial));`
		if _, err := d.script(ctx, create); err != nil {
			return fmt.Errorf("making the tables of the state: %w", err)
		}
	}
	d.tablesExist = true
	return nil
}

// advisoryKey is the first half of the names of our advisory locks; the second is the
// generation.
func (d *pgDatabase) advisoryKey() int32 {
	h := fnv.New32a()
	_, _ = h.Write([]byte("livery " + d.schema)) // a hash takes everything
	return int32(h.Sum32())
}

// Get implements state.Blob.
func (p *pgBlob) Get(ctx context.Context) ([]byte, state.Revision, error) {
	type content struct {
		data     []byte
		revision state.Revision
	}
	c, err := retryWithConn(ctx, p.database, func(ctx context.Context) (c content, err error) {
		result, err := p.database.fetch(ctx, "SELECT data, revision FROM @states WHERE name = 'default'")
		if isMissing(err) {
			return c, nil
		}
		if err == nil && len(result.Rows) == 1 {
			c = content{result.Rows[0][0], state.Revision(result.Rows[0][1])}
		}
		return c, err
	})
	return c.data, c.revision, err
}

// Exists implements state.Blob.
func (p *pgBlob) Exists(ctx context.Context) (bool, error) { return exists(ctx, p) }

// Put implements state.Blob.
func (p *pgBlob) Put(ctx context.Context, data []byte, ifRevision state.Revision) (state.Revision, error) {
	if len(data) > maxSize {
		return "", tooLargeError(p.database.name)
	}
	return putVerified(ctx, p.database.retry, data, ifRevision, p.Get, func(ctx context.Context) (state.Revision, error) {
		return withConn(ctx, p.database, func(ctx context.Context) (state.Revision, error) { return p.put(ctx, data, ifRevision) })
	})
}

// put writes once. Revisions are random: none comes twice, even in a place that was
// deleted and made anew.
func (p *pgBlob) put(ctx context.Context, data []byte, ifRevision state.Revision) (state.Revision, error) {
	if err := p.database.createTables(ctx); err != nil {
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
	result, err := p.database.query(ctx, sql, parameters...)
	if err != nil {
		return "", err
	}
	if result.CommandTag.RowsAffected() == 1 {
		return revision, nil
	}
	return "", cmp.Or(p.checkRow(ctx), state.ErrStale)
}
