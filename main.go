// Command livery keeps the look of ADVANCE.AI's hosted liveness pages in git.
package main

import (
	"os"
	"runtime/debug"

	"livery/reconcile/cli"
	"livery/reconcile/command"
)

func main() {
	if os.Getenv("GOGC") == "" { // most runs are over before the memory would be looked through twice
		debug.SetGCPercent(250)
	}
	os.Exit(cli.Main(os.Args[1:], command.System()))
}
