package backend

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// startID names this process for all time: the boot of the machine that it belongs
// to, the namespaces in which its number and its times count, and when it began.
// It is "" where that cannot be told.
func startID() string {
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

// exited reports whether the process of that number and start is certainly gone.
func exited(pid int, born string) bool {
	world, began, _ := cutLast(born)
	if startID() == "" || world != bootID() {
		return false
	}
	if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return true // unlike /proc, this sees processes that are hidden from others
	}
	now := startTime(pid)
	return now != "" && now != began // the number was given to another one
}

func cutLast(s string) (before, after string, found bool) {
	i := strings.LastIndexByte(s, ' ')
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}
