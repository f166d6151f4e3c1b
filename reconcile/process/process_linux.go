package process

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// ID names this process for all time: the boot of the machine that it belongs
// to, the namespaces in which its number and its times count, and when it began.
// It is "" where that cannot be told.
func ID() string {
	// Where /proc is that of another namespace, the numbers in it are not ours.
	if self, err := os.Readlink("/proc/self"); err != nil || self != strconv.Itoa(os.Getpid()) {
		return ""
	}
	world, began := bootID(), startTime(os.Getpid())
	if world == "" || began == "" {
		return ""
	}
	return world + " " + began
}

// bootID is what processes must share for their numbers and times to be compared.
func bootID() string {
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	pids, err := os.Readlink("/proc/self/ns/pid")
	if err != nil {
		return ""
	}
	times, err := os.Readlink("/proc/self/ns/time")
	if err != nil {
		times = "time" // an older kernel has one only
	}
	return fmt.Sprintf("linux %s %s %s", bytes.TrimSpace(boot), pids, times)
}

// startTime is when a process began, in the kernel's ticks since the boot; "" when
// that cannot be read, "ended" for one of which only the exit code is left.
func startTime(pid int) string {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return ""
	}
	// The second field is the program's name in brackets, which may hold anything.
	_, rest, found := strings.Cut(string(data[bytes.LastIndexByte(data, ')')+1:]), " ")
	fields := strings.Fields(rest)
	const began = 22 - 3 // the fields are counted from 1, and rest begins with the third
	if !found || len(fields) <= began {
		return ""
	}
	if state := fields[0]; state == "Z" || state == "X" {
		return "ended"
	}
	return fields[began]
}

// Ended reports whether the process of that number, which had that ID, is certainly gone.
func Ended(pid int, id string) bool {
	last := strings.LastIndexByte(id, ' ')
	if ID() == "" || last < 0 || id[:last] != bootID() {
		return false
	}
	if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return true // unlike /proc, this sees processes that are hidden from others
	}
	now := startTime(pid)
	return now != "" && now != id[last+1:] // the number was given to another one
}
