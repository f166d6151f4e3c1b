//go:build unix

// Command stopwatch runs a command without its output and prints, as JSON, what it
// took: time, CPU time, peak memory, page faults that needed no disk, exit code.
//
// It is a program of its own because a child's peak memory, as the kernel counts
// it, begins with that of the process that starts it: a small starter keeps the
// figure honest.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"
)

func main() {
	cmd := exec.Command(os.Args[1], os.Args[2:]...)
	var said strings.Builder
	cmd.Stderr = &said
	begin := time.Now()
	err := cmd.Run()
	wall := time.Since(begin)
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		fmt.Fprintln(os.Stderr, "this system does not tell what a command took")
		os.Exit(1)
	}
	peak := int64(usage.Maxrss) //nolint:unconvert // not an int64 everywhere
	if runtime.GOOS != "darwin" {
		peak *= 1024
	}
	fmt.Fprint(os.Stderr, said.String())
	fmt.Printf("{\"wall_ns\": %d, \"cpu_ns\": %d, \"peak_bytes\": %d, \"faults\": %d, \"exit\": %d}\n",
		wall, cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime(), peak, usage.Minflt, cmd.ProcessState.ExitCode())
}
