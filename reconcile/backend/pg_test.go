package backend

import (
	"context"
	"fmt"
	"io/fs"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"livery/reconcile/state"
	"livery/testdata/engine"
)

func TestPGConforms(t *testing.T) {
	t.Parallel()
	server := engine.StartPostgres(t)
	var schemas atomic.Int64
	conformance(t, func(t *testing.T) *site {
		s := &site{server: server.Address, dies: true, dear: true}
		s.config = Config{Type: "pg", Lookup: unset, Attributes: map[string]string{
			"conn_str": server.URL(), "schema_name": fmt.Sprintf("place_%d", schemas.Add(1)),
		}}
		s.restart = func(t *testing.T) { server.Restart(t) }
		s.wrong = func(*testing.T) Config {
			other := s.by(s.server).config
			other.Attributes["conn_str"] = fmt.Sprintf("postgres://ana:hunter2-that-was@%s/postgres?sslmode=disable", server.Address)
			return other
		}
		return s
	})
}

// openAt opens a place at a server, with a user and a schema of its own.
func openAt(t *testing.T, url, schema string) state.Blob {
	t.Helper()
	blob, err := Open(Config{Type: "pg", Lookup: unset, Attributes: map[string]string{"conn_str": url, "schema_name": schema}})
	require.NoError(t, err)
	return blob
}

// asking runs statements on a server, and gives the first value of the last.
func asking(t *testing.T, server *engine.Postgres) func(statements string) string {
	t.Helper()
	conn, err := pgconn.Connect(t.Context(), server.URL())
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(context.WithoutCancel(t.Context())) })
	return func(statements string) string {
		results, err := conn.Exec(t.Context(), statements).ReadAll()
		require.NoError(t, err)
		if last := results[len(results)-1]; len(last.Rows) > 0 {
			return string(last.Rows[0][0])
		}
		return ""
	}
}

func TestPGRights(t *testing.T) {
	t.Parallel()
	server := engine.StartPostgres(t)
	sql := asking(t, server)
	blob := openAt(t, server.URL(), "untouched")
	_, _, err := blob.Get(t.Context())
	require.NoError(t, err)
	_, err = blob.History(t.Context())
	require.NoError(t, err)
	_, err = blob.ReadArchive(t.Context(), 1)
	require.ErrorIs(t, err, state.ErrNotKept)
	require.ErrorContains(t, blob.Break(t.Context(), "id-1"), "not locked")
	require.Equal(t, "t", sql("SELECT to_regnamespace('untouched') IS NULL"), "who only looks makes nothing")

	sql("CREATE USER bo PASSWORD 'hunter2'; REVOKE CREATE ON DATABASE postgres FROM PUBLIC")
	poor := strings.Replace(server.URL(), "ana:", "bo:", 1)
	blob = openAt(t, poor, "livery")
	_, err = blob.Lock(t.Context(), someone("id-1"))
	require.ErrorIs(t, err, fs.ErrPermission)
	require.ErrorContains(t, err, `CREATE SCHEMA "livery" AUTHORIZATION "bo"`)
	sql(`CREATE SCHEMA "livery" AUTHORIZATION "bo"`)
	unlock, err := blob.Lock(t.Context(), someone("id-1"))
	require.NoError(t, err, "as the message said")
	require.NoError(t, unlock())
	_, _, err = openAt(t, poor, "untouched").Get(t.Context())
	require.NoError(t, err)

	_, _, err = openAt(t, strings.Replace(server.URL(), "/postgres?", "/nosuch?", 1), "livery").Get(t.Context())
	require.ErrorContains(t, err, `has no database "nosuch"`)
}

// A session that ends without its process, as behind a balancer, is begun again;
// what was broken in between stays lost.
func TestPGSessionEnds(t *testing.T) {
	t.Parallel()
	server := engine.StartPostgres(t)
	conn, err := pgconn.Connect(t.Context(), server.URL())
	require.NoError(t, err)
	defer conn.Close(t.Context())
	mine, theirs := openAt(t, server.URL(), "livery"), openAt(t, server.URL(), "livery")
	_, err = mine.Lock(t.Context(), someone("id-1"))
	require.NoError(t, err)
	revision, err := mine.Put(t.Context(), []byte("1"), "")
	require.NoError(t, err)
	end := func() {
		_, err := conn.Exec(t.Context(), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'livery'").ReadAll()
		require.NoError(t, err)
	}
	end()
	revision, err = mine.Put(t.Context(), []byte("2"), revision)
	require.NoError(t, err)
	_, err = theirs.Lock(t.Context(), someone("id-2"))
	var held *state.LockedError
	require.ErrorAs(t, err, &held)
	end()
	unlock, err := theirs.Lock(t.Context(), someone("id-2"))
	require.NoError(t, err, "whose session is gone is dead, for all that others can see")
	_, err = mine.Put(t.Context(), []byte("3"), revision)
	require.ErrorIs(t, err, state.ErrLockLost)
	require.NoError(t, unlock())
}
