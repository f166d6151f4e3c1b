package recursive

import (
	"cmp"
	"io"
	"runtime"
	"slices"

	"github.com/spf13/cobra"

	"livery/reconcile/command"
	"livery/reconcile/stacks"
	"livery/reconcile/stacksreport"
	"livery/reconcile/workspace"
)

// Selection is the flags that say which stacks below the directory of the run are meant.
type Selection struct {
	with, without  command.StringList
	missing, shard string
	names          []string // of the flags that are about nothing else
	whole          bool     // -base chooses none
	explain        bool     // why a change reaches a stack is told
	gone           bool     // stacks that only the commit of -base has are meant too
	aside          io.Writer
}

// Flags defines the flags.
func (f *Selection) Flags(c *cobra.Command) {
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

// Select finds the stacks that are meant. Why there is nothing to do is said.
func (f *Selection) Select(c *cobra.Command, run *command.Run, w *workspace.Workspace) (*stacks.Selected, error) {
	base := c.Flags().Lookup("base").Value.String()
	if f.whole {
		base = ""
	}
	selection := stacks.Selection{With: f.with, Without: f.without, Base: base, MissingAll: f.missing == "all", Explain: f.explain, WithGone: f.gone, Jobs: min(runtime.NumCPU(), 8)}
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
	selected, err := selection.Select(c.Context(), w, run.Dir.FS())
	if err != nil {
		return nil, err
	}
	if len(selected.Paths) == 0 && !run.View.JSON {
		stacksreport.WriteNothingSelected(cmp.Or(f.aside, run.Stdout), selected)
	}
	return selected, nil
}

// Chosen reports whether some of the stacks were chosen, and not all taken.
func (f *Selection) Chosen(c *cobra.Command) bool {
	return slices.ContainsFunc(f.names, c.Flags().Changed)
}

// Aside says somewhere else than on stdout that there is nothing to do.
func (f *Selection) Aside(w io.Writer) { f.aside = w }

// Explain finds every reason for which a change reaches a stack, which takes longer.
func (f *Selection) Explain() { f.explain = true }

// WithoutBase takes stacks whether or not they differ from the commit that -base names.
func (f *Selection) WithoutBase() { f.whole = true }

// WithGone takes the stacks too that only the commit of -base has.
func (f *Selection) WithGone() { f.gone = true }
