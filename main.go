// Command livery keeps the look of ADVANCE.AI's hosted liveness pages in git.
package main

import (
	"os"

	"livery/reconcile/cli"
)

func main() { os.Exit(cli.Main(os.Args[1:], cli.System())) }
