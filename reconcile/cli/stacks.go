package cli

import (
	"fmt"
	"path/filepath"
	"runtime"

	"github.com/spf13/cobra"

	"livery/reconcile/command"
	"livery/reconcile/inspect"
	"livery/reconcile/recursive"
	"livery/reconcile/stacks"
	"livery/reconcile/stacksreport"
)

func stacksCommand(run *command.Run) *cobra.Command {
	var f recursive.Selection
	var why bool
	c := &cobra.Command{
		Use:  "stacks [flags]",
		Args: command.Arguments(0, 0),
		Long: `Lists the stacks from this directory down, by their paths. A stack is a directory that
declares a livery, account, locale or removed block; one that only declares what others
include is a library. Names that begin with a dot, node_modules, links and what
.liveryignore files name, in gitignore's syntax, are not entered.

With -base only those that read something that differs from what it was where the checkout
left a commit: their own files and what these include, functions read, look for or list.
A stack that only that commit has is listed as gone.

With -json it also says what each holds, where its state is kept, which files it reads
and whether it is valid: what a pipeline needs for its matrix.`,
		Example: "livery stacks\nlivery stacks -base=origin/main -why\nlivery stacks -json -base=origin/main | jq -c '[.stacks[] | select(.affected).path]'\nlivery stacks -shard=2/5",
	}
	run.JSONFlag(c)
	f.Flags(c)
	c.Flags().BoolVar(&why, "why", false, "With -base, say of each stack what differs, one line each.")
	c.RunE = func(c *cobra.Command, _ []string) error {
		if why && !c.Flags().Changed("base") {
			return command.Fail("Invalid flag", "-why goes with -base: it says what differs.")
		}
		if why || run.View.JSON {
			f.Explain()
		}
		w := run.Workspace(command.Inputs{})
		selected, err := f.Select(c, run, w)
		if err != nil {
			return err
		}
		stacksreport.WriteUnavailable(run.Stderr, selected)
		if !run.View.JSON {
			return stacksreport.WriteStacks(run.Stdout, selected, why)
		}
		type described struct {
			*inspect.Description
			err error
		}
		all := make([]*inspect.Description, 0, len(selected.Paths))
		var failed error
		stacks.Each(selected.Paths, min(runtime.NumCPU(), 8), func(path string) described {
			d, err := inspect.Describe(w.Below(path))
			return described{d, err}
		}, func(path string, d described) {
			all = append(all, d.Description)
			if d.err != nil && failed == nil {
				failed = fmt.Errorf("%s: %w", path, d.err)
			}
		})
		if failed != nil {
			return failed
		}
		return stacksreport.WriteStacksJSON(run.Stdout, filepath.ToSlash(run.Dir.Path(".")), selected, all)
	}
	return c
}
