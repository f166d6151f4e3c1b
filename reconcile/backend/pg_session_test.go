package backend

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/testdata/engine"
)

// A pool that lends a session for a transaction makes every lock everybody's: it is
// refused before anything is made, and one that lends it for a whole connection is not.
func TestPGPool(t *testing.T) {
	t.Parallel()
	direct := engine.StartPostgres(t)
	var schemas atomic.Int64
	newSite := func() *site {
		s := &site{server: direct.Address, dies: true, dear: true}
		s.config = Config{Type: "pg", Lookup: unset, Attributes: map[string]string{
			"conn_str": direct.URL(), "schema_name": fmt.Sprintf("place_%d", schemas.Add(1)),
		}}
		return s
	}
	t.Run("session", func(t *testing.T) {
		address := direct.Pool(t, "session")
		lockExcludes(t, newSite().by(address).open)
		oneLockerWins(t, newSite().by(address).open)
		writersTakeTurns(t, newSite().by(address).open)
		brokenLock(t, newSite().by(address).open)
		holderIsKilled(t, newSite().by(address))
		deadHolder(t, newSite().by(address))
	})
	for mode, more := range map[string][]string{"transaction": nil, "statement": nil, "transaction, in turns": {"server_round_robin = 1"}} {
		t.Run(mode, func(t *testing.T) {
			address := direct.Pool(t, strings.TrimSuffix(mode, ", in turns"), more...)
			warmPool(t, strings.Replace(direct.URL(), direct.Address, address, 1), 3)
			s := newSite()
			blob := hurried(s.by(address).open(), 15*time.Second)
			_, err := blob.Lock(t.Context(), someone("id-1"))
			require.ErrorContains(t, err, "set pool_mode=session")
			_, err = s.open().Lock(t.Context(), someone("id-2"))
			require.NoError(t, err, "as the message says")
			_, _, err = blob.Get(t.Context())
			require.NoError(t, err, "reading needs no lock")
		})
	}
}

// Whoever waits while another pipeline makes the tables of an empty database finds them then.
func TestPGFirstOnesAtOnce(t *testing.T) {
	t.Parallel()
	server := engine.StartPostgres(t)
	pool := server.Pool(t, "session")
	in := func(schema string) *pgBlob {
		s := &site{server: server.Address, config: Config{Type: "pg", Lookup: unset, Attributes: map[string]string{"conn_str": server.URL(), "schema_name": schema}}}
		return s.by(pool).open().(*pgBlob)
	}
	before := in("before") // its session is lent again, and knows the catalogue
	unlock, err := before.Lock(t.Context(), someone("id-0"))
	require.NoError(t, err)
	require.NoError(t, unlock())
	before.Close()
	ask := asking(t, server)
	ask(fmt.Sprintf("BEGIN; SELECT pg_advisory_xact_lock(%d, 0); CREATE SCHEMA first", in("first").database.advisoryKey()))
	found := make(chan error)
	go func() {
		_, err := in("first").Lock(t.Context(), someone("id-1"))
		found <- err
	}()
	require.Eventually(t, func() bool {
		return ask("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted") == "1"
	}, time.Minute, 10*time.Millisecond)
	ask("COMMIT")
	require.NoError(t, <-found)
}

// warmPool has a pool open sessions, so that there is more than one to lend.
func warmPool(t *testing.T, url string, sessions int) {
	t.Helper()
	var group sync.WaitGroup
	for range sessions {
		group.Go(func() {
			conn, err := pgconn.Connect(t.Context(), url)
			if assert.NoError(t, err) {
				_, err = conn.Exec(t.Context(), "SELECT pg_sleep(0.5)").ReadAll()
				assert.NoError(t, err)
				assert.NoError(t, conn.Close(t.Context()))
			}
		})
	}
	group.Wait()
}

// fakePool answers what is asked to tell a pool from a server, and lends its sessions as
// pgbouncer does. It needs no PostgreSQL.
type fakePool struct {
	lends int  // sessions, one after another for each statement; 0 for one a connection
	names bool // the process that it names when it lets somebody in is the one that answers

	mu       sync.Mutex
	clients  uint32
	asked    uint32                       // statements
	listener map[uint32]*pgproto3.Backend // by session; nil for one that nobody has while it rests
}

func (p *fakePool) serve(conn net.Conn) {
	defer conn.Close()
	client := pgproto3.NewBackend(conn, conn)
	if _, err := client.ReceiveStartupMessage(); err != nil {
		return
	}
	p.mu.Lock()
	p.clients++
	own, invented := p.clients, 7000+p.clients
	p.mu.Unlock()
	if p.names {
		invented = own
	}
	client.Send(&pgproto3.AuthenticationOk{})
	client.Send(&pgproto3.BackendKeyData{ProcessID: invented, SecretKey: []byte{1, 2, 3, 4}})
	for {
		if p.ready(client) != nil {
			return
		}
		message, err := client.Receive()
		query, ok := message.(*pgproto3.Query)
		if err != nil || !ok {
			return
		}
		p.answer(client, own, query.String)
	}
}

// ready sends what is to be sent; a notification may come from another connection.
func (p *fakePool) ready(client *pgproto3.Backend) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	client.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
	return client.Flush()
}

// answer runs one statement in the session that is lent for it.
func (p *fakePool) answer(client *pgproto3.Backend, session uint32, sql string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	rests := client
	if p.lends > 0 {
		session, rests = p.asked%uint32(p.lends), nil
		p.asked++
	}
	switch {
	case strings.HasPrefix(sql, "LISTEN"):
		p.listener[session] = rests
	case strings.Contains(sql, "pg_notify"):
		for at, listener := range p.listener {
			switch {
			case at == session:
				client.Send(&pgproto3.NotificationResponse{})
			case listener != nil:
				listener.Send(&pgproto3.NotificationResponse{})
				_ = listener.Flush() // it may have gone
			}
		}
	}
	if strings.Contains(sql, "pg_backend_pid") {
		client.Send(&pgproto3.RowDescription{Fields: []pgproto3.FieldDescription{{Name: []byte("pid")}}})
		client.Send(&pgproto3.DataRow{Values: [][]byte{fmt.Append(nil, session)}})
	}
	client.Send(&pgproto3.CommandComplete{CommandTag: []byte("SELECT 1")})
}

func TestPGSessionLasts(t *testing.T) {
	for name, c := range map[string]struct {
		pool  *fakePool
		lasts bool
	}{
		"the server itself":          {&fakePool{names: true}, true},
		"a session a connection":     {&fakePool{}, true},
		"one session for everybody":  {&fakePool{lends: 1}, false},
		"two sessions taking turns":  {&fakePool{lends: 2}, false},
		"five sessions taking turns": {&fakePool{lends: 5}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.pool.listener = make(map[uint32]*pgproto3.Backend)
			l, err := net.Listen("tcp", "127.0.0.1:0")
			require.NoError(t, err)
			var serving sync.WaitGroup
			t.Cleanup(serving.Wait)
			t.Cleanup(func() { l.Close() })
			serving.Go(func() {
				for {
					conn, err := l.Accept()
					if err != nil {
						return
					}
					serving.Go(func() { c.pool.serve(conn) })
				}
			})
			d := openAt(t, "postgres://ana@"+l.Addr().String()+"/brand?sslmode=disable", "livery").(*pgBlob).database
			if !c.lasts {
				d.retry.timeout = 300 * time.Millisecond
			}
			_, err = retryWithConn(t.Context(), d, func(ctx context.Context) (none struct{}, err error) { return none, d.checkSession(ctx) })
			if c.lasts {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, "set pool_mode=session")
			}
			require.NoError(t, d.conn.Close(context.Background()))
		})
	}
}
