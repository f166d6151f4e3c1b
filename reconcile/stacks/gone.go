package stacks

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"livery/reconcile/workspace"
	"livery/schema/stack"
	"livery/schema/syntax"
)

// former lists the stacks of the commit that are none any more, and those that it does not
// have; now are all that there are, ignore the .liveryignore files that they were found by.
func (c *Changes) former(ctx context.Context, w *workspace.Workspace, now, ignore []string) error {
	c.ignored = c.differing(func(name string) bool { return path.Base(name) == ignoreFile })
	for _, name := range ignore { // also those that git does not know yet
		if !slices.Contains(c.ignored, name) && c.differ.Differs(path.Join(c.repo.Prefix, name)) {
			c.ignored = append(c.ignored, name)
		}
	}
	configuration := c.differing(syntax.IsConfiguration)
	if len(c.ignored)+len(configuration) == 0 {
		return nil
	}
	tree := c.repo.Tree(ctx, c.Commit)
	defer tree.Close()
	if _, err := fs.Stat(tree, c.repo.Dir()); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	root, err := fs.Sub(tree, c.repo.Dir())
	if err != nil {
		return err
	}
	f := finder{ctx: ctx, tree: root}
	if len(c.ignored) == 0 {
		f.only = wayTo(configuration)
	}
	then, err := f.stacks()
	if err != nil {
		return cmp.Or(tree.Err(), err)
	}
	for _, dir := range then {
		if !isIn(now, dir) {
			loaded, _ := stack.Load(workspace.LoadOptions(w.Below(dir), tree, path.Join(c.repo.Dir(), dir), stack.NeedNothing))
			state := workspace.StateFile(dir, loaded.Backend)
			if !w.Dir.Exists(filepath.FromSlash(state)) { // it went with the stack, or was never here
				state = ""
			}
			c.Gone = append(c.Gone, Gone{dir, state})
		}
	}
	if len(c.ignored) > 0 {
		c.entered = slices.DeleteFunc(slices.Clone(now), func(dir string) bool { return isIn(then, dir) })
	}
	return nil
}

// wayTo are the directories of files and those above them.
func wayTo(files []string) map[string]bool {
	way := make(map[string]bool)
	for _, name := range files {
		for dir := path.Dir(name); !way[dir]; dir = path.Dir(dir) {
			way[dir] = true
		}
	}
	return way
}

// differing lists the files below the directory of the run that differ, relative to it.
func (c *Changes) differing(want func(name string) bool) []string {
	var list []string
	for _, name := range c.differ.Changed() {
		below, within := name, c.repo.Prefix == ""
		if !within {
			below, within = strings.CutPrefix(name, c.repo.Prefix+"/")
		}
		if within && want(name) {
			list = append(list, below)
		}
	}
	return list
}
