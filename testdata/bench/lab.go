package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"livery/testdata/bench/corpus"
)

// The names of the work; the targets look results up by them.
const (
	startUp   = "start-up (version)"
	validate  = "validate"
	firstPlan = "first plan"
	noChange  = "no-change plan"
	apply     = "apply, in process"
	loopback  = "apply, loopback 50 ms"
	floorWork = "floor: read and parse"
)

const (
	latency     = 50 * time.Millisecond
	parallelism = 10 // livery's default
	documents   = 26
)

// lab is where the measuring is done.
type lab struct {
	dir       string
	runs      int
	terraform string // "" when it is not on the PATH
	work      []work
	bytes     struct{ livery, terraform int }
}

// work is one row of the table. A nil command is not measured.
type work struct {
	name                     string
	livery, terraform, floor *command
}

// command is a process to be timed.
type command struct {
	dir   string
	args  []string
	env   []string
	fresh bool // the state is thrown away before every run
}

// prepare writes the stacks and starts the simulator; stop ends it.
func (l *lab) prepare() (stop func(), err error) {
	address, stop, err := l.simulator()
	if err != nil {
		return nil, err
	}
	if err := l.stacks("http://" + address); err != nil {
		stop()
		return nil, err
	}
	l.plan()
	if err := l.settle(); err != nil {
		stop()
		return nil, err
	}
	return stop, nil
}

// simulator runs the service on a free port and waits until it listens.
func (l *lab) simulator() (address string, stop func(), err error) {
	cmd := exec.Command(l.program("livery"), "simulator", "-listen=127.0.0.1:0", "-latency="+latency.String())
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	stop = func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }
	line, err := bufio.NewReader(out).ReadString('\n')
	_, address, found := strings.Cut(strings.TrimSpace(line), "http://")
	if err != nil || !found {
		stop()
		return "", nil, fmt.Errorf("the simulator did not start: %q", line)
	}
	return address, stop, nil
}

func (l *lab) program(name string) string { return filepath.Join(l.dir, name) }

// stacks writes the same documents four times: with and without a state, once more
// for the simulator over loopback, and as Terraform reads them.
func (l *lab) stacks(url string) error {
	bodies, err := corpus.Bodies(os.DirFS("examples/acme/texts"))
	if err != nil {
		return err
	}
	for dir, base := range map[string]string{"fresh": "simulator", "applied": "simulator", "loopback": url} {
		files, err := corpus.Livery(bodies, base)
		if err != nil {
			return err
		}
		l.bytes.livery = corpus.Size(files)
		if err := l.write(dir, files); err != nil {
			return err
		}
	}
	files := corpus.Terraform(bodies)
	l.bytes.terraform = corpus.Size(files)
	for _, dir := range []string{"terraform-fresh", "terraform-applied"} {
		if err := l.write(dir, files); err != nil {
			return err
		}
	}
	return nil
}

func (l *lab) write(dir string, files []corpus.File) error {
	dir = filepath.Join(l.dir, dir)
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	for _, f := range files {
		if err := os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// plan lists the work.
func (l *lab) plan() {
	livery := func(dir string, fresh bool, args ...string) *command {
		return &command{
			dir: filepath.Join(l.dir, dir), fresh: fresh, args: append([]string{l.program("livery")}, args...),
			env: []string{"LIVERY_ACCESS_KEY=sampleaccesskey", "LIVERY_SECRET_KEY=samplesecretkey"},
		}
	}
	terraform := func(dir string, fresh bool, args ...string) *command {
		if l.terraform == "" {
			return nil
		}
		return &command{
			dir: filepath.Join(l.dir, "terraform-"+dir), fresh: fresh, args: append([]string{l.terraform}, args...),
			env: []string{"CHECKPOINT_DISABLE=1"},
		}
	}
	files, _ := filepath.Glob(filepath.Join(l.dir, "fresh", "*.hcl")) // the pattern is ours
	l.work = []work{
		{name: startUp, livery: livery("fresh", false, "version"), terraform: terraform("fresh", false, "version")},
		{name: floorWork, floor: &command{dir: l.dir, args: append([]string{l.program("floor")}, files...), env: []string{"GOMAXPROCS=1"}}},
		{name: validate, livery: livery("fresh", false, "validate"), terraform: terraform("fresh", false, "validate")},
		{name: firstPlan, livery: livery("fresh", true, "plan", "-input=false"), terraform: terraform("fresh", true, "plan", "-input=false")},
		{name: noChange, livery: livery("applied", false, "plan", "-input=false", "-detailed-exitcode"), terraform: terraform("applied", false, "plan", "-input=false", "-detailed-exitcode")},
		{name: apply, livery: livery("fresh", true, "apply", "-auto-approve"), terraform: terraform("fresh", true, "apply", "-auto-approve")},
		{name: loopback, livery: livery("loopback", true, "apply", "-auto-approve")},
	}
}

// settle makes the states that the no-change plans start from.
func (l *lab) settle() error {
	steps := []*command{{dir: filepath.Join(l.dir, "applied"), args: []string{l.program("livery"), "apply", "-auto-approve"}}}
	if l.terraform != "" {
		for _, dir := range []string{"terraform-fresh", "terraform-applied"} {
			steps = append(steps, &command{dir: filepath.Join(l.dir, dir), args: []string{l.terraform, "init", "-input=false"}, env: []string{"CHECKPOINT_DISABLE=1"}})
		}
		steps = append(steps, &command{dir: filepath.Join(l.dir, "terraform-applied"), args: []string{l.terraform, "apply", "-auto-approve"}, env: []string{"CHECKPOINT_DISABLE=1"}})
	}
	for _, c := range steps {
		if _, err := l.time(c); err != nil {
			return err
		}
	}
	return nil
}

// sample is one run of one command.
type sample struct {
	Wall time.Duration `json:"wall_ns"`
	Peak int64         `json:"peak_bytes"`
	Exit int           `json:"exit"`
}

func (l *lab) time(c *command) (sample, error) {
	if c.fresh {
		if err := forget(c.dir); err != nil {
			return sample{}, err
		}
	}
	cmd := exec.Command(l.program("stopwatch"), c.args...)
	cmd.Dir, cmd.Env = c.dir, append(os.Environ(), c.env...)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		return sample{}, fmt.Errorf("%s: %w\n%s", strings.Join(c.args, " "), err, said.String())
	}
	var s sample
	if err := json.Unmarshal(out.Bytes(), &s); err != nil {
		return sample{}, err
	}
	if s.Exit != 0 {
		return sample{}, fmt.Errorf("%s: exit code %d\n%s", strings.Join(c.args, " "), s.Exit, said.String())
	}
	return s, nil
}

// forget throws the state away, and what the built-in simulator remembers.
func forget(dir string) error {
	for _, pattern := range []string{"livery.state.json*", ".livery", "terraform.tfstate*"} {
		names, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			return err
		}
		for _, name := range names {
			if err := os.RemoveAll(name); err != nil {
				return err
			}
		}
	}
	return nil
}
