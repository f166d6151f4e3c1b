package stacks

import (
	"cmp"
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"livery/reconcile/comparison"
	"livery/reconcile/git"
	"livery/reconcile/workspace"
	"livery/schema/lint"
	"livery/schema/stack"
	"livery/schema/syntax"
)

// Changes are what differs between the files as they are and those where the checkout left
// a commit.
type Changes struct {
	Commit      git.Commit          // where the checkout left it, by the name that was asked for
	Unavailable string              // why nothing is known of it, so that every stack counts as affected; "" if all is
	Outside     bool                // variables have values from outside, which are not compared
	Why         map[string][]string // of each affected stack: what differs, as the stack names it
	Gone        []Gone              // in order

	repo    *git.Repository
	differ  *git.Differences
	ignored []string // the .liveryignore files that differ
	entered []string // stacks that the commit has no such stack for, although it may have all their files
}

// Gone is a stack that only the commit has.
type Gone struct {
	Path  string
	State string // the file of its state, named as Path is; "" if there is none
}

// compare finds the changes since the checkout left a commit; all are the stacks there are,
// ignore the .liveryignore files that they were found by.
func compare(ctx context.Context, w *workspace.Workspace, ref string, all, ignore []string) (*Changes, error) {
	c := &Changes{Why: make(map[string][]string)}
	var err error
	if c.repo, err = git.Open(ctx, w.Dir.Path(".")); err != nil {
		return nil, comparison.GitFailure(err)
	}
	if c.Commit, err = c.repo.Left(ctx, ref); err == nil {
		c.differ, err = c.repo.Differences(ctx, c.Commit)
	}
	if err == nil {
		err = c.former(ctx, w, all, ignore)
	}
	if err != nil {
		return nil, comparison.GitFailure(err)
	}
	return c, nil
}

// affected keeps the stacks that look at something that differs. What a stack looks at now
// is enough to know: as long as every answer is the one that the commit would give, loading
// the stack there asks the same questions. What checks look at belongs to it.
func (c *Changes) affected(w *workspace.Workspace, list []string, jobs int) ([]string, error) {
	type looked struct {
		why     []string
		outside bool
		err     error
	}
	var kept []string
	var failed error
	Each(list, jobs, func(dir string) looked {
		below := w.Below(dir)
		loaded, _, err := workspace.Reload(below, new(stack.Stack), stack.NeedNothing)
		if err != nil {
			return looked{err: fmt.Errorf("%s: %w", dir, err)}
		}
		_ = lint.Checks(loaded)
		why := c.reasons(dir, loaded.Dependencies)
		if len(why) == 0 && isIn(c.entered, dir) {
			why = c.ignored
		}
		return looked{why: why, outside: givenOutside(below, loaded)}
	}, func(dir string, l looked) {
		failed = cmp.Or(failed, l.err)
		c.Outside = c.Outside || l.outside
		if len(l.why) > 0 {
			kept = append(kept, dir)
			c.Why[dir] = l.why
		}
	})
	return kept, failed
}

// explain adds to the reasons of the stacks what only the commit's own looked at: an include
// that is gone leads to files that nothing looks at any more.
func (c *Changes) explain(ctx context.Context, w *workspace.Workspace, list []string) error {
	tree := c.repo.Tree(ctx, c.Commit)
	defer tree.Close()
	for _, dir := range list {
		then, _ := stack.Load(workspace.LoadOptions(w.Below(dir), tree, path.Join(c.repo.Dir(), dir), stack.NeedNothing))
		_ = lint.Checks(then)
		known := make(map[string]bool)
		for _, reason := range c.Why[dir] {
			known[fileOf(reason)] = true
		}
		for _, reason := range c.reasons(dir, then.Dependencies) {
			if !known[fileOf(reason)] {
				c.Why[dir] = append(c.Why[dir], reason)
			}
		}
		slices.Sort(c.Why[dir])
	}
	return tree.Err()
}

// givenOutside reports whether a variable has a value that no commit holds.
func givenOutside(w *workspace.Workspace, s *stack.Stack) bool {
	if len(w.Assignments) > 0 {
		return true
	}
	for name := range s.Module.Variables {
		if _, set := w.LookupEnv(stack.EnvironmentPrefix + name); set {
			return true
		}
	}
	return false
}

// reasons says what differs of all that a stack has looked at.
func (c *Changes) reasons(dir string, list []syntax.Dependency) []string {
	r := reasons{Changes: c, stack: dir, dir: path.Join(c.repo.Prefix, dir), askedBy: make(map[string]string, len(list))}
	for _, d := range list {
		if d.Kind == syntax.Content {
			r.askedBy[d.Path] = d.AskedBy
		}
	}
	for _, d := range list {
		r.look(d)
	}
	slices.Sort(r.found)
	return slices.Compact(r.found)
}

// reasons gathers why a stack is affected.
type reasons struct {
	*Changes
	stack   string            // its directory, from where all stacks are looked for
	dir     string            // the same from the top of the repository
	askedBy map[string]string // which file asks for the content of each
	found   []string
}

func (r *reasons) look(d syntax.Dependency) {
	at := path.Join(r.dir, d.Path)
	switch {
	case at == ".." || strings.HasPrefix(at, "../"):
		r.add(d, d.Path, " is outside the repository")
	case d.Kind == syntax.Content && r.differ.Differs(at), d.Kind == syntax.Presence && r.differ.ComesOrGoes(at):
		r.add(d, d.Path, "")
	case d.Kind == syntax.Listing:
		for _, name := range d.Names {
			if r.differ.ComesOrGoes(path.Join(r.dir, name)) {
				r.add(d, name, "")
			}
		}
		for _, gone := range r.differ.Deleted() {
			below, within := gone, at == "."
			if !within {
				below, within = strings.CutPrefix(gone, at+"/")
			}
			if within && doublestar.MatchUnvalidated(d.Pattern, below) {
				r.add(d, path.Join(d.Path, below), "")
			}
		}
	}
}

// add adds a file that is a reason, what is to be said of it, and the files through which the
// stack comes to it. All are named from where the stacks are looked for.
func (r *reasons) add(d syntax.Dependency, file, about string) {
	var way, asked []string
	for by := d.AskedBy; by != "" && !slices.Contains(asked, by) && !isOwn(by); by = r.askedBy[by] {
		way, asked = append(way, path.Join(r.stack, by)), append(asked, by)
	}
	reason := path.Join(r.stack, file) + about
	if len(way) > 0 {
		reason += through + strings.Join(way, ", ") + ")"
	}
	r.found = append(r.found, reason)
}

// through stands between what differs and the files that lead to it.
const through = " (through "

// fileOf is what differs, without the way to it.
func fileOf(reason string) string {
	file, _, _ := strings.Cut(reason, through)
	return file
}

// isOwn reports whether a file is one of those that are the stack.
func isOwn(name string) bool { return path.Dir(name) == "." && syntax.IsConfiguration(name) }
