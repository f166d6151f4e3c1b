package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/spf13/cobra"

	"livery/reconcile/command"
	"livery/reconcile/inspect"
	"livery/reconcile/report"
	"livery/reconcile/stacks"
)

// stackFlags say which stacks below the directory of the run are meant.
type stackFlags struct {
	with, without command.StringList
	shard         string
}

func (f *stackFlags) flags(c *cobra.Command) {
	c.Flags().Var(&f.with, "stack", "Only stacks whose path fits this `glob`, with *, ** and {a,b}. May be given several times.")
	c.Flags().Var(&f.without, "not-stack", "No stack whose path fits this `glob`. May be given several times.")
	c.Flags().StringVar(&f.shard, "shard", "", "Only the I-th of N `parts`, such as 2/5, of what is left.")
}

// find lists the stacks that are meant.
func (f *stackFlags) find(run *command.Run, c *cobra.Command) ([]string, error) {
	var shard stacks.Shard
	if f.shard != "" {
		var err error
		if shard, err = stacks.ParseShard(f.shard); err != nil {
			return nil, command.Fail("Invalid flag", "-shard: %v.", err)
		}
	}
	all, err := stacks.Find(c.Context(), os.DirFS(run.Dir.Path(".")))
	switch {
	case err != nil:
		return nil, command.Fail("Cannot look for stacks", "%v.", err)
	case len(all) == 0:
		return nil, command.Fail("No stacks below "+run.Dir.Path("."), "A stack is a directory with a *.livery.hcl or *.livery.json file that declares a livery, account, locale or removed block.")
	}
	chosen, err := stacks.Choose(all, f.with, f.without)
	if err != nil {
		return nil, command.Fail("No such stack", "%v. \"livery stacks\" lists them.", err)
	}
	part := shard.Take(chosen)
	if len(part) == 0 && !run.View.JSON {
		report.WriteNothingInShard(run.Stdout, shard.String(), len(chosen))
	}
	return part, nil
}

func stacksCommand(run *command.Run) *cobra.Command {
	var f stackFlags
	c := &cobra.Command{
		Use:  "stacks [flags]",
		Args: command.Arguments(0, 0),
		Long: `Lists the stacks from this directory down, by their paths. A stack is a directory that
declares a livery, account, locale or removed block; one that only declares what others
include is a library. Names that begin with a dot, node_modules, links and what
.liveryignore files name, in gitignore's syntax, are not entered.

With -json it also says what each holds, where its state is kept, which files it reads
and whether it is valid: what a pipeline needs for its matrix.`,
		Example: "livery stacks\nlivery stacks -json -stack='brands/**' | jq -r '.stacks[].path'\nlivery stacks -shard=2/5",
	}
	run.JSONFlag(c)
	f.flags(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		chosen, err := f.find(run, c)
		if err != nil {
			return err
		}
		if !run.View.JSON {
			return report.WriteStacks(run.Stdout, chosen)
		}
		type described struct {
			*inspect.Description
			err error
		}
		all := make([]*inspect.Description, 0, len(chosen))
		var failed error
		w := run.Workspace(command.Inputs{})
		stacks.Each(chosen, min(runtime.NumCPU(), 8), func(path string) described {
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
		return report.WriteStacksJSON(run.Stdout, filepath.ToSlash(run.Dir.Path(".")), all)
	}
	return c
}
