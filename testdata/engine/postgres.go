// Package engine starts the servers that tests keep states on. A test whose server
// cannot be had is skipped, and says what is not on the PATH.
package engine

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"testing"
)

// Postgres is a server of a test's own, with one user.
type Postgres struct {
	Address        string
	User, Password string

	directory string
	run       func(name string, args ...string) *exec.Cmd
}

// StartPostgres starts a server that ends with the test.
func StartPostgres(t testing.TB) *Postgres {
	t.Helper()
	Outside(t)
	p := &Postgres{User: "ana", Password: "hunter2"}
	initdb, ctl := tool(t, "initdb"), tool(t, "pg_ctl")
	dir, err := os.MkdirTemp("", "livery-pg")
	check(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	check(t, os.Chmod(dir, 0o755))
	p.directory = filepath.Join(dir, "pg")
	check(t, os.Mkdir(p.directory, 0o700))
	password := filepath.Join(p.directory, "password")
	check(t, os.WriteFile(password, []byte(p.Password), 0o600))
	p.run = exec.Command
	if os.Geteuid() == 0 {
		p.become(t, password)
	}
	p.must(t, initdb, "-D", p.data(), "-U", p.User, "--auth=scram-sha-256", "--pwfile="+password, "--no-sync")
	p.Address = FreeAddress(t)
	p.start(t, ctl)
	t.Cleanup(func() { _ = p.run(ctl, "-D", p.data(), "-m", "immediate", "stop").Run() }) // it may be stopped already
	return p
}

// become lets the server run as somebody who may: it refuses to be root.
func (p *Postgres) become(t testing.TB, password string) {
	t.Helper()
	runuser, err := exec.LookPath("runuser")
	if err != nil {
		t.Skip("runuser, without which root cannot start PostgreSQL, is not on the PATH")
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		t.Skip("there is no user postgres, as whom root could start the server that is not on the PATH of anybody else")
	}
	var uid, gid int
	if _, err := fmt.Sscan(u.Uid+" "+u.Gid, &uid, &gid); err != nil {
		t.Fatal(err)
	}
	check(t, os.Chown(p.directory, uid, gid))
	check(t, os.Chown(password, uid, gid))
	p.run = func(name string, args ...string) *exec.Cmd {
		cmd := exec.Command(runuser, append([]string{"-u", "postgres", "--", name}, args...)...)
		cmd.Dir = p.directory
		return cmd
	}
}

func (p *Postgres) data() string { return filepath.Join(p.directory, "data") }

func (p *Postgres) start(t testing.TB, ctl string) {
	t.Helper()
	host, port, _ := net.SplitHostPort(p.Address)
	p.must(t, ctl, "-D", p.data(), "-w", "-l", filepath.Join(p.directory, "log"), "-o",
		fmt.Sprintf("-c listen_addresses=%s -p %s -c unix_socket_directories=%s -c fsync=off -c shared_buffers=16MB -c max_connections=400", host, port, p.directory), "start")
}

// Restart ends every session and starts the server anew.
func (p *Postgres) Restart(t testing.TB) {
	t.Helper()
	ctl := tool(t, "pg_ctl")
	p.must(t, ctl, "-D", p.data(), "-m", "fast", "-w", "stop")
	p.start(t, ctl)
}

// URL is the connection string, with the password.
func (p *Postgres) URL() string {
	return fmt.Sprintf("postgres://%s:%s@%s/postgres?sslmode=disable", p.User, p.Password, p.Address)
}

func (p *Postgres) must(t testing.TB, name string, args ...string) {
	t.Helper()
	// Its output goes to a file: the server keeps it open, and a pipe would be
	// waited for.
	out, err := os.CreateTemp(t.TempDir(), "out")
	check(t, err)
	defer out.Close()
	cmd := p.run(name, args...)
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Run(); err != nil {
		said, _ := os.ReadFile(out.Name())
		t.Fatalf("%s: %v\n%s", filepath.Base(name), err, said)
	}
}

// tool finds a program of PostgreSQL, which Debian keeps off the PATH.
func tool(t testing.TB, name string) string {
	t.Helper()
	if path, err := exec.LookPath(name); err == nil {
		if real, err := filepath.EvalSymlinks(path); err == nil && strings.Contains(real, "postgresql") {
			return real // what wraps it elsewhere may know only some of the programs
		}
		return path
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	if len(found) == 0 {
		t.Skip(name + " is not on the PATH")
	}
	return found[len(found)-1]
}

// FreeAddress is an address on this machine where nobody listens.
func FreeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	defer l.Close()
	return l.Addr().String()
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
