// Command livery keeps the look of ADVANCE.AI's hosted liveness pages in git.
package main

import (
	"os"
	"runtime/debug"

	"livery/reconcile/cli"
	"livery/reconcile/command"
)

func main() {
	if os.Getenv("GOGC") == "" { // most runs are over before the memory is worth looking through twice
		debug.SetGCPercent(200)
	}
	os.Exit(cli.Main(os.Args[1:], command.System()))
}
