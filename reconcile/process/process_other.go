//go:build !linux

package process

// ID is not known here: nothing tells a process from a later one of its number
// with certainty. So a lock that outlives its holder, as those of http and s3 do, is
// never taken over by itself on this system; "livery force-unlock" releases it. The
// local lock is the system's own on a file (flock, on Windows LockFileEx) and ends
// with the process here as well.
func ID() string { return "" }

// Ended is not known either.
func Ended(int, string) bool { return false }
