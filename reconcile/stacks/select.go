package stacks

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"livery/reconcile/comparison"
	"livery/reconcile/git"
	"livery/reconcile/workspace"
)

// Selection says which of the stacks of a tree a run is about; the zero Selection is all
// of them.
type Selection struct {
	With, Without []string // patterns of paths
	Base          string   // a commit: only what the changes since the checkout left it reach; "" for all
	MissingAll    bool     // all of them too if this clone lacks the commit, which else is an error
	WithGone      bool     // those too that only that commit has
	Explain       bool     // every reason is asked for, also those that only the commit knows
	Shard         Shard    // of what is left
	Jobs          int      // how many stacks are looked at at a time
}

// Selected are the stacks that a run is about.
type Selected struct {
	Paths   []string // in order
	All     []string // that are below, also those that are not meant
	Broken  []string // files of libraries that do not parse
	Of      int      // how many there are in all shards together
	Shard   Shard
	Changes *Changes // nil without a base
}

// Select finds the stacks below the directory of a workspace, whose files the tree is, and
// keeps those that are meant: by their paths, then those that changes reach, then those of
// the shard. That there is no stack, none that a pattern fits or no such base is a
// *workspace.Failure; that nothing is left is not.
func (s Selection) Select(ctx context.Context, w *workspace.Workspace, tree fs.FS) (*Selected, error) {
	found := &finder{ctx: ctx, tree: tree}
	all, err := found.stacks()
	if err != nil {
		return nil, workspace.Failf("Cannot look for stacks", "%v.", err)
	}
	selected := &Selected{All: all, Broken: found.broken, Shard: s.Shard}
	if s.Base != "" {
		if selected.Changes, err = s.compare(ctx, w, all, found.ignore); err != nil {
			return nil, err
		}
	}
	if len(all) == 0 && (selected.Changes == nil || len(selected.Changes.Gone) == 0) {
		return nil, workspace.Failf("No stacks below "+w.Dir.Path("."), "A stack is a directory with a *.livery.hcl or *.livery.json file that declares a livery, account, locale or removed block.")
	}
	if err := s.choose(w, selected, all); err != nil {
		return nil, err
	}
	selected.Of = len(selected.Paths)
	selected.Paths = s.Shard.Take(selected.Paths)
	if c := selected.Changes; c != nil && s.WithGone {
		for _, gone := range c.Gone {
			selected.Paths = append(selected.Paths, gone.Path)
		}
		slices.Sort(selected.Paths)
		c.Gone = nil
	}
	if c := selected.Changes; c != nil && c.Unavailable == "" && s.Explain {
		if err := c.explain(ctx, w, selected.Paths); err != nil {
			return nil, comparison.GitFailure(err)
		}
	}
	return selected, nil
}

func (s Selection) compare(ctx context.Context, w *workspace.Workspace, all, ignore []string) (*Changes, error) {
	c, err := compare(ctx, w, s.Base, all, ignore)
	if failure, ok := errors.AsType[*workspace.Failure](err); ok && s.MissingAll && git.IsAbsent(err) {
		return &Changes{Commit: git.Commit{Ref: s.Base}, Unavailable: failure.Summary}, nil
	}
	return c, err
}

// choose keeps the stacks whose paths are meant and that changes reach. A pattern may fit
// one that is gone.
func (s Selection) choose(w *workspace.Workspace, selected *Selected, all []string) error {
	c := selected.Changes
	known := slices.Clone(all)
	if c != nil {
		for _, gone := range c.Gone {
			known = append(known, gone.Path)
		}
		slices.Sort(known)
	}
	chosen, err := Choose(known, s.With, s.Without)
	if err != nil {
		return workspace.Failf("No such stack", "%v. \"livery stacks\" lists them.", err)
	}
	selected.Paths = chosen
	if c == nil || c.Unavailable != "" {
		return nil
	}
	selected.Paths = slices.DeleteFunc(slices.Clone(chosen), func(dir string) bool { return !isIn(all, dir) })
	c.Gone = slices.DeleteFunc(c.Gone, func(g Gone) bool { return !isIn(chosen, g.Path) || s.Shard.Number > 1 })
	selected.Paths, err = c.affected(w, selected.Paths, s.Jobs)
	return err
}

// isIn reports whether a path is in a list that is in order.
func isIn(list []string, path string) bool {
	_, found := slices.BinarySearch(list, path)
	return found
}

// Notes say how the stacks were chosen among those below; none if all of them were.
func (s *Selected) Notes() []string {
	var notes []string
	if s.Shard.Of > 0 {
		notes = append(notes, fmt.Sprintf("shard %s of %d", s.Shard, s.Of))
	}
	switch c := s.Changes; {
	case c == nil:
	case c.Unavailable != "":
		notes = append(notes, fmt.Sprintf("all of them, since base %s is not in this clone", c.Commit.Ref))
	case c.Outside:
		notes = append(notes, "base "+c.Commit.Ref, "values of variables from outside not compared")
	default:
		notes = append(notes, "base "+c.Commit.Ref)
	}
	return notes
}
