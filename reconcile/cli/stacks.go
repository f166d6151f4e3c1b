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
	"livery/reconcile/stacks"
	"livery/reconcile/stacksreport"
	"livery/reconcile/workspace"
)

// stackFlags say which stacks below the directory of the run are meant.
type stackFlags struct {
	with, without  command.StringList
	missing, shard string
	names          []string // of the flags that are about nothing else
	whole          bool     // -base chooses none
}

func (f *stackFlags) flags(c *cobra.Command) {
	c.Flags().Var(&f.with, "stack", "Only stacks whose path fits this `glob`, with *, ** and {a,b}. May be given several times.")
	c.Flags().Var(&f.without, "not-stack", "No stack whose path fits this `glob`. May be given several times.")
	f.names = []string{"stack", "not-stack", "base-missing", "shard"}
	if c.Flags().Lookup("base") == nil { // what is compared with a commit is so for the stacks too that it reaches
		c.Flags().String("base", "", "Only stacks that read something that differs from what it was where the checkout left this `commit`: a branch, a tag, an ID.")
		f.names = append(f.names, "base")
	}
	c.Flags().StringVar(&f.missing, "base-missing", "fail", "What to do if this clone lacks the commit of -base: fail, or run `all`.")
	c.Flags().StringVar(&f.shard, "shard", "", "Only the I-th of N `parts`, such as 2/5, of what is left.")
}

// selectStacks finds the stacks that are meant. Why there is nothing to do is said.
func (f *stackFlags) selectStacks(c *cobra.Command, run *command.Run, w *workspace.Workspace) (*stacks.Selected, error) {
	base := c.Flags().Lookup("base").Value.String()
	if f.whole {
		base = ""
	}
	selection := stacks.Selection{With: f.with, Without: f.without, Base: base, MissingAll: f.missing == "all", Jobs: min(runtime.NumCPU(), 8)}
	switch given := c.Flags().Changed; {
	case f.missing != "all" && f.missing != "fail":
		return nil, command.Fail("Invalid flag", "-base-missing takes all or fail, not %q.", f.missing)
	case given("base-missing") && base == "":
		return nil, command.Fail("Invalid flag", "-base-missing goes with -base.")
	case given("base") && base == "" && !f.whole:
		return nil, command.Fail("Invalid flag", "-base names a commit, such as origin/main.")
	}
	if f.shard != "" {
		var err error
		if selection.Shard, err = stacks.ParseShard(f.shard); err != nil {
			return nil, command.Fail("Invalid flag", "-shard: %v.", err)
		}
	}
	selected, err := selection.Select(c.Context(), w, os.DirFS(run.Dir.Path(".")))
	if err != nil {
		return nil, err
	}
	if len(selected.Paths) == 0 && !run.View.JSON {
		stacksreport.WriteNothingSelected(run.Stdout, selected)
	}
	return selected, nil
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
	return f.Flags.Check(c, f.names...)
}

func stacksCommand(run *command.Run) *cobra.Command {
	var f stackFlags
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
	f.flags(c)
	c.Flags().BoolVar(&why, "why", false, "Say of each stack what differs, one line each.")
	c.RunE = func(c *cobra.Command, _ []string) error {
		if why && !c.Flags().Changed("base") {
			return command.Fail("Invalid flag", "-why goes with -base: it says what differs.")
		}
		w := run.Workspace(command.Inputs{})
		selected, err := f.selectStacks(c, run, w)
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
