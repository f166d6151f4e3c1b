// Command livery keeps the look of ADVANCE.AI's hosted liveness pages in git.
package main

import (
	"os"

	"livery/reconcile/cli"
	"livery/reconcile/command"
)

func main() { os.Exit(cli.Main(os.Args[1:], command.System())) }
