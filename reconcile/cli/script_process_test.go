//go:build unix

package cli_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"
)

// patience is how long anything may take before a script gives up. It is far
// more than is ever needed, so that a busy machine fails no test.
const patience = 60 * time.Second

// exits CODE PROGRAM ARGS... runs a program and demands its exact exit code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARGS...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	demand(ts, want, ts.Exec(args[1], args[2:]...))
}

func demand(ts *testscript.TestScript, want int, err error) {
	code := 0
	var failed *exec.ExitError
	switch {
	case errors.As(err, &failed):
		code = failed.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if code != want {
		ts.Fatalf("exit code %d, want %d", code, want)
	}
}

// processes is the key of the background processes of a script.
type processes struct{}

type process struct {
	cmd    *exec.Cmd
	output string // what the names of the files with its output begin with
	ended  chan error
}

func running(ts *testscript.TestScript, name string) *process {
	p := ts.Value(processes{}).(map[string]*process)[name]
	if p == nil {
		ts.Fatalf("no process is called %q", name)
	}
	return p
}

// start NAME PROGRAM ARGS... runs a program in the background. What it writes
// goes to NAME.stdout and NAME.stderr, where "until" can watch it.
func start(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: start NAME PROGRAM ARGS...")
	}
	launch(ts, args[0], args[1], args[2:]...)
}

func launch(ts *testscript.TestScript, name, program string, args ...string) *process {
	path := ""
	for _, dir := range filepath.SplitList(ts.Getenv("PATH")) {
		if info, err := os.Stat(filepath.Join(dir, program)); err == nil && info.Mode().IsRegular() {
			path = filepath.Join(dir, program)
			break
		}
	}
	p := &process{cmd: exec.Command(path, args...), output: filepath.Join(ts.Getenv("WORK"), name), ended: make(chan error, 1)}
	p.cmd.Dir, p.cmd.Env = ts.MkAbs("."), environment(ts)
	stdout, err := os.Create(p.output + ".stdout")
	ts.Check(err)
	defer stdout.Close()
	stderr, err := os.Create(p.output + ".stderr")
	ts.Check(err)
	defer stderr.Close()
	p.cmd.Stdout, p.cmd.Stderr = stdout, stderr
	_, err = p.cmd.StdinPipe() // somebody who says nothing
	ts.Check(err)
	ts.Check(p.cmd.Start())
	go func() { p.ended <- p.cmd.Wait(); close(p.ended) }()
	ts.Defer(func() {
		_ = p.cmd.Process.Kill() // it has ended, unless the script failed
		<-p.ended
	})
	ts.Value(processes{}).(map[string]*process)[name] = p
	return p
}

// environment is the script's, which the library only shows to a child.
func environment(ts *testscript.TestScript) []string {
	ts.Check(ts.Exec("environ"))
	return strings.Split(ts.ReadFile("stdout"), "\x00")
}

// signal NAME HUP|INT|TERM|KILL sends a signal to a background process.
func signalProcess(ts *testscript.TestScript, neg bool, args []string) {
	signals := map[string]os.Signal{"HUP": syscall.SIGHUP, "INT": os.Interrupt, "TERM": syscall.SIGTERM, "KILL": os.Kill}
	if neg || len(args) != 2 || signals[args[1]] == nil {
		ts.Fatalf("usage: signal NAME HUP|INT|TERM|KILL")
	}
	ts.Check(running(ts, args[0]).cmd.Process.Signal(signals[args[1]]))
}

// finish NAME CODE waits for a background process and demands its exit code, or
// "killed". Its output is then that of the last command.
func finish(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: finish NAME CODE|killed")
	}
	p := running(ts, args[0])
	var err error
	select {
	case err = <-p.ended:
	case <-time.After(patience):
		ts.Fatalf("%s does not end", args[0])
	}
	for _, stream := range []struct {
		ending string
		to     io.Writer
	}{{".stdout", ts.Stdout()}, {".stderr", ts.Stderr()}} {
		data, err := os.ReadFile(p.output + stream.ending)
		ts.Check(err)
		_, err = stream.to.Write(data)
		ts.Check(err)
		ts.Logf("[%s%s]\n%s", args[0], stream.ending, data)
	}
	want := -1 // killed by a signal
	if args[1] != "killed" {
		want, err = strconv.Atoi(args[1])
		ts.Check(err)
		err = nil
	}
	if code := p.cmd.ProcessState.ExitCode(); code != want {
		ts.Fatalf("%s: exit code %d, want %s (%v)", args[0], code, args[1], err)
	}
}

// sim FLAGS... starts the simulator on a free port of this machine and points
// LIVERY_BASE_URL to it.
func sim(ts *testscript.TestScript, neg bool, args []string) {
	p := launch(ts, "sim", "livery", slices.Concat([]string{"simulator", "-listen=127.0.0.1:0"}, args)...)
	url := regexp.MustCompile(`http://[0-9.:]+`)
	deadline := time.Now().Add(patience)
	for time.Now().Before(deadline) {
		data, err := os.ReadFile(p.output + ".stdout")
		ts.Check(err)
		if found := url.Find(data); found != nil && strings.Contains(string(data), "\n") {
			ts.Setenv("LIVERY_BASE_URL", string(found))
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	ts.Fatalf("the simulator does not say where it listens")
}

// service [-refuse REGEXP MESSAGE] [-hold REGEXP] is a service that a script has
// in hand: it refuses every document that matches, with this message; it answers
// others that match only once the file "release" exists, and adds a line to the
// file "held" for each that has come; and it takes the rest. The locales of all
// documents are kept in the file "requests".
func service(ts *testscript.TestScript, neg bool, args []string) {
	refused, held := regexp.MustCompile(`^\b$`), regexp.MustCompile(`^\b$`)
	message := ""
	for len(args) > 0 {
		switch {
		case args[0] == "-refuse" && len(args) > 2:
			refused, message, args = regexp.MustCompile(args[1]), args[2], args[3:]
		case args[0] == "-hold" && len(args) > 1:
			held, args = regexp.MustCompile(args[1]), args[2:]
		default:
			ts.Fatalf("usage: service [-refuse REGEXP MESSAGE] [-hold REGEXP]")
		}
	}
	work := ts.Getenv("WORK")
	var mu sync.Mutex
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if strings.HasSuffix(r.URL.Path, "/generate-token") {
			expires := time.Now().Add(time.Hour).UnixMilli()
			fmt.Fprintf(w, `{"code":"SUCCESS","message":"OK","data":{"token":"a-token-for-tests","expiredTime":%d},"transactionId":"t0"}`, expires)
			return
		}
		mu.Lock()
		note(filepath.Join(work, "requests"), string(regexp.MustCompile(`"locale":"\w+"`).Find(body))+"\n")
		mu.Unlock()
		if held.Match(body) {
			note(filepath.Join(work, "held"), "held\n")
			for !exists(filepath.Join(work, "release")) && r.Context().Err() == nil {
				time.Sleep(5 * time.Millisecond)
			}
		}
		if refused.Match(body) {
			fmt.Fprintf(w, `{"code":"PARAMETER_ERROR","message":%q,"data":null,"transactionId":"t-refused"}`, message)
			return
		}
		io.WriteString(w, `{"code":"SUCCESS","message":"OK","data":null,"transactionId":"t-taken"}`)
	}))
	ts.Defer(server.Close)
	ts.Defer(func() { note(filepath.Join(work, "release"), "") })
	ts.Setenv("LIVERY_BASE_URL", server.URL)
	ts.Setenv("LIVERY_ACCESS_KEY", "sampleaccesskey")
	ts.Setenv("LIVERY_SECRET_KEY", "samplesecretkey")
}

// note adds to a file. The script's directory may be gone by then.
func note(path, text string) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return
	}
	defer f.Close()
	_, _ = f.WriteString(text)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// closed NAME puts the URL of a port of this machine where nobody listens into
// the environment.
func closedPort(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: closed NAME")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Setenv(args[0], "http://"+listener.Addr().String())
	ts.Check(listener.Close())
}

// until FILE REGEXP waits for a file to say something.
func until(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: until FILE REGEXP")
	}
	wanted := regexp.MustCompile(args[1])
	deadline := time.Now().Add(patience)
	for time.Now().Before(deadline) {
		data, err := os.ReadFile(ts.MkAbs(args[0]))
		if err == nil && wanted.Match(data) {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	ts.Fatalf("%s never matches %s", args[0], args[1])
}

// sealed CODE PROGRAM ARGS... runs a program where it can write nothing: the
// script's directory is made read-only, and root, whom that would not stop,
// runs it as nobody.
func sealed(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: sealed CODE PROGRAM ARGS...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	path, err := exec.LookPath(args[1])
	ts.Check(err)
	work := ts.Getenv("WORK")
	for _, dir := range []string{filepath.Dir(work), filepath.Dir(path), filepath.Dir(filepath.Dir(path))} {
		ts.Check(os.Chmod(dir, 0o755)) // nobody has to get here
	}
	ts.Check(chmodAll(work, func(mode fs.FileMode) fs.FileMode { return mode&^0o222 | 0o444 }))
	defer func() { ts.Check(chmodAll(work, func(mode fs.FileMode) fs.FileMode { return mode | 0o200 })) }()
	cmd := exec.Command(path, args[2:]...)
	cmd.Dir, cmd.Env = ts.MkAbs("."), environment(ts)
	if os.Geteuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err = cmd.Run()
	io.WriteString(ts.Stdout(), stdout.String())
	io.WriteString(ts.Stderr(), stderr.String())
	ts.Logf("[stdout]\n%s[stderr]\n%s", stdout.String(), stderr.String())
	demand(ts, want, err)
}

func chmodAll(root string, change func(fs.FileMode) fs.FileMode) error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.Type()&fs.ModeSymlink != 0 {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		mode := change(info.Mode().Perm())
		if d.IsDir() {
			mode |= 0o555
		}
		return os.Chmod(path, mode)
	})
}

// unchanged CODE PROGRAM ARGS... runs a program that must leave every file of the
// script's directory as it is and add none.
func unchanged(ts *testscript.TestScript, neg bool, args []string) {
	before := contents(ts)
	exits(ts, neg, args)
	if diff := cmp.Diff(before, contents(ts)); diff != "" {
		ts.Fatalf("files have changed (-before +after):\n%s", diff)
	}
}

func contents(ts *testscript.TestScript) map[string]string {
	files := make(map[string]string)
	ts.Check(filepath.WalkDir(ts.MkAbs("."), func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		files[path] = string(data)
		return err
	}))
	return files
}
