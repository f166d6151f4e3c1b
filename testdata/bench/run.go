package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// sample is one run of one command.
type sample struct {
	Wall   time.Duration `json:"wall_ns"`
	CPU    time.Duration `json:"cpu_ns"`
	Peak   int64         `json:"peak_bytes"`
	Faults int64         `json:"faults"`
	Exit   int           `json:"exit"`
}

// run runs a command once.
func (l *lab) run(c *command) (sample, error) {
	out, said, err := l.start(c, l.program("stopwatch"))
	if err != nil {
		return sample{}, fmt.Errorf("%v: %w\n%s", c, err, said)
	}
	var s sample
	if err := json.Unmarshal(out, &s); err != nil {
		return sample{}, err
	}
	if s.Exit != c.exit {
		return sample{}, fmt.Errorf("%v: exit code %d\n%s", c, s.Exit, said)
	}
	return s, nil
}

var counted = regexp.MustCompile(`I\s+refs:\s+([\d,]+)`)

// instructions counts those of the program itself, without the kernel's; 0 where
// valgrind is not on the PATH.
func (l *lab) instructions(c *command) (float64, error) {
	if l.valgrind == "" {
		return 0, nil
	}
	_, said, err := l.start(c, l.valgrind, "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null")
	if found := counted.FindSubmatch(said); found != nil {
		return strconv.ParseFloat(strings.ReplaceAll(string(found[1]), ",", ""), 64)
	}
	return 0, fmt.Errorf("valgrind %v: %w\n%s", c, err, said)
}

// start runs a command under another, and gives what the two of them say.
func (l *lab) start(c *command, under ...string) (out, said []byte, err error) {
	if c.fresh {
		if err := forget(c.dir); err != nil {
			return nil, nil, err
		}
	}
	args := append(under, c.args...)
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir, cmd.Env = c.dir, append(os.Environ(), c.env...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err = cmd.Run()
	return stdout.Bytes(), stderr.Bytes(), err
}
