package process

import (
	"errors"
	"os"
	"runtime"
	"syscall"
)

// Alive reports whether there is a process of that number, also one of somebody else.
func Alive(pid int) bool {
	p, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	if runtime.GOOS == "windows" { // it was opened, so it is there
		return true
	}
	err = p.Signal(syscall.Signal(0))
	return err == nil || errors.Is(err, os.ErrPermission)
}
