package engine

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Pool starts a pgbouncer in front of the server, in the given mode (session, transaction
// or statement) and with more settings, a line each. It ends with the test. What it gives
// is its address; user and password are those of the server.
func (p *Postgres) Pool(t testing.TB, mode string, more ...string) string {
	t.Helper()
	program, err := exec.LookPath("pgbouncer")
	if err != nil {
		t.Skip("pgbouncer is not on the PATH")
	}
	dir, err := os.MkdirTemp(p.directory, "pool")
	check(t, err)
	address := FreeAddress(t)
	host, port, _ := net.SplitHostPort(address)
	serverHost, serverPort, _ := net.SplitHostPort(p.Address)
	users, settings := filepath.Join(dir, "users"), filepath.Join(dir, "pgbouncer.ini")
	check(t, os.WriteFile(users, fmt.Appendf(nil, "%q %q\n", p.User, p.Password), 0o644))
	check(t, os.WriteFile(settings, fmt.Appendf(nil, `[databases]
* = host=%s port=%s
[pgbouncer]
listen_addr = %s
listen_port = %s
unix_socket_dir =
auth_type = scram-sha-256
auth_file = %s
pool_mode = %s
default_pool_size = 100
max_client_conn = 500
server_login_retry = 1
%s
`, serverHost, serverPort, host, port, users, mode, strings.Join(more, "\n")), 0o644))
	check(t, os.Chmod(dir, 0o755))
	args := []string{"-q", settings}
	if os.Geteuid() == 0 {
		args = append([]string{"-u", "postgres"}, args...) // it refuses to be root, too
	}
	running := exec.Command(program, args...)
	check(t, running.Start())
	t.Cleanup(func() {
		_ = running.Process.Kill() // a signal would have it wait for its clients
		_ = running.Wait()
	})
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		c, err := net.Dial("tcp", address)
		if err == nil {
			c.Close()
			return address
		}
		if time.Now().After(deadline) {
			t.Fatal("pgbouncer does not start")
		}
	}
}
