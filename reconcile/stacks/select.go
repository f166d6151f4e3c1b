package stacks

import (
	"context"
	"fmt"
	"io/fs"

	"livery/reconcile/workspace"
)

// Selection says which of the stacks of a tree a run is about; the zero Selection is all
// of them.
type Selection struct {
	With, Without []string // patterns of paths
	Shard         Shard    // of what is left
}

// Selected are the stacks that a run is about.
type Selected struct {
	Paths []string // in order
	Of    int      // how many there are in all shards together
	Shard Shard
}

// Select finds the stacks below the directory of a workspace, whose files the tree is, and
// keeps those that are meant: by their paths, then those of the shard. That there is no
// stack, or none that a pattern fits, is a *workspace.Failure; an empty shard is not.
func (s Selection) Select(ctx context.Context, w *workspace.Workspace, tree fs.FS) (*Selected, error) {
	all, err := Find(ctx, tree)
	switch {
	case err != nil:
		return nil, workspace.Failf("Cannot look for stacks", "%v.", err)
	case len(all) == 0:
		return nil, workspace.Failf("No stacks below "+w.Dir.Path("."), "A stack is a directory with a *.livery.hcl or *.livery.json file that declares a livery, account, locale or removed block.")
	}
	chosen, err := Choose(all, s.With, s.Without)
	if err != nil {
		return nil, workspace.Failf("No such stack", "%v. \"livery stacks\" lists them.", err)
	}
	return &Selected{Paths: s.Shard.Take(chosen), Of: len(chosen), Shard: s.Shard}, nil
}

// Notes say how the stacks were chosen among those below; none if all of them were.
func (s *Selected) Notes() []string {
	if s.Shard.Of == 0 {
		return nil
	}
	return []string{fmt.Sprintf("shard %s of %d", s.Shard, s.Of)}
}
