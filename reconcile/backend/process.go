package backend

import (
	"os"

	"livery/reconcile/process"
	"livery/reconcile/state"
)

// IdentifyHolder adds to a lock what tells its holder from every other process: the machine,
// the process and, where the system can tell it, when the process started.
func IdentifyHolder(info state.LockInfo) state.LockInfo {
	if info.PID == 0 {
		info.PID = os.Getpid()
		info.ProcessStart = process.ID()
	}
	if info.Host == "" {
		info.Host, _ = os.Hostname() // it only helps to find the holder
	}
	return info
}

// HolderDead reports whether the holder of a lock is certainly a process of this
// machine that has ended. A host's name and a process's number are not enough for
// that: names are given twice, and numbers are given again.
func HolderDead(info state.LockInfo) bool {
	host, err := os.Hostname()
	return err == nil && info.Host == host && info.PID > 0 && info.ProcessStart != "" && process.Ended(info.PID, info.ProcessStart)
}
