package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/spf13/cobra"

	"livery/reconcile/command"
	"livery/reconcile/inspect"
	"livery/reconcile/recursive"
	"livery/reconcile/report"
	"livery/reconcile/stacks"
	"livery/reconcile/workspace"
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

// selectStacks finds the stacks that are meant. Why there is nothing to do is said.
func (f *stackFlags) selectStacks(c *cobra.Command, run *command.Run, w *workspace.Workspace) (*stacks.Selected, error) {
	selection := stacks.Selection{With: f.with, Without: f.without}
	if f.shard != "" {
		var err error
		if selection.Shard, err = stacks.ParseShard(f.shard); err != nil {
			return nil, command.Fail("Invalid flag", "-shard: %v.", err)
		}
	}
	selected, err := selection.Select(c.Context(), w, os.DirFS(run.Dir.Path(".")))
	if err == nil && len(selected.Paths) == 0 && !run.View.JSON {
		report.WriteNothingSelected(run.Stdout, selected)
	}
	return selected, err
}

// manyFlags are those of a command that can be run over many stacks.
type manyFlags struct {
	stackFlags
	recursive.Flags
}

// define defines the flags; jobs is as for recursive.Flags.
func (f *manyFlags) define(c *cobra.Command, jobs int) {
	f.Flags.Flags(c, jobs)
	f.stackFlags.flags(c)
}

// check refuses flags that go with -recursive alone, and others that do not go with it.
func (f *manyFlags) check(c *cobra.Command, single ...string) error {
	for _, name := range single {
		if f.On && c.Flags().Changed(name) {
			return command.Fail("Invalid flag", "-%s is about one stack, so it cannot be combined with -recursive.", name)
		}
	}
	return f.Flags.Check(c, "stack", "not-stack", "shard")
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
		w := run.Workspace(command.Inputs{})
		selected, err := f.selectStacks(c, run, w)
		if err != nil {
			return err
		}
		if !run.View.JSON {
			return report.WriteStacks(run.Stdout, selected.Paths)
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
		return report.WriteStacksJSON(run.Stdout, filepath.ToSlash(run.Dir.Path(".")), all)
	}
	return c
}
